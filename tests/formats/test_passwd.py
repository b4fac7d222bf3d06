"""Lines of account files: read as the C library reads them, rewritten without touching others."""

import ctypes
import tempfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pamkit.formats.passwd import (
    GroupEntry,
    PasswdEntry,
    ShadowEntry,
    entries,
    find,
    group_line,
    has_line,
    parse_group,
    parse_passwd,
    parse_shadow,
    passwd_line,
    shadow_line,
    with_line,
    with_password,
    with_shadow,
)
from pamkit.vocab.secret import Secret

FIELD = st.binary(max_size=12).map(
    lambda data: bytes(b for b in data if b not in b":\n\0").decode("utf-8", "surrogateescape")
)
NAME = FIELD.filter(lambda name: name[:1] not in ("", "+", "-", "#", *" \t\v\f\r"))
NUMBER = st.integers(0, 0xFFFFFFFE)
DAYS = st.integers(-1, 0x7FFFFFFF)
PASSWD = st.builds(PasswdEntry, NAME, FIELD.map(Secret), NUMBER, NUMBER, FIELD, FIELD, FIELD)
MEMBER = NAME.filter(lambda name: "," not in name)
GROUP = st.builds(GroupEntry, NAME, NUMBER, st.lists(MEMBER, max_size=4).map(tuple))
SHADOW = st.builds(ShadowEntry, NAME, FIELD.map(Secret), DAYS, DAYS, DAYS, DAYS, DAYS, DAYS)


@given(PASSWD)
def test_a_passwd_line_round_trips(entry: PasswdEntry) -> None:
    assert entry == parse_passwd(passwd_line(entry))


@given(GROUP)
def test_a_group_line_round_trips(entry: GroupEntry) -> None:
    assert entry == parse_group(group_line(entry))


@given(SHADOW)
def test_a_shadow_line_round_trips(entry: ShadowEntry) -> None:
    assert entry == parse_shadow(shadow_line(entry))


@given(st.binary())
def test_no_bytes_make_a_parser_raise(data: bytes) -> None:
    for parse in (parse_passwd, parse_group, parse_shadow):
        list(entries(data, parse))
        parse(data)
    assert not has_line(data, "\0")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"#alice:x:1:1:::",
        b"+alice:x:1:1:::",
        b"-alice:x:1:1:::",
        b":x:1:1:::",
        b"alice:x",
        b"alice:x::1:::",
        b"alice:x:1::::",
        b"alice:x:1a:1:::",
        b"alice:x:0x0:1:::",
        b"alice:x:-1:1:::",
        b"alice:x:4294967295:1:::",
        b"alice:x:4294967296:1:::",
        b"alice:x:1_0:1:::",
        b"alice:x:1 :1:::",
        b"alice:x:\xc2\xb2:1:::",
        b"alice:x:1:1:\0::",
        b"alice:x:" + b"1" * 5000 + b":1:::",
    ],
)
def test_a_malformed_passwd_line_is_no_account(line: bytes) -> None:
    assert parse_passwd(line) is None


def test_a_short_passwd_line_is_an_account_as_for_the_c_library() -> None:
    assert parse_passwd(b"  root:x:0:0") == PasswdEntry("root", Secret("x"), 0, 0, "", "", "")


def test_a_shell_may_hold_colons() -> None:
    entry = parse_passwd(b"a:x:1:1:g:/h:/bin/sh:more")
    assert entry is not None
    assert entry.shell == "/bin/sh:more"


def test_empty_members_of_a_group_are_none() -> None:
    assert parse_group(b"g:x:7:a,, b,") == GroupEntry("g", 7, ("a", "b"))


def test_the_first_well_formed_line_of_a_name_counts() -> None:
    data = b"xalice:x:1:1:::\nalice:x:bad:1:::\nbob:alice:2:2:::\nalice:x:3:3:::\nalice:x:4:4:::"
    entry = find(data, "alice", parse_passwd)
    assert entry is not None
    assert entry.uid == 3


@pytest.mark.parametrize("name", ["", "+", "-x", "#x", " alice", "ali:ce", "alice\n", "\ud800"])
def test_a_name_that_is_none_is_not_found(name: str) -> None:
    data = b"alice:x:1:1:::\n+::::::\n-x:x:1:1:::\n:x:1:1:::\n#x:x:1:1:::\n"
    assert find(data, name, parse_passwd) is None
    assert not has_line(data, name)


def test_a_line_counts_as_local_even_if_malformed() -> None:
    assert has_line(b"bob:\n", "bob")
    assert not has_line(b"bob\nxbob:\n", "bob")


@given(st.lists(PASSWD, min_size=1, max_size=5), st.binary(), FIELD)
def test_a_new_password_changes_that_field_only(
    known: list[PasswdEntry], noise: bytes, new: str
) -> None:
    lines = [passwd_line(entry) for entry in known]
    data = b"\n".join([*lines, noise])
    hashed = new.encode("utf-8", "surrogateescape")
    changed = with_password(data, known[0].name, hashed)
    assert changed is not None
    for old, now in zip(data.split(b"\n"), changed.split(b"\n"), strict=True):
        before = parse_passwd(old)
        if before is not None and before.name == known[0].name:
            name, _, rest = old.split(b":", 2)
            assert now == b":".join([name, hashed, rest])
        else:
            assert now == old


