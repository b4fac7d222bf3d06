import pytest

from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import ALLOWED, CRED_FLAGS, PASS_FLAGS, Flag, words


def test_every_flag_is_one_bit_of_its_own() -> None:
    assert all(flag.bit_count() == 1 for flag in Flag)
    assert sum(Flag).bit_count() == len(Flag)


def test_a7_every_primitive_may_be_silent() -> None:
    assert all(allowed & Flag.SILENT for allowed in ALLOWED.values())


def test_no_primitive_lets_the_application_choose_the_pass() -> None:
    assert set(Primitive) == set(ALLOWED)
    assert not any(allowed & PASS_FLAGS for allowed in ALLOWED.values())


def test_a9_to_a12_only_setcred_takes_the_four_actions() -> None:
    takers = [primitive for primitive, allowed in ALLOWED.items() if allowed & CRED_FLAGS]
    assert takers == [Primitive.SETCRED]
    assert CRED_FLAGS.bit_count() == 4


@pytest.mark.parametrize(
    ("expected", "bits"),
    [
        ("0", 0),
        ("SILENT", 0x8000),
        ("REFRESH_CRED|SILENT", 0x8010),
        ("0x40", 0x40),
        ("SILENT|0x40", 0x8040),
    ],
)
def test_bits_in_words(expected: str, bits: int) -> None:
    assert expected == words(bits)
