"""The directory that a user's programs share while the user is logged in: `XDG_RUNTIME_DIR`."""

from __future__ import annotations

from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.logind.manager import LogindOptions
    from pamkit.module.call import ModuleCall


def set_runtime_directory(call: ModuleCall[LogindOptions], path: str, uid: int) -> None:
    """Tell programs of the directory, and of the bus in it; not if it is not the user's own.

    Whoever becomes another user may be in a session of the first one's, whose directory it is.
    """
    odd = _what_is_odd(call, path, uid)
    if odd:
        call.log(Priority.ERR, odd)
        line = "Not setting $XDG_RUNTIME_DIR, as the directory is not in order."
        call.log(Priority.WARNING, line)
        return
    call.putenv(f"XDG_RUNTIME_DIR={path}")
    if _is_there(call, f"{path}/bus"):
        call.putenv(f"DBUS_SESSION_BUS_ADDRESS=unix:path={path}/bus")


def _is_there(call: ModuleCall[LogindOptions], path: str) -> bool:
    """Whether something lies at a path; what a user's link leads to is nobody's business."""
    try:
        return call.world.files.status(path, follow=False).kind != "link"
    except OSError:
        return False


def _what_is_odd(call: ModuleCall[LogindOptions], path: str, uid: int) -> str:
    """Return what is wrong with a runtime directory, in C's words; `""` if nothing is."""
    if not path.startswith("/"):
        return f"Provided runtime directory '{path}' is not absolute."
    try:
        status = call.world.files.status(path, follow=False)
    except OSError as fault:
        return f"Failed to stat() runtime directory '{path}': {fault.strerror}"
    if status.kind != "directory":
        return f"Runtime directory '{path}' is not actually a directory."
    if status.uid != uid:
        return f"Runtime directory '{path}' is not owned by UID {uid}, as it should."
    return ""
