import pytest

from pamkit.modules import pam_deny, pam_faildelay
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode


def _waited(
    options: str, login_defs: str | None = None, place: str = "/etc/login.defs"
) -> tuple[float, list[str]]:
    """Return the seconds a refusal took, and what was logged."""
    files: dict[str, bytes | str | OSError] = {} if login_defs is None else {place: login_defs}
    outside, world = StandInOutside(), memory_world(files=files)
    policy = f"auth optional pam_faildelay.so {options}\nauth required pam_deny.so\n"
    trial = Trial(policy, pam_faildelay, pam_deny, world=world, outside=outside)
    assert trial.authenticate() == ReturnCode.AUTH_ERR
    assert isinstance(world.log, MemoryLog)
    return round(sum(outside.slept)), world.log.texts


@pytest.mark.parametrize(
    ("options", "login_defs", "seconds"),
    [
        ("delay=2000000", None, 2),
        ("delay=2000000", "FAIL_DELAY 9\n", 2),
        ("delay=0", "FAIL_DELAY 9\n", 0),
        ("", "FAIL_DELAY 9\n", 9),
        ("", "# FAIL_DELAY 9\n", 0),
        ("", None, 0),
        ("delay=soon", "FAIL_DELAY 9\n", 9),
        ("delay=-1", "FAIL_DELAY 9\n", 9),
        ("", "FAIL_DELAY 600\n", 600),
    ],
)
def test_a_refusal_takes_as_long_as_asked(
    options: str, login_defs: str | None, seconds: int
) -> None:
    assert _waited(options, login_defs)[0] == seconds


@pytest.mark.parametrize("value", ["soon", "-3", "3 s", "4295", "9" * 5000, ""])
def test_a_value_that_is_no_delay_is_logged_and_left_out(value: str) -> None:
    seconds, log = _waited("", f"FAIL_DELAY {value}\n")
    assert seconds == 0
    assert log == [f"pam_faildelay(test:auth): FAIL_DELAY={value} in /etc/login.defs not valid"]


def test_the_distributions_file_counts_where_there_is_no_other() -> None:
    assert _waited("", "FAIL_DELAY 9\n", "/usr/etc/login.defs")[0] == 9


def test_debug_tells_the_delay() -> None:
    assert _waited("debug delay=5")[1] == ["pam_faildelay(test:auth): setting fail delay to 5"]


def test_it_has_no_say() -> None:
    trial = Trial("auth sufficient pam_faildelay.so delay=1", pam_faildelay)
    assert [trial.authenticate(), trial.setcred()] == [ReturnCode.PERM_DENIED] * 2
