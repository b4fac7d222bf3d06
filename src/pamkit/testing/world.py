"""A world in memory: accounts, credentials, clock, files and log that a test can look into."""

from __future__ import annotations

from pamkit.module.world import (
    MAX_FILE,
    Account,
    DatabaseUser,
    FileStatus,
    Group,
    GroupShadow,
    LocalTime,
    Machine,
    Shadow,
    World,
)
from pamkit.testing.kernel import MemoryIdentity, MemoryKeyrings, MemoryQuotas
from pamkit.testing.local_sockets import MemorySockets
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.mounts import MemoryMounts
from pamkit.testing.security_contexts import MemoryContexts
from pamkit.testing.terminal_filters import MemoryTerminalFilters
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pamkit.formats.faillock_tally import Failure
    from pamkit.module.program import Finished, Run
    from pamkit.module.registry import Module

# `errno` would be one import more than a transaction in memory needs.
_EPERM, _ENOENT, _EAGAIN, _EACCES, _EINVAL, _EFBIG, _ENOTSUP = 1, 2, 11, 13, 22, 27, 95


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

    def groups_of(self, name: str) -> tuple[int, ...]:
        """Return the numbers of a user's groups, the primary one first."""
        self._look()
        user = self.users.get(name)
        primary = () if user is None else (user.gid,)
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


class Held:
    """The lock of the credentials, as a context manager."""

    def __init__(self, owner: MemoryCredentials) -> None:
        """Lock ``owner``."""
        self._owner = owner

    def __enter__(self) -> None:
        """Take the lock; `BlockingIOError` if the test says that another has it."""
        if self._owner.busy:
            raise BlockingIOError("another process holds the lock")
        self._owner.locked = True

    def __exit__(self, *_: object) -> None:
        """Give the lock back."""
        self._owner.locked = False


class MemoryCredentials:
    """Shadow entries in a mapping."""

    def __init__(self, entries: Iterable[Shadow] = (), *, readable: bool = True) -> None:
        """Serve these entries; with ``readable`` false, as to an ordinary user: not at all."""
        self.entries = {entry.name: entry for entry in entries}
        self.readable = readable
        self.busy = False
        self.locked = False
        self.remembered: dict[str, list[str]] | None = None
        """The history of hashes by user; `None`: no history is kept."""
        self.history_file = ""
        """Where the history was looked for or written last; `""` is the usual place."""
        self.fault: OSError | None = None
        """Raised by everything that touches the history."""
        self.groups: dict[str, GroupShadow] = {}

    def shadow(self, name: str) -> Shadow | None:
        """Return an entry; `PermissionError` if it may not be read."""
        if not self.readable:
            raise PermissionError("the shadow file may not be read")
        return self.entries.get(name)

    def lock(self) -> Held:
        """Hold the lock of the account files."""
        return Held(self)

    def change(self, name: str, hashed: Secret, *, last_change: int) -> bool:
        """Store a new hash; the lock must be held."""
        assert self.locked, "a password is changed without the lock"  # noqa: S101  # a test double
        if name not in self.entries:
            return False
        self.entries[name] = self.entries[name].changed(hashed=hashed, last_change=last_change)
        return True

    def group_shadow(self, name: str) -> GroupShadow | None:
        """Return a group's entry; `PermissionError` if it may not be read."""
        if not self.readable:
            raise PermissionError("the shadow file may not be read")
        return self.groups.get(name)

    def history(self, name: str, *, file: str = "") -> tuple[str, ...] | None:
        """Return the remembered hashes, newest last; ``file`` is noted."""
        self.history_file = file
        if self.fault is not None:
            raise self.fault
        return None if self.remembered is None else tuple(self.remembered.get(name, ()))

    def remember(
        self,
        name: str,
        uid: int,
        hashed: Secret,
        *,
        keep: int,
        file: str = "",
        create: bool = False,
        backup: Callable[[OSError], object] | None = None,
    ) -> bool:
        """Add a hash to the history; the lock must be held.  There are no backups."""
        assert self.locked, "history is written without the lock"  # noqa: S101  # a test double
        self.history_file = file
        if self.fault is not None:
            raise self.fault
        if self.remembered is None:
            if not create:
                return False
            self.remembered = {}
        text = hashed.expose().decode()
        before = self.remembered.get(name, [])
        added = before if before[-1:] == [text] else [*before, text]
        self.remembered[name] = added[-keep:] if keep else []
        return True


