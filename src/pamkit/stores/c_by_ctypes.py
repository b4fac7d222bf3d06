"""The functions of `c_library` by ctypes, which is imported when the first one is called."""

from __future__ import annotations

import errno
import os
import sys
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from pamkit.stores.c_library import Group, Shadow, User

    T = TypeVar("T")

_LIBCRYPTS = ("libcrypt.so.2", "libcrypt.so.1")
"""libxcrypt under the name it has on Fedora and its kin, and on Debian and its kin."""

_DOMAIN = b"Linux-PAM"

# getpwnam_r(3): all of these may mean that there is no such name.
_ABSENT = frozenset({0, errno.ENOENT, errno.ESRCH, errno.EBADF, errno.EPERM})

_FIRST_SIZE = 1 << 10
_LAST_SIZE = 1 << 26
"""Bytes; a group of a million members still fits."""

_FIRST_GROUPS = 64
_LAST_GROUPS = 1 << 20

# C: `struct crypt_data` has 32,768 bytes in libxcrypt; glibc's old one has 131,232.
_DATA_SIZE = {"crypt_rn": 32768, "crypt_r": 1 << 18}
_SETTING_SIZE = 192

_64 = sys.maxsize > 1 << 32

# Machine and width of a pointer: numbers of setgroups and setresuid (with 32-bit ids).
_NUMBERS = {
    ("x86_64", True): (116, 117),
    ("aarch64", True): (159, 147),
    ("riscv64", True): (159, 147),
    ("loongarch64", True): (159, 147),
    ("ppc64le", True): (81, 164),
    ("ppc64", True): (81, 164),
    ("s390x", True): (206, 208),
    ("x86_64", False): (206, 208),
    ("i686", False): (206, 208),
    ("i586", False): (206, 208),
    ("armv7l", False): (206, 208),
    ("armv6l", False): (206, 208),
}

_PR_GET_SECUREBITS = 27

_netgroup_lock = allocate_lock()

_entries: dict[tuple[Any, ...], type[ctypes.Structure]] = {}
"""C's structures by the types of their fields; ctypes never forgets a class it made."""

_libcrypt: dict[str, Any] = {}
"""Functions of libcrypt by name, once it is loaded."""


def user_by_name(name: bytes, /) -> User | None:
    """getpwnam_r(3)."""
    return _user("getpwnam_r", _text(name))


def user_by_number(uid: int, /) -> User | None:
    """getpwuid_r(3)."""
    return _user("getpwuid_r", _number(uid))


def group_by_name(name: bytes, /) -> Group | None:
    """getgrnam_r(3)."""
    return _group("getgrnam_r", _text(name))


def group_by_number(gid: int, /) -> Group | None:
    """getgrgid_r(3)."""
    return _group("getgrgid_r", _number(gid))


def shadow_by_name(name: bytes, /) -> Shadow | None:
    """getspnam_r(3)."""
    import ctypes

    text, days = ctypes.c_char_p, ctypes.c_long
    fields = (text, text, days, days, days, days, days, days, ctypes.c_ulong)
    found = _look_up("getspnam_r", _text(name), fields, _plain)
    return None if found is None else found[:8]


def groups_of(name: bytes, gid: int, /) -> tuple[int, ...]:
    """getgrouplist(3)."""
    import ctypes

    key, primary = _text(name), ctypes.c_uint32(_number(gid))
    function = ctypes.CDLL(None).getgrouplist
    room = _FIRST_GROUPS
    while room <= _LAST_GROUPS:
        groups, count = (ctypes.c_uint32 * room)(), ctypes.c_int(room)
        if function(key, primary, groups, ctypes.byref(count)) >= 0:
            return tuple(groups[: count.value])
        room = max(room * 4, count.value)
    raise OSError(errno.ERANGE, "a user has too many groups", "getgrouplist")


def in_netgroup(netgroup: bytes, host: bytes | None, user: bytes | None, /) -> bool:
    """innetgr(3)."""
    import ctypes

    words = [_text(netgroup), *(None if one is None else _text(one) for one in (host, user))]
    function = getattr(ctypes.CDLL(None), "innetgr", None)
    if function is None:
        return False  # musl's libc has no netgroups
    function.argtypes = (ctypes.c_char_p,) * 4
    with _netgroup_lock:  # innetgr(3) is not safe for threads
        return bool(function(*words, None) == 1)


