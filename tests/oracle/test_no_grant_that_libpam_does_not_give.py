"""Where pamkit, without any quirk, says yes and libpam does not, the reason has a name.

The rule, checked for every call of every case:

1.  If pamkit answers success, libpam answers success as well; or there is a smallest set of
    quirks under which pamkit no longer does, each of them may explain this primitive, and what
    it needs was there (`_CIRCUMSTANCES`).
2.  `authenticate`, `acct_mgmt`, `open_session` and `chauthtok` are never explained by the way
    setcred and close_session are replayed, unless libpam only answers `abort` because it still
    waits in one of these two (3b).
3.  `setcred` and `close_session` may be explained by `answers-steer-replay`, and then only if

    a.  the run they replay succeeded, and libpam, asking the same links, ended undecided: every
        entry that counted answered `ignore` (entries a `reset` took back do not count); or
    b.  the run they replay succeeded, and libpam wandered on: it asked links that run had not
        asked (one of them may have answered `incomplete`), or left out some that it had; or
    c.  libpam handed out `ignore` itself: a link that jumps answered it (DIALECT: linux), or
        one for which `ignore` is an answer that counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import pytest

from pamkit.semantics.trace import Run
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PolicyError
from tests.oracle.case import SET_SERVICE, Case, Result, shown
from tests.oracle.detect import Behaviour, detect
from tests.oracle.libpam import Worker, play_all
from tests.oracle.ours import Manner, Ours
from tests.oracle.policies import draw

SEED, CASES = 8, 2000
_STEER = "answers-steer-replay"
_REPLAYING = ("setcred", "close_session")
_MANY = 3  # quirks that may have to come together to explain one answer


class Played(NamedTuple):
    """A case as pamkit plays it: codes, the last run of each call, what the policy's flaws are."""

    codes: tuple[int, ...]
    runs: tuple[Run | None, ...]
    flaws: frozenset[str]

    def granted(self, at: int) -> bool:
        """Whether a call got success."""
        return at < len(self.codes) and self.codes[at] == ReturnCode.SUCCESS


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


@pytest.fixture(scope="module")
def behaviour(worker: Worker) -> Behaviour:
    return worker.ask(detect)


@pytest.mark.needs("libpam", "pam_debug")
def test_every_yes_of_pamkit_is_a_yes_of_libpam_or_has_a_reason(
    worker: Worker, behaviour: Behaviour
) -> None:
    cases = [draw(SEED, number) for number in range(CASES)]
    seen: Counter[str] = Counter()
    unexplained = []
    for number, (case, theirs) in enumerate(zip(cases, worker.ask(play_all, cases), strict=True)):
        plain = _played(case, Manner(behaviour.manner.dialect))
        for at, (name, _) in enumerate(case.calls):
            if name == SET_SERVICE or not plain.granted(at):
                continue
            seen[name] += 1
            if _granted(theirs, at):
                continue
            seen["explained"] += 1
            fault = _fault(case, at, plain, behaviour.manner)
            if fault:
                unexplained.append(f"case {number}, call {at} ({name}): {fault}\n{shown(case)}")
    assert unexplained == []
    # Neither side of the rule is empty.
    assert min(seen[name] for name in ("authenticate", "acct_mgmt", "open_session")) > CASES // 20
    assert seen["explained"] > CASES // 200


def _granted(theirs: Result, at: int) -> bool:
    return at < len(theirs.calls) and theirs.calls[at][0] == ReturnCode.SUCCESS


def _played(case: Case, manner: Manner) -> Played:
    try:
        ours = Ours(case, manner)
    except PolicyError:
        return Played((), (), frozenset())
    flaws = frozenset(finding.rule for finding in ours.core.policy.findings)
    codes: list[int] = []
    runs: list[Run | None] = []
    for name, value in case.calls:
        before = len(ours.core.runs)
        codes.append(ours.call(name, value)[0])
        runs.append(ours.core.runs[-1] if len(ours.core.runs) > before else None)
        flaws |= {finding.rule for finding in ours.core.policy.findings}
    return Played(tuple(codes), tuple(runs), flaws)


