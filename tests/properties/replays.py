"""Replays of random chains, for the properties of setcred."""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.trace import Path
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Links


def replayed(
    links: Links, path: Path, said: list[int], *, jump_counts: bool = False
) -> tuple[Verdict, list[tuple[int, int]]]:
    """Return the verdict of a replay, and number and recorded action of each link."""
    at, asked = begin_replay(links, path), []
    while isinstance(at, Replay):
        known = 0 <= at.judged < len(at.link.actions)
        asked.append((at.link.number, at.link.actions[at.judged] if known else Action.BAD))
        at = advance_replay(at, said[at.link.number], jump_counts=jump_counts)
    return at, asked
