"""One service's policy in the file where a family looks for it."""

from __future__ import annotations

from pamkit.policy.dialect import dialect_named
from pamkit.policy.source import MemorySource

_WITH_COLUMN = ("solaris", "illumos", "cde", "aix", "hpux")
_FACILITIES = ("auth", "account", "session", "password")


def source_of(dialect: str, service: str, lines: str) -> MemorySource:
    """Return a source with these lines; facilities without any are refused by `other`."""
    dialect_named(dialect)
    rest = "".join(f"{facility} required pam_deny.so\n" for facility in _FACILITIES)
    texts = {service: lines, "other": rest}
    if dialect not in _WITH_COLUMN:
        return MemorySource({f"/etc/pam.d/{name}": text for name, text in texts.items()})
    column = [
        f"{name} {line}\n" for name, text in texts.items() for line in text.splitlines() if line
    ]
    return MemorySource({"/etc/pam.conf": "".join(column)})
