"""SELinux users of logins, as libselinux reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.seusers import Config, config, seuser_of, seusers

_LISTED = (
    (b"%wheel", b"staff_u"),
    (b"%users", b"other_u"),
    (b"__default__", b"user_u"),
    (b"__default__", b"last_u"),
    (b"alice", b"root"),
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Config(b"targeted")),
        (b"SELINUX=enforcing\nSELINUXTYPE=mls\n", Config(b"mls")),
        (b"  selinuxtype= mls \r\n", Config(b"mls")),
        (b"SELINUXTYPE=mls\nSELINUXTYPE=minimum", Config(b"minimum")),
        (b"#SELINUXTYPE=mls\nSELINUXTYPE =mls\n", Config(b"targeted")),
        (b"SELINUXTYPE=\n", Config(b"")),
        (b"SELINUXTYPE=mls\0x\n", Config(b"mls")),
        *((b"REQUIRESEUSERS=%b\n" % yes, Config(names_all=True)) for yes in (b"1", b"01", b"true")),
        *((b"REQUIRESEUSERS=%b\n" % no, Config()) for no in (b"0", b"00", b"0x", b"False")),
        (b"REQUIRESEUSERS=\n", Config(names_all=True)),
    ],
)
def test_the_configuration_says_which_policy(data: bytes, expected: Config) -> None:
    assert expected == config(data)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"alice:user_u:s0\n", (b"alice", b"user_u")),
        (b"  alice:user_u\n", (b"alice", b"user_u")),
        (b"alice:user_u rest", (b"alice", b"user_u")),
        (b"alice: user_u:s0", (b"alice", b" user_u")),
        (b"al ice:user_u:s0\0", (b"al ice", b"user_u")),
        (b"alice: user_u", None),
        (b"alice", None),
        (b"alice:", None),
        (b"alice::s0", None),
        (b"#alice:user_u", None),
        (b"", None),
    ],
)
def test_a_line_gives_a_login_its_seuser(line: bytes, expected: tuple[bytes, bytes] | None) -> None:
    assert ((expected,) if expected else ()) == seusers(line, with_level=False)


def test_a_level_must_be_there_where_the_kernel_has_levels() -> None:
    data = b"alice:user_u:\nbob:user_u: s0\ncarol:user_u:s0\ndave:user_u\n"
    assert len(seusers(data, with_level=False)) == 4
    assert [login for login, _ in seusers(data, with_level=True)] == [b"carol", b"dave"]


@pytest.mark.parametrize(
    ("user", "groups", "expected"),
    [
        (b"alice", (b"wheel",), b"root"),
        (b"bob", (b"wheel", b"users"), b"staff_u"),
        (b"bob", (b"users",), b"other_u"),
        (b"bob", (), b"user_u"),
    ],
)
def test_a_name_counts_before_a_group_and_a_group_before_everybody(
    user: bytes, groups: tuple[bytes, ...], expected: bytes
) -> None:
    assert expected == seuser_of(user, _LISTED, lambda group: group in groups)


def test_who_is_not_listed_has_none() -> None:
    assert seuser_of(b"bob", _LISTED[4:], lambda _: True) is None


@given(st.binary(), st.booleans())
def test_anything_can_be_read(data: bytes, with_level: bool) -> None:
    assert all(seuser for _, seuser in seusers(data, with_level=with_level))
    assert b"\n" not in config(data).policy
