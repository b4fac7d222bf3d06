"""Let root through without a password.

Authenticate succeeds if the real user number of the process is 0, and is `auth_err` for everybody
else.  It does not matter for whom the service was asked.

In a process that always runs as root the question is answered before anybody asks, and everybody
is let in: the module is only for programs that users start themselves.  SELinux is not asked, as
it is by the module of Linux-PAM.  Source: `pam_rootok(8)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.openpam import OpenpamOptions, complain
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

MODULE = declare(
    "pam_rootok",
    options=OpenpamOptions,
    answers={Primitive.AUTHENTICATE: "success auth_err", Primitive.SETCRED: "success"},
    facts=[NEVER_PROMPTS, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET],
    examples=[example("su", "auth sufficient pam_rootok.so no_warn", "root becomes anybody")],
)


async def pam_sm_authenticate(call: ModuleCall[OpenpamOptions]) -> ReturnCode:
    """Ask the kernel who runs the process."""
    if call.world.process.uid() == 0:
        return ReturnCode.SUCCESS  # yes: only root has this number
    await complain(call, "pam_rootok", "Refused; not superuser")
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[OpenpamOptions]) -> ReturnCode:
    """Set nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here
