"""A user's tally of failed logins, waited for without holding anybody else up.

The file may belong to its user, who can lock it without end.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account, Tally

_PAUSES = (0.001,) * 10 + (0.01,) * 50 + (0.05,) * 190
"""Seconds between the tries, ten in all; whoever is well has it for less than a thousandth."""

_ETIMEDOUT = 110


async def held_tally(
    call: ModuleCall[Any], directory: str, account: Account, *, create: bool, needed: bool
) -> Tally:
    """Return the tally that a directory has of a user, held; `OSError` if it cannot be had.

    It is a context manager, to be entered at once; while it is held nothing may be awaited.
    `FileNotFoundError` if there is none, unless ``create``; then, too, if it is not ``needed`` and
    cannot be made.  C: who has not failed and knows the secret comes in although the disk is full
    or read-only (for polkit's helper `/run` is); else nobody could log in to mend that.
    """
    if needed or not create:
        return await _held(call, directory, account, create=create)
    try:
        return await _held(call, directory, account, create=False)
    except FileNotFoundError as missing:
        # INVARIANT: at this first look there was no failure on record.
        try:
            return await _held(call, directory, account, create=True)
        except OSError:
            raise missing from None


async def _held(call: ModuleCall[Any], directory: str, account: Account, *, create: bool) -> Tally:
    for pause in _PAUSES:
        try:
            return call.world.tallies.hold(directory, account.name, account.uid, create=create)
        except BlockingIOError:
            await call.wait(pause)
    raise TimeoutError(_ETIMEDOUT, "Another has it for too long")
