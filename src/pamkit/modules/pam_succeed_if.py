"""Succeed if what is known of the user meets conditions.

Behind the module stand conditions of three words, `field operator value`; all must be met, and
the first that is not ends the check.  Fields are `user` (also `login`, `name`), `uid`, `gid`,
`shell`, `home` (also `dir`, `homedir`), `ruser`, `rhost`, `tty` and `service`.  Operators compare
numbers (`<` `<=` `>` `>=` `eq` `ne`, with octal and hexadecimal as in C; also `lt` `le` `gt`
`ge`), texts (`=` `!=`), shell patterns (`=~` `!~`, also `glob` `noglob`) or lists with colons
(`in` `notin`), or ask whether the user is in one of some groups (`ingroup` `notingroup`) or in a
netgroup (`innetgr` `notinnetgr`).  Words that are options count as options wherever they stand.

A condition that is not met answers `auth_err`; one that cannot be judged (unknown field or
operator, no number, words missing) `service_err`; a user without an account `user_unknown`, if
the condition is about the account.  Without any condition the answer is success.

Success proves nothing about who is asking, only what is said of them; a user who does not exist
is in no group and meets `notingroup`.  In `auth` the module belongs behind or before one that
asks for a secret.

Differences: `ruser ingroup`, `ruser innetgr` and their opposites ask about the remote user, as
they read and as Linux-PAM did up to 1.5 (1.6 and later ask about the user).  An account database
that cannot be read is an error, not an unknown user.  Source: `pam_succeed_if(8)`.
"""

from __future__ import annotations

from _operator import eq, ge, gt, le, lt, ne

from pamkit.formats.glob import matches
from pamkit.formats.strtoll import strtoll
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Options, flag, rest
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.world import Account


class SucceedIfOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log what fields stand for")
    use_uid: bool = flag("judge the user who runs the application instead of the one asked for")
    quiet: bool = flag("do not log whether a condition was met")
    quiet_fail: bool = flag("do not log that a condition was not met")
    quiet_success: bool = flag("do not log that a condition was met")
    audit: bool = flag("log names of users that do not exist")
    conditions: tuple[str, ...] = rest(
        "conditions, which must all be met", value="field operator value"
    )


_CODES = "success auth_err service_err user_unknown buf_err conv_err conv_again"

MODULE = declare(
    "pam_succeed_if",
    options=SucceedIfOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.SERVICE, Item.RUSER, Item.RHOST, Item.TTY],
    sets=[Item.USER],
    facts=[
        CHECKS_CONDITION,
        GRANTS_WITHOUT_SECRET,
        ASKS_USER.when(use_uid=False),
        NEVER_PROMPTS.when(use_uid=True),
    ],
    examples=[
        example("login", "auth required pam_succeed_if.so quiet user ingroup wheel:root"),
        example("login", "account sufficient pam_succeed_if.so uid < 1000 quiet"),
    ],
)


async def _judge(call: ModuleCall[SucceedIfOptions]) -> ReturnCode:
    subject = await _subject(call)
    if subject is None:
        return ReturnCode.USER_UNKNOWN
    words = call.options.conditions
    for at in range(0, len(words) - len(words) % 3, 3):
        answer = _evaluate(call, subject, words[at : at + 3])
        _report(call, subject, " ".join(words[at : at + 3]), answer)
        if answer != ReturnCode.SUCCESS:
            return answer
    if len(words) % 3:
        call.log(Priority.ERR, "incomplete condition detected")
        return ReturnCode.SERVICE_ERR
    if not words:
        call.log(Priority.INFO, "no condition detected; module succeeded")
    # Every condition the administrator wrote is met.  C: none at all are met as well.
    return ReturnCode.SUCCESS


