"""The arguments of the program: what every command takes, and what is said of what none does."""

from __future__ import annotations

import argparse
import re

from pamkit.cli.status import UNUSABLE
from pamkit.cli.usage import UsageError
from pamkit.policy.suggest import closest, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def parsed(argv: list[str]) -> argparse.Namespace:
    """Return the arguments of a command line (without the program's name).

    ``command`` is `None` where none was named, ``parser`` knows the help.  Raises `UsageError` for
    what nobody takes, and `SystemExit` when `--help` has been answered.
    """
    parser = _parser()
    args, strays = parser.parse_known_args(argv)
    if strays:
        wrong = _stray(strays[0], args.parser)
        wrong.status = _unusable(args.parser)
        raise wrong
    return args


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in the style of the house, and leaves the exit status to `main`."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`."""
        raise UsageError(*_reworded(message, self), status=_unusable(self))


_MISSING = re.compile(r"the following arguments are required: (.*)")
_NO_VALUE = re.compile(r"argument ([^:]*): expected (?:one|at least one) argument")
_CHOICE = re.compile(r"argument ([^:]*): invalid choice: '?(.*?)'? \(choose from (.*)\)")


def _reworded(message: str, parser: argparse.ArgumentParser) -> tuple[str, str]:
    """Return sentence and help line for what argparse has to say."""
    usage = f"`{parser.prog} --help` says what there is"
    if found := _MISSING.match(message):
        return f"expected `{found[1]}`", usage
    if found := _NO_VALUE.match(message):
        return f"`{found[1].rpartition('/')[2]}` wants a value", usage
    if found := _CHOICE.match(message):
        known = re.sub(r"['\" ]", "", found[3]).split(",")
        return f"there is no {found[1]} `{found[2]}`", did_you_mean(found[2], known)
    return message[:1].lower() + message[1:].rstrip("."), usage


def _unusable(parser: argparse.ArgumentParser) -> int:
    """Return the exit status for arguments that a command cannot use."""
    status: int | None = parser.get_default("unusable")
    return UNUSABLE if status is None else status


def _stray(word: str, parser: argparse.ArgumentParser) -> UsageError:
    """Return the error for a word that no command asked for."""
    usage = f"`{parser.prog} --help` says what there is"
    if not word.startswith("-"):
        # It is not repeated: it may be a password.
        return UsageError("there is an argument too many", usage)
    word = word.partition("=")[0]
    if closest(word, ["--password", "--passwd", "--pass"]):
        advice = "a password is asked for, or read from standard input, never an argument"
        return UsageError(f"there is no option `{word}`", advice)
    near = closest(word, parser._option_string_actions)
    return UsageError(f"there is no option `{word}`", f"did you mean `{near}`?" if near else usage)


