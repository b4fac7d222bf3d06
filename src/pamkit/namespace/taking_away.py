"""What is mounted for the user who asks, within whose session another user's begins (su)."""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.namespace.options import remark
from pamkit.namespace.walking import open_directory, unmount
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.namespace_conf import Polydir
    from pamkit.module.call import ModuleCall
    from pamkit.namespace.options import NamespaceOptions

_EINVAL = 22


def take_away(call: ModuleCall[NamespaceOptions], polydir: Polydir) -> None:
    """Take away what is mounted for the user who asks; that there is nothing is no fault."""
    path = polydir.unmounted
    _step_out(call, path)
    try:
        unmount(call.world.mounts, path)
    except OSError as fault:
        call.log(Priority.ERR, f"Unmount of {path} failed, {fault.strerror}")
        if fault.errno != _EINVAL:
            raise Stop(ReturnCode.SESSION_ERR) from None
        return
    remark(call, f"Umount succeeded {path}")


def _step_out(call: ModuleCall[NamespaceOptions], path: str) -> None:
    """Leave a directory that something else will lie in the place of."""
    try:
        here = call.world.process.directory()
    except OSError as fault:
        call.log(Priority.ERR, f"Can't get current dir, {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from None
    if not here.startswith(path):
        remark(call, f"cwd is outside {path}")
        return
    remark(call, f"cwd is inside {path}")
    remark(call, "changing cwd")
    above = path.rpartition("/")[0] or "/"
    said = f"Failed opening {above} to fchdir"
    try:
        with open_directory(call.world.mounts, above) as directory:
            said = f"Failed fchdir to {above}"
            directory.go()
    except OSError as fault:
        call.log(Priority.ERR, f"{said}: {fault.strerror}")