class PlainHashing:
    """A hash scheme for tests: fast, and wrong for anything else.

    ``setting`` gives `$plain$scheme$`; ``crypt`` appends the reversed token.
    """

    def setting(self, scheme: str, rounds: int | None) -> str | None:
        """Return a salt that names the scheme."""
        return f"$plain${scheme}{'' if rounds is None else rounds}$"

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash of a token under a setting or an earlier hash."""
        parts = setting.split("$")
        if len(parts) < 4 or parts[1] != "plain":
            return None
        return f"$plain${parts[2]}${token.hex()[::-1]}"


def plain_hash(password: str) -> Secret:
    """Return what `PlainHashing` makes of a password."""
    made = PlainHashing().crypt(password.encode("utf-8", "surrogateescape"), "$plain$x$")
    return Secret(made or "")


class StoppedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        """Stop at ``now``, in seconds since 1970."""
        self.time = now

    def now(self) -> float:
        """Return the time it was stopped at."""
        return self.time

    def local(self, when: float) -> LocalTime:
        """Return the time of a place where the clock on the wall shows UTC."""
        days, seconds = divmod(int(when), 86400)
        year, month, day = _date(days)
        hour, minute = divmod(seconds // 60, 60)
        weekday = (days + 3) % 7
        return LocalTime(year, month, day, hour, minute, seconds % 60, weekday, "UTC")


class MemoryTally:
    """The failures of one user, held."""

    def __init__(self, tallies: MemoryTallies, place: tuple[str, str]) -> None:
        """Hold what ``tallies`` have at a place: directory and user."""
        self._tallies, self._place = tallies, place

    def failures(self) -> tuple[Failure, ...]:
        """Return what is on record; the fault that the test wants is raised."""
        self._tallies.fail("failures")
        return self._tallies.kept[self._place]

    def record(self, failures: Sequence[Failure], at: int) -> None:
        """Put failures on record; the fault that the test wants is raised."""
        self._tallies.fail("record")
        self._tallies.kept[self._place] = tuple(failures)

    def clear(self) -> None:
        """Forget all failures; the fault that the test wants is raised."""
        self._tallies.fail("clear")
        self._tallies.kept[self._place] = ()

    def __enter__(self) -> MemoryTally:
        """Use the tally."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._tallies.held.remove(self._place)


class MemoryTallies:
    """Failures in a mapping from directory and user."""

    def __init__(self) -> None:
        """Start without a failure."""
        self.kept: dict[tuple[str, str], tuple[Failure, ...]] = {}
        self.held: list[tuple[str, str]] = []
        self.busy = 0
        """So many times more another has the tally that is asked for."""
        self.faults: dict[str, OSError] = {}
        """What `hold`, `look`, `failures`, `record` and `clear` raise."""

    def hold(self, directory: str, user: str, uid: int, *, create: bool) -> MemoryTally:
        """Return a user's tally; the owner is nobody's concern."""
        self.fail("hold")
        place = (directory, user)
        if self.busy or place in self.held:
            self.busy = max(0, self.busy - 1)
            raise BlockingIOError("another has the tally")
        if create:
            self.kept.setdefault(place, ())
        if place not in self.kept:
            raise FileNotFoundError(_ENOENT, "no such file", user)
        self.held.append(place)
        return MemoryTally(self, place)

    def look(self, directory: str, user: str) -> tuple[Failure, ...]:
        """Return what is on record."""
        self.fail("look")
        if (directory, user) not in self.kept:
            raise FileNotFoundError(_ENOENT, "no such file", user)
        return self.kept[directory, user]

    def fail(self, step: str) -> None:
        """Raise the fault that the test wants of a step, if any."""
        if step in self.faults:
            raise self.faults[step]


