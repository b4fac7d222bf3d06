"""Lines that mean something else to several families, each told of once."""

from __future__ import annotations

from pamkit.analysis.apart import Found
from pamkit.vocab.span import Span

_HERE = Span("p", 1)


def test_what_several_families_make_of_a_line_is_told_as_one() -> None:
    found = Found()
    found.add("portable-x", _HERE, "if so", {"linux": "yes", "openpam": "no"})
    found.add("portable-x", _HERE, "if so", {"linux": "yes", "solaris": "no"})
    found.add("portable-x", _HERE, "", {"solaris": "no"})
    assert [str(each) for each in found.all()] == [
        "if so; Linux-PAM: yes; OpenPAM, Solaris: no",
        "Solaris: no",
    ]


def test_what_is_already_said_of_a_family_stays() -> None:
    found = Found()
    found.add("portable-x", _HERE, "", {"linux": "first"})
    found.add("portable-x", _HERE, "", {"linux": "then"})
    assert [each.ways for each in found.all()] == [{"linux": "first"}]


def test_it_knows_the_words_that_a_line_is_told_of_in() -> None:
    found = Found()
    found.add("portable-x", _HERE, "if so", {"linux": "yes"})
    assert found.has("portable-x", _HERE, "if so")
    assert not found.has("portable-x", _HERE, "if not")
    assert not found.has("portable-y", _HERE, "if so")
