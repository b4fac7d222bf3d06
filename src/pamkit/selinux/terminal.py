"""The context of the terminal that a session has."""

from __future__ import annotations

from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall


class Terminal(Record):
    """A terminal, and its contexts before and during the session."""

    path: str
    before: str
    after: str


def terminal_of(call: ModuleCall[Any], programs: str) -> Terminal | None:
    """Return the terminal of a session whose programs have a context; `None` if it has none.

    It is what the item says, or what a standard descriptor leads to.  `OSError`, after a line in
    the log, if the contexts cannot be told.
    """
    tty = call.item(Item.TTY) or ""
    if tty in ("", "ssh") or tty.startswith("NODEV"):
        terminals = map(call.world.process.terminal, (0, 1, 2))
        tty = next((name for name in terminals if name), "")
        if not tty:
            return None
    path = tty if tty.startswith("/dev/") else f"/dev/{tty}"
    contexts = call.world.contexts
    try:
        # Not through a link: who can write where it lies could make it lead elsewhere meanwhile.
        if call.world.files.status(path, follow=False).kind != "character":
            call.log(Priority.NOTICE, f"{path} is no terminal, and is left as it is")
            return None
        before = contexts.of_file(path)
    except FileNotFoundError:
        return None
    except OSError as fault:
        call.log(Priority.ERR, f"Failed to get current context for {path}: {fault.strerror}")
        raise
    try:
        return Terminal(path, before, contexts.of_terminal(programs, before))
    except OSError as fault:
        line = f"Failed to compute new context for {path}: {fault.strerror}"
        if fault.filename == "string_to_security_class":
            line = "Failed to get chr_file security class"
        call.log(Priority.ERR, line)
        raise
