import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from pamkit.module.world import Account, World
from pamkit.modules import pam_env
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

_CONF, _ENVIRONMENT = "/etc/security/pam_env.conf", "/etc/environment"
_OWN = "/home/alice/.pam_environment"
_SHELL = "/bin/zsh"
_C = ReturnCode


def _world(conf: str | OSError | None = "", environment: str | None = None, **more: str) -> World:
    files: dict[str, bytes | str | OSError] = dict(more)
    if conf is not None:
        files[_CONF] = conf
    if environment is not None:
        files[_ENVIRONMENT] = environment
    return memory_world(users=[account("alice", shell=_SHELL)], files=files)


def _opened(world: World, options: str = "", user: str | None = "alice") -> Trial:
    """Return a trial whose module has answered success."""
    trial = _begun(world, options, user)
    assert trial.open_session() == _C.SUCCESS
    return trial


def _begun(world: World, options: str = "", user: str | None = "alice") -> Trial:
    line = f"[default=bad success=ok ignore=ignore] pam_env.so {options}\n"
    policy = f"session {line}auth {line}account {line}password {line}"
    items = {Item.TTY: "tty1", Item.RHOST: "far"}
    trial = Trial(policy, pam_env, world=world, user=user, items=items)
    trial.handle.env["OLD"] = "old"
    return trial


def _environment(trial: Trial) -> dict[str, str]:
    return {name: value for name, value in trial.handle.env.items() if name != "OLD"}


def _log(trial: Trial) -> list[str]:
    assert isinstance(trial.world.log, MemoryLog)
    return [text.partition(": ")[2] for text in trial.world.log.texts]


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        ("A DEFAULT=1\n", {"A": "1"}),
        ("A DEFAULT=1 OVERRIDE=2\n", {"A": "2"}),
        ("A DEFAULT=1 OVERRIDE=${NONE}\n", {"A": "1"}),
        ('A DEFAULT=""\n', {"A": ""}),
        ("A DEFAULT=1\nB DEFAULT=${A}${OLD}\n", {"A": "1", "B": "1old"}),
        ("A DEFAULT=@{PAM_USER}@{PAM_TTY}@{PAM_RHOST}\n", {"A": "alicetty1far"}),
        ("A DEFAULT=@{HOME}:@{SHELL}\n", {"A": "/home/alice:/bin/zsh"}),
        ("A DEFAULT=x@{PAM_RUSER}\n", {"A": "x"}),
        ("A DEFAULT=1\nA\n", {}),
        ("A NOSUCH=1\nB DEFAULT=2\n", {"B": "2"}),
        ("A\nB DEFAULT=2\n", {"B": "2"}),
    ],
)
def test_settings_become_variables(conf: str, expected: dict[str, str]) -> None:
    assert expected == _environment(_opened(_world(conf)))


def test_plain_assignments_follow_the_settings() -> None:
    trial = _opened(_world("A DEFAULT=1\nB DEFAULT=1\n", "A=2\nB\nNONE\nC=${A}\n"))
    assert _environment(trial) == {"A": "2", "C": "${A}"}


@pytest.mark.parametrize(
    "conf",
    ["A DEFAULT=1\nB NOSUCH=1\n", "A DEFAULT=1\nNONE\n", "A DEFAULT=1\nB DEFAULT=${A\nC DEFAULT=1"],
)
def test_the_last_line_decides(conf: str) -> None:
    trial = _begun(_world(conf, "D=1\n"))
    assert trial.open_session() == _C.ABORT
    assert _environment(trial) == {"A": "1"}


def test_a_value_that_grows_without_end_ends_in_an_error() -> None:
    """CVE-2011-3148, CVE-2011-3149: twice as long with each line, a terabyte at the end."""
    trial = _begun(_world("A DEFAULT=xx\n" + "A DEFAULT=${A}${A}\n" * 40))
    assert trial.open_session() == _C.ABORT
    assert len(_environment(trial)["A"]) == 4096


def test_variables_without_number_end_in_an_error() -> None:
    lines = "".join(f"V{at} DEFAULT=${{A}}\n" for at in range(1000))
    trial = _begun(_world("A DEFAULT=" + "x" * 8000 + "\n" + lines))
    assert trial.open_session() == _C.ABORT
    assert sum(map(len, _environment(trial).values())) < 1 << 20


def test_without_settings_nothing_is_done() -> None:
    trial = _begun(_world(None, "A=1\n"))
    assert trial.open_session() == _C.PERM_DENIED  # ignored, so nobody had a say
    assert _environment(trial) == {}
    assert _log(trial) == [f"Unable to open env file: {_CONF}"]


