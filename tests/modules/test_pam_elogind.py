"""pam_elogind: pam_systemd for a machine without systemd."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_elogind, pam_systemd
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from tests.modules.login_manager import LoginManager, created, released

_C = ReturnCode


def _world() -> World:
    users = [account("alice"), account("daemon", 1), account("nobody", 65534)]
    return memory_world(users=users)


def _trial(world: World, *, user: str = "alice", service: str = "login", words: str = "") -> Trial:
    line = f"session required pam_elogind.so {words}\n"
    return Trial(line, pam_elogind, world=world, user=user, service=service)


def test_no_mark_of_systemd_is_needed() -> None:
    world = _world()
    manager = LoginManager(created(), released()).on(world)
    trial = _trial(world)
    assert trial.open_session() == _C.SUCCESS
    assert trial.handle.env["XDG_SESSION_ID"] == "c1"
    assert trial.close_session() == _C.SUCCESS
    assert manager.asked[1:] == [("c1",)]


def test_a_machine_without_a_bus_is_service_err() -> None:
    assert _trial(_world()).open_session() == _C.SERVICE_ERR


@pytest.mark.parametrize(
    ("user", "kind"),
    [("alice", "manager"), ("daemon", "manager-early"), ("nobody", "manager-early")],
)
def test_the_manager_of_a_users_services_has_a_class_of_its_own(user: str, kind: str) -> None:
    world = _world()
    manager = LoginManager().on(world)
    _trial(world, user=user, service="openrc-user", words="class=user").open_session()
    assert manager.asked[0][3:5] == ("unspecified", kind)


def test_no_service_is_left_without_a_session() -> None:
    world = _world()
    manager = LoginManager().on(world)
    _trial(world, service="systemd-user").open_session()
    assert len(manager.asked) == 1


def test_what_it_is_called_stands_in_the_log() -> None:
    world = _world()
    LoginManager(created(), released()).on(world)
    trial = _trial(world, words="debug")
    trial.open_session()
    trial.close_session()
    assert isinstance(world.log, MemoryLog)
    lines = [text.partition("): ")[2] for text in world.log.texts]
    assert (lines[0], lines[-1]) == ("pam-elogind initializing", "pam-elogind shutting down")


def test_options_and_answers_are_those_of_pam_systemd() -> None:
    assert pam_elogind.MODULE.options is pam_systemd.MODULE.options
    assert pam_elogind.MODULE.answers == pam_systemd.MODULE.answers
