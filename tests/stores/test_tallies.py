"""Faillock's files: shared with C while both write, whole after any crash, and nobody else's."""

import contextlib
import ctypes
import errno
import fcntl
import os
import posix
import pwd
import resource
import select
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pamkit.formats.faillock_conf import Settings
from pamkit.formats.faillock_standing import standing
from pamkit.formats.faillock_tally import MOST, SIZE, VALID, Failure, decode, encode, with_failure
from pamkit.stores.root import Root
from pamkit.stores.tallies import DiskTallies
from tests.crash.harness import (
    FAIL,
    FAIL_BEHIND,
    INTERRUPT,
    KILL,
    all_at_once,
    every_strike,
    killed_within,
)

D, USER, UID = "/tally", "alice", os.geteuid()
NOW = 1_700_000_000
NEW = Failure(NOW, "new", VALID)
SETTINGS = Settings()


def _add(tallies: DiskTallies, new: Failure = NEW, *, forgiven: bool = False) -> None:
    with tallies.hold(D, USER, UID, create=True) as tally:
        added = with_failure(tally.failures(), new, fail_interval=900, forgiven=forgiven)
        tally.record(added.failures, added.at)


@pytest.fixture
def tallies(tmp_path: Path) -> DiskTallies:
    return DiskTallies(Root(str(tmp_path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tally/alice"


def _lay_out(file: Path, data: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)


def test_a_failure_is_kept_in_the_users_file(tallies: DiskTallies, file: Path) -> None:
    _add(tallies)
    assert file.read_bytes() == encode([NEW])
    assert tallies.look(D, USER) == (NEW,)


def test_directory_and_file_are_made_as_in_c(tallies: DiskTallies, file: Path) -> None:
    before = os.umask(0o022)
    try:
        with tallies.hold(D, USER, UID, create=True):
            pass
    finally:
        os.umask(before)
    assert file.parent.stat().st_mode & 0o7777 == 0o755
    assert (file.stat().st_mode & 0o7777, file.stat().st_uid) == (0o660, UID)


@pytest.mark.needs("root")
def test_the_file_belongs_to_its_user_whoever_made_it(tallies: DiskTallies, file: Path) -> None:
    _lay_out(file, b"")
    file.chmod(0o600)
    with tallies.hold(D, USER, 1000, create=False):
        pass
    assert (file.stat().st_mode & 0o7777, file.stat().st_uid) == (0o660, 1000)


def test_looking_makes_nothing_and_changes_nothing(tallies: DiskTallies, file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tallies.look(D, USER)
    with pytest.raises(FileNotFoundError):
        tallies.hold(D, USER, UID, create=False)
    assert not file.parent.exists()
    _lay_out(file, encode([NEW]))
    file.chmod(0o600)
    assert tallies.look(D, USER) == (NEW,)
    assert file.stat().st_mode & 0o7777 == 0o600


def test_clearing_leaves_an_empty_file(tallies: DiskTallies, file: Path) -> None:
    _add(tallies)
    inode = file.stat().st_ino
    with tallies.hold(D, USER, UID, create=False) as tally:
        tally.clear()
        assert tally.failures() == ()
    # C: a process may be waiting for the lock of the file that is there.
    assert (file.read_bytes(), file.stat().st_ino) == (b"", inode)


def test_only_one_has_a_tally_at_a_time(tallies: DiskTallies, file: Path) -> None:
    with tallies.hold(D, USER, UID, create=True):
        for busy in (
            lambda: tallies.hold(D, USER, UID, create=True),
            lambda: tallies.look(D, USER),
        ):
            with pytest.raises(BlockingIOError):
                busy()
        with tallies.hold(D, "bob", UID, create=True):
            pass
    _add(tallies)


def test_the_lock_is_given_back_although_a_child_has_the_descriptor(
    tallies: DiskTallies, file: Path
) -> None:
    with tallies.hold(D, USER, UID, create=True):
        waits, go = os.pipe()
        child = os.fork()
        if child == 0:
            select.select([waits], [], [])
            os._exit(0)
    try:
        _add(tallies)
    finally:
        os.write(go, b".")
        os.waitpid(child, 0)
        os.close(waits)
        os.close(go)


def test_a_file_that_goes_while_it_is_locked_is_not_counted_in(
    tallies: DiskTallies, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lay_out(file, b"")
    works, times = fcntl.flock, []

    def flock(descriptor: int, how: int) -> None:
        works(descriptor, how)
        times.append(how)
        if len(times) == 1:
            file.unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    _add(tallies)
    assert file.read_bytes() == encode([NEW])


def test_a_file_that_always_goes_is_given_up(
    tallies: DiskTallies, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        works(descriptor, how)
        file.unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    descriptors = os.listdir("/proc/self/fd")
    with pytest.raises(BlockingIOError):
        tallies.hold(D, USER, UID, create=True)
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)


@pytest.mark.parametrize("user", ["", ".", "..", "a/b", "../x", "/etc/passwd", "a\0b", "\ud800"])
def test_a_user_names_no_other_place(tallies: DiskTallies, file: Path, user: str) -> None:
    _lay_out(file, b"")
    for act in (lambda: tallies.hold(D, user, UID, create=True), lambda: tallies.look(D, user)):
        with pytest.raises(OSError, match=r"."):
            act()
    assert os.listdir(file.parent) == ["alice"]
    assert os.listdir(file.parent.parent) == ["tally"]


def _link(file: Path) -> None:
    (file.parent / "other").write_bytes(b"other")
    file.symlink_to("other")


def _hard_link(file: Path) -> None:
    (file.parent / "other").write_bytes(b"other")
    os.link(file.parent / "other", file)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, _link, _hard_link])
def test_only_a_file_of_its_own_is_touched(
    tallies: DiskTallies, file: Path, make: Callable[[Path], None]
) -> None:
    """A tally that leads elsewhere would give another's file away, or empty it."""
    file.parent.mkdir()
    make(file)
    descriptors = os.listdir("/proc/self/fd")
    for act in (lambda: tallies.hold(D, USER, 12, create=True), lambda: tallies.look(D, USER)):
        with pytest.raises(OSError, match=r"."):
            act()
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)
    if (file.parent / "other").exists():
        assert (file.parent / "other").read_bytes() == b"other"
        assert (file.parent / "other").stat().st_uid == UID


def test_a_torn_record_counts_and_is_made_whole(tallies: DiskTallies, file: Path) -> None:
    first = Failure(NOW - 1, "first")
    _lay_out(file, encode([first]) + encode([Failure(1, "torn")])[:20])
    assert tallies.look(D, USER) == (first, Failure(NOW - 1, "torn"))
    _add(tallies)
    assert file.read_bytes() == encode([first, Failure(NOW - 1, "torn"), NEW])


def test_a_torn_record_alone_is_as_old_as_its_file(tallies: DiskTallies, file: Path) -> None:
    _lay_out(file, b"torn")
    os.utime(file, (NOW, NOW))
    assert tallies.look(D, USER) == (Failure(NOW, "torn"),)


def test_what_no_faillock_wrote_behind_the_last_record_goes(
    tallies: DiskTallies, file: Path
) -> None:
    _lay_out(file, encode([Failure(NOW - at % 800, "x") for at in range(1100)]))
    _add(tallies)
    assert file.stat().st_size == 1024 * SIZE


def test_a_write_that_takes_a_little_at_a_time_is_finished(
    tallies: DiskTallies, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda to, data, at: works(to, bytes(data)[:64], at))
    for times in range(5):
        _add(tallies, Failure(NOW + times, "x"))
    _add(tallies, Failure(NOW + 2000, "y"))
    kept = tallies.look(D, USER)
    assert [each.is_valid for each in kept] == [True, False, False, False, False]


@pytest.mark.parametrize(("most", "is_enough"), [(0, False), (65535, False), (65536, True)])
def test_who_could_not_put_a_failure_on_record_has_no_tally(
    tallies: DiskTallies, file: Path, most: int, is_enough: bool
) -> None:
    """Whoever starts a setuid program sets its limits: only wrong guesses would be killed."""
    _lay_out(file, encode([NEW]))

    def hold() -> list[str]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        said = []
        for user, create in ((USER, True), (USER, False), ("nobody yet", False)):
            try:
                with tallies.hold(D, user, UID, create=create):
                    said.append("held")
            except OSError as fault:
                said.append(errno.errorcode[fault.errno or 0])
        return said

    (ended,) = all_at_once([hold])
    assert ended.value == (["held", "held", "ENOENT"] if is_enough else ["EFBIG"] * 3)


# --- crashes ------------------------------------------------------------------------------------

_FEW = [Failure(NOW - 5, "a"), Failure(NOW - 4, "b")]
_OLD = [Failure(NOW - 5000, "a"), Failure(NOW - 4900, "b"), Failure(NOW - 4, "c")]
_STRIKES = (KILL, FAIL, FAIL_BEHIND, INTERRUPT)
_LOCK_OVER = [Failure(NOW - 700 - at, f"host{at}") for at in range(150)]
"""Three pages, and every record of them changes."""


def _changes(tallies: DiskTallies) -> dict[str, tuple[bytes | None, Callable[[], None]]]:
    """Return, by name, what lies there before (`None`: nothing), and the change."""

    def clear() -> None:
        with tallies.hold(D, USER, UID, create=True) as tally:
            tally.failures()
            tally.clear()

    return {
        "first": (None, lambda: _add(tallies)),
        "another": (encode(_FEW), lambda: _add(tallies)),
        "in the place of an old one": (encode(_OLD), lambda: _add(tallies)),
        "on a torn one": (encode(_FEW) + b"torn", lambda: _add(tallies)),
        "after a lock": (encode(_LOCK_OVER), lambda: _add(tallies, forgiven=True)),
        "too many": (encode(_LOCK_OVER * 8), lambda: _add(tallies)),
        "forgotten": (encode(_FEW), clear),
        "nothing forgotten": (None, clear),
    }


_flock = fcntl.flock  # nobody strikes this one, nor what is called by `posix`


def _then_free(change: Callable[[], None], file: Path) -> Callable[[], str]:
    """Return a callable that makes the change and says whether anybody has the lock then."""

    def act() -> str:
        with contextlib.suppress(OSError, KeyboardInterrupt):
            change()
        try:
            descriptor = posix.open(file, os.O_RDWR)
        except FileNotFoundError:
            return "free"
        try:
            _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "held"
        finally:
            posix.close(descriptor)
        return "free"

    return act


@pytest.mark.parametrize("name", _changes(DiskTallies(Root("/"))))
def test_whenever_a_writer_dies_or_fails_the_file_is_the_old_or_the_new_one(
    tallies: DiskTallies, file: Path, name: str
) -> None:
    before, change = _changes(tallies)[name]
    old = (before or b"")[: MOST * SIZE]
    if before is not None:
        _lay_out(file, before)
    change()
    new = file.read_bytes()

    def prepare() -> None:
        if before is None:
            file.unlink(missing_ok=True)
            if file.parent.exists():
                file.parent.rmdir()
        else:
            _lay_out(file, before)

    seen, strikes = set(), 0
    for strike in every_strike(_then_free(change, file), prepare=prepare, kinds=_STRIKES):
        strikes += 1
        # C reads no more, and what lies behind goes at last.
        data = file.read_bytes()[: MOST * SIZE] if file.exists() else b""
        seen.add(data)
        assert strike.ended.how == "killed" or strike.ended.value == "free", strike
        with tallies.hold(D, USER, UID, create=True):  # no lock is left
            pass
        assert data in (old, new) or name == "after a lock", strike
    assert strikes > 50
    assert {old, new} <= seen
    for data in seen:
        _says_the_old_or_the_new(data, old, new)


def _says_the_old_or_the_new(data: bytes, old: bytes, new: bytes) -> None:
    """Three pages are three writes: between them it is not the old file, but says the same."""
    said = [
        standing(decode(each, torn_at=NOW), SETTINGS, is_admin=False, now=NOW).is_locked
        for each in (data, old, new)
    ]
    assert said[0] in said[1:]
    if encode([NEW]) not in data:
        assert not said[0] or said[1]
        assert len(data) in (len(old), len(new))
    else:
        assert data == new


def test_a_writer_killed_from_outside_loses_no_failure(
    tallies: DiskTallies, file: Path, tmp_path: Path
) -> None:
    done = tmp_path / "done"

    def write() -> None:
        told = os.open(done, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number in range(300):
            _add(tallies, Failure(NOW + number // 10, f"host{number}"))
            os.write(told, b".")

    for kill in range(100):
        for each in (file, done):
            each.unlink(missing_ok=True)
        killed_within(write, 0.0003 * (kill % 20))
        acknowledged = done.stat().st_size if done.exists() else 0
        data = file.read_bytes() if file.exists() else b""
        kept = decode(data, torn_at=0)
        assert len(data) % SIZE == 0
        assert len(kept) - acknowledged in (0, 1), kill
        assert [each.source for each in kept] == [f"host{number}" for number in range(len(kept))]
        with tallies.hold(D, USER, UID, create=True):
            pass


@pytest.mark.needs("faillock")
def test_the_c_tool_reads_what_a_crash_leaves(tallies: DiskTallies, file: Path) -> None:
    _lay_out(file, encode(_LOCK_OVER))
    _add(tallies, forgiven=True)
    new = file.read_bytes()
    for data in (new[:0], new, encode(_LOCK_OVER)[:4096] + new[4096:]):
        _lay_out(file, data)
        said = _c_tool(file.parent)
        assert said.count("\n") == 2 + len(data) // SIZE


def _c_tool(directory: Path, *words: str) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    done = subprocess.run(
        ["faillock", "--dir", str(directory), "--user", USER, *words],
        capture_output=True,
        check=True,
        env={"PATH": path, "TZ": "UTC"},
    )
    return done.stdout.decode()


# --- many at once -------------------------------------------------------------------------------


def test_threads_and_processes_lose_no_failure(tallies: DiskTallies, file: Path) -> None:
    def write(who: int) -> None:
        for number in range(25):
            _patiently(tallies, Failure(NOW, f"{who} {number}"))

    ended = all_at_once([lambda who=who: write(who) for who in range(8)])  # type: ignore[misc]  # each its own number
    assert {each.how for each in ended} == {"returned"}
    assert len({each.source for each in tallies.look(D, USER)}) == 200


def _patiently(tallies: DiskTallies, new: Failure) -> None:
    while True:
        try:
            return _add(tallies, new)
        except BlockingIOError:
            os.sched_yield()


@pytest.mark.needs("libpam", "faillock")
def test_c_modules_and_ours_write_one_file_at_the_same_time(
    tallies: DiskTallies, file: Path, tmp_path: Path
) -> None:
    try:
        name = pwd.getpwuid(UID).pw_name
    except KeyError:
        name = "nobody"
    policies = tmp_path / "pam.d"
    policies.mkdir()
    (policies / "probe").write_text(
        f"auth required pam_faillock.so authfail nodelay deny=0 no_log_info dir={file.parent}"
        " conf=/dev/null\n"
    )
    mine = Path(file.parent / name)
    _lay_out(mine, b"")
    times = 25

    def c() -> int:
        library, handle = ctypes.CDLL("libpam.so.0", mode=ctypes.RTLD_GLOBAL), ctypes.c_void_p()
        ctypes.CDLL(None).setlogmask(1)
        blank = ctypes.create_string_buffer(64)
        started: int = library.pam_start_confdir(
            b"probe", name.encode(), blank, os.fsencode(policies), ctypes.byref(handle)
        )
        assert started == 0
        for _ in range(times):
            library.pam_authenticate(handle, 0)
        return int(library.pam_end(handle, 0))

    def ours() -> int:
        new = Failure(int(time.time()), "ours")
        for _ in range(times):
            while True:
                try:
                    with tallies.hold(D, name, UID, create=True) as tally:
                        added = with_failure(
                            tally.failures(), new, fail_interval=900, forgiven=False
                        )
                        tally.record(added.failures, added.at)
                    break
                except BlockingIOError:
                    os.sched_yield()
        return 0

    acts: Sequence[Callable[[], int]] = [c, ours] * 4
    assert [each.value for each in all_at_once(acts)] == [0] * 8
    kept = tallies.look(D, name)
    ours_kept = [each for each in kept if each.source == "ours"]
    assert (len(kept), len(ours_kept)) == (8 * times, 4 * times)


def test_a_directory_that_cannot_be_made_is_a_missing_file(tallies: DiskTallies) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        tallies.hold("/none/below", USER, UID, create=True)
    assert missing.value.errno == errno.ENOENT