def test_settings_that_cannot_be_read_count_as_missing() -> None:
    trial = _begun(_world(PermissionError(13, "Permission denied"), "A=1\n"))
    assert trial.open_session() == _C.PERM_DENIED


def test_missing_assignments_do_not_matter() -> None:
    assert _log(_opened(_world("A DEFAULT=1\n"))) == [f"Unable to open env file: {_ENVIRONMENT}"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"A": "2"}),
        ("readenv=0", {"A": "1"}),
        ("readenv=no", {"A": "1"}),
        ("readenv=1", {"A": "2"}),
        ("readenv=01", {"A": "2"}),
        ("conffile=/a", {"A": "2", "B": "a"}),
        ("envfile=/b", {"A": "b"}),
        ("conffile= envfile=b", {"A": "2"}),
    ],
)
def test_options_choose_the_files(options: str, expected: dict[str, str]) -> None:
    world = _world("A DEFAULT=1\n", "A=2\n", **{"/a": "B DEFAULT=a\n", "/b": "A=b\n"})
    assert expected == _environment(_opened(world, options))


@pytest.mark.parametrize("options", ["", "user_readenv=0", "user_readenv=yes"])
def test_the_users_own_file_is_not_read_unless_asked(options: str) -> None:
    """CVE-2010-4708."""
    trial = _opened(_world("", "", **{_OWN: "LD_PRELOAD DEFAULT=evil\n"}), options)
    assert _environment(trial) == {}
    assert isinstance(trial.world.files, MemoryFiles)
    assert _OWN not in dict(trial.world.files.read_by)


def test_the_users_own_file_is_read_as_the_user_only() -> None:
    """CVE-2010-3430, CVE-2010-3431, CVE-2010-3435."""
    trial = _opened(_world("", "", **{_OWN: "A DEFAULT=@{HOME}\n"}), "user_readenv=1")
    assert _environment(trial) == {"A": "/home/alice"}
    assert isinstance(trial.world.files, MemoryFiles)
    assert trial.world.files.read_by == [(_CONF, ""), (_ENVIRONMENT, ""), (_OWN, "alice")]
    assert trial.world.files.acting_as == ""
    assert _log(trial) == ["deprecated reading of user environment enabled"]


def test_another_name_for_the_users_own_file() -> None:
    world = _world("", "", **{"/home/alice/.env": "A DEFAULT=1\n"})
    assert _environment(_opened(world, "user_readenv=1 user_envfile=.env")) == {"A": "1"}


def test_a_user_without_an_own_file_is_fine() -> None:
    assert "env file" not in " ".join(_log(_opened(_world("", ""), "user_readenv=1")))


def test_an_own_file_the_user_may_not_read_is_passed_over() -> None:
    world = _world("", "")
    assert isinstance(world.files, MemoryFiles)
    world.files.files[_OWN] = PermissionError(13, "Permission denied")
    assert _log(_opened(world, "user_readenv=1"))[-1] == f"Unable to open env file: {_OWN}"


class _Stuck(MemoryFiles):
    def drop_to(self, account: Account) -> NoReturn:
        raise PermissionError(1, "cannot become another user")


@pytest.mark.parametrize(
    ("primitive", "expected"),
    [(Primitive.OPEN_SESSION, _C.SESSION_ERR), (Primitive.SETCRED, _C.CRED_ERR)],
)
def test_who_cannot_become_the_user_does_not_read_the_file(
    primitive: Primitive, expected: ReturnCode
) -> None:
    files = _Stuck({_CONF: "", _ENVIRONMENT: "", _OWN: "A DEFAULT=1\n"})
    world = memory_world(users=[account("alice")]).changed(files=files)
    trial = _begun(world, "user_readenv=1")
    assert trial.call(primitive) == expected
    assert _environment(trial) == {}


def test_where_there_is_no_own_file_nobody_s_rights_are_needed() -> None:
    files = _Stuck({_CONF: "", _ENVIRONMENT: ""})
    world = memory_world(users=[account("alice")]).changed(files=files)
    assert _begun(world, "user_readenv=1").call(Primitive.OPEN_SESSION) == _C.SUCCESS
    assert (_OWN, "") not in files.read_by


@pytest.mark.parametrize("user", ["eve", None])
def test_without_an_account_there_is_no_own_file(user: str | None) -> None:
    trial = _opened(_world("A DEFAULT=x@{HOME}\n", ""), "user_readenv=1", user)
    assert _environment(trial) == {"A": "x"}
    assert _log(trial)[-1] == "No such user!?"


