"""What the generator promises: the same case every time, and nothing libpam could trip over."""

from __future__ import annotations

import re

import pytest

from pamkit.policy.dialect import DIALECTS, quirks
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout, MemorySource, Reading
from pamkit.policy.words import logical_lines
from pamkit.vocab.errors import PolicyError
from tests.oracle.case import CONF, SET_SERVICE, Case
from tests.oracle.policies import draw

SEED, CASES = 5, 1500
_LONG = 1000 - 30  # bytes; the name of the private directory comes on top
_LONG_NUMBER = re.compile(rb"(?<!\d)\d{10,}")


class _Witness(MemorySource):
    """Remembers which files were asked for."""

    def __init__(self, case: Case) -> None:
        texts = {
            f"{CONF}/{name}": text.decode("utf-8", "surrogateescape")
            for name, text in case.files.items()
        }
        super().__init__({**texts, f"{CONF}/dir/x": ""})
        self.asked: set[str] = set()

    def read(self, path: str) -> Reading:
        self.asked.add(path)
        return super().read(path)


def _services(case: Case) -> set[str]:
    named = {str(value) for name, value in case.calls if name == SET_SERVICE}
    return {service_name(name, quirks(("libpam",))) for name in {case.service, *named}}


def test_a_case_is_the_same_whenever_it_is_drawn() -> None:
    later = [draw(SEED, number) for number in range(50)]
    assert [draw(SEED, number) for number in reversed(range(50))] == later[::-1]


def test_another_seed_draws_other_cases() -> None:
    assert draw(SEED, 0) != draw(SEED + 1, 0)


@pytest.mark.parametrize("quirk_set", ["libpam", "libpam-1.5"])
@pytest.mark.parametrize("dialect", ["linux", "debian"])
def test_no_case_leaves_its_directory_or_harms_libpam(dialect: str, quirk_set: str) -> None:
    odd = []
    for number in range(CASES):
        case = draw(SEED, number)
        witness = _Witness(case)
        rules = set()
        for service in _services(case):
            try:
                policy = resolve(
                    service,
                    witness,
                    layout=Layout(confdir=CONF),
                    dialect=DIALECTS[dialect],
                    # Circles are looked for, not followed.
                    quirks=quirks((quirk_set,)) - {"self-include"},
                )
            except PolicyError as bad:
                rules |= {finding.rule for finding in bad.findings}
            else:
                rules |= {finding.rule for finding in policy.findings}
        outside = {
            path for path in witness.asked if not path.startswith(CONF + "/") or ".." in path
        }
        bad_rules = rules & {"self-include", "missing-file", "include-bomb", "nested-too-deep"}
        if outside or bad_rules:
            odd.append((number, outside, bad_rules))
    assert odd == []


def test_no_line_is_longer_than_the_oldest_libpam_can_read() -> None:
    longest = max(
        len(line.raw.encode("utf-8", "surrogateescape"))
        for number in range(CASES)
        for text in draw(SEED, number).files.values()
        for line in logical_lines(
            text.decode("utf-8", "surrogateescape"), frozenset({"blanks-continue"})
        )
    )
    assert longest < _LONG


def test_no_jump_overflows_an_int() -> None:
    texts = [text for number in range(CASES) for text in draw(SEED, number).files.values()]
    assert {b"2147483647"} >= {jump for text in texts for jump in _LONG_NUMBER.findall(text)}
