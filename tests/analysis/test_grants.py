"""Who is let by, and what it takes; against claims that are proved by other means."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from pamkit.analysis.circumstance import USER, VALUES
from pamkit.analysis.claims import Claim, Quantity, is_granted
from pamkit.analysis.grants import Summary, summary
from pamkit.analysis.verify import verify
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive
from tests.analysis.policies import chains, declarations

if TYPE_CHECKING:
    from pamkit.analysis.grants import Way

_UNIX = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""


def _summary(text: str, call: Primitive = Primitive.AUTHENTICATE) -> Summary:
    return summary(chains(text)[FACILITY_OF[call]], call, declarations)


def _telling(way: Way) -> list[str]:
    return [choice.link.module for choice in way.telling]


def _ways(found: Summary, user: str) -> list[tuple[list[str], bool, bool, bool]]:
    (granted,) = (each for each in found.granted if user in each.users)
    return [(_telling(way), way.usual, way.blank, way.trusted) for way in granted.ways]


def test_a_password_lets_in_the_users_of_the_files() -> None:
    found = _summary(_UNIX)
    assert [each.users for each in found.granted] == [
        ("root", "system", "local"),
        ("directory", "nobody"),
    ]
    assert _ways(found, "local") == [(["pam_unix.so"], True, False, False)]
    # A directory may be known to the system; nobody can rely on it.
    assert _ways(found, "directory") == [(["pam_unix.so"], False, False, False)]


def test_what_refuses_and_what_is_never_asked_is_told() -> None:
    found = _summary(_UNIX)
    assert ([link.module for link in found.refusing], found.unreached) == (["pam_deny.so"], ())
    text = (
        "auth required pam_unix.so\nauth [default=done] pam_permit.so\nauth required pam_u2f.so\n"
    )
    other = _summary(text.replace("required pam_unix", "optional pam_unix"))
    assert [link.module for link in other.unreached] == ["pam_u2f.so"]
    assert [link.module for link in _summary(text).denying] == ["pam_unix.so", "pam_u2f.so"]


def test_an_empty_password_and_a_trusted_caller_are_ways_of_their_own() -> None:
    text = "auth sufficient pam_rootok.so\n" + _UNIX.replace("pam_unix.so", "pam_unix.so nullok")
    assert _ways(_summary(text), "local") == [
        (["pam_rootok.so"], True, False, True),
        (["pam_unix.so"], True, False, False),
        (["pam_unix.so"], False, True, False),
    ]


def test_two_factors_are_one_way_that_needs_both() -> None:
    text = "auth required pam_unix.so\nauth required pam_u2f.so\n"
    assert _ways(_summary(text), "local")[0][0] == ["pam_unix.so", "pam_u2f.so"]


def test_a_policy_that_asks_nobody_lets_in_everybody() -> None:
    found = _summary("auth required pam_permit.so\n")
    assert [each.users for each in found.granted] == [VALUES[USER]]
    assert _ways(found, "root") == [([], True, False, False)]


def test_a_policy_that_refuses_everybody_has_no_way() -> None:
    (granted,) = _summary("auth required pam_deny.so\n").granted
    assert granted.ways == ()
    (empty,) = _summary("account required pam_permit.so\n").granted
    assert empty.ways == ()


def test_a_way_names_the_modules_of_which_nothing_is_known() -> None:
    (granted,) = _summary("auth required pam_of_nobody.so\n").granted
    assert [(way.assumed, _telling(way)) for way in granted.ways] == [
        (("pam_of_nobody",), ["pam_of_nobody.so"])
    ]


def test_a_line_that_must_fail_tells_nothing() -> None:
    assert _ways(_summary("auth include not-there\n"), "local") == []


def test_a_session_is_not_about_who_asks() -> None:
    found = _summary("session required pam_unix.so\n", Primitive.OPEN_SESSION)
    assert _ways(found, "local") == [([], True, False, False)]


def test_a_line_that_would_say_no_on_another_day_is_one_of_them() -> None:
    text = "account required pam_nologin.so\naccount required pam_unix.so\n"
    assert _ways(_summary(text, Primitive.ACCT_MGMT), "local")[0][0] == [
        "pam_nologin.so",
        "pam_unix.so",
    ]


def test_what_hangs_on_the_kind_of_user_alone_is_nothing_to_need() -> None:
    text = "auth required pam_localuser.so\nauth required pam_unix.so\n"
    assert _ways(_summary(text), "local") == [(["pam_unix.so"], True, False, False)]
    assert [each.users for each in _summary(text).granted if each.ways] == [
        ("root", "system", "local")
    ]


_YES = ReturnCode.SUCCESS

_LINES = (
    *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_unix.so nullok", "pam_rootok.so"),
    *("pam_localuser.so", "pam_nologin.so", "pam_faillock.so preauth", "pam_u2f.so", "pam_sss.so"),
    *("pam_succeed_if.so uid >= 1000", "pam_env.so", "pam_of_nobody.so"),
)
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok default=2]", "[default=die]", "[success=bad]"),
)


def _policy(draw: random.Random) -> str:
    lines = (f"auth {draw.choice(_CONTROLS)} {draw.choice(_LINES)}\n" for _ in range(4))
    return "".join(lines)


@pytest.mark.parametrize("healthy", [True, False])
def test_whoever_can_be_let_in_has_a_way_and_nobody_else(healthy: bool) -> None:
    draw = random.Random(7)
    odd = []
    for _ in range(15):
        text = _policy(draw)
        found = _summary(text)
        for user in VALUES[USER]:
            claim = Claim(
                "can",
                "",
                Primitive.AUTHENTICATE,
                Quantity.CAN,
                is_granted,
                ((USER, user),),
                healthy=healthy,
            )
            can = verify(claim, chains(text), declarations).holds
            told = any(usual or not healthy for _, usual, _, _ in _ways(found, user))
            if can is not told:
                odd.append((text, user))
    assert odd == []


def test_every_way_is_a_run_that_is_granted() -> None:
    draw = random.Random(8)
    odd = []
    for _ in range(15):
        text = _policy(draw)
        for granted in _summary(text).granted:
            for way in granted.ways:
                at = begin(chains(text)[FACILITY_OF[Primitive.AUTHENTICATE]].links)
                for choice in way.run:
                    assert isinstance(at, Cursor)
                    at = advance(at, choice.outcome.code)
                if isinstance(at, Cursor) or at.mood is not Mood.GRANTED:
                    odd.append(text)
                assert set(way.telling) <= set(way.run)
    assert odd == []


def test_no_way_needs_all_that_another_needs() -> None:
    draw = random.Random(9)
    odd = []
    for _ in range(15):
        text = _policy(draw)
        for granted in _summary(text).granted:
            needs = [
                (frozenset(c.link.number for c in way.telling if c.outcome.code == _YES), way.usual)
                for way in granted.ways
                if not way.blank
            ]
            # What happens on any day is no less for needing more on a bad one.
            if any(
                less < more and (usual or not of_a_good_day)
                for less, usual in needs
                for more, of_a_good_day in needs
            ):
                odd.append(text)
    assert odd == []
