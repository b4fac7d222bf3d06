"""Lines that another family judges otherwise: the folds of both walk them in every call.

Lines with controls that one of the two does not have are told of by `analysis.other_readings`;
chains with such lines are not compared, unless the other family leaves those lines out.
"""

from __future__ import annotations

from pamkit.analysis.asked import (
    CALLS,
    Asked,
    in_the_library,
    possible_codes,
    row_of,
    with_answer,
)
from pamkit.analysis.family_names import listed
from pamkit.analysis.jump_ways import JumpWays
from pamkit.analysis.model import TOLD_APART
from pamkit.analysis.other_readings import fault_in_words
from pamkit.analysis.parting import (
    NO,
    Parting,
    TooLong,
    Way,
    differs,
    nobody_said,
    partings,
    silence_matters,
)
from pamkit.analysis.parting_words import in_words
from pamkit.policy.chain import Link
from pamkit.policy.control import ALL_DIE, NOTE, Action
from pamkit.policy.dialect import LINK, Dialect, rules_of
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.facility import REPLAYS, Facility, Primitive, word
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.analysis.apart import Found
    from pamkit.analysis.asked import Answers
    from pamkit.analysis.tree import Service, Tree
    from pamkit.policy.chain import Chain

    Compare = Callable[[Way, Way, Answers], bool]


def other_verdicts(tree: Tree, there: tuple[Dialect, ...], found: Found) -> None:
    """Note which lines of a tree the folds of other families judge otherwise."""
    judge = _Judge(tree.dialect, there, found)
    for service in tree.services:
        judge.service(service)
    judge.missing_modules()


_CODE = "portable-code"
_CREDENTIALS = "portable-credentials"
_MISSING_FUNCTION = "portable-missing-function"
_MUST_CHANGE = "portable-must-change"
_NOT_COMPARED = "portable-not-compared"
_SILENT = "portable-nobody-refuses"
_SUFFICIENT = "portable-sufficient"
_TRY_AGAIN = "portable-try-again"

_SAYS_MORE_THAN_CODES = (_MUST_CHANGE, _TRY_AGAIN, _SUFFICIENT, _MISSING_FUNCTION)
"""Rules that tell of a line who is let by: then nothing is said of the codes of refusals."""

_FOLLOWERS = {Facility.AUTH: Primitive.SETCRED, Facility.SESSION: Primitive.CLOSE_SESSION}
_HARMLESS = (ReturnCode.SUCCESS, ReturnCode.IGNORE)
_MISSING = (int(ReturnCode.MODULE_UNKNOWN),)
_PASSED_OVER = (LINK, ReturnCode.IGNORE)


class _Pair(Record, eq=False):
    """The lines of a chain in one call, as two families judge them: the tree's own, another."""

    asked: Asked
    families: tuple[Dialect, Dialect]
    ways: tuple[Way, Way]
    answers: Answers

    @property
    def refused(self) -> tuple[bool, bool]:
        """Whether each refuses the call because a module has no function for it."""
        here, there = self.families
        return self.asked.is_refused(here), self.asked.is_refused(there)

    @property
    def call(self) -> str:
        """The name of the call."""
        return self.asked.primitive.name.lower()

    def said(self, old: str, new: str) -> dict[str, str]:
        """Return what is said of both families, by their names."""
        here, there = self.families
        return {here.name: old, there.name: new}


