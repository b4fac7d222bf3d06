"""CIS Ubuntu 24.04 1.0.0: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profiles.cis_debian12 import PROFILE as OF_DEBIAN

# It asks what is asked of Debian, but for one value.
PROFILE = OF_DEBIAN.changed(
    name="cis-ubuntu2404",
    title="CIS Ubuntu 24.04 1.0.0",
    product="ubuntu2404",
    values={**OF_DEBIAN.values, "root-unlock-time": "60"},
)
