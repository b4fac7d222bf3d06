"""What SELinux is to this machine: whether it enforces, and which SELinux user a login becomes.

Linux-PAM asks libselinux; here it is read from the files that libselinux reads.
"""

from __future__ import annotations

from pamkit.formats.mount_table import mounts
from pamkit.formats.seusers import Config, config, seuser_of, seusers
from pamkit.module.membership import is_member
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Accounts, Files

CONFIG = "/etc/selinux/config"
MOUNTS = "/proc/self/mounts"

_KIND = b"selinuxfs"
_USUAL = (b"/sys/fs/selinux", b"/selinux")
_MOST_MOUNTS = 16 << 20
_MOST_USERS = 64 << 20


class Standing(Record):
    """Where the kernel's SELinux can be asked (`None`: it is off), and whether it enforces."""

    place: str | None
    is_enforcing: bool


def standing(files: Files) -> Standing:
    """Return how SELinux stands; what cannot be told counts as off.

    C: `is_selinux_enabled(3)` and `security_getenforce(3)`.  It is off without selinuxfs, with
    one that is read-only (as in containers), and without `/etc/selinux/config`.
    """
    try:
        place = _place(files.read(MOUNTS, limit=_MOST_MOUNTS))
        if place is None or not files.exists(CONFIG):
            return Standing(None, is_enforcing=False)
        return Standing(place, is_enforcing=files.read(f"{place}/enforce").strip() == b"1")
    except OSError:
        return Standing(None, is_enforcing=False)


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

    entries = seusers(data, with_level=_has_levels(files, place))
    found = seuser_of(user.encode("utf-8", "surrogateescape"), entries, is_in)
    if found is not None:
        return found.decode("utf-8", "surrogateescape")
    return None if asked.names_all else user


def _config(files: Files) -> Config:
    try:
        return config(files.read(CONFIG))
    except (FileNotFoundError, NotADirectoryError):
        return Config()


def _place(data: bytes) -> str | None:
    """Return where selinuxfs is mounted, in one of its usual places or any other."""
    there = {
        mount.place: mount
        for mount in mounts(data)
        if mount.kind == _KIND and not mount.is_read_only
    }
    for place in (*_USUAL, *there):
        if place in there:
            return place.decode("utf-8", "surrogateescape")
    return None


def _has_levels(files: Files, place: str | None) -> bool:
    """Whether the policy has levels (MLS), as far as the kernel says so."""
    if place is None:
        return False
    try:
        return files.read(f"{place}/mls").strip() == b"1"
    except OSError:
        return False
