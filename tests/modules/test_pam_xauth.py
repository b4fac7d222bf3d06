"""pam_xauth: the key of a display goes along with who becomes another user."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.module.program import Finished, NoUser
from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_xauth
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

_C = ReturnCode
_DENIED = PermissionError(13, "Permission denied")
_FILE = "/home/bob/.xauth000000"
_XAUTH = "/usr/bin/xauth"

Content = bytes | str | OSError


class _Machine:
    """A world, a transaction in it, and the programs that were run."""

    def __init__(
        self,
        options: str = "",
        *,
        files: dict[str, Content] | None = None,
        uid: int = 1000,
        euid: int = 0,
        user: str | None = "bob",
        ends: tuple[Finished | OSError, ...] = (Finished(0, b"key\n"), Finished(0)),
        display: str | None = ":0",
        world: World | None = None,
    ) -> None:
        self.process = StandInProcess(uid=uid, euid=euid)
        self.process.variables |= {} if display is None else {"DISPLAY": display}
        users = [
            *(account("root", 0, home="/root"), account("alice"), account("bob", 1001, gid=100)),
            account("ftp", 120),
        ]
        self.world = world or memory_world(users=users, files=files, process=self.process)
        if isinstance(self.world.files, MemoryFiles):
            self.world.files.programs.add(_XAUTH)
        self.outside = StandInOutside()
        self.outside.results += ends
        self.trial = Trial(
            f"session required pam_xauth.so {options}\n",
            pam_xauth,
            world=self.world,
            user=user,
            outside=self.outside,
            conversation=Script(),
        )

    @property
    def files(self) -> MemoryFiles:
        assert isinstance(self.world.files, MemoryFiles)
        return self.world.files

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        start = "pam_xauth(test:session): "
        return [text.removeprefix(start) for text in self.world.log.texts if start in text]

    @property
    def ran(self) -> list[tuple[tuple[str, ...], tuple[int, int] | None]]:
        return [(run.argv[1:], run.as_user) for run in self.outside.ran]


def test_the_key_comes_as_one_user_and_goes_as_the_other() -> None:
    machine = _Machine()
    machine.process.variables["XAUTHLOCALHOSTNAME"] = "here"
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.ran == [
        (("-f", "/home/alice/.Xauthority", "nlist", ":0"), (1000, 1000)),
        (("-f", _FILE, "nmerge", "-"), (1001, 100)),
    ]
    assert machine.outside.ran[1].stdin == Secret(b"key\n")
    assert machine.files.made == [(_FILE, "bob")]
    assert machine.trial.handle.env == {
        "XAUTHORITY": _FILE,
        "DISPLAY": ":0",
        "XAUTHLOCALHOSTNAME": "here",
    }
    assert machine.process.variables["XAUTHORITY"] == _FILE
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.files.removed == [(_FILE, "bob")]
    assert machine.lines == []


def test_xauth_learns_nothing_from_the_environment() -> None:
    machine = _Machine("xauthpath=/opt/xauth")
    machine.process.variables["XAUTHORITY"] = "/home/alice/other"
    assert machine.trial.open_session() == _C.SUCCESS
    assert [(run.argv[:3], run.environment) for run in machine.outside.ran] == [
        (("/opt/xauth", "-f", "/home/alice/other"), ()),
        (("/opt/xauth", "-f", _FILE), ()),
    ]


def test_without_xauth_or_a_display_there_is_nothing_to_do() -> None:
    machine = _Machine("debug", display=None)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines == ["user has no DISPLAY, doing nothing"]
    machine = _Machine("debug")
    machine.files.programs.clear()
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.trial.close_session() == _C.SUCCESS
    assert (machine.lines, machine.ran, machine.files.read_by) == ([], [], [])


def test_a_missing_key_is_looked_for_under_the_name_of_the_machine() -> None:
    ends = (Finished(1), Finished(0, b"key"), Finished(0))
    machine = _Machine("debug", display="localhost:10.0", ends=ends)
    assert machine.trial.open_session() == _C.SUCCESS
    assert [words[-1] for words, _ in machine.ran] == ["localhost:10.0", "here/unix:10.0", "-"]
    assert "no key for `localhost:10.0', trying `here/unix:10.0'" in machine.lines


@pytest.mark.parametrize("ends", [Finished(1), FileNotFoundError(2, "No such file"), Finished(0)])
def test_without_a_key_the_new_user_does_not_look_for_the_old_one_s(
    ends: Finished | OSError,
) -> None:
    machine = _Machine("debug", ends=(ends,))
    machine.process.variables["XAUTHORITY"] = "/home/alice/x"
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert "XAUTHORITY" not in machine.process.variables
    assert machine.lines[-1] == "no key"
    assert (machine.files.made, machine.trial.handle.env) == ([], {})


@pytest.mark.parametrize(
    ("user", "options", "expected"),
    [
        ("ftp", "", _C.SESSION_ERR),
        ("ftp", "systemuser=119", _C.SUCCESS),
        ("ftp", "systemuser=120", _C.SESSION_ERR),
        ("ftp", "targetuser=120", _C.SUCCESS),
        ("bob", "systemuser=1001", _C.SESSION_ERR),
        ("bob", "systemuser=-1", _C.SESSION_ERR),
        ("root", "systemuser=1001", _C.SUCCESS),
        ("nobody", "", _C.SESSION_ERR),
    ],
)
def test_system_users_get_no_keys(user: str | None, options: str, expected: ReturnCode) -> None:
    machine = _Machine(options, user=user)
    assert expected == machine.trial.open_session()
    assert bool(machine.outside.ran) == (expected == _C.SUCCESS)


@pytest.mark.parametrize(
    ("uid", "user", "files", "expected"),
    [
        (1000, "bob", {}, True),
        (1000, "root", {}, True),
        (0, "bob", {}, False),  # root's keys are for root
        (0, "root", {}, True),
        (0, "bob", {"/root/.xauth/export": "b*\n"}, True),
        (1000, "bob", {"/home/alice/.xauth/export": "x\nbob"}, True),
        (1000, "bob", {"/home/alice/.xauth/export": "bob\r\n"}, True),
        (1000, "bob", {"/home/alice/.xauth/export": "b[aeiou]b\n"}, True),
        (1000, "bob", {"/home/alice/.xauth/export": "bobby\nbo\n\n"}, False),
        (1000, "bob", {"/home/alice/.xauth/export": ""}, False),
        (1000, "bob", {"/home/bob/.xauth/import": "alice\n"}, True),
        (1000, "bob", {"/home/bob/.xauth/import": "bob\n"}, False),
        (1000, "bob", {"/home/alice/.xauth/import": ""}, True),
        (1000, "bob", {"/home/alice/.xauth/export": _DENIED}, False),
        (1000, "bob", {"/home/bob/.xauth/import": _DENIED}, False),
        (1000, "bob", {"/home/bob/.xauth/import": OSError(36, "File name too long")}, False),
        (1000, "alice", {"/home/alice/.xauth/export": ""}, True),  # nobody is asked
    ],
)
def test_both_users_have_a_say(
    uid: int, user: str, files: dict[str, Content], expected: bool
) -> None:
    machine = _Machine(files=files, uid=uid, user=user)
    assert machine.trial.open_session() == (_C.SUCCESS if expected else _C.SESSION_ERR)
    # Each list is read as the user whose it is.
    for path, reader in machine.files.read_by:
        assert path.startswith(f"/home/{reader}/") or (reader, path[:6]) == ("root", "/root/")


def test_who_gives_no_name_gets_no_key() -> None:
    machine = _Machine(user=None)
    machine.trial.conversation = Script(visible("login:", None))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["cannot determine user name"]


def test_a_user_of_the_process_who_is_nobody_gives_no_keys() -> None:
    machine = _Machine(uid=4711)
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["error determining invoking user's name"]


def test_the_key_is_not_in_the_log() -> None:
    machine = _Machine("debug", ends=(Finished(0, b"c00kie"), Finished(0)))
    assert machine.trial.open_session() == _C.SUCCESS
    assert f"writing key `...' to temporary file `{_FILE}'" in machine.lines
    assert not any("c00kie" in line for line in machine.lines)
    assert "c00kie" not in repr(machine.outside.ran[1])


def test_words_that_mean_nothing_are_named_in_the_log() -> None:
    machine = _Machine("nonsense systemuser=x targetuser= targetuser=4294967296", display=None)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines == [
        "unrecognized option `nonsense'",
        "invalid value for systemuser (`x')",
        "invalid value for targetuser (`')",
        "invalid value for targetuser (`4294967296')",
    ]


def test_only_what_was_made_is_removed() -> None:
    machine = _Machine("nonsense")
    assert machine.trial.close_session() == _C.SUCCESS
    assert (machine.lines, machine.files.removed) == ([], [])


def test_a_file_that_is_gone_or_stays_ends_no_session() -> None:
    machine = _Machine("debug nonsense systemuser=x")
    machine.trial.open_session()
    machine.files.files[_FILE] = _DENIED
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.lines[-3:] == [
        "unrecognized option `nonsense'",
        f"removing `{_FILE}'",
        f"Couldn't remove `{_FILE}': Permission denied",
    ]
    del machine.files.files[_FILE]
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.lines[-1] == f"removing `{_FILE}'"


def test_a_user_who_is_unknown_by_now_has_no_file_removed() -> None:
    machine = _Machine()
    machine.trial.open_session()
    machine.trial.handle.texts[Item.USER] = "nobody"
    assert machine.trial.close_session() == _C.SESSION_ERR
    assert machine.files.removed == []


def test_a_file_that_cannot_be_made_is_no_success() -> None:
    machine = _Machine(files={"/home/bob": _DENIED})
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == [
        "error creating temporary file `/home/bob/.xauthXXXXXX': Permission denied"
    ]
    assert machine.trial.handle.env == {}


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (NoUser(1, "Operation not permitted", "setgid"), "setgid(1000) failed: "),
        (NoUser(1, "Operation not permitted", "setgroups"), "setgroups() failed: "),
        (NoUser(11, "Operation not permitted", "setuid"), "setuid(1000) failed: "),
        (OSError(11, "Operation not permitted"), "/usr/bin/xauth: "),
    ],
)
def test_rights_that_cannot_be_given_up_are_not_used(fault: OSError, line: str) -> None:
    machine = _Machine(ends=(fault,))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == [f"{line}Operation not permitted"]


def test_an_xauth_that_keeps_no_key_is_in_the_log() -> None:
    machine = _Machine(ends=(Finished(0, b"key"), Finished(1)))
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines == ["/usr/bin/xauth nmerge failed: exit code 1"]


def test_a_key_without_end_is_cut() -> None:
    machine = _Machine(ends=(Finished(0, b"k" * (1 << 21)), Finished(0)))
    assert machine.trial.open_session() == _C.SUCCESS
    stdin = machine.outside.ran[1].stdin
    assert len(stdin) == 1 << 20


@pytest.mark.parametrize("step", ["lists", "file", "removal"])
def test_where_root_cannot_take_a_user_s_place_nothing_is_touched(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = _Machine(user="alice" if step == "file" else "bob")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if step == "removal":
        machine.trial.open_session()
    monkeypatch.setattr(machine.files, "drop_to", refuse)
    call = machine.trial.close_session if step == "removal" else machine.trial.open_session
    assert call() == _C.SESSION_ERR
    whose = "bob" if step == "removal" else "alice"
    assert machine.lines == [f"cannot act as {whose}: Operation not permitted"]
    assert (machine.files.read_by, machine.files.removed) == (
        machine.files.read_by if step == "removal" else [],
        [],
    )


def test_who_is_not_root_touches_files_as_himself() -> None:
    machine = _Machine(euid=1000)
    assert machine.trial.open_session() == _C.SUCCESS  # the programs are scripted
    assert machine.files.made == [(_FILE, "")]


@pytest.mark.parametrize("kind", ["link", "fifo", "directory", "character", "socket"])
def test_a_list_that_is_no_regular_file_means_nobody(kind: str) -> None:
    path = "/home/alice/.xauth/export"
    machine = _Machine("debug", files={path: "bob\n"})
    machine.files.statuses[path] = FileStatus(kind)
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert f"error opening {path}: Invalid argument" in machine.lines
    assert machine.files.read_by == []


# --- with hostile files in place ------------------------------------------------------------------

as_root = pytest.mark.needs("root")


@pytest.fixture
def place() -> Iterator[Path]:
    """A root directory of its own that every user can look into."""
    with tempfile.TemporaryDirectory(prefix="pamkit-xauth-") as name:
        root = Path(name)
        root.chmod(0o755)
        for owner, uid in (("alice", 1000), ("bob", 1001)):
            home = root / "home" / owner
            (home / ".xauth").mkdir(parents=True)
            for path in (home, home / ".xauth"):
                os.chown(path, uid, uid)
        yield root


def _on_disk(place: Path, options: str = "") -> _Machine:
    machine = _Machine(options)
    files = DiskFiles(Root(str(place)), machine.world.accounts)
    world = machine.world.changed(files=files)
    return _Machine(f"xauthpath={_XAUTH} {options}", world=world)


@as_root
def test_a_file_in_a_directory_of_root_s_is_not_removed(place: Path) -> None:
    machine = _on_disk(place)
    assert machine.trial.open_session() == _C.SUCCESS
    (made,) = [path for path in (place / "home/bob").iterdir() if path.is_file()]
    # The user moves the home away, and lays a link to where root's files are.
    (place / "victim").mkdir()
    (place / "victim" / made.name).write_text("root's")
    (place / "home/bob").rename(place / "home/away")
    (place / "home/bob").symlink_to("/victim")
    assert machine.trial.close_session() == _C.SUCCESS
    assert (place / "victim" / made.name).read_text() == "root's"
    assert machine.lines[-1].endswith("Permission denied")


@as_root
def test_the_new_file_is_the_user_s_and_not_in_a_directory_of_root_s(place: Path) -> None:
    machine = _on_disk(place)
    assert machine.trial.open_session() == _C.SUCCESS
    (made,) = [path for path in (place / "home/bob").iterdir() if path.is_file()]
    assert (made.stat().st_uid, made.stat().st_gid, made.stat().st_mode & 0o777) == (
        1001,
        100,
        0o600,
    )
    (place / "victim").mkdir()
    (place / "home/bob").rename(place / "home/away")
    (place / "home/bob").symlink_to("/victim")
    machine = _on_disk(place)
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert os.listdir(place / "victim") == []


@as_root
@pytest.mark.parametrize("sense", ["export", "import"])
@pytest.mark.parametrize("kind", ["fifo", "link", "secret", "directory"])
def test_a_hostile_list_neither_hangs_a_login_nor_is_believed(
    place: Path, sense: str, kind: str
) -> None:
    owner, other = ("alice", "bob") if sense == "export" else ("bob", "alice")
    path = place / "home" / owner / ".xauth" / sense
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        target = path if kind == "secret" else place / "secret"
        target.write_text(f"{other}\n")
        target.chmod(0o600)  # root's alone
        if kind == "link":
            path.symlink_to("/secret")
    machine = _on_disk(place, "debug")
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines[-1].startswith(f"error opening /home/{owner}/.xauth/{sense}: ")
    assert machine.ran == []


@as_root
def test_an_honest_list_on_the_same_machine_is_believed(place: Path) -> None:
    (place / "home/alice/.xauth/export").write_text("bob\n")
    assert _on_disk(place).trial.open_session() == _C.SUCCESS
