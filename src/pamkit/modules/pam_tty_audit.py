"""Record what users type on terminals, in the kernel's audit.

When a session is opened the process, and with it all that it starts, is made to have its input from
terminals recorded (`enable=`) or not (`disable=`); when it is closed things are as they were.  The
kernel writes what was typed in a mode without editing as soon as a program reads it: a shell's
commands for example.  With `log_passwd` what is typed without an echo is recorded too, and that is
passwords: who may read the audit's logs can read them.

Both options take patterns with commas between them: `*`, `?` and `[...]` stand for parts of a
user's name; `1000:2000` for users with numbers from and to, `1000:` from, `:1000` for the one with
this number.  The last option with a pattern that fits the user counts; where none fits, nothing is
changed, and the answer is success.  With `open_only` closing changes nothing: for programs that
close no session, or in another process, where it has no effect anyway.

Success means that the kernel does as it was told.  Where it has no audit the answer is ignore.  A
user who is not known, a process that may not change audit (one of root's in the first namespaces
may), or a kernel that says no, are `session_err`.  Other words than options are logged.

Success proves nothing about who is asking.  Differences: a number of a user above 4294967294, or
below 0, is a wrong one, and its pattern fits nobody; C takes the last 32 bits of it, which may be
everybody's.  The kernel's answer is waited for 3 seconds, not without end.

Source: `pam_tty_audit(8)`.
"""

from __future__ import annotations

import errno

from pamkit.formats.glob import matches
from pamkit.formats.strtoll import strtoll
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_AUDIT, NEEDS_ROOT
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_DATA = "pam_tty_audit_last_state"
_NO_USER = 0xFFFFFFFF  # C: (uid_t)-1


class TtyAuditOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    enable: str = text("record the input of users that fit", value="patterns")
    disable: str = text("do not record the input of users that fit", value="patterns")
    open_only: bool = flag("leave things as they are when the session is closed")
    log_passwd: bool = flag("record passwords as well")


MODULE = declare(
    "pam_tty_audit",
    options=TtyAuditOptions,
    answers={
        Primitive.OPEN_SESSION: "success ignore session_err",
        Primitive.CLOSE_SESSION: "success session_err",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, CHANGES_AUDIT, NEEDS_ROOT],
    examples=[
        example("login", "session required pam_tty_audit.so disable=* enable=root"),
        example("sudo", "session required pam_tty_audit.so enable=* open_only"),
    ],
)


async def pam_sm_open_session(call: ModuleCall[TtyAuditOptions]) -> ReturnCode:
    """Have the user's input recorded, or not."""
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.SESSION_ERR
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f"open_session unknown user '{user}'")
        return ReturnCode.SESSION_ERR
    enabled = _wanted(call, user, account.uid)
    if enabled is None:
        return ReturnCode.SUCCESS  # nothing is said about this user
    try:
        before = call.world.audit.terminal()
    except OSError as fault:
        if fault.filename == "socket" and fault.errno == errno.EPROTONOSUPPORT:
            skipped = "unable to open audit socket, audit not supported; tty_audit skipped"
            call.log(Priority.WARNING, skipped)
            return ReturnCode.IGNORE
        call.log(Priority.ERR, f"error reading current audit status: {fault.strerror}")
        return ReturnCode.SESSION_ERR
    after = int(enabled), int(call.options.log_passwd)
    if before != after:
        if not call.options.open_only:
            call.set_data(_DATA, before)
        if not _changed(call, after, "setting current"):
            return ReturnCode.SESSION_ERR
    call.log(Priority.DEBUG, f"changed status from {before[0]} to {after[0]}")
    return ReturnCode.SUCCESS  # the kernel does as it was told


def pam_sm_close_session(call: ModuleCall[TtyAuditOptions]) -> ReturnCode:
    """Have things as they were."""
    try:
        before: tuple[int, int] = call.data(_DATA)
    except KeyError:
        return ReturnCode.SUCCESS  # nothing was changed
    if not _changed(call, before, "restoring"):
        return ReturnCode.SESSION_ERR
    call.log(Priority.DEBUG, f"restored status to {before[0]}")
    return ReturnCode.SUCCESS  # the kernel does as before the session


def _changed(call: ModuleCall[TtyAuditOptions], to: tuple[int, int], what: str) -> bool:
    try:
        call.world.audit.set_terminal(enabled=to[0], passwords=to[1])
    except OSError as fault:
        call.log(Priority.ERR, f"error {what} audit status: {fault.strerror}")
        return False
    return True


def _wanted(call: ModuleCall[TtyAuditOptions], user: str, uid: int) -> bool | None:
    """Whether the user's input is to be recorded; `None` if nothing says so."""
    wanted: bool | None = None
    for arg in call.args:
        word, equals, patterns = arg.partition("=")
        if equals and word in ("enable", "disable"):
            enables = word == "enable"
            # C: what cannot change anything is not looked at, and its errors are not logged.
            if wanted is not enables and any(
                _fits(call, pattern, user, uid) for pattern in patterns.split(",") if pattern
            ):
                wanted = enables
        elif arg not in ("open_only", "log_passwd"):
            call.log(Priority.ERR, f"unknown option `{arg}'")
    return wanted


def _fits(call: ModuleCall[TtyAuditOptions], pattern: str, user: str, uid: int) -> bool:
    first, colon, last = pattern.partition(":")
    if not colon:
        return matches(pattern, user)
    if not first:
        return bool(last) and uid == _number(call, last, pattern, "max")
    low = _number(call, first, pattern, "min")
    if low is None:
        return False
    high = _number(call, last, pattern, "max") if last else _NO_USER
    return high is not None and low <= uid <= high


def _number(
    call: ModuleCall[TtyAuditOptions], written: str, pattern: str, which: str
) -> int | None:
    number = strtoll(written, base=10)
    if number is not None and 0 <= number < _NO_USER:
        return number
    call.log(Priority.DEBUG, f"wrong {which}_uid value in '{pattern}'")
    return None
