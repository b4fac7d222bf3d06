"""What is usually claimed holds of policies as distributions ship them, but for what is argued.

`docs/verify.md` says why each of the services below stands there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.verify import verify
from pamkit.cli.declarations import declarations
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.errors import PolicyError
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

known = cache(declarations)

_OPEN = {"no-grant-without-proof", "wrong-password-never-grants"}

ARGUED: dict[str, dict[str, set[str]]] = {
    "debian12": {
        # Everybody may configure routing.
        "frr": _OPEN,
        # If the one module that proves something answers ignore, the tests around it say yes.
        "gdm-fingerprint": _OPEN,
        "gdm-smartcard-pkcs11-exclusive": _OPEN,
        "gdm-smartcard-sssd-exclusive": _OPEN,
    },
    # Anonymous FTP.
    "debian12/alt-ftpd-ssl": {"ftp": _OPEN},
    "debian12/alt-inetutils-ftpd": {"ftp": _OPEN},
    # `.rhosts` is believed.
    "debian12/alt-rsh-redone-server": {"rlogin": _OPEN, "rsh": _OPEN},
    "debian12/alt-rsh-server": {"rlogin": _OPEN, "rsh": _OPEN},
}
"""Claims that do not hold of what is shipped, by root and service."""

STOCK = (
    *("debian12", "debian12-pam-auth-update", "authselect-1.7.0", "gentoo-pambase", "void"),
    *("openembedded-core", "vmware-photon", "shadow-upstream", "suse-pam-config"),
    *("complianceascode-bases", "stig-authselect-profiles", "simp-expected"),
)
"""Origins whose policies are what a distribution or its tool makes."""


def _files(root: Path) -> dict[str, str]:
    places = [root / "etc" / "pam.d"]
    if "debian12" in root.parts:
        # Packages leave the common files to pam-auth-update.
        places.append(CORPUS / "debian12-pam-auth-update" / "01-unix" / "etc" / "pam.d")
    return {
        f"/etc/pam.d/{path.name}": path.read_bytes().decode("utf-8", "surrogateescape")
        for place in reversed(places)
        for path in sorted(place.iterdir())
        if path.is_file()
    }


def _broken(root: Path) -> tuple[dict[str, set[str]], int]:
    """Return the claims that do not hold, by service, and how many were looked at."""
    files = _files(root)
    dialect = DEBIAN if any("\n@include" in f"\n{text}" for text in files.values()) else LINUX
    source = MemorySource(files)
    found: dict[str, set[str]] = {}
    count = 0
    for path in sorted((root / "etc" / "pam.d").iterdir()):
        try:
            chains = compile_policy(resolve(path.name.lower(), source, dialect=dialect))
        except PolicyError:
            continue
        if any(link.refusal for chain in chains.values() for link in chain):
            continue  # a part of it is elsewhere
        for claim in default_claims(path.name):
            result = verify(claim, chains, known())
            count += 1
            # What hangs on a module that nobody knows is no finding.
            if not result.holds and not result.assumed:
                found.setdefault(path.name, set()).add(claim.name)
    return found, count


def test_what_is_usually_claimed_holds_of_policies_as_they_are_shipped() -> None:
    roots = (place for origin in STOCK for place in (CORPUS / origin).rglob("etc/pam.d"))
    broken: dict[str, dict[str, set[str]]] = {}
    looked_at = 0
    for root in sorted(place.parent.parent for place in roots if place.is_dir()):
        found, count = _broken(root)
        looked_at += count
        if found:
            broken[str(root.relative_to(CORPUS))] = found
    assert broken == ARGUED
    assert looked_at > 1000


@pytest.mark.parametrize(
    ("root", "service", "claims"),
    [
        # Who says yes without a proof where nobody expects it.
        ("gentoo-server-a", "chsh", _OPEN),
        # pam_tally2 counts, and no line forgets.
        ("arch-2012-desktop", "sshd", {"success-forgets"}),
    ],
)
def test_what_is_usually_claimed_is_broken_where_something_is_wrong(
    root: str, service: str, claims: set[str]
) -> None:
    assert _broken(CORPUS / root)[0][service] == claims
