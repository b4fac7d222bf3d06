"""Let root log in only on terminals that are listed.

For root, and for names that nobody has, the terminal the application names (`PAM_TTY`, with or
without `/dev/`) must stand on a line of its own in `/etc/securetty`, or where that is missing in
the distribution's; or it must be the kernel's console: named by `console=` on the kernel's
command line or in `/sys/class/tty/console/active`, unless `noconsole` is given.  All other users
pass at once.

The answer is success; `auth_err` for root elsewhere, `user_unknown` for a stranger elsewhere;
`service_err` if the application names no terminal.  A list that everybody can write, or that is
no regular file, refuses root everywhere (`auth_err`); one that cannot be read is `service_err`.
Where there is no list at all, **everybody passes**, root on any terminal: Linux-PAM does so, and
distributions that ship no list count on it.

It proves nothing about who is asking, and believes what the application says of the terminal.
It stands before the lines that ask for a secret, as `requisite` or `required`, so that root's
password is not typed where others listen.

Differences: only a list that is not there lets everybody pass, where C also takes one that cannot
be looked for (a circle of links) for no list.  One that may neither be read nor be believed
is `service_err` (C: `auth_err`).  A terminal without a name is never listed; lines are compared
whole, also long ones and those with a NUL.  On the kernel's command line only words that begin
with `console=` count; C compares the first word with anything.
Source: `pam_securetty(8)`, `securetty(5)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first_with_status
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_LIST = "/etc/securetty"
_COMMAND_LINE = "/proc/cmdline"
_CONSOLES = "/sys/class/tty/console/active"
_OTHERS_MAY_WRITE = 0o002


class SecurettyOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log what is asked, and who passes")
    noconsole: bool = flag("the kernel's console must be listed as well")


_CODES = "success auth_err user_unknown service_err incomplete buf_err conv_err"

MODULE = declare(
    "pam_securetty",
    options=SecurettyOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.TTY],
    sets=[Item.USER],
    files=[_LIST, _COMMAND_LINE, _CONSOLES],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[
        example(
            "login", "auth [user_unknown=ignore success=ok default=bad] pam_securetty.so", "Fedora"
        ),
        example("login", "auth requisite pam_securetty.so noconsole"),
    ],
)


async def _check(call: ModuleCall[SecurettyOptions]) -> ReturnCode:
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {arg}")
    _debug(call, f"pam_securetty called via {HOOK_NAMES[call.primitive]} function")
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        return ReturnCode.INCOMPLETE if stop.code is ReturnCode.CONV_AGAIN else stop.code
    account = call.world.accounts.find(user)
    if account is not None and account.uid != 0:
        return ReturnCode.SUCCESS  # yes: the rule is about root, and this account is not root's
    terminal = call.item(Item.TTY)
    if terminal is None:
        call.log(Priority.ERR, "cannot determine user's tty")
        return ReturnCode.SERVICE_ERR
    terminal = terminal.removeprefix("/dev/")
    listed = _judge_by_list(call, terminal)
    if listed is not None:
        return listed
    if not call.options.noconsole and _is_console(call, terminal):
        return _allowed(call, user, terminal)
    call.log(Priority.NOTICE, f"access denied: tty '{terminal}' is not secure !")
    return ReturnCode.USER_UNKNOWN if account is None else ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[SecurettyOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check


def _judge_by_list(call: ModuleCall[SecurettyOptions], terminal: str) -> ReturnCode | None:
    """Return what the list says; `None` if it does not name the terminal."""
    try:
        found = read_first_with_status(call.world.files, _LIST)
    except OSError as odd:
        call.log(Priority.ERR, f"Error opening {odd.filename}: {odd.strerror}")
        return ReturnCode.SERVICE_ERR
    if found is None:
        _debug(call, f"Couldn't open {_LIST}: No such file or directory")
        # C: yes, by its contract: without a list root may come from everywhere.
        return ReturnCode.SUCCESS
    place, status, data = found
    if status.kind != "file" or status.mode & _OTHERS_MAY_WRITE:
        call.log(Priority.ERR, f"{place} is either world writable or not a normal file")
        return ReturnCode.AUTH_ERR
    # C: a number is also compared as `pts/N`, but with the bare number, which never matches.
    if terminal and terminal.encode("utf-8", "surrogateescape") in data.split(b"\n"):
        return _allowed(call, call.item(Item.USER) or "", terminal)
    return None


def _allowed(call: ModuleCall[SecurettyOptions], user: str, terminal: str) -> ReturnCode:
    _debug(call, f"access allowed for '{user}' on '{terminal}'")
    # Yes: the administrator, or the kernel, names this terminal.
    return ReturnCode.SUCCESS


def _is_console(call: ModuleCall[SecurettyOptions], terminal: str) -> bool:
    words = _first_line(call, _COMMAND_LINE).split(" ")
    named = [word.removeprefix("console=") for word in words if word.startswith("console=")]
    consoles = [name.partition(",")[0] for name in named]
    consoles += _first_line(call, _CONSOLES).split(" ")
    return terminal != "" and terminal in consoles


def _first_line(call: ModuleCall[SecurettyOptions], file: str) -> str:
    """Return what the kernel says; nothing if it does not, so that no terminal is its console."""
    try:
        content = call.world.files.read(file)
    except OSError:
        return ""
    return content.partition(b"\n")[0].decode("utf-8", "surrogateescape")


def _debug(call: ModuleCall[SecurettyOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)
