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

import errno

from pamkit.formats.faillock_conf import LONGEST, MOST_DENY, PATH, Settings, settings_of
from pamkit.formats.faillock_standing import Standing, notices, standing
from pamkit.formats.faillock_tally import RHOST, TTY, VALID, Failure, with_failure
from pamkit.module.audit import (
    ANOM_LOGIN_FAILURES,
    RESP_ACCT_LOCK,
    RESP_ACCT_UNLOCK_TIMED,
    audit_lock,
)
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
from pamkit.module.held_tally import held_tally
from pamkit.module.membership import is_member
from pamkit.module.options import Option, Options, flag, number, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.world import Account, Tally

    Act = Callable[["_Case", Tally, tuple[Failure, ...], Standing], ReturnCode]
    """What is done about an account that is not locked, while its file is held."""

_ACTIONS = ("preauth", "authfail", "authsucc")
_EXECUTED = "pam_faillock:auth_executed"  # C: the name, and that it is set; ours holds the limits
_DELAY = 2_000_000  # microseconds


def _interval(phrase: str) -> Any:
    seconds = number(phrase, most=LONGEST)
    return Option(
        "",
        phrase,
        None,
        lambda given: 0 if given == "never" else seconds.read(given),
        value="seconds or never",
    )


def _gone(advice: str, kind: Callable[..., Any] = flag) -> Any:
    said = f"an option of pam_tally, not of pam_faillock: {advice}"
    return kind("not known here", deprecated=said)


class FaillockOptions(Options):
    """What may stand after the module's name in a policy."""

    preauth: bool = flag("refuse who is locked; that is what it does without such a word, too")
    authfail: bool = flag("put a failure on record")
    authsucc: bool = flag("refuse who is locked, and forget the failures of others")
    conf: str = path("read this file instead of `/etc/security/faillock.conf`; it must be there")
    dir: str = path("keep the failures in this directory", value="directory")
    audit: bool = flag("log names of users that do not exist")
    silent: bool = flag("do not tell users that they are locked")
    no_log_info: bool = flag("do not log that an account was locked")
    local_users_only: bool = flag("take no part for users who have no line in `/etc/passwd`")
    nodelay: bool = flag("do not ask for a delay of two seconds after a failure")
    deny: int = number("lock with so many failures; 0 locks nobody", default=3, most=MOST_DENY)
    fail_interval: int = number(
        "how far back failures count", default=900, most=LONGEST, value="seconds"
    )
    unlock_time: int | None = _interval("how long a lock lasts; without it 600")
    even_deny_root: bool = flag("lock root and administrators as well")
    root_unlock_time: int | None = _interval(
        "how long a lock lasts for root and administrators; without it as for everybody"
    )
    admin_group: str = text("members of this group are administrators", value="group")
    onerr: str = _gone("what fails here refuses", text)
    file: str = _gone("use `dir=`, which names a directory", text)
    lock_time: str = _gone("pam_faildelay makes failures slow", text)
    magic_root: bool = _gone("root is not locked without `even_deny_root`")
    even_deny_root_account: bool = _gone("use `even_deny_root`")
    no_lock_time: bool = _gone("`unlock_time=never` locks without end")
    per_user: bool = _gone("limits are the same for all users but administrators")
    reset: bool = _gone("`authsucc` resets")
    no_reset: bool = _gone("without `authsucc` and a line of `account` nothing is reset")
    serialize: bool = _gone("the file is locked in any case")
    quiet: bool = _gone("use `silent`")


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


class _Case(Record, eq=False):
    """Whose failures a line is about, and by what settings."""

    call: ModuleCall[FaillockOptions]
    settings: Settings
    user: str
    account: Account
    is_admin: bool

    def is_ours(self) -> bool:
        """Whether this user's failures are counted here, and not elsewhere."""
        return not self.settings.local_users_only or self.call.world.accounts.is_local(self.user)

    def log(self, text: str, fault: OSError) -> None:
        """Write to the log what could not be done with the tally file."""
        reason = fault.strerror or type(fault).__name__
        self.call.log(Priority.ERR, f"Error {text} the tally file for {self.user}: {reason}")


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
        return (await _judged(case, _record, create=True, absent=ReturnCode.IGNORE))[0]
    if word == "authsucc":
        return (await _judged(case, _clear, create=True))[0]
    answer, stands = await _judged(case, _let_by, create=False)
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
    answer, _ = await _judged(case, _clear, create=True)
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


