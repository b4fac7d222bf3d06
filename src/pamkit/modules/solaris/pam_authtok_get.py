"""Ask for the user's name and password once, for all modules behind it.

authenticate asks for the name if none is known, and for the password if an earlier module has not
done so; whether it is right others check.  Users who have no password are not asked, unless the
application forbids empty ones: then they are asked all the same, so that nobody learns of it, and
the answer is `auth_err`.

In the first pass of a password change the password that was given before becomes the old one, and
a new one is asked for; in the second it must be typed again, and be the same (`authtok_err`).

Where nothing is wrong the answer is ignore, in setcred always: the module never has a say.  A name
that is empty is `system_err`.

Source: `pam_authtok_get(7)` of illumos.  Its page says `success`; the module has answered ignore
since 2023, and so does this one.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_NEW_SECRET, ASKS_SECRET, ASKS_USER, USES_SECRET
from pamkit.module.options import Options, flag
from pamkit.unix.as_unix import as_unix
from pamkit.unix.blank import is_blank
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret


class AuthtokGetOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")


_ASKING = "conv_err conv_again buf_err"

MODULE = declare(
    "pam_authtok_get",
    options=AuthtokGetOptions,
    answers={
        Primitive.AUTHENTICATE: f"ignore auth_err authtok_err system_err {_ASKING}",
        Primitive.SETCRED: "ignore",
        Primitive.CHAUTHTOK: f"ignore authtok_err {_ASKING}",
    },
    reads=[
        *(Item.USER, Item.USER_PROMPT, Item.SERVICE, Item.RHOST),
        *(Item.AUTHTOK, Item.OLDAUTHTOK),
    ],
    sets=[Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    facts=[ASKS_USER, ASKS_SECRET, ASKS_NEW_SECRET, USES_SECRET],
    examples=[
        example("other", "auth requisite pam_authtok_get.so.1"),
        example("other", "password requisite pam_authtok_get.so.1"),
    ],
)


async def pam_sm_authenticate(call: ModuleCall[AuthtokGetOptions]) -> ReturnCode:
    """See to it that there is a name and a password."""
    user = await call.user()
    if not user:
        call.log(Priority.ERR, "pam_sm_authenticate: PAM_USER NULL or empty")
        return ReturnCode.SYSTEM_ERR
    if call.token(Item.AUTHTOK) is not None:
        return ReturnCode.IGNORE
    is_refused = False
    if await is_blank(as_unix(call), user):
        if not call.flags & Flag.DISALLOW_NULL_AUTHTOK:
            return ReturnCode.IGNORE
        service = call.item(Item.SERVICE) or "unknown"
        host = call.item(Item.RHOST) or "localhost"
        line = f"{service}: empty password not allowed for {user} from {host}."
        call.log(Priority.NOTICE, line)
        is_refused = True
    await call.authtok(Item.AUTHTOK, "Password: ")
    return ReturnCode.AUTH_ERR if is_refused else ReturnCode.IGNORE


def pam_sm_setcred(_: ModuleCall[AuthtokGetOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


async def pam_sm_chauthtok(call: ModuleCall[AuthtokGetOptions]) -> ReturnCode:
    """Ask for the new password in the first pass, and again in the second."""
    return await (_first if call.preliminary else _second)(call)


async def _first(call: ModuleCall[AuthtokGetOptions]) -> ReturnCode:
    given = call.token(Item.AUTHTOK)
    if call.token(Item.OLDAUTHTOK) is not None and given is not None:
        return ReturnCode.IGNORE  # a module before has asked for both
    if given is not None:
        call.set_token(Item.OLDAUTHTOK, Secret(given))
        call.set_token(Item.AUTHTOK, None)
    try:
        await call.authtok_once("New Password: ")
    except Stop:
        call.set_token(Item.AUTHTOK, None)
        call.set_token(Item.OLDAUTHTOK, None)
        raise
    return ReturnCode.IGNORE


async def _second(call: ModuleCall[AuthtokGetOptions]) -> ReturnCode:
    new = call.token(Item.AUTHTOK)
    if new is None:
        return ReturnCode.AUTHTOK_ERR
    again = await call.ask(Style.PROMPT_ECHO_OFF, "Re-enter new Password: ")
    if not isinstance(again, Secret):
        raise Stop(ReturnCode.CONV_ERR)  # no answer is not an empty one
    is_same = new.matches(again)
    again.wipe()
    if is_same:
        return ReturnCode.IGNORE
    call.set_token(Item.AUTHTOK, None)
    await call.say(Style.ERROR_MSG, f"{call.item(Item.SERVICE)}: They don't match.")
    return ReturnCode.AUTHTOK_ERR
