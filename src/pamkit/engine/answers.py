"""What a conversation answered, in the types that hooks expect."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import PROMPTS, Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.vocab.message import Answer, Message


_GOOD, _HIDDEN, _BINARY = ReturnCode.SUCCESS, Style.PROMPT_ECHO_OFF, Style.BINARY_PROMPT


def unanswered(messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
    """What happens without a conversation: messages are dropped, prompts fail."""
    if any(message.wants_answer for message in messages):
        return ReturnCode.CONV_ERR, ()
    return ReturnCode.SUCCESS, (None,) * len(messages)


def checked(
    messages: tuple[Message, ...], answers: Sequence[Answer]
) -> tuple[int, tuple[Answer, ...]]:
    """Return the answers in the types that hooks expect, or `CONV_ERR`.

    Hidden answers become `Secret`, visible ones text.  An answer that C could not carry (a
    NUL inside), of another type, or one too few or too many, fails the conversation: half a
    password must not be compared, and no answer is not an empty one.
    """
    if not isinstance(answers, (list, tuple)) or len(answers) != len(messages):
        return ReturnCode.CONV_ERR, ()
    try:
        if len(messages) == 1:  # as nearly always
            return _GOOD, (_as_expected(messages[0], answers[0]),)
        return _GOOD, tuple(map(_as_expected, messages, answers))
    except ValueError:
        return ReturnCode.CONV_ERR, ()


def _as_expected(message: Message, answer: Answer) -> Answer:
    """Return one answer in the type that hooks expect; `ValueError` if it is none."""
    style = message.style
    if answer is None or style not in PROMPTS:
        return None
    if style is _BINARY:
        if isinstance(answer, bytes):
            return answer
        raise ValueError
    if not isinstance(answer, (str, bytes, Secret)):
        raise ValueError  # one kind of fault: it is no answer
    token = Secret(answer)  # half a character stands for no bytes: `ValueError`
    if 0 in token.expose():
        raise ValueError
    return token if style is _HIDDEN else token.expose().decode("utf-8", "surrogateescape")
