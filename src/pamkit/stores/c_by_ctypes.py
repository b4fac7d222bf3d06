"""The functions of `c_library` by ctypes, which is imported when the first one is called."""

from __future__ import annotations

import _operator
import errno
import os
import sys
from _thread import allocate_lock

from pamkit.stores import c_functions_by_ctypes as libc
from pamkit.stores.c_kernel_by_ctypes import audit_ask as audit_ask
from pamkit.stores.c_kernel_by_ctypes import keyctl as keyctl
from pamkit.stores.c_kernel_by_ctypes import quota as quota
from pamkit.stores.c_kernel_by_ctypes import set_group_ids as set_group_ids
from pamkit.stores.c_kernel_by_ctypes import set_quota as set_quota
from pamkit.stores.c_keys_by_ctypes import add_key as add_key
from pamkit.stores.c_keys_by_ctypes import find_key as find_key
from pamkit.stores.c_keys_by_ctypes import read_key as read_key
from pamkit.stores.c_mounts_by_ctypes import mount as mount
from pamkit.stores.c_mounts_by_ctypes import unmount as unmount
from pamkit.stores.c_mounts_by_ctypes import unshare_mounts as unshare_mounts
from pamkit.stores.c_process_by_ctypes import set_variable as set_variable
from pamkit.stores.c_process_by_ctypes import variable as variable
from pamkit.stores.c_sockets_by_python import local_connect as local_connect
from pamkit.stores.c_sockets_by_python import local_peer as local_peer
from pamkit.stores.c_sockets_by_python import local_receive as local_receive
from pamkit.stores.c_terminal_by_ctypes import hold_signals as hold_signals
from pamkit.stores.c_terminal_by_ctypes import raw_terminal as raw_terminal
from pamkit.stores.c_terminal_by_ctypes import release_signals as release_signals
from pamkit.stores.c_terminal_by_ctypes import set_terminal as set_terminal
from pamkit.stores.c_terminal_by_ctypes import stream_pair as stream_pair

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from pamkit.stores.c_library import Group, GroupShadow, Row, Shadow, User, Value

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

_REMARK_SIZE = 256
"""Bytes: PWQ_MAX_ERROR_MESSAGE_LEN."""

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
_PR_SET_NO_NEW_PRIVS = 38

_OWN_LIMITS = ("mips", "sparc", "alpha")
"""Machines, by the heads of their names, on which limits have other numbers."""

_SOCK_STREAM = 1
_NI_NUMERICHOST = 1
_NUMBER_SIZE = 1025
"""C: `NI_MAXHOST`; an address may have the name of an interface behind it."""

_NO_SUCH_HOST = frozenset({-2, -5, -9})
"""C: `EAI_NONAME`, `EAI_NODATA`, `EAI_ADDRFAMILY`: the name service knows that there is none."""

_netgroup_lock = allocate_lock()
_quality_lock = allocate_lock()

_entries: dict[
    str, tuple[type[ctypes.Structure], Callable[[ctypes.Structure], tuple[Any, ...]]]
] = {}
"""C's structures by their fields, and what takes these out; ctypes forgets no class it made."""

_ALL_BITS = (1 << 64) - 1
"""C: `RLIM_INFINITY`."""

_limits: list[tuple[Any, Any, Any, int]] = []
"""C's prlimit(2) and its structure, of 64 bits; Python's, which is faster, and its infinity."""

_network: dict[str, type[ctypes.Structure]] = {}
"""C's `struct addrinfo`, once it is made."""

_libcrypt: dict[str, Any] = {}
"""Functions of libcrypt by name, once it is loaded."""

_pwquality: dict[str, Any] = {}
"""Functions of libpwquality by name, once it is loaded."""


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
    return _look_up("getspnam_r", _text(name), "tt" + "d" * 6 + "u", _without_flags)


def group_shadow_by_name(name: bytes, /) -> GroupShadow | None:
    """getsgnam_r(3)."""
    return _look_up("getsgnam_r", _text(name), "ttll", _with_two_lists)


