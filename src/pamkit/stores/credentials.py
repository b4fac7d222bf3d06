"""Hashed secrets behind `world.Credentials`: shadow, gshadow, passwd and opasswd."""

from __future__ import annotations

from pamkit.formats import gshadow, opasswd
from pamkit.formats.passwd import (
    PASSWD_FILE,
    SHADOW_FILE,
    ShadowEntry,
    find,
    is_shadowed,
    parse_passwd,
    parse_shadow,
    shadow_line,
    text_of,
    with_line,
    with_password,
    with_shadow,
)
from pamkit.module.world import GroupShadow, Shadow
from pamkit.stores import nss
from pamkit.stores.account_file import find_in
from pamkit.stores.lock import PasswordLock
from pamkit.stores.regular import MAX_ACCOUNT_FILE, read_regular
from pamkit.stores.rewrite import rewrite
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.root import Root


class ShadowFiles:
    """The account files below a root.

    What is changed is changed in files; users of the name service are only looked up.
    """

    __slots__ = ("_lock", "_root")

    def __init__(self, root: Root) -> None:
        """Serve the files below ``root``."""
        self._root = root
        self._lock = PasswordLock(root)

    def shadow(self, name: str) -> Shadow | None:
        """Return a user's entry, `None` if there is none.

        `PermissionError` if the shadow file may not be read, another `OSError` if it cannot.
        Whom the file does not know the name service may, for the system's own root.
        """
        try:
            entry = find_in(self._root, SHADOW_FILE, name, parse_shadow)
        except FileNotFoundError:
            entry = None
        if entry is not None:
            return Shadow(
                entry.name,
                entry.hashed,
                entry.last_change,
                entry.min_days,
                entry.max_days,
                entry.warn_days,
                entry.inactive_days,
                entry.expires,
            )
        return _from_name_service(name) if self._root.is_system else None

    def group_shadow(self, name: str) -> GroupShadow | None:
        """Return a group's entry, `None` if there is none; `OSError` as `shadow`."""
        try:
            entry = find_in(self._root, gshadow.PATH, name, gshadow.parse_gshadow)
        except FileNotFoundError:
            entry = None
        if entry is not None:
            return GroupShadow(entry.name, entry.hashed, entry.administrators, entry.members)
        return _group_from_name_service(name) if self._root.is_system else None

    def lock(self) -> PasswordLock:
        """Hold the lock of lckpwdf(3); entering raises `BlockingIOError` if another does."""
        return self._lock

    def change(self, name: str, hashed: Secret, *, last_change: int) -> bool:
        """Store a new hash where the user's hash lives; return whether the user was found.

        ``last_change`` counts days since 1970; -1 leaves the day open.  Needs the lock
        (`RuntimeError`).  `OSError` if it fails, and then nothing is changed; `ValueError`
        for a hash that would break the line.
        """
        self._require_lock()
        passwd = read_regular(self._root, PASSWD_FILE, limit=MAX_ACCOUNT_FILE)
        account = find(passwd, name, parse_passwd)
        if account is None:
            return False
        new = hashed.expose()
        if not is_shadowed(account.name, account.password):
            return rewrite(self._root, PASSWD_FILE, lambda data: with_password(data, name, new))
        entry = ShadowEntry(name, hashed, last_change)

        def edit(data: bytes) -> bytes:
            changed = with_shadow(data, name, new, last_change=last_change)
            # C: passwd says `x` but shadow has no line: one is added, without ages.
            return with_line(data, shadow_line(entry)) if changed is None else changed

        return rewrite(self._root, SHADOW_FILE, edit)

    def history(self, name: str, *, file: str = opasswd.PATH) -> tuple[str, ...] | None:
        """Return the remembered hashes, newest last; `None` if there is no history file."""
        try:
            data = read_regular(self._root, file, limit=MAX_ACCOUNT_FILE)
        except FileNotFoundError:
            return None
        history = opasswd.find_history(data, name)
        if history is None:
            return ()
        return tuple(text_of(hashed.expose()) for hashed in history.hashes)

    def remember(
        self,
        name: str,
        uid: int,
        hashed: Secret,
        *,
        keep: int,
        file: str = opasswd.PATH,
        create: bool = False,
        backup: Callable[[OSError], object] | None = None,
    ) -> bool:
        """Add a hash to the history, of which the newest ``keep`` stay; return whether one is kept.

        Needs the lock (`RuntimeError`).  The file is made only with ``create``, and its old self
        stays beside it only with ``backup``, which is told if that fails: see `rewrite`.  C: a
        negative ``keep`` changes nothing, 0 forgets the user.
        """
        self._require_lock()
        new = hashed.expose()
        if keep < 0:
            return self.history(name, file=file) is not None
        try:
            return rewrite(
                self._root,
                file,
                lambda data: opasswd.with_hash(data, name, uid=uid, hashed=new, keep=keep),
                create=create,
                backup=backup,
            )
        except FileNotFoundError:
            if create:
                raise  # its directory is missing
            return False

    def _require_lock(self) -> None:
        if not self._lock.is_mine():
            raise RuntimeError("the account files are changed without their lock")


def _from_name_service(name: str) -> Shadow | None:
    found = nss.shadow(name)
    if found is None:
        return None
    key, hashed, *days = found
    return Shadow(text_of(key), Secret(hashed), *days)


def _group_from_name_service(name: str) -> GroupShadow | None:
    found = nss.group_shadow(name)
    if found is None:
        return None
    key, hashed, administrators, members = found
    return GroupShadow(
        text_of(key),
        Secret(hashed),
        tuple(text_of(one) for one in administrators),
        tuple(text_of(one) for one in members),
    )
