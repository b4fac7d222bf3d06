"""libselinux by ctypes, loaded when it is first asked."""

from __future__ import annotations

import errno
import os
from _thread import allocate_lock as _allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Sequence
    from typing import Any

LIBRARY = "libselinux.so.1"

# How many texts a function takes, and how many it gives.
_PLAIN = {
    b"getcon": (0, 1),
    b"getprevcon_raw": (0, 1),
    b"getexeccon": (0, 1),
    b"setexeccon": (1, 0),
    b"setkeycreatecon": (1, 0),
    b"security_check_context": (1, 0),
    b"getfilecon": (1, 1),
    b"selinux_trans_to_raw_context": (1, 1),
    b"get_default_type": (1, 1),
    b"setfilecon": (2, 0),
    b"getseuser": (2, 2),
}
_CONTEXTS = b"get_ordered_context_list_with_level"
_ACCESS = b"selinux_check_access"
_RELABEL = b"security_compute_relabel"
_MEMBER = b"security_compute_member"
_TAKES = {name: takes for name, (takes, _) in _PLAIN.items()} | {
    _CONTEXTS: 2,
    _ACCESS: 4,
    _RELABEL: 3,
    _MEMBER: 3,
}

_MAY_BE_NONE = {b"setexeccon": (0,), b"setkeycreatecon": (0,), _CONTEXTS: (1,)}
"""Which texts may be missing; others are looked into by the library."""

_LOG_CALLBACK = 0
"""C: `SELINUX_CB_LOG`."""

_MOST_SAID = 4096
_MOST_VALUES = 4
"""So many further arguments lie in registers, whatever the processor."""

_lock = _allocate_lock()

_loaded: list[Any] = []
"""libselinux, once it is loaded."""


def selinux(function: bytes, texts: Sequence[bytes | None], /) -> tuple[bytes | None, ...]:
    """A function of libselinux."""
    _check(function, texts)
    library = _library()
    with _lock:  # not all of it is safe for threads
        if function == _CONTEXTS:
            return _contexts(library, *texts)
        if function in (_RELABEL, _MEMBER):
            return _relabelled(library, function, *texts)
        last: tuple[Any, ...] = (None,) if function == _ACCESS else ()
        gives = _PLAIN[function][1] if function in _PLAIN else 0
        return _called(library, function, *_characters(texts), *last, gives=gives)


def selinux_access(
    subject: bytes, object_: bytes, kind: bytes, right: bytes, /
) -> tuple[bool, bytes]:
    """A question to libselinux, and what it says meanwhile."""
    import ctypes

    texts = (subject, object_, kind, right)
    _check(_ACCESS, texts)
    library = _library()
    ask = _function(library, _ACCESS)
    before = _function(library, b"selinux_get_callback")
    change = _function(library, b"selinux_set_callback")

    class Callback(ctypes.Structure):  # a union with functions of other types
        _fields_ = (("function", ctypes.c_void_p),)

    said = bytearray()

    def keep(_: int, form: bytes, *values: int | None) -> int:
        try:
            said.extend(_written(form, values)[: _MOST_SAID - 1 - len(said)])
        except Exception:  # noqa: BLE001  # C: nothing may escape into the library
            return -1
        return 0

    values = (ctypes.c_void_p,) * _MOST_VALUES
    kept = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, *values)(keep)
    with _lock:
        before.restype = Callback
        restored = before(_LOG_CALLBACK)
        change(_LOG_CALLBACK, Callback(ctypes.cast(kept, ctypes.c_void_p)))
        try:
            may = ask(*_characters(texts), None) == 0
        finally:
            change(_LOG_CALLBACK, restored)
    return may, bytes(said)


def _written(form: bytes, values: tuple[int | None, ...]) -> bytes:
    """Return what printf(3) writes; the form alone if that may need more values than there are."""
    import ctypes

    if b"*" in form or form.count(b"%") > len(values):
        return form
    text = ctypes.create_string_buffer(_MOST_SAID)
    write = ctypes.CDLL(None).snprintf
    write(text, ctypes.c_size_t(_MOST_SAID), form, *map(ctypes.c_void_p, values))
    return text.value


def _check(function: bytes, texts: Sequence[bytes | None]) -> None:
    """Raise `ValueError` or `TypeError` unless the texts are those of a function we know."""
    if function not in _TAKES or len(texts) != _TAKES[function]:
        raise ValueError("no function of libselinux that takes so many texts")
    for at, text in enumerate(texts):
        if text is None and at in _MAY_BE_NONE.get(function, ()):
            continue
        if not isinstance(text, bytes):
            raise TypeError("expected bytes")
        if b"\0" in text:
            raise ValueError("a NUL in a text for C")


def _called(library: Any, name: bytes, *arguments: Any, gives: int) -> tuple[bytes | None, ...]:
    import ctypes

    given = [ctypes.c_void_p() for _ in range(gives)]
    called = _function(library, name)
    ctypes.set_errno(0)
    result: int = called(*arguments, *map(ctypes.byref, given))
    # C: only this one has something else to say than 0.
    if result < 0 or (result != 0 and name != b"getfilecon"):
        raise _failed(name)
    return tuple(_taken(library, one) for one in given)


def _contexts(library: Any, user: bytes | None, level: bytes | None) -> tuple[bytes, ...]:
    import ctypes

    listed: Any = ctypes.POINTER(ctypes.c_char_p)()
    called = _function(library, _CONTEXTS)
    ctypes.set_errno(0)
    count: int = called(*_characters((user, level)), None, ctypes.byref(listed))
    if count < 0:
        raise _failed(_CONTEXTS)
    found = tuple(listed[at] or b"" for at in range(count))
    if listed:
        library.freeconary(listed)
    return found


def _relabelled(
    library: Any, name: bytes, subject: bytes | None, object_: bytes | None, kind: bytes | None
) -> tuple[bytes | None, ...]:
    import ctypes

    find = _function(library, b"string_to_security_class")
    find.restype = ctypes.c_ushort
    ctypes.set_errno(0)
    number = find(*_characters((kind,)))
    if number == 0:
        raise _failed(b"string_to_security_class")
    texts = (*_characters((subject, object_)), ctypes.c_ushort(number))
    return _called(library, name, *texts, gives=1)


def _taken(library: Any, place: ctypes.c_void_p) -> bytes | None:
    """Return a text that the library made, and give it back."""
    import ctypes

    if not place.value:
        return None
    text = ctypes.string_at(place.value)
    library.freecon(place)
    return text


def _characters(texts: Sequence[bytes | None]) -> list[Any]:
    import ctypes

    return [None if text is None else ctypes.c_char_p(text) for text in texts]


def _library() -> Any:
    import ctypes

    if not _loaded:
        try:
            _loaded.append(ctypes.CDLL(LIBRARY, use_errno=True))
        except OSError:
            raise OSError(errno.ENOSYS, f"there is no `{LIBRARY}`") from None
    return _loaded[0]


def _function(library: Any, name: bytes) -> Any:
    function = getattr(library, name.decode(), None)
    if function is None:
        raise OSError(errno.ENOSYS, f"libselinux has no `{name.decode()}`")
    return function


def _failed(name: bytes) -> OSError:
    import ctypes

    code = ctypes.get_errno()
    return OSError(code, os.strerror(code), name.decode())
