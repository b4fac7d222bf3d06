"""A conversation in C: messages laid out, the application asked, its answers taken over."""

from __future__ import annotations

from pamkit.doors.door import CONVERSATION, Door
from pamkit.doors.requests import CONVERSE, signed
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.doors.requests import Steps

_MESSAGE = 2 * WORD
_RESPONSE = 2 * WORD


def talk(door: Door, messages: tuple[tuple[int, bytes], ...]) -> Steps[tuple[int, int]]:
    """Hold a conversation; end with its code and the address of the responses, or 0.

    The responses are the caller's: see `take`.  C: without a conversation it is `SYSTEM_ERR`.
    """
    function = c_memory.word(door.address + CONVERSATION)
    if not function:
        door.core.world.log.write(Priority.ERR, "PAM no conversation function")
        return ReturnCode.SYSTEM_ERR, 0
    count = len(messages)
    # C: an array of pointers for Linux, whose messages lie in a row for Solaris: both read it.
    block = c_memory.blank((count + 1) * WORD + count * _MESSAGE)
    reply, first = block + count * WORD, block + (count + 1) * WORD
    for at, (style, text) in enumerate(messages):
        message = first + at * _MESSAGE
        c_memory.set_word(block + at * WORD, message)
        c_memory.set_number(message, style)
        c_memory.set_word(message + WORD, c_memory.copy(text))
    pointer = c_memory.word(door.address + CONVERSATION + WORD)
    code = signed((yield (CONVERSE, function, count, block, reply, pointer)))
    responses = c_memory.word(reply)
    for at in range(count):
        c_memory.forget(c_memory.word(first + at * _MESSAGE + WORD))
    c_memory.forget(block, (count + 1) * WORD + count * _MESSAGE)
    return code, responses


def take(responses: int, styles: tuple[int, ...]) -> list[bytes | None]:
    """Return what was answered; the memory it came in is overwritten and freed."""
    if not responses:
        return [None] * len(styles)
    answers: list[bytes | None] = []
    for at, style in enumerate(styles):
        pointer = c_memory.word(responses + at * _RESPONSE)
        if pointer and style == Style.BINARY_PROMPT:
            length = int.from_bytes(c_memory.data(pointer, 4), "big")
            answers.append(c_memory.data(pointer, length))
            c_memory.forget(pointer, length)
        else:
            answers.append(c_memory.text(pointer))
            c_memory.forget(pointer)
    c_memory.forget(responses, len(styles) * _RESPONSE)
    return answers
