"""STIG SLE 15 V2R7: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control, Profile

PROFILE = Profile(
    "stig-sle15",
    "STIG SLE 15 V2R7",
    "sle15",
    controls=(
        Control("SLES-15-010260", "medium", ("hash-login-defs",)),
        Control("SLES-15-020010", "medium", ("tally2-deny",)),
        Control("SLES-15-020020", "low", ("limits-maxlogins",)),
        Control("SLES-15-020030", "medium", ("smartcard-missing",)),
        Control("SLES-15-020130", "medium", ("cracklib-ucredit",)),
        Control("SLES-15-020140", "medium", ("cracklib-lcredit",)),
        Control("SLES-15-020150", "medium", ("cracklib-dcredit",)),
        Control("SLES-15-020160", "medium", ("cracklib-difok",)),
        Control("SLES-15-020170", "medium", ("hash-system-auth",)),
        Control("SLES-15-020190", "medium", ("rounds-login-defs",)),
        Control("SLES-15-020260", "medium", ("cracklib-minlen",)),
        Control("SLES-15-020270", "medium", ("cracklib-ocredit",)),
        Control("SLES-15-020290", "medium", ("cracklib-retry",)),
        Control("SLES-15-020300", "high", ("nullok-in-shared-files",)),
        Control("SLES-15-040010", "medium", ("faildelay-delay",)),
        Control("SLES-15-020104", "medium", ("sudo-succeed-if",)),
    ),
    values={
        "dcredit": "-1",
        "delay": "4000000",
        "lcredit": "-1",
        "login-defs-rounds": "100000",
        "maxlogins": "10",
        "minlen": "15",
        "ocredit": "-1",
        "tally2-deny": "3",
        "ucredit": "-1",
    },
)
