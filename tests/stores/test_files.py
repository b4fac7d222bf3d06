"""Files of the system: regular ones, whole, as whom they may be touched."""

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pamkit.module.world import Account, FileStatus
from pamkit.stores import syscalls
from pamkit.stores.accounts import accounts_for
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret


def _files(root: Path | str) -> DiskFiles:
    place = Root(str(root))
    return DiskFiles(place, accounts_for(place))


def _account(uid: int, gid: int) -> Account:
    return Account("somebody", Secret("x"), uid, gid, "", "/", "")


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    data = os.urandom(200_000)
    (tmp_path / "f").write_bytes(data)
    assert _files(tmp_path).read("/f") == data
    assert _files("/").read(str(tmp_path / "f")) == data


def test_a_file_longer_than_the_limit_is_refused_not_cut(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert _files(tmp_path).read("/f", limit=5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes") as caught:
        _files(tmp_path).read("/f", limit=4)
    assert caught.value.errno == errno.EFBIG


def test_a_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="more than") as caught:
        _files(tmp_path).read("/f")
    assert caught.value.errno == errno.EFBIG


def test_a_fifo_does_not_hang_a_login(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    for files, path in ((_files(tmp_path), "/f"), (_files("/"), str(tmp_path / "f"))):
        with pytest.raises(OSError, match="not a regular file"):
            files.read(path)


def test_the_null_device_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to("/dev/null")
    assert _files("/").read("/dev/null") == b""
    assert _files("/").read(str(tmp_path / "f")) == b""


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_what_is_no_regular_file_is_refused(path: str) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        _files("/").read(path)


def test_what_is_there_exists(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    (tmp_path / "dangling").symlink_to("nothing")
    found = {
        path for path in ("/f", "/", "/g", "/dangling", "f", "/\0") if _files(tmp_path).exists(path)
    }
    assert found == {"/f", "/"}


def test_a_program_is_runnable_only_on_the_system_itself(tmp_path: Path) -> None:
    program = tmp_path / "p"
    program.write_text("#!/bin/sh\n")
    assert not _files("/").runnable(str(program))
    program.chmod(0o755)
    assert _files("/").runnable(str(program))
    assert not _files("/").runnable(str(tmp_path))
    assert not _files("/").runnable(str(tmp_path / "none"))
    assert not _files(tmp_path).runnable("/p")


def test_a_file_says_when_it_was_read_and_changed(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mail")
    os.utime(tmp_path / "f", (5, 6))
    status = _files(tmp_path).status("/f")
    assert (status.accessed, status.modified) == (5.0, 6.0)


def test_one_is_oneself_already(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mine")
    files = _files(tmp_path)
    with files.drop_to(_account(os.geteuid(), os.getegid())):
        assert files.read("/f") == b"mine"


@pytest.mark.needs("root")
def test_files_are_touched_as_the_user_and_by_this_thread_only(tmp_path: Path) -> None:
    secret = tmp_path / "f"
    secret.write_text("roots")
    secret.chmod(0o600)
    files = _files("/")
    groups = os.getgroups()
    with files.drop_to(_account(65534, 65533)):
        with pytest.raises(PermissionError):
            files.read(str(secret))
        assert os.getgroups() == [65533]
        ids = dict(
            line.split(":", 1) for line in Path("/proc/thread-self/status").read_text().splitlines()
        )
        assert ids["Uid"].split() == ["0", "0", "0", "65534"]
        assert ids["Gid"].split()[3] == "65533"
    assert files.read(str(secret)) == b"roots"
    assert os.getgroups() == groups
    assert syscalls.file_user() == 0


@pytest.mark.needs("root")
def test_a_thread_that_was_there_before_keeps_its_rights(tmp_path: Path) -> None:
    secret = tmp_path / "f"
    secret.write_text("roots")
    secret.chmod(0o600)
    files, seen = _files("/"), list[bytes]()
    go = threading.Event()

    def read() -> None:
        go.wait()
        seen.append(files.read(str(secret)))

    other = threading.Thread(target=read)
    other.start()
    with files.drop_to(_account(65534, 65534)):
        go.set()
        other.join()
    assert seen == [b"roots"]


@pytest.mark.needs("root")
def test_acting_as_a_user_inside_another_is_refused() -> None:
    files = _files("/")
    with files.drop_to(_account(65534, 65534)):
        with pytest.raises(PermissionError), files.drop_to(_account(1, 1)):
            pass
        assert syscalls.file_user() == 65534
    assert syscalls.file_user() == 0


@pytest.mark.needs("root")
@pytest.mark.parametrize("broken", ["set_groups", "set_file_ids"])
def test_a_change_that_fails_is_taken_back(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    groups = os.getgroups()
    works = getattr(syscalls, broken)
    calls = iter([True])

    def fails_once(*args: object) -> None:
        works(*args)
        if next(calls, False):
            raise PermissionError(errno.EPERM, "as the test wants it")

    monkeypatch.setattr(syscalls, broken, fails_once)
    with pytest.raises(PermissionError, match="as the test"), _files("/").drop_to(_account(1, 1)):
        pass
    assert syscalls.file_user() == 0
    assert os.getgroups() == groups


UNPRIVILEGED = """
import os, sys
sys.path.insert(0, sys.argv[1])
import ctypes
from pamkit.module.world import Account
from pamkit.vocab.secret import Secret
from pamkit.stores.system import system_world
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
try:
    with system_world().files.drop_to(Account("u", Secret("x"), 1, 1, "", "/", "")):
        print("entered")
except PermissionError:
    print("refused")
"""


def test_an_unprivileged_process_cannot_act_as_another() -> None:
    source = str(Path(syscalls.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, source], capture_output=True, text=True, check=False
    )
    assert done.stdout == "refused\n"


def test_a_file_and_its_status_are_of_one_look(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    (tmp_path / "f").chmod(0o606)
    status, data = _files(tmp_path).read_with_status("/f")
    assert (status.kind, status.mode, status.uid, status.size, data) == (
        "file",
        0o606,
        os.getuid(),
        5,
        b"12345",
    )


@pytest.mark.parametrize("follow", [True, False])
def test_what_is_no_file_has_a_kind_and_no_bytes(tmp_path: Path, follow: bool) -> None:
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "p")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
    files = _files(tmp_path)
    looked = {name: files.read_with_status(f"/{name}", follow=follow) for name in "dps"}
    assert {name: (status.kind, data) for name, (status, data) in looked.items()} == {
        "d": ("directory", b""),
        "p": ("fifo", b""),
        "s": ("socket", b""),
    }
    assert files.status("/d", follow=follow).kind == "directory"


def test_a_link_is_looked_at_itself_or_followed_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "l").symlink_to("/f")
    files = _files(tmp_path)
    assert files.read_with_status("/l", follow=False)[0].kind == "link"
    assert files.status("/l", follow=False).kind == "link"
    status, data = files.read_with_status("/l")
    assert (status.kind, data) == ("file", b"x")


def _seen(files: DiskFiles, path: str, *, follow: bool) -> tuple[object, ...]:
    """What can be found out of a path, or which error that is."""
    found: list[object] = [files.exists(path)]
    try:
        status, data = files.read_with_status(path, follow=follow)
        found += [status.changed(accessed=0.0), data]
    except OSError as fault:
        found.append(fault.errno)
    try:
        found.append(files.status(path, follow=follow).changed(accessed=0.0))
    except OSError as fault:
        found.append(fault.errno)
    return tuple(found)


@pytest.mark.parametrize("follow", [True, False])
def test_the_kernel_finds_in_the_system_what_is_found_below_a_root(
    tmp_path: Path, follow: bool
) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "p")
    for link, target in (("l", "f"), ("k", "d"), ("n", "nothing"), ("o", "o")):
        (tmp_path / link).symlink_to(target)
    names = ("f", "d", "p", "l", "k", "n", "o", "none", "d/none", "f/none", "k/../f", "d/..", "k/")
    expected = {name: _seen(_files(tmp_path), f"/{name}", follow=follow) for name in names}
    found = {name: _seen(_files("/"), f"{tmp_path}/{name}", follow=follow) for name in names}
    assert found == expected


def test_a_path_of_the_system_is_absolute() -> None:
    for path in ("f", "", "a\0b"):
        assert not _files("/").exists(path)
        with pytest.raises(OSError, match="path"):
            _files("/").status(path.replace("a", "/a"))


def test_a_long_file_is_refused_with_its_status_too(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    with pytest.raises(OSError, match="more than 4 bytes"):
        _files(tmp_path).read_with_status("/f", limit=4)


def test_nothing_has_no_status(tmp_path: Path) -> None:
    for look in (_files(tmp_path).read_with_status, _files(tmp_path).status):
        with pytest.raises(FileNotFoundError):
            look("/nothing")


@pytest.mark.parametrize("path", ["/", "/.", "//", "/..", "/d/..", "/../.."])
def test_the_root_itself_is_a_directory_and_nothing_is_above_it(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    tmp_path.chmod(0o711)
    root.chmod(0o755)
    looked = _files(root).status(path, follow=False)
    assert (looked.kind, looked.mode) == ("directory", 0o755)


def test_names_of_a_directory_are_sorted_whatever_their_bytes(tmp_path: Path) -> None:
    for name in (b"b", b"a", b"\xff"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_bytes(b"")
    assert _files(tmp_path).names("/") == ("a", "b", "\udcff")
    with pytest.raises(NotADirectoryError):
        _files(tmp_path).names("/a")


_WITHOUT_PROC = """
import sys
sys.path.insert(0, sys.argv[1])
from pamkit.stores.system import system_world
print(system_world().files.names(sys.argv[2]))
"""


@pytest.mark.needs("mount-namespace")
def test_names_of_a_directory_are_had_where_no_proc_is_mounted(tmp_path: Path) -> None:
    (tmp_path / "deny.conf").touch()
    source = str(Path(syscalls.__file__).parents[2])
    hidden = 'mount -t tmpfs none /proc && exec "$@"'
    python = (sys.executable, "-c", _WITHOUT_PROC, source, str(tmp_path))
    done = subprocess.run(
        ["unshare", "--mount", *["-Ur"] * (os.geteuid() != 0), "sh", "-c", hidden, "sh", *python],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "('deny.conf',)\n", done.stderr


def test_a_file_in_the_place_of_a_link_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is put on a list that was a link a moment ago is on it."""
    (tmp_path / "l").symlink_to("nothing")
    works = DiskFiles.status

    def late(self: DiskFiles, path: str, *, follow: bool = True) -> FileStatus:
        (tmp_path / "l").unlink()
        (tmp_path / "l").write_bytes(b"mallory")
        return works(self, path, follow=follow)

    monkeypatch.setattr(DiskFiles, "status", late)
    with pytest.raises(OSError, match="symbolic links"):
        _files(tmp_path).read_with_status("/l", follow=False)
