"""Check the password that an earlier module asked for against passwd(5) and shadow(5).

authenticate compares the password (`PAM_AUTHTOK`) with the one on record: `auth_err` if it is
another, or nobody asked for one.  It never asks: `pam_authtok_get` does.  A user who is not known
is `user_unknown`, and what cannot be read is `system_err`.  setcred always ignores:
`pam_unix_cred` has the say there.

An account that has no password is let in, unless the application forbids empty ones; login(1) and
its like do, as `PASSREQ=YES` in `/etc/default/login` has it.

With `server_policy` a user who has no line in `/etc/passwd` is none of its business: it ignores.

Differences: failed logins are not counted in shadow(5), nobody is locked out, and `nolock`
changes nothing; `pam_faillock` does that.  Source: `pam_unix_auth(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    GRANTS_WITHOUT_SECRET,
    NEVER_PROMPTS,
    PROVES_IDENTITY,
    RUNS_PROGRAM,
    USES_SECRET,
)
from pamkit.module.options import Options, flag
from pamkit.module.repository import is_elsewhere
from pamkit.unix.as_unix import as_unix
from pamkit.unix.blank import is_blank
from pamkit.unix.verify import verify
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority


class UnixAuthOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    nowarn: bool = flag("show no messages")
    server_policy: bool = flag("have no say over users who have no line in `/etc/passwd`")
    nolock: bool = flag("no effect: nobody is locked out")


MODULE = declare(
    "pam_unix_auth",
    options=UnixAuthOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err user_unknown system_err ignore",
        Primitive.SETCRED: "ignore",
    },
    reads=[
        *(Item.USER, Item.AUTHTOK, Item.SERVICE, Item.TTY, Item.RUSER, Item.RHOST),
        Item.REPOSITORY,
    ],
    files=[PASSWD_FILE, SHADOW_FILE],
    facts=[
        NEVER_PROMPTS,
        USES_SECRET,
        PROVES_IDENTITY,
        GRANTS_WITHOUT_SECRET,  # accounts without a password
        RUNS_PROGRAM,  # unix_chkpwd(8), where the shadow file may not be read
    ],
    examples=[
        example("other", "auth required pam_unix_auth.so.1"),
        example("other", "auth binding pam_unix_auth.so.1 server_policy", "before LDAP"),
    ],
)

_ANSWERS = {
    ReturnCode.SUCCESS: ReturnCode.SUCCESS,  # yes: the token is the one behind the stored hash
    ReturnCode.USER_UNKNOWN: ReturnCode.USER_UNKNOWN,
    ReturnCode.AUTHINFO_UNAVAIL: ReturnCode.SYSTEM_ERR,
}


async def pam_sm_authenticate(call: ModuleCall[UnixAuthOptions]) -> ReturnCode:
    """Compare the password with the one on record."""
    if is_elsewhere(call):
        return ReturnCode.IGNORE
    user = call.item(Item.USER)
    if not user:
        call.log(Priority.DEBUG, "USER NULL or empty!")
        return ReturnCode.USER_UNKNOWN
    accounts = call.world.accounts
    if call.options.server_policy and accounts.find(user) and not accounts.is_local(user):
        return ReturnCode.IGNORE
    unix = as_unix(call)
    if await is_blank(unix, user):
        is_forbidden = call.flags & Flag.DISALLOW_NULL_AUTHTOK
        # Yes: the account has no password, and the application takes that.
        return ReturnCode.AUTH_ERR if is_forbidden else ReturnCode.SUCCESS
    token = call.token(Item.AUTHTOK)
    if token is None:
        return ReturnCode.AUTH_ERR
    code = await verify(unix, user, token, nullok=False)
    return _ANSWERS.get(code, ReturnCode.AUTH_ERR)


def pam_sm_setcred(_: ModuleCall[UnixAuthOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE
