"""What lines of a tree mean to other families: each difference once, with the families it is in.

The readers of all families read each file (`analysis.other_readings`), and their folds judge the
lines of each service (`analysis.parting`).  Rules named `portable-...` say what is found here.
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.family_names import listed
from pamkit.analysis.jump_ways import JumpWays
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import TOLD_APART, Model
from pamkit.analysis.other_readings import fault_in_words, other_readings
from pamkit.analysis.parting import (
    NO,
    Parting,
    TooLong,
    Way,
    differs,
    nobody_said,
    partings,
    silence_matters,
    told_apart,
)
from pamkit.analysis.parting_words import in_words
from pamkit.policy.chain import Link
from pamkit.policy.control import ALL_DIE, KEYWORDS, NOTE, Action
from pamkit.policy.dialect import DIALECT_NAMES, LINK, Dialect, dialect_named, rules_of
from pamkit.policy.places import places_in
from pamkit.policy.source import Layout
from pamkit.policy.words import ascii_lower
from pamkit.semantics.fold import fold_of
from pamkit.semantics.fold_sun import DEFAULTS
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.facility import REPLAYS, Facility, Primitive, word
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.parting import Answer, Rows
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import File, Service, Tree
    from pamkit.policy.chain import Chain
    from pamkit.vocab.diagnostic import Finding

TO = "portable-to"
"""The value that chooses families: names of dialects, parted by commas."""

EVERYONE = "all"
"""Its usual value."""


class Apart(Record, eq=False):
    """A line that means something else to other families.

    ``about`` says when, ``ways`` what each family makes of it, by the names of dialects; those that
    are not named agree with the tree's own.
    """

    rule: str
    span: Span
    about: str
    ways: dict[str, str]

    def __str__(self) -> str:
        """What is said of it."""
        return "; ".join(filter(None, (self.about, listed(self.ways))))


def portable_findings(rule: Rule, tree: Tree, head: str, help: str) -> Iterator[Finding]:
    """Yield the findings of a rule in a tree; each says ``head``, then who makes what of it."""
    for each in apart(tree):
        if each.rule == rule.name:
            yield rule.finding(each.span, "; ".join(filter(None, (head, str(each)))), help)


@lru_cache(maxsize=4)
def apart(tree: Tree) -> tuple[Apart, ...]:
    """Return all lines of a tree that mean something else to the families that are asked for."""
    here = tree.dialect
    there = tuple(each for each in families_of(tree) if each.name != here.name)
    found = _Found()
    for file in tree.files:
        _read(file, here, there, found)
    _places(tree, there, found)
    judge = _Judge(here, there, found)
    for service in tree.services:
        judge.service(service)
    return (*found.all(), *judge.missing())


def families_of(tree: Tree) -> tuple[Dialect, ...]:
    """Return the dialects that the lines of a tree are read in besides."""
    wanted = tree.wanted.get(TO, EVERYONE)
    names = DIALECT_NAMES if wanted == EVERYONE else wanted.split(",")
    return tuple(dialect_named(name) for name in sorted(set(names), key=DIALECT_NAMES.index))


class _Found:
    """What was found so far: what several families do with a line is one finding."""

    def __init__(self) -> None:
        self._apart: dict[tuple[str, Span, str], dict[str, str]] = {}

    def add(self, rule: str, span: Span, about: str, name: str, said: str) -> None:
        self._apart.setdefault((rule, span, about), {}).setdefault(name, said)

    def has(self, rule: str, span: Span, about: str) -> bool:
        return (rule, span, about) in self._apart

    def all(self) -> Iterator[Apart]:
        return (Apart(*key, ways) for key, ways in self._apart.items())


def _read(file: File, here: Dialect, there: tuple[Dialect, ...], found: _Found) -> None:
    for dialect in there:
        said: dict[tuple[str, Span], list[str]] = {}
        for each in other_readings(file.syntax, here, dialect, with_service=file.with_service):
            said.setdefault((each.rule, each.span), []).append(each.said)
        for (rule, span), parts in said.items():
            found.add(rule, span, "", dialect.name, ", and ".join(parts))


def _places(tree: Tree, there: tuple[Dialect, ...], found: _Found) -> None:
    """Say who never looks into a directory, or a file, that policies lie in."""
    if tree.layout.confdir is not None:
        return
    firsts: dict[tuple[str, bool], File] = {}
    for file in tree.files:
        place = file.path if file.with_service else file.path.rpartition("/")[0]
        firsts.setdefault((place, file.with_service), file)
    ours = places_in(tree.dialect, tree.layout)
    held = {place for place, column in firsts if not column}
    for (place, column), file in firsts.items():
        if place not in (ours.files if column else ours.directories):
            continue
        for dialect in there:
            theirs = places_in(dialect, tree.layout)
            looked_at = (*theirs.directories, *theirs.files)
            # DIALECT: Linux looks into the file only where there is no directory.
            is_hidden = column and not theirs.beside and bool(held & set(theirs.directories))
            if place not in (theirs.files if column else theirs.directories) or is_hidden:
                if is_hidden:
                    looked_at = theirs.directories
                said = f"looks into {', '.join(looked_at)} only"
                about = f"{place} is not looked into everywhere"
                found.add("portable-place", Span(file.path, 1), about, dialect.name, said)


_CALLS: dict[Facility, tuple[tuple[Primitive, bool | None], ...]] = {
    Facility.AUTH: ((Primitive.AUTHENTICATE, None), (Primitive.SETCRED, None)),
    Facility.ACCOUNT: ((Primitive.ACCT_MGMT, None),),
    Facility.PASSWORD: ((Primitive.CHAUTHTOK, False), (Primitive.CHAUTHTOK, True)),
    Facility.SESSION: ((Primitive.OPEN_SESSION, None), (Primitive.CLOSE_SESSION, None)),
}
"""What is asked of the lines of each facility: the call, and the pass of chauthtok."""


class _Judge:
    """The lines of services, as the folds of other families judge them."""

    def __init__(self, here: Dialect, there: tuple[Dialect, ...], found: _Found) -> None:
        self.here, self.there, self.found = here, there, found
        self._partings: dict[object, list[Parting]] = {}
        self._differs: dict[object, bool] = {}
        self._by_line: dict[Span, dict[str, str]] = {}
        self._said: set[tuple[str, Span, str]] = set()

    def service(self, service: Service) -> None:
        """Look at all chains of a service."""
        if service.policy is None:
            return
        empty = [each for each in Facility if not service.policy.places(each)]
        for facility in empty if len(empty) < len(Facility) else ():
            self._empty(service, facility)
        for facility in Facility:
            chain = service.chains[facility]
            if chain.links:
                self._chain(service, chain)

    def missing(self) -> Iterator[Apart]:
        """Yield what becomes of modules that are not there, once for each file and way."""
        files: dict[tuple[str, str], tuple[Span, dict[str, str], int]] = {}
        for span, ways in sorted(self._by_line.items(), key=lambda each: each[0].line):
            key = (span.file, listed(ways))
            first, _, count = files.get(key, (span, ways, 0))
            files[key] = (first, ways, count + 1)
        for span, ways, count in files.values():
            others = f" (and of {count - 1} more of this file)" if count > 1 else ""
            about = f"if the module of this line{others} is not installed"
            yield Apart("portable-missing-module", span, about, ways)

    def _empty(self, service: Service, facility: Facility) -> None:
        about = f"no line for `{word(facility)}`, not even in `other`"
        span = Span(service.file.path, 1)
        for dialect in (self.here, *self.there):
            said = fault_in_words(dialect.no_lines)
            # DIALECT: what illumos' library does, and pamkit only under the quirk.
            rules = rules_of(dialect, frozenset({"empty-facility"}))
            if fold_of(rules, Primitive.ACCT_MGMT).empty.mood is Mood.GRANTED:
                said = "the call is granted"
            self.found.add("portable-empty-facility", span, about, dialect.name, said)

    def _chain(self, service: Service, chain: Chain) -> None:
        links = [link for link in chain.links if isinstance(link, Link)]
        if len(links) < len(chain.links) or any(link.refusal for link in links):
            links = []
        rows = tuple(_row(link, self.here) for link in links)
        is_plain = bool(rows) and None not in rows
        for dialect in self.there:
            if not self.here.keywords and not dialect.keywords:
                self._jumps(service, chain, dialect)
            elif is_plain:
                self._family(service, chain, links, dialect)

    def _family(self, service: Service, chain: Chain, links: list[Link], dialect: Dialect) -> None:
        known = [link for link in links if _row(link, dialect) is not None]
        if len(known) < len(links) and fault_in_words(dialect.bad_line) != _PASSED_OVER:
            return  # it does not read them
        if not known:
            return
        try:
            self._compare(service, chain, known, dialect)
        except TooLong:
            about = "there are more answers to these lines than can be looked at"
            self.found.add(_CREDENTIALS, known[0].span, about, dialect.name, "not compared")

    def _compare(self, service: Service, chain: Chain, links: list[Link], dialect: Dialect) -> None:
        is_first = True
        for primitive, update in _CALLS[chain.facility]:
            asked = _Asked(service, links, primitive, update)
            old = _way(asked, self.here, other=dialect)
            new = _way(asked, dialect, other=self.here)
            answers = asked.answers(old, new)
            refused = [_is_refused(asked, each) for each in (self.here, dialect)]
            if any(refused):
                self._lacking(asked, (old, new), refused, dialect, answers)
                continue
            self._say(asked, self._parted(old, new, answers), (old, new), dialect)
            if self._differ("silence", old, new, answers):
                self._silent(asked, nobody_said(old, new), dialect)
            if is_first:
                self._absent(asked, (old, new), answers, dialect)
            if asked.earlier is None:
                self._codes(asked, (old, new), dialect)
            is_first = False

    def _codes(self, asked: _Asked, ways: tuple[Way, Way], dialect: Dialect) -> None:
        """Tell of lines on which nothing hangs but the code of a refusal."""
        old, new = (way.changed(with_codes=True) for way in ways)
        answers = asked.answers(old, new, alike=2)
        found = [
            each
            for each in self._parted(old, new, answers)
            if not any(
                (rule, asked.links[each.line].span, dialect.name) in self._said for rule in _FOLDED
            )
        ]
        self._say(asked, found, (old, new), dialect, rule=_CODE)
        key = (_CODE, asked.links[-1].span, dialect.name)
        is_said = (_SILENT, *key[1:]) in self._said or key in self._said
        if not is_said and self._differ("silence", old, new, answers):
            self._said.add(key)
            about = f"if no line has a say in {asked.primitive.name.lower()}"
            told = nobody_said(old, new)
            for name, code in zip((self.here.name, dialect.name), told, strict=True):
                self.found.add(_CODE, key[1], about, name, f"it is refused with `{code}`")

    def _parted(self, old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]) -> list[Parting]:
        key = (_key(old), _key(new), answers)
        if key not in self._partings:
            self._partings[key] = partings(old, new, answers)
        return self._partings[key]

    def _differ(
        self, what: str, old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]
    ) -> bool:
        key = (what, _key(old), _key(new), answers)
        if key not in self._differs:
            compared = silence_matters if what == "silence" else differs
            self._differs[key] = compared(old, new, answers)
        return self._differs[key]

    def _say(
        self,
        asked: _Asked,
        partings: list[Parting],
        ways: tuple[Way, Way],
        dialect: Dialect,
        *,
        rule: str = "",
    ) -> None:
        """Tell of each line once by each rule, where that can be by what other families do too.

        ``rule`` tells of all of them; without it the one that fits.
        """
        by_line: dict[tuple[str, Span], dict[str, Parting]] = {}
        # A refusal tells more than a yes.
        for each in sorted(partings, key=lambda each: each.answer[-1] in TOLD_APART):
            fitting, about = _told_by(asked, each)
            by_line.setdefault((rule or fitting, asked.links[each.line].span), {})[about] = each
        for (teller, span), abouts in by_line.items():
            if (teller, span, dialect.name) in self._said:
                continue
            self._said.add((teller, span, dialect.name))
            said_already = (about for about in abouts if self.found.has(teller, span, about))
            about = next(said_already, next(iter(abouts)))
            for side, name in enumerate((self.here.name, dialect.name)):
                said = in_words(ways[side], abouts[about], side)
                self.found.add(teller, span, about, name, said)

    def _silent(self, asked: _Asked, told: tuple[str, str], dialect: Dialect) -> None:
        """Tell once for each chain that nobody need have a say."""
        span = asked.links[-1].span
        key = (_SILENT, span, dialect.name)
        if key in self._said:
            return
        self._said.add(key)
        about = f"if no line has a say in {asked.primitive.name.lower()}"
        for name, way in zip((self.here.name, dialect.name), told, strict=True):
            said = "the call is refused" if way == NO else "the call is granted"
            self.found.add(_SILENT, span, about, name, said)

    def _lacking(
        self,
        asked: _Asked,
        ways: tuple[Way, Way],
        refused: list[bool],
        dialect: Dialect,
        answers: tuple[tuple[Answer, ...], ...],
    ) -> None:
        """Say where one family refuses a call for a module without the function, the other not."""
        if all(refused) or not self._differ("all", *_refusing(ways, refused), answers):
            return
        line = min(asked.lacking)
        link = asked.links[line]
        about = f"the module has no function for {asked.primitive.name.lower()}"
        for each, way in zip((self.here, dialect), ways, strict=True):
            said = _fault(_in_the_library(each, each.no_function), way.rows[line])
            self.found.add("portable-missing-function", link.span, about, each.name, said)

    def _absent(
        self,
        asked: _Asked,
        ways: tuple[Way, Way],
        answers: tuple[tuple[Answer, ...], ...],
        dialect: Dialect,
    ) -> None:
        """Note for each line what becomes of it where its module is not there."""
        families = (self.here, dialect)
        for line, link in enumerate(asked.links):
            refused = [each.no_module[0] != LINK for each in families]
            if all(refused):
                continue
            constant = tuple(
                way.changed(
                    rows=_with_answer(way.rows, line, _in_the_library(each, each.no_module)[1])
                )
                for way, each in zip(ways, families, strict=True)
            )
            old, new = _refusing((constant[0], constant[1]), refused)
            missing = (*answers[:line], (_MISSING,), *answers[line + 1 :])
            if self._differ("all", old, new, missing):
                said = self._by_line.setdefault(link.span, {})
                for each, way in zip(families, ways, strict=True):
                    said.setdefault(
                        each.name, _fault(_in_the_library(each, each.no_module), way.rows[line])
                    )

    def _jumps(self, service: Service, chain: Chain, dialect: Dialect) -> None:
        """Say which lines that jump count for one of Linux-PAM and Debian, and not for the other.

        DIALECT: in setcred and close_session.
        """
        primitive = _FOLLOWERS.get(chain.facility)
        jumping = [link for link in chain if max(link.actions) > 0]
        if primitive is None or not jumping or self.here.jump_counts is dialect.jump_counts:
            return
        links = list(chain)
        first, then = (_possible(service, links, each) for each in (REPLAYS[primitive], primitive))
        ways = JumpWays(chain, dict(zip(links, first, strict=True)))
        answers = dict(zip(links, then, strict=True))
        for link in jumping:
            if ways.jumps_and_grants(link) and any(code not in _HARMLESS for code in answers[link]):
                call = primitive.name.lower()
                about = f"if the line jumps, what its module answers to {call}"
                for each in (self.here, dialect):
                    said = "it counts" if each.jump_counts else "it does not count"
                    self.found.add(_CREDENTIALS, link.span, about, each.name, said)


_FOLLOWERS = {Facility.AUTH: Primitive.SETCRED, Facility.SESSION: Primitive.CLOSE_SESSION}
_HARMLESS = (ReturnCode.SUCCESS, ReturnCode.IGNORE)
_CREDENTIALS = "portable-credentials"
_MISSING = (int(ReturnCode.MODULE_UNKNOWN),)
_CODE = "portable-code"
_FOLDED = (
    "portable-must-change",
    "portable-try-again",
    "portable-sufficient",
    "portable-missing-function",
    _CODE,
)
"""Rules of which one is enough for a line."""
_SILENT = "portable-nobody-refuses"
_LAYOUT = Layout()
_PASSED_OVER = fault_in_words((LINK, ReturnCode.IGNORE))


class _Asked:
    """The lines of a chain, in one call: what each may answer, and which modules lack it."""

    def __init__(
        self, service: Service, links: list[Link], primitive: Primitive, update: bool | None
    ) -> None:
        self.links, self.primitive, self.update = links, primitive, update
        self.earlier = REPLAYS.get(primitive)
        self._codes = _possible(service, links, primitive, update)
        self._earlier = self._codes
        if self.earlier is not None:
            self._earlier = _possible(service, links, self.earlier)
        model = Model(service.declarations, primitive, special=TABLES, update=update)
        self.lacking: set[int] = set()
        for number, link in enumerate(links):
            stated = model.subject(link).declaration
            if stated is not None and not stated.answers.get(primitive):
                self.lacking.add(number)

    def answers(self, old: Way, new: Way, *, alike: int = 1) -> tuple[tuple[Answer, ...], ...]:
        """Return what each line may answer, of answers that both treat alike so many."""
        found: list[tuple[Answer, ...]] = []
        for line in range(len(self.links)):
            both = (old.rows[line], new.rows[line])
            codes = told_apart(self._codes[line], both, alike)
            if old.earlier is None:
                found.append(tuple((code,) for code in codes))
            else:
                before = told_apart(self._earlier[line], both)
                found.append(tuple((first, code) for first in before for code in codes))
        return tuple(found)


def _possible(
    service: Service, links: list[Link], primitive: Primitive, update: bool | None = None
) -> tuple[tuple[int, ...], ...]:
    """Return the codes that the module of each line may answer, the usual error before others."""
    model = Model(service.declarations, primitive, special=TABLES, update=update)
    every = (tuple(range(CODE_COUNT)),)
    model.beside = {(link.module, *link.args, link.refusal): every for link in links}
    rows = (model.rows(link) for link in links)
    usual = DEFAULTS[primitive]  # as good an error as any, and one that people know
    return tuple(
        tuple(sorted({row.code for row in each}, key=lambda code: (code != usual, code)))
        for each in rows
    )


def _row(link: Link, dialect: Dialect) -> tuple[int, ...] | None:
    """Return what a line's control does in a dialect; `None` if it is no word there."""
    words = dict(dialect.keywords) if dialect.keywords else KEYWORDS
    control = link.control
    if not dialect.keywords or places_in(dialect, _LAYOUT).any_case:
        control = ascii_lower(control)
    return words.get(control)


