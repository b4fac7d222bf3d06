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

from pamkit.formats import chkpwd
from pamkit.formats.age_news import news_of
from pamkit.formats.auth_failure import MAX_RETRIES, Failures, Origin, first_line, last_lines
from pamkit.formats.hash_text import bigcrypt, matches_hash, without_aging
from pamkit.formats.login_defs import value
from pamkit.formats.new_hash import SCHEMES, Recipe, recipe, same_scheme
from pamkit.formats.obscure import obscure_remark
from pamkit.formats.shadow_age import Age, day_of, judge_age
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.effect import Finished
from pamkit.module.facts import (
    ASKS_SECRET,
    ASKS_USER,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    DELAYS_FAILURE,
    GRANTS_WITHOUT_SECRET,
    PROVES_IDENTITY,
)
from pamkit.module.options import Match, Options, flag, number, text
from pamkit.module.world import Account, Priority
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import DATA_REPLACE, DATA_SILENT, Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import MAX_RESPONSE, Style
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

    from pamkit.module.world import Shadow

    Call = ModuleCall["UnixOptions"]

_LOGIN_DEFS = "/etc/login.defs"
_OPASSWD = "/etc/security/opasswd"
_RESULT = "unix_setcred_return"
_FAILURES = "-UN*X-FAIL-"
_NOBODY = "pam_unix_non_existent:"
"""A name no account can have."""

_DELAY = 2_000_000
"""Microseconds to wait after a failure."""

_TRIES = 3
"""How often an applicant may come up with a new password."""

_LOCK_TRIES = 100
_LOCK_PAUSE = 0.01
"""Seconds between tries.  C: each of its 100 tries may wait 15 s inside lckpwdf(3)."""

_MOST_REMEMBERED = 400
_LOST = 255
"""Stands for an exit status nobody knows; the helper has no such status, so it refuses."""

_DES_LENGTH = 8

_IN_PASSWORD = ("password",)


class UnixOptions(Options):
    """What may stand after the module's name; the first word that fits an argument counts."""

    match = Match.PREFIX

    audit: bool = flag("log more than `debug` does, names of users who do not exist among it")
    use_first_pass: bool = flag("never ask: take the password an earlier module asked for")
    try_first_pass: bool = flag("take the password an earlier module asked for, else ask")
    authtok_type: str = text("a word for the prompts: `New UNIX password: ` for `UNIX`")
    use_authtok: bool = flag("take the new password an earlier module asked for, never ask")
    shadow: bool = flag("no effect: shadowed passwords are recognised without it")
    md5: bool = flag("hash new passwords with MD5; weak")
    nullok_secure: bool = flag(
        "Debian's old name of `nullok`", deprecated="`nullok_secure` is `nullok` today"
    )
    nullok: bool = flag("let users in who have no password, without asking for one")
    debug: bool = flag("log what is done")
    nodelay: bool = flag("ask for no delay after a failure")
    nis: bool = flag("no effect", deprecated="`nis` has no effect: NIS is not supported")
    bigcrypt: bool = flag("hash new passwords with DES, eight bytes at a time; weak")
    likeauth: bool = flag("let setcred answer what authenticate answered")
    remember: int | None = number(
        "refuse this many old passwords; the file `/etc/security/opasswd` must exist",
        default=None,
    ).changed(facilities=_IN_PASSWORD)
    noreap: bool = flag("no effect: the handling of child processes is never changed")
    broken_shadow: bool = flag("accept accounts whose shadow entry cannot be read")
    sha256: bool = flag("hash new passwords with SHA-256")
    sha512: bool = flag("hash new passwords with SHA-512")
    rounds: int | None = number("the cost of hashing new passwords", default=None).changed(
        facilities=_IN_PASSWORD
    )
    blowfish: bool = flag("hash new passwords with bcrypt")
    minlen: int = number("bytes of a new password, unless root sets it", default=6).changed(
        facilities=_IN_PASSWORD
    )
    quiet: bool = flag("log no sessions")
    no_pass_expiry: bool = flag("accept expired passwords of those who came in without them")
    des: bool = flag("hash new passwords with DES, which looks at eight bytes; weak")
    gost_yescrypt: bool = flag("hash new passwords with GOST yescrypt")
    yescrypt: bool = flag("hash new passwords with yescrypt; the default")
    nullresetok: bool = flag("like `nullok`, for users who must change their password now")
    obscure: bool = flag("refuse new passwords that are simple or like the old one (Debian)")


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
        PROVES_IDENTITY,
        GRANTS_WITHOUT_SECRET.when(nullok=True),
        GRANTS_WITHOUT_SECRET.when(nullok_secure=True),
        GRANTS_WITHOUT_SECRET.when(nullresetok=True),
        CHECKS_ACCOUNT,
        CHANGES_SECRET,
        DELAYS_FAILURE.when(nodelay=False),
    ],
    files=["/etc/passwd", "/etc/shadow", _LOGIN_DEFS, _OPASSWD, *chkpwd.PLACES],
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


