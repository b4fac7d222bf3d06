"""Whatever is done to a file that is watched, who begins after that sees what is there then."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import random
import resource
import select
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pamkit import PolicyCache, Transaction, aio
from pamkit.policy.compile import compiled
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout
from pamkit.stores import policy_cache, policy_watch
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.policy_watch import PolicyWatch, process_watch
from pamkit.stores.root import Root
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.policy.compile import Compiled
    from pamkit.policy.source import PolicySource

_PERMIT, _DENY, _DEBUG = (f"auth required pam_{name}.so\n" for name in ("permit", "deny", "debug"))
_REST = 1_000_000_000
"""More than the time for which nothing is watched after a change."""


def _later() -> int:
    """Tell a time at which files that were just written have settled."""
    return time.time_ns() + 10_000_000_000


class _Place:
    """Policies in two directories, the first before the second, and caches of them."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.first, self.second = top / "etc" / "pam.d", top / "usr" / "pam.d"
        self.layout = Layout((str(self.first), str(self.second)), str(top / "etc" / "pam.conf"))
        self.passed = 0
        self.watched = self.cache(watched=True)
        self.looking = self.cache(watched=False)

    def cache(self, *, watched: bool) -> PolicyCache:
        return PolicyCache(now=_later, watched=watched, passed=lambda: self.passed)

    def fill(self) -> None:
        self.first.mkdir(parents=True)
        self.second.mkdir(parents=True)
        self.write("app", "auth include shared\n")
        self.write("shared", _PERMIT)
        self.write("beside", "auth substack shared\n")
        self.write("other", _DENY)

    def write(self, name: str, text: str) -> None:
        (self.first / name).write_text(text)

    def load(self, cache: PolicyCache, service: str) -> Compiled:
        def read(_: str, files: PolicySource) -> Compiled:
            return compiled(resolve(service, files, layout=self.layout))

        def source(pins: dict[str, int]) -> PolicySource:
            return DiskSource(Root(), pins=pins)

        return cache.load(service, source, read)

    def modules(self, service: str = "app", cache: PolicyCache | None = None) -> list[str]:
        try:
            found = self.load(cache or self.watched, service)
        except PolicyError as refused:
            return [type(refused).__name__]
        return [f"{link.module} {link.args}" for link in found.chains[Facility.AUTH]]

    def there(self, service: str = "app") -> list[str]:
        """Return what is there, read by a cache that has seen nothing."""
        return self.modules(service, self.cache(watched=False))

    def is_told(self, service: str = "app") -> bool:
        """Whether a policy would be served without a look at its files.

        Whatever there is of news, somebody else deals with it first.
        """
        kept = self.watched._kept.get((service, os.geteuid(), os.getegid()))
        watch = self.watched._watch
        if kept is None or watch is None:
            return False
        watch.arm([None, 0], (), lambda: True)
        return watch.is_quiet() and kept[3][0] is watch.era

    def settle(self, service: str = "app") -> None:
        """Ask until a policy is served without a look."""
        for _ in range(4):
            self.passed += _REST
            self.modules(service)


@pytest.fixture(autouse=True)
def _a_watch_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(policy_watch, "_shared", [])
    monkeypatch.setattr(policy_watch, "_makers", [])
    yield
    for watch in policy_watch._shared:
        if not watch.is_lost:
            watch.close()


@pytest.fixture
def place(tmp_path: Path) -> _Place:
    made = _Place(tmp_path)
    made.fill()
    return made


def _replace(place: _Place) -> None:
    (place.first / "fresh").write_text(_DENY)
    (place.first / "fresh").rename(place.first / "shared")


def _swap_directories(place: _Place) -> None:
    other = place.top / "etc" / "other.d"
    other.mkdir()
    (other / "app").write_text(_DEBUG)
    place.first.rename(place.top / "etc" / "old.d")
    other.rename(place.first)


def _swap_parents(place: _Place) -> None:
    other = place.top / "fresh"
    (other / "pam.d").mkdir(parents=True)
    (other / "pam.d" / "app").write_text(_DEBUG)
    (place.top / "etc").rename(place.top / "gone")
    other.rename(place.top / "etc")


def _exchange(place: _Place) -> None:
    other = place.top / "etc" / "other.d"
    other.mkdir()
    (other / "app").write_text(_DEBUG)
    at_once = ctypes.CDLL(None, use_errno=True).renameat2
    if at_once(-100, bytes(other), -100, bytes(place.first), 2):
        raise OSError(ctypes.get_errno(), "renameat2")


def _map(place: _Place) -> None:
    with (place.first / "shared").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[: len(_PERMIT)] = _DENY.ljust(len(_PERMIT)).encode()


