"""Surroundings that lie in wait for a Python, a loader or a locale: every trap tells if sprung."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.native.programs.checks import Answer, inside
from tests.native.programs.conversation import ENVIRONMENT

TRAPS = "/tmp/traps"
_TOLD = "/tmp/told"
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"

#: What an ordinary user can say to a setuid program before it has begun.
HOSTILE = ENVIRONMENT | {
    "PATH": f"{TRAPS}/bin:{ENVIRONMENT['PATH']}",
    "HOME": f"{TRAPS}/home",
    "TMPDIR": TRAPS,
    "PYTHONPATH": f"{TRAPS}:{TRAPS}/broken.zip",
    "PYTHONHOME": f"{TRAPS}/home",
    "PYTHONSTARTUP": f"{TRAPS}/sitecustomize.py",
    "PYTHONUSERBASE": f"{TRAPS}/home/.local",
    "PYTHONEXECUTABLE": f"{TRAPS}/bin/python3",
    "PYTHONPLATLIBDIR": f"{TRAPS}",
    "PYTHONPYCACHEPREFIX": f"{TRAPS}/cache",
    "PYTHONIOENCODING": "no-such-encoding",
    "PYTHONHASHSEED": "not a number",
    "PYTHONMALLOC": "no such allocator",
    "PYTHONUTF8": "7",
    "PYTHONCOERCECLOCALE": "warn",
    "PYTHONWARNINGS": "error",
    "PYTHONINSPECT": "1",
    "PYTHONVERBOSE": "1",
    "PYTHONDEBUG": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONTRACEMALLOC": "25",
    "PYTHONPROFILEIMPORTTIME": "1",
    "PYTHONDUMPREFS": "1",
    "PYTHONDUMPREFSFILE": f"{_TOLD}/dumprefs",
    "PYTHONBREAKPOINT": "sitecustomize.tell",
    "PYTHONCASEOK": "1",
    "LD_LIBRARY_PATH": f"{TRAPS}/lib",
    "LD_PRELOAD": f"{TRAPS}/lib/libpam.so.0",
    "LD_AUDIT": f"{TRAPS}/lib/libpam.so.0",
    "LOCPATH": f"{TRAPS}/locale",
    "GCONV_PATH": f"{TRAPS}/gconv",
    "NLSPATH": f"{TRAPS}/%N",
    "LANGUAGE": "../../../../tmp/traps",
    "LANG": "tr_TR.ISO-8859-9",
    "TZ": f":{TRAPS}/zone",
    "HOSTALIASES": f"{TRAPS}/hosts",
    "RES_OPTIONS": "debug",
    "MALLOC_TRACE": f"{_TOLD}/malloc",
    "PAM_AUTHTOK": "toor-toor-1",
    "PAMKIT_CORE": f"{TRAPS}/lib/pamkit-core.so",
}

_MODULES = (
    "sitecustomize",
    "usercustomize",
    "encodings",
    "os",
    "posix",
    "time",
    "codecs",
    "io",
    "site",
    "pamkit",
    "importlib",
    "zipimport",
)


def lay_traps() -> None:
    """Lay them: modules that Python imports, programs found by name, libraries, tables."""
    told = Path(_TOLD)
    told.mkdir()
    told.chmod(0o1777)
    tell = f"def tell():\n    open({_TOLD!r} + '/' + __name__, 'a').write('!')\n\n\ntell()\n"
    places = [
        Path(TRAPS),
        Path(TRAPS, "home/lib", _VERSION),
        Path(TRAPS, "home/lib", _VERSION, "site-packages"),
        Path(TRAPS, "home/.local/lib", _VERSION, "site-packages"),
    ]
    for place in places:
        place.mkdir(parents=True)
        for name in _MODULES:
            (place / f"{name}.py").write_text(tell)
    for folder in ("bin", "lib", "locale", "gconv"):
        Path(TRAPS, folder).mkdir()
    for name in ("python", "python3", _VERSION, "sh", "bash", "unix_chkpwd", "id"):
        program = Path(TRAPS, "bin", name)
        program.write_text(f"#!/bin/sh\n: > {_TOLD}/program-{name}\nexit 1\n")
        program.chmod(0o755)
    for name in ("libpam.so.0", "libpam_misc.so.0", "pamkit-core.so", "libcrypt.so.1"):
        Path(TRAPS, "lib", name).write_bytes(b"not a library")
    Path(TRAPS, "gconv/gconv-modules").write_text("module INTERNAL ISO-8859-9// /tmp/x 1\n")
    Path(TRAPS, "pyvenv.cfg").write_text(f"home = {TRAPS}/bin\n")
    Path(TRAPS, "broken.zip").write_bytes(b"PK\x03\x04")
    for place in (Path(TRAPS), *Path(TRAPS).rglob("*")):
        shutil.chown(place, "alice", "alice")


def trapped(said: str, mark: str) -> Answer:
    """Tell whether `mark` was said, and how many traps were sprung on the way."""
    found = sorted(entry.name for entry in Path(_TOLD).iterdir())
    outcome = f"{inside(said, mark)}, {len(found)} traps sprung"
    return Answer(outcome, said + "".join(f"\nsprung: {trap}" for trap in found))
