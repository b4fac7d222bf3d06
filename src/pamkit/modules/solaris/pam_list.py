"""Let users in, or keep them out, by a list of users, groups and netgroups.

`allow=` names a file of those who may come in, everybody else is `perm_denied`; `deny=` one of
those who may not, everybody else succeeds.  Each line is a user's name, `%group` (with `group`
given) for the users that a group lists, or `@netgroup`; what is behind a colon does not matter.

Without a file the lines of `/etc/passwd` are looked at that begin with `+` or `-` and then go on in
the same way: the first one that fits decides, and where none fits the module ignores.  `compat`
takes all the lines, as if `+` stood before the others; a lone `+` is everybody, and who is in none
is refused.

Of a netgroup the user must be a member; with `host` the remote host (`PAM_RHOST`, or this machine)
as well, with `nouser host` the host alone; `user_host_exact` wants both in one entry of it.

Words that are no options, that exclude one another, and a file that cannot be read are
`service_err`; a user who is not named is `user_unknown`.  Success proves nothing about who is
asking.

Differences: blanks and a carriage return around a name that is to be kept out do not hide it, nor
does a byte order mark before the first.
Paths must be absolute.  A netgroup, where neither user nor host may be looked at, has
no members in a list that allows, and all in one that denies; to C it always has all.  With
`compat`, who is in no line is always refused; C lets in where the last line is `-%group`.  Source:
`pam_list(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.passwd import PASSWD_FILE
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, NEVER_PROMPTS
from pamkit.module.options import Match, Options, flag, path
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 64 << 20
_BLANKS = " \t\r"
_MARK = "\ufeff"


class ListOptions(Options):
    """What may stand after the module's name in a policy."""

    match = Match.ANY_CASE
    complains = True

    allow: str = path("a file of those who may come in")
    deny: str = path("a file of those who may not")
    compat: bool = flag("every line of `/etc/passwd` counts")
    group: bool = flag("lines with groups count")
    user: bool = flag("the user must be in a netgroup; this is so without the word")
    nouser: bool = flag("the user is not looked up in netgroups, and lines with names do not count")
    host: bool = flag("the host must be in a netgroup")
    nohost: bool = flag("the host is not looked up in netgroups; this is so without the word")
    user_host_exact: bool = flag("user and host must be in one entry of a netgroup")
    debug: bool = flag("log more")


MODULE = declare(
    "pam_list",
    options=ListOptions,
    answers={Primitive.ACCT_MGMT: "success perm_denied ignore service_err user_unknown"},
    reads=[Item.USER, Item.RHOST],
    files=[PASSWD_FILE],
    facts=[NEVER_PROMPTS, CHECKS_CONDITION],
    examples=[
        example("other", "account required pam_list.so.1 allow=/etc/users.allow"),
        example("other", "account required pam_list.so.1 group deny=/etc/users.deny"),
        example("other", "account required pam_list.so.1", "by lines with + and - of passwd(5)"),
    ],
)


class _Order(Record):
    """What a line of a policy asks for; ``mode``: `allow`, `deny`, `compat` or `signs`."""

    mode: str
    file: str
    by_user: bool
    by_group: bool
    by_host: bool
    is_exact: bool


class _Rule(Record):
    """A line of a list: whether it lets in, and whom it is about."""

    grants: bool
    whom: str


def pam_sm_acct_mgmt(call: ModuleCall[ListOptions]) -> ReturnCode:
    """Find the line that decides."""
    order = _order(call)
    user = call.item(Item.USER)
    if not user:
        call.log(Priority.ERR, "username not supplied, critical error")
        return ReturnCode.USER_UNKNOWN
    try:
        data = call.world.files.read(order.file, limit=_LONGEST)
    except OSError as fault:
        call.log(Priority.ERR, f"fopen of {order.file}: {fault.strerror}")
        return ReturnCode.SERVICE_ERR
    for rule in _rules(call, order, data):
        if _fits(call, order, user, rule):
            # Success: the list was read, and its first line about this user lets in.
            return ReturnCode.SUCCESS if rule.grants else ReturnCode.PERM_DENIED
    if order.mode == "signs":
        return ReturnCode.IGNORE
    # Success only for a list of whom to keep out, which was read to its end.
    return ReturnCode.SUCCESS if order.mode == "deny" else ReturnCode.PERM_DENIED


