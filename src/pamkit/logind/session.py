"""A session at the login manager: opened, kept as long as its descriptor, and released.

Source: `org.freedesktop.login1(5)`.
"""

from __future__ import annotations

from pamkit.formats.dbus_message import Question
from pamkit.formats.dbus_values import BadValue
from pamkit.logind.bus import LONG_PATIENCE, PATIENCE, NotConnected, Refused, ask
from pamkit.logind.manager import SYSTEMD, read_words
from pamkit.logind.request import request_for
from pamkit.logind.runtime import set_runtime_directory
from pamkit.module.call import Stop
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.logind.bus import Answer
    from pamkit.logind.manager import LogindOptions, Manager
    from pamkit.logind.request import Request
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account

_NAME, _PATH, _INTERFACE = (
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
)
_BUSY = "org.freedesktop.login1.SessionBusy"
_CREATE, _CREATED = "uusssssussbssa(sv)", "soshusub"
_ITSELF = 0
"""C: who asks is the leader of the session; the kernel has told the bus who that is."""

_NO_UIDS = (0xFFFF, 0xFFFFFFFF)
_SEAT_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_SESSION_LETTERS = _SEAT_LETTERS - frozenset("-_")
_LONGEST = 255


class Session(Record):
    """What the login manager says of a session that it has made."""

    name: str
    path: str
    runtime: str
    descriptor: int
    owner: int
    seat: str
    terminal: int
    is_old: bool


class _Kept:
    """What the handle keeps of the session it has opened; none, if no session was made.

    ``is_old``: it was there before, and another will release it.
    """

    __slots__ = ("descriptor", "is_old", "is_released", "name")

    def __init__(self, name: str = "", *, descriptor: int = -1, is_old: bool = False) -> None:
        self.name, self.descriptor, self.is_old = name, descriptor, is_old
        self.is_released = False


async def open_session(call: ModuleCall[LogindOptions], manager: Manager) -> ReturnCode:
    """Have the login manager make a session, and set what programs have to know of it."""
    debugs = read_words(call)
    if debugs:
        call.log(Priority.DEBUG, f"pam-{manager.name} initializing")
    before = _kept(call, manager)
    if before is None or before.is_released:
        _keep(call, manager, _Kept())
    account = await _account(call)
    if manager.mark and not call.world.files.exists(manager.mark):
        return ReturnCode.SUCCESS  # C: where there is no login manager there is nothing to do
    if manager is SYSTEMD and call.item(Item.SERVICE) == manager.own_service:
        # The manager waits for this very session: asked now, it would wait for itself.
        set_runtime_directory(call, f"/run/user/{account.uid}", account.uid)
        return ReturnCode.SUCCESS  # the session of the user's programs is another one
    request = request_for(call, account, manager, debugs=debugs)
    if debugs:
        _log_request(call, request)
    try:
        answer = await ask(call, _creation(request), patience=LONG_PATIENCE)
    except Refused as refused:
        if refused.name == _BUSY:
            if debugs:
                call.log(Priority.DEBUG, f"Not creating session: {refused.said}")
            return ReturnCode.SUCCESS  # C: the process is in a session already, and stays there
        call.log(Priority.ERR, f"Failed to create session: {refused.said}")
        return ReturnCode.SESSION_ERR
    except BadValue:
        call.log(Priority.ERR, "Failed to create bus message: Invalid argument")
        return ReturnCode.SERVICE_ERR
    except NotConnected as fault:
        return _not_connected(call, fault)
    except OSError as fault:
        call.log(Priority.ERR, f"Failed to create session: {fault.strerror}")
        return ReturnCode.SESSION_ERR
    session = _session(answer)
    if session is None:
        for descriptor in answer.descriptors:
            call.world.local_sockets.let_go(descriptor)
        reason = "Bad message" if answer.signature == _CREATED else "No such device or address"
        call.log(Priority.ERR, f"Failed to parse bus message: {reason}")
        return ReturnCode.SERVICE_ERR
    # INVARIANT: from here on the handle has the descriptor, and lets go of it.
    made = _Kept(session.name, descriptor=session.descriptor, is_old=session.is_old)
    _keep(call, manager, made)
    if debugs:
        _log_session(call, session)
    _put(call, "XDG_SESSION_ID", session.name)
    if session.owner == account.uid:
        set_runtime_directory(call, session.runtime, account.uid)
    _put(call, "XDG_SESSION_TYPE", request.type)
    _put(call, "XDG_SESSION_CLASS", request.kind)
    _put(call, "XDG_SESSION_DESKTOP", request.desktop)
    _put(call, "XDG_SEAT", session.seat)
    _put(call, "XDG_VTNR", str(session.terminal or ""))
    return ReturnCode.SUCCESS  # the login manager has made the session, or had it


