"""The random policies with a native module in them: what only C can do is drawn on top.

Case K of seed S is `policies.draw(S, K)`.  One in four stays as it is, with the system's
`pam_debug`; in the others the probe (`door_probe.c`) stands in its place, by its path, and is made
to do what `pam_debug` cannot: answer codes that there are not, answer `incomplete` once and then
something else, answer from time to time differently, lack a primitive, leave data, set the
token, ask for a delay, call back into the library.
"""

from __future__ import annotations

import re
from random import Random

from tests.oracle.case import Call, Case
from tests.oracle.policies import CODES, draw

PROBE = b"/~probe"
"""Stands for the probe's path, in file texts."""

HALF = b"/~half"
"""Stands for the path of the probe that lacks half of the primitives."""

END = "end"
"""The call that ends a transaction, with the status for the cleanups; if there is none, 0."""

_INCOMPLETE = b"incomplete"
_NUMBERS = (b"32", b"33", b"99", b"255", b"1000", b"2147483647", b"-1", b"-2", b"-2147483648")
_ENDS = (7, 9, 26, 31, -1, 0x40000000, 0x40000007)
# As a word of its own it can be given arguments; glued to something it can only be replaced.
_WORD = re.compile(rb"(?<=[ \t\n])pam_debug\.so(?=[ \t])")
_GLUED = re.compile(rb"(?<![\w/.])pam_debug\.so(?![\w/.])")
_ANSWER = re.compile(
    rb"(?<=[ \t])(auth|cred|acct|(?:open|close)_session|(?:pre)?chauthtok)=([a-z_]+)(?=[ \t\n])"
)


def draw_door(seed: int, number: int) -> Case:
    """Return case ``number`` of ``seed``."""
    case = draw(seed, number)
    random = Random(f"door {seed} {number}")
    if random.random() < 0.25:
        return case
    writer = _Writer(random)
    files = {name: writer.file(text) for name, text in case.files.items()}
    stops = any(_INCOMPLETE in text for text in files.values())
    return Case(case.service, files, writer.calls(case.calls, stops=stops))


class _Writer:
    """Puts the probe into one case."""

    def __init__(self, random: Random) -> None:
        self.chance, self.pick = random.random, random.choice
        self.strange = 0.08 if self.chance() < 0.3 else 0.0  # numbers that are no codes
        self.fickle = 0.15 if self.chance() < 0.3 else 0.0  # another answer the next time
        self.busy = 0.1 if self.chance() < 0.4 else 0.0  # does something besides
        self.halves = 0.2 if self.chance() < 0.15 else 0.0  # lacks primitives
        self.line = 0

    def file(self, text: bytes) -> bytes:
        """Return a file with the probe for a module."""
        text = _ANSWER.sub(self.answer, text)
        text = _WORD.sub(lambda _: self.module(), text)
        return _GLUED.sub(PROBE, text)

    def module(self) -> bytes:
        """Write the probe, which line this is, and what it does besides answering."""
        self.line += 1
        words = [HALF if self.chance() < self.halves else PROBE, b"@%d" % self.line]
        if self.chance() < self.busy:
            words.append(self.pick((b"data=a", b"data=b", b"data=c", b"token", b"slow", b"nested")))
        return b" ".join(words)

    def answer(self, found: re.Match[bytes]) -> bytes:
        """Return an answer as it is, or one that `pam_debug` does not know."""
        event, code = found.groups()
        if code == _INCOMPLETE and self.chance() < 0.75:
            again = self.pick((1, 1, 1, 2)) * [_INCOMPLETE]
            return event + b"=" + b",".join([*again, self.code()])
        if self.chance() < self.strange:
            return event + b"=" + self.pick(_NUMBERS)
        if self.chance() < self.fickle:
            return event + b"=" + code + b"," + self.code()
        return found[0]

    def code(self) -> bytes:
        """Choose a code other than `incomplete`."""
        if self.chance() < self.strange:
            return self.pick(_NUMBERS)
        return b"success" if self.chance() < 0.5 else self.pick(CODES[:-1]).encode()

    def calls(self, calls: tuple[Call, ...], *, stops: bool) -> tuple[Call, ...]:
        """Return the calls, those that may be waiting made again, and an end."""
        written: list[Call] = []
        for call in calls:
            written += (1 + self.pick((0, 1, 1, 2)) if stops else 1) * [call]
        if self.chance() < 0.4:
            written.append((END, self.pick(_ENDS)))
        return tuple(written)
