"""What logind writes of a session."""

from __future__ import annotations

import pytest

from pamkit.formats.logind_session import is_users, user_of

_FILE = b"# This is private data. Do not parse.\nUID=1000\nUSER=alice\nACTIVE=1\n%sREMOTE=0\n"


@pytest.mark.parametrize("said", ["user", "user-early", "user-incomplete", "user-light"])
def test_a_session_of_a_user_is_one(said: str) -> None:
    assert is_users(_FILE % f"CLASS={said}\n".encode())


@pytest.mark.parametrize("said", ["greeter", "lock-screen", "manager", "background", "none", ""])
def test_a_session_of_the_system_is_none(said: str) -> None:
    assert not is_users(_FILE % f"CLASS={said}\n".encode())


def test_a_session_without_a_class_is_none() -> None:
    assert not is_users(_FILE % b"")
    assert not is_users(b"")
    assert not is_users(b"\xff\0CLASS=user\nCLASS")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_FILE, "alice"),
        (b"USER=bob\nUSER=alice\n", "alice"),
        (b'USER="alice"\n', "alice"),
        (b"USER=j\xff\n", "j\udcff"),
        (b"UID=1000\nXUSER=bob\n", ""),
        (b"", ""),
    ],
)
def test_a_session_is_of_the_user_that_is_named_last(data: bytes, expected: str) -> None:
    assert user_of(data) == expected