@given(st.lists(SHADOW, min_size=1, max_size=5), st.binary(), FIELD, DAYS)
def test_a_new_hash_changes_hash_and_day_only(
    known: list[ShadowEntry], noise: bytes, new: str, day: int
) -> None:
    data = b"\n".join([*(shadow_line(entry) for entry in known), noise])
    hashed = new.encode("utf-8", "surrogateescape")
    changed = with_shadow(data, known[0].name, hashed, last_change=day)
    assert changed is not None
    for old, now in zip(data.split(b"\n"), changed.split(b"\n"), strict=True):
        before = parse_shadow(old)
        if before is not None and before.name == known[0].name:
            assert parse_shadow(now) == before.changed(hashed=Secret(hashed), last_change=day)
            assert now.split(b":")[3:] == old.split(b":")[3:]
        else:
            assert now == old


def test_who_is_not_there_changes_nothing() -> None:
    assert with_password(b"bob:x:1:1:::\n", "alice", b"h") is None
    assert with_shadow(b"bob:x:1:1:1:1:::\n", "alice", b"h", last_change=1) is None


@pytest.mark.parametrize("hashed", [b"a:b", b"a\nroot::0:0:::", b"a\0"])
def test_a_hash_that_breaks_the_line_is_refused(hashed: bytes) -> None:
    with pytest.raises(ValueError, match="line end"):
        with_password(b"bob:x:1:1:::\n", "bob", hashed)
    with pytest.raises(ValueError, match="line end"):
        shadow_line(ShadowEntry("bob", Secret(hashed)))


def test_a_line_is_added_at_the_end() -> None:
    assert with_line(b"a\n", b"b") == b"a\nb\n"
    assert with_line(b"a", b"b") == b"a\nb\n"
    assert with_line(b"", b"b") == b"b\n"


class _Spwd(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("hashed", ctypes.c_char_p),
        *((f"day{index}", ctypes.c_long) for index in range(6)),
        ("flag", ctypes.c_ulong),
    ]


class _Passwd(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("password", ctypes.c_char_p),
        ("uid", ctypes.c_uint32),
        ("gid", ctypes.c_uint32),
        ("gecos", ctypes.c_char_p),
        ("home", ctypes.c_char_p),
        ("shell", ctypes.c_char_p),
    ]


LINE = st.lists(
    st.sampled_from([b"", b"a", b"x", b"1", b"0", b"-1", b" 7", b"9 ", b"+3", b"a,b", b"1x"]),
    max_size=11,
).map(b":".join)


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "sgetspent_r") or not hasattr(libc, "gnu_get_libc_version"):
        pytest.skip("this test needs glibc, whose reading it compares with")
    return libc


@given(LINE)
@example(b" 7::::1")
@example(b"a:x:1:2:3")
@example(b"a:x:4294967295:4294967296:::::")
@example(b"a:x:2147483648:4294967295:+7: 8::::")
@example(b"a:x:-1::::::")
@example(b"a:x:1:2:")
@example(b"a:x:1:2:3:")
@example(b"a:x:1:2:3:4:5:")
@example(b"a:x:1:2:3:4:5:6")
@example(b"a:x:::::::")
def test_shadow_lines_are_read_as_glibc_reads_them(line: bytes) -> None:
    entry, found = _Spwd(), ctypes.c_void_p()
    buffer = ctypes.create_string_buffer(4096)
    # Who reads the file skips blanks at the start of a line before it comes to this function.
    code = _libc().sgetspent_r(
        line.lstrip(b" "), ctypes.byref(entry), buffer, ctypes.c_size_t(4096), ctypes.byref(found)
    )
    expected = None
    if code == 0 and found.value is not None and entry.name and entry.name[:1] not in b"+-":
        days = [getattr(entry, f"day{index}") for index in range(6)]
        expected = ShadowEntry(entry.name.decode(), Secret(entry.hashed), *days)
    assert parse_shadow(line) == expected


@given(LINE)
@example(b"a:x:1:2")
@example(b"a:x:1:2:g:h:s:t")
def test_passwd_lines_are_read_as_glibc_reads_them(line: bytes) -> None:
    libc = _libc()
    libc.fopen.restype = ctypes.c_void_p
    libc.fgetpwent.restype = ctypes.POINTER(_Passwd)
    with tempfile.NamedTemporaryFile() as file:
        file.write(line + b"\n")
        file.flush()
        stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"r"))
        found = libc.fgetpwent(stream)
        libc.fclose(stream)
    expected = None
    entry = found[0] if found else None
    # The safe exceptions: numbers that wrap to no user, and names that are empty or for NIS.
    nobody = entry is None or not entry.name or entry.name[:1] in b"+-"
    if entry is not None and not nobody and 0xFFFFFFFF not in (entry.uid, entry.gid):
        texts = [value.decode() for value in (entry.gecos, entry.home, entry.shell)]
        password = Secret(entry.password)
        expected = PasswdEntry(entry.name.decode(), password, entry.uid, entry.gid, *texts)
    assert parse_passwd(line) == expected
