"""Let a user who became another go on with the X display.

Who runs su(1) in a terminal window has the key of the display (a cookie) in a file that the other
user may not read.  When a session is opened the key of the display in `DISPLAY` is taken from the
real user's file, with xauth(1), and put into a new file in the home directory of the user whose
session it is, `.xauthXXXXXX` with six letters or digits in the place of the X.  `XAUTHORITY` is set
to its name, `DISPLAY` and `XAUTHLOCALHOSTNAME` to what the process has them, all in the PAM
environment, and `XAUTHORITY` in that of the process as well.  When the session is closed the file
is removed.  The real user's file is what `XAUTHORITY` of the process names, or `~/.Xauthority`.

Both users have a say.  In `~/.xauth/export` are the users that one gives keys to, in
`~/.xauth/import` those that one takes keys from: a pattern of a name in each line, as the shell
reads them (`*`, `?`, `[...]`).  Without the file every user is meant; but root gives its keys to
root alone unless `export` says otherwise.  A file that cannot be read, or is no regular file, means
nobody.  Users with numbers up to `systemuser=` get no keys, but root and `targetuser=` do.

Where there is no xauth, or no `DISPLAY`, there is nothing to do, and that is success.  Whatever
else is in the way, such as a user who says no or a missing key, is `session_err`; then `XAUTHORITY`
is removed from the environment of the process.  So let it be `optional`.  It proves nothing about
anybody.

Each file is touched with the rights of the user whose it is, and not as root: the lists, the new
file and its removal (CVE-2010-4706); no pipe is waited for (CVE-2010-4707).  The two runs of xauth
belong to the user whose file it is and to no other group; if one right could not be given up, it is
not run (CVE-2010-3316).

Differences: a list that is a symbolic link is no regular file.  xauth gets no environment: C gives
it that of the process, also where it runs as another user.  A debug line has the key left out.
Numbers that no user can have are no numbers.  A program that is not named by an absolute path is
not there, and it is logged that xauth cannot be run, or fails to keep the key; in the second case
the answer is success nevertheless, as in C.  A line of a list is never taken for several, however
long.  In a process that ignores SIGCHLD keys may not be found.  Labels of SELinux are not set.  The
file stays if the session is closed by another process than the one that opened it.

Source: `pam_xauth(8)`.
"""

from __future__ import annotations

import errno

from pamkit.formats.glob import matches
from pamkit.formats.strtoll import strtoll
from pamkit.module.as_user import NotThatUser, as_user
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_USER,
    NEEDS_ROOT,
    READS_HOME,
    RUNS_PROGRAM,
    SETS_ENVIRONMENT,
    WRITES_FILES,
)
from pamkit.module.options import Option, Options, flag, text
from pamkit.module.program import Finished, NoUser, Run
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.world import Account, Files

_SYSTEM_USER, _TARGET_USER = 499, 0


def _user(phrase: str, default: int) -> Any:
    return Option("", phrase, default, _number, True, "number")


def _number(given: str) -> int:
    number = strtoll(given, base=10)
    if number is None or not -(1 << 31) <= number < 1 << 32:
        raise ValueError("expected the number of a user")
    return number & 0xFFFFFFFF  # C: -1 is the largest there is


class XauthOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log what is done, and why not")
    xauthpath: str | None = text("the program xauth", default=None, value="file")
    systemuser: int = _user("give no keys to users up to this number", _SYSTEM_USER)
    targetuser: int = _user("give keys to this user all the same", _TARGET_USER)


_PROGRAMS = ("/usr/X11R6/bin/xauth", "/usr/bin/xauth", "/usr/bin/X11/xauth")

MODULE = declare(
    "pam_xauth",
    options=XauthOptions,
    answers={
        Primitive.OPEN_SESSION: "success session_err",
        Primitive.CLOSE_SESSION: "success session_err",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, NEEDS_ROOT, READS_HOME, RUNS_PROGRAM, SETS_ENVIRONMENT, WRITES_FILES],
    files=_PROGRAMS,
    examples=[
        example("su", "session optional pam_xauth.so"),
        example("su", "session optional pam_xauth.so systemuser=999"),
    ],
)

_DATA = "pam_xauth.file"
_AUTHORITY, _LOCAL_NAME = "XAUTHORITY", "XAUTHLOCALHOSTNAME"
_START = ".xauth"
_HERE = ("localhost:", "localhost/unix:")
_MOST = 1 << 20


