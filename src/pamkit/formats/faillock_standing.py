"""Whether a user's failed logins lock the account, and until when: the rule of pam_faillock(8)."""

from __future__ import annotations

from pamkit.formats.faillock_tally import MOST
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.formats.faillock_conf import Settings
    from pamkit.formats.faillock_tally import Failure


class Standing(Record):
    """Where a user stands: how many failures count, when the newest was (seconds since 1970).

    ``is_locked``: no guess is to be taken.  ``is_over``: there was a lock, and its time is up.
    ``until``: the last second of a lock, `None` for one without end.
    """

    count: int = 0
    latest: int = 0
    is_locked: bool = False
    is_over: bool = False
    until: int | None = None


def standing(
    failures: Sequence[Failure], settings: Settings, *, is_admin: bool, now: int
) -> Standing:
    """Return where a user with these failures stands ``now``, in seconds since 1970.

    What counts are the valid failures of the last ``fail_interval`` seconds before the newest.
    C: a file holds no more than so many records, and `deny` may be a greater number, which
    would lock nobody; here a full file locks.
    """
    if is_admin and not settings.even_deny_root:
        return Standing()
    times = [failure.when for failure in failures if failure.is_valid]
    latest = max(times, default=0)
    count = sum(latest - when < settings.fail_interval for when in times)
    if settings.deny == 0 or count < min(settings.deny, MOST):
        return Standing(count, latest)
    seconds = settings.unlock_after(is_admin=is_admin)
    until = latest + seconds if seconds else None
    is_over = until is not None and until < now
    return Standing(count, latest, is_locked=not is_over, is_over=is_over, until=until)


def notices(stands: Standing, now: int) -> tuple[str, ...]:
    """Return what users are told who are locked, in C's words."""
    said = f"The account is locked due to {stands.count} failed logins."
    left = (stands.latest if stands.until is None else stands.until) - now
    if left <= 0:
        return (said,)
    minutes = (left + 59) // 60
    plural = "" if minutes == 1 else "s"
    return said, f"({minutes} minute{plural} left to unlock)"
