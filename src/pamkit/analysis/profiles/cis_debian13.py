"""CIS Debian 13 1.0.0: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control
from pamkit.analysis.profiles.cis_debian12 import PROFILE as BEFORE

# But for the number of one control it asks what it asked of the release before.
PROFILE = BEFORE.changed(
    name="cis-debian13",
    title="CIS Debian 13 1.0.0",
    product="debian13",
    controls=tuple(
        Control("1.5.11", control.level, control.rules) if control.id == "1.5.3" else control
        for control in BEFORE.controls
    ),
)
