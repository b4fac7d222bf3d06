"""Refuse new passwords that are too weak, by the rules of `/etc/default/passwd`.

In the first pass of a change the new password (`PAM_AUTHTOK`) must have at least `PASSLENGTH` (6)
characters; must not be the user's name, turned round or read backwards, unless `NAMECHECK=NO`; must
have `MINALPHA` (2) letters and `MINNONALPHA` (1) others, or with `MINDIGIT` and `MINSPECIAL` so
many digits and special ones; `MINUPPER` and `MINLOWER` letters; no more than `MAXREPEATS` of one
character in a row; no blanks if `WHITESPACE=NO`; and differ from the old one (`PAM_OLDAUTHTOK`) in
`MINDIFF` (3) places.  With `DICTIONLIST` or `DICTIONDBDIR` it must not be based on a word.  What is
too weak is `authtok_err`, and the user is told why.  In the second pass it ignores.

It never asks: `pam_authtok_get` does.  Root's passwords are judged as well.  `force_check` changes
nothing here, for no application can ask to leave the checks out.  With `server_policy` a user who
has no line in `/etc/passwd` is none of its business: it ignores.

Differences: all characters of a password count; a file that is there and cannot be read is
`system_err`; words are looked up in the dictionary of cracklib `words` in `DICTIONDBDIR`
(`/var/passwd`), which must be there: none is made of the lists.  Old passwords beyond the last are
not looked up: `pam_pwhistory` does that.  Source: `pam_authtok_check(7)` of illumos.
"""

from __future__ import annotations

from pamkit.formats.cracklib_rules import NO_DICTIONARY
from pamkit.formats.password_composition import PATH, BadDemands, Demands, demands_of, lack_of
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import JUDGES_SECRET, NEVER_PROMPTS, USES_SECRET
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.vocab.secret import Secret

_DATABASE = "/var/passwd"


class AuthtokCheckOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log more")
    force_check: bool = flag("no effect: the checks are never left out")
    server_policy: bool = flag("have no say over users who have no line in `/etc/passwd`")


MODULE = declare(
    "pam_authtok_check",
    options=AuthtokCheckOptions,
    answers={Primitive.CHAUTHTOK: "success ignore authtok_err system_err user_unknown"},
    reads=[Item.USER, Item.SERVICE, Item.AUTHTOK, Item.OLDAUTHTOK],
    files=[PATH, f"{_DATABASE}/words.pwi"],
    facts=[NEVER_PROMPTS, JUDGES_SECRET, USES_SECRET],
    examples=[example("other", "password requisite pam_authtok_check.so.1")],
)


async def pam_sm_chauthtok(call: ModuleCall[AuthtokCheckOptions]) -> ReturnCode:
    """Judge the new password in the first pass."""
    if not call.preliminary:
        return ReturnCode.IGNORE
    user, new = call.item(Item.USER), call.token(Item.AUTHTOK)
    if not user:
        call.log(Priority.ERR, "username name is empty")
        return ReturnCode.USER_UNKNOWN
    if new is None:
        return ReturnCode.AUTHTOK_ERR
    accounts = call.world.accounts
    if call.options.server_policy and accounts.find(user) and not accounts.is_local(user):
        return ReturnCode.IGNORE
    demands = _demands(call)
    if demands is None:
        return ReturnCode.SYSTEM_ERR
    lack = lack_of(demands, user, new, call.token(Item.OLDAUTHTOK))
    code = ReturnCode.AUTHTOK_ERR
    if not lack and demands.wants_dictionary:
        lack, code = _word(call, demands, new)
    if lack:
        if not call.silent:
            await call.say(Style.ERROR_MSG, f"{call.item(Item.SERVICE)}: {lack}")
        return code
    return ReturnCode.SUCCESS  # yes: nothing speaks against the password


def _demands(call: ModuleCall[AuthtokCheckOptions]) -> Demands | None:
    try:
        data = call.world.files.read(PATH)
    except FileNotFoundError:
        return Demands()
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {PATH}: {fault.strerror}")
        return None
    try:
        demands, complaints = demands_of(data)
    except BadDemands as odd:
        call.log(Priority.ERR, str(odd))
        return None
    for complaint in complaints:
        call.log(Priority.ERR, complaint)
    return demands


def _word(
    call: ModuleCall[AuthtokCheckOptions], demands: Demands, new: Secret
) -> tuple[str, ReturnCode]:
    """Return what a dictionary says against a password, and the answer to that."""
    # Only now: most have no dictionary, and need not load what reads one.
    from pamkit.quality.dictionary import word_remark

    place = demands.dictiondbdir or _DATABASE
    remark = word_remark(call.world, new, f"{place}/words")
    if remark == NO_DICTIONARY:
        call.log(Priority.ERR, "pam_sm_chauthtok: Dictionary database not present.")
        return "failed to open dictionary database.", ReturnCode.SYSTEM_ERR
    said = f"password {remark.removeprefix('it ')}." if remark else ""
    return said, ReturnCode.AUTHTOK_ERR