class _Judge:
    """The lines of services, as the folds of other families judge them."""

    def __init__(self, here: Dialect, there: tuple[Dialect, ...], found: Found) -> None:
        self.here, self.there, self.found = here, there, found
        self._partings: dict[object, list[Parting]] = {}
        self._differs: dict[object, bool] = {}
        self._without: dict[Span, dict[str, str]] = {}
        self._told: set[tuple[str, Span, str]] = set()

    def service(self, service: Service) -> None:
        """Look at all chains of a service."""
        if service.policy is None:
            return
        empty = [each for each in Facility if not service.policy.places(each)]
        if len(empty) < len(Facility):
            for facility in empty:
                self._empty(service, facility)
        for facility in Facility:
            chain = service.chains[facility]
            if chain.links:
                self._chain(service, chain)

    def missing_modules(self) -> None:
        """Say what becomes of modules that are not there, once for each file and way."""
        files: dict[tuple[str, str], tuple[Span, dict[str, str], int]] = {}
        for span, ways in sorted(self._without.items(), key=lambda each: each[0].line):
            key = (span.file, listed(ways))
            first, _, count = files.get(key, (span, ways, 0))
            files[key] = (first, ways, count + 1)
        for span, ways, count in files.values():
            others = f" (and of {count - 1} more of this file)" if count > 1 else ""
            about = f"if the module of this line{others} is not installed"
            self.found.add("portable-missing-module", span, about, ways)

    def _empty(self, service: Service, facility: Facility) -> None:
        """Say what becomes of a call that has no lines."""
        of = f" of `{shown(service.name)}`" if service.file.with_service else ""
        about = f"no line for `{word(facility)}`{of}, not even in `other`"
        ways = {each.name: _empty_in_words(each) for each in (self.here, *self.there)}
        if len(set(ways.values())) > 1:
            self.found.add("portable-empty-facility", Span(service.file.path, 1), about, ways)

    def _chain(self, service: Service, chain: Chain) -> None:
        links = [link for link in chain.links if isinstance(link, Link)]
        is_flat = len(links) == len(chain.links) and not any(link.refusal for link in links)
        is_plain = is_flat and all(row_of(link, self.here) is not None for link in links)
        for dialect in self.there:
            if not self.here.keywords and not dialect.keywords:
                self._jumps(service, chain, dialect)
            elif is_plain:
                self._family(service, chain, links, dialect)

    def _family(self, service: Service, chain: Chain, links: list[Link], dialect: Dialect) -> None:
        known = [link for link in links if row_of(link, dialect) is not None]
        if not known or (len(known) < len(links) and dialect.bad_line != _PASSED_OVER):
            return  # it does not read them
        try:
            self._compare(service, chain, known, dialect)
        except TooLong:
            about = f"of `{word(chain.facility)}` there are {len(known)} lines"
            self.found.add(_NOT_COMPARED, known[0].span, about, {dialect.name: "not compared"})

    def _compare(self, service: Service, chain: Chain, links: list[Link], dialect: Dialect) -> None:
        is_first = True
        for primitive, update in CALLS[chain.facility]:
            pair = _pair(Asked(service, links, primitive, update), self.here, dialect)
            if any(pair.refused):
                self._lacking(pair)
                continue
            self._say(pair, self._parted(pair))
            if self._differ(silence_matters, *pair.ways, pair.answers):
                self._silent(pair)
            if is_first:
                self._absent(pair)
            if pair.asked.earlier is None:
                self._codes(pair)
            is_first = False

    def _parted(self, pair: _Pair) -> list[Parting]:
        key = (*pair.ways, pair.answers)
        if key not in self._partings:
            self._partings[key] = partings(*pair.ways, pair.answers)
        return self._partings[key]

    def _differ(self, compare: Compare, old: Way, new: Way, answers: Answers) -> bool:
        key = (compare, old, new, answers)
        if key not in self._differs:
            self._differs[key] = compare(old, new, answers)
        return self._differs[key]

    def _tells(self, rule: str, span: Span, dialect: Dialect) -> bool:
        """Take down that a rule tells of a line and a family; whether it has not done so yet."""
        key = (rule, span, dialect.name)
        is_new = key not in self._told
        self._told.add(key)
        return is_new

    def _is_told(self, rule: str, span: Span, dialect: Dialect) -> bool:
        return (rule, span, dialect.name) in self._told

    def _say(self, pair: _Pair, partings: list[Parting], *, rule: str = "") -> None:
        """Tell of each line once by each rule, where that can be by what other families do too.

        ``rule`` tells of all of them; without it the one that fits.
        """
        by_line: dict[tuple[str, Span], dict[str, Parting]] = {}
        # A refusal tells more than a yes.
        for each in sorted(partings, key=lambda each: each.answer[-1] in TOLD_APART):
            fitting, about = _told_by(pair, each)
            key = (rule or fitting, pair.asked.links[each.line].span)
            by_line.setdefault(key, {})[about] = each
        for (teller, span), abouts in by_line.items():
            if not self._tells(teller, span, pair.families[1]):
                continue
            said_already = (about for about in abouts if self.found.has(teller, span, about))
            about = next(said_already, next(iter(abouts)))
            said = (in_words(way, abouts[about], side) for side, way in enumerate(pair.ways))
            self.found.add(teller, span, about, pair.said(*said))

    def _silent(self, pair: _Pair) -> None:
        """Tell once for each chain that nobody need have a say."""
        span = pair.asked.links[-1].span
        if self._tells(_SILENT, span, pair.families[1]):
            told = nobody_said(*pair.ways)
            said = ("the call is refused" if way == NO else "the call is granted" for way in told)
            self.found.add(_SILENT, span, _if_silent(pair), pair.said(*said))

    def _codes(self, pair: _Pair) -> None:
        """Tell of lines on which nothing hangs but the code of a refusal."""
        links, dialect = pair.asked.links, pair.families[1]
        old, new = (way.changed(with_codes=True) for way in pair.ways)
        pair = pair.changed(ways=(old, new), answers=pair.asked.answers(old, new, alike=2))
        found = [
            each
            for each in self._parted(pair)
            if not any(
                self._is_told(rule, links[each.line].span, dialect)
                for rule in _SAYS_MORE_THAN_CODES
            )
        ]
        self._say(pair, found, rule=_CODE)
        last = links[-1].span
        if self._is_told(_SILENT, last, dialect) or self._is_told(_CODE, last, dialect):
            return
        if self._differ(silence_matters, old, new, pair.answers):
            self._tells(_CODE, last, dialect)
            said = (f"it is refused with `{code}`" for code in nobody_said(old, new))
            self.found.add(_CODE, last, _if_silent(pair), pair.said(*said))

    def _lacking(self, pair: _Pair) -> None:
        """Say where one family refuses a call for a module without the function, the other not."""
        asked, refused = pair.asked, pair.refused
        if all(refused) or not self._differ(differs, *_refusing(pair.ways, refused), pair.answers):
            return
        line = min(asked.lacking)
        said = (
            _fault(in_the_library(each, each.no_function), way.rows[line])
            for each, way in zip(pair.families, pair.ways, strict=True)
        )
        self.found.add(
            _MISSING_FUNCTION, asked.links[line].span, _if_lacking(pair), pair.said(*said)
        )

    def _absent(self, pair: _Pair) -> None:
        """Note for each line what becomes of it where its module is not there."""
        refused = [each.no_module[0] != LINK for each in pair.families]
        if all(refused):
            return
        faults = [in_the_library(each, each.no_module) for each in pair.families]
        for line, link in enumerate(pair.asked.links):
            said = [
                _fault(fault, way.rows[line]) for fault, way in zip(faults, pair.ways, strict=True)
            ]
            if len(set(said)) == 1:
                continue  # what differs is not of this line
            old, new = (
                way.changed(rows=with_answer(way.rows, line, code))
                for way, (_, code) in zip(pair.ways, faults, strict=True)
            )
            answers = (*pair.answers[:line], (_MISSING,), *pair.answers[line + 1 :])
            if self._differ(differs, *_refusing((old, new), refused), answers):
                known = self._without.setdefault(link.span, {})
                for name, how in pair.said(*said).items():
                    known.setdefault(name, how)

    def _jumps(self, service: Service, chain: Chain, dialect: Dialect) -> None:
        """Say which lines that jump count for one of Linux-PAM and Debian, and not for the other.

        DIALECT: in setcred and close_session.
        """
        primitive = _FOLLOWERS.get(chain.facility)
        jumping = [link for link in chain if max(link.actions) > 0]
        if primitive is None or not jumping or self.here.jump_counts is dialect.jump_counts:
            return
        links = list(chain)
        first = possible_codes(service, links, REPLAYS[primitive])
        then = possible_codes(service, links, primitive)
        ways = JumpWays(chain, dict(zip(links, first, strict=True)))
        answers = dict(zip(links, then, strict=True))
        about = f"if the line jumps, what its module answers to {primitive.name.lower()}"
        said = {
            each.name: "it counts" if each.jump_counts else "it does not count"
            for each in (self.here, dialect)
        }
        for link in jumping:
            if ways.jumps_and_grants(link) and any(code not in _HARMLESS for code in answers[link]):
                self.found.add(_CREDENTIALS, link.span, about, said)


