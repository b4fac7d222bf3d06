"""What the login manager is told of a new session: who, where from, and what kind it is."""

from __future__ import annotations

from pamkit.formats.auxiliary_vector import PATH as AUXILIARY
from pamkit.formats.auxiliary_vector import is_trusting
from pamkit.logind.display import terminal_of
from pamkit.logind.manager import SYSTEMD
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.logind.manager import LogindOptions, Manager
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account

_FIRST_SEAT = "seat0"
_MOST_NUMBER = 0xFFFFFFFF
_SPACE = " \t\n\r\v\f"
_BASES = {"0x": 16, "0b": 2, "0o": 8}
_DEV = "/dev/"
_LAST_SYSTEM_UID = 999
_NOBODY = 65534
_DYNAMIC = range(61184, 65520)
_LOCAL_NAMES = ("localhost", "localhost.localdomain")


class Request(Record):
    """What is said of a session; ``terminal`` is the number of a virtual one, 0 if it has none."""

    uid: int
    service: str
    type: str
    kind: str
    desktop: str
    seat: str
    terminal: int
    tty: str
    display: str
    is_remote: bool
    remote_user: str
    remote_host: str


def request_for(
    call: ModuleCall[LogindOptions], account: Account, manager: Manager, *, debugs: bool
) -> Request:
    """Return what to tell the login manager of the session that is being opened."""
    options, variable = call.options, _variables(call)
    service, tty, display, remote_user, remote_host = (
        call.item(item) or ""
        for item in (Item.SERVICE, Item.TTY, Item.XDISPLAY, Item.RUSER, Item.RHOST)
    )
    seat = variable("XDG_SEAT")
    terminal = _number(variable("XDG_VTNR"))
    kind = variable("XDG_SESSION_CLASS") or options.kind
    type_ = variable("XDG_SESSION_TYPE") or options.type
    desktop = variable("XDG_SESSION_DESKTOP") or options.desktop
    if manager is not SYSTEMD and service == manager.own_service:
        type_, kind, tty = "unspecified", _kind_of_manager(account.uid), ""
    elif ":" in tty:
        # An X display that was put there for login records.
        display, tty = display or tty, ""
    elif tty in _STAND_INS:
        type_, kind = _STAND_INS[tty]
        tty = ""
    else:
        tty = tty.removeprefix(_DEV)
    if display and not terminal and seat in ("", _FIRST_SEAT):
        terminal = terminal_of(call.world, display)
        seat = _FIRST_SEAT if terminal else seat
    if terminal and seat not in ("", _FIRST_SEAT):
        if debugs:
            line = f"Ignoring vtnr {terminal} for {seat} which is not seat0"
            call.log(Priority.DEBUG, line)
        terminal = 0
    type_ = type_ or ("x11" if display else "tty" if tty else "unspecified")
    return Request(
        uid=account.uid,
        service=service,
        type=type_,
        kind=kind or ("background" if type_ == "unspecified" else "user"),
        desktop=desktop,
        seat=seat,
        terminal=terminal,
        tty=tty,
        display=display,
        is_remote=bool(remote_host) and not _is_this_machine(remote_host),
        remote_user=remote_user,
        remote_host=remote_host,
    )


_STAND_INS = {"cron": ("unspecified", "background"), "ssh": ("tty", "user")}
"""What programs without a terminal put in its place, and the type and class of their sessions."""


def _variables(call: ModuleCall[LogindOptions]) -> Callable[[str], str]:
    """Return what finds a variable, in the PAM environment or in that of the process.

    The latter only if whoever started the process had all its rights: else users could choose
    the seat of their session (CVE-2019-3842).  Most processes have none, and are not asked.
    """
    own = call.world.process.variable

    def variable(name: str) -> str:
        found = call.getenv(name)
        if not found and (found := own(name)):
            found = found if _trusts_starter(call) else None
        return found or ""

    return variable


def _trusts_starter(call: ModuleCall[LogindOptions]) -> bool:
    try:
        return is_trusting(call.world.files.read(AUXILIARY))
    except OSError:
        return False


def _number(text: str) -> int:
    """Return the number that a text is, as strtoul(3) has it; 0 for what is none, or too large."""
    digits = text.lstrip(_SPACE).removeprefix("+")
    base = _BASES.get(digits[:2].lower(), 8 if digits[:1] == "0" else 10)
    digits = digits[2:] if digits[:2].lower() in _BASES else digits
    if not digits.isascii() or not digits.isalnum() or len(digits) > 40:
        return 0
    try:
        number = int(digits, base)
    except ValueError:
        return 0
    return number if number <= _MOST_NUMBER else 0


def _kind_of_manager(uid: int) -> str:
    """Return the class of the session that a service manager of a user is in."""
    is_early = uid <= _LAST_SYSTEM_UID or uid == _NOBODY or uid in _DYNAMIC
    return "manager-early" if is_early else "manager"


def _is_this_machine(host: str) -> bool:
    """Whether a name of a host always means this one; a number never does, as in C."""
    name = host.lower().removesuffix(".")
    return name.endswith(tuple(f".{local}" for local in _LOCAL_NAMES)) or name in _LOCAL_NAMES
