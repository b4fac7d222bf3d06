"""A conversation in C: messages laid out, the application asked, its answers taken over."""

from __future__ import annotations

from pamkit.doors.door import CONVERSATION, Door, decoded, encoded
from pamkit.doors.requests import CONVERSE, signed
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Message, Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.doors.requests import Steps
    from pamkit.vocab.message import Answer

_LONGEST_PACKET = 1 << 20
"""Bytes of a binary prompt; a longer one is none."""

_MESSAGE = 2 * WORD
_RESPONSE = 2 * WORD
_STYLES = frozenset(int(style) for style in Style)


def talk(door: Door, messages: tuple[tuple[int, bytes], ...]) -> Steps[tuple[int, int]]:
    """Hold a conversation; end with its code and the address of the responses, or 0.

    The responses are the caller's: see `take`.  C: without a conversation it is `SYSTEM_ERR`.
    """
    place = door.address + CONVERSATION
    if not c_memory.word(place):
        door.core.world.log.write(Priority.ERR, "PAM no conversation function")
        return ReturnCode.SYSTEM_ERR, 0
    return (yield from converse(place, messages))


def converse(place: int, messages: tuple[tuple[int, bytes], ...]) -> Steps[tuple[int, int]]:
    """Hold a conversation with the `struct pam_conv` at an address; see `talk`."""
    function, pointer = c_memory.word(place), c_memory.word(place + WORD)
    count = len(messages)
    # C: an array of pointers for Linux, whose messages lie in a row for Solaris: both read it.
    block = c_memory.blank((count + 1) * WORD + count * _MESSAGE)
    reply, first = block + count * WORD, block + (count + 1) * WORD
    for at, (style, text) in enumerate(messages):
        message = first + at * _MESSAGE
        c_memory.set_word(block + at * WORD, message)
        c_memory.set_number(message, style)
        c_memory.set_word(message + WORD, c_memory.copy(text))
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
            # What a packet says of its own length was perhaps said by somebody far away.
            length = int.from_bytes(c_memory.data(pointer, 4), "big")
            is_packet = length <= _LONGEST_PACKET
            answers.append(c_memory.data(pointer, length) if is_packet else None)
            c_memory.forget(pointer, length if is_packet else 4)
        else:
            answers.append(c_memory.text(pointer))
            c_memory.forget(pointer)
    c_memory.forget(responses, len(styles) * _RESPONSE)
    return answers


def read_messages(count: int, address: int) -> tuple[Message, ...] | None:
    """Return the messages that a module lays before its application; `None` if one is none."""
    messages = []
    for at in range(count):
        place = c_memory.word(address + at * WORD)
        number = c_memory.number(place) if place else 0
        if number not in _STYLES:
            return None
        style, pointer = Style(number), c_memory.word(place + WORD)
        if style is not Style.BINARY_PROMPT:
            messages.append(Message(style, decoded(c_memory.text(pointer)) or ""))
            continue
        length = int.from_bytes(c_memory.data(pointer, 4), "big") if pointer else 0
        if not 0 < length <= _LONGEST_PACKET:
            return None
        messages.append(Message(style, "", c_memory.data(pointer, length)))
    return tuple(messages)


def lay_out(answers: tuple[Answer, ...]) -> int:
    """Return the address of a `struct pam_response` for each answer, for free(3)."""
    responses = c_memory.blank(len(answers) * _RESPONSE)
    for at, answer in enumerate(answers):
        if answer is None:
            continue
        data = answer.expose() if isinstance(answer, Secret) else answer
        pointer = c_memory.copy(encoded(data) if isinstance(data, str) else data)
        c_memory.set_word(responses + at * _RESPONSE, pointer)
    return responses
