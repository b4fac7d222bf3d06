"""Set which permissions the new files of a session do not get, and how much it may do.

When a session is opened the file mode creation mask of the process is set, and what it starts
inherits it: with `022` nobody but the owner may write to a new file, with `077` nobody else may do
anything.  The mask is an octal number.  It comes from the option `umask=`, or from the first line
`UMASK` in `/etc/login.defs`, or from the one in `/etc/default/login`; without any it stays.  What
stands behind the digits is passed over (so `08` and `0x22` are both 0), and what begins with no
octal digit changes nothing.

`usergroups` is for machines where each user has a group of their own: if the name of the primary
group is the name of the user, and the user is not root, the group gets what the owner has, and
`022` becomes `002`.

Last come the words in the comment field of the user's entry, where commas divide them, in any
case: `umask=027` sets the mask, `pri=5` makes the process that much nicer (`pri=-5` less nice, for
which it must be root's), and `ulimit=1000` lets it write no file of more than that many blocks of
512 bytes.  Who lets users change that field, lets them choose.

    alice:x:1000:1000:Alice,room 7,,,umask=027,pri=5:/home/alice:/bin/sh

The answer is `success` also if niceness or limit cannot be had, which is logged and, without
`silent` or with `debug`, shown.  It is `user_unknown` for nobody's name, and `session_err` if the
files cannot be read.  Closing the session does nothing: what was set stays with the process.

Differences: where C takes an `umask=` without a number in the comment field for 0, which lets
everybody write to everything, it changes nothing here.  A file of values that is there and cannot
be read is an error; C goes on with the next.  For users of another machine, below a root directory,
to set anything is an error: this process keeps its own mask.

Source: `pam_umask(8)`, `login.defs(5)`, `umask(2)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.leading_number import leading_number
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_LIMITS, CHANGES_UMASK
from pamkit.module.options import Match, Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as words_for
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.module.world import Account

_OTHER_FILE = "/etc/default/login"
_KEY = "UMASK"
_FILE_SIZE = 1  # C: RLIMIT_FSIZE
_BLOCK = 512


class UmaskOptions(Options):
    """What may stand after the module's name in a policy, in capitals or not."""

    match = Match.ANY_CASE
    complains = True

    debug: bool = flag("show what fails even if the application wants no messages")
    silent: bool = flag("show no messages")
    usergroups: bool = flag("give the user's own group what the user has")
    nousergroups: bool = flag("take `usergroups` back; the last of the two counts")
    umask: str | None = text("the mask", default=None, value="octal")


MODULE = declare(
    "pam_umask",
    options=UmaskOptions,
    answers={
        Primitive.OPEN_SESSION: "success user_unknown session_err conv_err incomplete",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[login_defs.PATH, _OTHER_FILE],
    facts=[ASKS_USER, CHANGES_UMASK, CHANGES_LIMITS],
    examples=[
        example("common-session", "session optional pam_umask.so", "as login.defs says"),
        example("login", "session optional pam_umask.so umask=027 usergroups"),
    ],
)


async def pam_sm_open_session(call: ModuleCall[UmaskOptions]) -> ReturnCode:
    """Set the mask, and what the user's entry asks for."""
    for word in call.options.unknown(call.args):
        if word:
            call.log(Priority.ERR, f"Unknown option: `{word}'")
    try:
        mask = _configured(call)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {fault.filename}: {fault.strerror}")
        return ReturnCode.SESSION_ERR
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {words_for(stop.code)}")
        return ReturnCode.INCOMPLETE if stop.code is ReturnCode.CONV_AGAIN else stop.code
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f"account for {user} not found")
        return ReturnCode.USER_UNKNOWN
    process = call.world.process
    if mask is not None:
        process.set_umask(mask)
    if _has_usergroups(call.args) and _has_own_group(call, account):
        before = process.set_umask(0o777)  # in between, what another thread makes is nobody's
        process.set_umask(before & ~0o070 | before >> 3 & 0o070)
    for word in account.gecos.split(","):
        await _obey(call, word)
    # Success: the mask is set, if there was to be any; the rest may fail, as in C.
    return ReturnCode.SUCCESS


def pam_sm_close_session(_: ModuleCall[UmaskOptions]) -> ReturnCode:
    """Do nothing: the mask stays with the process."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _configured(call: ModuleCall[UmaskOptions]) -> int | None:
    """Return the mask of the option or, without one, of the files; `None` if it is to stay.

    `OSError` with the path if a file that is there cannot be read.
    """
    written = call.options.umask
    for path in () if written is not None else (login_defs.PATH, _OTHER_FILE):
        try:
            found = read_first(call.world.files, path)
        except OSError as fault:
            fault.filename = path
            raise
        written = None if found is None else login_defs.value(found[1], _KEY)
        if written is not None:
            break
    number = None if written is None else leading_number(written, 8)
    if number is None:
        return None
    # C: `strtoul`, which has a largest number, with a sign as well, and all bits set in it.
    return number & 0o777 if abs(number) < 1 << 64 else 0o777


def _has_usergroups(words: Sequence[str]) -> bool:
    said = [word.lower() for word in words if word.lower() in ("usergroups", "nousergroups")]
    return said[-1:] == ["usergroups"]


def _has_own_group(call: ModuleCall[UmaskOptions], account: Account) -> bool:
    """Whether the primary group of an ordinary user has the user's name."""
    if account.uid == 0:
        return False
    group = call.world.accounts.group_by_gid(account.gid)
    return group is not None and group.name == account.name


async def _obey(call: ModuleCall[UmaskOptions], word: str) -> None:
    """Do what one word of the comment field asks for; other words are names and rooms."""
    name, equals, value = word.partition("=")
    name, process = name.lower() + equals, call.world.process
    if name == "umask=":
        mask = leading_number(value, 8)
        if mask is not None:
            process.set_umask(_long(mask) & 0o777)
    elif name == "pri=":
        by = _int(_long(leading_number(value, 10) or 0))
        try:
            process.set_priority(max(-20, min(process.priority() + by, 19)))
        except OSError as fault:
            await _complain(call, "nice", fault)
    elif name == "ulimit=":
        most = _long(leading_number(value, 10) or 0) * _BLOCK % (1 << 64)
        try:
            process.set_limit(_FILE_SIZE, most, most)
        except OSError as fault:
            await _complain(call, "setrlimit", fault)


async def _complain(call: ModuleCall[UmaskOptions], function: str, fault: OSError) -> None:
    # C: nice(3) tells no refusal from another.
    refused = isinstance(fault, PermissionError)
    reason = "Operation not permitted" if refused else fault.strerror
    options = call.options
    if options.debug or not (options.silent or call.flags & Flag.SILENT):
        await call.say(Style.ERROR_MSG, f"{function} failed: {reason}\n")
    call.log(Priority.ERR, f"{function} failed: {reason}")


def _long(number: int) -> int:
    """Return the nearest number that C's `long` has."""
    return max(-(1 << 63), min(number, (1 << 63) - 1))


def _int(number: int) -> int:
    """Return what is left of a number in C's `int`."""
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)
