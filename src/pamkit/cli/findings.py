"""What is odd about a policy: what reading it found, and jumps that lead nowhere."""

from __future__ import annotations

from pamkit.cli.shown import policy_text, shown
from pamkit.policy.compile import compile_policy, jump_findings
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.cli.screen import Screen
    from pamkit.policy.resolve import Policy
    from pamkit.vocab.diagnostic import Finding

_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "dim"}


def findings_of(policy: Policy) -> tuple[Finding, ...]:
    """Return every finding about a policy."""
    chains = compile_policy(policy).values()
    return (*policy.findings, *(finding for chain in chains for finding in jump_findings(chain)))


def show_findings(screen: Screen, findings: Iterable[Finding]) -> None:
    """Show what is odd about a policy, each with its place and what to do."""
    for finding in findings:
        screen.line(
            (f"{shown(str(finding.span))}: ", ""),
            (f"{finding.severity.name.lower()}: ", _STYLES[finding.severity]),
            (policy_text(finding.message), ""),
            (f" [{finding.rule}]", "dim"),
        )
        if finding.help:
            screen.line(("  help: ", "name"), (policy_text(finding.help), ""))
