"""Loads the library into the Python that runs this, with threads and forks; any Python from 3.6.

``in_python.py LIBRARY POLICIES plain|threads|forks|both``: ends with 0, 42 (granted) or 43.
"""

import ctypes
import os
import sys
import threading
from typing import Any, Callable  # noqa: UP035  # old Pythons too

FINE, GRANTED, BROKEN = 0, 42, 43


class Response(ctypes.Structure):
    _fields_ = (("resp", ctypes.c_void_p), ("resp_retcode", ctypes.c_int))


TALK = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.POINTER(Response)),
    ctypes.c_void_p,
)


class Conv(ctypes.Structure):
    _fields_ = (("conv", TALK), ("appdata_ptr", ctypes.c_void_p))


LIBRARY = ctypes.CDLL(sys.argv[1])
POLICIES = sys.argv[2].encode()
LIBC = ctypes.CDLL(None)
LIBC.calloc.restype = LIBC.strdup.restype = ctypes.c_void_p
LIBC.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
LIBC.strdup.argtypes = [ctypes.c_char_p]


def play(service: bytes, password: bytes) -> int:
    def talk(count: int, messages: int, responses: Any, data: int) -> int:
        block = LIBC.calloc(count, ctypes.sizeof(Response))
        answers = ctypes.cast(block, ctypes.POINTER(Response))
        for at in range(count):
            answers[at].resp = LIBC.strdup(password)
        responses[0] = answers
        return 0

    conv = Conv(TALK(talk), None)
    handle = ctypes.c_void_p()
    started = LIBRARY.pam_start_confdir(
        service, b"nobody", ctypes.byref(conv), POLICIES, ctypes.byref(handle)
    )
    if started != 0:
        return 100 + int(started)
    code = LIBRARY.pam_authenticate(handle, 0)
    LIBRARY.pam_end(handle, code)
    return int(code)


def check() -> None:
    for service, word in ((b"deny", b"right"), (b"asks", b"wrong")):
        if play(service, word) == 0:
            os._exit(GRANTED)
    code = play(b"asks", b"right")
    if code != 0:
        sys.stderr.write("refused with %d\n" % code)  # noqa: UP031  # old Pythons too
        sys.stderr.flush()
        os._exit(BROKEN)


def in_threads() -> None:
    threads = [threading.Thread(target=plainly) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_children(then: Callable[[], None]) -> None:
    for _ in range(8):
        child = os.fork()
        if child == 0:
            then()
            os._exit(FINE)
        status = os.waitpid(child, 0)[1]
        if status != 0:
            sys.stderr.write("child ended with %#x\n" % status)  # noqa: UP031  # as above
            os._exit(status >> 8 or BROKEN)


def plainly() -> None:
    for _ in range(20):
        check()


def with_forks() -> None:
    check()
    in_children(check)


def with_both() -> None:
    in_threads()
    in_children(in_threads)
    in_threads()


MANNERS = {"plain": plainly, "threads": in_threads, "forks": with_forks, "both": with_both}

if __name__ == "__main__":
    MANNERS[sys.argv[3]]()
    sys.stdout.flush()
    sys.exit(FINE)
