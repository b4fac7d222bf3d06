"""faillock.conf and the same words in a policy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.faillock_conf import Settings, assigned, pairs, settings_of


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        (b"deny = 5", ("deny", "5")),
        (b"deny=5", ("deny", "5")),
        (b"\t deny\t5  ", ("deny", "5")),
        (b"deny = = 5", ("deny", "= 5")),
        (b"audit", ("audit", "")),
        (b"audit # always", ("audit", "")),
        (b"dir = /a b#c", ("dir", "/a b")),
        (b"= 5", ("", "5")),
        (b"deny\v=\f5", ("deny", "5")),
        (b"admin_group = \xff", ("admin_group", "\udcff")),
    ],
)
def test_a_line_is_a_key_and_a_value(line: bytes, pair: tuple[str, str]) -> None:
    assert pairs(line) == (pair,)


def test_comments_and_empty_lines_say_nothing() -> None:
    assert pairs(b"# deny = 1\n\n  \t\n#\ndeny=2\n") == (("deny", "2"),)


def test_a_nul_makes_a_file_broken() -> None:
    with pytest.raises(ValueError, match="NUL"):
        pairs(b"deny = 1\0\n")


@given(st.binary())
def test_any_other_bytes_are_pairs(data: bytes) -> None:
    for key, value in pairs(data.replace(b"\0", b"")):
        assert not set(key) & set(" \t\n\v\f\r=#")
        assert value == value.strip(" \t\n\v\f\r")


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("deny", "5", "deny", 5),
        ("deny", "+5 times", "deny", 5),
        ("deny", "65535", "deny", 65535),
        ("fail_interval", "00604800", "fail_interval", 604800),
        ("unlock_time", "never", "unlock_time", 0),
        ("root_unlock_time", "never", "root_unlock_time", 0),
        ("root_unlock_time", "60", "root_unlock_time", 60),
        ("dir", "/srv/tally", "directory", "/srv/tally"),
        ("admin_group", "wheel", "admin_group", "wheel"),
        ("even_deny_root", "no", "even_deny_root", True),
        ("nodelay", "", "nodelay", True),
    ],
)
def test_a_key_sets_what_it_names(key: str, value: str, field: str, expected: Any) -> None:
    settings, odd = assigned(Settings(), key, value)
    assert (getattr(settings, field), odd) == (expected, "")


@pytest.mark.parametrize(
    ("key", "value", "odd"),
    [
        ("deny", "", "Bad number supplied for deny argument"),
        ("deny", "many", "Bad number supplied for deny argument"),
        ("deny", "never", "Bad number supplied for deny argument"),
        ("deny", "65536", "Bad number supplied for deny argument"),
        ("deny", "-1", "Bad number supplied for deny argument"),
        ("deny", "٣", "Bad number supplied for deny argument"),
        ("fail_interval", "604801", "Bad number supplied for fail_interval argument"),
        ("unlock_time", "4294967296", "Bad number supplied for unlock_time argument"),
        ("unlock_time", "9" * 5000, "Bad number supplied for unlock_time argument"),
        ("dir", "srv", "Tally directory is not absolute path (srv); keeping value"),
        ("dir", "", "Tally directory is not absolute path (); keeping value"),
        ("onerr", "fail", "Unknown option: onerr"),
        ("", "x", "Unknown option: "),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(key: str, value: str, odd: str) -> None:
    assert assigned(Settings(deny=4), key, value) == (Settings(deny=4), odd)


def test_words_count_more_than_the_file() -> None:
    settings, odd = settings_of(b"deny = 5\nsilent\nbad\n", ["deny=2", "audit", "worse=1"])
    assert settings == Settings(deny=2, silent=True, audit=True)
    assert odd == ("Unknown option: bad", "Unknown option: worse")


def test_administrators_are_locked_as_long_as_others_unless_it_is_said() -> None:
    assert Settings(unlock_time=60).unlock_after(is_admin=True) == 60
    assert Settings(unlock_time=60, root_unlock_time=0).unlock_after(is_admin=True) == 0
    assert Settings(unlock_time=60, root_unlock_time=0).unlock_after(is_admin=False) == 60


def test_limits_are_taken_and_the_rest_is_kept() -> None:
    limits = Settings("/a", 1, 2, 3, 4, "wheel", even_deny_root=True, audit=True, nodelay=True)
    mine = Settings("/b", silent=True)
    assert mine.with_limits_of(limits) == Settings(
        "/b", 1, 2, 3, 4, "wheel", even_deny_root=True, silent=True
    )
