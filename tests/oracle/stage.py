"""Plays transactions on the system's C modules and on ours, on the same machine of their own.

A child in a private mount namespace, where `/etc`, `/var`, `/home`, `/run`, `/root` and `/srv` are
thrown away with it.  Each case lays out its files, is played by libpam with the real modules, lays
them out anew, and is played by pamkit's modules with the real stores.  What is compared is all that
can be seen: codes, messages, log lines, environment, user, delays, audit records of modules, the
groups of the process, its limits, priority, rights and root, and what became of the files that the
case watches.

What a case needs beyond that (a clock that stands still) is in the case.  Needs root.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import pty
import resource
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import pytest

from pamkit.engine.handle import Handle
from pamkit.module.registry import module_from
from pamkit.module.world import MAX_FILE
from pamkit.policy.dialect import DEBIAN, QUIRK_SETS
from pamkit.policy.parser import parse
from pamkit.stores.accounts import accounts_for
from pamkit.stores.clock import SystemClock
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.stores.system import system_outside, system_world
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message
from tests.oracle import contexts, kernel, login_manager
from tests.oracle.libpam import _CALLBACK, _Conversation, _Response

STAGE = pytest.mark.needs("libpam", "pam_unix", "root", "mount-namespace")
"""What a test needs of the machine to play here."""

SERVICE = "probe"
ASK = (("authenticate", 0),)
ACCOUNT = (("acct_mgmt", 0),)
CHANGE = (("chauthtok", 0),)
ALL = tuple((primitive.name.lower(), 0) for primitive in Primitive)

_ROOT = Path(__file__).resolve().parents[2]
_PROMPTS = (1, 2)
_LABEL = "security.selinux"
_CONV_ERR, _DELAY_ITEM = 19, 10
_NO_MORE = b"no more lines"
_PRIORITY_BITS = 7
_DELAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
_PRIMITIVES = {primitive.name.lower(): primitive for primitive in Primitive}

_PASSWD = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1::/:/usr/sbin/nologin
ftp:x:120:120::/srv/ftp:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/sh
bob:x:1001:1001:Bob:/home/bob:/bin/bash
carol:x:1002:100::/home/carol:
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
"""
_GROUP = """\
root:x:0:
daemon:x:1:
wheel:x:10:root,alice
users:x:100:bob
staff:x:50:bob,carol
ftp:x:120:
alice:x:1000:
bob:x:1001:
nogroup:x:65534:
"""
_GROUND = {
    "/etc/passwd": _PASSWD,
    "/etc/group": _GROUP,
    "/etc/nsswitch.conf": "".join(
        f"{table}: files\n" for table in ("passwd", "group", "shadow", "hosts", "netgroup")
    ),
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n192.0.2.7 far.example.org far\n",
    "/etc/host.conf": "multi on\n",
}
"""What every case finds: users, groups, hosts, and no name service but files."""

# Files of this machine that modules would find; a case that wants one lays it out.
_NOT_THERE = (
    "/etc/nologin",
    "/run/nologin",
    "/var/run/nologin",
    "/etc/securetty",
    "/etc/security/opasswd",
    "/var/log/lastlog",
    "/var/log/wtmp",
    "/var/log/btmp",
)

# What the kernel says of its consoles, in files that a case can write but not replace.
_KERNELS = ("/proc/cmdline", "/sys/class/tty/console/active", "/proc/1/limits")

_SCRIPT = """
set -e
scratch=$1; shift
mount -t tmpfs -o mode=0755 tmpfs "$scratch"
for place in /etc /var /home /run /root /srv; do
    over=$scratch$place
    mkdir -p "$over/upper" "$over/work"
    mount -t overlay -o "lowerdir=$place,upperdir=$over/upper,workdir=$over/work" overlay "$place"
done
for file in /proc/cmdline /sys/class/tty/console/active /proc/1/limits; do
    [ -e "$file" ] || continue
    cat "$file" >"$scratch/${file##*/}"
    mount --bind "$scratch/${file##*/}" "$file"
done
mkdir "$scratch/dev"
for name in null zero random urandom tty console full; do
    [ -e "/dev/$name" ] || continue
    : >"$scratch/dev/$name"
    mount --bind "/dev/$name" "$scratch/dev/$name"
done
mkdir "$scratch/dev/pts"
mount --rbind /dev/pts "$scratch/dev/pts"
ln -s pts/ptmx "$scratch/dev/ptmx"
ln -s /proc/self/fd "$scratch/dev/fd"
mount --rbind "$scratch/dev" /dev
exec "$@"
"""

