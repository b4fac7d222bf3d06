"""Hashes and their ages in the account files below a root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.module.world import GroupShadow, Shadow
from pamkit.stores import credentials as module
from pamkit.stores.credentials import ShadowFiles
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret

PASSWD = "root:x:0:0::/:\nalice:x:1000:1000:::\nold:$1$h:1001:1001:::\nnew:x:1002:1002:::\n"
SHADOW = "# kept\nroot:*:19000:0:99999:7:::\nalice:$6$a:19000:0:90:7:14:20000:\nodd:line\n"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "etc/security").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text(PASSWD)
    (tmp_path / "etc/shadow").write_text(SHADOW)
    (tmp_path / "etc/shadow").chmod(0o600)
    return tmp_path


@pytest.fixture
def store(image: Path) -> ShadowFiles:
    return ShadowFiles(Root(str(image)))


def test_an_entry_is_read(store: ShadowFiles) -> None:
    assert store.shadow("alice") == Shadow("alice", Secret("$6$a"), 19000, 0, 90, 7, 14, 20000)
    assert store.shadow("old") is None
    assert store.shadow("odd") is None


def test_no_shadow_file_is_no_entry(store: ShadowFiles, image: Path) -> None:
    (image / "etc/shadow").unlink()
    assert store.shadow("alice") is None


def test_a_shadow_file_that_may_not_be_read_says_so(
    store: ShadowFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "find_in", refuse)
    with pytest.raises(PermissionError):
        store.shadow("alice")


def test_a_change_keeps_every_other_byte(store: ShadowFiles, image: Path) -> None:
    with store.lock():
        assert store.change("alice", Secret("$y$new"), last_change=20500)
    expected = SHADOW.replace("$6$a:19000", "$y$new:20500")
    assert (image / "etc/shadow").read_text() == expected
    assert (image / "etc/passwd").read_text() == PASSWD
    assert (image / "etc/shadow").stat().st_mode & 0o777 == 0o600


def test_a_hash_that_lives_in_passwd_is_changed_there(store: ShadowFiles, image: Path) -> None:
    with store.lock():
        assert store.change("old", Secret("$y$new"), last_change=20500)
    assert (image / "etc/passwd").read_text() == PASSWD.replace("$1$h", "$y$new")
    assert (image / "etc/shadow").read_text() == SHADOW


def test_a_user_that_shadow_lacks_is_added_without_ages(store: ShadowFiles, image: Path) -> None:
    with store.lock():
        assert store.change("new", Secret("$y$new"), last_change=20500)
    assert (image / "etc/shadow").read_text() == SHADOW + "new:$y$new:20500::::::\n"
    assert store.shadow("new") == Shadow("new", Secret("$y$new"), 20500)


def test_an_unknown_day_leaves_the_field_empty(store: ShadowFiles) -> None:
    with store.lock():
        assert store.change("alice", Secret("$y$new"), last_change=-1)
    entry = store.shadow("alice")
    assert entry is not None
    assert entry.last_change == -1


def test_an_unknown_user_changes_nothing(store: ShadowFiles, image: Path) -> None:
    with store.lock():
        assert not store.change("carol", Secret("$y$new"), last_change=1)
        assert not store.change("odd", Secret("$y$new"), last_change=1)
    assert (image / "etc/shadow").read_text() == SHADOW


def test_nothing_is_changed_without_the_lock(store: ShadowFiles, image: Path) -> None:
    (image / "etc/security/opasswd").touch()
    with pytest.raises(RuntimeError, match="without their lock"):
        store.change("alice", Secret("$y$new"), last_change=1)
    with pytest.raises(RuntimeError, match="without their lock"):
        store.remember("alice", 1000, Secret("$y$new"), keep=1)


def test_a_hash_that_would_add_a_line_is_refused(store: ShadowFiles, image: Path) -> None:
    with store.lock(), pytest.raises(ValueError, match="line end"):
        store.change("alice", Secret("x\nroot::1:0:99999:7:::"), last_change=1)
    assert (image / "etc/shadow").read_text() == SHADOW


def test_a_missing_shadow_file_is_not_made(store: ShadowFiles, image: Path) -> None:
    (image / "etc/shadow").unlink()
    with store.lock(), pytest.raises(FileNotFoundError):
        store.change("alice", Secret("$y$new"), last_change=1)
    assert sorted(os.listdir(image / "etc")) == [".pwd.lock", "passwd", "security"]


def test_no_history_is_kept_unless_its_file_is_there(store: ShadowFiles, image: Path) -> None:
    assert store.history("alice") is None
    with store.lock():
        for keep in (-1, 0, 3):
            assert not store.remember("alice", 1000, Secret("$6$a"), keep=keep)
    assert os.listdir(image / "etc/security") == []


def test_the_newest_hashes_are_remembered(store: ShadowFiles, image: Path) -> None:
    (image / "etc/security/opasswd").touch()
    assert store.history("alice") == ()
    with store.lock():
        for hashed in ("$6$a", "$6$b", "$6$c"):
            assert store.remember("alice", 1000, Secret(hashed), keep=2)
        assert store.history("alice") == ("$6$b", "$6$c")
        assert store.remember("alice", 1000, Secret("$6$d"), keep=-1)
        assert store.history("alice") == ("$6$b", "$6$c")
        assert store.remember("alice", 1000, Secret("$6$d"), keep=0)
    assert store.history("alice") == ()


def test_a_history_may_lie_elsewhere_and_be_made(store: ShadowFiles, image: Path) -> None:
    (image / "var").mkdir()
    faults: list[OSError] = []
    with store.lock():
        assert not store.remember("alice", 1000, Secret("$6$a"), keep=2, file="/var/h")
        for hashed in ("$6$a", "$6$b", "$6$b"):
            assert store.remember(
                "alice",
                1000,
                Secret(hashed),
                keep=2,
                file="/var/h",
                create=True,
                backup=faults.append,
            )
        with pytest.raises(FileNotFoundError):
            store.remember("alice", 1000, Secret("$6$a"), keep=2, file="/no/h", create=True)
    assert store.history("alice", file="/var/h") == ("$6$a", "$6$b")
    assert store.history("alice") is None
    assert (image / "var/h").read_text() == "alice:1000:2:$6$a,$6$b\n"
    assert (image / "var/h.old").read_text() == (image / "var/h").read_text()
    assert (image / "var/h").stat().st_mode & 0o777 == 0o600
    assert faults == []


def test_a_group_has_a_shadow_entry(store: ShadowFiles, image: Path) -> None:
    assert store.group_shadow("staff") is None
    (image / "etc/gshadow").write_text("# x\nstaff:$6$h:root:alice,bob\n")
    assert store.group_shadow("staff") == GroupShadow(
        "staff", Secret("$6$h"), ("root",), ("alice", "bob")
    )
    assert store.group_shadow("nosuch") is None
    (image / "etc/gshadow").unlink()
    (image / "etc/gshadow").mkdir()
    with pytest.raises(IsADirectoryError):
        store.group_shadow("staff")


CHANGER = """
import sys
sys.path.insert(0, sys.argv[1])
from pamkit.stores.credentials import ShadowFiles
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret
store, name, done = ShadowFiles(Root(sys.argv[2])), sys.argv[3], 0
while done < 15:
    try:
        with store.lock():
            assert store.change(name, Secret(f"$y${done}"), last_change=done)
            assert store.remember(name, 1, Secret(f"$y${done}"), keep=99)
            done += 1
    except BlockingIOError:
        continue
