"""What stamps are judged by on this machine: how they are coded, and when their owners came."""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.hmac_code import SHA1, algorithm
from pamkit.formats.login_time import LOGIND, UTMP, oldest_in_utmp, oldest_of_logind
from pamkit.module.configuration import read_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.hmac_code import Algorithm
    from pamkit.module.world import FileStatus, World

ALGORITHM = "HMAC_CRYPTO_ALGO"
"""The key of login.defs(5) that says how stamps are coded."""

_MOST_UTMP = 16 << 20  # bytes: forty thousand sessions


def coded_by(world: World) -> Algorithm | None:
    """Return what stamps are coded with; `None` if login.defs names nothing that is known.

    `OSError` if that file is there and cannot be read.
    """
    found = read_first(world.files, login_defs.PATH)
    written = None if found is None else login_defs.value(found[1], ALGORITHM)
    return SHA1 if written is None else algorithm(written.strip())


def what_is_odd(status: FileStatus) -> str:
    """Return why something is no stamp of root's, in C's words; `""` if it may be one."""
    if (status.uid, status.gid) != (0, 0):
        return "not owned by root"
    if status.kind != "file":
        return "not a regular file"
    return "" if status.links == 1 else "not the only name of its file"


def logged_in_since(world: World, user: str) -> int | None:
    """Return when the oldest session of a user began, in seconds since 1970.

    `None` if there is none, or nothing says so.  C asks utmp or logind, as it was built; here
    logind is asked where there is no utmp.  Others than root could write neither.
    """
    try:
        return oldest_in_utmp(world.files.read(UTMP, limit=_MOST_UTMP), user)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        return None
    try:
        account = world.accounts.find(user)
        if account is None:
            return None
        return oldest_of_logind(world.files.read(f"{LOGIND}/{account.uid}"))
    except (OSError, ValueError):
        return None
