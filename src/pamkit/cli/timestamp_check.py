"""`pamkit timestamp-check`: whether a stamp counts here; what pam_timestamp_check(8) does.

C judges by the time at which the file was changed; this reads the stamp, as the module does.
"""

from __future__ import annotations

import os
import sys
import time

from pamkit.cli.shown import shown
from pamkit.cli.status import DONE
from pamkit.formats.stamp_name import DIRECTORY, NotRootsAlone, StampName, stamp_name, terminal_name
from pamkit.formats.timestamp import TIMEOUT, decode, is_fresh
from pamkit.stores.system import system_world
from pamkit.timestamp.rules import coded_by, logged_in_since, what_is_odd

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.module.world import Stamps, World

NOT_ROOT, CLOSED, UNKNOWN_USER, BAD_DIRECTORY, BAD_TERMINAL, NO_STAMP = 2, 3, 4, 5, 6, 7
"""Exit statuses, of pam_timestamp_check(8)."""

NOT_REMOVED = 255
"""The exit status when `-k` fails: C returns -1."""

_PAUSE = 7
"""Seconds from one look to the next, with `-d`."""


def timestamp_check(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if None in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        return CLOSED  # as Python found it; nothing stands for a terminal, and nobody listens
    if os.geteuid() != 0:
        return _refused(NOT_ROOT, "only root can look at stamps")
    world = system_world(args.root)
    try:
        account = world.accounts.by_uid(world.process.uid())
    except OSError:
        account = None
    if account is None:
        return _refused(UNKNOWN_USER, "who calls has no account")
    user = account.name if args.user is None else args.user
    if not user or set("./%") & set(user):
        return _refused(UNKNOWN_USER, f"`{shown(user)}` is no user's name")
    terminal = terminal_name(_terminal(world))
    if terminal is None:
        return _refused(BAD_TERMINAL, "the terminal is not below /dev")
    name = stamp_name(DIRECTORY, terminal=terminal, owner=account.name, user=user)
    if name is None:
        return _refused(UNKNOWN_USER, "user and terminal name no stamp")
    status = _looked(world, name, remove=args.remove)
    while args.watch:
        print(status, flush=True)
        _wait()
        status = _looked(world, name, remove=False)
    return status


def _refused(status: int, sentence: str) -> int:
    print(f"pamkit: {sentence}", file=sys.stderr)
    return status


def _terminal(world: World) -> str:
    found = (world.process.terminal(descriptor) for descriptor in (0, 1, 2))
    return next((terminal for terminal in found if terminal), "unknown")


def _looked(world: World, name: StampName, *, remove: bool) -> int:
    try:
        stamps = world.timestamps.enter(name.directory)
    except OSError as fault:
        return _refused(BAD_DIRECTORY, shown(fault.strerror or "the directory cannot be used"))
    with stamps:
        if remove:
            return _removed(stamps, name)
        return DONE if _counts(world, stamps, name) else NO_STAMP


def _removed(stamps: Stamps, name: StampName) -> int:
    try:
        stamps.remove(name.owner, name.file)
    except FileNotFoundError:
        return DONE  # C: as good as gone
    except NotRootsAlone as fault:
        return _refused(BAD_DIRECTORY, shown(fault.strerror or "the directory cannot be used"))
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        return _refused(NOT_REMOVED, f"the stamp cannot be removed: {reason}")
    return DONE


def _counts(world: World, stamps: Stamps, name: StampName) -> bool:
    try:
        status, data = stamps.read(name.owner, name.file)
        by = coded_by(world)
        if by is None or what_is_odd(status):
            return False
        when = decode(data, name, world.timestamps.key(create=False), by)
    except OSError:
        return False  # no stamp, or one that the module could not read either
    since = logged_in_since(world, name.owner)
    if when is None or since is None or when < since:
        return False
    return is_fresh(when, int(world.clock.now()), TIMEOUT)


def _wait() -> None:
    """Wait until a second begins."""
    time.sleep(_PAUSE - (time.time() + 0.5) % 1 + 0.5)
