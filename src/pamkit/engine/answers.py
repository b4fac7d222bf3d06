"""What a conversation answered, in the types that hooks expect."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.vocab.message import Answer, Message


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
    good: list[Answer] = []
    for message, answer in zip(messages, answers, strict=True):
        if answer is None or not message.wants_answer:
            good.append(None)
        elif not isinstance(answer, (str, bytes, Secret)):
            return ReturnCode.CONV_ERR, ()
        elif message.style is Style.BINARY_PROMPT:
            if not isinstance(answer, bytes):
                return ReturnCode.CONV_ERR, ()
            good.append(answer)
        else:
            try:
                token = Secret(answer)
            except ValueError:  # half a character stands for no bytes
                return ReturnCode.CONV_ERR, ()
            if 0 in token.expose():
                return ReturnCode.CONV_ERR, ()
            hidden = message.style is Style.PROMPT_ECHO_OFF
            good.append(token if hidden else token.expose().decode("utf-8", "surrogateescape"))
    return ReturnCode.SUCCESS, tuple(good)
