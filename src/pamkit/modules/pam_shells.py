"""Let in only users whose shell is listed.

The shell of the user's account must stand on a line of its own in `/etc/shells`; an account
without a shell has `/bin/sh`.  Lines that do not begin with `/` are passed over.  Where
`/etc/shells` is missing, the distribution's file and all files in `shells.d` count instead, those
of the distribution and of `/etc`.  Administrators who give accounts an unlisted shell
(`/usr/sbin/nologin`) lock them out of services such as FTP that start no shell themselves.

The answer is success if the shell is listed and `auth_err` if not; `user_unknown` for a user
without an account.  A file that is missing, that everybody can write, or that is no regular file
is `auth_err` for everybody; one that may not be read, and a user name that cannot be had, is
`service_err`.  The module takes no options and overlooks all words behind its name.

Success proves nothing about who is asking; in `auth` the module belongs beside one that asks for
a secret.

Differences: as in Linux-PAM 1.6 and later an unknown user is `user_unknown` (before: `auth_err`),
and lines count whole (before: in pieces of 254 bytes).  A line with a NUL in it is no shell.
Source: `pam_shells(8)`, `shells(5)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import drop_ins, read_first_with_status
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files, FileStatus

    Piece = tuple[str, FileStatus, bytes]

_LIST, _MORE = "/etc/shells", "/etc/shells.d"
_USUAL = "/bin/sh"
_OTHERS_MAY_WRITE = 0o002

_CODES = "success auth_err user_unknown service_err"

MODULE = declare(
    "pam_shells",
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[_LIST],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[example("vsftpd", "auth required pam_shells.so", "nobody whose shell is nologin")],
)


async def _check(call: ModuleCall[NoOptions]) -> ReturnCode:
    try:
        user = await call.user()
    except Stop:
        return ReturnCode.SERVICE_ERR
    account = call.world.accounts.find(user)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    listed = _listed(call)
    if isinstance(listed, ReturnCode):
        return listed
    shell = account.shell or _USUAL
    if shell.startswith("/") and shell.encode("utf-8", "surrogateescape") in listed:
        return ReturnCode.SUCCESS  # yes: the administrator lists this shell
    # DIALECT: up to 1.5 this was not logged.
    call.log(Priority.NOTICE, f"User has an invalid shell '{shell}'")
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check


def _listed(call: ModuleCall[NoOptions]) -> list[bytes] | ReturnCode:
    """Return the lines of all files that count; a code, with a line in the log, for a bad one."""
    lines: list[bytes] = []
    try:
        for place, status, data in _pieces(call.world.files):
            if status.kind != "file" or status.mode & _OTHERS_MAY_WRITE:
                call.log(Priority.ERR, f"{place} is either world writable or not a normal file")
                return ReturnCode.AUTH_ERR
            lines += data.split(b"\n")
    except PermissionError as odd:
        call.log(Priority.ERR, f"Error opening {odd.filename}: {odd.strerror}")
        return ReturnCode.SERVICE_ERR
    except OSError as odd:
        call.log(Priority.ERR, f"Cannot stat {odd.filename}: {odd.strerror}")
        return ReturnCode.AUTH_ERR
    return lines


def _pieces(files: Files) -> list[Piece]:
    """Return path, status and bytes of all files that count; `OSError` if there are none."""
    found = read_first_with_status(files, _LIST)
    if found is not None and found[0] == _LIST:
        return [found]
    more = (read_first_with_status(files, place) for place in drop_ins(files, _MORE, ""))
    pieces = [piece for piece in (found, *more) if piece is not None]
    if not pieces:
        raise FileNotFoundError(_ENOENT, "No such file or directory", _LIST)
    return pieces


_ENOENT = 2
