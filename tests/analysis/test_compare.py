"""Two policies compared: whom only one of them lets by; against every run, one by one."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from pamkit.analysis import explore
from pamkit.analysis.circumstance import VALUES
from pamkit.analysis.compare import Comparison, compare
from pamkit.analysis.explore import TooMany
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import TROUBLE, Model
from pamkit.semantics.replay import advance_replay, begin_replay
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive
from tests.analysis.policies import chains, declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Choice
    from pamkit.policy.chain import Chain, Link

_DEBIAN = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""


def _compared(old: str, new: str) -> Comparison:
    return compare(chains(old), chains(new), Primitive.AUTHENTICATE, declarations)


def _verdict(found: Comparison) -> str:
    return found.verdict


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
    inner = "auth sufficient pam_unix.so\nauth required pam_deny.so\n"
    old = chains("auth substack inner\nauth required pam_nologin.so\n", inner=inner)
    new = chains("auth include inner\nauth required pam_nologin.so\n", inner=inner)
    found = compare(old, new, Primitive.AUTHENTICATE, declarations)
    # INC-06: what ends the included lines ends all.
    assert _verdict(found) == "looser"
    assert found.looser is not None
    assert _steps(found.looser.old)[-1][0] == "pam_nologin.so"


def test_strangers_are_named_and_answer_both_alike() -> None:
    line = "auth required pam_of_nobody.so\n"
    found = _compared(line, line.replace("required", "requisite"))
    assert (_verdict(found), found.assumed) == ("same", ("pam_of_nobody",))


def test_policies_of_too_many_days_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    with pytest.raises(TooMany):
        _compared(_DEBIAN, "auth required pam_unix.so\n")
    assert _verdict(_compared(_DEBIAN, f"# the same\n{_DEBIAN}")) == "same"


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


# --- what is walked twice, and what follows another: every run of both, settled as it goes --------

Told = tuple[bool, int]
Day = dict[str, str]


class _OneByOne:
    """Goes through the runs of the old policy, and for each through those of the new one."""

    def __init__(self, old: Chain, new: Chain, *primitives: Primitive) -> None:
        self.models = [Model(declarations, each, special=TABLES) for each in primitives]
        tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
        for link in (*old, *new):
            words = (link.module, *link.args, link.refusal)
            tables[words] = (*tables.get(words, ()), link.actions)
        for model in self.models:
            model.beside = tables

    def answers(self, link: Link, stage: int, at: int, day: Day) -> Iterator[tuple[int, Day]]:
        rows = self.models[at].rows(link)
        codes: list[set[int]] = [{row.code for row in each.rows(link)} for each in self.models]
        words = " ".join((link.module, *link.args, link.refusal))
        for row in rows:
            when = dict(row.when)
            if at and codes[0] != codes[1]:
                when = {name if name in VALUES else f"{name} 2": v for name, v in row.when}
            when[f"line {words} {stage}"] = WORDS[row.code]
            trouble = WORDS[row.code] if row.code in TROUBLE else "none"
            when[f"trouble {self.models[0].subject(link).name} {stage}"] = trouble
            if all(day.get(name, value) == value for name, value in when.items()):
                yield row.code, day | when

    def walks(
        self, chain: Chain, day: Day, stage: int = 0, checked: frozenset[int] | None = None
    ) -> Iterator[tuple[Verdict, tuple[tuple[int, int], ...], Day]]:
        def go(
            at: Cursor | Verdict, path: tuple[tuple[int, int], ...], day: Day
        ) -> Iterator[tuple[Verdict, tuple[tuple[int, int], ...], Day]]:
            if isinstance(at, Verdict):
                yield at, path, day
                return
            link = at.link
            if checked is not None and link.number not in checked and not link.refusal:
                code = int(ReturnCode.AUTHTOK_ERR)
                yield from go(advance(at, code), (*path, (link.number, code)), day)
                return
            for code, after in self.answers(link, stage, 0, day):
                yield from go(advance(at, code), (*path, (link.number, code)), after)

        yield from go(begin(chain.links), (), day)

    def twice(self, chain: Chain, day: Day) -> Iterator[tuple[Told, Day]]:
        for verdict, path, after in self.walks(chain, day):
            if verdict.mood is not Mood.GRANTED:
                yield (True, verdict.code or ReturnCode.PERM_DENIED), after
                continue
            checked = frozenset(number for number, _ in path)
            for second, _, last in self.walks(chain, after, 1, checked):
                is_granted = second.mood is Mood.GRANTED
                yield (True, 0 if is_granted else second.code or ReturnCode.PERM_DENIED), last

    def followed(self, chain: Chain, day: Day, *, counts: bool) -> Iterator[tuple[Told, Day]]:
        for verdict, path, after in self.walks(chain, day):
            todo = [(begin_replay(chain.links, path), after)]
            for at, now in todo:
                if isinstance(at, Verdict):
                    code = 0 if at.mood is Mood.GRANTED else at.code or ReturnCode.PERM_DENIED
                    yield (verdict.mood is Mood.GRANTED, code), now
                    continue
                for code, then in self.answers(at.link, 1, 1, now):
                    todo.append((advance_replay(at, code, jump_counts=counts), then))


def _one_by_one(old: Chain, new: Chain, primitive: Primitive, *, counts: bool) -> str:
    looser = stricter = False
    earlier = REPLAYS.get(primitive)
    one = _OneByOne(old, new, *(() if earlier is None else (earlier,)), primitive)

    def runs(chain: Chain, day: Day) -> Iterator[tuple[Told, Day]]:
        return one.twice(chain, day) if earlier is None else one.followed(chain, day, counts=counts)

    for (before, was), day in runs(old, {}):
        for (after, is_), _ in runs(new, day):
            looser |= before and after and was != 0 and is_ == 0
            stricter |= before and after and was == 0 and is_ != 0
    names = {(1, 1): "different", (1, 0): "looser", (0, 1): "stricter", (0, 0): "same"}
    return names[looser, stricter]


_OTHERS = {
    Primitive.CHAUTHTOK: (
        *("pam_permit.so", "pam_deny.so", "pam_localuser.so", "pam_pwquality.so", "pam_env.so"),
        *("pam_succeed_if.so uid >= 1000", "pam_warn.so", "pam_of_nobody.so"),
    ),
    Primitive.SETCRED: (
        *("pam_permit.so", "pam_deny.so", "pam_rootok.so", "pam_localuser.so", "pam_group.so"),
        *("pam_succeed_if.so uid >= 1000", "pam_oath.so", "pam_unix.so", "pam_of_nobody.so"),
    ),
    Primitive.CLOSE_SESSION: (
        *("pam_permit.so", "pam_deny.so", "pam_localuser.so", "pam_limits.so", "pam_env.so"),
        *("pam_succeed_if.so uid >= 1000", "pam_mkhomedir.so"),
    ),
}


@pytest.mark.parametrize("primitive", _OTHERS)
def test_what_hangs_on_more_than_one_walk_is_that_of_all_runs_one_by_one(
    primitive: Primitive,
) -> None:
    draw = random.Random(7)
    facility = FACILITY_OF[primitive]
    word = facility.name.lower()
    odd, seen = [], set()
    for at in range(30):
        old, new = (
            "".join(
                f"{word} {draw.choice(_CONTROLS)} {draw.choice(_OTHERS[primitive])}\n"
                for _ in range(draw.randrange(1, 3))
            )
            for _ in "on"
        )
        counts = bool(at % 2)
        sides = chains(old), chains(new)
        expected = _one_by_one(sides[0][facility], sides[1][facility], primitive, counts=counts)
        result = compare(*sides, primitive, declarations, jump_counts=(counts, counts))
        seen.add(expected)
        if result.verdict != expected:
            odd.append((old, new, counts, expected, result.verdict))
    assert (odd, len(seen) > 1) == ([], True)


# --- what a difference carries -------------------------------------------------------------------


def test_a_day_is_told_without_what_single_lines_answer() -> None:
    found = _compared(_DEBIAN, _DEBIAN.replace("pam_unix.so", "pam_unix.so nullok"))
    assert found.looser is not None
    assert found.looser.day == {"secret": "blank"}


def test_refusals_with_other_codes_are_found_if_they_are_asked_for() -> None:
    old, new = chains("auth required pam_unix.so\n"), chains(_DEBIAN)
    found = compare(old, new, Primitive.AUTHENTICATE, declarations, with_codes=True)
    assert found.verdict == "same"
    assert found.code is not None
    assert found.code.codes[0] != found.code.codes[1] == ReturnCode.AUTH_ERR
    assert compare(old, new, Primitive.AUTHENTICATE, declarations).code is None


def test_what_is_walked_twice_is_shown_in_its_order() -> None:
    deny = "password required pam_deny.so\n"
    unix = "password required pam_unix.so\n"
    found = compare(chains(deny), chains(unix), Primitive.CHAUTHTOK, declarations).looser
    assert found is not None
    assert [(step.link.module, step.stage) for step in found.new] == [
        ("pam_unix.so", 0),
        ("pam_unix.so", 1),
    ]


def test_chains_are_alike_only_if_all_their_lines_are() -> None:
    unix, deny = "auth required pam_unix.so\n", "auth required pam_deny.so\n"
    old = chains("auth substack inner\n", inner=unix)
    again = chains("auth substack inner\n", inner=unix)
    assert _verdict(compare(old, again, Primitive.AUTHENTICATE, declarations)) == "same"
    for text, inner in (
        ("auth substack inner\n", deny),
        (deny, unix),
        (f"auth substack inner\n{deny}", unix),
    ):
        new = chains(text, inner=inner)
        assert _verdict(compare(old, new, Primitive.AUTHENTICATE, declarations)) == "stricter"


def test_a_module_with_other_words_answers_alike_where_nothing_more_is_known() -> None:
    old = chains("session required pam_mail.so\n")
    new = chains("session required pam_mail.so dir=~/Mail\n")
    assert _verdict(compare(old, new, Primitive.OPEN_SESSION, declarations)) == "same"


def test_chains_without_a_line_are_refused() -> None:
    found = compare(
        chains("auth required pam_unix.so\n"), chains(""), Primitive.SETCRED, declarations
    )
    assert _verdict(found) == "same"


def test_steps_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pamkit.analysis.compare.MOST_STEPS", 1)
    with pytest.raises(TooMany):
        _compared(_DEBIAN, "auth required pam_unix.so\n")


def test_who_did_not_check_a_new_password_does_not_store_it() -> None:
    permit = "password required pam_permit.so\n"
    old = chains(f"password sufficient pam_pwquality.so\n{permit}")
    new = chains(f"password optional pam_pwquality.so\n{permit}")
    # On a day when the first line says yes at first and no later, only one asked the second line.
    assert _verdict(compare(old, new, Primitive.CHAUTHTOK, declarations)) == "looser"


def test_a_jump_counts_for_credentials_in_one_dialect_and_not_in_the_other() -> None:
    both = chains(_DEBIAN)
    found = compare(both, both, Primitive.SETCRED, declarations, jump_counts=(True, False))
    assert _verdict(found) == "looser"
    assert found.looser is not None
    assert [step.stage for step in found.looser.old] == [0, 0, 1, 1]
