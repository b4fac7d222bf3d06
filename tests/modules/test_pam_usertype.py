"""pam_usertype: system users and regular ones."""

from __future__ import annotations

import pytest

from pamkit.module.world import Account, World
from pamkit.modules import pam_usertype
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode

_C = ReturnCode
_DEFS, _OVERFLOW = "/etc/login.defs", "/proc/sys/kernel/overflowuid"


class _Counting(MemoryAccounts):
    """Remembers who was looked for."""

    def __init__(self, users: list[Account]) -> None:
        super().__init__(users)
        self.asked: list[str] = []

    def find(self, name: str) -> Account | None:
        self.asked.append(name)
        return super().find(name)


def _world(number: int = 1000, uid: int = 0, **files: str | OSError) -> World:
    places = {"defs": _DEFS, "vendor": "/usr/etc/login.defs", "overflow": _OVERFLOW}
    world = memory_world(
        files={places[name]: content for name, content in files.items()},
        process=StandInProcess(uid=uid),
    )
    return world.changed(accounts=_Counting([account("root", 0), account("u", number)]))


def _answer(world: World, options: str, user: str = "u") -> ReturnCode:
    policy = f"auth required pam_usertype.so {options}\n"
    return Trial(policy, pam_usertype, world=world, user=user).authenticate()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_usertype(test:auth): ") for line in world.log.texts]


@pytest.mark.parametrize(
    ("number", "defs", "system"),
    [
        (0, "", True),
        (100, "", True),
        (999, "", True),
        (1000, "", False),
        (999, "UID_MIN 500\n", False),
        (499, "UID_MIN 500\n", True),
        (499, "UID_MIN 500\nSYS_UID_MAX 400\n", False),
        (1200, "SYS_UID_MAX 5000\n", False),
        (999, "UID_MIN nothing\n", True),
        (999, "UID_MIN -1\n", True),
        (999, f"UID_MIN {2**32 - 1}\n", True),
        (1000, f"UID_MIN {2**32 - 1}\n", False),
        (1000, f"UID_MIN {2**32 - 2}\n", True),
        (999, "UID_MIN " + "9" * 5000 + "\n", True),
        (0, "UID_MIN 0\n", False),
        (65534, "", True),
        (65533, "", False),
    ],
)
def test_the_number_tells_the_kind(number: int, defs: str, system: bool) -> None:
    for options, wanted in (("issystem", system), ("isregular", not system)):
        expected = _C.SUCCESS if wanted else _C.AUTH_ERR
        assert _answer(_world(number, defs=defs), options) == expected


def test_without_login_defs_the_distributions_counts_and_then_none() -> None:
    assert _answer(_world(600, vendor="UID_MIN 500\n"), "isregular") == _C.SUCCESS
    assert _answer(_world(600, defs="", vendor="UID_MIN 500\n"), "isregular") == _C.AUTH_ERR
    assert _answer(_world(600), "isregular") == _C.AUTH_ERR


def test_limits_that_cannot_be_read_are_not_guessed() -> None:
    world = _world(1000, defs=PermissionError(13, "Permission denied"))
    for options in ("issystem", "isregular"):
        assert _answer(world, options) == _C.SERVICE_ERR
    assert _log(world) == ["cannot read /etc/login.defs: Permission denied"] * 2


@pytest.mark.parametrize("overflow", ["4000\n", " 4000"])
def test_the_kernels_own_nobody_is_a_system_user_too(overflow: str) -> None:
    assert _answer(_world(4000, overflow=overflow), "issystem") == _C.SUCCESS
    assert _answer(_world(65534, overflow=overflow), "issystem") == _C.SUCCESS
    assert _answer(_world(4000, overflow="x"), "issystem") == _C.AUTH_ERR


def test_the_last_word_counts() -> None:
    assert _answer(_world(), "isregular issystem") == _C.AUTH_ERR
    assert _answer(_world(), "issystem isregular") == _C.SUCCESS


def test_without_a_question_there_is_no_answer() -> None:
    world = _world()
    assert _answer(world, "audit what") == _C.SERVICE_ERR
    assert _log(world) == ["Unknown argument: what", "Operation not specified"]


@pytest.mark.parametrize(("options", "lines"), [("", 0), ("audit", 1)])
def test_a_stranger_is_unknown_and_named_only_if_asked_for(options: str, lines: int) -> None:
    world = _world()
    assert _answer(world, f"isregular {options}", "pa55w0rd") == _C.USER_UNKNOWN
    assert _log(world) == ["error retrieving information about user pa55w0rd"] * lines


def test_as_many_look_ups_are_made_for_a_stranger_as_for_a_user() -> None:
    counts = []
    for user in ("u", "eve"):
        world = _world()
        _answer(world, "isregular", user)
        assert isinstance(world.accounts, _Counting)
        found = [name in ("u", "root") for name in world.accounts.asked]
        counts.append(sorted(found))
    assert counts[0] == counts[1] == [False, True]


def test_use_uid_judges_who_runs_the_application() -> None:
    assert _answer(_world(uid=0), "issystem use_uid", "eve") == _C.SUCCESS
    assert _answer(_world(uid=1000), "issystem use_uid", "root") == _C.AUTH_ERR
    world = _world(uid=77)
    assert _answer(world, "issystem use_uid") == _C.USER_UNKNOWN
    assert _log(world) == ["error retrieving information about user 77"]


def test_the_number_that_means_nobody_at_all_is_no_user() -> None:
    world = _world(2**32 - 1)
    assert _answer(world, "isregular") == _C.USER_UNKNOWN
    assert _log(world) == ["invalid uid"]


@pytest.mark.parametrize(("answer", "expected"), [(None, _C.CONV_ERR), ("u", _C.SUCCESS)])
def test_the_user_is_asked_for(answer: str | None, expected: int) -> None:
    policy = "auth required pam_usertype.so isregular\n"
    with Script(visible("login:", answer)) as script:
        trial = Trial(policy, pam_usertype, world=_world(), user=None, conversation=script)
        assert trial.authenticate() == expected


def test_setcred_has_no_say() -> None:
    assert Trial("auth required pam_usertype.so\n", pam_usertype).setcred() == _C.PERM_DENIED
