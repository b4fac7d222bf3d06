"""Show the message of the day.

Shown is the first file of `/etc/motd`, `/run/motd` and `/usr/lib/motd` that can be read, and
then, in the order of their names, the files in `/etc/motd.d`, `/run/motd.d` and
`/usr/lib/motd.d`, where a file hides those of the same name in the directories behind its own: a
link to `/dev/null` keeps a message from being shown.  `motd=` and `motd_dir=` put other lists into
their place, with `:` between the paths; where one of them is given, the other one is empty unless
given too.  A directory that is named in the policy and is not there is logged.

Files are read with the rights of the user, for what the user may not read is not for the user; at
most 65536 bytes, of which a newline at the end is left out.  What is longer, empty, or no regular
file is not shown, but hides what is behind it.  Who is not root reads with the rights there are,
and so does root what only root can change and every user may read.

Before that, as in Debian and Ubuntu, the programs in `/etc/update-motd.d` are run, if there is such
a directory, and what they print is kept as `/run/motd.dynamic`: `noupdate` keeps them from being
run.  It is shown only where `motd=/run/motd.dynamic` says so.  They run as root, in the order of
run-parts(8), with no environment but a `PATH` that no user has a say in, and the umask 022
(CVE-2011-3628); the file is put where it belongs in one step, in a directory that is root's
(CVE-2010-0832).  If one of them fails the file stays as it was.  Only a process of root's own runs
them.

The variable `MOTD_SHOWN` is set to `pam`.  The answer is ignore, and also if the application wants
silence, when nothing else is done; it is `session_err` if there is no user, or root cannot take the
user's place.

Differences: paths must be absolute, for the current directory may be the user's; others are not
there.  An empty path between two `:` is none, where C may crash, and `motd=` without a path leaves
an earlier one in force.  Nobody is kept waiting by a pipe.  Of what the programs print a megabyte
is kept, and of two runs at the same time one.  That they were not run, or failed, is logged.
Source: `pam_motd(8)`, `update-motd(5)`.
"""

from __future__ import annotations

import errno

from pamkit.module.as_user import is_missing
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, RUNS_PROGRAM, SETS_ENVIRONMENT, WRITES_FILES
from pamkit.module.options import Options, flag, paths
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.module.world import Account, Files

_FILES = ("/etc/motd", "/run/motd", "/usr/lib/motd")
_DIRECTORIES = ("/etc/motd.d", "/run/motd.d", "/usr/lib/motd.d")

_PROGRAMS, _DYNAMIC = "/etc/update-motd.d", "/run/motd.dynamic"

# Nothing in here comes from outside.  DIALECT: Debian's module runs this, and so tells programs.
_UPDATE = (
    "umask 022; exec /usr/bin/env -i "
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "
    f"run-parts --lsbsysinit {_PROGRAMS}"
)


class MotdOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    motd: tuple[str, ...] | None = paths("show the first of these files that can be read")
    motd_dir: tuple[str, ...] | None = paths("show the files in these directories")
    noupdate: bool = flag(f"do not run the programs in `{_PROGRAMS}`")


