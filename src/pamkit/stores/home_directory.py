"""Makes home directories, behind `world.Homes`: from open directory to open directory.

Nothing is done by path: what was made is what is filled and, last of all, given to the user.  Until
then only root can enter it, so that nobody can put a link or another directory in the way.
"""

from __future__ import annotations

import errno
import os
import stat

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.module.world import Account
    from pamkit.stores.root import Root

    Sources = tuple[tuple[int, str], ...]
    """Open directories and their paths; what the first has counts."""

_MOST_LINKS = 40
_MOST_TRIES = 40
_DEEPEST = 64
"""How many directories of a skeleton may lie one in the other; each takes descriptors."""

_NOBODYS = 0xFFFFFFFF
"""C: with all ones chown(2) changes nothing."""

_FILE_SIZE = 1  # C: RLIMIT_FSIZE
_PIECE = 1 << 16

_PASS = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class DiskHomes:
    """Home directories below a root."""

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Serve what is below ``root``."""
        self._root = root

    def make(self, account: Account, *, skeletons: tuple[str, ...], mode: int, mask: int) -> None:
        """Make the home of an account, and fill it; see `world.Homes`."""
        if _NOBODYS in (account.uid, account.gid):
            raise _failed(f"unable to change perms on directory {account.home}", errno.EINVAL)
        path, names = account.home, _names(account.home)
        parent = self._enter(path, names[:-1])
        try:
            home = _made(parent, bytes_of(names[-1]), path)
            try:
                self._fill(home, account, skeletons, mode, mask)
            finally:
                _let_go((home,))
        finally:
            _let_go((parent,))

    def _fill(
        self, home: int, account: Account, skeletons: tuple[str, ...], mode: int, mask: int
    ) -> None:
        filling = _Filling(account, mask)
        opened: list[tuple[int, str]] = []
        fault = None
        try:
            try:
                for path in skeletons:
                    opened.append((self._skeleton(path), path))
            except OSError as odd:
                fault = odd
            # C: without a skeleton the user has an empty home, at the next login.
            filling.fill(home, account.home, () if fault else tuple(opened), mode)
        finally:
            _let_go(source for source, _ in opened)
        if fault is not None:
            raise fault

    def _skeleton(self, path: str) -> int:
        try:
            return self._root.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as fault:
            raise _failed(f"unable to read directory {path}", fault) from None

    def _enter(self, path: str, names: list[str]) -> int:
        """Return the directory that the home will lie in; what is missing of the way is made.

        A link is followed if it is root's or our own, and what it leads to must be there.
        """
        pending = [(bytes_of(name), False) for name in reversed(names)]
        trail = [os.open(bytes_of(self._root.path), _PASS | os.O_DIRECTORY)]
        links = tries = 0
        try:
            while pending:
                name, is_linked = pending.pop()
                if name in (b"", b"."):
                    continue
                if name == b"..":
                    if len(trail) > 1:
                        os.close(trail.pop())
                    continue
                try:
                    # Asked for as a directory, as it is only then that autofs(5) mounts it.
                    trail.append(os.open(name, _PASS | os.O_DIRECTORY, dir_fd=trail[-1]))
                except FileNotFoundError:
                    tries += 1
                    if is_linked or tries > _MOST_TRIES:
                        raise
                    _make_parent(trail[-1], name)
                    pending.append((name, False))
                except NotADirectoryError:
                    links += 1
                    if links > _MOST_LINKS:
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
                    target = _link(trail[-1], name)
                    while target[:1] == b"/" and len(trail) > 1:
                        os.close(trail.pop())
                    pending += [(part, True) for part in reversed(target.split(b"/"))]
            return trail.pop()
        except OSError as fault:
            raise _failed(f"unable to create directory {path}", fault) from None
        finally:
            _let_go(trail)


class _Filling:
    """What becomes of skeletons: whose it is to be, and which permissions are taken away."""

    __slots__ = ("_gid", "_mask", "_room", "_uid")

    def __init__(self, account: Account, mask: int) -> None:
        self._uid, self._gid, self._mask = account.uid, account.gid, mask
        self._room = _room()

    def fill(self, made: int, path: str, sources: Sources, mode: int, *, depth: int = 1) -> None:
        """Fill a new directory from others, of which the first counts most, and give it away."""
        fault = None
        try:
            for at, (source, named) in enumerate(sources):
                for name in _listed(source, named):
                    self._copy(name, made, path, sources[at:], mode, depth)
        except OSError as odd:
            fault = odd  # C: the user gets what there is, and the login fails
        try:
            os.fchmod(made, mode)
            os.fchown(made, self._uid, self._gid)
        except OSError as odd:
            raise _failed(f"unable to change perms on directory {path}", odd) from None
        if fault is not None:
            raise fault

    def _copy(
        self, name: bytes, made: int, path: str, sources: Sources, mode: int, depth: int
    ) -> None:
        """Copy an entry of the first source, unless there is one of that name by now."""
        source, named = sources[0]
        try:
            status = os.stat(name, dir_fd=source, follow_symlinks=False)
        except FileNotFoundError:
            return  # by now
        except OSError as fault:
            words = f"unable to open or stat src file {named}/{text_of(name)}"
            raise _failed(words, fault) from None
        below = f"{path}/{text_of(name)}"
        try:
            if stat.S_ISDIR(status.st_mode):
                self._copy_directory(name, made, below, sources, mode & ~self._mask, depth + 1)
            elif stat.S_ISLNK(status.st_mode):
                self._copy_link(name, made, below, os.readlink(name, dir_fd=source))
            elif stat.S_ISREG(status.st_mode):
                self._copy_file(name, made, below, sources[0])
        except FileExistsError:
            return  # from a skeleton that counts more

    def _copy_directory(
        self, name: bytes, made: int, path: str, sources: Sources, mode: int, depth: int
    ) -> None:
        if depth > _DEEPEST:
            raise _failed(f"unable to create directory {path}", errno.ENAMETOOLONG)
        new = _made(made, name, path)
        opened: list[tuple[int, str]] = []
        try:
            for at, (source, named) in enumerate(sources):
                named = f"{named}/{text_of(name)}"
                try:
                    opened.append((os.open(name, _ENTER, dir_fd=source), named))
                except OSError as fault:
                    # Of another skeleton, where it need not be a directory.
                    if at == 0:
                        raise _failed(f"unable to read directory {named}", fault) from None
            self.fill(new, path, tuple(opened), mode, depth=depth)
        finally:
            _let_go((new, *(source for source, _ in opened)))

    def _copy_link(self, name: bytes, made: int, path: str, target: bytes) -> None:
        try:
            os.symlink(target, name, dir_fd=made)
        except FileExistsError:
            raise
        except OSError as fault:
            raise _failed(f"unable to create link {path}", fault) from None
        try:
            os.chown(name, self._uid, self._gid, dir_fd=made, follow_symlinks=False)
        except OSError as fault:
            raise _failed(f"unable to change perms on link {path}", fault) from None

    def _copy_file(self, name: bytes, made: int, path: str, source: tuple[int, str]) -> None:
        named = f"{source[1]}/{text_of(name)}"
        try:
            old = os.open(name, _READ, dir_fd=source[0])
        except OSError as fault:
            raise _failed(f"unable to open or stat src file {named}", fault) from None
        try:
            status = os.fstat(old)
            if not stat.S_ISREG(status.st_mode):
                raise _failed(f"unable to open or stat src file {named}", errno.EINVAL)
            try:
                new = os.open(name, _MAKE, 0o600, dir_fd=made)
            except FileExistsError:
                raise
            except OSError as fault:
                raise _failed(f"unable to open dest file {path}", fault) from None
            try:
                # C: everybody may write who is not kept from it, and x stays where it was.
                mode = (stat.S_IMODE(status.st_mode) | 0o222) & ~self._mask
                self._give(new, path, mode)
                _pour(old, new, self._room)
            finally:
                os.close(new)  # which may tell that not all was kept
        finally:
            _let_go((old,))

    def _give(self, file: int, path: str, mode: int) -> None:
        try:
            os.fchmod(file, mode)
            os.fchown(file, self._uid, self._gid)
        except OSError as fault:
            raise _failed(f"unable to change perms on copy {path}", fault) from None


def _names(path: str) -> list[str]:
    """Return the names of the way to a home; `OSError` for one that root should not go."""
    names = [name for name in path.split("/") if name not in ("", ".")]
    if not path.startswith("/") or not names or ".." in names:
        raise _failed(f"unable to create directory {path}", errno.EINVAL)
    return names


def _link(directory: int, name: bytes) -> bytes:
    """Return what a symbolic link says; `OSError` if it is none, or one that is not to be followed.

    Whoever else can lay a link must not choose where root makes directories.
    """
    entry = os.open(name, _PASS, dir_fd=directory)
    try:
        status = os.fstat(entry)
        if not stat.S_ISLNK(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if status.st_uid not in (0, os.geteuid()):
            raise PermissionError(errno.EPERM, f"`{text_of(name)}` is a user's link")
        return os.readlink(b"", dir_fd=entry)
    finally:
        _let_go((entry,))


def _make_parent(directory: int, name: bytes) -> None:
    try:
        os.mkdir(name, 0o755, dir_fd=directory)
    except FileExistsError:
        return  # somebody else's login needs it as well


def _made(directory: int, name: bytes, path: str) -> int:
    """Return a directory that was just made and that is ours alone, opened.

    `FileExistsError` if something of that name is there.
    """
    try:
        os.mkdir(name, 0o700, dir_fd=directory)
    except OSError as fault:
        raise _failed(f"unable to create directory {path}", fault) from None
    try:
        made = os.open(name, _ENTER, dir_fd=directory)
    except OSError as fault:
        # Not `FileExistsError`, whatever it is: it is no directory of ours that is there.
        raise _failed(f"unable to enter directory {path}", fault) from None
    try:
        status = os.fstat(made)
        # Where others may write, another one can have been put in its place meanwhile.
        if status.st_uid != os.geteuid() or status.st_mode & 0o077 or os.listdir(made):
            raise _failed(f"unable to enter directory {path}", errno.EPERM)
    except BaseException:  # an interrupt too; it goes on
        _let_go((made,))
        raise
    return made


def _listed(directory: int, path: str) -> list[bytes]:
    try:
        # The names come as the locale decodes them, which can be undone.
        return sorted(os.fsencode(name) for name in os.listdir(directory))
    except OSError as fault:
        raise _failed(f"unable to read directory {path}", fault) from None


def _pour(old: int, new: int, room: int) -> None:
    """Copy the bytes of a file; never more than the process may write, which would end it."""
    poured = 0
    try:
        while piece := os.read(old, _PIECE):
            poured += len(piece)
            if poured > room:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            while piece:
                piece = piece[os.write(new, piece) :]
    except OSError as fault:
        raise _failed("unable to perform IO", fault) from None


def _let_go(descriptors: Iterable[int]) -> None:
    """Close what was only read, or only held."""
    for descriptor in descriptors:
        try:
            os.close(descriptor)
        except OSError:
            continue  # it is closed all the same


def _room() -> int:
    """Return how many bytes of a file the process may write (`SIGXFSZ` is for more)."""
    try:
        return c_library.limit(_FILE_SIZE)[0]
    except OSError:
        return (1 << 64) - 1


def _failed(what: str, why: OSError | int) -> OSError:
    """Return the error whose words are those of C's helper; its kind stays."""
    number = why if isinstance(why, int) else why.errno or errno.EIO
    words = os.strerror(number) if isinstance(why, int) else why.strerror
    return OSError(number, f"{what}: {words}")
