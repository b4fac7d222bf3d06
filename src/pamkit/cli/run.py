"""`pamkit run`: a real transaction, shown while it happens."""

from __future__ import annotations

import os
import sys

from pamkit.assembly import dialect_named, quirks_named
from pamkit.cli.document import JsonReport
from pamkit.cli.live import TreeReport
from pamkit.cli.plan import Task, flags, tasks
from pamkit.cli.reading import reading_note
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, INTERRUPTED, REFUSED, UNUSABLE
from pamkit.cli.usage import UsageError
from pamkit.policy.suggest import did_you_mean
from pamkit.transaction import Transaction
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError, PolicyError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.families import texts_of
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, Protocol

    from pamkit.engine.driver import Conversation
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.trace import Step
    from pamkit.vocab.message import Answer, Message

    Report = TreeReport | JsonReport

    class Calls(Protocol):
        """Is told of the calls of a transaction."""

        def call(self, task: Task) -> None:
            """Hear that a call is made."""

        def called(self, task: Task, refused: PamError | None, *, asked: bool) -> None:
            """Hear what came of it."""

        def interrupted(self) -> None:
            """Hear that the person gave up."""


_VERBS = {
    Primitive.AUTHENTICATE: Transaction.authenticate,
    Primitive.SETCRED: Transaction.setcred,
    Primitive.ACCT_MGMT: Transaction.acct_mgmt,
    Primitive.OPEN_SESSION: Transaction.open_session,
    Primitive.CLOSE_SESSION: Transaction.close_session,
    Primitive.CHAUTHTOK: Transaction.chauthtok,
}


def run(args: argparse.Namespace, conversation: Conversation | None = None, **replaced: Any) -> int:
    """Carry out a transaction; return the exit status.

    Without ``conversation`` the terminal answers, or standard input line by line.  ``replaced``
    are settings of the transaction in place of the usual ones.
    """
    planned = tasks(args.do, flags(args.flags))
    dialect = _settings(args)
    items = _items(args, dialect)
    report: Report = (
        JsonReport(args, dialect) if args.json else TreeReport(screen(plain=args.plain))
    )
    started: list[Transaction] = []

    def watch(primitive: Primitive, step: Step) -> None:
        report.step(started[0], primitive, step)

    try:
        settings: dict[str, Any] = {
            "conversation": conversation or _terminal(quiet=args.json),
            "confdir": args.confdir,
            "root": args.root,
            "dialect": dialect,
            "quirks": args.quirk,
            "items": items,
            "watch": watch,
            "audit": lambda run: report.finish(started[0], run),
            "log": _show_log if args.log else None,
        }
        transaction = Transaction(args.service, args.user, **{**settings, **replaced})
    except PolicyError as bad:
        report.unusable(bad)
        return UNUSABLE
    except (PamError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None
    started.append(transaction)
    with transaction:
        report.begin(transaction)
        status = carry_out(transaction, planned, report, keep_going=args.keep_going)
        note = reading_note(transaction.trace, transaction.user, args.root)
        report.end(transaction, status, note)
    return status


def _show_log(_priority: int, text: str) -> None:
    print(f"log: {shown(text)}", file=sys.stderr, flush=True)


def carry_out(
    transaction: Transaction, planned: tuple[Task, ...], report: Calls, *, keep_going: bool
) -> int:
    """Make the calls, and return the status; what was opened is closed whatever happens."""
    status = DONE
    done: list[Task] = []
    todo = list(planned)
    while todo:
        task = todo.pop(0)
        if status != DONE and not keep_going and not _is_left_open(task, done):
            continue
        try:
            code = _call(transaction, task, report)
        except KeyboardInterrupt:
            report.interrupted()
            status, keep_going = INTERRUPTED, False
            continue
        if code == ReturnCode.SUCCESS:
            done.append(task)
        elif task.renews and code == ReturnCode.NEW_AUTHTOK_REQD:
            silent = task.flags & Flag.SILENT
            bits = Flag.CHANGE_EXPIRED_AUTHTOK | silent
            todo.insert(0, Task("chauthtok:change_expired", Primitive.CHAUTHTOK, bits))
        elif status == DONE:
            status = REFUSED
    return status


def _is_left_open(task: Task, done: list[Task]) -> bool:
    opening = task.undoes
    return opening is not None and any(
        before.primitive is opening.primitive and before.flags & opening.flags == opening.flags
        for before in done
    )


def _call(transaction: Transaction, task: Task, report: Calls) -> int:
    report.call(task)
    before = len(transaction.trace)
    refused = None
    try:
        _VERBS[task.primitive](transaction, task.flags)
    except PamError as odd:
        refused = odd
    report.called(task, refused, asked=len(transaction.trace) > before)
    return ReturnCode.SUCCESS if refused is None else refused.code


def _settings(args: argparse.Namespace) -> Dialect:
    """Check directories and names; return the dialect."""
    for directory in (args.root, args.confdir):
        if directory is not None and not os.path.isdir(directory):
            raise UsageError(f"`{shown(directory)}` is no directory")
    try:
        quirks_named(args.quirk)
        return dialect_named(args.dialect, args.root)
    except ValueError as unknown:
        message, _, help_line = str(unknown).partition(": ")
        raise UsageError(shown(message), help_line) from None


def _items(args: argparse.Namespace, dialect: Dialect) -> dict[Item | str | int, str]:
    """Return the items that are set from the start."""
    given = {Item.RHOST: args.rhost, Item.TTY: args.tty, Item.RUSER: args.ruser}
    items: dict[Item | str | int, str] = {
        item: value for item, value in given.items() if value is not None
    }
    known = [item.name.lower() for item in texts_of(dialect.name)]
    for assignment in args.item:
        name, sign, value = assignment.partition("=")
        name = name.lower().removeprefix("pam_")
        if not sign:
            raise UsageError(f"expected `NAME=VALUE`, found `{shown(assignment)}`")
        if name not in known:
            raise UsageError(f"no item `{shown(name)}` can be set here", did_you_mean(name, known))
        items[Item[name.upper()]] = value
    return items


def _terminal(*, quiet: bool) -> Conversation:
    """Return the conversation at the terminal; ``quiet`` keeps it off standard output."""
    from pamkit.engine.terminal import TerminalConversation

    terminal = TerminalConversation(stdout_fd=2 if quiet else 1)
    if os.isatty(0):
        return terminal

    def piped(messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Answer, and end the line of a prompt: no newline is typed at a pipe."""
        try:
            return terminal(messages)
        finally:
            if messages and messages[-1].wants_answer:
                print(file=sys.stderr, flush=True)

    return piped
