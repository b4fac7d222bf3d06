"""Directories and mounts in memory: a test can look into them, and swap them while somebody walks.

As the kernel has it, a mount is found where it was made, in the mount that it was made in, and a
directory that is open stays what it is.
"""

from __future__ import annotations

from pamkit.module.world import FileStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_EPERM, _ENOENT, _EEXIST, _ENOTDIR, _EINVAL, _ENOTEMPTY, _ENODATA = 1, 2, 17, 20, 22, 39, 61
_WORDS = {
    _EPERM: "Operation not permitted",
    _ENOENT: "No such file or directory",
    _EEXIST: "File exists",
    _ENOTDIR: "Not a directory",
    _EINVAL: "Invalid argument",
    _ENOTEMPTY: "Directory not empty",
    _ENODATA: "No data available",
}


class Node:
    """What lies somewhere: a directory, or, with ``target``, a link; `fifo` and `file` too."""

    def __init__(
        self,
        mode: int = 0o755,
        uid: int = 0,
        gid: int = 0,
        *,
        kind: str = "directory",
        target: str = "",
    ) -> None:
        """Lie nowhere yet, and be empty."""
        self.mode, self.uid, self.gid = mode, uid, gid
        self.kind = "link" if target else kind
        self.target = target
        self.names: dict[str, Node] = {}
        self.label: str | None = None
        """Its SELinux context; `None`: it has none."""


class _Mount:
    """A tree that is mounted: at a directory of another mount, or nowhere, as the first."""

    def __init__(self, root: Node, under: tuple[_Mount, Node] | None = None) -> None:
        self.root, self.under = root, under
        self.over: dict[Node, _Mount] = {}


class MemoryMounts:
    """A tree of directories with what is mounted in it."""

    def __init__(self) -> None:
        """Have an empty root directory that is root's."""
        self.first = _Mount(Node())
        self.changes: list[str] = []
        """What was changed, in order, by the paths at which directories were come to."""
        self.open = 0
        """How many directories are open."""
        self.before: Callable[[str, str], object] | None = None
        """Called with the name of a method and a path before it is done: a hostile user."""
        self.faults: dict[str, OSError] = {}
        """What is raised, by name of the method, or name and path: `cover /tmp`."""

    def lay(self, path: str, node: Node | None = None) -> Node:
        """Put something at a path, whatever is there; the way is made of root's directories."""
        *way, last = path.split("/")[1:]
        here = self.first.root
        for name in way:
            here = here.names.setdefault(name, Node())
        here.names[last] = node or Node()
        return here.names[last]

    def find(self, path: str) -> Node | None:
        """Return what somebody finds at a path who follows no links; `None` if nothing."""
        mount, node = _top(self.first, self.first.root)
        for name in path.strip("/").split("/"):
            if name not in node.names:
                return None
            mount, node = _top(mount, node.names[name])
        return node

    def is_mounted(self, path: str) -> bool:
        """Whether something is mounted at a path."""
        mount, node = _top(self.first, self.first.root)
        for name in path.strip("/").split("/"):
            if name not in node.names:
                return False
            mount, node = _top(mount, node.names[name])
        return node is mount.root and mount.under is not None

    def part(self) -> None:
        """Note it."""
        self._happen("part")
        self.changes.append("part")

    def keep_to_ourselves(self) -> None:
        """Note it."""
        self._happen("keep_to_ourselves")
        self.changes.append("keep to ourselves")

    def root(self) -> MemoryDirectory:
        """Return the root."""
        self._happen("root")
        return MemoryDirectory(self, *_top(self.first, self.first.root), "")

    def _happen(self, what: str, path: str = "") -> None:
        if self.before is not None:
            self.before(what, path)
        for key in (what, f"{what} {path}"):
            if key in self.faults:
                raise self.faults[key]


