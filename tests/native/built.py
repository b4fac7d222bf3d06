"""The native libraries that the tests judge, built once for the sources as they are."""

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path

from pamkit.native.build import Plan, build
from pamkit.native.recipe import LIBRARIES
from pamkit.native.stamp import stamp, stamp_of
from pamkit.native.toolchain import find_compiler, find_python

# Below a directory that every user can enter, on a path without links: setuid programs load from
# it, and programs that have left the root behind.
PLACE = Path("/var/cache" if os.geteuid() == 0 else tempfile.gettempdir())


@cache
def built_libraries() -> Path:
    """Return the directory of built libraries; the first test to ask builds them.

    ``PAMKIT_NATIVE_DIRECTORY`` names one that somebody else built, to be judged as it is.
    """
    given = os.environ.get("PAMKIT_NATIVE_DIRECTORY")
    if given:
        return Path(given)
    wanted = stamp()
    directory = PLACE / f"pamkit-tests-{os.geteuid()}" / wanted[:16]
    directory.mkdir(parents=True, exist_ok=True, mode=0o755)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp_of(directory) != wanted:
            plan = Plan(
                rows=LIBRARIES,
                compiler=find_compiler(os.environ),
                python=find_python(None, shared=False),
                strict=True,
            )
            build(plan, directory)
    return directory
