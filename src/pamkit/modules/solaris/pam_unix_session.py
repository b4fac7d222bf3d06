"""Put logins on record.

When a session is opened, when, where and from which host the user came is written to
`/var/log/lastlog` (`/var/adm/lastlog` on Solaris), and the user is told of the login before, unless
`nowarn` is given.  The application must give a terminal (`PAM_TTY`), or the answer is
`session_err`; a user without an account is `user_unknown`.  The end of a session succeeds and does
nothing.

A record that cannot be written is logged, and hinders nobody: it proves nothing.  Source:
`pam_unix_session(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.lastlog import LASTLOG
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEEDS_ROOT, NEVER_PROMPTS, WRITES_FILES
from pamkit.module.options import Match, Options, flag
from pamkit.records.last_login import exchanged, said_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

_DATE = 24


class UnixSessionOptions(Options):
    """What may stand after the module's name in a policy."""

    match = Match.ANY_CASE
    complains = True

    debug: bool = flag("log more")
    nowarn: bool = flag("do not tell users of the login before")


MODULE = declare(
    "pam_unix_session",
    options=UnixSessionOptions,
    answers={
        Primitive.OPEN_SESSION: "success session_err user_unknown",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.TTY, Item.RHOST],
    files=[LASTLOG],
    facts=[NEVER_PROMPTS, WRITES_FILES, NEEDS_ROOT],
    examples=[example("other", "session required pam_unix_session.so.1")],
)


async def pam_sm_open_session(call: ModuleCall[UnixSessionOptions]) -> ReturnCode:
    """Put this login in the place of the one before."""
    _complain(call)
    user, terminal = call.item(Item.USER), call.item(Item.TTY)
    if not user:
        return ReturnCode.USER_UNKNOWN
    if terminal is None:
        return ReturnCode.SESSION_ERR
    account = call.world.accounts.find(user)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    try:
        last = await exchanged(call, account, terminal.removeprefix("/dev/"))
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        call.log(Priority.ERR, f"Can't write lastlog: uid {account.uid}: {reason}")
        return ReturnCode.SUCCESS  # nothing is granted here, and records may be missing
    said = said_of(call.world.clock, last, letters=_DATE)
    if said and not call.silent and not call.options.nowarn:
        await call.say(Style.TEXT_INFO, said)
    return ReturnCode.SUCCESS  # what is to be on record is


def pam_sm_close_session(call: ModuleCall[UnixSessionOptions]) -> ReturnCode:
    """Do nothing."""
    _complain(call)
    return ReturnCode.SUCCESS  # nothing is granted at an end


def _complain(call: ModuleCall[UnixSessionOptions]) -> None:
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"illegal option {arg}")
