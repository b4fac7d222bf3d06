"""Lock accounts after too many failed logins.

The failures of each user are kept in a file of `/var/run/faillock`; who has failed `deny` times
(3), each within `fail_interval` seconds (900) of the newest, is locked for `unlock_time` seconds
(600).  Root, and the members of `admin_group`, are locked only with `even_deny_root`.

The first word says what a line of `auth` does.  `preauth` stands before the module that asks for
the secret, and refuses the locked with `auth_err` and a message.  `authfail` stands where a wrong
secret leads to: it puts the failure on record and answers `ignore`, or `auth_err` for the locked.
`authsucc` stands where the right one leads to: it refuses the locked, and forgets the failures of
others.  A line of `account` does the same, if a line of `auth` was asked in this transaction.
Who has no name, or no account, is no business of this module's: `ignore`.

Success proves nothing about who is asking, only that the account is not locked.  `authsucc` is
better than `account`: it lets a right guess that comes too late look like a wrong one.

Settings are read from `/etc/security/faillock.conf` (without it from the distribution's), lines
`key = value`; the same keys behind the module count more.  A file that `conf=` names must be
there.  The files of failures are those of the C module and of faillock(8), and can be used by
both at the same time; `pamkit faillock` shows and clears them.  They belong to their users, as in
C: a screen locker runs without rights.  Who can change their own file can unlock themselves;
`dir=` may name a directory that only root can enter, and then unprivileged services count nothing.

What differs from C makes the limit hold.  `authsucc` and `account` judge anew while they hold
the file, whatever `preauth` saw: of guesses made at the same time no more than `deny` are worth
anything.  C's `account` never refuses; this one does, by the limits of the line of `auth` that
was asked last.  The first failures of all, written at once, do not overwrite each other.  The
file is taken by the name of the account, not by how it was typed.  It is not waited for without
end (ten seconds), not followed through a link, and not taken if it has a second name; names with
a slash have none.  For root a file it may not open is an error, not a missing one; for others it
is, so that screen lockers work.  A piece of a record counts as a failure.  `deny` of more than
the 1024 records of a file locks with 1024, and numbers too large for C wrap in C and are refused
here.  A failure that cannot be written down answers `system_err`, and
a process that may not write 64 KiB (`ulimit -f`) is refused before it has guessed.

The kernel's audit is told of locks (`ANOM_LOGIN_FAILURES`, `RESP_ACCT_LOCK`) and, except by
`preauth`, of locks that are over (`RESP_ACCT_UNLOCK_TIMED`).  If a record is lost the answer is
`system_err`; for C only if the audit cannot be opened, and then it forgets the failure as well.

Source: `pam_faillock(8)`, `faillock.conf(5)`.
"""

from __future__ import annotations

from pamkit.faillock.counting import Case, clear, judge, let_by, record
from pamkit.faillock.options import FaillockOptions
from pamkit.formats.faillock_conf import PATH, Settings, settings_of
from pamkit.formats.faillock_standing import notices
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_USER,
    CHECKS_CONDITION,
    COUNTS_FAILURES,
    DELAYS_FAILURE,
    GRANTS_WITHOUT_SECRET,
    LOCKS_ACCOUNT,
    WRITES_FILES,
)
from pamkit.module.membership import is_member
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

_ACTIONS = ("preauth", "authfail", "authsucc")
_EXECUTED = "pam_faillock:auth_executed"  # C: the name, and that it is set; ours holds the limits
_DELAY = 2_000_000  # microseconds

_CODES = "success ignore auth_err service_err system_err conv_err incomplete buf_err"

MODULE = declare(
    "pam_faillock",
    options=FaillockOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.RHOST, Item.TTY, Item.SERVICE],
    sets=[Item.USER],
    files=[PATH],
    facts=[
        ASKS_USER,
        CHECKS_CONDITION,
        COUNTS_FAILURES,
        LOCKS_ACCOUNT,
        WRITES_FILES,
        DELAYS_FAILURE.when(nodelay=False),
        GRANTS_WITHOUT_SECRET,
    ],
    examples=[
        example("login", "auth required pam_faillock.so preauth", "before the secret is asked for"),
        example(
            "login",
            "auth [default=die] pam_faillock.so authfail",
            "behind `auth sufficient pam_unix.so`, or where its `success=1` jumps over",
        ),
        example("login", "auth sufficient pam_faillock.so authsucc", "where success leads to"),
        example("login", "account required pam_faillock.so", "if there is no `authsucc`"),
    ],
)