def groups_of(name: bytes, gid: int, /) -> tuple[int, ...]:
    """getgrouplist(3)."""
    import ctypes

    key, primary = _text(name), _number(gid)
    function = libc.function("getgrouplist")
    room = _FIRST_GROUPS
    while room <= _LAST_GROUPS:
        groups, count = (ctypes.c_uint32 * room)(), ctypes.c_int(room)
        if function(key, primary, groups, ctypes.byref(count)) >= 0:
            return tuple(groups[: count.value])
        room = max(room * 4, count.value)
    raise OSError(errno.ERANGE, "a user has too many groups", "getgrouplist")


def in_netgroup(
    netgroup: bytes, host: bytes | None, user: bytes | None, domain: bytes | None, /
) -> bool:
    """innetgr(3)."""
    triple = (None if one is None else _text(one) for one in (host, user, domain))
    words = [_text(netgroup), *triple]
    function = libc.function("innetgr")
    if function is None:
        return False  # musl's libc has no netgroups
    with _netgroup_lock:  # innetgr(3) is not safe for threads
        return bool(function(*words) == 1)


def addresses(host: bytes, /) -> tuple[bytes, ...]:
    """getaddrinfo(3)."""
    import ctypes

    libc, hints, first = ctypes.CDLL(None, use_errno=True), _addrinfo()(), ctypes.c_void_p()
    hints.socktype = _SOCK_STREAM  # else every address comes once for each kind of socket
    code = libc.getaddrinfo(_text(host), None, ctypes.byref(hints), ctypes.byref(first))
    if code != 0:
        raise _no_address(libc, code)
    found: dict[bytes, None] = {}
    try:
        at = first.value
        while at:
            entry = _addrinfo().from_address(at)
            number = ctypes.create_string_buffer(_NUMBER_SIZE)
            code = libc.getnameinfo(
                ctypes.c_void_p(entry.address),
                ctypes.c_uint32(entry.length),
                number,
                ctypes.c_uint32(_NUMBER_SIZE),
                None,
                ctypes.c_uint32(0),
                _NI_NUMERICHOST,
            )
            if code != 0:
                raise _no_address(libc, code)
            found[number.value] = None
            at = entry.following
    finally:
        libc.freeaddrinfo(first)
    return tuple(found)


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
    libc.function("syslog")(priority, b"%s", _text(line))


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
    _call(_numbers()[1], _number(real), _number(effective), _number(saved))


def set_file_user(uid: int, /) -> int:
    """setfsuid(2)."""
    changed: int = libc.function("setfsuid")(_number(uid))
    return changed


def set_file_group(gid: int, /) -> int:
    """setfsgid(2)."""
    changed: int = libc.function("setfsgid")(_number(gid))
    return changed


def securebits() -> int:
    """PR_GET_SECUREBITS of prctl(2)."""
    bits: int = libc.function("prctl")(_PR_GET_SECUREBITS, 0, 0, 0, 0)
    if bits < 0:
        raise _failure()
    return bits


def limit(resource: int, /) -> tuple[int, int]:
    """prlimit(2), to ask."""
    function, make, direct, _ = _limits[0] if _limits else _prlimit()
    try:
        soft, hard = direct(0, resource)
    except ValueError:  # it says no more; C says why
        pair = make()
        if function(0, _resource(resource), None, pair) != 0:
            raise _failure() from None
        soft, hard = pair
    return soft & _ALL_BITS, hard & _ALL_BITS  # to Python, having no end is below zero


def set_limit(resource: int, soft: int, hard: int, /) -> None:
    """prlimit(2), to set."""
    function, make, direct, infinity = _limits[0] if _limits else _prlimit()
    if not (0 <= soft <= _ALL_BITS and 0 <= hard <= _ALL_BITS):
        raise ValueError("no limit")
    both = (infinity if soft == _ALL_BITS else soft, infinity if hard == _ALL_BITS else hard)
    try:
        direct(0, resource, both)
    except (ValueError, OverflowError):  # as above; and not all numbers fit
        if function(0, _resource(resource), make(soft, hard), None) != 0:
            raise _failure() from None


