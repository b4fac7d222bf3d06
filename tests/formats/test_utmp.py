import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats import lastlog
from pamkit.formats.lastlog import LastLogin
from pamkit.formats.utmp import (
    LAYOUTS,
    LONG,
    LONG_BIG,
    SHORT,
    Kind,
    Layout,
    UtmpRecord,
    backwards,
    decode,
    encode,
    fitting,
    layout_for,
    layout_of,
    place_in,
    text,
)

ALICE = UtmpRecord(
    Kind.USER_PROCESS,
    77,
    b"pts/0",
    b"ts/0",
    b"alice",
    b"far.example.org",
    1,
    2,
    70,
    1_700_000_000,
    999_999,
    b"\x7f\0\0\1",
)


def texts(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=size).map(lambda data: data.rstrip(b"\0"))


SHORTS = st.integers(-(2**15), 2**15 - 1)
RECORDS = st.builds(
    UtmpRecord,
    SHORTS,
    st.integers(-(2**31), 2**31 - 1),
    texts(32),
    texts(4),
    texts(32),
    texts(256),
    SHORTS,
    SHORTS,
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 2**31 - 1),
    st.integers(0, 999_999),
    texts(16),
    texts(22),
)


def test_the_fields_lie_where_c_has_them_on_x86_64() -> None:
    data = encode(ALICE, SHORT)
    expected = struct.pack(
        "<hxxi32s4s32s256shhiii4s32x",
        *(7, 77, b"pts/0", b"ts/0", b"alice", b"far.example.org"),
        *(1, 2, 70, 1_700_000_000, 999_999, b"\x7f\0\0\1"),
    )
    assert (384, expected) == (len(data), data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_fields_lie_where_c_has_them_with_64_bits(order: str) -> None:
    data = encode(ALICE, LONG if order == "<" else LONG_BIG)
    expected = struct.pack(
        order + "hxxi32s4s32s256shhqqq4s12x24x",
        *(7, 77, b"pts/0", b"ts/0", b"alice", b"far.example.org"),
        *(1, 2, 70, 1_700_000_000, 999_999, b"\x7f\0\0\1"),
    )
    assert (400, expected) == (len(data), data)


@given(RECORDS, st.sampled_from(LAYOUTS))
def test_what_is_encoded_decodes(record: UtmpRecord, layout: Layout) -> None:
    assert (record,) == decode(encode(record, layout), layout)


@given(st.binary(min_size=400, max_size=400), st.sampled_from(LAYOUTS))
def test_any_bytes_encode_to_themselves_if_their_time_may_be_written(
    data: bytes, layout: Layout
) -> None:
    (record,) = decode(data[: layout.size], layout)
    if 0 <= record.seconds < 1 << layout.bits - 1:
        assert data[: layout.size] == encode(record, layout)
    else:
        with pytest.raises(ValueError, match="after 1970"):
            encode(record, layout)


def test_a_piece_at_the_end_is_no_record() -> None:
    data = encode(ALICE, SHORT) + encode(ALICE, SHORT)[:-1]
    assert (decode(data, SHORT), list(backwards(data, SHORT))) == ((ALICE,), [ALICE])


def test_records_come_backwards_with_the_last_first() -> None:
    bob = ALICE.changed(user=b"bob")
    assert [bob, ALICE] == list(backwards(encode(ALICE, SHORT) + encode(bob, SHORT), SHORT))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user": b"u" * 33}, "the name of the user has more than 32 bytes"),
        ({"line": b"l" * 33}, "the name of the terminal has more than 32 bytes"),
        ({"id": b"12345"}, "the id has more than 4 bytes"),
        ({"host": b"h" * 257}, "the name of the host has more than 256 bytes"),
        ({"pid": 2**31}, "a number does not fit"),
        (
            {"seconds": 2**31},
            "2147483648 seconds after 1970 is after 2038, which records of 384 bytes cannot say",
        ),
        ({"seconds": -1}, "-1 seconds after 1970 is no time"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        encode(ALICE.changed(**change), SHORT)


def test_a_text_may_fill_its_field() -> None:
    full = ALICE.changed(user=b"u" * 32, line=b"l" * 32, id=b"1234", host=b"h" * 256)
    assert (full,) == decode(encode(full, SHORT), SHORT)


def test_what_others_chose_can_be_cut() -> None:
    long = fitting(ALICE.changed(user=b"u" * 33, line=b"l" * 33, host=b"h" * 257))
    assert (long.user, long.line, long.host) == (b"u" * 32, b"l" * 32, b"h" * 256)


def test_times_after_2038_are_read_as_new_c_libraries_write_them_and_written_with_64_bits() -> None:
    far = struct.pack("<h338xI40x", 7, 2**31 + 5)
    assert decode(far, SHORT)[0].seconds == 2**31 + 5
    late = ALICE.changed(seconds=2**40)
    assert (late,) == decode(encode(late, LONG), LONG)


def test_a_machine_has_its_layout() -> None:
    found = [layout_for(name) for name in ("x86_64", "aarch64", "s390x", "i686", "")]
    assert found == [SHORT, LONG, LONG_BIG, SHORT, SHORT]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_of_another_machine_is_known_by_its_bytes(layout: Layout) -> None:
    data = encode(ALICE, layout) * 3
    assert all(layout_of(data, other) is layout for other in LAYOUTS)


@pytest.mark.parametrize("data", [b"", b"x", b"\xff" * 384, b"\xff" * 400])
def test_what_makes_no_sense_has_the_layout_of_this_machine(data: bytes) -> None:
    assert LONG is layout_of(data, LONG)


def test_a_text_ends_at_the_first_nul() -> None:
    assert (text(b"ab\0c"), text(b""), text(b"\xff")) == ("ab", "", "\udcff")


def test_a_session_is_known_by_its_id_or_else_by_its_line() -> None:
    def same(one: dict[str, object], other: dict[str, object]) -> bool:
        return place_in(encode(ALICE.changed(**one), SHORT), ALICE.changed(**other), SHORT) == 0

    assert [
        same({}, {"line": b"tty1", "kind": 8}),
        same({}, {"id": b"", "kind": 5}),
        same({}, {"id": b"x"}),
        same({"id": b""}, {"id": b"x"}),
        same({"id": b"", "line": b"tty9"}, {}),
        same({"kind": 2}, {"kind": 2, "line": b"~", "id": b"~~"}),
        same({"kind": 1}, {"kind": 2}),
        same({"kind": 0}, {"kind": 0}),
    ] == [True, True, False, True, False, True, False, False]


def test_a_session_has_the_first_place_that_is_its_own_and_a_piece_of_a_record_is_none() -> None:
    others = [ALICE.changed(id=b"%d" % number) for number in range(3)]
    data = b"".join(encode(each, SHORT) for each in (*others, ALICE, ALICE))
    size = SHORT.size

    assert [place_in(data[:end], ALICE, SHORT) for end in (-1, 4 * size - 1, 0)] == [3, None, None]


# --- lastlog -------------------------------------------------------------------------------------


def test_the_last_login_lies_where_c_has_it() -> None:
    login = LastLogin(1_700_000_000, b"pts/0", b"far.example.org")
    expected = struct.pack("<i32s256s", 1_700_000_000, b"pts/0", b"far.example.org")
    assert (292, expected) == (lastlog.size(SHORT), lastlog.encode(login, SHORT))
    wide = struct.pack("<q32s256s", 1_700_000_000, b"pts/0", b"far.example.org")
    assert (296, wide) == (lastlog.size(LONG), lastlog.encode(login, LONG))
    big = struct.pack(">q32s256s", 1_700_000_000, b"pts/0", b"far.example.org")
    assert big == lastlog.encode(login, LONG_BIG)


@given(
    st.builds(LastLogin, st.integers(0, 2**31 - 1), texts(32), texts(256)),
    st.sampled_from(LAYOUTS),
)
def test_a_last_login_decodes(login: LastLogin, layout: Layout) -> None:
    assert login == lastlog.decode(lastlog.encode(login, layout), layout)


def test_a_last_login_that_does_not_fit_is_refused_and_a_host_is_cut() -> None:
    with pytest.raises(ValueError, match="the name of the terminal has more than 32 bytes"):
        lastlog.encode(LastLogin(1, b"l" * 33), SHORT)
    with pytest.raises(ValueError, match="after 2038, which records of 292 bytes cannot say"):
        lastlog.encode(LastLogin(2**31), SHORT)
    cut = lastlog.decode(lastlog.encode(LastLogin(1, b"", b"h" * 300), SHORT), SHORT)
    assert cut.host == b"h" * 256


def test_where_the_table_ends_is_no_login() -> None:
    assert LastLogin(0) == lastlog.decode(b"", SHORT)
