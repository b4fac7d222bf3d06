from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.chkpwd import checked_age, checked_password, password_input
from pamkit.formats.shadow_age import Age
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.secret import Secret


@given(st.integers(-300, 300))
def test_only_status_0_is_yes(status: int) -> None:
    allowed = {0: "SUCCESS", 7: "AUTH_ERR", 9: "AUTHINFO_UNAVAIL", 10: "USER_UNKNOWN"}
    assert checked_password(status).name == allowed.get(status, "AUTH_ERR")


@given(st.integers(0, 600).map(lambda length: b"a" * length))
def test_the_helper_never_reads_more_than_a_pipe_holds(token: bytes) -> None:
    assert password_input(Secret(token)).expose() == token[:512] + b"\0"


def test_an_age_needs_a_status_and_a_number() -> None:
    refused = Age(ReturnCode.AUTH_ERR)
    table = {
        (0, b"-1\n"): Age(ReturnCode.SUCCESS),
        (12, b"0\n"): Age(ReturnCode.NEW_AUTHTOK_REQD, 0),
        (27, b" -3 junk"): Age(ReturnCode.AUTHTOK_EXPIRED, -3),
        (0, b""): refused,
        (0, b"--1"): refused,
        (0, b"soon"): refused,
        (-9, b"-1"): refused,
        (25, b"-1"): refused,
        (1, b"-1"): refused,
    }
    assert {said: checked_age(*said) for said in table} == table
