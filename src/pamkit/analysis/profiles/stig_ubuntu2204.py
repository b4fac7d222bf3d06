"""STIG Ubuntu 22.04 V2R8: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control, Profile

PROFILE = Profile(
    "stig-ubuntu2204",
    "STIG Ubuntu 22.04 V2R8",
    "ubuntu2204",
    controls=(
        Control(
            "UBTU-22-411045",
            "low",
            (
                "faillock-audit",
                "faillock-deny",
                "faillock-interval",
                "faillock-silent",
                "faillock-unlock-time",
            ),
        ),
        Control("UBTU-22-412010", "low", ("faildelay-delay",)),
        Control("UBTU-22-412020", "low", ("limits-maxlogins",)),
        Control("UBTU-22-611010", "medium", ("pwquality-ucredit",)),
        Control("UBTU-22-611015", "medium", ("pwquality-lcredit",)),
        Control("UBTU-22-611020", "medium", ("pwquality-dcredit",)),
        Control("UBTU-22-611025", "medium", ("pwquality-ocredit",)),
        Control("UBTU-22-611030", "medium", ("pwquality-dictcheck",)),
        Control("UBTU-22-611035", "medium", ("pwquality-minlen",)),
        Control("UBTU-22-611040", "medium", ("pwquality-difok",)),
        Control("UBTU-22-611045", "medium", ("pwquality-enforcing", "pwquality-retry")),
        Control("UBTU-22-611055", "medium", ("hash-sha512", "unix-rounds-password-auth")),
        Control("UBTU-22-611060", "high", ("nullok-in-shared-files",)),
        Control("UBTU-22-611070", "medium", ("hash-login-defs",)),
        Control("UBTU-22-612020", "medium", ("smartcard-missing",)),
    ),
    values={
        "dcredit": "-1",
        "delay": "4000000",
        "deny": "3",
        "dictcheck": "1",
        "difok": "8",
        "fail-interval": "900",
        "lcredit": "-1",
        "maxlogins": "10",
        "minlen": "15",
        "ocredit": "-1",
        "retry": "3",
        "rounds": "100000",
        "ucredit": "-1",
        "unlock-time": "0",
    },
)
