import pytest

from pamkit.vocab.codes import CODE_COUNT, CODES_BY_WORD, WORDS, ReturnCode, c_name, text


def test_there_is_a_code_for_every_number_a_control_can_name() -> None:
    assert list(range(CODE_COUNT)) == [int(code) for code in ReturnCode]


def test_every_code_has_a_word_of_its_own() -> None:
    assert CODE_COUNT == len(set(WORDS)) == len(CODES_BY_WORD)
    assert all(CODES_BY_WORD[WORDS[code]] is code for code in ReturnCode)


def test_words_are_the_names_in_lower_case_but_for_one() -> None:
    odd = [WORDS[code] for code in ReturnCode if WORDS[code] != code.name.lower()]
    assert odd == ["authtok_recover_err"]


def test_a24_every_code_has_a_text() -> None:
    texts = [text(code) for code in ReturnCode]
    assert len(set(texts)) == CODE_COUNT
    assert "Unknown PAM error" not in texts


@pytest.mark.parametrize("number", [-1, 32, 99, 2**40])
def test_a_stranger_keeps_its_number(number: int) -> None:
    stranger = ReturnCode(number)
    assert number == stranger
    assert stranger.name == "UNKNOWN"
    assert text(number) == "Unknown PAM error"
    assert str(number) == c_name(number)


def test_the_c_name_of_a_code() -> None:
    assert c_name(21) == "PAM_AUTHTOK_RECOVERY_ERR"
