"""How many logins there are, and whether one more is too many."""

from __future__ import annotations

from pamkit.formats.limit_rules import Whose
from pamkit.formats.logind_session import SESSIONS, is_users, user_of
from pamkit.formats.utmp import NAME, UTMP, Kind, decode, layout_for, layout_of
from pamkit.formats.utmp import text as text_of
from pamkit.limits.options import remark
from pamkit.module.audit import ANOM_LOGIN_SESSIONS, audit_refusal
from pamkit.module.membership import is_member
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.limit_rules import Wanted
    from pamkit.limits.options import LimitsOptions
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account

FILES = (UTMP, f"{SESSIONS}/*")

_UTMPX = f"{UTMP}x"
_LARGEST = 64 << 20
_MANAGER = "systemd-user"
_OWN = (Whose.USER, Whose.GROUP, Whose.DEFAULT)
"""Lines that count each user's logins by themselves."""


def has_too_many(call: ModuleCall[LimitsOptions], account: Account, wanted: Wanted) -> bool:
    """Whether this login is one too many; `OSError` if none can tell.

    If so it is on record, but, as in C, where no login at all is allowed.
    """
    most = wanted.login_limit
    if most <= 0:
        return most == 0
    remark(call, f"checking logins for '{account.name}' (maximum of {most})")
    if _count(call, account, wanted) <= most:
        return False
    call.log(Priority.NOTICE, f"Too many logins (max {most}) for {account.name}")
    if not call.options.noaudit:
        audit_refusal(call, ANOM_LOGIN_SESSIONS, "pam_limits")
    return True


def _count(call: ModuleCall[LimitsOptions], account: Account, wanted: Wanted) -> int:
    """Return how many logins there are with this one, or one too many."""
    is_own_there = call.options.utmp_early
    sessions = _in_utmp(call)
    if sessions is None:
        sessions = _of_logind(call)
        # The first login has logind start the user's manager, which is none itself.
        is_own_there = is_own_there or call.item(Item.SERVICE) == _MANAGER
    count = 0 if is_own_there else 1
    for user, number in sessions:
        if not wanted.counts_system:
            if not _concerns(call, account, wanted, user):
                continue
            if number is not None and not call.world.process.is_running(number):
                stale = f"Stale utmp entry (pid {number}) for '{user}' ignored"
                call.log(Priority.INFO, stale)
                continue
        count += 1
        if count > wanted.login_limit:
            break
    return count


def _concerns(call: ModuleCall[LimitsOptions], account: Account, wanted: Wanted, user: str) -> bool:
    """Whether the limit is about logins of this user."""
    if wanted.login_limit_by in _OWN:
        return user in (account.name, _cut(account.name))
    if wanted.login_limit_by != Whose.ALLGROUP:
        return True
    accounts = call.world.accounts
    other = accounts.find(user)
    return other is not None and is_member(accounts, other, wanted.login_group)


def _cut(name: str) -> str:
    """Return what is left of a name in a record."""
    return name.encode("utf-8", "surrogateescape")[:NAME].decode("utf-8", "surrogateescape")


def _in_utmp(call: ModuleCall[LimitsOptions]) -> list[tuple[str, int | None]] | None:
    """Return user and process of each session on record; `None` if no records are kept."""
    files = call.world.files
    # C: glibc takes the other file if there is one.
    place = _UTMPX if files.exists(_UTMPX) else UTMP
    try:
        data = files.read(place, limit=_LARGEST)
    except FileNotFoundError:
        return None
    layout = layout_of(data, layout_for(call.world.process.machine().architecture))
    found = (record for record in decode(data, layout) if record.kind == Kind.USER_PROCESS)
    return [(text_of(record.user), record.pid) for record in found if text_of(record.user)]


def _of_logind(call: ModuleCall[LimitsOptions]) -> list[tuple[str, int | None]]:
    """Return the users of logind's sessions, which it ends itself."""
    files = call.world.files
    found: list[tuple[str, int | None]] = []
    try:
        names = files.names(SESSIONS)
    except FileNotFoundError:
        call.log(Priority.WARNING, f"no logins are on record, neither in {UTMP} nor {SESSIONS}")
        return found
    for name in names:
        if name.startswith(".") or name.endswith(".ref"):
            continue
        try:
            data = files.read(f"{SESSIONS}/{name}")
        except FileNotFoundError:
            continue  # it has just ended
        if is_users(data):
            found.append((user_of(data), None))
    return found
