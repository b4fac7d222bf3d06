"""Who logs in, and who asked for it: each may have directories of their own."""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account
    from pamkit.namespace.options import NamespaceOptions


class Login(Record):
    """The user by the name that was given, that user's account, and the one who asks."""

    name: str
    account: Account
    asker: Account


def login_of(call: ModuleCall[NamespaceOptions]) -> Login:
    """Return who logs in; ends the hook if that is nobody we know, or nobody we know asks."""
    user = call.item(Item.USER)
    if user is None:
        call.log(Priority.ERR, "Error recovering pam user name")
        raise Stop(ReturnCode.SESSION_ERR)
    accounts = call.world.accounts
    account = accounts.find(user)
    if account is None:
        call.log(Priority.ERR, f"user unknown '{user}'")
        raise Stop(ReturnCode.USER_UNKNOWN)
    asking = call.item(Item.RUSER)
    asker = accounts.find(asking) if asking else accounts.by_uid(call.world.process.uid())
    if asker is None:
        known_as = "(null)" if asking is None else asking
        call.log(Priority.ERR, f"user unknown '{known_as}'")
        raise Stop(ReturnCode.USER_UNKNOWN)
    return Login(user, account, asker)
