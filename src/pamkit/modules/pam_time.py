"""Let users in only at the times that rules allow.

Each line of `/etc/security/time.conf` is a rule `services;ttys;users;times`.  It binds who matches
its first three fields, and refuses with `perm_denied` if it is not one of its times; one such rule
is enough.  Whom no rule binds is let by, and so is everybody if there is no file (which is
logged).

The first three fields are lists of names, joined by `&` and `|` from left to right without
precedence; `!` before a name denies it, and one `*` in a name stands for anything.  Terminals are
written without `/dev/`, and a terminal that the application does not name is the one on standard
input.  The users may be one `@netgroup` instead.  Times are such a list as well: days from `Su Mo
Tu We Th Fr Sa`, `Wk` (Monday to Friday), `Wd` (Saturday and Sunday) and `Al`, where a day that is
named twice is taken out again (`AlFr`), then hours and minutes as `0800-1700`; if the end is not
behind the beginning it is on the next day, and its minute belongs to the time.  `#` begins a
comment, and a line that ends in `\\` goes on on the next.  A file whose last line has no newline
has lost the field there: its last rule has no times.  The clock is that of the process, `TZ`
included.

    login ; tty* & !ttyp* ; !root ; !Al0000-2400
    games ; * ; !waster ; Wd0000-2400 | Wk1800-0800

The module checks when somebody comes, not who it is, and ends no session when the time is over.
The kernel's audit is told of a refusal (`ANOM_LOGIN_TIME`), unless `noaudit`; whether it takes the
record changes nothing.

Differences: whom a rule names is refused if its times cannot be read or are missing (for C, days
without times are always, and `!` before what it cannot read lets in), and a rule with a field too
many still binds.  If services, terminals or users cannot be read the rule binds nobody, as in C,
which is logged: whom it names is not known, and to refuse everybody would shut root out with the
others.  A file that is there but cannot be read, or has a NUL byte, is `abort` for everybody; C
takes it for no file.  Fields may be longer than 1000 bytes.
Source: `pam_time(8)`, `time.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.time_rules import Rule, is_named, is_now, judge, read_rules
from pamkit.module.audit import ANOM_LOGIN_TIME, audit_refusal
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION
from pamkit.module.options import Options, flag, path
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import LocalTime

_CONF = "/etc/security/time.conf"


class TimeOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log which file is read, and who is refused")
    noaudit: bool = flag("write no audit record of a refusal")
    conffile: str = path("the rules, instead of those in `/etc/security/time.conf`")


MODULE = declare(
    "pam_time",
    options=TimeOptions,
    answers={Primitive.ACCT_MGMT: "success perm_denied user_unknown abort"},
    reads=[Item.SERVICE, Item.USER, Item.USER_PROMPT, Item.TTY],
    sets=[Item.USER, Item.TTY],
    files=[_CONF],
    facts=[ASKS_USER, CHECKS_CONDITION],
    examples=[
        example("login", "account required pam_time.so"),
        example("sshd", "account required pam_time.so conffile=/etc/security/ssh-time.conf"),
    ],
)


async def pam_sm_acct_mgmt(call: ModuleCall[TimeOptions]) -> ReturnCode:
    """Refuse whom a rule binds that does not allow this time."""
    _complain_of_options(call)
    file, content = _rules(call)
    if call.options.debug:
        call.log(Priority.DEBUG, f"conffile={file}")
    try:
        user = await call.user()
    except Stop:
        user = ""
    if not user:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    applicant = _Applicant(call.item(Item.SERVICE) or "", _terminal(call), user)
    if isinstance(content, OSError):
        what = "reading" if isinstance(content, IsADirectoryError) else "opening"
        call.log(Priority.ERR, f"error {what} {file}: {content.strerror}")
        # Success: without a file there are no rules.  One that cannot be read may have some.
        missing = isinstance(content, (FileNotFoundError, NotADirectoryError))
        return ReturnCode.SUCCESS if missing else ReturnCode.ABORT
    if b"\0" in content:
        call.log(Priority.ERR, f"error reading {file}: there is a NUL byte in it")
        return ReturnCode.ABORT
    text = content.decode("utf-8", "surrogateescape")
    clock = call.world.clock
    now = clock.local(clock.now())
    rules = read_rules(text, file, fields=4)
    # All rules are read, and complained about, whatever the first ones say.
    if [rule for rule in rules if _refuses(call, rule, applicant, now)]:
        if not call.options.noaudit:
            audit_refusal(call, ANOM_LOGIN_TIME, "pam_time")
        if call.options.debug:
            call.log(Priority.DEBUG, f"user {user} rejected")
        return ReturnCode.PERM_DENIED
    # Success: every rule was read, and none that binds the user is against this time.
    return ReturnCode.SUCCESS


class _Applicant(Record):
    """Whom rules are about."""

    service: str
    terminal: str
    user: str


def _complain_of_options(call: ModuleCall[TimeOptions]) -> None:
    unknown = call.options.unknown(call.args)
    for arg in call.args:
        if arg == "conffile=":
            call.log(Priority.ERR, "conffile= specification missing argument - ignored")
        elif arg in unknown:
            call.log(Priority.ERR, f"unknown option: {arg}")


def _rules(call: ModuleCall[TimeOptions]) -> tuple[str, bytes | OSError]:
    """Return the path of the rules, and what it says or why it cannot be read."""
    file = call.options.conffile
    relative = [arg for arg in call.args if arg.startswith("conffile=") and arg != "conffile="]
    if not file and relative:
        unusable = relative[-1].removeprefix("conffile=")
        return unusable, OSError(0, "expected an absolute path")
    try:
        if file:
            return file, call.world.files.read(file)
        found = read_first(call.world.files, _CONF)
    except OSError as fault:
        return file or _CONF, fault
    return found or (_CONF, FileNotFoundError(0, "No such file or directory"))


def _terminal(call: ModuleCall[TimeOptions]) -> str:
    """Return the terminal's name as rules write it; one that is looked up is kept as the item."""
    name = call.item(Item.TTY)
    if name is None:
        name = call.world.process.terminal()
        call.set_item(Item.TTY, name)
    if not name.startswith("/"):
        return name
    directory, slash, rest = name[1:].partition("/")
    return rest if slash else directory


