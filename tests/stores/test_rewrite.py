"""Rewriting a file: the old one or the new one, never anything between, nothing left beside."""

import errno
import os
from pathlib import Path

import pytest

from pamkit.stores.rewrite import rewrite
from pamkit.stores.root import Root


def _new(data: bytes) -> bytes:
    return data + b"new\n"


def test_owner_and_mode_stay(tmp_path: Path) -> None:
    file = tmp_path / "shadow"
    file.write_bytes(b"old\n")
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 65534, 42)
    before = file.stat()
    assert rewrite(Root(str(tmp_path)), "/shadow", _new)
    after = file.stat()
    assert file.read_bytes() == b"old\nnew\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_ino != before.st_ino
    assert os.listdir(tmp_path) == ["shadow"]


def test_attributes_stay(tmp_path: Path) -> None:
    file = tmp_path / "shadow"
    file.write_bytes(b"old\n")
    try:
        os.setxattr(file, "user.label", b"kept")
    except OSError:
        return  # a file system without attributes has none to lose
    assert rewrite(Root(str(tmp_path)), "/shadow", _new)
    assert os.getxattr(file, "user.label") == b"kept"


@pytest.mark.parametrize(
    ("attribute", "changed"),
    [("security.selinux", True), ("system.posix_acl_access", False), ("security.ima", True)],
)
def test_only_an_access_list_that_cannot_be_kept_stops_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attribute: str, changed: bool
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "as the test wants it")

    (tmp_path / "f").write_bytes(b"old\n")
    monkeypatch.setattr(os, "listxattr", lambda _: [attribute])
    monkeypatch.setattr(os, "getxattr", lambda *_: b"label")
    monkeypatch.setattr(os, "setxattr", refuse)
    try:
        assert rewrite(Root(str(tmp_path)), "/f", _new) == changed
    except PermissionError:
        assert not changed
    assert (tmp_path / "f").read_bytes() == (b"old\nnew\n" if changed else b"old\n")
    assert os.listdir(tmp_path) == ["f"]


def test_a_signature_of_the_old_bytes_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    (tmp_path / "f").write_bytes(b"old\n")
    monkeypatch.setattr(os, "listxattr", lambda _: ["security.ima", "security.evm", "user.x"])
    monkeypatch.setattr(os, "getxattr", lambda *_: b"label")
    monkeypatch.setattr(os, "setxattr", lambda _, name, __: kept.append(name))
    assert rewrite(Root(str(tmp_path)), "/f", _new)
    assert kept == ["user.x"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/passwd").write_bytes(b"old\n")
    (tmp_path / "passwd").symlink_to("/real/passwd")
    assert rewrite(Root(str(tmp_path)), "/passwd", _new)
    assert (tmp_path / "passwd").is_symlink()
    assert (tmp_path / "real/passwd").read_bytes() == b"old\nnew\n"


def test_no_change_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old\n")
    before = file.stat()
    assert not rewrite(Root(str(tmp_path)), "/f", lambda _: None)
    assert file.stat().st_ino == before.st_ino


@pytest.mark.parametrize("call", ["fchown", "fchmod", "write", "fsync", "close", "rename", "fstat"])
def test_a_failing_call_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (tmp_path / "f").write_bytes(b"old\n")
    works, descriptors = getattr(os, call), os.listdir("/proc/self/fd")
    calls = iter([True])

    def fails(*args: object, **named: object) -> object:
        if call == "close":
            works(*args)
        if next(calls, False):
            raise OSError(errno.EIO, "as the test wants it")
        return None if call == "close" else works(*args, **named)

    def edit(data: bytes) -> bytes:
        if call == "close":  # the closing that matters is that of the new file
            monkeypatch.setattr(os, call, fails)
        return _new(data)

    if call != "close":
        monkeypatch.setattr(os, call, fails)
    with pytest.raises(OSError, match="as the test wants it"):
        rewrite(Root(str(tmp_path)), "/f", edit)
    monkeypatch.undo()
    assert (tmp_path / "f").read_bytes() == b"old\n"
    assert os.listdir(tmp_path) == ["f"]
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)


def test_an_edit_that_raises_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old\n")

    def edit(_: bytes) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rewrite(Root(str(tmp_path)), "/f", edit)
    assert os.listdir(tmp_path) == ["f"]


def test_an_interrupt_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"old\n")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rewrite(Root(str(tmp_path)), "/f", _new)
    assert os.listdir(tmp_path) == ["f"]
    assert (tmp_path / "f").read_bytes() == b"old\n"


def test_a_write_that_takes_a_little_at_a_time_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"old\n")
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:2]))
    assert rewrite(Root(str(tmp_path)), "/f", _new)
    assert (tmp_path / "f").read_bytes() == b"old\nnew\n"


