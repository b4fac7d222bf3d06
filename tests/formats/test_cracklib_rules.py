import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.cracklib_rules import dictionary_remark
from pamkit.vocab.secret import Secret

_WORDS = {b"wonderland", b"password", b"hillside"}
_ALICE = (b"alice", b"Alice Smith, room 5,,")

_WORD = "it is based on a dictionary word"
_REVERSED = "it is based on a (reversed) dictionary word"
_ENTRY = "it is based upon your password entry"
_DERIVED = "it is derived from your password entry"

_REMARKS = [
    ("", "it is WAY too short"),
    ("abc", "it is WAY too short"),
    ("ab3.Q", "it is too short"),
    ("aabbccdd", "it does not contain enough DIFFERENT characters"),
    ("abcdefgh", "it is too simplistic/systematic"),
    ("ab472915c", "it looks like a National Insurance number."),
    ("Wonderland", _WORD),
    ("wonderland99!", _WORD),
    ("1wonderland", _WORD),
    ("wonder.land", _WORD),
    ("wonder$$land", _WORD),
    ("wonder\tland", _WORD),
    ("w0nderl4nd", _WORD),
    ("pa$$w0rd", _WORD),
    ("hi1ls1de", ""),
    ("h1ll5ide", _WORD),
    ("dnalrednow", _REVERSED),
    ("dr0w$$ap", _REVERSED),
    ("alicealice", "it is based on your username"),
    ("aliceecila", "it is based on your username"),
    ("ecilaalice", "it is based on your username"),
    ("alice12", "it is based on your username"),
    ("smithsmith", _ENTRY),
    ("h7imsh7ims", ""),
    ("AliceSmith", _DERIVED),
    ("smithalice", "it's derived from your password entry"),
    ("room5alice", ""),
    ("kX7-qp2_Wz", ""),
]


@pytest.mark.parametrize(("typed", "expected"), _REMARKS)
def test_what_is_wrong_with_a_password(typed: str, expected: str) -> None:
    assert expected == dictionary_remark(Secret(typed), _WORDS, _ALICE)


def test_who_runs_the_program_must_have_an_account() -> None:
    expected = "you are not registered in the password file"
    assert expected == dictionary_remark(Secret("kX7-qp2_Wz"), _WORDS, None)


def test_an_empty_word_at_the_end_of_the_name_counts_as_in_c() -> None:
    account = (b"smith", b"room 5, Stephen, ,")
    remark = dictionary_remark(Secret("smq7 \t"), _WORDS, account)
    assert remark == "it is derivable from your password entry"


def test_only_the_first_255_bytes_are_looked_at() -> None:
    typed = "a7Q_m" * 51
    assert dictionary_remark(Secret(typed + "abcdefghij" * 20), _WORDS, _ALICE) == ""
    typed = typed[:200] + "abcdefghij" * 20
    assert dictionary_remark(Secret(typed), _WORDS, _ALICE) == "it is too simplistic/systematic"


@given(typed=st.binary(max_size=300), name=st.binary(max_size=12), gecos=st.binary(max_size=20))
def test_any_bytes_are_judged(typed: bytes, name: bytes, gecos: bytes) -> None:
    assert isinstance(dictionary_remark(Secret(typed), _WORDS, (name, gecos)), str)