def _fault(case: Case, at: int, plain: Played, manner: Manner) -> str:
    """Return what is wrong with the reason of a yes, or `""`."""
    quirks, blamed = _blame(case, at, manner)
    if not quirks:
        return "no quirk explains it"
    strange = quirks - _CIRCUMSTANCES.keys() - {_STEER}
    if strange:
        return f"`{', '.join(sorted(strange))}` may not explain it"
    for quirk in quirks - {_STEER}:
        if not _CIRCUMSTANCES[quirk](case, at, plain):
            return f"`{quirk}` is blamed without cause"
    if _STEER not in quirks or _waits_in_a_replay(case, at, blamed):
        return ""
    if case.calls[at][0] not in _REPLAYING:
        return f"`{_STEER}` may not explain it"
    ours = _played(case, Manner(manner.dialect, quirks - {_STEER})).runs[at]
    known = _replay_explains(ours, blamed.runs[at], blamed.codes[at])
    return "" if known else "the replay is not of a known kind"


def _blame(case: Case, at: int, manner: Manner) -> tuple[frozenset[str], Played]:
    """Return the fewest quirks under which pamkit does not say yes, and what it says then."""
    for size in range(1, _MANY + 1):
        for few in combinations(sorted(manner.quirks), size):
            played = _played(case, Manner(manner.dialect, frozenset(few)))
            if not played.granted(at):
                return frozenset(few), played
    return frozenset(), Played((), (), frozenset())


def _waits_in_a_replay(case: Case, at: int, blamed: Played) -> bool:
    """The exception of rule 2."""
    earlier = zip(case.calls[:at], blamed.codes, strict=False)
    return blamed.codes[at : at + 1] == (ReturnCode.ABORT,) and any(
        name in _REPLAYING and code == ReturnCode.INCOMPLETE for (name, _), code in earlier
    )


def _replay_explains(ours: Run | None, theirs: Run | None, code: int) -> bool:
    """Rules 3a, 3b and 3c."""
    if code == ReturnCode.IGNORE:
        return True
    if ours is None or not ours.replayed:
        return False
    if theirs is None:
        # No link of the replayed run answered that, or pamkit would wait as well.
        return code == ReturnCode.INCOMPLETE
    if [step.link.span for step in ours.steps] != [step.link.span for step in theirs.steps]:
        return True
    return theirs.verdict.mood is Mood.UNDECIDED


def _call_was_refused(case: Case, at: int, plain: Played) -> bool:
    # Nothing can be waiting from a call that was never made.
    return any(
        code == ReturnCode.SYSTEM_ERR and run is None
        for code, run in zip(plain.codes[:at], plain.runs[:at], strict=True)
    )


def _password_is_changed(case: Case, at: int, _: Played) -> bool:
    # What the refused link is taken to say, `authtok_err`, goes through its control.
    return any(name == "chauthtok" for name, _ in case.calls[: at + 1])


def _include_was_refused(_: Case, __: int, plain: Played) -> bool:
    # The refused include is a link that fails; a jump over it is no jump past the end.
    return "empty-include" in plain.flaws


def _line_goes_on(case: Case, _: int, __: Played) -> bool:
    return any(b"\\" in text for text in case.files.values())


def _service_is_other(case: Case, at: int, _: Played) -> bool:
    changes = [str(value) for name, value in case.calls[:at] if name == SET_SERVICE]
    return "other" in {name.lower() for name in (case.service, *changes)}


_CIRCUMSTANCES: dict[str, Callable[[Case, int, Played], bool]] = {
    "flags-unchecked": _call_was_refused,
    "update-unchecked": _password_is_changed,
    "empty-include": _include_was_refused,
    "other-twice": _service_is_other,
    "blanks-continue": _line_goes_on,  # of 1.5; pamkit reads as 1.7 does
    "short-lines": _line_goes_on,
}
