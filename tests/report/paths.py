"""Paths of drawings, read back as the points they go through."""

from __future__ import annotations

import re

_COUNT = {"M": 2, "H": 1, "V": 1, "Q": 4, "L": 2, "c": 6}


def points(path: str) -> list[tuple[float, float]]:
    """Return where a path begins and where each of its stretches ends."""
    x = y = 0.0
    found = []
    for letter, words in re.findall(r"([MHVQLc])([^MHVQLc]*)", path):
        numbers = [float(word) for word in re.findall(r"-?[\d.]+", words)]
        assert _COUNT[letter] == len(numbers), path
        if letter == "H":
            x = numbers[0]
        elif letter == "V":
            y = numbers[0]
        elif letter == "c":
            x, y = x + numbers[-2], y + numbers[-1]
        else:
            x, y = numbers[-2:]
        found.append((x, y))
    return found
