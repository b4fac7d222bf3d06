from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.new_hash import SCHEMES, Recipe, recipe, same_scheme, scheme_of


def made(scheme: str | None, rounds: int | None = None, **defs: str) -> Recipe:
    return recipe(scheme, rounds, defs.get)


def test_options_come_before_login_defs_and_that_before_the_default() -> None:
    found = [
        made("sha256", ENCRYPT_METHOD="MD5"),
        made(None, ENCRYPT_METHOD="Sha512 "),
        made(None),
        made(None, ENCRYPT_METHOD="DES"),
        made(None, ENCRYPT_METHOD="BCRYPT"),
    ]
    assert found == [
        Recipe("sha256"),
        Recipe("sha512"),
        Recipe("yescrypt", 5),
        Recipe("des"),
        Recipe("yescrypt", 5, ("unrecognized ENCRYPT_METHOD value [BCRYPT]",)),
    ]


@pytest.mark.parametrize(
    ("scheme", "given_rounds", "expected"),
    [
        ("yescrypt", 0, 3),
        ("yescrypt", 99, 11),
        ("gost_yescrypt", 7, 7),
        ("gost_yescrypt", None, 5),
        ("blowfish", 1, 4),
        ("blowfish", 32, 31),
        ("blowfish", None, 5),
        ("sha512", 999, None),
        ("sha512", 1000, 1000),
        ("sha256", 10_000_000, 9_999_999),
        ("sha256", 2**31 - 1, None),
        ("sha256", None, None),
        ("md5", 1000, None),
        ("des", 1000, None),
        ("bigcrypt", 1000, None),
    ],
)
def test_costs_are_brought_into_their_bounds(
    scheme: str, given_rounds: int | None, expected: int | None
) -> None:
    assert made(scheme, given_rounds) == Recipe(scheme, expected)


def test_costs_may_come_from_login_defs() -> None:
    found = [
        made("sha512", SHA_CRYPT_MAX_ROUNDS="20000"),
        made("yescrypt", YESCRYPT_COST_FACTOR="6"),
        made("yescrypt", 8, YESCRYPT_COST_FACTOR="6"),
        made("gost_yescrypt", YESCRYPT_COST_FACTOR="6"),
        made("sha512", SHA_CRYPT_MAX_ROUNDS="many"),
        made("sha512", SHA_CRYPT_MAX_ROUNDS="99999999999"),
    ]
    assert found == [
        Recipe("sha512", 20000),
        Recipe("yescrypt", 6),
        Recipe("yescrypt", 8),
        Recipe("gost_yescrypt", 5),
        Recipe("sha512", None, ("option SHA_CRYPT_MAX_ROUNDS invalid [many]",)),
        Recipe("sha512", None, ("option SHA_CRYPT_MAX_ROUNDS invalid [99999999999]",)),
    ]


@given(st.sampled_from(SCHEMES), st.text(max_size=3))
def test_a_method_is_what_it_begins_with(scheme: str, tail: str) -> None:
    assert scheme_of(scheme.upper() + tail) == scheme


def test_a_hash_of_another_scheme_is_told() -> None:
    assert same_scheme("$6$salt$", "$6$salt$hash")
    assert same_scheme("$y$j9T$salt", "$y$j9T$salt$hash")
    assert not same_scheme("$6$salt$", "$1$salt$hash")
    assert not same_scheme("$6$salt$", "*0")
    assert same_scheme("ab", "abcdefghijklm")
    assert not same_scheme("ab", "*0")
    assert not same_scheme("ab", "xxcdefghijklm")