async def pam_sm_open_session(call: ModuleCall[XauthOptions]) -> ReturnCode:
    """Hand on the key of the display."""
    options, process = call.options, call.world.process
    _complain(call)
    program = options.xauthpath
    if program is None:
        program = next((path for path in _PROGRAMS if call.world.files.runnable(path)), None)
    if program is None:
        return ReturnCode.SUCCESS  # C: nobody here has keys of displays
    display = process.variable("DISPLAY")
    if display is None:
        _debug(call, "user has no DISPLAY, doing nothing")
        return ReturnCode.SUCCESS  # there is nothing to hand on
    answer = ReturnCode.SESSION_ERR
    try:
        answer = await _forward(call, program, display)
    finally:
        # The new user's programs must not look for keys in the old user's file.
        if answer != ReturnCode.SUCCESS and process.variable(_AUTHORITY) is not None:
            process.set_variable(_AUTHORITY, None)
    return answer


async def pam_sm_close_session(call: ModuleCall[XauthOptions]) -> ReturnCode:
    """Remove the file, as the user whose it is."""
    try:
        path = call.data(_DATA)
    except KeyError:
        return ReturnCode.SUCCESS  # no file was made
    _complain(call, opening=False)
    target = await _target(call)
    if target is None:
        return ReturnCode.SESSION_ERR
    _debug(call, f"removing `{path}'")
    files = call.world.files
    try:
        as_user(call.world, target, lambda: files.remove(path))
    except NotThatUser as odd:
        call.log(Priority.ERR, str(odd))
        return ReturnCode.SESSION_ERR
    except FileNotFoundError:
        pass  # whoever removed it
    except OSError as fault:
        call.log(Priority.WARNING, f"Couldn't remove `{path}': {fault.strerror}")
    return ReturnCode.SUCCESS  # C: a session ends, whatever stays behind


async def _forward(call: ModuleCall[XauthOptions], program: str, display: str) -> ReturnCode:
    target = await _target(call)
    if target is None:
        return ReturnCode.SESSION_ERR
    process, gid = call.world.process, call.world.identity.group_ids()[0]
    uid = process.uid()
    invoker = call.world.accounts.by_uid(uid)
    if invoker is None:
        call.log(Priority.ERR, "error determining invoking user's name")
        return ReturnCode.SESSION_ERR
    to = f"{target.uid}/{target.gid}"
    _debug(call, f"requesting user {invoker.uid}/{invoker.gid}, target user {to}")
    if target.uid not in (0, call.options.targetuser) and target.uid <= call.options.systemuser:
        _debug(call, f"not forwarding cookies to user ID {target.uid}")
        return ReturnCode.SESSION_ERR
    if not _agreed(call, invoker, target, uid):
        return ReturnCode.SESSION_ERR
    file = process.variable(_AUTHORITY)
    if file is None:
        file = f"{invoker.home}/.Xauthority"
    _debug(call, f"reading keys from `{file}'")
    own = (uid, gid)
    key = await _ran(call, (program, "-f", file, "nlist", display), own)
    if not key and display.startswith(_HERE):
        there = f"{process.host_name()}/unix:{display.partition(':')[2]}"
        _debug(call, f"no key for `{display}', trying `{there}'")
        key = await _ran(call, (program, "-f", file, "nlist", there), own)
    if not key:
        _debug(call, "no key")
        return ReturnCode.SESSION_ERR
    return await _hand_over(call, target, (program, display), key)


async def _hand_over(
    call: ModuleCall[XauthOptions], target: Account, named: tuple[str, str], key: Secret
) -> ReturnCode:
    """Put the key into a new file of the target's, and tell everybody where that is."""
    (program, display), process, files = named, call.world.process, call.world.files
    try:
        made = as_user(call.world, target, lambda: files.new(target.home, _START))
    except NotThatUser as odd:
        call.log(Priority.ERR, str(odd))
        return ReturnCode.SESSION_ERR
    except OSError as fault:
        path = f"{target.home}/{_START}XXXXXX"
        call.log(Priority.ERR, f"error creating temporary file `{path}': {fault.strerror}")
        return ReturnCode.SESSION_ERR
    call.set_data(_DATA, made)
    _put(call, _AUTHORITY, made)
    process.set_variable(_AUTHORITY, made)
    _put(call, "DISPLAY", display)
    local_name = process.variable(_LOCAL_NAME)
    if local_name is not None:
        _put(call, _LOCAL_NAME, local_name)
    # Who has the key has the display: it is not for the log.
    _debug(call, f"writing key `...' to temporary file `{made}'")
    words = (program, "-f", made, "nmerge", "-")
    await _ran(call, words, (target.uid, target.gid), key)
    return ReturnCode.SUCCESS  # both users agreed, and the file is the target's alone


