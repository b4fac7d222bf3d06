"""Make the home directory of a user who has none.

When a session is opened and nothing lies where the user's entry has the home directory, it is made,
with a copy of what lies in `/etc/skel`.  So users of a directory service get a home at their first
login.  If anything lies there, whosesoever it is, the answer is `success` at once.

The permissions of the home are those that `umask=` leaves of 0777.  Without the option they are
`HOME_MODE` of `/etc/login.defs`, or what its `UMASK` leaves, or 0755; these are octal numbers.
Files get what they have in the skeleton, and w for everybody, less the mask of the option; without
it less 022, whatever `UMASK` is.  Directories below the home have its permissions less that mask.
Everything belongs to the user and the user's primary group.  Symbolic links are copied as they are;
devices, FIFOs and sockets are not; times, attributes and lists of rights are not kept.  Directories
on the way to the home are made as well, for root, with 0755 less the umask of the process.

A distribution may have a skeleton of its own, `/usr/etc/skel` or `/usr/share/skel`: what is not in
`/etc/skel` is taken from there.  `skel=` names the only one, or with nothing behind it none.

It must be run by a process that may make the directory: root's.  If it cannot be made the answer
is `perm_denied`, and what is wrong is in the log; a user without an entry is `user_unknown`, and a
relative path or a mask that is none is `session_err`.  Applications that want no messages, and the
option `silent`, keep the two messages back.

How it is made: all of it from open directory to open directory.  The home is root's alone until it
is complete, and is given to the user last.  Whoever can write where it lies and puts something else
in its place does not get that filled.  A process that is killed on the way leaves a directory that
root alone can enter, and that counts as a home from then on, as in C: remove it.  If only a part
can be copied, the login fails, and the next one goes on with that part.

Differences: there is no helper program; what it would log stands in the log as this module's, and
a limit on the size of files is an error here, where it kills the helper.  A mask is octal, and
nothing else: C takes `umask=77` for octal at the home, and for decimal at the files in it, which
everybody can write to then; `umask=0x3f` opens the home to everybody, as does a `UMASK` without a
number.  A `HOME_MODE` may have a comment behind it.  A home that is a link to nothing, or a way
with `..` in it, is refused; so is a symbolic link on the way that belongs neither to root nor to
the process.  A home that is not an absolute path is refused even where the process happens to find
something of that name.  A missing `/etc/skel` is no error if the distribution has one.  What in a
skeleton cannot be looked at is an error and not passed over, and skeletons are at most 64
directories deep.

Labels of SELinux are not set: new files have those that the policy gives to files of the login
program.  Where the policy has the C helper to label them, `restorecon` must follow.

Source: `pam_mkhomedir(8)`, `mkhomedir_helper(8)`, `login.defs(5)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.module.call import ModuleCall
from pamkit.module.configuration import directories, read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEEDS_ROOT, NEVER_PROMPTS, WRITES_FILES
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_SKELETON = "/etc/skel"
_MASK = "0022"
_OCTAL = frozenset("01234567")


class MkhomedirOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    silent: bool = flag("show no messages")
    debug: bool = flag("log what is done")
    umask: str | None = text("what new files do not get", default=None, value="octal")
    skel: str | None = text(
        "copy what lies here instead of in `/etc/skel`", default=None, value="directory"
    )


MODULE = declare(
    "pam_mkhomedir",
    options=MkhomedirOptions,
    answers={
        Primitive.OPEN_SESSION: "success user_unknown perm_denied session_err",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER],
    files=[login_defs.PATH, _SKELETON],
    facts=[NEVER_PROMPTS, NEEDS_ROOT, WRITES_FILES],
    examples=[
        example("common-session", "session optional pam_mkhomedir.so umask=0077"),
        example("login", "session required pam_mkhomedir.so skel=/etc/skel umask=0022"),
    ],
)


async def pam_sm_open_session(call: ModuleCall[MkhomedirOptions]) -> ReturnCode:
    """Make the home directory of the user, unless it is there."""
    for word in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {word}")
    user = call.item(Item.USER)
    if not user:
        call.log(Priority.NOTICE, "Cannot obtain the user name.")
        return ReturnCode.USER_UNKNOWN
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, "User unknown.")
        return ReturnCode.USER_UNKNOWN
    if _is_there(call, account.home):
        _debug(call, f"Home directory {account.home} already exists.")
        return ReturnCode.SUCCESS  # as in C: whatever it is, it is somebody's wish
    is_quiet = call.silent or call.options.silent
    if not is_quiet:
        await call.say(Style.TEXT_INFO, f"Creating directory '{account.home}'.")
    _debug(call, "Executing mkhomedir_helper.")  # C: programs look for the line
    code = _made(call, account)
    _debug(call, f"mkhomedir_helper returned {int(code)}")
    if code != ReturnCode.SUCCESS and not is_quiet:
        failure = f"Unable to create and initialize directory '{account.home}'."
        await call.say(Style.ERROR_MSG, failure)
    return code


def pam_sm_close_session(_: ModuleCall[MkhomedirOptions]) -> ReturnCode:
    """Do nothing: the home stays."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _made(call: ModuleCall[MkhomedirOptions], account: Account) -> ReturnCode:
    try:
        mask, mode = _permissions(call)
    except ValueError as bogus:
        call.log(Priority.ERR, f"{bogus}")
        return ReturnCode.SESSION_ERR
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {login_defs.PATH}: {fault.strerror}")
        return ReturnCode.SESSION_ERR
    if not account.home.startswith("/"):
        call.log(Priority.ERR, f"Relative user home directory {account.home}")
        return ReturnCode.SESSION_ERR
    try:
        call.world.homes.make(account, skeletons=_skeletons(call), mode=mode, mask=mask)
    except FileExistsError as fault:
        # Another login of the user was quicker; or it is a link to nothing.
        if not _is_there(call, account.home):
            call.log(Priority.ERR, f"{fault.strerror}")
            return ReturnCode.PERM_DENIED
    except OSError as fault:
        call.log(Priority.ERR, f"{fault.strerror}")
        return ReturnCode.PERM_DENIED
    # Success: the home is there, and is the user's.
    return ReturnCode.SUCCESS


