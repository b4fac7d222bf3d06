"""Policy files on the disk: what reading each kind of thing gives."""

import errno
import os
from pathlib import Path

import pytest

from pamkit.policy.source import Outcome, Reading
from pamkit.stores import policy_files
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.root import Root


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "image/etc/pam.d").mkdir(parents=True)
    (tmp_path / "confdir").mkdir()
    return tmp_path / "image"


@pytest.fixture
def source(image: Path) -> DiskSource:
    return DiskSource(Root(str(image)))


def test_a_file_is_read_with_every_byte(source: DiskSource, image: Path) -> None:
    (image / "etc/pam.d/su").write_bytes(b"auth \xff\r\nx\0y")
    assert source.read("/etc/pam.d/su") == Reading(Outcome.READ, "auth \udcff\r\nx\0y")


@pytest.mark.parametrize("path", ["/etc/pam.d/none", "/none/su", "/etc/pam.d/su/more"])
def test_what_is_not_there_is_missing(source: DiskSource, image: Path, path: str) -> None:
    (image / "etc/pam.d/su").touch()
    assert source.read(path).outcome is Outcome.MISSING


@pytest.mark.parametrize("path", ["relative", "/etc/pam.d/\0", "/loop"])
def test_what_cannot_be_opened_is_unreadable(source: DiskSource, image: Path, path: str) -> None:
    (image / "loop").symlink_to("loop")
    reading = source.read(path)
    assert reading.outcome is Outcome.UNREADABLE
    assert reading.reason


def test_a_file_without_permission_is_unreadable(
    source: DiskSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Root, "open", refuse)
    assert source.read("/x") == Reading(Outcome.UNREADABLE, "", "permission denied")
    assert not source.is_directory("/x")


def test_a_directory_is_cut_short(source: DiskSource) -> None:
    assert source.read("/etc/pam.d") == Reading(Outcome.CUT_SHORT, "", "is a directory")


def test_a_fifo_or_device_is_cut_short_and_not_waited_for(source: DiskSource, image: Path) -> None:
    os.mkfifo(image / "fifo")
    expected = Reading(Outcome.CUT_SHORT, "", "is not a regular file")
    assert source.read("/fifo") == expected
    assert DiskSource(Root()).read("/dev/zero") == expected


def test_a_link_to_dev_null_says_that_nothing_is_here(image: Path) -> None:
    (image / "su").symlink_to("/dev/null")
    assert DiskSource(Root()).read(str(image / "su")) == Reading(Outcome.READ, "")


def test_a_file_that_is_too_long_is_cut_short(source: DiskSource, image: Path) -> None:
    (image / "f").write_bytes(b"x" * policy_files.MAX_POLICY)
    assert source.read("/f").outcome is Outcome.READ
    with (image / "f").open("ab") as file:
        file.truncate(1 << 40)
    reading = source.read("/f")
    assert reading.outcome is Outcome.CUT_SHORT
    assert len(reading.text) == policy_files.MAX_POLICY


def test_a_read_that_fails_keeps_what_came_before(
    source: DiskSource, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image / "f").write_bytes(b"some text")
    read, calls = os.read, iter([True])

    def fails_later(descriptor: int, count: int) -> bytes:
        if next(calls, False):
            return read(descriptor, 4)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", fails_later)
    assert source.read("/f") == Reading(Outcome.CUT_SHORT, "some", "input/output error")


def test_directories_are_known(source: DiskSource, image: Path) -> None:
    (image / "link").symlink_to("/etc/pam.d")
    (image / "f").touch()
    found = {
        path for path in ("/etc/pam.d", "/link", "/f", "/none", "x") if source.is_directory(path)
    }
    assert found == {"/etc/pam.d", "/link"}


def test_a_confdir_is_the_hosts_and_the_rest_is_not(image: Path) -> None:
    confdir = image.parent / "confdir"
    (confdir / "su").write_text("host")
    (image.parent / "secret").write_text("secret")
    (image.parent / "confdirx").mkdir()
    (image.parent / "confdirx/su").write_text("neighbour")
    source = DiskSource(Root(str(image)), unrooted=f"{confdir}/")
    assert source.read(f"{confdir}/su") == Reading(Outcome.READ, "host")
    assert source.is_directory(str(confdir))
    for path in (f"{confdir}/../secret", f"{confdir}x/su", str(image.parent / "secret")):
        assert source.read(path).outcome is Outcome.MISSING
    assert source.read(f"{confdir}/\ud800").outcome is Outcome.UNREADABLE
    assert source.read(f"{confdir}/\0").outcome is Outcome.UNREADABLE


def test_a_confdir_may_be_relative(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(image)
    (image / "etc/pam.d/su").write_text("here")
    source = DiskSource(Root(), unrooted="etc/pam.d")
    assert source.read("etc/pam.d/su") == Reading(Outcome.READ, "here")


def test_with_directories_that_stay_open_everything_is_read_as_without(tmp_path: Path) -> None:
    (tmp_path / "app").write_text("auth required pam_unix.so\n")
    (tmp_path / "dir").mkdir()
    names = ("app", "none", "dir", "dir/", "", "app/", "dir/../app", "none/app", "app/x", "x" * 300)
    pins: dict[str, int] = {}
    plain, kept = DiskSource(Root()), DiskSource(Root(), pins=pins)
    paths = [f"{tmp_path}/{name}" for name in names]
    try:
        assert [plain.read(path) for path in paths] == [kept.read(path) for path in paths]
        assert [plain.is_directory(p) for p in paths] == [kept.is_directory(p) for p in paths]
    finally:
        for descriptor in pins.values():
            os.close(descriptor)
