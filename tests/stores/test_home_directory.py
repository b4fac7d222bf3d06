"""Home directories: what is copied, whose it is, and who cannot get between."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pamkit.module.world import Account
from pamkit.stores import home_directory
from pamkit.stores.home_directory import DiskHomes
from pamkit.stores.root import Root
from pamkit.testing.accounts import account
from tests.crash.harness import (
    DEADLY,
    FAIL,
    FAIL_BEHIND,
    INTERRUPT,
    KILL,
    KILL_BEHIND,
    KILL_HALFWAY,
    anywhere,
    changes,
    every_strike,
)

_ROOT = os.geteuid() == 0
_UID, _GID = (1234, 2345) if _ROOT else (os.geteuid(), os.getegid())
as_root = pytest.mark.needs("root")


@pytest.fixture(autouse=True)
def _usual_umask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for path in ("home", "etc/skel/.config/deep", "etc/empty"):
        (tmp_path / path).mkdir(parents=True)
    skeleton = tmp_path / "etc/skel"
    (skeleton / ".profile").write_bytes(b"x" * 200_000)
    (skeleton / "run").write_text("#!/bin/sh\n")
    (skeleton / "run").chmod(0o755)
    (skeleton / ".config/deep/caf\udce9").write_text("deep")
    (skeleton / ".config/deep/caf\udce9").chmod(0o400)
    # What links lead to is the test's own: code that follows them must not reach the machine.
    (tmp_path / "secret").write_text("root's")
    (tmp_path / "secret").chmod(0o600)
    (skeleton / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(skeleton / "fifo")
    return tmp_path


def _alice(home: str = "/home/alice") -> Account:
    return account("alice", _UID, gid=_GID).changed(home=home)


def _make(
    place: Path,
    home: str = "/home/alice",
    *,
    skeletons: tuple[str, ...] = ("/etc/skel",),
    mode: int = 0o750,
    mask: int = 0o022,
) -> None:
    DiskHomes(Root(str(place))).make(_alice(home), skeletons=skeletons, mode=mode, mask=mask)


def _tree(top: Path) -> dict[str, tuple[str, int, int, int | str]]:
    found: dict[str, tuple[str, int, int, int | str]] = {}
    for path in (top, *top.rglob("*")):
        status = path.lstat()
        kind = {stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFREG: "f"}[
            stat.S_IFMT(status.st_mode)
        ]
        what = os.readlink(path) if kind == "l" else stat.S_IMODE(status.st_mode)
        found[str(path.relative_to(top))] = (kind, status.st_uid, status.st_gid, what)
    return found


def test_a_home_is_a_copy_that_belongs_to_the_user(place: Path) -> None:
    _make(place)
    owner = (_UID, _GID)
    assert _tree(place / "home/alice") == {
        ".": ("d", *owner, 0o750),
        ".profile": ("f", *owner, 0o644),
        "run": ("f", *owner, 0o755),
        ".config": ("d", *owner, 0o750),
        ".config/deep": ("d", *owner, 0o750),
        ".config/deep/caf\udce9": ("f", *owner, 0o600),
        "link": ("l", *owner, str(place / "secret")),
    }
    secret = (place / "secret").stat()
    assert (stat.S_IMODE(secret.st_mode), secret.st_uid) == (0o600, os.geteuid())
    for name in (".profile", "run", ".config/deep/caf\udce9"):
        copied = (place / "home/alice" / name).read_bytes()
        assert copied == (place / "etc/skel" / name).read_bytes()


@pytest.mark.parametrize(
    ("mode", "mask", "home", "below", "file"),
    [
        (0o700, 0o077, 0o700, 0o700, 0o600),
        (0o777, 0, 0o777, 0o777, 0o666),
        (0o711, 0o022, 0o711, 0o711, 0o644),
        (0o777, 0o027, 0o777, 0o750, 0o640),
        (0o2775, 0o022, 0o2775, 0o2755, 0o644),
    ],
)
def test_permissions_are_what_is_asked_for_whatever_the_umask_is(
    place: Path, mode: int, mask: int, home: int, below: int, file: int
) -> None:
    os.umask(0o077)
    _make(place, mode=mode, mask=mask)
    found = [
        stat.S_IMODE((place / "home/alice" / name).stat().st_mode)
        for name in (".", ".config", ".profile")
    ]
    assert found == [home, below, file]


@as_root
def test_nobody_becomes_another_by_a_skeleton(place: Path) -> None:
    (place / "etc/skel/run").chmod(0o6755)
    _make(place)
    assert _tree(place / "home/alice")["run"] == ("f", _UID, _GID, 0o755)


def test_what_is_missing_of_the_way_is_made_for_root(place: Path) -> None:
    for home in ("/a/b/./c//alice/", "/home/alice/.", "/direct"):
        _make(place, home)
        assert (place / home[1:] / ".profile").exists()
    for path in ("a", "a/b", "a/b/c"):
        status = (place / path).stat()
        assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o755, os.geteuid())


@pytest.mark.parametrize(
    "home",
    ["/", "//", "/.", "/..", "/home/..", "/home/alice/..", "/home/../home/alice", "home/x", ""],
)
def test_a_way_that_leads_elsewhere_is_not_gone(place: Path, home: str) -> None:
    before = _tree(place / "home")
    with pytest.raises(OSError, match="unable to create directory"):
        _make(place, home)
    assert _tree(place / "home") == before


def test_what_is_there_is_not_touched(place: Path) -> None:
    there = place / "home/alice"
    (place / "elsewhere").mkdir()
    lays: tuple[Callable[[], object], ...] = (
        there.mkdir,
        there.touch,
        lambda: there.symlink_to("../elsewhere"),
    )
    for lay in lays:
        lay()
        before = there.lstat()
        with pytest.raises(
            FileExistsError, match="unable to create directory /home/alice: File ex"
        ):
            _make(place)
        after = there.lstat()
        assert (after.st_ino, after.st_mode, after.st_uid) == (
            before.st_ino,
            before.st_mode,
            before.st_uid,
        )
        there.rmdir() if stat.S_ISDIR(before.st_mode) else there.unlink()
    assert os.listdir(place / "elsewhere") == []


def test_links_of_root_on_the_way_are_followed_and_stay_inside(place: Path) -> None:
    outside = place / "outside"  # the test's own: no code that goes there reaches the machine
    inside = place / str(outside)[1:]
    (outside / "homes").mkdir(parents=True)
    (inside / "homes").mkdir(parents=True)
    (place / "home").rmdir()
    (place / "home").symlink_to(f"/../..{outside}/../outside/./homes")
    _make(place)
    assert (inside / "homes/alice/.profile").exists()
    (place / "dead").symlink_to(outside / "nothing")
    (place / "round").symlink_to("round")
    for home in ("/dead/alice", "/dead/more/alice", "/round/alice", "/etc/skel/run/alice"):
        with pytest.raises(OSError, match=f"unable to create directory {home}"):
            _make(place, home)
    assert os.listdir(inside) == os.listdir(outside) == ["homes"]
    assert os.listdir(outside / "homes") == []


@as_root
def test_a_link_of_a_users_does_not_lead_root_anywhere(place: Path) -> None:
    (place / "srv").mkdir()
    (place / "home/shared").symlink_to("../srv")
    os.chown(place / "home/shared", _UID, _GID, follow_symlinks=False)
    with pytest.raises(PermissionError, match="`shared` is a user's link"):
        _make(place, "/home/shared/alice")
    assert os.listdir(place / "srv") == []


def test_the_first_skeleton_counts_and_others_fill_what_it_has_not(place: Path) -> None:
    other = place / "usr/skel"
    (other / ".config/deep").mkdir(parents=True)
    (other / ".config/deep/more").write_text("more")
    (other / ".config/own").mkdir()
    (other / "run").mkdir()
    (other / "run/inside").write_text("not copied")
    (other / ".profile").write_text("theirs")
    (other / "link").write_text("theirs")
    (place / "third/.config").mkdir(parents=True)
    (place / "third/.config/third").write_text("third")
    (place / "third/.config/deep").write_text("no directory")
    _make(place, skeletons=("/etc/skel", "/usr/skel", "/third"))
    home = place / "home/alice"
    assert sorted(os.listdir(home)) == [".config", ".profile", "link", "run"]
    assert sorted(os.listdir(home / ".config")) == ["deep", "own", "third"]
    assert sorted(os.listdir(home / ".config/deep")) == ["caf\udce9", "more"]
    assert (home / "run").read_text() == "#!/bin/sh\n"
    assert (home / ".profile").stat().st_size == 200_000
    assert (home / "link").is_symlink()


def test_without_a_skeleton_a_home_is_empty(place: Path) -> None:
    _make(place, skeletons=())
    assert _tree(place / "home/alice") == {".": ("d", _UID, _GID, 0o750)}


@pytest.mark.parametrize("skeleton", ["/etc/none", "/etc/skel/run", "etc/skel"])
def test_a_skeleton_that_cannot_be_read_is_an_error_and_the_home_is_empty(
    place: Path, skeleton: str
) -> None:
    with pytest.raises(OSError, match=f"unable to read directory {skeleton}: "):
        _make(place, skeletons=("/etc/skel", skeleton))
    assert _tree(place / "home/alice") == {".": ("d", _UID, _GID, 0o750)}


def test_a_file_that_is_too_large_is_an_error_and_no_signal(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_directory, "_room", lambda: 199_999)
    with pytest.raises(OSError, match="unable to perform IO: File too large"):
        _make(place)
    assert _tree(place / "home/alice")["."] == ("d", _UID, _GID, 0o750)


def test_a_skeleton_has_an_end(place: Path) -> None:
    deep = place / "etc/skel/d"
    for _ in range(70):
        deep.mkdir()
        deep = deep / "d"
    with pytest.raises(OSError, match=r"unable to create directory /home/alice/d.*: File name too"):
        _make(place)
    assert _tree(place / "home/alice")["."] == ("d", _UID, _GID, 0o750)


@pytest.mark.parametrize(("uid", "gid"), [(0xFFFFFFFF, 5), (5, 0xFFFFFFFF)])
def test_nobodys_number_gets_no_home(place: Path, uid: int, gid: int) -> None:
    who = account("alice", uid, gid=gid)
    with pytest.raises(OSError, match="unable to change perms on directory"):
        DiskHomes(Root(str(place))).make(who, skeletons=(), mode=0o700, mask=0)
    assert os.listdir(place / "home") == []


@as_root
def test_who_may_not_gets_a_reason() -> None:
    with (
        _open_to_all() as place,
        _acting(_UID),
        pytest.raises(PermissionError, match="directory /home/alice: Permission"),
    ):
        _make(place)


@as_root
def test_who_may_make_it_but_not_give_it_away_keeps_it() -> None:
    with _open_to_all() as place:
        (place / "home").chmod(0o777)
        with _acting(_UID + 1), pytest.raises(PermissionError, match="unable to change perms on"):
            _make(place, skeletons=())
        assert _tree(place / "home/alice") == {".": ("d", _UID + 1, 0, 0o750)}


@contextlib.contextmanager
def _open_to_all() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pamkit-homes-") as directory:
        place = Path(directory)
        place.chmod(0o755)
        (place / "home").mkdir()
        yield place


@contextlib.contextmanager
def _acting(uid: int) -> Iterator[None]:
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


# --- somebody is quick --------------------------------------------------------------------------


def _after(
    monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object], *, times: int = 1
) -> None:
    """Let ``act`` happen right behind a system call that succeeded."""
    real, left = getattr(os, name), [times]

    def call(*given: object, **more: object) -> object:
        result = real(*given, **more)
        if left[0]:
            left[0] -= 1
            act()
        return result

    monkeypatch.setattr(os, name, call)


def _swapped(place: Path, other: Path) -> Callable[[], None]:
    def swap() -> None:
        (place / "home/alice").rename(place / "home/moved")
        other.rename(place / "home/alice")

    return swap


@as_root
def test_another_directory_put_in_its_place_is_not_filled(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = place / "kept"
    kept.mkdir(mode=0o700)
    (kept / "secret").touch()
    _after(monkeypatch, "mkdir", _swapped(place, kept))
    with pytest.raises(PermissionError, match="unable to enter directory /home/alice"):
        _make(place)
    assert _tree(place / "home/alice") == {".": ("d", 0, 0, 0o700), "secret": ("f", 0, 0, 0o644)}


@as_root
@pytest.mark.parametrize(("uid", "mode"), [(_UID, 0o700), (0, 0o755)])
def test_a_directory_that_others_can_enter_is_not_filled(
    place: Path, monkeypatch: pytest.MonkeyPatch, uid: int, mode: int
) -> None:
    theirs = place / "theirs"
    theirs.mkdir()
    theirs.chmod(mode)
    os.chown(theirs, uid, 0)
    _after(monkeypatch, "mkdir", _swapped(place, theirs))
    with pytest.raises(PermissionError, match="unable to enter directory"):
        _make(place)
    assert os.listdir(place / "home/alice") == []


def test_a_link_put_in_its_place_is_not_followed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "elsewhere").mkdir(mode=0o700)
    (place / "bait").symlink_to("../elsewhere")
    _after(monkeypatch, "mkdir", _swapped(place, place / "bait"))
    with pytest.raises(OSError, match="unable to enter directory /home/alice"):
        _make(place)
    assert _tree(place / "elsewhere") == {".": ("d", os.geteuid(), os.getegid(), 0o700)}


def test_what_is_moved_away_while_it_is_filled_is_still_what_is_given(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = place / "other"
    other.mkdir(mode=0o700)
    owner = other.stat().st_uid
    _after(monkeypatch, "fchmod", _swapped(place, other))
    _make(place)
    assert (place / "home/moved/.profile").exists()
    assert os.listdir(place / "home/alice") == []
    assert (place / "home/alice").stat().st_uid == owner


def test_until_it_is_complete_only_its_maker_can_enter(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def look() -> None:
        status = (place / "home/alice").stat()
        seen.append((stat.S_IMODE(status.st_mode), status.st_uid))

    # Files and directories in it are given away one by one; the home is the last.
    _after(monkeypatch, "fchmod", look, times=5)
    _make(place)
    assert seen == [(0o700, os.geteuid())] * 5


# --- it does not come to its end ----------------------------------------------------------------


@as_root
@pytest.mark.parametrize("kind", [KILL, KILL_HALFWAY, KILL_BEHIND, FAIL, FAIL_BEHIND, INTERRUPT])
def test_what_is_left_of_an_attempt_is_nobodys_or_the_users(place: Path, kind: str) -> None:
    home, skeleton = place / "home/alice", place / "etc/skel"
    shutil.rmtree(skeleton / ".config/deep")
    (skeleton / ".profile").write_text("short")
    _make(place, "/whole")
    whole, struck = _tree(place / "whole"), 0
    descriptors = [0]

    def prepare() -> None:
        shutil.rmtree(home, ignore_errors=True)
        descriptors[0] = len(os.listdir("/proc/self/fd"))

    for strike in every_strike(
        lambda: _make(place, "/home/alice"),
        prepare=prepare,
        kinds=[kind],
        where=changes if kind in DEADLY else anywhere,
    ):
        struck += 1
        left = _tree(home) if home.exists() else {".": ("d", 0, 0, 0o700)}
        top = left.pop(".")
        is_given, is_whole = top[1:3] == (_UID, _GID), {".", *left} == whole.keys()
        if is_given:
            # C: an error gives what there is; a killed process has given all or nothing.
            assert top == whole["."], strike
            assert is_whole or strike.kind not in DEADLY, strike
        else:
            # Only root can enter it, unless all is in it.
            assert top == ("d", 0, 0, 0o700) or is_whole, strike
        if kind in (FAIL, INTERRUPT) and strike.call != "close":
            assert len(os.listdir("/proc/self/fd")) == descriptors[0], strike
        if strike.ended.how == "returned":
            assert (is_given, is_whole) == (True, True), strike
    assert struck > (0 if kind is KILL_HALFWAY else 12)
