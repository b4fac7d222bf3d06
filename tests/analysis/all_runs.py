"""Every run of a policy under every combination of circumstances, one by one.

It shares with `pamkit verify` what modules may answer, and nothing of how runs are gone through:
paths are written down and followed, and no two runs are ever taken for one.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

from pamkit.analysis.circumstance import VALUES
from pamkit.analysis.claims import Quantity
from pamkit.analysis.explore import NOTHING, End, Outcome
from pamkit.analysis.lockstep import Seen
from pamkit.analysis.verify import Models, calls_of
from pamkit.semantics.replay import advance_replay, begin_replay
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS
from tests.analysis.policies import declarations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.lockstep import Beside
    from pamkit.analysis.model import Model
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Facility

    Day = dict[str, str]
    Marks = frozenset[str]
    Asked = tuple[tuple[Link, Outcome], ...]

LINES = {
    "auth": (
        *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_unix.so nullok", "pam_rootok.so"),
        *("pam_localuser.so", "pam_nologin.so", "pam_faillock.so preauth", "pam_tally2.so"),
        *("pam_faillock.so authfail", "pam_faillock.so authsucc", "pam_timestamp.so"),
        *("pam_succeed_if.so uid >= 1000", "pam_succeed_if.so user = bob", "pam_env.so"),
        *("pam_usertype.so issystem", "pam_u2f.so", "pam_sss.so", "pam_of_nobody.so"),
        *("pam_wheel.so trust", "pam_unix.so use_first_pass", "pam_succeed_if.so use_uid uid = 0"),
        *("pam_debug.so auth=ignore cred=cred_err", "pam_group.so", "pam_securetty.so"),
    ),
    "account": (
        *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_sss.so", "pam_nologin.so"),
        *("pam_localuser.so", "pam_faillock.so", "pam_of_nobody.so", "pam_access.so"),
    ),
    "password": (
        *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_unix.so use_authtok", "pam_sss.so"),
        *("pam_pwquality.so", "pam_pwhistory.so use_authtok", "pam_localuser.so"),
        *("pam_of_nobody.so", "pam_debug.so prechauthtok=ignore"),
    ),
    "session": (
        *("pam_permit.so", "pam_limits.so", "pam_umask.so", "pam_deny.so", "pam_systemd.so"),
        *("pam_of_nobody.so", "pam_succeed_if.so uid >= 1000"),
    ),
}
CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok default=2]", "[default=die]", "[success=bad]"),
    *("[success=ok ignore=1 default=bad]", "[success=done default=reset]"),
)


def random_policy(draw: random.Random, most: int = 3) -> str:
    """Return a small policy."""
    return "".join(
        f"{facility} {draw.choice(CONTROLS)} {draw.choice(lines)}\n"
        for facility, lines in LINES.items()
        for _ in range(draw.randrange(1, most + 1))
    )


def holds(claim: Claim, chains: Mapping[Facility, Chain]) -> bool:
    """Judge a claim by every run."""
    if claim.beside_the_point is not None and claim.beside_the_point(chains, declarations):
        return True
    runs = _Runs(claim, chains)
    if claim.quantity is Quantity.ALIKE:
        one, other = (
            {end.marks for end in runs.ends(day) if claim.holds_of(end)}
            for day in (claim.given, claim.other)
        )
        return one == other
    speaks = any(claim.holds_of(end) for end in runs.ends(claim.given))
    return speaks is (claim.quantity is Quantity.CAN)


class _Runs:
    def __init__(self, claim: Claim, chains: Mapping[Facility, Chain]) -> None:
        self._claim, self._calls = claim, calls_of(claim)
        self._chains = [chains[FACILITY_OF[call.primitive]] for call in self._calls]
        models = Models(claim.healthy, chains, declarations)
        self._models = [models(call.primitive, call.update) for call in self._calls]
        self._behind = [
            models(call.beside[0].primitive, None) if call.beside else model
            for call, model in zip(self._calls, self._models, strict=True)
        ]

    def ends(self, given: tuple[tuple[str, str], ...]) -> Iterator[End]:
        """Yield how each run on each day ends."""
        pairs = [
            (name, value)
            for chain, *models in zip(self._chains, self._models, self._behind, strict=True)
            for link in chain
            for model in models
            for row in model.rows(link)
            for name, value in row.when
        ]
        values: dict[str, set[str]] = {}
        for name, value in pairs:
            values.setdefault(name, set(VALUES.get(name, ()))).add(value)
            if name.startswith("what "):
                values[name] |= {"right", "wrong"}
        fixed = dict(given)
        names = sorted(values)
        ranges = [[fixed[name]] if name in fixed else sorted(values[name]) for name in names]
        for day in itertools.product(*ranges):
            yield from self._from(0, dict(zip(names, day, strict=True)), frozenset())

    def _from(self, number: int, day: Day, marks: Marks) -> Iterator[End]:
        is_last = number + 1 == len(self._calls)
        for verdicts, after in self._call(number, day, marks):
            no = [each for each in verdicts if each.mood is not Mood.GRANTED]
            if is_last or no:
                verdict = verdicts[0] if is_last else next(iter(no), START)
                yield End(verdict, NOTHING, after, tuple(verdicts[1:]))
            else:
                yield from self._from(number + 1, day, after)

    def _call(self, number: int, day: Day, marks: Marks) -> Iterator[tuple[list[Verdict], Marks]]:
        call, chain = self._calls[number], self._chains[number]
        if call.beside and call.beside[0].failing:
            yield from self._beside_itself(number, day, marks)
            return
        for asked, verdict in self._walks(number, begin(chain.links), day):
            noted = marks
            for link, outcome in asked:
                subject = self._models[number].subject(link)
                seen = Seen(call, 0, call.primitive, link, subject, outcome)
                noted = self._claim.watch(noted, seen)
            if not call.beside:
                yield [verdict], noted
                continue
            path = tuple((link.number, outcome.code) for link, outcome in asked)
            for answers in _answers(self._behind[number], chain, day):
                behind = [_follow(chain, path, answers, each) for each in call.beside]
                possible = [each for each in behind if each is not None]
                if len(possible) == len(behind):
                    yield [verdict, *possible], noted

    def _walks(
        self, number: int, at: Cursor | Verdict, day: Day
    ) -> Iterator[tuple[Asked, Verdict]]:
        if isinstance(at, Verdict):
            yield (), at
            return
        call, chain = self._calls[number], self._chains[number]
        for outcome in _outcomes(self._models[number], at.link, day):
            rules = chain.rules.split()
            counts = call.primitive in REPLAYS and "jump_counts" in rules
            if outcome.code == ReturnCode.IGNORE and "answers-steer-replay" not in rules:
                counts = False
            after = advance(at, outcome.code, jump_counts=counts)
            for asked, verdict in self._walks(number, after, day):
                yield ((at.link, outcome), *asked), verdict

    def _beside_itself(
        self, number: int, day: Day, marks: Marks
    ) -> Iterator[tuple[list[Verdict], Marks]]:
        chain, model = self._chains[number], self._models[number]
        failing = self._calls[number].beside[0].failing
        for answers in _answers(model, chain, day):
            for links in [[link for link in chain if model.subject(link).name == failing]]:
                wrong = [
                    code
                    for code in range(CODE_COUNT)
                    if code not in (ReturnCode.SUCCESS, ReturnCode.IGNORE, ReturnCode.INCOMPLETE)
                ]
                for codes in itertools.product(wrong, repeat=len(links)):
                    worse = answers | {
                        link.number: code
                        for link, code in zip(links, codes, strict=True)
                        if not link.refusal
                    }
                    one, other = _walked(chain, answers), _walked(chain, worse)
                    if one is not None and other is not None:
                        yield [one, other], marks


def _outcomes(model: Model, link: Link, day: Day) -> list[Outcome]:
    return [
        Outcome(row.code, row.when, row.marks)
        for row in model.rows(link)
        if all(day[name] == value for name, value in row.when)
    ]


def _answers(model: Model, chain: Chain, day: Day) -> Iterator[dict[int, int]]:
    """Yield what the links of a chain can answer, all of them together."""
    links = list(chain)
    ranges = [[outcome.code for outcome in _outcomes(model, link, day)] for link in links]
    # Nobody is asked who has no answer: then no run comes there.
    for codes in itertools.product(*(codes if codes else [*codes, None] for codes in ranges)):
        yield {
            link.number: code for link, code in zip(links, codes, strict=True) if code is not None
        }


def _walked(chain: Chain, answers: dict[int, int]) -> Verdict | None:
    """Return how a run ends; `None` if it comes to a link that has no answer on this day.

    Such a day cannot be: lines with the same words would answer otherwise.
    """
    at = begin(chain.links)
    while isinstance(at, Cursor):
        if at.link.number not in answers:
            return None
        at = advance(at, answers[at.link.number])
    return at


def _follow(
    chain: Chain, path: tuple[tuple[int, int], ...], answers: dict[int, int], beside: Beside
) -> Verdict | None:
    rules = chain.rules.split()
    counts = "jump_counts" in rules if beside.jump_counts is None else beside.jump_counts
    if "answers-steer-replay" in rules:
        remembered = dict(path)
        at = begin(chain.links)
        while isinstance(at, Cursor):
            number = at.link.number
            if number not in answers:
                return None
            judged = remembered.get(number, answers[number])
            at = advance(at, answers[number], judged=judged, jump_counts=counts)
        return at
    stand = begin_replay(chain.links, path)
    while not isinstance(stand, Verdict):
        if stand.link.number not in answers:
            return None
        stand = advance_replay(stand, answers[stand.link.number], jump_counts=counts)
    return stand
