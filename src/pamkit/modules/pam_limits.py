"""Set what a session may use: memory, files, processes, time, and how often one is logged in.

When a session is opened, the lines about the user in `/etc/security/limits.conf` (or, without it,
the distribution's), and then in the files `*.conf` of `/etc/security/limits.d` by name (and in the
distribution's directory, where the administrator has none of that name), become limits of the
process, which all that it starts inherits.  Closing the session undoes nothing.  A line is

    domain  type  item  value

and `#` begins a comment.  The domain is, from the most to the least precise: a user, or numbers of
users (`1000:1999`, `1000:`, `:1000`); `@group`, or numbers of groups (`@100:199` and `@100:` are
about the primary one, `@:100` about any); `*` for everybody.  The most precise line holds, and of
two alike the later one.  `%` and `%group` are for `maxlogins` only, and limit the logins of
everybody, or of a whole group, taken together.  A line `domain -` and nothing else frees whom it
means from everything.

The type is `soft` (users may go up to the hard limit themselves), `hard`, or `-` for both.  Items,
with what a value counts:

    core data fsize memlock rss stack as    KiB
    cpu                                     minutes
    nofile nproc locks sigpending rtprio    one
    msgqueue, rttime                        bytes, microseconds
    nice                                    how little nice users may be, 19 to -20
    priority                                how nice the session is itself
    maxlogins, maxsyslogins                 logins of the user, of everybody
    nonewprivs                              1: no program gives the session more rights
    chroot                                  where its root is (Debian)

`-1`, `-`, `unlimited` and `infinity` set no limit; open files then end at the kernel's `nr_open`.
Of the items of logins one number holds, and the last of them that was read, whether it holds or
not, says what is counted.  Logins are the records of sessions in `/var/run/utmp` whose process
runs, or, where there is no such file, the sessions of logind; a machine that has neither counts no
login but this one.  Root may always log in.

The answer is `perm_denied` if there are too many logins, which is shown, logged, and told to the
kernel's audit; and if a limit cannot be had: take the module as `required`.  A file that cannot be
read is `service_err`, unless none was named and there is none.  Success proves nothing.

Debian has its own rules, and they count where there is an `/etc/debian_version`: every session
begins with the limits of process 1 (elsewhere only with `set_all`), open files softly with 1024 at
most; `*` and lines of groups are not about root; a limit that may not be set is passed over; and
there is `chroot`, whose path is taken in lower case.

Differences: a table that is a directory, FIFO or longer than 16 MiB, a directory `limits.d` or
`utmp` that cannot be read, and a group that cannot be looked up refuse.  A bad value of
`nonewprivs` does not take back the line before.  Names of more than 32 bytes, which `utmp` cuts,
count by what is left of them.  By logind a limit of one login holds, which C passes over.

Source: `pam_limits(8)`, `limits.conf(5)`, `setrlimit(2)`.
"""

from __future__ import annotations

from pamkit.formats import kernel_limits
from pamkit.formats.leading_number import leading_number
from pamkit.formats.limit_rules import (
    DEBIAN_DEFAULTS,
    KERNEL_NAMES,
    RESOURCES,
    UNLIMITED,
    Bound,
    Wanted,
    Whose,
)
from pamkit.formats.parsed_once import parsed_once
from pamkit.limits import logins
from pamkit.limits.options import LimitsOptions, remark
from pamkit.limits.tables import DIRECTORY, TABLE, read_all
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHANGES_LIMITS, CHECKS_CONDITION, NEVER_PROMPTS
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    _Told = tuple[tuple[tuple[str, Bound], ...], tuple[str, ...]]

_MOST_FILES = "/proc/sys/fs/nr_open"
_DEBIAN_MARK = "/etc/debian_version"
_FILES = "nofile"
_DEBIANS_FILES = 1024
"""C: `FD_SETSIZE`; beyond it `select(2)` writes where it should not."""

_EPERM = 1

_NAMES = {f"Max {said}": name for said, name in zip(KERNEL_NAMES, RESOURCES, strict=True)}
"""What the kernel limits, by what it says of it."""


