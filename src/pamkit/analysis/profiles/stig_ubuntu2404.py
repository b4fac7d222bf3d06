"""STIG Ubuntu 24.04 V1R5: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control, Profile

PROFILE = Profile(
    "stig-ubuntu2404",
    "STIG Ubuntu 24.04 V1R5",
    "ubuntu2404",
    controls=(
        Control("UBTU-24-200000", "low", ("limits-maxlogins",)),
        Control(
            "UBTU-24-200610",
            "low",
            (
                "faillock-audit",
                "faillock-deny",
                "faillock-interval",
                "faillock-silent",
                "faillock-unlock-time",
            ),
        ),
        Control("UBTU-24-300014", "medium", ("pwquality-dictcheck",)),
        Control("UBTU-24-300016", "medium", ("pwquality-enforcing", "pwquality-retry")),
        Control("UBTU-24-300017", "low", ("faildelay-delay",)),
        Control("UBTU-24-300028", "high", ("nullok-in-shared-files",)),
        Control("UBTU-24-400020", "medium", ("smartcard-missing",)),
        Control("UBTU-24-400220", "medium", ("hash-sha512", "unix-rounds-password-auth")),
        Control("UBTU-24-400260", "medium", ("pwquality-ucredit",)),
        Control("UBTU-24-400270", "medium", ("pwquality-lcredit",)),
        Control("UBTU-24-400280", "medium", ("pwquality-dcredit",)),
        Control("UBTU-24-400290", "medium", ("pwquality-difok",)),
        Control("UBTU-24-400320", "medium", ("pwquality-minlen",)),
        Control("UBTU-24-400330", "medium", ("pwquality-ocredit",)),
        Control("UBTU-24-400400", "medium", ("hash-login-defs",)),
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
