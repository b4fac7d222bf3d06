"""What each link of a chain may do, from what its module states.

A module that many policies lean on has a table of its own (`analysis.known_modules`); every other
one is taken at its word: the codes it may answer, and its facts.  Of a module that nobody knows
anything may come.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import (
    DUE,
    EXPIRED,
    LOCAL,
    REACHABLE,
    SECRET,
    USER,
    VALUES,
    condition,
    thing,
)
from pamkit.analysis.explore import Known, Outcome
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    ALWAYS_SUCCEEDS,
    ASKS_DAEMON,
    ASKS_NETWORK,
    CHECKS_ACCOUNT,
    CHECKS_CONDITION,
    CHECKS_SECRET_AGE,
    GRANTS_WITHOUT_SECRET,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from pamkit.module.declaration import Declaration
    from pamkit.module.facts import Fact
    from pamkit.policy.chain import Link

    Declarations = Callable[[str], Declaration | None]
    """What a module states, by what a policy writes for it; `None` for one that nobody knows."""

PROVED = "proved"
"""Marks of an outcome that something proved: this word, then what it was."""

BLANK = "blank"
"""The mark of an outcome that let somebody in who has no password."""

TRUSTED = "trusted"
"""The mark of an outcome that let somebody in because of who runs the program."""

ASSUMED = "assumed"
"""Marks of an outcome that nothing known says: this word, then the module."""

_C = ReturnCode

TROUBLE = frozenset(
    {
        *(_C.OPEN_ERR, _C.SYMBOL_ERR, _C.SERVICE_ERR, _C.SYSTEM_ERR, _C.BUF_ERR, _C.CONV_ERR),
        *(_C.AUTHINFO_UNAVAIL, _C.CRED_INSUFFICIENT, _C.ABORT, _C.MODULE_UNKNOWN, _C.BAD_ITEM),
        *(_C.CONV_AGAIN, _C.INCOMPLETE, _C.NO_MODULE_DATA, _C.TRY_AGAIN),
    }
)
"""Codes of modules that could not do their work: on a good day none of them is answered."""


class Row(Record):
    """What a module answers under some circumstances; no circumstance is named twice.

    ``usual``: it does so whenever that is how things are; else it might, and nobody can rely on it.
    """

    code: int
    when: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    usual: bool = True


class Subject(Record, eq=False):
    """A module in its line: what it states, and its options; `None` for one nobody knows."""

    name: str
    declaration: Declaration | None
    options: Any
    args: tuple[str, ...]

    def states(self, fact: Fact) -> bool:
        """Whether the module states a fact for this line."""
        return self.declaration is not None and self.declaration.fact(fact.name, self.options)


if TYPE_CHECKING:
    Table = Callable[[Subject, Primitive], Iterable[Row]]
    """What a module may do in its line."""

NO_TABLES: Mapping[str, Table] = {}


class Model:
    """What the links of one chain may do when they are asked for one primitive.

    With ``healthy`` only what is usual happens: to prove that something can happen, what might is
    not enough.  ``special`` has rows of modules by name, where what they state is not all that is
    known.
    """

    def __init__(
        self,
        declarations: Declarations,
        primitive: Primitive,
        *,
        healthy: bool = False,
        special: Mapping[str, Table] = NO_TABLES,
    ) -> None:
        """Judge links by ``declarations``."""
        self._declarations, self._primitive, self._healthy = declarations, primitive, healthy
        self._special = special
        self._rows: dict[Link, tuple[Row, ...]] = {}
        self.beside: Mapping[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
        """What other lines with the same words do with a code: what they treat apart stays so."""

    def __call__(self, link: Link, known: Known) -> Iterator[Outcome]:
        """Yield what a link may do, given what is known; circumstances settle as they matter."""
        settled = dict(known)
        for row in self.rows(link):
            if all(settled.get(name, value) == value for name, value in row.when):
                yield Outcome(row.code, row.when, row.marks)

    def rows(self, link: Link) -> tuple[Row, ...]:
        """Return all that a link may do, one row for each difference that its line makes."""
        if link not in self._rows:
            rows = (Row(_C.PERM_DENIED),) if link.refusal else self._of(link)
            tables = self.beside.get((link.module, *link.args, link.refusal), ())
            self._rows[link] = tuple(_distinct((link.actions, *tables), rows))
        return self._rows[link]

    def names(self, link: Link) -> frozenset[str]:
        """Return the circumstances that a link hangs on."""
        return frozenset(name for row in self.rows(link) for name, _ in row.when)

    def subject(self, link: Link) -> Subject:
        """Return the module of a link, with its options."""
        name = link.module.rpartition("/")[2].removesuffix(".so")
        declaration = self._declarations(link.module)
        options = None if declaration is None else declaration.options.parse(link.args, None)[0]
        name = name if declaration is None else declaration.name
        return Subject(name, declaration, options, link.args)

    def _of(self, link: Link) -> Iterable[Row]:
        subject = self.subject(link)
        table = self._special.get(subject.name, stated_rows)
        if self._primitive is Primitive.SETCRED:
            table = stated_rows
        rows = tuple(table(subject, self._primitive))
        if not self._healthy:
            return rows
        # Who can do nothing but fail fails on every day.
        return tuple(row for row in rows if row.usual) or rows


def stated_rows(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    """Return what a module may do by what it states."""
    if subject.declaration is None:
        return _of_a_stranger(subject, primitive)
    stated = subject.declaration.answers.get(primitive, ())
    codes = sorted(stated, key=lambda code: (code in TROUBLE, code))  # the likely ones first
    if not codes:
        return (Row(_C.MODULE_UNKNOWN),)  # it has no function for this
    if subject.states(ALWAYS_SUCCEEDS):
        return (Row(_C.SUCCESS),)
    if subject.states(ALWAYS_IGNORED):
        return (Row(_C.IGNORE),)
    if subject.states(ALWAYS_FAILS):
        return tuple(Row(code) for code in codes if code != _C.SUCCESS)
    if primitive is Primitive.AUTHENTICATE and _proofs(subject):
        return _of_a_proof(subject, codes)
    if primitive is Primitive.ACCT_MGMT and subject.states(CHECKS_ACCOUNT):
        return _of_an_account(subject, codes)
    if subject.states(CHECKS_CONDITION):
        name = condition(" ".join((subject.name, *subject.args)))
        return tuple(Row(code, ((name, WORDS[code]),), (), code not in TROUBLE) for code in codes)
    return tuple(Row(code, usual=code not in TROUBLE) for code in codes)


def _of_a_stranger(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    """Yield every code; one that succeeds is taken to have proved what it was asked for."""
    name = condition(" ".join((subject.name, *subject.args, primitive.name.lower())))
    for code in range(CODE_COUNT):
        marks: tuple[str, ...] = (f"{ASSUMED} {subject.name}",)
        if code == _C.SUCCESS and primitive is Primitive.AUTHENTICATE:
            marks += (f"{PROVED} what {subject.name} asks for",)
        yield Row(code, ((name, WORDS[code]),), marks, code not in TROUBLE)


def _proofs(subject: Subject) -> tuple[str, ...]:
    """Return the circumstances that must be right for a module to succeed in authenticate."""
    found: tuple[str, ...] = (SECRET,) if subject.states(PROVES_IDENTITY) else ()
    if subject.states(PROVES_POSSESSION) or subject.states(PROVES_TRAIT):
        found += (thing(subject.name),)
    return found


def _of_a_proof(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    proofs = _proofs(subject)
    reach = ((REACHABLE, "yes"),) if _is_remote(subject) else ()
    for code in codes:
        if code not in (_C.SUCCESS, _C.NEW_AUTHTOK_REQD):
            yield from _refused(subject, code, proofs, reach)
            continue
        given = tuple((name, "right") for name in proofs)
        marks = tuple(f"{PROVED} {name}" for name in proofs)
        for user in VALUES[USER]:
            # A directory may know users of the files as well, and nobody can rely on it.
            also = () if _knows(subject, user) else ((_stranger(subject), "yes"),)
            usual = code == _C.SUCCESS and not also
            yield Row(code, ((USER, user), *also, *given, *reach), marks, usual)
        if subject.states(GRANTS_WITHOUT_SECRET):
            if proofs == (SECRET,):
                yield Row(code, ((SECRET, BLANK), *reach), (BLANK,), usual=False)
            else:
                yield Row(code, usual=False)


def _refused(
    subject: Subject, code: int, proofs: tuple[str, ...], reach: tuple[tuple[str, str], ...]
) -> Iterator[Row]:
    """Yield a refusal: on a good day whoever has all that is asked for is not refused."""
    if code == _C.AUTHINFO_UNAVAIL and reach:
        yield Row(code, ((REACHABLE, "no"),))
        yield Row(code, usual=False)
    elif code in TROUBLE or code == _C.IGNORE:
        yield Row(code, usual=False)
    elif code == _C.USER_UNKNOWN:
        for user in VALUES[USER]:
            if not _knows(subject, user):
                yield Row(code, ((USER, user), (_stranger(subject), "no"), *reach))
    else:
        for name in proofs:
            for value in VALUES.get(name, ("right", "wrong")):
                if value != "right":
                    yield Row(code, ((name, value), *reach))


def _stranger(subject: Subject) -> str:
    """Return the name of the circumstance whether a module knows users that it need not know."""
    return f"{subject.name} knows strangers"


def _of_an_account(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    users = tuple(value for value in VALUES[USER] if _knows(subject, value))
    reach = ((REACHABLE, "yes"),) if _is_remote(subject) else ()
    for code in codes:
        if code == _C.SUCCESS:
            due = ((DUE, "no"),) if subject.states(CHECKS_SECRET_AGE) else ()
            for user in users:
                yield Row(code, ((USER, user), (EXPIRED, "no"), *due, *reach))
        elif code == _C.NEW_AUTHTOK_REQD:
            for user in users:
                yield Row(code, ((USER, user), (EXPIRED, "no"), (DUE, "yes"), *reach))
        elif code == _C.USER_UNKNOWN:
            for user in VALUES[USER]:
                if user not in users:
                    yield Row(code, ((USER, user),))
        elif code in TROUBLE or code == _C.IGNORE:
            yield Row(code, usual=False)
        else:
            yield Row(code, ((EXPIRED, "yes"),))


def _knows(subject: Subject, user: str) -> bool:
    """Whether a module that checks accounts knows a kind of user: files know those of the files."""
    return user == "directory" if _is_remote(subject) else user in LOCAL


def _is_remote(subject: Subject) -> bool:
    return subject.states(ASKS_NETWORK) or subject.states(ASKS_DAEMON)


def _distinct(tables: tuple[tuple[int, ...], ...], rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows that differ in what comes of them; codes that lines treat alike are one."""
    seen = set()
    for row in rows:
        actions = tuple(table[row.code] for table in tables)
        kind = row.code if row.code in _TOLD_APART else -1
        difference = (actions, kind, row.when, row.marks)
        if difference not in seen:
            seen.add(difference)
            yield row


_TOLD_APART = (_C.SUCCESS, _C.IGNORE, _C.NEW_AUTHTOK_REQD)
"""Codes that a verdict is told apart by; of all others only the action counts."""
