"""On which virtual terminal an X server runs: asked of the kernel, by its socket."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import World

_SOCKETS = "/tmp/.X11-unix/X"  # noqa: S108  # where X servers listen, by definition
_CONSOLES = 4
"""C: the major number of virtual terminals."""

_LAST_TERMINAL = 63
_TERMINAL_FIELD = 4
"""C: where `tty_nr` stands in `/proc/PID/stat`, behind the name."""


def terminal_of(world: World, display: str) -> int:
    """Return the number of the terminal that the server of a display like `:0` has; 0 for none."""
    if display[:1] != ":" or not display[1:2].isdecimal() or not display[1:2].isascii():
        return 0
    digits = display[1:]
    digits = digits[: len(digits) - len(digits.lstrip("0123456789"))]
    try:
        server = _server(world, f"{_SOCKETS}{digits}")
        stat = world.files.read(f"/proc/{server}/stat")
    except OSError:
        return 0
    fields = stat.rpartition(b")")[2].split()
    if len(fields) <= _TERMINAL_FIELD or not fields[_TERMINAL_FIELD].isdigit():
        return 0
    device = int(fields[_TERMINAL_FIELD][:10])
    minor = device & 0xFF | device >> 12 & 0xFFF00
    is_console = device >> 8 & 0xFFF == _CONSOLES and 0 < minor <= _LAST_TERMINAL
    return minor if is_console else 0


def _server(world: World, path: str) -> int:
    """Return the process that listens, by preference on the abstract name; or `OSError`."""
    try:
        socket = world.local_sockets.connect(f"@{path}")
    except ConnectionRefusedError:
        socket = world.local_sockets.connect(path)
    try:
        return socket.process()
    finally:
        socket.close()
