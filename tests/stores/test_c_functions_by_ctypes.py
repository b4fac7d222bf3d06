"""Functions of the C library are looked up once, and nobody else's types are changed."""

import ctypes
import os
import threading

from pamkit.stores import c_functions_by_ctypes as libc


def test_a_function_is_looked_up_once() -> None:
    assert libc.function("prctl") is libc.function("prctl")


def test_what_the_library_does_not_have_is_none() -> None:
    libc._SIGNATURES["no_such_function"] = "int"
    try:
        assert libc.function("no_such_function") is None
    finally:
        del libc._SIGNATURES["no_such_function"]
        del libc._kept["no_such_function"]


def test_nobody_else_gets_the_types() -> None:
    ours = libc.function("setfsuid")
    assert list(ours.argtypes) == [ctypes.c_uint32]
    assert ctypes.CDLL(None).setfsuid.argtypes is None
    assert libc._library[0].setfsuid.argtypes is None


def test_each_thread_has_an_error_of_its_own() -> None:
    def fail() -> None:
        assert libc.function("syscall")(-1) == -1

    ctypes.set_errno(0)
    other = threading.Thread(target=fail)
    other.start()
    other.join()
    assert ctypes.get_errno() == 0
    fail()
    assert ctypes.get_errno() != 0


def test_the_machine_is_what_uname_says() -> None:
    assert libc.machine() == os.uname().machine
