"""Login records of a transaction: what its setting ``records`` means, and what is written.

Seed requirements B19 and B20 say when: the login behind open, its end in front of close.
"""

from __future__ import annotations

from pamkit.formats.lastlog import LASTLOG
from pamkit.formats.lastlog2 import PATH as LASTLOG2
from pamkit.formats.utmp import WTMP
from pamkit.formats.wtmpdb import PATH as WTMPDB
from pamkit.records.event import Happening, LoginEvent, line_of
from pamkit.records.recorder import record_all
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.engine.transaction import Core
    from pamkit.module.world import LoginFiles
    from pamkit.records.recorder import Recorded, Recorder

SYSTEM = "system"
"""The setting for every record that the machine keeps."""

_PATIENCE = 10.0
"""Seconds for which a record that another program has locked is tried again, as glibc does."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.000_5, 0.01
"""Seconds between the tries, each twice as long: most programs have a record for less."""

_LINE = 32
"""Bytes that records have for a line."""

_FIRST = "!#$%&()*+,-.;<=>"
"""What no terminal's name begins with; 16 of these and 64 letters make 22 bits: any process."""

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"


class LoginRecords:
    """Where one transaction's login is put on record, and its end.

    ``leader`` says which process the session is for; ``recorded`` is what became of the last
    event in each file.  An event that a file does not take is logged, and keeps nobody out.
    """

    def __init__(
        self, recorders: tuple[Recorder, ...], leader: Callable[[], int], *, shared: bool = False
    ) -> None:
        """Write to ``recorders``; if they are ``shared``, not what modules of the session write."""
        self._recorders, self._leader, self._shared = recorders, leader, shared
        self._numbers: dict[str, int] = {}
        self.recorded: tuple[Recorded, ...] = ()

    def put(self, core: Core, happening: Happening) -> tuple[Recorded, ...]:
        """Put what happened on every record; return what became of it in each.

        Blocks while another program has a file, for ten seconds at most.
        """
        event = _event(core, happening, self._leader())
        self.recorded = ()
        written = _written_by_modules(core) if self._shared else frozenset()
        for recorder in self._recorders:
            if recorder.path in written:
                continue
            number = self._numbers.get(recorder.path)
            try:
                one = _patiently(event.changed(number=number), recorder)
            except BaseException:  # an interrupt, or a fault in a recorder of the application's
                if happening == Happening.LOGIN:
                    self._take_back(event)
                raise
            if happening == Happening.LOGIN and one.number is not None:
                self._numbers[recorder.path] = one.number
            if one.fault is not None and one.is_kept:
                _complain(core, one)
            self.recorded += (one,)
        return self.recorded

    def _take_back(self, login: LoginEvent) -> None:
        """End a login where it is on record so far: who was cut off is not logged in."""
        there = {each.path for each in self.recorded if each.fault is None}
        gone = login.changed(happening=Happening.LOGOUT)
        for recorder in self._recorders:
            if recorder.path in there:
                number = self._numbers.get(recorder.path)
                record_all(gone.changed(number=number), (recorder,))


def records_for(
    records: str | Iterable[Recorder], core: Core, leader: Callable[[], int]
) -> LoginRecords:
    """Return what keeps a transaction's login records; `ValueError` for a word that is none.

    `system` stands for utmp, wtmp, btmp, lastlog, and the databases of wtmpdb and lastlog2, as far
    as the machine has them, without those that a module wrote when the session was opened: written
    twice a login is two.
    """
    if not isinstance(records, str):
        return LoginRecords(tuple(records), leader)
    if records != SYSTEM:
        raise ValueError(f"expected `{SYSTEM}` or recorders for `records`, not `{records}`")
    return LoginRecords(_of_the_system(core), leader, shared=True)


