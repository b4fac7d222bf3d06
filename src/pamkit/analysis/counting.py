"""Lines that count failed attempts: what each is there for, and by which settings."""

from __future__ import annotations

from pamkit.formats.faillock_conf import PATH, Settings, settings_of
from pamkit.module.facts import ASKS_DAEMON, ASKS_NETWORK, PROVES_IDENTITY
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.surroundings import Surroundings
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link

COUNTERS = ("pam_faillock", "pam_tally", "pam_tally2")
"""Modules that keep count of failures, the current one first."""

_WORDS = ("preauth", "authfail", "authsucc")


def faillock_word(entry: KnownEntry) -> str:
    """Return what a line of pam_faillock in `auth` is there for; `""` for another module."""
    if entry.module != "pam_faillock":
        return ""
    # C: the last word counts, and without one it is `preauth`.
    return [_WORDS[0], *(arg for arg in entry.args if arg in _WORDS)][-1]


def faillocks(service: Service) -> dict[str, tuple[Link, KnownEntry]]:
    """Return the first line of pam_faillock in `auth` for each word that is there."""
    found: dict[str, tuple[Link, KnownEntry]] = {}
    for link, known in service.links(Facility.AUTH):
        word = faillock_word(known)
        if word and not link.refusal:
            found.setdefault(word, (link, known))
    return found


def settings_for(entry: KnownEntry, around: Surroundings) -> Settings | None:
    """Return the settings a line of pam_faillock works with; `None` if its file is not known."""
    named = entry.argument("conf=")
    path = PATH if named is None else next(a for a in entry.args if a.startswith("conf="))[5:]
    text = around.text(path)
    if text is None:
        return None
    try:
        return settings_of(text.encode("utf-8", "surrogateescape"), entry.args)[0]
    except ValueError:
        return None


def late_preauth(service: Service) -> tuple[Link, Link, KnownEntry] | None:
    """Return the first `preauth` that stands behind what checks the password, with that check."""
    check: Link | None = None
    for link, known in service.links(Facility.AUTH):
        if faillock_word(known) == "preauth":
            return None if check is None else (link, check, known)
        if check is None and checks_password(known):
            check = link
    return None


def is_remote(entry: KnownEntry) -> bool:
    """Whether the module of an entry asks others, who keep counts of their own."""
    return entry.states(ASKS_DAEMON) or entry.states(ASKS_NETWORK)


def checks_password(entry: KnownEntry) -> bool:
    """Whether the module of an entry checks passwords, and nobody else keeps count of failures."""
    return entry.states(PROVES_IDENTITY) and not is_remote(entry)
