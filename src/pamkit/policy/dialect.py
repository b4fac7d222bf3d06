"""The differences between PAM implementations, as data: dialects and quirks.

A *dialect* is what an implementation means to do.  A *quirk* is what a libpam does although
it opens doors or blinds the administrator: pamkit refuses it, and a name turns it back on.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


LINK, CALL, START = 0, 1, 2
"""How far a fault goes: to its link, to every call that asks its chain, or to the start."""

AROUND, AFTER, ON_FAILURE = 0, 1, 2
"""When tokens are forgotten: around authenticate and chauthtok, after them, or after any no."""


class Dialect(Record):
    """How one implementation reads and runs a policy.

    ``at_include``: a line `@include file` takes in all facilities of a file.
    ``jump_counts``: in setcred and close_session a link that jumps counts like `ok`.
    ``keywords``: the control words and the action for each code; none: those of `control`.
    ``replays``: setcred and close_session follow the path of an earlier call.
    ``reads_each_call``: every call reads the policy again, instead of the start once.
    ``done_check_is_all``: chauthtok is done where `sufficient` ended its check.
    ``passes_unasked``: its library passes over lines that cannot be asked (`families.unasked`).
    ``no_module``, ``no_function``, ``bad_line``, ``no_lines``: how far it goes that a module is not
    there, that it has no such function, that a line is wrong, that a facility has no lines even
    under `other`; and what is answered there: `LINK`, `CALL` or `START`, and a code.
    ``bad_flags``, ``bad_pass``: the code for flags that a call does not have, and for one that
    chooses the pass of chauthtok; success: they are passed on.
    ``establishes``: setcred without a flag is told to establish.
    ``wipes``: when tokens are forgotten: `AROUND`, `AFTER` or `ON_FAILURE`.
    ``needs_conversation``: no start without a conversation.
    """

    name: str
    at_include: bool
    jump_counts: bool
    keywords: tuple[tuple[str, tuple[int, ...]], ...] = ()
    replays: bool = True
    reads_each_call: bool = False
    done_check_is_all: bool = False
    passes_unasked: bool = False
    no_module: tuple[int, int] = (LINK, ReturnCode.MODULE_UNKNOWN)
    no_function: tuple[int, int] = (LINK, ReturnCode.MODULE_UNKNOWN)
    bad_line: tuple[int, int] = (LINK, ReturnCode.PERM_DENIED)
    no_lines: tuple[int, int] = (CALL, ReturnCode.PERM_DENIED)
    bad_flags: int = ReturnCode.SYSTEM_ERR
    bad_pass: int = ReturnCode.SYSTEM_ERR
    establishes: bool = True
    wipes: int = AROUND
    needs_conversation: bool = True


LINUX = Dialect("linux", at_include=False, jump_counts=True)
"""Linux-PAM as its authors release it."""

DEBIAN = Dialect("debian", at_include=True, jump_counts=False)
"""Linux-PAM with Debian's patches 031 (`@include`) and 045 (a jump is neutral)."""

DIALECTS = {dialect.name: dialect for dialect in (LINUX, DEBIAN)}
"""Dialects of Linux-PAM by name."""

FAMILIES = ("openpam", "netbsd", "macos", "solaris", "illumos", "cde", "aix", "hpux")
"""Names of the dialects of other families; none is loaded until it is asked for."""

DIALECT_NAMES = (*DIALECTS, *FAMILIES)
"""The names that `dialect_named` knows."""

QUIRKS = {
    "read-error-ends-file": "a read error inside a policy file is taken for its end",
    "unreadable-falls-through": "a file that cannot be opened gives way to the vendor's file",
    "empty-include": "a file without any entry may be included, and adds nothing",
    "self-include": "a file that includes itself is taken in until 16 are nested",
    "service-path": "a path in a service name is cut or followed instead of refused",
    "other-twice": "the service `other` runs every entry twice",
    "answers-steer-replay": "what modules answer to setcred and close_session steers the walk",
    "update-unchecked": "a module may change a password whose check it never ran",
    "flags-unchecked": "flags an application may not use are passed on",
    "relative-paths": "a relative path in an option counts from where the process is",
    "system-includes": "relative names of included files are looked up in /etc/pam.d only",
    "short-lines": "a line of more than 1,023 bytes is cut into pieces, each a line",
    "blanks-continue": "blank and comment lines do not end a continued line; its blanks are kept",
    "unbounded-includes": "only substacks count for the limit of 16 nested files",
    "setcred-after-refusal": "setcred is judged alone, also behind a refused authenticate",
    "empty-facility": "a facility without lines is granted where the service has others",
    "unasked-required": "a required line whose module or function is missing is passed over",
}
"""Every quirk and what libpam does under it; see ``docs/dialects.md``."""

_OF_1_5 = frozenset({"system-includes", "short-lines", "blanks-continue", "unbounded-includes"})
_OF_OTHERS = frozenset({"setcred-after-refusal", "empty-facility", "unasked-required"})

QUIRK_SETS = {
    "libpam": frozenset(QUIRKS) - _OF_1_5 - _OF_OTHERS,
    "libpam-1.5": frozenset(QUIRKS) - _OF_OTHERS,
}
"""Named sets: `libpam` is Linux-PAM 1.7, `libpam-1.5` also what 1.5 and older do."""


def dialect_named(name: str) -> Dialect:
    """Return the dialect with a name, of whatever family; `KeyError` if there is none."""
    if name in DIALECTS:
        return DIALECTS[name]
    if name in ("openpam", "netbsd", "macos"):
        from pamkit.policy.dialect_openpam import OPENPAM_DIALECTS

        return OPENPAM_DIALECTS[name]
    from pamkit.policy.dialect_sun import SUN_DIALECTS

    return SUN_DIALECTS[name]


def rules_of(dialect: Dialect, chosen: frozenset[str]) -> str:
    """Return a dialect and quirks as one line: equal where the same words mean the same."""
    traits = ((name, getattr(dialect, name)) for name in ("at_include", "jump_counts"))
    had = [name for name, has in traits if has]
    return " ".join((dialect.name, *had, "with", *sorted(chosen)))


def quirks(names: Iterable[str]) -> frozenset[str]:
    """Return the quirks that names of quirks and of sets stand for; `KeyError` if unknown."""
    chosen: frozenset[str] = frozenset()
    for name in names:
        if name in QUIRK_SETS:
            chosen |= QUIRK_SETS[name]
        elif name in QUIRKS:
            chosen |= {name}
        else:
            raise KeyError(name)
    return chosen
