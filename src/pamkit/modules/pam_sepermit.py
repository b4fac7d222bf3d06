"""Let listed users in only while SELinux enforces its policy.

Some accounts are safe only because SELinux confines them: a guest without a password, for
example.  The list `/etc/security/sepermit.conf` (where that is missing, the distribution's in
`/usr/etc/security` or `/usr/share/security`; or the one that `conf=` names) has one rule on each
line, and the first that fits the user counts:

    whom[:option]...

`whom` is a user, `@group`, or `%seuser`: everybody who becomes this SELinux user by the `seusers`
of the policy that `/etc/selinux/config` names; without such a file a user's own name is taken for
it.  A `#` in the first column begins a comment.

A user whom no rule fits is none of the module's business: ignore.  While SELinux enforces, a user
whom a rule fits is let in: success; with the option `ignore` the answer is ignore instead, and the
lines that follow decide.  While it does not (off, permissive, or it cannot be told), such a user is
refused: `auth_err`.  A list that is missing or cannot be read is `service_err`; without a user name
the answer is `user_unknown`.  Setcred is always ignore.

With the option `exclusive` a user can be logged in only once: who has processes already, or a
login elsewhere (a lock in `/var/run/sepermit`), is refused with `auth_err`.  **When the
transaction ends, all the user's processes are killed**, again and again until none is left.  It is
done only by a process that runs as root and is not itself part of a login (its audit loginuid is
not set); others let the user in without it.  Nothing of root's is ever killed, nor the process
itself, nor anything by a child that the application forked.  What will not die within half a minute
is left and logged.  Below another root than `/` nothing is locked or killed.

Success proves nothing about who is asking.  In Fedora's policies the line is `required` and stands
before the one that asks for a password; with `[success=done ignore=ignore default=bad]` listed
users need none.

Differences: if processes cannot be counted an exclusive user is refused, where C believes there are
none.  Dead processes that nobody has counted yet do not matter; C refuses because of them, and at
the end waits for them without end.  C's account check gives up the lock that authenticate took.
A `seusers` or a list that is there and cannot be read to its end is `service_err`; C goes on as if
it ended there.  A line of colons, at which C crashes, says nothing.  `REQUIRESEUSERS=true` and
`=false` in `/etc/selinux/config` mean what they say; libselinux takes one for the other.  A path
must be absolute, and up to Linux-PAM 1.5 `conf=` had no effect.

Fedora has a link `pam_selinux_permit.so` to the module, the name it had there before it became a
part of Linux-PAM in 2008; the policies of gdm still use it.
Source: `pam_sepermit(8)`, `sepermit.conf(5)`, `seusers(5)`.
"""

from __future__ import annotations

from pamkit.formats.sepermit_conf import rules
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.membership import is_member
from pamkit.module.options import Options, flag, path
from pamkit.selinux.seuser import seuser
from pamkit.selinux.standing import CONFIG, ENFORCE, KINDS, MOUNTS, standing
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.sepermit_conf import Rule
    from pamkit.module.world import SingleLogin

_LIST = "/etc/security/sepermit.conf"
_LOCKS = "/var/run/sepermit"
_LOGIN = "/proc/self/loginuid"
_NO_LOGIN = 0xFFFFFFFF

_DATA = "pam_sepermit"
_NO_FILE = "No such file or directory"


class SepermitOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log how the user is compared with the list")
    conf: str = path(f"the list, instead of `{_LIST}`")


_CODES = "success ignore auth_err user_unknown service_err"

MODULE = declare(
    "pam_sepermit",
    options=SepermitOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[_LIST, CONFIG, KINDS, MOUNTS, ENFORCE, _LOGIN, _LOCKS],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[
        example("sshd", "auth required pam_sepermit.so", "Fedora"),
        example(
            "gdm",
            "auth [success=done ignore=ignore default=bad] pam_sepermit.so",
            "listed users need no password",
        ),
    ],
)


class _Held(Record, eq=False):
    """The only login of a user, kept until the transaction ends."""

    uid: int
    login: SingleLogin


async def _judge(call: ModuleCall[SepermitOptions]) -> ReturnCode:
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {arg}")
    place, content = _list(call)
    _debug(call, f"Parsing config file: {place}")
    try:
        user = await call.user()
    except Stop:
        user = ""
    if not user:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    selinux = standing(call.world.files)
    if selinux.is_enforcing:
        _debug(call, "Enforcing mode, access will be allowed on match")
    known_as = _seuser(call, user, selinux.place)
    if not selinux.is_enforcing:
        _debug(call, "Access will not be allowed on match")
    if isinstance(content, str):
        call.log(Priority.ERR, f"Failed to open config file {place}: {content}")
        return _returned(call, ReturnCode.SERVICE_ERR, ReturnCode.SERVICE_ERR)
    rule = _first_that_fits(call, rules(content), user, known_as)
    if rule is None:
        return _returned(call, -1, ReturnCode.IGNORE)
    if not selinux.is_enforcing:
        return _returned(call, 0, ReturnCode.AUTH_ERR)
    if "exclusive" in rule.options and _guards_logins(call) and not _is_only_login(call, user):
        return _returned(call, 0, ReturnCode.AUTH_ERR)
    # Success because the list names this user, and the kernel confines whom it names.
    granted = ReturnCode.IGNORE if "ignore" in rule.options else ReturnCode.SUCCESS
    return _returned(call, 0, granted)


