"""Claims proved, or broken by a run; against every run, one by one."""

from __future__ import annotations

import os
import random

import pytest

from pamkit.analysis import explore
from pamkit.analysis.claim_names import EVERY, claim_named
from pamkit.analysis.claims import needs, robust_against
from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import Result, verify, verify_all
from pamkit.policy.dialect import DIALECTS, LINUX
from pamkit.vocab.codes import ReturnCode
from tests.analysis import all_runs
from tests.analysis.policies import chains, declarations

POLICIES = int(os.environ.get("PAMKIT_BRUTE_FORCE", "60"))

_DEBIAN = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""
_FAILLOCK = """auth required pam_faillock.so preauth
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
auth required pam_deny.so
"""


def _result(name: str, text: str, quirk: str = "", dialect: str = LINUX.name) -> Result:
    claim = claim_named(name)
    assert claim is not None
    made = chains(text, dialect=DIALECTS[dialect], quirks=frozenset(filter(None, (quirk,))))
    return verify(claim, made, declarations)


_AUTHFAIL = "auth optional pam_faillock.so authfail\n"
_SESSION = "session required pam_limits.so\n"
_QUALITY = """password requisite pam_pwquality.so
password required pam_unix.so use_authtok
"""
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
    # Who is in this group is meant to need no password.
    (
        "no-grant-without-proof",
        "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n",
        True,
    ),
    ("no-grant-without-proof", "auth sufficient pam_succeed_if.so user ingroup staff\n", False),
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
    ("always-refuses", "auth requisite pam_deny.so\nauth sufficient pam_unix.so\n", True),
    ("always-refuses", _DEBIAN, False),
    ("two-factors", "auth required pam_unix.so\nauth required pam_oath.so\n", True),
    # MFA-07: two things that somebody holds are of one kind.
    ("two-factors", "auth required pam_u2f.so\nauth required pam_oath.so\n", False),
    ("two-factors", "auth sufficient pam_unix.so\nauth required pam_oath.so\n", False),
    ("two-factors", "auth required pam_ssh_agent_auth.so\nauth required pam_unix.so\n", True),
    # AUTH-19: of a line that is ignored nothing is known.
    ("two-factors", "auth required pam_of_nobody.so\nauth required pam_unix.so\n", False),
    (
        "two-factors",
        "auth [success=ok default=die] pam_of_nobody.so\nauth required pam_unix.so\n",
        True,
    ),
    ("system-can-get-in", _DEBIAN, True),
    ("system-can-get-in", "auth requisite pam_usertype.so isregular\n" + _DEBIAN, False),
    ("system-can-never-get-in", "auth requisite pam_usertype.so isregular\n" + _DEBIAN, True),
    ("directory-can-get-in", "auth required pam_sss.so\n", True),
    ("directory-can-get-in", _DEBIAN, False),
    ("local-can-get-in-without-network", _DEBIAN, True),
    ("local-can-get-in-without-network", "auth required pam_sss.so\n" + _DEBIAN, False),
    ("locked-can-never-get-in", _FAILLOCK, True),
    ("locked-can-never-get-in", _DEBIAN, False),
    ("local-can-log-in", _DEBIAN + _ACCOUNT + _SESSION, True),
    ("local-can-log-in", _DEBIAN + _SESSION, False),
    ("expired-never-logs-in", _DEBIAN + _ACCOUNT + _SESSION, True),
    ("expired-never-logs-in", _DEBIAN + "account required pam_permit.so\n" + _SESSION, False),
    ("locked-never-logs-in", _FAILLOCK + _ACCOUNT + _SESSION, True),
    ("locked-never-logs-in", _DEBIAN + _ACCOUNT + _SESSION, False),
    ("due-must-change-first", _DEBIAN + _ACCOUNT + _SESSION, True),
    (
        "due-must-change-first",
        _DEBIAN
        + "account [success=ok default=ignore] pam_unix.so\naccount required pam_permit.so\n"
        + _SESSION,
        False,
    ),
    # The caller of su is root, or is not: the same on both lines.
    (
        "expired-never-logs-in",
        "auth required pam_unix.so\naccount sufficient pam_succeed_if.so uid = 0 use_uid quiet\n"
        + _ACCOUNT
        + _SESSION,
        True,
    ),
    # LOCK-01 and its sisters: three wirings of faillock.
    ("failures-are-counted", _FAILLOCK, True),
    ("failures-are-counted", _FAILLOCK.replace("authfail", "authsucc"), False),
    ("failures-are-counted", "auth required pam_faillock.so preauth\n" + _DEBIAN, False),
    # LOCK-04: who is refused at once is never counted.
    ("failures-are-counted", _FAILLOCK.replace("sufficient", "requisite"), False),
    # LOCK-08: one failure counts twice.
    ("failures-are-counted", _FAILLOCK.replace("[default=die]", "optional") + _AUTHFAIL, False),
    ("failures-are-counted", "auth required pam_tally2.so\nauth required pam_unix.so\n", True),
    ("success-forgets", _FAILLOCK + "account required pam_faillock.so\n" + _ACCOUNT, True),
    ("success-forgets", _FAILLOCK + _ACCOUNT, False),
    (
        "success-forgets",
        _FAILLOCK.replace("sufficient", "[success=2 default=ignore]")
        + "auth required pam_faillock.so authsucc\n"
        + _ACCOUNT,
        True,
    ),
    # LOCK-14: the old module counts every success as a failure without its account line.
    (
        "success-forgets",
        "auth required pam_tally2.so\nauth required pam_unix.so\n" + _ACCOUNT,
        False,
    ),
    (
        "success-forgets",
        "auth required pam_tally2.so\nauth required pam_unix.so\n"
        "account required pam_tally2.so\n" + _ACCOUNT,
        True,
    ),
    # AUTH-05: nobody has asked.
    ("token-is-there", "auth required pam_unix.so use_first_pass\n", False),
    (
        "token-is-there",
        "auth optional pam_u2f.so\nauth required pam_sss.so use_first_pass\n",
        False,
    ),
    (
        "token-is-there",
        "auth optional pam_unix.so\nauth required pam_sss.so use_first_pass\n",
        True,
    ),
    ("token-is-there", "auth optional pam_x.so\nauth required pam_unix.so use_first_pass\n", True),
    # PW-01
    ("new-token-is-there", "password required pam_unix.so use_authtok\n", False),
    (
        "new-token-is-there",
        "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n",
        True,
    ),
    # AUTH-20: the jump over the prompt for a user that does not exist.
    (
        "unknown-user-is-not-told",
        "auth [success=ok default=1] pam_localuser.so\nauth sufficient pam_unix.so\n"
        "auth required pam_deny.so\n",
        False,
    ),
    ("unknown-user-is-not-told", _FAILLOCK, True),
    # Who has the key is asked for nothing more; that says nothing of who has none.
    ("unknown-user-is-not-told", "auth sufficient pam_u2f.so\nauth required pam_unix.so\n", True),
    ("unknown-user-is-not-told", "auth include nowhere\n" + _DEBIAN, True),
    ("token-is-there", "auth include nowhere\n" + _DEBIAN, True),
    ("failures-are-counted", "auth include nowhere\n" + _FAILLOCK, True),
    ("passes-agree", "password include nowhere\npassword optional pam_gnome_keyring.so\n", True),
    (
        "unknown-user-is-not-told",
        "auth requisite pam_localuser.so\nauth required pam_of_nobody.so\n",
        False,
    ),
    ("setcred-follows", _DEBIAN, True),
    ("setcred-follows", "auth required pam_debug.so cred=cred_err\n", False),
    ("setcred-on-its-own", _DEBIAN, True),
    ("setcred-on-its-own", "auth required pam_deny.so\n", False),
    ("close-follows-open", "session required pam_limits.so\n", True),
    ("close-follows-open", "session required pam_debug.so close_session=session_err\n", False),
    ("same-in-every-dialect", _DEBIAN, True),
    # DIA-06: in one dialect a line that jumps has a say.
    (
        "same-in-every-dialect",
        "auth [success=1 default=ignore] pam_debug.so cred=cred_err\n"
        "auth requisite pam_deny.so\nauth required pam_permit.so\n",
        False,
    ),
    ("passes-agree", "password required pam_unix.so\n", True),
    # PW-09: the first pass stops at a line that the second one goes past.
    (
        "passes-agree",
        "password sufficient pam_debug.so chauthtok=ignore\npassword required pam_unix.so\n",
        False,
    ),
    ("passes-agree", "password required pam_permit.so\n", True),
    ("old-password-is-checked", "password required pam_unix.so\n", True),
    # PW-10: who stores does not ask, and nobody else does.
    (
        "old-password-is-checked",
        "password sufficient pam_debug.so chauthtok=ignore\npassword required pam_sss.so\n",
        False,
    ),
    ("new-password-is-judged", _QUALITY, True),
    # PW-03: who refuses is not listened to, and the next one asks; or is asked when all is done.
    (
        "new-password-is-judged",
        "password optional pam_pwquality.so\npassword required pam_unix.so\n",
        False,
    ),
    ("new-password-is-judged", _QUALITY.replace("requisite", "optional"), True),
    (
        "new-password-is-judged",
        "password optional pam_unix.so\npassword required pam_pwquality.so\n",
        False,
    ),
    ("new-password-is-judged", "password required pam_unix.so\n", True),
    (
        "history-is-asked",
        "password required pam_pwhistory.so\npassword required pam_unix.so\n",
        False,
    ),
    (
        "history-is-asked",
        "password requisite pam_pwhistory.so\npassword required pam_unix.so use_authtok\n",
        True,
    ),
    ("history-is-asked", "password required pam_unix.so\n", True),
    ("robust-against-pam_faillock", _FAILLOCK, True),
    # A test that refuses by success lets everybody by if it is not there.
    (
        "robust-against-pam_succeed_if",
        "auth [success=die default=ignore] pam_succeed_if.so user = bob\n" + _DEBIAN,
        False,
    ),
    # A guard that is skipped if the line in front of it fails.
    (
        "robust-against-pam_localuser",
        "auth [success=ok default=1] pam_localuser.so\nauth requisite pam_nologin.so\n" + _DEBIAN,
        False,
    ),
    ("robust-against-pam_unix", "auth requisit pam_unix.so\n" + _DEBIAN, True),
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