def _is_there(call: ModuleCall[MkhomedirOptions], home: str) -> bool:
    """Whether something lies there; in doubt no, and it turns out when it is made."""
    try:
        call.world.files.status(home)
    except OSError:
        return False
    return True


def _permissions(call: ModuleCall[MkhomedirOptions]) -> tuple[int, int]:
    """Return the mask for files, and the permissions of the home.

    `ValueError`, in C's words, for what is no octal number; `OSError` if login.defs is there and
    cannot be read.
    """
    if call.options.umask is not None:
        mask = _octal(call.options.umask, "umask")
        return mask, 0o777 & ~mask
    mask = _octal(_MASK, "umask")
    found = read_first(call.world.files, login_defs.PATH)
    data = b"" if found is None else found[1]
    stated = login_defs.value(data, "HOME_MODE")
    if stated is not None:
        mode = _octal(stated, "home_mode")
    else:
        written = login_defs.value(data, "UMASK")
        mode = 0o777 & ~_octal(_MASK if written is None else written, "umask")
    return mask, mode or 0o777 & ~mask  # C: 0 stands for a mode that was not given


def _octal(written: str, name: str) -> int:
    digits = (written.split() or [""])[0]
    if not digits or not _OCTAL.issuperset(digits) or len(digits) > 5 or int(digits, 8) > 0o7777:
        raise ValueError(f"Bogus {name} value {written}")
    return int(digits, 8)


def _skeletons(call: ModuleCall[MkhomedirOptions]) -> tuple[str, ...]:
    stated = call.options.skel
    if stated is None:
        return directories(call.world.files, _SKELETON)
    if not stated:
        return ()
    here = "" if stated.startswith("/") else call.world.process.directory().rstrip("/") + "/"
    return (here + stated,)


def _debug(call: ModuleCall[MkhomedirOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)