# Not by -m: what is pickled must be of this module's classes, not of `__main__`'s.
_CHILD = "import sys; from tests.oracle.stage import main; main(sys.argv[1])"

_CLOCK = r"""
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
static time_t stands;
void pamkit_stand_still(long at) { stands = at; }
time_t time(time_t *out)
{
    time_t now = stands;
    if (now == 0) {
        struct timespec real;
        clock_gettime(CLOCK_REALTIME, &real);
        now = real.tv_sec;
    }
    if (out != NULL)
        *out = now;
    return now;
}
int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    (void)zone;
    if (stands == 0) {
        struct timespec real;
        clock_gettime(CLOCK_REALTIME, &real);
        out->tv_sec = real.tv_sec, out->tv_usec = real.tv_nsec / 1000;
    } else
        out->tv_sec = stands, out->tv_usec = 0;
    return 0;
}
static char records[65536];
const char *pamkit_records(void) { return records; }
void pamkit_forget_records(void) { records[0] = 0; }
static int keep(int type, const char *text, const char *user, const char *host, const char *tty,
                int granted)
{
    /* A field that is there begins with `=`. */
    size_t used = strlen(records);
    snprintf(records + used, sizeof records - used, "%d\037%s\037%s%s\037%s%s\037%s%s\037%d\036",
             type, text, user ? "=" : "", user ? user : "", host ? "=" : "", host ? host : "",
             tty ? "=" : "", tty ? tty : "", granted);
    return 1;
}
static int selinux;
void pamkit_selinux(int state) { selinux = state; }
int is_selinux_enabled(void) { return selinux > 0; }
int security_getenforce(void) { return selinux > 2 ? -1 : selinux > 1; }
/* No file: a module may have changed the root. */
int audit_open(void)
{
    return audit_missing != 0 ? (errno = audit_missing, -1) : eventfd(0, EFD_CLOEXEC);
}
int audit_log_acct_message(int fd, int type, const char *program, const char *op, const char *name,
                           unsigned id, const char *host, const char *address, const char *tty,
                           int result)
{
    (void)fd, (void)program, (void)id, (void)address;
    return keep(type, op, name, host, tty, result);
}
int audit_log_user_message(int fd, int type, const char *text, const char *host,
                           const char *address, const char *tty, int result)
{
    (void)fd, (void)address;
    return keep(type, text, NULL, host, tty, result);
}
int audit_log_user_avc_message(int fd, int type, const char *text, const char *host,
                               const char *address, const char *tty, unsigned id)
{
    (void)fd, (void)address, (void)id;
    return keep(type, text, NULL, host, tty, 0);
}
"""


class File(NamedTuple):
    """What lies at a path: bytes, a link (``to``), or with neither a directory.

    ``kind`` may be `file`, `directory`, `link`, `fifo` or `block`; ``to`` is its number, `8:1`.
    """

    data: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    kind: str = "file"
    to: str = ""
    modified: int = 0
    """When it was changed last, in seconds since 1970; 0: just now."""
    accessed: int = 0
    """When it was read last; 0: when it was changed."""
    label: str = ""
    """Its SELinux context, which is on the disk; with `contexts` it seems to have another."""


Content = str | bytes | File | None


