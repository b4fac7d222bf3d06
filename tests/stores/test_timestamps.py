"""Directories of stamps: root's alone all the way, and whole after any crash."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.formats.stamp_name import DIRECTORY, KEY_NAME, NotRootsAlone
from pamkit.stores.randomness import KernelRandomness
from pamkit.stores.root import Root
from pamkit.stores.timestamps import DiskTimestamps
from tests.crash.harness import FAIL, FAIL_BEHIND, INTERRUPT, KILL, all_at_once, every_strike

pytestmark = pytest.mark.needs("root")

OLD, NEW = b"old" * 30, b"new" * 30


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "run/pam_timestamp/alice").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/run").symlink_to("../run")  # not `/run`, which is the machine's
    for path in (tmp_path, *tmp_path.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return tmp_path / "run/pam_timestamp"


@pytest.fixture
def timestamps(place: Path) -> DiskTimestamps:
    return DiskTimestamps(Root(str(place.parents[1])), KernelRandomness())


def _write(timestamps: DiskTimestamps, data: bytes = NEW) -> None:
    with timestamps.enter(DIRECTORY) as stamps:
        stamps.prepare("alice")
        stamps.write("alice", "tty1", data)


def test_a_stamp_is_roots_and_replaces_the_one_before(
    timestamps: DiskTimestamps, place: Path
) -> None:
    for data in (OLD, NEW):
        _write(timestamps, data)
        with timestamps.enter(DIRECTORY) as stamps:
            status, found = stamps.read("alice", "tty1")
        assert (status.kind, status.mode, status.uid, status.gid) == ("file", 0o600, 0, 0)
        assert (found, status.size, status.links) == (data, len(data), 1)
    assert os.listdir(place / "alice") == ["tty1"]


def test_directories_are_made_for_root_alone(timestamps: DiskTimestamps, place: Path) -> None:
    shutil.rmtree(place)
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(FileNotFoundError):
        stamps.read("alice", "tty1")
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(FileNotFoundError):
        stamps.write("alice", "tty1", NEW)
    _write(timestamps)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (place, place / "alice")] == [0o700] * 2
    with timestamps.enter(f"{DIRECTORY}/a/b/c") as stamps:
        stamps.prepare("d")
    assert (place / "a/b/c/d").is_dir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.chmod(0o775), "permissions are lax"),
        (lambda path: path.chmod(0o757), "permissions are lax"),
        (lambda path: os.chown(path, 1000, 0), "owner UID != 0"),
        (lambda path: os.chown(path, 0, 5), "owner GID != 0"),
    ],
)
@pytest.mark.parametrize("at", ["", "var", "run", "run/pam_timestamp", "run/pam_timestamp/alice"])
def test_every_directory_on_the_way_is_roots_alone(
    timestamps: DiskTimestamps, place: Path, at: str, spoil: Callable[[Path], None], said: str
) -> None:
    _write(timestamps)
    spoil(place.parents[1] / at)
    with pytest.raises(NotRootsAlone, match=said):
        with timestamps.enter(DIRECTORY) as stamps:
            stamps.read("alice", "tty1")
    with pytest.raises(NotRootsAlone, match=said):
        _write(timestamps)


def test_a_link_leads_on_only_between_directories(timestamps: DiskTimestamps, place: Path) -> None:
    (place.parent / "real").mkdir()
    place.rename(place.parent / "real/there")
    place.symlink_to("real/there")
    with pytest.raises(NotRootsAlone, match=f"`{DIRECTORY}' is not a directory"):
        timestamps.enter(DIRECTORY)
    with timestamps.enter(f"{DIRECTORY}/") as stamps:
        stamps.write("alice", "tty1", NEW)
    os.chown(place, 1000, 0, follow_symlinks=False)
    with pytest.raises(NotRootsAlone, match="owner UID"):
        timestamps.enter(f"{DIRECTORY}/")


def test_where_a_link_leads_is_looked_at_as_well(timestamps: DiskTimestamps, place: Path) -> None:
    """C looks only at the end of it."""
    others = place.parent / "others"
    (others / "in").mkdir(parents=True)
    (place.parent / "out").symlink_to("others/in")
    timestamps.enter("/run/out/").__exit__(None, None, None)
    others.chmod(0o777)
    with pytest.raises(NotRootsAlone, match="`/run/out/' permissions are lax"):
        timestamps.enter("/run/out/")


def test_an_absolute_link_begins_at_the_root(
    timestamps: DiskTimestamps, place: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"  # the test's own: no code that goes there reaches the machine
    inside = tmp_path / str(outside)[1:]
    outside.mkdir(mode=0o755)
    inside.mkdir(parents=True)
    (place.parent / "way").symlink_to(outside)
    with timestamps.enter("/run/way/") as stamps:
        stamps.prepare("alice")
        stamps.write("alice", "tty1", NEW)
    assert ((inside / "alice/tty1").read_bytes(), os.listdir(outside)) == (NEW, [])


def test_links_in_circles_end(timestamps: DiskTimestamps, place: Path) -> None:
    (place.parent / "a").symlink_to("b")
    (place.parent / "b").symlink_to("a")
    with pytest.raises(NotRootsAlone, match="Too many levels"):
        timestamps.enter("/run/a/")


def test_the_directory_of_a_user_is_no_link(timestamps: DiskTimestamps, place: Path) -> None:
    (place / "bob").symlink_to("alice")
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(NotRootsAlone):
        stamps.read("bob", "tty1")
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(NotRootsAlone):
        stamps.prepare("bob")


def test_nothing_is_written_or_read_through_a_link(timestamps: DiskTimestamps, place: Path) -> None:
    victim = place / "victim"
    victim.write_bytes(OLD)
    (place / "alice/tty1").symlink_to(victim)
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(OSError) as caught:  # noqa: PT011  # its number
        stamps.read("alice", "tty1")
    assert caught.value.errno == errno.ELOOP
    (place / "alice/.pam.tty2").symlink_to(victim)
    _write(timestamps)
    with timestamps.enter(DIRECTORY) as stamps, pytest.raises(OSError):  # noqa: PT011  # any
        stamps.write("alice", "tty2", NEW)
    assert (victim.read_bytes(), (place / "alice/tty1").read_bytes()) == (OLD, NEW)
    assert not (place / "alice/tty1").is_symlink()


@pytest.mark.parametrize("kind", ["fifo", "directory"])
def test_what_is_no_file_holds_nobody_up(
    timestamps: DiskTimestamps, place: Path, kind: str
) -> None:
    {"fifo": os.mkfifo, "directory": os.mkdir}[kind](place / "alice/tty1")
    with timestamps.enter(DIRECTORY) as stamps:
        status, data = stamps.read("alice", "tty1")
    assert (status.kind, data) == (kind, b"")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b"])
def test_cve_2014_2583_the_store_takes_names_only(timestamps: DiskTimestamps, name: str) -> None:
    with timestamps.enter(DIRECTORY) as stamps:
        for act in (
            lambda: stamps.read(name, "tty1"),
            lambda: stamps.read("alice", name),
            lambda: stamps.write("alice", name, NEW),
            lambda: stamps.remove("alice", name),
            lambda: stamps.prepare(name),
        ):
            with pytest.raises(OSError) as caught:  # noqa: PT011  # its number is looked at
                act()
            assert caught.value.errno == errno.EINVAL


def test_the_key_is_made_once(timestamps: DiskTimestamps, place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        timestamps.key(create=False)
    key = timestamps.key(create=True)
    assert (len(key), key) == (64, timestamps.key(create=True))
    status = (place / KEY_NAME).stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_nlink) == (0o600, 0, 1)
    assert sorted(os.listdir(place)) == [KEY_NAME, "alice"]


def test_all_who_make_the_key_get_the_same(timestamps: DiskTimestamps, place: Path) -> None:
    def use() -> None:
        for _ in range(1000):
            try:
                key = timestamps.key(create=True)
                break
            except BlockingIOError:
                continue
        (place / str(os.getpid())).write_bytes(key.expose())

    assert [ended.how for ended in all_at_once([use] * 8)] == ["returned"] * 8
    found = [path.read_bytes() for path in place.iterdir() if path.name.isdigit()]
    assert (len(found), set(found)) == (8, {(place / KEY_NAME).read_bytes()})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.chmod(0o640),
        lambda path: os.chown(path, 1000, 0),
        lambda path: os.chown(path, 0, 5),
    ],
)
def test_a_key_that_others_know_is_none(
    timestamps: DiskTimestamps, place: Path, spoil: Callable[[Path], None]
) -> None:
    timestamps.key(create=True)
    spoil(place / KEY_NAME)
    with pytest.raises(NotRootsAlone):
        timestamps.key(create=True)


def test_a_stamp_can_be_removed(timestamps: DiskTimestamps, place: Path) -> None:
    _write(timestamps)
    with timestamps.enter(DIRECTORY) as stamps:
        stamps.remove("alice", "tty1")
        with pytest.raises(FileNotFoundError):
            stamps.remove("alice", "tty1")
    assert os.listdir(place / "alice") == []


def test_what_a_killed_writer_left_is_taken_and_written_anew(
    timestamps: DiskTimestamps, place: Path
) -> None:
    aside = place / "alice/.pam.tty1"
    aside.write_bytes(b"x" * 5000)
    aside.chmod(0o666)
    os.chown(aside, 1000, 5)
    _write(timestamps)
    with timestamps.enter(DIRECTORY) as stamps:
        status, data = stamps.read("alice", "tty1")
    assert (status.mode, status.uid, status.gid, data) == (0o600, 0, 0, NEW)


@pytest.mark.parametrize("lock", [fcntl.LOCK_EX, fcntl.LOCK_SH])
def test_two_writers_do_not_meet(timestamps: DiskTimestamps, place: Path, lock: int) -> None:
    _write(timestamps, OLD)
    aside = os.open(place / "alice/.pam.tty1", os.O_WRONLY | os.O_CREAT)
    fcntl.flock(aside, lock)
    with pytest.raises(BlockingIOError):
        _write(timestamps)
    assert (place / "alice/tty1").read_bytes() == OLD
    os.close(aside)
    _write(timestamps)
    assert os.listdir(place / "alice") == ["tty1"]


def test_a_link_that_a_killed_maker_of_the_key_left_is_no_way_to_the_key(
    timestamps: DiskTimestamps, place: Path
) -> None:
    key = timestamps.key(create=True)
    os.link(place / KEY_NAME, place / f".pam.{KEY_NAME}")
    with timestamps.enter(DIRECTORY) as stamps:
        with pytest.raises(BlockingIOError):
            stamps.make_key(b"x" * 64)
        stamps.make_key(b"x" * 64)
    assert timestamps.key(create=False) == key


@pytest.mark.parametrize("kind", [FAIL, FAIL_BEHIND, INTERRUPT, KILL])
def test_whatever_strikes_a_writer_the_stamp_is_whole(
    timestamps: DiskTimestamps, place: Path, kind: str
) -> None:
    file, struck = place / "alice/tty1", 0

    def prepare() -> None:
        file.write_bytes(OLD)

    for strike in every_strike(lambda: _write(timestamps), prepare=prepare, kinds=[kind]):
        struck += 1
        assert file.read_bytes() in (OLD, NEW), strike
        _write(timestamps)
        assert (file.read_bytes(), os.listdir(place / "alice")) == (NEW, ["tty1"]), strike
    assert struck > 5
