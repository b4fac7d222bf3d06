"""Records of failed logins: bytes that stay what they are, and the place of a new one."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.faillock_tally import (
    MOST,
    RHOST,
    SIZE,
    TTY,
    VALID,
    Failure,
    decode,
    encode,
    with_failure,
)

NEW = Failure(5000, "new", VALID)


def _add(
    *failures: Failure, interval: int = 900, forgiven: bool = False
) -> tuple[tuple[Failure, ...], int, int]:
    added = with_failure(failures, NEW, fail_interval=interval, forgiven=forgiven)
    return added.failures, added.at, added.count


def test_a_record_is_laid_out_as_in_c() -> None:
    record = struct.pack("=52sHHQ", b"far.example.org", 0, VALID | RHOST, 1_700_000_000)
    assert encode([Failure(1_700_000_000, "far.example.org", VALID | RHOST)]) == record
    assert len(record) == SIZE == 64


@given(st.binary(max_size=8 * SIZE))
def test_whole_records_encode_to_the_bytes_they_were(data: bytes) -> None:
    whole = data[: len(data) // SIZE * SIZE]
    assert encode(decode(whole, torn_at=0)) == whole


@given(st.text(), st.integers(0, 2**70))
def test_every_failure_can_be_put_on_record(source: str, when: int) -> None:
    (failure,) = decode(encode([Failure(when, source)]), torn_at=0)
    assert failure.when == min(when, 2**64 - 1)
    assert failure.is_valid


def test_a_long_source_is_cut() -> None:
    assert decode(encode([Failure(1, "x" * 60)]), torn_at=0) == (Failure(1, "x" * 52),)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(VALID, "SVC"), (TTY, "TTY"), (VALID | RHOST, "RHOST"), (RHOST | TTY, "RHOST")],
)
def test_the_source_is_a_host_a_terminal_or_a_service(status: int, kind: str) -> None:
    assert Failure(1, "x", status).kind == kind


@pytest.mark.parametrize("torn", [1, 51, 52, 63])
def test_a_piece_of_a_record_counts_as_a_failure(torn: int) -> None:
    (failure,) = decode(b"x" * torn, torn_at=77)
    assert (failure.when, failure.is_valid) == (77, True)


def test_a_piece_of_a_record_makes_no_other_count_less() -> None:
    others = (Failure(100, "a"), Failure(200, "b"), Failure(900, "c", 0))
    (*_, piece) = decode(encode(others) + b"x", torn_at=5000)
    assert piece.when == 200


def test_no_more_records_are_read_than_c_reads() -> None:
    data = encode([Failure(1, "x")] * (MOST + 3)) + b"torn"
    assert len(decode(data, torn_at=0)) == MOST


def test_a_new_failure_stands_behind_those_that_count() -> None:
    old = (Failure(4900, "a"), Failure(4800, "b"))
    assert _add(*old) == ((*old, NEW), 2, 3)


def test_a_new_failure_takes_the_place_of_the_oldest_that_counts_no_longer() -> None:
    old, counts = Failure(4000, "a"), Failure(4900, "b")
    assert _add(counts, old) == ((counts, NEW), 1, 2)


def test_what_is_too_old_is_marked_and_not_forgotten() -> None:
    failures = (Failure(4000, "a"), Failure(4050, "b"), Failure(4900, "c"))
    assert _add(*failures) == ((NEW, Failure(4050, "b", 0), failures[2]), 0, 2)


def test_after_a_lock_nothing_counts_any_more() -> None:
    failures = (Failure(4900, "a"), Failure(4910, "b"))
    assert _add(*failures, forgiven=True) == ((NEW, Failure(4910, "b", 0)), 0, 1)


def test_a_failure_in_the_future_counts_no_longer() -> None:
    assert _add(Failure(5001, "a")) == ((NEW,), 0, 1)


def test_a_full_file_loses_its_oldest_and_nothing_moves() -> None:
    failures = [Failure(4900 + at % 50, f"host{at}") for at in range(MOST)]
    added, at, count = _add(*failures)
    assert (at, count, len(added)) == (0, MOST + 1, MOST)
    assert added[1:] == tuple(failures[1:])
    assert added[0] == NEW


@given(
    st.lists(st.builds(Failure, st.integers(0, 6000), st.just("x"), st.integers(0, 7)), max_size=9),
    st.integers(0, 7000),
    st.booleans(),
)
def test_no_failure_that_counts_is_lost(
    failures: list[Failure], interval: int, forgiven: bool
) -> None:
    added = with_failure(failures, NEW, fail_interval=interval, forgiven=forgiven)
    counts = [
        each
        for each in failures
        if each.is_valid and not forgiven and 0 <= 5000 - each.when < interval
    ]
    assert added.failures[added.at] == NEW
    assert [each for each in added.failures if each.is_valid and each is not NEW] == counts
