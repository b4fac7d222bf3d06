"""What each link of a chain may do, from what its module states.

A module that many policies lean on has a table of its own (`analysis.known_modules`); every other
one is taken at its word: the codes it may answer, and its facts.  Of a module that nobody knows
anything may come.
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.circumstance import (
    CALLER,
    DUE,
    EXPIRED,
    LOCAL,
    REACHABLE,
    SECRET,
    USER,
    VALUES,
    answer_of,
    condition,
    thing,
)
from pamkit.analysis.entry import read_options
from pamkit.analysis.explore import Known, Outcome, fitting
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    ALWAYS_SUCCEEDS,
    ASKS_DAEMON,
    ASKS_NETWORK,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    CHECKS_CONDITION,
    CHECKS_SECRET_AGE,
    COUNTS_FAILURES,
    GRANTS_WITHOUT_SECRET,
    JUDGES_SECRET,
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

CHECKED = "checked"
"""The mark of an outcome that proved the old password before a change."""

JUDGED = "judged"
"""The mark of an outcome that found a new password good enough."""

STORED = "stored"
"""The mark of an outcome that stored a new password."""

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
    update: bool | None = None
    """Which pass of chauthtok it is; `None`: either, or something else is asked for."""

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
        update: bool | None = None,
    ) -> None:
        """Judge links by ``declarations``; ``update`` is the pass of chauthtok that is meant.

        Declarations that have ``tables`` of their own, as another family's do, go before
        ``special``.
        """
        self._update = update
        self._declarations, self._primitive, self._healthy = declarations, primitive, healthy
        self._special: Mapping[str, Table] = getattr(declarations, "tables", special)
        self._rows: dict[Link, tuple[Row, ...]] = {}
        self._may: dict[tuple[Link, Known], tuple[Outcome, ...]] = {}
        self._outcomes: dict[Link, tuple[Outcome, ...]] = {}
        self._subjects: dict[Link, Subject] = {}
        self.beside: Mapping[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
        """What other lines with the same words do with a code: what they treat apart stays so."""
        self.twice: frozenset[tuple[str, ...]] = frozenset()
        """Words of lines that stand more than once in a chain: such lines answer alike."""

    def __call__(self, link: Link, known: Known) -> tuple[Outcome, ...]:
        """Return what a link may do, given what is known; circumstances settle as they matter."""
        found = self._may.get((link, known))
        if found is None:
            if link not in self._outcomes:
                self._outcomes[link] = tuple(
                    Outcome(row.code, row.when, row.marks) for row in self.rows(link)
                )
            found = self._may[link, known] = fitting(self._outcomes[link], known)
        return found

    def rows(self, link: Link) -> tuple[Row, ...]:
        """Return all that a link may do, one row for each difference that its line makes."""
        if link not in self._rows:
            rows = (Row(_C.PERM_DENIED),) if link.refusal else self._of(link)
            words = (link.module, *link.args, link.refusal)
            tables = self.beside.get(words, ())
            found = tuple(_distinct((link.actions, *tables), rows))
            self._rows[link] = self._alike(link, found) if words in self.twice else found
        return self._rows[link]

    def names(self, link: Link) -> frozenset[str]:
        """Return the circumstances that a link hangs on."""
        return frozenset(name for row in self.rows(link) for name, _ in row.when)

    def has_table(self, subject: Subject) -> bool:
        """Whether there are rows of a module, not only what it states."""
        return subject.name in self._special

    def subject(self, link: Link) -> Subject:
        """Return the module of a link, with its options."""
        if link not in self._subjects:
            self._subjects[link] = _subject(
                self._declarations, link.module, link.args, self._update
            )
        return self._subjects[link]

    def _alike(self, link: Link, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Let a line answer what its twin answers; who counts, and who is in trouble, may not.

        Nor may a program, and who asks for a touch, a finger or a code asks for another one.
        """
        subject = self.subject(link)
        asks_anew = subject.name in _PROGRAMS or any(map(subject.states, _ASKS_ANEW))
        if len(rows) == 1 or link.refusal or asks_anew:
            return rows
        words = (link.module, *link.args, "to", self._primitive.name.lower())
        name = answer_of(" ".join(words) + (" again" if self._update else ""))
        return tuple(
            row if row.code in TROUBLE else row.changed(when=(*row.when, (name, WORDS[row.code])))
            for row in rows
        )

    def _of(self, link: Link) -> Iterable[Row]:
        subject = self.subject(link)
        table = self._special.get(subject.name, stated_rows)
        return _rows_of(table, subject, self._primitive, self._healthy)


