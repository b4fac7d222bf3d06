"""Claims proved, or broken by a run; against every run, one by one."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from pamkit.analysis.circumstance import VALUES
from pamkit.analysis.claims import CLAIMS, Quantity, needs, succeeded
from pamkit.analysis.explore import End
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.analysis.verify import Result, verify
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF
from tests.analysis.policies import chains, declarations

if TYPE_CHECKING:
    from pamkit.analysis.claims import Claim
    from pamkit.policy.chain import Chain

BY_NAME = {claim.name: claim for claim in CLAIMS}

_DEBIAN = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""
_FAILLOCK = """auth required pam_faillock.so preauth
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
auth required pam_deny.so
"""


def _result(name: str, text: str, **files: str) -> Result:
    claim = BY_NAME.get(name) or needs(name.removeprefix("needs-"))
    return verify(claim, chains(text, **files), declarations)


_ACCOUNT = """account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
account requisite pam_deny.so
account required pam_permit.so
"""

_TOLD = [
    # What is claimed, of which policy, and whether it holds.
    ("no-grant-without-proof", _DEBIAN, True),
    ("no-grant-without-proof", "auth required pam_permit.so\n", False),
    ("no-grant-without-proof", "auth sufficient pam_rootok.so\nauth required pam_unix.so\n", True),
    ("no-grant-without-proof", "auth sufficient pam_succeed_if.so uid >= 1000\n", False),
    ("no-grant-without-proof", "auth required pam_u2f.so\n", True),
    ("no-grant-without-proof", "auth required pam_u2f.so alwaysok\n", False),
    # FLOW-07: preauth answers success, and nothing behind pam_unix says no.
    (
        "wrong-password-never-grants",
        "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n",
        False,
    ),
    ("wrong-password-never-grants", _FAILLOCK, True),
    ("wrong-password-never-grants", _DEBIAN, True),
    ("no-blank-password", _DEBIAN, True),
    ("no-blank-password", _DEBIAN.replace("pam_unix.so", "pam_unix.so nullok"), False),
    ("locked-is-refused", _FAILLOCK, True),
    ("locked-is-refused", _DEBIAN, False),
    # LOCK-05: whoever asks too late has let in already.
    ("locked-is-refused", "auth sufficient pam_unix.so\nauth required pam_faillock.so\n", False),
    ("root-can-get-in", _DEBIAN, True),
    ("root-can-get-in", "auth required pam_succeed_if.so uid >= 1000\n" + _DEBIAN, False),
    ("root-can-get-in-without-network", _DEBIAN, True),
    # FLOW-18: a directory that does not answer refuses everybody.
    ("root-can-get-in-without-network", "auth required pam_sss.so\n" + _DEBIAN, False),
    (
        "root-can-get-in-without-network",
        "auth [success=ok default=ignore] pam_sss.so\n" + _DEBIAN,
        True,
    ),
    ("local-can-get-in", "auth required pam_deny.so\n", False),
    ("expired-is-refused", _ACCOUNT, True),
    ("expired-is-refused", "account required pam_permit.so\n", False),
    # ACCT-03: being local is enough for it.
    ("expired-is-refused", "account sufficient pam_localuser.so\n" + _ACCOUNT, False),
    ("due-is-said", _ACCOUNT, True),
    # FLOW-11: nothing is said of `new_authtok_reqd`.
    (
        "due-is-said",
        "account [success=ok default=ignore] pam_unix.so\naccount required pam_permit.so\n",
        False,
    ),
    ("needs-pam_oath", "auth required pam_unix.so\nauth required pam_oath.so\n", True),
    # MFA-05: sufficient in front of the second factor.
    ("needs-pam_oath", "auth sufficient pam_unix.so\nauth required pam_oath.so\n", False),
]


@pytest.mark.parametrize(("name", "text", "holds"), _TOLD)
def test_a_claim_holds_or_not(name: str, text: str, holds: bool) -> None:
    assert _result(name, text).holds is holds


def test_a_witness_is_the_shortest_run_that_breaks_a_claim() -> None:
    text = "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
    found = _result("wrong-password-never-grants", text)
    steps = [(each.link.module, ReturnCode(each.outcome.code).name) for each in found.witness]
    assert steps == [("pam_faillock.so", "SUCCESS"), ("pam_unix.so", "AUTH_ERR")]


def test_lines_that_look_at_the_same_thing_see_it_alike() -> None:
    # A local user is local on both lines: no run meets both.
    text = "auth required pam_localuser.so\nauth [success=die default=ok] pam_localuser.so\n"
    assert _result("local-can-get-in", text).holds is False


def test_a_proof_that_needs_a_stranger_says_so() -> None:
    found = _result("no-grant-without-proof", "auth required pam_of_nobody.so\n")
    assert (found.holds, found.assumed) == (True, ("pam_of_nobody",))


def test_a_run_that_does_not_meet_the_stranger_rests_on_nothing() -> None:
    text = "auth sufficient pam_permit.so\nauth required pam_of_nobody.so\n"
    assert _result("no-grant-without-proof", text).assumed == ()


def test_a_refused_line_has_no_success() -> None:
    assert _result("local-can-get-in", "auth requird pam_permit.so\n").holds is False


_LINES = (
    *("pam_permit.so", "pam_deny.so", "pam_unix.so", "pam_unix.so nullok", "pam_rootok.so"),
    *("pam_localuser.so", "pam_nologin.so", "pam_faillock.so preauth", "pam_faillock.so authfail"),
    *("pam_succeed_if.so uid >= 1000", "pam_succeed_if.so user = bob", "pam_usertype.so issystem"),
    *("pam_u2f.so", "pam_env.so", "pam_sss.so", "pam_of_nobody.so", "pam_wheel.so trust"),
)
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok default=2]", "[default=die]", "[success=bad]"),
)


def _policy(draw: random.Random) -> str:
    return "".join(
        f"{facility} {draw.choice(_CONTROLS)} {draw.choice(_LINES)}\n"
        for facility in ("auth", "account")
        for _ in range(draw.randrange(1, 4))
    )


def _by_brute_force(claim: Claim, chain: Chain) -> bool:
    """Judge a claim by every run under every combination of circumstances."""
    model = Model(declarations, claim.primitive, healthy=claim.healthy, special=TABLES)
    names = sorted({name for link in chain for name in model.names(link)})
    fixed = dict(claim.given)
    values = [
        [fixed[name]] if name in fixed else sorted(_values(name, chain, model)) for name in names
    ]
    ends = {
        end
        for day in itertools.product(*values)
        for end in _ends(begin(chain.links), dict(zip(names, day, strict=True)), model, frozenset())
    }
    speaks = any(claim.holds_of(end) for end in ends)
    return speaks is (claim.quantity is Quantity.CAN)


def _values(name: str, chain: Chain, model: Model) -> set[str]:
    seen = {
        value for link in chain for row in model.rows(link) for n, value in row.when if n == name
    }
    return seen | set(VALUES.get(name, ("right", "wrong") if name.startswith("what ") else ()))


def _ends(
    at: Cursor | Verdict, day: dict[str, str], model: Model, marks: frozenset[str]
) -> set[End]:
    if isinstance(at, Verdict):
        return {End(at, frozenset(), marks)}
    found: set[End] = set()
    link = at.link
    for row in model.rows(link):
        if all(day[name] == value for name, value in row.when):
            succeeds = row.code == ReturnCode.SUCCESS and not link.refusal
            more = {succeeded(model.subject(link).name)} if succeeds else set()
            found |= _ends(advance(at, row.code), day, model, marks | {*row.marks} | more)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_claim_is_judged_as_by_all_runs_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    claims = (*CLAIMS, needs("pam_unix"), needs("pam_u2f"))
    odd = []
    for _ in range(25):
        text = _policy(draw)
        made = chains(text)
        for claim in claims:
            here = verify(claim, made, declarations).holds
            if here is not _by_brute_force(claim, made[FACILITY_OF[claim.primitive]]):
                odd.append((claim.name, text, here))
    assert odd == []


def test_every_witness_of_a_broken_claim_ends_as_the_claim_forbids() -> None:
    draw = random.Random(1)
    seen = 0
    for _ in range(120):
        made = chains(_policy(draw))
        for claim in CLAIMS:
            found = verify(claim, made, declarations)
            at = begin(made[FACILITY_OF[claim.primitive]].links)
            marks: set[str] = set()
            for choice in found.witness:
                assert isinstance(at, Cursor)
                at = advance(at, choice.outcome.code)
                marks |= {*choice.outcome.marks}
            if found.witness:
                assert isinstance(at, Verdict)
                assert claim.holds_of(End(at, frozenset(), frozenset(marks)))
                seen += 1
    assert seen > 150
