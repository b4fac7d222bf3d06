"""Give users more groups by where and when they log in.

Each line of `/etc/security/group.conf` is a rule `services;ttys;users;times;groups`.  When
credentials are established, whoever matches the first four fields gets the groups of the fifth, on
top of those that the process has: the program must have set the user's own groups before.  All
rules that match count.

The first three fields are lists of names, joined by `&` and `|` from left to right without
precedence; `!` before a name denies it, and one `*` in a name stands for anything.  Terminals are
written without `/dev/`, and a terminal that the application does not name is the one on standard
input.  The users may be one `@netgroup` or one `%group` instead.  Times are such a list as well:
days from `Su Mo Tu We Th Fr Sa`, `Wk` (Monday to Friday), `Wd` (Saturday and Sunday) and `Al`,
where a day that is named twice is taken out again (`AlFr`), then hours and minutes as `0800-1700`;
if the end is not behind the beginning it is on the next day, and its minute belongs to the time.
Groups are names with blanks or commas between them.  `#` begins a comment, and a line that ends in
`\\` goes on on the next.  A file whose last line has no newline has lost the field there: its last
rule has no groups.  The clock is that of the process, `TZ` included.

    login ; tty* & !ttyp* ; alice | bob ; Al0000-2400 ; floppy, audio
    * ; tty* ; %students ; Wk0800-1800 ; lab

In `auth` a line answers `ignore`; it works in `pam_setcred`, and answers `success` if there is
nothing to give as well as if groups were given.  If the process may not change its groups, the
answer is `cred_err`; that is so for every process without root's rights that has any groups.  With
flags that ask for nothing the call establishes credentials, as on Debian and as other systems'
manuals have it; upstream's module does nothing then.  The groups stay with the process, and with
all that it starts; whoever once had a group can keep it, with a program of that group and the
set-group-ID bit.

Nothing is proved here about who is asking.

Differences: a rule that cannot be read in all its fields gives nothing, and the log says so (for C
days without times are always, and `!` before what it cannot read is a yes).  So does a file that
has a NUL byte.  What is no name of a group gives nothing: C takes `a.b`, `a:b` and `a|b` for two
groups, and of `!abc` it gives `bc`.  A group that the process has already is not added again.
Fields may be longer than 1000 bytes.  For users of another machine, below a root directory, it is
`cred_err`: groups there are none here.

Source: `pam_group(8)`, `group.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.time_rules import Rule, is_named, is_now, judge, read_rules
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_GROUPS, NEEDS_ROOT
from pamkit.module.membership import is_member
from pamkit.module.options import Options
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.world import LocalTime

_CONF = "/etc/security/group.conf"

MODULE = declare(
    "pam_group",
    options=Options,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "success user_unknown cred_err",
    },
    reads=[Item.SERVICE, Item.USER, Item.USER_PROMPT, Item.TTY],
    sets=[Item.USER, Item.TTY],
    files=[_CONF],
    facts=[CHANGES_GROUPS, NEEDS_ROOT, ASKS_USER],
    examples=[example("login", "auth optional pam_group.so")],
)


def pam_sm_authenticate(_: ModuleCall[Options]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


async def pam_sm_setcred(call: ModuleCall[Options]) -> ReturnCode:
    """Add the groups of all rules that match, if credentials are to be established."""
    # DIALECT: Debian's module works with no flags as well, or with `SILENT` alone.
    asked = call.flags & ~Flag.SILENT
    if asked and not asked & (Flag.ESTABLISH_CRED | Flag.REINITIALIZE_CRED):
        return ReturnCode.SUCCESS  # nothing is given
    try:
        user = await call.user()
    except Stop:
        user = ""
    if not user:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    applicant = _Applicant(call.item(Item.SERVICE) or "", _terminal(call), user)
    clock, process = call.world.clock, call.world.process
    now = clock.local(clock.now())
    groups = dict.fromkeys(process.groups())
    for rule in _rules(call):
        # INVARIANT: only a rule without any fault gives, and only if all four fields say yes.
        if _grants(call, rule, applicant, now):
            groups |= dict.fromkeys(_named(call, rule.fields[4]))
    try:
        # C: also if there is nothing to add, which tells who has no right to.
        if groups:
            process.set_groups(tuple(groups))
    except OSError as fault:
        words = "unable to set the group membership for user"
        call.log(Priority.ERR, f"{words}: {fault.strerror}")
        return ReturnCode.CRED_ERR
    # Success: the process has the groups of the rules that match, and none of any other.
    return ReturnCode.SUCCESS


class _Applicant(Record):
    """Whom rules are about."""

    service: str
    terminal: str
    user: str


def _rules(call: ModuleCall[Options]) -> tuple[Rule, ...]:
    """Return the rules; none, with a line in the log, if they cannot be read."""
    try:
        found = read_first(call.world.files, _CONF)
    except OSError as fault:
        what = "reading" if isinstance(fault, IsADirectoryError) else "opening"
        call.log(Priority.ERR, f"error {what} {_CONF}: {fault.strerror}")
        return ()
    if found is None:
        call.log(Priority.ERR, f"error opening {_CONF}: No such file or directory")
        return ()
    file, content = found
    if b"\0" in content:
        call.log(Priority.ERR, f"error reading {file}: there is a NUL byte in it")
        return ()
    return read_rules(content.decode("utf-8", "surrogateescape"), file, fields=5)


def _terminal(call: ModuleCall[Options]) -> str:
    """Return the terminal's name as rules write it; one that is looked up is kept as the item."""
    name = call.item(Item.TTY)
    if name is None:
        name = call.world.process.terminal()
        call.set_item(Item.TTY, name)
    if not name.startswith("/"):
        return name
    directory, slash, rest = name[1:].partition("/")
    return rest if slash else directory


