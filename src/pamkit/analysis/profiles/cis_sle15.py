"""CIS SLE 15 1.1.1: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control, Profile

PROFILE = Profile(
    "cis-sle15",
    "CIS SLE 15 1.1.1",
    "sle15",
    controls=(
        Control("1.6.1", "1", ("limits-core",)),
        Control(
            "5.3.1",
            "1",
            (
                "cracklib-dcredit",
                "cracklib-ucredit",
                "cracklib-lcredit",
                "cracklib-ocredit",
                "cracklib-minlen",
                "cracklib-retry",
            ),
        ),
        Control("5.3.2", "1", ("tally2-deny", "tally2-root", "tally2-unlock-time")),
        Control("5.3.3", "1", ("pwhistory-remember",)),
        Control("5.4.1.1", "1", ("hash-login-defs",)),
        Control("5.5", "1", ("securetty-consoles",)),
        Control("5.6", "1", ("su-group-members", "su-wheel-group")),
    ),
    values={
        "dcredit": "-1",
        "lcredit": "-1",
        "minlen": "14",
        "ocredit": "-1",
        "remember": "5",
        "retry": "3",
        "su-group": "sugroup",
        "tally2-deny": "5",
        "tally2-unlock-time": "1800",
        "ucredit": "-1",
    },
)