def _parser() -> _Parser:
    from pamkit.cli.check_arguments import add_check
    from pamkit.cli.diff_arguments import add_diff
    from pamkit.cli.explain_arguments import add_explain
    from pamkit.cli.faillock_arguments import add_faillock
    from pamkit.cli.fleet_arguments import add_fleet
    from pamkit.cli.fmt_arguments import add_fmt
    from pamkit.cli.last_arguments import add_last, add_lastlog
    from pamkit.cli.login_arguments import add_login
    from pamkit.cli.native_arguments import add_native
    from pamkit.cli.policy_tests_arguments import add_test
    from pamkit.cli.report_arguments import add_report
    from pamkit.cli.sessions_arguments import add_sessions
    from pamkit.cli.simulate_arguments import add_simulate
    from pamkit.cli.timestamp_arguments import add_timestamp_check
    from pamkit.cli.translate_arguments import add_translate
    from pamkit.cli.userdb_arguments import add_userdb
    from pamkit.cli.verify_arguments import add_verify
    from pamkit.cli.version import version

    parser = _Parser(prog="pamkit", allow_abbrev=False, description="PAM in pure Python")
    parser.set_defaults(parser=parser)
    parser.add_argument("--version", action="version", version=f"pamkit {version()}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    _add_run(commands)
    add_check(commands)
    _add_demo(commands)
    _add_doc(commands)
    add_fmt(commands)
    add_faillock(commands)
    add_sessions(commands)
    add_last(commands)
    add_lastlog(commands)
    add_login(commands)
    add_native(commands)
    add_timestamp_check(commands)
    add_translate(commands)
    add_userdb(commands)
    add_diff(commands)
    add_report(commands)
    add_explain(commands)
    add_simulate(commands)
    add_test(commands)
    add_verify(commands)
    add_fleet(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    run = commands.add_parser(
        "run",
        allow_abbrev=False,
        help="a real transaction, with every line that was asked and what came of it",
        description="Carry out a transaction and show which line of the policy decided, and why."
        " A password is asked for without echo, or read from standard input.",
        epilog="Exit status: 0 success, 1 refused, 2 unusable command line or policy,"
        " 130 interrupted.",
    )
    run.set_defaults(parser=run)
    run.add_argument("service", metavar="SERVICE", help="the name that picks the policy")
    run.add_argument("--user", metavar="USER", help="who asks; else the policy finds out")
    run.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    run.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    run.add_argument(
        "--do",
        metavar="CALL[,CALL...]",
        default="authenticate,acct_mgmt",
        help="authenticate, setcred[:establish|delete|reinitialize|refresh], acct_mgmt,"
        " open_session, close_session, chauthtok[:change_expired], or login for all a login does;"
        " default: authenticate,acct_mgmt",
    )
    run.add_argument("--keep-going", action="store_true", help="go on after a refusal")
    run.add_argument(
        "--flags",
        metavar="FLAG[,FLAG...]",
        default="",
        help="silent, disallow_null_authtok, change_expired, for the calls that may have them",
    )
    run.add_argument("--rhost", metavar="HOST", help="the item PAM_RHOST")
    run.add_argument("--tty", metavar="TTY", help="the item PAM_TTY")
    run.add_argument("--ruser", metavar="USER", help="the item PAM_RUSER")
    run.add_argument(
        "--item", metavar="NAME=VALUE", action="append", default=[], help="any other item"
    )
    run.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else the system's")
    run.add_argument(
        "--quirk",
        metavar="NAME",
        action="append",
        default=[],
        help="do as libpam does where pamkit refuses; see `pamkit doc`",
    )
    run.add_argument(
        "--log", action="store_true", help="show what modules log, on standard error, not in syslog"
    )
    run.add_argument("--json", action="store_true", help="one JSON document on standard output")
    _add_plain(run)


def _add_demo(commands: argparse._SubParsersAction[_Parser]) -> None:
    demo = commands.add_parser(
        "demo",
        allow_abbrev=False,
        help="a tour: logins that pass and logins that fail, in a directory of their own",
        description="Play logins in a root directory made for it; needs no rights and changes"
        " nothing outside. Exit status 1 if a scene ended otherwise than it should.",
    )
    demo.set_defaults(parser=demo)
    demo.add_argument("--keep", action="store_true", help="keep the directory and say where it is")
    demo.add_argument("--fast", action="store_true", help="do not pause for the reader")
    _add_plain(demo)


def _add_doc(commands: argparse._SubParsersAction[_Parser]) -> None:
    doc = commands.add_parser(
        "doc",
        allow_abbrev=False,
        help="what is known of a module, a code, a flag, an item, a word, a rule",
        description="Show the page of a name; without one, list every name.",
    )
    doc.set_defaults(parser=doc)
    doc.add_argument("name", metavar="NAME", nargs="?", help="as in pam_unix, auth_err, requisite")
    doc.add_argument(
        "--man", action="store_true", help="write a module's page for man(1): `| man -l -`"
    )
    _add_plain(doc)


def _add_plain(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