def forbid_new_privileges() -> None:
    """PR_SET_NO_NEW_PRIVS of prctl(2)."""
    if libc.function("prctl")(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _failure()


def translate(text: bytes, /) -> bytes:
    """dgettext(3)."""
    if not _text(text):
        return text  # C: the empty text stands for the description of the catalogue
    function = libc.function("dgettext")
    if function is None:
        return text
    translated: bytes = function(_DOMAIN, text)
    return translated


def translate_plural(one: bytes, many: bytes, count: int, /) -> bytes:
    """dngettext(3)."""
    one, many, count = _text(one), _text(many), _count(count)
    function = libc.function("dngettext")
    if function is None or not one:
        return one if count == 1 else many
    translated: bytes = function(_DOMAIN, one, many, count)
    return translated


def pwquality_check(
    settings: Sequence[bytes], new: bytes, old: bytes | None, user: bytes | None, /
) -> tuple[int, bytes]:
    """pwquality_check(3)."""
    import ctypes

    words = [_text(word) for word in settings]
    asked = [None if one is None else _text(one) for one in (new, old, user)]
    library = _libpwquality()
    with _quality_lock:  # libcrack, which it asks, is not safe for threads
        made = library["pwquality_default_settings"]()
        if not made:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), "pwquality_default_settings")
        try:
            for word in words:
                if library["pwquality_set_option"](made, word) != 0:
                    raise OSError(errno.EINVAL, "libpwquality does not know a setting")
            extra, buffer = ctypes.c_void_p(), ctypes.create_string_buffer(_REMARK_SIZE)
            code: int = library["pwquality_check"](made, *asked, ctypes.byref(extra))
            if code >= 0:
                return code, b""
            told: bytes = library["pwquality_strerror"](buffer, _REMARK_SIZE, code, extra)
            return code, told
        finally:
            library["pwquality_free_settings"](made)


def sqlite(
    path: bytes, settings: bytes, statement: bytes, values: tuple[Value, ...], may_write: bool, /
) -> tuple[Row | None, int]:
    """One statement on an SQLite file: Python brings a library of its own."""
    from pamkit.stores import c_sqlite_by_python

    texts = _text(path), _text(settings), _text(statement)
    return c_sqlite_by_python.sqlite(*texts, tuple(values), may_write)


def selinux(function: bytes, texts: Sequence[bytes | None], /) -> tuple[bytes | None, ...]:
    """A function of libselinux."""
    from pamkit.stores import c_selinux_by_ctypes

    return c_selinux_by_ctypes.selinux(function, texts)


def selinux_access(
    subject: bytes, object_: bytes, kind: bytes, right: bytes, /
) -> tuple[bool, bytes]:
    """A question to libselinux, and what it says meanwhile."""
    from pamkit.stores import c_selinux_by_ctypes

    return c_selinux_by_ctypes.selinux_access(subject, object_, kind, right)


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
    return _look_up(function, key, "ttnnttt", _as_it_is)


def _group(function: str, key: bytes | int) -> Group | None:
    return _look_up(function, key, "ttnl", _with_members)


def _look_up(
    name: str, key: bytes | int, fields: str, take: Callable[[tuple[Any, ...]], T]
) -> T | None:
    """Return what ``take`` makes of an entry's ``fields``; `None` if there is no entry."""
    import ctypes

    function = libc.function(name)
    if function is None:
        return None  # musl's libc has fewer of them

    make, fields_of = _entry(fields)
    entry, found, byref = make(), ctypes.c_void_p(), ctypes.byref
    size = _FIRST_SIZE
    while size <= _LAST_SIZE:
        buffer = (ctypes.c_char * size)()
        try:
            code = function(key, byref(entry), buffer, size, byref(found))
            if code == 0 and found.value is not None:
                return take(fields_of(entry))
        finally:
            ctypes.memset(buffer, 0, size)  # there may be a hash in it
        if code in _ABSENT:
            return None
        if code == errno.ERANGE:
            size *= 4
        elif code != errno.EINTR:
            raise OSError(code, os.strerror(code), name)
    raise OSError(errno.ERANGE, "the entry is too long", name)


def _entry(
    fields: str,
) -> tuple[type[ctypes.Structure], Callable[[ctypes.Structure], tuple[Any, ...]]]:
    """Return C's structure with these fields: text, number, days, unsigned, or list of texts."""
    if fields not in _entries:
        import ctypes

        kinds = {
            "t": ctypes.c_char_p,
            "n": ctypes.c_uint32,
            "d": ctypes.c_long,
            "u": ctypes.c_ulong,
            "l": ctypes.POINTER(ctypes.c_char_p),
        }
        named = [(f"f{index}", kinds[kind]) for index, kind in enumerate(fields)]
        made = type("Entry", (ctypes.Structure,), {"_fields_": named})
        _entries[fields] = (made, _operator.attrgetter(*(name for name, _ in named)))
    return _entries[fields]