class Case(NamedTuple):
    """One transaction, and the machine it happens on.

    ``files`` lie there when it begins; `None`: nothing lies there.  ``answers`` are given to
    prompts in turn (`None`: an empty answer pointer); then the conversation fails.  ``now``: the
    clock stands still at that many seconds since 1970.  ``terminal``: standard input is one.
    ``watch``: paths whose content at the end is part of the outcome; with `/**` behind it
    all that lies there.
    """

    policy: str
    calls: Sequence[tuple[str, int]]
    user: str | None = "alice"
    answers: Sequence[str | None] = ()
    items: Sequence[tuple[Item, str]] = ()
    environment: Sequence[str] = ()
    files: Sequence[tuple[str, Content]] = ()
    watch: Sequence[str] = ()
    uid: int = 0
    euid: int | None = None
    now: int = 0
    terminal: bool = False
    service: str = SERVICE
    groups: Sequence[int] | None = None
    """The groups of the process when it begins; `None`: those it has anyway."""
    selinux: int = 0
    """Whether SELinux seems to be off, permissive (1), enforcing (2), or does not say which (3)."""
    contexts: contexts.Contexts | None = None
    """What libselinux answers of contexts; `None`: that there are none."""
    umask: int | None = None
    """The umask of the process when it begins; `None`: the one it has anyway."""
    apart: bool = False
    """It happens in a process of its own: what it does to itself cannot be undone."""
    auditd: int | OSError = 0
    """Which process takes the audit records, or why that cannot be told; see `world.Audit`."""
    mounts: kernel.Mounts = ()
    """What seems to be mounted; nothing: what is."""
    quotas: kernel.Quotas = ()
    """Devices that seem to keep quotas."""
    variables: Sequence[tuple[str, str | None]] = ()
    """The process's own environment, as far as the case has it; `None`: not set."""
    manager: login_manager.Manager | None = None
    """How the login manager behaves, if the case has a bus of its own."""


class Seen(NamedTuple):
    """All that can be seen of a transaction."""

    codes: tuple[int, ...]
    heard: tuple[tuple[int, str], ...]
    log: tuple[tuple[int, str], ...]
    environment: tuple[str, ...]
    user: str | None
    delayed: tuple[bool, ...]
    """For each call, whether a delay was asked for; its length is a matter of chance."""
    left: tuple[tuple[str, str], ...]
    """What lies at each watched path: kind, mode, owner and bytes."""
    groups: tuple[int, ...]
    """Which groups the process has at the end."""
    audited: tuple[tuple[int, str, str | None, str | None, str | None, bool], ...]
    """The audit records of modules: kind, op, user, host, terminal, granted."""
    process: tuple[object, ...]
    """Limits by number, priority, whether programs can gain rights, a new root, and the umask."""
    session: tuple[object, ...]
    """Who logged in, what of terminals is audited, and the session keyring with what is in it."""
    quotas: tuple[tuple[int, ...], ...]
    """What became of the quotas of the case."""
    variables: tuple[tuple[str, str | None], ...]
    """What became of the variables of the case."""
    asked: tuple[login_manager.Asked, ...] = ()
    """What the login manager was asked."""
    mounted: tuple[str, ...] = ()
    """Of a case apart: what is mounted before the end that was not, and where the process is."""
    labelled: tuple[str, ...] = ()
    """Which security contexts were set, in order."""


def play(cases: Sequence[Case]) -> list[tuple[Seen, Seen]]:
    """Return, for each case, what is seen of the C modules and what of ours."""
    with tempfile.TemporaryDirectory(prefix="pamkit-stage-") as directory:
        place = Path(directory)
        (place / "scratch").mkdir()
        (place / "cases").write_bytes(pickle.dumps(list(cases)))
        done = subprocess.run(
            [
                *("unshare", "-m", "sh", "-c", _SCRIPT, "sh", str(place / "scratch")),
                *(sys.executable, "-c", _CHILD, str(place)),
            ],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            check=False,
            cwd=_ROOT,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "PYTHONPATH": os.pathsep.join((f"{_ROOT}/src", *sys.path)),
                "LC_ALL": "C.UTF-8",
                "TZ": "UTC",
                "LD_PRELOAD": str(_clock_library()),
            },
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        seen: list[tuple[Seen, Seen]] = pickle.loads(  # noqa: S301  # our own child
            (place / "seen").read_bytes()
        )
    return seen


