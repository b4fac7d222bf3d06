"""Let users of other machines in because a list says so.

The application names a remote host and a remote user (`PAM_RHOST`, `PAM_RUSER`).  They are let in
if `/etc/hosts.equiv` believes them, unless the user asked for is root (or the one that
`superuser=` names); else if `.rhosts` in the home directory of the user asked for does.  Each line
of these files holds a host and, behind a blank, a user: without a user it means the name of the
user asked for.  `+` in the place of a name is any; `-` before a name refuses; `+@group` and
`-@group` name netgroups.  The first line that speaks of both host and user decides.  A line that
begins with `#` is a comment.  Hosts are compared by address.

A file counts only if it is a regular file of one name, no link, belongs to root (the second one:
or to the user), and can be written by its owner alone.  The `.rhosts` file is read with the rights
of the user, never as root.

The answer is success or `auth_err`; `user_unknown` for a user without an account.

**Do not use it.**  Nobody gives a secret: the remote machine says who asks, the network says which
machine that is, and the name service says which address belongs to it.  Who controls one of the
three, or writes one line into somebody's home directory, is that user.  It is here because
policies name it; sshd(8) with keys has its place.

Differences: a refusing line about a host (`-host`, or `host -user`) whose address cannot be found
out refuses, where C passes it over and may let in by a later line.  The `.rhosts` file is
read with the groups of the user, where C keeps those of the process; and where the process cannot
act as the user it is not read at all, where C reads it with the rights it has.
Source: `pam_rhosts(8)`, `hosts.equiv(5)`, `ruserok(3)`.
"""

from __future__ import annotations

from pamkit.formats import rhosts
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NETWORK,
    ASKS_USER,
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
    NEEDS_ROOT,
    READS_HOME,
)
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as meaning
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.world import Account

_EVERYBODYS = "/etc/hosts.equiv"
_OWN = ".rhosts"
_OTHERS_MAY_WRITE = 0o022


class RhostsOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log the outcome also if the application wants silence")
    silent: bool = flag("do not log the outcome")
    suppress: bool = flag("the same", deprecated="`suppress` is the old name of `silent`")
    superuser: str | None = text(
        "this user is not let in by `/etc/hosts.equiv` either", default=None, value="user"
    )


MODULE = declare(
    "pam_rhosts",
    options=RhostsOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err user_unknown buf_err conv_err conv_again",
        Primitive.SETCRED: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.RHOST, Item.RUSER],
    sets=[Item.USER],
    files=[_EVERYBODYS, f"~/{_OWN}"],
    facts=[
        ASKS_USER,
        CHECKS_CONDITION,
        GRANTS_WITHOUT_SECRET,
        READS_HOME,
        ASKS_NETWORK,
        NEEDS_ROOT,
    ],
    examples=[example("rsh", "auth required pam_rhosts.so", "as it used to be; see above")],
)


async def pam_sm_authenticate(call: ModuleCall[RhostsOptions]) -> ReturnCode:
    """Ask the lists whether the remote user is believed."""
    for arg in call.options.unknown(call.args):
        call.log(Priority.WARNING, f"unrecognized option '{arg}'")
    host, remote = call.item(Item.RHOST), call.item(Item.RUSER)
    try:
        user = await call.user()
    except Stop as stop:
        line = f"cannot determine local user name: {meaning(stop.code)}"
        call.log(Priority.NOTICE, line)
        raise
    if host is None or remote is None:
        return ReturnCode.AUTH_ERR
    account = call.world.accounts.find(user)
    if account is None and user != call.options.superuser:
        if call.options.debug:
            # A name that nobody has may be a password typed too early.
            call.log(Priority.DEBUG, f"user '{user}' unknown to this system")
        return ReturnCode.USER_UNKNOWN
    believed = account is not None and _is_believed(call, account, user, host, remote)
    _report(call, believed, f"access to {remote}@{host} as {user}")
    # Yes only if a file that nobody else can write names both the host and the user.
    return ReturnCode.SUCCESS if believed else ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[RhostsOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


def _report(call: ModuleCall[RhostsOptions], believed: bool, what: str) -> None:
    options = call.options
    if (options.silent or options.suppress or call.silent) and not options.debug:
        return
    if believed:
        call.log(Priority.NOTICE, f"allowed {what}")
    else:
        call.log(Priority.WARNING, f"denied {what}")


def _is_believed(
    call: ModuleCall[RhostsOptions], account: Account, user: str, host: str, remote: str
) -> bool:
    """Whether one of the two lists believes the remote user, for one of the host's addresses."""
    is_root = account.uid == 0 or user == call.options.superuser
    try:
        asking = call.world.network.addresses(host)
    except OSError:
        return False
    everybodys = b"" if is_root else _content(call, _EVERYBODYS, owner=0)
    lists = (everybodys, _users_own(call, account))
    in_netgroup = call.world.accounts.in_netgroup
    known: dict[str, tuple[str, ...] | OSError] = {}
    return any(
        rhosts.believes(
            data,
            local_user=user,
            remote_user=remote,
            is_host=_means(call, address, known),
            host_in=lambda group: in_netgroup(group, host=host, user=None),
            user_in=lambda group: in_netgroup(group, host=None, user=remote),
        )
        for address in asking
        for data in lists
    )


def _means(
    call: ModuleCall[RhostsOptions], address: str, known: dict[str, tuple[str, ...] | OSError]
) -> Callable[[str], bool]:
    """Return the question whether a name means an address; each name is looked up once."""

    def means(name: str) -> bool:
        if name == address:
            return True
        if name not in known:
            try:
                known[name] = call.world.network.addresses(name)
            except OSError as fault:
                known[name] = fault
        found = known[name]
        if isinstance(found, OSError):
            raise found
        return address in found

    return means


def _users_own(call: ModuleCall[RhostsOptions], account: Account) -> bytes:
    path = f"{account.home}/{_OWN}"
    try:
        with call.world.files.drop_to(account):
            return _content(call, path, owner=account.uid)
    except OSError as odd:
        call.log(Priority.WARNING, f"cannot read {path} as its user: {odd.strerror}")
        return b""


def _content(call: ModuleCall[RhostsOptions], path: str, *, owner: int) -> bytes:
    """Return a list that nobody but its owner and root can have written; else an empty one."""
    try:
        status, data = call.world.files.read_with_status(path, follow=False)
    except OSError:
        return b""
    if status.kind != "file" or status.links > 1 or status.mode & _OTHERS_MAY_WRITE:
        return b""
    return data if status.uid in (0, owner) else b""
