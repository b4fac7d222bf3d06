"""Programs of this machine, asked over their sockets."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pamkit.stores.local_sockets import NoSockets, SystemSockets
from pamkit.stores.system import system_world
from pamkit.testing.local_sockets import MemorySockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.local_sockets import LocalSockets


def test_what_is_sent_arrives_and_what_comes_brings_its_descriptors(tmp_path: Path) -> None:
    path, sockets = str(tmp_path / "socket"), SystemSockets()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        ours = sockets.connect(path)
        theirs, _ = server.accept()
    with theirs, open(os.devnull, "rb") as file:
        assert ours.process() == os.getpid()
        with pytest.raises(BlockingIOError):
            ours.receive(10)
        assert ours.send(b"question") == 8
        assert theirs.recv(100) == b"question"
        socket.send_fds(theirs, [b"answer"], [file.fileno()])
        data, (came,) = ours.receive(100)
        assert (data, os.path.samestat(os.fstat(came), os.fstat(file.fileno()))) == (
            b"answer",
            True,
        )
        sockets.let_go(came)
    assert ours.receive(100) == (b"", ())
    with pytest.raises(BrokenPipeError):
        ours.send(b"is anybody there?")
    ours.close()
    ours.close()
    with pytest.raises(OSError, match=r"."):
        os.fstat(came)


def test_a_descriptor_that_the_application_closed_is_not_closed_again(tmp_path: Path) -> None:
    """Its number may be another file's by then."""
    path, sockets = str(tmp_path / "socket"), SystemSockets()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        ours = sockets.connect(path)
        theirs, _ = server.accept()
    reading, writing = os.pipe()
    with theirs:
        socket.send_fds(theirs, [b"two"], [reading, writing])
        _, (one, other) = ours.receive(10)
    ours.close()
    os.close(one)
    sockets.let_go(one)
    (tmp_path / "log").touch()
    with (tmp_path / "log").open("rb") as log:
        os.dup2(log.fileno(), other)
        sockets.let_go(other)
        assert os.path.samestat(os.fstat(other), os.fstat(log.fileno()))
    for left in (other, reading, writing):
        os.close(left)


def test_a_full_socket_is_not_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        ours = SystemSockets().connect(path)
        with pytest.raises(BlockingIOError):
            sum(ours.send(bytes(1 << 16)) for _ in range(1000))
        ours.close()


def test_nobody_is_asked_on_another_machine(tmp_path: Path) -> None:
    """Who waits on this one must not act on users of another."""
    sockets = system_world(str(tmp_path)).local_sockets
    assert isinstance(sockets, NoSockets)
    with pytest.raises(PermissionError):
        sockets.connect("/run/dbus/system_bus_socket")
    sockets.let_go(-1)


@pytest.mark.parametrize("sockets", [SystemSockets(), MemorySockets()])
def test_where_nobody_waits_nobody_is_asked(sockets: LocalSockets, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sockets.connect(str(tmp_path / "socket"))
