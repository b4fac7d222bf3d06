"""A process as the test wants it to be."""

from __future__ import annotations

from pamkit.module.world import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# `errno` would be one import more than a transaction in memory needs.
_EPERM, _EACCES, _EINVAL = 1, 13, 22


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
        self.place = "/"
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
        self.place = "/"

    def change_directory(self, path: str) -> None:
        """Note where the process is."""
        self._fail("change_directory")
        self.place = path

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
        return self.place

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
