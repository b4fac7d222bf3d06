"""pam_systemd inside our own libpam: it asks the bus of the machine without Python's sockets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.native.module.transact import OURS, THEIRS, Place, place

__all__ = ["place"]

pytestmark = pytest.mark.needs(
    *("libpam", "cc", "python-archive", "root", "mount-namespace", "pam_systemd", "dbus-daemon")
)

_ROOT = Path(__file__).resolve().parents[3]

_BUS = f"""
import os, subprocess, sys
sys.path[:0] = [{str(_ROOT)!r}, {str(_ROOT / "src")!r}]
from tests.oracle.login_manager import Manager, Stage
for place in ("/run/systemd/seats", "/run/user/0"):
    os.makedirs(place)
stage = Stage()
values = ("c1", "/org/freedesktop/login1/session/c1", "/run/user/0", 0, 0, "seat0", 2, False)
stage.begin(Manager(values=values))
code = subprocess.call(sys.argv[1:])
for member, values in stage.asked():
    print(member, *values, flush=True)
stage.end()
sys.exit(code)
"""


def _played(place: Place, libpam: str) -> list[str]:
    return place.play(
        libpam,
        "open",
        "close",
        user="root",
        wrapper=(
            *("unshare", "-m", "--propagation", "private", "sh", "-c"),
            'mount -t tmpfs tmpfs /run && exec "$@"',
            *("sh", sys.executable, "-c", _BUS),
        ),
    )


def test_a_session_is_opened_and_released_as_by_the_systems_own(place: Place) -> None:
    place.policy("session required pam_systemd.so class=greeter")
    ours = _played(place, OURS)
    assert ours == _played(place, THEIRS)
    assert ours[-2:] == [
        "org.freedesktop.login1.Manager.CreateSession /org/freedesktop/login1 0 0 app unspecified"
        " greeter   0   False   ()",
        "org.freedesktop.login1.Manager.ReleaseSession /org/freedesktop/login1 c1",
    ]
    assert "env XDG_VTNR=2" in ours
