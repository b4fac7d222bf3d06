"""Two policies for the same service: what one lets by and the other does not, with the runs.

Both see the same day: circumstances are those of both, a module that stands in both with the same
words answers both alike, and one that cannot do its work can do it in neither.  They are walked
side by side, the lines that both have together; so what one has settled is forgotten as soon as
neither hangs on it any more.
"""

from __future__ import annotations

from pamkit.analysis import explore
from pamkit.analysis.circumstance import VALUES, answer_of, trouble_of
from pamkit.analysis.course import Course, Ended, Stand, course_of
from pamkit.analysis.explore import NOTHING, Choice, Known, Outcome, TooMany
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, TOLD_APART, TROUBLE, Model
from pamkit.policy.chain import Link, Substack
from pamkit.semantics.fold import fold_of
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pamkit.analysis.course import Place
    from pamkit.analysis.model import Declarations, Row
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility, Primitive

    Chains = Mapping[Facility, Chain]
    At = Stand | Ended


MOST_STEPS = 50_000
"""Steps that are tried before it is given up: some seconds; real policies take a few hundred."""


class Taken(Choice):
    """One step of a run; ``stage`` is 1 for the second walk, or for what follows the first."""

    stage: int = 0


class Difference(Record):
    """A day on which two policies end otherwise: the run of each, and how it ends."""

    old: tuple[Taken, ...]
    new: tuple[Taken, ...]
    codes: tuple[int, int] = (0, 0)

    @property
    def day(self) -> dict[str, str]:
        """The circumstances that both runs hang on, without what single lines answer."""
        found: dict[str, str] = {}
        for step in (*self.old, *self.new):
            for name, value in step.outcome.settles:
                if not name.startswith(_OF_LINES):
                    found.setdefault(name, value)
        return found


class Comparison(Record):
    """What a change of a policy changes.

    ``looser`` is a day on which only the new policy lets by, ``stricter`` one on which only the old
    one does, ``code`` one on which both refuse and say so with different codes; `None` if there is
    none.  ``assumed`` are modules that nobody knows.
    """

    looser: Difference | None
    stricter: Difference | None
    assumed: tuple[str, ...] = ()
    code: Difference | None = None

    @property
    def verdict(self) -> str:
        """In a word: `same`, `looser`, `stricter` or `different`, which is both."""
        if self.looser is None:
            return "same" if self.stricter is None else "stricter"
        return "looser" if self.stricter is None else "different"


class _Pair(Record):
    """Where the runs of both policies stand on the same day, and what is settled."""

    old: Place | Ended
    new: Place | Ended
    known: Known


class _Step(Record):
    """What was chosen for a line, and which of the two runs it took on."""

    choice: tuple[tuple[Taken, ...], tuple[Taken, ...]]
    came_from: _Pair


def compare(
    old: Chains,
    new: Chains,
    primitive: Primitive,
    declarations: Declarations,
    *,
    jump_counts: tuple[bool, bool] = (False, False),
    with_codes: bool = False,
    refused: bool = False,
) -> Comparison:
    """Return what is let by otherwise; raises `TooMany` if that is more than can be looked at.

    Of a primitive that comes behind another only days count on which both let that one by; with
    ``refused``, those on which both refused it.  Each side goes its family's way: along the earlier
    path, or through the lines anew.  ``jump_counts`` are the dialects of both
    (`policy.dialect.Dialect`).  With ``with_codes`` every code is told from every other, which is
    more to look at, and refusals are compared as well.
    """
    facility = FACILITY_OF[primitive]
    sides = (old[facility], new[facility])
    courses = tuple(
        course_of(chain.links, primitive, jump_counts=counts, rules=chain.rules, refused=refused)
        for chain, counts in zip(sides, jump_counts, strict=True)
    )
    walk = _Walk((courses[0], courses[1]), sides, declarations, with_codes=with_codes)
    found: dict[str, Difference] = {}
    came: dict[_Pair, _Step | None] = {}
    todo: list[tuple[tuple[At, At], _Pair]] = []

    def enter(at: tuple[At, At], known: Known, step: _Step | None) -> None:
        pair = _Pair(_place(at[0]), _place(at[1]), walk.kept(at, known))
        if pair in came:
            return
        if len(came) >= explore.MOST:
            raise TooMany
        came[pair] = step
        todo.append((at, pair))

    folds = {
        (fold_of(chain.rules, primitive), course.ends_with_check)
        for chain, course in zip(sides, courses, strict=True)
    }
    same = len(folds) == 1 and jump_counts[0] is jump_counts[1]
    if not (same and _alike(sides[0].links, sides[1].links)):
        enter((courses[0].start(), courses[1].start()), NOTHING, None)
    wanted = _kinds(todo[0][0], with_codes=with_codes) if todo else frozenset()
    steps = 0
    for at, pair in todo:
        if wanted <= found.keys():
            break  # what else there is would be told by no other day
        before, after = at
        if isinstance(before, Ended) and isinstance(after, Ended):
            kind = _kind(before, after)
            if kind and kind not in found:
                found[kind] = _shown(came, pair, (before.code, after.code))
            continue
        for there, known, choice in walk.steps(at, pair.known):
            steps += 1
            if steps > MOST_STEPS:
                raise TooMany
            enter(there, known, _Step(choice, pair))
    code = found.get("code") if with_codes else None
    return Comparison(found.get("looser"), found.get("stricter"), walk.strangers, code)