async def pam_sm_authenticate(call: ModuleCall[FaillockOptions]) -> ReturnCode:
    """Refuse who is locked, put a failure on record, or forget failures: as the line says."""
    settings = _settings(call)
    if settings is None:
        return ReturnCode.SERVICE_ERR
    if not settings.nodelay:
        call.fail_delay(_DELAY)
    case = await _case(call, settings)
    if case is None:
        return ReturnCode.IGNORE
    call.set_data(_EXECUTED, settings)
    if not case.is_ours():
        return ReturnCode.SUCCESS  # it is said that others watch over this user
    word = ["preauth", *(arg for arg in call.args if arg in _ACTIONS)][-1]
    if word == "authfail":
        return (await judge(case, record, create=True, absent=ReturnCode.IGNORE))[0]
    if word == "authsucc":
        return (await judge(case, clear, create=True))[0]
    answer, stands = await judge(case, let_by, create=False)
    if answer == ReturnCode.AUTH_ERR and not (settings.silent or call.silent):
        for notice in notices(stands, int(call.world.clock.now())):
            await call.say(Style.TEXT_INFO, notice)
    return answer


def pam_sm_setcred(_: ModuleCall[FaillockOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


async def pam_sm_acct_mgmt(call: ModuleCall[FaillockOptions]) -> ReturnCode:
    """Refuse who was locked while being authenticated, and forget the failures of others."""
    settings = _settings(call)
    if settings is None:
        return ReturnCode.SERVICE_ERR
    try:
        limits = call.data(_EXECUTED)
    except KeyError:
        # Yes: no line of ours watched the guess, if there was one, and none counted it.
        return ReturnCode.SUCCESS
    if isinstance(limits, Settings):
        settings = settings.with_limits_of(limits)
    case = await _case(call, settings)
    if case is None:
        return ReturnCode.IGNORE
    if not case.is_ours():
        return ReturnCode.SUCCESS  # it is said that others watch over this user
    answer, _ = await judge(case, clear, create=True)
    if answer == ReturnCode.AUTH_ERR:
        call.log(Priority.NOTICE, f"User {case.user} was locked meanwhile")
    return answer


def _settings(call: ModuleCall[FaillockOptions]) -> Settings | None:
    """Return what file and words say; `None`, with a line in the log, if the file is no good."""
    named = [at for at, arg in enumerate(call.args) if arg.startswith("conf=")][-1:]
    words = [arg for at, arg in enumerate(call.args) if at not in named and arg not in _ACTIONS]
    try:
        written = _written(call, call.args[named[0]] if named else "")
        settings, odd = settings_of(written, words)
    except (OSError, ValueError):
        call.log(Priority.ERR, "Configuration file missing or broken")
        return None
    for line in odd:
        call.log(Priority.ERR, line)
    return settings


def _written(call: ModuleCall[FaillockOptions], named: str) -> bytes:
    if not named:
        found = read_first(call.world.files, PATH)
        return b"" if found is None else found[1]
    file = call.options.conf
    if not file.endswith(named.removeprefix("conf=")):
        raise ValueError(named)  # a relative path is no option where there may be none
    return call.world.files.read(file)


async def _case(call: ModuleCall[FaillockOptions], settings: Settings) -> Case | None:
    """Return whose failures are meant; `None` for nobody who has an account."""
    try:
        user = await call.user()
    except Stop as stop:
        if stop.code == ReturnCode.CONV_AGAIN:
            raise Stop(ReturnCode.INCOMPLETE) from None
        raise
    if not user:
        return None
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f"User unknown: {user}" if settings.audit else "User unknown")
        return None
    is_admin = account.uid == 0 or is_member(call.world.accounts, account, settings.admin_group)
    return Case(call, settings, user, account, is_admin)
