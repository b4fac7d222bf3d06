"""Effects performed by the system."""

import time
from pathlib import Path

import pytest

from pamkit.module.program import Finished, Run
from pamkit.stores.system import system_outside
from pamkit.vocab.secret import Secret


@pytest.mark.needs("libcrypt")
def test_a_hash_is_made_by_libcrypt() -> None:
    assert system_outside().crypt(b"rasmuslerdorf", "rl") == "rl.3StKT.4T8M"


@pytest.mark.parametrize("stdin", [Secret("token"), b"token"])
def test_a_program_is_run_with_its_input(stdin: Secret | bytes) -> None:
    done = system_outside().run(Run(("/usr/bin/env", "cat"), (("PATH", "/bin"),), stdin))
    assert done == Finished(0, b"token")


def test_no_program_is_run_below_another_root(tmp_path: Path) -> None:
    outside = system_outside(str(tmp_path))
    for perform in (outside.run, outside.start):
        with pytest.raises(PermissionError, match="are not run"):
            perform(Run(("/bin/true",)))


def test_a_program_is_started_and_heard() -> None:
    program = system_outside().start(Run(("/bin/cat",), stdin=Secret("token")))
    try:
        assert [program.listen(), program.listen()] == [b"token", Finished(0)]
    finally:
        program.close()


def test_waiting_is_left_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for seconds in (2.5, -1.0):
        system_outside().sleep(seconds)
    assert waits == [2.5, 0.0]
