"""Ask for the new password, and refuse one that is easy to guess.

The module stands in `password` above the one that stores the new password.  The first pass has
nothing to do and succeeds.  In the second the new password is asked for once, unless a module
above did, and judged; one that is good enough is asked for again.  A password that is not good
enough is named with its fault, `BAD PASSWORD: ...`, and another one is asked for; after `retry`
attempts the answer is `maxtries`, or `authtok_err` if there was only one.  Root is only told, and
the password taken, unless `enforce_for_root` is given or it is a login whose password has expired.
With `enforcing=0` everybody is only told; with `local_users_only` the passwords of users without a
line in `/etc/passwd` are asked for, and not judged.

A new password must not be the old one, or differ from it in upper and lower case only, in less
than `difok` changes, or by being rotated; must have `minlen` bytes, where up to so many digits,
upper and lower case letters and others as their credits say count twice, and those of a credit
below zero must be there; must have bytes of `minclass` of the four kinds; must be no palindrome,
have no more than `maxrepeat` equal bytes, `maxclassrepeat` of one kind or `maxsequence` in a
sequence like `abc` side by side; must not contain the user's name (`usercheck`), parts of it
(`usersubstr`), words of the account's gecos field (`gecoscheck`) or any of `badwords`; and must
not be based on a word of cracklib's dictionary (`dictcheck`), or on name and words of the account
that runs the program.

Settings stand in `/etc/security/pwquality.conf.d/*.conf`, in the order of their names, then
`/etc/security/pwquality.conf`, then behind the module's name; later ones win.  A line is `name =
value`; `#` begins a comment.  If a file is missing there, the distribution's in
`/usr/lib/security` or `/usr/etc/security` counts.  `enforce_for_root` and `local_users_only` are
switched on by their name alone, whatever their value; `minlen` is at least 6.

libpwquality judges where it is installed, by the settings that were read here; without it, or
below another root, rules of our own do, with its texts in English.  They read a dictionary that
is not compressed, as cracklib 2.9.6 does, and refuse every password if there is none and
`dictcheck` is not 0; and they heed `maxclassrepeat=1`, which libpwquality 1.4.5 takes for 0.

It never tells who somebody is, and stores nothing: the module below must take the password with
`use_authtok`.

Differences: A line of the settings that cannot be understood is logged and passed over, and the
others count, also one of more than 1,023 bytes; C reads no further.  Settings that are there but
cannot be read are `service_err` in both passes; C goes on with its defaults, and does not log it
for files in the `.d` directory.  Where it cannot be told whether a user is local, the password is
judged; C lets it pass.  Source: `pam_pwquality(8)`, `pwquality.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.quality_settings import QualitySettings, integer
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_NEW_SECRET, ASKS_USER, JUDGES_SECRET, USES_SECRET
from pamkit.module.options import Options, flag, number, text
from pamkit.quality.dictionary import DICTIONARIES
from pamkit.quality.judging import Judgement, is_heeded, judged
from pamkit.quality.settings import DIRECTORY, FILE, read_settings
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

    Call = ModuleCall["PwqualityOptions"]


def _setting(phrase: str, default: int) -> Any:
    """Return an option for a number that may be below zero."""
    return number(phrase, default=default).changed(read=integer)


class PwqualityOptions(Options):
    """What may stand after the module's name; the settings among them go before the files'."""

    complains = True

    debug: bool = flag("log what is done, and how good a password is")
    authtok_type: str = text("a word for the prompts: `New UNIX password: ` for `UNIX`")
    use_authtok: bool = flag("judge the new password that a module above asked for, never ask")
    retry: int = _setting("how often a new password is asked for", 1)
    difok: int = _setting("changes from the old password; 0: only the very same is refused", 1)
    minlen: int = _setting("least length, less the credits", 8)
    dcredit: int = _setting("most that digits count twice, or minus how many there must be", 0)
    ucredit: int = _setting("most that upper case letters count twice, or minus the least", 0)
    lcredit: int = _setting("most that lower case letters count twice, or minus the least", 0)
    ocredit: int = _setting("most that other bytes count twice, or minus the least", 0)
    minclass: int = _setting("how many of the four kinds there must be", 0)
    maxrepeat: int = _setting("most equal bytes side by side; 0: any number", 0)
    maxsequence: int = _setting("longest sequence like `abc` or `321`; 0: any length", 0)
    maxclassrepeat: int = _setting("most bytes of one kind side by side; 0: any number", 0)
    gecoscheck: int = _setting("not 0: refuse words of the account's gecos field", 0)
    dictcheck: int = _setting("not 0: refuse what is based on a word of the dictionary", 1)
    usercheck: int = _setting("not 0: refuse the name of the user", 1)
    usersubstr: int = _setting("refuse parts of the user's name of this length, from 4 on", 0)
    enforcing: int = _setting("0: say what is wrong with a password, and take it", 1)
    badwords: str = text("words that are refused, of at least 4 bytes", value="words")
    dictpath: str = text("another dictionary, without the ends of its files", value="path")
    enforce_for_root: bool = flag("refuse bad passwords to root as well")
    local_users_only: bool = flag("judge passwords of users in `/etc/passwd` only")
    enforce_for_root_as: str = text(
        "switched on as well, whatever the value",
        word="enforce_for_root=",
        deprecated="`enforce_for_root` takes no value: it is on, whatever stands behind it",
    )
    local_users_only_as: str = text(
        "switched on as well, whatever the value",
        word="local_users_only=",
        deprecated="`local_users_only` takes no value: it is on, whatever stands behind it",
    )
    try_first_pass: bool = flag("no effect: a password that is known is always taken")
    use_first_pass: bool = flag("like `use_authtok`")
    type: str = text(
        "like `authtok_type=`", deprecated="`type=` is pam_cracklib's name of `authtok_type=`"
    )
    difignore: str = text(
        "no effect", deprecated="`difignore=` has no effect: it was pam_cracklib's, long ago"
    )
    reject_username: bool = flag(
        "no effect", deprecated="`reject_username` has no effect: `usercheck` is on by default"
    )


MODULE = declare(
    "pam_pwquality",
    options=PwqualityOptions,
    answers={Primitive.CHAUTHTOK: "success authtok_err maxtries service_err"},
    reads=[Item.USER, Item.USER_PROMPT, Item.AUTHTOK, Item.OLDAUTHTOK, Item.AUTHTOK_TYPE],
    sets=[Item.USER, Item.AUTHTOK, Item.AUTHTOK_TYPE],
    facts=[
        ASKS_USER,
        ASKS_NEW_SECRET.when(use_authtok=False, use_first_pass=False),
        USES_SECRET,
        JUDGES_SECRET,
    ],
    files=[FILE, f"{DIRECTORY}/*.conf", *(f"{path}.pwd" for path in DICTIONARIES)],
    examples=[
        example(
            "common-password",
            "password requisite pam_pwquality.so retry=3",
            "above pam_unix.so use_authtok",
        ),
        example("passwd", "password requisite pam_pwquality.so minlen=12 minclass=3 retry=3"),
    ],
)

_NO_SETTINGS = (
    "difignore=",
    "reject_username",
    "authtok_type",
    "use_authtok",
    "use_first_pass",
    "try_first_pass",
)
"""Beginnings of words that are no settings.  C: it looks no further than these."""


async def pam_sm_chauthtok(call: Call) -> ReturnCode:
    """Ask for a new password until one is good enough."""
    settings = _settings(call)
    if call.preliminary:
        return ReturnCode.SUCCESS  # yes: nothing is decided before there is a new password
    try:
        user = await call.user()
    except Stop:
        _debug(call, Priority.ERR, "Can not get username")
        return ReturnCode.AUTHTOK_ERR
    old, tries = call.token(Item.OLDAUTHTOK), max(settings.retry, 1)
    for _ in range(tries):
        try:
            new = await call.authtok_once()
        except Stop as stop:
            return _aborted(call, "pam_get_authtok_noverify", stop.code)
        try:
            judgement = _judgement(call, settings, new, old, user)
            is_taken = await _may_be_taken(call, settings, judgement)
        except BaseException:
            call.set_token(Item.AUTHTOK, None)  # or the next module would take it unjudged
            raise
        if not is_taken:
            call.set_token(Item.AUTHTOK, None)
            continue
        try:
            await call.authtok_again()
        except Stop as stop:
            call.set_token(Item.AUTHTOK, None)
            if stop.code == ReturnCode.TRY_AGAIN:
                continue
            return _aborted(call, "pam_get_authtok_verify", stop.code)
        return ReturnCode.SUCCESS  # yes: it may be taken, and was typed twice
    call.set_token(Item.AUTHTOK, None)  # or the next module would take it
    return ReturnCode.MAXTRIES if tries > 1 else ReturnCode.AUTHTOK_ERR


def _settings(call: Call) -> QualitySettings:
    """Return what files and words say; the hook ends if a file is there and cannot be read."""
    failed = "Reading pwquality configuration file failed"
    try:
        settings, problems = read_settings(call.world.files)
    except OSError:
        call.log(Priority.ERR, f"{failed}: Opening the configuration file failed")
        raise Stop(ReturnCode.SERVICE_ERR) from None
    for problem in problems:
        call.log(Priority.ERR, f"{failed}: {problem}")
    for word in call.args:
        if word.startswith("type="):
            call.set_item(Item.AUTHTOK_TYPE, word.removeprefix("type="))
        elif word != "debug" and not word.startswith(_NO_SETTINGS):
            try:
                settings = settings.with_option(word)
            except ValueError:
                call.log(Priority.ERR, f"pam_parse: unknown or broken option; {word}")
    return settings


def _judgement(
    call: Call, settings: QualitySettings, new: Secret, old: Secret | None, user: str
) -> Judgement:
    if settings.local_users_only:
        _debug(call, Priority.INFO, "Applying password quality checks to local users only")
        if not _may_be_local(call, user):
            return Judgement("")  # the administrator's wish: others are judged elsewhere
    return judged(call.world, settings, new, old, user)


def _may_be_local(call: Call, user: str) -> bool:
    try:
        return call.world.accounts.is_local(user)
    except OSError:
        return True


async def _may_be_taken(call: Call, settings: QualitySettings, judgement: Judgement) -> bool:
    """Whether a password is good enough, or whoever types it is only told that it is not."""
    if not judgement.remark:
        _debug(call, Priority.DEBUG, f"password score: {judgement.score}")
        return True  # yes: nothing is wrong with it
    _debug(call, Priority.DEBUG, f"bad password: {judgement.remark}")
    await call.say(Style.ERROR_MSG, f"BAD PASSWORD: {judgement.remark}")
    heeded = is_heeded(call, also_by_root=bool(settings.enforce_for_root))
    return not (settings.enforcing and heeded)


def _aborted(call: Call, function: str, code: ReturnCode) -> ReturnCode:
    if code == ReturnCode.AUTHTOK_ERR:
        call.log(Priority.INFO, "user aborted password change")
    else:
        call.log(Priority.ERR, f"{function} returned error: {words_for(code)}")
    return ReturnCode.AUTHTOK_ERR


def _debug(call: Call, priority: int, line: str) -> None:
    if call.options.debug:
        call.log(priority, line)
