"""Which policies `pamkit check` looks at: arguments to trees, each with what is asked of it."""

from __future__ import annotations

import os
import stat

from pamkit.analysis.lint import Focus
from pamkit.analysis.surroundings import Mode
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from pamkit.policy.dialect import dialect_named as dialect_of
from pamkit.policy.parser import parse
from pamkit.policy.places import Places, places_in
from pamkit.policy.source import Layout, Outcome, Reading
from pamkit.policy.suggest import closest
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.root import Root
from pamkit.stores.system import dialect_for
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Protocol

    class Listed(Protocol):
        """Gives the text of policy files, and says which there are."""

        def read(self, path: str) -> Reading:
            """Return what reading a file gave."""

        def is_directory(self, path: str) -> bool:
            """Whether there is such a directory."""

        def names(self, directory: str) -> tuple[str, ...]:
            """Return the names in a directory."""


_SYSTEM_MARK = "/etc/passwd"
_POLICIES = "/etc/pam.d"
_CONF = "/etc/pam.conf"


class Place(Record, eq=False):
    """A tree to look at, and how: where it is, what of it is asked for, and in which dialect.

    ``prefix`` is what stands before its paths on this machine; ``whole`` says that it is a
    system's own, not a part of one.
    """

    source: ListedSource
    layout: Layout
    focus: Focus
    dialect: Dialect
    whole: bool
    prefix: str


