"""Mounts of the kernel, made by descriptor: in mounts of the test's own, and below its directory.

What touches the kernel runs in a program that `unshare(1)` has given mounts of its own; there it
says what it found, and here that is compared.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.modules import pam_namespace
from pamkit.namespace.walking import open_directory
from pamkit.stores import mounts as store
from pamkit.stores.mounts import DiskDirectory, KernelMounts, NoMounts
from pamkit.stores.system import system_world
from pamkit.testing.accounts import account
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.facility import Primitive

if TYPE_CHECKING:
    from pamkit.module.mounts import OpenDirectory

_ROOT = Path(__file__).resolve().parents[2]
_INSIDE = "import sys; from tests.stores.test_mounts import main; main(*sys.argv[1:])"

in_private = pytest.mark.needs("root", "mount-namespace")


def _played(name: str, directory: Path) -> Any:
    done = subprocess.run(
        [
            *("unshare", "-m", "--propagation", "private", sys.executable, "-c", _INSIDE),
            *(name, str(directory)),
        ],
        capture_output=True,
        check=False,
        cwd=_ROOT,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((f"{_ROOT}/src", *sys.path))},
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return json.loads(done.stdout)


def _opened(path: Path, *, read: bool = False) -> DiskDirectory:
    flags = os.O_RDONLY if read else os.O_PATH
    return DiskDirectory(os.open(path, flags | os.O_DIRECTORY))


def _code(step: Callable[[], object]) -> int | None:
    try:
        step()
    except OSError as fault:
        return fault.errno
    return None


# --- one directory -------------------------------------------------------------------------------


def test_a_directory_is_entered_by_one_name(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "file").write_bytes(b"")
    with _opened(tmp_path) as here, here.enter("a") as found:
        assert os.stat(tmp_path / "a").st_ino == os.stat(found.place).st_ino
        refused = {name: _code(lambda name=name: here.enter(name)) for name in ("link", "file", "")}  # type: ignore[misc]  # the default binds it
        assert refused["link"] in (errno.ELOOP, errno.ENOTDIR)
        assert (refused["file"], refused[""]) == (errno.ENOTDIR, errno.ENOENT)
        for way in ("a/b", "a\0", "../x"):
            assert _code(lambda way=way: here.enter(way)) == errno.EINVAL  # type: ignore[misc]  # the default binds it
        assert (here.link("link"), here.link("a"), here.link("none")) == ("a", None, None)


def test_cve_2024_22365_a_fifo_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with _opened(tmp_path) as here:
        for read in (False, True):
            with pytest.raises(NotADirectoryError):
                here.enter("fifo", read=read)
    for path in (tmp_path / "fifo", tmp_path / "fifo" / "x"):
        with pytest.raises(NotADirectoryError):
            open_directory(_Looking(), str(path))


class _Looking(KernelMounts):
    """The kernel's, for who only looks: nothing is mounted."""

    __slots__ = ()

    def part(self) -> None:
        raise AssertionError

    def keep_to_ourselves(self) -> None:
        raise AssertionError


def test_directories_are_made_changed_and_removed(tmp_path: Path) -> None:
    with _opened(tmp_path) as here:
        here.make("new", 0o700)
        with here.enter("new", read=True) as new:
            new.set_mode(0o1755)
            new.set_owner(os.getuid(), os.getgid())
            status = new.status()
            assert (status.kind, status.mode, status.uid) == ("directory", 0o1755, os.getuid())
            assert new.is_same(new)
            assert not new.is_same(here)
        assert _code(lambda: here.make("new", 0o700)) == errno.EEXIST
        with here.enter("new", read=True) as new:
            assert [new.is_empty(), new.is_empty()] == [True, True]
            (tmp_path / "new" / "link").symlink_to("nowhere")
            assert not new.is_empty()
            (tmp_path / "new" / "link").unlink()
        here.remove("new")
        assert _code(lambda: here.remove("new")) == errno.ENOENT


def test_a_directory_without_a_label_has_none(tmp_path: Path) -> None:
    with _opened(tmp_path) as here:
        try:
            here.set_label("system_u:object_r:tmp_t:s0")
        except OSError:
            assert _code(here.label) in (errno.ENODATA, errno.ENOTSUP, errno.EPERM, None)
        else:
            assert here.label() == "system_u:object_r:tmp_t:s0"


def test_one_goes_to_a_directory_that_is_open(tmp_path: Path) -> None:
    before = os.getcwd()
    try:
        with _opened(tmp_path) as here:
            here.go()
        assert Path.cwd() == tmp_path.resolve()
    finally:
        os.chdir(before)


# --- removing a tree -----------------------------------------------------------------------------


