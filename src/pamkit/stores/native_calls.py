"""Calls between Python and native modules: the thin libpam opened, and what C is asked to do.

The counterpart of the core's `perform.c`, by ctypes.  A module runs with the interpreter's lock
given back.  Imported where a native module is a guest, and nowhere else.
"""

from __future__ import annotations

import ctypes
import os
import struct
import time

from pamkit.stores.c_memory import WORD, c_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Serve = Callable[[int, int], None]
    """Serves one call: the number of the function, and the address of its words."""

SONAME = "libpam.so.0"

HOOKS = (
    b"pam_sm_authenticate",
    b"pam_sm_setcred",
    b"pam_sm_acct_mgmt",
    b"pam_sm_open_session",
    b"pam_sm_close_session",
    b"pam_sm_chauthtok",
)
"""C: the names of the hooks, in the order of `Primitive`."""

FAULT_SIZE = 256
"""C: bytes of the text that says why a module could not be opened."""

_INT, _WORD = ctypes.c_int, ctypes.c_size_t

_Server = ctypes.CFUNCTYPE(None, ctypes.c_uint, _WORD)
_Hook = ctypes.CFUNCTYPE(_INT, _WORD, _INT, _INT, _WORD)
_Converse = ctypes.CFUNCTYPE(_INT, _INT, _WORD, _WORD, _WORD)
_Cleanup = ctypes.CFUNCTYPE(None, _WORD, _WORD, _INT)
_Delay = ctypes.CFUNCTYPE(None, _INT, ctypes.c_uint, _WORD)

_C = ctypes.CDLL(None)
_dlopen, _dlsym, _dlclose, _dlerror = _C.dlopen, _C.dlsym, _C.dlclose, _C.dlerror
_dlopen.argtypes, _dlopen.restype = (ctypes.c_char_p, _INT), ctypes.c_void_p
_dlsym.argtypes, _dlsym.restype = (ctypes.c_void_p, ctypes.c_char_p), ctypes.c_void_p
_dlclose.argtypes, _dlclose.restype = (ctypes.c_void_p,), _INT
_dlerror.argtypes, _dlerror.restype = (), ctypes.c_char_p

_WORDS_OF_CALL = 8

_Words = _WORD * _WORDS_OF_CALL
ARGUMENTS = 2 * WORD
"""Where the arguments begin."""

_kept: list[object] = []
"""INVARIANT: what C holds a pointer to is never freed, not even if this file's names go."""


class NotOurs(Exception):
    """There is a libpam in this process already, and modules would bind to that one."""

    def __init__(self, path: str) -> None:
        """Say which it is."""
        super().__init__(path)
        self.path = path


class ThinLibrary:
    """The thin `libpam.so.0`, opened for the modules that will ask for it by that name."""

    def __init__(self, path: str, serve: Serve) -> None:
        """Open the library and have its calls served; it is never closed.

        Raises `NotOurs` where another one is at work, `OSError` if this one cannot be opened.
        """
        # C: the loader takes the library that has the name already, wherever it came from.
        if (here := _opened(SONAME)) is not None and not os.path.samefile(here, path):
            raise NotOurs(here)
        # C: global, as in a program that links it: some modules were linked without libpam.
        library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL | os.RTLD_NOW)
        register = library.pamkit_register
        register.argtypes, register.restype = (ctypes.c_void_p,), ctypes.c_void_p
        if register(None):
            raise NotOurs(path)  # it serves others, who would lose their handles
        _mind_forks(library)
        server = _Server(serve)
        _kept.append(server)
        register(ctypes.cast(server, ctypes.c_void_p))
        self.converse: int = ctypes.cast(library.pamkit_converse, ctypes.c_void_p).value or 0
        """The address of the conversation that asks back here; its pointer is the handle."""


def call_at(address: int) -> memoryview:
    """Return the words of a call: the answer, what is handed out, the arguments."""
    return memoryview(_Words.from_address(address)).cast("B").cast("P")


def arguments(count: int) -> Callable[[memoryview, int], tuple[int, ...]]:
    """Return what takes so many arguments out of the words of a call, from `ARGUMENTS` on."""
    return struct.Struct(f"@{count}N").unpack_from