class MemoryStamps:
    """The stamps in a directory; every directory is there."""

    def __init__(self, timestamps: MemoryTimestamps, directory: str) -> None:
        """Serve those of ``timestamps`` in a directory."""
        self._all, self._directory = timestamps, directory

    def read(self, owner: str, file: str) -> tuple[FileStatus, bytes]:
        """Return a stamp; the fault that the test wants is raised."""
        self._all.fail("read")
        path = self._path(owner, file)
        if path not in self._all.stamps:
            raise FileNotFoundError(_ENOENT, "No such file or directory")
        data = self._all.stamps[path]
        return self._all.statuses.get(path, FileStatus("file", 0o600, size=len(data))), data

    def prepare(self, owner: str) -> None:
        """Do nothing but raise the fault that the test wants."""
        self._all.fail("prepare")

    def write(self, owner: str, file: str, data: bytes) -> None:
        """Keep a stamp; the fault that the test wants is raised."""
        self._all.fail("write")
        self._all.stamps[self._path(owner, file)] = data

    def remove(self, owner: str, file: str) -> None:
        """Forget a stamp; the fault that the test wants is raised."""
        self._all.fail("remove")
        if self._all.stamps.pop(self._path(owner, file), None) is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory")

    def _path(self, owner: str, file: str) -> str:
        return f"{self._directory}/{owner}/{file}"

    def __enter__(self) -> MemoryStamps:
        """Use the directory."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it."""


class MemoryTimestamps:
    """Stamps in a mapping from their paths."""

    def __init__(self) -> None:
        """Start without stamps, with a key."""
        self.stamps: dict[str, bytes] = {}
        self.statuses: dict[str, FileStatus] = {}
        """What lies at a path, where it is no ordinary file of root's."""
        self.secret: Secret | None = Secret(b"k" * 64)
        """The key; `None`: there is none."""
        self.faults: dict[str, OSError] = {}
        """What `enter`, `key`, `read`, `prepare`, `write` and `remove` raise."""
        self.busy = 0
        """So many times more another is writing."""

    def enter(self, directory: str) -> MemoryStamps:
        """Return the stamps in a directory."""
        self.fail("enter")
        return MemoryStamps(self, directory)

    def key(self, *, create: bool) -> Secret:
        """Return the key, or make one."""
        self.fail("key")
        if self.secret is None:
            if not create:
                raise FileNotFoundError(_ENOENT, "No such file or directory")
            self.secret = Secret(b"n" * 64)
        return Secret(self.secret)

    def fail(self, step: str) -> None:
        """Raise the fault that the test wants of a step, if any."""
        if step == "write" and self.busy:
            self.busy -= 1
            raise BlockingIOError(_EAGAIN, "another is writing")
        if step in self.faults:
            raise self.faults[step]


class Dropped:
    """File access as another user, noted for the test."""

    def __init__(self, files: MemoryFiles, account: Account) -> None:
        """Act as ``account``."""
        self._files, self._account = files, account

    def __enter__(self) -> None:
        """Become the user."""
        self._files.acting_as = self._account.name

    def __exit__(self, *_: object) -> None:
        """Become oneself again."""
        self._files.acting_as = ""


class MemoryFiles:
    """Files in a mapping; a value that is an exception is raised when the file is read."""

    def __init__(self, files: Mapping[str, bytes | str | OSError] | None = None) -> None:
        """Serve these files; texts are encoded as UTF-8."""
        self.files: dict[str, bytes | OSError] = {
            path: data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
            for path, data in (files or {}).items()
        }
        self.programs: set[str] = set()
        self.statuses: dict[str, FileStatus] = {}
        """What lies at a path, where it is no ordinary file."""
        self.acting_as = ""
        self.read_by: list[tuple[str, str]] = []
        """Path and user (`""`: oneself) of each read."""
        self.made: list[tuple[str, str]] = []
        """Path and user of each new file, as in ``read_by``."""
        self.removed: list[tuple[str, str]] = []
        self.replaced: dict[str, int] = {}
        """The permission bits of files that were replaced."""

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return a file's bytes; `FileNotFoundError` or the exception that lies there."""
        self.read_by.append((path, self.acting_as))
        data = self.files.get(path)
        if data is None:
            raise FileNotFoundError(_ENOENT, "no such file", path)
        if isinstance(data, OSError):
            raise data
        if len(data) > limit:
            raise OSError(_EFBIG, f"the file has more than {limit} bytes", path)
        return data

    def read_with_status(
        self, path: str, *, follow: bool = True, limit: int = MAX_FILE
    ) -> tuple[FileStatus, bytes]:
        """Return a file's status and bytes; the exception that lies there is raised."""
        status = self.status(path, follow=follow)
        return status, self.read(path, limit=limit) if status.kind == "file" else b""

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        """Return the status that was put into ``statuses``, or that of an ordinary file."""
        if path in self.statuses:
            return self.statuses[path]
        if path not in self.files and any(name.startswith(f"{path}/") for name in self.files):
            return FileStatus("directory", 0o755)
        data = self.files.get(path)
        if data is None:
            raise FileNotFoundError(_ENOENT, "no such file", path)
        return FileStatus("file", size=0 if isinstance(data, OSError) else len(data))

    def names(self, path: str) -> tuple[str, ...]:
        """Return the names of files that lie in a directory, sorted."""
        place = path.rstrip("/") + "/"
        below = [name for name in self.files if name.startswith(place)]
        found = {name[len(place) :].partition("/")[0] for name in below}
        if not found:
            raise FileNotFoundError(_ENOENT, "no such directory", path)
        return tuple(sorted(found))

    def exists(self, path: str) -> bool:
        """Whether something lies at the path."""
        return path in self.files

    def runnable(self, path: str) -> bool:
        """Whether the path is one of ``programs``."""
        return path in self.programs

    def replace(self, path: str, data: bytes, *, mode: int) -> None:
        """Put a file in the place of another; an exception that lies there is raised."""
        there = self.files.get(path)
        if isinstance(there, OSError):
            raise there
        self.files[path], self.replaced[path] = data, mode

    def new(self, directory: str, start: str) -> str:
        """Make an empty file; an exception that lies at the directory is raised."""
        there = self.files.get(directory)
        if isinstance(there, OSError):
            raise there
        path = f"{directory}/{start}{len(self.made):06d}"
        self.files[path] = b""
        self.made.append((path, self.acting_as))
        return path

    def remove(self, path: str) -> None:
        """Forget a file; an exception that lies there is raised."""
        there = self.files.get(path)
        if isinstance(there, OSError):
            raise there
        if there is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        del self.files[path]
        self.removed.append((path, self.acting_as))

    def drop_to(self, account: Account) -> Dropped:
        """Read files as another user for a while."""
        return Dropped(self, account)


