"""Look-ups in the C library's name service: getpwnam_r(3) and its kin, by ctypes.

The modules `pwd` and `grp` would do, but they do not tell *no such user* from *the source
cannot be read*, and decode names as the locale says.
"""

from __future__ import annotations

import errno
import os
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

# getpwnam_r(3): all of these may mean that there is no such name.
_ABSENT = frozenset({0, errno.ENOENT, errno.ESRCH, errno.EBADF, errno.EPERM})

_FIRST_SIZE = 1 << 10
_LAST_SIZE = 1 << 26
"""Bytes; a group of a million members still fits."""

_netgroup_lock = allocate_lock()

_entries: dict[tuple[Any, ...], type[ctypes.Structure]] = {}
"""C's structures by the types of their fields; ctypes never forgets a class it made."""


def passwd(key: str | int) -> tuple[bytes, bytes, int, int, bytes, bytes, bytes] | None:
    """Return a user's fields by name or number; `None` if there is none, else `OSError`."""
    import ctypes

    text, number = ctypes.c_char_p, ctypes.c_uint32
    fields = (text, text, number, number, text, text, text)
    name = "getpwuid_r" if isinstance(key, int) else "getpwnam_r"
    return _look_up(name, key, fields, _plain)


def group(key: str | int) -> tuple[bytes, int, tuple[bytes, ...]] | None:
    """Return name, number and members of a group; `None` if there is none, else `OSError`."""
    import ctypes

    text, number, texts = ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_char_p)
    name = "getgrgid_r" if isinstance(key, int) else "getgrnam_r"
    return _look_up(name, key, (text, text, number, texts), _with_members)


def shadow(name: str) -> tuple[Any, ...] | None:
    """Return name, hash and six numbers of days; `None` if there is none, else `OSError`."""
    import ctypes

    text, days = ctypes.c_char_p, ctypes.c_long
    fields = (text, text, days, days, days, days, days, days, ctypes.c_ulong)
    return _look_up("getspnam_r", name, fields, _plain)


def in_netgroup(netgroup: str, host: str | None, user: str | None) -> bool:
    """Whether a host and user belong to a netgroup, `innetgr(3)`; no to what C cannot carry."""
    import ctypes

    words = [_key(word) for word in (netgroup, host, user) if word is not None]
    function = getattr(ctypes.CDLL(None), "innetgr", None)
    if function is None or None in words:
        return False
    function.argtypes = (ctypes.c_char_p,) * 4
    carried = [None if word is None else _key(word) for word in (netgroup, host, user)]
    with _netgroup_lock:  # innetgr(3) is not safe for threads
        return bool(function(*carried, None) == 1)


def groups_of(name: str, gid: int) -> tuple[int, ...]:
    """Return the numbers of a user's groups, ``gid`` first; `OSError` if that fails."""
    key = _key(name)
    if key is None:
        return ()
    found = os.getgrouplist(os.fsdecode(key), gid)
    return (gid, *(number for number in found if number != gid))


def _look_up(
    name: str, key: str | int, fields: tuple[Any, ...], take: Callable[[ctypes.Structure], T]
) -> T | None:
    import ctypes

    carried = key if isinstance(key, int) else _key(key)
    if carried is None or (isinstance(carried, int) and not 0 <= carried < 0xFFFFFFFF):
        return None
    function = getattr(ctypes.CDLL(None), name, None)
    if function is None:
        return None  # musl's libc has fewer of them

    entry, found = _entry(fields)(), ctypes.c_void_p()
    size = _FIRST_SIZE
    while size <= _LAST_SIZE:
        buffer = ctypes.create_string_buffer(size)
        try:
            code = function(
                ctypes.c_uint32(carried) if isinstance(carried, int) else carried,
                ctypes.byref(entry),
                buffer,
                ctypes.c_size_t(size),
                ctypes.byref(found),
            )
            if code == 0 and found.value is not None:
                return take(entry)
        finally:
            ctypes.memset(buffer, 0, size)  # there may be a hash in it
        if code in _ABSENT:
            return None
        if code == errno.ERANGE:
            size *= 4
        elif code != errno.EINTR:
            raise OSError(code, os.strerror(code), name)
    raise OSError(errno.ERANGE, "the entry is too long", name)


def _entry(fields: tuple[Any, ...]) -> type[ctypes.Structure]:
    import ctypes

    if fields not in _entries:
        named = [(f"f{index}", kind) for index, kind in enumerate(fields)]
        _entries[fields] = type("Entry", (ctypes.Structure,), {"_fields_": named})
    return _entries[fields]


def _plain(entry: ctypes.Structure) -> Any:
    return tuple(_or_empty(getattr(entry, field[0])) for field in entry._fields_)


def _with_members(entry: ctypes.Structure) -> tuple[bytes, int, tuple[bytes, ...]]:
    name, _, gid, listed = (getattr(entry, field[0]) for field in entry._fields_)
    members: list[bytes] = []
    while listed and listed[len(members)] is not None:
        members.append(listed[len(members)])
    return name, gid, tuple(members)


def _or_empty(value: Any) -> Any:
    return b"" if value is None else value


def _key(name: str) -> bytes | None:
    """Return a name as C takes it; `None` if C would take another: one cut at a NUL."""
    try:
        key = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    return None if b"\0" in key else key