def _copy_range(place: _Place) -> None:
    (place.top / "text").write_text(_DENY)
    with (place.top / "text").open("rb") as source, (place.first / "shared").open("r+b") as target:
        target.truncate()
        os.copy_file_range(source.fileno(), target.fileno(), 100)


def _send(place: _Place) -> None:
    (place.top / "text").write_text(_DENY)
    with (place.top / "text").open("rb") as source, (place.first / "shared").open("wb") as target:
        os.sendfile(target.fileno(), source.fileno(), 0, 100)


def _empty_a_directory(place: _Place) -> None:
    held = os.open(place.second, os.O_PATH)  # so that the directory itself is not told of
    place.second.rmdir()
    place.second.mkdir()
    (place.second / "none").write_text(_PERMIT)
    os.close(held)


CHANGES: dict[str, Callable[[_Place], object]] = {
    "written in place": lambda place: place.write("shared", _DENY),
    "as long as before": lambda place: place.write("shared", "auth required pam_unixxx.so\n"),
    "appended to": lambda place: _append(place.first / "shared"),
    "cut": lambda place: os.truncate(place.first / "shared", 0),
    "replaced": _replace,
    "deleted": lambda place: (place.first / "app").unlink(),
    "another mode": lambda place: (place.first / "app").chmod(0o600),
    "another owner": lambda place: os.chown(place.first / "app", os.getuid(), os.getgid()),
    "touched": lambda place: os.utime(place.first / "app"),
    "an attribute": lambda place: os.setxattr(place.first / "app", "user.x", b"y"),
    "through another name": lambda place: _through_a_hard_link(place),
    "one more name": lambda place: (place.top / "more").hardlink_to(place.first / "shared"),
    "mapped": _map,
    "copied into": _copy_range,
    "sent into": _send,
    "moved away": lambda place: (place.first / "app").rename(place.top / "app"),
    "made a directory": lambda place: _made_a_directory(place.first / "shared"),
    "made a link": lambda place: _made_a_link(place.first / "shared", place.first / "other"),
    "mode of a directory": lambda place: place.first.chmod(0o700),
    "directory replaced": _swap_directories,
    "directories exchanged": _exchange,
    "parent replaced": _swap_parents,
    "directory removed": lambda place: shutil.rmtree(place.first),
    "all removed": lambda place: shutil.rmtree(place.top / "etc"),
}


def _through_a_hard_link(place: _Place) -> None:
    (place.top / "second name").write_text(_DENY)


def _append(path: Path) -> None:
    with path.open("a") as file:
        file.write(_DENY)


def _made_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _made_a_link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


