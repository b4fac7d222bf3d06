"""Paths below a root: what they name stays inside."""

import errno
import os
from pathlib import Path

import pytest

from pamkit.stores.root import Root


def _read(root: Path, path: str) -> bytes:
    descriptor = Root(str(root)).open(path)
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "outside").write_text("outside")
    image = tmp_path / "image"
    (image / "etc").mkdir(parents=True)
    (image / "usr/lib").mkdir(parents=True)
    (image / "etc/shadow").write_text("inside")
    (image / "outside").write_text("of the image")
    return image


LINKS = [
    ("/etc/shadow", "absolute"),
    ("shadow", "relative"),
    ("../../../../etc/shadow", "too far up"),
    ("/../../etc/shadow", "absolute and too far up"),
    ("./././/shadow", "dots"),
]


@pytest.mark.parametrize("target", [link for link, _ in LINKS], ids=[name for _, name in LINKS])
def test_a_link_is_followed_inside(image: Path, target: str) -> None:
    (image / "etc/link").symlink_to(target)
    assert _read(image, "/etc/link") == b"inside"


@pytest.mark.parametrize(
    "path", ["/../outside", "/etc/../../outside", "/up/outside", "/up/../outside"]
)
def test_no_path_leads_out(image: Path, path: str) -> None:
    (image / "up").symlink_to("../../../..")
    assert _read(image, path) == b"of the image"


def test_a_link_to_a_host_path_means_the_images_own(image: Path, tmp_path: Path) -> None:
    (image / "etc/link").symlink_to(tmp_path / "outside")
    with pytest.raises(FileNotFoundError):
        _read(image, "/etc/link")


def test_a_directory_that_is_a_link_is_followed_inside(image: Path) -> None:
    (image / "conf").symlink_to("/etc")
    assert _read(image, "/conf/shadow") == b"inside"
    assert _read(image, "/conf/../conf/shadow") == b"inside"


def test_links_in_a_ring_are_refused(image: Path) -> None:
    (image / "a").symlink_to("b")
    (image / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links") as caught:
        _read(image, "/a")
    assert caught.value.errno == errno.ELOOP


@pytest.mark.parametrize("path", ["etc/shadow", "", "/etc/\0shadow", "/etc/\ud800"])
def test_what_is_no_absolute_path_is_refused(image: Path, path: str) -> None:
    for root in (Root(str(image)), Root("/")):
        with pytest.raises(OSError) as caught:  # noqa: PT011  # the number is asserted
            root.open(path)
        assert caught.value.errno == errno.EINVAL


def test_a_missing_directory_and_a_file_in_its_place_are_told_apart(image: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _read(image, "/nowhere/file")
    with pytest.raises(NotADirectoryError):
        _read(image, "/etc/shadow/file")


def test_a_name_of_undecodable_bytes_is_found(image: Path) -> None:
    (image / os.fsdecode(b"\xff")).write_text("odd")
    assert _read(image, "/\udcff") == b"odd"


def test_the_root_itself_is_a_place(image: Path) -> None:
    with Root(str(image)).place("/etc/..") as place:
        assert os.fstat(place.directory).st_ino == image.stat().st_ino
        assert place.name == b"."


def test_no_descriptor_is_left_open(image: Path) -> None:
    (image / "a").symlink_to("a")
    before = os.listdir("/proc/self/fd")
    for path in ("/etc/shadow", "/a", "/etc/none", "/none/x", "/etc/shadow/x", "/../etc"):
        try:
            os.close(Root(str(image)).open(path))
        except OSError:
            continue
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_root_is_the_systems_only_by_that_name(image: Path) -> None:
    assert Root().is_system
    assert Root("//").is_system
    assert not Root(f"{image}/").is_system


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jail").mkdir()
    (tmp_path / "jail/file").write_text("inside")
    monkeypatch.chdir(tmp_path)
    root = Root("jail/")
    monkeypatch.chdir("/")
    descriptor = root.open("/file")
    assert (os.read(descriptor, 9), root.path) == (b"inside", str(tmp_path / "jail"))
    os.close(descriptor)


def test_an_empty_root_is_not_the_whole_system() -> None:
    with pytest.raises(ValueError, match="empty"):
        Root("")
    for path in ("/", "//", "/./"):
        assert Root(path).is_system
