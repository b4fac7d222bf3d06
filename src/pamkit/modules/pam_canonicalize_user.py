"""Call the user by the name that the account has.

Some sources of accounts find a user under more than one name: in other letters (`ROOT`), with a
domain, by an alias.  Modules that compare names then take one user for two.  This module looks
the user up and puts the name that the source answers in the place of the one that was given, so
that all lines behind it see the same name.  It belongs at the head of `auth`.

The answer is ignore, whether the name was changed or not; `user_unknown` if there is no account
of that name; and what came of the question, if the user had to be asked for and did not answer.
A name that the user was never known by is not written to the log.

It proves nothing about who is asking, and as the only line of `auth` it lets nobody in.  An
account database that cannot be read is an error, not an unknown user.
Source: `pam_canonicalize_user(8)`, Linux-PAM 1.6 and later.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_USER, CHECKS_CONDITION
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

MODULE = declare(
    "pam_canonicalize_user",
    answers={
        Primitive.AUTHENTICATE: "ignore user_unknown incomplete buf_err conv_err",
        Primitive.SETCRED: "ignore",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, CHANGES_USER, CHECKS_CONDITION],
    examples=[example("login", "auth required pam_canonicalize_user.so", "before other lines")],
)


async def pam_sm_authenticate(call: ModuleCall[NoOptions]) -> ReturnCode:
    """Put the account's own name in the place of the user's."""
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        return ReturnCode.INCOMPLETE if stop.code is ReturnCode.CONV_AGAIN else stop.code
    account = call.world.accounts.find(user)
    if account is None:
        # A name that nobody has may be a password typed too early: it stays out of the log.
        call.log(Priority.NOTICE, "user unknown")
        return ReturnCode.USER_UNKNOWN
    if account.name != user:
        call.set_item(Item.USER, account.name)
    return ReturnCode.IGNORE


def pam_sm_setcred(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE
