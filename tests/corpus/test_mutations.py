"""The judge judged, on a sample: what is done to a stock policy is told, or is without influence.

`make mutation` does it with every line of Debian 12, RHEL 9, SLE 15 and authselect.
"""

from __future__ import annotations

from collections import Counter

import pytest

from bench.mutation import EXPLAINED, KILLED, Mutant, ends_with_yes, judged, must_agree, mutants
from pamkit.analysis.compare import compare
from pamkit.vocab.facility import Facility, Primitive
from tests.analysis.policies import chains, declarations
from tests.corpus.stock import STOCK, services

_EVERY = 20
"""Which share of the mutants is judged."""

_SAMPLE = ("debian12", "complianceascode-bases/rhel9", "complianceascode-bases/sle15")


@pytest.mark.needs("corpus")
@pytest.mark.parametrize("root", _SAMPLE)
def test_every_mutant_is_told_or_explained(root: str) -> None:
    assert root in STOCK
    sample = list(mutants(services(root)))[::_EVERY]
    classes = {str(mutant): judged(mutant) for mutant in sample}
    assert [name for name, found in classes.items() if not found] == []
    assert Counter(classes.values()).keys() <= {*KILLED, *EXPLAINED}


_UNIX = "auth required pam_unix.so\n"

_JUDGED = [
    # What is left out, or swapped with what stands below, and what tells of it.
    (f"auth optional pam_warn.so\n{_UNIX}", ["runs", "order", "runs"]),
    (f"{_UNIX}auth required pam_rootok.so\n", ["runs", "code", "runs"]),
    (f"{_UNIX}auth optional pam_permit.so\n", ["runs", "order", "runs"]),
    (
        "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
        "auth required pam_permit.so\n",
        ["runs", "runs", "different", "runs", "runs"],
    ),
]


def _mutants(text: str) -> list[Mutant]:
    return list(mutants({"test": chains(text)}))


@pytest.mark.parametrize(("text", "expected"), _JUDGED)
def test_the_class_of_a_mutant_is_the_first_that_fits(text: str, expected: list[str]) -> None:
    assert [judged(mutant) for mutant in _mutants(text)] == expected


def test_a_line_that_nothing_explains_is_unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = _mutants("auth required pam_unix.so\nauth optional pam_permit.so\n")[-1]
    monkeypatch.setattr("bench.mutation.asked_for_yes", lambda *_: None)
    assert (mutant.kind, judged(mutant)) == ("without", "idle")


def test_runs_of_a_difference_are_walked_again() -> None:
    old, new = chains(_UNIX), chains("auth required pam_unix.so nullok\n")
    found = compare(old, new, Primitive.AUTHENTICATE, declarations).looser
    assert found is not None
    assert not ends_with_yes(old[Facility.AUTH], found.old)
    assert ends_with_yes(new[Facility.AUTH], found.new)
    with pytest.raises(AssertionError, match="asks others"):
        ends_with_yes(old[Facility.AUTH], found.new)


def test_a_mutant_that_is_another_on_some_day_is_none_that_survives() -> None:
    chain = chains(f"{_UNIX}auth required pam_deny.so\n")[Facility.AUTH]
    new = chain.changed(links=chain.links[:1])
    link = next(iter(chain))
    with pytest.raises(AssertionError, match="there is a day"):
        must_agree(Mutant("test", "without", link, chain, new), Primitive.AUTHENTICATE)