def pam_sm_setcred(_: ModuleCall[SepermitOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


pam_sm_authenticate = _judge
pam_sm_acct_mgmt = _judge


def _list(call: ModuleCall[SepermitOptions]) -> tuple[str, bytes | str]:
    """Return path and bytes of the list, or instead of those the reason why there are none."""
    given = [arg.removeprefix("conf=") for arg in call.args if arg.startswith("conf=")]
    written, place = (given[-1], call.options.conf) if given else (_LIST, _LIST)
    if not written:
        return written, _NO_FILE
    if not place or (place != written and place in given):
        # The last one was not taken: an earlier one must not have its place, nor the usual list.
        return written, "expected an absolute path"
    try:
        if given:
            return written, call.world.files.read(place)
        return read_first(call.world.files, _LIST) or (_LIST, _NO_FILE)
    except FileNotFoundError:
        return written, _NO_FILE
    except OSError as fault:
        return written, fault.strerror or "cannot be read"


def _seuser(call: ModuleCall[SepermitOptions], user: str, place: str | None) -> str | None:
    try:
        found = seuser(call.world.files, call.world.accounts, user, place=place)
    except OSError as fault:
        call.log(Priority.ERR, f"getseuserbyname failed: {fault.strerror}")
        raise Stop(ReturnCode.SERVICE_ERR) from fault
    if found is None:
        # C: what `errno` says after a list that does not name the user was read to its end.
        call.log(Priority.ERR, "getseuserbyname failed: Success")
    return found


def _first_that_fits(
    call: ModuleCall[SepermitOptions], listed: tuple[Rule, ...], user: str, known_as: str | None
) -> Rule | None:
    for rule in listed:
        if not _fits(call, rule, user, known_as):
            continue
        for option in rule.options:
            if option not in ("exclusive", "ignore"):
                _debug(call, f"Unknown user option: {option}")
        return rule
    return None


def _fits(call: ModuleCall[SepermitOptions], rule: Rule, user: str, known_as: str | None) -> bool:
    if rule.kind == "%":
        if known_as is None:
            return False
        _debug(call, f"Matching seuser {known_as} against seuser {rule.name}")
        return known_as == rule.name
    if rule.kind == "@":
        _debug(call, f"Matching user {user} against group {rule.name}")
        account = call.world.accounts.find(user)
        return account is not None and is_member(call.world.accounts, account, rule.name)
    _debug(call, f"Matching user {user} against user {rule.name}")
    return user == rule.name


def _guards_logins(call: ModuleCall[SepermitOptions]) -> bool:
    """Whether this process lets users log in, rather than being a part of a login itself."""
    if call.world.process.euid() != 0:
        return False
    try:
        login = call.world.files.read(_LOGIN).strip()
    except FileNotFoundError:
        return True
    except OSError as fault:
        call.log(Priority.ERR, f"Cannot open {_LOGIN}: {fault.strerror}")
        return True
    return not login.isdigit() or int(login) == _NO_LOGIN


def _is_only_login(call: ModuleCall[SepermitOptions], user: str) -> bool:
    """Whether the user is nowhere else, and can be nowhere else until the transaction ends."""
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f"Unable to find uid for user {user}")
        return False
    logins = call.world.single_logins
    try:
        processes = logins.running(account.uid)
    except OSError:
        call.log(Priority.ERR, "Failed to open proc directory file /proc:")
        return False
    if processes:
        call.log(Priority.ERR, f"User {user} processes are running. Exclusive login not allowed")
        return False
    if _held_uid(call) == account.uid:
        return True  # by authenticate, when this is the account check of the same transaction
    try:
        login = logins.hold(account.uid)
    except BlockingIOError:
        call.log(Priority.ERR, f"User {user} with exclusive login already logged in")
        return False
    except OSError:
        call.log(Priority.ERR, f"Unable to open lock file {_LOCKS}/{account.uid}.lock")
        return False
    call.set_data(_DATA, _Held(account.uid, login), lambda held, _: _end(call, held))
    return True


def _held_uid(call: ModuleCall[SepermitOptions]) -> int | None:
    try:
        held = call.data(_DATA)
    except KeyError:
        return None
    return held.uid if isinstance(held, _Held) else None


def _end(call: ModuleCall[SepermitOptions], held: _Held) -> None:
    if call.options.debug:
        call.log(Priority.ERR, f"Unlocking fd: {held.login.number} uid: {held.uid}")
    try:
        left = held.login.end(lambda process: _debug(call, f"Attempting to kill {process}"))
    except OSError:
        call.log(Priority.ERR, "Failed to open proc directory file /proc:")
        return
    if left:
        call.log(Priority.ERR, f"processes of user {held.uid} would not end: {len(left)}")


def _returned(call: ModuleCall[SepermitOptions], matched: int, answer: ReturnCode) -> ReturnCode:
    """Say in the log what C's comparison returns."""
    _debug(call, f"sepermit_match returned: {int(matched)}")
    return answer


def _debug(call: ModuleCall[SepermitOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.NOTICE, line)
