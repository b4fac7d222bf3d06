"""Where jumps land: the stretches of a chain that they count in, and the files that lie in between.

A jump counts the lines of its own chain, those of included files one by one, and a substack as one.
"""

from __future__ import annotations

from pamkit.module.facts import (
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import Action
from pamkit.policy.syntax import Kind
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.module.facts import Fact

    Stretch = tuple[Link | Substack, ...]

REFUSING = (Action.BAD, Action.DIE)
"""Actions of a line that must be passed."""

WORK: dict[Facility, tuple[Fact, ...]] = {
    Facility.AUTH: (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT),
    Facility.ACCOUNT: (CHECKS_ACCOUNT,),
    Facility.PASSWORD: (CHANGES_SECRET,),
}
"""What the lines of a facility are there for; of a session nothing decides."""


def stretches(service: Service, facility: Facility) -> Iterator[Stretch]:
    """Yield the chain that a service brings itself, and each of the substacks in it."""
    chain = service.chains.get(facility)
    if chain is None or chain.origin != service.name or not service.whole:
        return
    todo = [chain.links]
    while todo:
        here = todo.pop()
        todo.extend(each.links for each in here if isinstance(each, Substack))
        yield here


def does_work(known: KnownEntry, facility: Facility) -> bool:
    """Whether the success of a line is what its facility is for."""
    return any(known.states(fact) for fact in WORK.get(facility, ()))


def must_be_passed(link: Link) -> bool:
    """Whether a refusal of the module is one of the whole chain."""
    return bool(link.actions[ReturnCode.AUTH_ERR] in REFUSING)


def files_below(service: Service, path: str) -> frozenset[str]:
    """Return the paths of the files that a file takes in, directly or not."""
    files = () if service.policy is None else service.policy.files
    by_name = {file.name.rpartition("/")[2]: file for file in files}
    found: set[str] = set()
    todo = [path]
    for each in todo:
        syntax = by_name.get(each.rpartition("/")[2])
        for entry in () if syntax is None else syntax.entries:
            name = "" if entry.target is None else entry.target.text.rpartition("/")[2]
            if entry.kind is not Kind.MODULE and name in by_name:
                there = by_name[name].name
                if there not in found:
                    found.add(there)
                    todo.append(there)
    return frozenset(found)
