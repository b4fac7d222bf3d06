"""Look-ups in the C library's name service: getpwnam_r(3) and its kin.

The modules `pwd` and `grp` would do, but they do not tell *no such user* from *the source
cannot be read*, and decode names as the locale says.
"""

from __future__ import annotations

from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.c_library import Group, GroupShadow, Shadow, User

_NOBODY = 0xFFFFFFFF
"""C: the number that is no user's and no group's."""


def passwd(key: str | int) -> User | None:
    """Return a user's fields by name or number; `None` if there is none, else `OSError`."""
    if isinstance(key, int):
        return c_library.user_by_number(key) if 0 <= key < _NOBODY else None
    name = _key(key)
    return None if name is None else c_library.user_by_name(name)


def group(key: str | int) -> Group | None:
    """Return name, number and members of a group; `None` if there is none, else `OSError`."""
    if isinstance(key, int):
        return c_library.group_by_number(key) if 0 <= key < _NOBODY else None
    name = _key(key)
    return None if name is None else c_library.group_by_name(name)


def shadow(name: str) -> Shadow | None:
    """Return name, hash and six numbers of days; `None` if there is none, else `OSError`."""
    key = _key(name)
    return None if key is None else c_library.shadow_by_name(key)


def group_shadow(name: str) -> GroupShadow | None:
    """Return name, hash, administrators and members; `None` if there is none, else `OSError`."""
    key = _key(name)
    return None if key is None else c_library.group_shadow_by_name(key)


def in_netgroup(
    netgroup: str, host: str | None, user: str | None, domain: str | None = None
) -> bool:
    """Whether a host and user belong to a netgroup, `innetgr(3)`; no to what C cannot carry."""
    group, *triple = (
        None if word is None else _key(word) for word in (netgroup, host, user, domain)
    )
    unfit = any(
        word is not None and key is None
        for word, key in zip((host, user, domain), triple, strict=True)
    )
    if group is None or unfit:
        return False
    return c_library.in_netgroup(group, *triple)


def groups_of(name: str, gid: int) -> tuple[int, ...]:
    """Return the numbers of a user's groups, ``gid`` first; `OSError` if that fails."""
    key = _key(name)
    if key is None:
        return ()
    found = c_library.groups_of(key, gid)
    return (gid, *(number for number in found if number != gid))


def _key(name: str) -> bytes | None:
    """Return a name as C takes it; `None` if C would take another: one cut at a NUL."""
    try:
        key = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    return None if b"\0" in key else key
