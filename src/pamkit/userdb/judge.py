"""Is it the password, and may the user come in?"""

from __future__ import annotations

from pamkit.formats.stored_password import (
    SHORTEST_HASH,
    matches_any,
    matches_crypt,
    matches_plain,
)
from pamkit.userdb.lookup import NOT_FETCHED, find_passwords
from pamkit.userdb.options import debug
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import DatabaseUser
    from pamkit.userdb.options import Call
    from pamkit.vocab.secret import Secret

_SPARE = "yescrypt"


async def judge_keys(call: Call, database: str, user: str, token: Secret) -> ReturnCode:
    """Return what is to be said of a user and a password that are one key together."""
    stored = await find_passwords(call, database, user)
    if not matches_any(token, stored, any_case=False):
        debug(call, NOT_FETCHED)
    if matches_any(token, stored, any_case=call.options.icase):
        return ReturnCode.SUCCESS  # yes: the user with this very password is a key
    return ReturnCode.AUTH_ERR if stored else ReturnCode.USER_UNKNOWN


async def judge(call: Call, entry: DatabaseUser, token: Secret) -> ReturnCode:
    """Return what is to be said of an entry and a password."""
    hashes = _holds_hashes(call, entry) and token and not call.options.icase
    if hashes and (entry.stored is None or len(entry.stored) < SHORTEST_HASH):
        # It takes as long as for a user who is there, and has a hash.
        spare = call.world.hashing.setting(_SPARE, None)
        await call.hash(token, spare or "")
    if entry.stored is None:
        return ReturnCode.USER_UNKNOWN
    if not await matches(call, entry, token):
        return ReturnCode.AUTH_ERR
    # Yes, unless locked: the password is the stored one, or behind the stored hash.
    return ReturnCode.PERM_DENIED if entry.is_locked else ReturnCode.SUCCESS


async def matches(call: Call, entry: DatabaseUser, token: Secret) -> bool:
    """Whether a password is the one of an entry; a blank one is nobody's."""
    options, stored = call.options, entry.stored
    if stored is None:
        return False
    if not _holds_hashes(call, entry):
        if options.crypt is not None and not options.crypt.lower().startswith("none"):
            debug(call, f"invalid value for crypt parameter: {options.crypt}")
            debug(call, "defaulting to plaintext password mode")
        return matches_plain(token, stored, any_case=options.icase)
    if len(stored) < SHORTEST_HASH:
        call.log(Priority.INFO, "password hash in database is too short")
        return False
    if options.icase:
        line = "case-insensitive comparison only works with plaintext passwords"
        call.log(Priority.INFO, line)
        return False
    same = await matches_crypt(token, stored, call.hash)
    if same is None:
        debug(call, "lengths of computed and stored hashes differ")
    return same is True


def standing(call: Call, entry: DatabaseUser) -> ReturnCode:
    """Return whether somebody who is in the database may be let in now."""
    if entry.is_locked:
        return ReturnCode.PERM_DENIED
    if entry.expires is not None and call.world.clock.now() >= entry.expires:
        return ReturnCode.ACCT_EXPIRED
    return ReturnCode.SUCCESS  # yes: the database knows the user, and nothing speaks against it


def _holds_hashes(call: Call, entry: DatabaseUser) -> bool:
    return entry.is_managed or (call.options.crypt or "").lower().startswith("crypt")
