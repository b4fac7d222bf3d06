"""Let guests in under names that are free to all, with whatever password they type.

Users whose name is in `guests=` (names with commas between; `guest` if nothing is said) succeed,
and the variable `GUEST` of the PAM environment gets the name, so that the application knows.
Everybody else is `auth_err`.  A password is asked for all the same, so that nobody sees at the
prompt who is a guest; `nopass` leaves that out.  `pass_is_user` wants the guest's name as the
password.  `pass_as_ruser` gives the application what a guest typed as `PAM_RUSER`: an e-mail
address, by the custom of FTP.

Success proves nothing at all.  The module belongs before the one that asks for passwords, as
`sufficient`, in services that open nothing but what is public.

Differences: what somebody typed who is no guest never becomes `PAM_RUSER`, for it may be a real
password; a password with control characters, or of no text, does not either.  With `nopass` nobody
is asked for a password here; those who are no guests are asked by the next line.  Source:
`pam_guest(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_SECRET,
    ASKS_USER,
    GRANTS_WITHOUT_SECRET,
    SETS_ENVIRONMENT,
    USES_SECRET,
)
from pamkit.module.openpam import TOKEN_ITEMS, TokenOptions, token_of, user_of
from pamkit.module.options import flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret


class GuestOptions(TokenOptions):
    """What may stand after the module's name in a policy."""

    guests: str = text("the names of guests", default="guest", value="name,name")
    nopass: bool = flag("ask for no password")
    pass_as_ruser: bool = flag("what a guest types as password becomes `PAM_RUSER`")
    pass_is_user: bool = flag("a guest's password is their name")


MODULE = declare(
    "pam_guest",
    options=GuestOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err conv_err conv_again buf_err",
        Primitive.SETCRED: "success",
    },
    reads=[*TOKEN_ITEMS, Item.AUTHTOK, Item.OLDAUTHTOK],
    sets=[Item.USER, Item.AUTHTOK, Item.RUSER],
    facts=[
        ASKS_USER,
        ASKS_SECRET.when(nopass=False, use_first_pass=False),
        USES_SECRET,
        GRANTS_WITHOUT_SECRET,
        SETS_ENVIRONMENT,
    ],
    examples=[
        example(
            "ftpd",
            "auth sufficient pam_guest.so guests=anonymous,ftp pass_as_ruser",
            "anonymous FTP",
        ),
    ],
)


async def pam_sm_authenticate(call: ModuleCall[GuestOptions]) -> ReturnCode:
    """Ask for the password that everybody gives, and look at the name."""
    options = call.options
    try:
        user = await user_of(call)
    except Stop:
        return ReturnCode.AUTH_ERR
    is_guest = bool(user) and user in options.guests.split(",")
    if not options.nopass:
        token = await token_of(call, Item.AUTHTOK)
        if not is_guest or (options.pass_is_user and not token.matches(Secret(user))):
            return ReturnCode.AUTH_ERR
        if options.pass_as_ruser:
            _say_who(call, token)
    if not is_guest:
        return ReturnCode.AUTH_ERR
    call.putenv(f"GUEST={user}")
    return ReturnCode.SUCCESS  # yes: the line names this user as one whom all may be


def pam_sm_setcred(_: ModuleCall[GuestOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


def _say_who(call: ModuleCall[GuestOptions], token: Secret) -> None:
    try:
        typed = token.expose().decode()  # a guest's is no secret: the line wants it shown
    except UnicodeDecodeError:
        return
    if typed.isprintable():  # what it holds is written to logs
        call.set_item(Item.RUSER, typed)