def _kinds(start: tuple[At, At], *, with_codes: bool) -> frozenset[str]:
    """Return in what two policies can differ: a side without lines always refuses."""
    kinds = {"looser", "stricter"}
    for at, kind in zip(start, ("stricter", "looser"), strict=True):
        if isinstance(at, Ended) and not at.is_granted:
            kinds.discard(kind)
    return frozenset(kinds | ({"code"} if with_codes else set()))


def _kind(old: Ended, new: Ended) -> str:
    """Return in what two ends differ; empty if in nothing."""
    if not (old.counts and new.counts):
        return ""
    if old.is_granted is not new.is_granted:
        return "looser" if new.is_granted else "stricter"
    return "" if old.code == new.code else "code"


def _alike(old: tuple[Link | Substack, ...], new: tuple[Link | Substack, ...]) -> bool:
    """Whether two chains are the same line by line, wherever their lines stand."""
    if len(old) != len(new):
        return False
    for before, after in zip(old, new, strict=True):
        if isinstance(before, Link) and isinstance(after, Link):
            if _words(before) != _words(after) or before.actions != after.actions:
                return False
        elif isinstance(before, Substack) and isinstance(after, Substack):
            if not _alike(before.links, after.links):
                return False
        else:
            return False
    return True


def _place(at: At) -> Place | Ended:
    return at if isinstance(at, Ended) else at.place


def _shown(came: Mapping[_Pair, _Step | None], pair: _Pair, codes: tuple[int, int]) -> Difference:
    runs: tuple[list[Taken], list[Taken]] = ([], [])
    step = came[pair]
    while step is not None:
        for run, choice in zip(runs, step.choice, strict=True):
            run[:0] = choice
        step = came[step.came_from]
    # What follows stands behind all that it follows.
    old, new = (tuple(sorted(run, key=lambda taken: taken.stage)) for run in runs)
    return Difference(old, new, codes)