async def close_session(call: ModuleCall[LogindOptions], manager: Manager) -> ReturnCode:
    """Tell the login manager that a session ends as it should."""
    if read_words(call):
        call.log(Priority.DEBUG, f"pam-{manager.name} shutting down")
    kept = _kept(call, manager)
    # Where it was opened here no variable counts: users may have set it to another's session.
    name = call.getenv("XDG_SESSION_ID") if kept is None else kept.name
    if not name or (kept is not None and (kept.is_old or kept.is_released)):
        return ReturnCode.SUCCESS  # there is no session to release, or it is another's
    try:
        await ask(call, _question("ReleaseSession", "s", (name,)), patience=PATIENCE)
    except NotConnected as fault:
        return _not_connected(call, fault)
    except Refused as refused:
        call.log(Priority.ERR, f"Failed to release session: {refused.said}")
        return ReturnCode.SESSION_ERR
    except (BadValue, OSError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "Invalid argument"
        call.log(Priority.ERR, f"Failed to release session: {reason}")
        return ReturnCode.SESSION_ERR
    if kept is not None:
        kept.is_released = True
    return ReturnCode.SUCCESS  # the login manager knows that the session is over


async def _account(call: ModuleCall[LogindOptions]) -> Account:
    """Return the account of the user; ends the hook if there is none."""
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.ERR, f"Failed to get user name: {text(stop.code)}")
        raise
    if not user:
        call.log(Priority.ERR, "User name not valid.")
        raise Stop(ReturnCode.SERVICE_ERR)
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.ERR, "Failed to get user record: No such process")
        raise Stop(ReturnCode.USER_UNKNOWN)
    if account.uid in _NO_UIDS:
        call.log(Priority.ERR, "Acquired user record does not have a UID.")
        raise Stop(ReturnCode.SERVICE_ERR)
    return account


def _question(member: str, signature: str, values: tuple[object, ...]) -> Question:
    return Question(_NAME, _PATH, _INTERFACE, member, signature, values)


def _creation(of: Request) -> Question:
    values = (
        *(of.uid, _ITSELF, of.service, of.type, of.kind, of.desktop, of.seat, of.terminal),
        *(of.tty, of.display, of.is_remote, of.remote_user, of.remote_host, ()),
    )
    return _question("CreateSession", _CREATE, values)


def _session(answer: Answer) -> Session | None:
    """Return the session that an answer tells of; `None` if it tells of none that can be."""
    if answer.signature != _CREATED:
        return None
    name, path, runtime, place, owner, seat, terminal, is_old = answer.values
    # Programs make names of files of these.
    if not 0 < len(name) <= _LONGEST or not _SESSION_LETTERS.issuperset(name):
        return None
    if len(seat) > _LONGEST or not _SEAT_LETTERS.issuperset(seat):
        return None
    if place != 0 or len(answer.descriptors) != 1:
        return None
    return Session(name, path, runtime, answer.descriptors[0], owner, seat, terminal, is_old)


def _put(call: ModuleCall[LogindOptions], variable: str, value: str) -> None:
    """Set a variable of the PAM environment, unless there is nothing to set it to."""
    if value:
        call.putenv(f"{variable}={value}")


def _not_connected(call: ModuleCall[LogindOptions], fault: NotConnected) -> ReturnCode:
    call.log(Priority.ERR, f"Failed to connect to system bus: {fault.strerror}")
    return ReturnCode.SERVICE_ERR


def _data(manager: Manager) -> str:
    return f"{manager.name}.session"


def _keep(call: ModuleCall[LogindOptions], manager: Manager, kept: _Kept) -> None:
    """Keep the descriptor: the login manager ends a session whose descriptor is closed.

    So it stays open after the session was released, until the handle ends, that the process is not
    killed with what is left of the session; and a session that nobody released ends with its
    process, as in C.
    """
    sockets = call.world.local_sockets

    def end(kept: _Kept, _: int) -> None:
        if kept.is_released and kept.descriptor >= 0:
            sockets.let_go(kept.descriptor)

    call.set_data(_data(manager), kept, end)


def _kept(call: ModuleCall[LogindOptions], manager: Manager) -> _Kept | None:
    try:
        kept = call.data(_data(manager))
    except KeyError:
        return None
    return kept if isinstance(kept, _Kept) else None


def _log_request(call: ModuleCall[LogindOptions], of: Request) -> None:
    line = (
        f"uid={of.uid} pid={call.world.process.number()} service={of.service} type={of.type}"
        f" class={of.kind} desktop={of.desktop} seat={of.seat} vtnr={of.terminal} tty={of.tty}"
        f" display={of.display} remote={'yes' if of.is_remote else 'no'}"
        f" remote_user={of.remote_user} remote_host={of.remote_host}"
    )
    call.log(Priority.DEBUG, f"Asking logind to create session: {line}")
    call.log(
        Priority.DEBUG,
        "Session limits: memory_max=n/a tasks_max=n/a cpu_weight=n/a io_weight=n/a"
        " runtime_max_sec=n/a",
    )


def _log_session(call: ModuleCall[LogindOptions], session: Session) -> None:
    line = (
        f"id={session.name} object_path={session.path} runtime_path={session.runtime}"
        f" session_fd={session.descriptor} seat={session.seat} vtnr={session.terminal}"
        f" original_uid={session.owner}"
    )
    call.log(Priority.DEBUG, f"Reply from logind: {line}")
