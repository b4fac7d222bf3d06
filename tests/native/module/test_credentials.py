"""Credentials that can be seen, set by a C program under the system's libpam and under ours."""

from __future__ import annotations

import pytest

from pamkit.vocab.flags import Flag
from tests.conftest import ROOT
from tests.native.module.transact import OURS, THEIRS, Place, module, place

__all__ = ["place"]

pytestmark = [pytest.mark.needs("libpam", "cc", "python-archive", "root", "keyrings")]

EXAMPLE = (ROOT / "examples" / "pam_sessionkey.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("libpam", [THEIRS, OURS])
@pytest.mark.parametrize("silent", [0, Flag.SILENT], ids=["aloud", "silent"])
def test_a3_a7_a9_a10_a11_a12_a_c_program_makes_prolongs_replaces_and_deletes_a_key(
    libpam: str, silent: int, place: Place
) -> None:
    file = place.file(EXAMPLE, "pam_sessionkey.py")
    place.policy(
        "auth required pam_permit.so",
        "auth required pam_keyinit.so force",
        f"auth optional {module()} {file} lifetime=100 renewed=4000",
    )
    establish, delete, reinitialise, refresh = (
        f"cred={int(flag) | silent:x}"
        for flag in (
            *(Flag.ESTABLISH_CRED, Flag.DELETE_CRED),
            *(Flag.REINITIALIZE_CRED, Flag.REFRESH_CRED),
        )
    )
    lines = place.play(
        libpam,
        *("auth", "keys", establish, "keys", refresh, "keys"),
        *(reinitialise, "keys", delete, "keys", refresh),
    )
    told = [] if silent else ["say 4 Your key is good for {} seconds."]
    first, later = ([line.format(seconds) for line in told] for seconds in (100, 4000))
    assert [line for line in lines if not line.startswith("env ")] == [
        "auth 0",
        *(*first, f"{establish} 0", "key 1m"),
        *(*later, f"{refresh} 0", "key 1h"),
        *(*first, f"{reinitialise} 0", "key 1m"),
        *(f"{delete} 0", f"{refresh} 0"),
        "end 0",
    ]
