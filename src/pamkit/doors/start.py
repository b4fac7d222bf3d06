"""Starts a transaction for a C program: the policy as libpam reads it, native modules and all."""

from __future__ import annotations

import os

from pamkit.assembly import core
from pamkit.doors.audit import AuditTrail, sender
from pamkit.doors.natives import NativeModules
from pamkit.doors.settings import BadSettings, read_settings
from pamkit.doors.world import LazyWorld, spoken_here
from pamkit.policy.resolve import service_name
from pamkit.stores.c_library import c_library
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.engine.transaction import Core


class NotStarted(Exception):
    """There is no transaction; ``code`` says what `pam_start` answers."""

    def __init__(self, code: ReturnCode) -> None:
        """Refuse with a code, which is no success."""
        super().__init__(code)
        self.code = code


def new_core(
    service: str, user: str | None, confdir: str | None
) -> tuple[Core, AuditTrail]:
    """Return the core of a new transaction and its records for the kernel's audit.

    Raises `NotStarted` if there is no usable policy.
    """
    world: Any = LazyWorld()
    try:
        settings = read_settings()
        dialect, quirks = spoken_here()
        made = core(
            service,
            user,
            confdir=confdir,
            dialect=settings.dialect or dialect,
            quirks=quirks if settings.quirks is None else settings.quirks,
            world=world,
            natives=NativeModules(
                settings.preference.within(service_name(service, frozenset())),
                os.uname().machine,
            ),
            audit=lambda run: trail.after_run(run),
        )
        trail = AuditTrail(sender(c_library), made.handle.texts, world.log)
        return made, trail
    except BadSettings as odd:
        world.log.write(Priority.CRIT, f"PAM {odd}")
    except ValueError as odd:  # a dialect or a quirk that does not exist
        world.log.write(Priority.CRIT, f"PAM settings: {odd}")
    except PamError as refused:  # a policy that cannot be used
        world.log.write(Priority.ERR, f"PAM {refused.message}")
    raise NotStarted(ReturnCode.ABORT)
