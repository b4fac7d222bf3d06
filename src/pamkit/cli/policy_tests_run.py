"""Situations tried: each login rehearsed, each claim proved, and what came of it."""

from __future__ import annotations

from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify
from pamkit.analysis.why import why
from pamkit.cli.declarations import declarations
from pamkit.cli.explain_run import sentences
from pamkit.cli.one_policy import policy_named
from pamkit.cli.plan import tasks
from pamkit.cli.policy_tests_file import GRANTED, LOGIN, NOT_CALLED, REFUSED, Case
from pamkit.cli.reason import code_word
from pamkit.cli.rehearsal import check_named, rehearse
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.usage import UsageError
from pamkit.cli.verify import step
from pamkit.policy.compile import compile_policy
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.model import Declarations
    from pamkit.cli.policy_tests_file import ClaimCase, Situations
    from pamkit.cli.rehearsal import Rehearsed
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy


class Tried(Record):
    """What came of one test: what was expected, what was found, and why, a sentence each."""

    path: str
    at: str
    kind: str
    name: str
    expected: dict[str, str]
    found: dict[str, str]
    why: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return all(meets(self.found[key], word) for key, word in self.expected.items())


def meets(found: str, expected: str) -> bool:
    """Whether what was found is what was expected."""
    if expected == REFUSED:
        return found not in (GRANTED, NOT_CALLED)
    return found == expected


def tried(given: Situations) -> Iterator[Tried]:
    """Yield what comes of each test of a file; raises `UsageError`."""
    runner = _Runner(given)
    for case in given.cases:
        try:
            yield runner.login(case) if isinstance(case, Case) else runner.claim(case)
        except UsageError as odd:
            place = f"{shown(given.path)}: {case.at}"
            raise UsageError(f"{place}: {odd.message}", odd.help_line) from None


_HOLDS = "holds"


class _Runner:
    """Tries the tests of one file; each policy is read once."""

    def __init__(self, given: Situations) -> None:
        self._given = given
        self._declarations: dict[Dialect, Declarations] = {}
        self._policies: dict[str, Policy] = {}

    def login(self, case: Case) -> Tried:
        policy = self._policy(case.service)
        check_named(policy, case.said)
        given = self._given
        done = rehearse(
            policy, tasks(LOGIN), case.day, case.said, root=given.root, confdir=given.confdir
        )
        found = {call: _came_of(call, done) for call in case.expected}
        test = Tried(given.path, case.at, "login", case.name, dict(case.expected), found, ())
        return test if test.passed else test.changed(why=tuple(self._why(policy, done)))

    def claim(self, case: ClaimCase) -> Tried:
        policy = self._policy(case.service)
        try:
            result = verify(case.claim, compile_policy(policy), self._known(policy))
        except TooMany:
            raise UsageError("the policy has too many lines to look at") from None
        words = {True: _HOLDS, False: "broken"}
        found = "unjudged" if result.unjudged else words[result.holds]
        name = f"{case.service}: {case.claim.name}"
        test = Tried(
            self._given.path,
            case.at,
            "claim",
            name,
            {"claim": words[case.holds]},
            {"claim": found},
            (),
        )
        if test.passed:
            return test
        if result.unjudged:
            return test.changed(why=(policy_text(result.unjudged),))
        steps = [step(choice) for choice in result.witness]
        run = (f"{each['file']}:{each['line']} {each['module']} {each['answer']}" for each in steps)
        return test.changed(why=(case.claim.sentence, *(policy_text(text) for text in run)))

    def _known(self, policy: Policy) -> Declarations:
        dialect = policy.dialect
        if dialect not in self._declarations:
            self._declarations[dialect] = declarations(dialect)
        return self._declarations[dialect]

    def _policy(self, service: str) -> Policy:
        if service not in self._policies:
            given = self._given
            self._policies[service] = policy_named(
                service, given.root, given.confdir, given.dialect
            )
        return self._policies[service]

    def _why(self, policy: Policy, done: Rehearsed) -> Iterator[str]:
        """Yield why the call ended as it did at which the login stopped, or the last one."""
        chains = compile_policy(policy)
        stopped = [run for run in done.runs if run.code != ReturnCode.SUCCESS]
        for run in (stopped or list(done.runs))[:1]:
            try:
                found = why(run, chains[FACILITY_OF[run.primitive]], self._known(policy))
            except TooMany:
                return
            yield f"why {run.primitive.name.lower()} was {'refused' if stopped else 'granted'}:"
            for sentence in sentences(found):
                yield policy_text(sentence)


def _came_of(call: str, done: Rehearsed) -> str:
    """Return what came of a call, or of the whole login."""
    if call == LOGIN:
        code = done.code
    else:
        codes = [code for primitive, code in done.calls if primitive.name.lower() == call]
        if not codes:
            return NOT_CALLED
        code = codes[0]
    return GRANTED if code == ReturnCode.SUCCESS else code_word(code)
