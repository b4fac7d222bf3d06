"""Policies of the families out of a few lines, and what is in place in them."""

from __future__ import annotations

from collections.abc import Mapping

from pamkit.policy.dialect import dialect_named
from pamkit.policy.families.resolve import resolve_family
from pamkit.policy.resolve import Policy
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.vocab.facility import Facility

UNREADABLE = Reading(Outcome.UNREADABLE, reason="permission denied")


class Disk(MemorySource):
    """Files in memory, some of which cannot be read."""

    def __init__(self, files: Mapping[str, str | Reading]) -> None:
        super().__init__({path: f for path, f in files.items() if isinstance(f, str)})
        self.odd = {path: f for path, f in files.items() if isinstance(f, Reading)}
        self.reads: list[str] = []

    def read(self, path: str) -> Reading:
        self.reads.append(path)
        return self.odd.get(path) or super().read(path)


def load(
    dialect: str,
    files: Mapping[str, str | Reading],
    *quirks: str,
    service: str = "su",
    layout: Layout | None = None,
) -> Policy:
    """Resolve a service; names without a directory lie in /etc/pam.d."""
    paths = {(n if n.startswith("/") else f"/etc/pam.d/{n}"): text for n, text in files.items()}
    return resolve_family(
        service, Disk(paths), dialect_named(dialect), layout=layout, quirks=frozenset(quirks)
    )


def asked(policy: Policy, facility: Facility = Facility.AUTH) -> list[str]:
    """The modules that are asked for a facility; `!` is in front of what can only fail."""
    return [
        ("!" if place.refusal else "") + (place.entry.target.text if place.entry.target else "")
        for place in policy.places(facility)
    ]


def rules(policy: Policy) -> list[str]:
    """The names of what was found."""
    return [found.rule for found in policy.findings]