# --- the hooks ---------------------------------------------------------------------------------


async def pam_sm_authenticate(call: Call) -> ReturnCode:
    """Ask for the password and compare it with what is on record."""
    _complain(call)
    code = await _authenticate(call)
    call.set_data(_RESULT, code)
    return code


def pam_sm_setcred(call: Call) -> ReturnCode:
    """Answer success, or with `likeauth` what authenticate answered, once."""
    _complain(call)
    result = _data(call, _RESULT) if call.options.likeauth else None
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
    age = await _age(call, name, broken_ok=call.options.broken_shadow)
    aged = age.code in (ReturnCode.NEW_AUTHTOK_REQD, ReturnCode.AUTHTOK_EXPIRED)
    if aged and call.options.no_pass_expiry and _data(call, _RESULT) != ReturnCode.SUCCESS:
        # Yes: the password is too old, but it is not what the applicant came in with.
        age = age.changed(code=ReturnCode.SUCCESS)
    if age.code is ReturnCode.USER_UNKNOWN:
        call.log(Priority.ERR, f"could not identify user (from getpwnam({name}))")
    news = news_of(age, name)
    if news.line:
        call.log(news.priority, news.line)
        await _remark(call, news.remark, news.style)
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
    _recipe(call, complain=True)
    try:
        name = await call.user()
    except Stop:
        _debug(call, "password - could not identify user")
        raise
    if _is_bad_name(call, name):
        return ReturnCode.USER_UNKNOWN
    try:
        local = call.world.accounts.is_local(name)
    except OSError:
        return ReturnCode.AUTHINFO_UNAVAIL
    if not local:
        call.log(Priority.DEBUG, f'user "{name}" does not exist in /etc/passwd')
        return ReturnCode.USER_UNKNOWN
    if call.preliminary:
        return await _check_old(call, name)
    if call.flags & Flag.UPDATE_AUTHTOK:
        return await _update(call, name)
    call.log(Priority.CRIT, "password received unknown request")
    return ReturnCode.ABORT


# --- who is it ---------------------------------------------------------------------------------


async def _authenticate(call: Call) -> ReturnCode:
    try:
        name = await call.user()
    except Stop as stop:
        if stop.code is ReturnCode.CONV_AGAIN:
            return ReturnCode.INCOMPLETE
        _debug(call, "could not obtain username")
        return stop.code
    if _is_bad_name(call, name):
        return ReturnCode.USER_UNKNOWN
    nullok, blankok = await _blanks(call, name)
    if blankok and await _is_blank(call, name):
        line = f"user [{name}] has blank password; authenticated without it"
        call.log(Priority.DEBUG, line)
        return ReturnCode.SUCCESS  # yes: the account has no password, and the policy allows it
    try:
        token = await call.authtok(Item.AUTHTOK)
    except Stop as stop:
        call.log(Priority.CRIT, f"auth could not identify password for [{name}]")
        return stop.code
    return await _verify(call, name, token, nullok=nullok)


def _is_bad_name(call: Call, name: str) -> bool:
    """Whether it begins like the entries that join NIS to the account files."""
    if name.startswith(("-", "+")):
        call.log(Priority.NOTICE, f"bad username [{name}]")
        return True
    _debug(call, f"username [{name}] obtained")
    return False


