"""Answer what the options say, and say so.

The test instrument of PAM: each primitive answers the code that its option names, in the words of
a policy (`auth=auth_err`, `prechauthtok=try_again`), and shows the option to the applicant.  The
first option for a primitive counts; without one, or if it names no code, the answer is success.

It checks nobody: whoever is let in by it has shown nothing.  It has no place on a real machine.
Source: `pam_debug(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ALWAYS_SUCCEEDS,
    GRANTS_WITHOUT_SECRET,
    NEVER_PROMPTS,
    TEST_INSTRUMENT,
)
from pamkit.module.options import Options, rest
from pamkit.vocab.codes import CODES_BY_WORD, WORDS, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.message import Style


class DebugOptions(Options):
    """What may stand after the module's name in a policy."""

    answers: tuple[str, ...] = rest(
        "the answer of a primitive, as in `auth=auth_err`; the first word of each counts",
        value="auth|cred|acct|prechauthtok|chauthtok|open_session|close_session=code",
    )


_ANY = " ".join(WORDS)

MODULE = declare(
    "pam_debug",
    options=DebugOptions,
    answers=dict.fromkeys(Primitive, _ANY),
    facts=[
        TEST_INSTRUMENT,
        NEVER_PROMPTS,
        GRANTS_WITHOUT_SECRET,
        ALWAYS_SUCCEEDS.when(answers=()),
    ],
    examples=[example("other", "auth required pam_debug.so auth=perm_denied cred=cred_err")],
)

_EVENTS = {
    Primitive.AUTHENTICATE: "auth",
    Primitive.SETCRED: "cred",
    Primitive.ACCT_MGMT: "acct",
    Primitive.OPEN_SESSION: "open_session",
    Primitive.CLOSE_SESSION: "close_session",
    Primitive.CHAUTHTOK: "chauthtok",
}


async def _answer(call: ModuleCall[DebugOptions]) -> ReturnCode:
    event = "prechauthtok" if call.preliminary else _EVENTS[call.primitive]
    for word in call.options.answers:
        name, sign, code = word.partition("=")
        if name == event and sign:
            if code not in CODES_BY_WORD:
                break
            await call.say(Style.TEXT_INFO, word)
            return CODES_BY_WORD[code]
    return ReturnCode.SUCCESS


pam_sm_authenticate = _answer
pam_sm_setcred = _answer
pam_sm_acct_mgmt = _answer
pam_sm_open_session = _answer
pam_sm_close_session = _answer
pam_sm_chauthtok = _answer
