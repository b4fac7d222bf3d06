"""Show users when they logged in last, and put that on record, beyond 2038.

When a session is opened the user is told when, from where and on which terminal they logged in
last, as `/var/lib/lastlog/lastlog2.db` has it; then this login takes its place there.  That is the
database of lastlog2(8), the successor of lastlog(8): an SQLite file with a row for each user, by
name.  `database=` is another one.  It is made if its directory is there.  Nothing is done at the
end of a session, and nothing where users prove who they are: the answer is ignore.

`silent`, an application that wants silence, or a service on the list of `silent_if=` keep the user
from being told; the login is put on record all the same.  The terminal is `PAM_TTY` or, if that is
no more than a display, the one that `XDG_VTNR` numbers; the host is `PAM_RHOST`, or `PAM_XDISPLAY`.

A user who is not known is `user_unknown`.  A database that cannot be written is `system_err`, also
if somebody else writes for more than three seconds; one that cannot be read is logged, and hinders
nobody.  Success proves nothing about who is asking.

Differences: root does not write where others could lay a journal beside the database, for SQLite
would carry it out: the directory and those above it are root's alone.  `database=` is about its own
line (C goes on with it in all others of the program).  Who logs in for the first time gets no line
in the log about an unknown error.  Letters in a host's name that would steer the terminal are shown
as `?`.  Dates are in English.  What is logged of SQLite's errors begins as in C, but may be worded
otherwise.

Source: `pam_lastlog2(8)` of util-linux.
"""

from __future__ import annotations

import errno

from pamkit.formats import lastlog2
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEEDS_ROOT, NEVER_PROMPTS, WRITES_FILES
from pamkit.module.options import Options, flag, path, text
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog2 import Lastlog2Recorder
from pamkit.records.patience import patiently
from pamkit.records.shown import date_of, login_line
from pamkit.records.told import debug, is_listed, line, remote_of, user_of, virtual_terminal
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

_SECONDS = 3.0  # C: LASTLOG2_BUSY_TIMEOUT
_ROOM = 8


class Lastlog2Options(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log more")
    silent: bool = flag("do not tell users of the login before")
    database: str = path("read and write this file", default=lastlog2.PATH)
    silent_if: str = text(
        "do not tell users of these services, with commas between them", value="services"
    )


MODULE = declare(
    "pam_lastlog2",
    options=Lastlog2Options,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: "ignore",
        Primitive.OPEN_SESSION: "success user_unknown system_err",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.SERVICE, Item.TTY, Item.RHOST, Item.XDISPLAY],
    files=[lastlog2.PATH],
    facts=[NEVER_PROMPTS, WRITES_FILES, NEEDS_ROOT],
    examples=[
        example("login", "session optional pam_lastlog2.so"),
        example("common-session", "session optional pam_lastlog2.so silent_if=gdm,gdm-password"),
    ],
)


def pam_sm_authenticate(_: ModuleCall[Lastlog2Options]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


pam_sm_setcred = pam_sm_acct_mgmt = pam_sm_authenticate


async def pam_sm_open_session(call: ModuleCall[Lastlog2Options]) -> ReturnCode:
    """Tell of the last login, and put this one on record."""
    quiet = is_listed(call, "silent_if") or call.options.silent or call.silent
    user = user_of(call, quiet=quiet)
    if not quiet:
        await _tell(call, user)
    terminal = line(call)
    debug(call, f"tty={terminal}")
    event = LoginEvent(
        Happening.LOGIN,
        int(call.world.clock.now()) * 1_000_000,
        user,
        line=virtual_terminal(call, terminal, room=_ROOM),
        host=remote_of(call),
        service=call.item(Item.SERVICE) or "",
    )
    recorder = Lastlog2Recorder(call.world.login_files, call.options.database)
    try:
        await patiently(call, lambda: recorder.record(event), seconds=_SECONDS)
    except OSError as fault:
        call.log(Priority.ERR, _write_failed(call.options.database, fault))
        return ReturnCode.SYSTEM_ERR
    return ReturnCode.SUCCESS  # the login is on record; that lets nobody in


def pam_sm_close_session(_: ModuleCall[Lastlog2Options]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


async def _tell(call: ModuleCall[Lastlog2Options], user: str) -> None:
    """Tell the user of the login before; a record that cannot be read keeps nobody out."""
    files, file = call.world.login_files, call.options.database
    recorder = Lastlog2Recorder(files, file)
    try:
        found = await patiently(call, lambda: recorder.find(user), seconds=_SECONDS)
    except FileNotFoundError:
        return
    except OSError as fault:
        call.log(Priority.ERR, _read_failed(file, fault))
        return
    if found is None:
        return
    date = date_of(call.world.clock, found.when // 1_000_000) if found.when else ""
    said = login_line("Last login:", date=date, host=found.host, line=found.line)
    if said:
        await call.say(Style.TEXT_INFO, said)


_NOT_OPENED = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def _read_failed(file: str, fault: OSError) -> str:
    if fault.errno == errno.EAGAIN:
        return "Database busy"
    if fault.errno in _NOT_OPENED:
        return f"Cannot open database ({file}): {_reason(fault)}"
    return f"Failed to execute statement: {_reason(fault)}"


def _write_failed(file: str, fault: OSError) -> str:
    if fault.errno in _NOT_OPENED:
        return f"Cannot create/open database ({file}): {_reason(fault)}"
    if fault.errno == errno.EINVAL:  # it is no database
        return f"SQL error: {_reason(fault)}"
    return f"Failed to write entry: {_reason(fault)}"


def _reason(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
