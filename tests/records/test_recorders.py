from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from pamkit.formats import lastlog, lastlog2, wtmpdb
from pamkit.formats.utmp import BTMP, LONG, SHORT, UTMP, WTMP, Kind, UtmpRecord, decode, encode
from pamkit.records.event import Happening, LoginEvent, address_of, line_of, name_of
from pamkit.records.in_place import write_over
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.lastlog2 import Lastlog2Recorder
from pamkit.records.recorder import record_all
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import BtmpRecorder, WtmpRecorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.testing.login_files import MemoryHeldFile, MemoryLoginFiles

if TYPE_CHECKING:
    from pamkit.records.recorder import Recorder

NOW = 1_700_000_000_000_000
COME = LoginEvent(
    Happening.LOGIN,
    NOW + 5,
    "alice",
    1000,
    "pts/0",
    "192.0.2.1",
    "sshd",
    pid=77,
    session=70,
)
GONE = COME.changed(happening=Happening.LOGOUT, when=NOW + 9_000_000)
FAILED = COME.changed(happening=Happening.FAILURE, line="ssh")
BOOT = LoginEvent(Happening.BOOT, NOW, host="6.1.0")

KEPT = UtmpRecord(
    Kind.USER_PROCESS,
    77,
    b"pts/0",
    b"ts/0",
    b"alice",
    b"192.0.2.1",
    session=70,
    seconds=1_700_000_000,
    micros=5,
    address=b"\xc0\0\2\1",
)


@pytest.fixture
def files() -> MemoryLoginFiles:
    made = MemoryLoginFiles()
    for path in (UTMP, WTMP, BTMP, lastlog.LASTLOG):
        made.files[path] = bytearray()
    return made


def _all(files: MemoryLoginFiles) -> list[Recorder]:
    return [
        UtmpRecorder(files),
        WtmpRecorder(files),
        BtmpRecorder(files),
        LastlogRecorder(files),
        WtmpdbRecorder(files),
        Lastlog2Recorder(files),
    ]


def _of(files: MemoryLoginFiles, path: str) -> tuple[UtmpRecord, ...]:
    return decode(bytes(files.files[path]), SHORT)


def _rows(files: MemoryLoginFiles, path: str, statement: str) -> list[tuple[object, ...]]:
    return files.databases[path].execute(statement).fetchall()


def test_one_login_is_on_every_record_of_logins(files: MemoryLoginFiles) -> None:
    recorded = record_all(COME, _all(files))
    assert [each.number for each in recorded] == [None, None, None, None, 1, None]
    assert [each.fault for each in recorded] == [None] * 6
    assert (_of(files, UTMP), _of(files, WTMP), _of(files, BTMP)) == ((KEPT,), (KEPT,), ())
    assert lastlog.LastLogin(1_700_000_000, b"pts/0", b"192.0.2.1") == (
        LastlogRecorder(files).find(1000)
    )
    assert len(files.files[lastlog.LASTLOG]) == 1001 * 292
    assert (_rows(files, wtmpdb.PATH, wtmpdb.ALL)) == [
        (3, b"alice", NOW + 5, None, b"pts/0", b"192.0.2.1", b"sshd")
    ]
    assert (_rows(files, lastlog2.PATH, lastlog2.ALL)) == [
        (b"alice", 1_700_000_000, b"pts/0", b"192.0.2.1", b"sshd")
    ]


def test_who_is_logged_in_can_be_read(files: MemoryLoginFiles) -> None:
    UtmpRecorder(files).record(COME)
    files.files[UTMP] += b"\xff"  # of a record that was cut short
    assert UtmpRecorder(files).records() == (KEPT,)


def test_its_end_takes_its_place_in_utmp_and_is_one_more_record_of_wtmp(
    files: MemoryLoginFiles,
) -> None:
    record_all(COME, _all(files))
    record_all(GONE, _all(files))
    dead = UtmpRecord(Kind.DEAD_PROCESS, 77, b"pts/0", b"ts/0", session=70, seconds=1_700_000_009)
    assert ((dead,), (KEPT, dead)) == (_of(files, UTMP), _of(files, WTMP))
    ((_, _, _, ended, *_),) = _rows(files, wtmpdb.PATH, wtmpdb.ALL)
    assert ended == NOW + 9_000_000
    assert LastlogRecorder(files).find(1000).seconds == 1_700_000_000


def test_a_failure_is_on_the_record_of_failures_alone(files: MemoryLoginFiles) -> None:
    record_all(FAILED, _all(files))
    expected = KEPT.changed(kind=Kind.LOGIN_PROCESS, line=b"ssh", id=b"ssh")
    assert ((), (), (expected,)) == tuple(_of(files, path) for path in (UTMP, WTMP, BTMP))
    assert files.databases == {}


