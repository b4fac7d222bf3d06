"""Show users when they logged in last, put that on record, and refuse who has not for too long.

When a session is opened the user is told when, from where and on which terminal they logged in
last, as `/var/log/lastlog` has it: nothing if they never did, or with `never` a welcome.  Then
this login takes its place there, and is added to `/var/log/wtmp`; so is the session's end.
`/var/log/lastlog` is made if it is not there, `/var/log/wtmp` is not: where there is none no such
record is kept, and what keeps it from being written is logged and hinders nobody.  `noupdate`
writes neither, `nowtmp` no wtmp: programs like login(1) and sshd(8) write their own.  `showfailed`
tells how many failures `/var/log/btmp` has since then, and when the last one was; a list that is
not there is logged.

On a line of `auth` or `account` users are refused (`auth_err`) who logged in last more than
`inactive=` days ago, 90 unless it says otherwise; those who never did are not.  Root always passes.
Without `/var/log/lastlog` the answer is ignore; one that cannot be read is `service_err`.  Success
proves nothing about who is asking, so such a line belongs beside one that does.

Users whose number is above `LASTLOG_UID_MAX` in `/etc/login.defs` are none of its business: the
file has a place for each number.  A user who is not known is `user_unknown`; a record of last
logins that cannot be read or written when a session is opened is `service_err`, also while somebody
else holds it for more than two seconds.  Only root can open sessions, except with `noupdate`.
`unlimited` lifts the limit of the size of files for the one moment that it matters.

The file's times end in 2038 on most machines (`x86_64` among them), and then nothing is written:
pam_lastlog2 and pam_wtmpdb are the successors.  Old records are read up to 2106, as newer C
libraries do; older ones take such a time for one of 1901.

Differences: who cannot be judged since the record cannot be read is not let in by `auth` and
`account` (C leaves it to the other lines), and none of the files may be a directory or a pipe.
Letters in a host's name that would steer the terminal are shown as `?`.
A user with a name of more than 32 bytes is not written to wtmp under half of it, and at the end of
a session the terminal is cut where it was at its beginning.  The line with the date is in English.
A record that is held is tried three times, as since Linux-PAM 1.7; older ones then wrote all the
same.

Source: `pam_lastlog(8)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.lastlog import LASTLOG
from pamkit.formats.parsed_once import parsed_once
from pamkit.formats.strtoll import strtoll
from pamkit.formats.utmp import BTMP, NAME, WTMP, Kind
from pamkit.formats.utmp import text as text_of
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_USER,
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
    NEEDS_ROOT,
    WRITES_FILES,
)
from pamkit.records.event import bytes_of
from pamkit.records.failures import failures_since
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.lastlog_options import LastlogOptions, failed, remark
from pamkit.records.lastlog_update import into_wtmp, last_of, update
from pamkit.records.shown import date_of, login_line
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_DAY = 86_400
_ALL = 0xFFFFFFFF
_OF_CONVERSATION = (ReturnCode.SUCCESS, ReturnCode.BUF_ERR, ReturnCode.CONV_AGAIN)


MODULE = declare(
    "pam_lastlog",
    options=LastlogOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err user_unknown ignore service_err",
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: "success auth_err user_unknown ignore service_err",
        Primitive.OPEN_SESSION: "success user_unknown service_err conv_err buf_err conv_again",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.TTY, Item.RHOST],
    sets=[Item.USER],
    files=[LASTLOG, WTMP, BTMP, login_defs.PATH],
    facts=[
        ASKS_USER,
        CHECKS_CONDITION,
        GRANTS_WITHOUT_SECRET,
        WRITES_FILES.when(noupdate=False),
        NEEDS_ROOT.when(noupdate=False),
    ],
    examples=[
        example("login", "session optional pam_lastlog.so showfailed"),
        example("sshd", "session optional pam_lastlog.so noupdate", "sshd writes its own"),
        example("login", "account required pam_lastlog.so inactive=30"),
    ],
)

_OF_LOGINS = ("debug", "silent")
_OF_SESSIONS = (
    *("debug", "nodate", "noterm", "nohost", "silent", "never", "nowtmp", "noupdate"),
    *("showfailed", "unlimited"),
)


async def pam_sm_authenticate(call: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Refuse who has not logged in for too long."""
    for arg in call.args:
        if arg.startswith("inactive="):
            if arg in (call.args[each.at] for each in call.options.parse(call.args)[1]):
                call.log(Priority.ERR, f"bad option value: {arg}")
        elif arg not in _OF_LOGINS:
            call.log(Priority.ERR, f"unknown option: {arg}")
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, "user unknown")
        return ReturnCode.USER_UNKNOWN
    if account.uid == 0 or account.uid > _largest(call):
        return ReturnCode.SUCCESS  # yes: the rule is about other users, and root mends the rest
    try:
        last = await last_of(call, account)
    except FileNotFoundError as fault:
        call.log(Priority.ERR, f"unable to open {LASTLOG}: {fault.strerror}")
        return ReturnCode.IGNORE
    except OSError as fault:
        raise failed(call, f"unable to open {LASTLOG}", fault) from None
    if not last.seconds:
        remark(call, "user never logged in - pass")
        return ReturnCode.SUCCESS  # yes: who never did has not stayed away
    days = (int(call.world.clock.now()) - last.seconds) // _DAY
    if days > call.options.inactive:
        call.log(Priority.INFO, f"user {user} inactive for {days} days - denied")
        return ReturnCode.AUTH_ERR
    return ReturnCode.SUCCESS  # yes: the user logged in lately enough


