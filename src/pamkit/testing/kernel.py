"""A kernel in memory: keyrings, quotas and identities that a test can look into."""

from __future__ import annotations

from pamkit.module.world import Quota
from pamkit.testing.keys import MemoryKeys

_EPERM, _ESRCH = 1, 3


class MemoryIdentity:
    """The numbers of a thread; root's can become anybody's."""

    def __init__(self, uid: int = 0, *, euid: int | None = None) -> None:
        """Be this user, with a group of the same number."""
        effective = uid if euid is None else euid
        self.users = self.groups = (uid, effective, effective)
        self.login = 0xFFFFFFFF
        """Who logged in; this is nobody."""
        self.changes: list[str] = []
        """What was changed, in order."""
        self.faults: dict[str, OSError] = {}
        """What is raised by name, `login_uid`, or by change, `user 1000 0 0`."""

    def user_ids(self) -> tuple[int, int, int]:
        """Return real, effective and saved user."""
        return self.users

    def group_ids(self) -> tuple[int, int, int]:
        """Return real, effective and saved group."""
        return self.groups

    def set_user_ids(self, real: int, effective: int, saved: int) -> None:
        """Become these users, if root or them already."""
        self._change(f"user {real} {effective} {saved}", {real, effective, saved} - {*self.users})
        self.users = real, effective, saved

    def set_group_ids(self, real: int, effective: int, saved: int) -> None:
        """Become these groups, if root or them already."""
        self._change(f"group {real} {effective} {saved}", {real, effective, saved} - {*self.groups})
        self.groups = real, effective, saved

    def login_uid(self) -> int:
        """Return who logged in."""
        self._fail("login_uid")
        return self.login

    def set_login_uid(self, uid: int) -> None:
        """Say who logged in."""
        self._fail("set_login_uid")
        self.login = uid

    def _change(self, what: str, new: set[int]) -> None:
        self._fail(what)
        if new and self.users[1] != 0:
            raise PermissionError(_EPERM, "Operation not permitted")
        self.changes.append(what)

    def _fail(self, what: str) -> None:
        if what in self.faults:
            raise self.faults[what]


class MemoryKeyrings(MemoryKeys):
    """Keyrings by number: who owns them; and what became of them."""

    def __init__(self, identity: MemoryIdentity) -> None:
        """Serve the thread of ``identity``, which has no session keyring of its own yet."""
        super().__init__()
        self._identity = identity
        self.current: int | None = None
        """The session keyring; `None`: that of the user."""
        self.owners: dict[int, tuple[int, int]] = {}
        """Real user and group by keyring that was begun."""
        self.linked: list[int] = []
        """Users whose keyring was put into the session keyring."""
        self.revoked: list[tuple[int, int]] = []
        """Keyrings, and the effective users that revoked them."""

    def session(self) -> int:
        """Return the number of the session keyring."""
        self._fail("session")
        return self.user_session() if self.current is None else self.current

    def user_session(self) -> int:
        """Return a number that goes with the real user."""
        self._fail("user_session")
        return 1_000_000 + self._identity.users[0]

    def start_session(self) -> int:
        """Begin a session keyring."""
        self._fail("start_session")
        self.current = 100 + len(self.owners)
        self.owners[self.current] = (self._identity.users[0], self._identity.groups[0])
        return self.current

    def link_user(self) -> None:
        """Note whose keyring was linked."""
        self._fail("link_user")
        self.linked.append(self._identity.users[0])

    def revoke(self, keyring: int) -> None:
        """Note that a keyring was revoked, and by whom."""
        self._fail("revoke")
        self.revoked.append((keyring, self._identity.users[1]))


class MemoryQuotas:
    """Quotas by device and user."""

    def __init__(self) -> None:
        """No device keeps quotas."""
        self.kept: dict[tuple[str, int], Quota] = {}
        self.faults: dict[str, OSError] = {}
        """What `find` and `change` raise."""

    def find(self, device: str, uid: int) -> Quota:
        """Return a quota; `ProcessLookupError` if the device keeps none, as the kernel has it."""
        if "find" in self.faults:
            raise self.faults["find"]
        if (device, uid) not in self.kept:
            raise ProcessLookupError(_ESRCH, "No such process")
        return self.kept[device, uid]

    def change(self, device: str, uid: int, quota: Quota, *, which: frozenset[str]) -> None:
        """Change those parts of a quota that are named."""
        if "change" in self.faults:
            raise self.faults["change"]
        new = {name: getattr(quota, name) for name in which}
        self.kept[device, uid] = self.find(device, uid).changed(**new)
