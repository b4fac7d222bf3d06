"""Set a user's disk quota when a session is opened, for instance at the first login.

The limits are those of the options, `bsoftlimit=` and `bhardlimit=` in blocks of 1024 bytes,
`isoftlimit=` and `ihardlimit=` in files; soft and hard belong together, 0 is no limit.  `btime=`
and `itime=` are the times, in seconds since 1970, until which more than the soft limit may be used.
They are set for users with numbers from `startuid=` (unless given, `UID_MIN` of `/etc/login.defs`,
else 1000) to `enduid=` (unless given, or if it is lower, without end), and only if no limit is set
yet, or with `overwrite=1`.  Closing a session succeeds and does nothing.

The file system is the one of the home directory, of all that are mounted above it the nearest; one
that is mounted at the home directory itself does not count.  `fs=` names another one, by the place
where it is mounted or by its device as `/proc/mounts` has it.

Success means that the limits are set, or that the user is none of those who get any.  Limits that
were set earlier, and a policy line that states none, are ignore.  A user who is not known is
`user_unknown`.  All else is `perm_denied`: a file system that is not found or keeps no quota, a
process that may not set one, soft without hard.  A number that is none is logged, and taken for 0,
or in `startuid=` and `enduid=` left out.

Success proves nothing about who is asking.  Differences, for users can mount file systems by FUSE
and call their device as they like (CVE-2020-36394): what a user mounted is not looked at, and of
the rest only a block device of root's is touched that the kernel itself says is mounted there, by
its number.  C takes the name it finds in `/proc/mounts`.  Of file systems that are mounted at one
place the last counts, which hides the others; C takes the first for a home directory, and `/`,
wherever it stands, in the place of all before it.  A `/etc/login.defs` that is there and cannot be
read is `service_err`; where there is none the distribution's counts, `/usr/etc/login.defs`.

Source: `pam_setquota(8)`, `quotactl(2)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.mount_info import PATH, mount_infos
from pamkit.formats.passwd import bytes_of, text_of
from pamkit.formats.strtoll import strtoll
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHANGES_QUOTA, NEEDS_ROOT, NEVER_PROMPTS
from pamkit.module.options import Options, number, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.mount_info import MountInfo
    from pamkit.module.world import Account, Quota

_FIRST_REGULAR = 1000
_NO_USER = 0xFFFFFFFF  # C: (uid_t)-1
_MOST = 2**63 - 1
_MOST_INT = 2**31 - 1
_MOST_MOUNTS = 1 << 24
"""Bytes; containers have mounts by the thousand."""

_FIELDS = {
    "bsoftlimit": "block_soft",
    "bhardlimit": "block_hard",
    "isoftlimit": "file_soft",
    "ihardlimit": "file_hard",
    "btime": "block_time",
    "itime": "file_time",
}
_LIMITS = ("block_soft", "block_hard", "file_soft", "file_hard")
_PAIRS = (frozenset(_LIMITS[:2]), frozenset(_LIMITS[2:]))


class SetquotaOptions(Options):
    """What may stand after the module's name in a policy."""

    fs: str = text("the file system: where it is mounted, or its device", value="path")
    startuid: int = number(
        "the lowest number of users who get a quota; `UID_MIN` if the system has one",
        default=_FIRST_REGULAR,
        most=_NO_USER - 1,
    )
    enduid: int = number("the highest number of users who get a quota", most=_NO_USER - 1)
    overwrite: int = number("1: set limits even if there are some")
    debug: int = number("1: log what is done; 2: also how the file system is looked for")
    bsoftlimit: int = number("the soft limit of blocks", most=_MOST)
    bhardlimit: int = number("the hard limit of blocks", most=_MOST)
    isoftlimit: int = number("the soft limit of files", most=_MOST)
    ihardlimit: int = number("the hard limit of files", most=_MOST)
    btime: int = number("until when more blocks may be used", most=_MOST, value="time")
    itime: int = number("until when more files may be used", most=_MOST, value="time")


MODULE = declare(
    "pam_setquota",
    options=SetquotaOptions,
    answers={
        Primitive.OPEN_SESSION: "success ignore user_unknown perm_denied service_err",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER],
    files=[login_defs.PATH, PATH],
    facts=[NEVER_PROMPTS, CHANGES_QUOTA, NEEDS_ROOT],
    examples=[
        example(
            "login",
            "session optional pam_setquota.so bsoftlimit=19000 bhardlimit=20000"
            " isoftlimit=3000 ihardlimit=4000 fs=/home",
        ),
    ],
)