class MemoryHomes:
    """Homes that were made, by path: skeletons, permission bits, mask and owner."""

    def __init__(self, files: MemoryFiles) -> None:
        """Put homes among ``files``."""
        self._files = files
        self.made: dict[str, tuple[tuple[str, ...], int, int, int, int]] = {}
        self.fault: OSError | None = None
        """What is raised instead of making one."""

    def make(self, account: Account, *, skeletons: tuple[str, ...], mode: int, mask: int) -> None:
        """Note a home, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.made[account.home] = skeletons, mode, mask, account.uid, account.gid
        self._files.statuses[account.home] = FileStatus("directory", mode, account.uid, account.gid)


class StandInProcess:
    """The process, as the test wants it to be."""

    def __init__(
        self,
        *,
        uid: int = 0,
        euid: int | None = None,
        login_name: str = "",
        terminal: str = "",
        host_name: str = "here",
        domain_name: str = "",
        groups: tuple[int, ...] = (),
        output: str = "",
        limits: Mapping[int, tuple[int, int]] | None = None,
        running: Iterable[int] = (),
    ) -> None:
        """Be this process; ``limits`` are by resource, ``running`` are processes that exist."""
        unlimited = (1 << 64) - 1
        self.limits = dict.fromkeys(range(16), (unlimited, unlimited))
        self.limits = self.limits if limits is None else dict(limits)
        self.running = set(running)
        self.nice = 0
        self.umask = 0o022
        self.root = "/"
        self.may_gain = True
        """Whether programs can give the process more rights."""
        self.variables: dict[str, str] = {}
        """The process's own environment."""
        self.faults: dict[str, OSError] = {}
        """What is raised instead of a limit, `limit` or its number, or another change, by name."""
        self._groups = groups
        self._output = output
        self._domain_name = domain_name
        self._uid, self._euid = uid, uid if euid is None else euid
        self._login_name, self._terminal, self._host_name = login_name, terminal, host_name

    def uid(self) -> int:
        """Return the real user number."""
        return self._uid

    def euid(self) -> int:
        """Return the effective user number."""
        return self._euid

    def groups(self) -> tuple[int, ...]:
        """Return the groups of the process."""
        return self._groups

    def set_groups(self, groups: tuple[int, ...]) -> None:
        """Change the groups; `PermissionError` unless the process is root's."""
        if self._euid:
            raise PermissionError(_EPERM, "Operation not permitted")
        self._groups = groups

    def limit(self, resource: int) -> tuple[int, int] | None:
        """Return a limit; `None` for one that was not given."""
        self._fail("limit")
        return self.limits.get(resource)

    def set_limit(self, resource: int, soft: int, hard: int) -> None:
        """Change a limit; only root may raise the hard one."""
        self._fail(str(resource))
        if soft > hard:
            raise OSError(_EINVAL, "Invalid argument")
        if self._euid and hard > self.limits[resource][1]:
            raise PermissionError(_EPERM, "Operation not permitted")
        self.limits[resource] = soft, hard

    def priority(self) -> int:
        """Return how nice the process is."""
        return self.nice

    def set_priority(self, nice: int) -> None:
        """Change that; only root may make it less nice."""
        self._fail("set_priority")
        if self._euid and nice < self.nice:
            raise PermissionError(_EACCES, "Permission denied")
        self.nice = max(-20, min(nice, 19))

    def set_umask(self, mask: int) -> int:
        """Change the umask; return the one before."""
        self._fail("set_umask")
        before, self.umask = self.umask, mask & 0o777
        return before

    def forbid_new_privileges(self) -> None:
        """Note that."""
        self._fail("forbid_new_privileges")
        self.may_gain = False

    def change_root(self, path: str) -> None:
        """Note the new root."""
        self._fail("change_root")
        if self._euid:
            raise PermissionError(_EPERM, "Operation not permitted")
        self.root = path

    def number(self) -> int:
        """Return the number of the process."""
        return 4321

    def variable(self, name: str) -> str | None:
        """Return one of ``variables``."""
        return self.variables.get(name)

    def set_variable(self, name: str, value: str | None) -> None:
        """Change one of ``variables``."""
        self._fail("set_variable")
        self.variables.pop(name, None)
        if value is not None:
            self.variables[name] = value

    def is_running(self, number: int) -> bool:
        """Whether the process is one of ``running``."""
        return number in self.running

    def _fail(self, what: str) -> None:
        if what in self.faults:
            raise self.faults[what]

    def directory(self) -> str:
        """Return where the process is."""
        return "/"

    def login_name(self) -> str:
        """Return who logged in on the terminal."""
        return self._login_name

    def terminal(self, descriptor: int = 0) -> str:
        """Return the terminal on standard input, or on standard output; no other has one."""
        return {0: self._terminal, 1: self._output}.get(descriptor, "")

    def host_name(self) -> str:
        """Return the name of the machine."""
        return self._host_name

    def domain_name(self) -> str:
        """Return the NIS domain of the machine."""
        return self._domain_name

    def machine(self) -> Machine:
        """Return a machine of this name."""
        return Machine("Linux", self._host_name, "6.1.0", "#1 SMP", "x86_64")


