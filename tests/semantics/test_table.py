import pytest

from pamkit.policy.control import Action
from pamkit.semantics.table import CELLS, ENDINGS, deny, step, take
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode

U, G, Q, D = Mood.UNDECIDED, Mood.GRANTED, Mood.QUALIFIED, Mood.DENIED

BEFORE = {U: START, G: Verdict(G, 0), Q: Verdict(Q, 12), D: Verdict(D, 7)}
ENTRY = Verdict(Q, 13)

# action: (mood after success, after auth_err) for undecided, granted, qualified, denied; ends
EXPECTED = {
    Action.IGNORE: ((U, U), (G, G), (Q, Q), (D, D), (False, False, False, False)),
    Action.OK: ((G, Q), (G, Q), (Q, Q), (D, D), (False, False, False, False)),
    Action.DONE: ((G, Q), (G, Q), (Q, Q), (D, D), (True, True, True, False)),
    Action.BAD: ((D, D), (D, D), (D, D), (D, D), (False, False, False, False)),
    Action.DIE: ((D, D), (D, D), (D, D), (D, D), (True, True, True, True)),
    Action.RESET: ((Q, Q), (Q, Q), (Q, Q), (Q, Q), (False, False, False, False)),
}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("mood", list(Mood))
def test_every_cell(action: Action, mood: Mood) -> None:
    expected, ends = EXPECTED[action][mood], EXPECTED[action][4][mood]
    for answer, after in zip((ReturnCode.SUCCESS, ReturnCode.AUTH_ERR), expected, strict=True):
        verdict, ended = step(BEFORE[mood], action, answer, ENTRY)
        assert (verdict.mood, ended) == (after, ends)


def test_the_table_is_complete() -> None:
    assert set(Action) == set(CELLS) == set(ENDINGS)
    assert {len(cells) for cells in CELLS.values()} == {len(Mood)}


@pytest.mark.parametrize(
    ("mood", "answer", "action"),
    [(U, 12, Action.OK), (U, 25, Action.OK), (U, 99, Action.DONE), (U, 7, Action.BAD)],
)
def test_the_code_is_the_answers(mood: Mood, answer: int, action: Action) -> None:
    assert step(BEFORE[mood], action, answer, ENTRY)[0].code == answer


@pytest.mark.parametrize("code", [ReturnCode.SUCCESS, ReturnCode.IGNORE])
def test_a_denial_never_carries_success_or_ignore(code: ReturnCode) -> None:
    assert deny(code) == Verdict(D, ReturnCode.PERM_DENIED)


def test_only_success_grants() -> None:
    assert [code for code in range(-1, 40) if take(code).mood is G] == [0]


def test_an_answer_that_does_not_count_is_not_taken_and_does_not_end() -> None:
    assert step(START, Action.DONE, ReturnCode.IGNORE, START, counts=False) == (START, False)
    granted = BEFORE[G]
    assert step(granted, Action.DONE, ReturnCode.IGNORE, START, counts=False) == (granted, True)
