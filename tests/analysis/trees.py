"""Trees of policies in memory, and what lint finds in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import EVERYTHING, Focus, lint
from pamkit.analysis.report import Report
from pamkit.analysis.surroundings import Mode
from pamkit.analysis.tree import NOTHING_WANTED, Tree, read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.vocab.diagnostic import Finding

PLACE = "/etc/pam.d"


class Moded(str):
    """The text of a file of which more is known: whose it is, and who may use it."""

    mode: Mode

    def __new__(cls, text: str, mode: Mode) -> Moded:
        made = super().__new__(cls, text)
        made.mode = mode
        return made


class ListedMemory(MemorySource):
    """Policy files in memory, with their names; those without a text cannot be read."""

    def __init__(self, files: Mapping[str, str | None]) -> None:
        super().__init__({path: text or "" for path, text in files.items()})
        self._all = dict(files)

    def mode(self, path: str) -> Mode | None:
        text = self._all.get(path)
        return text.mode if isinstance(text, Moded) else None

    def read(self, path: str) -> Reading:
        if path in self._all and self._all[path] is None:
            return Reading(Outcome.UNREADABLE, reason="permission denied")
        return super().read(path)

    def names(self, directory: str) -> tuple[str, ...]:
        parts = (path.rpartition("/") for path in self._all)
        return tuple(sorted(name for parent, _, name in parts if parent == directory))


known = cache(declarations)


def tree(
    files: Mapping[str, str | None],
    *,
    dialect: Dialect = LINUX,
    whole: bool = False,
    layout: Layout | None = None,
    wanted: Mapping[str, str] = NOTHING_WANTED,
) -> Tree:
    """Return the tree of some files by name; names without a slash lie in /etc/pam.d."""
    placed = {_path(name): text for name, text in files.items()}
    return read_tree(
        ListedMemory(placed), known(), layout=layout, dialect=dialect, whole=whole, wanted=wanted
    )


def _path(name: str) -> str:
    if name == "pam.conf":
        return "/etc/pam.conf"
    return name if "/" in name else f"{PLACE}/{name}"


def linted(
    files: Mapping[str, str | None] | str,
    *rules: str,
    dialect: Dialect = LINUX,
    whole: bool = False,
    focus: Focus = EVERYTHING,
    wanted: Mapping[str, str] = NOTHING_WANTED,
) -> Report:
    """Return what rules, or all that are no policy, find in files, or in a service `test`."""
    files = {"test": files} if isinstance(files, str) else files
    return lint(
        tree(files, dialect=dialect, whole=whole, wanted=wanted), chosen(rule_files(), rules), focus
    )


def found(
    files: Mapping[str, str | None] | str, *rules: str, whole: bool = False
) -> tuple[Finding, ...]:
    """Return what rules find."""
    return linted(files, *rules, whole=whole).findings


def messages(files: Mapping[str, str | None] | str, *rules: str, whole: bool = False) -> list[str]:
    """Return what rules find as `file:line:column level: sentence`."""
    return [
        f"{each.span.file.removeprefix(PLACE + '/')}:{each.span.line}:{each.span.column}"
        f" {each.severity.name.lower()}: {each.message}"
        for each in found(files, *rules, whole=whole)
    ]


_HEAD = re.compile(
    r"^(?!Auth|Account|Password|Session)([\w./-]+):(?: \((unreadable|mode [0-7]+)\))?$",
    re.MULTILINE,
)
_TIMES = re.compile(r"⟨([^⟩]*) x (\d+)⟩")


def example(block: str) -> dict[str, str | None]:
    """Return the files that a block of a rule's page shows.

    A line `name:` begins a file, `name: (mode 0666)` one that root owns and others may use so;
    without one it is the service `test`.  Fields of profiles of pam-auth-update begin none.  `␍`
    and `␀` stand for the characters they show, `⟨text x 70⟩` for a text so many times over, `␃` for
    the end of a file without a newline.
    """
    block = "\n".join(line.removeprefix("    ") for line in block.split("\n"))
    block = _TIMES.sub(lambda found: f"{found[1]} " * int(found[2]), block)
    block = block.replace("␍", "\r").replace("␀", "\0")
    parts = _HEAD.split(block)
    files: dict[str, str | None] = {}
    if parts[0].strip():
        files["test"] = parts[0].strip("\n") + "\n"
    for name, said, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        whole = (text.strip("\n") + "\n").replace("␃\n", "")
        files[name] = None if said == "unreadable" else whole
        if said and said.startswith("mode "):
            files[name] = Moded(whole, Mode(0, 0, int(said.removeprefix("mode "), 8)))
    return files
