"""What is mounted where, and from which device: `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).

Beside `/proc/mounts` it has the number of the device, which the kernel itself gives: whoever
mounts a FUSE file system can write any name of a device, but not have its number.
"""

from __future__ import annotations

from pamkit.formats.mount_table import unescaped
from pamkit.vocab.record import Record

PATH = "/proc/self/mountinfo"
"""Where the kernel tells."""


class MountInfo(Record):
    """One mounted file system: ``source`` is what who mounted it calls the device."""

    number: tuple[int, int]
    """Major and minor number of the device; major 0 is none."""

    place: bytes
    kind: bytes
    source: bytes
    options: tuple[bytes, ...]
    """Options of the file system itself, not of its place."""

    @property
    def is_a_users(self) -> bool:
        """Whether somebody else than root may have mounted it, as `fusermount(1)` lets users."""
        is_fuse = self.kind.partition(b".")[0] in (b"fuse", b"fuseblk")
        return is_fuse and b"user_id=0" not in self.options


def mount_infos(data: bytes) -> tuple[MountInfo, ...]:
    """Return what is mounted, in the order of the kernel; later ones may hide earlier ones.

    `ValueError` for a line that the kernel would not write: a list that cannot be read to its
    end is another list.
    """
    return tuple(_parse(line) for line in data.split(b"\n") if line)


def _parse(line: bytes) -> MountInfo:
    head, dash, tail = line.partition(b" - ")
    # Number, parent, device, root, place, options, and none or more optional fields.
    fields, about = head.split(b" "), tail.split(b" ")
    if not dash or len(fields) < 6 or len(about) < 3:
        raise ValueError("expected a line of mountinfo")
    major, colon, minor = fields[2].partition(b":")
    if not (colon and major.isdigit() and minor.isdigit()):
        raise ValueError("expected the number of a device")
    return MountInfo(
        (int(major), int(minor)),
        unescaped(fields[4]),
        about[0],
        unescaped(about[1]),
        tuple(about[2].split(b",")),
    )
