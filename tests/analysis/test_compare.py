"""Two policies compared: whom only one of them lets by; against every run, one by one."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from pamkit.analysis import explore
from pamkit.analysis.compare import Comparison, compare
from pamkit.analysis.explore import TooMany
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import TROUBLE, Model
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from tests.analysis.policies import chains, declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Choice
    from pamkit.policy.chain import Chain

_DEBIAN = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""


def _compared(old: str, new: str) -> Comparison:
    return compare(chains(old), chains(new), Primitive.AUTHENTICATE, declarations)


def _verdict(found: Comparison) -> str:
    names = {(1, 1): "different", (1, 0): "looser", (0, 1): "stricter", (0, 0): "same"}
    return names[found.looser is not None, found.stricter is not None]


_TOLD = [
    (_DEBIAN, _DEBIAN, "same"),
    (_DEBIAN, "auth required pam_unix.so\n", "same"),
    (_DEBIAN, _DEBIAN.replace("pam_unix.so", "pam_unix.so nullok"), "looser"),
    ("auth required pam_unix.so\n", "auth requisite pam_unix.so\n", "same"),
    (
        "auth required pam_unix.so\nauth required pam_oath.so\n",
        "auth sufficient pam_unix.so\nauth required pam_oath.so\n",
        "looser",
    ),
    ("auth required pam_unix.so\n", "auth required pam_nologin.so\n" + _DEBIAN, "stricter"),
    (
        "auth required pam_succeed_if.so uid >= 1000\n" + _DEBIAN,
        "auth required pam_succeed_if.so uid < 1000\n" + _DEBIAN,
        "different",
    ),
    # A line that cannot be read refuses, and is nobody else's line.
    ("auth required pam_permit.so\n", "auth requird pam_permit.so\n", "stricter"),
]


@pytest.mark.parametrize(("old", "new", "expected"), _TOLD)
def test_what_a_change_changes_is_said(old: str, new: str, expected: str) -> None:
    assert _verdict(_compared(old, new)) == expected


@pytest.mark.parametrize(("old", "new", "expected"), _TOLD)
def test_the_other_way_round_it_is_the_opposite(old: str, new: str, expected: str) -> None:
    opposite = {"looser": "stricter", "stricter": "looser"}
    assert _verdict(_compared(new, old)) == opposite.get(expected, expected)


def _steps(run: tuple[Choice, ...]) -> list[tuple[str, str]]:
    return [(each.link.module, ReturnCode(each.outcome.code).name) for each in run]


def test_a_difference_is_shown_by_the_runs_of_one_day() -> None:
    new = _DEBIAN.replace("pam_unix.so", "pam_unix.so nullok")
    found = _compared(_DEBIAN, new).looser
    assert found is not None
    assert _steps(found.old) == [("pam_unix.so", "AUTH_ERR"), ("pam_deny.so", "AUTH_ERR")]
    assert _steps(found.new) == [("pam_unix.so", "SUCCESS"), ("pam_permit.so", "SUCCESS")]


def test_the_lines_of_a_substack_are_compared_in_their_place() -> None:
    inside = {"in": "auth sufficient pam_unix.so\nauth required pam_deny.so\n"}
    old = chains("auth substack in\nauth required pam_nologin.so\n", **inside)
    new = chains("auth include in\nauth required pam_nologin.so\n", **inside)
    found = compare(old, new, Primitive.AUTHENTICATE, declarations)
    # INC-06: what ends the included lines ends all.
    assert _verdict(found) == "looser"
    assert found.looser is not None
    assert _steps(found.looser.old)[-1] == ("pam_nologin.so", "AUTH_ERR")


def test_strangers_are_named_and_answer_both_alike() -> None:
    line = "auth required pam_of_nobody.so\n"
    found = _compared(line, line.replace("required", "requisite"))
    assert (_verdict(found), found.assumed) == ("same", ("pam_of_nobody",))


def test_policies_of_too_many_days_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    with pytest.raises(TooMany):
        _compared(_DEBIAN, _DEBIAN)


_LINES = (
    *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_unix.so nullok", "pam_rootok.so"),
    *("pam_localuser.so", "pam_nologin.so", "pam_env.so", "pam_succeed_if.so uid >= 1000"),
)
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[default=die]", "[success=ok default=ignore]"),
)


def _policy(draw: random.Random) -> str:
    count = draw.randrange(1, 3)
    return "".join(f"auth {draw.choice(_CONTROLS)} {draw.choice(_LINES)}\n" for _ in range(count))


def _days(old: Chain, new: Chain, model: Model) -> Iterator[dict[str, str]]:
    """Yield every combination of circumstances, of answers, and of modules in trouble."""
    values: dict[str, set[str]] = {}
    for link in (*old, *new):
        words = " ".join((link.module, *link.args, link.refusal))
        for row in model.rows(link):
            for name, value in row.when:
                values.setdefault(name, set()).add(value)
            values.setdefault(f"line {words}", set()).add(WORDS[row.code])
            trouble = WORDS[row.code] if row.code in TROUBLE else "none"
            values.setdefault(f"trouble {model.subject(link).name}", set()).add(trouble)
    names = sorted(values)
    for day in itertools.product(*(sorted(values[name]) for name in names)):
        yield dict(zip(names, day, strict=True))


def _ends(at: Cursor | Verdict, day: dict[str, str], model: Model) -> Iterator[bool]:
    if isinstance(at, Verdict):
        yield at.mood is Mood.GRANTED
        return
    link = at.link
    words = " ".join((link.module, *link.args, link.refusal))
    for row in model.rows(link):
        trouble = WORDS[row.code] if row.code in TROUBLE else "none"
        so = [day[name] == value for name, value in row.when]
        so.append(day[f"line {words}"] == WORDS[row.code])
        so.append(day[f"trouble {model.subject(link).name}"] == trouble)
        if all(so):
            yield from _ends(advance(at, row.code), day, model)


def _by_brute_force(old: Chain, new: Chain) -> str:
    model = Model(declarations, Primitive.AUTHENTICATE, special=TABLES)
    tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
    for link in (*old, *new):
        words = (link.module, *link.args, link.refusal)
        tables[words] = (*tables.get(words, ()), link.actions)
    model.beside = tables
    looser = stricter = 0
    for day in _days(old, new, model):
        for before in set(_ends(begin(old.links), day, model)):
            for after in set(_ends(begin(new.links), day, model)):
                looser |= after and not before
                stricter |= before and not after
    names = {(1, 1): "different", (1, 0): "looser", (0, 1): "stricter", (0, 0): "same"}
    return names[looser, stricter]


@pytest.mark.parametrize("seed", range(2))
def test_every_comparison_is_that_of_all_runs_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    odd = []
    for _ in range(15):
        old, new = _policy(draw), _policy(draw)
        expected = _by_brute_force(chains(old)[Facility.AUTH], chains(new)[Facility.AUTH])
        if _verdict(_compared(old, new)) != expected:
            odd.append((old, new, expected, _verdict(_compared(old, new))))
    assert odd == []
