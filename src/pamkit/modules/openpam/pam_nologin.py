"""Keep everybody but root out while `/var/run/nologin` exists.

acct_mgmt shows the user what the file says and answers `auth_err`.  Root passes, and so does
everybody where there is no such file.  A user who is not known is `user_unknown`.

It proves nothing about who is asking.  It must stand before any `sufficient` line of `account`.

Differences: who passes is root, as FreeBSD's own `/etc/login.conf` has it with `ignorenologin`;
there are no login classes here, and no class names another file.  A file that is there and cannot
be read keeps everybody but root out; C takes it for none.  Linux's module of this name also serves
`auth`.  Source: `pam_nologin(8)`, `nologin(5)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, complain, user_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style

_FILE = "/var/run/nologin"
_MODULE = "pam_nologin"

MODULE = declare(
    _MODULE,
    options=OpenpamOptions,
    answers={
        Primitive.ACCT_MGMT: "success auth_err user_unknown conv_err conv_again buf_err",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    files=[_FILE],
    facts=[ASKS_USER, CHECKS_CONDITION],
    examples=[example("login", "account requisite pam_nologin.so", "before anything else")],
)


async def pam_sm_acct_mgmt(call: ModuleCall[OpenpamOptions]) -> ReturnCode:
    """Look whether the file is there."""
    account = call.world.accounts.find(await user_of(call))
    if account is None:
        return ReturnCode.USER_UNKNOWN
    if account.uid == 0:
        return ReturnCode.SUCCESS  # yes: root must be able to end what keeps the others out
    try:
        said = call.world.files.read(_FILE).decode("utf-8", "replace")
    except FileNotFoundError:
        return ReturnCode.SUCCESS  # yes: nobody is kept out
    except OSError:
        said = ""
    if said and not call.silent:
        await call.say(Style.ERROR_MSG, said)
    await complain(call, _MODULE, f"Administrator refusing you: {_FILE}")
    return ReturnCode.AUTH_ERR