def hook(
    pointer: int, handle: int, flags: int, count: int, vector: int
) -> tuple[Callable[..., int], tuple[object, ...]]:
    """Return a hook, and what it is called with: made once, they cost a third at each call."""
    return _Hook(pointer), (_WORD(handle), _INT(flags), _INT(count), _WORD(vector))


def call_hook(pointer: int, handle: int, flags: int, count: int, vector: int) -> int:
    """Call a hook once."""
    answer: int = _Hook(pointer)(handle, flags, count, vector)
    return answer


def converse(pointer: int, count: int, messages: int, responses: int, data: int) -> int:
    """Hold a conversation with a function of C."""
    code: int = _Converse(pointer)(count, messages, responses, data)
    return code


def clean_up(pointer: int, handle: int, data: int, status: int) -> int:
    """Have data of a module cleaned up."""
    _Cleanup(pointer)(handle, data, status)
    return 0


def tell(pointer: int, code: int, microseconds: int, data: int) -> int:
    """Tell a delay function of C."""
    _Delay(pointer)(code, microseconds, data)
    return 0


def open_module(path: int) -> int:
    """Return a block as `doors.native_module` reads it: object, hooks, fault."""
    block = c_memory.blank((1 + len(HOOKS)) * WORD + FAULT_SIZE)
    library = _dlopen(ctypes.string_at(path), os.RTLD_NOW)
    if not library:
        fault = (_dlerror() or b"unknown reason")[: FAULT_SIZE - 1]
        ctypes.memmove(block + (1 + len(HOOKS)) * WORD, fault, len(fault))
        return block
    c_memory.set_word(block, library)
    for at, name in enumerate(HOOKS, 1):
        c_memory.set_word(block + at * WORD, _dlsym(library, name) or 0)
    return block


def close_module(block: int) -> int:
    """Close a module and free its block."""
    if block:
        library = c_memory.word(block)
        if library:
            _dlclose(library)
        c_memory.forget(block, (1 + len(HOOKS)) * WORD + FAULT_SIZE)
    return 0


def sleep(microseconds: int) -> int:
    """Let time pass."""
    time.sleep(microseconds / 1_000_000)
    return 0


REQUESTS = (call_hook, converse, clean_up, tell, open_module, close_module, sleep)
"""What `doors.requests` lists, in its order."""


def _opened(name: str) -> str | None:
    """Return the file of a library that is in this process under a name; `None` if none is."""
    library = _dlopen(name.encode(), os.RTLD_NOLOAD | os.RTLD_LAZY)
    if not library:
        return None
    symbol = _dlsym(library, b"pam_start")
    _dlclose(library)  # it was only asked for
    return (symbol and _file_of(symbol)) or name


class _Place(ctypes.Structure):
    """`Dl_info` of dladdr(3)."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("start", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def _file_of(symbol: int) -> str:
    place = _Place()
    found = _C.dladdr(ctypes.c_void_p(symbol), ctypes.byref(place))
    return os.fsdecode(place.file) if found and place.file else ""


_HOLDING = (
    "PyGILState_Check",
    "PyGILState_Ensure",
    "PyGILState_Release",
    "PyOS_BeforeFork",
    "PyOS_AfterFork_Parent",
    "PyOS_AfterFork_Child",
)
"""C: `struct pamkit_interpreter`: how a fork finds, takes and gives back the lock of Python."""


def _mind_forks(library: ctypes.CDLL) -> None:
    """Have a module's fork(2) treated as a fork of Python's own, by whichever thread."""
    pointers = [ctypes.cast(ctypes.pythonapi[name], ctypes.c_void_p).value for name in _HOLDING]
    interpreter = (ctypes.c_void_p * len(_HOLDING))(*pointers)
    _kept.append(interpreter)
    mind = library.pamkit_mind_interpreter
    mind.argtypes, mind.restype = (ctypes.c_void_p,), None
    mind(ctypes.addressof(interpreter))
    import atexit

    atexit.register(mind, None)  # after the end there is nothing to hold
