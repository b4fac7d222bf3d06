"""The process that a session is for: whose it is, and what it finds when it begins.

Sources: `login(1)`, `pam_getenvlist(3)`: what modules set comes last, and overrides.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import refusal
from pamkit.vocab.item import Item
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.engine.transaction import Core
    from pamkit.module.world import Account

_SHELL = "/bin/sh"
"""What runs where an account names no shell; see passwd(5)."""

_PATHS = {
    True: ("ENV_SUPATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    False: ("ENV_PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"),
}
"""For root or not: the key of login.defs(5), and what is meant without it."""

_KEPT = ("TERM", "COLORTERM", "NO_COLOR")
"""What a login leaves as the terminal's program set it."""


class UserProcess(Record):
    """What a user's process begins with.

    ``groups`` are all its groups but the first, ``gid``.  ``environment`` is all of it.
    ``directory`` is the home; who cannot go there is to decide whether `/` will do.  ``root`` is
    where the user is known.
    """

    user: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    directory: str
    shell: str
    environment: tuple[tuple[str, str], ...]
    root: str = "/"

    def popen(self) -> dict[str, Any]:
        """Return settings for `subprocess.Popen` and `asyncio.create_subprocess_exec`.

        Groups and group come first, the user last, as C does it, and all of it in the child.  Only
        root can become somebody else: `PermissionError` for the rest.  `ValueError` for a user of
        another system than this: the number may be anybody's here.
        """
        import os

        if self.root != "/":
            raise ValueError(f"`{self.user}` is a user of `{self.root}`, not of this system")

        settings: dict[str, Any] = {"cwd": self.directory, "env": dict(self.environment)}
        if os.geteuid() == 0:
            settings |= {"user": self.uid, "group": self.gid, "extra_groups": list(self.groups)}
        elif os.geteuid() != self.uid:
            raise PermissionError(1, "only root can begin a process of another user", self.user)
        return settings

    def login_shell(self) -> tuple[str, ...]:
        """Return the first argument of the shell, which tells it that it is a login's."""
        return (f"-{self.shell.rpartition('/')[2]}",)


def user_process(
    core: Core, added: tuple[int, ...], kept: dict[str, str], *, root: str
) -> UserProcess:
    """Return what the process of a transaction's user begins with.

    ``added`` are groups that modules gave, ``kept`` the environment of who asks, of which only
    what tells about the terminal is taken.  Raises `PamError` with `SESSION_ERR` if nobody knows
    whose process it would be.
    """
    user = core.handle.texts.get(Item.USER, "")
    try:
        account = core.world.accounts.find(user)
        groups = core.world.accounts.groups_of(user) if account is not None else ()
    except OSError as fault:
        why = f"the user of the session cannot be looked up: {fault.strerror}"
        raise refusal(ReturnCode.SESSION_ERR, why) from None
    if account is None:
        raise refusal(ReturnCode.SESSION_ERR, "the user of the session is none of the system's")
    known = dict.fromkeys((*groups, *added))
    known.pop(account.gid, None)
    return UserProcess(
        user,
        account.uid,
        account.gid,
        tuple(known),
        account.home or "/",
        account.shell or _SHELL,
        tuple(_environment(core, account, kept).items()),
        root,
    )


def _environment(core: Core, account: Account, kept: dict[str, str]) -> dict[str, str]:
    return {
        **{name: kept[name] for name in _KEPT if name in kept},
        "HOME": account.home or "/",
        "SHELL": account.shell or _SHELL,
        "USER": account.name,
        "LOGNAME": account.name,
        "PATH": _path(core, is_root=account.uid == 0),
        **core.handle.env,
    }


def _path(core: Core, *, is_root: bool) -> str:
    key, usual = _PATHS[is_root]
    try:
        said = login_defs.value(core.world.files.read(login_defs.PATH), key)
    except OSError:
        said = None  # the usual one gives nobody more than it does
    return (said or usual).removeprefix("PATH=")