def pam_sm_setcred(_: ModuleCall[SucceedIfOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


pam_sm_authenticate = _judge
pam_sm_acct_mgmt = _judge
pam_sm_open_session = _judge
pam_sm_close_session = _judge
pam_sm_chauthtok = _judge


class _Subject(Record):
    """Who is judged: the name, and the account if it was needed to learn the name."""

    name: str
    known: Account | None = None

    def account(self, call: ModuleCall[SucceedIfOptions]) -> Account | None:
        """Return the account; `OSError` if the source cannot be read."""
        return self.known or call.world.accounts.find(self.name)


async def _subject(call: ModuleCall[SucceedIfOptions]) -> _Subject | None:
    if call.options.use_uid:
        uid = call.world.process.uid()
        account = call.world.accounts.by_uid(uid)
        if account is None:
            call.log(Priority.ERR, f"error retrieving information about user {uid}")
            return None
        return _Subject(account.name, account)
    try:
        return _Subject(await call.user())
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        raise


def _report(
    call: ModuleCall[SucceedIfOptions], subject: _Subject, condition: str, answer: ReturnCode
) -> None:
    options = call.options
    if answer == ReturnCode.USER_UNKNOWN:
        if options.audit:
            call.log(Priority.NOTICE, f"error retrieving information about user {subject.name}")
        return
    met = answer == ReturnCode.SUCCESS
    if options.quiet or (options.quiet_success if met else options.quiet_fail):
        return
    # A name that nobody has may be a password typed too early: it stays out of the log.
    shown = options.audit or options.use_uid or _exists(call, subject)
    who = f'user "{subject.name}"' if shown else "unknown user"
    outcome = "was met" if met else "not met"
    call.log(Priority.INFO, f'requirement "{condition}" {outcome} by {who}')


def _exists(call: ModuleCall[SucceedIfOptions], subject: _Subject) -> bool:
    try:
        return subject.account(call) is not None
    except OSError:
        return False


_NAMES = ("user", "login", "name")

_OF_ACCOUNT: dict[str, Callable[[Account], str]] = {
    "uid": lambda account: str(account.uid),
    "gid": lambda account: str(account.gid),
    "shell": lambda account: account.shell,
    "home": lambda account: account.home,
    "dir": lambda account: account.home,
    "homedir": lambda account: account.home,
}

_ITEMS = {"service": Item.SERVICE, "ruser": Item.RUSER, "rhost": Item.RHOST, "tty": Item.TTY}

_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "<": lt,
    "lt": lt,
    "<=": le,
    "le": le,
    ">": gt,
    "gt": gt,
    ">=": ge,
    "ge": ge,
    "eq": eq,
    "ne": ne,
}

_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "=": eq,
    "!=": ne,
    "=~": lambda left, pattern: matches(pattern, left),
    "glob": lambda left, pattern: matches(pattern, left),
    "!~": lambda left, pattern: not matches(pattern, left),
    "noglob": lambda left, pattern: not matches(pattern, left),
    "in": lambda left, members: _in_list(left, members),
    "notin": lambda left, members: not _in_list(left, members),
}

_MEMBERSHIPS: dict[str, Callable[[ModuleCall[SucceedIfOptions], str, str], bool]] = {
    "ingroup": lambda *case: _in_group(*case),
    "notingroup": lambda *case: not _in_group(*case),
    "innetgr": lambda *case: _in_netgroup(*case),
    "notinnetgr": lambda *case: not _in_netgroup(*case),
}


def _evaluate(
    call: ModuleCall[SucceedIfOptions], subject: _Subject, condition: tuple[str, ...]
) -> ReturnCode:
    attribute, operator, right = condition
    field, operator = _lower(attribute), _lower(operator)
    if field in _NAMES:
        left = subject.name
    elif field in _OF_ACCOUNT:
        account = subject.account(call)
        if account is None:
            return ReturnCode.USER_UNKNOWN
        left = _OF_ACCOUNT[field](account)
    elif field in _ITEMS:
        left = call.item(_ITEMS[field]) or ""
    else:
        call.log(Priority.ERR, f'unknown attribute "{attribute}"')
        return ReturnCode.SERVICE_ERR
    if call.options.debug:
        call.log(Priority.DEBUG, f"'{attribute}' resolves to '{left}'")
    if operator in _NUMBERS:
        return _compare(call, operator, left, right)
    if operator in _TEXTS:
        return _verdict(_TEXTS[operator](left, right))
    if operator in _MEMBERSHIPS:
        member = left if field == "ruser" else subject.name
        return _verdict(_MEMBERSHIPS[operator](call, member, right))
    return ReturnCode.SERVICE_ERR


def _verdict(met: bool) -> ReturnCode:
    # The one place where a condition becomes a yes, and only for an outcome that was computed.
    return ReturnCode.SUCCESS if met else ReturnCode.AUTH_ERR


def _compare(
    call: ModuleCall[SucceedIfOptions], operator: str, left: str, right: str
) -> ReturnCode:
    mine, theirs = strtoll(left), strtoll(right)
    for word, meaning in ((left, mine), (right, theirs)):
        if meaning is None:
            call.log(Priority.INFO, f'"{word}" is not a number')
    if mine is None or theirs is None:
        return ReturnCode.SERVICE_ERR
    return _verdict(_NUMBERS[operator](mine, theirs))


def _in_list(word: str, members: str) -> bool:
    """Whether a word stands between colons of a list; it may have colons itself."""
    return f":{word}:" in f":{members}:"


def _in_group(call: ModuleCall[SucceedIfOptions], user: str, groups: str) -> bool:
    accounts = call.world.accounts
    account = accounts.find(user)
    if account is None:
        return False
    numbers = accounts.groups_of(account.name, account.gid)
    for name in groups.split(":"):
        group = accounts.group(name) if name else None
        if group is None:
            continue
        if group.gid in numbers or account.name in group.members:
            return True
    return False


def _in_netgroup(call: ModuleCall[SucceedIfOptions], user: str, netgroup: str) -> bool:
    host = call.item(Item.RHOST)
    return call.world.accounts.in_netgroup(netgroup, host=host, user=user)


def _lower(word: str) -> str:
    """Lower ASCII letters only, as C compares; the words in the tables have no others."""
    return word.lower() if word.isascii() else word
