"""What the process, the clock and the kernel say of themselves."""

import os
import time

import pytest

from pamkit.stores.clock import SystemClock
from pamkit.stores.process import ThisProcess
from pamkit.stores.randomness import KernelRandomness


def test_the_process_says_who_it_is() -> None:
    process = ThisProcess()
    assert (process.uid(), process.euid()) == (os.getuid(), os.geteuid())
    assert process.host_name() == os.uname().nodename


def test_a_process_without_a_login_or_terminal_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: int) -> str:
        raise OSError(25, "not a terminal")

    monkeypatch.setattr(os, "getlogin", fail)
    monkeypatch.setattr(os, "ttyname", fail)
    assert (ThisProcess().login_name(), ThisProcess().terminal()) == ("", "")


def test_names_are_what_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getlogin", lambda: "al\udcff")
    monkeypatch.setattr(os, "ttyname", lambda _: "/dev/pts/1")
    assert ThisProcess().login_name() == "al\udcff"
    assert ThisProcess().terminal() == "/dev/pts/1"


def test_the_clock_shows_the_systems_time() -> None:
    before = time.time()
    assert before <= SystemClock().now() <= time.time()


def test_random_bytes_are_as_many_as_wanted_and_never_the_same() -> None:
    random = KernelRandomness()
    assert [len(random.take(count)) for count in (0, 1, 32)] == [0, 1, 32]
    assert random.take(32) != random.take(32)