class _Line(Record):
    """What a line says, beside the limits; the last number may be lower than the first."""

    startuid: int
    enduid: int = 0
    fs: str | None = None
    overwrite: int = 0
    debug: int = 0


def pam_sm_open_session(call: ModuleCall[SetquotaOptions]) -> ReturnCode:
    """Set the user's quota."""
    line = _line(call)
    if line.debug >= 1:
        fs = "(none)" if line.fs is None else line.fs
        said = f"Config: startuid={line.startuid} enduid={line.enduid} fs={fs}"
        call.log(Priority.DEBUG, f"{said} debug={line.debug} overwrite={line.overwrite}")
    user = call.item(Item.USER)
    account = call.world.accounts.find(user) if user else None
    if account is None:
        call.log(Priority.NOTICE, "user unknown")
        return ReturnCode.USER_UNKNOWN
    has_end = line.enduid >= line.startuid and line.startuid != 0
    if account.uid < line.startuid or (has_end and account.uid > line.enduid):
        return ReturnCode.SUCCESS  # this user gets no quota from us
    device = _device(call, account, line)
    try:
        before = call.world.quotas.find(device, account.uid)
    except OSError as fault:
        reason = fault.strerror
        call.log(Priority.ERR, f"fail to get limits for user {account.name} : {reason}")
        return ReturnCode.PERM_DENIED
    if line.debug >= 1:
        _log_quota(call, "Quota read:", device, before)
    if line.overwrite != 1 and any(getattr(before, field) for field in _LIMITS):
        if line.debug >= 1:
            told = f"Quota already exists for user {account.name} on {device}"
            call.log(Priority.DEBUG, f'{told}, not overwriting it without "overwrite=1"')
        return ReturnCode.IGNORE
    return _set(call, account, device, before, debug=line.debug)


