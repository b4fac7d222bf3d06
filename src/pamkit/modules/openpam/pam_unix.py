"""Check and change the passwords that passwd(5) and shadow(5) keep, in the words of FreeBSD.

`auth` asks for the password and compares its hash: `auth_err` if it is another, or the user is not
known, or the account is locked.  An account without a password is let in with `nullok`, unless the
application forbids it.  `auth_as_self` asks for the password of the user who runs the process
instead of the account asked for.

`account` refuses accounts that have ended (`acct_expired`) or cannot be judged, and answers
`new_authtok_reqd` for a password that is too old, or empty where the application forbids that.
`password` asks for the old password, unless root asks, then twice for a new one, and stores it.
`session` succeeds and does nothing.

A password that an earlier module asked for is taken with `try_first_pass` or `use_first_pass` only.

The files are this machine's, and so are the rules of age, those of shadow(5) in place of the
times in master.passwd(5).  Differences: there are no login classes here, so that nobody is refused
because of the hour, the host or the terminal; NIS is not there, and `local_pass` and `nis_pass`
are taken and change nothing.  What cannot be read refuses.  A hash that begins with `*` or `!`
matches no password, and one that begins with `*LOCKED*` locks the account, as `pw lock` does.
Source: `pam_unix(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    CHECKS_SECRET_AGE,
    GRANTS_WITHOUT_SECRET,
    JUDGES_SECRET,
    PROVES_IDENTITY,
    RUNS_PROGRAM,
    USES_SECRET,
    WRITES_FILES,
)
from pamkit.module.openpam import TOKEN_ITEMS, TokenOptions, complain, token_of, user_of
from pamkit.module.options import flag
from pamkit.unix.age import age_of
from pamkit.unix.as_unix import as_unix
from pamkit.unix.blank import is_blank
from pamkit.unix.change import check_old, update
from pamkit.unix.lookup import look_up
from pamkit.unix.verify import verify
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_MODULE = "pam_unix"
_LOCKED = b"*LOCKED*"
_PROMPTS = {Item.AUTHTOK: "New Password:", Item.OLDAUTHTOK: "Old Password:"}


class BsdUnixOptions(TokenOptions):
    """What may stand after the module's name in a policy."""

    nullok: bool = flag("let users in who have no password, without asking for one")
    auth_as_self: bool = flag("ask for the password of the user who runs the process")
    local_pass: bool = flag("no effect: there is no NIS")
    nis_pass: bool = flag("no effect: there is no NIS")


_ASKING = "conv_err conv_again buf_err"

MODULE = declare(
    _MODULE,
    options=BsdUnixOptions,
    answers={
        Primitive.AUTHENTICATE: f"success auth_err {_ASKING}",
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: "success auth_err service_err user_unknown acct_expired "
        "new_authtok_reqd authtok_expired authinfo_unavail",
        Primitive.OPEN_SESSION: "success",
        Primitive.CLOSE_SESSION: "success",
        Primitive.CHAUTHTOK: f"success auth_err authtok_err authtok_lock_busy {_ASKING} abort "
        "authtok_expired acct_expired authinfo_unavail try_again user_unknown",
    },
    reads=[*TOKEN_ITEMS, Item.AUTHTOK, Item.OLDAUTHTOK],
    sets=[Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    facts=[
        ASKS_USER,
        ASKS_SECRET.when(use_first_pass=False),
        ASKS_NEW_SECRET.when(use_first_pass=False),
        USES_SECRET,
        PROVES_IDENTITY,
        GRANTS_WITHOUT_SECRET.when(nullok=True),
        CHECKS_ACCOUNT,
        CHECKS_SECRET_AGE,
        CHANGES_SECRET,
        JUDGES_SECRET,
        WRITES_FILES,
        RUNS_PROGRAM,  # unix_chkpwd(8), where the shadow file may not be read
    ],
    files=[PASSWD_FILE, SHADOW_FILE],
    examples=[
        example("system", "auth required pam_unix.so no_warn try_first_pass nullok"),
        example("system", "account required pam_unix.so"),
        example("passwd", "password required pam_unix.so no_warn try_first_pass nullok"),
    ],
)


async def pam_sm_authenticate(call: ModuleCall[BsdUnixOptions]) -> ReturnCode:
    """Ask for the password and compare it with what is on record."""
    name = await _whose(call)
    unix = as_unix(call)
    is_free = call.options.nullok and not call.flags & Flag.DISALLOW_NULL_AUTHTOK
    if name is not None and is_free and await is_blank(unix, name):
        return ReturnCode.SUCCESS  # yes: the account has no password, and the line allows that
    token = await token_of(call, Item.AUTHTOK)
    # INVARIANT: without `nullok` an empty password matches nothing, not even an empty hash.
    if name is not None and await verify(unix, name, token, nullok=False) is ReturnCode.SUCCESS:
        return ReturnCode.SUCCESS  # yes: the token is the one behind the stored hash
    await complain(call, _MODULE, "UNIX authentication refused")
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[BsdUnixOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


async def pam_sm_acct_mgmt(call: ModuleCall[BsdUnixOptions]) -> ReturnCode:
    """Refuse accounts that have ended, and passwords that are too old."""
    name = call.item(Item.USER)
    if name is None or call.world.accounts.find(name) is None:
        return ReturnCode.SERVICE_ERR
    unix = as_unix(call)
    if call.flags & Flag.DISALLOW_NULL_AUTHTOK and await is_blank(unix, name):
        return ReturnCode.NEW_AUTHTOK_REQD
    hashed = look_up(unix, name).hashed
    if hashed is not None and hashed.expose().startswith(_LOCKED):
        return ReturnCode.AUTH_ERR
    age = await age_of(unix, name, broken_ok=False)
    if age.code is ReturnCode.AUTHTOK_ERR:
        return ReturnCode.SUCCESS  # yes: that it may not be changed yet is no matter here
    return age.code


def _nothing(_: ModuleCall[BsdUnixOptions]) -> ReturnCode:
    return ReturnCode.SUCCESS  # a session needs nothing of this module


pam_sm_open_session = _nothing
pam_sm_close_session = _nothing


async def pam_sm_chauthtok(call: ModuleCall[BsdUnixOptions]) -> ReturnCode:
    """Check the old password in the first pass, store a new one in the second."""
    name = await _whose(call)
    if name is None or not call.world.accounts.is_local(name):
        return ReturnCode.AUTH_ERR
    options = call.options
    if not call.preliminary and not (options.try_first_pass or options.use_first_pass):
        call.set_token(Item.AUTHTOK, None)  # the applicant is asked again
    unix = as_unix(call, prompts=_PROMPTS, use_first_pass=options.use_first_pass)
    code = await (check_old(unix, name) if call.preliminary else update(unix, name))
    return ReturnCode.AUTH_ERR if code is ReturnCode.MAXTRIES else code


async def _whose(call: ModuleCall[BsdUnixOptions]) -> str | None:
    """Return whose password it is about; `None` if the process is nobody's."""
    if not call.options.auth_as_self:
        return await user_of(call)
    # DIALECT: C asks who logged in on the terminal, whose answer others can write.
    account = call.world.accounts.by_uid(call.world.process.uid())
    return None if account is None else account.name
