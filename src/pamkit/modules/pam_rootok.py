"""Let root through without a password.

Success means that the real user number of the process is 0, nothing else: the applicant gives no
secret, and it does not matter for whom the service was asked.  `su` and its like use it, as a
`sufficient` first line, so that root need not know other people's passwords.

In a process that always runs as root (a display manager, a login daemon) the question is answered
before anybody asks, and everybody is let in: the module is only for programs that users start
themselves.

Linux-PAM also asks SELinux, where it is switched on, whether the calling domain may do this
(`passwd:rootok`).  pamkit cannot ask SELinux: here only the user number counts.
Source: `pam_rootok(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.priority import Priority


class RootokOptions(Options):
    """What may stand after the module's name in a policy."""

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
    facts=[NEVER_PROMPTS, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[example("su", "auth sufficient pam_rootok.so", "root becomes anybody")],
)


def _check(call: ModuleCall[RootokOptions]) -> ReturnCode:
    is_root = call.world.process.uid() == 0
    if call.options.debug:
        call.log(Priority.DEBUG, f"root check {'succeeded' if is_root else 'failed'}")
    # Yes only to root itself: the kernel says so, and nobody else can have this number.
    return ReturnCode.SUCCESS if is_root else ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[RootokOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _check
pam_sm_acct_mgmt = _check
pam_sm_chauthtok = _check
