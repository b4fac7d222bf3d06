"""Check and change the passwords that passwd(5) and shadow(5) keep.

The module of an ordinary Unix login.  `auth` asks for the password and compares its hash; it
counts failures, logs them the way fail2ban reads them, and asks for a delay of two seconds.
`account` refuses accounts and passwords that have expired.  `password` changes the password
of a user who has a line in `/etc/passwd`.  `session` writes to the log who came and went.

A process that may read the shadow file reads it.  Any other asks the helper unix_chkpwd(8),
which answers only about the user who runs it.  NIS is not supported: `nis` is taken, logged,
and changes nothing.  An option is recognised by how its word begins, as in C: `nullok_secure`
and `nullokay` both are `nullok`.

It does not count failures across logins (pam_faillock(8) does), and says nothing of a user's
right to be on this machine.
"""

from __future__ import annotations

from pamkit.formats import chkpwd, login_defs, opasswd
from pamkit.formats.age_news import news_of
from pamkit.formats.passwd import PASSWD_FILE, SHADOW_FILE
from pamkit.module.call import Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    CHECKS_SECRET_AGE,
    DELAYS_FAILURE,
    GRANTS_WITHOUT_SECRET,
    JUDGES_SECRET,
    PROVES_IDENTITY,
    RUNS_PROGRAM,
    USES_SECRET,
    WRITES_FILES,
)
from pamkit.unix.age import age_of
from pamkit.unix.blank import blanks, is_blank
from pamkit.unix.lookup import is_bad_name
from pamkit.unix.options import UnixOptions
from pamkit.unix.recipe import recipe_of
from pamkit.unix.remarks import debug, tell
from pamkit.unix.verify import verify
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call

_RESULT = "unix_setcred_return"

_SETS = (Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK, Item.AUTHTOK_TYPE)
_AUTH = "success auth_err user_unknown authinfo_unavail maxtries authtok_err conv_err buf_err"

MODULE = declare(
    "pam_unix",
    options=UnixOptions,
    answers={
        Primitive.AUTHENTICATE: f"{_AUTH} incomplete",
        Primitive.SETCRED: f"{_AUTH} incomplete",
        Primitive.ACCT_MGMT: "success user_unknown acct_expired new_authtok_reqd "
        "authtok_expired authinfo_unavail auth_err",
        Primitive.OPEN_SESSION: "success session_err",
        Primitive.CLOSE_SESSION: "success session_err",
        Primitive.CHAUTHTOK: f"{_AUTH} authtok_lock_busy authtok_expired acct_expired try_again "
        "abort conv_again",
    },
    reads=[*_SETS, Item.SERVICE, Item.TTY, Item.RUSER, Item.RHOST, Item.USER_PROMPT],
    sets=_SETS,
    facts=[
        ASKS_USER,
        ASKS_SECRET.when(use_first_pass=False),
        ASKS_NEW_SECRET.when(use_authtok=False, use_first_pass=False),
        USES_SECRET,
        PROVES_IDENTITY,
        GRANTS_WITHOUT_SECRET.when(nullok=True),
        GRANTS_WITHOUT_SECRET.when(nullok_secure=True),
        GRANTS_WITHOUT_SECRET.when(nullresetok=True),
        CHECKS_ACCOUNT,
        CHECKS_SECRET_AGE,
        CHANGES_SECRET,
        JUDGES_SECRET,
        WRITES_FILES,
        RUNS_PROGRAM,  # the helper, where the shadow file may not be read
        DELAYS_FAILURE.when(nodelay=False),
    ],
    files=[PASSWD_FILE, SHADOW_FILE, login_defs.PATH, opasswd.PATH, *chkpwd.PLACES],
    examples=[
        example(
            "common-auth",
            "auth [success=1 default=ignore] pam_unix.so nullok",
            "Debian's: success jumps over the line that refuses",
        ),
        example(
            "common-account",
            "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so",
        ),
        example(
            "common-password", "password [success=1 default=ignore] pam_unix.so obscure yescrypt"
        ),
        example("common-session", "session required pam_unix.so"),
        example("passwd", "password required pam_unix.so use_authtok sha512 minlen=12 remember=5"),
    ],
)


async def pam_sm_authenticate(call: Call) -> ReturnCode:
    """Ask for the password and compare it with what is on record."""
    _complain(call)
    code = await _authenticate(call)
    call.set_data(_RESULT, code)
    return code


def pam_sm_setcred(call: Call) -> ReturnCode:
    """Answer success, or with `likeauth` what authenticate answered, once."""
    _complain(call)
    result = _result(call) if call.options.likeauth else None
    if result is None:
        return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here
    call.set_data(_RESULT, None)
    return ReturnCode(result)


