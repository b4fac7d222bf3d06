"""A file that decides who gets in, and that others can write.

What it finds

The file of a module, a program of pam_exec, a file named in `file=`, `conf=`, `authfile=` and
their like, or the directory of one of them, that somebody other than root can write.

Why it matters

Whoever can write it runs what he likes as root at the next login, or adds himself to the list.

Avoid

    account required pam_exec.so seteuid /srv/check
    /srv/check: (mode 0777)
    exit 0

Prefer

    account required pam_exec.so seteuid /srv/check
    /srv/check: (mode 0755)
    exit 0

Sources

- `pam_exec(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.surroundings import MODULE_DIRECTORIES
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.surroundings import Surroundings
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

RULE = Rule("writable-trust-file", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="MOD-11")

_OPTIONS = frozenset(
    {
        *("file", "conf", "conffile", "config_file", "accessfile", "authfile", "usersfile"),
        *("authorized_keys_command",),
    }
)
"""Options that name a file which is believed."""

_WRITTEN = frozenset({"pam_tally", "pam_tally2", "pam_lastlog", "pam_faillock"})
"""Modules that write the files of their options themselves."""

_STICKY = 0o1000


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the words that lead to such files."""
    judged: dict[str, str] = {}
    places = tuple(each for each in MODULE_DIRECTORIES if tree.around.mode(each) is not None)
    for file in tree.files:
        for entry in file.entries:
            for path, span in _trusted(entry, places):
                if path not in judged:
                    judged[path] = _writable(tree.around, path)
                if judged[path]:
                    yield RULE.finding(
                        span,
                        f"`{shown(judged[path])}` can be written by others than root",
                        "make it root's, and nobody else's to write",
                    )


def _trusted(entry: KnownEntry, places: tuple[str, ...]) -> Iterator[tuple[str, Span]]:
    target = entry.entry.target
    if target is None or not entry.module:
        return
    directory, _, name = target.text.rpartition("/")
    for place in (directory,) if directory.startswith("/") else places:
        yield f"{place}/{name}", target.span
    command = getattr(entry.options, "command", ())[:1] if entry.module == "pam_exec" else ()
    for arg in entry.entry.args if entry.module not in _WRITTEN else ():
        option, _, path = arg.text.partition("=")
        if option in _OPTIONS and path.startswith("/"):
            yield path, arg.span
        elif arg.text in command and arg.text.startswith("/"):
            yield arg.text, arg.span


def _writable(around: Surroundings, path: str) -> str:
    """Return the file, or its directory, that others can write; `""` if neither."""
    # Who unpacked a tree owns all of it: that says nothing of the system it is for.
    base = around.mode("/etc/passwd")
    owners = (0,) if base is None else (0, base.uid)
    groups = (0,) if base is None else (0, base.gid)
    if around.mode(path) is None:
        return ""
    for each in (path, path.rpartition("/")[0]):
        mode = around.mode(each)
        if mode is None or mode.bits & _STICKY:
            continue
        of_group = mode.bits & 0o020 and mode.gid not in groups
        if mode.bits & 0o002 or of_group or mode.uid not in owners:
            return each
    return ""
