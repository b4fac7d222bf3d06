"""Files that only root can have written, and those that others could have."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pamkit.stores.trusted import MOST_BYTES, Untrusted, read_trusted
from tests.native.built import PLACE

needs_root = pytest.mark.needs("root")


@pytest.fixture
def closed() -> Iterator[Path]:
    """Give a directory that nobody but root can write, nor any above it."""
    base = PLACE / f"pamkit-tests-{os.geteuid()}"
    base.mkdir(parents=True, exist_ok=True, mode=0o755)
    path = Path(tempfile.mkdtemp(prefix="trusted-", dir=base))
    path.chmod(0o755)
    (path / "file").write_bytes(b"text")
    (path / "file").chmod(0o644)
    yield path
    shutil.rmtree(path)


@needs_root
def test_a_file_of_roots_is_read(closed: Path) -> None:
    (closed / "link").symlink_to(closed)
    (closed / "relative").symlink_to(f"../{closed.name}/.")
    for path in ("file", "./file", "link/file", "relative/link/file", f"../{closed.name}//file"):
        assert read_trusted(f"{closed}/{path}").data == b"text"


@needs_root
def test_another_file_has_another_identity(closed: Path) -> None:
    first = read_trusted(f"{closed}/file").identity
    assert read_trusted(f"{closed}/file").identity == first
    (closed / "new").write_bytes(b"text")
    (closed / "new").rename(closed / "file")
    assert read_trusted(f"{closed}/file").identity != first


def _in_another(path: Path, mode: int, owner: int = 0) -> None:
    (path / "sub").mkdir()
    (path / "file").rename(path / "sub" / "file")
    (path / "file").symlink_to("sub/file")
    (path / "by").symlink_to("sub")
    os.chown(path / "sub", owner, owner)
    (path / "sub").chmod(mode)


UNTRUSTED: dict[str, tuple[Callable[[Path], object], str]] = {
    "all can write it": (lambda p: (p / "file").chmod(0o646), "file"),
    "a group can write it": (lambda p: (p / "file").chmod(0o664), "file"),
    "another's": (lambda p: os.chown(p / "file", 65534, 0), "file"),
    "all can write its directory": (lambda p: p.chmod(0o757), "file"),
    "a sticky directory": (lambda p: p.chmod(0o1777), "file"),
    "a group can write its directory": (lambda p: p.chmod(0o775), "file"),
    "another's directory": (lambda p: os.chown(p, 65534, 0), "file"),
    "a directory": (lambda p: (p / "sub").mkdir(), "sub"),
    "a fifo": (lambda p: os.mkfifo(p / "fifo", 0o600), "fifo"),
    "by a link to a directory that all can write": (lambda p: _in_another(p, 0o777), "by/file"),
    "by a link to another's directory": (lambda p: _in_another(p, 0o755, 65534), "by/file"),
}


@needs_root
@pytest.mark.parametrize("what", UNTRUSTED)
def test_what_others_could_have_written_is_not_read(what: str, closed: Path) -> None:
    change, path = UNTRUSTED[what]
    change(closed)
    with pytest.raises(Untrusted):
        read_trusted(f"{closed}/{path}")


@needs_root
def test_a_link_is_no_file_and_links_come_to_an_end(closed: Path) -> None:
    (closed / "link").symlink_to("file")
    (closed / "round").symlink_to("round")
    (closed / "large").write_bytes(bytes(MOST_BYTES + 1))
    for path in ("link", "round/file", "absent", "file/file", "large", ".."):
        with pytest.raises(OSError, match=path.partition("/")[0]):
            read_trusted(f"{closed}/{path}")


def test_a_path_is_absolute() -> None:
    for path in ("", "file", "./file", "/etc/passwd\0"):
        with pytest.raises(OSError, match="expected an absolute path"):
            read_trusted(path)


def test_a_place_for_everybody_is_trusted_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    # Whoever runs the tests: it is another's than root's, or below a directory for all.
    with pytest.raises(Untrusted):
        read_trusted(f"{tmp_path}/file")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = count()
    for path in ("/etc/passwd", "/etc/passwd/x", "/no/such", f"{tmp_path}/file", "/usr/bin"):
        try:
            read_trusted(path)
        except OSError:
            continue
    assert count() == before
