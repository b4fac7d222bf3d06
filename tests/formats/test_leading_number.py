from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.leading_number import leading_number

_MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("022", 8, 0o22),
        ("22", 8, 0o22),
        (" \t+077 ", 8, 0o77),
        ("-1", 8, -1),
        ("08", 8, 0),
        ("0x22", 8, 0),
        ("9", 8, None),
        ("19", 10, 19),
        ("-20,x", 10, -20),
        ("", 10, None),
        ("-", 10, None),
        ("- 1", 10, None),
        ("+-1", 10, None),
        ("one", 10, None),
        ("\N{ARABIC-INDIC DIGIT ONE}", 10, None),
        ("7" * 5000, 8, 8**4096 - 1),
    ],
)
def test_a_number_ends_where_its_digits_do(text: str, base: int, expected: int | None) -> None:
    assert leading_number(text, base) == expected


@given(st.text(alphabet=" \t+-0123789ax,", max_size=24), st.sampled_from((8, 10)))
def test_it_is_what_c_finds(text: str, base: int) -> None:
    strtol = ctypes.CDLL(None).strtol
    strtol.restype, strtol.argtypes = (
        ctypes.c_long,
        (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int),
    )
    end, line = ctypes.c_void_p(), ctypes.create_string_buffer(text.encode())
    expected = strtol(ctypes.cast(line, ctypes.c_char_p), ctypes.byref(end), base)
    found = leading_number(text, base)
    assert (found is None) == (end.value == ctypes.addressof(line))
    assert max(-_MOST - 1, min(found or 0, _MOST)) == expected
