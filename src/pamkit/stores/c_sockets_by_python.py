"""Sockets of this machine, in a Python process: what `c_sockets.c` does in the core."""

from __future__ import annotations

import errno
import os
import struct

_AF_UNIX, _SOCK_STREAM, _SOL_SOCKET, _SCM_RIGHTS = 1, 1, 1, 1
_CREDENTIALS = struct.Struct("=iII")
_DESCRIPTOR = struct.Struct("=i")
_MOST_DESCRIPTORS = 253
"""C: `SCM_MAX_FD`: who passes as many as can be is no reason to fail."""

_MOST = 1 << 20
_STANDARD = 3
"""Descriptors below are standard input, output and error, whoever has closed them."""

_LONGEST_PATH = 107
"""C: bytes of `sun_path` but one; whatever is longer would be another path."""


def local_connect(path: bytes, /) -> int:
    """connect(2) of `AF_UNIX`; a path that begins with `@` is abstract."""
    import _socket

    if not isinstance(path, bytes):
        raise TypeError("expected bytes")
    if b"\0" in path:
        raise ValueError("a NUL in a text for C")
    if not 0 < len(path) <= _LONGEST_PATH:
        raise _failed(errno.ENAMETOOLONG)
    # C: the flags of socket(2) are those of open(2).
    made = _socket.socket(_AF_UNIX, _SOCK_STREAM | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        made.connect(b"\0" + path[1:] if path[:1] == b"@" else path)
        return made.detach()
    finally:
        made.close()


def local_receive(descriptor: int, size: int, /) -> tuple[bytes, tuple[int, ...]]:
    """recvmsg(2): bytes, and descriptors that programs do not inherit."""
    import _socket

    if not all(isinstance(one, int) for one in (descriptor, size)):
        raise TypeError("expected an integer")
    if not 0 <= descriptor < 1 << 31 or not 0 < size <= _MOST:
        raise ValueError("a number that is too small or too large")
    channel = _socket.socket(fileno=descriptor)
    try:
        channel.settimeout(0)  # whatever the program has for all its sockets
        room = _socket.CMSG_SPACE(_MOST_DESCRIPTORS * _DESCRIPTOR.size)
        data, around, flags, _ = channel.recvmsg(size, room, _socket.MSG_CMSG_CLOEXEC)
    finally:
        channel.detach()
    came = [
        _DESCRIPTOR.unpack_from(content, at)[0]
        for level, kind, content in around
        if (level, kind) == (_SOL_SOCKET, _SCM_RIGHTS)
        for at in range(0, len(content) - _DESCRIPTOR.size + 1, _DESCRIPTOR.size)
    ]
    try:
        if flags & _socket.MSG_CTRUNC:
            raise _failed(errno.EMFILE)
        for at, one in enumerate(came):
            if one < _STANDARD:
                came[at] = _lifted(one)
    except OSError:
        for one in came:
            os.close(one)
        raise
    return data, tuple(came)


def local_peer(descriptor: int, /) -> int:
    """SO_PEERCRED of getsockopt(2): the process."""
    import _socket

    if not isinstance(descriptor, int):
        raise TypeError("expected an integer")
    if not 0 <= descriptor < 1 << 31:
        raise ValueError("a number that is too small or too large")
    channel = _socket.socket(fileno=descriptor)
    try:
        said = channel.getsockopt(_SOL_SOCKET, _socket.SO_PEERCRED, _CREDENTIALS.size)
    finally:
        channel.detach()
    return int(_CREDENTIALS.unpack(said)[0])


def _lifted(descriptor: int) -> int:
    """Return the same file under a number that is not standard input, output or error."""
    import fcntl

    lifted: int = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _STANDARD)
    os.close(descriptor)
    return lifted


def _failed(code: int) -> OSError:
    return OSError(code, os.strerror(code))
