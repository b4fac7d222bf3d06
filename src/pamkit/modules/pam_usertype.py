"""Succeed if the user is a system user, or if the user is a regular one.

`issystem` asks for a system user, `isregular` for one who is not; if both are given the last
counts, and without either the answer is `service_err`.  A system user has a number below
`UID_MIN` and not above `SYS_UID_MAX` of `/etc/login.defs`, or the distribution's; where they are
not given, or are no numbers, they are 1000 and one less than `UID_MIN`.  The user `nobody` is a
system user: number 65534, and the number the kernel shows for users it has no number for
(`/proc/sys/kernel/overflowuid`), if that is another.

The answer is success or `auth_err`; `user_unknown` for a user without an account.  Whether an
account was found makes no difference to the number of look-ups, so that time tells little about
who exists.

Success proves nothing about who is asking, only what kind of account it is about (with `use_uid`:
whose account runs the application).  In `auth` it belongs before or behind a line that asks for a
secret.

Differences: a login.defs that is there and cannot be read is `service_err`; C goes on with its
defaults.  A negative number in it is none; C may read it as a small one.  Files in
`/etc/login.defs.d` are not read; C reads them where it was built with libeconf, as on openSUSE.
Up to Linux-PAM 1.5 numbers had to be at least `SYS_UID_MIN`, or below 100.
Source: `pam_usertype(8)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_USER,
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
    NEVER_PROMPTS,
)
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_OVERFLOW = "/proc/sys/kernel/overflowuid"
_NOBODY = 65534
_FIRST_REGULAR = 1000
_NO_USER = 0xFFFFFFFF  # C: (uid_t)-1
_DIGITS = 20  # more are no user number, whatever they are
_BLANKS = " \t\n\v\f\r"


class UsertypeOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    issystem: bool = flag("succeed for system users")
    isregular: bool = flag("succeed for users who are no system users")
    use_uid: bool = flag("judge the user who runs the application instead of the one asked for")
    audit: bool = flag("log names of users that do not exist")


_CODES = "success auth_err user_unknown service_err incomplete buf_err conv_err"

MODULE = declare(
    "pam_usertype",
    options=UsertypeOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[login_defs.PATH, _OVERFLOW],
    facts=[
        ASKS_USER.when(use_uid=False),
        NEVER_PROMPTS.when(use_uid=True),
        CHECKS_CONDITION,
        GRANTS_WITHOUT_SECRET,
    ],
    examples=[
        example(
            "system-auth",
            "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular",
            "Fedora's: only regular users go on to the next line",
        ),
        example("system-auth", "account sufficient pam_usertype.so issystem"),
    ],
)


async def _judge(call: ModuleCall[UsertypeOptions]) -> ReturnCode:
    for arg in call.options.unknown(call.args):
        call.log(Priority.WARNING, f"Unknown argument: {arg}")
    asked = [arg for arg in call.args if arg in ("issystem", "isregular")]
    if not asked:
        call.log(Priority.ERR, "Operation not specified")
        return ReturnCode.SERVICE_ERR
    uid = _own_number(call) if call.options.use_uid else await _number(call)
    if isinstance(uid, ReturnCode):
        return uid
    if uid == _NO_USER:
        call.log(Priority.WARNING, "invalid uid")
        return ReturnCode.USER_UNKNOWN
    try:
        met = _is_system(call, uid) == (asked[-1] == "issystem")
    except OSError as odd:
        call.log(Priority.ERR, f"cannot read {login_defs.PATH}: {odd.strerror}")
        return ReturnCode.SERVICE_ERR
    # Yes only for an account that was found, whose number was compared with what is configured.
    return ReturnCode.SUCCESS if met else ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[UsertypeOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


pam_sm_authenticate = _judge
pam_sm_acct_mgmt = _judge
pam_sm_open_session = _judge
pam_sm_close_session = _judge
pam_sm_chauthtok = _judge


def _own_number(call: ModuleCall[UsertypeOptions]) -> int | ReturnCode:
    uid = call.world.process.uid()
    if call.world.accounts.by_uid(uid) is None:
        call.log(Priority.ERR, f"error retrieving information about user {uid}")
        return ReturnCode.USER_UNKNOWN
    return uid


async def _number(call: ModuleCall[UsertypeOptions]) -> int | ReturnCode:
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        return ReturnCode.INCOMPLETE if stop.code is ReturnCode.CONV_AGAIN else stop.code
    accounts = call.world.accounts
    account = accounts.find(user)
    if account is None:
        if call.options.audit:
            call.log(Priority.NOTICE, f"error retrieving information about user {user}")
        accounts.find("root")  # one that is found and one that is not, whoever asks
        return ReturnCode.USER_UNKNOWN
    accounts.find("pam_usertype_non_existent:")
    return account.uid


def _is_system(call: ModuleCall[UsertypeOptions], uid: int) -> bool:
    """Whether a number is a system user's; `OSError` if the limits cannot be read."""
    if uid == _NOBODY or uid == _kernels_nobody(call):
        return True
    found = read_first(call.world.files, login_defs.PATH)
    data = b"" if found is None else found[1]
    first = _value(data, "UID_MIN", _FIRST_REGULAR)
    return uid < first and uid <= _value(data, "SYS_UID_MAX", first - 1)


def _kernels_nobody(call: ModuleCall[UsertypeOptions]) -> int:
    try:
        written = call.world.files.read(_OVERFLOW)
    except OSError:
        return _NOBODY
    number = _user_number(written.decode("ascii", "replace"))
    return _NOBODY if number is None else number


def _value(data: bytes, key: str, otherwise: int) -> int:
    """Return the number behind a key; ``otherwise`` if there is none, or it is no user's."""
    written = login_defs.value(data, key)
    number = None if written is None else _user_number(written)
    return otherwise if number is None else number


def _user_number(written: str) -> int | None:
    digits = written.strip(_BLANKS).removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) > _DIGITS:
        return None
    number = int(digits)
    return number if number < _NO_USER else None