@pytest.mark.needs("inotify")
@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_told_before_it_returns(place: _Place, change: str) -> None:
    (place.top / "second name").hardlink_to(place.first / "shared")
    place.settle()
    place.settle("beside")
    assert place.is_told()
    assert place.is_told("beside")
    try:
        CHANGES[change](place)
    except OSError as fault:
        if fault.errno not in (errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        pytest.skip(f"this file system cannot do that: {fault}")
    assert not place.is_told()
    assert place.there() == place.modules()
    # Who was first has dealt with the news, for all others too.
    assert not place.is_told("beside")
    assert place.there("beside") == place.modules("beside")
    place.settle()
    assert place.there() == place.modules()
    assert place.is_told() is (place.there() != ["PolicyError"])


@pytest.mark.needs("inotify")
@pytest.mark.parametrize(
    ("service", "directory"), [("none", "etc/pam.d"), ("none", "usr/pam.d"), ("shared", "etc")]
)
def test_a_file_that_comes_to_be_is_told_of(place: _Place, service: str, directory: str) -> None:
    place.settle(service)
    assert place.is_told(service)
    (place.top / directory / service).write_text(_DEBUG)
    assert place.there(service) == place.modules(service)
    assert place.is_told(service) is (directory == "etc")


@pytest.mark.needs("inotify")
def test_a_directory_that_comes_to_be_is_told_of(place: _Place) -> None:
    shutil.rmtree(place.top / "usr")
    place.settle("none")
    assert place.is_told("none")
    (place.top / "elsewhere").mkdir()
    (place.top / "elsewhere" / "pam.d").mkdir()
    (place.top / "elsewhere" / "pam.d" / "none").write_text(_DEBUG)
    place.modules("none")
    assert place.is_told("none")
    (place.top / "elsewhere").rename(place.top / "usr")
    assert not place.is_told("none")
    assert place.there("none") == place.modules("none")


@pytest.mark.needs("inotify")
def test_a_directory_that_was_removed_while_it_was_open_is_told_of(place: _Place) -> None:
    place.settle("none")
    assert place.is_told("none")
    _empty_a_directory(place)
    assert not place.is_told("none")
    assert place.there("none") == place.modules("none")


@pytest.mark.needs("inotify")
def test_what_was_written_through_a_mapping_is_seen_when_it_is_closed(place: _Place) -> None:
    with (place.first / "shared").open("r+b") as file:
        memory = mmap.mmap(file.fileno(), 0)
    place.settle()
    memory[: len(_PERMIT)] = _DENY.ljust(len(_PERMIT)).encode()
    memory.flush()
    memory.close()
    assert place.there() == place.modules()


@pytest.mark.needs("inotify")
@pytest.mark.parametrize("way", ["replaced", "made anew", "turned on the way", "target swapped"])
def test_a_link_that_leads_elsewhere_is_told_of(tmp_path: Path, way: str) -> None:
    for name, text in (("old", _PERMIT), ("new", _DEBUG)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app").write_text(text)
    (tmp_path / "usr").mkdir()
    (tmp_path / "middle").symlink_to("old")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "pam.d").symlink_to("../usr/../middle/.")
    place = _Place(tmp_path)
    place.settle()
    assert place.is_told()
    if way == "replaced":
        (tmp_path / "fresh").symlink_to(tmp_path / "new")
        (tmp_path / "fresh").rename(place.first)
    elif way == "made anew":
        place.first.unlink()
        place.first.symlink_to("../new")
    elif way == "turned on the way":
        (tmp_path / "fresh").symlink_to("new")
        (tmp_path / "fresh").rename(tmp_path / "middle")
    else:
        (tmp_path / "old").rename(tmp_path / "gone")
        (tmp_path / "new").rename(tmp_path / "old")
    assert not place.is_told()
    assert place.there() == place.modules() == [f"pam_debug.so {()}"]


@pytest.mark.needs("inotify")
def test_what_happens_beside_the_files_is_no_news(place: _Place) -> None:
    place.settle()
    era = place.watched._watch and place.watched._watch.era
    for at in range(3):
        (place.first / f"unrelated{at}").write_text("x")
        (place.top / "etc" / "motd").write_text(str(at))
        place.settle()
        assert place.is_told()
    assert place.watched._watch is not None
    assert era is place.watched._watch.era


@pytest.mark.needs("inotify")
def test_a_file_that_is_watched_is_not_looked_at(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.settle()
    expected = place.modules()

    def looked(*_: object) -> bool:
        raise AssertionError("it was looked at")

    monkeypatch.setattr(policy_cache, "_are_unchanged", looked)
    monkeypatch.setattr(policy_cache, "_is_as_it_was", looked)
    assert expected == place.modules()


@pytest.mark.needs("inotify")
def test_all_caches_of_a_process_share_one_watch(place: _Place) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        place.watched = place.cache(watched=True)
        place.settle()
        assert place.is_told()
    assert before + 3 == len(os.listdir("/proc/self/fd"))


@pytest.mark.needs("inotify")
def test_after_a_change_nothing_is_watched_for_a_while(place: _Place) -> None:
    place.settle()
    place.first.chmod(place.first.stat().st_mode)
    for _ in range(2):
        place.modules()
        assert not place.is_told()
    place.passed += 99_999_999
    place.modules()
    assert not place.is_told()
    place.passed += 1
    place.modules()
    assert place.is_told()


@pytest.mark.needs("inotify")
def test_news_that_were_lost_are_news(place: _Place) -> None:
    place.settle()
    assert place.is_told()
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 1 << 18:
        pytest.skip("the queue of this machine is too long to be filled")
    quiet = [place.first / "beside", place.first / "besides"]
    for path in quiet:
        path.write_text("")
    for at in range(most + 2):
        os.utime(quiet[at % 2])  # two like each other would be one
    assert place.watched._watch is not None
    era = place.watched._watch.era
    assert not place.is_told()
    assert place.there() == place.modules()
    assert era is not place.watched._watch.era
    place.settle()
    assert place.is_told()


@pytest.mark.needs("inotify")
def test_a_child_and_its_parent_are_each_told(place: _Place) -> None:
    place.settle()
    assert place.is_told()
    ask, asked = os.pipe()
    answer, answered = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            found = [place.is_told(), place.modules() == place.there()]
            place.settle()
            found.append(place.is_told())
            os.write(answered, b".")
            os.read(ask, 1)
            found += [place.is_told(), place.modules() == [f"pam_debug.so {()}"]]
            code = 0 if found == [False, True, True, False, True] else 2
        finally:
            os._exit(code)
    os.read(answer, 1)
    assert place.is_told()  # the child has taken nothing of ours
    place.write("shared", _DEBUG)
    os.write(asked, b".")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not place.is_told()
    assert place.modules() == [f"pam_debug.so {()}"]
    for descriptor in (ask, asked, answer, answered):
        os.close(descriptor)


@pytest.mark.needs("inotify")
def test_what_a_parent_is_told_no_child_takes(place: _Place) -> None:
    place.settle()
    place.write("shared", _DEBUG)
    child = os.fork()
    if not child:
        try:
            place.settle()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert not place.is_told()
    assert place.modules() == [f"pam_debug.so {()}"]


@pytest.mark.needs("inotify")
def test_a_program_that_is_executed_gets_no_descriptor(place: _Place) -> None:
    def left() -> str:
        command = ("sh", "-c", "ls /proc/$$/fd")
        return subprocess.run(
            command, close_fds=False, capture_output=True, text=True, check=True
        ).stdout

    before = left()
    place.settle()
    assert place.is_told()
    assert before == left()


_OURS = ("_inotify", "_mounts", "_epoll")


@pytest.mark.needs("inotify")
@pytest.mark.parametrize("closed", [_OURS, _OURS[:1], _OURS[1:2], _OURS[2:], _OURS[:2], _OURS[1:]])
@pytest.mark.parametrize("taken", ["nobody", "a pipe", "an epoll", "an inotify", "a file"])
def test_descriptors_that_were_closed_are_no_answer(
    place: _Place, closed: tuple[str, ...], taken: str
) -> None:
    place.settle()
    watch = place.watched._watch
    assert watch is not None
    assert place.is_told()
    library = ctypes.CDLL(None)
    ready, write = os.pipe()
    os.write(write, b"mine")
    numbers = [getattr(watch, name) for name in closed]
    for number in numbers:
        os.close(number)
        if taken == "a pipe":
            os.dup2(ready, number)
        elif taken == "an epoll":
            made = library.epoll_create1(0)
            for _ in range(2):
                library.epoll_ctl(made, 1, ready, b"\1\0\0\0" + bytes(12))
            if made != number:
                os.dup2(made, number)
                os.close(made)
        elif taken == "an inotify":
            made = library.inotify_init1(os.O_NONBLOCK)
            library.inotify_add_watch(made, bytes(place.top), 0x100)
            if made != number:
                os.dup2(made, number)
                os.close(made)
        elif taken == "a file":
            made = os.open("/proc/self/mountinfo", os.O_RDONLY)
            if made != number:
                os.dup2(made, number)
                os.close(made)
    assert not place.is_told()
    place.write("shared", _DEBUG)
    assert place.modules() == [f"pam_debug.so {()}"]
    place.settle()
    place.write("shared", _DENY)
    assert place.modules() == [f"pam_deny.so {()}"]
    os.set_blocking(ready, False)
    assert os.read(ready, 10) == b"mine"  # who has the numbers now has lost nothing
    (place.top / "new").write_text("")
    for number in numbers:
        if taken == "an inotify":
            assert os.read(number, 4096).count(b"new") == 1
    assert watch.is_lost
    # What is not ours any more stays open; what was made here is closed.
    for number in {*numbers, *(getattr(watch, name) for name in _OURS)} - (
        set(numbers) if taken == "nobody" else set()
    ):
        if number not in [getattr(each, name) for each in policy_watch._shared for name in _OURS]:
            os.close(number)
    os.close(ready)
    os.close(write)


@pytest.mark.needs("inotify")
def test_an_epoll_that_has_our_numbers_now_is_left_as_it_is(place: _Place) -> None:
    place.settle()
    watch = place.watched._watch
    assert watch is not None
    numbers = [getattr(watch, name) for name in _OURS]
    epoll, ends = select.epoll(), [os.pipe() for _ in range(2)]
    # Exactly as ours were: two sources with something to read.
    for number, (ready, write) in zip(numbers[:2], ends, strict=True):
        os.write(write, b"mine")
        os.dup2(ready, number)
        epoll.register(number, select.EPOLLIN)
    os.dup2(epoll.fileno(), numbers[2])
    place.write("shared", _DEBUG)
    assert place.modules() == [f"pam_debug.so {()}"]
    assert sorted(epoll.poll(0)) == sorted((number, select.EPOLLIN) for number in numbers[:2])
    assert [os.read(number, 9) for number in numbers[:2]] == [b"mine", b"mine"]
    epoll.close()
    for number in (*numbers, *ends[0], *ends[1]):
        os.close(number)


@pytest.mark.needs("inotify")
def test_what_a_child_holds_open_is_not_read_under_a_number_of_another(place: _Place) -> None:
    place.settle()
    watch = place.watched._watch
    assert watch is not None
    ready, write = os.pipe()
    os.write(write, b"mine")
    hold, over = os.pipe()
    child = os.fork()
    if not child:
        os.close(over)
        os.read(hold, 1)  # it ends with its parent
        os._exit(0)
    os.set_blocking(ready, False)
    os.close(watch._inotify)
    os.dup2(ready, watch._inotify)
    place.write("shared", _DEBUG)
    assert place.modules() == [f"pam_debug.so {()}"]
    place.settle()
    assert place.is_told()
    assert watch is not place.watched._watch
    assert os.read(ready, 9) == b"mine"
    os.close(over)
    os.waitpid(child, 0)
    for number in (ready, write, hold, *(getattr(watch, name) for name in _OURS)):
        os.close(number)


@pytest.mark.needs("inotify")
def test_who_closes_the_descriptors_again_and_again_has_no_watch_in_the_end(
    place: _Place,
) -> None:
    for _ in range(40):
        place.settle()
        watch = place.watched._watch
        if watch is None:
            break
        for name in _OURS:
            os.close(getattr(watch, name))
    place.write("shared", _DEBUG)
    assert place.modules() == place.there()
    place.settle()
    assert place.watched._watch is None


def test_without_descriptors_files_are_looked_at(place: _Place) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(map(int, os.listdir("/proc/self/fd")))
    taken = [os.open("/", os.O_PATH)]
    try:
        while taken[-1] < highest:
            taken.append(os.dup(taken[0]))  # so that none is free below the last
        # Enough to read policies, and not enough for a watch.
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken[-1] + 3, hard))
        place.settle()
        assert not place.is_told()
        place.write("shared", _DEBUG)
        assert place.modules() == place.there()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in taken:
            os.close(descriptor)


