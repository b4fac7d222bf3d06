"""Let users in or keep them out by who they are and where they come from.

Reads a table, by default `/etc/security/access.conf` (or, without it, the distribution's) and then
the files `*.conf` of `/etc/security/access.d`, by name.  Each line is

    permission : users : origins

and the first line whose two lists match decides: `+` lets in, `-` answers `perm_denied`.  If no
line matches, or there is no table, everybody may come in.  `#` begins a comment in the first
column only.  An empty line says nothing; a bad line is logged and passed over.

What is in a list is separated by blanks or commas.  `A EXCEPT B` matches what A matches and B does
not, and B may have exceptions itself.  Case counts only in the names of groups and netgroups.

Users: a name; a number; `(group)` or `(number of a group)`; a group's bare name, unless
`nodefgroup`; `@netgroup`, or `@@netgroup` for the user on this machine; `user@host` if this machine
is that host, which may be written as any origin; `ALL`.

Origins: if the application says that another machine asks (`PAM_RHOST`), its name or number; else
the terminal without `/dev/`; else the terminal on standard input, which becomes `PAM_TTY`; else
the service.  Tokens: a name; `ALL`; `LOCAL` for what comes from no other machine; `@netgroup` of
hosts; and for other machines `.domain`; `192.0.2.`, the head of an address; an address;
`address/bits` or `address/mask`; the name of a host, which is looked up, unless `nodns`.  `:0`,
a terminal in `/dev`, `LOCAL` and `NONE` are never looked up.

The kernel's audit is told of a line that denies (`ANOM_LOGIN_LOCATION`, with the user, and where
from), unless `noaudit`; whether it takes the record changes nothing.

Success proves nothing about who is asking.  A domain is compared with the name that the
application gives, which whoever runs the other machine's DNS may have chosen: write addresses.

What cannot be told never grants: it counts as a match where a line denies and as none where it
grants.  That is so of an origin whose name has no address, before a line with addresses
(CVE-2022-28321); of a host name about which the DNS gives no answer (one that it says does not
exist is nobody); of a network that is none (`10.0.0/8`); and of `0.0.0.0/0` and `::/0`, which to C
are one address only.  While the DNS is out, a `-` line with a host name thus keeps other machines
out, and whom it names as `user@host`, but nobody else on the console; lines with addresses, or
`nodns`, do not depend on it.  The log says so.

Other differences: a last line without a newline that denies is heeded.  A name that has a file in
`pam.d`, or looks like a terminal's (`tty1`), never grants because the DNS has a host of that name
(CVE-2024-10963).  An origin `::ffff:192.0.2.7` is at `192.0.2.7` too, and `fe80::1%eth0` at
`fe80::1`.  A table or directory that is there and cannot be read refuses everybody, also where it
is no regular file.  An account database that cannot be read is an error.  Lookups end at the first
token that matches.

Source: `pam_access(8)`, `access.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.access_conf import FIELD_SEPARATORS, BadLine, Rule, parse
from pamkit.formats.access_match import rule_matches
from pamkit.formats.access_origin import LIST_SEPARATORS, Answer, Question
from pamkit.formats.ip_address import Address, address
from pamkit.formats.parsed_once import parsed_once
from pamkit.module.audit import ANOM_LOGIN_LOCATION, audit_refusal
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import drop_ins, read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NETWORK,
    ASKS_USER,
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
)
from pamkit.module.options import Options, flag, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

_TABLE = "/etc/security/access.conf"
_DIRECTORY = "/etc/security/access.d"
_SERVICES = ("/etc/pam.d", "/usr/lib/pam.d")

_LARGEST = 16 << 20
"""Bytes of a table; it is an error if there are more."""


class AccessOptions(Options):
    """What may stand after the module's name in a policy."""

    accessfile: str = path("read this table, and no directory")
    debug: bool = flag("log each comparison")
    noaudit: bool = flag("write no audit record of a refusal")
    quiet_log: bool = flag("do not log a refusal")
    fieldsep: str = text(
        "any of these characters ends a field", default=FIELD_SEPARATORS, value="characters"
    )
    listsep: str = text(
        "any of these characters separates what is in a list",
        default=LIST_SEPARATORS,
        value="characters",
    )
    nodefgroup: bool = flag("a group's name counts only in brackets")
    nodns: bool = flag("do not look up names in the table")


