import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.login_time import oldest_in_utmp, oldest_of_logind


def record(user: bytes, began: int, kind: int = 7) -> bytes:
    """Return a record as C lays it out on x86-64."""
    head = struct.pack("<hxxi32s4s32s256s", kind, 7, b"tty1", b"1", user, b"far")
    return head + struct.pack("<hhiii16s20x", 0, 0, 0, began, 0, b"")


def test_a_record_has_384_bytes() -> None:
    assert len(record(b"alice", 1)) == 384


def test_the_oldest_session_of_the_user_counts() -> None:
    data = record(b"bob", 1) + record(b"alice", 9) + record(b"alice", 5) + record(b"alice", 7)
    assert oldest_in_utmp(data, "alice") == 5


@pytest.mark.parametrize("kind", [0, 1, 2, 5, 6, 8, 9, -7])
def test_what_is_no_session_does_not_count(kind: int) -> None:
    assert oldest_in_utmp(record(b"alice", 5, kind), "alice") is None


def test_names_are_compared_whole() -> None:
    data = b"".join(record(name, 5) for name in (b"alicea", b"alic", b"", b"ALICE"))
    assert oldest_in_utmp(data, "alice") is None
    assert oldest_in_utmp(record(b"a" * 32, 5), "a" * 40) == 5  # as C: no more fits
    assert oldest_in_utmp(record(b"\xff\x00x", 5), "\udcff") == 5


def test_times_go_on_after_2038() -> None:
    assert oldest_in_utmp(record(b"alice", -1), "alice") == 2**32 - 1


@pytest.mark.parametrize(
    "data", [b"x", record(b"bob", 5)[:-1], record(b"bob", 5) + b"x", record(b"alice", 0)]
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"record|time"):
        oldest_in_utmp(data, "alice")


def test_an_empty_file_knows_nobody() -> None:
    assert oldest_in_utmp(b"", "alice") is None


@given(st.binary(max_size=800))
def test_any_bytes_are_a_time_or_none_or_an_error(data: bytes) -> None:
    try:
        assert oldest_in_utmp(data, "alice") is None
    except ValueError:
        assert len(data) % 384


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"UID=1000\nREALTIME=1700000000999999\nMONOTONIC=5\n", 1_700_000_000),
        (b"", None),
        (b"XREALTIME=5000000\n", None),
        (b"REALTIME=999999\n", None),
    ],
)
def test_logind_says_it_in_microseconds(text: bytes, expected: int | None) -> None:
    assert oldest_of_logind(text) == expected


@pytest.mark.parametrize("value", [b"", b"x", b"-5", b"1 2", b"9" * 21])
def test_a_time_of_logind_that_is_none_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="no time"):
        oldest_of_logind(b"REALTIME=" + value + b"\n")