def test_a_tree_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"x")
    tree = tmp_path / "top" / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "link").symlink_to(tmp_path / "kept")
    (tree / "out").symlink_to("../..")
    (tree / "a" / "b" / "file").write_bytes(b"")
    os.mkfifo(tree / "fifo")
    with _opened(tmp_path / "top") as here:
        here.clear("tree")
        assert _code(lambda: here.clear("tree")) == errno.ENOENT
        (tmp_path / "top" / "link").symlink_to(tmp_path / "kept")
        assert _code(lambda: here.clear("link")) in (errno.ENOTDIR, errno.ELOOP)
    assert os.listdir(tmp_path / "kept") == ["file"]
    assert os.listdir(tmp_path / "top") == ["link"]


def test_what_a_user_removes_meanwhile_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "kept").write_bytes(b"")
    listed = os.listdir

    def with_more(directory: int) -> list[str]:
        return ["gone", *listed(directory)]

    with _opened(tmp_path) as here:
        monkeypatch.setattr(os, "listdir", with_more)
        here.clear("tree")
        monkeypatch.undo()
    assert os.listdir(tmp_path) == []


def test_a_tree_can_be_deeper_than_a_process_has_descriptors(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / ".pam_namespace-1").write_bytes(b"")
    (tmp_path / "tree" / ".pam_namespace-2" / "x").mkdir(parents=True)
    here = os.open(tmp_path / "tree", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        os.close(os.open("f", os.O_WRONLY | os.O_CREAT, dir_fd=here))
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    before = len(os.listdir("/proc/self/fd"))
    with _opened(tmp_path) as parent:
        parent.clear("tree")
    assert os.listdir(tmp_path) == []
    assert len(os.listdir("/proc/self/fd")) == before


# --- mounts --------------------------------------------------------------------------------------


@in_private
def test_directories_are_mounted_and_taken_away_by_descriptor(tmp_path: Path) -> None:
    found = _played("covering", tmp_path)
    assert found == {
        "covered": ["below"],
        "uncovered": [],
        "nothing to uncover": errno.EINVAL,
        "memory": ["tmpfs", "rw,nosuid,nodev,noexec", "size=64k"],
        "bad options": errno.EINVAL,
        "moved": ["below"],
        "left alone": errno.EXDEV,
        "still there": ["file"],
    }


def _covering(directory: Path) -> dict[str, Any]:
    one, two, tree = directory / "one", directory / "two", directory / "tree"
    (two / "below").mkdir(parents=True)
    (tree / "mounted").mkdir(parents=True)
    one.mkdir()
    found: dict[str, Any] = {}
    with _opened(directory) as here:
        with here.enter("one") as target, here.enter("two") as source:
            target.cover(source)
            found["covered"] = os.listdir(one)
        with here.enter("one") as target:
            target.uncover()
        found["uncovered"] = os.listdir(one)
        with here.enter("one") as target:
            found["nothing to uncover"] = _code(target.uncover)
            target.cover_with_memory(2 | 4 | 8, "size=64k")
            (line,) = (
                line.split()
                for line in Path("/proc/self/mountinfo").read_text().splitlines()
                if line.split()[4] == str(one)
            )
            about = ",".join(word for word in line[-1].split(",") if word.startswith("size"))
            found["memory"] = [line[-3], line[5].replace(",relatime", ""), about]
        with here.enter("one") as target:
            target.uncover()
            found["bad options"] = _code(lambda: target.cover_with_memory(0, "nonsense"))
        with here.enter("one") as target, here.enter("two") as source:
            # Names may change between the look and the step: the descriptors do not.
            one.rename(directory / "away")
            (directory / "secret").mkdir()
            one.symlink_to("secret")
            target.cover(source)
            found["moved"] = os.listdir(directory / "away") + os.listdir(directory / "secret")
        with _opened(tree / "mounted") as inner:
            inner.cover_with_memory(0, None)
        (tree / "mounted" / "file").write_bytes(b"")
        found["left alone"] = _code(lambda: here.clear("tree"))
        found["still there"] = os.listdir(tree / "mounted")
    return found


@in_private
def test_what_one_thread_mounts_other_processes_do_not_see(tmp_path: Path) -> None:
    assert _played("parting", tmp_path) == {"here": ["below"], "elsewhere": []}


def _parting(directory: Path) -> dict[str, Any]:
    (directory / "one").mkdir()
    (directory / "two" / "below").mkdir(parents=True)
    asked, asking = os.pipe()
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(asked, 1)
        os.write(telling, json.dumps(os.listdir(directory / "one")).encode())
        os._exit(0)
    subprocess.run(["mount", "--make-rshared", "/"], check=True)
    mounts = KernelMounts()
    mounts.part()
    mounts.keep_to_ourselves()
    with (
        open_directory(mounts, str(directory / "one")) as target,
        open_directory(mounts, str(directory / "two")) as source,
    ):
        target.cover(source)
    os.write(asking, b".")
    os.waitpid(child, 0)
    return {"here": os.listdir(directory / "one"), "elsewhere": json.loads(os.read(told, 999))}


@in_private
def test_cve_2025_6020_a_session_is_opened_while_a_user_swaps_directories(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = _played("race", tmp_path)
    assert found["touched"] == []
    assert found["secret"] == [0o700, 0, 0, []]
    assert found["tried"] == 60


def _race(directory: Path) -> dict[str, Any]:
    """Open sessions while a user puts a link in the place of a directory, and it back again.

    The user's process has other mounts, so that it can move what is a mount point here.
    """
    secret, mine = directory / "secret", directory / "mine"
    secret.mkdir(mode=0o700)
    (mine / "a").mkdir(parents=True)
    (mine / "l").symlink_to(secret)
    for path in (mine, mine / "a"):
        os.chown(path, 1000, 1000)
    child = os.fork()
    if child == 0:
        _swap(mine)
    conf = f"{mine}/a/poly {mine}/a/inst/ user:create=0777\n{mine}/a tmpfs tmpfs\n"
    users = [account("alice"), account("root", 0)]
    files: dict[str, bytes | str | OSError] = {"/etc/security/namespace.conf": conf}
    codes = []
    before = _mounted()
    touched: list[str] = []
    try:
        for _ in range(60):
            world = memory_world(users=users, files=files).changed(mounts=KernelMounts())
            words = "ignore_instance_parent_mode mount_private unmount_on_close"
            policy = f"session required pam_namespace.so {words}\n"
            trial = Trial(policy, pam_namespace, world=world)
            codes.append(int(trial.call(Primitive.OPEN_SESSION)))
            touched += [line for line in _mounted() - before if str(secret) in line]
            touched += os.listdir(secret)
            trial.call(Primitive.CLOSE_SESSION)
            trial.end(0)
            time.sleep(0)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    status = secret.stat()
    kept = [status.st_mode & 0o7777, status.st_uid, status.st_gid, os.listdir(secret)]
    return {"touched": touched, "secret": kept, "tried": len(codes), "codes": codes}


def _mounted() -> set[str]:
    """Return roots and places of what is mounted."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return {" ".join(line.split()[3:5]) for line in lines}


def _swap(mine: Path) -> None:
    """Be the user, for as long as somebody lets us live."""
    try:
        os.chdir(mine)  # above it are directories of the one who tests
        os.setgroups([])
        os.setresgid(1000, 1000, 1000)
        os.setresuid(1000, 1000, 1000)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for old, new in (("a", "x"), ("l", "a"), ("a", "l"), ("x", "a")):
                try:
                    os.rename(old, new)
                except OSError:
                    continue
    finally:
        os._exit(0)


def main(name: str, directory: str) -> None:
    """Be the program inside."""
    played = {"covering": _covering, "parting": _parting, "race": _race}[name]
    print(json.dumps(played(Path(directory))))


# --- elsewhere -----------------------------------------------------------------------------------


def test_the_mounts_of_another_machine_are_not_here(tmp_path: Path) -> None:
    elsewhere = system_world(str(tmp_path)).mounts
    assert isinstance(elsewhere, NoMounts)
    for step in (elsewhere.part, elsewhere.keep_to_ourselves, elsewhere.root):
        with pytest.raises(PermissionError):
            step()


def test_what_the_kernel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class _Told:
        def unshare_mounts(self) -> None:
            told.append(("unshare",))

        def mount(self, *arguments: Any) -> None:
            told.append(("mount", *arguments))

        def unmount(self, *arguments: Any) -> None:
            told.append(("unmount", *arguments))

    monkeypatch.setattr(store, "c_library", _Told())
    KernelMounts().part()
    KernelMounts().keep_to_ourselves()
    directory: OpenDirectory = DiskDirectory(7)
    directory.cover(DiskDirectory(8))
    directory.cover_with_memory(2, "size=1m")
    directory.cover_with_memory(0, None)
    directory.uncover()
    at = b"/proc/self/fd/7"
    assert told == [
        ("unshare",),
        ("mount", None, b"/", None, 1 << 14 | 1 << 19, None),
        ("mount", b"/proc/self/fd/8", at, None, 1 << 12, None),
        ("mount", b"tmpfs", at, b"tmpfs", 2, b"size=1m"),
        ("mount", b"tmpfs", at, b"tmpfs", 0, None),
        ("unmount", at, 2),
    ]
