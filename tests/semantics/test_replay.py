"""Setcred after authenticate: the cases of the reference, each as a row."""

import pytest
from hypothesis import given, settings

from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.trace import Path
from pamkit.semantics.verdict import START, Verdict
from pamkit.semantics.walk import Links
from tests.properties.strategies import answers, chains, succeeded, walked
from tests.semantics import model
from tests.semantics.test_walk import Node, build

CRED_UNAVAIL, CRED_EXPIRED, CRED_ERR = 15, 16, 17
SUCCESS, PERM_DENIED, AUTH_ERR, NEW_AUTHTOK_REQD, IGNORE = 0, 6, 7, 12, 25


def replay(
    links: Links, path: Path, answer: dict[int, int] | list[int], *, jump_counts: bool = False
) -> tuple[Verdict, list[int]]:
    """Return the verdict of a replay, and who was asked."""
    at, asked = begin_replay(links, path), []
    while isinstance(at, Replay):
        asked.append(at.link.number)
        at = advance_replay(at, answer[at.link.number], jump_counts=jump_counts)
    return at, asked


@pytest.mark.parametrize(
    ("code", "asked", "first", "second"),
    [
        pytest.param(
            SUCCESS,
            [0],
            [("sufficient", 0), ("required", 0)],
            [0, 17],
            id="the path is that of authenticate",
        ),
        pytest.param(
            CRED_UNAVAIL,
            [0],
            [("sufficient", 0), ("required", 0)],
            [CRED_UNAVAIL, 0],
            id="a16: sufficient that counted is required",
        ),
        pytest.param(
            CRED_UNAVAIL,
            [0, 1],
            [("optional", 0), ("required", 0)],
            [CRED_UNAVAIL, 0],
            id="a16: optional that counted is required",
        ),
        pytest.param(
            SUCCESS,
            [0, 1],
            [("optional", 7), ("required", 0)],
            [CRED_UNAVAIL, 0],
            id="a15: optional that failed has no say",
        ),
        pytest.param(
            SUCCESS,
            [0, 1],
            [("required", 25), ("required", 0)],
            [CRED_ERR, 0],
            id="a15: required that was ignored has no say",
        ),
        pytest.param(
            CRED_EXPIRED,
            [0, 1],
            [("required", 0), ("required", 0)],
            [CRED_EXPIRED, CRED_ERR],
            id="a23: the first error dominates",
        ),
        pytest.param(
            CRED_ERR,
            [0, 1],
            [("requisite", 0), ("required", 0)],
            [CRED_ERR, 0],
            id="a16: requisite does not stop",
        ),
        pytest.param(SUCCESS, [0], [("required", 0)], [25], id="nothing to set is no failure"),
        pytest.param(
            SUCCESS,
            [0],
            [("sufficient", 0), ("required", 0)],
            [25, CRED_ERR],
            id="a14: an ignore does not lead on to links that were not asked",
        ),
        pytest.param(
            PERM_DENIED,
            [0, 1],
            [("required", 7), ("required", 0)],
            [0, 0],
            id="a5: after a failure no answer makes up for it",
        ),
        pytest.param(
            PERM_DENIED, [0], [("requisite", 7), ("required", 0)], [0, 0], id="a5: nor after die"
        ),
        pytest.param(
            CRED_ERR, [0], [("requisite", 7)], [CRED_ERR], id="a link that was bad reports its own"
        ),
        pytest.param(
            SUCCESS,
            [0, 2],
            [("success=1 default=ignore", 0), ("requisite", 7), ("required", 0)],
            [CRED_ERR, 0, 0],
            id="a jump is neutral",
        ),
        pytest.param(
            NEW_AUTHTOK_REQD, [0], [("required", 12)], [12], id="a token that expired is no error"
        ),
        pytest.param(
            NEW_AUTHTOK_REQD,
            [0, 1],
            [("required", 12), ("required", 0)],
            [12, 0],
            id="and what was said first stays",
        ),
        pytest.param(
            PERM_DENIED, [0], [("default=ok", 7)], [0], id="a5: authenticate did not succeed"
        ),
        pytest.param(
            PERM_DENIED, [0], [("success=1", 0)], [0], id="a jump past the end denies again"
        ),
        pytest.param(
            PERM_DENIED,
            [0, 1],
            [("required", 99), ("required", 0)],
            [0, 0],
            id="a stranger was bad",
        ),
        pytest.param(
            SUCCESS,
            [1, 2, 3],
            [[("required", 0), ("default=reset", 0)], ("required", 0)],
            [0, CRED_ERR, 0, 0],
            id="reset forgets what happened in its substack",
        ),
    ],
)
def test_a_replay_ends_so(
    code: int, asked: list[int], first: list[Node], second: list[int]
) -> None:
    said: dict[int, int] = {}
    links = build(first, said)
    _, path = walked(links, list(said.values()))
    verdict, who = replay(links, path, dict(enumerate(second)))
    assert [number for number, _ in path] == who
    assert (verdict.code, who) == (code, asked)


@pytest.mark.parametrize(
    ("code", "jump_counts"), [(CRED_ERR, True), (SUCCESS, False)], ids=["linux", "debian"]
)
def test_a_link_that_jumped_counts_where_the_dialect_says_so(code: int, jump_counts: bool) -> None:
    said: dict[int, int] = {}
    links = build([("success=1", 0), ("requisite", 7), ("required", 0)], said)
    _, path = walked(links, list(said.values()))
    verdict, _ = replay(links, path, [CRED_ERR, 0, 0], jump_counts=jump_counts)
    assert verdict.code == code


def test_a_chain_that_asks_nobody_denies() -> None:
    assert begin_replay((), ()) == START


@pytest.mark.parametrize("path", [(), ((1, 0),)])
def test_a_path_of_another_chain_is_refused(path: Path) -> None:
    links = build([("required", 0), ("required", 0)], {})
    with pytest.raises(ValueError, match="does not belong to this chain"):
        begin_replay(links, path)


def test_a_path_that_ends_too_early_is_refused() -> None:
    links = build([("required", 0), ("required", 0)], {})
    start = begin_replay(links, ((0, 0),))
    assert isinstance(start, Replay)
    assert start.judged == SUCCESS
    assert start.verdict == START
    with pytest.raises(ValueError, match="does not belong to this chain"):
        advance_replay(start, SUCCESS)


@settings(max_examples=300)
@given(chains(), answers, answers)
def test_where_the_answers_do_not_steer_a_replay_is_libpams_second_pass(
    links: Links, first: list[int], second: list[int]
) -> None:
    """DIALECT: linux.  Without ignore, libpam's second pass and ours tell the same story."""
    second = [CRED_ERR if code == IGNORE else code for code in second]
    let_in, path = walked(links, first)
    expected = model.walk(model.flat(links), second.__getitem__, dict(path), jump_counts=True)
    verdict, asked = replay(links, path, second, jump_counts=True)
    assert asked == [number for number, _ in expected.called]
    if succeeded(let_in):
        assert (verdict.code == SUCCESS) == (expected.status == SUCCESS)
    else:
        assert verdict.code != SUCCESS