@pytest.mark.parametrize(
    ("dialect", "holds"), [("linux", True), ("debian", False)], ids=["linux", "debian"]
)
def test_setcred_is_walked_as_libpam_does_where_that_is_asked_for(
    dialect: str, holds: bool
) -> None:
    # linux-pam 960: nobody but a line that jumps has anything to set.
    text = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_succeed_if.so uid >= 0
"""
    assert _result("setcred-follows", text, dialect=dialect).holds is True
    assert _result("setcred-follows", text, "answers-steer-replay", dialect).holds is holds


def test_setcred_goes_on_by_itself_where_authenticate_had_ended() -> None:
    text = "auth sufficient pam_debug.so cred=ignore\nauth required pam_debug.so cred=cred_err\n"
    assert _result("setcred-follows", text, "answers-steer-replay").holds is False
    assert _result("setcred-follows", text).holds is True


def test_what_authenticate_was_answered_chooses_what_becomes_of_setcred() -> None:
    text = "auth sufficient pam_debug.so cred=cred_err\nauth required pam_permit.so\n"
    for quirk in ("", "answers-steer-replay"):
        assert _result("setcred-follows", text, quirk).holds is False


@pytest.mark.parametrize(("quirk", "holds"), [("", True), ("answers-steer-replay", False)])
def test_a_line_that_jumps_and_is_ignored_has_a_say_in_libpam_alone(
    quirk: str, holds: bool
) -> None:
    text = "auth [ignore=1 default=bad] pam_debug.so cred=ignore\n"
    text += "auth required pam_deny.so\nauth required pam_permit.so\n"
    assert _result("setcred-on-its-own", text, quirk).holds is holds


def test_codes_that_one_of_two_twins_tells_apart_stay_apart_for_the_other() -> None:
    text = """auth optional pam_gnome_keyring.so
