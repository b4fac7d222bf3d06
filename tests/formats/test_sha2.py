import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.sha2 import sha256, sha384, sha512

ALL = [(sha256, "sha256"), (sha384, "sha384"), (sha512, "sha512")]


@pytest.mark.parametrize(("digest", "name"), ALL, ids=[name for _, name in ALL])
def test_every_length_around_the_ends_of_blocks_is_hashlibs(
    digest: Callable[[bytes], bytes], name: str
) -> None:
    data = bytes(range(256)) * 2
    lengths = [*range(50, 72), *range(105, 136), *range(235, 260), 0]
    wrong = [n for n in lengths if digest(data[:n]) != hashlib.new(name, data[:n]).digest()]
    assert wrong == []


@given(st.binary(max_size=400))
def test_they_are_hashlibs(data: bytes) -> None:
    for digest, name in ALL:
        assert digest(data) == hashlib.new(name, data).digest()
