"""A scripted conversation that must be used up, exactly as it is written."""

from __future__ import annotations

from pamkit.engine.driver import NotYet
from pamkit.vocab.message import Style
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from pamkit.vocab.message import Answer, Message


class Line(Record):
    """One message that is expected, and the answer to give (or the exception to raise)."""

    style: Style
    text: str
    answer: Answer | BaseException = None


def hidden(text: str, answer: Answer | BaseException) -> Line:
    """Expect a prompt that does not echo."""
    return Line(Style.PROMPT_ECHO_OFF, text, answer)


def visible(text: str, answer: Answer | BaseException) -> Line:
    """Expect a prompt that echoes."""
    return Line(Style.PROMPT_ECHO_ON, text, answer)


def info(text: str) -> Line:
    """Expect an information."""
    return Line(Style.TEXT_INFO, text)


def error(text: str) -> Line:
    """Expect an error message."""
    return Line(Style.ERROR_MSG, text)


def later(style: Style, text: str) -> Line:
    """Expect a prompt and say that the answer comes later: the transaction is kept."""
    return Line(style, text, NotYet())


class Script:
    """A conversation that plays its lines and fails on any other.

    As a context manager it also fails if lines are left at the end.  ``heard`` holds the
    messages in the order they came.
    """

    def __init__(self, *lines: Line) -> None:
        """Play these lines."""
        self._lines = list(lines)
        self.heard: list[Message] = []
        self._odd: list[str] = []

    def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Answer the messages as written; an unexpected one raises `AssertionError`."""
        return [self._answer(message) for message in messages]

    def _answer(self, message: Message) -> Answer:
        self.heard.append(message)
        expected = self._lines.pop(0) if self._lines else None
        if expected is None or (expected.style, expected.text) != (message.style, message.text):
            wanted = "nothing" if expected is None else f"{expected.style.name} `{expected.text}`"
            self._odd.append(f"expected {wanted}, found {message.style.name} `{message.text}`")
            raise AssertionError(self._odd[-1])
        if isinstance(expected.answer, BaseException):
            raise expected.answer
        return expected.answer

    def assert_used_up(self) -> None:
        """Fail if lines are left, or if a message came that was not expected."""
        left = [f"{line.style.name} `{line.text}`" for line in self._lines]
        if left or self._odd:
            raise AssertionError(
                "; ".join([*self._odd, *(f"never asked: {text}" for text in left)])
            )

    def __enter__(self) -> Script:
        """Return the script itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Check that the script is used up, unless something else went wrong already."""
        if kind is None:
            self.assert_used_up()
