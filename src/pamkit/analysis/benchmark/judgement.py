"""What a check of a benchmark comes to: passed, failed, not applicable, or somebody must look."""

from __future__ import annotations

from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.rule import Rule


class Outcome(Names):
    """How a check ends, from good to bad."""

    NOT_APPLICABLE = 0
    PASSED = 1
    UNKNOWN = 2
    FAILED = 3


class Judgement(Record):
    """An outcome, and what was found; only what failed has findings."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()


class Problem(Record):
    """Why a check fails: where, what, and what to do."""

    span: Span
    message: str
    help: str = ""


PASSED = Judgement(Outcome.PASSED)
NOT_APPLICABLE = Judgement(Outcome.NOT_APPLICABLE)
UNKNOWN = Judgement(Outcome.UNKNOWN)


def judged(rule: Rule, problems: Iterable[Problem]) -> Judgement:
    """Return what the problems of a check come to, as findings of a rule; none: it passes."""
    findings = tuple(
        rule.finding(problem.span, problem.message, problem.help) for problem in problems
    )
    return Judgement(Outcome.FAILED, findings) if findings else PASSED


def all_of(*judgements: Judgement) -> Judgement:
    """Return what several checks come to together: the worst, with all that was found."""
    worst = max(each.outcome for each in judgements)
    return Judgement(worst, tuple(found for each in judgements for found in each.findings))


def any_of(*judgements: Judgement) -> Judgement:
    """Return what several checks come to of which one is enough: the best, that which says why."""
    return min(judgements, key=lambda each: each.outcome)
