"""The walk in cases with names, and against an independent model on random chains."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import KEYWORDS, parse_brackets
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.span import Span
from tests.properties.strategies import answers, chains, walked
from tests.semantics import model

SUCCESS, PERM_DENIED, AUTH_ERR, NEW_AUTHTOK_REQD, IGNORE = 0, 6, 7, 12, 25

Node = tuple[str, int] | list["Node"]  # a control with the answer its module gives, or a substack


def build(nodes: list[Node], said: dict[int, int]) -> Links:
    """Return the links of a chain, and note what each answers."""
    links: list[Link | Substack] = []
    for node in nodes:
        number = len(said)
        said[number] = 0
        if isinstance(node, list):
            links.append(Substack(number, "s", build(node, said), Span("f", 1)))
            continue
        control, said[number] = node
        table = KEYWORDS.get(control) or parse_brackets(control).actions
        links.append(Link(number, f"m{number}", (), table, control, Span("f", 1)))
    return tuple(links)


def walk(nodes: list[Node]) -> tuple[int, list[int]]:
    """Return what the application is told, and who was asked."""
    said: dict[int, int] = {}
    links = build(nodes, said)
    asked: list[int] = []
    at = begin(links)
    while isinstance(at, Cursor):
        asked.append(at.link.number)
        at = advance(at, said[at.link.number])
    assert (at.code == SUCCESS) == (at.mood is Mood.GRANTED)
    return at.code, asked


@pytest.mark.parametrize(
    ("code", "asked", "nodes"),
    [
        pytest.param(PERM_DENIED, [], [], id="an empty chain denies"),
        pytest.param(PERM_DENIED, [], [[]], id="an empty substack denies"),
        pytest.param(SUCCESS, [0], [("required", 0)], id="one success is enough"),
        pytest.param(SUCCESS, [0], [("optional", 0)], id="an optional one too"),
        pytest.param(PERM_DENIED, [0], [("required", 25)], id="ignored alone denies"),
        pytest.param(PERM_DENIED, [0, 1], [("optional", 7), ("sufficient", 7)], id="no success"),
        pytest.param(7, [0, 1], [("required", 7), ("required", 17)], id="the first failure wins"),
        pytest.param(
            12, [0, 1], [("required", 12), ("required", 0)], id="the first odd success sticks"
        ),
        pytest.param(
            7,
            [0, 1, 2],
            [("required", 7), ("sufficient", 0), ("required", 0)],
            id="sufficient does not end a denied chain",
        ),
        pytest.param(0, [0], [("sufficient", 0), ("required", 7)], id="sufficient ends a chain"),
        pytest.param(
            12,
            [0, 1],
            [("required", 12), ("sufficient", 0), ("required", 7)],
            id="done ends, the code stays",
        ),
        pytest.param(
            7,
            [0],
            [("requisite", 7), ("required", 0)],
            id="requisite failure stops before the next",
        ),
        pytest.param(7, [0], [("default=ok", 7)], id="ok does not turn into success"),
        pytest.param(25, [0], [("default=ok", 25)], id="an ignore that is ok is handed out"),
        pytest.param(PERM_DENIED, [0], [("default=bad", 25)], id="an ignore that is bad denies"),
        pytest.param(
            PERM_DENIED,
            [0, 1],
            [("required", 0), ("default=reset", 0)],
            id="reset at the top forgets",
        ),
        pytest.param(
            PERM_DENIED, [0], [("success=bad", 0)], id="a denied chain does not carry success"
        ),
        pytest.param(PERM_DENIED, [0], [("optional", 99)], id="a stranger is bad even if optional"),
        pytest.param(PERM_DENIED, [0], [("sufficient", -1)], id="so is a negative one"),
        pytest.param(
            PERM_DENIED,
            [0],
            [("success=1 default=ignore", 0), ("requisite", 7)],
            id="a jump to the end is neutral",
        ),
        pytest.param(
            SUCCESS,
            [0, 2],
            [("success=1 default=ignore", 0), ("requisite", 7), ("required", 0)],
            id="debian's idiom",
        ),
        pytest.param(PERM_DENIED, [0], [("success=1", 0)], id="a jump past the end denies"),
        pytest.param(
            PERM_DENIED,
            [0, 1],
            [("required", 7), ("success=1", 0)],
            id="and replaces an earlier failure",
        ),
        pytest.param(
            SUCCESS,
            [0, 4],
            [("success=1", 0), [("required", 7), ("required", 7)], ("required", 0)],
            id="a substack counts as one for a jump",
        ),
        pytest.param(
            PERM_DENIED,
            [1, 3],
            [[("success=2", 0), ("required", 0)], ("required", 0)],
            id="a jump does not leave its substack, and the chain goes on",
        ),
        pytest.param(
            7,
            [1, 3],
            [[("requisite", 7), ("required", 0)], ("required", 0)],
            id="die ends its substack only",
        ),
        pytest.param(
            7,
            [1, 3],
            [[("sufficient", 0), ("required", 7)], ("required", 7)],
            id="done ends its substack only",
        ),
        pytest.param(
            SUCCESS,
            [1, 3, 4],
            [[("requisite", 7), ("required", 0)], ("default=reset", 0), ("required", 0)],
            id="an outer reset forgets what the substack did",
        ),
        pytest.param(
            SUCCESS,
            [0, 2, 3, 4],
            [("required", 0), [("required", 7), ("default=reset", 0)], ("required", 0)],
            id="an inner reset leads back to where the substack was entered",
        ),
        pytest.param(
            SUCCESS,
            [1, 3, 4],
            [[("required", 0)], [("required", 7), ("default=reset", 0)]],
            id="each substack is entered anew",
        ),
    ],
)
def test_a_chain_ends_as_libpam_ends_it(code: int, asked: list[int], nodes: list[Node]) -> None:
    assert walk(nodes) == (code, asked)


def test_a_cursor_can_be_kept_and_taken_up_again() -> None:
    links = build([("required", 0), [("required", 0)], ("required", 0)], {})
    first = begin(links)
    assert isinstance(first, Cursor)
    assert advance(first, SUCCESS) == advance(first, SUCCESS)
    assert advance(first, SUCCESS) != advance(first, AUTH_ERR)


def test_what_is_recorded_chooses_the_action_and_the_answer_is_reported() -> None:
    first = begin(build([("required", 0)], {}))
    assert isinstance(first, Cursor)
    assert advance(first, 17, judged=SUCCESS) == Verdict(Mood.QUALIFIED, 17)
    assert advance(first, IGNORE, judged=SUCCESS) == START
    assert advance(first, SUCCESS, judged=AUTH_ERR) == Verdict(Mood.DENIED, PERM_DENIED)
    assert advance(first, SUCCESS, judged=STRANGER) == Verdict(Mood.DENIED, PERM_DENIED)


STRANGER = 99


@pytest.mark.parametrize(("mood", "jump_counts"), [(Mood.GRANTED, True), (Mood.UNDECIDED, False)])
def test_a_jump_counts_where_the_dialect_says_so(mood: Mood, jump_counts: bool) -> None:
    first = begin(build([("success=1", 0), ("required", 0)], {}))
    assert isinstance(first, Cursor)
    after = advance(first, SUCCESS, jump_counts=jump_counts)
    assert isinstance(after, Verdict)
    assert after.mood is mood


@settings(max_examples=400)
@given(chains(), answers)
def test_the_first_pass_is_that_of_the_model(links: Links, said: list[int]) -> None:
    verdict, path = walked(links, said)
    assert model.walk(model.flat(links), said.__getitem__) == (verdict.code, path)


@settings(max_examples=400)
@given(chains(), answers, answers, st.booleans())
def test_the_second_pass_under_the_quirk_is_that_of_the_model(
    links: Links, first: list[int], second: list[int], jump_counts: bool
) -> None:
    remembered = dict(walked(links, first)[1])
    at, path = begin(links), []
    while isinstance(at, Cursor):
        number = at.link.number
        path.append((number, second[number]))
        judged = remembered.get(number, second[number])
        at = advance(at, second[number], judged=judged, jump_counts=jump_counts)
    expected = model.walk(
        model.flat(links), second.__getitem__, remembered, jump_counts=jump_counts
    )
    assert expected == (at.code, tuple(path))


@settings(max_examples=200)
@given(chains(), answers, st.booleans())
def test_a_second_pass_without_a_first_is_that_of_the_model(
    links: Links, said: list[int], jump_counts: bool
) -> None:
    at, path = begin(links), []
    while isinstance(at, Cursor):
        number = at.link.number
        path.append((number, said[number]))
        at = advance(at, said[number], jump_counts=jump_counts)
    expected = model.walk(model.flat(links), said.__getitem__, {}, jump_counts=jump_counts)
    assert expected == (at.code, tuple(path))