def assert_same(
    cases: dict[str, Case],
    *,
    different: dict[str, str] | None = None,
    unsaid: Sequence[str] = (),
    only_in_c: Sequence[str] = (),
    more_audited: bool = False,
    said_anew: Mapping[str, str] | None = None,
    plain: Callable[[Seen], Seen] = lambda seen: seen,
) -> None:
    """Play cases by name; those in ``different`` must differ, the others must not.

    Log lines of ours with one of the words of ``unsaid`` are what only newer modules say; those
    of C with one of ``only_in_c`` are what only C says.  ``more_audited``: newer modules write
    audit records that C's does not.  ``said_anew``: what newer modules say in the place of C's
    messages.  ``plain`` takes out of both what is a matter of chance.
    """
    anew = said_anew or {}
    different = different or {}
    assert different.keys() <= cases.keys()
    odd = []
    for (name, case), both in zip(cases.items(), play(list(cases.values())), strict=True):
        c, ours = (
            said._replace(
                log=tuple(line for line in said.log if not any(word in line[1] for word in words))
            )
            for said, words in zip(both, (only_in_c, unsaid), strict=True)
        )
        if more_audited and set(c.audited) < set(ours.audited):
            c = c._replace(audited=ours.audited)
        c = c._replace(heard=tuple((style, anew.get(said, said)) for style, said in c.heard))
        c, ours = plain(c), plain(ours)
        if (c != ours) == (name in different):
            continue
        lines = [f"{name}: {case.policy!r} {case.user!r}"]
        if name in different:
            lines.append(f"  does not differ, though: {different[name]}")
        lines += [
            f"  {field}\n    C    {theirs!r}\n    ours {mine!r}"
            for field, theirs, mine in zip(Seen._fields, c, ours, strict=True)
            if theirs != mine
        ]
        odd.append("\n".join(lines))
    assert not odd, f"{len(odd)} of {len(cases)}:\n" + "\n".join(odd[:8])


def stack(module: str, args: str = "", control: str = "required") -> str:
    """Return a policy of one line for each facility."""
    line = f"{control} {module}.so {args}\n"
    return "".join(f"{word} {line}" for word in ("auth", "account", "password", "session"))


def _clock_library() -> Path:
    made = _compiled_clock()
    if not made.exists():  # another test's tidying
        _compiled_clock.cache_clear()
        made = _compiled_clock()
    return made


@cache
def _compiled_clock() -> Path:
    place = Path(tempfile.mkdtemp(prefix="pamkit-clock-"))
    (place / "clock.c").write_text(
        "#define _GNU_SOURCE\n" + kernel.SOURCE + contexts.SOURCE + _CLOCK
    )
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", place / "clock.so", place / "clock.c"], check=True
    )
    place.chmod(0o755)
    return place / "clock.so"


# --- in the child -------------------------------------------------------------------------------


class _Ground:
    """The files of the machine: a case lays out its own, and they are put back behind it."""

    def __init__(self) -> None:
        for path, text in _GROUND.items():
            Path(path).write_text(text)
        for path in _NOT_THERE:
            Path(path).unlink(missing_ok=True)
        Path("/etc/pam.d").mkdir(exist_ok=True)

    @contextlib.contextmanager
    def laid_out(self, files: Sequence[tuple[str, Content]]) -> Iterator[None]:
        kept = {path: _kept(Path(path)) for path, _ in files}
        try:
            for path, content in files:
                _put(Path(path), content)
            yield
        finally:
            for path, content in reversed(list(kept.items())):
                _put(Path(path), content)


def _kept(path: Path) -> Content:
    if path.is_symlink():
        return File(kind="link", to=os.readlink(path))
    if not path.exists():
        return None
    status = path.stat()
    if path.is_dir():
        # C and we leave things in directories; a case's own are made anew.
        return File(mode=status.st_mode & 0o7777, uid=status.st_uid, gid=status.st_gid, kind="kept")
    return File(path.read_bytes(), status.st_mode & 0o7777, status.st_uid, status.st_gid)


