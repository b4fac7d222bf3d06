"""Accounts that are asked for again: the C library is not, but only while nothing has changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pamkit.module.world import Account
from pamkit.stores import file_state
from pamkit.stores.asked_once import MOST, SETTINGS, AskedOnce
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.asked_once import Kept

LINE = "alice:x:1000:100:Alice:/home/alice:/bin/sh\n"
SAYS_FILES = "passwd: files systemd\n"


def _alice(gecos: str = "Alice") -> Account:
    return Account("alice", Secret("x"), 1000, 100, gecos, "/home/alice", "/bin/sh")


def _later() -> int:
    """Files that were made just now have settled."""
    return time.time_ns() + 10_000_000_000


class _Library:
    """What a C library answers, and how often it was asked."""

    def __init__(self, answer: Account | OSError | None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def find(self, name: str) -> Account | None:
        self.asked.append(name)
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "etc").mkdir()
    for name, content in (("passwd", LINE), ("nsswitch.conf", SAYS_FILES)):
        (tmp_path / f"etc/{name}").write_text(content)
        (tmp_path / f"etc/{name}").chmod(0o644)
    return Root(str(tmp_path))


def _times_asked(
    root: Root,
    answer: Account | None,
    *,
    between: Callable[[Path], object] = lambda _: None,
    now: Callable[[], int] = _later,
) -> int:
    """Return how often the library is asked for alice by who asks four times."""
    library = _Library(answer)
    accounts = AskedOnce(root, library.find, kept={}, now=now)
    assert [accounts.find("alice"), accounts.find("alice")] == [answer, answer]
    between(Path(root.path, "etc"))
    assert [accounts.find("alice"), accounts.find("alice")] == [answer, answer]
    return len(library.asked)


def test_who_stands_in_the_file_is_asked_for_once(root: Root) -> None:
    assert _times_asked(root, _alice()) == 1


def test_all_who_look_share_what_was_found(root: Root) -> None:
    kept: dict[str, Kept] = {}
    library = _Library(_alice())
    for _ in range(3):
        accounts = AskedOnce(root, library.find, kept=kept, now=_later)
        assert accounts.find("alice") == _alice()
    assert library.asked == ["alice"]


def test_an_account_that_was_changed_is_served_at_once(root: Root) -> None:
    library = _Library(_alice())
    accounts = AskedOnce(root, library.find, kept={}, now=_later)
    accounts.find("alice")
    file = Path(root.path, "etc/passwd")
    stamps = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    # As long as before, and with the time of before: what is left to see is when it was done.
    file.write_text(LINE.replace("Alice", "ALICE"))
    os.utime(file, ns=stamps)
    library.answer = _alice("ALICE")
    assert accounts.find("alice") == _alice("ALICE")
    file.unlink()
    library.answer = None
    assert accounts.find("alice") is None


def _replace(name: str, content: str) -> Callable[[Path], object]:
    def replaced(directory: Path) -> None:
        new = directory / "new"
        new.write_text(content)
        new.chmod(0o644)
        new.rename(directory / name)

    return replaced


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passwd", LINE + "bob:x:1001:100:::\n"),
        ("nsswitch.conf", SAYS_FILES + "group: files\n"),
    ],
)
def test_either_file_that_is_replaced_has_it_asked_again(
    root: Root, name: str, content: str
) -> None:
    assert _times_asked(root, _alice(), between=_replace(name, content)) == 2


def test_another_source_is_asked_each_time(root: Root) -> None:
    Path(root.path, "etc/nsswitch.conf").write_text("passwd: sss files\n")
    assert _times_asked(root, _alice()) == 4


def test_who_is_not_in_the_file_as_the_library_says_is_asked_for_each_time(root: Root) -> None:
    assert _times_asked(root, _alice("Another")) == 4
    Path(root.path, "etc/passwd").write_text(f"alice:x:1:1:::\n{LINE}")
    assert _times_asked(root, _alice()) == 4  # the first line counts
    Path(root.path, "etc/passwd").write_text("bob:x:1001:100:::\n")
    assert _times_asked(root, _alice()) == 4


def test_nobody_stays_nobody_for_no_longer_than_the_question(root: Root) -> None:
    assert _times_asked(root, None) == 4


def test_a_hash_is_not_kept(root: Root) -> None:
    Path(root.path, "etc/passwd").write_text(LINE.replace(":x:", ":$y$hash:"))
    shown = Account("alice", Secret("$y$hash"), 1000, 100, "Alice", "/home/alice", "/bin/sh")
    assert _times_asked(root, shown) == 4


def test_a_file_that_was_just_changed_is_asked_again(root: Root) -> None:
    assert _times_asked(root, _alice(), now=time.time_ns) == 4


@pytest.mark.parametrize("far", ["passwd", "nsswitch.conf"])
def test_files_of_another_machine_are_asked_for_each_time(
    root: Root, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "is_here", lambda path, _: not path.endswith(far.encode()))
    assert _times_asked(root, _alice()) == 4


def test_what_not_everybody_may_read_is_not_kept(root: Root) -> None:
    Path(root.path, "etc/passwd").chmod(0o600)
    assert _times_asked(root, _alice()) == 4


@pytest.mark.parametrize("name", ["passwd", "nsswitch.conf"])
def test_without_one_of_the_files_nothing_is_kept(root: Root, name: str) -> None:
    Path(root.path, "etc", name).unlink()
    assert _times_asked(root, _alice()) == 4


def test_settings_that_cannot_be_read_say_nothing(root: Root) -> None:
    Path(root.path, "etc/nsswitch.conf").unlink()
    Path(root.path, "etc/nsswitch.conf").mkdir()
    assert _times_asked(root, _alice()) == 4


def test_an_account_that_no_line_can_hold_is_not_kept(root: Root) -> None:
    assert _times_asked(root, _alice("a:b")) == 4


def test_a_file_that_changes_while_it_is_looked_at_is_not_kept(root: Root) -> None:
    library = _Library(_alice())
    change = _replace("passwd", LINE + "bob:x:1:1:::\n")

    def find(name: str) -> Account | None:
        if not library.asked:
            change(Path(root.path, "etc"))
        return library.find(name)

    kept: dict[str, Kept] = {}
    accounts = AskedOnce(root, find, kept=kept, now=_later)
    assert accounts.find("alice") == _alice()
    assert kept == {}  # it may be as before again: a mount that was in the way
    for _ in range(2):
        assert accounts.find("alice") == _alice()
    assert len(library.asked) == 2


def test_a_source_that_fails_fails_each_time(root: Root) -> None:
    library = _Library(OSError(5, "no"))
    accounts = AskedOnce(root, library.find, kept={}, now=_later)
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            accounts.find("alice")
    assert len(library.asked) == 2


def test_what_one_is_given_nobody_else_can_wipe(root: Root) -> None:
    accounts = AskedOnce(root, _Library(_alice()).find, kept={}, now=_later)
    for _ in range(3):
        found = accounts.find("alice")
        assert found == _alice()
        assert found is not None
        found.password.wipe()


def test_no_more_users_are_kept_than_so_many(root: Root) -> None:
    lines = [f"u{number}:x:{number}:1:::\n" for number in range(MOST + 1)]
    Path(root.path, "etc/passwd").write_text("".join(lines))
    kept: dict[str, Kept] = {}

    def find(name: str) -> Account | None:
        return Account(name, Secret("x"), int(name[1:]), 1, "", "", "")

    accounts = AskedOnce(root, find, kept=kept, now=_later)
    for number in range(MOST):
        accounts.find(f"u{number}")
    assert len(kept) == MOST
    accounts.find(f"u{MOST}")
    assert list(kept) == [f"u{MOST}"]


def test_the_system_is_asked_by_names_of_its_own() -> None:
    accounts = AskedOnce(Root(), _Library(None).find, kept={})
    assert accounts.find("no such user") is None
    assert SETTINGS == "/etc/nsswitch.conf"
