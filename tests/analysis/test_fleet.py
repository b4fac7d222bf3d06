"""A fleet is judged as each of its machines is, with less work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis import fleet as subject
from pamkit.analysis.catalog import ALL, chosen, rule_files
from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF, Claim
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.fleet import Fleet, Judgement
from pamkit.analysis.lint import lint
from pamkit.analysis.proved import proved
from pamkit.analysis.tree import Service, read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import DEBIAN
from pamkit.vocab.diagnostic import Severity

from .trees import PLACE, ListedMemory

_KNOWN = declarations()
_RULES = chosen(rule_files(), (ALL,))


def _claims_of(service: Service) -> tuple[Claim, ...]:
    return default_claims(service.name)


def _fleet() -> Fleet:
    return Fleet(_RULES, _claims_of, _KNOWN)


def _judged(fleet: Fleet, files: dict[str, str], *, whole: bool = False) -> Judgement:
    placed = {f"{PLACE}/{name}": text for name, text in files.items()}
    return fleet.judged(ListedMemory(placed), DEBIAN, whole=whole)


_SSHD = {
    "sshd": "@include common-auth\naccount required pam_unix.so\n",
    "common-auth": "auth sufficient pam_permit.so\nauth required pam_unix.so nulok\n",
}


def test_machines_with_the_same_contents_have_the_same_judgement() -> None:
    fleet = _fleet()
    first, again = _judged(fleet, _SSHD), _judged(fleet, dict(_SSHD))
    assert again is first
    other = _judged(fleet, _SSHD | {"common-auth": "auth required pam_unix.so\n"})
    assert other.digest != first.digest


def test_findings_and_broken_claims_are_said_with_their_places() -> None:
    judgement = _judged(_fleet(), _SSHD)
    assert {"unknown-option", "grant-without-proof"} <= {found.rule for found in judgement.findings}
    broken = next(each for each in judgement.broken if each.claim == NO_GRANT_WITHOUT_PROOF.name)
    assert (broken.service, broken.run[0][0].file) == ("sshd", f"{PLACE}/common-auth")
    assert (judgement.files, judgement.services) == (2, 1)


def test_what_comments_allow_is_left_out() -> None:
    text = "auth required pam_unix.so nulok # pamkit: allow unknown-option\n"
    assert "unknown-option" not in {
        found.rule for found in _judged(_fleet(), {"test": text}).findings
    }


def test_a_claim_about_a_part_of_a_service_is_unproved() -> None:
    judgement = _judged(_fleet(), {"sshd": "auth include away\n"})
    assert ("sshd", NO_GRANT_WITHOUT_PROOF.name) in judgement.unproved


_LINES = st.sampled_from(
    [
        *("auth required pam_unix.so\n", "auth sufficient pam_permit.so\n", "@include shared\n"),
        *("account required pam_unix.so # pamkit: allow nullok\n", "auth include shared\n"),
        *("auth required pam_unix.so nullok\n", "session optional pam_systemd.so\n", "sesion\n"),
        "auth substack shared\n",
    ]
)
_TEXTS = st.lists(_LINES, max_size=4).map("".join)
_MACHINES = st.dictionaries(st.sampled_from(["sshd", "sudo", "shared", "other"]), _TEXTS)


@given(st.lists(st.tuples(_MACHINES, st.booleans()), max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_machine_is_judged_as_if_it_were_alone(
    machines: list[tuple[dict[str, str], bool]],
) -> None:
    fleet = _fleet()
    for files, whole in machines:
        judged = _judged(fleet, files, whole=whole)
        placed = {f"{PLACE}/{name}": text for name, text in files.items()}
        tree = read_tree(ListedMemory(placed), _KNOWN, dialect=DEBIAN, whole=whole)
        assert lint(tree, _RULES).at_least(Severity.WARNING) == judged.findings
        results = [
            (service.name, claim.name, proved(service, claim))
            for service in tree.services
            for claim in _claims_of(service)
        ]
        assert {(s, c) for s, c, result in results if result is None} == set(judged.unproved)
        assert {(s, c) for s, c, result in results if result and not result.holds} == {
            (each.service, each.claim) for each in judged.broken
        }


def test_a_service_is_looked_at_once_for_all_machines_that_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def counted(service: Service, claim: Claim) -> object:
        looked_at.append(service.name)
        return proved(service, claim)

    monkeypatch.setattr(subject, "proved", counted)
    fleet = Fleet((), lambda _: (NO_GRANT_WITHOUT_PROOF,), _KNOWN)
    su, sudo = "auth required pam_unix.so\n", "auth required pam_unix.so\n# of this machine\n"
    for number in range(5):
        _judged(fleet, {"su": su, "sudo": f"{sudo}# {number}\n", "note": f"# {number}\n"})
    assert (looked_at.count("su"), looked_at.count("sudo")) == (1, 5)
