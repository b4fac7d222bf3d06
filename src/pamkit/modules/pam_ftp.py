"""Let anybody in as an anonymous user who gives an e-mail address.

The names `ftp` and `anonymous`, or those of `users=`, are anonymous.  Who comes under one of them
becomes the first of the list (without a list: `ftp`), is asked for an e-mail address, and is let
in whatever the answer is; what stands before and behind its `@` becomes the remote user and the
remote host, unless `ignore` is given.  Anybody else is asked for a password and answered
`auth_err`: the password is for the modules below.  Without a user name the answer is
`user_unknown`, without an answer `authinfo_unavail`.

Success proves nothing at all.  The remote user and host are what the applicant wrote: whoever
looks at them afterwards (`pam_access`, `pam_rhosts`, `pam_succeed_if`, the log) believes an
address that anybody can make up.  Let the anonymous user own nothing, and give `ignore`.

The manual of Linux-PAM calls `users=` also `ftp=`.  Its module does not know that word, nor does
this one: whoever is named there was never let in without a secret.

Differences: commas before the first name do not count; C makes them part of it.  A conversation
without an answer is answered `authinfo_unavail`; C takes it for an e-mail address, or crashes.
Source: `pam_ftp(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_SECRET, ASKS_USER, CHANGES_USER, GRANTS_WITHOUT_SECRET
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as words_for
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret


class FtpOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("nothing; it is taken for the sake of old policies")
    ignore: bool = flag("leave the remote user and host as they are")
    users: str = text("the anonymous users, between commas", value="name,name")


MODULE = declare(
    "pam_ftp",
    options=FtpOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err authinfo_unavail user_unknown incomplete",
        Primitive.SETCRED: "ignore",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER, Item.RUSER, Item.RHOST, Item.AUTHTOK],
    facts=[GRANTS_WITHOUT_SECRET, ASKS_USER, ASKS_SECRET, CHANGES_USER],
    examples=[example("ftpd", "auth sufficient pam_ftp.so ignore", "anonymous downloads")],
)

_GUESTS = ("ftp", "anonymous")
_CODING = ("utf-8", "surrogateescape")


async def pam_sm_authenticate(call: ModuleCall[FtpOptions]) -> ReturnCode:
    """Let an anonymous user in, and ask others for what the next module needs."""
    for word in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {word}")
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {words_for(stop.code)}")
        return ReturnCode.USER_UNKNOWN
    guest = _guest(user, call.options.users)
    if guest is not None:
        call.set_item(Item.USER, guest)
    answer = await _answer(call, user, guest)
    if not isinstance(answer, Secret):
        return answer
    if guest is None:
        call.set_token(Item.AUTHTOK, answer)
        return ReturnCode.AUTH_ERR
    if not call.options.ignore:
        _believe(call, answer)
    return ReturnCode.SUCCESS  # yes: the policy says that these names are for everybody


def pam_sm_setcred(_: ModuleCall[FtpOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


def _guest(user: str, users: str) -> str | None:
    """Return whom an anonymous user becomes; `None` for one who is not."""
    if not users:
        return _GUESTS[0] if user in _GUESTS else None
    names = [name for name in users.split(",") if name]
    return names[0] if user in names else None


async def _answer(
    call: ModuleCall[FtpOptions], user: str, guest: str | None
) -> Secret | ReturnCode:
    prompt = f"Password required for {user}."
    if guest is not None:
        prompt = "Guest login ok, send your complete e-mail address as password."
    try:
        answer = await call.ask(Style.PROMPT_ECHO_OFF, prompt)
    except Stop as stop:
        if stop.code is ReturnCode.CONV_AGAIN:
            return ReturnCode.INCOMPLETE
        return ReturnCode.AUTHINFO_UNAVAIL
    return answer if isinstance(answer, Secret) else ReturnCode.AUTHINFO_UNAVAIL


def _believe(call: ModuleCall[FtpOptions], address: Secret) -> None:
    """Take an e-mail address for where the applicant comes from.  C: as strtok(3) cuts it."""
    parts = [part for part in address.expose().decode(*_CODING).split("@") if part]
    call.set_item(Item.RUSER, parts[0] if parts else None)
    if parts:
        call.set_item(Item.RHOST, parts[1] if len(parts) > 1 else None)
