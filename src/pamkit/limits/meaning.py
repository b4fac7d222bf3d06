"""Whom a line of limits.conf(5) means: the user, a group they are in, numbers, or everybody."""

from __future__ import annotations

from pamkit.formats.limit_rules import Whose
from pamkit.limits.options import remark
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.limit_rules import Wanted
    from pamkit.formats.limits_conf import IdRange, LimitLine
    from pamkit.limits.options import LimitsOptions
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account, Accounts, Group


def heed(
    call: ModuleCall[LimitsOptions],
    account: Account,
    wanted: Wanted,
    line: LimitLine,
    ids: IdRange | None,
    *,
    spared: bool,
) -> None:
    """Take a complete line into account if it means the user.

    ``spared``: the user is not meant by lines of groups and of everybody.
    """
    sign, group = line.domain[:1], line.domain[1:]
    if line.domain == account.name:
        wanted.heed(line, Whose.USER)
    elif sign in ("@", "%") and not spared:
        remark(call, f"checking if {account.name} is in group {group}")
        if sign == "%" and not group:
            wanted.heed(line, Whose.ALL)
        elif sign == "%" and ids is not None and not ids.is_one:
            said = "range unsupported for %group matching - ignored"
            call.log(Priority.WARNING, said)
        elif (found := _group_of(call, account, group, ids)) is not None:
            whose = Whose.GROUP if sign == "@" else Whose.ALLGROUP
            wanted.heed(line, whose, found if sign == "%" else "")
    elif ids is not None:
        if account.uid in ids:
            wanted.heed(line, Whose.USER)
    elif line.domain == "*" and not spared:
        wanted.heed(line, Whose.DEFAULT)


def is_freed(
    call: ModuleCall[LimitsOptions], account: Account, line: LimitLine, ids: IdRange | None
) -> bool:
    """Whether a line that frees from all limits means the user."""
    said = f"no limits for '{account.name}'"
    if line.domain == account.name:
        is_meant = True
    elif line.domain.startswith("@"):
        is_meant = _group_of(call, account, line.domain[1:], ids) is not None
        said += f" in group '{line.domain[1:]}'"
    else:
        is_meant = ids is not None and account.uid in ids  # C: also of `%:5`
    if is_meant:
        remark(call, said)
    return is_meant


def _group_of(
    call: ModuleCall[LimitsOptions], account: Account, name: str, ids: IdRange | None
) -> str | None:
    """Return the group that a domain names and the user is in; `None` if there is none."""
    accounts = call.world.accounts
    if ids is not None and not ids.is_one:
        return name if account.gid in ids else None
    found = accounts.group(name) if ids is None else accounts.group_by_gid(ids.least)
    return found.name if found is not None and _is_in(accounts, account, found) else None


def _is_in(accounts: Accounts, account: Account, group: Group) -> bool:
    """Whether a user is in a group: it is the primary one, or has the user in its list."""
    if group.gid == account.gid or account.name in group.members:
        return True
    return group.gid in accounts.groups_of(account.name, account.gid)
