"""Whether a program may trust its environment."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.auxiliary_vector import PATH, is_trusting


def _vector(*pairs: tuple[int, int]) -> bytes:
    return b"".join(struct.pack("@NN", *pair) for pair in pairs)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_vector((6, 4096), (23, 0), (0, 0)), True),
        (_vector((6, 4096), (23, 1), (0, 0)), False),
        (_vector((6, 4096), (0, 0), (23, 0)), False),
        (_vector((6, 4096)), False),
        (_vector((23, 0))[:-1], False),
        (b"", False),
    ],
)
def test_only_the_kernels_word_counts(data: bytes, expected: bool) -> None:
    assert is_trusting(data) is expected


@given(st.binary(max_size=100))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert is_trusting(data) in (True, False)


@pytest.mark.skipif(not Path(PATH).exists(), reason="no /proc here")
def test_this_process_was_started_without_more_rights_than_its_caller() -> None:
    assert is_trusting(Path(PATH).read_bytes())
