"""A conversation with whoever sits at the terminal, or at the other end of a pipe.

The counterpart of `misc_conv(3)`.  What differs, on purpose: no answer ends the conversation,
where `misc_conv` answers NULL with success; a line that is too long or holds a NUL is refused,
where it would be cut; what a module sends to the terminal is made harmless; Ctrl-Z suspends,
where it would be held up until the answer is there.
"""

from __future__ import annotations

import _thread
import os
import time

from pamkit.engine.harmless import harmless
from pamkit.engine.signals import HeldSignals
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pamkit.vocab.message import Answer, Message

LONGEST = 4096
"""Bytes in an answer that comes through a pipe.

A terminal hands out lines of 4096 bytes with their end, and cuts longer ones without a word;
a line that fills it is refused, which leaves 4094 for the answer.
"""

_LOOK_UP = 0.5
"""Seconds between looks at the signals: one may slip in between the last look and the wait."""

_one_at_a_time = _thread.RLock()
"""Two threads at one terminal would restore each other's settings, and leave echo on or off."""


class TerminalConversation:
    """Asks at a terminal, hidden answers without echo; or reads lines from a pipe or file.

    Prompts go to ``stderr_fd`` without a newline, information to ``stdout_fd``, errors to
    ``stderr_fd``.  ``timeout`` is the time for each answer in seconds, suspension included.
    Hidden answers come as `Secret`, visible ones as text with undecodable bytes as surrogates.

    Raises `ConversationEnded` at the end of the input, on a read error, after the timeout, for
    an answer that is too long or holds a NUL, and for prompts a terminal has no way to answer.
    What was typed before the end of the input counts as a line.

    The terminal is put right whatever happens.  In the main thread, signals that end or suspend
    the program are held back until it is; if the program goes on, the question is repeated and
    what had been typed is dropped.  In other threads exceptions are seen to, but a signal that
    kills the program leaves the terminal as it is.

    Bytes are read from the descriptor itself, and only those of the line; what Python's
    ``sys.stdin`` has read ahead is not seen.
    """

    __slots__ = ("_out_of_step", "_stderr", "_stdin", "_stdout", "_timeout")

    def __init__(
        self,
        stdin_fd: int = 0,
        stdout_fd: int = 1,
        stderr_fd: int = 2,
        *,
        timeout: float | None = None,
    ) -> None:
        """Converse through these descriptors, which stay open."""
        self._stdin, self._stdout, self._stderr = stdin_fd, stdout_fd, stderr_fd
        self._timeout = timeout
        self._out_of_step = False

    def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Show the messages, ask the prompts; answers given before a failure are wiped."""
        answers: list[Answer] = []
        try:
            for message in messages:
                answers.append(self._answer(message))
        except BaseException:
            for answer in answers:
                if isinstance(answer, Secret):
                    answer.wipe()
            raise
        return answers

    def _answer(self, message: Message) -> Answer:
        if not message.wants_answer:
            fd = self._stdout if message.style is Style.TEXT_INFO else self._stderr
            _tell(fd, harmless(message.text))
            return None
        if message.style not in (Style.PROMPT_ECHO_OFF, Style.PROMPT_ECHO_ON):
            kind = "binary" if message.style is Style.BINARY_PROMPT else "radio"
            raise _ended(f"a terminal has no way to answer the {kind} prompt", message.text)
        hidden = message.style is Style.PROMPT_ECHO_OFF
        line = self._ask(message.text, hidden=hidden)
        try:
            if 0 in line:
                raise _ended("the answer holds a NUL byte, to", message.text)
            return Secret(line) if hidden else line.decode("utf-8", "surrogateescape")
        finally:
            _wipe(line)

    def _ask(self, prompt: str, *, hidden: bool) -> bytearray:
        due = None if self._timeout is None else time.monotonic() + self._timeout
        question = _Question(self._stdin, self._stderr, prompt, due)
        while not _one_at_a_time.acquire(timeout=question.left()):
            question.check_time()
        try:
            if os.isatty(self._stdin):
                return _ask_terminal(question, hidden=hidden)
            return self._ask_pipe(question)
        finally:
            _one_at_a_time.release()

    def _ask_pipe(self, question: _Question) -> bytearray:
        """Read one line and not a byte more: the next one answers the next prompt."""
        if self._out_of_step:
            raise question.ended("the input is out of step since an answer was broken off, at")
        question.show()
        buffer, count = bytearray(LONGEST + 1), 0
        room = memoryview(buffer)
        try:
            while question.read(room[count : count + 1]):
                if buffer[count] == 0x0A:
                    return _line(buffer, count)
                count += 1
                if count > LONGEST:
                    raise question.ended("the answer is too long, to")
            if not count:
                raise question.ended("the input ended before there was an answer to")
            return _line(buffer, count)
        except BaseException:
            # INVARIANT: the rest of a line never answers another prompt.
            self._out_of_step = count > 0
            raise
        finally:
            _wipe(buffer)


class _Question:
    """One prompt, and the wait for its answer."""

    __slots__ = ("_due", "_stdin", "prompt", "stderr")

    def __init__(self, stdin: int, stderr: int, prompt: str, due: float | None) -> None:
        self._stdin, self.stderr, self.prompt, self._due = stdin, stderr, prompt, due

    @property
    def stdin(self) -> int:
        """Where the answer comes from."""
        return self._stdin

    def show(self) -> None:
        """Write the prompt; a question that nobody sees is not waited for."""
        try:
            _write(self.stderr, harmless(self.prompt).encode())
        except OSError as odd:
            _own_only(odd)
            raise self.ended("there is nowhere to show the prompt") from None

    def read(self, room: bytearray | memoryview, wake: int | None = None) -> int | None:
        """Read once into ``room``; return the number of bytes, or `None` if ``wake`` speaks."""
        while self._readable(wake):
            try:
                return os.readv(self._stdin, [room])
            except BlockingIOError:
                continue
            except OSError as odd:
                _own_only(odd)
                why = os.strerror(odd.errno or 0).lower()
                raise self.ended(f"the answer cannot be read ({why}), to") from odd
        return None

    def ended(self, why: str) -> ConversationEnded:
        """Return the exception that names this question."""
        return _ended(why, self.prompt)

    def _readable(self, wake: int | None) -> bool:
        from select import POLLIN, poll

        poller = poll()
        poller.register(self._stdin, POLLIN)
        if wake is not None:
            poller.register(wake, POLLIN)
        while True:
            ready = [fd for fd, _ in poller.poll(int(self.left() * 1000) + 1)]
            if ready:
                return wake not in ready
            self.check_time()

    def left(self) -> float:
        """Return for how many seconds to wait before the next look."""
        if self._due is None:
            return _LOOK_UP
        return min(max(self._due - time.monotonic(), 0.0), _LOOK_UP)

    def check_time(self) -> None:
        """Raise `ConversationEnded` if the time is up."""
        if self._due is not None and time.monotonic() >= self._due:
            raise self.ended("the time is up for an answer to")


def _ask_terminal(question: _Question, *, hidden: bool) -> bytearray:
    while True:
        signals = HeldSignals()
        line: bytearray | None = None
        try:
            try:
                with signals, _Lines(question, hidden=hidden):
                    question.show()
                    line = _terminal_line(question, signals.wake)
            finally:
                if hidden or line is None:
                    _tell(question.stderr, "")
            signals.deliver()
        except BaseException:
            _wipe(line)
            raise
        if line is not None:
            return line


def _terminal_line(question: _Question, wake: int) -> bytearray | None:
    """Return what the terminal makes of a line, without its end; `None` if a signal cut in."""
    buffer = bytearray(LONGEST)
    try:
        count = question.read(buffer, wake)
        if count is None:
            return None
        if not count:
            raise question.ended("the input ended before there was an answer to")
        if count == LONGEST:
            raise question.ended("the answer is too long, to")
        # A line without a newline was ended with Ctrl-D.
        return _line(buffer, count - 1 if buffer[count - 1] == 0x0A else count)
    finally:
        _wipe(buffer)


class _Lines:
    """The terminal, giving whole lines, silent if the answer is hidden; restored at the end.

    Both changes drop what was typed ahead: it was typed for somebody else.
    """

    __slots__ = ("_before", "_hidden", "_question")

    def __init__(self, question: _Question, *, hidden: bool) -> None:
        self._question, self._hidden = question, hidden
        self._before: list[Any] | None = None

    def __enter__(self) -> None:
        import termios

        try:
            self._before = termios.tcgetattr(self._question.stdin)
            _settle(self._question.stdin, self._wanted(self._before))
        except termios.error:
            # It may echo: better no answer than one that others read.
            raise self._question.ended("the terminal cannot be set up to ask") from None
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        import termios

        if self._before is None:
            return
        try:
            _settle(self._question.stdin, self._before)
        except termios.error:
            pass  # the terminal is gone
        except BaseException:
            _settle(self._question.stdin, self._before)
            raise

    def _wanted(self, before: list[Any]) -> list[Any]:
        import termios

        wanted = [*before]
        if not before[3] & termios.ICANON:
            wanted[0] |= termios.ICRNL
            wanted[3] |= termios.ICANON | termios.ECHO
        if self._hidden:
            wanted[3] &= ~(termios.ECHO | termios.ECHONL)
        return wanted


def _settle(terminal: int, attributes: list[Any]) -> None:
    import errno
    import termios

    while True:
        try:
            return termios.tcsetattr(terminal, termios.TCSAFLUSH, attributes)
        except termios.error as odd:
            if odd.args[0] != errno.EINTR:
                raise


def _tell(fd: int, text: str) -> None:
    """Write a message and a newline; one that nobody can see is no reason to stop."""
    try:
        _write(fd, f"{text}\n".encode())
    except OSError as odd:
        _own_only(odd)


def _own_only(odd: OSError) -> None:
    """Let pass what the system says, raise what a signal handler of the program raised.

    Programs time things out with handlers that raise `TimeoutError`, which is an `OSError`.
    """
    if odd.errno is None:
        raise odd


def _write(fd: int, data: bytes) -> None:
    from select import POLLOUT, poll

    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            poller = poll()
            poller.register(fd, POLLOUT)
            poller.poll()


def _line(buffer: bytearray, count: int) -> bytearray:
    """Return the first bytes; a buffer made smaller could leave a copy behind."""
    line = bytearray(count)
    with memoryview(buffer) as view:
        line[:] = view[:count]
    return line


def _wipe(buffer: bytearray | None) -> None:
    if buffer:
        buffer[:] = bytes(len(buffer))


def _ended(why: str, prompt: str) -> ConversationEnded:
    return ConversationEnded(message=f"{why} `{harmless(prompt).strip()}`")
