"""The command line: arguments, commands and exit statuses.

0: everything that was asked for succeeded; 1: refused; 2: the command line or the policy cannot
be used; 130: interrupted.
"""

from __future__ import annotations

import sys

from pamkit.cli.status import DONE, INTERRUPTED, UNUSABLE
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version


def main(argv: list[str] | None = None) -> int:
    """Carry out a command line (without the program's name); return the exit status."""
    try:
        try:
            return _command(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()
    except UsageError as wrong:
        print(f"pamkit: {wrong}", file=sys.stderr)
        return wrong.status
    except KeyboardInterrupt:
        print("pamkit: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        from pamkit.cli.screen import stop_writing

        stop_writing()
        return UNUSABLE
    except OSError as fault:
        print(f"pamkit: {_said(fault)}", file=sys.stderr)
        return UNUSABLE
    except Exception as fault:  # noqa: BLE001  # what it says could hold what was typed
        print(f"pamkit: a fault of pamkit's own: {_where(fault)}", file=sys.stderr)
        return UNUSABLE


def _command(argv: list[str]) -> int:
    if argv == ["--version"]:
        # Answered before anything is loaded that this does not take.
        print(f"pamkit {version()}")
        return DONE
    from pamkit.cli.arguments import parsed

    try:
        args = parsed(argv)
    except SystemExit as done:  # --help
        return int(done.code or 0)
    # Each command is imported when it is asked for.
    if args.command == "run":
        from pamkit.cli.run import run

        return run(args)
    if args.command == "doc":
        from pamkit.cli.doc import doc

        return doc(args)
    if args.command == "check":
        from pamkit.cli.check import check

        return check(args)
    if args.command == "demo":
        from pamkit.cli.demo import demo

        return demo(args)
    if args.command == "login":
        from pamkit.cli.login import login

        return login(args)
    if args.command == "diff":
        from pamkit.cli.diff import diff

        return diff(args)
    if args.command == "explain":
        from pamkit.cli.explain import explain

        return explain(args)
    if args.command == "test":
        from pamkit.cli.policy_tests import policy_tests

        return policy_tests(args)
    if args.command == "fleet":
        from pamkit.cli.fleet import fleet

        return fleet(args)
    if args.command == "simulate":
        from pamkit.cli.simulate import simulate

        return simulate(args)
    if args.command == "report":
        from pamkit.cli.report import report

        return report(args)
    if args.command == "verify":
        from pamkit.cli.verify import verify

        return verify(args)
    if args.command == "native":
        from pamkit.cli.native import native

        return native(args)
    if args.command == "userdb":
        from pamkit.cli.userdb import userdb

        return userdb(args)
    if args.command == "faillock":
        from pamkit.cli.faillock import faillock

        return faillock(args)
    if args.command == "fmt":
        from pamkit.cli.fmt import fmt

        return fmt(args)
    if args.command == "last":
        from pamkit.cli.last import last

        return last(args)
    if args.command == "lastlog":
        from pamkit.cli.lastlog import lastlog

        return lastlog(args)
    if args.command == "sessions":
        from pamkit.cli.sessions import sessions

        return sessions(args)
    if args.command == "timestamp-check":
        from pamkit.cli.timestamp_check import timestamp_check

        return timestamp_check(args)
    if args.command == "translate":
        from pamkit.cli.translate import translate

        return translate(args)
    args.parser.print_help()
    return UNUSABLE


def _said(fault: OSError) -> str:
    reason = (fault.strerror or type(fault).__name__).lower()
    return f"`{fault.filename}`: {reason}" if fault.filename else reason


def _where(fault: Exception) -> str:
    """Return the kind of a fault, and where it was raised."""
    traceback = fault.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(fault).__name__
    file = traceback.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{type(fault).__name__} at {file}:{traceback.tb_lineno}"
