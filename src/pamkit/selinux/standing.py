"""Whether SELinux is on, and whether it enforces its policy.

C modules ask libselinux; here it is read from the files that libselinux reads.
"""

from __future__ import annotations

from pamkit.formats.mount_table import mounts
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files

CONFIG = "/etc/selinux/config"
MOUNTS = "/proc/self/mounts"
KINDS = "/proc/filesystems"
ENFORCE = "/sys/fs/selinux/enforce"
"""Where the kernel says whether it enforces, unless selinuxfs is mounted elsewhere."""

_KIND = b"selinuxfs"
_USUAL = (b"/sys/fs/selinux", b"/selinux")
_MOST_MOUNTS = 16 << 20


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
        place = place_of_selinux(files)
        if place is None:
            return Standing(None, is_enforcing=False)
        return Standing(place, is_enforcing=files.read(f"{place}/enforce").strip() == b"1")
    except OSError:
        return Standing(None, is_enforcing=False)


def place_of_selinux(files: Files) -> str | None:
    """Return where the kernel's SELinux can be asked; `None` if it is off.

    `OSError` if that cannot be told: for those who must not take it for off.
    """
    if not may_be_there(files):
        return None
    try:
        place = _place(files.read(MOUNTS, limit=_MOST_MOUNTS))
    except FileNotFoundError:
        if files.exists(ENFORCE):
            raise  # it is there, and what it is cannot be looked up
        return None
    return place if place is not None and files.exists(CONFIG) else None


def may_be_there(files: Files) -> bool:
    """Whether the kernel may have SELinux; one that began without it does not have selinuxfs."""
    try:
        return _KIND in files.read(KINDS)
    except OSError:
        return True  # in doubt it is looked for


def is_permissive(files: Files, place: str) -> bool:
    """Whether the kernel says that it lets pass what its policy forbids; in doubt it does not."""
    try:
        return files.read(f"{place}/enforce").strip() == b"0"
    except OSError:
        return False


def has_levels(files: Files, place: str | None) -> bool:
    """Whether the policy has levels (MLS), as far as the kernel says so."""
    if place is None:
        return False
    try:
        return files.read(f"{place}/mls").strip() == b"1"
    except OSError:
        return False


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
