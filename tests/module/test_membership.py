"""Who is in a group."""

import pytest

from pamkit.module.membership import is_member
from pamkit.module.world import Group
from pamkit.testing.accounts import MemoryAccounts, account

ALICE = account("alice", 1000, gid=100)
ACCOUNTS = MemoryAccounts([ALICE], [Group("wheel", 10, ("alice",)), Group("users", 100, ())])


@pytest.mark.parametrize(
    ("group", "expected"), [("wheel", True), ("users", True), ("none", False), ("", False)]
)
def test_a_group_has_its_members_by_name_or_number(group: str, expected: bool) -> None:
    assert is_member(ACCOUNTS, ALICE, group) == expected


def test_accounts_that_cannot_be_read_are_an_error() -> None:
    broken = MemoryAccounts([ALICE])
    broken.failing = True
    with pytest.raises(OSError, match="broken"):
        is_member(broken, ALICE, "wheel")
