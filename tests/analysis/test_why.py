"""Why a run ended as it did."""

from __future__ import annotations

import pytest

from pamkit.analysis.why import Why, why
from pamkit.semantics.trace import Run, Step
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODES_BY_WORD, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive
from tests.analysis.policies import chains, declarations

_UNIX = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
auth optional pam_env.so
"""


def _run(text: str, answers: str, call: Primitive = Primitive.AUTHENTICATE) -> Run:
    """Return a run through a policy in which the lines that are asked answer one by one."""
    links = chains(text)[FACILITY_OF[call]].links
    at = begin(links)
    steps = []
    for word in answers.split():
        assert isinstance(at, Cursor)
        code = CODES_BY_WORD[word]
        there = advance(at, code)
        after = there.verdict if isinstance(there, Cursor) else there
        steps.append(Step(at.link, code, code, at.link.actions[code], at.verdict, after))
        at = there
    assert not isinstance(at, Cursor)
    return Run(call, "test", 0, tuple(steps), at, at.code)


def _why(text: str, answers: str) -> Why:
    chain = chains(text)[FACILITY_OF[Primitive.AUTHENTICATE]]
    return why(_run(text, answers), chain, declarations)


def _told(found: Why) -> tuple[str, list[tuple[str, str]], list[str]]:
    decided = "" if found.decided is None else found.decided.link.module
    there = found.otherwise
    changed = (
        [] if there is None else [(c.link.module, _word(c.outcome.code)) for c in there.different]
    )
    return decided, changed, [choice.link.module for choice in found.needs]


def _word(code: int) -> str:
    return ReturnCode(code).name.lower()


@pytest.mark.parametrize(
    ("text", "answers", "told"),
    [
        # Where pam_deny refuses it was the password that decided, and only it could do otherwise.
        (_UNIX, "auth_err auth_err", ("pam_unix.so", [("pam_unix.so", "success")], [])),
        (_UNIX, "success success success", ("pam_unix.so", [("pam_unix.so", "auth_err")], [])),
        # Who would have been asked then has to say yes as well.
        (
            "auth requisite pam_faillock.so preauth\n" + _UNIX,
            "auth_err",
            ("pam_faillock.so", [("pam_faillock.so", "success")], ["pam_unix.so"]),
        ),
        # What can answer nothing else, or comes too late to matter, has not to be supposed.
        (
            "auth requisite pam_faillock.so preauth\nauth required pam_permit.so\n"
            "auth required pam_unix.so\nauth optional pam_u2f.so\n",
            "auth_err",
            ("pam_faillock.so", [("pam_faillock.so", "success")], ["pam_unix.so"]),
        ),
        # Neither could be otherwise.
        ("auth required pam_deny.so\n", "auth_err", ("", [], [])),
    ],
)
def test_the_line_that_decides_and_what_would_have_changed_it(
    text: str, answers: str, told: tuple[str, list[tuple[str, str]], list[str]]
) -> None:
    assert _told(_why(text, answers)) == told


def test_what_happens_on_a_bad_day_is_taken_where_nothing_else_changes_a_run() -> None:
    text = "auth required pam_permit.so\nauth required pam_exec.so /bin/true\n"
    found = _why(text, "success success")
    assert found.decided is None
    assert found.otherwise is not None
    assert [choice.link.module for choice in found.otherwise.different] == ["pam_exec.so"]


def test_a_call_that_follows_the_path_of_another_has_no_other_run() -> None:
    run = _run(_UNIX, "success success success").changed(primitive=Primitive.SETCRED)
    found = why(run, chains(_UNIX)[FACILITY_OF[Primitive.SETCRED]], declarations)
    assert found.otherwise is None
    assert found.decided is run.deciding
