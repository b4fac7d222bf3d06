"""Let root log in on secure terminals only.

acct_mgmt succeeds for every user but root.  Root must be on a terminal (`PAM_TTY`, with or without
`/dev/`) whose line in `/etc/ttys` has the word `secure`; otherwise the answer is `auth_err`.  A
user without an account is `service_err`.

It proves nothing about who is asking.  Where there is no `/etc/ttys` no terminal is secure, and
root is refused on all of them.  Linux's module of this name reads `/etc/securetty`, and serves
`auth` as well.  Difference: `/dev/` is left out before the name, as the page says; FreeBSD's code
compares too much and never does.  Source: `pam_securetty(8)`, `ttys(5)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.formats.ttys import PATH, is_secure
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, complain, user_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

_MODULE = "pam_securetty"

MODULE = declare(
    _MODULE,
    options=OpenpamOptions,
    answers={
        Primitive.ACCT_MGMT: "success auth_err service_err conv_err conv_again buf_err",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    files=[PATH],
    facts=[ASKS_USER, CHECKS_CONDITION],
    examples=[example("login", "account requisite pam_securetty.so")],
)


async def pam_sm_acct_mgmt(call: ModuleCall[OpenpamOptions]) -> ReturnCode:
    """Look root's terminal up."""
    account = call.world.accounts.find(await user_of(call))
    if account is None:
        return ReturnCode.SERVICE_ERR
    if account.uid != 0:
        return ReturnCode.SUCCESS  # yes: terminals matter to root alone
    terminal = (call.item(Item.TTY) or "").removeprefix("/dev/")
    try:
        data = call.world.files.read(PATH)
    except OSError:
        data = b""
    if terminal and is_secure(data, terminal):
        return ReturnCode.SUCCESS  # yes: the administrator says that this terminal is secure
    await complain(call, _MODULE, "Not on secure TTY")
    return ReturnCode.AUTH_ERR
