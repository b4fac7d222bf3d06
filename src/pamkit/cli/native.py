"""`pamkit native`: build, find, check, install and try the libraries that C programs use."""

from __future__ import annotations

import os
from pathlib import Path

from pamkit.cli.screen import screen
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.native.build import Plan, build
from pamkit.native.check import check
from pamkit.native.install import install, instructions
from pamkit.native.place import INSTALLED, build_directory, find_libraries, is_complete
from pamkit.native.problem import Problem
from pamkit.native.python_module import make_module
from pamkit.native.recipe import LIBRARIES, libraries
from pamkit.native.toolchain import find_compiler, find_python
from pamkit.native.trial import try_out
from pamkit.native.wheel import add_libraries
from pamkit.policy.suggest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def native(args: argparse.Namespace) -> int:
    """Carry out one of the commands; return the exit status."""
    try:
        return _COMMANDS[args.task](args)
    except Problem as problem:
        raise UsageError(problem.message, problem.help_line) from None


def _build(args: argparse.Namespace) -> int:
    known = [row.file for row in LIBRARIES]
    for name in args.only:
        if name not in known:
            raise UsageError(f"there is no library `{name}`", did_you_mean(name, known))
    rows = libraries(tuple(args.only))
    prefix = Path(args.python) if args.python else None
    plan = Plan(
        rows=rows,
        compiler=find_compiler(os.environ),
        python=find_python(prefix, shared=args.shared_python)
        if any(row.holds_python for row in rows)
        else None,
        strict=args.strict,
    )
    into = Path(args.into) if args.into else build_directory(os.environ, uid=os.geteuid())
    for path in build(plan, into):
        print(path)
    return DONE


def _path(_: argparse.Namespace) -> int:
    print(_found())
    return DONE


def _check(args: argparse.Namespace) -> int:
    directory = Path(args.directory) if args.directory else _found()
    # What a user built in their own place is theirs; elsewhere it may serve everybody.
    is_own = os.geteuid() != 0 and directory.absolute() == _own()
    to, well = screen(plain=args.plain), True
    to.line((f"{directory}", "head"))
    for looked_at in check(directory, installed=args.installed or not is_own):
        good = not looked_at.wrong
        well = well and good
        mark = to.glyphs.yes if good else to.glyphs.no
        to.line((mark, "good mark" if good else "bad mark"), (f" {looked_at.subject}", "name"))
        for sentence in looked_at.wrong:
            to.line((f"    {sentence}", ""))
    return DONE if well else REFUSED


def _install(args: argparse.Namespace) -> int:
    source = Path(args.source) if args.source else _found()
    prefix = Path(args.prefix) if args.prefix else INSTALLED
    target = install(source, prefix, root=Path(args.root).absolute())
    print(f"installed in {target}\n\n{instructions(prefix)}", end="")
    return DONE


def _try(args: argparse.Namespace) -> int:
    command = args.words[1:] if args.words[:1] == ["--"] else args.words
    if not command:
        raise UsageError("expected a command", "as in `pamkit native try -- su somebody`")
    try_out(Path(args.source) if args.source else _found(), command)


def _module(args: argparse.Namespace) -> int:
    # A copy opens the core of the libraries it is made from: those must stay where they are.
    installed = INSTALLED if is_complete(INSTALLED) else None
    source = Path(args.source) if args.source else installed or _found()
    python = Path(args.python) if args.python else None
    print(make_module(args.name, source, Path(args.into), python=python))
    return DONE


def _wheel(args: argparse.Namespace) -> int:
    libraries_in = Path(args.source) if args.source else _found()
    print(add_libraries(Path(args.pure), libraries_in, Path(args.into)))
    return DONE


_COMMANDS = {
    "build": _build,
    "path": _path,
    "check": _check,
    "install": _install,
    "try": _try,
    "module": _module,
    "wheel": _wheel,
}


def _own() -> Path:
    return build_directory(os.environ, uid=os.geteuid())


def _found() -> Path:
    return find_libraries(os.environ, uid=os.geteuid())
