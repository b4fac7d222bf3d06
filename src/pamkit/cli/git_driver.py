"""`pamkit diff --git-driver`: what git shows in the place of its own difference of a policy.

git hands over one file as it was and as it is; those that it includes are taken from the directory
it lies in, as they are now.  Source: `git(1)` on GIT_EXTERNAL_DIFF, `gitattributes(5)`.
"""

from __future__ import annotations

import os
from difflib import unified_diff

from pamkit.cli.check_places import ListedSource
from pamkit.cli.diff import compared, show
from pamkit.cli.diff_places import Changed, alike, made_side
from pamkit.cli.shown import HIDDEN, argument, policy_text, shown
from pamkit.cli.status import DONE
from pamkit.cli.usage import UsageError
from pamkit.policy.leftover import leftover
from pamkit.policy.parser import parse
from pamkit.policy.source import Layout
from pamkit.stores.policy_files import MAX_POLICY
from pamkit.stores.root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.cli.diff_places import Side

_NO_FILE = "/dev/null"

_POLICY_MODES = {"100644", "100755", "."}
"""Modes of files; `.` is that of a side on which there is none."""


def git_driver(args: argparse.Namespace) -> int:
    """Show one changed file; return 0, since git takes anything else for a failure."""
    words = args.sides
    if len(words) == 1:
        print(f"{shown(words[0])}: not merged yet")
        return DONE
    if len(words) < 7:
        raise UsageError(
            "expected the seven words that git hands to a diff driver",
            'git config diff.pam.command "pamkit diff --git-driver"',
        )
    old, new = _text(words[1]), _text(words[4])
    # A file that has another name now: what it means is compared, under the new one.
    path = words[7] if len(words) > 7 else words[0]
    _show_lines((words[0], path), old, new)
    name = path.rpartition("/")[2]
    if leftover(name):
        return DONE
    # What git hands over of a link is the path it leads to, of a submodule its revision.
    if not {words[3], words[6]} <= _POLICY_MODES:
        print(f"  {shown(name)} is or was no policy but a link or a submodule: not compared")
        return DONE
    confdir = os.path.abspath(os.path.dirname(path) or ".")
    before, after = (_side(confdir, name, text, args.dialect) for text in (old, new))
    before, after = alike(before, after)
    show(compared(before, after, name))
    included = _included(after, name)
    if included:
        print(f"  included by {', '.join(f'`{shown(each)}`' for each in included)}")
    print(f"  all other files are taken as they are in {shown(os.path.dirname(path) or '.')} now")
    return DONE


def _text(file: str) -> str | None:
    if file == _NO_FILE:
        return None
    with open(file, "rb") as opened:
        return opened.read(MAX_POLICY).decode("utf-8", "surrogateescape")


def _show_lines(paths: tuple[str, str], old: str | None, new: str | None) -> None:
    before, after = ((text or "").splitlines() for text in (old, new))
    names = [
        f"{side}/{path}" if text is not None else _NO_FILE
        for side, path, text in zip("ab", paths, (old, new), strict=True)
    ]
    hidden = {**_continued(old), **_continued(new)}
    for number, line in enumerate(unified_diff(before, after, names[0], names[1], lineterm="")):
        if number < _HEAD:
            print(policy_text(line))
        else:
            print(policy_text(line[:1] + hidden.get(line[1:], line[1:])))


_HEAD = 2
"""Lines of a difference that name the files."""


def _continued(text: str | None) -> dict[str, str]:
    """Return lines that a secret of an earlier line goes on in, and what is shown for them."""
    lines = (text or "").split("\n")
    found: dict[str, str] = {}
    for entry in parse(text or "", "").entries:
        for word in entry.args:
            span, said = word.span, argument(word.text)
            if said == policy_text(word.text) and HIDDEN not in said:
                continue
            for number in range(span.line + 1, span.end_line + 1):
                line = lines[number - 1]
                rest = line[span.end_column - 1 :] if number == span.end_line else ""
                found[line.rstrip("\r")] = HIDDEN + rest.rstrip("\r")
    return found


def _side(confdir: str, name: str, text: str | None, dialect: str | None) -> Side:
    source = ListedSource(Root("/"), unrooted=confdir)
    changed = Changed(source, f"{confdir}/{name}", text)
    return made_side(name, changed, Layout(confdir=confdir), dialect)


def _included(side: Side, name: str) -> list[str]:
    """Return the names of the files that include one."""
    confdir = side.directories[0]
    found = []
    for each in side.source.names(confdir):
        text = side.source.read(f"{confdir}/{each}").text
        if not leftover(each) and any(_includes(line.split(), name) for line in text.splitlines()):
            found.append(each)
    return found


def _includes(words: list[str], name: str) -> bool:
    if words[:1] == ["@include"]:
        return words[1:2] == [name]
    return words[1:2] in (["include"], ["substack"]) and words[2:3] == [name]
