"""Who a user is: what is on record, and whether this process may see it."""

from __future__ import annotations

from pamkit.formats.passwd import is_shadowed
from pamkit.unix.remarks import debug
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account, Shadow
    from pamkit.unix.options import Call
    from pamkit.vocab.secret import Secret


class Known(Record):
    """What is known of a user; `SUCCESS` if all could be looked up.

    ``entry`` is `None` for a password that is not shadowed.  ``hashed`` is `None` with any
    other code, and if ``helped``: only the helper may see it.
    """

    code: ReturnCode
    account: Account | None = None
    hashed: Secret | None = None
    entry: Shadow | None = None
    helped: bool = False


def look_up(call: Call, name: str) -> Known:
    """Return what passwd(5) and shadow(5) say of a user; what cannot be read is in the code."""
    world = call.world
    try:
        account = world.accounts.find(name)
    except OSError:
        return Known(ReturnCode.AUTHINFO_UNAVAIL)
    if account is None:
        return Known(ReturnCode.USER_UNKNOWN)
    if not is_shadowed(account.name, account.password):
        return Known(ReturnCode.SUCCESS, account, account.password)
    try:
        # DIALECT: since 1.6 C asks the helper even as root, so that programs that call PAM
        # never hold hashes (CVE-2024-10041).  That is about programs without privileges, and
        # they cannot read them here either.
        entry = world.credentials.shadow(name)
    except PermissionError:
        return Known(ReturnCode.SUCCESS, account, helped=True)
    except OSError:
        entry = None
    if entry is None:
        return Known(ReturnCode.AUTHINFO_UNAVAIL, account)
    return Known(ReturnCode.SUCCESS, account, entry.hashed, entry)


def is_bad_name(call: Call, name: str) -> bool:
    """Whether it begins like the entries that join NIS to the account files."""
    if name.startswith(("-", "+")):
        call.log(Priority.NOTICE, f"bad username [{name}]")
        return True
    debug(call, f"username [{name}] obtained")
    return False
