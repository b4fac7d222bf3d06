"""Touching the files of a user with that user's rights, and no others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from pamkit.module.world import Account, Files, World

    T = TypeVar("T")


class NotThatUser(Exception):
    """Raised if root cannot take a user's place; the text says why."""


def is_missing(files: Files, path: str, *, follow: bool = True) -> bool:
    """Whether there certainly is nothing at a path, so that no user's rights are needed to look.

    Nothing is opened for that.  Not for a path of the user's own, if what comes of it is told.
    ``follow`` false: a symbolic link at the end of the path is something, wherever it leads.
    """
    try:
        files.status(path, follow=follow)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def as_user(world: World, account: Account, act: Callable[[], T]) -> T:
    """Return what ``act`` returns, which touches files and waits for nothing.

    What it raises, as far as it is an `OSError`, is raised when everything is as before.  Who is
    not root has no rights to give up, and acts with those that there are.
    """
    if world.process.euid() != 0:
        return act()
    try:
        # INVARIANT: no await inside.
        with world.files.drop_to(account):
            try:
                return act()
            except OSError as fault:
                odd = fault
    except PermissionError as refused:
        raise NotThatUser(f"cannot act as {account.name}: {refused.strerror}") from None
    raise odd