def test_nobody_keeps_a_failure_off_the_record_by_a_name(files: MemoryLoginFiles) -> None:
    BtmpRecorder(files).record(FAILED.changed(line="l" * 99))
    assert _of(files, BTMP)[0].line == b"l" * 32
    files.files[BTMP].clear()
    for user, host in (("u" * 500, "h" * 500), ("a\0b", "\udcff\0"), ("\ud800", "")):
        BtmpRecorder(files).record(FAILED.changed(user=user, host=host))
    assert [(each.user, each.host) for each in _of(files, BTMP)] == [
        (b"u" * 32, b"h" * 256),
        (b"a?b", b"\xff?"),
        (b"\\ud800", b""),
    ]


def test_a_failure_is_not_written_where_everybody_can_read_it(files: MemoryLoginFiles) -> None:
    files.open_to_all |= {BTMP, WTMP}
    with pytest.raises(PermissionError, match="any user may read or write it"):
        BtmpRecorder(files).record(FAILED)
    WtmpRecorder(files).record(COME)
    assert (_of(files, BTMP), _of(files, WTMP)) == ((), (KEPT,))


def test_a_boot_is_no_session(files: MemoryLoginFiles) -> None:
    record_all(BOOT, _all(files))
    record_all(BOOT.changed(when=NOW + 1_000_000), _all(files))
    assert [(each.kind, each.line, each.id, each.user, each.host) for each in _of(files, UTMP)] == [
        (2, b"~", b"~~", b"reboot", b"6.1.0")
    ]
    assert len(_of(files, WTMP)) == 2
    assert [(row[0], row[1], row[4]) for row in _rows(files, wtmpdb.PATH, wtmpdb.ALL)] == [
        (1, b"reboot", b"~"),
        (1, b"reboot", b"~"),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user": "u" * 33}, "the name of the user has more than 32 bytes"),
        ({"line": "l" * 33}, "the name of the terminal has more than 32 bytes"),
        ({"when": (2**31) * 1_000_000}, "after 2038"),
    ],
)
def test_what_old_records_cannot_say_they_refuse_and_their_successors_keep(
    files: MemoryLoginFiles, change: dict[str, object], reason: str
) -> None:
    event = COME.changed(**change)
    recorded = record_all(event, _all(files))
    assert [reason in str(each.fault) for each in recorded[:2]] == [True, True]
    assert [each.fault for each in recorded[4:]] == [None, None]
    assert [bytearray(), bytearray()] == [files.files[path] for path in (UTMP, WTMP)]
    assert [(event.user.encode(), event.when // 1_000_000, event.line.encode())] == [
        row[:3] for row in _rows(files, lastlog2.PATH, lastlog2.ALL)
    ]


def test_files_that_are_not_there_are_not_made_and_hold_nobody_up() -> None:
    files = MemoryLoginFiles()
    files.faults[wtmpdb.PATH] = PermissionError(1, "no")
    recorded = record_all(COME, _all(files))
    # It holds no failures, and does not ask for the file of those.
    assert [each.is_kept for each in recorded] == [False, False, True, False, True, True]
    assert isinstance(recorded[4].fault, PermissionError)
    assert (files.files, list(files.databases)) == ({}, [lastlog2.PATH])


def test_a_file_that_somebody_holds_is_said_to_be_held(files: MemoryLoginFiles) -> None:
    files.held += [UTMP, WTMP, wtmpdb.PATH]
    recorded = record_all(COME, _all(files))
    assert [isinstance(each.fault, BlockingIOError) for each in recorded] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]


def test_lastlog_wants_the_users_number(files: MemoryLoginFiles) -> None:
    with pytest.raises(ValueError, match="the number of the user is needed"):
        LastlogRecorder(files).record(COME.changed(uid=None))


def test_a_piece_of_a_record_is_overwritten(files: MemoryLoginFiles) -> None:
    whole = encode(KEPT.changed(id=b"x", line=b"x"), SHORT)
    for path, recorder in ((UTMP, UtmpRecorder(files)), (WTMP, WtmpRecorder(files))):
        files.files[path] += whole + b"\xff" * 383
        recorder.record(COME)
        assert whole + encode(KEPT, SHORT) == files.files[path]


def test_records_are_those_of_the_machine() -> None:
    files = MemoryLoginFiles()
    files.kind_of_machine = "aarch64"
    files.files[UTMP], files.files[lastlog.LASTLOG] = bytearray(), bytearray()
    late = COME.changed(when=2**40 * 1_000_000)
    UtmpRecorder(files).record(late)
    LastlogRecorder(files).record(late)
    assert [each.seconds for each in decode(bytes(files.files[UTMP]), LONG)] == [2**40]
    assert len(files.files[lastlog.LASTLOG]) == 1001 * 296


