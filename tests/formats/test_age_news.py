from __future__ import annotations

import pytest

from pamkit.formats.age_news import News, news_of
from pamkit.formats.shadow_age import Age
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style


@pytest.mark.parametrize(
    ("age", "code", "line", "remark"),
    [
        (
            Age(ReturnCode.ACCT_EXPIRED),
            ReturnCode.ACCT_EXPIRED,
            "account alice has expired (account expired)",
            "Your account has expired; please contact your system administrator.",
        ),
        (
            Age(ReturnCode.AUTHTOK_EXPIRED, -3),
            ReturnCode.AUTHTOK_EXPIRED,
            "account alice has expired (failed to change password)",
            "Your account has expired; please contact your system administrator.",
        ),
        (
            Age(ReturnCode.NEW_AUTHTOK_REQD, 0),
            ReturnCode.NEW_AUTHTOK_REQD,
            "expired password for user alice (root enforced)",
            "You are required to change your password immediately (administrator enforced).",
        ),
        (
            Age(ReturnCode.NEW_AUTHTOK_REQD),
            ReturnCode.NEW_AUTHTOK_REQD,
            "expired password for user alice (password aged)",
            "You are required to change your password immediately (password expired).",
        ),
        (
            Age(ReturnCode.AUTHTOK_ERR, 1),
            ReturnCode.SUCCESS,
            "password for user alice will expire in 1 days",
            "Warning: your password will expire in 1 day.",
        ),
        (
            Age(ReturnCode.SUCCESS, 0),
            ReturnCode.SUCCESS,
            "password for user alice will expire in 0 days",
            "Warning: your password will expire in 0 days.",
        ),
    ],
)
def test_what_is_said_is_what_c_says(age: Age, code: ReturnCode, line: str, remark: str) -> None:
    news = news_of(age, "alice")
    assert (news.code, news.line, news.remark) == (code, line, remark)
    shown_as = Style.TEXT_INFO if code is ReturnCode.SUCCESS else Style.ERROR_MSG
    assert news.style is shown_as


@pytest.mark.parametrize("code", list(ReturnCode))
def test_only_a_password_in_time_makes_a_yes(code: ReturnCode) -> None:
    """A password that may not be changed yet is in time."""
    in_time = code in (ReturnCode.SUCCESS, ReturnCode.AUTHTOK_ERR)
    assert (news_of(Age(code), "alice").code is ReturnCode.SUCCESS) == in_time


def test_without_days_nothing_is_said() -> None:
    assert news_of(Age(ReturnCode.SUCCESS), "alice") == News(ReturnCode.SUCCESS)