def _put(path: Path, content: Content) -> None:
    if isinstance(content, File) and content.kind == "kept":
        return
    if str(path) in _KERNELS:
        data = content.data if isinstance(content, File) else content or b""
        path.write_bytes(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    if content is None:
        return
    if not isinstance(content, File):
        content = File(
            content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    if content.kind == "link":
        path.symlink_to(content.to)
        os.chown(path, content.uid, content.gid, follow_symlinks=False)
        return
    if content.kind == "directory":
        path.mkdir()
    elif content.kind == "fifo":
        os.mkfifo(path)
    elif content.kind == "block":
        major, _, minor = content.to.partition(":")
        os.mknod(path, stat.S_IFBLK, os.makedev(int(major), int(minor)))
    else:
        path.write_bytes(content.data)
    os.chown(path, content.uid, content.gid)
    path.chmod(content.mode)
    if content.label:
        os.setxattr(path, _LABEL, os.fsencode(content.label) + b"\0")
    if content.modified:
        os.utime(path, (content.accessed or content.modified, content.modified))


def _left(paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for name in paths:
        path = Path(name.removesuffix("/**"))
        if name.endswith("/**"):
            found += [
                _lying(each) for each in (path, *sorted(path.rglob("*"))) if os.path.lexists(each)
            ]
        elif path.is_symlink():
            found.append((name, f"link to {os.readlink(path)}"))
        elif not path.exists():
            found.append((name, "nothing"))
        else:
            status = path.stat()
            said = f"{status.st_mode:o} {status.st_uid}:{status.st_gid} "
            said += repr(sorted(os.listdir(path)) if path.is_dir() else path.read_bytes())
            found.append((name, said))
    return tuple(found)


def _lying(path: Path) -> tuple[str, str]:
    """Return what lies at a path, links as they are."""
    status = path.lstat()
    said = f"{status.st_mode:o} {status.st_uid}:{status.st_gid} "
    if not path.is_symlink() and _LABEL in os.listxattr(path):
        said += os.getxattr(path, _LABEL).decode(errors="replace") + " "
    if path.is_symlink():
        said += os.readlink(path)
    elif path.is_file():
        said += repr(path.read_bytes())
    return str(path), said


@contextlib.contextmanager
def _acting_for(case: Case) -> Iterator[None]:
    terminal = -1
    if case.terminal:
        us, terminal = pty.openpty()
        os.dup2(terminal, 0)
    os.setresuid(case.uid, case.uid if case.euid is None else case.euid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        if case.terminal:
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in (us, terminal):
                os.close(descriptor)
            os.dup2(nothing, 0)
            os.close(nothing)


@contextlib.contextmanager
def _having(groups: Sequence[int] | None) -> Iterator[None]:
    """Have other groups, and afterwards those from before, whatever became of them."""
    before = os.getgroups()
    if groups is not None:
        os.setgroups(groups)
    try:
        yield
    finally:
        os.setgroups(before)


@contextlib.contextmanager
def _varying(variables: Sequence[tuple[str, str | None]]) -> Iterator[None]:
    """Have another environment, C's and Python's, whatever became of it before."""
    names = [name for name, _ in variables]
    before = [(name, os.environ.get(name)) for name in names]
    try:
        _vary(variables)
        yield
    finally:
        _vary(before)


def _vary(variables: Sequence[tuple[str, str | None]]) -> None:
    for name, value in variables:
        # Python does not see what C has changed, so each is set before it is removed.
        os.environ[name] = value or ""
        if value is None:
            del os.environ[name]


def _variables(case: Case) -> tuple[tuple[str, str | None], ...]:
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_char_p
    found = [(name, libc.getenv(name.encode())) for name, _ in case.variables]
    return tuple((name, None if value is None else os.fsdecode(value)) for name, value in found)


@contextlib.contextmanager
def _masking(mask: int | None) -> Iterator[None]:
    """Have another umask, and afterwards the one from before, whatever became of it."""
    before = os.umask(0o022)
    os.umask(before if mask is None else mask)
    try:
        yield
    finally:
        os.umask(before)


def _apart(play: Callable[[], Seen]) -> Seen:
    """Return what is seen of a case that is played in a child."""
    said, saying = os.pipe()
    child = os.fork()
    if child == 0:
        # INVARIANT: whatever happens, the child ends here.
        try:
            data = pickle.dumps(play())
            while data:
                data = data[os.write(saying, data) :]
            os._exit(0)
        except BaseException:  # noqa: BLE001  # see above
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(saying)
    with open(said, "rb") as file:
        data = file.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == 0, code
    seen: Seen = pickle.loads(data)  # noqa: S301  # our own child
    return seen


_FIRST_ROOT = os.stat("/")
_PR_GET_NO_NEW_PRIVS = 39


def _process() -> tuple[object, ...]:
    limits = tuple(resource.getrlimit(number) for number in range(16))
    may_gain = not ctypes.CDLL(None).prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
    is_new = not os.path.samestat(os.stat("/"), _FIRST_ROOT)
    root = (os.getcwd(), *sorted(os.listdir("/"))) if is_new else ()
    umask = os.umask(0o022)
    os.umask(umask)
    return limits, os.getpriority(os.PRIO_PROCESS, 0), may_gain, root, oct(umask)


class _C:
    """libpam and the real modules, in this process."""

    def __init__(self, policies: Path) -> None:
        self._policies = policies
        self._library = ctypes.CDLL("libpam.so.0")
        self._library.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
        self._libc = ctypes.CDLL(None)
        self._libc.calloc.restype = self._libc.strdup.restype = ctypes.c_void_p
        self._libc.pamkit_records.restype = ctypes.c_char_p
        self._log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._log.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        # The kernel keeps ten lines; whoever writes the next one waits for a reader.
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=self._read_log, daemon=True).start()

    def play(self, case: Case) -> Seen:
        self._logged()  # what helpers that we ran had to say
        seen = _apart(lambda: self._seen(case)) if case.apart else self._seen(case)
        return seen._replace(log=self._logged())

    def _seen(self, case: Case) -> Seen:
        library, handle = self._library, ctypes.c_void_p()
        self._libc.pamkit_forget_records()
        (self._policies / case.service).write_text(case.policy)
        heard: list[tuple[int, str]] = []
        delayed: list[bool] = []
        answers = iter(case.answers)

        def converse(count: int, messages: Any, responses: Any, _: object) -> int:
            # C: whatever escapes from here would be read as 0, which is success.
            try:
                size = ctypes.sizeof(_Response)
                block = self._libc.calloc(count, size)
                for at in range(count):
                    message = messages[at][0]
                    heard.append((message.style, message.text.decode("utf-8", "surrogateescape")))
                    if message.style in _PROMPTS:
                        answer = next(answers)
                        if answer is not None:
                            given = answer.encode("utf-8", "surrogateescape")
                            copy = self._libc.strdup(given)
                            _Response.from_address(block + at * size).text = copy
                responses[0] = block
            except BaseException:  # noqa: BLE001  # see above
                return _CONV_ERR
            return 0

        conversation = _Conversation(_CALLBACK(converse), None)
        delay = _DELAY(lambda code, usec, data: delayed.append(usec > 0))
        code = library.pam_start_confdir(
            os.fsencode(case.service),
            None if case.user is None else case.user.encode("utf-8", "surrogateescape"),
            ctypes.byref(conversation),
            os.fsencode(self._policies),
            ctypes.byref(handle),
        )
        assert code == 0, code
        library.pam_set_item(handle, _DELAY_ITEM, delay)
        for item, value in case.items:
            library.pam_set_item(handle, int(item), value.encode("utf-8", "surrogateescape"))
        for assignment in case.environment:
            library.pam_putenv(handle, assignment.encode("utf-8", "surrogateescape"))
        codes = []
        for name, flags in case.calls:
            with _acting_for(case):
                codes.append(library[f"pam_{name}"](handle, flags))
        user = ctypes.c_char_p()
        library.pam_get_item(handle, int(Item.USER), ctypes.byref(user))
        named = None if user.value is None else user.value.decode("utf-8", "surrogateescape")
        environment = tuple(self._environment(handle))
        mounted = kernel.mounted() if case.apart else ()
        library.pam_end(handle, codes[-1])
        return Seen(
            tuple(codes),
            tuple(heard),
            (),
            environment,
            named,
            tuple(delayed),
            _left(case.watch),
            tuple(sorted(set(os.getgroups()))),
            tuple(self._audited()),
            _process(),
            kernel.session(),
            kernel.left_in_c(case.quotas),
            _variables(case),
            mounted=mounted,
            labelled=contexts.changes(),
        )

    def _audited(self) -> Iterator[tuple[int, str, str | None, str | None, str | None, bool]]:
        said: str = self._libc.pamkit_records().decode("utf-8", "surrogateescape")
        for record in said.split("\036")[:-1]:
            kind, op, *fields, granted = record.split("\037")
            user, host, tty = (field[1:] if field else None for field in fields)
            if "grantors=" in op:
                continue  # libpam's own is another test's matter
            if user is None:
                op = op.removesuffix("\n")  # C hands on what libselinux writes, as a line
                op = op.replace("pam: default-context=", "pam_selinux default-context=")
                op = op.replace(" uid=", " suid=")  # up to 1.5 it was not `op=pam_faillock suid=0`
            yield int(kind), op, user, host, tty, granted != "0"

    def _environment(self, handle: ctypes.c_void_p) -> list[str]:
        found: list[str] = []
        variables = self._library.pam_getenvlist(handle)
        while (variable := variables[len(found)]) is not None:
            found.append(variable.decode("utf-8", "surrogateescape"))
        return found

    def _logged(self) -> tuple[tuple[int, str], ...]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(_NO_MORE, "/dev/log")
        lines: list[tuple[int, str]] = []
        while (datagram := self._lines.get()) != _NO_MORE:
            line = datagram.decode("utf-8", "surrogateescape")
            # C: `<priority>Mon dd hh:mm:ss program: text`
            number, _, rest = line[1:].partition(">")
            # Daemons cut the end of a line, or write out what it is.
            said = rest[16:].partition(": ")[2].rstrip("\0\n")
            # What libpam itself says, and its helpers, is another test's matter.
            if said.startswith("pam_"):
                lines.append((int(number) & _PRIORITY_BITS, said))
        return tuple(lines)

    def _read_log(self) -> None:
        while True:
            self._lines.put(self._log.recv(8192))


class _Clock(SystemClock):
    """The system's clock, until it is told to stand still."""

    def __init__(self, stands: int) -> None:
        self._stands = stands

    def now(self) -> float:
        return float(self._stands or int(time.time()))


def _selinux(case: Case) -> dict[str, bytes]:
    said = {"/proc/self/mounts": b"selinuxfs /sys/fs/selinux selinuxfs rw,relatime 0 0\n"}
    said["/proc/filesystems"] = b"nodev\tselinuxfs\n"
    if case.selinux < 3:
        said["/sys/fs/selinux/enforce"] = b"%d" % (case.selinux > 1)
    if "mls" in (case.contexts or ()):
        said["/sys/fs/selinux/mls"] = b"1"
    return said


class _Files(DiskFiles):
    """The system's files, and some of another kernel's."""

    def __init__(self, kernels: Mapping[str, bytes]) -> None:
        root = Root("/")
        super().__init__(root, accounts_for(root))
        self._kernels = kernels

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        return self._kernels.get(path) or super().read(path, limit=limit)


def _ours(case: Case) -> Seen:
    heard: list[tuple[int, str]] = []
    delayed: list[bool] = []
    answers = iter(case.answers)

    def converse(messages: tuple[Message, ...]) -> list[Answer]:
        given: list[Answer] = []
        for message in messages:
            heard.append((int(message.style), message.text))
            given.append(next(answers) if message.wants_answer else None)
        return given

    log, audit = MemoryLog(), kernel.StageAudit()
    world = system_world().changed(log=log, clock=_Clock(case.now), audit=audit)
    audit.collected_by, quotas = case.auditd, kernel.memory_quotas(case.quotas)
    world = world.changed(quotas=quotas)
    if case.mounts:
        mounted = {"/proc/self/mountinfo": kernel.mount_info(case.mounts)}
        world = world.changed(files=_Files(mounted))
    if case.selinux:
        world = world.changed(files=_Files(_selinux(case)))
    trial = Trial(
        case.policy,
        *(module_from(import_module(f"pamkit.modules.{name}")) for name in _modules(case.policy)),
        world=world,
        outside=system_outside(),
        user=case.user,
        service=case.service,
        conversation=converse,
        items=dict(case.items),
        dialect=DEBIAN,
        quirks=QUIRK_SETS["libpam-1.5"],
    )
    handle: Handle = trial.handle
    handle.delay_callback = lambda _, microseconds: delayed.append(microseconds > 0)
    for assignment in case.environment:
        handle.putenv(assignment)
    codes = []
    for name, flags in case.calls:
        with _acting_for(case):
            codes.append(int(trial.call(_PRIMITIVES[name], flags)))
    user = handle.texts.get(Item.USER)
    environment = tuple(f"{name}={value}" for name, value in handle.env.items())
    seen_mounted = kernel.mounted() if case.apart else ()
    trial.end(codes[-1])
    return Seen(
        tuple(codes),
        tuple(heard),
        tuple(
            (priority & _PRIORITY_BITS, text)
            for priority, text in log.lines
            if text.startswith("pam_")
        ),
        environment,
        user,
        tuple(delayed),
        _left(case.watch),
        tuple(sorted(set(os.getgroups()))),
        tuple(audit.records),
        _process(),
        kernel.session(),
        kernel.left(quotas),
        _variables(case),
        mounted=seen_mounted,
        labelled=contexts.changes(),
    )


def _modules(policy: str) -> set[str]:
    entries = parse(policy, SERVICE).entries
    return {entry.target.text.removesuffix(".so") for entry in entries if entry.target is not None}


@contextlib.contextmanager
def _begun(ground: _Ground, case: Case) -> Iterator[None]:
    """Have everything as it is when the case begins, and afterwards as before."""
    contexts.set_up(case.contexts or {})
    with (
        ground.laid_out(case.files),
        _having(case.groups),
        _masking(case.umask),
        _varying(case.variables),
    ):
        yield


def main(directory: str) -> None:
    """Be the child: play the cases in a directory, and write what was seen."""
    place = Path(directory)
    os.chdir("/")  # what relative paths count from, wherever the checkout is
    cases: list[Case] = pickle.loads(  # noqa: S301  # our own parent
        (place / "cases").read_bytes()
    )
    (place / "pam.d").mkdir()
    contexts.use_in_stores()
    ground, c, clock = _Ground(), _C(place / "pam.d"), ctypes.CDLL(None)
    bus = login_manager.Stage()
    clock.pamkit_stand_still.argtypes = [ctypes.c_long]
    seen = []
    for name in {name for case in cases if case.apart for name in _modules(case.policy)}:
        import_module(f"pamkit.modules.{name}")  # once, not in each child
    gc.freeze()
    kernel.keep_in_mind_what_is_mounted()
    for case in cases:
        clock.pamkit_stand_still(case.now)
        clock.pamkit_selinux(case.selinux)
        kernel.set_up_c(case.auditd, case.mounts, case.quotas)
        with _begun(ground, case):
            bus.begin(case.manager)
            theirs = c.play(case)._replace(asked=bus.asked())
        with _begun(ground, case):
            bus.begin(case.manager)
            ours = _apart(lambda: _ours(case)) if case.apart else _ours(case)  # noqa: B023  # at once
            seen.append((theirs, ours._replace(asked=bus.asked())))
    bus.end()
    (place / "seen").write_bytes(pickle.dumps(seen))
