"""Users and groups in memory."""

from __future__ import annotations

from pamkit.module.world import Account
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.module.world import Group


class MemoryAccounts:
    """Users and groups in lists; every user is local unless named in ``remote``."""

    def __init__(
        self,
        users: Iterable[Account] = (),
        groups: Iterable[Group] = (),
        remote: Iterable[str] = (),
    ) -> None:
        """Serve these users and groups."""
        self.users = {user.name: user for user in users}
        self.groups = {group.name: group for group in groups}
        self.remote = frozenset(remote)
        self.netgroups: set[tuple[str, str | None, str | None]] = set()
        """Triples of netgroup, host and user that belong together."""
        self.domain: str | None = None
        """The NIS domain that was asked for last."""
        self.failing = False
        """Set it, and every look-up raises `OSError`."""

    def find(self, name: str) -> Account | None:
        """Return the account of that name."""
        self._look()
        return self.users.get(name)

    def by_uid(self, uid: int) -> Account | None:
        """Return the first account with that number."""
        self._look()
        return next((user for user in self.users.values() if user.uid == uid), None)

    def group(self, name: str) -> Group | None:
        """Return the group of that name."""
        self._look()
        return self.groups.get(name)

    def group_by_gid(self, gid: int) -> Group | None:
        """Return the first group with that number."""
        self._look()
        return next((group for group in self.groups.values() if group.gid == gid), None)

    def groups_of(self, name: str, gid: int | None = None) -> tuple[int, ...]:
        """Return the numbers of a user's groups, the primary one first."""
        self._look()
        user = self.users.get(name)
        primary = (gid,) if gid is not None else () if user is None else (user.gid,)
        others = {group.gid for group in self.groups.values() if name in group.members}
        return (*primary, *sorted(others - set(primary)))

    def in_netgroup(
        self, netgroup: str, *, host: str | None, user: str | None, domain: str | None = None
    ) -> bool:
        """Whether the triple was added to ``netgroups``; ``domain`` is noted."""
        self.domain = domain
        return (netgroup, host, user) in self.netgroups

    def is_local(self, name: str) -> bool:
        """Whether the user has a line in the passwd file itself."""
        return name in self.users and name not in self.remote

    def _look(self) -> None:
        if self.failing:
            raise OSError("the account database is broken, as the test wants it")


def account(
    name: str,
    uid: int = 1000,
    *,
    gid: int | None = None,
    gecos: str = "",
    home: str = "",
    shell: str = "/bin/sh",
    password: str = "x",  # noqa: S107  # the mark of a shadowed password, not a password
) -> Account:
    """Return an account with what is usual filled in."""
    home = home or f"/home/{name}"
    return Account(name, Secret(password), uid, uid if gid is None else gid, gecos, home, shell)
