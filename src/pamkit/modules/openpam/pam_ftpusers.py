"""Let in whom `/etc/ftpusers` lists, or with `disallow` whom it does not list.

Each line of the list is a user's name, or `@group` for the users that a group lists; a line that
begins with `#` says nothing.  Who is on the list succeeds and everybody else is `auth_err`;
`disallow` turns it round, which is what a list of that name is by custom.  A user without an
account is `service_err`.

Without the file nobody is on the list: nobody passes, and with `disallow` everybody.  Success
proves nothing about who is asking.  Linux's `pam_listfile` does the same with any list.

Differences: a list that is there and cannot be read is `service_err`; C takes it for none.  Blanks
before a name that `disallow` keeps out do not hide it, nor does a byte order mark.
Source: `pam_ftpusers(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, user_of
from pamkit.module.options import flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_LIST = "/etc/ftpusers"
_BLANKS = " \t\v\f\r"
_MARK = "\ufeff"


class FtpusersOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    disallow: bool = flag("keep out whom the list names, and let in everybody else")


MODULE = declare(
    "pam_ftpusers",
    options=FtpusersOptions,
    answers={
        Primitive.ACCT_MGMT: "success auth_err service_err conv_err conv_again buf_err",
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    files=[_LIST],
    facts=[ASKS_USER, CHECKS_CONDITION],
    examples=[
        example("ftpd", "account requisite pam_ftpusers.so no_warn disallow", "these may not"),
    ],
)


async def pam_sm_acct_mgmt(call: ModuleCall[FtpusersOptions]) -> ReturnCode:
    """Look the user up in the list."""
    user = await user_of(call)
    if call.world.accounts.find(user) is None:
        return ReturnCode.SERVICE_ERR
    try:
        data = call.world.files.read(_LIST)
    except FileNotFoundError:
        data = b""
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {_LIST}: {fault.strerror}")
        return ReturnCode.SERVICE_ERR
    if _is_listed(call, user, data) == call.options.disallow:
        return ReturnCode.AUTH_ERR
    return ReturnCode.SUCCESS  # yes: the list was read, and says of the user what the line wants


def _is_listed(call: ModuleCall[FtpusersOptions], user: str, data: bytes) -> bool:
    for line in data.decode("utf-8", "surrogateescape").removeprefix(_MARK).split("\n"):
        name = line.rstrip(_BLANKS)
        if call.options.disallow:
            name = name.lstrip(_BLANKS)  # what cannot be seen must not let anybody in
        if not name or name.startswith("#"):
            continue
        if not name.startswith("@"):
            if name == user:
                return True
            continue
        group = call.world.accounts.group(name[1:])
        # C: whose primary group it is does not count.
        if group is not None and user in group.members:
            return True
    return False
