"""Let root through without a password.

Success means that the real user number of the process is 0, and that SELinux, where it is on, lets
root do this: the applicant gives no secret, and it does not matter for whom the service was asked.
`su` and its like use it, as a `sufficient` first line, so that root need not know other people's
passwords.

In a process that always runs as root (a display manager, a login daemon) the question is answered
before anybody asks, and everybody is let in: the module is only for programs that users start
themselves.

SELinux is asked whether the context from which the program was begun (`getprevcon(3)`) has the
right `rootok` of the class `passwd`.  If it has not, the answer is `auth_err`, for root as for
everybody; a kernel that says that it is permissive lets root through.  What the policy wants
recorded goes to the kernel's audit (`USER_AVC`), or where it keeps none to the log.  This needs
libselinux where SELinux is on: without it the log says so, and root is refused.

Differences: whether SELinux is off must be certain, or root is refused, with a line in the log.
Without the kernel's audit, C writes what is to be recorded to the log under the program's name
instead of the module's.

Source: `pam_rootok(8)`, `selinux_check_access(3)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files

_KINDS = "/proc/filesystems"


class RootokOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log the outcome")


MODULE = declare(
    "pam_rootok",
    options=RootokOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err",
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: "success auth_err",
        Primitive.CHAUTHTOK: "success auth_err",
    },
    files=[
        *(_KINDS, "/proc/self/mounts"),
        *("/sys/fs/selinux/enforce", "/etc/selinux/config"),
    ],
    facts=[NEVER_PROMPTS, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[example("su", "auth sufficient pam_rootok.so", "root becomes anybody")],
)


def _check(call: ModuleCall[RootokOptions]) -> ReturnCode:
    for arg in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {arg}")
    is_root = call.world.process.uid() == 0 and _is_let_by_selinux(call)
    if call.options.debug:
        call.log(Priority.DEBUG, f"root check {'succeeded' if is_root else 'failed'}")
    # Yes only to root itself: the kernel says so, and nobody else can have this number.
    return ReturnCode.SUCCESS if is_root else ReturnCode.AUTH_ERR


def _is_let_by_selinux(call: ModuleCall[RootokOptions]) -> bool:
    if not _may_have_selinux(call.world.files):
        return True  # nobody else has a say: this kernel has no SELinux
    # Only now: who has no SELinux need not load what asks it.
    from pamkit.selinux.passwd_right import has_passwd_right

    return has_passwd_right(call, "rootok")


def _may_have_selinux(files: Files) -> bool:
    """Whether the kernel may have SELinux; one that began without it does not have selinuxfs."""
    try:
        return b"selinuxfs" in files.read(_KINDS)
    except OSError:
        return True


def pam_sm_setcred(_: ModuleCall[RootokOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check
pam_sm_chauthtok = _check