@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "s390x"])
def test_a_last_login_across_a_border_is_none_before_it_is_half_new(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = MemoryLoginFiles()
    files.kind_of_machine = machine
    files.files[lastlog.LASTLOG] = bytearray()
    recorder = LastlogRecorder(files)
    uid = 13 if machine != "x86_64" else 14
    recorder.record(COME.changed(uid=uid))
    seen: list[int] = []
    write = MemoryHeldFile.write

    def watched(held: MemoryHeldFile, at: int, data: bytes) -> None:
        write(held, at, data)
        seen.append(recorder.find(uid).seconds)

    monkeypatch.setattr(MemoryHeldFile, "write", watched)
    recorder.record(COME.changed(uid=uid, when=NOW + 1_000_000))
    assert seen == [0, 0, 1_700_000_001]


# --- wtmpdb --------------------------------------------------------------------------------------


def test_a_login_is_ended_by_its_number_or_by_user_and_terminal(files: MemoryLoginFiles) -> None:
    recorder = WtmpdbRecorder(files)
    first = recorder.record(COME)
    second = recorder.record(COME.changed(when=NOW + 10))
    other = recorder.record(COME.changed(user="bob", when=NOW + 20))
    assert (first, second, other) == (1, 2, 3)
    assert recorder.record(GONE) == 2  # the newest of that user, though another came since
    assert recorder.record(GONE.changed(number=1)) == 1
    assert recorder.record(GONE.changed(user="")) == 3
    for again in (GONE, GONE.changed(number=1), GONE.changed(line="pts/9")):
        with pytest.raises(OSError, match="no such login is open"):
            recorder.record(again)


def test_of_many_logins_under_one_name_none_is_ended_on_a_guess(files: MemoryLoginFiles) -> None:
    recorder = WtmpdbRecorder(files)
    for line in ("ssh", "ssh", "pts/1"):
        recorder.record(COME.changed(line=line))
    with pytest.raises(OSError, match="no such login is open"):
        recorder.record(GONE.changed(line="ssh"))
    recorder.record(BOOT.changed(when=NOW + 100))
    with pytest.raises(OSError, match="no such login is open"):
        recorder.record(GONE.changed(line="ssh"))
    assert recorder.record(COME.changed(line="ssh", when=NOW + 200)) == 5
    assert recorder.record(GONE.changed(line="ssh", user="")) == 5


# --- lastlog and lastlog2 ------------------------------------------------------------------------


def test_a_piece_of_a_last_login_is_none(files: MemoryLoginFiles) -> None:
    LastlogRecorder(files).record(COME)
    del files.files[lastlog.LASTLOG][-1:]
    assert LastlogRecorder(files).find(1000) == lastlog.LastLogin(0)


def test_the_table_of_last_logins_is_made_on_request() -> None:
    files = MemoryLoginFiles()
    recorder = LastlogRecorder(files)
    assert not recorder.is_there()
    recorder.make()
    assert (recorder.is_there(), files.files) == (True, {lastlog.LASTLOG: bytearray()})
    files.held.append(lastlog.LASTLOG)
    assert recorder.is_there()


def test_a_last_login_by_name_is_found_again(files: MemoryLoginFiles) -> None:
    recorder = Lastlog2Recorder(files)
    with pytest.raises(FileNotFoundError):
        recorder.find("alice")
    recorder.record(COME.changed(uid=None, pid=0, session=0))
    found = COME.changed(uid=None, pid=0, session=0, when=NOW)
    assert (recorder.find("alice"), recorder.find("bob")) == (found, None)


# --- the event, and places -----------------------------------------------------------------------


def test_terminals_have_names_in_utmp_that_differ() -> None:
    names = [
        name_of(COME.changed(line=line_of(line)))
        for line in ("/dev/tty1", "/dev/pts/1", "pts/12", "ttyS0", "", "ssh")
    ]
    assert names == [b"1", b"ts/1", b"s/12", b"S0", b"", b"ssh"]
    assert name_of(COME.changed(name="c9")) == b"c9"


def test_a_host_that_is_an_address_is_one() -> None:
    assert (b"\x7f\0\0\1", bytes(15) + b"\1", b"") == tuple(
        address_of(host) for host in ("127.0.0.1", "::1", "far.example.org")
    )


@pytest.mark.parametrize("at", [0, 384 * 10, 4096 - 384])
def test_a_record_over_another_is_old_new_or_none_at_every_moment(
    at: int, files: MemoryLoginFiles
) -> None:
    old, new = encode(KEPT, SHORT), encode(KEPT.changed(user=b"bob", host=b"near"), SHORT)
    seen: list[bytes] = []

    class _Watched(MemoryHeldFile):
        def write(self, at: int, data: bytes) -> None:
            super().write(at, data)
            assert at // 4096 == (at + len(data) - 1) // 4096
            seen.append(bytes(files.files[UTMP][place : place + 384]))

    place = at
    files.files[UTMP] = bytearray(at) + bytearray(old)
    files.held.append(UTMP)
    with _Watched(files, UTMP, files.files[UTMP]) as held:
        write_over(held, at, new, void=2)
    for state in seen:
        assert state in (old, new) or struct.unpack_from("<h", state) == (0,)
    assert new == files.files[UTMP][at:]
