"""How new passwords are hashed."""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.hash_text import DES_BYTES, bigcrypt
from pamkit.formats.new_hash import SCHEMES, Recipe, recipe, same_scheme
from pamkit.module.configuration import read_first
from pamkit.unix.options import UnixOptions
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call


def recipe_of(call: Call, *, complain: bool = False) -> Recipe:
    """Return how new passwords are hashed: the last scheme in the options, or login.defs's."""
    try:
        found = read_first(call.world.files, login_defs.PATH)
    except OSError:
        found = None  # C: as without the file
    defs = b"" if found is None else found[1]
    words = {field: option.word for field, option in UnixOptions.stated().items()}
    named = [
        next((field for field, word in words.items() if arg.startswith(word)), "")
        for arg in call.args
    ]
    scheme = next((field for field in reversed(named) if field in SCHEMES), None)
    made = recipe(scheme, call.options.rounds, lambda key: login_defs.value(defs, key))
    for complaint in made.complaints if complain else ():
        call.log(Priority.WARNING, complaint)
    if complain and made.scheme == "des" and call.options.minlen > DES_BYTES:
        call.log(Priority.NOTICE, "Password minlen reset to 8 characters")
    return made


def least_length(call: Call, made: Recipe) -> int:
    """Return how many bytes a new password must have; DES sees no more than eight."""
    least = call.options.minlen
    return min(least, DES_BYTES) if made.scheme == "des" else least


async def hash_new(call: Call, new: Secret, made: Recipe) -> Secret | None:
    """Return the hash of a new password; `None` if libcrypt has none of this scheme."""
    setting = call.world.hashing.setting(made.scheme, made.rounds)
    computed = None
    if setting is not None:
        if made.scheme == "bigcrypt":
            computed = await bigcrypt(new, setting, call.hash)
        else:
            computed = await call.hash(new, setting)
    if setting is None or computed is None or not same_scheme(setting, computed):
        line = f"Algo {made.scheme} not supported by the crypto backend.\n"
        call.log(Priority.ERR, line)
        return None
    return Secret(computed)
