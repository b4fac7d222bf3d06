"""Solaris's chain of password modules together: asked, judged, and stored by one after another."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.solaris import pam_authtok_check, pam_authtok_get, pam_authtok_store
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, error, hidden, info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import _stand_in
from tests.modules.solaris.solaris_world import shadow, world_of

_C = ReturnCode
_POLICY = """\
password optional pam_before.so
password requisite pam_authtok_get.so
password requisite pam_authtok_check.so
password required pam_authtok_store.so
"""
_DONE = info("passwd: password successfully changed for alice")


def _asked(new: str, again: str = "") -> tuple[Line, ...]:
    return (
        hidden("New Password: ", Secret(new)),
        hidden("Re-enter new Password: ", Secret(again or new)),
    )


def _change(world: World, *lines: Line, known: str = "") -> ReturnCode:
    """Change alice's password; ``known``: what authenticate left on the handle."""
    with Script(*lines) as script:
        trial = Trial(
            _POLICY,
            pam_authtok_get,
            pam_authtok_check,
            pam_authtok_store,
            _stand_in("pam_before", {Item.AUTHTOK: known} if known else {}, _C.IGNORE),
            world=world,
            service="passwd",
            conversation=script,
        )
        return trial.chauthtok()


def _has(world: World, password: str) -> bool:
    entry = world.credentials.shadow("alice")
    assert entry is not None
    return entry.hashed.expose().decode().endswith(password.encode().hex()[::-1])


def test_a_user_who_proved_the_old_password_gets_a_new_one() -> None:
    world = world_of(shadow("alice"), uid=1000)
    assert _change(world, *_asked("Wholly-9-new"), _DONE, known="secret") == _C.SUCCESS
    assert _has(world, "Wholly-9-new")


@pytest.mark.parametrize("known", ["", "wrong"])
def test_who_did_not_prove_it_changes_nothing(known: str) -> None:
    world = world_of(shadow("alice"), uid=1000)
    assert _change(world, *_asked("Wholly-9-new"), known=known) == _C.PERM_DENIED
    assert _has(world, "secret")


def test_root_need_not_prove_it() -> None:
    world = world_of(shadow("alice"))
    assert _change(world, *_asked("Wholly-9-new"), _DONE) == _C.SUCCESS
    assert _has(world, "Wholly-9-new")


def test_what_is_too_weak_is_not_stored() -> None:
    world = world_of(shadow("alice"))
    (first, _) = _asked("short")
    told = error("passwd: Password too short - must be at least 6 characters.")
    assert _change(world, first, told) == _C.AUTHTOK_ERR
    assert _has(world, "secret")


def test_two_that_differ_are_not_stored() -> None:
    world = world_of(shadow("alice"))
    lines = (*_asked("Wholly-9-new", "Wholly-8-new"), error("passwd: They don't match."))
    # `requisite` ends the chain before anything is stored.
    assert _change(world, *lines) == _C.AUTHTOK_ERR
    assert _has(world, "secret")


def test_a_password_that_is_too_young_is_not_changed() -> None:
    world = world_of(shadow("alice", min_days=100), uid=1000)
    assert _change(world, *_asked("Wholly-9-new"), known="secret") == _C.AUTHTOK_ERR
    assert _has(world, "secret")
