import pytest

from pamkit.formats.stored_password import matches_any, matches_crypt, matches_plain
from pamkit.vocab.secret import Secret


@pytest.mark.parametrize(
    ("expected", "token", "stored", "any_case"),
    [
        (True, "word", "word", False),
        (False, "word", "Word", False),
        (True, "word", "WoRd", True),
        (False, "word", "words", False),
        (False, "words", "word", False),
        (False, "word", "word\0", False),
        (False, "word", "", False),
        (False, "", "word", False),
        (False, "", "", False),
        (False, "", "", True),
        (False, "é", "É", True),
    ],
)
def test_a_stored_password_is_compared_to_its_last_byte(
    expected: bool, token: str, stored: str, any_case: bool
) -> None:
    assert expected is matches_plain(Secret(token), Secret(stored), any_case=any_case)


class _Watched(Secret):
    """Notes how it is compared."""

    __slots__ = ("compared",)

    def matches(self, other: Secret | bytes) -> bool:
        self.compared = getattr(self, "compared", 0) + 1
        return super().matches(other)


@pytest.mark.parametrize("token", ["", "w", "word", "another word"])
def test_cve_2026_54411_lengths_are_not_compared_before_the_words(token: str) -> None:
    stored = _Watched("word")
    assert matches_plain(Secret(token), stored, any_case=False) is (token == "word")
    assert stored.compared == 1


@pytest.mark.parametrize(("expected", "token"), [(True, "a"), (True, "c"), (False, "d")])
def test_of_several_passwords_each_is_compared(expected: bool, token: str) -> None:
    stored = tuple(_Watched(word) for word in "abc")
    assert matches_any(Secret(token), stored, any_case=False) is expected
    assert [each.compared for each in stored] == [1, 1, 1]


async def _crypt(token: Secret, setting: str) -> str | None:
    return {"known": "$x$ABCdefGHIjkl", "long": "$x$ABCdefGHIjklm"}.get(token.expose().decode())


def _behind(token: str, stored: str) -> bool | None:
    waiting = matches_crypt(Secret(token), Secret(stored), _crypt)
    with pytest.raises(StopIteration) as done:
        waiting.send(None)
    answer: bool | None = done.value.value
    return answer


@pytest.mark.parametrize(
    ("expected", "token", "stored"),
    [
        (True, "known", "$x$ABCdefGHIjkl"),
        (False, "known", "$x$ABCdefGHIjkL"),  # CVE-2013-7041: capitals count
        (None, "known", "$x$ABCdefGHIjkl "),
        (None, "long", "$x$ABCdefGHIjkl"),
        (None, "unknown", "$x$ABCdefGHIjkl"),
        (False, "known", "$x$ABCdefGHI"),
        (False, "known", ""),
        (False, "known", "!"),
        (False, "", "$x$ABCdefGHIjkl"),
    ],
)
def test_a_hash_counts_in_full_length(expected: bool | None, token: str, stored: str) -> None:
    assert _behind(token, stored) is expected