async def _blanks(call: Call, name: str) -> tuple[bool, bool]:
    """Whether an empty password may match, and whether an account without one may come in."""
    options = call.options
    if call.flags & Flag.DISALLOW_NULL_AUTHTOK:
        # DIALECT: C lets `nullresetok` overrule an application that forbids empty passwords.
        return False, False
    nullok = options.nullok or options.nullok_secure
    if options.nullresetok:
        # DIALECT: C logs the name here if it is unknown, although it may be a password.
        age = await _age(call, name, broken_ok=options.broken_shadow)
        if age.code is ReturnCode.NEW_AUTHTOK_REQD:
            line = f"user [{name}] has expired blank password, enabling nullok"
            call.log(Priority.DEBUG, line)
            return nullok, True
    return nullok, nullok


class _Known(Record):
    """What is known of a user; `SUCCESS` if all could be looked up.

    ``entry`` is `None` for a password that is not shadowed.  ``hashed`` is `None` with any
    other code, and if ``helped``: only the helper may see it.
    """

    code: ReturnCode
    account: Account | None = None
    hashed: Secret | None = None
    entry: Shadow | None = None
    helped: bool = False


def _look_up(call: Call, name: str) -> _Known:
    world = call.world
    try:
        account = world.accounts.find(name)
    except OSError:
        return _Known(ReturnCode.AUTHINFO_UNAVAIL)
    if account is None:
        return _Known(ReturnCode.USER_UNKNOWN)
    if account.password not in (Secret("x"), Secret(f"##{account.name}")):
        return _Known(ReturnCode.SUCCESS, account, account.password)
    try:
        # DIALECT: since 1.6 C asks the helper even as root, so that programs that call PAM
        # never hold hashes (CVE-2024-10041).  That is about programs without privileges, and
        # they cannot read them here either.
        entry = world.credentials.shadow(name)
    except PermissionError:
        return _Known(ReturnCode.SUCCESS, account, helped=True)
    except OSError:
        entry = None
    if entry is None:
        return _Known(ReturnCode.AUTHINFO_UNAVAIL, account)
    return _Known(ReturnCode.SUCCESS, account, entry.hashed, entry)


async def _is_blank(call: Call, name: str) -> bool:
    """Whether an account has no password; as much work for a name that nobody has.

    INVARIANT: the second look never has a say: it was once taken for the first, and let
    everybody in where root had no password (CVE-2020-27780).
    """
    known = _look_up(call, name)
    if known.code is ReturnCode.USER_UNKNOWN:
        await _has_blank(call, "root", _look_up(call, "root"))
        return False
    _look_up(call, _NOBODY)
    return await _has_blank(call, name, known)


async def _has_blank(call: Call, name: str, known: _Known) -> bool:
    if known.helped:
        code = await _ask_helper(call, name, Secret(b""), nullok=True)
        return code is ReturnCode.SUCCESS
    return known.hashed is not None and len(known.hashed) == 0


async def _verify(call: Call, name: str, token: Secret, *, nullok: bool) -> ReturnCode:
    """Compare a password with the one on record, and count a failure."""
    if not call.options.nodelay:
        call.fail_delay(_DELAY)

    def unknown(start: str) -> None:
        call.log(Priority.ERR, f'The password hash "{start}" is unknown to libcrypt.')

    known = _look_up(call, name)
    token = Secret(token.expose()[:MAX_RESPONSE])
    code = ReturnCode.AUTH_ERR
    if known.helped:
        code = await _ask_helper(call, name, token, nullok=nullok)
    else:
        made = _recipe(call)
        spare = call.world.hashing.setting(made.scheme, made.rounds)
        same = await matches_hash(
            token,
            known.hashed,
            nullok=nullok,
            crypt=call.hash,
            spare=spare,
            # Of a password as long as this it may be the length that crypt(3) minds.
            unknown=None if len(token) == MAX_RESPONSE else unknown,
        )
        if known.code is not ReturnCode.SUCCESS:
            code = known.code
        elif same:
            code = ReturnCode.SUCCESS  # yes: the token is the one behind the stored hash
    token.wipe()
    user = name
    if known.account is None:
        # Somebody may have typed the password where the name goes: only `audit` logs it.
        user = name if call.options.audit else ""
        who = f"user ({name})" if user else "user"
        call.log(Priority.NOTICE, f"check pass; {who} unknown")
    return _count(call, name, user, code)