class _Walk:
    """Two chains walked side by side."""

    def __init__(
        self,
        courses: tuple[Course, Course],
        chains: tuple[Chain, Chain],
        declarations: Declarations,
        *,
        with_codes: bool,
    ) -> None:
        self._courses = courses
        self._models = tuple(
            Model(declarations, primitive, special=TABLES) for primitive in courses[0].primitives
        )
        lines = (list(chains[0]), list(chains[1]))
        also = (_APART,) if with_codes else ()
        self._keys = [
            _keys(lines, Model(declarations, primitive, special=TABLES))
            for primitive in courses[0].primitives
        ]
        # Codes that one of them treats apart stay apart for the other.
        for model, keys in zip(self._models, self._keys, strict=True):
            tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
            for link, key in keys.items():
                tables[key] = (*tables.get(key, ()), link.actions, *also)
            model.beside = {_words(link): tables[key] for link, key in keys.items()}
        ranks = _ranks(*([self._keys[0][link] for link in side] for side in lines))
        self._ranks = {
            link: rank
            for side, of in zip(lines, ranks, strict=True)
            for link, rank in zip(side, of, strict=True)
        }
        self._count = len(self._ranks)
        self._rows = {
            (link, at): _merged(
                self._renamed(link, at),
                self._models[at].beside[_words(link)],
                with_trouble=self._is_shared(link, at),
            )
            for link in self._ranks
            for at in range(len(self._models))
        }
        self._lasts = (self._last(lines[0]), self._last(lines[1]))
        marks = {mark for rows in self._rows.values() for row in rows for mark in row.marks}
        strangers = (mark.removeprefix(f"{ASSUMED} ") for mark in marks if ASSUMED in mark)
        self.strangers = tuple(sorted(strangers))

    def kept(self, at: tuple[At, At], known: Known) -> Known:
        """Return what is settled without that on which neither run hangs any more."""
        return frozenset(
            (name, value)
            for name, value in known
            if any(
                isinstance(each, Stand) and last.get(name, -1) >= self._position(each)
                for each, last in zip(at, self._lasts, strict=True)
            )
        )

    def steps(
        self, at: tuple[At, At], known: Known
    ) -> Iterator[tuple[tuple[At, At], Known, tuple[tuple[Taken, ...], tuple[Taken, ...]]]]:
        """Yield what can come next: of a line that both have and both stand at, for both."""
        ranks = [self._rank(each) for each in at]
        moves = [rank == min(ranks) for rank in ranks]
        stands = [each for each, moved in zip(at, moves, strict=True) if moved]
        for outcomes in self._outcomes(stands, known):
            after: list[At] = []
            choices: list[tuple[Taken, ...]] = []
            settled = known
            for each, moved, course in zip(at, moves, self._courses, strict=True):
                if not moved or isinstance(each, Ended):
                    after.append(each)
                    choices.append(())
                    continue
                chosen = outcomes if each.may_be_asked else (_UNCHECKED,)
                after.append(course.go(each, *(outcome.code for outcome in chosen)))
                choices.append(
                    tuple(
                        Taken(each.link, outcome, stage=stage + each.again)
                        for stage, outcome in enumerate(chosen)
                        if not each.asks or each.asks[stage]
                    )
                )
                for outcome in chosen:
                    settled = settled.union(outcome.settles)
            yield (after[0], after[1]), settled, (choices[0], choices[1])

    def _rank(self, at: At) -> float:
        if isinstance(at, Ended):
            return float("inf")
        return self._ranks[at.link] + at.again * 2 * self._count

    def _position(self, stand: Stand) -> int:
        return stand.link.number + stand.again * _FAR

    def _outcomes(self, stands: list[At], known: Known) -> Iterator[tuple[Outcome, ...]]:
        """Yield what the line answers to each primitive that it is asked for."""
        asked = [each for each in stands if isinstance(each, Stand) and each.may_be_asked]
        if not asked:
            yield (_UNCHECKED,)
            return
        link, again = asked[0].link, asked[0].again
        for first in self._of(link, 0, known, again=again):
            if len(self._models) == 1:
                yield (first,)
                continue
            for second in self._of(link, 1, known.union(first.settles)):
                yield first, second

    def _of(self, link: Link, at: int, known: Known, *, again: bool = False) -> Iterator[Outcome]:
        settled = dict(known)
        answer, trouble = self._own_names(link, at, again=again)
        for row in self._rows[link, at]:
            word = WORDS[row.code]
            how = word if row.code in TROUBLE else "none"
            settles = (*row.when, (answer, word), (trouble, how))
            if all(settled.get(name, value) == value for name, value in settles):
                yield Outcome(row.code, settles, row.marks)

    def _renamed(self, link: Link, at: int) -> tuple[Row, ...]:
        """Return the rows of a line; conditions that a second primitive sees otherwise are its own.

        A module that answers other codes there does not answer the same question.
        """
        rows = self._models[at].rows(link)
        if at == 0 or self._codes(link, 0) == self._codes(link, 1):
            return rows
        return tuple(
            row.changed(
                when=tuple(
                    (name if name in VALUES else f"{name} later", value) for name, value in row.when
                )
            )
            for row in rows
        )

    def _is_shared(self, link: Link, at: int) -> bool:
        """Whether there is another line of the same module, which hangs on the same trouble."""
        name = self._models[0].subject(link).name
        keys = self._keys[at]
        return any(
            keys[each] != keys[link] and self._models[0].subject(each).name == name for each in keys
        )

    def _codes(self, link: Link, at: int) -> frozenset[int]:
        return frozenset(row.code for row in self._models[at].rows(link))

    def _own_names(self, link: Link, at: int, *, again: bool = False) -> tuple[str, str]:
        """Return the names of what a line answers, and of its module's trouble."""
        also = " later" if at or again else ""
        name = self._models[0].subject(link).name
        return answer_of(" ".join(self._keys[at][link])) + also, trouble_of(name) + also

    def _last(self, lines: list[Link]) -> dict[str, int]:
        """Return the last place at which each name is hung on, that of a second walk counts."""
        last: dict[str, int] = {}
        is_twice = len(self._models) == 1 and self._courses[0].is_twice
        for again in (False, True) if is_twice else (False,):
            for link in lines:
                here = link.number + again * _FAR
                for at in range(len(self._models)):
                    names = {name for row in self._rows[link, at] for name, _ in row.when}
                    names.update(self._own_names(link, at, again=again))
                    for name in names:
                        last[name] = max(here, last.get(name, 0))
        return last


