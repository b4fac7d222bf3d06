"""Policies as they are in revisions of a git repository; nothing is checked out.

The program `git` is asked: `git ls-tree` which files there are, `git cat-file --batch` what they
say.
"""

from __future__ import annotations

import os
import subprocess

from pamkit.cli.diff_places import Texts, alike, made_side, side_of
from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.source import Layout
from pamkit.stores.policy_files import MAX_POLICY
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.cli.diff_places import Side

_LINK = "120000"
_FILES = ("100644", "100755", _LINK)
_MOST_LINKS = 8


class _Place(Record):
    """Where in a repository policies are: below a root, or in a directory of their own."""

    path: str
    is_root: bool

    @property
    def layout(self) -> Layout:
        """Where libpam would look, with paths as in the repository and a slash before them."""
        return Layout() if self.is_root else Layout(confdir=f"/{self.path or '.'}")


def git_sides(words: list[str], dialect: str | None) -> tuple[Side, Side]:
    """Return the policies of two revisions; without the second, those of the work tree.

    ``words`` are one or two revisions and perhaps a path: of two, what is a revision is one.
    """
    old, *rest = words
    new = rest.pop(0) if len(rest) == 2 or (rest and _tree(rest[0])) else None
    path = rest[0] if rest else None
    before = _listed(old)
    after = _listed(new) if new is not None else None
    wanted = None if path is None else _below_top(path)
    place = _place({*before, *(after or {})}, wanted)
    first = _side(old, before, place, dialect)
    if new is not None and after is not None:
        return alike(first, _side(new, after, place, dialect))
    top = _git("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    there = os.path.join(top, place.path).rstrip("/")
    return alike(first, side_of(there, dialect).changed(name="the work tree"))


def _listed(revision: str) -> dict[str, tuple[str, str]]:
    """Return mode and object of every file of a revision, by path."""
    found = {}
    tree = _tree(revision)
    if not tree:
        help_ = "two revisions are two words: `--git OLD NEW`" if ".." in revision else ""
        raise UsageError(f"`{shown(revision)}` is no revision of this repository", help_)
    listing = _git("ls-tree", "-r", "-z", "--full-tree", tree)
    for row in listing.decode("utf-8", "surrogateescape").split("\0"):
        about, tab, path = row.partition("\t")
        if tab:
            mode, _, name = about.split(" ")
            if mode in _FILES:
                found[path] = (mode, name)
    return found


def _tree(revision: str) -> str:
    """Return the tree of a revision; empty if it is none."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    _git("rev-parse", "--git-dir")  # where there is no repository, git says so
    found = _asked(*words).stdout.decode().split()
    # A range is two revisions: it names none.
    return found[0] if len(found) == 1 else ""


def _place(paths: Iterable[str], wanted: str | None) -> _Place:
    """Return where the policies are: in what is wanted, or where they usually are."""
    paths = tuple(paths)
    directories = {path.rpartition("/")[0] for path in paths}
    prefix = f"{wanted}/" if wanted else ""
    if any(prefix + place.lstrip("/") in directories for place in Layout().directories):
        return _Place(wanted or "", is_root=True)
    if wanted is not None:
        if wanted in directories:
            return _Place(wanted, is_root=False)
        raise UsageError(f"`{shown(wanted or '.')}` has no policies in these revisions")
    named = sorted(each for each in directories if each.rpartition("/")[2] == "pam.d")
    if "pam.d" in named or len(named) == 1:
        return _Place("pam.d" if "pam.d" in named else named[0], is_root=False)
    some = ", ".join(f"`-- {shown(each)}`" for each in named[:3])
    raise UsageError(
        "it is not plain where the policies are",
        f"name the directory: {some}" if some else "name the directory: `-- PATH`",
    )


def _side(
    revision: str, files: Mapping[str, tuple[str, str]], place: _Place, dialect: str | None
) -> Side:
    layout = place.layout
    directories = (layout.confdir,) if layout.confdir is not None else layout.directories
    prefix = f"{place.path}/" if place.path and place.is_root else ""
    wanted = {}
    for path, about in files.items():
        inside = f"/{path.removeprefix(prefix)}" if path.startswith(prefix) else ""
        if inside.rpartition("/")[0] in directories or inside == layout.conf_file:
            wanted[inside] = about
        elif layout.confdir == "/." and "/" not in path:
            wanted[f"/./{path}"] = about
    whole = place.is_root and f"{prefix}etc/passwd" in files
    known = (DEBIAN if f"{prefix}etc/debian_version" in files else LINUX) if whole else None
    return made_side(revision, Texts(_texts(wanted)), layout, dialect, known, whole=whole)


def _texts(wanted: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the texts of files; a link is what it leads to in its own directory."""
    names = sorted({name for _, name in wanted.values()})
    blobs = dict(zip(names, _blobs(names), strict=True))
    found = {}
    for path in wanted:
        target = path
        for _ in range(_MOST_LINKS):
            mode, name = wanted[target]
            if mode != _LINK:
                found[path] = blobs[name]
                break
            target = os.path.normpath(os.path.join(os.path.dirname(target), blobs[name]))
            if target not in wanted:
                break
    return found


def _blobs(names: list[str]) -> list[str]:
    """Return the texts of objects, in order."""
    if not names:
        return []
    data = _git("cat-file", "--batch", typed="".join(f"{name}\n" for name in names).encode())
    found, at = [], 0
    for _ in names:
        end = data.index(b"\n", at)
        about = data[at:end].split(b" ")
        if len(about) != 3:  # as in `HASH missing`
            raise UsageError("git: a file of these revisions is not in the repository")
        size = int(about[2])
        text = data[end + 1 : end + 1 + min(size, MAX_POLICY)]
        found.append(text.decode("utf-8", "surrogateescape"))
        at = end + 1 + size + 1
    return found


def _below_top(path: str) -> str:
    """Return a path as the repository has it, from one that counts from where the user is."""
    prefix = _git("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    joined = os.path.normpath(os.path.join("/", prefix, path))
    return joined.strip("/")


def _git(*words: str, typed: bytes = b"") -> bytes:
    """Return what git says; raises `UsageError` with its own words if it cannot."""
    done = _asked(*words, typed=typed)
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = lines[0].removeprefix("fatal: ") if lines else f"`git {words[0]}` failed"
        raise UsageError(f"git: {shown(said)}")
    return done.stdout


def _asked(*words: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  # revisions are behind --end-of-options
            ["git", "--no-pager", *words],  # noqa: S607  # the user's own git
            input=typed,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("the program `git` is not there") from None
