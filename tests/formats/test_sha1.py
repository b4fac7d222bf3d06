import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.sha1 import sha1


def test_the_examples_of_the_standard() -> None:
    assert sha1(b"abc").hex() == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert sha1(b"").hex() == "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def test_every_length_around_the_ends_of_blocks_is_hashlibs() -> None:
    data = bytes(range(256))
    wrong = [n for n in range(200) if sha1(data[:n]) != hashlib.sha1(data[:n]).digest()]  # noqa: S324  # what is compared
    assert wrong == []


@given(st.binary(max_size=600))
def test_it_is_hashlibs(data: bytes) -> None:
    assert sha1(data) == hashlib.sha1(data).digest()  # noqa: S324  # what is compared
