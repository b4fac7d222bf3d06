"""Let the policy that users have of their own decide.

Each primitive evaluates one more policy, and gives the answer that this would have given alone:
what it says of the service, or of `other`.  Nothing in it ends the chain around it: what the answer
does there says the control of the line.  As `definitive`, in the first line, the user's own policy
takes the place of the lines behind it; without one the module ignores, and they count.

Which policy it is, is told by the first of these that names one with `pam_policy`: the user in
`/etc/user_attr`, the rights profiles that are named there, those that `/etc/security/policy.conf`
gives to all, and `PAM_POLICY` of that file.  Tables and profiles may lie in the directories
`user_attr.d` and `prof_attr.d` beside them.  A name without a path is one below
`/etc/security/pam_policy`.  The file is written like `/etc/pam.conf`, with the service in front.

Its success proves what the user's own policy demands, and no more: whoever writes those policies
can let anybody in.  authenticate asks for the user's name if none is known; without a name the
answer is `user_unknown`.

A policy that is named and is not there, cannot be read or understood, or has no lines for the call,
is `system_err`, and so is a table that cannot be read.  The file must be root's, with directories
above it that are root's, all of them writable by nobody else; no link may lead to it.  A user's
policy that names this module again is refused as well.

Differences: name services are not asked, and the properties that took the place of policy.conf in
Solaris 11.4 are not known.  A module that wants to be asked again cannot wait in here.  Source:
`pam_user_policy(7)`, `pam_eval(3PAM)` of Solaris 11.
"""

from __future__ import annotations

from pamkit.formats.pam_policy import (
    DEFAULTS,
    FRAGMENTS,
    POLICIES,
    PROFILES,
    USERS,
    policy_of,
    policy_path,
)
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.evaluation import evaluate
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    CHECKS_ACCOUNT,
    GRANTS_WITHOUT_SECRET,
    PROVES_IDENTITY,
    USES_SECRET,
)
from pamkit.module.options import Options, flag
from pamkit.module.tables import read_if_there, read_table
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.contract import ANSWERS
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority


class UserPolicyOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    nowarn: bool = flag("no effect: nothing is shown")


# What modules may answer at all; a policy of their own may come to any of it.
_ANSWERS = {
    primitive: " ".join(WORDS[code] for code in sorted(codes - {ReturnCode.INCOMPLETE}))
    for primitive, codes in ANSWERS.items()
}

MODULE = declare(
    "pam_user_policy",
    options=UserPolicyOptions,
    answers=_ANSWERS,
    reads=[Item.USER, Item.USER_PROMPT, Item.AUTHTOK, Item.OLDAUTHTOK],
    sets=[Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    files=[USERS, PROFILES, DEFAULTS, *FRAGMENTS, POLICIES],
    facts=[  # those of modules that such policies name
        ASKS_USER,
        ASKS_SECRET,
        ASKS_NEW_SECRET,
        USES_SECRET,
        PROVES_IDENTITY,
        GRANTS_WITHOUT_SECRET,
        CHECKS_ACCOUNT,
    ],
    examples=[
        example("other", "auth definitive pam_user_policy.so.1"),
        example("other", "account definitive pam_user_policy.so.1"),
    ],
)


async def _answer(call: ModuleCall[UserPolicyOptions]) -> int:
    """Find the user's own policy and evaluate it."""
    try:
        asks = call.primitive is Primitive.AUTHENTICATE
        user = await call.user() if asks else call.item(Item.USER)
    except Stop:
        user = None
    if not user:
        call.log(Priority.ERR, "no user name")
        return ReturnCode.USER_UNKNOWN
    files = call.world.files
    try:
        named = policy_of(
            user,
            read_table(files, USERS),
            lambda: read_table(files, PROFILES),
            lambda: read_if_there(files, DEFAULTS) or b"",
        )
    except OSError as fault:
        where = fault.filename or "a table"
        call.log(Priority.ERR, f"cannot read {where}: {fault.strerror or type(fault).__name__}")
        return ReturnCode.SYSTEM_ERR
    path = policy_path(named)
    if not path:
        return ReturnCode.IGNORE  # the user has no policy of their own
    if call.options.debug:
        call.log(Priority.DEBUG, f"`{path}' decides for {user}")
    return await evaluate(call, path)


pam_sm_authenticate = _answer
pam_sm_setcred = _answer
pam_sm_acct_mgmt = _answer
pam_sm_open_session = _answer
pam_sm_close_session = _answer
pam_sm_chauthtok = _answer
