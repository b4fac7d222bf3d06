"""The pages of flags: all of them as a table, and one of them in words."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text, capital
from pamkit.vocab.facility import Primitive
from pamkit.vocab.families import SUN_FLAGS
from pamkit.vocab.flags import ALLOWED, DATA_REPLACE, DATA_SILENT, PASS_FLAGS, Flag

_MEANINGS = {
    Flag.DISALLOW_NULL_AUTHTOK: "refuse an applicant whose password is empty",
    Flag.ESTABLISH_CRED: "set up the user's credentials; what setcred does if nothing is said",
    Flag.DELETE_CRED: "remove the user's credentials",
    Flag.REINITIALIZE_CRED: "set up the user's credentials again, from the beginning",
    Flag.REFRESH_CRED: "let the user's credentials live longer",
    Flag.CHANGE_EXPIRED_AUTHTOK: "change the password only if it has expired",
    Flag.UPDATE_AUTHTOK: "the second pass of chauthtok: store the new password",
    Flag.PRELIM_CHECK: "the first pass of chauthtok: see whether the password can be changed",
    Flag.SILENT: "show the applicant no messages",
}

_ENDING = (
    (DATA_SILENT, "PAM_DATA_SILENT", "to `pam_end`: tear down in this process only"),
    (DATA_REPLACE, "PAM_DATA_REPLACE", "to a cleanup: the data is replaced, not at its end"),
)


def flags_page() -> str:
    """Return the page of all flags."""
    head = ("Bit", "C name", "Meaning", "Given to", "Sun")
    rows = tuple(
        (f"`{flag:#06x}`", f"`PAM_{flag.name}`", _MEANINGS[flag], _given_to(flag), _sun(flag))
        for flag in Flag
    )
    ending = tuple((f"`{bit:#x}`", f"`{name}`", meaning) for bit, name, meaning in _ENDING)
    return markdown(
        Page(
            "Flags",
            "The bits an application or the library sets for a call; the numbers are Linux-PAM's.",
            (
                Text(
                    "*Sun* is the bit in the Sun family, where one bit means different things to"
                    " different calls. A bit that is not allowed for a call is refused with"
                    " `PAM_SYSTEM_ERR`, and so are two of the four `…_CRED` flags at once; the"
                    " quirk `flags-unchecked` passes them on, as libpam does."
                ),
                Table(head, rows),
            ),
            (Section("At the end of a transaction", (Table(head[:3], ending),)),),
        )
    )


def flag_page(name: str) -> str | None:
    """Return the page of one flag, named `PAM_SILENT` or `silent`; or `None`."""
    wanted = name.upper().removeprefix("PAM_")
    for flag in Flag:
        if flag.name == wanted:
            meaning = _MEANINGS[flag]
            points = (
                f"Bit `{flag:#x}` in Linux-PAM, `{_sun(flag)}` in the Sun family",
                f"Given to: {_given_to(flag)}",
            )
            summary = f"{capital(meaning)}."
            return markdown(Page(f"PAM_{flag.name}", summary, (Bullets(points),)))
    return None


def flag_names() -> tuple[str, ...]:
    """Return the C names of all flags."""
    return tuple(f"PAM_{flag.name}" for flag in Flag)


def _given_to(flag: Flag) -> str:
    if flag & PASS_FLAGS:
        return "hooks, by the library alone"
    primitives = [primitive for primitive in Primitive if ALLOWED[primitive] & flag]
    if len(primitives) == len(Primitive):
        return "every primitive"
    return ", ".join(f"`{primitive.name.lower()}`" for primitive in primitives)


def _sun(flag: Flag) -> str:
    return f"{SUN_FLAGS[flag]:#x}"
