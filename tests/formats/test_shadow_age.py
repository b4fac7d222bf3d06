from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.shadow_age import Age, day_of, judge_age
from pamkit.module.world import Shadow
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.secret import Secret

C = ReturnCode
TODAY = 20000


def entry(
    last: int = TODAY - 50,
    least: int = -1,
    most: int = -1,
    warn: int = -1,
    inactive: int = -1,
    expires: int = -1,
) -> Shadow:
    return Shadow("alice", Secret("x"), last, least, most, warn, inactive, expires)


CASES = {
    "nothing is limited": (entry(), Age(C.SUCCESS)),
    "the account ended today": (entry(expires=TODAY), Age(C.ACCT_EXPIRED)),
    "the account ends tomorrow": (entry(expires=TODAY + 1), Age(C.SUCCESS)),
    "the account ended in 1970": (entry(expires=0), Age(C.ACCT_EXPIRED)),
    "the account counts before the password": (entry(0, expires=1), Age(C.ACCT_EXPIRED)),
    "root wants a new one": (entry(0), Age(C.NEW_AUTHTOK_REQD, 0)),
    "no day of change, no age": (entry(-1, most=0), Age(C.SUCCESS)),
    "changed tomorrow": (entry(TODAY + 1, most=0), Age(C.SUCCESS, -1, True)),
    "one day left": (entry(most=51), Age(C.SUCCESS)),
    "no day left": (entry(most=50), Age(C.NEW_AUTHTOK_REQD)),
    "no day at all": (entry(TODAY, most=0), Age(C.NEW_AUTHTOK_REQD)),
    "in time to change it": (entry(most=40, inactive=11), Age(C.NEW_AUTHTOK_REQD)),
    "too late to change it": (entry(most=40, inactive=10), Age(C.AUTHTOK_EXPIRED, 0)),
    "far too late": (entry(most=40, inactive=3), Age(C.AUTHTOK_EXPIRED, -7)),
    "inactive without a limit": (entry(inactive=3), Age(C.SUCCESS)),
    "warned": (entry(most=57, warn=7), Age(C.SUCCESS, 7)),
    "not yet warned": (entry(most=58, warn=7), Age(C.SUCCESS)),
    "always warned": (entry(most=60, warn=99), Age(C.SUCCESS, 10)),
    "warned of nothing": (entry(most=51, warn=0), Age(C.SUCCESS)),
    "too young": (entry(least=51), Age(C.AUTHTOK_ERR)),
    "just old enough": (entry(least=50), Age(C.SUCCESS)),
    "too young and warned": (entry(least=99, most=52, warn=7), Age(C.AUTHTOK_ERR, 2)),
}


def test_each_entry_is_judged_as_shadow_5_says() -> None:
    judged = {name: judge_age(line, TODAY) for name, (line, _) in CASES.items()}
    assert judged == {name: age for name, (_, age) in CASES.items()}


@given(st.lists(st.integers(-1, 200), min_size=6, max_size=6), st.integers(0, 200))
def test_time_never_makes_an_account_younger(days: list[int], today: int) -> None:
    """Once it is too late to change a password, it stays too late."""
    line = Shadow("alice", Secret("x"), *days)
    if judge_age(line, today).code is C.AUTHTOK_EXPIRED:
        assert judge_age(line, today + 1).code in (C.AUTHTOK_EXPIRED, C.ACCT_EXPIRED)


def test_days_begin_at_midnight_in_utc() -> None:
    assert [day_of(second) for second in (0.0, 86399.9, 86400.0)] == [0, 0, 1]


@pytest.mark.parametrize("field", range(6))
def test_a_number_below_minus_one_is_no_number_of_days(field: int) -> None:
    """What 32 bits make of 4294967291; the C module lets nobody in with it either."""
    days = [-1] * 6
    days[field] = -5
    line = Shadow("alice", Secret("x"), *days)
    assert judge_age(line, 20_000) == Age(ReturnCode.AUTHINFO_UNAVAIL)