def _way(asked: _Asked, dialect: Dialect, *, other: Dialect) -> Way:
    """Return how a dialect judges lines in one call; ``other`` is what it is compared with."""
    rules = rules_of(dialect, frozenset())
    rows = tuple(_row(link, dialect) or () for link in asked.links)
    reach, code = _in_the_library(dialect, dialect.no_function)
    for line in asked.lacking if reach == LINK else ():
        rows = _with_answer(rows, line, code)
    primitive, earlier = asked.primitive, asked.earlier
    is_beside = earlier is not None and (dialect.replays or other.replays)
    return Way(
        rows,
        fold_of(rules, primitive, update=asked.update),
        fold_of(rules, earlier) if is_beside and earlier is not None else None,
        replays=dialect.replays and earlier is not None,
        done_is_all=dialect.done_check_is_all and asked.update is False,
    )


def _is_refused(asked: _Asked, dialect: Dialect) -> bool:
    """Whether a dialect refuses a call because a module has no function for it."""
    return bool(asked.lacking) and dialect.no_function[0] != LINK


def _refusing(ways: tuple[Way, Way], refused: list[bool]) -> tuple[Way, Way]:
    """Return the ways, those that refuse with lines that do."""
    old, new = (
        way.changed(rows=(ALL_DIE,) * len(way.rows)) if no else way
        for way, no in zip(ways, refused, strict=True)
    )
    return old, new