def _refuses(
    call: ModuleCall[TimeOptions], rule: Rule, applicant: _Applicant, now: LocalTime
) -> bool:
    """Whether a rule binds the applicant and does not allow this time."""

    def complain(text: str) -> None:
        call.log(Priority.ERR, text)

    def matches(words: str, name: str) -> bool:
        said = judge(
            words, lambda member: is_named(name, member), rule=rule.number, complain=complain
        )
        return said is True

    def holds(times: str) -> bool | None:
        return is_now(
            times,
            weekday=now.weekday,
            hour=now.hour,
            minute=now.minute,
            rule=rule.number,
            complain=complain,
        )

    binds = len(rule.fields) >= 3
    for words, name in zip(rule.fields, (applicant.service, applicant.terminal), strict=False):
        binds = matches(words, name) and binds
    if len(rule.fields) >= 3:
        users = rule.fields[2]
        if users.startswith("@"):
            named = _in_netgroup(call, users[1:], applicant.user, rule.number)
        else:
            named = matches(users, applicant.user)
        binds = named and binds
    for complaint in rule.complaints:
        complain(complaint)
    if len(rule.fields) < 4:
        return binds  # no times: never
    # Only a yes is one: times that cannot be read do not allow anything.
    return (judge(rule.fields[3], holds, rule=rule.number, complain=complain) is not True) and binds


def _in_netgroup(call: ModuleCall[TimeOptions], name: str, user: str, rule: int) -> bool:
    if not name or any(sign in name for sign in " &|!@"):
        # C asks for a netgroup of that name, finds none, and says nothing.
        call.log(Priority.ERR, f"garbled syntax; expected one netgroup (rule #{rule})")
    return call.world.accounts.in_netgroup(name, host=None, user=user)
