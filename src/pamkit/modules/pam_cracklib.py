"""Ask for the new password, and refuse one that cracklib finds weak: the old pam_pwquality.

Linux-PAM has this module no more; pam_pwquality has its place, takes all its options, and reads
settings from a file as well.  It is here for lines that are still about.

The module stands in `password` above the one that stores the new password.  The first pass has
nothing to do and succeeds.  In the second the new password is asked for once, unless a module
above did, and judged; one that is good enough is asked for again.  It must not be based on a word
of cracklib's dictionary, or on name and words of the account that runs the program; must not be
the old one, a palindrome, or the old one but for upper and lower case, less than `difok` changes,
or a rotation; must have `minlen` bytes, where by default one digit, one upper and one lower case
letter and one other count twice; and what the other options ask for.  One that is not good enough
is named with its fault, and another one is asked for; after `retry` attempts the answer is
`maxtries`, or the last fault's if there was only one.  Root is only told, and the password taken,
unless `enforce_for_root` is given or it is a login whose password has expired.

It never tells who somebody is, and stores nothing: the module below must take the password with
`use_authtok`.

Differences: The dictionary is read by us, one that is not compressed; without one every password
is refused.  A number that is none leaves the default in force, where C takes 0.  A user name of
no letters at all is in no password.  Source: `pam_cracklib(8)` of Linux-PAM 1.4.
"""

from __future__ import annotations

from pamkit.formats.passwd import bytes_of
from pamkit.formats.password_cracklib import CracklibLimits, cracklib_remark, words_of_name
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_NEW_SECRET, ASKS_USER, JUDGES_SECRET, OBSOLETE, USES_SECRET
from pamkit.module.options import Options, flag, number, text
from pamkit.quality.dictionary import DICTIONARIES, word_remark
from pamkit.quality.judging import is_heeded
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as words_for
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.vocab.secret import Secret

    Call = ModuleCall["CracklibOptions"]

_MOST = 2**31 - 1
_LEAST_LENGTH, _KINDS = 5, 4


def _setting(phrase: str, default: int, least: int = -_MOST, most: int = _MOST) -> Any:
    """Return an option whose number is the beginning of its value, moved to within bounds."""

    def read(given: str) -> int:
        digits = given.lstrip(" \t\n\v\f\r")
        sign = -1 if digits.startswith("-") else 1
        digits = digits[1:] if digits[:1] in ("+", "-") else digits
        end = next((at for at, one in enumerate(digits) if one not in "0123456789"), len(digits))
        if not end:
            raise ValueError(f"expected a number, found `{given[:24]}`")
        whole = int(digits[:end]) if end <= 20 else _MOST
        return min(max(sign * whole, least), most)

    return number(phrase, default=default).changed(read=read)


class CracklibOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log what is wrong with passwords")
    authtok_type: str = text("a word for the prompts: `New UNIX password: ` for `UNIX`")
    use_authtok: bool = flag("judge the new password that a module above asked for, never ask")
    retry: int = _setting("how often a new password is asked for", 1, least=1)
    difok: int = _setting("changes there must be from the old password", 5)
    minlen: int = _setting("least length, less the credits", 9, least=_LEAST_LENGTH)
    dcredit: int = _setting("most that digits count twice, or minus how many there must be", 1)
    ucredit: int = _setting("most that upper case letters count twice, or minus the least", 1)
    lcredit: int = _setting("most that lower case letters count twice, or minus the least", 1)
    ocredit: int = _setting("most that other bytes count twice, or minus the least", 1)
    minclass: int = _setting("how many of the four kinds there must be", 0, most=_KINDS)
    maxrepeat: int = _setting("most equal bytes side by side; 0: any number", 0)
    maxsequence: int = _setting("longest sequence like `abc` or `321`; 0: any length", 0)
    maxclassrepeat: int = _setting("most bytes of one kind side by side; 0: any number", 0)
    reject_username: bool = flag("refuse the name of the user")
    gecoscheck: bool = flag("refuse words of the account's gecos field")
    enforce_for_root: bool = flag("refuse bad passwords to root as well")
    dictpath: str = text("another dictionary, without the ends of its files", value="path")
    try_first_pass: bool = flag("no effect: a password that is known is always taken")
    use_first_pass: bool = flag("like `use_authtok`")
    type: str = text("like `authtok_type=`", deprecated="`type=` is an old name of `authtok_type=`")
    difignore: str = text("no effect", deprecated="`difignore=` has no effect")


