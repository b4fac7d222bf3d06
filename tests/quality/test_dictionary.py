import pytest

from pamkit.module.world import World
from pamkit.quality.dictionary import word_remark
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.secret import Secret
from tests.formats.packed_words import packed

_INDEX, _WORDS = packed([b"wonderland", b"password"])
_DEBIAN = "/var/cache/cracklib/cracklib_dict"
_WORD = Secret("Wonderland7")
_BASED = "it is based on a dictionary word"
_NO_DICTIONARY = "error loading dictionary"


def _world(
    place: str = _DEBIAN, *, index: bytes | OSError = _INDEX, words: bytes = _WORDS
) -> World:
    return memory_world(
        users=[account("root", 0), account("alice", 1000)],
        files={f"{place}.pwi": index, f"{place}.pwd": words},
        process=StandInProcess(uid=1000),
    )


@pytest.mark.parametrize(
    "place", [_DEBIAN, "/usr/share/cracklib/pw_dict", "/usr/lib/cracklib_dict"]
)
def test_the_machines_own_dictionary_is_found(place: str) -> None:
    assert word_remark(_world(place), _WORD) == _BASED
    assert word_remark(_world(place), Secret("kX7-qp2_Wz")) == ""


def test_another_dictionary_can_be_named() -> None:
    assert word_remark(_world("/srv/words"), _WORD, "/srv/words") == _BASED
    assert word_remark(_world(), _WORD, "/srv/words") == _NO_DICTIONARY


def test_who_runs_the_program_is_not_in_the_password() -> None:
    assert word_remark(_world(), Secret("alicealice")) == "it is based on your username"


def test_without_a_dictionary_no_password_is_any_good() -> None:
    assert word_remark(memory_world(), Secret("kX7-qp2_Wz")) == _NO_DICTIONARY


@pytest.mark.parametrize(
    ("index", "words"),
    [(PermissionError(13, "denied"), _WORDS), (b"", _WORDS), (_INDEX, b""), (_INDEX, _WORDS[:-1])],
)
def test_with_half_a_dictionary_no_password_is_any_good(
    index: bytes | OSError, words: bytes
) -> None:
    remark = word_remark(_world(index=index, words=words), Secret("zX7-qp2_Wz"))
    assert remark == _NO_DICTIONARY


def test_with_accounts_that_cannot_be_read_no_password_is_any_good() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert word_remark(world, Secret("kX7-qp2_Wz")) == _NO_DICTIONARY
