from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.hash_text import bigcrypt, is_disabled, matches_hash, without_aging
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, TypeVar

    T = TypeVar("T")


class FakeCrypt:
    """Hashes by name: DES of 13 bytes for salts of two, anything else by its `$id$`."""

    def __init__(self) -> None:
        self.settings: list[str] = []

    async def __call__(self, token: Secret, setting: str) -> str | None:
        self.settings.append(setting)
        word = token.expose()
        if setting.startswith("$x$"):
            return f"$x${word.hex()}"
        if setting.startswith("$fails$"):
            return "*0"
        if setting.startswith("$") or len(setting) < 2:
            return None
        return setting[:2] + f"{sum(word[:8]) * 2654435761 % 10**11:011d}"


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("it waits")


def matches(password: str, hashed: str | None, *, nullok: bool = False) -> bool:
    stored = None if hashed is None else Secret(hashed)
    return run(
        matches_hash(Secret(password), stored, nullok=nullok, crypt=FakeCrypt(), spare="$x$")
    )


def des(password: str) -> str:
    made = run(FakeCrypt()(Secret(password), "ab"))
    assert made is not None
    return made


def big(password: str) -> str:
    made = run(bigcrypt(Secret(password), "ab", FakeCrypt()))
    assert made is not None
    return made


def test_what_matches_is_a_table() -> None:
    word, sixteen = "secret", "abcdefghijklmnop"
    table = {
        "right": (matches(word, "$x$" + word.encode().hex()), True),
        "wrong": (matches("other", "$x$" + word.encode().hex()), False),
        "begin of the hash": (matches(word, "$x$" + word.encode().hex()[:-1]), False),
        "more than the hash": (matches(word, "$x$" + word.encode().hex() + "0"), False),
        "no user": (matches(word, None, nullok=True), False),
        "blank": (matches("", ""), False),
        "blank, allowed": (matches("", "", nullok=True), True),
        "blank, something given": (matches("x", "", nullok=True), False),
        "hash of nothing": (matches("", "$x$"), False),
        "hash of nothing, allowed": (matches("", "$x$", nullok=True), True),
        "failed": (matches(word, "$fails$"), False),
        "des": (matches("secret78", des("secret78")), True),
        "des looks at eight": (matches("secret78more", des("secret78")), True),
        "des with aging": (matches("secret78", des("secret78") + ",M.fi"), True),
        "bigcrypt": (matches(sixteen, big(sixteen)), True),
        "bigcrypt looks at all": (matches(sixteen + "q", big(sixteen)), False),
        "bigcrypt is not its begin": (matches(sixteen[:8], big(sixteen)), False),
    }
    assert {name: found for name, (found, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


@pytest.mark.parametrize(
    "hashed", ["!", "*", "!!", "*0", "*1", "!$x$61", "x", "a", "a:b", "$x$é", "\n"]
)
def test_what_is_no_hash_matches_nothing(hashed: str) -> None:
    """CVE-2007-0003."""
    for word in ("", "a", hashed):
        assert not matches(word, hashed, nullok=True)


@given(st.text(), st.text(max_size=12), st.booleans())
def test_a_short_text_never_matches_what_is_not_empty(
    password: str, hashed: str, nullok: bool
) -> None:
    stored = hashed.encode("utf-8", "surrogatepass")
    token = password.encode("utf-8", "surrogatepass")
    found = run(
        matches_hash(Secret(token), Secret(stored), nullok=nullok, crypt=FakeCrypt(), spare=None)
    )
    empty = not token and nullok
    assert not found or (empty and not stored) or stored == b"$x$" + token.hex().encode()


@pytest.mark.parametrize("hashed", [None, "!", "*", "", "!$x$61"])
@pytest.mark.parametrize("word", ["", "a"])
def test_where_nothing_can_match_a_hash_is_computed_all_the_same(
    hashed: str | None, word: str
) -> None:
    crypt = FakeCrypt()
    stored = None if hashed is None else Secret(hashed)
    run(matches_hash(Secret(word), stored, nullok=False, crypt=crypt, spare="$x$"))
    assert crypt.settings == ["$x$"]


def test_a_hash_that_crypt_does_not_know_is_reported_by_its_begin() -> None:
    told: list[str] = []
    for hashed in ("$zz$salt$secret", "$x$61"):
        stored, crypt = Secret(hashed), FakeCrypt()
        run(matches_hash(Secret("a"), stored, nullok=False, crypt=crypt, unknown=told.append))
    assert told == ["$zz$sa"]


def test_bigcrypt_salts_each_part_with_the_part_before() -> None:
    crypt = FakeCrypt()
    whole = run(bigcrypt(Secret("a" * 17), "ab", crypt))
    assert whole is not None
    assert len(whole) == 2 + 3 * 11
    assert crypt.settings == ["ab", whole[2:4], whole[13:15]]


def test_bigcrypt_ends_after_sixteen_parts_and_without_des() -> None:
    assert len(big("a" * 999)) == 2 + 16 * 11
    assert run(bigcrypt(Secret("a"), "$unknown$", FakeCrypt())) is None


def test_the_aging_of_hp_ux_is_cut_off() -> None:
    table = {
        b"abcdefghijklm,M.fi": b"abcdefghijklm",
        b"abcdefghijklm": b"abcdefghijklm",
        b"abcdefghijklmnop,x": b"abcdefghijklmnop",
        b"abc,d": b"abc,d",
        b"$1$abc,defghijkl": b"$1$abc,defghijkl",
        b"": b"",
    }
    assert {hashed: without_aging(hashed) for hashed in table} == table


def test_locked_hashes_are_disabled() -> None:
    words = ("!", "*", "!x", "", "x", "$6$")
    assert [is_disabled(Secret(word)) for word in words] == [True] * 3 + [False] * 3
