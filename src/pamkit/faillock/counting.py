"""What becomes of a user's tally: who is locked is refused, failures are recorded or forgotten.

All of it happens while the file is held, so that of guesses made at once none is counted twice and
none goes by uncounted.
"""

from __future__ import annotations

import errno

from pamkit.formats.faillock_standing import Standing, standing
from pamkit.formats.faillock_tally import RHOST, TTY, VALID, Failure, with_failure
from pamkit.module.audit import (
    ANOM_LOGIN_FAILURES,
    RESP_ACCT_LOCK,
    RESP_ACCT_UNLOCK_TIMED,
    audit_lock,
)
from pamkit.module.held_tally import held_tally
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.faillock.options import FaillockOptions
    from pamkit.formats.faillock_conf import Settings
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account, Tally

    Act = Callable[["Case", Tally, tuple[Failure, ...], Standing], ReturnCode]
    """What is done about an account that is not locked, while its file is held."""


class Case(Record, eq=False):
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


async def judge(
    case: Case, act: Act, *, create: bool, absent: ReturnCode = ReturnCode.SUCCESS
) -> tuple[ReturnCode, Standing]:
    """Look at the file, refuse who is locked, and do something about others.

    Between the look and the deed nobody else can change the file.
    """
    try:
        place, needed = case.settings.directory, act is record
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


def let_by(_: Case, __: Tally, ___: tuple[Failure, ...], ____: Standing) -> ReturnCode:
    """Change nothing."""
    return ReturnCode.SUCCESS  # not locked: the guess may be made


def clear(case: Case, tally: Tally, _: tuple[Failure, ...], stands: Standing) -> ReturnCode:
    """Forget the failures."""
    if not _audited(case, stands):
        return ReturnCode.SYSTEM_ERR
    try:
        tally.clear()
    except OSError as fault:
        case.log("clearing", fault)
    # Yes: while we held the file there were fewer failures than lock.  If they could not be
    # forgotten they count on, which harms nobody but the user.
    return ReturnCode.SUCCESS


def record(case: Case, tally: Tally, failures: tuple[Failure, ...], stands: Standing) -> ReturnCode:
    """Put a failure on record, and say so if it is the one that locks."""
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


def _audited(case: Case, stands: Standing, *kinds: int) -> bool:
    """Tell the kernel's audit of a lock that is over, and the rest; whether no record is lost."""
    # DIALECT: up to 1.5 the text was `pam_faillock uid=0`.  C: the blank at its end.
    call, op = case.call, f"pam_faillock suid={case.account.uid} "
    taken = []
    if stands.is_over:
        host, tty = call.item(Item.RHOST), call.item(Item.TTY)
        taken.append(audit_lock(call, RESP_ACCT_UNLOCK_TIMED, op, host=host, tty=tty))
    taken += [audit_lock(call, kind, op) for kind in kinds]
    return all(taken)


def _failure(case: Case) -> Failure:
    """Return the failure that is happening now, with what is known of where it comes from."""
    now = int(case.call.world.clock.now())
    for item, bit in ((Item.RHOST, RHOST), (Item.TTY, TTY)):
        source = case.call.item(item)
        if source is not None:
            return Failure(now, source, VALID | bit)
    return Failure(now, case.call.item(Item.SERVICE) or "")
