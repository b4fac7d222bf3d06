import copy
import pickle
import traceback

import pytest

from pamkit.vocab.secret import Secret


@pytest.mark.parametrize("token", ["hunter2", b"hunter2", bytearray(b"hunter2"), Secret("hunter2")])
def test_it_holds_the_bytes_of_a_token(token: str | bytes | bytearray | Secret) -> None:
    assert Secret(token).expose() == b"hunter2"


def test_text_is_utf_8_with_strange_bytes_as_they_came() -> None:
    assert Secret("é\udcff").expose() == b"\xc3\xa9\xff"


def test_half_a_character_is_refused_without_showing_the_rest() -> None:
    token = "hunter%d" % 2 + chr(0xD800)  # noqa: UP031  # so that no source line shows it
    with pytest.raises(ValueError, match="half a character") as refused:
        Secret(token)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__context__ is None


def test_it_is_a_copy() -> None:
    original = bytearray(b"hunter2")
    secret = Secret(original)
    twin = Secret(secret)
    original[0] = 0
    secret.wipe()
    assert twin.expose() == b"hunter2"


def test_wiping_overwrites_and_empties_it() -> None:
    secret = Secret("hunter2")
    held = memoryview(secret._bytes)
    with pytest.raises(BufferError):
        secret.wipe()  # it cannot shrink while somebody looks, but it is overwritten by then
    assert bytes(7) == bytes(held)
    held.release()
    secret.wipe()
    assert (secret.expose(), len(secret), bool(secret)) == (b"", 0, False)


def test_equal_tokens_match() -> None:
    assert Secret("a").matches(Secret(b"a"))
    assert Secret("a").matches(b"a")
    assert not Secret("a").matches(b"b")
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != b"a"


def test_length_and_truth_are_those_of_the_token() -> None:
    assert (len(Secret("hunter2")), bool(Secret("hunter2"))) == (7, True)


def test_it_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Secret("hunter2"))


def test_it_does_not_travel() -> None:
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        pickle.dumps(Secret("hunter2"))
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        copy.copy(Secret("hunter2"))


def test_it_shows_a_word_and_never_the_token() -> None:
    secret = Secret("hunter2")
    assert {str(secret), repr(secret), f"{secret}", f"{secret!r}"} == {"Secret(…)"}


@pytest.mark.parametrize("odd", [5, 0, False, [], None, {"a": 1}])
def test_what_is_no_token_does_not_become_an_empty_password(odd: object) -> None:
    with pytest.raises(TypeError, match="expected text or bytes"):
        Secret(odd)  # type: ignore[arg-type]  # that it is refused is the point
