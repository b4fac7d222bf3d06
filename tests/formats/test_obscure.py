from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats import obscure
from pamkit.formats.obscure import obscure_remark
from pamkit.vocab.secret import Secret


def remark(old: str, new: str, *, des: bool = False) -> str:
    return obscure_remark(Secret(old), Secret(new), des=des)


def test_each_check_has_its_remark() -> None:
    table = {
        ("secret", "secret"): obscure.SAME,
        ("secret", "Radar-radaR"): obscure.PALINDROME,
        ("secret", "abcba"): obscure.PALINDROME,
        ("secret", ""): obscure.PALINDROME,
        ("secret", "SECRET"): obscure.CASE_ONLY,
        ("secret", "terces1"): obscure.SIMILAR,
        ("abcd", "abxyZ9"): "",
        ("abcd", "abcyZ9"): obscure.SIMILAR,
        ("secret", "zxyw"): obscure.SIMPLE,
        ("secret", "zxywvu9"): "",
        ("secret", "zxywvu"): obscure.SIMPLE,
        ("secret", "zxyw9A"): "",
        ("secret", "zx-w9A"): "",
        ("secret", "zx-9A"): "",
        ("secret", "zx-9"): obscure.SIMPLE,
        ("billyjoe", "joebilly"): obscure.ROTATED,
        ("billyjoe", "something else"): "",
        ("tercesxx", "secretyy"): "",
    }
    assert {words: remark(*words) for words in table} == table


def test_for_des_the_first_eight_bytes_are_looked_at_again() -> None:
    old, new = "abcdefgh", "ABCDEFGH-tail"
    assert (remark(old, new), remark(old, new, des=True)) == ("", obscure.CASE_ONLY)
    assert remark("abcdefgh", "zyxwvuts", des=True) == ""


@given(st.text(), st.text())
def test_the_old_password_is_never_good_and_never_shown(old: str, new: str) -> None:
    old, new = (word.encode("utf-8", "ignore").decode() for word in (old, new))
    assert remark(old, old)
    assert remark(old, new) in ("", *(v for k, v in vars(obscure).items() if k.isupper()))
