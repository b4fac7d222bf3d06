"""`pamkit demo`: a tour of logins that pass and logins that fail."""

from __future__ import annotations

import textwrap
import time

from pamkit.cli.findings import show_findings
from pamkit.cli.reason import code_word
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.tree import Tree
from pamkit.cli.usage import UsageError
from pamkit.demo.play import Outcome, missing, play
from pamkit.demo.root import temporary
from pamkit.demo.scenes import SCENES, Scene
from pamkit.transaction import Transaction
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.cli.screen import Screen
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Run
    from pamkit.vocab.diagnostic import Finding

_PAUSE_BEFORE, _PAUSE_AFTER = 0.2, 0.55  # seconds: a dozen scenes in about ten


def demo(args: argparse.Namespace) -> int:
    """Play every scene; return 0 if all ended as they should, else 1."""
    to = screen(plain=args.plain)
    stage = TreeStage(to, unhurried=to.live and not args.fast)
    lacking = missing()
    if lacking:
        raise UsageError(lacking, "everything but the demo and pam_unix works without")
    with temporary(keep=args.keep) as root:
        stage.opening(root, keep=args.keep)
        outcomes = []
        for number, scene in enumerate(SCENES, 1):
            stage.title(number, scene)
            outcome = play(scene, root, start=Transaction, stage=stage)
            outcomes.append(outcome)
            stage.result(outcome)
        stage.summary(outcomes)
    return DONE if all(outcome.as_expected for outcome in outcomes) else REFUSED


class TreeStage:
    """Shows scenes on a screen."""

    def __init__(self, to: Screen, *, unhurried: bool) -> None:
        """Show them on a screen; with ``unhurried``, leave time to read."""
        self._screen, self._tree, self._unhurried = to, Tree(to), unhurried

    def opening(self, root: str, *, keep: bool) -> None:
        """Say where this plays."""
        self._screen.line(
            ("PAM, played in a directory of its own", "head"),
            (f"  {root}{', which is kept' if keep else ''}", "dim"),
        )

    def title(self, number: int, scene: Scene) -> None:
        """Say what is tried."""
        rule = self._screen.glyphs.rule
        who = "somebody" if scene.user is None else f"`{scene.user}`"
        head = f"{number}. {scene.title} "
        self._screen.line()
        self._screen.line((head, "head"), (rule * max(0, self._screen.width - len(head)), "dim"))
        self._wrapped(f"{who} at `{scene.service}`: {scene.lesson}", "dim")
        self._screen.line()
        self._wait(_PAUSE_BEFORE)

    def findings(self, findings: tuple[Finding, ...]) -> None:
        """Show what is odd about the policy."""
        show_findings(self._screen, findings)

    def message(self, text: str, answer: str | None) -> None:
        """Show a message and what was typed."""
        says = self._screen.glyphs.says
        for line in text.splitlines():
            typed = "" if answer is None else f" {answer}"
            self._screen.line((f"  {says} ", "name"), (shown(line.rstrip()), ""), (typed, "head"))

    def run(self, run: Run, policy: Policy) -> None:
        """Show a run."""
        self._tree.draw(run, policy)

    def log(self, text: str) -> None:
        """Show what was written for the administrator."""
        self._wrapped(f"log: {shown(text)}", "dim")

    def environment(self, names: tuple[str, ...]) -> None:
        """Show which variables were set."""
        self._wrapped(f"environment: {shown(', '.join(names))}", "dim")

    def result(self, outcome: Outcome) -> None:
        """Say whether the scene ended as it should."""
        if outcome.as_expected:
            good = outcome.codes[-1] == ReturnCode.SUCCESS
            arrow = f"{self._screen.glyphs.result} {outcome.scene.result}"
            self._screen.line((arrow, "good mark" if good else "bad mark"))
        for surprise in outcome.surprises:
            self._screen.line((f"{self._screen.glyphs.no} {policy_text(surprise)}", "bad mark"))
        self._wait(_PAUSE_AFTER)

    def summary(self, outcomes: list[Outcome]) -> None:
        """Show all scenes in a table, expected beside found."""
        rows = [(outcome.scene.title, *_telling_codes(outcome)) for outcome in outcomes]
        widths = [max((len(row[column]) for row in rows), default=10) for column in (0, 1)]
        to, glyphs = self._screen, self._screen.glyphs
        to.line()
        head = f"{'scene'.ljust(widths[0])}  {'should end'.ljust(widths[1])}  ended"
        to.line((f"  {head}", "head"))
        for outcome, (title, expected, found) in zip(outcomes, rows, strict=True):
            good = outcome.as_expected
            to.line(
                (glyphs.yes if good else glyphs.no, "good mark" if good else "bad mark"),
                (f" {title.ljust(widths[0])}  {expected.ljust(widths[1])}  ", ""),
                (found, "" if good else "bad mark"),
            )
        bad = sum(not outcome.as_expected for outcome in outcomes)
        to.line()
        if bad:
            to.line((f"{bad} of {len(outcomes)} ended otherwise than they should", "bad mark"))
        else:
            to.line((f"all {len(outcomes)} ended as they should", "good mark"))

    def _wrapped(self, text: str, style: str) -> None:
        for line in textwrap.wrap(text, self._screen.width, subsequent_indent="  "):
            self._screen.line((line, style))

    def _wait(self, seconds: float) -> None:
        if self._unhurried:
            time.sleep(seconds)


def _telling_codes(outcome: Outcome) -> tuple[str, str]:
    """Return the first pair of codes that differ, else the last: what should be, and what is."""
    pairs = [*zip((call.code for call in outcome.scene.calls), outcome.codes, strict=True)]
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    expected, found = differing[0] if differing else pairs[-1]
    return code_word(expected), code_word(found)