async def _case(call: ModuleCall[FaillockOptions], settings: Settings) -> _Case | None:
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
    return _Case(call, settings, user, account, is_admin)


async def _judged(
    case: _Case, act: Act, *, create: bool, absent: ReturnCode = ReturnCode.SUCCESS
) -> tuple[ReturnCode, Standing]:
    """Look at the file, refuse who is locked, and do something about others.

    Between the look and the deed nobody else can change the file.
    """
    try:
        place, needed = case.settings.directory, act is _record
        held = await held_tally(case.call, place, case.account, create=create, needed=needed)
    except OSError as fault:
        # C: where this process keeps no files nobody is locked, or no screen could be unlocked.
        is_root = case.call.world.process.euid() == 0
        if fault.errno == errno.ENOENT or (fault.errno == errno.EACCES and not is_root):
            if absent == ReturnCode.IGNORE and fault.errno == errno.ENOENT:
                case.log("opening", fault)
            return absent, Standing()
        case.log("opening", fault)
        return ReturnCode.SYSTEM_ERR, Standing()
    with held as tally:
        try:
            failures = tally.failures()
        except OSError as fault:
            case.log("reading", fault)
            return ReturnCode.SYSTEM_ERR, Standing()
        now = int(case.call.world.clock.now())
        stands = standing(failures, case.settings, is_admin=case.is_admin, now=now)
        if stands.is_locked:
            return ReturnCode.AUTH_ERR, stands
        return act(case, tally, failures, stands), stands


def _let_by(_: _Case, __: Tally, ___: tuple[Failure, ...], ____: Standing) -> ReturnCode:
    return ReturnCode.SUCCESS  # not locked: the guess may be made


def _clear(case: _Case, tally: Tally, _: tuple[Failure, ...], stands: Standing) -> ReturnCode:
    if not _audited(case, stands):
        return ReturnCode.SYSTEM_ERR
    try:
        tally.clear()
    except OSError as fault:
        case.log("clearing", fault)
    # Yes: while we held the file there were fewer failures than lock.  If they could not be
    # forgotten they count on, which harms nobody but the user.
    return ReturnCode.SUCCESS


def _record(
    case: _Case, tally: Tally, failures: tuple[Failure, ...], stands: Standing
) -> ReturnCode:
    settings, new = case.settings, _failure(case)
    added = with_failure(
        failures, new, fail_interval=settings.fail_interval, forgiven=stands.is_over
    )
    try:
        tally.record(added.failures, added.at)
    except OSError as fault:
        case.log("writing", fault)
        return ReturnCode.SYSTEM_ERR
    # DIALECT: up to 1.5 it was said of root as well who is never locked.
    may_be_locked = settings.even_deny_root or case.account.uid != 0
    if added.count == settings.deny and may_be_locked and not settings.no_log_info:
        who = f"Consecutive login failures for user {case.user}"
        case.call.log(Priority.INFO, f"{who} account temporarily locked")
    kinds = []
    if added.count == settings.deny:
        kinds.append(ANOM_LOGIN_FAILURES)
        if settings.even_deny_root or not case.is_admin:
            kinds.append(RESP_ACCT_LOCK)
    return ReturnCode.IGNORE if _audited(case, stands, *kinds) else ReturnCode.SYSTEM_ERR


def _audited(case: _Case, stands: Standing, *kinds: int) -> bool:
    """Tell the kernel's audit of a lock that is over, and the rest; whether no record is lost."""
    # DIALECT: up to 1.5 the text was `pam_faillock uid=0`.  C: the blank at its end.
    call, op = case.call, f"pam_faillock suid={case.account.uid} "
    taken = []
    if stands.is_over:
        host, tty = call.item(Item.RHOST), call.item(Item.TTY)
        taken.append(audit_lock(call, RESP_ACCT_UNLOCK_TIMED, op, host=host, tty=tty))
    taken += [audit_lock(call, kind, op) for kind in kinds]
    return all(taken)


def _failure(case: _Case) -> Failure:
    """Return the failure that is happening now, with what is known of where it comes from."""
    now = int(case.call.world.clock.now())
    for item, bit in ((Item.RHOST, RHOST), (Item.TTY, TTY)):
        source = case.call.item(item)
        if source is not None:
            return Failure(now, source, VALID | bit)
    return Failure(now, case.call.item(Item.SERVICE) or "")