class MemoryNetwork:
    """Addresses of hosts in a mapping; a value that is an exception is raised."""

    def __init__(self, hosts: Mapping[str, tuple[str, ...] | OSError] | None = None) -> None:
        """Know these hosts by name, and every host by its number."""
        self.hosts = dict(hosts or {})
        self.asked: list[str] = []
        """The names that were looked up, in order."""

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return a host's addresses; `FileNotFoundError` for a name that is not known."""
        self.asked.append(host)
        found = self.hosts.get(host)
        if isinstance(found, OSError):
            raise found
        if found is None and (":" in host or host.replace(".", "").isdigit()):
            return (host,)
        if not found:
            raise FileNotFoundError(_ENOENT, "Name or service not known")
        return found


class ScriptedQuality:
    """A judge of new passwords who says what the test wants; by default he is not there."""

    def __init__(self, *judgements: tuple[int, str]) -> None:
        """Give these judgements in turn, each a score or negative code, and a text."""
        self.judgements = list(judgements)
        self.asked: list[tuple[tuple[str, ...], Secret, Secret | None, str]] = []
        """Settings, new and old password and user of each judgement."""

    def check(
        self, settings: tuple[str, ...], new: Secret, old: Secret | None, user: str
    ) -> tuple[int, str] | None:
        """Return the next judgement; `None` if none is left."""
        self.asked.append((settings, Secret(new), None if old is None else Secret(old), user))
        return self.judgements.pop(0) if self.judgements else None


