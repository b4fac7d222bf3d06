"""A condition is stepped from bad to good, and a transaction played at every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.native.faults.building import Workshop
from tests.native.faults.subject import Outcome, Subject, play

MUST_REFUSE = (("deny", "right"), ("asks", "wrong"), ("unix", "wrong"))
"""What nobody may get through, whatever the condition: a policy and a password."""

_PATIENCE = 15.0


def sweep(
    subject: Subject,
    workshop: Workshop,
    conditions: Iterable[str],
    transactions: Sequence[tuple[str, str]] = MUST_REFUSE,
) -> list[str]:
    """Return a line for every condition and transaction that ends in another way than a refusal.

    A condition is the words that ``under.c`` takes.
    """
    under, transact = workshop.driver("under"), workshop.driver("transact")
    cases = [(words, *pair) for words in conditions for pair in transactions]

    def play_one(case: tuple[str, str, str]) -> str:
        words, service, password = case
        ended = under_condition(subject, under, words, [transact, service, password])
        return f"{words}: {service}: {ended.fault}" if ended.fault else ""

    with ThreadPoolExecutor(2) as pool:
        return [line for line in pool.map(play_one, cases) if line]


def under_condition(
    subject: Subject, under: Path, words: str, command: Sequence[object], stdin: str = ""
) -> Outcome:
    """Play a program under a condition."""
    return play(subject, [under, *words.split(), "--", *command], stdin=stdin, patience=_PATIENCE)
