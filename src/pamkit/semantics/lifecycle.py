"""The order of calls on one handle: which are usual, which are tolerated, which are refused.

PAM tolerates much; the founding pages say how it was meant, and every row of the table quotes one
of them.  Nothing is decided here: whoever keeps a trace can have it judged, and whoever wants the
order kept can ask before each call.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.semantics.trace import Run


class Kind(Names):
    """What can happen on a handle, or beside it."""

    AUTHENTICATE = 0
    ACCT_MGMT = 1
    ESTABLISH = 2
    RENEW = 3
    DELETE = 4
    OPEN = 5
    LOGIN_RECORD = 6
    LOGOUT_RECORD = 7
    CLOSE = 8
    CHAUTHTOK = 9
    END = 10


class Event(Record):
    """One thing that happened; ``granted`` is false if it was refused or failed."""

    kind: Kind
    granted: bool = True


class Standing(Names):
    """How an event stands in the order; the greater, the worse."""

    USUAL = 0
    TOLERATED = 1
    REFUSED = 2


class Stage(Record):
    """How far a handle has come; `None` where nobody asked yet."""

    authenticated: bool | None = None
    admitted: bool | None = None
    has_credentials: bool = False
    in_session: bool = False
    was_opened: bool = False
    is_recorded: bool = False
    has_ended: bool = False


FRESH = Stage()
"""Where every transaction starts."""

RESUMED = Stage(
    authenticated=True, admitted=True, has_credentials=True, in_session=True, was_opened=True
)
"""Where one starts that takes a session over from another process."""


class OrderRule(Record):
    """A sentence of the pages, the event it is about, and the stages at which that breaks it."""

    name: str
    standing: Standing
    kind: Kind
    sources: str
    sentence: str
    advice: str
    is_broken: Callable[[Stage], bool]


class Judgement(Record):
    """What is to be said of one event of a trace; no rules if it is usual."""

    at: int
    event: Event
    rules: tuple[OrderRule, ...]

    @property
    def standing(self) -> Standing:
        """The worst standing that a rule gives it."""
        return max((rule.standing for rule in self.rules), default=Standing.USUAL)


_T, _R = Standing.TOLERATED, Standing.REFUSED

_AFTER_AUTHENTICATION = "setcred is called only after the user was authenticated"
_BEFORE_SESSION = "credentials are established before the session is"
_OPEN_LAST = "a session is opened after authenticate and acct_mgmt have succeeded"
_OPEN_BEFORE_RECORD = "a session is opened before the login is recorded"
_CLOSE_AFTER_RECORD = "a session is closed after the logout was recorded"
_CALL_OPEN = "every program that begins a session opens one"
_CALL_CLOSE = "whoever ends a session closes it"

RULES: tuple[OrderRule, ...] = (
    OrderRule(
        "credentials-after-refusal",
        _R,
        Kind.ESTABLISH,
        "A5",
        _AFTER_AUTHENTICATION,
        "end the transaction where authenticate is refused",
        lambda stage: stage.authenticated is False,
    ),
    OrderRule(
        "credentials-without-authentication",
        _T,
        Kind.ESTABLISH,
        "A5",
        _AFTER_AUTHENTICATION,
        "right for cron and for keys that the program checked itself, and for nobody else",
        lambda stage: stage.authenticated is None,
    ),
    OrderRule(
        "credentials-after-open",
        _T,
        Kind.ESTABLISH,
        "A6",
        _BEFORE_SESSION,
        "establish first, then open; what is changed in a session is refreshed or reinitialised",
        lambda stage: stage.in_session,
    ),
    OrderRule(
        "renewal-without-credentials",
        _T,
        Kind.RENEW,
        "A11 A12",
        "there are credentials to refresh or to reinitialise",
        "establish credentials first",
        lambda stage: not stage.has_credentials,
    ),
    OrderRule(
        "deleted-before-close",
        _T,
        Kind.DELETE,
        "A6 A10",
        "credentials are there as long as the session is",
        "close the session first: its modules may need them",
        lambda stage: stage.in_session,
    ),
    OrderRule(
        "account-after-refusal",
        _T,
        Kind.ACCT_MGMT,
        "B6",
        "the account is checked of who was authenticated",
        "end the transaction where authenticate is refused",
        lambda stage: stage.authenticated is False,
    ),
    OrderRule(
        "open-after-refusal",
        _T,
        Kind.OPEN,
        "B6",
        _OPEN_LAST,
        "end the transaction where authenticate or acct_mgmt is refused",
        lambda stage: stage.authenticated is False or stage.admitted is False,
    ),
    OrderRule(
        "open-without-authentication",
        _T,
        Kind.OPEN,
        "B6",
        _OPEN_LAST,
        "right for cron and for keys that the program checked itself, and for nobody else",
        lambda stage: stage.authenticated is None,
    ),
    OrderRule(
        "open-without-account-check",
        _T,
        Kind.OPEN,
        "B6",
        _OPEN_LAST,
        "call acct_mgmt: without it locked and expired accounts come in",
        lambda stage: stage.admitted is None,
    ),
    OrderRule(
        "opened-twice",
        _T,
        Kind.OPEN,
        "B5 B7",
        "open tells of one session that begins",
        "close the first session, or use a handle of its own for the second",
        lambda stage: stage.in_session,
    ),
    OrderRule(
        "recorded-before-open",
        _T,
        Kind.LOGIN_RECORD,
        "B19",
        _OPEN_BEFORE_RECORD,
        "write utmp and wtmp when open has succeeded",
        lambda stage: not stage.in_session,
    ),
    OrderRule(
        "closed-before-logout-record",
        _T,
        Kind.CLOSE,
        "B20",
        _CLOSE_AFTER_RECORD,
        "end the records in utmp and wtmp first",
        lambda stage: stage.is_recorded,
    ),
    OrderRule(
        "closed-without-open",
        _T,
        Kind.CLOSE,
        "B14",
        "whoever closes a session, itself or another process has opened it",
        "resume the session that the other process opened",
        lambda stage: not stage.in_session,
    ),
    OrderRule(
        "login-without-open",
        _T,
        Kind.END,
        "B8",
        _CALL_OPEN,
        "call open_session between acct_mgmt and the record of the login",
        lambda stage: stage.is_recorded and not stage.was_opened,
    ),
    OrderRule(
        "ended-in-session",
        _T,
        Kind.END,
        "B9 B14",
        _CALL_CLOSE,
        "close it, unless another process will",
        lambda stage: stage.in_session,
    ),
    OrderRule(
        "ended-with-credentials",
        _T,
        Kind.END,
        "A10",
        "who established credentials deletes them",
        "delete them, unless the process that has them goes on",
        lambda stage: stage.has_credentials and not stage.in_session,
    ),
    *(
        OrderRule(
            "after-the-end",
            _R,
            kind,
            "B10",
            "a handle is used from start to end",
            "start another transaction",
            lambda stage: stage.has_ended,
        )
        for kind in Kind
    ),
)
"""Every rule; the first of an event is the one to mend first."""


def broken_by(stage: Stage, kind: Kind) -> tuple[OrderRule, ...]:
    """Return the rules that an event would break at this stage, in order."""
    return tuple(rule for rule in RULES if rule.kind is kind and rule.is_broken(stage))


def after(stage: Stage, event: Event) -> Stage:
    """Return how far the handle has come when an event has happened."""
    change = _CHANGES.get(event.kind)
    return stage if change is None else change(stage, event.granted)


def judge(events: Iterable[Event], stage: Stage = FRESH) -> tuple[Judgement, ...]:
    """Return what is to be said of each event of a trace that began at a stage, in order."""
    judged = []
    for at, event in enumerate(events):
        judged.append(Judgement(at, event, broken_by(stage, event.kind)))
        stage = after(stage, event)
    return tuple(judged)


def stage_after(events: Iterable[Event], stage: Stage = FRESH) -> Stage:
    """Return how far a handle has come behind all the events of a trace."""
    for event in events:
        stage = after(stage, event)
    return stage


def events_of(runs: Iterable[Run]) -> tuple[Event, ...]:
    """Return the events of the runs of a transaction; records and the end are no runs."""
    return tuple(
        Event(kind_of(run.primitive, run.flags), run.code == ReturnCode.SUCCESS) for run in runs
    )


def kind_of(primitive: Primitive, flags: int) -> Kind:
    """Return what a call is; setcred by its flags, and without any it establishes."""
    if primitive is not Primitive.SETCRED:
        return _KINDS[primitive]
    if flags & Flag.DELETE_CRED:
        return Kind.DELETE
    renews = flags & (Flag.REINITIALIZE_CRED | Flag.REFRESH_CRED)
    return Kind.RENEW if renews else Kind.ESTABLISH


_KINDS = {
    Primitive.AUTHENTICATE: Kind.AUTHENTICATE,
    Primitive.ACCT_MGMT: Kind.ACCT_MGMT,
    Primitive.OPEN_SESSION: Kind.OPEN,
    Primitive.CLOSE_SESSION: Kind.CLOSE,
    Primitive.CHAUTHTOK: Kind.CHAUTHTOK,
}

# What was refused changes only what is known of the user: a failed open may be closed or not.
_CHANGES: dict[Kind, Callable[[Stage, bool], Stage]] = {
    Kind.AUTHENTICATE: lambda stage, granted: stage.changed(authenticated=granted, admitted=None),
    Kind.ACCT_MGMT: lambda stage, granted: stage.changed(admitted=granted),
    Kind.ESTABLISH: lambda stage, granted: stage.changed(
        has_credentials=granted or stage.has_credentials
    ),
    Kind.DELETE: lambda stage, granted: stage.changed(
        has_credentials=stage.has_credentials and not granted
    ),
    Kind.OPEN: lambda stage, granted: stage.changed(
        in_session=granted or stage.in_session, was_opened=granted or stage.was_opened
    ),
    Kind.CLOSE: lambda stage, granted: stage.changed(in_session=stage.in_session and not granted),
    Kind.LOGIN_RECORD: lambda stage, granted: stage.changed(
        is_recorded=granted or stage.is_recorded
    ),
    Kind.LOGOUT_RECORD: lambda stage, granted: stage.changed(
        is_recorded=stage.is_recorded and not granted
    ),
    Kind.END: lambda stage, _: stage.changed(has_ended=True),
}
