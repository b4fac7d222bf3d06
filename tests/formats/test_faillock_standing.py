"""Who is locked, and until when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.faillock_conf import Settings
from pamkit.formats.faillock_standing import Standing, notices, standing
from pamkit.formats.faillock_tally import MOST, Failure

NOW = 10_000


def _stands(
    *times: int, settings: Settings | None = None, is_admin: bool = False, now: int = NOW
) -> Standing:
    failures = [Failure(when, "x") for when in times]
    return standing(failures, settings or Settings(), is_admin=is_admin, now=now)


def test_nobody_is_locked_without_failures() -> None:
    assert _stands() == Standing()


def test_three_failures_lock_for_ten_minutes() -> None:
    stands = _stands(NOW - 3, NOW - 2, NOW - 1)
    assert (stands.is_locked, stands.count, stands.until) == (True, 3, NOW + 599)
    assert not _stands(NOW - 3, NOW - 2).is_locked


@pytest.mark.parametrize(("now", "locked"), [(10_600, True), (10_601, False)])
def test_the_last_second_of_a_lock_is_locked(now: int, locked: bool) -> None:
    stands = _stands(NOW, NOW, NOW, now=now)
    assert (stands.is_locked, stands.is_over) == (locked, not locked)


@pytest.mark.parametrize(("oldest", "locked"), [(NOW - 899, True), (NOW - 900, False)])
def test_only_failures_near_the_newest_count(oldest: int, locked: bool) -> None:
    assert _stands(oldest, NOW, NOW).is_locked == locked


def test_what_is_not_valid_does_not_count() -> None:
    failures = [Failure(NOW, "x"), Failure(NOW, "x"), Failure(NOW, "x", 0)]
    assert not standing(failures, Settings(), is_admin=False, now=NOW).is_locked


def test_zero_locks_nobody() -> None:
    assert not _stands(*[NOW] * 50, settings=Settings(deny=0)).is_locked


def test_never_means_without_end() -> None:
    stands = _stands(1, 1, 1, settings=Settings(unlock_time=0))
    assert (stands.is_locked, stands.until) == (True, None)


def test_administrators_are_locked_only_if_it_is_said_and_for_their_own_time() -> None:
    assert _stands(NOW, NOW, NOW, is_admin=True) == Standing()
    settings = Settings(even_deny_root=True, root_unlock_time=60)
    assert _stands(NOW, NOW, NOW, is_admin=True, settings=settings).until == NOW + 60
    assert _stands(NOW, NOW, NOW, settings=settings).until == NOW + 600


def test_a_full_file_locks_whatever_the_number() -> None:
    assert _stands(*[NOW] * MOST, settings=Settings(deny=60_000)).is_locked
    assert not _stands(*[NOW] * (MOST - 1), settings=Settings(deny=60_000)).is_locked


@given(st.lists(st.integers(0, 20_000), min_size=3, max_size=9), st.integers(0, 10**9))
def test_a_failure_more_never_opens_a_lock(times: list[int], later: int) -> None:
    newest = max(times)
    settings = Settings(fail_interval=30_000, unlock_time=0)
    assert _stands(*times, settings=settings).is_locked
    assert _stands(*times, newest + later % 100, settings=settings).is_locked


@pytest.mark.parametrize(
    ("until", "second"),
    [
        (NOW, ()),
        (NOW + 1, ("(1 minute left to unlock)",)),
        (NOW + 60, ("(1 minute left to unlock)",)),
        (NOW + 61, ("(2 minutes left to unlock)",)),
        (None, ()),
    ],
)
def test_users_are_told_in_cs_words(until: int | None, second: tuple[str, ...]) -> None:
    stands = Standing(4, NOW - 1, is_locked=True, until=until)
    assert notices(stands, NOW) == ("The account is locked due to 4 failed logins.", *second)
