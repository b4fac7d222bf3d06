"""The text of an issue file and its letters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.issue import expanded


def _letters(letter: str) -> bytes | None:
    return {"n": b"here", "o": b"", "e": b"\\n"}.get(letter)


def test_letters_stand_for_what_they_mean() -> None:
    assert expanded(rb"\n \n\o: n\x", _letters) == b"here here: nx"


def test_a_backslash_stands_for_itself_behind_another() -> None:
    assert expanded(rb"\\n \\\n \\\\", _letters) == b"\\n \\here \\\\"


def test_what_a_letter_stands_for_is_not_looked_at_again() -> None:
    assert expanded(rb"\e\n", _letters) == b"\\nhere"


def test_a_backslash_at_the_end_is_none() -> None:
    assert expanded(b"text\\", _letters) == b"text"


def test_no_nul_is_left() -> None:
    assert expanded(b"a\0b\\\0n\0", _letters) == b"abn"


def test_every_letter_is_asked_for_once() -> None:
    asked: list[str] = []

    def meaning(letter: str) -> bytes | None:
        asked.append(letter)
        return None

    assert expanded(rb"\a\b\a\a\b", meaning) == b"abaab"
    assert asked == ["a", "b"]


@given(st.binary())
def test_the_text_is_what_c_makes_of_it_byte_by_byte(text: bytes) -> None:
    shown, at = b"", 0
    while at < len(text):
        byte = text[at : at + 1]
        if byte == b"\\":
            at += 1
            byte = text[at : at + 1]
            found = _letters(byte.decode("latin-1")) if byte else b""
            byte = byte if found is None else found
        shown += byte if byte != b"\0" else b""
        at += 1
    assert expanded(text, _letters) == shown
