"""Policies as distributions ship them, each service with its chains."""

from __future__ import annotations

from pamkit.analysis.absent import PartSource, absent_file
from pamkit.cli.diff_places import Texts, made_side, service_names
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Facility
from tests.conftest import CORPUS
from tests.corpus.policies import texts

_COMMON = "debian12-pam-auth-update/03-pwquality-systemd"
_AUTHSELECT = CORPUS / "authselect-1.7.0"

STOCK = (
    *("debian12", "complianceascode-bases/rhel9", "complianceascode-bases/sle15"),
    *(
        f"authselect-1.7.0/{path.name}"
        for path in (sorted(_AUTHSELECT.iterdir()) if _AUTHSELECT.is_dir() else ())
    ),
)
"""Roots of stock policies."""


def services(root: str) -> dict[str, dict[Facility, Chain]]:
    """Return the chains of every service of a root that has all its files."""
    files = texts(root)
    if root == "debian12":
        files = files | texts(_COMMON)
    side = made_side(root, Texts(files), Layout(), None)
    found = {}
    for name in sorted(service_names(side)):
        part = PartSource(side.source, side.layout, name)
        try:
            chains = compile_policy(resolve(name, part, layout=side.layout, dialect=side.dialect))
        except PolicyError:
            continue
        if not any(absent_file(link.module) for chain in chains.values() for link in chain):
            found[name] = chains
    return found
