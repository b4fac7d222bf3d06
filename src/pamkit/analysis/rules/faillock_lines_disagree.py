"""Lines of pam_faillock that go by different settings.

What it finds

Two lines of pam_faillock in `auth` of one service with different `dir`; and, as a warning, with
different `deny`, `fail_interval` or `unlock_time`, or a line that says something else than
faillock.conf.

Why it matters

With different directories one line counts where the other does not look: nobody is locked out.
With different limits the one of the line counts that happens to judge, and a change in
faillock.conf has no effect on a line that says the same for itself.

Avoid

    auth required pam_faillock.so preauth dir=/var/lib/faillock
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so
    /etc/security/faillock.conf:
    dir = /var/lib/faillock

Sources

- `pam_faillock(8)`
- `faillock.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    faillocks,
    settings_for,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.faillock_conf import PATH, pairs, settings_of
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.formats.faillock_conf import Settings
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-lines-disagree", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="LOCK-10"
)

_LIMITS = ("deny", "fail_interval", "unlock_time")


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that disagree with the first one, or with the file."""
    lines = list(faillocks(service).values())
    said = [(known, settings_for(known, service.around)) for _, known in lines]
    first, settings = said[0] if said else (None, None)
    if first is None:
        return
    for known, others in said[1:]:
        differ = _differing(first, settings, known, others)
        if differ:
            yield RULE.finding(
                known.span,
                f"`{differ}` is not the same as in the line above",
                "say it once, in /etc/security/faillock.conf",
                level=RULE.level if differ == "dir" else Severity.WARNING,
                related=((first.span, "the line above"),),
            )
    for known, _ in said:
        yield from _against_file(service, known)


def _differing(
    first: KnownEntry, mine: Settings | None, known: KnownEntry, theirs: Settings | None
) -> str:
    """Return the setting in which two lines differ; where a file is not known, by their words."""
    if mine is None or theirs is None:
        mine, theirs = settings_of(b"", first.args)[0], settings_of(b"", known.args)[0]
        keys = [key for key in ("dir", *_LIMITS) if _says(first, key) and _says(known, key)]
    else:
        keys = ["dir", *_LIMITS]
    return next((key for key in keys if _value(mine, key) != _value(theirs, key)), "")


def _against_file(service: Service, known: KnownEntry) -> Iterator[Finding]:
    """Yield what a line says otherwise than the file."""
    text = service.around.text(PATH)
    if not text or known.argument("conf="):
        return
    try:
        in_file = dict(pairs(text.encode("utf-8", "surrogateescape")))
    except ValueError:
        return
    file = settings_of(text.encode("utf-8", "surrogateescape"), ())[0]
    line = settings_of(b"", known.args)[0]
    for key in _LIMITS:
        at = known.argument(f"{key}=")
        if at and key in in_file and _value(file, key) != _value(line, key):
            yield RULE.finding(
                at,
                f"`{key}` is {_value(line, key)} here, and {_value(file, key)} in {PATH}",
                "the line counts: take it away, or the line of the file",
                level=Severity.WARNING,
            )


def _says(known: KnownEntry, key: str) -> bool:
    return known.argument(f"{key}=") is not None


def _value(settings: Settings, key: str) -> object:
    return getattr(settings, {"dir": "directory"}.get(key, key))
