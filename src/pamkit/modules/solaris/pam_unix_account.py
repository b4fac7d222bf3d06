"""Refuse accounts that are locked or have ended, and passwords that are too old.

acct_mgmt answers `perm_denied` for an account whose hash begins with `*LK*`, and for one without a
password where the application forbids that; `acct_expired` for one that has ended;
`new_authtok_reqd` for a password that must be changed now; and `authtok_expired` where it is too
late for that.  Users whose password will soon be too old are told in how many days.  A user who is
not known is `user_unknown`, and what cannot be read is `service_err`.

`nowarn` shows no messages.  With `server_policy` a user who has no line in `/etc/passwd` is none of
its business: it ignores.

The rules of age are those of shadow(5) on this machine: the inactive days count from the day on
which the password became too old, where those of Solaris count from the last login, and
`IDLEWEEKS` of `/etc/default/login` is not looked at.  Success proves nothing about who is asking.
Source: `pam_unix_account(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_ACCOUNT, CHECKS_SECRET_AGE, NEVER_PROMPTS, RUNS_PROGRAM
from pamkit.module.options import Match, Options, flag
from pamkit.module.repository import is_elsewhere
from pamkit.unix.age import age_of
from pamkit.unix.as_unix import as_unix
from pamkit.unix.blank import is_blank
from pamkit.unix.lookup import look_up
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

_LOCKED = b"*LK*"


class UnixAccountOptions(Options):
    """What may stand after the module's name in a policy."""

    match = Match.ANY_CASE
    complains = True

    debug: bool = flag("log more")
    nowarn: bool = flag("show no messages")
    server_policy: bool = flag("have no say over users who have no line in `/etc/passwd`")


MODULE = declare(
    "pam_unix_account",
    options=UnixAccountOptions,
    answers={
        Primitive.ACCT_MGMT: "success perm_denied acct_expired new_authtok_reqd authtok_expired "
        "user_unknown service_err ignore",
    },
    reads=[Item.USER, Item.SERVICE, Item.RHOST, Item.REPOSITORY],
    files=[PASSWD_FILE, SHADOW_FILE],
    facts=[
        NEVER_PROMPTS,
        CHECKS_ACCOUNT,
        CHECKS_SECRET_AGE,
        RUNS_PROGRAM,  # unix_chkpwd(8), where the shadow file may not be read
    ],
    examples=[
        example("other", "account required pam_unix_account.so.1"),
        example("other", "account binding pam_unix_account.so.1 server_policy", "before LDAP"),
    ],
)

_AS_THEY_ARE = (
    ReturnCode.ACCT_EXPIRED,
    ReturnCode.NEW_AUTHTOK_REQD,
    ReturnCode.AUTHTOK_EXPIRED,
    ReturnCode.USER_UNKNOWN,
)


async def pam_sm_acct_mgmt(call: ModuleCall[UnixAccountOptions]) -> ReturnCode:
    """Judge the account, and then the age of its password."""
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"ACCOUNT:pam_sm_acct_mgmt: illegal option {arg}")
    if is_elsewhere(call):
        return ReturnCode.IGNORE
    user, accounts = call.item(Item.USER), call.world.accounts
    if user is None or accounts.find(user) is None:
        return ReturnCode.USER_UNKNOWN
    if call.options.server_policy and not accounts.is_local(user):
        return ReturnCode.IGNORE
    unix = as_unix(call)
    hashed = look_up(unix, user).hashed
    service, host = call.item(Item.SERVICE), call.item(Item.RHOST) or "local host"
    if hashed is not None and hashed.expose().startswith(_LOCKED):
        line = f"{service} attempting to validate locked account {user} from {host}"
        call.log(Priority.NOTICE, line)
        return ReturnCode.PERM_DENIED
    if call.flags & Flag.DISALLOW_NULL_AUTHTOK and await is_blank(unix, user):
        line = f"{service}: empty password not allowed for account {user} from {host}"
        call.log(Priority.NOTICE, line)
        return ReturnCode.PERM_DENIED
    age = await age_of(unix, user, broken_ok=False)
    if age.code is ReturnCode.AUTHTOK_EXPIRED:
        await _tell(call, "Your password has been expired for too long.")
        await _tell(call, "Please contact the system administrator.")
    if age.code in _AS_THEY_ARE:
        return age.code
    if age.code not in (ReturnCode.SUCCESS, ReturnCode.AUTHTOK_ERR):
        return ReturnCode.SERVICE_ERR
    if age.days_left >= 0:
        days = "1 day" if age.days_left == 1 else f"{age.days_left} days"
        await _tell(call, f"Your password will expire in {days}.", Style.TEXT_INFO)
    # Yes: it is in time; that the password may not be changed yet is no matter here.
    return ReturnCode.SUCCESS


async def _tell(
    call: ModuleCall[UnixAccountOptions], text: str, style: Style = Style.ERROR_MSG
) -> None:
    if not call.silent and not call.options.nowarn:
        await call.say(style, text)
