"""MD5 is the MD5 of everybody else."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.md5 import md5


@given(st.binary(max_size=300))
def test_it_is_that_of_the_standard_library(data: bytes) -> None:
    assert hashlib.md5(data, usedforsecurity=False).digest() == md5(data)


def test_it_is_that_of_the_standard() -> None:
    said = {b"": "d41d8cd98f00b204e9800998ecf8427e", b"abc": "900150983cd24fb0d6963f7d28e17f72"}
    assert said == {data: md5(data).hex() for data in said}
