"""A run as a tree: a line for each link that was asked, as it is asked, and the verdict."""

from __future__ import annotations

import textwrap

from pamkit.cli.columns import NO_BREAK, columns
from pamkit.cli.reason import code_word, outcome, reason
from pamkit.cli.row import module_name, rows_of, where
from pamkit.cli.shown import policy_text, shown
from pamkit.policy.compile import compile_policy
from pamkit.semantics.fold import fold_of
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import FACILITY_OF, Primitive
from pamkit.vocab.flags import PASS_FLAGS, Flag, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pamkit.cli.row import Row
    from pamkit.cli.screen import Glyphs, Part, Screen
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Run, Step

_INDENT = 5


def _nobody() -> str | None:
    return None


class Tree:
    """Draws the runs of a transaction.

    ``step`` and ``finish`` show a run while it goes on; `draw` shows one that is over, and can
    therefore mark the link that decided.  ``user`` gives the user's name, if it is to be shown.
    """

    def __init__(self, screen: Screen, user: Callable[[], str | None] = _nobody) -> None:
        """Draw on ``screen``."""
        self._screen, self._user = screen, user
        self._columns = columns((), screen.width, screen.glyphs)
        self._rows: tuple[Row, ...] = ()
        self._next = 0
        self._open = False
        self._flags = 0
        self._fold = LINUX_FOLD

    def start(self, primitive: Primitive, flags: int) -> None:
        """Hear that a call is made; only chauthtok walks its chain twice."""
        first_pass = Flag.PRELIM_CHECK if primitive is Primitive.CHAUTHTOK else 0
        self._open, self._flags = False, flags | first_pass

    def draw(self, run: Run, policy: Policy) -> None:
        """Show a run that is over."""
        self._open, self._flags = False, run.flags
        deciding = run.deciding
        for step in run.steps:
            self.step(run.primitive, step, policy, decides=step is deciding)
        self.finish(run, policy)

    def step(
        self, primitive: Primitive, step: Step, policy: Policy, *, decides: bool = False
    ) -> None:
        """Show one step, and before it the links that were passed over."""
        self._begin(primitive, policy)
        self._pass_over(step.link.number)
        self._next = step.link.number + 1
        glyphs, style = self._screen.glyphs, _style(step)
        why = policy_text(reason(step, primitive, self._fold))
        said = [(code_word(step.answer), style), (f": {why}", "")]
        if decides:
            said.append((f"  {glyphs.decides.replace(' ', NO_BREAK)}", f"{style} mark".strip()))
        mark = glyphs.moved if step.before != step.after else glyphs.still
        for line in self._columns.asked(self._rows[step.link.number], (mark, style), said):
            self._screen.line(*line)

    def finish(self, run: Run, policy: Policy) -> None:
        """Show the links that were not reached, and the verdict."""
        self._begin(run.primitive, policy)
        self._pass_over(len(self._rows))
        self._open = False
        if self._flags & Flag.PRELIM_CHECK:
            self._flags ^= PASS_FLAGS
        last, verdict = f"{self._screen.glyphs.last} ", _verdict(run, self._screen.glyphs)
        first, *sentences = _explanations(run, policy)
        if len(last) + len(verdict[0]) + len(first) + 2 <= self._screen.width:
            self._screen.line((last, "dim"), verdict, (f", {first}", ""))
        else:
            self._screen.line((last, "dim"), verdict)
            sentences = [first, *sentences]
        for sentence in sentences:
            for line in textwrap.wrap(sentence, self._screen.width - _INDENT):
                self._screen.line((" " * _INDENT + line, ""))

    def _begin(self, primitive: Primitive, policy: Policy) -> None:
        if self._open:
            return
        self._open, self._next = True, 0
        chain = compile_policy(policy)[FACILITY_OF[primitive]]
        update = bool(self._flags & Flag.UPDATE_AUTHTOK)
        self._fold = fold_of(chain.rules, primitive, update=update)
        self._rows = rows_of(chain)
        self._columns = columns(self._rows, self._screen.width, self._screen.glyphs)
        name = primitive.name.lower()
        if primitive is Primitive.CHAUTHTOK:
            name += ", update pass" if update else ", check pass"
        parts: list[Part] = [(name, "head")]
        flags, user = self._flags & ~PASS_FLAGS, self._user()
        if flags:
            parts.append((f"  {_short(flags)}", "name"))
        parts.append((f"  service `{shown(policy.service)}`", "dim"))
        if user is not None:
            parts.append((f"  user `{shown(user)}`", "dim"))
        if chain.links and chain.origin != policy.service:
            parts.append((f"  with the lines of `{chain.origin}`: it has none of its own", "warn"))
        self._screen.line(*parts)

    def _pass_over(self, end: int) -> None:
        """Show what lies between the last link asked and ``end``: links, and heads of substacks."""
        for row in self._rows[self._next : end]:
            entered = row.is_substack and end < len(self._rows) and row.holds(end)
            line = self._columns.entered(row) if entered else [*self._columns.passed_over(row)]
            self._screen.line(*line)


def _style(step: Step) -> str:
    if step.before == step.after or step.after.mood is Mood.UNDECIDED:
        return ""
    return "bad" if step.after.mood is Mood.DENIED else "good"


def _short(flags: int) -> str:
    names = words(flags).lower().split("|")
    return ", ".join(name.removesuffix("_authtok").removesuffix("_cred") for name in names)


def _verdict(run: Run, glyphs: Glyphs) -> Part:
    if run.code == ReturnCode.SUCCESS:
        return f"{glyphs.yes} granted", "good mark"
    if run.code == ReturnCode.NEW_AUTHTOK_REQD:
        return f"{glyphs.no} not yet: {code_word(run.code)}", "warn"
    return f"{glyphs.no} refused: {code_word(run.code)}", "bad mark"


def _explanations(run: Run, policy: Policy) -> Iterator[str]:
    """Return who decided, and what else there is to say of a verdict."""
    deciding = run.deciding
    if deciding is None:
        yield outcome(run, follows=policy.dialect.replays)
    else:
        yield f"decided at {where(deciding.link.span)} by {module_name(deciding.link)}"
    if run.code != ReturnCode.SUCCESS:
        yield text(run.code).lower()
    others = [link for link in run.grantors if deciding is None or link is not deciding.link]
    if others:
        names = ", ".join(f"{where(link.span)} ({module_name(link)})" for link in others)
        yield f"yes was also said at {names}"