"""


def test_no_change_is_lost_when_four_processes_change_at_once(image: Path) -> None:
    names = ["u0", "u1", "u2", "u3"]
    (image / "etc/passwd").write_text("".join(f"{name}:x:1:1:::\n" for name in names))
    (image / "etc/security/opasswd").touch()
    source = str(Path(module.__file__).parents[2])
    running = [
        subprocess.Popen([sys.executable, "-S", "-c", CHANGER, source, str(image), name])
        for name in names
    ]
    assert [process.wait() for process in running] == [0] * 4
    store = ShadowFiles(Root(str(image)))
    for name in names:
        assert store.shadow(name) == Shadow(name, Secret("$y$14"), 14)
        assert store.history(name) == tuple(f"$y${number}" for number in range(15))
    text = (image / "etc/shadow").read_text()
    assert text.startswith(SHADOW)
    assert text.count("\n") == SHADOW.count("\n") + 4
    assert sorted(os.listdir(image / "etc")) == [".pwd.lock", "passwd", "security", "shadow"]


@pytest.mark.needs("root")
def test_the_name_service_agrees_with_the_shadow_file_of_the_system() -> None:
    from pamkit.stores.credentials import _from_name_service

    assert ShadowFiles(Root()).shadow("root") == _from_name_service("root")
    assert ShadowFiles(Root()).shadow("no such user") is None


@pytest.mark.needs("root")
def test_the_name_service_agrees_with_the_shadow_file_of_groups() -> None:
    from pamkit.stores.credentials import _group_from_name_service

    assert ShadowFiles(Root()).group_shadow("root") == _group_from_name_service("root")
    assert ShadowFiles(Root()).group_shadow("no such group") is None
