"""What all lines about a user come to: which limits hold, by whose line, and how many logins.

The more precisely a line names a user, the more it counts: later lines of the same precision win,
and those of less are passed over.  A line for both limits ends at the soft one, if that is passed
over.

Source: `limits.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.c_width import UINT64_MAX, as_int, as_unsigned
from pamkit.formats.leading_number import leading_number
from pamkit.vocab.names import Names
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.formats.limits_conf import LimitLine

UNLIMITED = UINT64_MAX
"""C: `RLIM_INFINITY`."""

RESOURCES = (
    *("cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as"),
    *("locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"),
)
"""What the kernel limits, by its numbers: `asm-generic/resource.h`."""

KERNEL_NAMES = (
    *("cpu time", "file size", "data size", "stack size", "core file size", "resident set"),
    *("processes", "open files", "locked memory", "address space", "file locks"),
    *("pending signals", "msgqueue size", "nice priority", "realtime priority"),
    "realtime timeout",
)
"""The same in the words of `/proc/PID/limits`, behind `Max`."""

FACTORS = {"cpu": 60} | dict.fromkeys(
    ("fsize", "data", "stack", "core", "rss", "memlock", "as"), 1024
)
"""Lines are in minutes and KiB, the kernel in seconds and bytes."""

DEBIAN_DEFAULTS = {
    **dict.fromkeys(
        ("cpu", "fsize", "data", "rss", "nproc", "as", "locks"), (UNLIMITED, UNLIMITED)
    ),
    "memlock": (64 << 10, 64 << 10),
    "sigpending": (16382, 16382),
    "msgqueue": (819200, 819200),
    "core": (0, UNLIMITED),
    "stack": (8192 << 10, UNLIMITED),
    "nofile": (1024, 1024),
}
"""Soft and hard limits that Debian takes where process 1 does not tell."""

_NO_END = ("-1", "-", "unlimited", "infinity")
_SIGNED = ("priority", "nice", "maxlogins", "maxsyslogins")
_ANY_TYPE = ("maxlogins", "maxsyslogins", "nonewprivs")
_TYPES = {"soft": (True, False), "hard": (False, True), "-": (True, True)}
_NO_LOGIN_LIMIT = -2


class Whose(Names):
    """How precisely a line names the user; the smaller, the more it counts."""

    USER = 0
    GROUP = 1
    ALLGROUP = 2
    ALL = 3
    DEFAULT = 4
    KERNEL = 5
    NONE = 6


class Bound(Record):
    """A soft and a hard limit, and whose line each is."""

    soft: int
    hard: int
    soft_by: Whose = Whose.NONE
    hard_by: Whose = Whose.NONE

    @property
    def is_wanted(self) -> bool:
        """Whether any line is about it."""
        return self.soft_by != Whose.NONE or self.hard_by != Whose.NONE


class Wanted:
    """What is wanted for a user, as far as lines were heeded.

    ``tell`` takes remarks for the log; ``remark`` those that only debugging wants.  ``most_files``
    gives the kernel's own bound of open files, or `None`.  ``knows_chroot``: so does the system.
    """

    def __init__(
        self,
        *,
        priority: int,
        knows_chroot: bool,
        most_files: Callable[[], int | None],
        tell: Callable[[Priority, str], object],
        remark: Callable[[str], object],
    ) -> None:
        """Want nothing but the priority that there is."""
        self.bounds: dict[str, Bound] = {}
        """By name; resources that the kernel does not have are missing."""
        self.priority = priority
        self.login_limit = _NO_LOGIN_LIMIT
        self.login_limit_by = Whose.NONE
        self.login_group = ""
        self.counts_system = False
        """Whether all logins count, not only the user's."""
        self.no_new_privileges = False
        self.chroot = ""
        self._knows_chroot, self._most_files = knows_chroot, most_files
        self._tell, self._remark = tell, remark

    def heed(self, line: LimitLine, whose: Whose, group: str = "") -> None:
        """Take a complete line about the user into account; ``group`` if it limits a whole one."""
        if group:
            self.login_group = group  # C: as below, whatever the line then says
        kind, item, value = line.type, line.item, line.value
        self._remark(f"process_limit: processing {kind} {item} {value} for {whose.name}")
        if item in ("maxlogins", "maxsyslogins"):
            # C: whichever of the two was read last says how is counted, even if its number is not
            # the one that holds.
            self.counts_system = item == "maxsyslogins"
        if not self._is_item(item):
            self._tell(Priority.DEBUG, f"unknown limit item '{item}'")
            return
        if kind not in _TYPES and item not in _ANY_TYPE:
            self._tell(Priority.DEBUG, f"unknown limit type '{kind}'")
            return
        number = _number(item, value)
        if number is None:
            said = f"wrong limit value '{value}' for limit item '{item}' of type '{kind}'"
            self._tell(Priority.WARNING, said)
            return
        if whose in (Whose.ALL, Whose.ALLGROUP) and item != "maxlogins":
            self._remark("'%' domain valid for maxlogins type only")
            return
        if item == "chroot":
            self.chroot = value
        elif item == "priority":
            self.priority = number
        elif item == "nonewprivs":
            self.no_new_privileges = bool(number)
        elif item in _ANY_TYPE:
            if whose <= self.login_limit_by:
                self.login_limit, self.login_limit_by = number, whose
        else:
            self._bound(item, kind, number, whose)

    def _is_item(self, item: str) -> bool:
        if item == "chroot":
            return self._knows_chroot
        return item in RESOURCES or item in _SIGNED or item in _ANY_TYPE

    def _bound(self, item: str, kind: str, number: int, whose: Whose) -> None:
        if item == "nofile" and number == UNLIMITED:
            number = self._all_files()
        old = self.bounds.get(item)
        if old is None:
            return
        is_soft, is_hard = _TYPES[kind]
        if is_soft and whose > old.soft_by:
            return
        if is_soft:
            old = old.changed(soft=number, soft_by=whose)
        if is_hard and whose <= old.hard_by:
            old = old.changed(hard=number, hard_by=whose)
        self.bounds[item] = old

    def _all_files(self) -> int:
        most = self._most_files()
        if most is None:
            self._tell(Priority.WARNING, 'Cannot set "nofile" to a sensible value')
            return UNLIMITED
        self._remark(f'Setting "nofile" limit to {most}')
        return most


def _number(item: str, value: str) -> int | None:
    """Return what a value means for an item, in the kernel's units; `None` if nothing."""
    if item == "chroot":
        return 0
    if item == "nonewprivs":
        return {"0": 0, "1": 1}.get(value)
    if value in _NO_END and item not in ("priority", "nice"):
        return -1 if item in _SIGNED else UNLIMITED
    found = leading_number(value, 10)
    if found is None:
        return None
    if item == "nice":
        return 20 - max(-20, min(found, 19))
    if item in _SIGNED:
        return as_int(found)
    factor = FACTORS.get(item, 1)
    number = as_unsigned(found)
    # C: what is beyond a 60th or 1024th of all has no end.
    return UNLIMITED if factor > 1 and number >= UNLIMITED // factor else number * factor
