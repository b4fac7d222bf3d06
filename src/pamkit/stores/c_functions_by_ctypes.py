"""Functions of the C library, by ctypes: each is looked up once, and kept with its types.

`ctypes.CDLL` makes a class each time, which takes longer than most of these functions.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SIGNATURES = {
    "dgettext": "text text text",
    "dngettext": "text text text text size",
    "getgrgid_r": "int uint32 place place size place",
    "getgrnam_r": "int text place place size place",
    "getgrouplist": "int text uint32 place place",
    "getpwnam_r": "int text place place size place",
    "getpwuid_r": "int uint32 place place size place",
    "getsgnam_r": "int text place place size place",
    "getspnam_r": "int text place place size place",
    "innetgr": "int text text text text",
    "prctl": "int int size size size size",
    "prlimit": "int int int place place",
    "prlimit64": "int int int place place",
    "quotactl": "int int text uint32 place",
    "setfsgid": "uint32 uint32",
    "setfsuid": "uint32 uint32",
    # What more these take goes as ctypes hands it over: texts as `char *`, numbers as they are.
    "syscall": "long long",
    "syslog": "void int text",
}
"""What a function returns, and then what it takes.  C: `size` is an `unsigned long` on Linux."""


def function(name: str) -> Any:
    """Return a function of the C library; `None` if it has none of that name, as musl's may.

    What it leaves in `errno` is got by `ctypes.get_errno`.
    """
    try:
        return _kept[name]
    except KeyError:
        return _kept.setdefault(name, _found(name))


def machine() -> str:
    """Return the kind of this machine, as uname(2) has it: numbers of system calls hang on it."""
    if not _machine:
        _machine.append(os.uname().machine)
    return _machine[0]


_kept: dict[str, Any] = {}
_library: list[Any] = []
_machine: list[str] = []


def _found(name: str) -> Any:
    import ctypes

    if not _library:
        _library.append(ctypes.CDLL(None, use_errno=True))
    try:
        # By index: a new object each time, so that nobody who takes it by name gets these types.
        found = _library[0][name]
    except AttributeError:
        return None
    types = {
        "void": None,
        "int": ctypes.c_int,
        "long": ctypes.c_long,
        "place": ctypes.c_void_p,
        "size": ctypes.c_ulong,
        "text": ctypes.c_char_p,
        "uint32": ctypes.c_uint32,
    }
    result, *takes = _SIGNATURES[name].split()
    found.restype, found.argtypes = types[result], [types[word] for word in takes]
    return found