def _with_answer(rows: Rows, line: int, code: int) -> Rows:
    """Return rows of which one takes every answer for a certain one."""
    return (*rows[:line], (rows[line][code],) * CODE_COUNT, *rows[line + 1 :])


def _key(way: Way) -> object:
    return (*way[:1], id(way.fold), id(way.earlier), *way[3:])  # type: ignore[index]  # a record is a tuple


def _in_the_library(dialect: Dialect, fault: tuple[int, int]) -> tuple[int, int]:
    """Return how far a fault of a module goes in the family's own library, which may be laxer."""
    passes = dialect.passes_unasked and fault[0] == LINK
    return (LINK, ReturnCode.IGNORE) if passes else fault


def _fault(fault: tuple[int, int], actions: tuple[int, ...]) -> str:
    """Return in words how far a fault of a module goes, in a line with these actions."""
    reach, code = fault
    if reach == LINK and actions[code] in (Action.IGNORE, NOTE):
        return _PASSED_OVER
    return fault_in_words(fault)


def _told_by(asked: _Asked, parting: Parting) -> tuple[str, str]:
    """Return the rule that tells of a parting, and when it happens."""
    call = asked.primitive.name.lower()
    answers = tuple(f"`{WORDS[code]}`" for code in parting.answer)
    if parting.line in asked.lacking:
        return "portable-missing-function", f"the module has no function for {call}"
    if asked.earlier is not None:
        if len(answers) == 1:
            return _CREDENTIALS, f"if the module answers {answers[0]} to {call}"
        earlier = asked.earlier.name.lower()
        about = f"if the module answers {answers[0]} to {earlier} and {answers[1]} to {call}"
        return _CREDENTIALS, about
    about = f"if the module answers {answers[0]}"
    if asked.update is not None:
        about += " to the update" if asked.update else " to the check of chauthtok"
    demands = [at.verdict.code for at in (*parting.before, *parting.after)]
    if parting.answer[0] == ReturnCode.NEW_AUTHTOK_REQD:
        return "portable-must-change", about
    if ReturnCode.NEW_AUTHTOK_REQD in demands:
        return "portable-must-change", f"{about} and one before wants a new password"
    if parting.answer[0] == ReturnCode.TRY_AGAIN:
        return "portable-try-again", about
    return "portable-sufficient", about
