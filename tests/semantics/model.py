"""libpam's walk as its documentation tells it, for comparison: a flat list with levels.

Written from the words of the reference, not from `pamkit.semantics`: impression and status,
pairs saved per level, jumps counted over entries of one level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pamkit.policy.chain import Link, Substack

SUCCESS, PERM_DENIED, IGNORE = 0, 6, 25
DO_IGNORE, DO_OK, DO_DONE, DO_BAD, DO_DIE, DO_RESET = 0, -1, -2, -3, -4, -5
UNDEFINED, POSITIVE, NEGATIVE = "undefined", "positive", "negative"


class Entry(NamedTuple):
    """A line in libpam's list; ``actions`` is empty for the marker of a substack."""

    level: int
    number: int
    actions: tuple[int, ...]


class Ended(NamedTuple):
    """What the application is told, and which entries were called, with their answers."""

    status: int
    called: tuple[tuple[int, int], ...]


def flat(links: tuple[Link | Substack, ...], level: int = 0) -> list[Entry]:
    """Return a chain as libpam's list."""
    found: list[Entry] = []
    for link in links:
        if isinstance(link, Substack):
            found.append(Entry(level, link.number, ()))
            found += flat(link.links, level + 1)
        else:
            found.append(Entry(level, link.number, link.actions))
    return found


def walk(
    entries: list[Entry],
    answer: Callable[[int], int],
    remembered: Mapping[int, int] | None = None,
    *,
    jump_counts: bool = False,
) -> Ended:
    """Walk a list; with ``remembered``, as setcred does after authenticate."""
    impression, status = UNDEFINED, PERM_DENIED
    saved = {0: (impression, status)}
    called: list[tuple[int, int]] = []
    at, last_level = 0, 0
    while at < len(entries):
        entry = entries[at]
        if entry.level > last_level:
            saved[entry.level] = (impression, status)
        last_level = entry.level
        if not entry.actions:
            at += 1
            continue
        said = answer(entry.number)
        called.append((entry.number, said))
        key = said if remembered is None else remembered.get(entry.number, said)
        if 0 <= key <= 31:
            action = entry.actions[key]
        else:
            said, action = PERM_DENIED, DO_BAD
        stop = False
        clean = impression == UNDEFINED or (impression == POSITIVE and status == SUCCESS)
        recordable = clean and not (said == IGNORE and key != IGNORE)
        if action in (DO_OK, DO_DONE):
            if recordable:
                impression, status = POSITIVE, said
            stop = action == DO_DONE and impression == POSITIVE
        elif action in (DO_BAD, DO_DIE):
            if impression != NEGATIVE:
                impression, status = NEGATIVE, PERM_DENIED if said == IGNORE else said
            stop = action == DO_DIE
        elif action == DO_RESET:
            impression, status = saved[entry.level]
        elif action > 0 and jump_counts and recordable:
            impression, status = POSITIVE, said

        # Where this (sub)stack ends, and which entries of it are behind this one.
        end = at + 1
        while end < len(entries) and entries[end].level >= entry.level:
            end += 1
        behind = [n for n in range(at + 1, end) if entries[n].level == entry.level] + [end]
        if stop:
            at = end
        elif action <= 0:
            at += 1
        elif action < len(behind):
            at = behind[action]
        else:
            impression, status, at = NEGATIVE, PERM_DENIED, end
    if status == SUCCESS and impression != POSITIVE:
        status = PERM_DENIED
    return Ended(status, tuple(called))
