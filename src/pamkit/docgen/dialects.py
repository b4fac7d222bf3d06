"""The pages of dialects and quirks: what libpam does, and what is done here instead."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text, capital
from pamkit.policy.dialect import DIALECTS, FAMILIES, QUIRK_SETS, QUIRKS, Dialect, dialect_named

_INSTEAD = {
    "read-error-ends-file": "the service is refused: half a policy is no policy",
    "unreadable-falls-through": "the service is refused: the file that was meant cannot be read",
    "empty-include": "an entry that must fail stands in for the include",
    "self-include": "the first repetition is refused with an entry that must fail",
    "service-path": "such a name is refused before a file is opened",
    "other-twice": "every entry runs once",
    "answers-steer-replay": "the recorded path is followed, whatever is answered on it",
    "update-unchecked": "a link whose preliminary check never ran answers `authtok_err` unasked",
    "flags-unchecked": "the call is refused with `PAM_SYSTEM_ERR`",
    "relative-paths": "it is refused: whoever starts a setuid program chooses that place",
    "system-includes": "they are looked up where the including file's service is looked up",
    "short-lines": "a line may have any length",
    "blanks-continue": "a blank or comment line ends a continued line, as in Linux-PAM 1.6",
    "unbounded-includes": "every nested file counts",
    "setcred-after-refusal": "setcred is refused with `PAM_PERM_DENIED`",
    "empty-facility": "the call is refused with `PAM_SYSTEM_ERR`",
    "unasked-required": "such a line fails with `PAM_MODULE_UNKNOWN`",
}
"""What happens without each quirk."""

_FEATURES = {
    "at_include": "a line `@include file` takes in all facilities of a file",
    "jump_counts": "in setcred and close_session a link that jumps counts like `ok`",
}

_ORIGINS = {
    "linux": "Linux-PAM as its authors release it",
    "debian": "Linux-PAM with Debian's patches",
    "openpam": "OpenPAM as FreeBSD has it",
    "netbsd": "OpenPAM as NetBSD has it: other places for policies, the same meaning",
    "macos": "Apple's OpenPAM: what nobody refuses is granted",
    "solaris": "Solaris 11, by its pages",
    "illumos": "illumos, as measured",
    "cde": "Sun's library of 1996, which came with CDE",
    "aix": "AIX, by its pages",
    "hpux": "HP-UX, by its pages",
}
"""Whose each dialect is."""


def quirks_page() -> str:
    """Return the page of all dialects and quirks."""
    names = tuple(DIALECTS)
    features = tuple(
        (meaning, *(_yes(getattr(DIALECTS[name], field)) for name in names))
        for field, meaning in _FEATURES.items()
    )
    quirks = tuple(
        (f"`{name}`", meaning, _INSTEAD[name], _sets(name)) for name, meaning in QUIRKS.items()
    )
    return markdown(
        Page(
            "Dialects and quirks",
            "The differences between PAM implementations that have a name.",
            (
                Text(
                    "A *dialect* is what an implementation means to do; one is always chosen. A"
                    " *quirk* is what libpam does although it opens doors or blinds the"
                    " administrator; every one is off until its name, or that of a set, is given."
                    " Which test shows each, and what else no manual page says, is in"
                    " [dialects.md](dialects.md)."
                ),
            ),
            (
                Section(
                    "Dialects",
                    (
                        Table(("", *(f"`{name}`" for name in names)), features),
                        Text("Those of other families have other words and other rules:"),
                        Bullets(tuple(f"`{name}`: {_ORIGINS[name]}" for name in FAMILIES)),
                    ),
                ),
                Section(
                    "Quirks",
                    (Table(("Name", "What libpam does", "What is done instead", "In"), quirks),),
                ),
            ),
        )
    )


def quirk_page(name: str) -> str | None:
    """Return the page of a quirk or a set of quirks, or `None`."""
    name = name.lower()
    if name in QUIRK_SETS:
        members = Bullets(tuple(f"`{q}`: {QUIRKS[q]}" for q in QUIRKS if q in QUIRK_SETS[name]))
        return markdown(Page(f"{name} (set of quirks)", "All of these at once.", (members,)))
    if name not in QUIRKS:
        return None
    within = _sets(name)
    points = (f"Without it {_INSTEAD[name]}", *([f"In {within}"] if within else []))
    meaning = QUIRKS[name]
    summary = f"{capital(meaning)}."
    return markdown(Page(f"{name} (quirk)", summary, (Bullets(points),)))


def dialect_page(name: str) -> str | None:
    """Return the page of a dialect, or `None`."""
    name = name.lower()
    if name not in _ORIGINS:
        return None
    dialect = dialect_named(name)
    points = _words_of(dialect) if dialect.keywords else _features_of(dialect)
    return markdown(Page(f"{name} (dialect)", f"{_ORIGINS[name]}.", (Bullets(points),)))


def dialect_names() -> tuple[str, ...]:
    """Return the names of dialects, quirks and sets of quirks."""
    return (*DIALECTS, *FAMILIES, *QUIRKS, *QUIRK_SETS)


def _features_of(dialect: Dialect) -> tuple[str, ...]:
    return tuple(
        f"{'Yes' if getattr(dialect, field) else 'No'}: {meaning}"
        for field, meaning in _FEATURES.items()
    )


def _words_of(dialect: Dialect) -> tuple[str, ...]:
    words = ", ".join(f"`{word}`" for word, _ in dialect.keywords)
    return (f"Its control words: {words}", "How it differs from Linux-PAM: docs/dialects.md")


def _sets(name: str) -> str:
    return ", ".join(f"`{label}`" for label, members in QUIRK_SETS.items() if name in members)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