def _order(call: ModuleCall[ListOptions]) -> _Order:
    """Return what the line asks for; `Stop` if that makes no sense."""
    given, problems = call.options.parse(call.args)
    for problem in problems:
        call.log(Priority.ERR, f"illegal option {call.args[problem.at]}")
        raise Stop(ReturnCode.SERVICE_ERR)
    words = [arg.partition("=")[0].lower() for arg in call.args]
    modes = [word for word in words if word in ("allow", "deny", "compat")]
    by_user = _last(words, "user", "nouser", default=True)
    by_host = _last(words, "host", "nohost", default=False)
    mode = modes[0] if modes else "signs"
    has_question = by_user or by_host or given.group or given.user_host_exact
    makes_no_sense = mode == "compat" and (not by_user or given.group)
    if len(modes) > 1 or makes_no_sense or not has_question:
        call.log(Priority.ERR, "illegal combination of options")
        raise Stop(ReturnCode.SERVICE_ERR)
    file = {"allow": given.allow, "deny": given.deny}.get(mode, PASSWD_FILE)
    return _Order(mode, file, by_user, given.group, by_host, given.user_host_exact)


def _last(words: list[str], yes: str, no: str, *, default: bool) -> bool:
    said = [word for word in words if word in (yes, no)]
    return said[-1] == yes if said else default


def _rules(call: ModuleCall[ListOptions], order: _Order, data: bytes) -> Iterator[_Rule]:
    """Yield the lines that say something; `Stop` for one that must not be there."""
    for line in data.decode("utf-8", "surrogateescape").removeprefix(_MARK).split("\n"):
        # C: a line ends with a NUL as well.
        whom = line.partition("\0")[0].partition(":")[0]
        if order.mode == "deny":
            whom = whom.strip(_BLANKS)  # what cannot be seen must not let anybody in
        if not whom:
            continue
        if order.mode in ("allow", "deny"):
            yield _Rule(order.mode == "allow", whom)
        elif whom[0] in "+-" and len(whom) > 1:
            grants = whom[0] == "+"
            yield _Rule(grants, whom[1:] if grants else whom[1:].strip(_BLANKS))
        elif order.mode == "compat":
            if whom == "-" or whom.startswith("@"):
                call.log(Priority.ERR, f"illegal line in {PASSWD_FILE}")
                raise Stop(ReturnCode.SERVICE_ERR)
            yield _Rule(True, whom)


def _fits(call: ModuleCall[ListOptions], order: _Order, user: str, rule: _Rule) -> bool:
    whom, accounts = rule.whom, call.world.accounts
    if order.mode == "compat" and whom == "+":
        return True
    if whom.startswith("@") and len(whom) > 1:
        return _is_in_netgroup(call, order, user, rule)
    if whom.startswith("%") and len(whom) > 1:
        group = accounts.group(whom[1:]) if order.by_group else None
        if order.by_group and group is None:
            call.log(Priority.ERR, f"{whom[1:]} is not a known group")
        # C: whose primary group it is does not count.
        return group is not None and user in group.members
    return order.by_user and whom == user


def _is_in_netgroup(call: ModuleCall[ListOptions], order: _Order, user: str, rule: _Rule) -> bool:
    name, in_netgroup = rule.whom[1:], call.world.accounts.in_netgroup
    host = call.item(Item.RHOST) or call.world.process.host_name()
    if order.is_exact:
        return in_netgroup(name, host=host, user=user)
    if not order.by_user and not order.by_host:
        return not rule.grants  # nobody may be looked up: what cannot be told never lets in
    has_user = not order.by_user or in_netgroup(name, host=None, user=user)
    return has_user and (not order.by_host or in_netgroup(name, host=host, user=None))
