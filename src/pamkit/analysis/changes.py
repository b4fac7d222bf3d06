"""What a change of a policy changes beside its verdicts: which modules run, and with which words.

Two policies that let by the same people may still differ in what they do for them.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER, VALUES
from pamkit.analysis.explore import Outcome, explore
from pamkit.analysis.known_modules import COUNTED, TABLES
from pamkit.analysis.model import Model
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Known
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link


class Asked(Record):
    """The modules that are asked before a yes: on every way to it, and on some way."""

    always: frozenset[str]
    sometimes: frozenset[str]


class Change(Record):
    """One thing that is otherwise: its kind, the module, and a sentence about it."""

    kind: str
    module: str
    sentence: str


NOT_ASKED = "not-asked"
"""A module that was asked before every yes is not asked any more, or not always."""

NEWLY_ASKED = "newly-asked"
"""A module is asked before a yes that was not, or not always."""

FIRST = "first"
"""Another module is asked first."""

COUNTING = "counted"
"""Failures of somebody are counted that were not, or the other way round."""

_WRONG = "wrong"
"""The mark of a run on which a module saw a wrong password."""

WORDS = "words"
"""A module has other words in its line."""


def asked_for_yes(chain: Chain, primitive: Primitive, declarations: Declarations) -> Asked:
    """Return the modules that are asked before a yes; raises `TooMany`."""
    model = Model(declarations, primitive, special=TABLES)
    last: dict[str, int] = {}
    for link in chain:
        last |= dict.fromkeys(model.names(link), link.number)

    def outcomes(link: Link, known: Known) -> Iterator[Outcome]:
        for outcome in model(link, known):
            yield Outcome(outcome.code, outcome.settles, (module_of(link),))

    seen = explore(
        chain.links,
        outcomes,
        keep=lambda link, name: link is not None and last.get(name, -1) >= link.number,
        fold=fold_of(chain.rules, primitive),
    )
    granted = [end.marks for end in seen.ends if end.verdict.mood is Mood.GRANTED]
    if not granted:
        return Asked(frozenset(), frozenset())
    return Asked(frozenset.intersection(*granted), frozenset.union(*granted))


def module_of(link: Link) -> str:
    """Return the bare name of the module of a link."""
    return link.module.rpartition("/")[2].removesuffix(".so")


def changes(
    old: Chain, new: Chain, primitive: Primitive, declarations: Declarations
) -> tuple[Change, ...]:
    """Return what is otherwise for those who are let by; raises `TooMany`."""
    if _told(old) == _told(new):
        return ()
    before = asked_for_yes(old, primitive, declarations)
    after = asked_for_yes(new, primitive, declarations)
    found: list[Change] = []
    if before.sometimes and after.sometimes:
        found += _asked(before, after)
    lines = list(old), list(new)
    if lines[0] and lines[1]:
        first = [module_of(side[0]) for side in lines]
        both = {module_of(link) for link in lines[0]} & {module_of(link) for link in lines[1]}
        if first[0] != first[1] and both.issuperset(first):
            sentence = f"`{first[1]}` is asked first, which `{first[0]}` was"
            found.append(Change(FIRST, first[1], sentence))
    found += _worded(*lines)
    if primitive is Primitive.AUTHENTICATE:
        found += _counted(uncounted(old, declarations), uncounted(new, declarations))
    return tuple(found)


def uncounted(chain: Chain, declarations: Declarations) -> frozenset[str]:
    """Return the kinds of users whose wrong password can be refused without being counted.

    None at all, if nothing in the chain counts.  Raises `TooMany`.
    """
    model = Model(declarations, Primitive.AUTHENTICATE, healthy=True, special=TABLES)
    if not any(COUNTED in row.marks for link in chain for row in model.rows(link)):
        return frozenset()
    day = ((SECRET, "wrong"), (LOCKED, "no"), (CALLER, "other"))
    found = set()

    def outcomes(link: Link, known: Known) -> Iterator[Outcome]:
        for outcome in model(link, known):
            is_wrong = (SECRET, "wrong") in outcome.settles
            yield outcome.changed(marks=(*outcome.marks, _WRONG)) if is_wrong else outcome

    fold = fold_of(chain.rules, Primitive.AUTHENTICATE)
    for user in VALUES[USER]:
        seen = explore(chain.links, outcomes, known=frozenset(((USER, user), *day)), fold=fold)
        ends = (end for end in seen.ends if end.verdict.mood is not Mood.GRANTED)
        asked = [end.marks for end in ends if _WRONG in end.marks]
        if user != "nobody" and any(COUNTED not in marks for marks in asked):
            found.add(user)
    return frozenset(found)


def _told(chain: Chain) -> list[object]:
    return [(link.module, link.args, link.actions, link.refusal) for link in chain]


def _asked(before: Asked, after: Asked) -> Iterator[Change]:
    for module in sorted(before.sometimes - after.sometimes):
        yield Change(NOT_ASKED, module, f"`{module}` no longer runs")
    for module in sorted((before.always - after.always) & after.sometimes):
        yield Change(NOT_ASKED, module, f"`{module}` no longer runs on every way to a yes")
    for module in sorted(after.sometimes - before.sometimes):
        yield Change(NEWLY_ASKED, module, f"`{module}` runs now")
    for module in sorted((after.always - before.always) & before.sometimes):
        yield Change(NEWLY_ASKED, module, f"`{module}` runs on every way to a yes now")


def _counted(before: frozenset[str], after: frozenset[str]) -> Iterator[Change]:
    for user in VALUES[USER]:
        if (user in before) is not (user in after):
            now = "can be refused without being counted" if user in after else "is always counted"
            yield Change(COUNTING, "", f"a wrong password of {_USERS[user]} {now} now")


_USERS = {
    "root": "root",
    "system": "a user numbered below 1000",
    "local": "a local user",
    "directory": "a user of a directory",
}


def _worded(old: list[Link], new: list[Link]) -> Iterator[Change]:
    """Yield the modules of which both have lines, and other words in them."""
    words: tuple[dict[str, list[tuple[str, ...]]], ...] = ({}, {})
    for side, of in zip((old, new), words, strict=True):
        for link in side:
            of.setdefault(module_of(link), []).append(link.args)
    for module in words[0]:
        before, after = words[0][module], words[1].get(module)
        if after is None:
            continue
        gone = [" ".join(args) for args in before if args not in after]
        come = [" ".join(args) for args in after if args not in before]
        if gone and come:
            sentence = f"`{module}` has other words: {_quoted(gone)} was, {_quoted(come)} is"
            yield Change(WORDS, module, sentence)


def _quoted(texts: list[str]) -> str:
    return " and ".join(f"`{text}`" if text else "none" for text in dict.fromkeys(texts))