_CODES = "success perm_denied user_unknown abort"

MODULE = declare(
    "pam_access",
    options=AccessOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.RHOST, Item.TTY, Item.SERVICE],
    sets=[Item.USER, Item.TTY],
    files=[_TABLE, f"{_DIRECTORY}/*.conf"],
    facts=[GRANTS_WITHOUT_SECRET, CHECKS_CONDITION, ASKS_USER, ASKS_NETWORK],
    examples=[
        example("login", "account required pam_access.so nodefgroup"),
        example("sshd", "account required pam_access.so accessfile=/etc/security/ssh.conf nodns"),
    ],
)


async def _check(call: ModuleCall[AccessOptions]) -> ReturnCode:
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    account = call.world.accounts.find(user)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    if not _arguments_fit(call):
        call.log(Priority.ERR, "failed to parse the module arguments")
        return ReturnCode.ABORT
    question = _question(call, account)
    if _may_enter(call, question):
        # A line lets this user in from there, or none is about them, as the table's rules go.
        return ReturnCode.SUCCESS
    if not call.options.quiet_log:
        call.log(Priority.ERR, f"access denied for user `{user}' from `{question.origin}'")
    return ReturnCode.PERM_DENIED


def pam_sm_setcred(_: ModuleCall[AccessOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check
pam_sm_open_session = _check
pam_sm_close_session = _check
pam_sm_chauthtok = _check


def _arguments_fit(call: ModuleCall[AccessOptions]) -> bool:
    """Whether the table that a word names can be read; unknown words are only logged."""
    unknown = AccessOptions.unknown(call.args)
    for arg in call.args:
        key, _, file = arg.partition("=")
        if arg in unknown:
            call.log(Priority.ERR, f"unrecognized option [{arg}]")
        elif key == "accessfile":
            # C: only the last one counts, but each must be there.
            meant = call.options.accessfile
            place = meant if meant.endswith(f"/{file}") else file
            try:
                call.world.files.read(place, limit=_LARGEST)
            except OSError as fault:
                reason = fault.strerror if file else "No such file or directory"
                call.log(Priority.ERR, f"failed to open accessfile=[{file}]: {reason}")
                return False
    return True


def _question(call: ModuleCall[AccessOptions], account: Account) -> Question:
    options = call.options
    host = call.item(Item.RHOST)
    return Question(
        user=account.name,
        uid=account.uid,
        origin=host or _local_origin(call),
        remote=bool(host),
        machine=call.world.process.host_name(),
        known=_Known(call, account, {}),
        separators=options.listsep,
        bare_groups=not options.nodefgroup,
        host_names=not options.nodns,
    )


def _local_origin(call: ModuleCall[AccessOptions]) -> str:
    """Return the terminal, else the service, without a directory in front."""
    origin = call.item(Item.TTY)
    if origin is None:
        origin = call.world.process.terminal()
        if origin:
            _keep_terminal(call, origin)
        else:
            origin = call.item(Item.SERVICE) or ""
            if call.options.debug:
                said = "cannot determine tty or remote hostname, using service"
                call.log(Priority.DEBUG, f"{said} {origin}")
    if not origin.startswith("/"):
        return origin
    directory, slash, name = origin[1:].partition("/")
    return name if slash else directory


def _keep_terminal(call: ModuleCall[AccessOptions], terminal: str) -> None:
    try:
        call.set_item(Item.TTY, terminal)
    except Stop:
        call.log(Priority.WARNING, "couldn't set tty name")


def _may_enter(call: ModuleCall[AccessOptions], question: Question) -> bool:
    own = call.options.accessfile
    verdict = _judge(call, question, own or _TABLE)
    if verdict is not None or own:
        return verdict is not False
    try:
        files = drop_ins(call.world.files, _DIRECTORY)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot open {_DIRECTORY}: {fault.strerror}")
        return False
    for file in files:
        verdict = _judge(call, question, file)
        if verdict is not None:
            return verdict
    return True


def _judge(call: ModuleCall[AccessOptions], question: Question, file: str) -> bool | None:
    """Return what a table says; `None` if no line is about this user from there."""
    problem, content = "", b""
    try:
        file, content = _content(call, file)
    except OSError as fault:
        # A table that was named and is gone again is not one that nobody wanted.
        missing = isinstance(fault, FileNotFoundError) and not call.options.accessfile
        problem = (
            f"cannot open {file}: {'No such file or directory' if missing else fault.strerror}"
        )
    question.known.note(f"login_access: user={question.user}, from={question.origin}, file={file}")
    if problem:
        call.log(Priority.WARNING if missing else Priority.ERR, "warning: " * missing + problem)
        return None if missing else False
    separators = call.options.fieldsep
    is_usual = separators == FIELD_SEPARATORS
    for line in _usual(content) if is_usual else _parsed(content, separators):
        if isinstance(line, BadLine):
            call.log(Priority.ERR, f"{file}: line {line.line}: {line.complaint}")
            continue
        answer = rule_matches(line, question)
        if answer is Answer.MAYBE:
            outcome = "does not grant" if line.grants else "denies"
            said = f"whether it is met cannot be told, so it {outcome}"
            call.log(Priority.WARNING, f"{file}: line {line.line}: {said}")
        # The one place where a line becomes a yes: it grants, and it certainly matches.
        if line.grants and answer is Answer.YES:
            return True
        if not line.grants and answer is not Answer.NO:
            if not call.options.noaudit:
                # C: the record says success.  DIALECT: up to 1.5 there was none of `ALL`.
                audit_refusal(call, ANOM_LOGIN_LOCATION, "pam_access", granted=True)
            return False
    return None


def _content(call: ModuleCall[AccessOptions], file: str) -> tuple[str, bytes]:
    """Return path and bytes of a table; the distribution's if the usual one is missing."""
    files = call.world.files
    found = read_first(files, file, limit=_LARGEST) if file == _TABLE else None
    return found or (file, files.read(file, limit=_LARGEST))


class _Known(Record, eq=False):
    """What the world knows of the names in a table; a host is looked up once."""

    call: ModuleCall[AccessOptions]
    account: Account
    found: dict[str, tuple[Address, ...] | None]

    def in_group(self, group: str | int) -> bool:
        """Whether the user is in a group: it is the primary one, has the name, or is listed."""
        accounts, account = self.call.world.accounts, self.account
        entry = accounts.group_by_gid(group) if isinstance(group, int) else accounts.group(group)
        if entry is None:
            return False
        if entry.gid == account.gid or account.name in entry.members:
            return True
        return entry.gid in accounts.groups_of(account.name, account.gid)

    def in_netgroup(self, netgroup: str, host: str | None, user: str | None) -> bool:
        """Whether host and user are in a netgroup, in the NIS domain of this machine."""
        world = self.call.world
        domain = world.process.domain_name() or None
        found = world.accounts.in_netgroup(netgroup, host=host, user=user, domain=domain)
        triple = f"machine={host or 'NULL'}, user={user or 'NULL'}, domain={domain or 'NULL'}"
        self.note(f"netgroup_match: {int(found)} (netgroup={netgroup}, {triple})")
        return found

    def addresses(self, host: str) -> tuple[Address, ...] | None:
        """Return a host's addresses: none if there is no such host, `None` if unknown."""
        if host not in self.found:
            self.found[host] = self._look_up(host)
        return self.found[host]

    def is_terminal(self, name: str) -> bool:
        """Whether a character device in `/dev` has the name."""
        try:
            return self.call.world.files.status(f"/dev/{name}", follow=False).kind == "character"
        except OSError:
            return False

    def is_service(self, name: str) -> bool:
        """Whether it is the service that asks, or one that has a policy."""
        files = self.call.world.files
        asking = name == self.call.item(Item.SERVICE)
        return asking or any(files.exists(f"{directory}/{name}") for directory in _SERVICES)

    def note(self, line: str) -> None:
        """Log a remark if that is wanted."""
        if self.call.options.debug:
            self.call.log(Priority.DEBUG, line)

    def _look_up(self, host: str) -> tuple[Address, ...] | None:
        try:
            numbers = self.call.world.network.addresses(host)
        except FileNotFoundError:
            return ()
        except OSError as fault:
            self.call.log(Priority.WARNING, f"cannot look up `{host}`: {fault.strerror or fault}")
            return None
        found = (address(number.partition("%")[0]) for number in numbers)
        return tuple(one for one in found if one is not None)


def _parsed(content: bytes, separators: str = FIELD_SEPARATORS) -> tuple[Rule | BadLine, ...]:
    return tuple(parse(content.decode("utf-8", "surrogateescape"), separators))


_usual = parsed_once(_parsed)
