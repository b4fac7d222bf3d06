"""Files of policies that the kernel watches: one question says whether any of them has changed.

inotify(7) tells of changes of files and directories, and poll(2) on the table of mounts tells of
mounts.  Both hang in one epoll(7), so that one system call asks for both.  A second one asks where
`/` leads: to a thread that has another root, or other mounts, nothing of this means anything.

What is watched for a name is all that decides where it leads and what is there: each directory on
the way, each symbolic link, the file; where something is missing, the directory that it would come
to be in.  It is watched first, and looked at after that, so that no change falls in between.

INVARIANT: "nothing has changed" is never said by mistake.
- News stay where all threads see them until they were dealt with: the kernel writes them into
  slots that an answer without news does not reach.
- The answer without news is no silence.  It names both sources by numbers that nobody else has: a
  program may close all descriptors, and get the same ones for other files.
- A child after fork(2) shares the sources with its parent, and must not take what is for another.
  The page that says how many slots there are is empty there, and the kernel refuses to answer
  into none.
- What is unknown, what was lost, what went wrong is news.

inotify does not tell of what is written through a mapping in memory, or by asynchronous I/O of the
kernel.  Such a change is seen when the writer closes the file.
"""

from __future__ import annotations

import _thread
import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Node = tuple[int, bytes] | None
    """What there is under a name: its watch, and where it leads if it is a link."""

_TOLD = frozenset(
    {
        0xEF53,  # ext2, ext3, ext4
        0x58465342,  # xfs
        0x9123683E,  # btrfs
        0x01021994,  # tmpfs
        0x858458F6,  # ramfs
        0xF2F52010,  # f2fs
        0x73717368,  # squashfs
        0xE0F5E1E2,  # erofs
        0xCA451A4E,  # bcachefs
    }
)
"""C: `f_type` of statfs(2), of file systems that only system calls of this kernel change.

Not so overlayfs, whose layers others can change, zfs, which can be rolled back, and what is far.
"""

# C: of <sys/inotify.h>
_MODIFY, _ATTRIB, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _DONT_FOLLOW = 0x400, 0x800, 0x2000000
_ITSELF = _ATTRIB | _DELETE_SELF | _MOVE_SELF | _DONT_FOLLOW
_OF_FILE = _ITSELF | _MODIFY | _CLOSE_WRITE
_OF_OTHERS = _ITSELF | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
"""What is told of a regular file, and of directories, links and devices."""

_HEAD = 16  # C: sizeof(struct inotify_event), without a name
_OVERFLOW = -1
"""C: the watch of the event that says that events were lost."""

_IN, _PRI, _ONCE = 0x1, 0x2, 1 << 31  # C: EPOLLIN, EPOLLPRI, EPOLLET
_ADD, _CHANGE = 1, 3  # C: EPOLL_CTL_ADD, EPOLL_CTL_MOD
_UNREAD = 0x541B  # C: FIONREAD
_WIPE_ON_FORK = 18  # C: MADV_WIPEONFORK
_HERE, _DONT_ASK, _INODE_AND_MOUNT = -100, 0x4000, 0x1100
"""C: AT_FDCWD, AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID."""

_STATX_WORDS, _MASK, _INODE, _MOUNT = 32, 0, 4, 18
"""C: where `struct statx`, as words of 64 bits, has stx_mask, stx_ino and stx_mnt_id."""

_STATFS_SIZE = 256  # C: more than sizeof(struct statfs)
_MOUNTS = b"/proc/thread-self/mountinfo"

_PAGE = 4096
_ROOM = 128
_SLOTS, _TAKEN, _MOST = 1 * _ROOM, 2 * _ROOM, 3 * _ROOM
"""Where on the page the slots are, where what was taken from them, and how many there are.

Before them the page is empty.
"""

_SOURCES = 4
"""Two, and each of them once more for its news."""

_TRIES = 64
_MOST_LINKS = 40
_MOST_NAMES = 1 << 16
_MOST_MADE = 16
"""How often one process makes a watch: whoever closes it again and again has none in the end."""

_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})


class PolicyWatch:
    """Watches files for one process; threads may share it."""

    __slots__ = (
        "_add",
        "_buffer",
        "_control",
        "_epoll",
        "_head",
        "_images",
        "_inotify",
        "_is_home",
        "_layout",
        "_lock",
        "_many",
        "_most",
        "_mounts",
        "_names",
        "_numbers",
        "_page",
        "_remove",
        "_slots",
        "_statfs",
        "_wait",
        "era",
        "is_quiet",
    )

    era: object
    """Another one after each change of what is watched."""

    is_quiet: Callable[[], bool]
    """Whether nothing has happened that has yet to be dealt with: `era`, read after that, holds."""

    def __init__(self) -> None:
        """Watch nothing yet.

        Raises `OSError` where the machine gives no more of what is needed, `AttributeError` or
        `ImportError` where it has none of it.
        """
        import ctypes
        import struct
        from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap

        has_lock = getattr(sys, "_is_gil_enabled", None)
        if has_lock is not None and not has_lock():
            raise OSError(errno.ENOSYS, "threads run at the same time")
        library, held = ctypes.CDLL(None, use_errno=True), ctypes.PyDLL(None)

        def raising(function: Any) -> Callable[..., int]:
            def call(*arguments: Any) -> int:
                answer: int = function(*arguments)
                if answer < 0:
                    raise OSError(ctypes.get_errno(), function.__name__)
                return answer

            return call

        self._add = raising(library.inotify_add_watch)
        self._remove: Any = library.inotify_rm_watch
        self._control = raising(library.epoll_ctl)
        self._statfs = raising(library.statfs)
        self._buffer: Callable[[int], Any] = ctypes.create_string_buffer
        self._wait: Any = held.epoll_wait
        self._head = struct.Struct("=iIII")
        # C: one kind of machine has no gap in `struct epoll_event`.
        self._layout = struct.Struct("=I8s" if os.uname().machine == "x86_64" else "=I4x8s")
        self._numbers = tuple(os.urandom(8) for _ in range(_SOURCES))
        first, second = (self._layout.pack(_IN, number) for number in self._numbers[:2])
        self._images = tuple(both.ljust(_ROOM, b"\0") for both in (first + second, second + first))
        self._names: dict[int, set[bytes]] = {}
        self._many = 0
        self._lock = _thread.allocate_lock()
        self.era = object()
        self._page = mmap(-1, _PAGE, flags=MAP_PRIVATE | MAP_ANONYMOUS)
        self._page.madvise(_WIPE_ON_FORK)
        self._most = ctypes.c_int.from_buffer(self._page, _MOST)
        self._slots: Any = ctypes.byref(ctypes.c_char.from_buffer(self._page, _SLOTS))
        self._inotify = self._mounts = self._epoll = -1
        try:
            self._inotify = raising(library.inotify_init1)(os.O_CLOEXEC | os.O_NONBLOCK)
            self._mounts = os.open(_MOUNTS, os.O_RDONLY | os.O_CLOEXEC)
            self._epoll = raising(library.epoll_create1)(os.O_CLOEXEC)
            self._is_home = _question_of_home(held.statx, ctypes.c_uint64 * _STATX_WORDS)
            self._plant()
            self._hang()
            self.is_quiet = self._question()
            self._most.value = 2 * _SOURCES
            # What was planted has to be the first news: so we know that news are told.
            if self._wait(self._epoll, self._slots, self._most, 0) != _SOURCES:
                raise OSError(errno.ENOSYS, "news are not told")
            self._page.move(_SLOTS, 0, _ROOM)
            if not self.is_quiet():
                raise OSError(errno.ENOSYS, "quiet is not told")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of what nobody else has seen yet: later, the descriptors may be others'."""
        self._most.value = 0
        for descriptor in (self._inotify, self._mounts, self._epoll):
            if descriptor >= 0:
                os.close(descriptor)

    @property
    def is_lost(self) -> bool:
        """Whether it tells nothing any more: it is a parent's, or was closed by the program."""
        return self._most.value == 0

    def arm(self, mark: list[Any], names: Iterable[bytes], holds: Callable[[], bool]) -> bool:
        """Watch files, and write the era into a mark if they are as ``holds`` says.

        For as long as the era is that one, and it is quiet, they are as they were.  Returns whether
        that was done; it never waits for another thread.
        """
        if not self._lock.acquire(False):
            return False
        try:
            if not self._is_home() or not self._catch_up():
                return False
            era = self.era
            seen: dict[bytes, Node] = {}
            for name in names:
                self._walk(name, seen)
            if not holds():
                return False
            if not self.is_quiet() and not self._catch_up():
                return False
            mark[0] = era
        except (OSError, ValueError):
            return False
        finally:
            self._lock.release()
        return True

    def _question(self) -> Callable[[], bool]:
        """Return `is_quiet`, with all that it needs at hand."""
        wait, epoll, slots, most = self._wait, self._epoll, self._slots, self._most
        page, images, is_home = self._page, self._images, self._is_home
        begin, end = _SLOTS, _SLOTS + _ROOM

        def is_quiet() -> bool:
            return wait(epoll, slots, most, 0) == 2 and page[begin:end] in images and is_home()

        return is_quiet

    def _plant(self) -> None:
        """Leave an event unread: a source that always has one can be told from one that is gone."""
        self._remove(self._inotify, self._add(self._inotify, _MOUNTS, _ATTRIB))

    def _hang(self) -> None:
        """Hang the sources into the epoll: once to be named each time, and once for their news."""
        numbers = iter(self._numbers)
        for descriptor in (self._inotify, self._mounts):
            event = self._layout.pack(_IN, next(numbers))
            self._control(self._epoll, _ADD, descriptor, event)
        for descriptor, events in ((self._inotify, _IN), (self._mounts, _IN | _PRI)):
            again = os.dup(descriptor)
            try:
                event = self._layout.pack(events | _ONCE, next(numbers))
                # C: it stays for as long as the file is open under any number.
                self._control(self._epoll, _ADD, again, event)
            finally:
                os.close(again)

    def _is_ours(self) -> bool:
        """Whether the descriptors are those that we made; empty the slots first."""
        if self._wait(self._epoll, self._slots, self._most, 0) < 2:
            return False
        slots = self._page[_SLOTS : _SLOTS + _ROOM]
        if not all(number in slots for number in self._numbers[:2]):
            return False
        try:
            named = ((self._inotify, self._numbers[0]), (self._mounts, self._numbers[1]))
            for descriptor, number in named:
                event = self._layout.pack(_IN, number)
                self._control(self._epoll, _CHANGE, descriptor, event)
        except OSError:
            return False
        return True

    def _catch_up(self) -> bool:
        """Deal with all news, and return whether none was about what is watched.

        Raises `OSError` if that cannot be known, and what is watched is lost.
        """
        era, self.era = self.era, object()  # nobody is served meanwhile
        changed = self._many > _MOST_NAMES
        for _ in range(_TRIES):
            # One call, with the lock of the interpreter held: nothing comes between the copy of
            # the slots and their emptying.
            self._page.move(_SLOTS, 0, 2 * _ROOM)
            changed |= self._numbers[3] in self._page[_TAKEN : _TAKEN + _ROOM]
            if not self._is_ours():
                self._most.value = 0
                break
            if self._unread() != _HEAD:
                changed |= self._read()
                self._plant()
            elif changed and self._names:
                self._forget()
            elif self.is_quiet():
                self.era = object() if changed else era
                return not changed
        raise OSError(errno.EIO, "news never end")

    def _unread(self) -> int:
        """Return how many bytes there are to read."""
        from fcntl import ioctl

        return int.from_bytes(ioctl(self._inotify, _UNREAD, bytes(4)), sys.byteorder)

    def _read(self) -> bool:
        """Read what was told; return whether any of it is about what is watched."""
        changed = False
        while True:
            try:
                data = os.read(self._inotify, 1 << 16)
            except BlockingIOError:
                return changed
            at = 0
            while at < len(data):
                watch, _, _, size = self._head.unpack_from(data, at)
                at += _HEAD + size
                changed = changed or self._is_news(watch, data[at - size : at].rstrip(b"\0"))

    def _is_news(self, watch: int, name: bytes) -> bool:
        if watch == _OVERFLOW:
            return True
        names = self._names.get(watch)
        if names is None:  # what was planted, and what is watched no more
            return False
        # Without a name it is the watched file itself.  There are file systems where capital
        # letters make no other name.
        return not name or not name.isascii() or name.lower() in names

    def _forget(self) -> None:
        for watch in self._names:
            self._remove(self._inotify, watch)
        self._names.clear()
        self._many = 0

    def _walk(self, name: bytes, seen: dict[bytes, Node]) -> None:
        """Watch all on the way to a file; `OSError` if it cannot be.

        INVARIANT: a name is looked up when its directory is watched already.  So whatever comes in
        between is told, and one walk is enough.
        """
        if not name.startswith(b"/") or b"\0" in name:
            raise OSError(errno.EINVAL, "it is another file elsewhere")
        place, links, ahead = b"", 0, name.split(b"/")[::-1]
        self._node(b"/", seen)
        while ahead:
            step = ahead.pop()
            if step in (b"", b"."):
                continue
            if step == b"..":
                place = place.rpartition(b"/")[0]
                continue
            self._expect(seen[place or b"/"], step)
            there = place + b"/" + step
            node = self._node(there, seen)
            if node is None:
                return
            _, target = node
            if not target:
                place = there
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, "it leads nowhere")
            if target.startswith(b"/"):
                place = b""
            ahead += target.split(b"/")[::-1]

    def _expect(self, directory: Node, name: bytes) -> None:
        """Take what happens to a name in a directory for news."""
        names = self._names[directory[0]] if directory else set()
        if name.lower() not in names:
            names.add(name.lower())
            self._many += 1

    def _node(self, here: bytes, seen: dict[bytes, Node]) -> Node:
        """Watch one file, directory or link; `None` if it is missing."""
        if here in seen:
            return seen[here]
        try:
            kind = stat.S_IFMT(os.lstat(here).st_mode)
        except OSError as error:
            if error.errno not in _MISSING:
                raise
            seen[here] = None
            return None
        is_link = kind == stat.S_IFLNK
        if not is_link:
            self._require_told(here)
        # What is written to a device is no change of it.
        events = _OF_FILE if kind == stat.S_IFREG else _OF_OTHERS
        watch = self._add(self._inotify, here, events)
        self._names.setdefault(watch, set())
        seen[here] = (watch, os.readlink(here) if is_link else b"")
        return seen[here]

    def _require_told(self, here: bytes) -> None:
        """Raise `OSError` for a file on a file system of which not all is told."""
        answer = self._buffer(_STATFS_SIZE)
        self._statfs(here, answer)
        if int.from_bytes(answer.raw[:4], "little") not in _TOLD:
            raise OSError(errno.ENOTSUP, "others may change it")


