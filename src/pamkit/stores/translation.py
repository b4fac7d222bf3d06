"""Texts for the applicant in the language of the program, from the catalogue of Linux-PAM.

Modules and engine speak C's English texts, with names already filled in; a C program that has
called setlocale(3) expects them translated.  Texts that the catalogue does not know stay as
they are: those of native modules, which have translated them already.
"""

from __future__ import annotations

from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.c_library import CLibrary

_FILLED = (
    "Changing password for %s.",
    "Current %s password: ",
    "New %s password: ",
    "Retype new %s password: ",
    "Retype %s",
    "Creating directory '%s'.",
    "Unable to create and initialize directory '%s'.",
    "You have no mail in folder %s.",
    "You have new mail in folder %s.",
    "You have old mail in folder %s.",
)
"""Texts with a name in them, of pam_unix, pam_mail and pam_get_authtok(3); the first that fits."""

_COUNTED = (
    (
        "Warning: your password will expire in %d day.",
        "Warning: your password will expire in %d days.",
    ),
    (
        "There was %d failed login attempt since the last successful login.",
        "There were %d failed login attempts since the last successful login.",
    ),
)
"""Texts with a number in them, for one and for many."""


def translated(text: str, library: CLibrary = c_library) -> str:
    """Return a text of ours in the language of the program, as dgettext(3) would.

    A translation that has not the same gaps as its original is not used.
    """
    found = _translate(text, library)
    if found != text:
        return found
    for template in _FILLED:
        name = _between(text, template, "%s")
        if name is not None:
            return _filled(_translate(template, library), "%s", name) or text
    for one, many in _COUNTED:
        number = _between(text, one, "%d") or _between(text, many, "%d") or ""
        # More digits than any number of days has would be no number for C.
        if number.isascii() and number.isdigit() and len(number) < 10:
            form = library.translate_plural(one.encode(), many.encode(), int(number))
            return _filled(_decoded(form), "%d", number) or text
    return text


def _translate(text: str, library: CLibrary) -> str:
    try:
        return _decoded(library.translate(text.encode("utf-8", "surrogateescape")))
    except ValueError:
        return text  # a NUL, or no text at all: no catalogue has it


def _between(text: str, template: str, gap: str) -> str | None:
    """Return what fills the gap of a template in a text; `None` if it is another text."""
    head, _, tail = template.partition(gap)
    longer = len(text) > len(head) + len(tail)
    if not longer or not text.startswith(head) or not text.endswith(tail):
        return None
    return text[len(head) : len(text) - len(tail)]


def _filled(template: str, gap: str, filling: str) -> str | None:
    if template.count("%") != 1 or gap not in template:
        return None
    return template.replace(gap, filling)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
