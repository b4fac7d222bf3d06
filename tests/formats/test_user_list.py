import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.user_list import hash_fault, name_fault, users
from pamkit.vocab.secret import Secret

_GOOD = "$5$salt$" + "x" * 43


def test_a_list_is_read_line_by_line() -> None:
    data = f"# who\nalice:{_GOOD}:19000:0::::\n\nbob:!{_GOOD}\r\ncarol:*\ndave:aaJbYqRz1yUlw\n"
    found = users(data.encode())
    assert [user.name for user in found] == ["alice", "bob", "carol", "dave"]
    assert [user.line for user in found] == [2, 4, 5, 6]
    assert [user.is_locked for user in found] == [False, True, True, False]
    assert [None if user.hashed is None else user.hashed.expose().decode() for user in found] == [
        _GOOD,
        _GOOD,
        None,
        "aaJbYqRz1yUlw",
    ]
    assert {""} == {user.fault for user in found}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("alice", "it has no colon"),
        (":x", "it has no name"),
        ("alice:", "it has no password"),
        ("alice:x", "its hash is elsewhere: it is `x`, as in /etc/passwd"),
        ("alice:$apr1$a$b", "its hash is of a kind that crypt(3) does not know: `$apr1$`"),
        ("alice:{SHA}abc", "what it has is no hash"),
        ("alice:password", "what it has is no hash"),
        ("al\tice:x", "its name has a character that no name should have, or too many"),
    ],
)
def test_what_cannot_be_taken_over_says_why(line: str, fault: str) -> None:
    (user,) = users(line.encode())
    assert user.fault == fault


def test_names_are_utf_8_and_printable() -> None:
    assert name_fault("jürgen".encode()) == ""
    assert name_fault(b"\xff") == "its name is not UTF-8"
    assert name_fault(b"x" * 257) != ""


@given(st.binary(max_size=80))
def test_nothing_that_is_accepted_has_a_line_end_or_a_colon_in_it(data: bytes) -> None:
    for user in users(data):
        if not user.fault:
            assert ":" not in user.name
            assert user.hashed is None or hash_fault(user.hashed.expose()) == ""
    assert hash_fault(b"$6$" + data) != "" or Secret(data).expose().isascii()
