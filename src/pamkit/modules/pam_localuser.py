"""Succeed if the user has a line in the passwd file itself.

Asks whether a line of `/etc/passwd`, or of the file that `file=` names, begins with the user's
name and a colon; what follows is not looked at, nor does any other source of accounts count
(LDAP, NIS, a directory of systemd).  Policies use it to send local users to one module and all
others to another.

The answer is success for a user with a line and `perm_denied` for all others, also for a name
with a colon in it; `service_err` for an empty name and for a file that cannot be read.  Setcred
always succeeds.

Success proves nothing about who is asking, only that somebody of that name is local; as the only
line of `auth` the module would let every local user in.

Differences: what is no file is an error, where C takes a directory for an empty list; names that
begin with `+`, `-` or `#` are never local; a line may begin with blanks, as it may for the C
library's own account database.  Names may be of any length, as in Linux-PAM 1.6 and later.
Source: `pam_localuser(8)`.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE, has_line
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.options import Options, flag, path
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_FILE = "file="
_LARGEST = 64 << 20  # bytes: half a million users


class LocaluserOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log which file is looked at")
    file: str = path("look into this file", default=PASSWD_FILE)


_CODES = "success perm_denied service_err incomplete buf_err conv_err"

MODULE = declare(
    "pam_localuser",
    options=LocaluserOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[PASSWD_FILE],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[
        example(
            "system-auth",
            "account sufficient pam_localuser.so",
            "Fedora's: local users need not be known to the directory",
        ),
        example("system-auth", "auth [default=1 ignore=ignore success=ok] pam_localuser.so"),
    ],
)


async def _check(call: ModuleCall[LocaluserOptions]) -> ReturnCode:
    _note_arguments(call)
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        return ReturnCode.INCOMPLETE if stop.code is ReturnCode.CONV_AGAIN else stop.code
    if not user:
        call.log(Priority.NOTICE, "user name is not valid")
        return ReturnCode.SERVICE_ERR
    if ":" in user:
        return ReturnCode.PERM_DENIED
    file = _file(call)
    try:
        is_local = _has_line(call, file, user)
    except OSError as odd:
        call.log(Priority.ERR, f"error opening {file}: {odd.strerror}")
        return ReturnCode.SERVICE_ERR
    # Yes: the whole file was read, and the name stands in it.
    return ReturnCode.SUCCESS if is_local else ReturnCode.PERM_DENIED


def pam_sm_setcred(_: ModuleCall[LocaluserOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check
pam_sm_open_session = _check
pam_sm_close_session = _check
pam_sm_chauthtok = _check


def _file(call: ModuleCall[LocaluserOptions]) -> str:
    """Return the file to look into; one that cannot be looked for is not replaced by another."""
    given = [arg.removeprefix(_FILE) for arg in call.args if arg.startswith(_FILE)]
    taken = call.options.file  # with a relative path made absolute, if that is allowed
    return taken if not given or (given[-1] and taken.endswith(given[-1])) else given[-1]


def _has_line(call: ModuleCall[LocaluserOptions], file: str, user: str) -> bool:
    """Whether the user has a line in a file; `OSError` if that cannot be told."""
    if file == PASSWD_FILE:
        return call.world.accounts.is_local(user)
    if not file:
        raise FileNotFoundError(_ENOENT, "No such file or directory")
    return has_line(call.world.files.read(file, limit=_LARGEST), user)


_ENOENT = 2


def _note_arguments(call: ModuleCall[LocaluserOptions]) -> None:
    unknown = call.options.unknown(call.args)
    for arg in call.args:
        if arg in unknown:
            call.log(Priority.ERR, f"unrecognized option: {arg}")
        elif arg.startswith(_FILE) and call.options.debug:
            call.log(Priority.DEBUG, f"set filename to {arg.removeprefix(_FILE)}")