@pytest.mark.needs("inotify")
def test_at_the_limit_of_watches_files_are_looked_at(place: _Place) -> None:
    watch = process_watch()
    assert watch is not None
    add, watch._add = watch._add, _refused
    place.settle()
    assert not place.is_told()
    place.write("shared", _DEBUG)
    assert place.modules() == place.there()
    watch._add = add
    place.settle()
    assert place.is_told()


def _refused(*_: object) -> int:
    raise OSError(errno.ENOSPC, "no space left on device")


@pytest.mark.parametrize("lacking", ["_TOLD", "_MOUNTS", "_WIPE_ON_FORK", "_INODE_AND_MOUNT"])
def test_where_the_machine_cannot_tell_files_are_looked_at(
    place: _Place, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    none: dict[str, object] = {
        "_TOLD": frozenset(),
        "_MOUNTS": b"/none/such",
        "_WIPE_ON_FORK": 12345,
        "_INODE_AND_MOUNT": 1 << 30,
    }
    monkeypatch.setattr(policy_watch, lacking, none[lacking])
    before = len(os.listdir("/proc/self/fd"))
    place.settle()
    assert not place.is_told()
    place.write("shared", _DEBUG)
    assert place.modules() == place.there()
    assert (lacking == "_TOLD") or before == len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("lacking", ["AttributeError", "ImportError", "OSError"])
def test_another_c_library_leaves_it_to_looks(
    place: _Place, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    fault = {"AttributeError": AttributeError, "ImportError": ImportError, "OSError": OSError}

    def failing() -> PolicyWatch:
        raise fault[lacking]("lacking")

    monkeypatch.setattr(policy_watch, "PolicyWatch", failing)
    place.settle()
    assert not place.is_told()
    assert place.there() == place.modules()


def test_threads_that_run_at_the_same_time_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert process_watch() is None


@pytest.mark.needs("inotify")
def test_a_path_that_is_another_elsewhere_is_not_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _Place(tmp_path)
    place.fill()
    monkeypatch.chdir(tmp_path)
    place.layout = Layout(("etc/pam.d", "usr/pam.d"), "etc/pam.conf")
    place.settle()
    assert not place.is_told()
    (tmp_path / "in" / "etc").mkdir(parents=True)
    shutil.copytree(place.first, tmp_path / "in" / "etc" / "pam.d")
    (tmp_path / "in" / "etc" / "pam.d" / "shared").write_text(_DEBUG)
    monkeypatch.chdir(tmp_path / "in")
    assert place.modules() == [f"pam_debug.so {()}"]


@pytest.mark.needs("inotify")
def test_links_that_lead_nowhere_are_not_followed_for_ever(place: _Place) -> None:
    watch = process_watch()
    assert watch is not None
    (place.top / "loop").symlink_to("loop")
    names = [bytes(place.top / "loop")]
    assert watch.arm([None, 0], names, lambda: True) is False
    assert watch.arm([None, 0], [b"/\0"], lambda: True) is False
    assert watch.arm([None, 0], [bytes(place.first / "app" / "below")], lambda: True) is True


@pytest.mark.needs("inotify")
def test_more_names_than_can_be_kept_are_forgotten(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_watch, "_MOST_NAMES", 30)
    for at in range(40):
        place.settle(f"none{at}")
    watch = place.watched._watch
    assert watch is not None
    assert watch._many < 60
    place.settle("none39")
    assert place.is_told("none39")


@pytest.mark.needs("inotify")
def test_a_name_in_capital_letters_may_be_the_same_file(place: _Place) -> None:
    place.settle("none")
    watch = place.watched._watch
    assert watch is not None
    # They are other files here, and the same elsewhere.
    for name in ("NONE", "n\u00f6ne"):
        era = watch.era
        (place.second / name).write_text(_DEBUG)
        place.settle("none")
        assert era is not watch.era


@pytest.mark.needs("inotify")
def test_while_another_thread_deals_with_news_files_are_looked_at(place: _Place) -> None:
    place.settle()
    watch = place.watched._watch
    assert watch is not None
    place.write("shared", _DEBUG)
    watch._lock.acquire()
    place.passed += _REST
    assert place.modules() == [f"pam_debug.so {()}"]
    assert not place.is_told()
    watch._lock.release()
    place.settle()
    assert place.is_told()


@pytest.mark.needs("inotify")
def test_what_changes_while_it_is_being_watched_is_seen(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, arm, node = [_DEBUG, _DENY], PolicyWatch.arm, PolicyWatch._node

    def then_written(
        self: PolicyWatch, mark: list[object], names: list[bytes], holds: Callable[[], bool]
    ) -> bool:
        def write() -> bool:
            found = holds()
            if texts:
                place.write("shared", texts.pop())
            return found

        return arm(self, mark, names, write)

    place.modules()
    monkeypatch.setattr(PolicyWatch, "arm", then_written)
    for _ in range(4):
        place.passed += _REST
        assert place.modules() == place.there()
    assert not texts
    monkeypatch.setattr(PolicyWatch, "arm", arm)
    place.settle()
    swaps = [1, 2]

    def then_swapped(self: PolicyWatch, here: bytes, seen: dict[bytes, object]) -> object:
        found = node(self, here, seen)  # type: ignore[arg-type]  # whatever it is
        if swaps and here.endswith(b"pam.d"):
            swaps.pop()
            _swap_directories(place)
            (place.top / "etc" / "old.d").rename(place.top / f"older{len(swaps)}")
        return found

    place.write("app", _PERMIT)
    place.modules()
    monkeypatch.setattr(PolicyWatch, "_node", then_swapped)
    for _ in range(4):
        place.passed += _REST
        assert place.modules() == place.there()
    assert not swaps


@pytest.mark.needs("inotify")
@pytest.mark.parametrize("kind", [Transaction, aio.Transaction])
def test_an_application_says_so_in_its_settings(
    tmp_path: Path, kind: type[Transaction | aio.Transaction]
) -> None:
    (tmp_path / "app").write_text(_PERMIT)
    (tmp_path / "other").write_text(_DENY)
    policies = PolicyCache(now=_later, watched=True)

    def module() -> str:
        transaction = kind("app", confdir=str(tmp_path), policies=policies)
        found = next(link.module for link in transaction._core.chains[Facility.AUTH])
        transaction.end()
        return found

    assert [module() for _ in range(3)] == ["pam_permit.so"] * 3
    watch = policies._watch
    assert watch is not None
    assert watch.is_quiet()
    assert [kept[3][0] is watch.era for kept in policies._kept.values()] == [True]
    (tmp_path / "app").write_text(_DEBUG)
    assert module() == "pam_debug.so"


_PROGRAM = """
import ctypes, os, subprocess, sys, threading
sys.path[:0] = {path!r}
from pathlib import Path
from tests.stores.test_policy_watch import _DEBUG, _DENY, _PERMIT, _Place
place = _Place(Path({top!r}))
def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)
def seen():
    assert not place.is_told()
    assert place.there() == place.modules(), (place.there(), place.modules())
    assert not place.is_told("beside")
    assert place.there("beside") == place.modules("beside")
    before = place.modules()
    place.settle()
    assert before == place.modules() == place.there()
def settled():
    for service in ("app", "beside"):
        place.settle(service)
        assert place.is_told(service) or place.there(service) == ["PolicyError"]
"""


def _in_namespace(place: _Place, text: str) -> None:
    """Run a program where it may mount what it likes."""
    program = _PROGRAM.format(path=[str(Path(__file__).parents[2]), *sys.path], top=str(place.top))
    rights = ["-m"] if os.geteuid() == 0 else ["-Urm"]
    program += f"HEAD = {program!r}\n" + textwrap.dedent(text)
    command = ["unshare", *rights, sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.needs("mount-namespace", "inotify")
def test_what_is_mounted_over_files_and_directories_is_told_of(place: _Place) -> None:
    _in_namespace(
        place,
        """
        other = place.top / "other"
        (other / "pam.d").mkdir(parents=True)
        (other / "pam.d" / "app").write_text(_DEBUG)
        settled()
        for source, target in (
            (other / "pam.d" / "app", place.first / "shared"),
            (other / "pam.d" / "app", place.first / "app"),
            (other / "pam.d", place.first),
            (other, place.first.parent),
        ):
            mount("--bind", source, target)
            seen()
            settled()
            subprocess.run(["umount", str(target)], check=True)
            seen()
            settled()
        mount("-t", "tmpfs", "none", place.first)
        assert place.there() == place.modules() == ["PolicyError"]
        (place.first / "app").write_text(_DEBUG)
        assert place.there() == place.modules()
        settled()
        (place.first / "app").write_text(_DENY)
        seen()
        subprocess.run(["umount", "-l", str(place.first)], check=True)
        assert place.there() == place.modules()
        """,
    )


@pytest.mark.needs("mount-namespace", "inotify")
def test_mounts_are_told_of_whichever_thread_hears_of_them_first(place: _Place) -> None:
    (place.top / "new").mkdir()
    for name in ("app", "beside"):
        (place.top / "new" / name).write_text(_DEBUG)
    _in_namespace(
        place,
        """
        from pamkit.stores import policy_cache
        policy_cache._REST = 0
        settled()
        old, is_over = place.modules(), threading.Event()
        def ask():
            while not is_over.is_set():
                place.modules("beside")
                place.modules()
        sys.setswitchinterval(0.0001)
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        library, told, rounds = ctypes.CDLL(None), 0, 0
        source, target = bytes(place.top / "new"), bytes(place.first)
        try:
            # On a busy machine it may take a while until nobody else has dealt with the news first.
            while rounds < 40 or (not told and rounds < 4_000):
                rounds += 1
                assert not library.mount(source, target, None, 0x1000, None)
                for _ in range(3):
                    assert place.modules() == ["pam_debug.so ()"] == place.modules("beside")
                told += place.is_told()
                assert not library.umount2(target, 2)
                assert old == place.modules() == place.modules("beside")
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        assert told
        """,
    )


@pytest.mark.needs("mount-namespace", "inotify")
def test_what_is_mounted_from_outside_is_told_of(place: _Place) -> None:
    (place.top / "new").mkdir()
    (place.top / "new" / "app").write_text(_DEBUG)
    _in_namespace(
        place,
        """
        mount("--make-rshared", "/")
        inside = '''
        settled()
        print(flush=True)
        sys.stdin.readline()
        seen()
        settled()
        print(place.modules(), flush=True)
        '''
        child = subprocess.Popen(
            ["unshare", "-m", "--propagation", "slave", sys.executable, "-c", HEAD + inside],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        child.stdout.readline()
        mount("--bind", place.top / "new", place.first)
        out, _ = child.communicate("go\\n")
        assert child.returncode == 0
        assert "pam_debug" in out, out
        """,
    )


@pytest.mark.needs("mount-namespace", "inotify")
def test_who_has_another_root_is_not_answered(place: _Place) -> None:
    inside = place.top / "jail" / str(place.first)[1:]
    inside.mkdir(parents=True)
    (inside / "app").write_text(_DEBUG)
    _in_namespace(
        place,
        """
        settled()
        os.chroot(place.top / "jail")
        assert not place.is_told()
        assert place.modules() == ["pam_debug.so ()"] == place.there()
        place.settle()
        assert not place.is_told()
        (place.first / "app").write_text(_DENY)
        assert place.modules() == ["pam_deny.so ()"]
        """,
    )


@pytest.mark.needs("mount-namespace", "inotify")
def test_a_thread_with_mounts_of_its_own_is_not_answered(place: _Place) -> None:
    (place.top / "new").mkdir()
    (place.top / "new" / "app").write_text(_DEBUG)
    _in_namespace(
        place,
        """
        settled()
        old, found, go, gone = place.modules(), [], threading.Event(), threading.Event()
        def alone():
            if ctypes.CDLL(None).unshare(0x20000):
                raise OSError
            ctypes.CDLL(None).mount(b"none", b"/", None, 0x84000, None)
            found.append(place.is_told())
            source, target = bytes(place.top / "new"), bytes(place.first)
            assert not ctypes.CDLL(None).mount(source, target, None, 0x1000, None)
            found.append(place.modules())
            go.set()
            gone.wait(20)
            found.append(place.modules())
        thread = threading.Thread(target=alone)
        thread.start()
        go.wait(20)
        assert old == place.modules() == place.there()
        settled()
        gone.set()
        thread.join()
        assert found == [False, ["pam_debug.so ()"], ["pam_debug.so ()"]], found
        """,
    )


@pytest.mark.needs("root", "inotify")
def test_who_may_not_read_a_directory_on_the_way_looks_at_files(place: _Place) -> None:
    for path in (place.top, *place.top.parents):
        if path.stat().st_mode & 0o055 != 0o055:
            path.chmod(path.stat().st_mode | 0o055)
    for path in place.top.rglob("*"):
        path.chmod(0o755)
    place.first.chmod(0o711)
    os.seteuid(65534)
    try:
        place.settle()
        assert not place.is_told()
        assert place.modules() == place.there() == [f"pam_permit.so {()}"]
    finally:
        os.seteuid(0)
    place.first.chmod(0o755)
    os.seteuid(65534)
    try:
        place.settle()
        assert place.is_told()
    finally:
        os.seteuid(0)
    place.first.chmod(0o700)
    os.seteuid(65534)
    try:
        assert place.modules() == place.there() == ["PolicyError"]
    finally:
        os.seteuid(0)


def _any_file(place: _Place, rng: random.Random) -> Path:
    directory = rng.choice([place.first, place.second, place.top / "etc" / "other.d"])
    return directory / rng.choice(["app", "shared", "other", "none"])


_TEXTS = (_PERMIT, _DENY, _DEBUG, "auth include shared\n", "auth substack none\n" + _PERMIT, "")


def _step(place: _Place, rng: random.Random) -> None:
    """Do something to the tree; `OSError` if it cannot be done."""
    path, other = _any_file(place, rng), _any_file(place, rng)
    directories = [place.first, place.second, place.top / "etc" / "other.d", place.top / "etc"]
    one, two = rng.sample(directories, 2)
    spare = place.top / f"spare{rng.randrange(3)}"
    how = rng.randrange(14)
    if how < 3:
        path.write_text(rng.choice(_TEXTS))
    elif how == 3:
        path.unlink()
    elif how == 4:
        spare.write_text(rng.choice(_TEXTS))
        spare.rename(path)
    elif how == 5:
        path.rename(other)
    elif how == 6:
        spare.symlink_to(rng.choice([other, Path(other.name), two / other.name]))
        spare.rename(path)
    elif how == 7:
        path.chmod(rng.choice([0o600, 0o644]))
    elif how == 8:
        other.hardlink_to(path)
    elif how == 9:
        one.rename(spare)
    elif how == 10:
        spare.rename(one)
    elif how == 11:
        one.symlink_to(rng.choice([two, spare, Path(spare.name)]))
    elif how == 12:
        if one.is_symlink():
            one.unlink()
        else:
            one.mkdir(parents=True)
    else:
        (path.parent / "unrelated").write_text("")


@pytest.mark.parametrize("seed", range(6))
def test_random_steps_are_seen_as_looks_see_them(place: _Place, seed: int) -> None:
    rng, told = random.Random(seed), 0
    for _ in range(100):
        place.passed += rng.choice([0, _REST])
        for _ in range(rng.randrange(1, 3)):
            try:
                _step(place, rng)
            except OSError:
                continue
        for service in rng.choices(["app", "none", "shared"], k=2):
            expected = place.there(service)
            assert (service, expected) == (service, place.modules(service))
            assert (service, expected) == (service, place.modules(service, place.looking))
            told += place.is_told(service)
    watch = place.watched._watch
    if watch is not None and watch._names:
        assert told > 5


def test_whatever_is_swapped_under_load_every_transaction_sees_one_policy_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_cache, "_REST", 0)
    for name, module in (("old", "permit"), ("new", "debug")):
        (tmp_path / name).mkdir()
        line = f"auth required pam_{module}.so {name}\n"
        (tmp_path / name / "app").write_text(line + "auth include shared\n")
        (tmp_path / name / "shared").write_text(line)
        (tmp_path / name / "other").write_text(_DENY)
    link = tmp_path / "policies"
    link.symlink_to("old")
    cache = PolicyCache(now=_later, watched=True)
    seen: list[tuple[str, ...]] = []
    is_over = threading.Event()

    def asked() -> tuple[str, ...]:
        with Transaction("app", confdir=str(link), policies=cache) as transaction:
            chain = transaction._core.chains[Facility.AUTH]
            return tuple(each.args[0] for each in chain)

    def ask() -> None:
        while not is_over.is_set():
            seen.append(asked())

    askers = [threading.Thread(target=ask) for _ in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    for asker in askers:
        asker.start()
    try:
        for number in range(60):
            wanted = ("old", "new")[number % 2]
            fresh = tmp_path / "fresh"
            fresh.symlink_to(wanted)
            fresh.rename(link)
            # Who begins after the swap sees what was put there.
            assert (wanted, wanted) == asked() == asked()
            (tmp_path / "beside").write_text(wanted)
    finally:
        is_over.set()
        for asker in askers:
            asker.join()
        sys.setswitchinterval(before)
    assert {("old", "old"), ("new", "new")} == set(seen)
