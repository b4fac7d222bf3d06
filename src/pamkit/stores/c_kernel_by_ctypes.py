"""What sessions ask of the kernel, by ctypes: keyrings, quotas, the state of its audit."""

from __future__ import annotations

import errno
import os
import struct
import sys
import time

from pamkit.stores import c_functions_by_ctypes as libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Sequence
    from typing import Any

_64 = sys.maxsize > 1 << 32

# Machine and width of a pointer: numbers of setresgid (with 32-bit ids) and keyctl.
_NUMBERS = {
    ("x86_64", True): (119, 250),
    ("aarch64", True): (149, 219),
    ("riscv64", True): (149, 219),
    ("loongarch64", True): (149, 219),
    ("ppc64le", True): (169, 271),
    ("ppc64", True): (169, 271),
    ("s390x", True): (210, 280),
    ("x86_64", False): (210, 288),
    ("i686", False): (210, 288),
    ("i586", False): (210, 288),
    ("armv7l", False): (210, 311),
    ("armv6l", False): (210, 311),
}

_JOIN = 1
_OPERATIONS = (0, _JOIN, 3, 8, 9, 15)
"""C: `KEYCTL_GET_KEYRING_ID`, `_JOIN_SESSION_KEYRING`, `_REVOKE`, `_LINK`, `_UNLINK`,
`_SET_TIMEOUT`."""

_GET_QUOTA, _SET_QUOTA = 0x800007 << 8, 0x800008 << 8
"""C: `QCMD(Q_GETQUOTA, USRQUOTA)` and `QCMD(Q_SETQUOTA, USRQUOTA)`."""

_QUOTA_FIELDS = 8

_AF_NETLINK, _SOCK_RAW, _NETLINK_AUDIT = 16, 3, 9
_SOCK_CLOEXEC = os.O_CLOEXEC
_NLMSG_ERROR = 2
_REQUEST, _WANTS_ACK = 1, 4
_HEAD = struct.Struct("=IHHII")
_SEQUENCE = 1
_MOST = 1 << 14


def set_group_ids(real: int, effective: int, saved: int, /) -> None:
    """setresgid(2), the system call."""
    call(numbers()[0], _id(real), _id(effective), _id(saved))


def keyctl(operation: int, first: int, second: int, /) -> int:
    """keyctl(2), with numbers."""
    import ctypes

    if operation not in _OPERATIONS or (operation == _JOIN and first != 0):
        raise ValueError("a number that is too small or too large")
    for one in (first, second):
        if not -(2**31) <= one < 2**31:
            raise ValueError("a number that is too small or too large")
    return call(numbers()[1], *(ctypes.c_long(one) for one in (operation, first, second)))


def quota(device: bytes, uid: int, /) -> tuple[int, ...]:
    """Q_GETQUOTA of quotactl(2)."""
    block = _quota_block()()
    _quotactl(_GET_QUOTA, device, uid, block)
    return tuple(block.numbers)


def set_quota(device: bytes, uid: int, numbers: Sequence[int], which: int, /) -> None:
    """Q_SETQUOTA of quotactl(2)."""
    if len(numbers) != _QUOTA_FIELDS:
        raise TypeError("expected 8 numbers")
    if not all(0 <= one < 1 << 64 for one in numbers) or not 0 <= which < 1 << 32:
        raise ValueError("a number that is too small or too large")
    block = _quota_block()()
    block.numbers[:], block.which = list(numbers), which
    _quotactl(_SET_QUOTA, device, uid, block)


def audit_ask(kind: int, data: bytes, size: int, milliseconds: int, /) -> bytes:
    """Ask the kernel's audit by netlink(7)."""
    import _socket

    if not 0 <= kind < 1 << 16 or len(data) > _MOST or not 0 <= size <= _MOST or milliseconds < 0:
        raise ValueError("a number that is too small or too large")
    try:
        channel = _socket.socket(_AF_NETLINK, _SOCK_RAW | _SOCK_CLOEXEC, _NETLINK_AUDIT)
    except OSError as fault:
        code = fault.errno or errno.EIO
        raise OSError(code, os.strerror(code), "socket") from None
    until = time.monotonic() + milliseconds / 1000
    try:
        flags = _REQUEST | (0 if size else _WANTS_ACK)
        channel.sendto(_HEAD.pack(_HEAD.size + len(data), kind, flags, _SEQUENCE, 0) + data, (0, 0))
        while (left := until - time.monotonic()) > 0:
            channel.settimeout(left)
            try:
                answer, (sender, _) = channel.recvfrom(_MOST)
            except TimeoutError:
                break
            if sender != 0 or len(answer) < _HEAD.size:
                continue  # not from the kernel
            _, is_of, _, sequence, _ = _HEAD.unpack_from(answer)
            body = answer[_HEAD.size :]
            if sequence != _SEQUENCE:
                continue
            if is_of == _NLMSG_ERROR and len(body) >= 4:
                code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
                if code:
                    raise OSError(code, os.strerror(code))
                if not size:
                    return b""
            elif is_of == kind and size:
                return body[:size].ljust(size, b"\0")
    finally:
        channel.close()
    raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


_blocks: list[type[ctypes.Structure]] = []
"""C's `struct dqblk`, once it is made; ctypes never forgets a class it made."""


def _quota_block() -> Any:
    import ctypes

    if not _blocks:
        fields = [("numbers", ctypes.c_uint64 * _QUOTA_FIELDS), ("which", ctypes.c_uint32)]
        _blocks.append(type("Quota", (ctypes.Structure,), {"_fields_": fields}))
    return _blocks[0]


def _quotactl(command: int, device: bytes, uid: int, block: ctypes.Structure) -> None:
    import ctypes

    if not isinstance(device, bytes):
        raise TypeError("expected bytes")
    if b"\0" in device:
        raise ValueError("a NUL in a text for C")
    quotactl = libc.function("quotactl")
    if quotactl(command & 0xFFFFFFFF, device, _id(uid), ctypes.byref(block)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def numbers() -> tuple[int, int]:
    """Return the numbers of setresgid and of keyctl here; `OSError` on an unknown machine."""
    found = _NUMBERS.get((libc.machine(), _64))
    if found is None:
        # Not ENOSYS: that is the kernel's word for having no keyrings at all.
        raise OSError(errno.EOPNOTSUPP, f"no way known to ask the kernel on {libc.machine()}")
    return found


def call(number: int, *args: object) -> int:
    """Make a system call; return its answer, or raise `OSError`."""
    result: int = libc.function("syscall")(number, *args)
    if result < 0:
        import ctypes

        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _id(number: int) -> int:
    """Return the number of a user or group, as wide as C's."""
    if not isinstance(number, int):
        raise TypeError("expected an integer")
    if not 0 <= number <= 0xFFFFFFFF:
        raise ValueError("no number of a user or group")
    return number
