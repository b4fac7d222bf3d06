"""The pages of return codes: all of them as a table, and one of them with what is done with it."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text
from pamkit.policy.control import KEYWORDS, action_word
from pamkit.vocab.codes import WORDS, ReturnCode, c_name, text
from pamkit.vocab.contract import ANSWERS
from pamkit.vocab.errors import BY_CODE, PamError
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.families import OPENPAM_CODES, SUN_CODES


def codes_page() -> str:
    """Return the page of all return codes."""
    rows = tuple(
        (
            str(int(code)),
            f"`{c_name(code)}`",
            f"`{WORDS[code]}`",
            text(code),
            str(SUN_CODES.get(code, "")),
            f"`{_exception(code)}`" if code else "",
        )
        for code in ReturnCode
    )
    head = ("Number", "C name", "Word in a policy", "Text", "Sun", "Raises")
    return markdown(
        Page(
            "Return codes",
            "What a hook, a chain or a call answers; the numbers are those of Linux-PAM.",
            (
                Text(
                    "*Text* is what `pam_strerror(3)` says. *Sun* is the number in the Sun family"
                    " (Solaris, illumos, XSSO, OpenPAM, macOS, CDE), empty where it has none."
                    f" OpenPAM also numbers {_extra()}. *Raises* is the exception of the Python"
                    " interface."
                ),
                Table(head, rows),
            ),
            (Section("Who may answer what", (_contract(),)),),
        )
    )


def code_page(name: str) -> str | None:
    """Return the page of one code, named `PAM_AUTH_ERR`, `auth_err` or `7`; or `None`."""
    code = _code(name)
    if code is None:
        return None
    points = [
        f"Number {int(code)} in Linux-PAM"
        + (f", {SUN_CODES[code]} in the Sun family" if code in SUN_CODES else ""),
        f"In a policy: `[{WORDS[code]}=…]`",
        f"Answered by: {_answered_by(code)}",
    ]
    if code:
        kind = BY_CODE.get(code, PamError)
        points.append(f"In Python: raises `{kind.__name__}`")
    actions = tuple(
        (f"`{word}`", f"`{action_word(table[code])}`") for word, table in KEYWORDS.items()
    )
    return markdown(
        Page(
            c_name(code),
            f"{text(code)}.",
            (Bullets(tuple(points)),),
            (Section("What the controls make of it", (Table(("Control", "Action"), actions),)),),
        )
    )


def code_names() -> tuple[str, ...]:
    """Return the C names of all codes."""
    return tuple(c_name(code) for code in ReturnCode)


def _code(name: str) -> ReturnCode | None:
    """Return the code that a number, C name or policy word names."""
    name = name.lower()
    if name.isascii() and name.isdigit():
        return ReturnCode(int(name)) if int(name) < len(WORDS) else None
    for code in ReturnCode:
        if name in (WORDS[code], code.name.lower(), c_name(code).lower()):
            return code
    return None


def _exception(code: ReturnCode) -> str:
    return BY_CODE.get(code, PamError).__name__


def _extra() -> str:
    return ", ".join(
        f"`{c_name(code)}` as {number}"
        for code, number in OPENPAM_CODES.items()
        if code not in SUN_CODES
    )


def _answered_by(code: ReturnCode) -> str:
    primitives = [primitive for primitive in Primitive if code in ANSWERS[primitive]]
    if len(primitives) == len(Primitive):
        return "any hook"
    return ", ".join(f"`{HOOK_NAMES[p]}`" for p in primitives) or "the library only"


def _contract() -> Table:
    rows = []
    for code in ReturnCode:
        rows.append((f"`{c_name(code)}`", _answered_by(code)))
    return Table(("Code", "Legal answer of"), tuple(rows))