@pytest.mark.needs("root")
def test_nobody_may_read_the_new_file_before_it_is_the_old_ones_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"old\n")
    (tmp_path / "f").chmod(0o666)
    modes, fchown = [], os.fchown

    def watch(descriptor: int, uid: int, gid: int) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)
        fchown(descriptor, uid, gid)

    monkeypatch.setattr(os, "fchown", watch)
    assert rewrite(Root(str(tmp_path)), "/f", _new)
    assert modes == [0o600]


def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    with pytest.raises(OSError, match="not a regular file"):
        rewrite(Root(str(tmp_path)), "/f", _new)
    with pytest.raises(FileNotFoundError):
        rewrite(Root(str(tmp_path)), "/g", _new)
    assert os.listdir(tmp_path) == ["f"]


def test_what_a_killed_writer_left_goes_with_the_next_change(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old\n")
    (tmp_path / ".pam.f").write_bytes(b"half of it")
    (tmp_path / ".pam.f.old").write_bytes(b"another name of it")
    assert rewrite(Root(str(tmp_path)), "/f", _new)
    assert sorted(os.listdir(tmp_path)) == ["f"]


def _made(data: bytes) -> bytes:
    assert data == b""
    return b"new\n"


def test_a_missing_file_is_made_for_its_owner_alone_if_so_wished(tmp_path: Path) -> None:
    assert rewrite(Root(str(tmp_path)), "/f", _made, create=True)
    status = (tmp_path / "f").stat()
    owner = (0, 0) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    assert (tmp_path / "f").read_bytes() == b"new\n"
    assert (status.st_mode & 0o7777, (status.st_uid, status.st_gid)) == (0o600, owner)
    assert os.listdir(tmp_path) == ["f"]


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    assert not rewrite(Root(str(tmp_path)), "/f", lambda _: None, create=True)
    with pytest.raises(FileNotFoundError):
        rewrite(Root(str(tmp_path)), "/g/f", _made, create=True)
    assert os.listdir(tmp_path) == []


def _no_trouble(fault: OSError) -> None:
    raise AssertionError(fault)


def test_the_old_file_is_kept_under_another_name_if_so_wished(tmp_path: Path) -> None:
    file, root = tmp_path / "f", Root(str(tmp_path))
    assert rewrite(root, "/f", _made, create=True, backup=_no_trouble)
    assert os.listdir(tmp_path) == ["f"]  # there was no old one
    before = file.stat().st_ino
    for number in (1, 2):
        assert rewrite(root, "/f", _new, backup=_no_trouble)
        assert (tmp_path / "f.old").read_bytes() == b"new\n" * number
        assert (tmp_path / "f.old").stat().st_ino == before
        before = file.stat().st_ino
    assert sorted(os.listdir(tmp_path)) == ["f", "f.old"]


def test_a_backup_that_is_the_file_itself_is_no_trouble(tmp_path: Path) -> None:
    """So it is if a writer was killed between the backup and the change."""
    (tmp_path / "f").write_bytes(b"old\n")
    (tmp_path / "f.old").hardlink_to(tmp_path / "f")
    (tmp_path / ".pam.f.old").write_bytes(b"left behind")
    assert rewrite(Root(str(tmp_path)), "/f", _new, backup=_no_trouble)
    assert (tmp_path / "f.old").read_bytes() == b"old\n"
    assert sorted(os.listdir(tmp_path)) == ["f", "f.old"]


@pytest.mark.parametrize("call", ["link", "rename"])
def test_a_backup_that_fails_is_told_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (tmp_path / "f").write_bytes(b"old\n")
    works, faults = getattr(os, call), list[OSError]()
    refusals = iter([OSError(errno.EPERM, "as the test wants it")])

    def refuse(*args: object, **named: object) -> object:
        fault = next(refusals, None)
        if fault is not None:
            raise fault
        return works(*args, **named)

    monkeypatch.setattr(os, call, refuse)
    assert rewrite(Root(str(tmp_path)), "/f", _new, backup=faults.append)
    monkeypatch.undo()
    assert [str(fault) for fault in faults] == ["[Errno 1] as the test wants it"]
    assert (tmp_path / "f").read_bytes() == b"old\nnew\n"
    assert os.listdir(tmp_path) == ["f"]


def test_without_a_lock_no_writer_takes_the_name_of_anothers_new_file(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old\n")
    beside: list[str] = []

    def refuse(name: bytes, *_: object, **__: object) -> None:
        beside.append(os.fsdecode(name))
        raise OSError(errno.EIO, "as the test wants it")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "rename", refuse)
        for _ in range(2):
            with pytest.raises(OSError, match="as the test wants it"):
                rewrite(Root(str(tmp_path)), "/f", _new, locked=False)
    assert len(set(beside)) == 2
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"old\n", ["f"])
    assert rewrite(Root(str(tmp_path)), "/f", _new, locked=False)
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"old\nnew\n", ["f"])
