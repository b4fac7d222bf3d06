"""Protocols for everything outside: accounts, credentials, clock, tallies, files, randomness.

Modules see these and nothing else; `stores` serves them from the system, `testing` from
memory.  Every path goes through the root of the world.
"""

from __future__ import annotations

from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Protocol

    class Accounts(Protocol):
        """Users and groups."""

        def find(self, name: str) -> Account | None:
            """Return the account of that name; `OSError` if the source cannot be read."""

        def by_uid(self, uid: int) -> Account | None:
            """Return the account with that number; `OSError` if the source cannot be read."""

        def group(self, name: str) -> Group | None:
            """Return the group of that name."""

        def group_by_gid(self, gid: int) -> Group | None:
            """Return the group with that number."""

        def groups_of(self, name: str) -> tuple[int, ...]:
            """Return the numbers of all groups of a user, the primary one first."""

        def in_netgroup(self, netgroup: str, *, host: str | None, user: str | None) -> bool:
            """Whether a host and user belong to a netgroup."""

        def is_local(self, name: str) -> bool:
            """Whether the user has a line in the passwd file itself."""

    class Credentials(Protocol):
        """The hashed secrets of users and their ages."""

        def shadow(self, name: str) -> Shadow | None:
            """Return the entry; `None` if there is none; `PermissionError` if we may not look."""

        def lock(self) -> AbstractContextManager[None]:
            """Return the lock of lckpwdf(3); entering it raises `BlockingIOError` if it is held."""

        def change(self, name: str, hashed: Secret, *, last_change: int) -> bool:
            """Store a new hash; return whether the user was found.  Needs the lock."""

        def history(self, name: str) -> tuple[str, ...] | None:
            """Return the remembered hashes, newest last; `None` if no history is kept."""

        def remember(self, name: str, uid: int, hashed: Secret, *, keep: int) -> bool:
            """Add a hash to the history; return whether one is kept.  Needs the lock."""

    class Hashing(Protocol):
        """Password hash schemes."""

        def setting(self, scheme: str, rounds: int | None) -> str | None:
            """Return a fresh salt for a scheme (`yescrypt`); `None` if it is not known."""

    class Clock(Protocol):
        """The time."""

        def now(self) -> float:
            """Return seconds since 1970 in UTC."""

        def local(self, when: float) -> LocalTime:
            """Return what a clock on the wall shows at that many seconds since 1970."""

    class Tallies(Protocol):
        """Failures counted per user, across transactions."""

        def failures(self, user: str) -> tuple[Failure, ...]:
            """Return what is on record, oldest first."""

        def record(self, user: str, failure: Failure) -> None:
            """Add a failure."""

        def clear(self, user: str) -> None:
            """Forget a user's failures."""

    class Files(Protocol):
        """The files of the system, below the root."""

        def read(self, path: str, *, limit: int = ...) -> bytes:
            """Return the bytes of a regular file, at most ``limit``; `OSError` if it cannot be."""

        def read_with_status(
            self, path: str, *, follow: bool = True, limit: int = ...
        ) -> tuple[FileStatus, bytes]:
            """Return what lies at a path and, if it is a regular file, its bytes; else none.

            Both are of the same open file.  ``follow`` false: a symbolic link at the end of the
            path is looked at itself.  `OSError` if there is nothing, or it cannot be read.
            """

        def status(self, path: str, *, follow: bool = True) -> FileStatus:
            """Return what lies at a path; `OSError` if there is nothing."""

        def names(self, path: str) -> tuple[str, ...]:
            """Return the names in a directory, sorted; `OSError` if it cannot be read."""

        def exists(self, path: str) -> bool:
            """Whether there is anything at the path."""

        def runnable(self, path: str) -> bool:
            """Whether a program at the path can be run by this process."""

        def drop_to(self, account: Account) -> AbstractContextManager[None]:
            """Touch files as this user for a while; `PermissionError` if that is not possible."""

    class Process(Protocol):
        """The process that runs the transaction."""

        def uid(self) -> int:
            """Return the real user number."""

        def euid(self) -> int:
            """Return the effective user number."""

        def directory(self) -> str:
            """Return where the process is: what relative paths count from."""

        def login_name(self) -> str:
            """Return who logged in on the terminal, or `""`: for logs, never for decisions."""

        def terminal(self) -> str:
            """Return the name of the terminal on standard input, or `""`."""

        def host_name(self) -> str:
            """Return the name of this machine."""

    class Network(Protocol):
        """What the machine knows of other machines."""

        def addresses(self, host: str) -> tuple[str, ...]:
            """Return the addresses of a host, by name or number, as numbers in text.

            `getaddrinfo(3)`: may ask the DNS, and wait for it.  `OSError` if that fails, with
            the reason in words; a host without an address is such a failure as well.
            """

    class Randomness(Protocol):
        """Unpredictable numbers."""

        def take(self, count: int) -> bytes:
            """Return that many random bytes."""

    class Log(Protocol):
        """Where modules and library write for the administrator."""

        def write(self, priority: int, text: str) -> None:
            """Write one line; ``priority`` is a number of `vocab.priority`."""


MAX_FILE = 1 << 20
"""Bytes of a file that `Files.read` takes if no limit is given; what is longer is no such file."""


class Account(Record):
    """A user: one line of passwd(5); ``password`` is what stands in its second field."""

    name: str
    password: Secret
    uid: int
    gid: int
    gecos: str
    home: str
    shell: str


class Group(Record):
    """A group: one line of group(5)."""

    name: str
    gid: int
    members: tuple[str, ...]


class Shadow(Record):
    """One line of shadow(5): the hash, and days since 1970 or numbers of days; -1 is empty."""

    name: str
    hashed: Secret
    last_change: int = -1
    min_days: int = -1
    max_days: int = -1
    warn_days: int = -1
    inactive_days: int = -1
    expires: int = -1

    @property
    def days(self) -> tuple[int, ...]:
        """All its numbers, in the order of the file."""
        return (
            self.last_change,
            self.min_days,
            self.max_days,
            self.warn_days,
            self.inactive_days,
            self.expires,
        )


class FileStatus(Record):
    """What lies at a path: its kind, permission bits, owner, size, and time of its last change."""

    kind: str
    """`file`, `directory`, `link`, `character`, `block`, `fifo` or `socket`."""

    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    size: int = 0
    modified: float = 0.0


class LocalTime(Record):
    """What a clock on the wall shows; ``weekday`` counts from Monday, which is 0."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    weekday: int


class Failure(Record):
    """One failed attempt: when (seconds since 1970), from where, and whether it still counts."""

    when: float
    source: str
    valid: bool = True


class World(Record, eq=False):
    """Everything outside, as one value that is handed in."""

    accounts: Accounts
    credentials: Credentials
    hashing: Hashing
    clock: Clock
    tallies: Tallies
    files: Files
    process: Process
    network: Network
    random: Randomness
    log: Log
