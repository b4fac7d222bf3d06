"""Let in who gave a password on this terminal a short while ago.

A line of `auth`, as `sufficient` before the modules that ask for the password, succeeds as long as
there is a ticket younger than `timeout=` minutes (5).  setcred leaves one: for the user who asks
(whom the application has authenticated, `PAM_AUSER`, or else who runs the process), their terminal
(`PAM_TTY`), and whom they became.  A ticket that is too old is removed.  Where there is no ticket,
or it cannot be told, the answer is ignore, and the next line asks.

Success proves that somebody who runs processes as this user got in lately on a terminal of this
name; not that it is the same person.  Tickets are for programs that users start themselves, like
su(1): root, who is never asked, has none.

With `sudo-compat` there are tickets for becoming root alone; they do not lie where sudo has its
own.

A ticket is what pam_timestamp calls a stamp, below `/var/run/tty_tickets`
(`/system/volatile/tty_tickets` on Solaris), with the same key: its path, the time and a code that
only root can make.  Every directory on the way must be root's alone.

What differs refuses more.  setcred leaves a ticket only if authenticate was asked on the same
handle before, about the same user.  A ticket from the future, one older than the user's oldest
login, one that is not whole, and one with a second name count for nothing.  Source:
`pam_tty_tickets(7)` of Solaris 11.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.login_time import LOGIND, UTMP
from pamkit.formats.stamp_name import StampName, stamp_name, terminal_name
from pamkit.formats.timestamp import LEAST_KEY, decode, encode
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
    NEEDS_ROOT,
    NEVER_PROMPTS,
    WRITES_FILES,
)
from pamkit.module.options import Options, flag, number
from pamkit.timestamp.rules import coded_by, logged_in_since, what_is_odd
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

DIRECTORY = "/var/run/tty_tickets"
_ASKED = "pam_tty_tickets_asked"
_ROOT = "root"


class TtyTicketsOptions(Options):
    """What may stand after the module's name in a policy."""

    timeout: int = number("for how many minutes a ticket counts", default=5, value="minutes")
    sudo_compat: bool = flag("tickets for becoming root alone", word="sudo-compat")
    debug: bool = flag("log more")


MODULE = declare(
    "pam_tty_tickets",
    options=TtyTicketsOptions,
    answers={Primitive.AUTHENTICATE: "success ignore", Primitive.SETCRED: "success ignore"},
    reads=[Item.USER, Item.TTY, Item.AUSER],
    files=[DIRECTORY, UTMP, LOGIND, login_defs.PATH],
    facts=[NEVER_PROMPTS, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEEDS_ROOT, WRITES_FILES],
    examples=[example("su", "auth sufficient pam_tty_tickets.so.1 timeout=10", "before it asks")],
)


def pam_sm_authenticate(call: ModuleCall[TtyTicketsOptions]) -> ReturnCode:
    """Let in whose ticket is young enough."""
    call.set_data(_ASKED, call.item(Item.USER) or "")
    try:
        if _is_good(call):
            # Yes: root made the ticket for this user, terminal and target, in this login, lately.
            return ReturnCode.SUCCESS
    except OSError as fault:
        _remark(call, fault)
    return ReturnCode.IGNORE


def pam_sm_setcred(call: ModuleCall[TtyTicketsOptions]) -> ReturnCode:
    """Leave a ticket of now."""
    if call.flags & Flag.DELETE_CRED or not _was_asked(call):
        return ReturnCode.IGNORE
    try:
        name, by = _name(call), coded_by(call.world)
        key = call.world.timestamps.key(create=True)
        if name is None or by is None or len(key) < LEAST_KEY:
            return ReturnCode.IGNORE
        data = encode(name, int(call.world.clock.now()), key, by)
        with call.world.timestamps.enter(DIRECTORY) as tickets:
            tickets.prepare(name.owner)
            tickets.write(name.owner, name.file, data)
    except OSError as fault:
        _remark(call, fault)
        return ReturnCode.IGNORE
    return ReturnCode.SUCCESS  # the ticket is there; that lets nobody in now


def _was_asked(call: ModuleCall[TtyTicketsOptions]) -> bool:
    """Whether authenticate was about the same user: only of them is anything proved."""
    try:
        asked = call.data(_ASKED)
    except KeyError:
        return False
    return bool(asked) and asked == call.item(Item.USER)


def _name(call: ModuleCall[TtyTicketsOptions]) -> StampName | None:
    """Return where the ticket is that this is about; `None` if there can be none."""
    user, terminal = call.item(Item.USER), terminal_name(call.item(Item.TTY) or "")
    accounts, said = call.world.accounts, call.item(Item.AUSER)
    asking = accounts.find(said) if said else accounts.by_uid(call.world.process.uid())
    if not user or terminal is None or asking is None or asking.uid == 0:
        return None
    if call.options.sudo_compat and user != _ROOT:
        return None
    return stamp_name(DIRECTORY, terminal=terminal, owner=asking.name, user=user)


def _is_good(call: ModuleCall[TtyTicketsOptions]) -> bool:
    """Whether there is a true ticket that is young enough; `OSError` if that cannot be told."""
    name, by = _name(call), coded_by(call.world)
    if name is None or by is None:
        return False
    with call.world.timestamps.enter(DIRECTORY) as tickets:
        status, data = tickets.read(name.owner, name.file)
        when = None
        if not what_is_odd(status):
            when = decode(data, name, call.world.timestamps.key(create=False), by)
        since = logged_in_since(call.world, name.owner)
        if when is None or since is None:
            call.log(Priority.INFO, f"ticket `{name.path}' is not valid")
            return False
        age = int(call.world.clock.now()) - when
        if when >= since and 0 <= age < 60 * call.options.timeout:
            call.log(Priority.INFO, f"ticket `{name.path}' is {age} seconds old: valid")
            return True
        call.log(Priority.INFO, f"ticket `{name.path}' is {age} seconds old: not valid")
        tickets.remove(name.owner, name.file)
    return False


def _remark(call: ModuleCall[TtyTicketsOptions], fault: OSError) -> None:
    # Without a ticket there is nothing to say: most often nobody was here before.
    if call.options.debug or not isinstance(fault, FileNotFoundError):
        call.log(Priority.ERR, fault.strerror or type(fault).__name__)