MODULE = declare(
    "pam_motd",
    options=MotdOptions,
    answers={
        Primitive.OPEN_SESSION: "ignore session_err",
        Primitive.CLOSE_SESSION: "ignore",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[
        ASKS_USER,
        SETS_ENVIRONMENT,
        RUNS_PROGRAM.when(noupdate=False),
        WRITES_FILES.when(noupdate=False),
    ],
    files=[*_FILES, *_DIRECTORIES, _PROGRAMS, _DYNAMIC],
    examples=[
        example("login", "session optional pam_motd.so"),
        example("sshd", "session optional pam_motd.so motd=/run/motd.dynamic"),
        example("sshd", "session optional pam_motd.so noupdate"),
    ],
)

_MOST = 1 << 16


async def pam_sm_open_session(call: ModuleCall[MotdOptions]) -> ReturnCode:
    """Show what there is."""
    options = call.options
    if call.silent:
        return ReturnCode.IGNORE
    _complain(call)
    if not options.noupdate:
        await _update(call)
    is_stated = options.motd is not None or options.motd_dir is not None
    try:
        account = await _account(call)
        texts, faults = _read(
            call,
            account,
            (options.motd or ()) if is_stated else _FILES,
            (options.motd_dir or ()) if is_stated else _DIRECTORIES,
        )
    except PermissionError:
        call.log(Priority.ERR, "Unable to drop privileges")
        return ReturnCode.SESSION_ERR
    for directory, fault in faults:
        if is_stated or fault.errno != errno.ENOENT:
            call.log(Priority.ERR, f"error scanning directory {directory}: {fault.strerror}")
    for text in texts:
        shown = text.removesuffix(b"\n").partition(b"\0")[0]
        await call.say(Style.TEXT_INFO, shown.decode("utf-8", "surrogateescape"))
    call.putenv("MOTD_SHOWN=pam")
    return ReturnCode.IGNORE


def pam_sm_close_session(_: ModuleCall[MotdOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


def _complain(call: ModuleCall[MotdOptions]) -> None:
    unknown = call.options.unknown(call.args)
    for word in call.args:
        if word in ("motd=", "motd_dir="):
            call.log(Priority.ERR, f"{word} specification missing argument - ignored")
        elif word in unknown:
            call.log(Priority.ERR, f"unknown option: {word}")


async def _update(call: ModuleCall[MotdOptions]) -> None:
    """Have the programs say what is new today; the old file stays if that fails."""
    files, process = call.world.files, call.world.process
    try:
        if files.status(_PROGRAMS).kind != "directory":
            return
    except OSError:
        return
    try:
        # A shell gives up what a program that is setuid root has; so nothing is lost here.
        if process.uid() != 0 or process.euid() != 0:
            raise PermissionError(errno.EPERM, "only root's own processes run programs")
        done = await call.run(("/bin/sh", "-c", _UPDATE))
        if done.status != 0:
            raise OSError(errno.EIO, f"run-parts failed: {done.status}")
        files.replace(_DYNAMIC, done.output, mode=0o644)
    except OSError as odd:
        call.log(Priority.NOTICE, f"{_DYNAMIC} is not updated: {odd.strerror}")


async def _account(call: ModuleCall[MotdOptions]) -> Account:
    """Return the user; `PermissionError` if there is none whose rights could be taken."""
    try:
        account = call.world.accounts.find(await call.user())
    except (Stop, OSError):
        account = None
    if account is None:
        raise PermissionError
    return account


def _read(
    call: ModuleCall[MotdOptions],
    account: Account,
    files: Sequence[str],
    directories: Sequence[str],
) -> tuple[list[bytes], list[tuple[str, OSError]]]:
    """Return all there is to show, and what is wrong with directories, as the user sees it.

    `PermissionError` if root cannot take the user's place.
    """
    faults: list[tuple[str, OSError]] = []
    if call.world.process.euid() != 0:
        return _texts(call.world.files, files, directories, faults), faults
    missing = _missing_for_all(call.world.files, files, directories)
    if missing is not None:
        return _texts(call.world.files, files, (), faults), missing
    # INVARIANT: no await inside.
    with call.world.files.drop_to(account):
        return _texts(call.world.files, files, directories, faults), faults


def _missing_for_all(
    files: Files, paths: Sequence[str], directories: Sequence[str]
) -> list[tuple[str, OSError]] | None:
    """Return what is wrong with directories, if every user sees the same: there are none.

    Then nobody's rights need to be taken to look.  `None` if users may see different things.
    """
    missing: list[tuple[str, OSError]] = []
    for directory in directories:
        try:
            files.status(directory)
        except (FileNotFoundError, NotADirectoryError) as fault:
            missing.append((directory, fault))
            continue
        except OSError:
            pass
        return None
    for path in paths:
        if files.is_open_to_all(path):
            return missing  # it is the first that can be opened
        if not is_missing(files, path):
            return None
    return missing


def _texts(
    files: Files,
    paths: Sequence[str],
    directories: Sequence[str],
    faults: list[tuple[str, OSError]],
) -> list[bytes]:
    names: set[str] = set()
    for directory in directories:
        try:
            names.update(files.names(directory))
        except OSError as fault:
            faults.append((directory, fault))
    texts = [_first(files, paths)]
    for name in sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape")):
        texts.append(_first(files, [f"{directory}/{name}" for directory in directories]))
    return [text for text in texts if text]


def _first(files: Files, paths: Sequence[str]) -> bytes:
    """Return what the first of these that can be opened has to show; nothing if none can."""
    for path in paths:
        try:
            status, data = files.read_with_status(path, limit=_MOST)
        except OSError as fault:
            if fault.errno == errno.EFBIG:
                return b""
            continue
        if status.kind != "socket":  # C: nobody can open one
            return data
    return b""