class MemoryDirectory:
    """An open directory: a node, the mount it was found in, and the path it was come to by."""

    def __init__(self, mounts: MemoryMounts, mount: _Mount, node: Node, path: str) -> None:
        """Be open."""
        self._mounts, self._mount, self.node, self._path = mounts, mount, node, path
        mounts.open += 1

    def __enter__(self) -> MemoryDirectory:
        """Use it."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close it."""
        self._mounts.open -= 1

    @property
    def place(self) -> str:
        """A link that is the same for all."""
        return "/proc/self/fd/7"

    def status(self) -> FileStatus:
        """Return owner and permissions."""
        self._happen("status")
        return FileStatus("directory", self.node.mode, self.node.uid, self.node.gid)

    def enter(self, name: str, *, read: bool = False) -> MemoryDirectory:
        """Return a directory in this one, or what is mounted at it."""
        self._happen("enter", name)
        there = self._there(name)
        if there.kind != "directory":
            raise _fault(_ENOTDIR)
        return MemoryDirectory(self._mounts, *_top(self._mount, there), f"{self._path}/{name}")

    def link(self, name: str) -> str | None:
        """Return what a link says."""
        self._happen("link", name)
        there = self.node.names.get(name)
        return None if there is None or there.kind != "link" else there.target

    def make(self, name: str, mode: int) -> None:
        """Make a directory, of root's."""
        self._happen("make", name)
        if name in self.node.names:
            raise _fault(_EEXIST)
        self.node.names[name] = Node(mode)

    def remove(self, name: str) -> None:
        """Remove an empty directory."""
        self._happen("remove", name)
        if self._there(name).names:
            raise _fault(_ENOTEMPTY)
        del self.node.names[name]

    def clear(self, name: str) -> None:
        """Remove a tree."""
        self._happen("clear", name)
        if self._there(name).kind != "directory":
            raise _fault(_ENOTDIR)
        del self.node.names[name]

    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        self._happen("is_empty")
        return not self.node.names

    def set_mode(self, mode: int) -> None:
        """Change the permissions."""
        self._happen("set_mode")
        self.node.mode = mode

    def set_owner(self, uid: int, gid: int) -> None:
        """Give it away."""
        self._happen("set_owner")
        self.node.uid, self.node.gid = uid, gid

    def is_same(self, other: object) -> bool:
        """Whether both are one node."""
        return isinstance(other, MemoryDirectory) and other.node is self.node

    def cover(self, source: object) -> None:
        """Mount another directory here."""
        self._happen("cover")
        if not isinstance(source, MemoryDirectory):
            raise TypeError("a directory of another kind")
        self._cover(source.node)
        itself = source.node is self.node
        self._mounts.changes.append(
            f"protect {self._path}" if itself else f"mount {source._path} on {self._path}"
        )

    def cover_with_memory(self, flags: int, options: str | None) -> None:
        """Mount a new directory here, which all may write to."""
        self._happen("cover_with_memory")
        self._cover(Node(0o1777))
        self._mounts.changes.append(f"tmpfs on {self._path}: {flags} {options}")

    def uncover(self) -> None:
        """Take away what is mounted here."""
        self._happen("uncover")
        if self._mount.under is None or self.node is not self._mount.root:
            raise _fault(_EINVAL)
        mount, node = self._mount.under
        del mount.over[node]
        self._mounts.changes.append(f"unmount {self._path}")

    def go(self) -> None:
        """Note it."""
        self._happen("go")
        self._mounts.changes.append(f"go {self._path or '/'}")

    def label(self) -> str:
        """Return its context."""
        self._happen("label")
        if self.node.label is None:
            raise _fault(_ENODATA)
        return self.node.label

    def set_label(self, context: str) -> None:
        """Change it."""
        self._happen("set_label")
        self.node.label = context

    def _there(self, name: str) -> Node:
        if name not in self.node.names:
            raise _fault(_ENOENT)
        return self.node.names[name]

    def _cover(self, root: Node) -> None:
        mount, node = _top(self._mount, self.node)
        mount.over[node] = _Mount(root, (mount, node))

    def _happen(self, what: str, name: str = "") -> None:
        self._mounts._happen(what, f"{self._path}/{name}" if name else self._path)


def _top(mount: _Mount, node: Node) -> tuple[_Mount, Node]:
    """Return where somebody ends up who enters a directory."""
    while node in mount.over:
        mount = mount.over[node]
        node = mount.root
    return mount, node


def _fault(code: int) -> OSError:
    return OSError(code, _WORDS[code])