auth [user_unknown=1 default=ignore] pam_gnome_keyring.so
auth requisite pam_deny.so
auth required pam_permit.so
"""
    found = _result("always-refuses", text)
    assert [ReturnCode(step.outcome.code).name for step in found.witness] == [
        *("USER_UNKNOWN", "USER_UNKNOWN", "SUCCESS"),
    ]


def test_a_claim_says_nothing_where_it_is_beside_the_point() -> None:
    found = _result("failures-are-counted", _DEBIAN)
    assert (found.holds, found.unjudged) == (True, "no line of `auth` keeps count of failures")


def test_lines_with_the_same_words_answer_alike() -> None:
    # What is found out is the same both times: no run meets both.
    first, again = "auth [success=ok default=die]", "auth [success=die default=ignore]"
    twice = f"{first} pam_mount.so\n{again} pam_mount.so\n"
    once = f"{first} pam_mount.so\n{again} pam_mount.so debug\n"
    name = "local-can-never-get-in"
    assert [_result(name, text).holds for text in (twice, once)] == [True, False]


def test_who_counts_need_not_answer_alike() -> None:
    text = "auth [success=1 default=ignore] pam_tally2.so\nauth requisite pam_deny.so\n"
    text += "auth [success=die default=ignore] pam_tally2.so\nauth required pam_permit.so\n"
    assert _result("always-refuses", text).holds is False


def test_claims_that_are_judged_together_are_judged_as_alone() -> None:
    made = chains(_FAILLOCK + _ACCOUNT + _SESSION + _QUALITY)
    alone = [verify(claim, made, declarations) for claim in EVERY.values()]
    assert verify_all(EVERY.values(), made, declarations) == alone


@pytest.mark.parametrize("limit", ["MOST", "MOST_STEPS"])
def test_more_points_than_can_be_looked_at_are_an_error(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, limit, 2)
    with pytest.raises(TooMany):
        _result("no-grant-without-proof", _FAILLOCK)


_MODULES = ("pam_unix", "pam_u2f", "pam_faillock", "pam_localuser")
_CLAIMS = (
    *EVERY.values(),
    *(make(module) for make in (needs, robust_against) for module in _MODULES),
)


@pytest.mark.parametrize("seed", range(4))
def test_every_claim_is_judged_as_by_all_runs_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    odd = []
    for _ in range(POLICIES // 4):
        text = all_runs.random_policy(draw)
        dialect = draw.choice(list(DIALECTS.values()))
        quirk = draw.choice([(), ("answers-steer-replay",)])
        made = chains(text, dialect=dialect, quirks=frozenset(quirk))
        for claim in draw.sample(_CLAIMS, 3):
            here = verify(claim, made, declarations).holds
            if here is not all_runs.holds(claim, made):
                odd.append((claim.name, dialect.name, quirk, text, here))
    assert odd == []