_APART = tuple(range(CODE_COUNT))
"""Actions of a line that tells every code apart."""

_FAR = 1_000_000
"""More than there are links in a chain."""

_UNCHECKED = Outcome(ReturnCode.AUTHTOK_ERR)
"""What comes of a link in the second walk that the first one did not ask."""

_OF_LINES = ("answer of ", "trouble of ")


def _keys(lines: tuple[list[Link], list[Link]], model: Model) -> dict[Link, tuple[str, ...]]:
    """Return what each line is known by: lines known by the same answer alike.

    A module that stands once in each, and has other words there that change nothing of what is
    known of it, is taken to answer alike: what else its words do cannot be told.
    """
    found = {link: _words(link) for side in lines for link in side}
    model.beside = dict.fromkeys(found.values(), (_APART,))
    both = {found[link] for link in lines[0]} & {found[link] for link in lines[1]}
    other: dict[str, tuple[list[Link], list[Link]]] = {}
    for at, side in enumerate(lines):
        for link in side:
            if found[link] not in both and not link.refusal:
                other.setdefault(model.subject(link).name, ([], []))[at].append(link)
    for name, (old, new) in other.items():
        if len(old) == len(new) == 1 and _same_rows(model.rows(old[0]), model.rows(new[0])):
            found[old[0]] = found[new[0]] = (name,)
    return found


def _same_rows(old: tuple[Row, ...], new: tuple[Row, ...]) -> bool:
    return {(row.code, row.when, row.marks) for row in old} == {
        (row.code, row.when, row.marks) for row in new
    }


def _merged(
    rows: tuple[Row, ...], tables: tuple[tuple[int, ...], ...], *, with_trouble: bool
) -> tuple[Row, ...]:
    """Return the rows without those that differ only in the code that is a condition's value."""
    seen: set[object] = set()
    found = []
    for row in rows:
        is_own = len(row.when) == 1 and row.when[0] == (row.when[0][0], WORDS[row.code])
        if is_own and row.when[0][0] not in VALUES:
            kind = row.code if row.code in TOLD_APART else -1
            how = row.code if with_trouble and row.code in TROUBLE else -1
            key = (tuple(table[row.code] for table in tables), kind, how, row.marks)
            if key in seen:
                continue
            seen.add(key)
        found.append(row)
    return tuple(found)


def _words(link: Link) -> tuple[str, ...]:
    # A line that is refused is a line of its own: it answers nothing that another could.
    return (link.module, *link.args, link.refusal)


def _ranks(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> tuple[list[int], list[int]]:
    """Return an order of the lines of both, in which those that both have are as one.

    As many lines as can be are: a longest common subsequence.
    """
    length = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            same = old[i] == new[j]
            length[i][j] = (
                length[i + 1][j + 1] + 1 if same else max(length[i + 1][j], length[i][j + 1])
            )
    ranks: tuple[list[int], list[int]] = ([], [])
    while len(ranks[0]) < len(old) or len(ranks[1]) < len(new):
        i, j = len(ranks[0]), len(ranks[1])
        rank = i + j
        is_old = j == len(new) or (i < len(old) and length[i + 1][j] >= length[i][j + 1])
        if i < len(old) and j < len(new) and old[i] == new[j]:
            ranks[0].append(rank)
            ranks[1].append(rank)
        else:
            ranks[not is_old].append(rank)
    return ranks
