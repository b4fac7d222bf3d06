import os
import select
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest

# A child that has the terminal for its own, so that Ctrl-C typed there reaches it.
_ADOPT = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "pamkit", *sys.argv[1:]])
"""


class Terminal:
    """A terminal with `pamkit` at it; what the test types arrives as from a keyboard."""

    def __init__(self, *argv: str) -> None:
        self.outer, self.inner = os.openpty()
        self.before = termios.tcgetattr(self.inner)
        self.seen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ADOPT, *argv],
            stdin=self.inner,
            stdout=self.inner,
            stderr=self.inner,
            start_new_session=True,
        )

    def wait_for(self, text: bytes) -> None:
        """Read until a text has come."""
        while text not in self.seen:
            assert select.select([self.outer], [], [], 30)[0], f"never came: {text!r}"
            self.seen += os.read(self.outer, 4096)

    def type(self, text: bytes) -> None:
        """Type."""
        os.write(self.outer, text)

    def status(self) -> int:
        """Wait for the end and return the exit status."""
        while self.process.poll() is None:
            if select.select([self.outer], [], [], 0.05)[0]:
                self.seen += os.read(self.outer, 4096)
        return self.process.returncode

    def close(self) -> None:
        """Leave."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.inner)
        os.close(self.outer)


@pytest.fixture
def terminal(root: str) -> Iterator[Terminal]:
    terminal = Terminal("run", "login", "--user=alice", "--root", root)
    yield terminal
    terminal.close()


def test_ctrl_c_at_a_prompt_is_130_and_the_terminal_is_as_before(terminal: Terminal) -> None:
    terminal.wait_for(b"Password: ")
    terminal.type(b"hal\x03")
    assert terminal.status() == 130
    assert b"interrupted" in terminal.seen
    assert b"Traceback" not in terminal.seen
    assert terminal.before == termios.tcgetattr(terminal.inner)


@pytest.mark.needs("libcrypt")
def test_a_password_typed_at_a_terminal_is_not_echoed(terminal: Terminal) -> None:
    terminal.wait_for(b"Password: ")
    terminal.type(b"correct horse\n")
    assert terminal.status() == 0
    assert b"correct" not in terminal.seen


@pytest.mark.needs("libcrypt")
def test_a_terminal_gets_colours(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.wait_for(b"Password: ")
    terminal.type(b"correct horse\n")
    terminal.status()
    assert (b"\x1b[" in terminal.seen) == (not os.environ.get("NO_COLOR"))


def test_no_color_is_respected(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal("run", "backup", "--user=alice", "--root", root)
    status = terminal.status()
    seen = terminal.seen
    terminal.close()
    assert (status, b"\x1b[3" in seen or b"\x1b[9" in seen) == (1, False)
