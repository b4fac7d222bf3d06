"""Store the new password that earlier modules asked for and judged.

In the second pass of a change the new password (`PAM_AUTHTOK`) is hashed and takes its place in
shadow(5).  The old one (`PAM_OLDAUTHTOK`) must be right, unless root asks or the account has none;
without it nothing is changed (`perm_denied`).  A password may be too young to be changed
(`authtok_err`).  In the first pass it ignores.  The user is told when it is done.

It never asks.  A user who is not known, or has no line in `/etc/passwd`, is `user_unknown`; other
services than the files cannot be changed.  Without a new password the answer is `system_err`; while
others hold the account files for more than 15 seconds it is `authtok_lock_busy`.  With
`server_policy` users of other services are none of its business: it ignores.

Hashes are made as `/etc/login.defs` of this machine says.  Differences: C trusts the modules before
it, and stores for whoever runs a process that may write the files.  Source: `pam_authtok_store(7)`
of illumos.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    CHANGES_SECRET,
    CHECKS_SECRET_AGE,
    NEVER_PROMPTS,
    RUNS_PROGRAM,
    USES_SECRET,
    WRITES_FILES,
)
from pamkit.module.options import Options, flag
from pamkit.module.repository import is_elsewhere
from pamkit.unix.as_unix import as_unix
from pamkit.unix.change import update
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority


class AuthtokStoreOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    nowarn: bool = flag("show no messages")
    server_policy: bool = flag("have no say over users who have no line in `/etc/passwd`")


MODULE = declare(
    "pam_authtok_store",
    options=AuthtokStoreOptions,
    answers={
        Primitive.CHAUTHTOK: "success ignore system_err user_unknown perm_denied authtok_err "
        "authtok_lock_busy authtok_expired acct_expired buf_err abort",
    },
    reads=[
        *(Item.USER, Item.SERVICE, Item.AUTHTOK, Item.OLDAUTHTOK),
        *(Item.TTY, Item.RUSER, Item.RHOST, Item.REPOSITORY),
    ],
    sets=[Item.AUTHTOK],
    files=[PASSWD_FILE, SHADOW_FILE, login_defs.PATH],
    facts=[
        NEVER_PROMPTS,
        USES_SECRET,
        CHANGES_SECRET,
        CHECKS_SECRET_AGE,
        WRITES_FILES,
        RUNS_PROGRAM,  # unix_chkpwd(8), where the shadow file may not be read
    ],
    examples=[example("other", "password required pam_authtok_store.so.1")],
)

_ANSWERS = {
    ReturnCode.AUTH_ERR: ReturnCode.PERM_DENIED,
    ReturnCode.MAXTRIES: ReturnCode.PERM_DENIED,
    ReturnCode.AUTHINFO_UNAVAIL: ReturnCode.SYSTEM_ERR,
}


async def pam_sm_chauthtok(call: ModuleCall[AuthtokStoreOptions]) -> ReturnCode:
    """Store the new password in the second pass."""
    if call.preliminary or is_elsewhere(call):
        return ReturnCode.IGNORE
    user, accounts = call.item(Item.USER), call.world.accounts
    if not user:
        call.log(Priority.ERR, "username is empty")
        return ReturnCode.USER_UNKNOWN
    if call.token(Item.AUTHTOK) is None:
        return ReturnCode.SYSTEM_ERR
    if not accounts.is_local(user):
        is_others = call.options.server_policy and accounts.find(user) is not None
        return ReturnCode.IGNORE if is_others else ReturnCode.USER_UNKNOWN
    # INVARIANT: whether the old password is right is seen here, whatever modules before say; its
    # length was judged by pam_authtok_check.
    code = await update(as_unix(call, use_authtok=True, minlen=0), user)
    if code is not ReturnCode.SUCCESS:
        return _ANSWERS.get(code, code)
    if not call.silent and not call.options.nowarn:
        said = f"{call.item(Item.SERVICE)}: password successfully changed for {user}"
        await call.say(Style.TEXT_INFO, said)
    return ReturnCode.SUCCESS  # yes: the new password is on record
