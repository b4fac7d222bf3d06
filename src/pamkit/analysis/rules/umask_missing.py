"""A login that leaves it to others who may read new files.

What it finds

A service in which somebody works, without pam_umask in `session`, or with one that lets others
write what is new.

Why it matters

Where nobody sets it the umask is that of the program that logs people in. Each of them has another.

Avoid

    login:
    auth required pam_unix.so
    session required pam_unix.so

Prefer

    login:
    auth required pam_unix.so
    account required pam_nologin.so
    account required pam_unix.so
    session optional pam_umask.so umask=027
    session required pam_unix.so

Sources

- `pam_umask(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "umask-missing",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="SES-21",
    policy=True,
)

_WORD = "umask="
_OTHERS_WRITE = 0o002


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that are too open, or one finding where there is none."""
    links = service.links(Facility.SESSION)
    if not service.role.works or not links or not service.whole:
        return
    lines = [known for _, known in links if known.module == "pam_umask"]
    if not lines:
        yield RULE.finding(
            Span(service.file.path, 1),
            f"`{shown(service.name)}` does not say who may read new files",
            "add `session optional pam_umask.so umask=027`",
        )
    for known in lines:
        at = known.argument(_WORD)
        said = next((a.removeprefix(_WORD) for a in known.args if a.startswith(_WORD)), "")
        if at is not None and _is_octal(said) and not int(said, 8) & _OTHERS_WRITE:
            yield RULE.finding(at, f"everybody may write what is new (umask {said})", "write `027`")


def _is_octal(text: str) -> bool:
    return bool(text) and set(text) <= set("01234567")
