"""Let users in or keep them out by who they are and from where they log in.

The table `/etc/login.access` has lines `permission:users:origins`.  The first one that fits the
user, and the remote host (`PAM_RHOST`) or without one the terminal (`PAM_TTY`), decides: `+` lets
in, `-` is `auth_err`.  If no line fits, or there is no table, everybody may log in.

Users: a name; a group's bare name or `(group)`, where it lists the user; `@netgroup`; `ALL`.
Origins: a host's name or address, or a terminal, as the application gives it; `.domain`; the head
of an address, `192.0.2.`; `LOCAL` for what has no dot; `@netgroup`; `ALL`.  `A EXCEPT B` is what A
is and B is not.  Capital and small letters are the same.  Nothing is looked up in the DNS.

`accessfile=` is another table, `fieldsep=` and `listsep=` are other characters between fields and
entries, and with `nodefgroup` only `(group)` is a group.  The other facilities ignore.

Success proves nothing about who is asking.  A host's name is what its own DNS may say: write
addresses.  Linux's `pam_access` came from this module, and knows more.

Differences: a table that is there and cannot be read is `service_err`; C logs that and lets all
in.  A bad line is logged and passed over, as in C; a last line without a newline that denies is
heeded.  Without a host and a terminal the answer is `authinfo_unavail`, as in newer FreeBSDs.
A netgroup is asked for in the NIS domain of this machine; where it is in none C says that nobody is
in a netgroup, and here those of all domains count.  An address of IPv6 is not `LOCAL`, a host
called `192.0.2.example` is not in the network `192.0.2.`, and `::ffff:192.0.2.1` is; C has it the
other way round.  A byte order mark hides no line.  Source: `pam_login_access(8)`,
`login.access(5)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.formats.access_conf import FIELD_SEPARATORS, BadLine
from pamkit.formats.login_access import LIST_SEPARATORS, PATH, Questions, fits, rules
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, NEVER_PROMPTS
from pamkit.module.openpam import OpenpamOptions, complain
from pamkit.module.options import flag, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_MARK = "\ufeff"


class LoginAccessOptions(OpenpamOptions):
    """What may stand after the module's name in a policy."""

    accessfile: str = path("read this table", default=PATH)
    nodefgroup: bool = flag("only a name in round brackets is a group's")
    fieldsep: str = text("characters between fields", default=FIELD_SEPARATORS, value="characters")
    listsep: str = text("characters between entries", default=LIST_SEPARATORS, value="characters")


MODULE = declare(
    "pam_login_access",
    options=LoginAccessOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: "success auth_err service_err authinfo_unavail",
        Primitive.OPEN_SESSION: "ignore",
        Primitive.CLOSE_SESSION: "ignore",
        Primitive.CHAUTHTOK: "ignore",
    },
    reads=[Item.USER, Item.RHOST, Item.TTY],
    files=[PATH],
    facts=[NEVER_PROMPTS, CHECKS_CONDITION],
    examples=[example("sshd", "account required pam_login_access.so")],
)


async def pam_sm_acct_mgmt(call: ModuleCall[LoginAccessOptions]) -> ReturnCode:
    """Find the line that decides."""
    user = call.item(Item.USER)
    if not user:
        return ReturnCode.SERVICE_ERR
    host, terminal = call.item(Item.RHOST), call.item(Item.TTY)
    origin = host or terminal
    if not origin:
        await complain(call, "pam_login_access", "PAM_RHOST or PAM_TTY required")
        return ReturnCode.AUTHINFO_UNAVAIL
    table = call.options.accessfile
    try:
        data = call.world.files.read(table)
    except FileNotFoundError:
        return ReturnCode.SUCCESS  # yes: without a table nobody is kept out; see the page
    except OSError as fault:
        call.log(Priority.ERR, f"cannot open {table}: {fault.strerror}")
        return ReturnCode.SERVICE_ERR
    lines = data.decode("utf-8", "surrogateescape").removeprefix(_MARK)
    if _decision(call, lines, user, origin):
        return ReturnCode.SUCCESS  # yes: the table was read, and what decides in it lets in
    where = f"from {host}" if host else f"on {terminal}"
    await complain(call, "pam_login_access", f"{user} is not allowed to log in {where}")
    return ReturnCode.AUTH_ERR


def _no_say(_: ModuleCall[LoginAccessOptions]) -> ReturnCode:
    return ReturnCode.IGNORE


pam_sm_authenticate = _no_say
pam_sm_setcred = _no_say
pam_sm_open_session = _no_say
pam_sm_close_session = _no_say
pam_sm_chauthtok = _no_say


def _decision(call: ModuleCall[LoginAccessOptions], table: str, user: str, origin: str) -> bool:
    options, accounts = call.options, call.world.accounts

    def is_in_group(name: str) -> bool:
        group = accounts.group(name)
        # C: whose primary group it is does not count, and letters may be capital or small.
        return group is not None and user.lower() in [each.lower() for each in group.members]

    def domain() -> str | None:
        return call.world.process.domain_name() or None

    ask = Questions(
        is_in_group,
        lambda name: accounts.in_netgroup(name, host=None, user=user, domain=domain()),
        lambda name: accounts.in_netgroup(name, host=origin, user=None, domain=domain()),
        options.nodefgroup,
    )
    for rule in rules(table, options.fieldsep):
        if isinstance(rule, BadLine):
            line = f"{options.accessfile}: line {rule.line}: {rule.complaint}"
            call.log(Priority.ERR, line)
        elif fits(rule, user, origin, ask, options.listsep):
            return rule.grants
    return True
