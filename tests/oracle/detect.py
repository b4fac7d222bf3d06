"""Finds out by trying which libpam this machine has: its dialect and its quirks.

Version numbers would not tell: distributions patch.  ``python -m tests.oracle.run --cases 0``
says what was found.
"""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from pamkit.policy.dialect import DIALECTS, QUIRK_SETS
from tests.oracle.case import CONF, Case
from tests.oracle.libpam import LibPam
from tests.oracle.ours import Manner

_SUCCESS, _PERM_DENIED = 0, 6
_LIBPAM, _LIBPAM_1_5 = QUIRK_SETS["libpam"], QUIRK_SETS["libpam-1.5"]
_YES, _NO = "auth required pam_debug.so\n", "auth required pam_debug.so auth=auth_err\n"


class Behaviour(NamedTuple):
    """A dialect, quirks, and the name of the set they make."""

    manner: Manner
    quirk_set: str

    def __str__(self) -> str:
        """In words, for a report."""
        return f"dialect {self.manner.dialect}, quirk set {self.quirk_set}"


def detect(libpam: LibPam) -> Behaviour:
    """Return how a libpam behaves; for a `Worker` to ask for.  Raises `RuntimeError`."""
    if _first(libpam, {"svc": _YES}) != _SUCCESS:
        raise RuntimeError("libpam does not even let `required pam_debug.so` in")
    traits = (_takes_at_include(libpam), _lets_jumps_count(libpam))
    dialect = next(
        (d.name for d in DIALECTS.values() if (d.at_include, d.jump_counts) == traits), None
    )
    if dialect is None:
        raise RuntimeError(f"no dialect has (at_include, jump_counts) = {traits}")
    quirks = _LIBPAM | {quirk for quirk, probe in _PROBES.items() if probe(libpam)}
    names = [name for name, quirk_set in QUIRK_SETS.items() if quirk_set == quirks]
    return Behaviour(
        Manner(dialect, quirks),
        names[0] if names else " + ".join(["libpam", *sorted(quirks - _LIBPAM)]),
    )


def announcement(behaviour: Behaviour) -> str:
    """Return the line that says which libpam was met."""
    version = package_version()
    known = f" (package version {version})" if version else ""
    return f"libpam.so.0 behaves as: {behaviour}{known}"


def package_version() -> str:
    """Return the version of the distribution's package, or `""` if nobody knows."""
    for command in (
        ("dpkg-query", "-W", "-f", "${Version}", "libpam0g"),
        ("rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", "pam-libs"),
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return done.stdout.strip()
    return ""


def _first(libpam: LibPam, files: dict[str, str], *calls: str) -> int:
    """Return the code of the last of some calls (authenticate, if none are named)."""
    names = calls or ("authenticate",)
    encoded = {name: text.encode() for name, text in files.items()}
    result = libpam.play(Case("svc", encoded, tuple((name, 0) for name in names)))
    return result.calls[-1][0] if result.calls else result.start


def _takes_at_include(libpam: LibPam) -> bool:
    return _first(libpam, {"svc": f"@include {CONF}/inc\n", "inc": _YES}) == _SUCCESS


def _lets_jumps_count(libpam: LibPam) -> bool:
    jump = "auth [success=1 default=bad] pam_debug.so cred=cred_err\n"
    return _first(libpam, {"svc": jump + _NO + _YES}, "authenticate", "setcred") != _SUCCESS


def _looks_in_the_system(libpam: LibPam) -> bool:
    name = "pamkit-oracle-relative"
    return _first(libpam, {"svc": f"auth include {name}\n", name: _YES}) != _SUCCESS


def _cuts_lines(libpam: LibPam) -> bool:
    long = f"auth required pam_debug.so {' ' * 1100} auth=auth_err\n"
    return _first(libpam, {"svc": long}) == _PERM_DENIED


def _reads_on_behind_blanks(libpam: LibPam) -> bool:
    # One line answers auth_err; two are a good one and a broken one.
    return (
        _first(libpam, {"svc": "auth required pam_debug.so \\\n\nauth=auth_err\n"}) != _PERM_DENIED
    )


def _nests_without_end(libpam: LibPam) -> bool:
    files = {f"inc{at}": f"auth include {CONF}/inc{at + 1}\n" for at in range(20)}
    return _first(libpam, {"svc": files["inc0"], **files, "inc20": _YES}) == _SUCCESS


_PROBES = {
    "system-includes": _looks_in_the_system,
    "short-lines": _cuts_lines,
    "blanks-continue": _reads_on_behind_blanks,
    "unbounded-includes": _nests_without_end,
}
# INVARIANT: whatever tells the sets apart can be tried.
assert set(_PROBES) == _LIBPAM_1_5 - _LIBPAM
