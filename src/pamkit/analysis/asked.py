"""The links of a chain in one call: what each may answer, and how a family judges that."""

from __future__ import annotations

from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.analysis.parting import Way, told_apart
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import LINK, Dialect, rules_of
from pamkit.policy.places import places_in
from pamkit.policy.source import Layout
from pamkit.policy.words import ascii_lower
from pamkit.semantics.fold import fold_of
from pamkit.semantics.fold_sun import DEFAULTS
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import REPLAYS, Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.parting import Answer, Rows
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link

    Answers = tuple[tuple[Answer, ...], ...]
    """What each link of a chain may answer."""

CALLS: dict[Facility, tuple[tuple[Primitive, bool | None], ...]] = {
    Facility.AUTH: ((Primitive.AUTHENTICATE, None), (Primitive.SETCRED, None)),
    Facility.ACCOUNT: ((Primitive.ACCT_MGMT, None),),
    Facility.PASSWORD: ((Primitive.CHAUTHTOK, False), (Primitive.CHAUTHTOK, True)),
    Facility.SESSION: ((Primitive.OPEN_SESSION, None), (Primitive.CLOSE_SESSION, None)),
}
"""What is asked of the links of each facility: the call, and the pass of chauthtok."""


class Asked:
    """The links of a chain in one call.

    ``update`` is the pass of chauthtok, ``earlier`` the call that goes before and must have
    granted; ``lacking`` are the numbers of the links whose modules have no function for the call.
    """

    def __init__(
        self, service: Service, links: list[Link], primitive: Primitive, update: bool | None
    ) -> None:
        """Look up what the modules of the links may answer."""
        self.links, self.primitive, self.update = links, primitive, update
        self.earlier = REPLAYS.get(primitive)
        self._codes = possible_codes(service, links, primitive, update)
        self._earlier = self._codes
        if self.earlier is not None:
            self._earlier = possible_codes(service, links, self.earlier)
        model = Model(service.declarations, primitive, special=TABLES, update=update)
        self.lacking: set[int] = set()
        for number, link in enumerate(links):
            stated = model.subject(link).declaration
            if stated is not None and not stated.answers.get(primitive):
                self.lacking.add(number)

    def way(self, dialect: Dialect, *, other: Dialect) -> Way:
        """Return how a dialect judges the links; ``other`` is what it is compared with."""
        rules = rules_of(dialect, frozenset())
        rows = tuple(row_of(link, dialect) or () for link in self.links)
        reach, code = in_the_library(dialect, dialect.no_function)
        for line in self.lacking if reach == LINK else ():
            rows = with_answer(rows, line, code)
        is_beside = dialect.replays or other.replays
        return Way(
            rows,
            fold_of(rules, self.primitive, update=self.update),
            fold_of(rules, self.earlier) if self.earlier is not None and is_beside else None,
            replays=dialect.replays and self.earlier is not None,
            done_is_all=dialect.done_check_is_all and self.update is False,
        )

    def answers(self, old: Way, new: Way, *, alike: int = 1) -> Answers:
        """Return what each link may answer, of answers that both treat alike so many."""
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

    def is_refused(self, dialect: Dialect) -> bool:
        """Whether a dialect refuses the call because a module has no function for it."""
        return bool(self.lacking) and dialect.no_function[0] != LINK


def possible_codes(
    service: Service, links: list[Link], primitive: Primitive, update: bool | None = None
) -> tuple[tuple[int, ...], ...]:
    """Return the codes that the module of each link may answer, the usual error before others."""
    model = Model(service.declarations, primitive, special=TABLES, update=update)
    every = (tuple(range(CODE_COUNT)),)
    model.beside = {(link.module, *link.args, link.refusal): every for link in links}
    rows = (model.rows(link) for link in links)
    usual = DEFAULTS[primitive]  # as good an error as any, and one that people know
    return tuple(
        tuple(sorted({row.code for row in each}, key=lambda code: (code != usual, code)))
        for each in rows
    )


def row_of(link: Link, dialect: Dialect) -> tuple[int, ...] | None:
    """Return what the control of a link does in a dialect; `None` if it is no word there."""
    words = dict(dialect.keywords) if dialect.keywords else KEYWORDS
    control = link.control
    if not dialect.keywords or places_in(dialect, _LAYOUT).any_case:
        control = ascii_lower(control)
    return words.get(control)


def in_the_library(dialect: Dialect, fault: tuple[int, int]) -> tuple[int, int]:
    """Return how far a fault of a module goes in the family's own library, which may be laxer."""
    passes = dialect.passes_unasked and fault[0] == LINK
    return (LINK, ReturnCode.IGNORE) if passes else fault


def with_answer(rows: Rows, line: int, code: int) -> Rows:
    """Return rows of which one takes every answer for a certain one."""
    return (*rows[:line], (rows[line][code],) * CODE_COUNT, *rows[line + 1 :])


_LAYOUT = Layout()
