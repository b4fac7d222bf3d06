"""Protocols for everything outside: accounts, credentials, clock, tallies, files, randomness.

Modules see these and nothing else; `stores` serves them from the system, `testing` from
memory.  Every path goes through the root of the world.
"""

from __future__ import annotations

from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol

    from pamkit.formats.faillock_tally import Failure
    from pamkit.module.keys import Keys
    from pamkit.module.local_sockets import LocalSockets
    from pamkit.module.mounts import Mounts
    from pamkit.module.security_contexts import Contexts
    from pamkit.module.terminal_filter import TerminalFilters

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

        def groups_of(self, name: str, gid: int | None = None) -> tuple[int, ...]:
            """Return the numbers of all groups of a user, the primary one first.

            Whoever has the account at hand gives its ``gid``, and it is not looked up again.
            """

        def in_netgroup(
            self, netgroup: str, *, host: str | None, user: str | None, domain: str | None = ...
        ) -> bool:
            """Whether a host and user, in a NIS domain, belong to a netgroup; `None` is any."""

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

        def group_shadow(self, name: str) -> GroupShadow | None:
            """Return a group's entry; `None` if there is none; `PermissionError` as `shadow`."""

        def history(self, name: str, *, file: str = ...) -> tuple[str, ...] | None:
            """Return the remembered hashes, newest last; `None` if no history is kept.

            ``file`` is where, unless in `/etc/security/opasswd`; `OSError` if it cannot be read.
            """

        def remember(
            self,
            name: str,
            uid: int,
            hashed: Secret,
            *,
            keep: int,
            file: str = ...,
            create: bool = ...,
            backup: Callable[[OSError], object] | None = ...,
        ) -> bool:
            """Add a hash to the history; return whether one is kept.  Needs the lock.

            A hash that is the newest already is not added again.  ``create``: begin a history
            if none is kept.  ``backup``: keep the file as it was beside it, and be told if that
            fails.  `OSError` for any other failure, and then nothing is changed.
            """

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
        """Failed logins counted per user, across transactions and processes."""

        def hold(self, directory: str, user: str, uid: int, *, create: bool) -> Tally:
            """Return the tally that a directory has of a user; nobody else has it meanwhile.

            It is a context manager, and is given back when that is left.  `FileNotFoundError` if
            there is none, unless ``create``; then a new one belongs to ``uid``.
            `BlockingIOError` if another has it: try again after a while.  Any other `OSError` if
            it cannot be had.
            """

        def look(self, directory: str, user: str) -> tuple[Failure, ...]:
            """Return what is on record, and change nothing; `OSError` as `hold` has it."""

    class Tally(AbstractContextManager["Tally"], Protocol):
        """The failed logins of one user, as long as they are held."""

        def failures(self) -> tuple[Failure, ...]:
            """Return what is on record; `OSError` if it cannot be read."""

        def record(self, failures: Sequence[Failure], at: int) -> None:
            """Put these on record, of which the one ``at`` is new.

            At any moment, even if the process dies, what counts is as it was or as it is to be.
            `OSError` if it cannot be, and then it is as it was.
            """

        def clear(self) -> None:
            """Forget all failures; `OSError` if that cannot be."""

    class Timestamps(Protocol):
        """Stamps of who gave a secret lately, in directories that root alone can change."""

        def enter(self, directory: str) -> Stamps:
            """Return the stamps in a directory, which need not be there; a context manager.

            Any `OSError` has in ``strerror`` what is wrong with the directory or one above it, in
            the words of the C module.
            """

        def key(self, *, create: bool) -> Secret:
            """Return the key that all stamps are made with; ``create``: make it if there is none.

            `FileNotFoundError` if there is none; `BlockingIOError` if somebody else is just
            making it; another `OSError` if it cannot be read, or is not root's alone.
            """

    class Stamps(AbstractContextManager["Stamps"], Protocol):
        """The stamps in a directory; ``owner`` is who asks, ``file`` names one of their stamps.

        `formats.stamp_name.NotRootsAlone`, an `OSError`, if the owner's directory is not.
        """

        def read(self, owner: str, file: str) -> tuple[FileStatus, bytes]:
            """Return a stamp's status and bytes; none if it is no regular file; or `OSError`."""

        def prepare(self, owner: str) -> None:
            """Make the directories that are not there; `OSError` with the path if that fails."""

        def write(self, owner: str, file: str, data: bytes) -> None:
            """Put a stamp in the place of what is there, whole or not at all.

            `BlockingIOError` if somebody else is writing it; another `OSError` if it cannot be.
            """

        def remove(self, owner: str, file: str) -> None:
            """Remove a stamp; `FileNotFoundError` if there is none, or another `OSError`."""

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

        def is_open_to_all(self, path: str) -> bool:
            """Whether every user may read the regular file at the path, as far as can be told.

            And nobody but root can make it another one: so whoever reads it need not be the user
            that it is read for.  No link leads to it.  No is also: nobody can tell.
            """

        def runnable(self, path: str) -> bool:
            """Whether a program at the path can be run by this process."""

        def replace(self, path: str, data: bytes, *, mode: int) -> None:
            """Put a file in the place of what is there, whole or not at all.

            It belongs to the process, with the permission bits ``mode`` whatever the umask says;
            a link is replaced, not followed.  `BlockingIOError` if somebody else is just doing
            that; another `OSError` if it cannot be, and then nothing is changed.
            """

        def new(self, directory: str, start: str) -> str:
            """Make an empty file that was not there; return its path.

            Its name is ``start`` and six letters or digits that nobody can foresee; only whoever
            made it may read and write it.  `OSError` if it cannot be.
            """

        def remove(self, path: str) -> None:
            """Remove what lies at a path, a link itself, but no directory; or `OSError`."""

        def drop_to(self, account: Account) -> AbstractContextManager[None]:
            """Touch files as this user for a while; `PermissionError` if that is not possible."""

    class Homes(Protocol):
        """Home directories that are not there yet."""

        def make(
            self, account: Account, *, skeletons: tuple[str, ...], mode: int, mask: int
        ) -> None:
            """Make the home of an account, and what is missing of the way there, and fill it.

            It gets copies of what lies in ``skeletons``, of which the first counts most; files
            with the permission bits ``mask`` taken away, the home itself with the bits ``mode``.
            `FileExistsError` if something lies there; another `OSError`, in ``strerror`` what is
            wrong in the words of the C helper; then there may be part of a home.
            """

    class Process(Protocol):
        """The process that runs the transaction."""

        def uid(self) -> int:
            """Return the real user number."""

        def euid(self) -> int:
            """Return the effective user number."""

        def groups(self) -> tuple[int, ...]:
            """Return the numbers of the groups that the process has beside its own."""

        def set_groups(self, groups: tuple[int, ...]) -> None:
            """Give all threads of the process these groups instead; `OSError` if it may not."""

        def limit(self, resource: int) -> tuple[int, int] | None:
            """Return the soft and hard limit of a resource, a number of `getrlimit(2)`.

            `None` if the kernel has no such limit; `OSError` if it cannot be told.
            """

        def set_limit(self, resource: int, soft: int, hard: int) -> None:
            """Give the process other limits; `OSError` if they cannot be had."""

        def priority(self) -> int:
            """Return how nice the process is, from -20 to 19; `OSError` if it cannot be told."""

        def set_priority(self, nice: int) -> None:
            """Make the process more or less nice; `OSError` if it may not be."""

        def set_umask(self, mask: int) -> int:
            """Take other permission bits away from new files; return which were taken before."""

        def forbid_new_privileges(self) -> None:
            """See to it that no program gives this thread more rights; `OSError` if it fails."""

        def change_root(self, path: str) -> None:
            """Make a directory the root of the process, and go there; `OSError` if it fails."""

        def change_directory(self, path: str) -> None:
            """Go to a directory; `OSError` if it fails."""

        def number(self) -> int:
            """Return the number of the process itself."""

        def variable(self, name: str) -> str | None:
            """Return a variable of the process's own environment; whoever started it chose it."""

        def set_variable(self, name: str, value: str | None) -> None:
            """Change that, or with `None` remove it; `OSError` if it cannot be."""

        def is_running(self, number: int) -> bool:
            """Whether there is a process of that number; in doubt there is."""

        def directory(self) -> str:
            """Return where the process is: what relative paths count from."""

        def login_name(self) -> str:
            """Return who logged in on the terminal, or `""`: for logs, never for decisions."""

        def terminal(self, descriptor: int = ...) -> str:
            """Return the name of the terminal on standard input, or `""`.

            ``descriptor``: on standard output (1) or standard error (2) instead.
            """

        def host_name(self) -> str:
            """Return the name of this machine."""

        def domain_name(self) -> str:
            """Return the NIS domain of this machine, or `""`; `OSError` if it cannot be told."""

        def machine(self) -> Machine:
            """Return what uname(2) says."""

    class Network(Protocol):
        """What the machine knows of other machines."""

        def addresses(self, host: str) -> tuple[str, ...]:
            """Return the addresses of a host, by name or number, as numbers in text.

            `getaddrinfo(3)`: may ask the DNS, and wait for it.  `FileNotFoundError` if there is
            no such host, or it has no address; another `OSError` if that cannot be told, with
            the reason in words.
            """

    class Quality(Protocol):
        """Somebody else's judgement of new passwords: libpwquality, where there is one."""

        def check(
            self, settings: tuple[str, ...], new: Secret, old: Secret | None, user: str
        ) -> tuple[int, str] | None:
            """Return a score from 0 to 100, or a negative code and what is wrong in words.

            ``settings`` are words `name=value` of pwquality.conf(5).  `None` if nobody can judge
            here: the caller's own rules must.
            """

    class Databases(Protocol):
        """Databases of users who need not be users of the system.

        ``path`` is what a policy names, without a suffix.  Every function raises
        `BlockingIOError` while somebody else writes, and another `OSError`, with words, if there
        is no such database, or it is damaged, or of a kind that is not read.
        """

        def find(self, path: str, name: str) -> DatabaseUser:
            """Return what it has of a name."""

        def endings(self, path: str, start: str) -> tuple[Secret, ...]:
            """Return what is behind ``start`` in each key that begins with it."""

        def change(self, path: str, name: str, *, old: Secret, new: Secret, now: float) -> bool:
            """Put a hash in the place of ``old``; return whether that was still there.

            `OSError` (`ENOTSUP`) for a database that is only read.
            """

    class SingleLogins(Protocol):
        """Users who may be logged in only once at a time, and whose processes end with that."""

        def running(self, uid: int) -> tuple[int, ...]:
            """Return the processes of a user, without this one; `OSError` if none can tell."""

        def hold(self, uid: int) -> SingleLogin:
            """Return the user's only login; nobody else can have one before it ends.

            `BlockingIOError` if somebody has; another `OSError` if it cannot be had.
            """

    class SingleLogin(Protocol):
        """The only login of a user, until it ends."""

        @property
        def number(self) -> int:
            """What it is called in the log: the descriptor of its lock."""

        def end(self, told: Callable[[int], object]) -> tuple[int, ...]:
            """Kill what the user runs, but nothing of root's and never this process.

            Then the next login may come.  ``told`` gets the number of each process before it is
            killed; returned are those that would not go.  `OSError` if they cannot be found.
            """

    class LoginFiles(Protocol):
        """Files of login records, which every program that logs somebody in writes as well."""

        def machine(self) -> str:
            """Return the kind of machine whose programs write the files, as uname(2) names it."""

        def hold(
            self, path: str, *, start: int = ..., length: int = ..., create: int | None = ...
        ) -> HeldFile:
            """Return a file; nobody else writes it, or that part of it, meanwhile.

            It is a context manager, and is given back when that is left.  ``create``: the mode of
            a new file, if it is to be made.  `FileNotFoundError` if there is none,
            `BlockingIOError` if another has it: try again after a while.  Any other `OSError` if
            it cannot be had, or is no regular file.
            """

        def read(
            self, path: str, at: int, size: int, *, waits: bool = ..., to_write: bool = ...
        ) -> bytes:
            """Return bytes of a file, fewer only at its end; `OSError` as `hold` has it.

            ``waits`` false: also while another holds it, who may be in the middle of writing.
            ``to_write``: an `OSError` too if the file cannot be written.
            """

        def change(
            self, path: str, create: str, statement: str, values: tuple[bytes | int | None, ...]
        ) -> tuple[bytes | int | None, ...] | None:
            """Carry out a statement on an SQLite file, which is made if it is not there.

            ``create`` is a statement that goes before.  Returns the first row, if there is one.
            `OSError` as `hold` has it; `PermissionError` for root where others could lay a journal
            beside the file.
            """

        def look(
            self, path: str, statement: str, values: tuple[bytes | int | None, ...]
        ) -> tuple[bytes | int | None, ...] | None:
            """Return the first row that a statement finds in an SQLite file, if there is one.

            Nothing is changed, and no file made: `FileNotFoundError` if there is none; otherwise
            `OSError` as `hold` has it.
            """

    class HeldFile(AbstractContextManager["HeldFile"], Protocol):
        """A file of login records, as long as it is held; each method may raise `OSError`."""

        def size(self) -> int:
            """Return how many bytes it has."""

        def is_open_to_all(self) -> bool:
            """Whether any user may read or write it."""

        def read(self, at: int, size: int) -> bytes:
            """Return the bytes at a place, fewer only at the file's end."""

        def write(self, at: int, data: bytes) -> None:
            """Write over what is there."""

        def append(self, at: int, data: bytes) -> None:
            """Write at the file's end, all of it, or it raises and the file ends at ``at``."""

    class Audit(Protocol):
        """The kernel's audit, for those who must account for what happens on a machine."""

        def write(
            self,
            kind: int,
            op: str,
            *,
            user: str | None,
            host: str | None,
            tty: str | None,
            granted: bool,
        ) -> bool:
            """Write a record of a kind of `libaudit.h`; return whether there is one now.

            There is none where the kernel keeps none, or this process may not write any.  ``user``
            is the account it is about; `None` leaves accounts out of it.  The kind `USER_AVC` has
            what SELinux says as ``op``, and no ``granted``.  Without ``host`` or ``tty`` those
            of the process are taken.  `OSError` if the record is lost, with the function of C that
            failed as its file name.
            """

        def collector(self) -> int:
            """Return the number of the process that takes the records; 0 if there is none.

            `OSError` if it cannot be told; with `socket` as its file name if there is no audit.
            """

        def terminal(self) -> tuple[int, int]:
            """Return whether input from terminals is recorded, and whether passwords are: 0 or 1.

            It is about this process, and those it starts.  `OSError` as `collector`.
            """

        def set_terminal(self, *, enabled: int, passwords: int) -> None:
            """Change that; `OSError` as `collector`."""

    class Identity(Protocol):
        """Who the calling thread is to the kernel; other threads are not touched."""

        def user_ids(self) -> tuple[int, int, int]:
            """Return real, effective and saved user."""

        def group_ids(self) -> tuple[int, int, int]:
            """Return real, effective and saved group."""

        def set_user_ids(self, real: int, effective: int, saved: int) -> None:
            """Be these users; `OSError` if that fails."""

        def set_group_ids(self, real: int, effective: int, saved: int) -> None:
            """Be these groups; `OSError` if that fails."""

        def login_uid(self) -> int:
            """Return who logged in to the process, as audit has it; 0xFFFFFFFF: nobody yet.

            `OSError` if it may not be read and changed; `FileNotFoundError` if the kernel has none.
            """

        def set_login_uid(self, uid: int) -> None:
            """Say who logged in; `OSError` if the kernel does not take it."""

    class Keyrings(Keys, Protocol):
        """The keyrings of the calling thread (`keyrings(7)`); all raise `OSError`."""

        def session(self) -> int:
            """Return the number of the session keyring."""

        def user_session(self) -> int:
            """Return the number of the session keyring that the real user has without a login."""

        def start_session(self) -> int:
            """Begin a session keyring, which is the real user's; return its number."""

        def link_user(self) -> None:
            """Put the real user's keyring into the session keyring."""

        def revoke(self, keyring: int) -> None:
            """Make a keyring unusable for everybody."""

    class Quotas(Protocol):
        """What users may take of the file systems on block devices."""

        def find(self, device: str, uid: int) -> Quota:
            """Return a user's quota; `OSError` if it cannot be told, or the device keeps none."""

        def change(self, device: str, uid: int, quota: Quota, *, which: frozenset[str]) -> None:
            """Change the fields of a user's quota that ``which`` names; `OSError` if that fails.

            The two of space belong together, and the two of files.
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


class GroupShadow(Record):
    """One line of gshadow(5): the hash, who may change the group, and who is in it."""

    name: str
    hashed: Secret
    administrators: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class DatabaseUser(Record):
    """What a database has of a name: a hash or a password; `None` if it knows no such user.

    ``is_managed``: it is one of pamkit's own files, where all are hashes and users can be locked,
    or end at ``expires`` (seconds since 1970).
    """

    stored: Secret | None
    is_managed: bool = False
    is_locked: bool = False
    expires: int | None = None


class FileStatus(Record):
    """What lies at a path: its kind, permission bits, owner, size, and time of its last change.

    ``links`` counts the names it has; ``accessed`` is when it was last read.
    """

    kind: str
    """`file`, `directory`, `link`, `character`, `block`, `fifo` or `socket`."""

    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    size: int = 0
    modified: float = 0.0
    links: int = 1
    accessed: float = 0.0
    device: tuple[int, int] = (0, 0)
    """Major and minor number of the device that it is, if it is one."""


class Machine(Record):
    """This machine, as uname(2) has it: `Linux`, `6.1.0-13-amd64`, `#1 SMP ...`, `x86_64`."""

    system: str
    name: str
    release: str
    version: str
    architecture: str


class Quota(Record):
    """What a user may take of a file system, in blocks of 1024 bytes, and files; 0: any number.

    Above the soft limit one may be until a time, in seconds since 1970.
    """

    block_soft: int = 0
    block_hard: int = 0
    file_soft: int = 0
    file_hard: int = 0
    block_time: int = 0
    file_time: int = 0


class LocalTime(Record):
    """What a clock on the wall shows; ``weekday`` counts from Monday, which is 0.

    ``zone`` is the short name of its time zone, `CET`.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    weekday: int
    zone: str = ""


class World(Record, eq=False):
    """Everything outside, as one value that is handed in."""

    accounts: Accounts
    credentials: Credentials
    hashing: Hashing
    clock: Clock
    tallies: Tallies
    timestamps: Timestamps
    files: Files
    homes: Homes
    process: Process
    network: Network
    quality: Quality
    databases: Databases
    single_logins: SingleLogins
    login_files: LoginFiles
    audit: Audit
    identity: Identity
    keyrings: Keyrings
    quotas: Quotas
    terminal_filters: TerminalFilters
    mounts: Mounts
    contexts: Contexts
    local_sockets: LocalSockets
    random: Randomness
    log: Log
