"""The run that `pamkit verify` shows for a claim ends so in the system's libpam, and in pamkit."""

from __future__ import annotations

import os
import random

import pytest

from pamkit.analysis.claim_names import EVERY
from pamkit.analysis.claims import needs, robust_against
from pamkit.analysis.claims_of_following import SAME_IN_EVERY_DIALECT
from pamkit.analysis.verify import verify
from pamkit.cli.verify_replay import told
from pamkit.policy.dialect import DIALECTS
from tests.analysis.all_runs import random_policy
from tests.analysis.policies import chains, declarations
from tests.oracle.case import Case
from tests.oracle.detect import detect
from tests.oracle.libpam import Worker, play_all
from tests.oracle.ours import Manner, play
from tests.oracle.witnesses import case_of

WITNESSES = int(os.environ.get("PAMKIT_WITNESSES", "150"))

_CLAIMS = (
    *(claim for claim in EVERY.values() if claim is not SAME_IN_EVERY_DIALECT),
    *(make(module) for make in (needs, robust_against) for module in ("pam_unix", "pam_faillock")),
)


def _witnesses(manner: Manner) -> list[tuple[Case, int, str]]:
    """Return runs as cases, the code that each is told in the end, and what it is about."""
    draw = random.Random(6)
    found: list[tuple[Case, int, str]] = []
    dialect = DIALECTS[manner.dialect]
    while len(found) < WITNESSES:
        text = random_policy(draw)
        made = chains(text, dialect=dialect, quirks=manner.quirks)
        for claim in draw.sample(_CLAIMS, 8):
            result = verify(claim, made, declarations)
            if result.witness:
                found.append((case_of(result, made), told(result), f"{claim.name}\n{text}"))
    return found[:WITNESSES]


@pytest.mark.needs("libpam", "pam_debug")
def test_every_run_that_is_shown_ends_in_libpam_as_it_says() -> None:
    with Worker() as worker:
        manner = worker.ask(detect).manner
        runs = _witnesses(manner)
        results = worker.ask(play_all, [case for case, _, _ in runs])
    odd = [
        (about, expected, result)
        for (_, expected, about), result in zip(runs, results, strict=True)
        if result.start != 0 or result.calls[-1][0] != expected
    ]
    assert odd == []


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize("quirk", ["", "answers-steer-replay"])
def test_every_run_that_is_shown_ends_in_pamkit_as_it_says(dialect: str, quirk: str) -> None:
    quirks = frozenset(filter(None, (quirk, "update-unchecked")))
    manner = Manner(dialect, quirks)
    odd = [
        (about, expected, case, result)
        for case, expected, about in _witnesses(manner)
        if (result := play(case, manner)).start != 0 or result.calls[-1][0] != expected
    ]
    assert odd == []
