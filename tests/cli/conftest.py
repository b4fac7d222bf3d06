import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.demo.root import build
from pamkit.stores.log import SystemLog


class Ran:
    """A command that was run in this process: its status and what it wrote."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Command = Callable[..., Ran]


@pytest.fixture
def root(tmp_path: Path) -> str:
    """Return a root directory like the demo's, to be changed at will."""
    directory = tmp_path / "root"
    directory.mkdir()
    build(str(directory))
    return str(directory)


@pytest.fixture
def confdir(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that makes a directory with the policy `test` and a denying `other`."""

    def make(policy: str) -> str:
        directory = tmp_path / "pam.d"
        directory.mkdir()
        (directory / "test").write_text(policy)
        denies = [f"{facility} required pam_deny.so\n" for facility in _FACILITIES]
        (directory / "other").write_text("".join(denies))
        return str(directory)

    return make


_FACILITIES = ("auth", "account", "password", "session")


@pytest.fixture
def command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """Return a function that runs a command line; ``typed`` is its standard input."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(SystemLog, "write", lambda *_: None)  # nothing reaches the machine's log
    before = os.dup(0)

    def run(*argv: str, typed: str = "") -> Ran:
        reading, writing = os.pipe()
        os.write(writing, typed.encode())
        os.close(writing)
        os.dup2(reading, 0)
        os.close(reading)
        capfd.readouterr()
        status = main(list(argv))
        return Ran(status, *capfd.readouterr())

    yield run
    os.dup2(before, 0)
    os.close(before)