def _as_it_is(entry: tuple[Any, ...]) -> Any:
    return entry if None not in entry else tuple(_or_empty(value) for value in entry)


def _without_flags(entry: tuple[Any, ...]) -> Any:
    return _as_it_is(entry[:8])


def _with_members(entry: tuple[Any, ...]) -> Group:
    name, _, gid, members = entry
    return name, gid, _listed(members)


def _with_two_lists(entry: tuple[Any, ...]) -> GroupShadow:
    name, hashed, administrators, members = entry
    return name, _or_empty(hashed), _listed(administrators), _listed(members)


def _listed(names: Any) -> tuple[bytes, ...]:
    """Return the texts of an array of C that ends with a null pointer."""
    found: list[bytes] = []
    while names and names[len(found)] is not None:
        found.append(names[len(found)])
    return tuple(found)


def _or_empty(value: Any) -> Any:
    return b"" if value is None else value


def _addrinfo() -> type[ctypes.Structure]:
    """C: `struct addrinfo`."""
    import ctypes

    if "addrinfo" not in _network:
        number, pointer = ctypes.c_int, ctypes.c_void_p
        fields: list[tuple[str, Any]] = [
            (name, number) for name in ("flags", "family", "socktype", "protocol")
        ]
        fields += [("length", ctypes.c_uint32)]
        fields += [(name, pointer) for name in ("address", "canonical", "following")]
        _network["addrinfo"] = type("AddrInfo", (ctypes.Structure,), {"_fields_": fields})
    return _network["addrinfo"]


def _no_address(libc: ctypes.CDLL, code: int) -> OSError:
    import ctypes

    libc.gai_strerror.restype = ctypes.c_char_p
    reason: bytes = libc.gai_strerror(code)
    kind = errno.ENOENT if code in _NO_SUCH_HOST else errno.EIO
    return OSError(kind, reason.decode("utf-8", "replace"))


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


def _libpwquality() -> dict[str, Any]:
    import ctypes

    if _pwquality:
        return _pwquality
    library = ctypes.CDLL("libpwquality.so.1")
    text, place, number = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int
    signatures: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "pwquality_default_settings": (place, ()),
        "pwquality_free_settings": (None, (place,)),
        "pwquality_set_option": (number, (place, text)),
        "pwquality_check": (number, (place, text, text, text, place)),
        "pwquality_strerror": (text, (place, ctypes.c_size_t, number, place)),
    }
    functions = {}
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name, None)
        if function is None:
            raise OSError(errno.ENOSYS, f"libpwquality has no `{name}`")
        function.restype, function.argtypes = result, arguments
        functions[name] = function
    _pwquality.update(functions)
    return _pwquality


def _unless_failed(text: bytes | None) -> bytes | None:
    """C: `*0` and `*1` are failures; no hash and no setting begins with a star."""
    return text if text and not text.startswith(b"*") else None


def _numbers() -> tuple[int, int]:
    numbers = _NUMBERS.get((libc.machine(), _64))
    if numbers is None:
        raise OSError(errno.ENOSYS, f"no way known to change one thread on {libc.machine()}")
    return numbers


def _call(number: int, *args: object) -> None:
    if libc.function("syscall")(number, *args) != 0:
        raise _failure()


def _prlimit() -> tuple[Any, Any, Any, int]:
    if not _limits:
        import ctypes
        import resource

        if libc.machine().startswith(_OWN_LIMITS):
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), "prlimit")
        # glibc's `prlimit` has 32 bits on machines of 32; musl has only that, with 64.
        function = libc.function("prlimit64") or libc.function("prlimit")
        make, infinity = ctypes.c_uint64 * 2, resource.RLIM_INFINITY
        _limits.append((function, make, resource.prlimit, infinity))
    return _limits[0]


def _resource(number: int) -> int:
    if not isinstance(number, int):
        raise TypeError("expected an integer")
    if not 0 <= number <= 1 << 16:
        raise ValueError("a number that is too small or too large")
    return number


def _failure() -> OSError:
    """Return the error that a function of C has left."""
    import ctypes

    code = ctypes.get_errno()
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
