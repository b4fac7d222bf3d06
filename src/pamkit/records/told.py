"""What an application tells of a login, as pam_lastlog2 and pam_wtmpdb take it from there."""

from __future__ import annotations

from pamkit.formats.leading_number import leading_number
from pamkit.module.call import Stop
from pamkit.records.event import line_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall


def debug(call: ModuleCall[Any], line: str) -> None:
    """Log a line, if that is wanted."""
    if call.options.debug:
        call.log(Priority.DEBUG, line)


def is_listed(call: ModuleCall[Any], word: str) -> bool:
    """Whether the service is on a list behind `word=`; what is no option is logged."""
    service, found, is_verbose = call.item(Item.SERVICE) or "", False, False
    for arg in call.args:
        # C: what is logged depends on the words in front.
        is_verbose = is_verbose or arg == "debug"
        if arg in call.options.unknown((arg,)):
            call.log(Priority.ERR, f"Unknown option: {arg}")
        services = arg.removeprefix(f"{word}=")
        if services != arg and f",{service}," in f",{services},":
            found = True
            if is_verbose:
                call.log(Priority.DEBUG, f"{word}='{services}' contains '{service}'")
    return found


def user_of(call: ModuleCall[Any], *, quiet: bool) -> str:
    """Return the user, who is known here; else `Stop`."""
    user = call.item(Item.USER)
    if not user:
        if not quiet:
            call.log(Priority.NOTICE, "User unknown")
        raise Stop(ReturnCode.USER_UNKNOWN)
    if call.world.accounts.find(user) is None:
        debug(call, f"Couldn't find user {user}")
        raise Stop(ReturnCode.USER_UNKNOWN)
    debug(call, f"user={user}")
    return user


def virtual_terminal(call: ModuleCall[Any], terminal: str, *, room: int) -> str:
    """Return ``terminal``, or if that is none, but a display, what `XDG_VTNR` makes of it.

    C: a name that has no ``room`` is not taken.
    """
    number = leading_number(call.getenv("XDG_VTNR") or "", 10) or 0
    name = f"tty{number}"
    if number <= 0 or len(name) >= room or (terminal and ":" not in terminal):
        return terminal
    debug(call, f"tty(XDG_VTNR)={name}")
    return name


def line(call: ModuleCall[Any]) -> str:
    """Return the line of `PAM_TTY`: without the directory."""
    return line_of(call.item(Item.TTY) or "")


def remote_of(call: ModuleCall[Any]) -> str:
    """Return the host at the other end, or the display; `""` without any."""
    for item in (Item.RHOST, Item.XDISPLAY):
        found = call.item(item)
        if found is not None:
            debug(call, f"rhost(PAM_{item.name})={found}")
            return found
    return ""
