"""What people call the families."""

from __future__ import annotations

from pamkit.analysis.family_names import SAID, listed
from pamkit.policy.dialect import DIALECT_NAMES


def test_every_family_has_a_name_for_people() -> None:
    assert set(SAID) == set(DIALECT_NAMES)
    assert (
        listed({"solaris": "a", "linux": "b", "illumos": "a"})
        == "Solaris, illumos: a; Linux-PAM: b"
    )