def pam_sm_setcred(_: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


pam_sm_acct_mgmt = pam_sm_authenticate


async def pam_sm_open_session(call: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Tell of the last login, and put this one on record."""
    _complain(call)
    user = call.item(Item.USER)
    if not user:
        call.log(Priority.NOTICE, "user unknown")
        return ReturnCode.USER_UNKNOWN
    account = call.world.accounts.find(user)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    before = 0
    if account.uid <= _largest(call):
        before = await _told_and_updated(call, account)
    if call.options.showfailed and not call.silent:
        await _tell_failures(call, user, before)
    return ReturnCode.SUCCESS  # what is to be told is told, and what is to be on record is


async def pam_sm_close_session(call: ModuleCall[LastlogOptions]) -> ReturnCode:
    """Put the end of the session on record."""
    _complain(call)
    if not (call.options.nowtmp or call.options.noupdate):
        await into_wtmp(call, Kind.DEAD_PROCESS, "", "")
    return ReturnCode.SUCCESS  # nothing is granted at an end


def _complain(call: ModuleCall[LastlogOptions]) -> None:
    for arg in call.args:
        if arg not in _OF_SESSIONS:
            call.log(Priority.ERR, f"unknown option: {arg}")


def _largest(call: ModuleCall[LastlogOptions]) -> int:
    """Return the largest number of a user that has a record; without a good word it is any."""
    try:
        found = read_first(call.world.files, login_defs.PATH)
    except OSError:
        return _ALL  # in doubt everybody is looked at
    return _ALL if found is None else _stated_largest(found[1])


def _largest_in(settings: bytes) -> int:
    stated = login_defs.value(settings, "LASTLOG_UID_MAX")
    number = strtoll((stated or "").rstrip(" \t\n\v\f\r"), base=10)
    return number if number is not None and 0 <= number < _ALL else _ALL


_stated_largest = parsed_once(_largest_in)


async def _told_and_updated(call: ModuleCall[LastlogOptions], account: Account) -> int:
    """Return when the last login was, which the user is told; this one takes its place."""
    options = call.options
    try:
        try:
            last = await last_of(call, account, to_write=not options.noupdate)
        except FileNotFoundError:
            if options.noupdate:
                raise
            _make(call)
            last = await last_of(call, account)
    except OSError as fault:
        raise failed(call, f"unable to open {LASTLOG}", fault) from None
    if not options.silent and not call.silent:
        if last.seconds:
            said = _shown(call, "Last login:", last.seconds, last.host, last.line)
        else:
            said = "Welcome to your new account!" if options.never else ""
        await _say(call, said)
    if not options.noupdate:
        await update(call, account)
    return last.seconds


def _make(call: ModuleCall[LastlogOptions]) -> None:
    """Make the file."""
    try:
        LastlogRecorder(call.world.login_files).make()
    except OSError as fault:
        raise failed(call, f"unable to create {LASTLOG}", fault) from None
    call.log(Priority.NOTICE, f"file {LASTLOG} created")


def _shown(
    call: ModuleCall[LastlogOptions], heading: str, seconds: int, host: bytes, terminal: bytes
) -> str:
    options = call.options
    return login_line(
        heading,
        date="" if options.nodate else date_of(call.world.clock, seconds),
        host="" if options.nohost else text_of(host),
        line="" if options.noterm else text_of(terminal),
    )


async def _say(call: ModuleCall[LastlogOptions], said: str) -> None:
    if not said:
        return
    code = await call.say(Style.TEXT_INFO, said)
    if code != ReturnCode.SUCCESS:
        # What an application's conversation answers may be any number.
        raise Stop(ReturnCode(code) if code in _OF_CONVERSATION else ReturnCode.CONV_ERR)


async def _tell_failures(call: ModuleCall[LastlogOptions], user: str, since: int) -> None:
    if len(bytes_of(user)) > NAME:
        call.log(Priority.WARNING, "username too long, output might be inaccurate")
    try:
        found = failures_since(call.world.login_files, user, since)
    except FileNotFoundError as fault:
        call.log(Priority.ERR, f"unable to open {BTMP}: {fault.strerror}")
        return
    except OSError as fault:
        raise failed(call, f"unable to open {BTMP}", fault) from None
    if not found.is_whole:
        call.log(Priority.ERR, f"corruption detected in {BTMP}")
    if found.last is None:
        return
    last, many = found.last, found.count != 1
    said = _shown(call, "Last failed login:", last.seconds, last.host, last.line)
    if said:
        await call.say(Style.TEXT_INFO, said)
    were, attempts = ("were", "attempts") if many else ("was", "attempt")
    when = "since the last successful login."
    await _say(call, f"There {were} {found.count} failed login {attempts} {when}")
