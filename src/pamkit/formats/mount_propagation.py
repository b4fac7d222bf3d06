"""Whether what is mounted at the root is shared with other processes: `/proc/self/mountinfo`."""

from __future__ import annotations

PATH = "/proc/self/mountinfo"
"""Where the kernel tells."""


def root_is_shared(data: bytes) -> bool:
    """Whether what one process mounts shows up in others; of several roots the last counts.

    C: only the first of the optional fields is looked at, which is where the kernel puts it.
    """
    found = False
    for line in data.split(b"\n"):
        fields = line.split()
        # Number, parent, device, root, place, options, and none or more optional fields.
        if len(fields) > 6 and fields[4] == b"/":
            found = fields[6].startswith(b"shared:")
    return found