# Many chains have lines with the same words: what those come to is worked out once.
@lru_cache(maxsize=4096)
def _subject(
    declarations: Declarations, module: str, args: tuple[str, ...], update: bool | None
) -> Subject:
    declaration = declarations(module)
    if declaration is None:
        name = module.rpartition("/")[2].removesuffix(".so")
        return Subject(name, None, None, args, update)
    options = read_options(declaration.options, args)[0]
    return Subject(declaration.name, declaration, options, args, update)


@lru_cache(maxsize=16384)
def _rows_of(
    table: Table, subject: Subject, primitive: Primitive, healthy: bool
) -> tuple[Row, ...]:
    rows = tuple(table(subject, primitive))
    if not healthy:
        return complete(rows, rows)
    # Who can do nothing but fail fails on every day.
    return complete(tuple(row for row in rows if row.usual) or rows, rows)


def stated_rows(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    """Return what a module may do by what it states."""
    if subject.declaration is None:
        return _of_a_stranger(subject, primitive)
    stated = subject.declaration.answers.get(primitive, frozenset())
    # The likely ones first; a hook that waits answers again, and then it says what it means.
    codes = sorted(stated - {_C.INCOMPLETE}, key=lambda code: (code in TROUBLE, code))
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
    if primitive is Primitive.CHAUTHTOK and subject.update is not None:
        if subject.states(CHANGES_SECRET):
            return _of_a_store(subject, codes)
        if subject.states(JUDGES_SECRET):
            return _of_a_judge(subject, codes)
    if primitive in (Primitive.SETCRED, Primitive.CLOSE_SESSION):
        return _of_an_aftermath(codes)
    if subject.states(CHECKS_CONDITION):
        name = condition(" ".join((subject.name, *subject.args)))
        return tuple(Row(code, ((name, WORDS[code]),), (), code not in TROUBLE) for code in codes)
    return tuple(Row(code, usual=code not in TROUBLE) for code in codes)


def _of_a_stranger(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    """Yield every code; one that succeeds is taken to have proved what it was asked for."""
    which = "" if subject.update is None else ("check", "update")[subject.update]
    words = (subject.name, *subject.args, primitive.name.lower(), which)
    name = condition(" ".join(filter(None, words)))
    follows = primitive in (Primitive.SETCRED, Primitive.CLOSE_SESSION)
    for code in range(CODE_COUNT):
        if code == _C.INCOMPLETE:
            continue
        marks: tuple[str, ...] = (f"{ASSUMED} {subject.name}",)
        if code == _C.SUCCESS and primitive is Primitive.CHAUTHTOK:
            marks += (CHECKED, JUDGED)
        if code == _C.SUCCESS and primitive is Primitive.AUTHENTICATE:
            marks += (f"{PROVED} what {subject.name} asks for",)
        usual = code in _WELL if follows else code not in TROUBLE
        yield Row(code, ((name, WORDS[code]),), marks, usual)


def _proofs(subject: Subject) -> tuple[str, ...]:
    """Return the circumstances that must be right for a module to succeed in authenticate."""
    found: tuple[str, ...] = (SECRET,) if subject.states(PROVES_IDENTITY) else ()
    if subject.states(PROVES_POSSESSION) or subject.states(PROVES_TRAIT):
        found += (thing(subject.name),)
    return found


def _of_a_proof(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    proofs = _proofs(subject)
    reach = ((REACHABLE, "yes"),) if _is_remote(subject) else ()
    if _C.IGNORE not in codes and _passes_strangers(subject):
        yield from _ignored(subject)
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
    elif code == _C.IGNORE:
        yield from _ignored(subject)
    elif code in TROUBLE:
        yield Row(code, usual=False)
    elif code == _C.USER_UNKNOWN:
        for user in VALUES[USER]:
            if not _knows(subject, user):
                when = ((USER, user), (_stranger(subject), "no"), *reach)
                yield Row(code, when)
                if subject.name == "pam_unix" and user == "directory":
                    # The name service may know the account, and no hash that we could compare.
                    yield Row(_C.AUTH_ERR, when, usual=False)
    else:
        if subject.name != "pam_unix":
            yield Row(code, usual=False)  # what is right for one may be wrong for another
        for name in proofs:
            for value in VALUES.get(name, ("right", "wrong")):
                if value == "right":
                    continue
                if not _is_of_the_directory(subject):
                    yield Row(code, ((name, value), *reach))
                    continue
                # Of a user that it need not know it usually says so, and nothing else.
                yield Row(code, ((USER, "directory"), (name, value), *reach))
                yield Row(code, ((_stranger(subject), "yes"), (name, value), *reach), (), False)


def _ignored(subject: Subject) -> Iterator[Row]:
    """Yield when a module has no say: on a good day only where a word of its line says so."""
    yield Row(_C.IGNORE, usual=False)
    if _is_remote(subject) and "ignore_authinfo_unavail" in subject.args:
        yield Row(_C.IGNORE, ((REACHABLE, "no"),))
    if "ignore_unknown_user" in subject.args:
        for user in VALUES[USER]:
            if not _knows(subject, user):
                yield Row(_C.IGNORE, ((USER, user),))
    if _passes_strangers(subject):
        yield Row(_C.IGNORE, ((thing(subject.name), "wrong"),))


def _passes_strangers(subject: Subject) -> bool:
    """Whether a word of its line lets a module pass over who has no thing to be asked for."""
    asks = subject.states(PROVES_POSSESSION) or subject.states(PROVES_TRAIT)
    return asks and any(word in subject.args for word in _UNENROLLED)


_UNENROLLED = ("nouserok", "nullok", "no_usersfile_okay")
"""Words that let by who has not been given the thing that is asked for."""


def _stranger(subject: Subject) -> str:
    """Return the name of the circumstance whether a module knows users that it need not know."""
    return f"{subject.name} knows strangers"


def _of_an_account(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    users = tuple(value for value in VALUES[USER] if _knows(subject, value))
    reach = ((REACHABLE, "yes"),) if _is_remote(subject) else ()
    for code in codes:
        if code == _C.SUCCESS:
            # Without a proof of its own pam_unix then says nothing of the age of a password.
            looks = subject.states(CHECKS_SECRET_AGE) and "no_pass_expiry" not in subject.args
            due = ((DUE, "no"),) if looks else ()
            for user in users:
                yield Row(code, ((USER, user), (EXPIRED, "no"), *due, *reach))
            if subject.name == "pam_unix":
                # C: who has an account but no line in `shadow` may use it: directories know when.
                yield Row(code, ((USER, "directory"),))
        elif code == _C.NEW_AUTHTOK_REQD:
            for user in users:
                yield Row(code, ((USER, user), (EXPIRED, "no"), (DUE, "yes"), *reach))
        elif code == _C.USER_UNKNOWN:
            for user in VALUES[USER]:
                if user not in users:
                    yield Row(code, ((USER, user),))
        elif code == _C.IGNORE:
            # Who has words for it ignores an account because of one of them, and never else.
            told = _SAYS_WHEN.issubset(_words_of(subject))
            yield from (row for row in _ignored(subject) if row.when or not told)
        elif code in TROUBLE:
            yield Row(code, usual=False)
        else:
            yield Row(code, ((EXPIRED, "yes"),))


_SAYS_WHEN = frozenset({"ignore_unknown_user", "ignore_authinfo_unavail"})


def _words_of(subject: Subject) -> frozenset[str]:
    """Return the options that a module has."""
    stated = () if subject.declaration is None else subject.declaration.options.stated().values()
    return frozenset(option.word for option in stated)


def _of_a_store(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    """Yield what a module that stores passwords answers in a pass of chauthtok.

    The first pass asks for the old password of whoever is not root, the second one stores.
    """
    reach = ((REACHABLE, "yes"),) if _is_remote(subject) else ()
    checks = subject.states(PROVES_IDENTITY)
    # pam_unix looks at the old password in the second pass as well.
    asks = not subject.update or subject.name == "pam_unix"
    for code in codes:
        if code == _C.USER_UNKNOWN:
            for user in VALUES[USER]:
                if not _knows(subject, user):
                    yield Row(code, ((USER, user), *reach))
        elif code != _C.SUCCESS:
            if code == _C.AUTH_ERR and checks and asks:
                yield Row(code, ((CALLER, "other"), (SECRET, "wrong"), *reach))
            yield Row(code, usual=False)
        for user in filter(lambda user: _knows(subject, user), VALUES[USER]):
            who = (USER, user)
            if code != _C.SUCCESS:
                continue
            marks = (STORED,) if subject.update else ()
            if checks and asks:
                right = (who, (CALLER, "other"), (SECRET, "right"), *reach)
                yield Row(code, (who, (CALLER, "root"), *reach), marks)
                yield Row(code, right, (CHECKED, *marks))
            else:
                yield Row(code, (who, *reach), marks)


def _of_a_judge(subject: Subject, codes: list[ReturnCode]) -> Iterator[Row]:
    """Yield what a module that judges new passwords answers: it has none before the second pass."""
    for code in codes:
        if code == _C.SUCCESS:
            yield Row(code, (), (JUDGED,) if subject.update else ())
        else:
            yield Row(code, usual=bool(subject.update) and code not in TROUBLE | {_C.IGNORE})


def _of_an_aftermath(codes: list[ReturnCode]) -> Iterator[Row]:
    """Yield what is answered to setcred and close_session: who can do well does on a good day."""
    can = any(code in _WELL for code in codes)
    for code in codes:
        yield Row(code, usual=code in _WELL or not can)


_WELL = (_C.SUCCESS, _C.IGNORE)

_ASKS_ANEW = (COUNTS_FAILURES, PROVES_POSSESSION, PROVES_TRAIT)
"""What modules state that may answer otherwise when they are asked again."""

_PROGRAMS = ("pam_exec", "pam_script")
"""Modules that answer what a program of the machine's owner says."""


def failures(link: Link) -> tuple[Outcome, ...]:
    """Return every error that a module can answer, one of those that a line treats alike."""
    fine = (_C.SUCCESS, _C.IGNORE, _C.INCOMPLETE)
    codes = (code for code in range(CODE_COUNT) if code not in fine)
    rows = _distinct((link.actions,), (Row(code) for code in codes))
    return tuple(Outcome(row.code) for row in rows)


def _knows(subject: Subject, user: str) -> bool:
    """Whether a module knows a kind of user: one that keeps accounts knows those that it keeps."""
    if not _keeps_accounts(subject):
        return user != "nobody"
    return user == "directory" if _is_remote(subject) else user in LOCAL


def _is_of_the_directory(subject: Subject) -> bool:
    return _is_remote(subject) and _keeps_accounts(subject)


def _keeps_accounts(subject: Subject) -> bool:
    """Whether a module has users of its own; who asks for a thing or a trait asks anybody."""
    return any(map(subject.states, (PROVES_IDENTITY, CHECKS_ACCOUNT, CHANGES_SECRET)))


def _is_remote(subject: Subject) -> bool:
    """Whether a module leans on other machines; a reader of fingers is part of this one."""
    asks_here = subject.states(ASKS_DAEMON) and not subject.states(PROVES_TRAIT)
    return subject.states(ASKS_NETWORK) or asks_here


def complete(rows: tuple[Row, ...], everything: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows with refusals for the days of which they do not speak.

    INVARIANT: on every day a module answers something; a day without an answer would be a day
    that no proof looks at.
    """
    values: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.when:
            values.setdefault(name, set(_VALUES_OF.get(name.partition(" ")[0], ()))).add(value)
    refusals = tuple(_refusals(everything))
    days = _days_without(rows, {}, values)
    return (*rows, *(Row(code, tuple(day.items())) for day in days for code in refusals))


_VALUES_OF = {**VALUES, "what": ("right", "wrong")}
"""Values of circumstances, by their name or its first word; of others those that are named."""


def _refusals(rows: tuple[Row, ...]) -> Iterator[int]:
    """Yield the codes that say no, those of bad days only if there are no others."""
    codes = sorted({row.code for row in rows if row.code != _C.SUCCESS})
    plain = [code for code in codes if code not in TROUBLE and code not in TOLD_APART]
    yield from plain or codes or (_C.SYSTEM_ERR,)


def _days_without(
    rows: tuple[Row, ...], day: dict[str, str], values: Mapping[str, set[str]]
) -> Iterator[dict[str, str]]:
    """Yield what is so on the days on which no row can be answered, in as few words as can be."""
    fitting = [
        row for row in rows if all(day.get(name, value) == value for name, value in row.when)
    ]
    if any(all(name in day for name, _ in row.when) for row in fitting):
        return
    if not fitting:
        yield day
        return
    name = next(name for name, _ in fitting[0].when if name not in day)
    for value in sorted(values[name]):
        yield from _days_without(rows, {**day, name: value}, values)


def _distinct(tables: tuple[tuple[int, ...], ...], rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows that differ in what comes of them; codes that lines treat alike are one."""
    seen = set()
    for row in rows:
        actions = tuple(table[row.code] for table in tables)
        kind = row.code if row.code in TOLD_APART else -1
        difference = (actions, kind, row.when, row.marks)
        if difference not in seen:
            seen.add(difference)
            yield row


TOLD_APART = (_C.SUCCESS, _C.IGNORE, _C.NEW_AUTHTOK_REQD)
"""Codes that a verdict is told apart by; of all others only the action counts."""
