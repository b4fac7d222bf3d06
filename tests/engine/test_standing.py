"""Where the calls of a transaction have led: what is shared means the same as what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.engine.standing import Standing
from pamkit.engine.tracks import Tracks
from pamkit.module.registry import Registry
from pamkit.policy.compile import compiled
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.hooks import module

if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.registry import Module

_C = ReturnCode
_AUTH, _SETCRED, _ACCT, _OPEN, _CLOSE, _CHAUTHTOK = Primitive
POLICY = "".join(f"{f} required pam_x.so\n" for f in ("auth", "account", "password", "session"))
HOOKS = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session", "chauthtok")


def speaking(said: list[int]) -> Module:
    """Return a module whose hooks answer the last of ``said``."""
    hook: Callable[[Any], int] = lambda call: said[-1]  # noqa: E731  # one for all
    return module("x", **dict.fromkeys(HOOKS, hook))


def tracks_of(*modules: Module) -> Tracks:
    """Return the tracks of the policy, on which nobody has walked."""
    registry = Registry(lambda _: None, extra={each.name: each for each in modules})
    return Tracks(
        "test", compiled(resolve("test", MemorySource({"/etc/pam.d/test": POLICY}))), registry
    )


def end_of(tracks: Tracks, primitive: Primitive, answer: int) -> Any:
    """Return the place where a walk of one answer ends."""
    return tracks.first(primitive).leads(answer)


def test_a_transaction_begins_where_nothing_was_walked_and_nothing_refused() -> None:
    tracks = tracks_of(speaking([0]))
    assert tracks.start.paths == (None,) * 6
    assert tracks.start.refused == frozenset()
    assert tracks.start.begin(_AUTH) is tracks.first(_AUTH)
    assert tracks.start.begins[_AUTH] is tracks.first(_AUTH)


def test_setcred_begins_where_authenticate_has_ended() -> None:
    tracks = tracks_of(speaking([0]))
    end = end_of(tracks, _AUTH, 0)
    place = tracks.start.ended(end).begin(_SETCRED)
    assert place is end.followed(_SETCRED)
    assert place is not None
    assert place.is_replay


def test_who_went_the_same_way_stands_at_the_same_place() -> None:
    tracks = tracks_of(speaking([0]))
    end = end_of(tracks, _AUTH, 0)
    assert tracks.start.ended(end) is tracks.start.ended(end)
    assert tracks.start.refusing(_OPEN) is tracks.start.refusing(_OPEN)
    refused = tracks.start.refusing(_AUTH)
    assert refused.refusing(_AUTH) is refused
    once = tracks.start.ended(end)
    assert once.ended(end) is once


def test_nothing_follows_what_was_refused() -> None:
    tracks = tracks_of(speaking([0]))
    refused = tracks.start.refusing(_AUTH)
    assert (refused.paths[_AUTH], refused.refused) == ((), frozenset({_AUTH}))
    assert refused.begin(_SETCRED) is None
    assert refused.begin(_ACCT) is not None
    assert refused.begins == [None] * 6  # whatever is asked now has a refusal to take back


def test_a_yes_takes_a_refusal_back_and_a_no_notes_one() -> None:
    tracks = tracks_of(speaking([0]))
    refused = tracks.start.refusing(_AUTH)
    assert refused.ended(end_of(tracks, _AUTH, 0)).refused == frozenset()
    assert tracks.start.ended(end_of(tracks, _AUTH, _C.AUTH_ERR)).refused == {_AUTH}
    assert refused.walked(_AUTH, (), good=True).refused == frozenset()
    assert refused.walked(_AUTH, (), good=False).refused == {_AUTH}
    assert tracks.start.walked(_AUTH, (), good=False).refused == frozenset()


@pytest.mark.parametrize("primitive", [_SETCRED, _CLOSE])
def test_a_refusal_of_what_follows_another_says_nothing_of_that(primitive: Primitive) -> None:
    start = tracks_of(speaking([0])).start
    assert start.refusing(primitive) is start


def test_a_change_of_passwords_walks_beside_and_so_does_who_has_no_tracks() -> None:
    tracks = tracks_of(speaking([0]))
    assert [tracks.start.begin(_CHAUTHTOK), Standing(None).begin(_AUTH)] == [None, None]


def test_where_nobody_can_be_asked_a_walk_is_made_beside() -> None:
    tracks = tracks_of()
    assert tracks.start.begin(_AUTH) is None


def test_another_policy_leaves_refusals_and_nothing_else() -> None:
    old, new = tracks_of(speaking([0])), tracks_of(speaking([0]))
    walked = old.start.ended(end_of(old, _AUTH, 0))
    assert walked.after_change(new) is new.start
    assert walked.after_change(None).begin(_AUTH) is None
    after = walked.refusing(_OPEN).after_change(new)
    assert (after.tracks, after.paths[_OPEN], after.refused) == (new, (), frozenset({_OPEN}))
    assert after.paths[_AUTH] is None


def test_no_more_places_are_kept_than_there_is_room_for() -> None:
    tracks = tracks_of(speaking([0]))
    end = end_of(tracks, _AUTH, 0)
    tracks.room = 0
    assert tracks.start.ended(end) is not tracks.start.ended(end)
    assert tracks.start.ended(end).paths[_AUTH] is end


def test_a_transaction_that_goes_round_in_circles_takes_no_more_room() -> None:
    tracks = tracks_of(speaking([0]))
    trial = Trial(POLICY, speaking([0]), tracks=lambda *_: tracks)
    seen = []
    for _ in range(9):
        trial.core.refuse(_AUTH)
        trial.call(_AUTH)
        seen.append(tracks.room)
    assert len(set(seen)) == 1


CALLS = st.lists(
    st.tuples(st.sampled_from(list(Primitive)), st.sampled_from([0, 0, 0, 7, 12, 25, 31])),
    max_size=8,
)


@given(CALLS, CALLS)
def test_calls_in_any_order_mean_the_same_on_shared_places_and_beside_all_tracks(
    first: list[tuple[Primitive, int]], second: list[tuple[Primitive, int]]
) -> None:
    said = [0]
    speaker = speaking(said)
    tracks = tracks_of(speaker)

    def played(calls: list[tuple[Primitive, int]], **settings: Any) -> list[object]:
        trial = Trial(POLICY, speaker, load=lambda _: tracks.compiled, **settings)
        seen: list[object] = []
        for primitive, answer in calls:
            said.append(answer)
            code = trial.call(primitive)
            paths = [trial.core.path(each) for each in Primitive if each is not _ACCT]
            refused = [trial.core.is_refused(each) for each in Primitive]
            seen += [code, paths, refused]
        return [*seen, tuple(trial.core.runs)]

    def beside(*_: object) -> None:
        """Hear each step: who does walks beside the tracks."""

    for calls in (first, second, first):
        assert played(calls, tracks=lambda *_: tracks) == played(calls, watch=beside)
