"""What is claimed of a service where nobody says what."""

from __future__ import annotations

import pytest

from pamkit.analysis import default_claims as module
from pamkit.analysis.claim_names import EVERY, FAMILIES, claim_named
from pamkit.analysis.default_claims import claims_for, default_claims
from pamkit.analysis.roles import SHARED, role_of


@pytest.mark.parametrize(
    ("service", "name", "is_claimed"),
    [
        ("sshd", "no-grant-without-proof", True),
        ("sshd", "setcred-on-its-own", True),
        ("login", "root-can-get-in-without-network", True),
        ("sshd", "root-can-get-in-without-network", False),
        ("gdm-password", "expired-never-logs-in", True),
        ("passwd", "old-password-is-checked", True),
        ("su", "wrong-password-never-grants", True),
        ("chsh", "no-grant-without-proof", True),
        ("i3lock", "close-follows-open", False),
        ("some-program", "no-grant-without-proof", True),
        ("vsftpd", "unknown-user-is-not-told", True),
        ("other", "no-grant-without-proof", True),
        # What they do without a secret they do by design.
        ("gdm-autologin", "no-grant-without-proof", False),
        ("cron", "no-grant-without-proof", False),
        ("cron", "setcred-on-its-own", True),
        ("systemd-user", "setcred-on-its-own", False),
        ("systemd-user", "close-follows-open", True),
    ],
)
def test_a_service_is_measured_by_what_it_is_for(service: str, name: str, is_claimed: bool) -> None:
    assert (name in {claim.name for claim in default_claims(service)}) is is_claimed


def test_nothing_is_claimed_of_a_file_that_is_made_to_be_included() -> None:
    assert claims_for(SHARED) == ()
    assert role_of("common-auth") is SHARED


def test_every_usual_claim_can_be_asked_for_by_its_name() -> None:
    services = ("sshd", "login", "gdm", "passwd", "su", "sudo", "cups", "x", "swaylock", "chfn")
    names = {claim.name for service in services for claim in default_claims(service)}
    assert names <= EVERY.keys()
    assert len(names) > 15


def test_every_claim_is_found_by_its_name_and_says_one_sentence() -> None:
    for name, claim in EVERY.items():
        assert claim_named(name) is claim
        assert claim.name == name
        assert claim.sentence[0].islower()
        assert not claim.sentence.endswith(".")
    assert len(set(map(str, EVERY.values()))) == len(EVERY)


@pytest.mark.parametrize("start", sorted(FAMILIES))
def test_a_family_has_a_claim_for_every_module(start: str) -> None:
    claim = claim_named(f"{start}pam_oath")
    assert claim is not None
    assert (claim.name, "`pam_oath`" in claim.sentence) == (f"{start}pam_oath", True)
    assert claim_named(f"{start}oath") is None


def test_there_is_no_claim_of_another_name() -> None:
    assert claim_named("everything-is-fine") is None


def test_of_who_lets_in_by_design_no_proof_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "grants_by_design", lambda service: service == "sshd")
    names = {claim.name for claim in default_claims("sshd")}
    assert ("setcred-follows" in names, "no-grant-without-proof" in names) == (True, False)
