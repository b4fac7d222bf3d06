"""Starts a transaction for a C program: the policy as libpam reads it, native modules and all."""

from __future__ import annotations

import os

from pamkit.assembly import core, dialect_named, quirks_named
from pamkit.doors.audit import AuditTrail
from pamkit.doors.natives import NativeModules
from pamkit.doors.world import LazyWorld, spoken_here
from pamkit.policy.resolve import service_name
from pamkit.stores.audit_record import sender
from pamkit.stores.c_library import c_library
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.failure import PamError
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.doors.settings import Settings
    from pamkit.engine.transaction import Core
    from pamkit.sessions.keeper import Keeper

SETTINGS_PATH = "/etc/pamkit.conf"


class NotStarted(Exception):
    """There is no transaction; ``code`` says what `pam_start` answers."""

    def __init__(self, code: ReturnCode) -> None:
        """Refuse with a code, which is no success."""
        super().__init__(code)
        self.code = code


def new_core(service: str, user: str | None, confdir: str | None) -> tuple[Core, AuditTrail]:
    """Return the core of a new transaction and its records for the kernel's audit.

    Raises `NotStarted` if there is no usable policy.
    """
    world: Any = LazyWorld()
    try:
        dialect, quirks = spoken_here()
        preference = keeper = None
        settings = _settings()
        if settings is not None:
            dialect = settings.dialect or dialect
            quirks = quirks if settings.quirks is None else settings.quirks
            named = service_name(service, quirks_named(quirks), dialect_named(dialect, "/"))
            preference = settings.preference.within(named)
            keeper = None if settings.sessions is None else _keeper(settings.sessions)
        made = core(
            service,
            user,
            confdir=confdir,
            dialect=dialect,
            quirks=quirks,
            world=world,
            natives=NativeModules(preference, os.uname().machine),
            audit=lambda run: trail.after_run(run),
            keeper=keeper,
        )
        for finding in made.policy.findings:
            if finding.severity is Severity.ERROR:
                where = f"{finding.span}: {finding.message}"
                world.log.write(Priority.ERR, f"PAM {where}")
        trail = AuditTrail(sender(c_library), made.handle.texts, world.log)
        return made, trail
    except ValueError as odd:  # settings of odd lines, or of things that do not exist
        world.log.write(Priority.CRIT, f"PAM settings: {odd}")
    except PamError as refused:  # a policy that cannot be used
        world.log.write(Priority.ERR, f"PAM {refused.message}")
    raise NotStarted(ReturnCode.ABORT)


def _keeper(path: str) -> Keeper:
    """Return what keeps sessions on record; the session is that of the process which opens it."""
    from pamkit.sessions.keeper import Keeper
    from pamkit.stores.session_statements import SessionStatements

    return Keeper(SessionStatements(path), me=os.getpid, leader=None)


def _settings() -> Settings | None:
    """Return the settings, where there is a file of them."""
    try:
        os.stat(SETTINGS_PATH, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError:
        pass  # it is there, or may be: whoever reads it will say so
    from pamkit.doors.settings import read_settings

    return read_settings(SETTINGS_PATH)