def pam_sm_close_session(_: ModuleCall[SetquotaOptions]) -> ReturnCode:
    """Do nothing: the quota stays."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _set(
    call: ModuleCall[SetquotaOptions],
    account: Account,
    device: str,
    before: Quota,
    *,
    debug: int,
) -> ReturnCode:
    new = _stated(call)
    if any(len(pair & new.keys()) == 1 for pair in _PAIRS):
        said = f"Both soft- and hardlimits for {device} need to be configured at the same time!"
        call.log(Priority.ERR, said)
        return ReturnCode.PERM_DENIED
    if not new:
        said = "no limits defined in configuration for user"
        call.log(Priority.WARNING, f"{said} {account.name} on {device}")
        return ReturnCode.IGNORE
    after = before.changed(**new)
    try:
        call.world.quotas.change(device, account.uid, after, which=frozenset(new))
    except OSError as fault:
        said = f"failed to set limits for user {account.name} on {device}: {fault.strerror}"
        call.log(Priority.ERR, said)
        return ReturnCode.PERM_DENIED
    if debug >= 1:
        _log_quota(call, "Quota set:", device, after)
    return ReturnCode.SUCCESS  # the kernel has taken the limits


def _log_quota(call: ModuleCall[SetquotaOptions], what: str, device: str, quota: Quota) -> None:
    said = " ".join(f"{word}={getattr(quota, _FIELDS[word])}" for word in _FIELDS)
    call.log(Priority.DEBUG, f"{what} device={device} {said}")


def _line(call: ModuleCall[SetquotaOptions]) -> _Line:
    """Return what the words say, each after the other; wrong ones are logged."""
    line = _Line(_first_regular(call))
    for arg in call.args:
        word, equals, value = arg.partition("=")
        if not equals:
            continue
        if word in ("startuid", "enduid"):
            otherwise: int = getattr(line, word)
            line = line.changed(**{word: _user_number(call, word, value, otherwise)})
        elif word in ("overwrite", "debug"):
            line = line.changed(**{word: _number(call, word, value, most=_MOST_INT)})
        elif word == "fs":
            line = line.changed(fs=value)
    return line


def _first_regular(call: ModuleCall[SetquotaOptions]) -> int:
    """Return the lowest number of users who are no system users."""
    try:
        found = read_first(call.world.files, login_defs.PATH)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {login_defs.PATH}: {fault.strerror}")
        raise Stop(ReturnCode.SERVICE_ERR) from fault
    written = None if found is None else login_defs.value(found[1], "UID_MIN")
    if written is None:
        return _FIRST_REGULAR
    return _user_number(call, f"{login_defs.PATH}:UID_MIN", written, _FIRST_REGULAR)


def _user_number(call: ModuleCall[SetquotaOptions], word: str, written: str, otherwise: int) -> int:
    found = strtoll(written, base=10)
    if found is not None and 0 <= found < _NO_USER:
        return found
    call.log(Priority.ERR, f'Parameter "{word}={written}" invalid, setting to {otherwise}')
    return otherwise


def _number(call: ModuleCall[SetquotaOptions], word: str, written: str, *, most: int) -> int:
    found = strtoll(written, base=10)
    if found is not None and 0 <= found <= most:
        return found
    call.log(Priority.ERR, f'Parameter "{word}={written}" invalid, setting to 0')
    return 0


def _stated(call: ModuleCall[SetquotaOptions]) -> dict[str, int]:
    """Return the limits and times that the words say, by field."""
    stated = {}
    for arg in call.args:
        word, equals, value = arg.partition("=")
        if equals and word in _FIELDS:
            stated[_FIELDS[word]] = _number(call, word, value, most=_MOST)
    return stated


def _device(call: ModuleCall[SetquotaOptions], account: Account, line: _Line) -> str:
    """Return the device of the file system that is meant: one that root has mounted."""
    try:
        mounts = mount_infos(call.world.files.read(PATH, limit=_MOST_MOUNTS))
    except (OSError, ValueError):
        call.log(Priority.ERR, "Unable to open /proc/mounts")
        raise Stop(ReturnCode.PERM_DENIED) from None
    # CVE-2020-36394: users call their own file systems as they like.
    roots = [mount for mount in mounts if not mount.is_a_users]
    if line.fs is None:
        found = _around(call, bytes_of(account.home), roots, told=line.debug >= 2)
    else:
        found = _named(call, line.fs, roots, told=line.debug >= 2)
    if found is None:
        looked_for = account.home if line.fs is None else line.fs
        call.log(Priority.ERR, f"Filesystem or device not found: {looked_for}")
        raise Stop(ReturnCode.PERM_DENIED)
    device = text_of(found.source)
    if not _is_its_device(call, device, found):
        said = f"`{device}` is no block device of root's that is mounted at"
        call.log(Priority.ERR, f"{said} `{text_of(found.place)}`")
        raise Stop(ReturnCode.PERM_DENIED)
    return device


def _around(
    call: ModuleCall[SetquotaOptions], home: bytes, mounts: list[MountInfo], *, told: bool
) -> MountInfo | None:
    """Return the file system that a directory lies in."""
    found, length = None, -1
    for mount in mounts:
        directory, place = text_of(home), text_of(mount.place)
        if told:
            said = f'Trying to match pw_dir="{directory}" with mnt_dir="{place}"'
            call.log(Priority.DEBUG, said)
        above = mount.place.rstrip(b"/")
        # At the same place the last one hides the others.
        if len(above) < length or not home.startswith(above + b"/"):
            continue
        found, length = mount, len(above)
        if told:
            said = f'Found pw_dir="{directory}" in mnt_dir="{place}"'
            suffix, source = text_of(home[length:]), text_of(mount.source)
            call.log(Priority.DEBUG, f'{said} with suffix="{suffix}" on device="{source}"')
    return found


def _named(
    call: ModuleCall[SetquotaOptions], fs: str, mounts: list[MountInfo], *, told: bool
) -> MountInfo | None:
    """Return the file system that is called so, by its place or its device."""
    found, wanted = None, bytes_of(fs)
    wanted = wanted[:-1] if len(wanted) > 1 and wanted.endswith(b"/") else wanted
    for mount in mounts:
        if wanted not in (mount.place, mount.source):
            continue
        found = mount
        if told:
            place, source = text_of(mount.place), text_of(mount.source)
            said = f'Found fs="{fs}" in mnt_dir="{place}" on device="{source}"'
            call.log(Priority.DEBUG, said)
    return found


def _is_its_device(call: ModuleCall[SetquotaOptions], device: str, mount: MountInfo) -> bool:
    """Whether a path is root's block device that is mounted, by the number the kernel gives."""
    if not device.startswith("/"):
        return False
    try:
        status = call.world.files.status(device)
    except OSError:
        return False
    return status.kind == "block" and status.uid == 0 and status.device == mount.number
