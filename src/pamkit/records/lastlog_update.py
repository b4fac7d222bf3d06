"""The last login of a user looked up, and this one put in its place and added to wtmp."""

from __future__ import annotations

from pamkit.formats.lastlog import LASTLOG
from pamkit.formats.limit_rules import UNLIMITED
from pamkit.formats.utmp import HOST, LINE, WTMP, Kind, UtmpRecord
from pamkit.module.call import Stop
from pamkit.records.event import Happening, LoginEvent, bytes_of
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.lastlog_options import reason_of, remark
from pamkit.records.patience import patiently
from pamkit.records.told import line
from pamkit.records.wtmp import WtmpRecorder
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.formats.lastlog import LastLogin
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account
    from pamkit.records.lastlog_options import LastlogOptions

_FSIZE = 1  # C: RLIMIT_FSIZE
_TRIES = 3
_SECONDS = 2.0


async def last_of(
    call: ModuleCall[LastlogOptions], account: Account, *, to_write: bool = False
) -> LastLogin:
    """Return the last login on record; `OSError` if it cannot be.

    ``to_write``: also if the next one could not be put there.
    """
    recorder = LastlogRecorder(call.world.login_files)
    for left in reversed(range(_TRIES)):
        try:
            last = recorder.find(account.uid, to_write=to_write)
            break
        except BlockingIOError:
            how = "retrying" if left else "proceeding anyway"
            call.log(Priority.INFO, f"file {LASTLOG} is locked/read, {how}")
            if left:
                await call.wait(1)
    else:
        last = recorder.find(account.uid, waits=False, to_write=to_write)
    if not last.seconds:
        remark(call, f"first login for user with uid {account.uid}")
    return last


async def update(call: ModuleCall[LastlogOptions], account: Account) -> None:
    """Put this login on record; `Stop` if it cannot be."""
    host = call.item(Item.RHOST) or ""
    event = LoginEvent(
        Happening.LOGIN,
        int(call.world.clock.now()) * 1_000_000,
        uid=account.uid,
        line=_cut(line(call), LINE - 1),
        host=_cut(host, HOST - 1),
    )
    is_written = False
    for left in reversed(range(_TRIES)):
        try:
            is_written = _recorded(call, event)
            break
        except BlockingIOError:
            if not left:
                call.log(Priority.ERR, f"file {LASTLOG} is locked/write")
                raise Stop(ReturnCode.SERVICE_ERR) from None
            call.log(Priority.INFO, f"file {LASTLOG} is locked/write, retrying")
            await call.wait(1)
    if not call.options.nowtmp:
        await into_wtmp(call, Kind.USER_PROCESS, account.name, host)
    if not is_written:
        raise Stop(ReturnCode.SERVICE_ERR)


def _recorded(call: ModuleCall[LastlogOptions], event: LoginEvent) -> bool:
    """Write the last login; `BlockingIOError` while another holds it.  Whether all went well."""
    before = _lifted(call) if call.options.unlimited else None
    is_well = True
    try:
        LastlogRecorder(call.world.login_files).record(event)
    except BlockingIOError:
        raise
    except (OSError, ValueError) as fault:
        call.log(Priority.ERR, f"failed to write {LASTLOG}: {reason_of(fault)}")
        is_well = False
    finally:
        try:
            if before is not None:
                call.world.process.set_limit(_FSIZE, *before)
        except OSError as fault:
            call.log(Priority.ERR, f"Could not restore limit for 'fsize': {fault.strerror}")
            is_well = False
    return is_well


def _lifted(call: ModuleCall[LastlogOptions]) -> tuple[int, int] | None:
    """Lift the limit of the size of files; return the one before if there was one."""
    process, what = call.world.process, "get"
    try:
        before = process.limit(_FSIZE)
        if before is None:
            call.log(Priority.INFO, "Limit for 'fsize' not supported: Invalid argument")
        elif before[0] != UNLIMITED:
            what = "set"
            process.set_limit(_FSIZE, UNLIMITED, UNLIMITED)
            return before
    except OSError as fault:
        call.log(Priority.WARNING, f"Could not {what} limit for 'fsize': {fault.strerror}")
    return None


async def into_wtmp(call: ModuleCall[Any], kind: Kind, user: str, host: str) -> None:
    """Add a record to wtmp, if such a record is kept.  C: as logwtmp(3) does."""
    seconds, micros = divmod(int(call.world.clock.now() * 1_000_000), 1_000_000)
    record = UtmpRecord(
        kind,
        call.world.process.number(),
        bytes_of(_cut(line(call), LINE - 1)),
        user=bytes_of(user),
        host=bytes_of(host)[:HOST],
        seconds=seconds,
        micros=micros,
    )
    recorder = WtmpRecorder(call.world.login_files)
    try:
        await patiently(call, lambda: recorder.put(record), seconds=_SECONDS)
    except FileNotFoundError:
        return  # nobody keeps one
    except (OSError, ValueError) as fault:
        call.log(Priority.ERR, f"failed to write {WTMP}: {reason_of(fault)}")


def _cut(text: str, room: int) -> str:
    return bytes_of(text)[:room].decode("utf-8", "surrogateescape")
