"""Ask whoever wants to change a password for the one that proves it is theirs.

authenticate of the service `passwd`: root need not prove anything, and succeeds.  Others may change
their own password only (`perm_denied` for another's), and give it: a wrong one is `auth_err`.  One
that may not be changed yet, or at all, is `perm_denied`, and the user is told.  The password is
kept for the modules that change it.  One that an earlier module asked for is not asked for again,
and not checked here; but it does not open another's account, as it does in C.

A user who is not known is `user_unknown`, an empty name `system_err`, and so is what cannot be
read.  With `server_policy` a user who has no line in `/etc/passwd` is none of its business: it
ignores.  `nowarn` shows no messages.  setcred ignores.

Who asks is the real user of the process.  Source: `pam_passwd_auth(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.formats.shadow_age import day_of
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_SECRET,
    ASKS_USER,
    CHECKS_CONDITION,
    CHECKS_SECRET_AGE,
    GRANTS_WITHOUT_SECRET,
    PROVES_IDENTITY,
    RUNS_PROGRAM,
    USES_SECRET,
)
from pamkit.module.options import Options, flag
from pamkit.module.repository import is_elsewhere
from pamkit.unix.as_unix import as_unix
from pamkit.unix.lookup import look_up
from pamkit.unix.verify import verify
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Shadow


class PasswdAuthOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    nowarn: bool = flag("show no messages")
    server_policy: bool = flag("have no say over users who have no line in `/etc/passwd`")


MODULE = declare(
    "pam_passwd_auth",
    options=PasswdAuthOptions,
    answers={
        Primitive.AUTHENTICATE: "success ignore auth_err authtok_err perm_denied user_unknown "
        "system_err conv_err conv_again buf_err",
        Primitive.SETCRED: "ignore",
    },
    reads=[
        *(Item.USER, Item.USER_PROMPT, Item.AUTHTOK),
        *(Item.SERVICE, Item.TTY, Item.RUSER, Item.RHOST, Item.REPOSITORY),
    ],
    sets=[Item.USER, Item.AUTHTOK],
    files=[PASSWD_FILE, SHADOW_FILE],
    facts=[
        ASKS_USER,
        ASKS_SECRET,
        USES_SECRET,
        PROVES_IDENTITY,
        CHECKS_CONDITION,
        CHECKS_SECRET_AGE,
        GRANTS_WITHOUT_SECRET,  # root, and what an earlier module asked for
        RUNS_PROGRAM,  # unix_chkpwd(8), where the shadow file may not be read
    ],
    examples=[example("passwd", "auth required pam_passwd_auth.so.1")],
)

_ANSWERS = {
    ReturnCode.USER_UNKNOWN: ReturnCode.USER_UNKNOWN,
    ReturnCode.AUTHINFO_UNAVAIL: ReturnCode.SYSTEM_ERR,
}


async def pam_sm_authenticate(call: ModuleCall[PasswdAuthOptions]) -> ReturnCode:
    """Ask for the password of a user who wants to change it, and check it."""
    if is_elsewhere(call):
        return ReturnCode.IGNORE
    user = await call.user()
    if not user:
        call.log(Priority.ERR, "pam_sm_authenticate: PAM_USER NULL or empty")
        return ReturnCode.SYSTEM_ERR
    accounts, uid = call.world.accounts, call.world.process.uid()
    account = accounts.find(user)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    if uid == 0:
        return ReturnCode.SUCCESS  # yes: root may change every password, the kernel says who it is
    if uid != account.uid:
        return ReturnCode.PERM_DENIED
    if call.token(Item.AUTHTOK) is not None:
        return ReturnCode.SUCCESS  # a module before asked, and checks it or has it checked
    if call.options.server_policy and not accounts.is_local(user):
        return ReturnCode.IGNORE
    token = await call.authtok(Item.AUTHTOK, "Enter existing login password: ")
    unix = as_unix(call)
    code = await verify(unix, user, token, nullok=True)
    if code is ReturnCode.SUCCESS:
        entry = look_up(unix, user).entry
        why = "" if entry is None else _why_not(entry, day_of(call.world.clock.now()))
        if not why:
            return ReturnCode.SUCCESS  # yes: it is the password, and it may be changed now
        await _tell(call, why)
        code = ReturnCode.PERM_DENIED
    call.set_token(Item.AUTHTOK, None)
    if code is ReturnCode.PERM_DENIED:
        return code
    return _ANSWERS.get(code, ReturnCode.AUTH_ERR)


def pam_sm_setcred(_: ModuleCall[PasswdAuthOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


def _why_not(entry: Shadow, today: int) -> str:
    """Return why a password may not be changed today, or `""`."""
    if entry.max_days < 0 or entry.last_change in (0, -1) or entry.last_change > today:
        return ""
    if today < entry.last_change + entry.min_days:
        return f"Sorry: less than {entry.min_days} days since the last change."
    return "You may not change this password." if entry.min_days > entry.max_days else ""


async def _tell(call: ModuleCall[PasswdAuthOptions], why: str) -> None:
    if not call.silent and not call.options.nowarn:
        await call.say(Style.ERROR_MSG, f"{call.item(Item.SERVICE)}: {why}")