def _pair(asked: Asked, here: Dialect, there: Dialect) -> _Pair:
    old, new = asked.way(here, other=there), asked.way(there, other=here)
    return _Pair(asked, (here, there), (old, new), asked.answers(old, new))


def _refusing(ways: tuple[Way, Way], refused: Iterable[bool]) -> tuple[Way, Way]:
    """Return the ways, those that refuse with lines that do."""
    old, new = (
        way.changed(rows=(ALL_DIE,) * len(way.rows)) if no else way
        for way, no in zip(ways, refused, strict=True)
    )
    return old, new


def _told_by(pair: _Pair, parting: Parting) -> tuple[str, str]:
    """Return the rule that tells of a parting, and when it happens."""
    asked = pair.asked
    answers = tuple(f"`{WORDS[code]}`" for code in parting.answer)
    if parting.line in asked.lacking:
        return _MISSING_FUNCTION, _if_lacking(pair)
    if asked.earlier is not None:
        if len(answers) == 1:
            return _CREDENTIALS, f"if the module answers {answers[0]} to {pair.call}"
        earlier = asked.earlier.name.lower()
        about = f"if the module answers {answers[0]} to {earlier} and {answers[1]} to {pair.call}"
        return _CREDENTIALS, about
    about = f"if the module answers {answers[0]}"
    if asked.update is not None:
        about += " to the update" if asked.update else " to the check of chauthtok"
    demands = [at.verdict.code for at in (*parting.before, *parting.after)]
    if parting.answer[0] == ReturnCode.NEW_AUTHTOK_REQD:
        return _MUST_CHANGE, about
    if ReturnCode.NEW_AUTHTOK_REQD in demands:
        return _MUST_CHANGE, f"{about} and one before wants a new password"
    if parting.answer[0] == ReturnCode.TRY_AGAIN:
        return _TRY_AGAIN, about
    return _SUFFICIENT, about


def _if_silent(pair: _Pair) -> str:
    return f"if no line has a say in {pair.call}"


def _if_lacking(pair: _Pair) -> str:
    return f"the module has no function for {pair.call}"


def _fault(fault: tuple[int, int], actions: tuple[int, ...]) -> str:
    """Return in words how far a fault of a module goes, in a line with these actions."""
    reach, code = fault
    is_forgiven = reach == LINK and actions[code] in (Action.IGNORE, NOTE)
    return fault_in_words(_PASSED_OVER if is_forgiven else fault)


def _empty_in_words(dialect: Dialect) -> str:
    """Return what becomes of a call without lines in the family's own library."""
    # DIALECT: illumos' library grants it, and pamkit only under the quirk.
    rules = rules_of(dialect, frozenset({"empty-facility"}))
    if fold_of(rules, Primitive.ACCT_MGMT).empty.mood is Mood.GRANTED:
        return "the call is granted"
    return fault_in_words(dialect.no_lines)
