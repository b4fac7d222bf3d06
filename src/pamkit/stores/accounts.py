"""Users and groups behind `world.Accounts`: from the name service, or from files below a root."""

from __future__ import annotations

from pamkit.formats.passwd import (
    GROUP_FILE,
    PASSWD_FILE,
    GroupEntry,
    PasswdEntry,
    entries,
    parse_group,
    parse_passwd,
    text_of,
)
from pamkit.module.world import Account, Group
from pamkit.stores import nss
from pamkit.stores.account_file import find_in, has_line_in
from pamkit.stores.asked_once import AskedOnce
from pamkit.stores.regular import MAX_ACCOUNT_FILE, read_regular
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Accounts
    from pamkit.stores.root import Root


def accounts_for(root: Root) -> Accounts:
    """Return the accounts of a root: the system's own ask the name service, others files."""
    return NameService(root) if root.is_system else AccountFiles(root)


class AccountFiles:
    """The passwd and group files below a root.

    A missing group file has no groups; any other file that cannot be read is an `OSError`.
    """

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Read the files below ``root``, anew for each question."""
        self._root = root

    def find(self, name: str) -> Account | None:
        """Return the account of that name; `OSError` if the file cannot be read."""
        entry = find_in(self._root, PASSWD_FILE, name, parse_passwd)
        return None if entry is None else _account(entry)

    def by_uid(self, uid: int) -> Account | None:
        """Return the first account with that number; `OSError` if the file cannot be read."""
        for entry in entries(self._passwd(), parse_passwd):
            if entry.uid == uid:
                return _account(entry)
        return None

    def group(self, name: str) -> Group | None:
        """Return the group of that name."""
        try:
            entry = find_in(self._root, GROUP_FILE, name, parse_group)
        except FileNotFoundError:
            return None
        return None if entry is None else _group(entry)

    def group_by_gid(self, gid: int) -> Group | None:
        """Return the first group with that number."""
        for entry in entries(self._group(), parse_group):
            if entry.gid == gid:
                return _group(entry)
        return None

    def groups_of(self, name: str, gid: int | None = None) -> tuple[int, ...]:
        """Return the numbers of all groups of a user, the primary one first; none, no groups."""
        primary = self._primary(name) if gid is None else gid
        if primary is None:
            return ()
        numbers = {primary: None}
        for entry in entries(self._group(), parse_group):
            if name in entry.members:
                numbers[entry.gid] = None
        return tuple(numbers)

    def in_netgroup(
        self, netgroup: str, *, host: str | None, user: str | None, domain: str | None = None
    ) -> bool:
        """Never: netgroups come from the name service, and a root has none."""
        return False

    def is_local(self, name: str) -> bool:
        """Whether the user has a line in the passwd file; `OSError` if it cannot be read."""
        return has_line_in(self._root, PASSWD_FILE, name)

    def _primary(self, name: str) -> int | None:
        account = self.find(name)
        return None if account is None else account.gid

    def _passwd(self) -> bytes:
        return read_regular(self._root, PASSWD_FILE, limit=MAX_ACCOUNT_FILE)

    def _group(self) -> bytes:
        try:
            return read_regular(self._root, GROUP_FILE, limit=MAX_ACCOUNT_FILE)
        except FileNotFoundError:
            return b""


class NameService:
    """Users and groups as the C library finds them, `nsswitch.conf(5)`."""

    __slots__ = ("_files", "_users")

    def __init__(self, root: Root) -> None:
        """Ask the C library; ``root`` is the system's, for what only its files can tell."""
        self._files = AccountFiles(root)
        self._users = AskedOnce(root, _by_name)

    def find(self, name: str) -> Account | None:
        """Return the account of that name; `OSError` if the source cannot be read."""
        return self._users.find(name)

    def by_uid(self, uid: int) -> Account | None:
        """Return the account with that number; `OSError` if the source cannot be read."""
        return _account_of(nss.passwd(uid))

    def group(self, name: str) -> Group | None:
        """Return the group of that name; `OSError` if the source cannot be read."""
        return _group_of(nss.group(name))

    def group_by_gid(self, gid: int) -> Group | None:
        """Return the group with that number; `OSError` if the source cannot be read."""
        return _group_of(nss.group(gid))

    def groups_of(self, name: str, gid: int | None = None) -> tuple[int, ...]:
        """Return the numbers of all groups of a user, the primary one first; none, no groups."""
        if gid is None:
            account = self.find(name)
            if account is None:
                return ()
            gid = account.gid
        return nss.groups_of(name, gid)

    def in_netgroup(
        self, netgroup: str, *, host: str | None, user: str | None, domain: str | None = None
    ) -> bool:
        """Whether a host and user belong to a netgroup, `innetgr(3)`."""
        return nss.in_netgroup(netgroup, host, user, domain)

    def is_local(self, name: str) -> bool:
        """Whether the user has a line in the passwd file; `OSError` if it cannot be read."""
        return self._files.is_local(name)


def _account(entry: PasswdEntry) -> Account:
    return Account(
        entry.name, entry.password, entry.uid, entry.gid, entry.gecos, entry.home, entry.shell
    )


def _group(entry: GroupEntry) -> Group:
    return Group(entry.name, entry.gid, entry.members)


def _by_name(name: str) -> Account | None:
    return _account_of(nss.passwd(name))


def _account_of(
    found: tuple[bytes, bytes, int, int, bytes, bytes, bytes] | None,
) -> Account | None:
    if found is None:
        return None
    name, password, uid, gid, *texts = found
    gecos, home, shell = [text.decode("utf-8", "surrogateescape") for text in texts]
    return Account(text_of(name), Secret(password), uid, gid, gecos, home, shell)


def _group_of(found: tuple[bytes, int, tuple[bytes, ...]] | None) -> Group | None:
    if found is None:
        return None
    name, gid, members = found
    return Group(text_of(name), gid, tuple(text_of(member) for member in members))
