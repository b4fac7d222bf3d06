"""Shut users up in a directory for the time of their session.

If the home of a user has `/./` in it, what is before becomes the root directory, and what is behind
the working directory.  Otherwise `dir=` is the root and `cwd=` (`/` if nothing is said) the working
directory.  Without any of them nothing happens, or with `always` the session is refused
(`session_err`).  Root is not shut up, unless `also_root` is given.  The variable `HOME` of the PAM
environment becomes the working directory.  The end of a session changes nothing.

What cannot be done is `session_err`, and so is a home whose root would be empty or relative.  The
process must be root's.  A directory that the user can write is no prison, and gives root away where
programs with root's rights run in it.

Difference: after a change of the root that was followed by a failure the process is in the new
root, as in C, and the session must not go on.  Paths must be absolute.  Source: `pam_chroot(8)` of
FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, NEEDS_ROOT, SETS_ENVIRONMENT
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, user_of
from pamkit.module.options import flag, path
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_MARK = "/./"


class ChrootOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    also_root: bool = flag("shut root up as well")
    always: bool = flag("refuse users for whom there is no directory")
    dir: str = path("the root of users whose home has no `/./`", value="directory")
    cwd: str = path("where they are in it", default="/", value="directory")


MODULE = declare(
    "pam_chroot",
    options=ChrootOptions,
    answers={
        Primitive.OPEN_SESSION: "success session_err",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    facts=[ASKS_USER, SETS_ENVIRONMENT, NEEDS_ROOT],
    examples=[example("ftpd", "session required pam_chroot.so dir=/var/ftp always")],
)


async def pam_sm_open_session(call: ModuleCall[ChrootOptions]) -> ReturnCode:
    """Change the root of the process."""
    try:
        user = await user_of(call)
    except Stop:
        return ReturnCode.SESSION_ERR
    account = call.world.accounts.find(user)
    if account is None:
        return ReturnCode.SESSION_ERR
    if account.uid == 0 and not call.options.also_root:
        return ReturnCode.SUCCESS  # root is not shut up: nothing is granted that was not there
    wanted = _wanted(call, account)
    if wanted is None:
        if any(arg.startswith(("dir=", "cwd=")) for arg in call.args) or call.options.always:
            call.log(Priority.ERR, f"{user} has no chroot directory")
            return ReturnCode.SESSION_ERR
        return ReturnCode.SUCCESS  # nobody said that this user is to be shut up
    root, place = wanted
    if not root.startswith("/"):
        call.log(Priority.ERR, f"{user} has no good chroot directory")
        return ReturnCode.SESSION_ERR
    process, what = call.world.process, "chroot()"
    try:
        process.change_root(root)
        what = "chdir()"
        process.change_directory(place)
    except OSError as fault:
        call.log(Priority.ERR, f"{what}: {fault.strerror}")
        return ReturnCode.SESSION_ERR
    call.putenv(f"HOME={place}")
    return ReturnCode.SUCCESS  # the process is where the line wants it


def pam_sm_close_session(_: ModuleCall[ChrootOptions]) -> ReturnCode:
    """Do nothing: a process does not come out again."""
    return ReturnCode.SUCCESS  # nothing is granted at an end


def _wanted(call: ModuleCall[ChrootOptions], account: Account) -> tuple[str, str] | None:
    """Return the root and the working directory for a user; `None` if there is none."""
    root, mark, place = account.home.partition(_MARK)
    if mark:
        return root, f"/{place}"
    return (call.options.dir, call.options.cwd) if call.options.dir else None
