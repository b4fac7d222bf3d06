"""Accounts that are asked for again and again: the C library is not, while nothing has changed.

A login asks for its user some ten times, and each time the name service reads its files.  Where the
account stands in passwd(5), and the settings say that no other source is asked before that, the
answer is known already: it is the last one, as long as both files are what they were.  Any other
source may have another answer at any time, and is asked each time.

INVARIANT: what has been changed since is never served.  An answer is kept only if the C library
gave it, the file says the same, and no file was changed meanwhile, or so short a time before that
its clock could not tell two changes apart; and only while their states tell of all changes.
"""

from __future__ import annotations

import os
import time

from pamkit.formats.name_sources import asks_files_first
from pamkit.formats.passwd import PASSWD_FILE, PasswdEntry, bytes_of, passwd_line
from pamkit.module.world import Account
from pamkit.stores.account_file import find_in
from pamkit.stores.file_state import is_for_all, state_of, tells_of_changes
from pamkit.stores.regular import read_regular
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.file_state import State
    from pamkit.stores.root import Root

    Find = Callable[[str], Account | None]
    States = tuple[State, State]
    Fields = tuple[str, Secret, int, int, str, str, str]
    Kept = tuple[States, Fields | None]
    """The state of both files, and the fields of an account; `None`: it is asked for each time."""

SETTINGS = "/etc/nsswitch.conf"

MOST = 256
"""Users who are kept; before there are more all are forgotten."""

_MOST_SETTINGS = 1 << 16
_LONGEST_MARK = 1
"""Bytes of what stands for a password that is elsewhere: `x`.  A hash is not kept."""

_shared: dict[str, Kept] = {}


class AskedOnce:
    """Finds accounts by name; threads may share it."""

    __slots__ = ("_ask", "_kept", "_now", "_root", "_settings", "_users")

    def __init__(
        self,
        root: Root,
        ask: Find,
        *,
        kept: dict[str, Kept] | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        """Ask the C library with ``ask``; ``root`` has the files that it sees.

        What is ``kept`` is what was found so far: without it what all have found in the system's
        root.  ``now`` gives the time of day in nanoseconds.
        """
        self._root, self._ask, self._now = root, ask, now
        self._kept = _shared if kept is None else kept
        above = "" if root.is_system else root.path
        self._settings, self._users = above + SETTINGS, above + PASSWD_FILE

    def find(self, name: str) -> Account | None:
        """Return the account of that name; `OSError` if the source cannot be read."""
        states, kept = self._states(), self._kept.get(name)
        if kept is not None and kept[0] == states:
            fields = kept[1]
            if fields is None:
                return self._ask(name)
            own, mark, uid, gid, gecos, home, shell = fields
            # A secret of its own: nobody wipes what others are given.
            return Account(own, Secret(mark), uid, gid, gecos, home, shell)
        found = self._ask(name)
        if found is not None and states is not None and self._may_keep(*states):
            fields = _fields(found) if self._is_of_files(name, found) else None
            if self._states() == states:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[name] = (states, fields)
        return found

    def _is_of_files(self, name: str, account: Account) -> bool:
        """Whether the C library will say the same as long as both files stay as they are."""
        if len(account.password) > _LONGEST_MARK:
            return False
        try:
            if not asks_files_first(read_regular(self._root, SETTINGS, limit=_MOST_SETTINGS)):
                return False
            # The first line of the name counts, and only if it says all that the C library did.
            return find_in(self._root, PASSWD_FILE, name, _line_of(account).__eq__) is True
        except (OSError, ValueError):
            return False

    def _states(self) -> States | None:
        """Return the states of both files; `None` unless both are there."""
        try:
            return state_of(os.stat(self._settings)), state_of(os.stat(self._users))
        except OSError:
            return None

    def _may_keep(self, settings: State, users: State) -> bool:
        """Whether each later change will be seen, and nothing is kept from anybody."""
        now, both = self._now(), ((self._settings, settings), (self._users, users))
        return is_for_all(users) and all(
            tells_of_changes(bytes_of(path), state, now) for path, state in both
        )


def _fields(account: Account) -> Fields:
    mark = Secret(account.password)
    own, uid, gid = account.name, account.uid, account.gid
    return own, mark, uid, gid, account.gecos, account.home, account.shell


def _line_of(account: Account) -> bytes:
    """Return the line of passwd(5) for an account; `ValueError` if it fits in none."""
    own, mark, uid, gid, gecos, home, shell = _fields(account)
    return passwd_line(PasswdEntry(own, mark, uid, gid, gecos, home, shell))