MODULE = declare(
    "pam_limits",
    options=LimitsOptions,
    answers={
        Primitive.OPEN_SESSION: "success perm_denied user_unknown session_err service_err abort",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.SERVICE, Item.RHOST, Item.TTY],
    files=[
        *(TABLE, f"{DIRECTORY}/*.conf", kernel_limits.PATH, _MOST_FILES),
        *(*logins.FILES, _DEBIAN_MARK),
    ],
    facts=[NEVER_PROMPTS, CHANGES_LIMITS, CHECKS_CONDITION],
    examples=[
        example("login", "session required pam_limits.so"),
        example("cron", "session required pam_limits.so conf=/etc/security/cron.conf"),
    ],
)


async def pam_sm_open_session(call: ModuleCall[LimitsOptions]) -> ReturnCode:
    """Give the process the limits of the user's sessions."""
    for word in LimitsOptions.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {word}")
    user = call.item(Item.USER)
    if user is None:
        call.log(Priority.ERR, "open_session - error recovering username")
        return ReturnCode.SESSION_ERR
    account = call.world.accounts.find(user)
    if account is None:
        if call.options.debug:
            call.log(Priority.WARNING, f"open_session username '{user}' does not exist")
        return ReturnCode.USER_UNKNOWN
    is_debian = call.world.files.exists(_DEBIAN_MARK)
    try:
        wanted, there = _begun(call, is_debian=is_debian)
    except OSError:
        call.log(Priority.ERR, "cannot initialize")
        return ReturnCode.ABORT
    if read_all(call, account, wanted, spared=is_debian and account.uid == 0):
        return ReturnCode.SUCCESS  # a line frees this user from all limits
    is_set = _limit(call, wanted, there, is_debian=is_debian)
    has_too_many = False
    try:
        has_too_many = account.uid != 0 and logins.has_too_many(call, account, wanted)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot count logins: {fault.strerror}")
        is_set = False
    is_set = _confine(call, wanted) and is_set and not has_too_many
    if is_set and wanted.chroot:
        is_set = _change_root(call, wanted.chroot)
    if has_too_many:
        await call.say(Style.ERROR_MSG, f"There were too many logins for '{account.name}'.")
    if not is_set:
        return ReturnCode.PERM_DENIED
    return ReturnCode.SUCCESS  # every limit that is wanted holds; who asks is not its matter


