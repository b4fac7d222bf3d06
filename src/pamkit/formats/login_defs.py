"""The values of login.defs(5), as PAM modules read them."""

from __future__ import annotations

PATH = "/etc/login.defs"
"""Where the file is."""

_BLANKS = b" \t\n\v\f\r"


def value(data: bytes, key: str) -> str | None:
    """Return the value of a key; `None` if no line has it.

    C: `pam_modutil_search_key` without libeconf.  The first line counts, names are compared
    without regard to case, ``#`` starts a comment anywhere, one blank or ``=`` ends the name
    and more of them are skipped; what is behind is the value, trailing blanks and quotes
    included.  A key alone has the value ``""``.
    """
    wanted = key.encode("utf-8", "surrogateescape").lower()
    lowered, at = data.lower(), 0
    # Only lines that have it anywhere are taken apart: most of the file is comments.
    while wanted and (found := lowered.find(wanted, at)) >= 0:
        start = data.rfind(b"\n", 0, found) + 1
        at = data.find(b"\n", found) + 1 or len(data)
        raw = data[start:at].partition(b"\n")[0]
        line = raw.partition(b"\0")[0].partition(b"#")[0].lstrip(_BLANKS)
        name = line.replace(b"=", b" ").replace(b"\t", b" ").partition(b" ")[0]
        if name and name.lower() == wanted:
            rest = line[len(name) :]
            # C: a `strsep` that found nothing leaves no value; blanks of any kind may follow.
            return rest.lstrip(_BLANKS + b"=").decode("utf-8", "surrogateescape")
    return None
