"""What `pamkit last` and `pamkit lastlog` share: which files, their times, and columns of words."""

from __future__ import annotations

import os
import sys

from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.stores.root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pamkit.module.world import Clock


def root_of(args: argparse.Namespace) -> Root:
    """Return the root that a command line names; `UsageError` if it is no directory."""
    if not args.root or not os.path.isdir(args.root):
        raise UsageError(f"`{shown(args.root)}` is no directory")
    return Root(args.root)


def files_of(args: argparse.Namespace, known: Sequence[str], root: Root) -> tuple[str, ...]:
    """Return the files to read: the one that is named, or those of the known ones that are there.

    None if there is none of them.
    """
    if args.file is None:
        return tuple(path for path in known if _is_there(root, path))
    if args.file.startswith("/"):
        return (args.file,)
    if not args.file or not root.is_system:
        raise UsageError(
            f"expected an absolute path, found `{shown(args.file)}`",
            "with --root, paths are those below it",
        )
    return (os.path.abspath(args.file),)


def wall_time(clock: Clock, micros: int) -> str:
    """Return what the clock on the wall showed, to the second."""
    try:
        local = clock.local(micros // 1_000_000)
    except OSError:
        return "no such time"
    day = f"{local.year}-{local.month:02}-{local.day:02}"
    return f"{day} {local.hour:02}:{local.minute:02}:{local.second:02}"


def print_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below a head, each column as wide as it needs; those without a word are left out.

    Nothing for no rows.
    """
    filled = [at for at in range(len(head)) if any(row[at] for row in rows)]
    table = [[shown(row[at]) for at in filled] for row in (head, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table if rows else ():
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def complain(path: str, fault: OSError | ValueError) -> None:
    """Say on standard error why a file cannot be read."""
    said = (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
    print(f"pamkit: `{shown(path)}` cannot be read: {said[:1].lower()}{said[1:]}", file=sys.stderr)


def complain_of_none(known: Sequence[str]) -> None:
    """Say on standard error that nobody keeps a record here."""
    names = " nor ".join(f"`{path}`" for path in known)
    said = f"neither {names} is" if len(known) > 1 else f"{names} is not"
    print(f"pamkit: no record is kept here: {said} there", file=sys.stderr)


def _is_there(root: Root, path: str) -> bool:
    try:
        os.close(root.open(path, os.O_PATH))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # reading it says why it cannot be read
    return True
