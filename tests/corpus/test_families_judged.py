"""Every policy of another family in the corpus is read, explained, verified and looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.lint import lint
from pamkit.analysis.tree import Service, Tree, read_tree
from pamkit.analysis.verify import verify_all
from pamkit.cli.declarations import declarations
from pamkit.cli.explanation import explained
from pamkit.policy.dialect import dialect_named
from pamkit.policy.source import Layout
from pamkit.vocab.facility import Facility
from tests.analysis.trees import ListedMemory
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

# (what, dialect): services, claims that were judged, claims that are broken whatever is not known.
_PLACES = {
    ("freebsd-server", "openpam"): (14, 108, ()),
    ("nas4free", "openpam"): (2, 7, ()),
    ("truenas-pcbsd-overlay", "openpam"): (4, 6, ()),
    ("solaris11-style", "solaris"): (8, 54, ("ktelnet: local-can-get-in-without-network",)),
    ("solaris11-style", "illumos"): (2, 7, ()),
    ("padl-pam_ldap/pam.conf", "solaris"): (
        *(6, 63),
        (
            *("login: token-is-there", "telnet: token-is-there"),
            *("rlogin: no-grant-without-proof", "rlogin: wrong-password-never-grants"),
            *("rlogin: token-is-there", "dtlogin: token-is-there"),
            *("rsh: no-grant-without-proof", "rsh: wrong-password-never-grants"),
            *("rsh: setcred-follows", "rsh: setcred-on-its-own"),
        ),
    ),
    ("openssh-contrib/aix", "aix"): (
        *(2, 15),
        ("sshd: locked-is-refused", "sshd: failures-are-counted", "sshd: success-forgets"),
    ),
}

_REFUSED = {"nas4free": {"su": "/etc/pam.d/su:15:1: the service `system` is not there"}}

_FOUND = {
    ("nas4free", "openpam"): {("missing-include", "/etc/pam.d/su:15")},
    ("truenas-pcbsd-overlay", "openpam"): {("unknown-option", "/etc/pam.d/kde-np:9")},
    # Hosts that are trusted by name.
    ("padl-pam_ldap/pam.conf", "solaris"): {
        ("grant-without-proof", "/etc/pam.conf:17"),
        ("grant-without-proof", "/etc/pam.conf:24"),
    },
}


def _texts(place: str) -> dict[str, str]:
    """Return the files of a place by where they lie in a system."""
    where = CORPUS / place
    if where.is_file():
        return {"/etc/pam.conf": where.read_text()}
    found = {f"/{path.relative_to(where)}": path for path in where.rglob("*") if path.is_file()}
    return {path: file.read_text() for path, file in sorted(found.items()) if _is_policy(file)}


def _is_policy(path: Path) -> bool:
    return path.parent.name == "pam.d" or path.name == "pam.conf"


def _tree(place: str, name: str) -> Tree:
    dialect = dialect_named(name)
    return read_tree(
        ListedMemory(_texts(place)), declarations(dialect), layout=Layout(), dialect=dialect
    )


def _judged(service: Service) -> tuple[int, list[str]]:
    """Explain and verify a service; return how many claims there are, and which are broken."""
    assert service.policy is not None
    parts = explained(service.policy, Facility, service.declarations)
    assert [part.facility for part in parts if part.summary is None] == []
    results = verify_all(default_claims(service.name), service.chains, service.declarations)
    surely = (each.claim.name for each in results if not each.holds and not each.assumed)
    broken = [f"{service.name}: {name}" for name in surely]
    return len(results), broken


@pytest.mark.parametrize(("place", "dialect"), _PLACES)
def test_every_policy_of_a_family_is_read_explained_and_verified(place: str, dialect: str) -> None:
    tree = _tree(place, dialect)
    usable = [service for service in tree.services if service.policy is not None]
    refused = {service.name: str(service.failure) for service in tree.services if service.failure}
    judged = [_judged(service) for service in usable]
    broken = tuple(name for _, names in judged for name in names)
    found = len(usable), sum(count for count, _ in judged), broken
    assert (refused, found) == (_REFUSED.get(place, {}), _PLACES[place, dialect])


@pytest.mark.parametrize(("place", "dialect"), _PLACES)
def test_rules_find_in_a_familys_policies_what_is_listed(place: str, dialect: str) -> None:
    report = lint(_tree(place, dialect), chosen(rule_files()))
    found = {(each.rule, f"{each.span.file}:{each.span.line}") for each in report.findings}
    assert found == _FOUND.get((place, dialect), set())