def pam_sm_close_session(_: ModuleCall[LimitsOptions]) -> ReturnCode:
    """Do nothing: the process keeps its limits."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _begun(
    call: ModuleCall[LimitsOptions], *, is_debian: bool
) -> tuple[Wanted, dict[str, tuple[int, int]]]:
    """Return what holds without any line, and what the process has by what the kernel can limit.

    `OSError` if that cannot be told.
    """
    process = call.world.process
    wanted = Wanted(
        priority=process.priority(),
        knows_chroot=is_debian,
        most_files=lambda: _most_files(call),
        tell=call.log,
        remark=lambda said: remark(call, said),
    )
    found = zip(RESOURCES, map(process.limit, range(len(RESOURCES))), strict=True)
    there = {name: limits for name, limits in found if limits is not None}
    if is_debian or call.options.set_all:
        _take_kernels(call, wanted, there, is_debian=is_debian)
    else:
        none = Whose.NONE
        wanted.bounds |= {name: Bound(*limits, none, none) for name, limits in there.items()}
    return wanted, there


def _take_kernels(
    call: ModuleCall[LimitsOptions],
    wanted: Wanted,
    there: dict[str, tuple[int, int]],
    *,
    is_debian: bool,
) -> None:
    """Begin with the limits of the process that all others come from.

    ``there``: what this process has, by what the kernel can limit.
    """
    try:
        said = call.world.files.read(kernel_limits.PATH).decode("utf-8", "replace")
    except OSError as fault:
        reason = f"Could not read {kernel_limits.PATH} ({fault.strerror}), using PAM defaults"
        call.log(Priority.WARNING, reason)
        said = ""
    known, unknown = _debians(said) if is_debian else _everybodys(said)
    for what in unknown:
        remark(call, f"Unknown kernel rlimit '{what}' ignored")
    told = wanted.bounds = dict(known)
    if told.keys() == there.keys():
        return  # as with most kernels
    wanted.bounds = {}
    for name, limits in there.items():
        found = told.get(name)
        if found is None:
            missing = f"Did not find kernel RLIMIT for {name}, using PAM default"
            call.log(Priority.WARNING, missing)
            found = Bound(*limits)
            if is_debian and name in DEBIAN_DEFAULTS:
                found = Bound(*DEBIAN_DEFAULTS[name], Whose.DEFAULT, Whose.DEFAULT)
        wanted.bounds[name] = found


def _told(said: str, most_files: int = UNLIMITED) -> _Told:
    """Return the limits that the kernel tells of, by name, and in its own words those unknown."""
    by = Whose.KERNEL
    known: list[tuple[str, Bound]] = []
    unknown: list[str] = []
    for what, soft, hard in kernel_limits.parse(said):
        name = _NAMES.get(what)
        if name is None:
            unknown.append(what)
            continue
        soft = min(soft, most_files) if name == _FILES else soft
        known.append((name, Bound(soft, hard, by, by)))
    return tuple(known), tuple(unknown)


def _told_debian(said: str) -> _Told:
    return _told(said, _DEBIANS_FILES)


# The limits of the first process hardly ever change.
_everybodys, _debians = parsed_once(_told), parsed_once(_told_debian)


def _most_files(call: ModuleCall[LimitsOptions]) -> int | None:
    try:
        line = call.world.files.read(_MOST_FILES).partition(b"\n")[0]
    except OSError:
        return None
    most = leading_number(line.decode("ascii", "replace"), 10)
    return most if most is not None and 0 <= most <= UNLIMITED else None


def _limit(
    call: ModuleCall[LimitsOptions],
    wanted: Wanted,
    there: dict[str, tuple[int, int]],
    *,
    is_debian: bool,
) -> bool:
    """Set limits and priority; return whether they are as they are to be.

    ``there``: the limits that the process has, of which most are those that are wanted.
    """
    process, is_set = call.world.process, True
    bounds, none = wanted.bounds, Whose.NONE
    for number, name in enumerate(RESOURCES):
        bound = bounds.get(name)
        if bound is None or there.get(name) == (bound.soft, bound.hard):
            continue  # nothing is wanted, or the kernel has just said that it holds
        if bound.soft_by == none and bound.hard_by == none:
            continue
        soft, hard = min(bound.soft, bound.hard), bound.hard
        if there.get(name) == (soft, hard):
            continue
        try:
            process.set_limit(number, soft, hard)
        except OSError as fault:
            said = f"Could not set limit for '{name}'"
            if not is_debian:
                call.log(Priority.ERR, f"{said}: {fault.strerror}")
            elif name != _FILES or soft != UNLIMITED:
                said += f" to soft={_as_int(soft)}, hard={_as_int(hard)}: {fault.strerror}"
                ids = f"uid={process.uid()},euid={process.euid()}"
                call.log(Priority.DEBUG, f"{said}; {ids}")
            is_set = is_set and is_debian and fault.errno == _EPERM
    try:
        process.set_priority(wanted.priority)
    except OSError as fault:
        call.log(Priority.ERR, f"Could not set limit for PRIO_PROCESS: {fault.strerror}")
        return False
    return is_set


def _as_int(limit: int) -> int:
    """Return what C's `%d` makes of a limit."""
    return (limit + (1 << 31)) % (1 << 32) - (1 << 31)


def _confine(call: ModuleCall[LimitsOptions], wanted: Wanted) -> bool:
    """See to it that nothing gives the session more rights, if that is wanted; whether it holds."""
    try:
        if wanted.no_new_privileges:
            call.world.process.forbid_new_privileges()
    except OSError as fault:
        call.log(Priority.ERR, f"Could not set prctl(PR_SET_NO_NEW_PRIVS): {fault.strerror}")
        return False
    return True


def _change_root(call: ModuleCall[LimitsOptions], path: str) -> bool:
    try:
        call.world.process.change_root(path)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot change the root to {path}: {fault.strerror}")
        return False
    return True