class ListedSource:
    """Policy files on the disk, with the names of those in a directory, and one from elsewhere."""

    def __init__(self, root: Root, *, unrooted: str | None = None) -> None:
        """Read below ``root``, and what lies in ``unrooted`` from the host."""
        self._source = DiskSource(root, unrooted=unrooted)
        self._root, self._unrooted = root, unrooted
        self._instead: dict[str, str] = {}

    def put(self, path: str, text: str) -> None:
        """Take a text for the file at ``path``."""
        self._instead[path] = text

    def read(self, path: str) -> Reading:
        """Return what reading a file gave."""
        if path in self._instead:
            return Reading(Outcome.READ, self._instead[path])
        return self._source.read(path)

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""
        typed = any(name.rpartition("/")[0] == path for name in self._instead)
        return typed or self._source.is_directory(path)

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names in a directory, in order; none if it cannot be read."""
        parts = (path.rpartition("/") for path in self._instead)
        found = {name for parent, _, name in parts if parent == directory}
        try:
            if directory == self._unrooted:
                found |= set(os.listdir(directory))
            else:
                descriptor = self._root.open(directory, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    found |= set(os.listdir(descriptor))
                finally:
                    os.close(descriptor)
        except OSError:
            pass
        return tuple(sorted(found))

    def mode(self, path: str) -> Mode | None:
        """Return whose a file or directory is; `None` if it is not there, or typed."""
        if path in self._instead:
            return None
        try:
            descriptor = self._root.open(path, os.O_PATH)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        return Mode(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))


def places(args: argparse.Namespace) -> tuple[Place, ...]:
    """Return the trees that a command line asks for; raises `UsageError`."""
    for directory in (args.root, args.confdir):
        if directory is not None and not os.path.isdir(directory):
            raise UsageError(f"`{shown(directory)}` is no directory")
    if args.dialect is not None:
        dialect_chosen(args.dialect)
    found: dict[str, Place] = {}
    services: list[str] = []
    if args.stdin is not None:
        _add_typed(args, found)
    for written in args.places:
        if _is_path(args, written):
            _add_path(args, written, found)
        else:
            services.append(written)
    if services or not found:
        place = found.get("", _system(args))
        _must_have(place, services)
        focus = place.focus.changed(services=frozenset(services))
        found[""] = place.changed(focus=focus)
    return tuple(found.values())


def _system(args: argparse.Namespace) -> Place:
    """Return the tree of the root, or of the directory that stands for it."""
    if args.confdir is not None:
        return _directory(args, args.confdir)
    return _rooted(args, args.root)


def _rooted(args: argparse.Namespace, path: str) -> Place:
    """Return the tree of a system, or of what lies in a directory as in one."""
    root = Root(path)
    source, layout = ListedSource(root), Layout()
    whole = is_system(root)
    if args.dialect is None and whole:
        dialect = dialect_of(dialect_for(path))
    else:
        dialect = _dialect(args, source, layout.directories)
    prefix = "" if root.is_system else path.rstrip("/")
    return Place(source, layout, Focus(), dialect, whole, prefix)


def _directory(args: argparse.Namespace, path: str) -> Place:
    """Return the tree of a directory that holds policies and nothing else."""
    confdir = path.rstrip("/") or "/"
    source, layout = ListedSource(Root(args.root), unrooted=confdir), Layout(confdir=confdir)
    return Place(source, layout, Focus(), _dialect(args, source, (confdir,)), False, "")


def is_system(root: Root) -> bool:
    """Whether there is a whole system below a root, not a part of one."""
    try:
        os.close(root.open(_SYSTEM_MARK, os.O_PATH))
    except OSError:
        return False
    return True


def _dialect(
    args: argparse.Namespace, source: ListedSource, directories: tuple[str, ...]
) -> Dialect:
    """Return the dialect that is named, or the one that the files are written in."""
    if args.dialect is not None:
        return dialect_chosen(args.dialect)
    return written_in(source, directories)


def written_in(source: Listed, directories: tuple[str, ...]) -> Dialect:
    """Return the dialect that the files of some directories are written in."""
    for directory in directories:
        for name in source.names(directory):
            text = source.read(f"{directory}/{name}").text
            if any(line.lstrip().startswith("@include") for line in text.splitlines()):
                return DEBIAN
    return LINUX


def dialect_below(root: str, confdir: str | None) -> Dialect:
    """Return the dialect of a system, or that of the files where there is only a part of one."""
    if confdir is not None:
        return written_in(ListedSource(Root(root), unrooted=confdir), (confdir.rstrip("/") or "/",))
    if is_system(Root(root)):
        return dialect_of(dialect_for(root))
    return written_in(ListedSource(Root(root)), Layout().directories)


def _is_path(args: argparse.Namespace, written: str) -> bool:
    """Whether an argument is a path: it has a slash, or there is one and no such service."""
    if "/" in written:
        return True
    place = _system(args)
    if any(written in place.source.names(directory) for directory in _where(place).directories):
        return False
    return os.path.exists(written)


def _where(place: Place) -> Places:
    return places_in(place.dialect, place.layout)


def names_in(source: Listed, dialect: Dialect, layout: Layout) -> tuple[str, ...]:
    """Return the names of services that files with a column for them have."""
    where, found = places_in(dialect, layout), dict[str, None]()
    for path in where.files:
        text = source.read(path).text
        entries = parse(text, path, dialect, with_service=True).entries
        found |= dict.fromkeys(where.services_of(entries))
    return tuple(found)


def _must_have(place: Place, services: list[str]) -> None:
    """Raise `UsageError` if there are no policies at all, or not those that are asked for."""
    searched = _where(place)
    conf = any(place.source.read(path).outcome is Outcome.READ for path in searched.files)
    names = [name for each in searched.directories for name in place.source.names(each)]
    if place.dialect.keywords:
        names += names_in(place.source, place.dialect, place.layout)
    where = place.prefix or place.layout.confdir or "/"
    if not names and not conf:
        raise UsageError(f"there are no policies in `{shown(where)}`", "name a directory or a file")
    for service in services:
        if names and service not in names:
            message = f"there is no policy for the service `{shown(service)}`"
            raise UsageError(message, _meant(service, names))


def _meant(service: str, names: list[str]) -> str:
    near = closest(service, names)
    return f"did you mean `{near}`?" if near else "name a service, or a path with a `/`"


def _add_path(args: argparse.Namespace, written: str, found: dict[str, Place]) -> None:
    """Add the tree of a path, or ask a tree that is there already for one more file."""
    if not os.path.exists(written):
        raise UsageError(f"`{shown(written)}` is not there")
    if os.path.isdir(written):
        below = written.rstrip("/")
        is_root = _is_root(args, below)
        root = written if is_root else _root_of(written)
        place = _directory(args, written) if root is None else _rooted(args, root)
        _must_have(place, [])
        found[written] = place
        return
    directory, path = _tree_of(args, written, found)
    _ask_for(found, directory, path)


def _is_root(args: argparse.Namespace, below: str) -> bool:
    """Whether there are policies below a directory as there are below the root of a system."""
    if os.path.isdir(below + _POLICIES) or os.path.isfile(below + _CONF):
        return True
    if args.dialect is None:
        return False
    dialect = dialect_chosen(args.dialect)
    where = places_in(dialect, Layout())
    searched = (*where.directories, *where.files) if dialect.keywords else ()
    return any(os.path.exists(below + path) for path in searched)


def _tree_of(args: argparse.Namespace, written: str, found: dict[str, Place]) -> tuple[str, str]:
    """Make sure of the tree a file lies in; return its key, and the file's path in it."""
    directory, _, name = written.rpartition("/")
    directory = directory or ("/" if written.startswith("/") else ".")
    if name == "pam.conf":
        path = os.path.abspath(written)
        source, layout = ListedSource(Root("/")), Layout(directories=(), conf_file=path)
        dialect = dialect_chosen(args.dialect) if args.dialect is not None else LINUX
        found[written] = Place(source, layout, Focus(), dialect, False, "")
        return written, path
    root = _root_of(directory)
    if root is not None:
        found.setdefault(directory, _rooted(args, root))
        return directory, f"{_POLICIES}/{name}"
    found.setdefault(directory, _directory(args, directory))
    return directory, f"{directory}/{name}"


def _root_of(directory: str) -> str | None:
    """Return the root of which a directory is the /etc/pam.d; `None` if it is no such one.

    A relative path stays relative: reports are read where they are made.
    """
    written = f"./{directory.strip('/')}" if directory[:1] != "/" else directory.rstrip("/")
    if written.endswith(_POLICIES):
        return written[: -len(_POLICIES)] or "/"
    real = os.path.abspath(directory)
    return (real[: -len(_POLICIES)] or "/") if real.endswith(_POLICIES) else None


def _ask_for(found: dict[str, Place], key: str, path: str) -> None:
    place = found[key]
    found[key] = place.changed(focus=place.focus.changed(files=place.focus.files | {path}))


def _add_typed(args: argparse.Namespace, found: dict[str, Place]) -> None:
    """Add the tree that the file on standard input belongs to, with it in its place."""
    with open(0, "rb", closefd=False) as typed:
        text = typed.read().decode("utf-8", "surrogateescape")
    if "/" in args.stdin:
        key, path = _tree_of(args, args.stdin, found)
    else:
        found[""] = place = _system(args)
        # A family that has no directory has a column for the service.
        searched = _where(place)
        key = ""
        path = f"{searched.directories[0]}/{args.stdin}" if searched.directories else _CONF
    found[key].source.put(path, text)
    _ask_for(found, key, path)