def _grants(call: ModuleCall[Options], rule: Rule, applicant: _Applicant, now: LocalTime) -> bool:
    """Whether a rule is about the applicant and this time; what is wrong with it is logged."""
    faults: list[str] = []

    def complain(text: str) -> None:
        call.log(Priority.ERR, text)

    def note(fault: str) -> None:
        faults.append(fault)
        complain(fault)

    def agrees(words: str, holds: Callable[[str], bool | None]) -> bool:
        before = len(faults)
        said = judge(words, holds, rule=rule.number, complain=note)
        # What means nothing may have been the end of another name, or a no: `jos` is not `josé`,
        # nor `~Al0000-2400` always.
        return said is True and len(faults) == before

    def matches(words: str, name: str) -> bool:
        return agrees(words, lambda member: is_named(name, member))

    def holds(times: str) -> bool | None:
        return is_now(
            times,
            weekday=now.weekday,
            hour=now.hour,
            minute=now.minute,
            rule=rule.number,
            complain=complain,
        )

    # C: all fields are judged, and complained about, whatever the first ones say.
    met = [
        matches(words, name)
        for words, name in zip(rule.fields, (applicant.service, applicant.terminal), strict=False)
    ]
    for users in rule.fields[2:3]:
        if users.startswith("@"):
            met.append(call.world.accounts.in_netgroup(users[1:], host=None, user=applicant.user))
        elif users.startswith("%"):
            met.append(_in_group(call, users[1:], applicant.user))
        else:
            met.append(matches(users, applicant.user))
    if len(rule.fields) == 5:
        met.append(agrees(rule.fields[3], holds))
    for complaint in rule.complaints:
        complain(complaint)
    return len(met) == 4 and all(met) and not rule.complaints


def _in_group(call: ModuleCall[Options], name: str, user: str) -> bool:
    account = call.world.accounts.find(user)
    return account is not None and is_member(call.world.accounts, account, name)


def _named(call: ModuleCall[Options], names: str) -> list[int]:
    """Return the numbers of the groups in a list; what names none is logged."""
    found = []
    for name in names.replace(",", " ").replace("\r", " ").split(" "):
        if not name:
            continue
        group = call.world.accounts.group(name) if _NAME.issuperset(name) else None
        if group is None:
            call.log(Priority.ERR, f"bad group: {name}")
        else:
            found.append(group.gid)
    return found


_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-*")
