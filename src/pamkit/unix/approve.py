"""Is a new password good enough?"""

from __future__ import annotations

from pamkit.formats import opasswd
from pamkit.formats.hash_text import matches_hash
from pamkit.formats.obscure import obscure_remark
from pamkit.unix.recipe import least_length
from pamkit.unix.remarks import debug, tell
from pamkit.unix.rights import is_root
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import MAX_RESPONSE
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.new_hash import Recipe
    from pamkit.unix.options import Call


async def approve(
    call: Call, name: str, old: Secret | None, new: Secret, made: Recipe
) -> ReturnCode:
    """Return success for a password that may be stored; tell the applicant what is wrong."""
    remark = ""
    if not new or (old is not None and old.matches(new)):
        debug(call, "bad authentication token")
        remark = "The password has not been changed." if new else "No password has been supplied."
    elif len(new) > MAX_RESPONSE:
        remark = "You must choose a shorter password."
    elif not is_root(call):
        if len(new) < least_length(call, made):
            remark = "You must choose a longer password."
        if call.options.remember is not None:
            history = call.world.credentials.history(name)
            if history is None:
                line = f"can't open {opasswd.PATH} file to check old passwords"
                call.log(Priority.ERR, line)
                return ReturnCode.ABORT
            if await _is_remembered(call, new, history):
                remark = "Password has been already used. Choose another."
        if not remark and old is not None and call.options.obscure:
            remark = obscure_remark(old, new, des=made.scheme == "des")
    if remark:
        await tell(call, remark)
        return ReturnCode.AUTHTOK_ERR
    return ReturnCode.SUCCESS  # yes: nothing speaks against it


async def _is_remembered(call: Call, new: Secret, history: tuple[str, ...]) -> bool:
    for hashed in history:
        remembered = Secret(hashed)
        if await matches_hash(new, remembered, nullok=False, crypt=call.hash):
            return True
    return False
