"""The example of a module with credentials that can be seen: in memory, and in the kernel."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

import pytest

import pamkit
from examples import pam_sessionkey
from pamkit.module.registry import module_from
from pamkit.stores.keyrings import KernelKeyrings
from pamkit.testing.keys import MemoryKeys
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from tests.crash.harness import undisturbed

POLICY = "auth required pam_permit.so\nauth required pam_sessionkey.so lifetime=100 renewed=4000\n"


class _Run:
    """A login in memory, and its keys."""

    def __init__(self, conversation: Script | None = None) -> None:
        from pamkit.modules import pam_permit

        self.world = memory_world()
        modules = (pam_permit, pam_sessionkey)
        self.trial = Trial(POLICY, *modules, world=self.world, conversation=conversation)
        assert isinstance(self.world.keyrings, MemoryKeys)
        self.keys = self.world.keyrings
        self.trial.authenticate()

    def answer(self, flags: int) -> int:
        """Return what the module says to setcred."""
        self.trial.setcred(flags | Flag.SILENT)
        return self.trial.core.runs[-1].steps[-1].answer

    def seconds(self) -> list[int]:
        return [key.seconds for key in self.keys.keys.values()]


def test_establishing_makes_a_key_and_leaves_a_good_one_alone() -> None:
    run = _Run()
    assert run.answer(Flag.ESTABLISH_CRED) == ReturnCode.SUCCESS
    ((number, key),) = run.keys.keys.items()
    assert (key.name, key.seconds, len(key.secret)) == ("session", 100, 32)
    assert run.trial.handle.env == {"SESSION_KEY": str(number)}
    before = key.secret.expose()
    key.seconds = 7
    assert run.answer(Flag.ESTABLISH_CRED) == ReturnCode.SUCCESS
    assert (run.seconds(), key.secret.expose()) == ([7], before)
    key.seconds = 0
    assert run.answer(Flag.ESTABLISH_CRED) == ReturnCode.SUCCESS
    assert run.seconds() == [100]


def test_refreshing_moves_the_end_and_nothing_else() -> None:
    run = _Run()
    run.answer(Flag.ESTABLISH_CRED)
    (key,) = run.keys.keys.values()
    before = key.secret.expose()
    assert run.answer(Flag.REFRESH_CRED) == ReturnCode.SUCCESS
    assert (run.seconds(), key.secret.expose()) == ([4000], before)


def test_what_is_not_there_or_has_ended_cannot_be_refreshed() -> None:
    run = _Run()
    assert run.answer(Flag.REFRESH_CRED) == ReturnCode.CRED_UNAVAIL
    run.answer(Flag.ESTABLISH_CRED)
    (key,) = run.keys.keys.values()
    key.seconds = 0
    assert run.answer(Flag.REFRESH_CRED) == ReturnCode.CRED_EXPIRED


def test_deleting_twice_is_no_error_and_leaves_nothing() -> None:
    run = _Run()
    run.answer(Flag.ESTABLISH_CRED)
    answers = [run.answer(Flag.DELETE_CRED), run.answer(Flag.DELETE_CRED)]
    assert answers == [ReturnCode.SUCCESS, ReturnCode.SUCCESS]
    assert (run.keys.keys, run.keys.removed, run.trial.handle.env) == ({}, ["session"], {})


@pytest.mark.parametrize("what", ["put", "find", "expire", "remove"])
def test_what_the_kernel_refuses_is_a_credential_error(what: str) -> None:
    run = _Run()
    fault = OSError(errno.EDQUOT, "Disk quota exceeded")
    if what != "put":
        run.answer(Flag.ESTABLISH_CRED)
    run.keys.faults[what] = fault
    flag = {"expire": Flag.REFRESH_CRED, "remove": Flag.DELETE_CRED}.get(what, Flag.ESTABLISH_CRED)
    assert run.answer(flag) == ReturnCode.CRED_ERR


def test_the_user_is_told_how_long_it_is_good_unless_all_is_silent() -> None:
    said = [info(f"Your key is good for {n} seconds.") for n in (100, 4000, 100)]
    with Script(*said) as script:
        run = _Run(script)
        flags = (Flag.ESTABLISH_CRED, Flag.REFRESH_CRED, Flag.REINITIALIZE_CRED, Flag.DELETE_CRED)
        for flag in flags:
            run.answer(flag)  # silent
        assert script.heard == []
        for flag in flags:
            assert run.trial.setcred(flag) == ReturnCode.SUCCESS


def _key() -> tuple[int, str, bytes] | None:
    """Return number, end and content of the key that the kernel has; `None` without one."""
    keyrings = KernelKeyrings()
    try:
        number = keyrings.find("session")
    except OSError:
        return None
    with open("/proc/keys", encoding="ascii") as keys:
        ends = next(line.split()[3] for line in keys if line.startswith(f"{number:08x} "))
    return number, ends, keyrings.read(number).expose()


@pytest.mark.needs("keyrings")
@pytest.mark.parametrize("silent", [0, Flag.SILENT], ids=["aloud", "silent"])
def test_a3_a7_a9_a10_a11_a12_keys_of_the_kernel_are_made_prolonged_replaced_and_deleted(
    tmp_path: Path, silent: int
) -> None:
    (tmp_path / "app").write_text("auth required pam_keyinit.so force\n" + POLICY)

    def act() -> list[tuple[int, str, bytes] | None]:
        with pamkit.Transaction(
            "app",
            pwd.getpwuid(os.geteuid()).pw_name,  # nobody needs rights for a keyring of their own
            confdir=str(tmp_path),
            conversation=lambda _: None,
            modules={"pam_sessionkey": module_from(pam_sessionkey)},
            log=lambda *_: None,
        ) as pam:
            pam.authenticate()
            seen = []
            for flag in (
                *(Flag.ESTABLISH_CRED, Flag.REFRESH_CRED, Flag.ESTABLISH_CRED),
                *(Flag.REINITIALIZE_CRED, Flag.DELETE_CRED),
            ):
                pam.setcred(flag | silent)
                seen.append(_key())
            return seen

    ended = undisturbed(act)
    assert ended.how == "returned", ended
    made, refreshed, again, replaced, deleted = ended.value
    assert (made[1], len(made[2])) == ("1m", 32)
    assert refreshed == (made[0], "1h", made[2])  # the same key, and it ends later
    assert again == refreshed
    assert (replaced[1], replaced[2] != made[2]) == ("1m", True)
    assert deleted is None
