"""/etc/default/passwd: what is demanded, and what a password lacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.password_composition import BadDemands, Demands, demands_of, lack_of
from pamkit.vocab.secret import Secret

_LETTERS = "The password must contain at least {} alphabetic character(s)."


@pytest.mark.parametrize(
    ("data", "expected", "complaints"),
    [
        ("", Demands(), 0),
        ("#PASSLENGTH=9\n\nnonsense\n=x\n", Demands(), 0),
        ("PASSLENGTH=9\nPASSLENGTH=10\n", Demands(passlength=9), 0),
        ("passlength=9x\n", Demands(passlength=9), 0),
        ("\ufeffPASSLENGTH=9\n", Demands(passlength=9), 0),
        ("PASSLENGTH=x\n", Demands(), 1),
        ("PASSLENGTH=\n", Demands(), 1),
        ("NAMECHECK=no\nWHITESPACE=0\n", Demands(namecheck=False, whitespace=False), 0),
        ("NAMECHECK=maybe\nWHITESPACE=yes\n", Demands(), 0),
        ("MINDIGIT=2\n", Demands(mindigit=2, minnonalpha=0), 0),
        ("MINSPECIAL=1\nMINUPPER=1\n", Demands(minspecial=1, minupper=1, minnonalpha=0), 0),
        ("MINALPHA=9\n", Demands(minalpha=9, passlength=10), 1),
        ('DICTIONDBDIR="/var/words"\n', Demands(dictiondbdir="/var/words"), 0),
        ("DICTIONLIST=/a,/b\n", Demands(dictionlist="/a,/b"), 0),
    ],
)
def test_the_file_says_what_is_demanded(data: str, expected: Demands, complaints: int) -> None:
    demands, said = demands_of(data.encode())
    assert (demands, len(said)) == (expected, complaints)
    assert demands.wants_dictionary == ("DICTION" in data)


@pytest.mark.parametrize("other", ["MINDIGIT", "MINSPECIAL"])
def test_two_ways_to_say_it_exclude_one_another(other: str) -> None:
    with pytest.raises(BadDemands, match=other):
        demands_of(f"{other}=1\nMINNONALPHA=0\n".encode())


@pytest.mark.parametrize(
    ("demands", "new", "lack"),
    [
        (Demands(), "abcd-1", ""),
        (Demands(), "abc-1", "Password too short - must be at least 6 characters."),
        (Demands(passlength=5, minnonalpha=0), "alice", "circular shift"),
        (Demands(passlength=5, minnonalpha=0), "CEALI", "circular shift"),
        (Demands(passlength=5, minnonalpha=0), "ecila", "circular shift"),
        (Demands(passlength=5, minnonalpha=0), "lecia", ""),
        (Demands(passlength=5, minnonalpha=0, namecheck=False), "alice", ""),
        (Demands(), "1234-6", _LETTERS.format(2)),
        (Demands(), "abcdef", "at least 1 numeric or special character(s)"),
        (Demands(minnonalpha=0, minspecial=2), "abcd-1", "at least 2 special character(s)"),
        (Demands(minnonalpha=0, minspecial=2), "abcd- 1", ""),
        (Demands(minnonalpha=0, mindigit=2), "abcd-1", "at least 2 digit(s)"),
        (Demands(minupper=1), "abcd-1", "at least 1 uppercase alpha character(s)"),
        (Demands(minlower=5), "abcd-1", "at least 5 lowercase alpha character(s)"),
        (Demands(maxrepeats=2), "aab-bb", ""),
        (Demands(maxrepeats=2), "aaab-1", "Maximum allowed is 2."),
        (Demands(whitespace=False), "ab cd-1", "Whitespace characters are not allowed."),
        (Demands(), "old-1x", "must differ by at least 3 positions"),
        (Demands(), "old-1xyz", ""),
        (Demands(mindiff=0), "old-1x", ""),
    ],
)
def test_what_a_password_lacks_is_said(demands: Demands, new: str, lack: str) -> None:
    found = lack_of(demands, "alice", Secret(new), Secret("old-1"))
    assert lack in found
    assert bool(lack) == bool(found)


def test_without_an_old_password_all_places_differ() -> None:
    assert lack_of(Demands(), "alice", Secret("abcd-1"), None) == ""


@given(st.binary(max_size=12), st.text(max_size=8), st.binary(max_size=12))
def test_who_demands_nothing_finds_no_lack(new: bytes, user: str, old: bytes) -> None:
    nothing = Demands(passlength=0, namecheck=False, mindiff=0, minalpha=0, minnonalpha=0)
    assert lack_of(nothing, user, Secret(new), Secret(old)) == ""


@given(st.text(alphabet="aB1 -", max_size=12), st.integers(0, 6), st.integers(0, 6))
def test_a_password_that_lacks_nothing_has_what_is_demanded(
    new: str, letters: int, digits: int
) -> None:
    demands = Demands(minalpha=letters, minnonalpha=0, mindigit=digits, mindiff=0)
    if not lack_of(demands, "x", Secret(new), None):
        assert len(new) >= 6
        assert sum(letter.isalpha() for letter in new) >= letters
        assert sum(letter.isdigit() for letter in new) >= digits
