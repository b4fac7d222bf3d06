"""pam_rhosts: whom other machines vouch for."""

from __future__ import annotations

import pytest

from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_rhosts
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.network import MemoryNetwork
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_C = ReturnCode
_EVERYBODYS, _OWN, _ROOTS = "/etc/hosts.equiv", "/home/alice/.rhosts", "/root/.rhosts"


def _world(**lists: bytes | str | OSError) -> World:
    places = {"equiv": _EVERYBODYS, "own": _OWN, "roots": _ROOTS}
    files = {places[name]: content for name, content in lists.items()}
    network = MemoryNetwork(
        {
            "far": ("192.0.2.7", "2001:db8::7"),
            "near": ("192.0.2.8",),
            "slow": OSError("Temporary failure in name resolution"),
        }
    )
    world = memory_world(
        users=[account("root", 0, home="/root"), account("alice")], files=files, network=network
    )
    assert isinstance(world.files, MemoryFiles)
    if "own" in lists:
        world.files.statuses[_OWN] = FileStatus("file", 0o600, uid=1000)
    return world


def _answer(
    world: World,
    options: str = "",
    *,
    user: str = "alice",
    host: str | None = "far",
    remote: str | None = "alice",
    flags: int = 0,
) -> ReturnCode:
    given = {Item.RHOST: host, Item.RUSER: remote}
    items = {item: value for item, value in given.items() if value is not None}
    policy = f"auth required pam_rhosts.so {options}\n"
    return Trial(policy, pam_rhosts, world=world, user=user, items=items).authenticate(flags)


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_rhosts(test:auth): ") for line in world.log.texts]


def test_without_lists_nobody_is_believed() -> None:
    world = _world()
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world) == ["denied access to alice@far as alice"]


@pytest.mark.parametrize("place", ["equiv", "own"])
@pytest.mark.parametrize(
    "line", ["far", "far alice", "192.0.2.7", "2001:db8::7 alice", "+", "+ +", "+ alice", "FAR"]
)
def test_a_line_for_host_and_user_lets_in(place: str, line: str) -> None:
    world = _world(**{place: f"{line}\n"})
    assert _answer(world) == _C.SUCCESS
    assert _log(world) == ["allowed access to alice@far as alice"]


@pytest.mark.parametrize(
    "line", ["", "near", "far bob", "# far", " far", "-far", "far -alice", "far\0", "-far\nfar"]
)
def test_other_lines_do_not(line: str) -> None:
    expected = _C.SUCCESS if line == "far\0" else _C.AUTH_ERR
    assert _answer(_world(own=f"{line}\n")) == expected


def test_a_line_without_a_user_means_the_same_name_here() -> None:
    world = _world(equiv="far\n")
    assert _answer(world, remote="bob") == _C.AUTH_ERR
    assert _answer(world, remote="alice") == _C.SUCCESS


def test_root_is_let_in_by_root_alone() -> None:
    assert _answer(_world(equiv="far root\n"), user="root", remote="root") == _C.AUTH_ERR
    assert _answer(_world(roots="far root\n"), user="root", remote="root") == _C.SUCCESS


def test_another_superuser_is_let_in_by_the_own_list_alone() -> None:
    assert _answer(_world(equiv="far\n"), "superuser=alice") == _C.AUTH_ERR
    assert _answer(_world(own="far\n"), "superuser=alice") == _C.SUCCESS
    assert _answer(_world(equiv="+ +\n"), "superuser=eve", user="eve") == _C.AUTH_ERR


def test_netgroups_are_asked_for_the_host_by_its_name_and_for_the_remote_user() -> None:
    world = _world(own="+@machines +@people\n")
    assert isinstance(world.accounts, MemoryAccounts)
    assert _answer(world) == _C.AUTH_ERR
    world.accounts.netgroups = {("machines", "far", None), ("people", None, "alice")}
    assert _answer(world) == _C.SUCCESS


@pytest.mark.parametrize("lines", ["-slow\n+\n", "slow -alice\n+\n", "-gone\nfar\n"])
def test_a_refusal_that_the_name_service_cannot_judge_refuses(lines: str) -> None:
    """CVE-2022-28321's class: what should keep somebody out is not lost with the resolver."""
    assert _answer(_world(own=lines)) == _C.AUTH_ERR


@pytest.mark.parametrize("lines", ["slow\n", "slow alice\n", "gone +\n"])
def test_a_host_that_the_name_service_cannot_find_lets_nobody_in(lines: str) -> None:
    assert _answer(_world(own=lines)) == _C.AUTH_ERR
    assert _answer(_world(own=f"{lines}far\n")) == _C.SUCCESS


@pytest.mark.parametrize("host", ["slow", "gone", ""])
def test_a_caller_without_an_address_is_refused_whatever_the_lists_say(host: str) -> None:
    assert _answer(_world(own="+ +\n", equiv="+\n"), host=host) == _C.AUTH_ERR


