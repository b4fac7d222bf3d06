"""How much is looked at for a policy of hundreds of lines: points of runs are counted, not time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pamkit.analysis import explore, lockstep

from .trees import found

_LINES = 300
_MOST = 40_000
"""Points of all rules together; about three seconds."""


def _in_turn(control: str, *modules: str) -> str:
    """Return lines with these modules, one after the other, each with words of its own."""
    lines = (f"auth {control} {modules[at % len(modules)]}.so x{at}" for at in range(_LINES))
    return "\n".join((*lines, "auth required pam_permit.so", ""))


TEXTS = {
    "equal lines that count": "auth required pam_unix.so\n" * _LINES,
    "equal lines that ask": "auth sufficient pam_ldap.so\n" * _LINES,
    "jumps over lines that ask": "auth [success=1 default=ignore] pam_winbind.so\n" * _LINES,
    "pairs": "".join(f"auth sufficient pam_unix.so x{at // 2}\n" for at in range(_LINES)),
    "nobody knows them": _in_turn("sufficient", "pam_nosuch"),
    "credentials": "auth sufficient pam_unix.so\n" + _in_turn("optional", "pam_cap"),
    "networks": _in_turn("sufficient", "pam_sss", "pam_krb5", "pam_ldap"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_long_policy_takes_no_more_than_it_must(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = []

    def counting(make: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*values: Any) -> Any:
            points.append(1)
            return make(*values)

        return counted

    for place in (explore, lockstep):
        original = vars(place)["_Point"]
        monkeypatch.setattr(place, "_Point", counting(original))
    found({"sshd": TEXTS[name], "other": "auth required pam_deny.so\n"})
    assert 0 < len(points) < _MOST
