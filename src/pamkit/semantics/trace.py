"""What was asked, what came back, and why the verdict moved."""

from __future__ import annotations

from pamkit.policy.chain import Link
from pamkit.policy.control import SETTLE, Action
from pamkit.semantics.table import LINUX_FOLD, POSITIVE, Fold
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Links, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record


class Step(Record):
    """One link that was asked.

    ``answer`` is what it said, ``judged`` the code that chose ``action``; ``before`` and
    ``after`` are the verdicts around it.  ``note`` is for people: why a link was refused,
    or what a hook raised.  ``depth`` is how many substacks it lies in.
    """

    link: Link
    answer: int
    judged: int
    action: int
    before: Verdict
    after: Verdict
    depth: int = 0
    note: str = ""

    @property
    def grants(self) -> bool:
        """Whether the link counted as one that said yes (libpam's grantor)."""
        positive = self.after.mood in POSITIVE
        # DIALECT: where a jump counts, it says yes if nobody had said anything before it.
        jumped = self.action > 0 and self.before != self.after
        counted = jumped or self.action in (Action.OK, Action.DONE, SETTLE)
        return counted and positive and self.answer == ReturnCode.SUCCESS


class Run(Record):
    """One walk of a chain: the primitive, its steps, and how it ended.

    ``flags`` are those the hooks saw.  ``replayed`` is set if an earlier run chose the path.
    ``code`` is what the application was told.
    """

    primitive: Primitive
    service: str
    flags: int
    steps: tuple[Step, ...]
    verdict: Verdict
    code: int
    replayed: bool = False

    @property
    def deciding(self) -> Step | None:
        """The step that made the verdict what it is; `None` if no link did."""
        for step in reversed(self.steps):
            if step.before != step.after:
                return step if step.after == self.verdict else None
        return None

    @property
    def grantors(self) -> tuple[Link, ...]:
        """The links that said yes, in order; none if the run did not succeed."""
        if self.code != ReturnCode.SUCCESS:
            return ()
        return tuple(step.link for step in self.steps if step.grants)


Path = tuple[tuple[int, int], ...]
"""Number and answer of each link in the order they were asked."""


def path_of(run: Run) -> Path:
    """Return the path of a run, for another process or a later primitive to follow."""
    return tuple((step.link.number, step.answer) for step in run.steps)


def retrace(links: Links, path: Path, fold: Fold = LINUX_FOLD) -> Verdict:
    """Return the verdict of the run that left a path; nobody is asked.

    Raises `ValueError` if the path does not belong to these links, or is not a whole one.
    """
    at = begin(links, fold)
    for number, answer in path:
        if isinstance(at, Verdict) or at.link.number != number:
            raise ValueError("the recorded path does not belong to this chain")
        at = advance(at, answer)
    if not isinstance(at, Verdict):
        raise ValueError("the recorded path ends before the chain does")
    return at