def _question_of_home(statx: Any, room: Callable[[], Any]) -> Callable[[], bool]:
    """Return what tells whether `/` leads where it leads now, for the thread that asks.

    Raises `OSError` if the kernel does not say.
    """
    first = room()
    if statx(_HERE, b"/", _DONT_ASK, _INODE_AND_MOUNT, first):
        raise OSError(errno.ENOSYS, "there is no root")
    if first[_MASK] & _INODE_AND_MOUNT != _INODE_AND_MOUNT:
        raise OSError(errno.ENOSYS, "mounts have no number")
    inode, mount = first[_INODE], first[_MOUNT]
    spare = [first]

    def is_home() -> bool:
        # Each call has room of its own: threads can have roots of their own.
        try:
            answer = spare.pop()
        except IndexError:
            answer = room()
        if statx(_HERE, b"/", _DONT_ASK, _INODE_AND_MOUNT, answer):
            return False
        found: bool = answer[_INODE] == inode and answer[_MOUNT] == mount
        spare.append(answer)
        return found

    return is_home


_shared: list[PolicyWatch] = []
_makers: list[int] = []
"""Processes, once for each watch that they made."""


def process_watch() -> PolicyWatch | None:
    """Return the watch of this process, and make it if there is none; `None` if there cannot be."""
    if _shared and not _shared[0].is_lost:
        return _shared[0]
    process = os.getpid()
    if _makers.count(process) >= _MOST_MADE:
        return None
    try:
        made = PolicyWatch()
    except (AttributeError, ImportError, OSError, ValueError):
        return None
    _makers.append(process)
    _shared[:] = [made]
    return made
