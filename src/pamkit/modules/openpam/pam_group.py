"""Let members of a group pass, or keep them out; it is another module than the one of Linux.

The person must be in the group `wheel`, or the one that `group=` names: it is their primary group,
or lists their name.  With `deny` it is the other way round: members are refused.  Who passes gets
`success`, who does not `auth_err`, on a line of `auth` as well as of `account`.  With `root_only`
the module has a say only if the account asked for is root's.

The person is the one that the application says asks (`PAM_RUSER`), or with `luser` the account
asked for.  `ruser` says in words what is so anyhow; to give both is `service_err`.  A person who is
not said, or not known, is refused.

A group that does not exist or lists nobody has no members; with `fail_safe` everybody counts as
one, so that nobody is locked out where there is no `wheel`.

Success proves nothing about who is asking: `PAM_RUSER` is what the application was told or found
out.  Linux's module of this name gives groups to users; its `pam_wheel` is nearest to this one.
The primary group is looked at first, as in newer FreeBSDs: an empty group lists nobody, and yet
some may have it as theirs.  Source: `pam_group(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.openpam import USER_ITEMS, OpenpamOptions, user_of
from pamkit.module.options import flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_USUAL = "wheel"


class GroupOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    group: str = text("members of this group pass", default=_USUAL, value="name")
    deny: bool = flag("refuse members instead of others")
    fail_safe: bool = flag("everybody counts as a member of a group that is not there, or empty")
    root_only: bool = flag("have a say only if the account asked for is root's")
    luser: bool = flag("judge the account asked for")
    ruser: bool = flag("judge who asks; this is so without the word")


_CODES = "success ignore auth_err service_err"

MODULE = declare(
    "pam_group",
    options=GroupOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=USER_ITEMS,
    sets=[Item.USER],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[
        example(
            "su",
            "auth requisite pam_group.so no_warn group=wheel root_only fail_safe ruser",
            "only members become root",
        ),
        example("sshd", "account required pam_group.so luser deny group=nologin", "never these"),
    ],
)


async def _judge(call: ModuleCall[GroupOptions]) -> ReturnCode:
    options, accounts = call.options, call.world.accounts
    try:
        wanted = accounts.find(await user_of(call))
    except Stop:
        return ReturnCode.AUTH_ERR
    if wanted is None:
        return ReturnCode.AUTH_ERR
    if options.root_only and wanted.uid != 0:
        return ReturnCode.IGNORE
    if options.luser and options.ruser:
        line = "(pam_group) the luser and ruser options are mutually exclusive"
        call.log(Priority.ERR, line)
        return ReturnCode.SERVICE_ERR
    if options.luser:
        person: Account | None = wanted
    else:
        if not options.ruser:
            line = "(pam_group) neither luser nor ruser specified, assuming ruser"
            call.log(Priority.NOTICE, line)
        name = call.item(Item.RUSER)
        person = accounts.find(name) if name is not None else None
    if person is None:
        return ReturnCode.AUTH_ERR
    if _is_member(call, person) == options.deny:
        return ReturnCode.AUTH_ERR
    return ReturnCode.SUCCESS  # yes: the group was looked up, and says what the line asks for


def pam_sm_setcred(_: ModuleCall[GroupOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


pam_sm_authenticate = _judge
pam_sm_acct_mgmt = _judge


def _is_member(call: ModuleCall[GroupOptions], person: Account) -> bool:
    group = call.world.accounts.group(call.options.group)
    if group is not None and group.gid == person.gid:
        return True
    if group is None or not group.members:
        return call.options.fail_safe
    return person.name in group.members