def test_debug_tells_what_is_set_and_removed() -> None:
    trial = _opened(_world("A DEFAULT=1\nA\nB DEFAULT=2\n", "C=3\n"), "debug")
    assert _log(trial) == [
        'pam_putenv("A=1")',
        'remove variable "A"',
        'pam_putenv("B=2")',
        'pam_putenv("C=3")',
    ]


def test_complaints_reach_the_log() -> None:
    trial = _opened(_world("A X\nB DEFAULT=@{NO}\\z\n", "=1\n"))
    assert _log(trial) == [
        "Unrecognized Option: X - ignoring line",
        "Unknown PAM_ITEM: <NO>",
        "Unrecognized escaped character: <z> - ignoring",
        "missing key name '=1' in /etc/environment', ignoring",
    ]


@pytest.mark.parametrize(
    ("primitive", "expected"),
    [
        (Primitive.SETCRED, _C.SUCCESS),
        (Primitive.ACCT_MGMT, _C.SERVICE_ERR),
        (Primitive.CHAUTHTOK, _C.SERVICE_ERR),
        (Primitive.AUTHENTICATE, _C.PERM_DENIED),
    ],
)
def test_where_it_may_stand(primitive: Primitive, expected: ReturnCode) -> None:
    trial = _begun(_world("A DEFAULT=1\n", ""))
    assert trial.call(primitive) == expected
    assert bool(_environment(trial)) is (primitive is Primitive.SETCRED)
    name = primitive.name.lower()
    misplaced = expected == _C.SERVICE_ERR
    assert _log(trial) == [f"pam_sm_{name} called inappropriately"] * misplaced


def test_bytes_that_are_no_text_are_kept() -> None:
    world = _world("", "")
    assert isinstance(world.files, MemoryFiles)
    world.files.files[_CONF] = b"A DEFAULT=caf\xe9\n"
    assert _environment(_opened(world)) == {"A": "caf\udce9"}


def test_close_session_leaves_everything_alone() -> None:
    trial = _opened(_world("A DEFAULT=1\n", ""))
    assert trial.close_session() == _C.SUCCESS
    assert _environment(trial) == {"A": "1"}


# --- with hostile files in place ------------------------------------------------------------------


@pytest.fixture
def place() -> Iterator[Path]:
    """A root directory of its own that every user can look into, with a home of alice's."""
    with tempfile.TemporaryDirectory(prefix="pamkit-env-") as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "home/alice").mkdir(parents=True)
        os.chown(root / "home/alice", 1000, 1000)
        (root / "etc/security").mkdir(parents=True)
        (root / "etc/security/pam_env.conf").touch()
        yield root


def _on_disk(place: Path) -> Trial:
    world = memory_world(users=[account("alice", shell=_SHELL)])
    files = DiskFiles(Root(str(place)), world.accounts)
    return _opened(world.changed(files=files), "user_readenv=1 readenv=0")


@pytest.mark.needs("root")
@pytest.mark.parametrize("kind", ["root's", "root's group's", "link", "fifo", "directory", "way"])
def test_cve_2010_3430_a_hostile_own_file_neither_hangs_a_login_nor_shows_a_secret(
    place: Path, kind: str
) -> None:
    own, secret = place / "home/alice/.pam_environment", place / "secret"
    if kind == "fifo":
        os.mkfifo(own)
    elif kind == "directory":
        own.mkdir()
    elif kind == "way":
        # The home has been moved away, and a link lies in its place.
        (place / "root").mkdir(mode=0o700)
        (place / "root/.pam_environment").write_text("SECRET DEFAULT=root's\n")
        (place / "home/alice").rename(place / "home/away")
        (place / "home/alice").symlink_to("/root")
    else:
        target = secret if kind == "link" else own
        target.write_text("SECRET DEFAULT=root's\n")
        # C up to 1.1.1 kept root's group, and opened what only that may read.
        target.chmod(0o040 if kind == "root's group's" else 0o600)
        if kind == "link":
            own.symlink_to("/secret")
    trial = _on_disk(place)
    assert _environment(trial) == {}


@pytest.mark.needs("root")
def test_an_honest_own_file_on_the_same_machine_is_read(place: Path) -> None:
    own = place / "home/alice/.pam_environment"
    own.write_text("A DEFAULT=1\n")
    os.chown(own, 1000, 1000)
    own.chmod(0o600)
    assert _environment(_on_disk(place)) == {"A": "1"}
