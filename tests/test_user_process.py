"""What the process of a session's user begins with."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import pamkit
import pamkit.aio
from pamkit.module.world import Group
from pamkit.testing.accounts import account
from pamkit.testing.world import memory_world
from pamkit.user_process import UserProcess
from tests.fronts import answering, settings

ALICE = account("alice", 1000, home="/home/al").changed(shell="/bin/zsh")  # noqa: S604  # a name


def _process(user: str = "alice", env: dict[str, str] | None = None, **more: Any) -> UserProcess:
    more.setdefault("users", [ALICE, account("root", 0, home="/root").changed(shell="")])
    world = memory_world(**more)
    session = pamkit.login(user, "pw", service="test", **settings(answering(), world=world))
    with session:
        for name, value in (env or {}).items():
            session.transaction.env[name] = value
        return session.process


def test_it_is_the_users_with_home_shell_and_names() -> None:
    process = _process()
    assert (process.uid, process.gid, process.directory, process.shell) == (
        1000,
        1000,
        "/home/al",
        "/bin/zsh",
    )
    found = dict(process.environment)
    assert {name: found[name] for name in ("HOME", "SHELL", "USER", "LOGNAME")} == {
        "HOME": "/home/al",
        "SHELL": "/bin/zsh",
        "USER": "alice",
        "LOGNAME": "alice",
    }


def test_it_has_all_groups_of_the_user_but_not_the_first_twice() -> None:
    groups = [Group("wheel", 10, ("alice",)), Group("alice", 1000, ("alice",))]
    assert _process(groups=groups).groups == (10,)


def test_what_modules_set_comes_last() -> None:
    assert dict(_process(env={"PATH": "/opt/bin", "KRB5CCNAME": "x"}).environment) | {} == {
        **dict(_process().environment),
        "PATH": "/opt/bin",
        "KRB5CCNAME": "x",
    }


def test_of_the_callers_environment_only_the_terminals_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "vt220")
    monkeypatch.setenv("LD_PRELOAD", "/tmp/evil.so")
    found = dict(_process().environment)
    assert (found["TERM"], "LD_PRELOAD" in found) == ("vt220", False)


@pytest.mark.parametrize(
    ("text", "user", "path"),
    [
        (None, "alice", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"),
        (None, "root", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("ENV_PATH PATH=/a:/b\nENV_SUPATH PATH=/s\n", "alice", "/a:/b"),
        ("ENV_PATH PATH=/a:/b\nENV_SUPATH PATH=/s\n", "root", "/s"),
    ],
)
def test_the_search_path_is_that_of_login_defs(text: str | None, user: str, path: str) -> None:
    files = {} if text is None else {"/etc/login.defs": text}
    assert dict(_process(user, files=files).environment)["PATH"] == path


def test_who_names_no_shell_has_sh_and_a_login_shell_is_told_so() -> None:
    process = _process("root")
    assert (process.shell, process.login_shell()) == ("/bin/sh", ("-sh",))


def test_a_user_that_the_system_does_not_know_has_no_process() -> None:
    with pytest.raises(pamkit.SessionError, match="none of the system's"):
        _process("nobody-here")


class _Broken:
    def find(self, _: str) -> None:
        raise OSError(5, "Input/output error")


def test_accounts_that_cannot_be_read_are_no_process() -> None:
    world = memory_world(users=[ALICE])
    session = pamkit.login("alice", "pw", service="test", **settings(answering(), world=world))
    session.transaction._core._world = world.changed(accounts=_Broken())
    with session, pytest.raises(pamkit.SessionError, match="cannot be looked up"):
        _ = session.process


def test_only_root_can_begin_a_process_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(PermissionError, match="only root"):
        _process().popen()


def test_a_user_of_another_root_is_nobody_here() -> None:
    with pytest.raises(ValueError, match="user of `/jail`, not of this system"):
        _process().changed(root="/jail").popen()


def test_for_root_the_child_takes_groups_group_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = _process(groups=[Group("wheel", 10, ("alice",))]).popen()
    assert {name: found[name] for name in ("user", "group", "extra_groups", "cwd")} == {
        "user": 1000,
        "group": 1000,
        "extra_groups": [10],
        "cwd": "/home/al",
    }


LOOK = "import os; print(os.getcwd(), os.environ['PAMKIT_SAYS'], os.getuid())"


def _here(place: Path) -> dict[str, Any]:
    me = account("me", os.getuid(), gid=os.getgid(), home=str(place))
    return settings(answering(), world=memory_world(users=[me]))


def test_a_session_begins_a_process_with_its_environment(tmp_path: Path) -> None:
    with pamkit.login("me", "pw", service="test", **_here(tmp_path)) as session:
        session.transaction.env["PAMKIT_SAYS"] = "hello"
        child = session.spawn([sys.executable, "-c", LOOK], stdout=-1)
        said, _ = child.communicate()
    assert said.decode().split() == [str(tmp_path), "hello", str(os.getuid())]


def test_an_asynchronous_session_begins_one_as_well(tmp_path: Path) -> None:
    async def main() -> bytes:
        async with await pamkit.aio.login("me", "pw", service="test", **_here(tmp_path)) as session:
            session.transaction.env["PAMKIT_SAYS"] = "hello"
            child = await session.spawn([sys.executable, "-c", LOOK], stdout=-1)
            said, _ = await child.communicate()
            return bytes(said)

    assert asyncio.run(main()).decode().split() == [str(tmp_path), "hello", str(os.getuid())]
