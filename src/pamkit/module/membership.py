"""Whether a user is in a group, by the group's number or by its list of names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account, Accounts


def is_member(accounts: Accounts, account: Account, group: str) -> bool:
    """Return whether the user is in the group; nobody is in one that does not exist.

    `OSError` if the accounts cannot be read.
    """
    found = accounts.group(group) if group else None
    if found is None:
        return False
    if account.name in found.members:
        return True
    return found.gid in accounts.groups_of(account.name, account.gid)
