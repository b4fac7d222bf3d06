"""Messages in C, which two camps of libraries read in two ways.

A program is given a `struct pam_message **`: to Linux-PAM, OpenPAM and AIX it is an array of
pointers, to Solaris and HP-UX a pointer to an array.
"""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

import pamkit.native
from pamkit.doors.requests import CONVERSE
from pamkit.doors.talk import converse, read_messages, take
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Message, Style

_SOURCE = Path(__file__).with_name("both_readings.c")
_HEADERS = Path(pamkit.native.__file__).parent / "c" / "include"
_SAID = (
    Message(Style.PROMPT_ECHO_OFF, "first"),
    Message(Style.PROMPT_ECHO_ON, "second"),
    Message(Style.TEXT_INFO, "third"),
)

pytestmark = pytest.mark.needs("cc")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """A C program of both camps."""
    made = tmp_path_factory.mktemp("readings") / "both.so"
    words = ["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{_HEADERS}"]
    subprocess.run([*words, str(_SOURCE), "-o", str(made)], check=True)
    library = ctypes.CDLL(str(made))
    for name in ("as_linux", "as_both", "as_solaris"):
        getattr(library, name).restype = ctypes.c_size_t
    return library


def _asked(program: ctypes.CDLL, texts: tuple[str, ...]) -> tuple[int, list[bytes | None], int]:
    """Return what the program answers to messages: a code, answers, how many it has read."""
    read = ctypes.c_int(0)
    function = ctypes.cast(program.answer_both, ctypes.c_void_p).value or 0
    place = c_memory.blank(2 * WORD)
    c_memory.set_word(place, function)
    c_memory.set_word(place + WORD, ctypes.addressof(read))
    styles = (1, 2, 3, 4) * 8
    messages = tuple((style, text.encode()) for style, text in zip(styles, texts, strict=False))
    talk = converse(place, messages)
    number, address, count, block, reply, pointer = next(talk)
    assert (number, address, count) == (CONVERSE, function, len(texts))
    words = [ctypes.c_void_p(word) for word in (block, reply, pointer)]
    answered = program.answer_both(count, *words)
    try:
        talk.send(answered & 0xFFFFFFFF)
    except StopIteration as end:
        code, responses = end.value
    answers = take(responses, styles[: len(texts)]) if responses else []
    c_memory.forget(place, 2 * WORD)
    return code, answers, read.value


@pytest.mark.parametrize("count", [1, 2, 3, 32])
def test_both_readings_find_the_same_messages(program: ctypes.CDLL, count: int) -> None:
    texts = tuple(f"message {number}" for number in range(count))
    answers = [text.encode() for text in texts]
    assert _asked(program, texts) == (ReturnCode.SUCCESS, answers, count)


@pytest.mark.parametrize("layout", ["as_linux", "as_both"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_messages_of_a_module_are_read_wherever_they_lie(
    program: ctypes.CDLL, layout: str, count: int
) -> None:
    assert read_messages(count, getattr(program, layout)()) == _SAID[:count]


def test_one_message_of_solaris_is_one_of_linux(program: ctypes.CDLL) -> None:
    """With more than one nobody can tell: see docs/dialects.md."""
    assert read_messages(1, program.as_solaris()) == _SAID[:1]
