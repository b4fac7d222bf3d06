import contextlib
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.cracklib_dictionary import CracklibDictionary
from tests.formats.packed_words import packed

_WORD = st.binary(min_size=1, max_size=31).filter(lambda word: b"\0" not in word)


@given(words=st.sets(_WORD, min_size=1, max_size=70), others=st.sets(_WORD, max_size=20))
def test_what_was_packed_is_in_it_and_nothing_else(words: set[bytes], others: set[bytes]) -> None:
    dictionary = CracklibDictionary(*packed(words))
    assert sorted(words) == list(dictionary)
    assert len(words) == len(dictionary)
    assert {word for word in words | others if word in dictionary} == words


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_dictionary_of_another_machine_can_be_read(order: Literal["little", "big"]) -> None:
    dictionary = CracklibDictionary(*packed([b"one", b"two"], order))
    assert b"two" in dictionary
    assert "two" not in dictionary


@pytest.mark.parametrize("cut", [0, 3, 11, 15])
def test_an_index_cut_short_is_no_dictionary(cut: int) -> None:
    index, data = packed([b"one", b"two"])
    with pytest.raises(ValueError, match="dictionary"):
        CracklibDictionary(index[:cut], data)


@pytest.mark.parametrize("at", [0, 4, 8])
def test_another_magic_number_no_words_or_another_size_is_no_dictionary(at: int) -> None:
    index, data = packed([b"one"])
    with pytest.raises(ValueError, match="no dictionary"):
        CracklibDictionary(index[:at] + b"\0" + index[at + 1 :], data)


def test_words_cut_short_are_an_error_not_an_absence() -> None:
    index, data = packed([b"one", b"only", b"two"])
    for cut in range(len(data)):
        with pytest.raises(ValueError, match="word"):
            assert b"two" not in CracklibDictionary(index, data[:cut])


def test_a_word_that_shares_more_than_there_is_makes_no_sense() -> None:
    index, data = packed([b"ab", b"zz"])
    with pytest.raises(ValueError, match="like none before"):
        assert b"zz" not in CracklibDictionary(index, data.replace(b"\0zz", b"\3zz"))


@given(index=st.binary(max_size=80), data=st.binary(max_size=80), word=_WORD)
def test_rubbish_is_an_error_or_a_dictionary_and_never_hangs(
    index: bytes, data: bytes, word: bytes
) -> None:
    head = b"1Vwp\x20\0\0\0\x10\0\0\0"
    with contextlib.suppress(ValueError):
        assert (word in CracklibDictionary(head + index, data)) in (True, False)


@pytest.mark.needs("cracklib")
def test_the_machines_own_dictionary_is_read_to_its_end() -> None:
    place = Path("/var/cache/cracklib/cracklib_dict")
    index, data = (place.with_suffix(end).read_bytes() for end in (".pwi", ".pwd"))
    dictionary = CracklibDictionary(index, data)
    words = list(dictionary)
    assert len(dictionary) == len(words) > 1000
    assert words == sorted(set(words))
    assert all(word in dictionary for word in words[::97])
