"""What controls alone allow: lines that no run reaches, chains that never say yes, idle lines."""

from __future__ import annotations

import pytest

from pamkit.analysis.control_flow import Flow, flow
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import FACILITY_OF, Primitive
from tests.analysis.policies import chains, declarations

_DEBIAN = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""


def _flow(text: str, inner: str = "") -> Flow:
    call = Primitive.AUTHENTICATE
    return flow(chains(text, inner=inner)[FACILITY_OF[call]], call, declarations)


_FOUND = [
    (_DEBIAN, [], [], True),
    ("auth requisite pam_deny.so\nauth required pam_unix.so\n", [2], [], False),
    ("auth required pam_unix.so\nauth optional pam_permit.so\n", [], [2], True),
    ("auth required pam_unix.so\nauth sufficient pam_permit.so\n", [], [2], True),
    ("auth optional pam_permit.so\nauth required pam_unix.so\n", [], [], True),
    ("auth [success=1 default=ignore] pam_permit.so\nauth required pam_deny.so\n", [2], [], False),
    ("auth requird pam_unix.so\n", [], [], False),
    ("auth requisite\nauth required pam_unix.so\n", [2], [], False),
    ("auth required pam_unix.so\nauth optional pam_warn.so\n", [], [2], True),
    # No function for this call: it is as if the module were not there.
    ("auth required pam_limits.so\n", [], [], False),
    ("auth [default=die] pam_of_nobody.so\nauth required pam_unix.so\n", [2], [], False),
    ("auth [default=done] pam_warn.so\nauth required pam_unix.so\n", [2], [], False),
]


@pytest.mark.parametrize(("text", "dead", "idle", "can_grant"), _FOUND)
def test_what_runs_can_come_to_is_said(
    text: str, dead: list[int], idle: list[int], can_grant: bool
) -> None:
    found = _flow(text)
    lines = [[link.span.line for link in links] for links in (found.dead, found.idle)]
    assert (lines, found.can_grant) == ([dead, idle], can_grant)


def test_what_ends_a_substack_ends_no_more() -> None:
    inner = "auth sufficient pam_unix.so\nauth sufficient pam_permit.so\n"
    assert _flow("auth substack inner\nauth required pam_env.so\n", inner).dead == ()
    assert len(_flow("auth include inner\nauth required pam_env.so\n", inner).dead) == 1


def test_a_yes_that_nothing_has_earned_is_shown_by_a_shortest_run() -> None:
    found = _flow("auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n")
    assert [step.link.module for step in found.unproved] == ["pam_faillock.so", "pam_unix.so"]
    assert _flow("auth required pam_of_nobody.so\n").unproved == ()


def test_the_codes_of_refusals_are_all_there_if_they_are_asked_for() -> None:
    chain = chains("auth required pam_rootok.so\nauth required pam_wheel.so\n")
    found = flow(
        chain[FACILITY_OF[Primitive.AUTHENTICATE]],
        Primitive.AUTHENTICATE,
        declarations,
        every_code=True,
    )
    assert {WORDS[code] for code in found.refusals} >= {"auth_err", "perm_denied", "service_err"}
