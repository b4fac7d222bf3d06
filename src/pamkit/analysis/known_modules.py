"""What modules do that many policies lean on, more exactly than their facts say.

Each table gives rows: a code, and the circumstances under which it is answered.  Sources: the pages
of the modules; what they answer is compared with them by tests.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import (
    CALLER,
    LOCAL,
    LOCKED,
    NOLOGIN,
    SECRET,
    USER,
    VALUES,
    condition,
)
from pamkit.analysis.model import CHECKED, TROUBLE, TRUSTED, Row, stated_rows
from pamkit.vocab.codes import CODES_BY_WORD, ReturnCode
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.model import Subject, Table

_C = ReturnCode

COUNTED = "counted"
"""The mark of a line that put a failure on record."""

FORGOT = "forgot"
"""The mark of a line that forgot the failures on record."""


def _rootok(_: Subject, __: Primitive) -> Iterable[Row]:
    return (
        Row(_C.SUCCESS, ((CALLER, "root"),), (TRUSTED,)),
        Row(_C.AUTH_ERR, ((CALLER, "other"),)),
    )


def _localuser(_: Subject, __: Primitive) -> Iterator[Row]:
    for user in VALUES[USER]:
        yield Row(_C.SUCCESS if user in LOCAL else _C.PERM_DENIED, ((USER, user),))
    yield Row(_C.SERVICE_ERR, usual=False)


def _usertype(subject: Subject, _: Primitive) -> Iterator[Row]:
    wants_regular = "isregular" in subject.args
    for user in VALUES[USER]:
        if user == "nobody":
            yield Row(_C.USER_UNKNOWN, ((USER, user),))
            continue
        is_regular = user in ("local", "directory")
        code = _C.SUCCESS if is_regular == wants_regular else _C.AUTH_ERR
        yield Row(code, ((USER, user),))
    yield Row(_C.SERVICE_ERR, usual=False)


def _nologin(subject: Subject, _: Primitive) -> Iterator[Row]:
    allowed = _C.SUCCESS if "successok" in subject.args else _C.IGNORE
    # A file of the line's own says nothing of the machine.
    own = [word for word in subject.args if word.startswith("file=")]
    closed = condition(f"closed by {own[-1]}") if own else NOLOGIN
    for user in VALUES[USER]:
        who = (USER, user)
        yield Row(allowed, (who, (closed, "no")))
        if user == "root":
            yield Row(allowed, (who, (closed, "yes")))
        else:
            code = _C.USER_UNKNOWN if user == "nobody" else _C.AUTH_ERR
            yield Row(code, (who, (closed, "yes")))


def _faillock(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    words = [arg for arg in subject.args if arg in ("preauth", "authfail", "authsucc")]
    word = words[-1] if words else "preauth"
    if primitive is Primitive.ACCT_MGMT:
        word = "authsucc"
    free, marks = {
        "preauth": (_C.SUCCESS, ()),
        "authfail": (_C.IGNORE, (COUNTED,)),
        "authsucc": (_C.SUCCESS, (FORGOT,)),
    }[word]
    unknown = _C.SUCCESS if primitive is Primitive.ACCT_MGMT else _C.IGNORE
    yield Row(unknown, ((USER, "nobody"),))
    for user in VALUES[USER]:
        if user == "nobody":
            continue
        who = (USER, user)
        if user not in LOCAL:
            # C: whom others watch over succeeds, whatever the line is there for.
            yield Row(_C.SUCCESS, (who,), usual="local_users_only" in subject.args)
            if "local_users_only" in subject.args:
                continue
        yield Row(free, (who, (LOCKED, "no")), marks)
        is_spared = user == "root" and "even_deny_root" not in subject.args
        # The file of settings may lock root as well; members of a group may be spared.
        if is_spared:
            yield Row(_C.AUTH_ERR, (who, (LOCKED, "yes")), usual=False)
        elif user != "root" and any(word.startswith("admin_group=") for word in subject.args):
            yield Row(free, (who, (LOCKED, "yes")), marks, usual=False)
        # `account` judges only if `auth` ran on the same handle.
        if is_spared or primitive is Primitive.ACCT_MGMT:
            yield Row(free, (who, (LOCKED, "yes")), marks)
        if not is_spared:
            yield Row(_C.AUTH_ERR, (who, (LOCKED, "yes")), marks if word == "authfail" else ())
    yield Row(_C.SYSTEM_ERR, usual=False)


def _tally(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    """The predecessors of pam_faillock count before anybody has proved anything."""
    odd = tuple(Row(row.code, usual=False) for row in stated_rows(subject, primitive))
    if primitive is Primitive.ACCT_MGMT:
        return (Row(_C.SUCCESS, (), (FORGOT,)), *odd)
    # C: who cannot be found is an error, and errors are what `onerr=` says.
    strange = _C.SUCCESS if "onerr=succeed" in subject.args else _C.USER_UNKNOWN
    counted = (
        Row(code, ((USER, user), (LOCKED, locked)), (COUNTED,))
        for code, locked in ((_C.SUCCESS, "no"), (_C.AUTH_ERR, "yes"))
        for user in VALUES[USER]
        if user != "nobody"
    )
    return (*counted, Row(strange, ((USER, "nobody"),)), *odd)


def _timestamp(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    if primitive is not Primitive.AUTHENTICATE:
        return stated_rows(subject, primitive)
    where = sorted(word for word in subject.args if word.startswith("timestamp"))
    name = condition(" ".join(("a fresh timestamp", *where)))
    return (
        Row(_C.AUTH_ERR, ((name, "missing"),)),
        Row(_C.SUCCESS, ((name, "there"),), (TRUSTED,)),
    )


def _securetty(subject: Subject, _: Primitive) -> Iterator[Row]:
    # The kernel's consoles are not secure to a line with this word, and may be to another one.
    strict = "noconsole" in subject.args
    name = condition("a secure terminal, the console or not" if strict else "a secure terminal")
    for user in VALUES[USER]:
        who = (USER, user)
        if user not in ("root", "nobody"):
            yield Row(_C.SUCCESS, (who,))
            continue
        yield Row(_C.SUCCESS, (who, (name, "met")))
        refusal = _C.AUTH_ERR if user == "root" else _C.USER_UNKNOWN
        yield Row(refusal, (who, (name, "not met")))
    yield Row(_C.SERVICE_ERR, usual=False)


def _wheel(subject: Subject, _: Primitive) -> Iterator[Row]:
    """Judge the caller by a group, whoever is asked for."""
    options = subject.options
    # Who runs the program need not be who logged in on the terminal.
    who_asks = "the one who runs the program" if options.use_uid else "the caller"
    name = condition(f"{who_asks} is in {options.group or 'wheel'}")
    passes = _C.SUCCESS if options.trust else _C.IGNORE
    for user in VALUES[USER]:
        who = (USER, user)
        if user == "nobody":
            yield Row(_C.USER_UNKNOWN, (who,))
        elif options.root_only and user != "root":
            yield Row(_C.IGNORE, (who,))
        else:
            yield Row(_C.PERM_DENIED if options.deny else passes, (who, (name, "met")))
            yield Row(passes if options.deny else _C.PERM_DENIED, (who, (name, "not met")))
            # There is no such group.
            yield Row(_C.IGNORE if options.deny else _C.AUTH_ERR, (who, (name, "not met")))
    yield Row(_C.SERVICE_ERR, usual=False)


def _debug(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    """Read from the line what is answered; success proves nothing."""
    event = _EVENTS[primitive]
    if primitive is Primitive.CHAUTHTOK and subject.update is False:
        event = "prechauthtok"
    words = (word.partition("=") for word in subject.args)
    said = (code for name, _, code in words if name == event)
    code = CODES_BY_WORD.get(next(said, "success"), _C.SUCCESS)
    # To wait is no answer: what comes of it in the end, nobody knows.
    return (Row(_C.ABORT if code == _C.INCOMPLETE else code),)


_EVENTS = {
    Primitive.AUTHENTICATE: "auth",
    Primitive.SETCRED: "cred",
    Primitive.ACCT_MGMT: "acct",
    Primitive.OPEN_SESSION: "open_session",
    Primitive.CLOSE_SESSION: "close_session",
    Primitive.CHAUTHTOK: "chauthtok",
}


def _succeed_if(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    """Judge tests of numbers by kinds of users; every other one is met or not, as it pleases."""
    words = subject.options.conditions
    if not words or len(words) % 3:
        return stated_rows(subject, primitive)
    tests = [words[at : at + 3] for at in range(0, len(words), 3)]
    said = " ".join(word for test in tests for word in test)
    if subject.options.use_uid:
        return tuple(_of_caller(tests, condition(f"{said} (of the caller)")))
    return tuple(_of_tests(tests, condition(said)))


def _of_caller(tests: list[tuple[str, ...]], name: str) -> Iterator[Row]:
    for caller, kind in (("other", _ANYBODY), ("root", "root")):
        who = (CALLER, caller)
        met = [_is_met(test, kind) for test in tests]
        if False not in met:
            yield Row(_C.SUCCESS, (who,) if None not in met else (who, (name, "met")))
        if False in met or None in met:
            yield Row(_C.AUTH_ERR, (who,) if False in met else (who, (name, "not met")))
    yield Row(_C.USER_UNKNOWN, usual=False)  # a number that no user has
    yield Row(_C.SERVICE_ERR, usual=False)


_OPEN_GROUP = "nopasswdlogin"
"""The group whose members display managers are told to let in without asking."""


def _of_tests(tests: list[tuple[str, ...]], name: str) -> Iterator[Row]:
    marks = (TRUSTED,) if ("user", "ingroup", _OPEN_GROUP) in map(tuple, tests) else ()
    for user in VALUES[USER]:
        who = (USER, user)
        if user == "nobody":
            if all(test[0].lower() not in _OF_THE_ACCOUNT for test in tests):
                yield Row(_C.SUCCESS, (who, (name, "met")), marks)
                yield Row(_C.AUTH_ERR, (who, (name, "not met")))
                continue
            # Of a user that is not there no number, no shell and no home can be tested.
            yield Row(_C.USER_UNKNOWN, (who,))
            yield Row(_C.AUTH_ERR, (who,))
            continue
        met = [_is_met(test, user) for test in tests]
        if False in met:
            yield Row(_C.AUTH_ERR, (who,))
        elif None in met:
            yield Row(_C.SUCCESS, (who, (name, "met")), marks)
            yield Row(_C.AUTH_ERR, (who, (name, "not met")))
        else:
            yield Row(_C.SUCCESS, (who,))
    yield Row(_C.SERVICE_ERR, usual=False)


_OF_THE_ACCOUNT = ("uid", "gid", "shell", "home", "dir", "homedir")
"""Fields that only a user who is there has."""

_ANYBODY = "anybody but root"

_UIDS = {
    "root": (0, 0),
    "system": (1, 999),
    "local": (1000, 60000),
    "directory": (1000, 4_000_000_000),
    _ANYBODY: (1, 4_000_000_000),
}
"""Numbers that kinds of users have."""


def _is_met(test: tuple[str, ...], user: str) -> bool | None:
    """Whether a test is met by every user of a kind, or by none; `None` if by some."""
    field, operator, value = test
    if field == "user" and operator in ("=", "eq", "!=", "ne"):
        if user != "root" and value != "root":
            return None
        return (user == value) == (operator in ("=", "eq"))
    if field != "uid" or not value.isdecimal() or operator not in _COMPARED:
        return None
    least, most = _UIDS[user]
    number, compare = int(value), _COMPARED[operator]
    met = {compare(uid, number) for uid in (least, most)}
    if operator in ("=", "!=") and value != str(number):
        return operator == "!="  # C: the digits are compared, not the number
    # Equal to one number in the midst of them: some are, some are not.
    if operator in ("eq", "ne", "=", "!=") and least < number < most:
        return None
    return met.pop() if len(met) == 1 else None


_COMPARED = {
    "eq": int.__eq__,
    "=": int.__eq__,
    "ne": int.__ne__,
    "!=": int.__ne__,
    "lt": int.__lt__,
    "<": int.__lt__,
    "le": int.__le__,
    "<=": int.__le__,
    "gt": int.__gt__,
    ">": int.__gt__,
    "ge": int.__ge__,
    ">=": int.__ge__,
}


def _but_setcred(table: Table) -> Table:
    """Let a table speak of every primitive but setcred: of that all is said by what is stated.

    A module that cannot do its work may say so on any day, and a table need not name the codes.
    """

    def rows(subject: Subject, primitive: Primitive) -> Iterable[Row]:
        # One of the same name that states nothing has no options, and may be another one.
        if primitive is Primitive.SETCRED or subject.declaration is None:
            return stated_rows(subject, primitive)
        trouble = subject.declaration.answers.get(primitive, frozenset()) & TROUBLE
        odd = (Row(code, usual=False) for code in sorted(trouble - {_C.INCOMPLETE}))
        return (*table(subject, primitive), *odd)

    return rows


_DECIDING: dict[str, Table] = {
    "pam_faillock": _faillock,
    "pam_localuser": _localuser,
    "pam_nologin": _nologin,
    "pam_rootok": _rootok,
    "pam_securetty": _securetty,
    "pam_succeed_if": _succeed_if,
    "pam_tally": _tally,
    "pam_tally2": _tally,
    "pam_timestamp": _timestamp,
    "pam_usertype": _usertype,
    "pam_wheel": _wheel,
}

TABLES: dict[str, Table] = {
    "pam_debug": _debug,
    **{name: _but_setcred(table) for name, table in _DECIDING.items()},
}
"""The modules of Linux-PAM that have a table of their own."""


def _self(_: Subject, __: Primitive) -> Iterable[Row]:
    who = condition("the program is run by the user who is asked for")
    return (Row(_C.SUCCESS, ((who, "yes"),), (TRUSTED,)), Row(_C.AUTH_ERR, ((who, "no"),)))


def _unix_auth(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    # A program that asks for another repository is not meant: it brings modules of its own.
    yield from (row for row in stated_rows(subject, primitive) if row.code != _C.IGNORE)
    if "server_policy" in subject.args:
        yield Row(_C.IGNORE, ((USER, "directory"),))


def _unix_cred(subject: Subject, primitive: Primitive) -> Iterable[Row]:
    if primitive is not Primitive.SETCRED:
        return stated_rows(subject, primitive)
    return (row for row in stated_rows(subject, primitive) if row.code != _C.IGNORE)


def _authtok_store(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    """Yield what it states; the old password is compared where the new one is stored."""
    for row in stated_rows(subject, primitive):
        if row.code != _C.SUCCESS or not subject.update:
            yield row
            continue
        yield row.changed(when=(*row.when, (CALLER, "root")))
        proved = (*row.when, (CALLER, "other"), (SECRET, "right"))
        yield row.changed(when=proved, marks=(CHECKED, *row.marks))


def _user_policy(subject: Subject, primitive: Primitive) -> Iterator[Row]:
    """Yield every answer: what policies of users say nobody knows; on a usual day there is none."""
    for row in stated_rows(subject.changed(declaration=None), primitive):
        yield row.changed(usual=row.code == _C.IGNORE)


_OPENPAM = {"pam_rootok": _but_setcred(_rootok), "pam_self": _but_setcred(_self)}
_SOLARIS = {
    "pam_authtok_store": _but_setcred(_authtok_store),
    "pam_unix_auth": _but_setcred(_unix_auth),
    "pam_unix_cred": _unix_cred,
    "pam_user_policy": _user_policy,
}

TABLES_OF: dict[str, dict[str, Table]] = {
    "openpam": _OPENPAM,
    "netbsd": _OPENPAM,
    "macos": {"pam_rootok": _OPENPAM["pam_rootok"]},
    "solaris": _SOLARIS,
    "illumos": _SOLARIS,
}
"""The same by the name of another family's dialect, where Linux' names may mean something else."""
