import hashlib
import hmac
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.hmac_code import SHA1
from pamkit.formats.stamp_name import StampName
from pamkit.formats.timestamp import decode, encode, is_fresh, size_of
from pamkit.vocab.secret import Secret

KEY = Secret(bytes(range(64)))
NAME = StampName("/var/run/pam_timestamp", "alice", "tty1")
NOW = 1_700_000_000


def test_a_stamp_is_its_path_a_time_and_a_code() -> None:
    message = b"/var/run/pam_timestamp/alice/tty1\0" + struct.pack("q", NOW)
    expected = message + hmac.new(bytes(range(64)), message, hashlib.sha1).digest()
    assert encode(NAME, NOW, KEY, SHA1) == expected
    assert (decode(expected, NAME, KEY, SHA1), size_of(NAME, SHA1)) == (NOW, len(expected))


def test_no_bit_of_a_stamp_can_be_changed() -> None:
    data = encode(NAME, NOW, KEY, SHA1)
    taken = [
        bit
        for bit in range(len(data) * 8)
        if decode(
            bytes(byte ^ (1 << bit % 8) * (at == bit // 8) for at, byte in enumerate(data)),
            NAME,
            KEY,
            SHA1,
        )
        is not None
    ]
    assert taken == []


@given(st.binary(max_size=100))
def test_no_other_bytes_are_a_stamp(data: bytes) -> None:
    assert decode(data, NAME, KEY, SHA1) is None


def test_a_stamp_of_another_place_or_key_is_none() -> None:
    data = encode(NAME, NOW, KEY, SHA1)
    assert decode(data, NAME.changed(file="tty2"), KEY, SHA1) is None
    assert decode(data, NAME, Secret(b"x" * 64), SHA1) is None


@pytest.mark.parametrize("size", [0, 1, 19])
def test_a_key_that_is_too_short_opens_nothing(size: int) -> None:
    key = Secret(b"k" * size)
    assert decode(encode(NAME, NOW, key, SHA1), NAME, key, SHA1) is None


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.integers(-(2**63), 2**63 - 1))
def test_freshness_is_that_of_c(when: int, now: int, timeout: int) -> None:
    age = now - when
    assert is_fresh(when, now, timeout) == (0 <= age < timeout or 0 < -age < 2 * timeout)
