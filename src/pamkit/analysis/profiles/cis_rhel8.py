"""CIS RHEL 8 4.0.0: what it asks of PAM, by the rules that check it."""

from __future__ import annotations

from pamkit.analysis.profile import Control, Profile

PROFILE = Profile(
    "cis-rhel8",
    "CIS RHEL 8 4.0.0",
    "rhel8",
    controls=(
        Control("1.5.1", "1", ("limits-core",)),
        Control("5.2.7", "1", ("su-wheel-group", "su-group-members")),
        Control("5.3.2.1", "1", ("authselect-modules",)),
        Control("5.3.2.2", "1", ("faillock-missing-password-auth", "faillock-missing-system-auth")),
        Control(
            "5.3.2.3", "1", ("pwquality-missing-password-auth", "pwquality-missing-system-auth")
        ),
        Control("5.3.2.5", "1", ("unix-missing",)),
        Control("5.3.3.1.1", "1", ("faillock-deny",)),
        Control("5.3.3.1.2", "1", ("faillock-unlock-time",)),
        Control("5.3.3.1.3", "2", ("faillock-root-or-time",)),
        Control("5.3.3.2.1", "1", ("pwquality-difok",)),
        Control("5.3.3.2.2", "1", ("pwquality-minlen",)),
        Control("5.3.3.2.4", "1", ("pwquality-maxrepeat",)),
        Control("5.3.3.2.5", "1", ("pwquality-maxsequence",)),
        Control("5.3.3.2.6", "1", ("pwquality-dictcheck",)),
        Control("5.3.3.2.7", "1", ("pwquality-root",)),
        Control(
            "5.3.3.3.1", "1", ("pwhistory-remember-password-auth", "pwhistory-remember-system-auth")
        ),
        Control("5.3.3.3.2", "1", ("pwhistory-root-in-file",)),
        Control("5.3.3.3.3", "1", ("pwhistory-authtok",)),
        Control("5.3.3.4.1", "1", ("nullok-in-shared-files",)),
        Control("5.3.3.4.2", "1", ("unix-remember-in-shared-files",)),
        Control("5.3.3.4.3", "1", ("hash-system-auth", "hash-password-auth")),
        Control("5.3.3.4.4", "1", ("unix-authtok",)),
        Control("5.4.1.4", "1", ("hash-login-defs",)),
    ),
    values={
        "deny": "5",
        "dictcheck": "1",
        "difok": "2",
        "hash": "yescrypt|sha512",
        "login-defs-hash": "YESCRYPT|SHA512",
        "maxrepeat": "3",
        "maxsequence": "3",
        "minlen": "14",
        "remember": "24",
        "remember-control": "requisite,required",
        "root-unlock-time": "60",
        "su-group": "sugroup",
        "unlock-time": "900",
    },
)
