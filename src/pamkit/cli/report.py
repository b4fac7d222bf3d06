"""`pamkit report`: the policies of a machine as one page to look at."""

from __future__ import annotations

import errno
import os
import stat
import sys

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.analysis.tree import read_tree
from pamkit.cli.check_places import places
from pamkit.cli.declarations import declarations
from pamkit.cli.shown import argument, policy_text, shown
from pamkit.cli.status import DONE
from pamkit.cli.usage import UsageError
from pamkit.report.contents import Contents
from pamkit.report.page import page
from pamkit.report.sheet import sheets_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.cli.check_places import Place

_MODE = 0o600
"""The mode of a new file: a policy says much that is nobody else's business."""


def report(args: argparse.Namespace) -> int:
    """Write the page; return the exit status."""
    if not args.html:
        raise UsageError("expected a file, found a blank name", "`--html -` is standard output")
    found = places(args)
    if len(found) != 1:
        raise UsageError("more than one tree is named", "make one report of each")
    data = page(_contents(args, found[0])).encode()
    if args.html == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    else:
        _write(args.html, data)
        print(f"pamkit: wrote `{shown(args.html)}`, {_size(len(data))}", file=sys.stderr)
    return DONE


def _contents(args: argparse.Namespace, place: Place) -> Contents:
    known = declarations(place.dialect)
    tree = read_tree(
        place.source, known, layout=place.layout, dialect=place.dialect, whole=place.whole
    )
    wanted = sorted(
        (service for service in tree.services if place.focus.has(service)),
        key=lambda service: service.name,
    )
    if not wanted:
        raise UsageError("there is no service to report on", "name one that has a policy")
    rules = chosen(rule_files())
    found = lint(tree, rules, place.focus)
    return Contents(
        place.prefix or place.layout.confdir or args.root,
        tree,
        found,
        sheets_of(tree, wanted, found, rules),
        args.date,
        argument,
        policy_text,
    )


def _write(path: str, data: bytes) -> None:
    """Put the page in its place, whole or not at all; a file keeps its mode."""
    from pamkit.stores.replace import replace
    from pamkit.stores.root import Root

    mode = _MODE
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        pass
    else:
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        mode = stat.S_IMODE(status.st_mode)
    try:
        replace(Root("/"), os.path.abspath(path), data, mode=mode)
    except OSError as fault:  # it names the file beside, which nobody asked for
        raise OSError(fault.errno, fault.strerror, path) from None


def _size(count: int) -> str:
    return f"{count} bytes" if count < 10_000 else f"{count // 1000} kB"