def test_each_name_is_looked_up_once() -> None:
    world = _world(equiv="near\nnear\nslow\n", own="near\nslow\n")
    _answer(world)
    assert isinstance(world.network, MemoryNetwork)
    assert world.network.asked == ["far", "near", "slow"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (FileStatus("file", 0o644, uid=1000), _C.SUCCESS),
        (FileStatus("file", 0o644, uid=0), _C.SUCCESS),
        (FileStatus("file", 0o664, uid=1000), _C.AUTH_ERR),
        (FileStatus("file", 0o646, uid=1000), _C.AUTH_ERR),
        (FileStatus("file", 0o644, uid=1001), _C.AUTH_ERR),
        (FileStatus("file", 0o644, uid=1000, links=2), _C.AUTH_ERR),
        (FileStatus("link", 0o777, uid=1000), _C.AUTH_ERR),
        (FileStatus("fifo", 0o644, uid=1000), _C.AUTH_ERR),
    ],
)
def test_the_users_list_counts_only_if_nobody_else_can_have_written_it(
    status: FileStatus, expected: int
) -> None:
    world = _world(own="far\n")
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses[_OWN] = status
    assert _answer(world) == expected


@pytest.mark.parametrize("status", [FileStatus("file", 0o644, uid=1000), FileStatus("file", 0o664)])
def test_everybodys_list_counts_only_if_it_is_roots(status: FileStatus) -> None:
    world = _world(equiv="far\n")
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses[_EVERYBODYS] = status
    assert _answer(world) == _C.AUTH_ERR


def test_the_users_list_is_read_as_the_user() -> None:
    world = _world(own="far\n")
    _answer(world)
    assert isinstance(world.files, MemoryFiles)
    assert (_OWN, "alice") in world.files.read_by
    assert (_OWN, "") not in world.files.read_by
    assert world.files.acting_as == ""


class _Following(MemoryFiles):
    """Files in which each path is a link to an ordinary one."""

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        return super().status(path) if follow else FileStatus("link", 0o777)


@pytest.mark.parametrize("place", [_EVERYBODYS, _OWN])
def test_a_link_is_not_followed(place: str) -> None:
    world = _world().changed(files=_Following({place: "far\n"}))
    assert _answer(world) == _C.AUTH_ERR


def test_a_number_is_not_looked_up() -> None:
    world = _world(own="192.0.2.7\n")
    assert _answer(world) == _C.SUCCESS
    assert isinstance(world.network, MemoryNetwork)
    assert world.network.asked == ["far"]


class _NotRoot(MemoryFiles):
    """Files of a process that cannot act as anybody else."""

    def drop_to(self, account: object) -> None:  # type: ignore[override]  # it never returns
        raise PermissionError(1, "only root can act as another user")


def test_who_cannot_act_as_the_user_does_not_read_the_users_list_and_says_so() -> None:
    world = _world().changed(files=_NotRoot({_OWN: "far\n"}))
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world)[0] == f"cannot read {_OWN} as its user: only root can act as another user"


@pytest.mark.parametrize(("host", "remote"), [(None, "alice"), ("far", None)])
def test_without_a_remote_host_or_user_nobody_is_believed(
    host: str | None, remote: str | None
) -> None:
    world = _world(equiv="+ +\n")
    assert _answer(world, host=host, remote=remote) == _C.AUTH_ERR
    assert _log(world) == []


@pytest.mark.parametrize(("options", "lines"), [("", 0), ("debug", 1)])
def test_a_stranger_is_unknown_and_named_only_for_debugging(options: str, lines: int) -> None:
    world = _world(equiv="+ +\n")
    assert _answer(world, options, user="pa55w0rd") == _C.USER_UNKNOWN
    assert _log(world) == ["user 'pa55w0rd' unknown to this system"] * lines


@pytest.mark.parametrize(
    ("options", "flags", "lines"),
    [("silent", 0, 0), ("", Flag.SILENT, 0), ("silent debug", Flag.SILENT, 1)],
)
def test_silence_is_kept_unless_there_is_debugging(options: str, flags: int, lines: int) -> None:
    world = _world()
    _answer(world, options, flags=int(flags))
    assert len(_log(world)) == lines


def test_the_user_is_asked_for() -> None:
    policy = "auth required pam_rhosts.so\n"
    items = {Item.RHOST: "far", Item.RUSER: "alice"}
    with Script(visible("login:", None)) as script:
        trial = Trial(
            policy, pam_rhosts, world=_world(), user=None, items=items, conversation=script
        )
        assert trial.authenticate() == _C.CONV_ERR


def test_setcred_always_succeeds() -> None:
    assert Trial("auth required pam_rhosts.so\n", pam_rhosts).setcred() == _C.SUCCESS
