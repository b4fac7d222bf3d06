"""Let only members of one group become somebody else.

For services such as `su`: the person who runs the application must be a member of the group
`wheel`, or of the one that `group=` names; where no group is named and there is no `wheel`, the
group with number 0 counts.  `deny` turns the test round: members are refused.  With `root_only`
the module has a say only if the account asked for is root's.

A member answers ignore, so that the lines behind ask for the password; with `trust` success.  Who
is not a member is `perm_denied`.  With `deny` it is the other way round: members are
`perm_denied`, others ignore, or success with `trust`.  A group that does not exist is `auth_err`,
with `deny` ignore.  A user without an account is `user_unknown`; a process whose own user has
none is `service_err`.

The module never sees a secret.  With `trust` as a `sufficient` line members become root without
a password.

Who runs the application is the account of the process's real user number: the kernel says so,
and nobody can lie to it.  Linux-PAM asks instead who logged in on the terminal (`getlogin(3)`,
then `PAM_RUSER`) unless `use_uid` is given; whoever could use another's terminal, or write to
the records of logins, was taken for somebody else (CVE-2003-0388).  Here, as on Debian, `use_uid`
is always in force, and the word changes nothing.  In a process that always runs as root the
person is root.  Source: `pam_wheel(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as meaning
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account, Group

_USUAL = "wheel"


class WheelOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log who asked and what the answer was")
    # DIALECT: upstream's default is the terminal's login; see the module's docstring.
    use_uid: bool = flag("nothing: the real user of the process is always the one who asks")
    trust: bool = flag("answer success instead of ignore: no password is asked for")
    deny: bool = flag("refuse members instead of others")
    root_only: bool = flag("have a say only if the account asked for is root's")
    group: str = text("members of this group pass", value="name")


_CODES = "success ignore auth_err perm_denied user_unknown service_err"

MODULE = declare(
    "pam_wheel",
    options=WheelOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET.when(trust=True)],
    examples=[
        example("su", "auth required pam_wheel.so use_uid", "only members, with the password"),
        example("su", "auth sufficient pam_wheel.so trust use_uid", "members without a password"),
        example("su", "auth required pam_wheel.so deny group=nosu", "never these"),
    ],
)


async def _check(call: ModuleCall[WheelOptions]) -> ReturnCode:
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {arg}")
    try:
        user = await call.user()
    except Stop as stop:
        _debug(call, f"cannot determine user name: {meaning(stop.code)}", Priority.DEBUG)
        return ReturnCode.SERVICE_ERR
    accounts = call.world.accounts
    wanted = accounts.find(user)
    if wanted is None:
        _debug(call, f"unknown user {user}")
        return ReturnCode.USER_UNKNOWN
    if call.options.root_only and wanted.uid != 0:
        return ReturnCode.IGNORE
    # INVARIANT: only the kernel is asked who this is; no terminal, record or item has a say.
    person = accounts.by_uid(call.world.process.uid())
    if person is None:
        _debug(call, "who is running me ?!")
        return ReturnCode.SERVICE_ERR
    group = _group(call)
    if group is None:
        named = f"'{call.options.group}'" if call.options.group else "a GID 0"
        _debug(call, f"no members in {named} group")
        return ReturnCode.IGNORE if call.options.deny else ReturnCode.AUTH_ERR
    answer = _judge(call.options, is_member=_is_member(call, person, group))
    _report(call, person.name, user, answer)
    return answer


def pam_sm_setcred(_: ModuleCall[WheelOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check


def _judge(options: WheelOptions, *, is_member: bool) -> ReturnCode:
    if is_member != options.deny:
        # Success only because the administrator trusts this side of the group.
        return ReturnCode.SUCCESS if options.trust else ReturnCode.IGNORE
    return ReturnCode.PERM_DENIED


def _group(call: ModuleCall[WheelOptions]) -> Group | None:
    accounts = call.world.accounts
    if call.options.group:
        return accounts.group(call.options.group)
    return accounts.group(_USUAL) or accounts.group_by_gid(0)


def _is_member(call: ModuleCall[WheelOptions], person: Account, group: Group) -> bool:
    """Whether the number of the group is one of the person's.

    C: by its number, so that groups of the same number are one; the primary group counts.
    """
    accounts = call.world.accounts
    if person.gid == group.gid or group.gid in accounts.groups_of(person.name, person.gid):
        return True
    same = accounts.group_by_gid(group.gid)
    return same is not None and person.name in same.members


def _report(call: ModuleCall[WheelOptions], person: str, wanted: str, answer: ReturnCode) -> None:
    if answer is ReturnCode.IGNORE:
        _debug(call, f"Ignoring access request '{person}' for '{wanted}'")
        return
    outcome = "granted" if answer is ReturnCode.SUCCESS else "denied"
    _debug(call, f"Access {outcome} to '{person}' for '{wanted}'")


def _debug(call: ModuleCall[WheelOptions], line: str, priority: int = Priority.NOTICE) -> None:
    if call.options.debug:
        call.log(priority, line)