def _put(call: ModuleCall[XauthOptions], name: str, value: str) -> None:
    if call.putenv(f"{name}={value}") != ReturnCode.SUCCESS:
        call.log(Priority.ERR, f"can't set environment variable '{name}={value}'")


async def _target(call: ModuleCall[XauthOptions]) -> Account | None:
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return None
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, "error determining target user's UID")
    return account


def _agreed(call: ModuleCall[XauthOptions], invoker: Account, target: Account, uid: int) -> bool:
    """Whether one user gives keys to the other, and that one takes them."""
    if invoker.name == target.name:
        _debug(call, "current and target user are the same, forward X11")
        return True
    # Root's keys are for root alone, unless root says otherwise.
    freely = uid != 0 or target.uid == 0
    return _listed(call, "export", invoker.name, target.name, otherwise=freely) and _listed(
        call, "import", target.name, invoker.name, otherwise=True
    )


def _listed(
    call: ModuleCall[XauthOptions], sense: str, owner: str, other: str, *, otherwise: bool
) -> bool:
    """Whether a user's list has another user; ``otherwise``: if there is no list."""
    account = call.world.accounts.find(owner)
    if account is None:
        call.log(Priority.ERR, f"error determining home directory for '{owner}'")
        return False
    path = f"{account.home}/.xauth/{sense}"
    try:
        data = as_user(call.world, account, lambda: _read(call.world.files, path))
    except NotThatUser as odd:
        call.log(Priority.ERR, str(odd))
        return False
    except FileNotFoundError:
        _debug(call, f"{path} does not exist, {'ignoring' if otherwise else 'failing'}")
        return otherwise
    except OSError as fault:
        line = f"error opening {path}: {fault.strerror}"
        if fault.errno == errno.ENAMETOOLONG:
            call.log(Priority.ERR, line)
        else:
            _debug(call, line)
        return False
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        if matches(line.partition("\r")[0].partition("\0")[0], other):
            _debug(call, f"{other} {sense} allowed by {path}")
            return True  # the owner's own file has a pattern for the other
    _debug(call, f"{other} not listed in {path}")
    return False


def _read(files: Files, path: str) -> bytes:
    """Return the bytes of a list; `OSError` for what is no regular file itself."""
    # It is looked at first: to open a device can do something.
    if files.status(path, follow=False).kind == "file":
        status, data = files.read_with_status(path, follow=False)
        if status.kind == "file":
            return data
    raise OSError(errno.EINVAL, "Invalid argument")


async def _ran(
    call: ModuleCall[XauthOptions],
    words: tuple[str, ...],
    user: tuple[int, int],
    stdin: Secret | None = None,
) -> Secret | None:
    """Run xauth as a user; return what it says, `None` if it could not be run."""
    _debug(call, f'running "{" ".join(words)}" as {user[0]}/{user[1]}')
    # Nothing is known of who chose the environment; C hands it on.
    wanted = Run(words, (), b"" if stdin is None else stdin, as_user=user)
    said = b""
    try:
        running = await call.start(wanted)
        try:
            while not isinstance(heard := await call.listen(running), Finished):
                said += heard[: _MOST - len(said)]
        finally:
            running.close()
    except NoUser as fault:
        numbers = {"setgid": f"({user[1]})", "setuid": f"({user[0]})"}.get(fault.filename, "()")
        call.log(Priority.ERR, f"{fault.filename}{numbers} failed: {fault.strerror}")
        return None
    except OSError as fault:
        call.log(Priority.ERR, f"{words[0]}: {fault.strerror}")
        return None
    if stdin is not None and heard.status != 0:
        call.log(Priority.ERR, f"{words[0]} {words[3]} failed: exit code {heard.status}")
    return Secret(said)


def _complain(call: ModuleCall[XauthOptions], *, opening: bool = True) -> None:
    unknown = call.options.unknown(call.args)
    for word in call.args:
        name, _, value = word.partition("=")
        if word in unknown:
            call.log(Priority.WARNING, f"unrecognized option `{word}'")
        elif opening and name in ("systemuser", "targetuser") and _is_none(value):
            call.log(Priority.WARNING, f"invalid value for {name} (`{value}')")


def _is_none(value: str) -> bool:
    try:
        _number(value)
    except ValueError:
        return True
    return False


def _debug(call: ModuleCall[XauthOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)
