"""Whether who began this program has a right of SELinux's class `passwd`."""

from __future__ import annotations

from pamkit.selinux.standing import is_permissive, place_of_selinux
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall

USER_AVC = 1107
"""C: a type of records, ``libaudit.h``."""


def has_passwd_right(call: ModuleCall[Any], right: str) -> bool:
    """Whether the context from before this program has a right to itself; in doubt it has not.

    Everybody has it where SELinux is off, or says that it is permissive.  What the policy wants
    recorded goes to the kernel's audit, or where it keeps none to the log.
    """
    files, contexts = call.world.files, call.world.contexts
    try:
        place = place_of_selinux(files)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot tell whether SELinux is on: {fault.strerror}")
        return False
    if place is None:
        return True  # nobody else has a say: SELinux is off
    try:
        context = contexts.previous()
        may, lines = contexts.allows(context, context, "passwd", right)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot ask SELinux about `{right}`: {fault.strerror}")
        may, lines = False, ()
    for line in lines:
        _audit(call, line)
    # Yes because the policy says so, or because the kernel says that it keeps nobody from anything.
    return may or is_permissive(files, place)


def _audit(call: ModuleCall[Any], line: str) -> None:
    audit = call.world.audit
    try:
        if audit.write(USER_AVC, line, user=None, host=None, tty=None, granted=False):
            return
    except OSError:
        pass  # the line must not be lost with the record
    call.log(Priority.INFO, line)
