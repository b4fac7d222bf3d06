from __future__ import annotations

import pytest

from pamkit.analysis.claim_names import claim_named
from pamkit.analysis.verify import verify

from .policies import chains, declarations

_SESSION = "session {} pam_limits.so\nsession required pam_unix.so\n"


@pytest.mark.parametrize(
    ("claim", "text", "holds"),
    [
        ("session-asks-pam_limits", _SESSION.format("optional"), True),
        ("session-asks-pam_limits", "session required pam_unix.so\n", False),
        (
            "session-asks-pam_limits",
            "session sufficient pam_unix.so\nsession required pam_limits.so\n",
            False,
        ),
        ("session-asks-pam_limits", "session required pam_deny.so\n", True),
        (
            "account-asks-pam_access",
            "account sufficient pam_localuser.so\naccount required pam_access.so\n",
            False,
        ),
        (
            "account-asks-pam_access",
            "account required pam_access.so\naccount sufficient pam_localuser.so\n",
            True,
        ),
        ("auth-asks-pam_unix", "auth required pam_unix.so\n", True),
        ("auth-asks-pam_nologin", "auth required pam_unix.so\n", False),
        ("auth-asks-pam_unix", "auth required pam_permit.so\nsesion x pam_unix.so\n", True),
        (
            "password-asks-pam_pwquality",
            "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n",
            True,
        ),
        ("password-asks-pam_pwquality", "password required pam_unix.so\n", False),
    ],
)
def test_what_must_always_be_asked_is_or_a_run_shows_that_it_is_not(
    claim: str, text: str, holds: bool
) -> None:
    named = claim_named(claim)
    assert named is not None
    result = verify(named, chains(text), declarations)
    assert holds is result.holds
    assert bool(result.witness) is not holds