async def pam_sm_acct_mgmt(call: Call) -> ReturnCode:
    """Refuse accounts and passwords that have expired; warn of those that soon will."""
    _complain(call)
    name = call.item(Item.USER)
    if name is None:
        uid = call.world.process.uid()
        call.log(Priority.ERR, f"could not identify user (from uid={uid})")
        return ReturnCode.USER_UNKNOWN
    age = await age_of(call, name, broken_ok=call.options.broken_shadow)
    aged = age.code in (ReturnCode.NEW_AUTHTOK_REQD, ReturnCode.AUTHTOK_EXPIRED)
    if aged and call.options.no_pass_expiry and _result(call) != ReturnCode.SUCCESS:
        # Yes: the password is too old, but it is not what the applicant came in with.
        age = age.changed(code=ReturnCode.SUCCESS)
    if age.code is ReturnCode.USER_UNKNOWN:
        call.log(Priority.ERR, f"could not identify user (from getpwnam({name}))")
    news = news_of(age, name)
    if news.line:
        call.log(news.priority, news.line)
        await tell(call, news.remark, news.style)
    return news.code


def pam_sm_open_session(call: Call) -> ReturnCode:
    """Write to the log who comes in, and who let them in."""
    code = _session(call, "open_session")
    if code is ReturnCode.SUCCESS and not call.options.quiet:
        process, name = call.world.process, call.item(Item.USER) or ""
        try:
            account = call.world.accounts.find(name)
        except OSError:
            account = None
        uid = "getpwnam error" if account is None else str(account.uid)
        by = f"{process.login_name()}(uid={process.uid()})"
        call.log(Priority.INFO, f"session opened for user {name}(uid={uid}) by {by}")
    return code


def pam_sm_close_session(call: Call) -> ReturnCode:
    """Write to the log who goes."""
    code = _session(call, "close_session")
    if code is ReturnCode.SUCCESS and not call.options.quiet:
        call.log(Priority.INFO, f"session closed for user {call.item(Item.USER)}")
    return code


async def pam_sm_chauthtok(call: Call) -> ReturnCode:
    """Check the old password in the first pass, store a new one in the second."""
    recipe_of(call, complain=True)
    try:
        name = await call.user()
    except Stop:
        debug(call, "password - could not identify user")
        raise
    if is_bad_name(call, name):
        return ReturnCode.USER_UNKNOWN
    try:
        local = call.world.accounts.is_local(name)
    except OSError:
        return ReturnCode.AUTHINFO_UNAVAIL
    if not local:
        call.log(Priority.DEBUG, f'user "{name}" does not exist in /etc/passwd')
        return ReturnCode.USER_UNKNOWN
    from pamkit.unix.change import check_old, update  # logins change no password

    if call.preliminary:
        return await check_old(call, name)
    if call.flags & Flag.UPDATE_AUTHTOK:
        return await update(call, name)
    call.log(Priority.CRIT, "password received unknown request")
    return ReturnCode.ABORT


async def _authenticate(call: Call) -> ReturnCode:
    try:
        name = await call.user()
    except Stop as stop:
        if stop.code is ReturnCode.CONV_AGAIN:
            return ReturnCode.INCOMPLETE
        debug(call, "could not obtain username")
        return stop.code
    if is_bad_name(call, name):
        return ReturnCode.USER_UNKNOWN
    nullok, blankok = await blanks(call, name)
    if blankok and await is_blank(call, name):
        line = f"user [{name}] has blank password; authenticated without it"
        call.log(Priority.DEBUG, line)
        return ReturnCode.SUCCESS  # yes: the account has no password, and the policy allows it
    try:
        token = await call.authtok(Item.AUTHTOK)
    except Stop as stop:
        call.log(Priority.CRIT, f"auth could not identify password for [{name}]")
        return stop.code
    return await verify(call, name, token, nullok=nullok)


def _session(call: Call, what: str) -> ReturnCode:
    if not call.item(Item.USER):
        call.log(Priority.ERR, f"{what} - error recovering username")
        return ReturnCode.SESSION_ERR
    if not call.item(Item.SERVICE):
        call.log(Priority.CRIT, f"{what} - error recovering service")
        return ReturnCode.SESSION_ERR
    return ReturnCode.SUCCESS  # yes: a session needs no more than to be known by name


def _complain(call: Call) -> None:
    for arg in call.args:
        word, sign, _ = arg.partition("=")
        if sign and word in ("remember", "rounds", "minlen"):
            line = f"option {word} not allowed for this module type"
            call.log(Priority.ERR, line)


def _result(call: Call) -> int | None:
    """Return what authenticate answered on this handle; `None` if nobody asked it."""
    try:
        result: int | None = call.data(_RESULT)
    except KeyError:
        return None
    return result
