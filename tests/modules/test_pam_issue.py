"""pam_issue: the text of a file before the prompt for the name."""

from __future__ import annotations

import struct

import pytest

from pamkit.module.world import MAX_FILE, World
from pamkit.modules import pam_issue, pam_permit
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.testing.accounts import MemoryAccounts
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_C = ReturnCode


def _world(text: bytes | str | OSError | None, **more: bytes | str | OSError) -> World:
    files = {} if text is None else {"/etc/issue": text}
    files |= {f"/{path.replace('_', '/')}": content for path, content in more.items()}
    process = StandInProcess(host_name="here", domain_name="lan", output="/dev/tty3")
    return memory_world(files=files, process=process, now=1_700_000_000)


def _shown(world: World, options: str = "", prompt: str | None = None) -> str | None:
    """Return what the prompt has become, if the module has no say."""
    trial = _trial(world, options, prompt)
    assert trial.authenticate() == _C.IGNORE
    return trial.handle.texts.get(Item.USER_PROMPT)


def _trial(world: World, options: str = "", prompt: str | None = None) -> Trial:
    # Every answer of the module is the verdict.
    policy = f"auth [default=ok] pam_issue.so {options}\n"
    items = {} if prompt is None else {Item.USER_PROMPT: prompt}
    return Trial(policy, pam_issue, world=world, items=items)


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_issue(test:auth): ") for line in world.log.texts]


def test_the_text_is_put_before_the_prompt() -> None:
    assert _shown(_world("Welcome\n"), prompt="login: ") == "Welcome\nlogin: "


def test_the_text_is_the_prompt_if_there_is_no_other() -> None:
    assert _shown(_world("Welcome\n")) == "Welcome\n"


def test_the_name_is_asked_for_with_it() -> None:
    policy = "auth optional pam_issue.so\nauth required pam_permit.so\n"
    world = _world("Welcome to \\n\n")
    with Script(visible("Welcome to here\nlogin: ", "alice")) as script:
        trial = Trial(
            policy,
            pam_issue,
            pam_permit,
            world=world,
            user=None,
            conversation=script,
            items={Item.USER_PROMPT: "login: "},
        )
        assert trial.authenticate() == _C.SUCCESS


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        (r"\s \n \r \v \m", "Linux here 6.1.0 #1 SMP x86_64"),
        (r"\o", "lan"),
        (r"\d", "Tue Nov 14  2023"),
        (r"\t", "22:13:20"),
        (r"\l", "tty3"),
        (r"\u \U", "0 0 users"),
        (r"\\ \x \S", "\\ x S"),
    ],
)
def test_letters_stand_for_what_the_machine_is(letters: str, expected: str) -> None:
    assert _shown(_world(letters)) == expected


def test_with_noesc_the_text_stays_as_it_is() -> None:
    assert _shown(_world(b"\\n \\\xff\n\0rest"), "noesc") == "\\n \\\udcff\n"


def test_bytes_that_are_no_text_are_shown_as_they_are() -> None:
    assert _shown(_world(b"\xe9\\\xe9\0.")) == "\udce9\udce9."


def test_a_machine_without_a_domain_has_none() -> None:
    world = _world(r"[\o]").changed(process=StandInProcess())
    assert _shown(world) == "[(none)]"


def test_a_domain_that_cannot_be_told_is_nothing() -> None:
    class Silent(StandInProcess):
        def domain_name(self) -> str:
            raise PermissionError

    assert _shown(_world(r"[\o]").changed(process=Silent())) == "[]"


def test_a_process_without_a_terminal_has_none() -> None:
    assert _shown(_world(r"[\l]").changed(process=StandInProcess())) == "[]"


def _record(kind: int) -> bytes:
    return struct.pack("<h382x", kind)


@pytest.mark.parametrize(("users", "expected"), [(0, "0 users"), (1, "1 user"), (2, "2 users")])
def test_users_are_counted_in_the_login_records(users: int, expected: str) -> None:
    records = [_record(kind) for kind in (2, 1, 6, 8, 0)] + [_record(7)] * users
    world = _world(r"\U", var_run_utmp=b"".join(records) + b"\x07\0 a piece")
    assert _shown(world) == expected


def test_logind_counts_where_there_are_no_login_records() -> None:
    sessions: dict[str, bytes | str | OSError] = {
        "/run/systemd/sessions/1": "CLASS=user\n",
        "/run/systemd/sessions/c1": "CLASS=greeter\n",
        "/run/systemd/sessions/2": "CLASS=user-early\n",
        "/run/systemd/sessions/2.ref": OSError(22, "not a regular file"),
    }
    world = memory_world(files={"/etc/issue": r"\u", **sessions})
    assert _shown(world) == "2"
    world = memory_world(files={"/etc/issue": r"\u", "/var/run/utmp": b"", **sessions})
    assert _shown(world) == "0"


def test_records_that_cannot_be_read_count_nobody() -> None:
    files: dict[str, bytes | str | OSError] = {
        "/etc/issue": r"\u",
        "/var/run/utmp": PermissionError(13, "Permission denied"),
        "/run/systemd/sessions/1": "CLASS=user\n",
    }
    assert _shown(memory_world(files=files)) == "0"


def test_it_happens_once_in_a_transaction() -> None:
    world = _world("Welcome\n")
    policy = "auth [default=ok] pam_issue.so\nauth [default=ok] pam_issue.so\n"
    trial = Trial(policy, pam_issue, world=world, items={Item.USER_PROMPT: "name: "})
    for _ in range(2):
        assert trial.authenticate() == _C.IGNORE
        assert trial.handle.texts[Item.USER_PROMPT] == "Welcome\nname: "
    # C: only the first transaction of a program would be shown it.
    assert _shown(world) == "Welcome\n"


def test_a_failure_is_one_only_once() -> None:
    world = _world(None)
    trial = _trial(world)
    assert trial.authenticate() == _C.SERVICE_ERR
    assert trial.authenticate() == _C.IGNORE
    assert _log(world) == ["error opening /etc/issue: no such file"]


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (PermissionError(13, "Permission denied"), "error opening /etc/issue: Permission denied"),
        (IsADirectoryError(21, "Is a directory"), "read error: Is a directory"),
        (OSError(22, "not a regular file"), "error opening /etc/issue: not a regular file"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(fault: OSError, line: str) -> None:
    world = _world(fault)
    trial = _trial(world, prompt="login: ")
    assert trial.authenticate() == _C.SERVICE_ERR
    assert trial.handle.texts[Item.USER_PROMPT] == "login: "
    assert _log(world) == [line]


def test_a_file_without_end_is_an_error() -> None:
    assert _trial(_world(b"x" * 65537)).authenticate() == _C.SERVICE_ERR
    assert _shown(_world(b"x" * 65536)) == "x" * 65536
    assert MAX_FILE > 65536


def test_a_device_is_no_text_but_the_null_device() -> None:
    world = _world(None).changed(files=DiskFiles(Root("/"), MemoryAccounts()))
    assert _trial(world, "issue=/dev/zero").authenticate() == _C.SERVICE_ERR
    assert _shown(world, "issue=/dev/null", prompt="login: ") == "login: "


def test_another_file_can_be_shown() -> None:
    assert _shown(_world("one", srv_issue="two"), "issue=/srv/issue") == "two"


def test_setcred_does_nothing() -> None:
    assert _trial(_world("x")).setcred() == _C.IGNORE
