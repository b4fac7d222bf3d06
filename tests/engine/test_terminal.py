"""A terminal is a pseudo-terminal here: the test sits at the other end and types."""

from __future__ import annotations

import errno
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.engine.answers import checked
from pamkit.engine.terminal import LONGEST, TerminalConversation
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret
from tests.engine.test_harmless import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pamkit.vocab.message import Answer

PASSWORD = Message(Style.PROMPT_ECHO_OFF, "Password: ")
CODE = Message(Style.PROMPT_ECHO_OFF, "Code: ")
LOGIN = Message(Style.PROMPT_ECHO_ON, "login: ")
PATIENCE = 20.0


def read_until(fd: int, wanted: bytes) -> bytes:
    """Read until something was written, and return all that was read."""
    found = b""
    while wanted not in found:
        ready, _, _ = select.select([fd], [], [], PATIENCE)
        assert ready, f"waited for {wanted!r}, found {found!r}"
        data = os.read(fd, 4096)
        assert data, f"waited for {wanted!r} until the end, found {found!r}"
        found += data
    return found


class Desk:
    """A terminal, and the person who sits at it."""

    def __init__(self) -> None:
        self.master, self.terminal = pty.openpty()
        self.at_first = termios.tcgetattr(self.terminal)
        self._thread = ThreadPoolExecutor(1)

    def ask(self, *messages: Message, **settings: Any) -> Future[Sequence[Answer]]:
        fd = self.terminal
        return self._thread.submit(TerminalConversation(fd, fd, fd, **settings), messages)

    def see(self, text: str) -> bytes:
        return read_until(self.master, text.encode())

    def unread(self) -> bytes:
        """Return what was shown since; a terminal hands it on in order, but not at once."""
        os.write(self.terminal, b"<end>")
        return read_until(self.master, b"<end>").removesuffix(b"<end>")

    def types(self, text: str | bytes) -> None:
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    @property
    def is_as_it_was(self) -> bool:
        return bool(termios.tcgetattr(self.terminal) == self.at_first)

    def close(self) -> None:
        os.close(self.master)
        self._thread.shutdown()
        os.close(self.terminal)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


# --- at a terminal ---