MODULE = declare(
    "pam_cracklib",
    options=CracklibOptions,
    answers={Primitive.CHAUTHTOK: "success authtok_err maxtries try_again service_err"},
    reads=[Item.USER, Item.USER_PROMPT, Item.AUTHTOK, Item.OLDAUTHTOK, Item.AUTHTOK_TYPE],
    sets=[Item.USER, Item.AUTHTOK, Item.AUTHTOK_TYPE],
    facts=[
        ASKS_USER,
        ASKS_NEW_SECRET.when(use_authtok=False, use_first_pass=False),
        USES_SECRET,
        JUDGES_SECRET,
        OBSOLETE,
    ],
    files=[f"{path}.pwd" for path in DICTIONARIES],
    examples=[example("passwd", "password required pam_cracklib.so retry=3 minlen=12 difok=3")],
)


async def pam_sm_chauthtok(call: Call) -> ReturnCode:
    """Ask for a new password until one is good enough."""
    options = call.options
    for word in options.unknown(call.args):
        call.log(Priority.ERR, f"pam_parse: unknown option; {word}")
    if any(word.startswith("type=") for word in call.args):
        call.set_item(Item.AUTHTOK_TYPE, options.type)
    if call.preliminary:
        return ReturnCode.SUCCESS  # yes: nothing is decided before there is a new password
    heeded = is_heeded(call, also_by_root=options.enforce_for_root)
    old, code = call.token(Item.OLDAUTHTOK), ReturnCode.AUTHTOK_ERR
    for _ in range(options.retry):
        asking = "pam_get_authtok_noverify"
        try:
            new = await call.authtok_once()
            if not await _is_good(call, new, old, heeded=heeded) and heeded:
                call.set_token(Item.AUTHTOK, None)
                code = ReturnCode.AUTHTOK_ERR
                continue
            asking = "pam_get_authtok_verify"
            await call.authtok_again()
        except Stop as stop:
            call.log(Priority.ERR, f"{asking} returned error: {words_for(stop.code)}")
            call.set_token(Item.AUTHTOK, None)
            code = stop.code
            continue
        except BaseException:
            call.set_token(Item.AUTHTOK, None)  # or the next module would take it unjudged
            raise
        return ReturnCode.SUCCESS  # yes: it is good enough, or root was told, and typed twice
    call.set_token(Item.AUTHTOK, None)  # or the next module would take it
    return ReturnCode.MAXTRIES if options.retry > 1 else code


async def _is_good(call: Call, new: Secret, old: Secret | None, *, heeded: bool) -> bool:
    """Judge a password, and say what is wrong with it; who is only told hears of everything."""
    word = word_remark(call.world, new, call.options.dictpath)
    if word:
        _debug(call, Priority.DEBUG, f"bad password: {word}")
        await call.say(Style.ERROR_MSG, f"BAD PASSWORD: {word}")
        if heeded:
            return False
    if old is not None and old.matches(new):
        _debug(call, Priority.DEBUG, "bad authentication token")
        await call.say(Style.ERROR_MSG, "The password has not been changed.")
        return False
    try:
        user = await call.user()
    except Stop as stop:
        line = f"cannot determine user name: {words_for(stop.code)}"
        _debug(call, Priority.NOTICE, line)
        return False
    remark = cracklib_remark(_limits(call.options), new, old, _words(call, user))
    if remark:
        _debug(call, Priority.NOTICE, f"new passwd fails strength check: {remark}")
        await call.say(Style.ERROR_MSG, f"BAD PASSWORD: {remark}")
    return not remark


def _limits(options: CracklibOptions) -> CracklibLimits:
    return CracklibLimits(
        options.difok if options.difok >= 0 else CracklibLimits().difok,
        options.minlen,
        (options.dcredit, options.ucredit, options.lcredit, options.ocredit),
        options.minclass,
        options.maxrepeat,
        options.maxsequence,
        options.maxclassrepeat,
    )


def _words(call: Call, user: str) -> tuple[bytes, ...]:
    """Return the words about the user that must not be in the password."""
    words: tuple[bytes, ...] = ()
    if call.options.reject_username and user:
        words += (bytes_of(user),)
    account = call.world.accounts.find(user) if call.options.gecoscheck else None
    return words if account is None else words + words_of_name(bytes_of(account.gecos))


def _debug(call: Call, priority: int, line: str) -> None:
    if call.options.debug:
        call.log(priority, line)