def is_logged_in(files: LoginFiles, line: str, leader: int) -> bool:
    """Whether the record of who is logged in has a process as the one that leads a line."""
    from pamkit.formats.utmp import Kind
    from pamkit.records.event import bytes_of
    from pamkit.records.utmp import UtmpRecorder

    try:
        there = UtmpRecorder(files).records()
    except OSError:
        return False  # who keeps no such record has nothing to end
    whose = (Kind.USER_PROCESS, leader, bytes_of(line))
    return any((each.kind, each.pid, each.line) == whose for each in there)


def _of_the_system(core: Core) -> tuple[Recorder, ...]:
    from pamkit.records.lastlog import LastlogRecorder
    from pamkit.records.lastlog2 import Lastlog2Recorder
    from pamkit.records.utmp import UtmpRecorder
    from pamkit.records.wtmp import BtmpRecorder, WtmpRecorder
    from pamkit.records.wtmpdb import WtmpdbRecorder

    files = core.world.login_files
    return (
        UtmpRecorder(files),
        WtmpRecorder(files),
        BtmpRecorder(files),
        LastlogRecorder(files),
        WtmpdbRecorder(files),
        Lastlog2Recorder(files),
    )


_WRITES = (
    ("pam_lastlog.so", LASTLOG, ("noupdate",)),
    ("pam_lastlog.so", WTMP, ("nowtmp", "noupdate")),
    ("pam_lastlog2.so", LASTLOG2, ("database=",)),
    ("pam_wtmpdb.so", WTMPDB, ("database=",)),
)
"""Modules that write a record inside open, which record, and the options by which they do not."""


def _written_by_modules(core: Core) -> frozenset[str]:
    """Return the records that modules wrote when the session was opened."""
    path = core.path(Primitive.OPEN_SESSION) or ()
    succeeded = {number for number, answer in path if answer == ReturnCode.SUCCESS}
    return frozenset(
        record
        for link in core.chains[Facility.SESSION]
        for module, record, stops in _WRITES
        if link.number in succeeded
        and link.module.rpartition("/")[2] == module
        and not any(arg.startswith(stops) and not arg.endswith(f"={record}") for arg in link.args)
    )


def _event(core: Core, happening: Happening, leader: int) -> LoginEvent:
    texts = core.handle.texts
    user = texts.get(Item.USER, "")
    try:
        account = core.world.accounts.find(user)
    except OSError:
        account = None  # the record says less; whoever it was has been let in
    terminal = texts.get(Item.TTY, "")
    return LoginEvent(
        happening,
        int(core.world.clock.now() * 1_000_000),
        user,
        None if account is None else account.uid,
        line_on_record(terminal, core.handle.service, leader),
        texts.get(Item.RHOST, ""),
        core.handle.service,
        pid=leader,
        name=None if line_of(terminal) else mark_of(leader),
    )


def line_on_record(terminal: str, service: str, leader: int) -> str:
    """Return the line of a session; one without a terminal has a line of its own, as ftpd's."""
    line = line_of(terminal)
    if line:
        return line
    end = f":{leader}"
    return service[: _LINE - len(end)] + end


def mark_of(leader: int) -> str:
    """Return the mark in utmp of a session without a terminal, for each process another one.

    Four letters of its line would be those of other processes as well, and of `pts/1000`.
    """
    return _FIRST[leader >> 18 & 0xF] + "".join(_LETTERS[leader >> at & 0x3F] for at in (12, 6, 0))


def _patiently(event: LoginEvent, recorder: Recorder) -> Recorded:
    """Put an event on one record; one that another program has locked is tried again."""
    import time

    end, pause = time.monotonic() + _PATIENCE, _FIRST_PAUSE
    while True:
        (written,) = record_all(event, (recorder,))
        if not isinstance(written.fault, BlockingIOError) or time.monotonic() >= end:
            return written
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _complain(core: Core, written: Recorded) -> None:
    fault = written.fault
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else fault
    text = f"PAM `{written.path}` has no record of it: {reason}"
    core.world.log.write(Priority.WARNING, text)
