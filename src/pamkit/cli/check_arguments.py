"""The arguments of `pamkit check`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LEVELS = ("error", "warning", "note")


def add_check(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    check = commands.add_parser(
        "check",
        allow_abbrev=False,
        help="what is wrong with policies: every line, every service, the whole tree",
        description="Look for mistakes in policies, and say where, why and what to do. Nothing is"
        " run and no rights are needed. A comment `# pamkit: allow RULE` on a line or above it"
        " allows what a rule would find there; `pamkit doc RULE` says what a rule is about.",
        epilog="Exit status: 0 nothing found, 1 something found at or above --level, 2 unusable"
        " command line or no policies.",
    )
    check.set_defaults(parser=check)
    check.add_argument(
        "places",
        metavar="PATH|SERVICE",
        nargs="*",
        help="services of the system, or files and directories of policies; default: all services",
    )
    check.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    check.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    check.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else what is found")
    check.add_argument(
        "--rule",
        metavar="NAME",
        action="append",
        default=[],
        help="run this rule and no other, or beside those of the profile; `all` for every one,"
        " those of benchmarks as well",
    )
    check.add_argument(
        "--no-rule", metavar="NAME", action="append", default=[], help="do not run this rule"
    )
    check.add_argument(
        "--portable",
        action="store_true",
        help="also say which lines other families of PAM would read or judge otherwise",
    )
    check.add_argument(
        "--to",
        metavar="NAME[,NAME]",
        help="the same of these families only, as in --to solaris,illumos",
    )
    check.add_argument(
        "--profile",
        metavar="NAME",
        help="run the rules of a benchmark, and say of each control what became of it; `list` for"
        " their names",
    )
    check.add_argument(
        "--value",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what a rule compares with, as in minlen=15; product=rhel9 says what this is",
    )
    check.add_argument(
        "--level", choices=LEVELS, default="warning", help="what is less bad is not shown: warning"
    )
    check.add_argument(
        "--baseline", metavar="FILE", help="findings that are accepted for now, and not shown"
    )
    check.add_argument(
        "--write-baseline", metavar="FILE", help="accept all findings: write them to FILE"
    )
    check.add_argument(
        "--stdin", metavar="NAME", help="read this file or service from standard input"
    )
    mend = check.add_mutually_exclusive_group()
    mend.add_argument(
        "--fix", action="store_true", help="mend what can be mended without a change of meaning"
    )
    mend.add_argument("--diff", action="store_true", help="show what --fix would change")
    form = check.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document on standard output")
    form.add_argument("--sarif", action="store_true", help="SARIF 2.1.0, for code scanning")
    form.add_argument("--junit", action="store_true", help="JUnit XML, for test reports")
    form.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
