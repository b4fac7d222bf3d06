"""Give users the credentials of an ordinary login.

authenticate ignores: the module stands beside the one that checks the password, so that a chain
of `setcred` has a success.  setcred looks up whether the user is known (`user_unknown` if not);
to delete credentials always succeeds, and more than one of the four actions at once is
`system_err`.

On Solaris setcred also gives the process the user's project, privileges and audit context.  No
other Unix has them, and here nothing is changed: groups and user are the application's to set.
Source: `pam_unix_cred(7)` of illumos.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.module.repository import is_elsewhere
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import CRED_FLAGS, Flag
from pamkit.vocab.item import Item


class UnixCredOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    nowarn: bool = flag("show no messages")


MODULE = declare(
    "pam_unix_cred",
    options=UnixCredOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "success user_unknown system_err ignore",
    },
    reads=[Item.USER, Item.REPOSITORY],
    facts=[NEVER_PROMPTS],
    examples=[example("other", "auth required pam_unix_cred.so.1")],
)


def pam_sm_authenticate(_: ModuleCall[UnixCredOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


def pam_sm_setcred(call: ModuleCall[UnixCredOptions]) -> ReturnCode:
    """See to it that it is a user's credentials that are wanted."""
    if is_elsewhere(call):
        return ReturnCode.IGNORE
    actions = call.flags & CRED_FLAGS
    if actions & (actions - 1):
        return ReturnCode.SYSTEM_ERR
    if actions == Flag.DELETE_CRED:
        return ReturnCode.SUCCESS  # there is nothing to take away
    user = call.item(Item.USER)
    if not user or call.world.accounts.find(user) is None:
        return ReturnCode.USER_UNKNOWN
    return ReturnCode.SUCCESS  # who it is was proved before: nothing is granted here