def _count(call: Call, name: str, user: str, code: ReturnCode) -> ReturnCode:
    """Keep account of failures; from the third on, the answer is that it is enough."""
    key = _FAILURES + name
    if code is ReturnCode.SUCCESS:
        call.set_data(key, None)
        return code

    def origin() -> Origin:
        items = (Item.SERVICE, Item.TTY, Item.RUSER, Item.RHOST)
        return Origin(*(call.item(item) for item in items))

    def at_the_end(failures: Failures, status: int) -> None:
        if not status & (DATA_SILENT | DATA_REPLACE):
            for line in last_lines(failures, origin()):
                call.world.log.write(Priority.NOTICE, f"PAM {line}")  # C: no module runs now

    process, before = call.world.process, _data(call, key)
    count = 1 if before is None else before.count + 1
    failures = Failures(user, process.login_name(), process.uid(), process.euid(), count)
    if before is None:
        call.log(Priority.NOTICE, first_line(failures, origin()))
    call.set_data(key, failures, at_the_end)
    return ReturnCode.MAXTRIES if count >= MAX_RETRIES else code


async def _ask_helper(call: Call, name: str, token: Secret, *, nullok: bool) -> ReturnCode:
    stdin = chkpwd.password_input(token)
    finished = await _run_helper(call, name, "nullok" if nullok else "nonull", stdin)
    stdin.wipe()
    if finished is None:
        return ReturnCode.AUTHINFO_UNAVAIL
    return chkpwd.checked_password(finished.status)


async def _run_helper(
    call: Call, name: str, request: str, stdin: Secret | bytes
) -> Finished | None:
    """Return how unix_chkpwd(8) ended; `None` if it cannot be run."""
    for path in chkpwd.PLACES:
        if call.world.files.runnable(path):
            try:
                finished = await call.run((path, name, request), stdin=stdin)
            except ChildProcessError:
                call.log(Priority.ERR, "unix_chkpwd waitpid returned -1")
                return Finished(_LOST)
            except OSError:
                return None
            if finished.status < 0:
                call.log(Priority.ERR, f"unix_chkpwd abnormal exit: {-finished.status}")
            return finished
    return None


# --- how old is it -----------------------------------------------------------------------------


async def _age(call: Call, name: str, *, broken_ok: bool) -> Age:
    """Return what shadow(5) says of the account and its password today."""
    known = _look_up(call, name)
    if known.account is None:
        return Age(known.code)
    if known.helped:
        finished = await _run_helper(call, name, "chkexpiry", b"")
        unread = Age(ReturnCode.AUTHINFO_UNAVAIL)
        age = unread if finished is None else chkpwd.checked_age(finished.status, finished.output)
    elif known.code is not ReturnCode.SUCCESS:
        age = Age(known.code)
    elif known.entry is None:
        return Age(ReturnCode.SUCCESS)  # yes: a password outside shadow(5) has no age
    else:
        age = judge_age(known.entry, day_of(call.world.clock.now()))
        if age.from_the_future:
            call.log(Priority.DEBUG, f"account {name} has password changed in future")
    if age.code is ReturnCode.AUTHINFO_UNAVAIL and broken_ok:
        return Age(ReturnCode.SUCCESS)  # yes: `broken_shadow` asks for exactly this
    return age


# --- changing it -------------------------------------------------------------------------------


async def _check_old(call: Call, name: str) -> ReturnCode:
    """First pass: is it the user who asks (root need not prove it), and may it be changed?"""
    if await _is_blank(call, name):
        return ReturnCode.SUCCESS  # yes: there is no old password to ask for
    if not _is_root(call):
        if not call.silent:
            code = await call.say(Style.TEXT_INFO, f"Changing password for {name}.")
            if code != ReturnCode.SUCCESS:
                return ReturnCode(code)
        try:
            old = await call.authtok(Item.OLDAUTHTOK)
        except Stop:
            call.log(Priority.NOTICE, "password - (old) token not obtained")
            raise
        code = await _verify(call, name, old, nullok=True)
        if code is not ReturnCode.SUCCESS:
            return code
    code = await _may_change(call, name)
    if code is ReturnCode.AUTHTOK_ERR:
        if call.flags & Flag.CHANGE_EXPIRED_AUTHTOK:
            await _remark(call, "Your password is not expired.")
        else:
            await _remark(call, "You must wait longer to change your password.")
    return code