class MemoryDatabases:
    """Databases of users by path; a value that is an exception is raised."""

    def __init__(
        self, databases: Mapping[str, Mapping[str, DatabaseUser] | OSError] | None = None
    ) -> None:
        """Serve these databases: entries by key."""
        self.databases = {
            path: known if isinstance(known, OSError) else dict(known)
            for path, known in (databases or {}).items()
        }
        self.busy = 0
        """How many more times somebody else is found writing."""

    def find(self, path: str, name: str) -> DatabaseUser:
        """Return what a database has of a name; a managed one has a managed entry at least."""
        known = self._opened(path)
        managed = any(entry.is_managed for entry in known.values())
        return known.get(name) or DatabaseUser(None, is_managed=managed)

    def endings(self, path: str, start: str) -> tuple[Secret, ...]:
        """Return what is behind ``start`` in each key that begins with it."""
        known = self._opened(path)
        return tuple(Secret(key[len(start) :]) for key in known if key.startswith(start))

    def change(self, path: str, name: str, *, old: Secret, new: Secret, now: float) -> bool:
        """Put a hash in the place of ``old``, in a managed database."""
        known = self._opened(path)
        entry = known.get(name)
        if entry is not None and not entry.is_managed:
            raise OSError(_ENOTSUP, "the database is only read", path)
        if entry is None or entry.stored is None or not entry.stored.matches(old):
            return False
        known[name] = entry.changed(stored=new)
        return True

    def _opened(self, path: str) -> dict[str, DatabaseUser]:
        if self.busy:
            self.busy -= 1
            raise BlockingIOError(_EAGAIN, "somebody else is writing", path)
        known = self.databases.get(path)
        if known is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        if isinstance(known, OSError):
            raise known
        return known


class MemorySingleLogins:
    """Users' processes by user number, and who has an only login."""

    def __init__(self) -> None:
        """Nobody runs anything."""
        self.processes: dict[int, list[int]] = {}
        self.stubborn: set[int] = set()
        """Processes that no signal ends."""
        self.held: set[int] = set()
        self.killed: list[int] = []
        self.fault: OSError | None = None
        """What is raised instead of telling who runs what."""
        self.lock_fault: OSError | None = None
        """What is raised instead of giving a login."""

    def running(self, uid: int) -> tuple[int, ...]:
        """Return the processes of a user, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        return tuple(self.processes.get(uid, ()))

    def hold(self, uid: int) -> MemorySingleLogin:
        """Return a login; `BlockingIOError` if somebody has it, or the fault."""
        if self.lock_fault is not None:
            raise self.lock_fault
        if uid in self.held:
            raise BlockingIOError(_EAGAIN, "somebody has it", str(uid))
        self.held.add(uid)
        return MemorySingleLogin(self, uid)


class MemorySingleLogin:
    """The only login of a user, in memory."""

    number = 7

    def __init__(self, logins: MemorySingleLogins, uid: int) -> None:
        """Be the login of ``uid``."""
        self._logins, self._uid = logins, uid

    def end(self, told: Callable[[int], object]) -> tuple[int, ...]:
        """Kill the user's processes but the stubborn ones, unless they are root's."""
        self._logins.held.discard(self._uid)
        if self._uid == 0:
            return ()
        running = self._logins.running(self._uid)
        for number in running:
            told(number)
        left = [number for number in running if number in self._logins.stubborn]
        self._logins.killed += [number for number in running if number not in left]
        self._logins.processes[self._uid] = left
        return tuple(left)


class MemoryAudit:
    """Audit records in a list: kind, op, user, host, terminal, and whether it was granted."""

    def __init__(self) -> None:
        """Start empty."""
        self.records: list[tuple[int, str, str | None, str | None, str | None, bool]] = []
        self.fault: OSError | None = None
        """What is raised instead of keeping a record."""
        self.collected_by: int | OSError = 0
        """The process that takes the records, or why that cannot be told."""
        self.recorded: tuple[int, int] | OSError = (0, 0)
        """Whether input from terminals is recorded, and passwords; or why that cannot be told."""
        self.terminal_fault: OSError | None = None
        """What is raised instead of changing that."""

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
        """Keep a record, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.records.append((kind, op, user, host, tty, granted))
        return True

    def collector(self) -> int:
        """Return the process that takes the records."""
        if isinstance(self.collected_by, OSError):
            raise self.collected_by
        return self.collected_by

    def terminal(self) -> tuple[int, int]:
        """Return what is recorded of terminals."""
        if isinstance(self.recorded, OSError):
            raise self.recorded
        return self.recorded

    def set_terminal(self, *, enabled: int, passwords: int) -> None:
        """Change what is recorded of terminals."""
        if self.terminal_fault is not None:
            raise self.terminal_fault
        self.recorded = enabled, passwords


