"""What the ages in a line of shadow(5) say about an account and its password today."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Shadow

SECONDS_PER_DAY = 86400


class Age(Record):
    """A judgement: the code an account check answers, and days that belong to it.

    ``days_left`` is -1 if there is nothing to say; 0 with `NEW_AUTHTOK_REQD` means that an
    administrator wants a new password; with `SUCCESS` or `AUTHTOK_ERR` it is how many days
    the password still has.  ``from_the_future``: the last change is dated after today.
    """

    code: ReturnCode
    days_left: int = -1
    from_the_future: bool = False


def judge_age(entry: Shadow, today: int) -> Age:
    """Return what the entry says on a day, in days since 1970.

    `ACCT_EXPIRED`: the account has ended.  `NEW_AUTHTOK_REQD`: the password must be changed.
    `AUTHTOK_EXPIRED`: it is too late to change it.  `AUTHTOK_ERR`: it may not be changed yet,
    which only a password change minds (CVE-2009-0579).
    `AUTHINFO_UNAVAIL`: a number in it is no number of days.

    Source: shadow(5); the order is that of Linux-PAM 1.7, where a limit is reached *on* its
    day.  DIALECT: for 1.5.2 the limits of the password are passed a day later.
    """
    if min(entry.days) < -1:
        # Nobody counts days below zero: what was meant is not known, so it is not yes.
        return Age(ReturnCode.AUTHINFO_UNAVAIL)
    if 0 <= entry.expires <= today:
        return Age(ReturnCode.ACCT_EXPIRED)
    if entry.last_change == 0:
        return Age(ReturnCode.NEW_AUTHTOK_REQD, 0)
    if entry.last_change < 0:
        return Age(ReturnCode.SUCCESS)
    if entry.last_change > today:
        return Age(ReturnCode.SUCCESS, from_the_future=True)
    return _judge_days(entry, today - entry.last_change)


def day_of(seconds: float) -> int:
    """Return the day in days since 1970, as shadow(5) counts them, in UTC."""
    return int(seconds // SECONDS_PER_DAY)


def _judge_days(entry: Shadow, passed: int) -> Age:
    days_left = -1
    if entry.max_days >= 0:
        if entry.inactive_days >= 0:
            dead = entry.max_days + entry.inactive_days
            if passed >= dead:
                return Age(ReturnCode.AUTHTOK_EXPIRED, dead - passed)
        if passed >= entry.max_days:
            return Age(ReturnCode.NEW_AUTHTOK_REQD)
        if entry.warn_days > 0 and passed >= entry.max_days - entry.warn_days:
            days_left = entry.max_days - passed
    if passed < entry.min_days:
        return Age(ReturnCode.AUTHTOK_ERR, days_left)
    return Age(ReturnCode.SUCCESS, days_left)