async def _may_change(call: Call, name: str) -> ReturnCode:
    age = await _age(call, name, broken_ok=False)
    if age.code in (ReturnCode.USER_UNKNOWN, ReturnCode.AUTH_ERR):
        return age.code
    expired = age.code is ReturnCode.NEW_AUTHTOK_REQD
    if call.flags & Flag.CHANGE_EXPIRED_AUTHTOK:
        # DIALECT: 1.5.2 changes passwords that have not expired as well.
        return ReturnCode.SUCCESS if expired else ReturnCode.AUTHTOK_ERR
    # Yes: root may always, and an expired password is what a change is for.
    return ReturnCode.SUCCESS if expired or _is_root(call) else age.code


async def _update(call: Call, name: str) -> ReturnCode:
    """Second pass: get a new password that is good enough, and store it under the lock."""
    old, made = call.token(Item.OLDAUTHTOK), _recipe(call)
    given = call.options.use_authtok or call.options.use_first_pass
    code = ReturnCode.AUTHTOK_ERR
    for _ in range(1 if given else _TRIES):
        try:
            new = await call.authtok(Item.AUTHTOK)
        except Stop:
            _debug(call, "password - new password not obtained", Priority.ERR)
            raise
        code = await _approve(call, name, old, new, made)
        if code is ReturnCode.SUCCESS:
            break
        call.set_token(Item.AUTHTOK, None)
    else:
        call.log(Priority.NOTICE, "new password not acceptable")
        return code
    lock = await _locked(call)
    if lock is None:
        return ReturnCode.AUTHTOK_LOCK_BUSY
    try:
        return await _replace(call, name, old, new, made)
    finally:
        lock.__exit__(None, None, None)


async def _locked(call: Call) -> AbstractContextManager[None] | None:
    """Return the lock of the account files, taken; `None` if it cannot be had."""
    for _ in range(_LOCK_TRIES):
        lock = call.world.credentials.lock()
        try:
            lock.__enter__()
        except BlockingIOError:
            await call.wait(_LOCK_PAUSE)
        except OSError:
            return None
        else:
            return lock
    return None


async def _approve(
    call: Call, name: str, old: Secret | None, new: Secret, made: Recipe
) -> ReturnCode:
    remark = ""
    if not new or (old is not None and old.matches(new)):
        _debug(call, "bad authentication token")
        remark = "The password has not been changed." if new else "No password has been supplied."
    elif len(new) > MAX_RESPONSE:
        remark = "You must choose a shorter password."
    elif not _is_root(call):
        if len(new) < _least(call, made):
            remark = "You must choose a longer password."
        if call.options.remember is not None:
            history = call.world.credentials.history(name)
            if history is None:
                line = f"can't open {_OPASSWD} file to check old passwords"
                call.log(Priority.ERR, line)
                return ReturnCode.ABORT
            if await _is_remembered(call, new, history):
                remark = "Password has been already used. Choose another."
        if not remark and old is not None and call.options.obscure:
            remark = obscure_remark(old, new, des=made.scheme == "des")
    if remark:
        await _remark(call, remark)
        return ReturnCode.AUTHTOK_ERR
    return ReturnCode.SUCCESS  # yes: nothing speaks against it


async def _is_remembered(call: Call, new: Secret, history: tuple[str, ...]) -> bool:
    for hashed in history:
        remembered = Secret(hashed)
        if await matches_hash(new, remembered, nullok=False, crypt=call.hash):
            return True
    return False


async def _replace(
    call: Call, name: str, old: Secret | None, new: Secret, made: Recipe
) -> ReturnCode:
    """Check everything again, now that nobody else can write, and store the new password."""
    if old is not None:
        code = await _verify(call, name, old, nullok=True)
        if code is not ReturnCode.SUCCESS:
            call.log(Priority.NOTICE, "user password changed by another process")
            return code
    elif not _is_root(call) and not await _is_blank(call, name):
        # DIALECT: C does not look again, and overwrites a password that somebody set meanwhile.
        call.log(Priority.NOTICE, "user password changed by another process")
        return ReturnCode.AUTH_ERR
    code = await _may_change(call, name)
    if code is not ReturnCode.SUCCESS:
        call.log(Priority.NOTICE, "user shadow entry expired")
        return code
    code = await _approve(call, name, old, new, made)
    if code is not ReturnCode.SUCCESS:
        call.log(Priority.NOTICE, "new password not acceptable 2")
        return code
    hashed = await _hash(call, new, made)
    if hashed is None:
        call.log(Priority.CRIT, "crypt() failure or out of memory for password")
        return ReturnCode.BUF_ERR
    try:
        stored = _store(call, name, hashed, remember=old is not None)
    except OSError:
        return ReturnCode.AUTHTOK_ERR
    if not stored:
        return ReturnCode.AUTHTOK_ERR
    call.log(Priority.NOTICE, f"password changed for {name}")
    return ReturnCode.SUCCESS  # yes: the new password is on record


