"""A transaction shown to a person while it happens."""

from __future__ import annotations

import sys
import textwrap

from pamkit.cli.document import flag_words
from pamkit.cli.findings import findings_of, show_findings
from pamkit.cli.reason import code_word
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, INTERRUPTED
from pamkit.cli.tree import Tree
from pamkit.vocab.codes import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.cli.plan import Task
    from pamkit.cli.screen import Screen
    from pamkit.semantics.trace import Run, Step
    from pamkit.transaction import Transaction
    from pamkit.vocab.errors import PamError, PolicyError
    from pamkit.vocab.facility import Primitive


class TreeReport:
    """Shows a transaction to a person, while it happens."""

    def __init__(self, to: Screen) -> None:
        """Show it on a screen."""
        self._screen, self._tree = to, Tree(to)

    def begin(self, transaction: Transaction) -> None:
        """Show what is odd about the policy."""
        self._tree = Tree(self._screen, user=lambda: transaction.user)
        findings = findings_of(transaction.policy)
        show_findings(self._screen, findings)
        if findings:
            self._screen.line()

    def call(self, task: Task) -> None:
        """Hear that a call is made."""
        self._tree.start(task.primitive, task.flags)

    def step(self, transaction: Transaction, primitive: Primitive, step: Step) -> None:
        """Show a step."""
        self._tree.step(primitive, step, transaction.policy)

    def finish(self, transaction: Transaction, run: Run) -> None:
        """Show the verdict of a run."""
        self._tree.finish(run, transaction.policy)

    def called(self, task: Task, refused: PamError | None, *, asked: bool) -> None:
        """Show what no run has shown: why no module was asked, and what can be done."""
        if refused is None:
            return
        if not asked:
            told = f"{task.primitive.name.lower()} was refused before any module was asked"
            self._screen.line((told, "bad"), (f": {code_word(refused.code)}", ""))
            if task.flags:
                self._screen.line((f"  flags: {', '.join(flag_words(task.flags))}", ""))
        if refused.message != text(refused.code).lower():
            self._screen.line((f"  {policy_text(refused.message)}", ""))
        if refused.advice:
            self._screen.line(("  help: ", "name"), (refused.advice, ""))

    def interrupted(self) -> None:
        """Say that the person gave up."""
        self._screen.line()
        self._screen.line(("interrupted", "bad mark"))

    def unusable(self, bad: PolicyError) -> None:
        """Show why there is no transaction."""
        show_findings(self._screen, bad.findings)
        print(f"pamkit: {policy_text(bad.message)}", file=sys.stderr)

    def end(self, transaction: Transaction, status: int, note: str) -> None:
        """Show the result."""
        who = "the user" if transaction.user is None else f"`{shown(transaction.user)}`"
        names = transaction.env.keys()
        if names:
            self._screen.line(("environment: ", "dim"), (shown(", ".join(names)), ""))
        for line in textwrap.wrap(note, self._screen.width - 6):
            self._screen.line(("note: ", "warn"), (line, ""))
        if status == INTERRUPTED:
            return
        service = shown(transaction.service)
        good = status == DONE
        self._screen.line(
            (f"{who} {'passes' if good else 'does not pass'} ", ""),
            (f"`{service}`", "good mark" if good else "bad mark"),
        )
