"""Security contexts of SELinux: `user:role:type`, and behind these perhaps a range of levels.

Source: `context_new(3)`, and what libselinux makes of it.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

_FEWEST, _MOST = 2, 5
"""Colons; a range may have some of its own: `s0:c1-s0:c3`."""


class SecurityContext(Record):
    """A context by its parts; `None` is a part that the text ends before."""

    user: str
    role: str | None = None
    type: str | None = None
    range: str | None = None

    def __str__(self) -> str:
        """Return the text."""
        parts = (self.user, self.role, self.type, self.range)
        return ":".join(part for part in parts if part is not None)


def security_context(text: str) -> SecurityContext | None:
    """Return the parts of a context; `None` if it is none."""
    if not _FEWEST <= text.count(":") <= _MOST or not is_range(text):
        return None
    parts: list[str | None] = [*text.split(":", 3)]
    if any(" " in part for part in parts[:3] if part is not None):
        return None
    if not parts[-1]:
        parts.pop()  # C: what is empty at the end is not there
    user, *others = parts
    return SecurityContext(user or "", *others)


def is_range(text: str) -> bool:
    """Whether a text can be a range; whether it is one says the policy."""
    return not any(odd in text for odd in "\t\n\r")


def is_part(text: str) -> bool:
    """Whether a text can be a user, a role or a type."""
    return is_range(text) and " " not in text and ":" not in text
