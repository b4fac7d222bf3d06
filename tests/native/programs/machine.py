"""A private machine: this one's programs, its own /etc and accounts, and any libpam.

Made inside `unshare`: nothing that happens here is seen outside.  What is not covered by a file
system of the machine's own is read-only.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.native.programs.accounts import ACCOUNTS, Book
from tests.native.programs.journal import Journal

#: The namespaces a machine is made in; the command to run in it follows.
UNSHARE = (
    "unshare",
    "--mount",
    "--pid",
    "--net",
    "--uts",
    "--ipc",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation=private",
)

LIBRARIES = ("libpam.so.0", "libpam_misc.so.0")

_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC = 1, 32, 4096, 16384

# Copied, so that what the packages laid there is there and may be changed.
_COPIED = ("/etc", "/var/spool", "/var/log", "/var/mail")
_EMPTY = ("/run", "/tmp", "/var/tmp", "/root", "/home", "/var/lib/sudo", "/var/lib/dovecot")
# Put back before each check, as are the accounts and what programs remember of users.
_CHANGED_BY_CHECKS = (
    Path("/etc/pam.d"),
    Path("/etc/cron.d"),
    Path("/etc/security/limits.d"),
    Path("/etc/environment"),
    Path("/var/spool/cron/crontabs"),
)
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


class Subject(NamedTuple):
    """The library to judge: a built directory (None: the system's own), perhaps with one lie."""

    built: Path | None = None
    # The function `pam_authenticate` is overwritten to give this, in a copy.
    authenticate: int | None = None
    # Whether even modules that exist in Python are the native ones of the system.
    native: bool = False


class Machine:
    """The machine as a check sees it."""

    def __init__(self, subject: Subject, *, keep: Sequence[Path]) -> None:
        self.log = ""
        self._daemons: set[int] = set()
        libraries = _libraries(subject)
        _cover(keep=keep, built=subject.built)
        _bind_libraries(libraries)
        if subject.native:
            Path("/etc/pamkit.conf").write_text("modules = native\n")
        _bring_up_network()
        self._book = Book.read()
        self._files = _read(_CHANGED_BY_CHECKS)
        self.journal = Journal(Path("/run/journal"))
        self._daemons.add(self.journal.pid)

    def reset(self) -> None:
        """Put back what a check may have changed."""
        self._book.write()
        _restore(_CHANGED_BY_CHECKS, self._files)
        _empty(Path("/home"))
        _empty(Path("/tmp"))
        for account in ACCOUNTS:
            _make_home(account.name, account.uid)
        for place in ("/etc/nologin", "/run/nologin", "/etc/securetty"):
            Path(place).unlink(missing_ok=True)
        for place in ("/run/sudo", "/var/lib/sudo", "/run/doas"):
            _empty(Path(place))
        for name, mode in (("wtmp", 0o664), ("btmp", 0o660), ("lastlog", 0o664)):
            _write(Path("/var/log", name), "", mode)
        _write(Path("/run/utmp"), "", 0o664)
        self.settle()
        self.journal.lines()

    def settle(self) -> None:
        """Wait until nobody is at work but the daemons, so that their log lines are in."""
        end = time.monotonic() + 10
        while time.monotonic() < end and self._working():
            time.sleep(0.01)
        for pid in self._working():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def daemon(
        self, *command: str, port: int | None = None, environment: Mapping[str, str] | None = None
    ) -> Iterator[None]:
        """Keep a daemon running; with a port, wait until it listens."""
        output = Path("/run/daemon")
        with output.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd="/",
                env=dict(environment or {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._daemons.add(process.pid)
        try:
            if port is not None:
                _wait_for_port(port, process)
            yield
            self.settle()
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._daemons.discard(process.pid)
            self.log = output.read_text(errors="replace")

    def adopt(self, pid: int) -> None:
        """Count a process as a daemon: nobody waits for its end."""
        self._daemons.add(pid)

    def _working(self) -> list[int]:
        pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
        return [pid for pid in pids if pid not in (1, *self._daemons) and _is_alive(pid)]


def outside(paths: Sequence[Path]) -> list[Path]:
    """Give those of `paths` that the machine would cover, and which must be seen through."""
    return [
        path
        for path in dict.fromkeys(paths)
        if any(path.is_relative_to(place) for place in (*_EMPTY, *_COPIED))
    ]


# --- file systems --------------------------------------------------------------------------------


def _mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [word.encode() for word in (source, target, kind)]
    if libc.mount(*words, ctypes.c_ulong(flags), data.encode() or None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount: {os.strerror(number)}", target)


def _cover(*, keep: Sequence[Path], built: Path | None) -> None:
    kept = {path: os.open(path, os.O_PATH) for path in outside(keep)}
    libraries = (
        {}
        if built is None
        else {file.name: file.read_bytes() for file in built.iterdir() if file.is_file()}
    )
    for place in _COPIED:
        if os.path.isdir(place):
            _cover_with_copy(place)
    for place in _EMPTY:
        if os.path.isdir(place):
            mode = "1777" if place.endswith("tmp") else "0755"
            _mount("tmpfs", place, "tmpfs", data=f"mode={mode}")
    _cover_devices()
    for path, descriptor in kept.items():
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", str(path), "", _MS_BIND | _MS_REC)
        os.close(descriptor)
    if built is not None:
        # Files of root that anybody may read, on a path that anybody may walk: as if installed.
        built.mkdir(parents=True, exist_ok=True)
        _mount("tmpfs", str(built), "tmpfs", data="mode=0755")
        for name, content in libraries.items():
            _write(built / name, content, 0o755)
    _mount("", "/", "", _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    _furnish()


def _cover_with_copy(place: str) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_DIRECTORY)
    _mount("tmpfs", place, "tmpfs", data="mode=0755")
    subprocess.run(
        ["cp", "-a", f"/proc/self/fd/{descriptor}/.", place],
        pass_fds=[descriptor],
        check=True,
    )
    os.close(descriptor)


def _cover_devices() -> None:
    """A /dev of our own: /dev/log lies there, and the terminals are numbered from 0."""
    nodes = {name: os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    _mount("tmpfs", "/dev", "tmpfs", data="mode=0755")
    for name, descriptor in nodes.items():
        Path("/dev", name).touch()
        _mount(f"/proc/self/fd/{descriptor}", f"/dev/{name}", "", _MS_BIND)
        os.close(descriptor)
    for name in ("pts", "shm"):
        Path("/dev", name).mkdir()
    _mount("devpts", "/dev/pts", "devpts", data="newinstance,ptmxmode=0666,mode=0620,gid=5")
    _mount("tmpfs", "/dev/shm", "tmpfs", data="mode=1777")
    os.symlink("pts/ptmx", "/dev/ptmx")
    os.symlink("/proc/self/fd", "/dev/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"/dev/{name}")


def _furnish() -> None:
    Path("/etc/environment").touch()
    for place in ("/run/sshd", "/run/vsftpd/empty", "/run/user", "/run/sudo", "/run/dovecot"):
        Path(place).mkdir(parents=True, exist_ok=True)
    os.mkdir("/run/lock")
    os.chmod("/run/lock", 0o1777)
    socket.sethostname("machine")
    _write(Path("/etc/hosts"), "127.0.0.1 localhost machine\n", 0o644)
    _write(Path("/etc/hostname"), "machine\n", 0o644)
    _write(Path("/etc/nsswitch.conf"), "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
    _write(Path("/etc/default/locale"), "LANG=C.UTF-8\n", 0o644)
    _write(Path("/etc/motd"), "message of the day\n", 0o644)


def _make_home(name: str, uid: int) -> None:
    home = Path("/home", name)
    home.mkdir(mode=0o755)
    # The prompt tells who is there, in the same words each time.
    (home / ".bash_profile").write_text("PS1='[shell of \\u]'\n")
    os.chown(home, uid, uid)


def _empty(place: Path) -> None:
    if not place.is_dir():
        return
    for entry in place.iterdir():
        if any(_mounts_below(entry)):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _read(places: Sequence[Path]) -> dict[Path, bytes]:
    return {file: file.read_bytes() for place in places for file in _files_of(place)}


def _restore(places: Sequence[Path], files: Mapping[Path, bytes]) -> None:
    for file, content in _read(places).items():
        if file not in files:
            file.unlink()
        elif files[file] != content:
            file.write_bytes(files[file])


def _files_of(place: Path) -> list[Path]:
    inside = place.iterdir() if place.is_dir() else iter([place])
    return [file for file in inside if file.is_file()]


def _mounts_below(place: Path) -> Iterator[str]:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        if Path(line.split()[1]).is_relative_to(place):
            yield line


def _write(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)


# --- the library to judge ------------------------------------------------------------------------


def system_library(name: str) -> Path:
    """Find the file that programs of this machine get when they ask for the library `name`."""
    for pattern in ("usr/lib/*-linux-*", "lib/*-linux-*", "usr/lib64", "lib64", "usr/lib", "lib"):
        for found in Path("/").glob(f"{pattern}/{name}"):
            return found.resolve()
    raise FileNotFoundError(name)


def _libraries(subject: Subject) -> dict[Path, Path | bytes]:
    """Give, for each file of the system, what is to stand in its place."""
    places = {name: system_library(name) for name in LIBRARIES}
    files = dict(places)
    if subject.built is not None:
        files["libpam.so.0"] = subject.built / "libpam.so.0"
        # Either library works with the other's own; which of ours there are is the builder's say.
        files |= {n: subject.built / n for n in LIBRARIES if (subject.built / n).exists()}
    content: dict[Path, Path | bytes] = {places[name]: files[name] for name in LIBRARIES}
    if subject.authenticate is not None:
        lying = answering(files["libpam.so.0"], "pam_authenticate", subject.authenticate)
        content[places["libpam.so.0"]] = lying
    return content


def answering(library: Path, function: str, answer: int) -> bytes:
    """Give the bytes of `library` with `function` overwritten to return `answer` at once."""
    loaded = ctypes.CDLL(str(library))
    address = ctypes.cast(getattr(loaded, function), ctypes.c_void_p).value or 0
    code = _returning(answer)
    image = bytearray(library.read_bytes())
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, _, offset, *_ = line.split()
        start, end = (int(word, 16) for word in span.split("-"))
        if start <= address < end:
            at = address - start + int(offset, 16)
            image[at : at + len(code)] = code
            return bytes(image)
    raise LookupError(function)


def _returning(answer: int) -> bytes:
    match os.uname().machine:
        case "x86_64":
            return b"\xb8" + struct.pack("<i", answer) + b"\xc3"
        case "aarch64":
            return struct.pack("<II", 0x52800000 | (answer << 5), 0xD65F03C0)
        case other:
            raise NotImplementedError(other)


def _bind_libraries(libraries: Mapping[Path, Path | bytes]) -> None:
    for number, (place, new) in enumerate(libraries.items()):
        if isinstance(new, bytes):
            file = Path(f"/run/library-{number}")
            _write(file, new, 0o755)
        else:
            file = new
        if file != place:
            _mount(str(file), str(place), "", _MS_BIND)


# --- network and processes -----------------------------------------------------------------------


def _bring_up_network() -> None:
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sH14x", b"lo", flags | up))


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    # Looked up and not tried: a connection would leave lines in the log.
    wanted = f":{port:04X} "
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        for table in ("tcp", "tcp6"):
            text = Path("/proc/net", table).read_text()
            if any(wanted in line and " 0A " in line for line in text.splitlines()):
                return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listens on port {port}: {Path('/run/daemon').read_text()}")


def _is_alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"
