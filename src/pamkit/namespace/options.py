"""The options of pam_namespace, and the remarks that `debug` asks for."""

from __future__ import annotations

from pamkit.module.options import Options, flag
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall


class NamespaceOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log what is read and done")
    unmnt_remnt: bool = flag("first take away what was mounted for the user who asks (su)")
    unmnt_only: bool = flag("take away what was mounted for the user who asks, and mount nothing")
    require_selinux: bool = flag("refuse without SELinux")
    gen_hash: bool = flag("name instances by a hash (MD5) of what they are named by otherwise")
    ignore_config_error: bool = flag("pass over lines that are wrong")
    ignore_instance_parent_mode: bool = flag("let others than root enter where instances lie")
    unmount_on_close: bool = flag("take away what was mounted when the session is closed")
    use_current_context: bool = flag("take the SELinux context of the process itself")
    use_default_context: bool = flag("take the SELinux context that the policy gives the user")
    mount_private: bool = flag("keep what is mounted from all other processes")


def remark(call: ModuleCall[NamespaceOptions], said: str, priority: int = Priority.DEBUG) -> None:
    """Log what only debugging wants to know."""
    if call.options.debug:
        call.log(priority, said)
