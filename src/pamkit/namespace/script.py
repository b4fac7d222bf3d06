"""The script that fills a new instance, and what it is told about the ways to it."""

from __future__ import annotations

from pamkit.formats.namespace_conf import without_last_slashes
from pamkit.module.call import Stop
from pamkit.module.configuration import directories
from pamkit.module.program import Run
from pamkit.namespace.options import remark
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pamkit.formats.namespace_conf import Polydir
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Files
    from pamkit.namespace.options import NamespaceOptions

SCRIPT = "/etc/security/namespace.init"
"""The administrator's; without it the distribution's is run."""

_STICKY, _OTHERS_WRITE = 0o1000, 0o022


async def run_script(
    call: ModuleCall[NamespaceOptions],
    polydir: Polydir,
    instance: str,
    *,
    is_new: bool,
    user: str,
    unlabelled: Callable[[], AbstractContextManager[None]],
) -> None:
    """Run the script for an instance, if there is one; ends the hook if it cannot be run.

    ``unlabelled``: what is started within has no SELinux context but that of its program.
    """
    path = polydir.script or directories(call.world.files, SCRIPT)[0]
    if not call.world.files.exists(path):
        return
    if not call.world.files.runnable(path):
        remark(call, "Namespace init script not executable", Priority.ERR)
        raise Stop(ReturnCode.SESSION_ERR)
    told = (
        *(polydir.path, instance, "1" if is_new else "0", user),
        *("1" if is_safe(call, way) else "0" for way in (polydir.path, instance)),
    )
    try:
        with unlabelled():
            # CVE-2010-3853: it has nothing of the environment of who started this process.
            ended = await Run((path, *told), as_effective_user=True)
    except ChildProcessError as fault:
        call.log(Priority.ERR, f"waitpid failed- {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from None
    except OSError as fault:
        said = f"Cannot fork to run namespace init script, {fault.strerror}"
        call.log(Priority.ERR, said)
        raise Stop(ReturnCode.SESSION_ERR) from None
    if ended.status < 0:
        call.log(Priority.ERR, "Error initializing instance")
        raise Stop(ReturnCode.SESSION_ERR)


def is_safe(call: ModuleCall[NamespaceOptions], path: str) -> bool:
    """Whether root alone decides what the way to a path leads through; in doubt not.

    What lies there itself may be the user's.
    """
    if not path.startswith("/"):
        return False
    above = without_last_slashes(path).rpartition("/")[0]
    while above:
        fault = _fault(call.world.files, above)
        if fault is not None:
            if fault:
                remark(call, f"Path deemed unsafe: {fault}")
            return False
        above = above.rpartition("/")[0]
    return True


def _fault(files: Files, path: str) -> str | None:
    """Return what is wrong with a directory, `""` if there is none; `None`: it is root's."""
    try:
        status = files.status(path, follow=False)
        if status.kind == "link":
            if status.uid != 0:
                return f"Symlink {path} should be owned by root"
            status = files.status(path)
    except OSError:
        return ""
    if status.kind != "directory":
        return f"{path} is expected to be a directory"
    others_write = status.mode & _OTHERS_WRITE and not status.mode & _STICKY
    if status.uid != 0 or others_write:
        return f"{path} should be owned by root, and not be writable by group or others"
    return None
