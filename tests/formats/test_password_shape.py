import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.password_shape import (
    climbs,
    counts,
    is_rotated,
    is_similar,
    kinds_in,
    lacking,
    length_wanted,
    repeats_byte,
    repeats_kind,
)


def test_bytes_are_of_four_kinds() -> None:
    assert counts(b"aBc12d-\xc3\xa4") == (2, 1, 3, 3)
    assert kinds_in(b"ab1") == 2


@given(st.binary())
def test_every_byte_is_of_one_kind(password: bytes) -> None:
    assert len(password) == sum(counts(password))


def test_credits_make_up_for_length() -> None:
    assert length_wanted(9, (1, 2, 0, -1), (5, 1, 5, 5)) == 7


@pytest.mark.parametrize(
    ("credits", "expected"),
    [((-1, 0, 0, 0), None), ((-2, 0, 0, 0), 0), ((0, 0, -9, -9), 2), ((3, 0, 0, -1), 3)],
)
def test_credits_below_zero_are_least_numbers(
    credits: tuple[int, int, int, int], expected: int | None
) -> None:
    assert expected == lacking(credits, counts(b"1Ab"))


def test_runs_are_counted() -> None:
    assert repeats_byte(b"abbbc", 2)
    assert not repeats_byte(b"abbbc", 3)
    assert repeats_byte(b"aa", -5)
    assert not repeats_byte(b"abcabc", -5)
    assert repeats_kind(b"Aabc1", 2)
    assert not repeats_kind(b"Aabc1", 3)


@pytest.mark.parametrize(
    ("password", "most", "expected"),
    [
        *((b"xabc9", 2, True), (b"xabc9", 3, False), (b"9321x", 2, True), (b"aba", 1, True)),
        *((b"aba", 2, False), (b"\x7f\x80", 1, False), (b"\xff", 1, False), (b"", 1, False)),
    ],
)
def test_sequences_go_up_or_down(password: bytes, most: int, expected: bool) -> None:
    assert expected == climbs(password, most)


@given(old=st.binary(min_size=1, max_size=12), new=st.binary(min_size=1, max_size=12))
def test_likeness_to_the_old_password(old: bytes, new: bytes) -> None:
    assert is_similar(old, old, 1)
    assert not is_similar(old, old + old, 99)
    assert is_rotated(old, old[1:] + old[:1])
    assert not is_rotated(b"", new)
    if not set(old) & set(new) and len(new) < 2 * len(old):
        assert not is_similar(old, new, max(len(old), len(new)))
        assert is_similar(old, new, max(len(old), len(new)) + 1)