class FixedRandomness:
    """Bytes that are always the same: a delay becomes exactly what was asked for."""

    def take(self, count: int) -> bytes:
        """Return bytes that as a little-endian number lie in the middle of their range."""
        return bytes(count - 1) + b"\x80" if count else b""


class MemoryLog:
    """Log lines in a list of priority and text."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[tuple[int, str]] = []

    def write(self, priority: int, text: str) -> None:
        """Keep a line."""
        self.lines.append((priority, text))

    @property
    def texts(self) -> list[str]:
        """The lines without their priorities."""
        return [text for _, text in self.lines]


class StandInOutside:
    """Performs effects without the outside: plain hashes, scripted programs, no waiting."""

    def __init__(self, hashing: PlainHashing | None = None) -> None:
        """Hash with ``hashing``."""
        self._hashing = hashing or PlainHashing()
        self.slept: list[float] = []
        self.ran: list[Run] = []
        self.results: list[Finished | OSError] = []
        """What the next programs end with, in order."""
        self.files: dict[str, Module | str] = {}
        """The modules in files of Python, by path."""

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash."""
        return self._hashing.crypt(token, setting)

    def run(self, effect: Run) -> Finished:
        """Note the program and end it as scripted."""
        self.ran.append(effect)
        if not self.results:
            raise AssertionError(f"`{effect.argv[0]}` was run, and no result was scripted")
        result = self.results.pop(0)
        if isinstance(result, OSError):
            raise result
        return result

    def start(self, run: Run) -> StandInProgram:
        """Note the program; it ends as scripted, and says what it has to say in one piece."""
        return StandInProgram(self.run(run))

    def sleep(self, seconds: float) -> None:
        """Note the time and go on at once."""
        self.slept.append(seconds)

    def bring(self, path: str) -> Module | str:
        """Return the module that was scripted for a path."""
        return self.files.get(path, f"{path}: no such file or directory")


class StandInProgram:
    """A program that was started and has come to its scripted end."""

    def __init__(self, finished: Finished) -> None:
        """End as given; the output comes first."""
        self._left: list[bytes | Finished] = [finished.changed(output=b"")]
        if finished.output:
            self._left.insert(0, finished.output)
        self.closed = False

    def listen(self) -> bytes | Finished:
        """Return what it says next."""
        return self._left.pop(0)

    def close(self) -> None:
        """Note that nobody listens any more."""
        self.closed = True


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


def memory_world(
    *,
    users: Iterable[Account] = (),
    groups: Iterable[Group] = (),
    shadows: Iterable[Shadow] = (),
    files: Mapping[str, bytes | str | OSError] | None = None,
    process: StandInProcess | None = None,
    network: MemoryNetwork | None = None,
    databases: Mapping[str, Mapping[str, DatabaseUser] | OSError] | None = None,
    now: float = 1_700_000_000.0,
) -> World:
    """Return a world in memory; its parts are the classes of this file and of `testing.kernel`."""
    process = process or StandInProcess()
    identity = MemoryIdentity(process.uid(), euid=process.euid())
    lying = MemoryFiles(files)
    return World(
        accounts=MemoryAccounts(users, groups),
        credentials=MemoryCredentials(shadows),
        hashing=PlainHashing(),
        clock=StoppedClock(now),
        tallies=MemoryTallies(),
        timestamps=MemoryTimestamps(),
        files=lying,
        homes=MemoryHomes(lying),
        process=process,
        network=network or MemoryNetwork(),
        quality=ScriptedQuality(),
        databases=MemoryDatabases(databases),
        single_logins=MemorySingleLogins(),
        login_files=MemoryLoginFiles(),
        audit=MemoryAudit(),
        identity=identity,
        keyrings=MemoryKeyrings(identity),
        quotas=MemoryQuotas(),
        terminal_filters=MemoryTerminalFilters(),
        mounts=MemoryMounts(),
        contexts=MemoryContexts(),
        local_sockets=MemorySockets(),
        random=FixedRandomness(),
        log=MemoryLog(),
    )


def _date(days: int) -> tuple[int, int, int]:
    """Return year, month and day for a number of days since 1970."""
    year = 1970
    while days >= (length := 365 + _is_leap(year)):
        days, year = days - length, year + 1
    month = 0
    while days >= (length := _MONTHS[month] + (month == 1 and _is_leap(year))):
        days, month = days - length, month + 1
    return year, month + 1, days + 1


_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
