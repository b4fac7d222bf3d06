"""The judge judged: every line of stock policies left out, every two neighbours swapped.

Each of these mutants has to be told from what it was: by a comparison, by the modules that run, by
what is counted; or the line was said to be without influence.  Usage: ``python -m bench.mutation``.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from pamkit.analysis.changes import asked_for_yes, uncounted
from pamkit.analysis.compare import Comparison, Taken, compare
from pamkit.analysis.control_flow import flow
from pamkit.analysis.explore import Known, Outcome, TooMany, explore
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import TROUBLE, Model
from pamkit.cli.declarations import declarations
from pamkit.policy.chain import Chain, Link, Substack
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive

known = cache(declarations)

Links = tuple[Link | Substack, ...]

KILLED = ("looser", "stricter", "different", "runs", "counted", "code")
"""Classes of mutants that are told from what they were, the first that does."""

EXPLAINED = {
    "idle": "the line answers and does nothing else, and is reported as redundant-line",
    "closing": "a `required pam_permit.so` that closes a chain whose lines all decide",
    "denial": "a denial that no run reaches: it stands there for another day",
    "order": "two lines of which either may come first: the same verdicts, codes and modules",
    "twin": "the same module is asked by another line on every run that this line is asked on",
    "refusals": "it is asked only on runs that are refused anyway, with the same codes",
}
"""Classes of mutants that mean the same as what they were, and why."""


class Mutant(NamedTuple):
    """A changed chain: where it comes from, what was done, and to which line."""

    service: str
    kind: str
    line: Link
    old: Chain
    new: Chain

    def __str__(self) -> str:
        where = f"{self.line.span.file.rpartition('/')[2]}:{self.line.span.line}"
        return f"{self.service} {self.old.facility.name.lower()} {self.kind} {where}" + (
            f" {self.line.control} {self.line.module}"
        )


def mutants(services: Mapping[str, Mapping[Facility, Chain]]) -> Iterator[Mutant]:
    """Yield every mutant of every chain; chains that are alike are one."""
    seen = set()
    for service, chains in services.items():
        for chain in chains.values():
            alike = _told(chain.links)
            if not chain.links or alike in seen:
                continue
            seen.add(alike)
            for kind, line, links in _changed(chain.links):
                if links:
                    yield Mutant(service, kind, line, chain, chain.changed(links=links))


def _told(links: Links) -> tuple[object, ...]:
    return tuple(
        _told(link.links)
        if isinstance(link, Substack)
        else (link.module, link.args, link.actions, link.refusal)
        for link in links
    )


def _changed(links: Links) -> Iterator[tuple[str, Link, Links]]:
    for at, link in enumerate(links):
        if isinstance(link, Substack):
            for kind, line, inside in _changed(link.links):
                if inside:
                    new = link.changed(links=inside)
                    yield kind, line, (*links[:at], new, *links[at + 1 :])
            continue
        yield "without", link, _numbered((*links[:at], *links[at + 1 :]))
        if at + 1 < len(links):
            beside = links[at + 1]
            if isinstance(beside, Link) and _told((link,)) != _told((beside,)):
                swapped = (*links[:at], beside, link, *links[at + 2 :])
                yield "swapped", link, _numbered(swapped)


def _numbered(links: Links) -> Links:
    """Return links that count in the order of the text again."""
    last = -1

    def renumbered(links: Links) -> Links:
        nonlocal last
        found: list[Link | Substack] = []
        for link in links:
            last += 1
            number = last
            if isinstance(link, Substack):
                found.append(link.changed(number=number, links=renumbered(link.links)))
            else:
                found.append(link.changed(number=number))
        return tuple(found)

    return renumbered(links)


def judged(mutant: Mutant) -> str:
    """Return the class of a mutant; empty if nothing explains that it survives."""
    facility = mutant.old.facility
    old, new = {facility: mutant.old}, {facility: mutant.new}
    calls = [call for call, of in FACILITY_OF.items() if of is facility]
    first = next(call for call in calls if call not in REPLAYS)
    # The cheapest question first.
    if asked_for_yes(mutant.old, first, known()) != asked_for_yes(mutant.new, first, known()):
        return "runs"
    for call in calls:
        found = compare(old, new, call, known(), jump_counts=(True, True))
        if found.verdict != "same":
            if call not in REPLAYS and call is not Primitive.CHAUTHTOK:
                _replay(mutant, found)
            return found.verdict
    if facility is Facility.AUTH and uncounted(mutant.old, known()) != uncounted(
        mutant.new, known()
    ):
        return "counted"
    if compare(old, new, first, known(), with_codes=True).code:
        return "code"
    must_agree(mutant, first)
    return _explained(mutant, first)


def _explained(mutant: Mutant, first: Primitive) -> str:
    if mutant.kind == "swapped":
        return "order"
    line = mutant.line
    name = line.module.rpartition("/")[2]
    found = flow(mutant.old, first, known())
    if line in found.dead:
        return "denial" if name == "pam_deny.so" else ""
    if line in found.idle:
        return (
            "closing" if (name, line.control.lower()) == ("pam_permit.so", "required") else "idle"
        )
    numbers = _asked_before_yes(mutant.old, first)
    if line.number not in numbers:
        return "refusals"
    others = [link for link in mutant.old if link.module == line.module and link is not line]
    return "twin" if any(link.number in numbers for link in others) else ""


def _asked_before_yes(chain: Chain, call: Primitive) -> frozenset[int]:
    """Return the numbers of the links that some run to a yes asks."""
    model = Model(known(), call, special=TABLES)

    def outcomes(link: Link, settled: Known) -> Iterator[Outcome]:
        for outcome in model(link, settled):
            yield Outcome(outcome.code, outcome.settles, (str(link.number),))

    ends = explore(chain.links, outcomes).ends
    granted = [end.marks for end in ends if end.verdict.mood is Mood.GRANTED]
    return frozenset(int(mark) for marks in granted for mark in marks)


def _replay(mutant: Mutant, found: Comparison) -> None:
    """Walk both runs of a difference again: they must end as was said."""
    for difference, granted in ((found.looser, (False, True)), (found.stricter, (True, False))):
        if difference is None:
            continue
        ends = (
            ends_with_yes(mutant.old, difference.old),
            ends_with_yes(mutant.new, difference.new),
        )
        if ends != granted:
            raise AssertionError(f"{mutant}: a run ends otherwise")


def ends_with_yes(chain: Chain, run: tuple[Taken, ...]) -> bool:
    """Whether a run of a chain, walked again, ends with yes; it must ask whom the chain asks."""
    at = begin(chain.links)
    for step in run:
        if not isinstance(at, Cursor) or at.link is not step.link:
            raise AssertionError("a run asks others than the chain does")
        at = advance(at, step.outcome.code)
    return isinstance(at, Verdict) and at.mood is Mood.GRANTED


def must_agree(mutant: Mutant, call: Primitive, times: int = 30) -> None:
    """Walk days at random through both: who survives must end alike on each."""
    draw = random.Random(0)  # noqa: S311  # any days will do
    model = Model(known(), call, special=TABLES)
    tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
    for link in (*mutant.old, *mutant.new):
        tables[_words(link)] = (*tables.get(_words(link), ()), link.actions)
    model.beside = tables
    for _ in range(times):
        day: dict[str, object] = {}
        ends = [_some_day(chain, model, day, draw) for chain in (mutant.old, mutant.new)]
        if None not in ends and ends[0] is not ends[1]:
            raise AssertionError(f"{mutant}: there is a day on which it is another")


def _some_day(
    chain: Chain, model: Model, day: dict[str, object], draw: random.Random
) -> bool | None:
    at = begin(chain.links)
    while isinstance(at, Cursor):
        link = at.link
        name = " ".join(_words(link))
        module = f"trouble {model.subject(link).name}"
        fits = [
            row
            for row in model.rows(link)
            if all(day.get(of, value) == value for of, value in row.when)
            and day.get(name, row.code) == row.code
            and day.get(module, row.code if row.code in TROUBLE else -1)
            == (row.code if row.code in TROUBLE else -1)
        ]
        if not fits:
            return None
        row = draw.choice(fits)
        day |= dict(row.when)
        day[name] = row.code
        day[module] = row.code if row.code in TROUBLE else -1
        at = advance(at, row.code)
    return at.mood is Mood.GRANTED


def _words(link: Link) -> tuple[str, ...]:
    return (link.module, *link.args, link.refusal)


def main() -> int:
    """Judge all mutants of the stock policies; print classes and what nothing explains."""
    from tests.corpus.stock import STOCK, services

    total: Counter[str] = Counter()
    left: list[str] = []
    begun = time.monotonic()
    for root in STOCK:
        classes: Counter[str] = Counter()
        for mutant in mutants(services(root)):
            try:
                name = judged(mutant)
            except TooMany:
                name = "too many"
            classes[name or "UNEXPLAINED"] += 1
            if not name:
                left.append(f"{root}: {mutant}")
        total += classes
        print(root, dict(classes.most_common()), f"{time.monotonic() - begun:.0f} s", flush=True)
    print(sum(total.values()), "mutants:", dict(total.most_common()))
    for each in left:
        print("  unexplained:", each)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
