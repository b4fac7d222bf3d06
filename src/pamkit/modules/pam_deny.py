"""Say no to everything, to everybody.

Each primitive is refused with the code that fits it.  The module is the last word of a chain
that lets others succeed first (`sufficient` lines, jumps), and the whole policy of the service
`other` on a machine that is careful.

It says nothing about who asked, and logs nothing: put `pam_warn` before it to leave a trace.
Source: `pam_deny(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ALWAYS_FAILS, NEVER_PROMPTS
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

MODULE = declare(
    "pam_deny",
    answers={
        Primitive.AUTHENTICATE: "auth_err",
        Primitive.SETCRED: "cred_err",
        Primitive.ACCT_MGMT: "auth_err",
        Primitive.OPEN_SESSION: "session_err",
        Primitive.CLOSE_SESSION: "session_err",
        Primitive.CHAUTHTOK: "authtok_err",
    },
    facts=[ALWAYS_FAILS, NEVER_PROMPTS],
    examples=[example("other", "auth requisite pam_deny.so", "unknown services let nobody in")],
)


def pam_sm_authenticate(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse the applicant."""
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse credentials."""
    return ReturnCode.CRED_ERR


def pam_sm_acct_mgmt(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse the account."""
    return ReturnCode.AUTH_ERR


def pam_sm_open_session(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse the session."""
    return ReturnCode.SESSION_ERR


def pam_sm_close_session(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse to end a session."""
    return ReturnCode.SESSION_ERR


def pam_sm_chauthtok(_: ModuleCall[NoOptions]) -> ReturnCode:
    """Refuse a new password."""
    return ReturnCode.AUTHTOK_ERR
