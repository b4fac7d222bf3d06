"""The machines of `pamkit fleet`, judged in the processes that do the work."""

from __future__ import annotations

import argparse
import gc
import os

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.claim_names import claim_named
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.families import fitting
from pamkit.analysis.fleet import Fleet
from pamkit.cli.check_places import places
from pamkit.cli.declarations import declarations
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.usage import UsageError
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.fleet import Judgement
    from pamkit.analysis.tree import Service


class Wanted(Record):
    """What is asked for: rules, claims and how bad it must be, by name."""

    rules: tuple[str, ...]
    unwanted: tuple[str, ...]
    claims: tuple[str, ...]
    level: str
    dialect: str | None


class Host(Record, eq=False):
    """A machine, and what is said of it: the number of its judgement, or why there is none."""

    name: str
    number: int
    problem: str = ""


def hosts_below(directory: str) -> Iterator[str]:
    """Yield a directory if it holds policies, or else those of its directories that do."""
    if _holds_policies(directory):
        yield directory
        return
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if os.path.isdir(path) and _holds_policies(path):
            yield path


def _holds_policies(directory: str) -> bool:
    """Whether it is the root of a machine, or a directory with nothing but policies in it."""
    below = directory.rstrip("/")
    if os.path.isdir(f"{below}/etc/pam.d") or os.path.isfile(f"{below}/etc/pam.conf"):
        return True
    inside = (
        (f"{below}/{name}" for name in os.listdir(directory)) if below.endswith("pam.d") else ()
    )
    return any(map(os.path.isfile, inside))


class Desk:
    """Judges machines in one process."""

    def __init__(self, wanted: Wanted) -> None:
        """Get ready; raises `KeyError` for a rule or claim that is none."""
        dialect = None if wanted.dialect is None else dialect_chosen(wanted.dialect)
        rules = chosen(rule_files(), wanted.rules, wanted.unwanted)
        self._claims = tuple(_claim(name) for name in wanted.claims)
        self._fleet = Fleet(
            rules if dialect is None else fitting(rules, dialect),
            self._claims_of,
            declarations(dialect),
            level=Severity[wanted.level.upper()],
        )
        self._dialect = wanted.dialect
        # A judgement stays where it is while it has a number.
        self._numbers: dict[int, tuple[int, Judgement]] = {}

    def judged(self, directories: list[str]) -> tuple[list[Host], dict[int, Judgement]]:
        """Return what is said of machines, and the judgements that were not given before."""
        hosts = []
        new: dict[int, Judgement] = {}
        for directory in directories:
            try:
                judgement = self._judged(directory)
            except UsageError as bad:
                hosts.append(Host(directory, -1, bad.message))
                continue
            known = self._numbers.get(id(judgement))
            if known is None:
                known = self._numbers[id(judgement)] = len(self._numbers), judgement
                new[known[0]] = judgement
            hosts.append(Host(directory, known[0]))
        return hosts, new

    def _judged(self, directory: str) -> Judgement:
        (place,) = places(
            argparse.Namespace(
                root="/", confdir=None, dialect=self._dialect, stdin=None, places=[f"{directory}/"]
            )
        )
        return self._fleet.judged(
            place.source, place.dialect, layout=place.layout, whole=place.whole
        )

    def _claims_of(self, service: Service) -> tuple[Claim, ...]:
        return self._claims or default_claims(service.name)


def _claim(name: str) -> Claim:
    claim = claim_named(name)
    if claim is None:
        raise KeyError(name)
    return claim


def settle() -> None:
    """Spare the collector of garbage what stays: nearly all that is made here is kept."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
