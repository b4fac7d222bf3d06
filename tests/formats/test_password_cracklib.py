import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.password_cracklib import CracklibLimits, cracklib_remark, words_of_name
from pamkit.vocab.secret import Secret

_GOOD = "kX7-qp2_Wz"
_NO_CREDITS = (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("limits", "typed", "old", "expected"),
    [
        (CracklibLimits(), _GOOD, None, ""),
        (CracklibLimits(), "kX7-q", None, ""),
        (CracklibLimits(), "kX7qp", None, "is too simple"),
        (CracklibLimits(credits=_NO_CREDITS), "kX7-qp2_", None, "is too simple"),
        (CracklibLimits(credits=(-3, 1, 1, 1)), _GOOD, None, "is too simple"),
        (CracklibLimits(maxclassrepeat=1), _GOOD, None, "is too simple"),
        (CracklibLimits(), "neVeroddoreven", None, "is a palindrome"),
        (CracklibLimits(), _GOOD, "Kx7-QP2_wZ", "case changes only"),
        (CracklibLimits(), _GOOD, "kX7-qp2_aa", "is too similar to the old one"),
        (CracklibLimits(), _GOOD, "qp2_WzkX7-", "is rotated"),
        (CracklibLimits(minclass=3), "kx7qp2wzt", None, "not enough character classes"),
        (
            CracklibLimits(maxrepeat=2),
            "kX777-qp",
            None,
            "contains too many same characters consecutively",
        ),
        (
            CracklibLimits(maxsequence=2),
            "kX789-qp",
            None,
            "contains too long of a monotonic character sequence",
        ),
        (CracklibLimits(), "9sMITh-7Q", None, "contains the user name in some form"),
        (CracklibLimits(), "9htiMS-7Q", None, "contains the user name in some form"),
    ],
)
def test_what_is_wrong_with_a_password(
    limits: CracklibLimits, typed: str, old: str | None, expected: str
) -> None:
    before = None if old is None else Secret(old)
    assert expected == cracklib_remark(limits, Secret(typed), before, (b"Smith",))


def test_short_words_of_a_name_do_not_count() -> None:
    assert words_of_name(b"Bob Smith of York") == (b"Smith", b"York")


@given(typed=st.binary(max_size=300), old=st.none() | st.binary(max_size=30))
def test_any_bytes_are_judged(typed: bytes, old: bytes | None) -> None:
    before = None if old is None else Secret(old)
    assert isinstance(cracklib_remark(CracklibLimits(), Secret(typed), before), str)
