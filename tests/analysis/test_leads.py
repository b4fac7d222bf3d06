"""Where the answers of a line lead, as the dispatcher goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.leads import Rung, codes_of, rungs
from pamkit.analysis.model import Model
from pamkit.policy.control import Action
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Primitive
from tests.analysis.policies import declarations
from tests.analysis.random_chains import chain_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.policy.chain import Link

_C = ReturnCode


def _rungs(
    text: str,
    call: Primitive = Primitive.AUTHENTICATE,
    files: Mapping[str, str] | None = None,
) -> tuple[Rung, ...]:
    chain = chain_of(text, call, files)
    model = Model(declarations, call, special=TABLES)
    return rungs(chain, lambda link: codes_of(model, call, link))


def _where(link: Link | None) -> str:
    return "end" if link is None else link.module


def _leads(rung: Rung) -> dict[str, str]:
    """Return where each action leads."""
    return {str(lead.action): _where(lead.to) for lead in rung.leads}


def test_a_line_goes_on_jumps_or_ends() -> None:
    text = (
        "auth [success=1 auth_err=die default=ignore] pam_unix.so\n"
        "auth required pam_env.so\nauth sufficient pam_permit.so\n"
    )
    first, second, third = _rungs(text)
    ways = {"1": "pam_permit.so", str(int(Action.DIE)): "end", "0": "pam_env.so"}
    assert _leads(first) == ways
    assert _where(second.behind) == "pam_permit.so"
    assert (_leads(third), _where(third.behind)) == ({str(int(Action.DONE)): "end"}, "end")


def test_a_substack_ends_inside() -> None:
    inside = "auth requisite pam_unix.so\nauth required pam_env.so\n"
    text = "auth substack in\nauth required pam_permit.so\n"
    first, second, third = _rungs(text, files={"in": inside})
    assert _leads(first)[str(int(Action.DIE))] == "pam_permit.so"
    assert (_where(first.after), _where(second.behind)) == ("pam_permit.so", "pam_permit.so")
    assert [substack.name for substack in first.inside] == ["in"]
    assert third.inside == ()


def test_a_jump_past_the_end_is_told() -> None:
    first, second = _rungs("auth [default=2] pam_env.so\nauth [default=1] pam_env.so\n")
    assert {lead.overruns for lead in (*first.leads, *second.leads)} == {True}
    (exactly,) = _rungs("auth [default=ignore] pam_env.so\n")
    assert [lead.overruns for lead in exactly.leads] == [False]


def test_only_success_is_a_plain_yes() -> None:
    (rung,) = _rungs("account [success=ok new_authtok_reqd=ok default=bad] pam_unix.so\n", _ACCT)
    codes = [lead.codes for lead in rung.leads if lead.action == Action.OK]
    assert codes == [(_C.SUCCESS,), (_C.NEW_AUTHTOK_REQD,)]


_ACCT = Primitive.ACCT_MGMT


def test_a_line_above_can_have_said_no() -> None:
    text = "auth sufficient pam_unix.so\nauth required pam_unix.so\nauth sufficient pam_unix.so\n"
    assert [rung.after_no for rung in _rungs(text)] == [False, False, True]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("pam_permit.so", {_C.SUCCESS}),
        # It never answers success.
        ("pam_deny.so", {_C.AUTH_ERR}),
        ("pam_of_nobody.so", set(range(CODE_COUNT))),
        ("pam_limits.so", {_C.MODULE_UNKNOWN}),  # it has nothing to do with `auth`
    ],
)
def test_the_codes_are_those_that_a_module_states(line: str, codes: set[int]) -> None:
    (rung,) = _rungs(f"auth required {line}\n")
    assert {code for lead in rung.leads for code in lead.codes} == codes


def test_codes_that_a_line_does_not_tell_apart_are_all_there() -> None:
    (rung,) = _rungs("auth [success=ok default=bad] pam_unix.so\n")
    declaration = declarations("pam_unix.so")
    assert declaration is not None
    stated = declaration.answers[Primitive.AUTHENTICATE]
    assert {code for lead in rung.leads for code in lead.codes} == stated


def test_a_line_that_must_fail_has_one_answer() -> None:
    (rung,) = _rungs("auth include not-there\n")
    assert [lead.codes for lead in rung.leads] == [(_C.PERM_DENIED,)]


def test_every_lead_is_where_the_dispatcher_goes() -> None:
    inside = (
        "auth [success=done auth_err=1 default=bad] in0\nauth requisite in1\nauth optional in2\n"
    )
    text = (
        "auth [success=2 default=ignore] a\nauth substack in\nauth sufficient b\nauth optional c\n"
    )
    found = _rungs(text, files={"in": inside})
    by_link = {rung.link.number: rung for rung in found}
    at = begin(chain_of(text, Primitive.AUTHENTICATE, {"in": inside}).links)
    todo = [at]
    for at in todo:
        if not isinstance(at, Cursor) or len(todo) > 500:
            continue
        for code in (_C.SUCCESS, _C.AUTH_ERR, _C.PERM_DENIED):
            there = advance(at, code)
            todo.append(there)
            rung = by_link[at.link.number]
            lead = next(lead for lead in rung.leads if code in lead.codes)
            came = there.link.number if isinstance(there, Cursor) else -1
            leads = {-1 if lead.to is None else lead.to.number}
            if lead.action == Action.DONE:  # goes on behind a no
                leads.add(-1 if rung.behind is None else rung.behind.number)
            assert came in leads