def crypt(token: bytes, setting: bytes, /) -> bytes | None:
    """crypt_rn(3), or crypt_r(3) in an old library."""
    import ctypes

    token, setting = _text(token), _text(setting)
    functions = _crypt_functions()
    name = "crypt_rn" if "crypt_rn" in functions else "crypt_r"
    size = _DATA_SIZE[name]
    data = ctypes.create_string_buffer(size)
    extra = (size,) if name == "crypt_rn" else ()
    try:
        hashed: bytes | None = functions[name](token, setting, data, *extra)
    finally:
        ctypes.memset(data, 0, size)
    return _unless_failed(hashed)


def makes_settings() -> bool:
    """Whether there is crypt_gensalt_rn(3)."""
    return "crypt_gensalt_rn" in _crypt_functions()


def new_setting(prefix: bytes, count: int, entropy: bytes, /) -> bytes | None:
    """crypt_gensalt_rn(3)."""
    import ctypes

    prefix, count = _text(prefix), _count(count)
    if not makes_settings():
        raise OSError(errno.ENOSYS, "libcrypt has no `crypt_gensalt_rn`")
    output = ctypes.create_string_buffer(_SETTING_SIZE)
    made: bytes | None = _libcrypt["crypt_gensalt_rn"](
        prefix, count, entropy, len(entropy), output, _SETTING_SIZE
    )
    return _unless_failed(made)


def syslog(priority: int, line: bytes, /) -> None:
    """syslog(3)."""
    import ctypes

    ctypes.CDLL(None).syslog(ctypes.c_int(priority), b"%s", ctypes.c_char_p(_text(line)))


def write_quietly(descriptor: int, data: bytes | memoryview) -> int:
    """Write without SIGPIPE: a host that does not ignore it, as a C program does not, survives."""
    import _signal  # type: ignore[import-not-found]  # `signal` is this with enumerations

    pipe = {_signal.SIGPIPE}
    blocked = _signal.pthread_sigmask(_signal.SIG_BLOCK, pipe)
    try:
        return os.write(descriptor, data)
    except BrokenPipeError:
        if _signal.SIGPIPE not in blocked:
            _signal.sigtimedwait(pipe, 0)
        raise
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, blocked)


def set_groups(groups: Sequence[int], /) -> None:
    """setgroups(2), the system call."""
    import ctypes

    numbers = (ctypes.c_uint32 * len(groups))(*map(_number, groups))
    _call(_numbers()[0], ctypes.c_size_t(len(groups)), numbers)


def set_user_ids(real: int, effective: int, saved: int, /) -> None:
    """setresuid(2), the system call."""
    import ctypes

    _call(_numbers()[1], *(ctypes.c_uint32(_number(one)) for one in (real, effective, saved)))


def set_file_user(uid: int, /) -> int:
    """setfsuid(2)."""
    return _set_file_id("setfsuid", uid)


def set_file_group(gid: int, /) -> int:
    """setfsgid(2)."""
    return _set_file_id("setfsgid", gid)


