import pytest

from pamkit.policy.suggest import closest, did_you_mean

KNOWN = ["required", "requisite", "sufficient", "optional", "include"]


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        ("required", "required"),
        ("required", "requird"),
        ("required", "reqiured"),
        ("required", "rrequired"),
        ("sufficient", "suficent"),
        ("include", "inculde"),
        ("", "whatever"),
        ("", "requ"),
        ("", ""),
    ],
)
def test_the_nearest_word_is_found_within_two_slips(expected: str, word: str) -> None:
    assert closest(word, KNOWN) == expected


def test_a_word_of_two_letters_is_near_nothing() -> None:
    assert closest("xy", ["ab"]) == ""


def test_a_hint_names_the_nearest_or_all() -> None:
    assert did_you_mean("includ", KNOWN) == "did you mean `include`?"
    assert did_you_mean("x", ["auth", "account"]) == "expected one of auth, account"
