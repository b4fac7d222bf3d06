import hmac as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.hmac_code import SHA1, algorithm, hmac
from pamkit.vocab.secret import Secret

NAMES = ("SHA1", "SHA256", "SHA384", "SHA512")


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(NAMES))
def test_it_is_that_of_the_standard_library(key: bytes, message: bytes, name: str) -> None:
    by = algorithm(name)
    assert by is not None
    code = hmac(Secret(key), message, by)
    assert code == standard.new(key, message, name.lower()).digest()
    assert len(code) == by.size


@pytest.mark.parametrize("name", ["SHA1", "sha1", "SHA-1"])
def test_names_are_those_of_openssl(name: str) -> None:
    assert algorithm(name) is SHA1


@pytest.mark.parametrize("name", ["SHA512", "sha512", "SHA2-512", "SHA-512"])
def test_names_have_several_forms(name: str) -> None:
    assert algorithm(name) is algorithm("SHA512")


@pytest.mark.parametrize("name", ["", "MD5", "SHA", "SHA3-512", "SHA512 ", "whirlpool"])
def test_other_names_are_none(name: str) -> None:
    assert algorithm(name) is None
