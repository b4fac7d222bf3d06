"""What people reported about policies of their own happens here too, and something tells of it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.claims import LOCAL_CAN_GET_IN, Claim
from pamkit.analysis.control_flow import flow
from pamkit.analysis.lint import lint
from pamkit.analysis.supposed import answer_on, day_of, said
from pamkit.analysis.verify import verify
from pamkit.cli.diff_places import found_service
from pamkit.policy.chain import Chain
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import advance, begin
from pamkit.vocab.codes import WORDS
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import FACILITY_OF, Primitive
from tests.analysis.trees import known
from tests.conftest import CORPUS
from tests.corpus.policies import found_rules, side, tree

pytestmark = pytest.mark.needs("corpus")

_LOGIN, _CHANGE = Primitive.AUTHENTICATE, Primitive.CHAUTHTOK


class Run(NamedTuple):
    """A call on a day, with what some modules answer; what comes of it, and who was asked last."""

    incident: str
    service: str
    call: Primitive
    day: str
    answers: str
    code: str
    last: str


RUNS = [
    # The jump leads past the end: the right password is refused.
    Run("linux-pam-1000", "test", _LOGIN, "secret=right", "", "perm_denied", "pam_unix.so"),
    # Members of the group jump over all that could say yes.
    Run(
        *("linux-pam-960", "sshd", _LOGIN, "secret=right", "pam_succeed_if=success"),
        *("perm_denied", "pam_succeed_if.so"),
    ),
    # The module is shipped no more: nobody local changes a password.
    Run(
        *("kanidm-594", "common-password", _CHANGE, "user=local", "pam_cracklib=module_unknown"),
        *("module_unknown", "pam_cracklib.so"),
    ),
    # Who has not set it up falls through to the password.
    Run(
        *("google-authenticator-55-fixed", "sshd", _LOGIN, "secret=right"),
        *("pam_google_authenticator=ignore", "success", "pam_unix.so"),
    ),
    # The right local password jumps over the line that forgets failures.
    Run("cac-11488-wrong", "common-auth", _LOGIN, "user=local", "", "auth_err", "pam_deny.so"),
    # A user of the directory is counted, and refused, before the directory is asked.
    Run(
        *("cac-11488-wrong", "common-auth", _LOGIN, "user=directory", "pam_unix=user_unknown"),
        *("perm_denied", "pam_faillock.so"),
    ),
    # The first line is of a module that the update removed.
    Run(
        *("void-25506", "system-login", _LOGIN, "secret=right", "pam_tally=module_unknown"),
        *("module_unknown", "absent:system-auth:end"),
    ),
    # Nobody above has asked for the new password that the line is to use.
    Run(
        *("systemd-30969-broken", "common-password", _CHANGE, "user=local"),
        *("pam_systemd_home=user_unknown,pam_unix=authtok_err", "authtok_err", "pam_deny.so"),
    ),
    # This one is sound.
    Run(
        *("arch-pambase-nixos-147565", "system-auth", _LOGIN, "secret=right", ""),
        *("success", "pam_faillock.so"),
    ),
    Run(
        *("arch-pambase-nixos-147565", "system-auth", _LOGIN, "secret=wrong", ""),
        *("perm_denied", "pam_faillock.so"),
    ),
]

TOLD: dict[str, str | Claim] = {
    "arch-pambase-nixos-147565": "",
    "cac-11488-wrong": "authfail-too-early",
    "google-authenticator-55-fixed": "unenrolled-let-by",
    "kanidm-594": "module-removed-upstream",
    "linux-pam-1000": "jump-past-end",
    "linux-pam-960": "never-succeeds",
    "open-bastion-220-deny": LOCAL_CAN_GET_IN,
    "open-bastion-220-pair": "never-succeeds",
    "systemd-30969-broken": "no-new-password",
    "void-25506": "module-removed-upstream",
}
"""The rule that tells of it, or the claim that is broken; none for what is sound.

A chain that is a denial and nothing else is written so: that is for a claim alone.
"""


def _chain(incident: str, service: str, call: Primitive) -> Chain:
    found = found_service(side(f"incidents/{incident}"), service)
    assert found is not None
    return found.chains[FACILITY_OF[call]]


def _walked(run: Run) -> tuple[str, str]:
    day = day_of(run.day.split(","))
    wanted = tuple(said(word) for word in run.answers.split(",") if word)
    at, last = begin(_chain(run.incident, run.service, run.call).links), ""
    while not isinstance(at, Verdict):
        name = at.link.module.removesuffix(".so")
        code = answer_on(day, wanted, name, at.link.args, run.call, known())
        last, at = at.link.module, advance(at, code)
    return "success" if at.mood is Mood.GRANTED else WORDS[at.code], last


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.incident}-{run.day}")
def test_what_was_reported_happens(run: Run) -> None:
    assert _walked(run) == (run.code, run.last)


@pytest.mark.parametrize(
    ("incident", "code"),
    [("open-bastion-220-pair", "perm_denied"), ("open-bastion-220-deny", "auth_err")],
)
def test_what_is_always_refused_is_refused_with_the_code_that_was_reported(
    incident: str, code: str
) -> None:
    found = flow(_chain(incident, "sudo", _LOGIN), _LOGIN, known(), every_code=True)
    assert (found.can_grant, {WORDS[each] for each in found.refusals}) == (False, {code})


def test_every_incident_of_the_corpus_is_here() -> None:
    assert {path.name for path in (CORPUS / "incidents").iterdir()} == TOLD.keys()


@pytest.mark.parametrize("incident", TOLD)
def test_an_incident_would_have_been_told_of(incident: str) -> None:
    told, root = TOLD[incident], f"incidents/{incident}"
    if isinstance(told, Claim):
        service = found_service(side(root), "sudo")
        assert service is not None
        assert not verify(told, service.chains, known()).holds
    elif told:
        assert told in found_rules(root, told)
    else:
        report = lint(tree(root), chosen(rule_files()))
        assert report.at_least(Severity.WARNING) == ()
