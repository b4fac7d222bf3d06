"""Which SELinux user a login becomes."""

from __future__ import annotations

from pamkit.formats.seusers import Config, config, seuser_of, seusers
from pamkit.module.membership import is_member
from pamkit.selinux.standing import CONFIG, has_levels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Accounts, Files

_MOST_USERS = 64 << 20


def seuser(files: Files, accounts: Accounts, user: str, *, place: str | None) -> str | None:
    """Return the SELinux user that a login becomes (C: `getseuserbyname(3)`).

    Without a list it is the user's own name.  `None` if the configuration has it that only listed
    users have one, and this user is not listed; `OSError` if that cannot be told.  ``place`` is
    where the kernel's SELinux can be asked.
    """
    asked = _config(files)
    try:
        path = b"/etc/selinux/%b/seusers" % asked.policy
        data = files.read(path.decode("utf-8", "surrogateescape"), limit=_MOST_USERS)
    except (FileNotFoundError, NotADirectoryError):
        data = b""
    account = accounts.find(user)

    def is_in(group: bytes) -> bool:
        name = group.decode("utf-8", "surrogateescape")
        return account is not None and is_member(accounts, account, name)

    entries = seusers(data, with_level=has_levels(files, place))
    found = seuser_of(user.encode("utf-8", "surrogateescape"), entries, is_in)
    if found is not None:
        return found.decode("utf-8", "surrogateescape")
    return None if asked.names_all else user


def _config(files: Files) -> Config:
    try:
        return config(files.read(CONFIG))
    except (FileNotFoundError, NotADirectoryError):
        return Config()
