"""A first transaction of built libraries: they load, refuse what is refused, grant what is granted.

It is played in a process of its own: what is wrong with a library may end the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pamkit.native.core_path import core_path, with_core_path
from pamkit.native.put import put
from pamkit.native.recipe import CORE, LIBRARIES

PATIENCE = 60
"""Seconds that the transaction may take; it takes a hundredth of one."""


def boot(directory: Path) -> tuple[str, ...]:
    """Play the transaction with the libraries of a directory; return what is wrong with it.

    Libraries that do not say where their core is, or say another place, are played from a copy.
    """
    with tempfile.TemporaryDirectory(prefix="pamkit-check-") as scratch:
        policies = Path(scratch, "pam.d")
        policies.mkdir()
        for service, module in (("granted", "pam_permit"), ("refused", "pam_deny")):
            lines = [f"{facility} required {module}.so\n" for facility in ("auth", "account")]
            (policies / service).write_text("".join(lines), encoding="ascii")
        place = directory
        if core_path((directory / "libpam.so.0").read_bytes()) != str(directory / CORE):
            place = Path(scratch, "lib")
            place.mkdir()
            copy_libraries(directory, place)
        words = [str(place / "libpam.so.0"), str(policies)]
        words += [str(place / row.file) for row in LIBRARIES[1:] if row.soname]
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        try:
            done = subprocess.run(  # noqa: S603  # our own few lines
                [sys.executable, "-I", "-S", "-c", _TRANSACTIONS, *words],
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return (f"a transaction takes more than {PATIENCE} seconds",)
    if done.returncode < 0:
        return (f"a transaction ends the process with signal {-done.returncode}",)
    if done.returncode or not done.stdout.endswith("done\n"):
        said = done.stderr.strip().splitlines()
        return (f"a transaction cannot be played: {said[-1] if said else 'nothing is said'}",)
    return tuple(done.stdout.splitlines()[:-1])


def copy_libraries(directory: Path, place: Path, *, core: Path | None = None) -> None:
    """Copy libraries to another place, and tell the copies that their core is there.

    ``core`` is its path where the place will be known by another name later.
    """
    core = core or place / CORE
    # The core before those that open it.
    for row in sorted(LIBRARIES, key=lambda row: row.file != CORE):
        put(place / row.file, with_core_path((directory / row.file).read_bytes(), core))


_TRANSACTIONS = """
import ctypes, os, sys
library, policies, *others = sys.argv[1:]
pam = ctypes.CDLL(library, mode=os.RTLD_NOW | os.RTLD_GLOBAL)
for other in others:
    ctypes.CDLL(other, mode=os.RTLD_NOW)
P = ctypes.c_void_p
CONV = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, P, P, P)
class Conv(ctypes.Structure):
    _fields_ = [("conv", CONV), ("data", P)]
conv = Conv(CONV(lambda *_: 19), None)
pam.pam_start_confdir.argtypes = [ctypes.c_char_p, ctypes.c_char_p, P, ctypes.c_char_p, P]
for name in ("pam_authenticate", "pam_acct_mgmt", "pam_end"):
    getattr(pam, name).argtypes = [P, ctypes.c_int]
pam.pam_strerror.argtypes, pam.pam_strerror.restype = [P, ctypes.c_int], ctypes.c_char_p

def said(code):
    return (pam.pam_strerror(None, code) or b"").decode("ascii", "replace")

for service, good in (("refused", False), ("granted", True), ("refused", False)):
    handle = P()
    code = pam.pam_start_confdir(
        service.encode(), b"root", ctypes.byref(conv), policies.encode(), ctypes.byref(handle)
    )
    if code:
        print(f"a transaction does not start: {code}, {said(code)}")
        continue
    for primitive in ("pam_authenticate", "pam_acct_mgmt"):
        code = getattr(pam, primitive)(handle, 0)
        if (code == 0) != good:
            what = "refuses what pam_permit grants" if good else "grants what pam_deny refuses"
            print(f"{primitive} {what}: {code}, {said(code)}")
    code = pam.pam_end(handle, code)
    if code:
        print(f"a transaction does not end: {code}, {said(code)}")
print("done")
"""
