"""Let users become themselves without a password.

Authenticate succeeds if the account asked for has the real user number of the process: whoever
runs the program is already that user.  Root is refused unless `allow_root` is given, for a
program that root started runs for anybody.  Everybody else, and a user who is not known, is
`auth_err`.

Success proves only who started the process.  In one that always runs as root (a login daemon) the
module never succeeds without `allow_root`, and with it lets everybody in as root.  Source:
`pam_self(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, complain, user_of
from pamkit.module.options import flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item


class SelfOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    allow_root: bool = flag("let root become root as well")


MODULE = declare(
    "pam_self",
    options=SelfOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err conv_err conv_again buf_err",
        Primitive.SETCRED: "success",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[example("su", "auth sufficient pam_self.so no_warn", "users become themselves")],
)


async def pam_sm_authenticate(call: ModuleCall[SelfOptions]) -> ReturnCode:
    """Compare the user asked for with the one who runs the process."""
    account = call.world.accounts.find(await user_of(call))
    if account is None:
        return ReturnCode.AUTH_ERR
    uid = call.world.process.uid()
    if uid == 0 and not call.options.allow_root:
        return ReturnCode.AUTH_ERR
    if uid == account.uid:
        return ReturnCode.SUCCESS  # yes: the kernel says that it is this user who asks
    await complain(call, "pam_self", "Refused; source and target users differ")
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[SelfOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here
