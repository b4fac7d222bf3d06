"""What is mounted where, as `/proc/self/mounts` tells it (`proc_pid_mounts(5)`)."""

from __future__ import annotations

from pamkit.vocab.record import Record

# The backslash comes last, or it would make new ones.
_ESCAPES = (
    *((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\043", b"#")),
    (b"\\134", b"\\"),
)


class Mount(Record):
    """One mounted file system; ``place`` is its path, without the kernel's escapes."""

    place: bytes
    kind: bytes
    is_read_only: bool


def mounts(data: bytes) -> tuple[Mount, ...]:
    """Return what can be seen: of several at one place only the one on top.

    Lines without the four fields that matter are left out.
    """
    found: dict[bytes, Mount] = {}
    for line in data.split(b"\n"):
        fields = line.split(b" ")
        if len(fields) < 4:
            continue
        place = unescaped(fields[1])
        found[place] = Mount(place, fields[2], b"ro" in fields[3].split(b","))
    return tuple(found.values())


def unescaped(field: bytes) -> bytes:
    """Undo the kernel's escapes, in this file and in `/proc/self/mountinfo`."""
    for code, byte in _ESCAPES:
        field = field.replace(code, byte)
    return field
