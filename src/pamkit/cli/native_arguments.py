"""The arguments of `pamkit native`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_native(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command and its tasks."""
    native = commands.add_parser(
        "native",
        allow_abbrev=False,
        help="the libraries that C programs use: build, find, check, install, try",
        description="pamkit as `libpam.so.0`, for programs that are not written in Python.",
    )
    native.set_defaults(parser=native)
    tasks = native.add_subparsers(dest="task", metavar="task", required=True)
    for add in (_add_build, _add_path, _add_check, _add_install, _add_try, _add_module, _add_wheel):
        add(tasks)


def _task(
    tasks: argparse._SubParsersAction[Any], name: str, help_line: str, description: str
) -> argparse.ArgumentParser:
    task: argparse.ArgumentParser = tasks.add_parser(
        name, allow_abbrev=False, help=help_line, description=description
    )
    task.set_defaults(parser=task)
    return task


def _add_build(tasks: argparse._SubParsersAction[Any]) -> None:
    build = _task(
        tasks,
        "build",
        "compile them on this machine",
        "Compile the libraries; needs a C compiler and a Python that can be linked into a library"
        " (Debian: apt install gcc python3-dev). CC, CFLAGS and LDFLAGS are heeded.",
    )
    build.add_argument(
        "--into", metavar="DIR", help="another directory than `pamkit native path` looks in"
    )
    build.add_argument(
        "--only", metavar="FILE", action="append", default=[], help="this library and its needs"
    )
    build.add_argument("--python", metavar="PREFIX", help="the Python installed there")
    build.add_argument(
        "--shared-python",
        action="store_true",
        help="use a shared libpython, which needs its files when it runs: for developing",
    )
    build.add_argument("--strict", action="store_true", help="no warning is let pass")


def _add_path(tasks: argparse._SubParsersAction[Any]) -> None:
    _task(
        tasks,
        "path",
        "say where they are",
        "Print the directory of the libraries that belong to this pamkit: built on this machine"
        " (root: /var/cache/pamkit/native, others: $XDG_CACHE_HOME/pamkit/native), or brought by"
        " the wheel.",
    )


def _add_check(tasks: argparse._SubParsersAction[Any]) -> None:
    check = _task(
        tasks,
        "check",
        "say whether they are what they should be",
        "Look at symbols, protection, owners and modes, and play a transaction that must be"
        " granted and one that must be refused. Exit status: 0 all is well, 1 something is not.",
    )
    check.add_argument("directory", metavar="DIR", nargs="?", help="else `pamkit native path`")
    check.add_argument(
        "--installed", action="store_true", help="owners and modes count, wherever they are"
    )
    check.add_argument("--plain", action="store_true", help="plain ASCII, no colours")


def _add_install(tasks: argparse._SubParsersAction[Any]) -> None:
    install = _task(
        tasks,
        "install",
        "put them into a directory of their own",
        "Copy libraries, headers and pkg-config files to a directory, and say how programs get to"
        " use them. The system's own libpam is never touched.",
    )
    install.add_argument(
        "--prefix", metavar="DIR", help="the directory; default: /usr/local/lib/pamkit"
    )
    install.add_argument(
        "--root", metavar="DIR", default="/", help="put this before the prefix, to make a package"
    )
    install.add_argument("--from", metavar="DIR", dest="source", help="else `pamkit native path`")


def _add_try(tasks: argparse._SubParsersAction[Any]) -> None:
    attempt = _task(
        tasks,
        "try",
        "run a command with them in place of the system's",
        "Run a command in a mount namespace of its own, where they cover the system's libraries;"
        " setuid programs see them too. Nothing outside changes. Needs root.",
    )
    attempt.add_argument("--from", metavar="DIR", dest="source", help="else `pamkit native path`")
    attempt.add_argument(
        "words", metavar="-- COMMAND ...", nargs=argparse.REMAINDER, help="what to run"
    )


def _add_module(tasks: argparse._SubParsersAction[Any]) -> None:
    module = _task(
        tasks,
        "module",
        "make a pam_NAME.so of a module in Python",
        "Write pam_NAME.so, which any libpam can load: one of pamkit's own modules, or a file of"
        " Python that belongs to root. It uses the core of the libraries it is made from.",
    )
    module.add_argument("name", metavar="NAME", help="as in `pam_example` or `example`")
    module.add_argument("--into", metavar="DIR", required=True, help="where to write it")
    module.add_argument(
        "--python", metavar="FILE", help="a file of Python, by its absolute path; else pamkit's own"
    )
    module.add_argument(
        "--from",
        metavar="DIR",
        dest="source",
        help="else what is installed, or `pamkit native path`",
    )


def _add_wheel(tasks: argparse._SubParsersAction[Any]) -> None:
    wheel = _task(
        tasks,
        "wheel",
        "add them to a wheel of pamkit",
        "Write a wheel for this machine: a pure wheel of pamkit, and the libraries in it.",
    )
    wheel.add_argument("pure", metavar="WHEEL", help="pamkit-VERSION-py3-none-any.whl")
    wheel.add_argument("--from", metavar="DIR", dest="source", help="else `pamkit native path`")
    wheel.add_argument("--into", metavar="DIR", default=".", help="default: here")
