"""Say yes to everything, for everybody.

Every primitive succeeds, and nothing is looked at.  Success proves nothing at all: as the only line
of `auth` it opens the service to anybody.  The module of Linux and BSD is called `pam_permit`.
Source: `pam_allow(7)` of illumos.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ALWAYS_SUCCEEDS, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive


class AllowOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")


MODULE = declare(
    "pam_allow",
    options=AllowOptions,
    answers=dict.fromkeys(Primitive, "success"),
    facts=[ALWAYS_SUCCEEDS, GRANTS_WITHOUT_SECRET, NEVER_PROMPTS],
    examples=[
        example("gdm-autologin", "auth sufficient pam_allow.so.1", "nobody is asked"),
        example("gdm-autologin", "account sufficient pam_allow.so.1"),
    ],
)


def _yes(_: ModuleCall[AllowOptions]) -> ReturnCode:
    return ReturnCode.SUCCESS  # granting is what the module is for


pam_sm_authenticate = _yes
pam_sm_setcred = _yes
pam_sm_acct_mgmt = _yes
pam_sm_open_session = _yes
pam_sm_close_session = _yes
pam_sm_chauthtok = _yes
