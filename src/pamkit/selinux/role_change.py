"""The record of a context that a login got, or was refused."""

from __future__ import annotations

from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall

USER_ROLE_CHANGE = 2300
"""C: a type of records, ``libaudit.h``."""


def audit_role_change(
    call: ModuleCall[Any], default: str, selected: str | None, *, granted: bool
) -> None:
    """Write a record for the kernel's audit, or where it keeps none a line in the log.

    ``default`` is the context that the login has without a choice; ``selected`` the one it is
    about, `None` if there is none.
    """
    lost: list[str] = []
    raw = _raw(call, "default", default, lost), _raw(call, "selected", selected, lost)
    try:
        written = call.world.audit.write(
            USER_ROLE_CHANGE,
            f"pam_selinux default-context={raw[0]} selected-context={raw[1]}",
            user=None,
            host=call.item(Item.RHOST),
            tty=call.item(Item.TTY),
            granted=granted,
        )
    except OSError as fault:
        written, unopened = False, fault.filename == "audit_open"
        if unopened:
            lost.clear()  # C: nothing is translated for it
        what = "connecting to audit system" if unopened else "sending audit message"
        lost.append(f"Error {what}: {fault.strerror}")
    else:
        if not written:
            lost.clear()
    for line in lost:
        call.log(Priority.ERR, line)
    if not written:
        shown = "(null)" if selected is None else selected
        line = f"pam: default-context={default} selected-context={shown} success {int(granted)}"
        call.log(Priority.NOTICE, line)


def _raw(call: ModuleCall[Any], which: str, context: str | None, lost: list[str]) -> str:
    """Return a context as a record has it; what could not be translated is noted."""
    if context is None:
        return "?"
    raw = context
    try:
        raw = call.world.contexts.raw(context)
    except OSError:
        lost.append(f"Error translating {which} context '{context}'.")
    return _guarded(raw)


def _guarded(text: str) -> str:
    """Return a text that cannot be taken for fields of a record: a level may be the user's."""
    if all("!" <= each <= "~" and each != '"' for each in text):
        return text
    return text.encode("utf-8", "surrogateescape").hex().upper()