def securebits() -> int:
    """PR_GET_SECUREBITS of prctl(2)."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    bits: int = libc.prctl(_PR_GET_SECUREBITS, 0, 0, 0, 0)
    if bits < 0:
        raise _last_error(ctypes.get_errno())
    return bits


def translate(text: bytes, /) -> bytes:
    """dgettext(3)."""
    import ctypes

    if not _text(text):
        return text  # C: the empty text stands for the description of the catalogue
    function = getattr(ctypes.CDLL(None), "dgettext", None)
    if function is None:
        return text
    function.argtypes, function.restype = (ctypes.c_char_p,) * 2, ctypes.c_char_p
    translated: bytes = function(_DOMAIN, text)
    return translated


def translate_plural(one: bytes, many: bytes, count: int, /) -> bytes:
    """dngettext(3)."""
    import ctypes

    one, many, count = _text(one), _text(many), _count(count)
    function = getattr(ctypes.CDLL(None), "dngettext", None)
    if function is None or not one:
        return one if count == 1 else many
    function.argtypes = (*(ctypes.c_char_p,) * 3, ctypes.c_ulong)
    function.restype = ctypes.c_char_p
    translated: bytes = function(_DOMAIN, one, many, count)
    return translated


def audit(
    kind: int,
    op: bytes,
    user: bytes | None,
    host: bytes | None,
    tty: bytes | None,
    success: bool,
    /,
) -> int:
    """No record: only our own libpam.so.0 writes them, not a program in Python by itself."""
    raise OSError(errno.EPROTONOSUPPORT, os.strerror(errno.EPROTONOSUPPORT), "audit_open")


def _user(function: str, key: bytes | int) -> User | None:
    import ctypes

    text, number = ctypes.c_char_p, ctypes.c_uint32
    return _look_up(function, key, (text, text, number, number, text, text, text), _plain)


def _group(function: str, key: bytes | int) -> Group | None:
    import ctypes

    text, number, texts = ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_char_p)
    return _look_up(function, key, (text, text, number, texts), _with_members)


def _look_up(
    name: str, key: bytes | int, fields: tuple[Any, ...], take: Callable[[ctypes.Structure], T]
) -> T | None:
    import ctypes

    function = getattr(ctypes.CDLL(None), name, None)
    if function is None:
        return None  # musl's libc has fewer of them

    entry, found = _entry(fields)(), ctypes.c_void_p()
    size = _FIRST_SIZE
    while size <= _LAST_SIZE:
        buffer = ctypes.create_string_buffer(size)
        try:
            code = function(
                ctypes.c_uint32(key) if isinstance(key, int) else key,
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


def _with_members(entry: ctypes.Structure) -> Group:
    name, _, gid, listed = (getattr(entry, field[0]) for field in entry._fields_)
    members: list[bytes] = []
    while listed and listed[len(members)] is not None:
        members.append(listed[len(members)])
    return name, gid, tuple(members)


def _or_empty(value: Any) -> Any:
    return b"" if value is None else value


def _crypt_functions() -> dict[str, Any]:
    import ctypes

    if _libcrypt:
        return _libcrypt
    library = _open_libcrypt()
    text, number = ctypes.c_char_p, ctypes.c_int
    signatures = {
        "crypt_rn": (text, text, ctypes.c_void_p, number),
        "crypt_r": (text, text, ctypes.c_void_p),
        "crypt_gensalt_rn": (text, ctypes.c_ulong, text, number, ctypes.c_void_p, number),
    }
    functions = {}
    for name, arguments in signatures.items():
        function = getattr(library, name, None)
        if function is not None:
            function.argtypes, function.restype = arguments, text
            functions[name] = function
    if "crypt_r" not in functions:
        raise OSError(errno.ENOSYS, "libcrypt has no `crypt_r`: install libxcrypt")
    _libcrypt.update(functions)
    return _libcrypt


def _open_libcrypt() -> Any:
    import ctypes

    for name in _LIBCRYPTS:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    wanted = " or ".join(f"`{name}`" for name in _LIBCRYPTS)
    advice = "install libcrypt1 (Debian) or libxcrypt (elsewhere)"
    raise OSError(errno.ENOENT, f"passwords cannot be hashed: expected {wanted}, {advice}")


def _unless_failed(text: bytes | None) -> bytes | None:
    """C: `*0` and `*1` are failures; no hash and no setting begins with a star."""
    return text if text and not text.startswith(b"*") else None


def _numbers() -> tuple[int, int]:
    machine = os.uname().machine
    if (machine, _64) not in _NUMBERS:
        raise OSError(errno.ENOSYS, f"no way known to change one thread on {machine}")
    return _NUMBERS[machine, _64]


def _call(number: int, *args: object) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.syscall(ctypes.c_long(number), *args) != 0:
        raise _last_error(ctypes.get_errno())


def _set_file_id(name: str, number: int) -> int:
    import ctypes

    change = getattr(ctypes.CDLL(None), name)
    change.argtypes, change.restype = (ctypes.c_uint32,), ctypes.c_uint32
    return int(change(_number(number)))


def _last_error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


def _text(data: bytes) -> bytes:
    """Return a text that C takes whole."""
    if not isinstance(data, bytes):
        raise TypeError("expected bytes")
    if b"\0" in data:
        raise ValueError("a NUL in a text for C")
    return data


def _count(count: int) -> int:
    if count < 0:
        raise ValueError("a count below zero")
    return count


def _number(number: int) -> int:
    """Return the number of a user or group, as wide as C's; all ones are no user's."""
    if not isinstance(number, int):
        raise TypeError("expected an integer")
    if not 0 <= number <= 0xFFFFFFFF:
        raise ValueError("no number of a user or group")
    return number
