"""Tell users when they logged in last, and put this login on record.

When a session is opened the user is told when, and from which host or on which terminal, they
logged in last.  Then this login takes its place in `/var/log/lastlog`, which is made if it is not
there, and is added to `/var/log/wtmp`, if there is one; so is the session's end.  The files are
this machine's: FreeBSD has others (utx.lastlogin and utx.log).

The application must give a terminal (`PAM_TTY`): without one the answer is `service_err`, and for
a record that cannot be read or written `system_err`; with `no_fail` both are success.  A user
without an account, and an empty terminal, are `service_err` in any case.

The module never looks at a secret.  Applications that write login records themselves write them
twice with it.  Linux's module of this name has other options, and judges accounts as well.  Source:
`pam_lastlog(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.formats.lastlog import LASTLOG
from pamkit.formats.utmp import WTMP, Kind
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, NEEDS_ROOT, WRITES_FILES
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, user_of
from pamkit.module.options import flag
from pamkit.records.last_login import exchanged, said_of
from pamkit.records.lastlog_update import into_wtmp
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_DATE = 19
"""C: the date without the year."""


class LastlogOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    no_fail: bool = flag("answer success where nothing can be put on record")


MODULE = declare(
    "pam_lastlog",
    options=LastlogOptions,
    answers={
        Primitive.OPEN_SESSION: "success service_err system_err conv_err conv_again buf_err",
        Primitive.CLOSE_SESSION: "success service_err",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    files=[LASTLOG, WTMP],
    facts=[ASKS_USER, WRITES_FILES, NEEDS_ROOT],
    examples=[example("login", "session required pam_lastlog.so no_fail")],
)


async def pam_sm_open_session(call: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Tell of the last login, and put this one on record."""
    account = call.world.accounts.find(await user_of(call))
    if account is None:
        return ReturnCode.SERVICE_ERR
    terminal = _terminal(call)
    if isinstance(terminal, ReturnCode):
        return terminal
    return await _recorded(call, account, terminal)


async def pam_sm_close_session(call: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Put the end of the session on record."""
    terminal = _terminal(call)
    if isinstance(terminal, ReturnCode):
        return terminal
    await into_wtmp(call, Kind.DEAD_PROCESS, "", "")
    return ReturnCode.SUCCESS  # nothing is granted at an end


def _terminal(call: ModuleCall[LastlogOptions]) -> str | ReturnCode:
    """Return the terminal without `/dev/`, or the answer where there is none."""
    given = call.item(Item.TTY)
    if given is None:
        return _fault(call, ReturnCode.SERVICE_ERR)
    return given.removeprefix("/dev/") or ReturnCode.SERVICE_ERR


async def _recorded(
    call: ModuleCall[LastlogOptions], account: Account, terminal: str
) -> ReturnCode:
    try:
        last = await exchanged(call, account, terminal)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        call.log(Priority.ERR, f"{LASTLOG}: {reason}")
        return _fault(call, ReturnCode.SYSTEM_ERR)
    said = said_of(call.world.clock, last, letters=_DATE)
    if said and not call.silent:
        await call.say(Style.TEXT_INFO, said)
    await into_wtmp(call, Kind.USER_PROCESS, account.name, call.item(Item.RHOST) or "")
    return ReturnCode.SUCCESS  # what is to be on record is


def _fault(call: ModuleCall[LastlogOptions], code: ReturnCode) -> ReturnCode:
    # Success only because the line says that records may be missing: nothing is proved here.
    return ReturnCode.SUCCESS if call.options.no_fail else code