def test_a_password_is_typed_without_echo_and_the_terminal_is_restored(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    shown = desk.see("Password: ")
    assert not desk.echoes
    desk.types("secret\n")
    assert answers.result(PATIENCE) == [Secret("secret")]
    assert desk.is_as_it_was
    assert shown + desk.unread() == b"Password: \r\n"


def test_a_name_is_typed_with_echo(desk: Desk) -> None:
    answers = desk.ask(LOGIN)
    shown = desk.see("login: ")
    desk.types("alice\n")
    assert answers.result(PATIENCE) == ["alice"]
    assert shown + desk.unread() == b"login: alice\r\n"


def test_messages_come_in_order_between_the_prompts(desk: Desk) -> None:
    answers = desk.ask(
        Message(Style.TEXT_INFO, "Welcome"), LOGIN, Message(Style.ERROR_MSG, "Careful"), PASSWORD
    )
    shown = desk.see("login: ")
    desk.types("alice\n")
    shown += desk.see("Password: ")
    desk.types("secret\n")
    assert answers.result(PATIENCE) == [None, "alice", None, Secret("secret")]
    assert shown + desk.unread() == b"Welcome\r\nlogin: alice\r\nCareful\r\nPassword: \r\n"


def test_what_is_typed_ahead_is_dropped(desk: Desk) -> None:
    desk.types("rm -rf\n")
    assert select.select([desk.terminal], [], [], PATIENCE)[0]
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("secret\n")
    assert answers.result(PATIENCE) == [Secret("secret")]


def test_an_empty_line_is_an_empty_answer(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("\n")
    assert answers.result(PATIENCE) == [Secret("")]


def test_the_end_of_the_input_is_no_answer(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("\x04")
    with pytest.raises(ConversationEnded, match="ended before there was an answer to `Password:`"):
        answers.result(PATIENCE)
    assert desk.is_as_it_was


def test_what_was_typed_before_the_end_counts(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("secret\x04")
    assert answers.result(PATIENCE) == [Secret("secret")]


def test_a_terminal_without_echo_stays_without(desk: Desk) -> None:
    silent = termios.tcgetattr(desk.terminal)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(desk.terminal, termios.TCSANOW, silent)
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("secret\n")
    answers.result(PATIENCE)
    assert not desk.echoes


def test_a_raw_terminal_gives_whole_lines_and_becomes_raw_again(desk: Desk) -> None:
    raw = termios.tcgetattr(desk.terminal)
    raw[0] &= ~termios.ICRNL
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(desk.terminal, termios.TCSANOW, raw)
    raw = termios.tcgetattr(desk.terminal)
    answers = desk.ask(LOGIN)
    shown = desk.see("login: ")
    desk.types("alicf\x7fe\r")
    assert answers.result(PATIENCE) == ["alice"]
    assert raw == termios.tcgetattr(desk.terminal)
    assert (shown + desk.unread()).startswith(b"login: alicf")


def test_without_a_newline_flag_only_one_newline_follows_a_hidden_answer(desk: Desk) -> None:
    newlines = termios.tcgetattr(desk.terminal)
    newlines[3] |= termios.ECHONL
    termios.tcsetattr(desk.terminal, termios.TCSANOW, newlines)
    answers = desk.ask(PASSWORD)
    shown = desk.see("Password: ")
    desk.types("secret\n")
    answers.result(PATIENCE)
    assert shown + desk.unread() == b"Password: \r\n"


def test_time_is_up_at_a_terminal_and_half_a_password_is_left_to_nobody(desk: Desk) -> None:
    answers = desk.ask(PASSWORD, timeout=0.2)
    desk.see("Password: ")
    desk.types("secr")
    with pytest.raises(ConversationEnded, match="time is up for an answer to `Password:`"):
        answers.result(PATIENCE)
    assert desk.is_as_it_was
    desk.types("\n")
    assert os.read(desk.terminal, 100) == b"\n"


@pytest.mark.parametrize(("size", "taken"), [(4094, True), (4095, False), (5000, False)])
def test_a_line_that_the_terminal_would_cut_is_refused(
    desk: Desk, size: int, *, taken: bool
) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("x" * size)
    desk.types("\n")
    if taken:
        assert answers.result(PATIENCE) == [Secret("x" * size)]
    else:
        with pytest.raises(ConversationEnded, match="too long, to `Password:`"):
            answers.result(PATIENCE)
    assert desk.is_as_it_was


def test_a_nul_is_refused_at_a_terminal(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    desk.types("secret\0garbage\n")
    with pytest.raises(ConversationEnded, match="NUL"):
        answers.result(PATIENCE)


def test_a_terminal_that_goes_away_ends_the_conversation(desk: Desk) -> None:
    answers = desk.ask(PASSWORD)
    desk.see("Password: ")
    os.close(desk.master)
    desk.master = os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(ConversationEnded, match="`Password:`"):
        answers.result(PATIENCE)


def test_two_threads_ask_one_after_the_other(desk: Desk) -> None:
    fd = desk.terminal
    answers = desk.ask(PASSWORD)
    shown = desk.see("Password: ")
    with ThreadPoolExecutor(1) as other:
        late = other.submit(TerminalConversation(fd, fd, fd, timeout=0.1), (LOGIN,))
        with pytest.raises(ConversationEnded, match="time is up for an answer to `login:`"):
            late.result(PATIENCE)
        next_one = other.submit(TerminalConversation(fd, fd, fd), (LOGIN,))
        desk.types("secret\n")
        assert answers.result(PATIENCE) == [Secret("secret")]
        shown += desk.see("login: ")
        desk.types("alice\n")
        assert next_one.result(PATIENCE) == ["alice"]
    assert desk.is_as_it_was
    assert shown + desk.unread() == b"Password: \r\nlogin: alice\r\n"


# --- signals: in a process of its own, whose terminal it is ---

PROGRAM = """
import os, signal, sys
name, report = sys.argv[1], int(sys.argv[2])
terminal = os.open(name, os.O_RDWR)  # a leader of a session without terminal gets this one
for fd in range(3):
    os.dup2(terminal, fd)

from pamkit.engine.terminal import TerminalConversation
from pamkit.vocab.message import Message, Style

def say(text):
    os.write(report, text.encode() + b"\\n")

def converse():
    answer, = TerminalConversation()((Message(Style.PROMPT_ECHO_OFF, "Password: "),))
    say("answer " + answer.expose().decode())

{main}
"""


class Program:
    """A program with a terminal of its own, and what it reports."""

    def __init__(self, desk: Desk, main: str) -> None:
        self.desk = desk
        self.report, theirs = os.pipe()
        code = PROGRAM.format(main=main)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, os.ttyname(desk.terminal), str(theirs)],
            pass_fds=[theirs],
            start_new_session=True,
            env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
            stderr=subprocess.PIPE,
        )
        os.close(theirs)

    def says(self, wanted: str) -> str:
        return read_until(self.report, wanted.encode() + b"\n").decode()

    def end(self) -> int:
        _, errors = self.process.communicate(timeout=PATIENCE)
        os.close(self.report)
        assert errors == b""
        return self.process.returncode


def test_ctrl_c_restores_the_terminal_before_anybody_hears_of_it(desk: Desk) -> None:
    program = Program(
        desk,
        """
import termios
try:
    converse()
except KeyboardInterrupt:
    say("interrupt, echo " + str(bool(termios.tcgetattr(0)[3] & termios.ECHO)))
say("handlers as they were: " + str(signal.getsignal(2) is signal.default_int_handler))
""",
    )
    desk.see("Password: ")
    desk.types("sec\x03")
    assert program.says("as they were: True").startswith("interrupt, echo True\n")
    assert program.end() == 0
    assert desk.is_as_it_was


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_deadly_signal_kills_after_the_terminal_is_restored(desk: Desk, number: int) -> None:
    program = Program(
        desk,
        "signal.signal(2, signal.SIG_DFL)\nimport resource\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nconverse()",
    )
    desk.see("Password: ")
    assert not desk.echoes
    os.kill(program.process.pid, number)
    assert program.end() == -number
    assert desk.is_as_it_was


def test_a_handler_of_the_program_is_called_and_the_question_repeated(desk: Desk) -> None:
    program = Program(desk, "signal.signal(signal.SIGTERM, lambda *_: say('handled'))\nconverse()")
    desk.see("Password: ")
    desk.types("typed before")
    os.kill(program.process.pid, signal.SIGTERM)
    program.says("handled")
    desk.see("Password: ")
    assert not desk.echoes
    desk.types("secret\n")
    program.says("answer secret")
    assert program.end() == 0
    assert desk.is_as_it_was


def test_an_exception_out_of_a_signal_handler_restores_the_terminal(desk: Desk) -> None:
    program = Program(
        desk,
        """
def alarm(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, alarm)
say("ready")
try:
    converse()
except TimeoutError:
    say("alarm")
""",
    )
    program.says("ready")
    desk.see("Password: ")
    os.kill(program.process.pid, signal.SIGALRM)
    program.says("alarm")
    assert program.end() == 0
    assert desk.is_as_it_was


def test_ctrl_z_puts_the_terminal_right_and_coming_back_asks_again(desk: Desk) -> None:
    program = Program(
        desk,
        """
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
ready, go = os.pipe()
child = os.fork()  # a job of a shell: only such a one can be suspended
if child == 0:
    os.setpgid(0, 0)
    os.read(ready, 1)
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    converse()
    os._exit(0)
os.setpgid(child, child)
os.tcsetpgrp(0, child)
os.write(go, b"!")
say("child " + str(child))
_, status = os.waitpid(child, os.WUNTRACED)
say("stopped" if os.WIFSTOPPED(status) else "ended")
_, status = os.waitpid(child, 0)
""",
    )
    desk.see("Password: ")
    assert not desk.echoes
    desk.types("sec\x1a")
    child = int(program.says("stopped").split()[1])
    assert desk.is_as_it_was
    os.kill(child, signal.SIGCONT)
    desk.see("Password: ")
    assert not desk.echoes
    desk.types("secret\n")
    program.says("answer secret")
    assert program.end() == 0
    assert desk.is_as_it_was


def test_after_a_stop_that_cannot_be_held_back_echo_is_off_again(desk: Desk) -> None:
    program = Program(desk, "converse()")
    desk.see("Password: ")
    os.kill(program.process.pid, signal.SIGSTOP)
    os.waitpid(program.process.pid, os.WUNTRACED)
    termios.tcsetattr(desk.terminal, termios.TCSANOW, desk.at_first)  # as a shell does
    os.kill(program.process.pid, signal.SIGCONT)
    desk.see("Password: ")
    assert not desk.echoes
    desk.types("secret\n")
    program.says("answer secret")
    assert program.end() == 0
    assert desk.is_as_it_was


# --- not at a terminal ---


class Pipes:
    """Three pipes in the place of a terminal."""

    def __init__(self, text: bytes, *, more_to_come: bool = False, **settings: Any) -> None:
        stdin, self._into = os.pipe()
        self._out, stdout = os.pipe()
        self._err, stderr = os.pipe()
        self.fds = [stdin, stdout, stderr]
        os.write(self._into, text)
        if not more_to_come:
            os.close(self._into)
            self._into = os.open(os.devnull, os.O_WRONLY)
        self.converse = TerminalConversation(stdin, stdout, stderr, **settings)

    def type_more(self, text: bytes) -> None:
        os.write(self._into, text)

    def shown(self) -> tuple[bytes, bytes]:
        return tuple(
            os.read(fd, 65536) if select.select([fd], [], [], 0)[0] else b""
            for fd in (self._out, self._err)
        )  # type: ignore[return-value]  # there are two

    def close(self) -> None:
        for fd in (*self.fds, self._into, self._out, self._err):
            os.close(fd)


@pytest.fixture
def pipes() -> Iterator[Callable[..., Pipes]]:
    made: list[Pipes] = []

    def make(text: bytes, **settings: Any) -> Pipes:
        made.append(Pipes(text, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_several_prompts_are_answered_through_one_pipe(pipes: Callable[..., Pipes]) -> None:
    at = pipes(b"alice\nsecret\nrest")
    assert at.converse((LOGIN, Message(Style.TEXT_INFO, "Hello"))) == ["alice", None]
    assert at.converse((PASSWORD,)) == [Secret("secret")]
    assert os.read(at.fds[0], 100) == b"rest"
    assert at.shown() == (b"Hello\n", b"login: Password: ")


def test_errors_go_to_standard_error(pipes: Callable[..., Pipes]) -> None:
    at = pipes(b"")
    assert at.converse((Message(Style.ERROR_MSG, "No"),)) == [None]
    assert at.shown() == (b"", b"No\n")


def test_a_line_without_an_end_counts_and_then_nothing_is_left(
    pipes: Callable[..., Pipes],
) -> None:
    at = pipes(b"secret")
    assert at.converse((PASSWORD,)) == [Secret("secret")]
    with pytest.raises(ConversationEnded, match="ended before there was an answer to `Code:`"):
        at.converse((CODE,))


@pytest.mark.parametrize("message", [LOGIN, PASSWORD])
def test_an_empty_pipe_is_no_answer(pipes: Callable[..., Pipes], message: Message) -> None:
    with pytest.raises(ConversationEnded):
        pipes(b"").converse((message,))


def test_answers_given_before_a_failure_are_wiped(
    pipes: Callable[..., Pipes], monkeypatch: pytest.MonkeyPatch
) -> None:
    wiped: list[bytes] = []
    wipe = Secret.wipe

    def watched(secret: Secret) -> None:
        wiped.append(secret.expose())
        wipe(secret)

    monkeypatch.setattr(Secret, "wipe", watched)
    with pytest.raises(ConversationEnded):
        pipes(b"secret\n").converse((PASSWORD, CODE))
    assert wiped == [b"secret"]


def test_the_longest_answer_is_taken_whole(pipes: Callable[..., Pipes]) -> None:
    assert pipes(b"x" * LONGEST + b"\n").converse((PASSWORD,)) == [Secret("x" * LONGEST)]


def test_a_longer_answer_is_refused_and_its_rest_answers_nothing(
    pipes: Callable[..., Pipes],
) -> None:
    at = pipes(b"x" * (LONGEST + 1) + b"the rest\nnext\n")
    with pytest.raises(ConversationEnded, match="too long, to `Password:`"):
        at.converse((PASSWORD,))
    with pytest.raises(ConversationEnded, match=r"out of step since .* at `Code:`"):
        at.converse((CODE,))


def test_a_nul_is_refused_and_the_next_line_is_the_next_answer(
    pipes: Callable[..., Pipes],
) -> None:
    at = pipes(b"secret\0garbage\nnext\n")
    with pytest.raises(ConversationEnded, match="NUL byte, to `Password:`"):
        at.converse((PASSWORD,))
    assert at.converse((CODE,)) == [Secret("next")]


@pytest.mark.parametrize("message", [LOGIN, PASSWORD])
def test_bytes_that_are_not_utf8_survive(pipes: Callable[..., Pipes], message: Message) -> None:
    at = pipes(b"caf\xe9\n")
    code, (answer,) = checked((message,), at.converse((message,)))
    assert (code, Secret(answer or "")) == (ReturnCode.SUCCESS, Secret(b"caf\xe9"))


def test_time_is_up_at_a_pipe(pipes: Callable[..., Pipes]) -> None:
    at = pipes(b"", more_to_come=True, timeout=0.05)
    with pytest.raises(ConversationEnded, match="time is up for an answer to `Password:`"):
        at.converse((PASSWORD,))
    at.type_more(b"secret\n")
    assert at.converse((PASSWORD,)) == [Secret("secret")]


def test_a_slow_writer_does_not_get_a_new_time_with_each_byte(
    pipes: Callable[..., Pipes],
) -> None:
    at = pipes(b"sec", more_to_come=True, timeout=0.05)
    began = time.monotonic()
    with pytest.raises(ConversationEnded, match="time is up"):
        at.converse((PASSWORD,))
    assert time.monotonic() - began >= 0.05
    at.type_more(b"ret\n")
    with pytest.raises(ConversationEnded, match="out of step"):
        at.converse((CODE,))


def test_a_pipe_that_does_not_block_is_waited_for(
    pipes: Callable[..., Pipes], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = pipes(b"secret\n")
    os.set_blocking(at.fds[0], False)
    readv, snatched = os.readv, iter([True])

    def late(fd: int, room: Any) -> int:
        if next(snatched, False):
            raise BlockingIOError(errno.EAGAIN, "another process was faster")
        return readv(fd, room)

    monkeypatch.setattr(os, "readv", late)
    assert at.converse((PASSWORD,)) == [Secret("secret")]


def test_a_closed_input_is_a_refusal(pipes: Callable[..., Pipes]) -> None:
    at = pipes(b"")
    closed = os.dup(at.fds[0])
    os.close(closed)
    with pytest.raises(ConversationEnded, match=r"cannot be read \(bad file descriptor\)"):
        TerminalConversation(closed, at.fds[1], at.fds[2])((PASSWORD,))


def test_a_timeout_of_the_program_is_not_taken_for_a_read_error(
    pipes: Callable[..., Pipes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alarm(*_: object) -> int:
        raise TimeoutError

    monkeypatch.setattr(os, "readv", alarm)  # a signal handler runs here just as well
    with pytest.raises(TimeoutError):
        pipes(b"secret\n").converse((PASSWORD,))


def test_a_prompt_that_cannot_be_shown_is_not_waited_for(pipes: Callable[..., Pipes]) -> None:
    at = pipes(b"secret\n")
    closed = os.dup(at.fds[2])
    os.close(closed)
    converse = TerminalConversation(at.fds[0], at.fds[1], closed)
    assert converse((Message(Style.ERROR_MSG, "lost"),)) == [None]
    with pytest.raises(ConversationEnded, match="nowhere to show the prompt `Password:`"):
        converse((PASSWORD,))


@pytest.mark.parametrize(
    ("style", "kind"), [(Style.RADIO_TYPE, "radio"), (Style.BINARY_PROMPT, "binary")]
)
def test_prompts_that_are_no_lines_are_refused(
    pipes: Callable[..., Pipes], style: Style, kind: str
) -> None:
    with pytest.raises(ConversationEnded, match=f"no way to answer the {kind} prompt `sure`"):
        pipes(b"yes\n").converse((Message(style, "sure"),))


# --- what modules send to the terminal ---


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_a_text_from_a_module_is_only_shown(
    pipes: Callable[..., Pipes], text: str, shown: str
) -> None:
    at = pipes(b"answer\n")
    at.converse(
        (
            Message(Style.TEXT_INFO, text),
            Message(Style.ERROR_MSG, text),
            Message(Style.PROMPT_ECHO_ON, text),
        )
    )
    expected = shown.encode()
    assert at.shown() == (expected + b"\n", expected + b"\n" + expected)


def test_a_refusal_carries_no_escape_sequence_either(pipes: Callable[..., Pipes]) -> None:
    with pytest.raises(ConversationEnded) as refused:
        pipes(b"").converse((Message(Style.PROMPT_ECHO_OFF, "\x1b[2J: "),))
    assert "`\\x1b[2J:`" in str(refused.value)
