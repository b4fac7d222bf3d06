"""A login manager on a bus of the stage's own: what it was asked, and what it answers.

The bus is the real `dbus-daemon`.  The manager is a thread that speaks D-Bus by itself; it makes no
sessions, but answers as a case says, and keeps what it was asked.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from pamkit.formats.dbus_message import CALL, FIRST_BYTES, RETURN, Question, question, size_of
from pamkit.formats.dbus_values import decode, decode_some, encode

ADDRESS = "/run/dbus/system_bus_socket"
NAME = "org.freedesktop.login1"

_CONFIGURATION = f"""\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={ADDRESS}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
"""
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_HEAD = "yyyyuua(yv)"
_ERROR = 3
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL = 1, 2, 3, 4, 5
_DESTINATION, _SENDER, _SIGNATURE, _UNIX_FDS = 6, 7, 8, 9

Asked = tuple[str, tuple[Any, ...]]
"""The method, and what it was given."""


class Manager(NamedTuple):
    """How a login manager behaves: the bus need not be there, nor the manager on it."""

    bus: bool = True
    is_on_bus: bool = True
    leaves: bool = False
    """It hangs up when it is asked."""
    signature: str = "soshusub"
    values: Sequence[Any] = ("c1", "/org/freedesktop/login1/session/c1", "", 0, 0, "", 0, False)
    descriptors: int = 1
    error: tuple[str, str | None] | None = None
    """What it answers instead: the name of an error, and what it says."""
    release_error: tuple[str, str | None] | None = None


class Stage:
    """The bus, once a case needs it."""

    def __init__(self) -> None:
        self._daemon: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._manager: Manager | None = None
        self._asked: list[Asked] = []

    def begin(self, manager: Manager | None) -> None:
        """Have the bus and the manager as a case says."""
        self._asked.clear()
        self._manager = manager
        if manager is None:
            return
        if self._daemon is None:
            self._start()
        hidden = Path(f"{ADDRESS}.hidden")
        if hidden.exists():
            hidden.rename(ADDRESS)
        if manager.is_on_bus and self._channel is None:
            self._channel = _connected()
            Thread(target=self._serve, args=(self._channel,), daemon=True).start()
        elif not manager.is_on_bus and self._channel is not None:
            self._channel.shutdown(socket.SHUT_RDWR)
            self._channel = None
            _wait_until_nobody_has_the_name()
        if not manager.bus:
            Path(ADDRESS).rename(hidden)

    def asked(self) -> tuple[Asked, ...]:
        """Return what the manager was asked in this case."""
        return tuple(self._asked)

    def end(self) -> None:
        """Stop the bus."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def _start(self) -> None:
        Path(ADDRESS).parent.mkdir(parents=True, exist_ok=True)
        Path(ADDRESS).unlink(missing_ok=True)
        configuration = Path("/run/pamkit-bus.conf")
        configuration.write_text(_CONFIGURATION)
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"]},
            preexec_fn=_end_with_us,
        )
        for _ in range(500):
            if Path(ADDRESS).exists():
                return
            time.sleep(0.01)  # nothing tells when a socket will be there
        raise AssertionError("the bus does not start")

    def _serve(self, channel: socket.socket) -> None:
        data = b""
        while came := _received(channel):
            data += came
            while len(data) >= FIRST_BYTES and len(data) >= (size := size_of(data)):
                one, data = data[:size], data[size:]
                self._hear(channel, one)

    def _hear(self, channel: socket.socket, data: bytes) -> None:
        head, _ = decode_some(_HEAD, data, is_big=data[:1] == b"B")
        _, kind, _, _, size, serial, listed = head
        fields = {code: value[1] for code, value in listed}
        manager = self._manager
        if kind != CALL or manager is None:
            return
        values = decode(fields.get(_SIGNATURE, ""), data[len(data) - size :])
        self._asked.append((f"{fields[_INTERFACE]}.{fields[_MEMBER]}", (fields[_PATH], *values)))
        if manager.leaves:
            self._channel = None
            channel.shutdown(socket.SHUT_RDWR)
            return
        is_creation = fields[_MEMBER] == "CreateSession"
        error = manager.error if is_creation else manager.release_error
        if error is not None:
            name, said = error
            reply = _reply(
                _ERROR, serial, fields[_SENDER], "s" * (said is not None), (said,), error=name
            )
            channel.sendall(reply)
        elif is_creation:
            files = [os.open(os.devnull, os.O_RDONLY) for _ in range(manager.descriptors)]
            values = tuple(manager.values)
            reply = _reply(RETURN, serial, fields[_SENDER], manager.signature, values, len(files))
            socket.send_fds(channel, [reply], files)
            for one in files:
                os.close(one)
        else:
            channel.sendall(_reply(RETURN, serial, fields[_SENDER], "", ()))


def _end_with_us() -> None:
    """Have the kernel kill the bus, whatever ends the stage."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def _received(channel: socket.socket) -> bytes:
    try:
        return channel.recv(65536)
    except OSError:
        return b""


def _connected() -> socket.socket:
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(10)
    channel.connect(ADDRESS)
    channel.sendall(b"\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")
    lines = b""
    while lines.count(b"\r\n") < 3:
        lines += channel.recv(1)
    bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
    channel.sendall(question(Question(*bus, "Hello"), 1))
    channel.sendall(question(Question(*bus, "RequestName", "su", (NAME, 0)), 2))
    said = b""
    # The answer to the second one is a number; until it is there, so is nobody.
    while NAME.encode() not in said:
        said += channel.recv(65536)
    channel.settimeout(None)
    return channel


def _wait_until_nobody_has_the_name() -> None:
    for _ in range(500):
        listed = subprocess.run(
            ["dbus-send", f"--bus=unix:path={ADDRESS}", "--print-reply",
             "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
             f"string:{NAME}"],
            capture_output=True, check=False,
        )  # fmt: skip
        if b"false" in listed.stdout:
            return
        time.sleep(0.01)  # the bus notices when it does
    raise AssertionError("the bus believes that the manager is there")


def _reply(
    kind: int,
    serial: int,
    to: str,
    signature: str,
    values: Sequence[Any],
    descriptors: int = 0,
    error: str = "",
) -> bytes:
    body = encode(signature, values if signature else ())
    fields: list[tuple[int, tuple[str, object]]] = [
        (_REPLY_SERIAL, ("u", serial)),
        (_DESTINATION, ("s", to)),
    ]
    if signature:
        fields.append((_SIGNATURE, ("g", signature)))
    if descriptors:
        fields.append((_UNIX_FDS, ("u", descriptors)))
    if error:
        fields.append((_ERROR_NAME, ("s", error)))
    head = encode(_HEAD, (ord("l"), kind, 0, 1, len(body), 1000 + serial, tuple(fields)))
    return head + bytes(-len(head) % 8) + body