def _store(call: Call, name: str, hashed: Secret, *, remember: bool) -> bool:
    """Write the old hash to the history, if one is kept, and the new one in its place."""
    credentials, known = call.world.credentials, _look_up(call, name)
    if known.account is None:
        return False
    keep = call.options.remember
    if remember and keep is not None and known.hashed is not None:
        # DIALECT: C hashes the old password again with MD5; the hash on record is stronger,
        # and pam_pwhistory(8) reads it as well.
        before = Secret(without_aging(known.hashed.expose()))
        keep = min(keep, _MOST_REMEMBERED)
        if not credentials.remember(name, known.account.uid, before, keep=keep):
            return False
    # C: day 0 would ask for another change at once, only because the clock is not set yet.
    today = day_of(call.world.clock.now()) or -1
    return credentials.change(name, hashed, last_change=today)


async def _hash(call: Call, new: Secret, made: Recipe) -> Secret | None:
    setting = call.world.hashing.setting(made.scheme, made.rounds)
    computed = None
    if setting is not None:
        if made.scheme == "bigcrypt":
            computed = await bigcrypt(new, setting, call.hash)
        else:
            computed = await call.hash(new, setting)
    if setting is None or computed is None or not same_scheme(setting, computed):
        line = f"Algo {made.scheme} not supported by the crypto backend.\n"
        call.log(Priority.ERR, line)
        return None
    return Secret(computed)


# --- small things ------------------------------------------------------------------------------


def _recipe(call: Call, *, complain: bool = False) -> Recipe:
    """Return how new passwords are hashed: the last scheme in the options, or login.defs's."""
    try:
        defs = call.world.files.read(_LOGIN_DEFS)
    except OSError:
        defs = b""
    words = {field: option.word for field, option in UnixOptions.stated().items()}
    named = [
        next((field for field, word in words.items() if arg.startswith(word)), "")
        for arg in call.args
    ]
    scheme = next((field for field in reversed(named) if field in SCHEMES), None)
    made = recipe(scheme, call.options.rounds, lambda key: value(defs, key))
    for complaint in made.complaints if complain else ():
        call.log(Priority.WARNING, complaint)
    if complain and made.scheme == "des" and call.options.minlen > _DES_LENGTH:
        call.log(Priority.NOTICE, "Password minlen reset to 8 characters")
    return made


def _least(call: Call, made: Recipe) -> int:
    least = call.options.minlen
    return min(least, _DES_LENGTH) if made.scheme == "des" else least


def _session(call: Call, what: str) -> ReturnCode:
    if not call.item(Item.USER):
        call.log(Priority.ERR, f"{what} - error recovering username")
        return ReturnCode.SESSION_ERR
    if not call.item(Item.SERVICE):
        call.log(Priority.CRIT, f"{what} - error recovering service")
        return ReturnCode.SESSION_ERR
    return ReturnCode.SUCCESS  # yes: a session needs no more than to be known by name


def _is_root(call: Call) -> bool:
    """Whether the one who runs the program is root, and not in the role of a user at login."""
    return call.world.process.uid() == 0 and not call.flags & Flag.CHANGE_EXPIRED_AUTHTOK


def _complain(call: Call) -> None:
    for arg in call.args:
        word, sign, _ = arg.partition("=")
        if sign and word in ("remember", "rounds", "minlen"):
            line = f"option {word} not allowed for this module type"
            call.log(Priority.ERR, line)


async def _remark(call: Call, remark: str, style: Style = Style.ERROR_MSG) -> None:
    if not call.silent:
        await call.say(style, remark)


def _debug(call: Call, line: str, priority: int = Priority.DEBUG) -> None:
    if call.options.debug or call.options.audit:
        call.log(priority, line)


def _data(call: Call, name: str) -> Any:
    try:
        return call.data(name)
    except KeyError:
        return None
