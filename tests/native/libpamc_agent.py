"""An agent for tests of libpamc: answers binary prompts as their data asks it to."""

import os
import sys
import time


def read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.read(0, size - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data


def write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def packet(control: int, data: bytes) -> bytes:
    return (5 + len(data)).to_bytes(4, "big") + bytes([control]) + data


def description() -> bytes:
    opened = [int(name) for name in os.listdir("/proc/self/fd")]
    others = [number for number in opened if number > 2 and is_open(number)]
    with open("/proc/self/environ", "rb") as environ:
        return b"descriptors=%s environment=%r" % (str(others).encode(), environ.read())


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


while True:
    head = read(5)
    said = read(int.from_bytes(head[:4], "big") - 5)
    word = said.rsplit(b"/", 1)[-1]
    if word == b"describe":
        write(packet(1, description()))
    elif word == b"short":
        write(b"\0\0\0\3\1")
    elif word == b"no-control":
        write(packet(0, b"left behind"))
    elif word == b"no-control-no-data":
        write(packet(0, b""))
    elif word == b"unusual-control":
        write(packet(0x46, b"secret?"))
    elif word == b"no-data":
        write(packet(3, b""))
    elif word == b"slow":
        for byte in packet(1, b"in pieces"):
            write(bytes([byte]))
            time.sleep(0.002)
    elif word == b"cut":
        write(packet(1, b"never complete")[:9])
        sys.exit(0)
    elif word == b"cut-head":
        write(b"\0\0")
        sys.exit(0)
    elif word == b"fail":
        sys.exit(3)
    elif word == b"last":
        write(packet(3, b"goodbye"))
        sys.exit(0)
    elif len(said) > 1000:
        write(packet(head[4], said))
    else:
        write(packet(1, b"%d:" % head[4] + said.upper()))
