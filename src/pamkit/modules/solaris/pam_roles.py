"""Let nobody be a role but those who may take it.

A role is an account that nobody logs in to; users who may take it become it with su(1).  Which
accounts are roles, and who may take them, stands in `/etc/user_attr`: `type=role` for a role,
`roles=operator,backup` for a user.

acct_mgmt has no say over an account that is no role.  A role is refused (`perm_denied`) unless the
user who asks may take it: whom the application has authenticated, as it says in `PAM_AUSER`, or
else who runs the process.  Root, as who runs it, may take none.  If the application says that
another machine asks (`PAM_RHOST`) it is refused in any case, unless `allow_remote` is given.  A
user who is not known is `user_unknown`.  The module never succeeds: it must not stand alone.

`/etc/user_attr` and the files in `/etc/user_attr.d` are read, without the name services.  Where
none is there no account is a role; one that any of them takes for a role is one.  Difference: a
file that is there and cannot be read is `service_err`.
Source: `pam_roles(7)`, `user_attr(5)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.user_attr import PATH, attributes_of
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.module.tables import read_table
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority


class RolesOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    allow_remote: bool = flag("roles can be taken from other machines as well")
    debug: bool = flag("log more")


MODULE = declare(
    "pam_roles",
    options=RolesOptions,
    answers={Primitive.ACCT_MGMT: "ignore perm_denied user_unknown service_err"},
    reads=[Item.USER, Item.RHOST, Item.AUSER],
    files=[PATH, f"{PATH}.d"],
    facts=[NEVER_PROMPTS, CHECKS_CONDITION],
    examples=[
        example("other", "account requisite pam_roles.so.1"),
        example("sshd-hostbased", "account requisite pam_roles.so.1 allow_remote"),
    ],
)


async def pam_sm_acct_mgmt(call: ModuleCall[RolesOptions]) -> ReturnCode:
    """Look up whether it is a role, and who may take it."""
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"pam_sm_acct_mgmt: illegal module option {arg}")
    user, accounts = call.item(Item.USER), call.world.accounts
    named = None if user is None else accounts.find(user)
    # C: two names of one number are one account, and its first name counts.
    account = None if named is None else accounts.by_uid(named.uid)
    if user is None or account is None:
        return ReturnCode.USER_UNKNOWN
    try:
        tables = read_table(call.world.files, PATH)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {PATH}: {fault.strerror}")
        return ReturnCode.SERVICE_ERR
    if not any(_is_role(tables, name) for name in (user, account.name)):
        return ReturnCode.IGNORE  # without a table there are no roles
    if user != account.name:
        line = f"user name {user} maps to user id {account.uid} which is user name {account.name}"
        call.log(Priority.ALERT, line)
    if call.item(Item.RHOST) and not call.options.allow_remote:
        return ReturnCode.PERM_DENIED
    asking, uid = call.item(Item.AUSER), call.world.process.uid()
    if not asking:
        by = accounts.by_uid(uid)
        if by is None:
            return ReturnCode.USER_UNKNOWN
        asking = "" if uid == 0 else by.name
    if asking and user in _roles_of(tables, asking):
        return ReturnCode.IGNORE  # this user may take the role; whether they are it others say
    await call.say(Style.ERROR_MSG, "Roles can only be assumed by authorized users")
    return ReturnCode.PERM_DENIED


def _is_role(tables: tuple[bytes, ...], name: str) -> bool:
    found = (attributes_of(table, name) for table in tables)
    return any(said is not None and said.is_role for said in found)


def _roles_of(tables: tuple[bytes, ...], user: str) -> tuple[str, ...]:
    """Return the roles that a user may take: the first line that is there says so."""
    found = (attributes_of(table, user) for table in tables)
    return next((said.roles for said in found if said is not None), ())
