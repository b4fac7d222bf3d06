"""Refuse new passwords that the user had before.

The module stands in `password` above the one that stores the new password.  The first pass has
nothing to do and succeeds.  In the second the hash that the user has now is added to the user's
history, and then the new password, which is asked for if no module above did, is compared with
every hash in there.  One that was used already is refused: the token is cleared, and the next one
asked for; after `retry` attempts the answer is `maxtries`.  Root, in other people's or their own
name, is only told, unless `enforce_for_root` is given or it is a login whose password has expired.

A history is a line of `/etc/security/opasswd` (or `file=`), `user:uid:count:hash,hash`, with the
newest hash last.  Of them `remember` stay; with 0 the module ignores everything.  The file is made
if it is missing, for root alone, and what it was before each change is kept beside it as `.old`.
It is written even if the new password is refused later.  pam_unix(8) knows the same file.

Settings may also stand in `pwhistory.conf` in `/etc/security`, else in the distribution's
directory: `remember`, `retry`, `file`, `enforce_for_root` and `debug`, one a line, with a blank or
`=` before the value; `conf=` names another file.  The words of the policy line go before.

It says nothing about whether a new password is a good one, and it never tells who somebody is.
It needs root.  To others the shadow file is closed: the log says so, and the answer is
`user_unknown`, as for a user who does not exist.

Differences: The history is changed under the lock of the account files, so that no change is lost;
C takes none.  All old hashes are compared, whichever it is.  A history or settings that are there
but cannot be read refuse every change (C: nothing was used before; the defaults).  A user's line
that is not well-formed stays, or counts as far as it can be read (C throws it away).  Empty hashes
are none, the file's last line may lack its end, and of too many hashes the newest stay.
A hash ends at a comma.  A symbolic link to the history is followed.  A backup without a history is
not removed.  An unreadable account database is an error, not an unknown user.  `conf=` is no
unknown option in the log.  The helper of C for SELinux, `pwhistory_helper(8)`, is not run.
Source: `pam_pwhistory(8)`, `pwhistory.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats import opasswd, pwhistory_conf
from pamkit.formats.hash_text import matches_hash
from pamkit.formats.passwd import is_shadowed
from pamkit.formats.pwhistory_conf import Settings
from pamkit.module.account_lock import locked
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_USER,
    JUDGES_SECRET,
    NEEDS_ROOT,
    USES_SECRET,
    WRITES_FILES,
)
from pamkit.module.options import Match, Options, flag, number, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account

    Call = ModuleCall["PwhistoryOptions"]


class PwhistoryOptions(Options):
    """What may stand after the module's name; what C makes of odd numbers `formats` knows."""

    match = Match.ANY_CASE

    debug: bool = flag("log what is done")
    use_authtok: bool = flag("take the new password that a module above asked for, never ask")
    enforce_for_root: bool = flag("refuse used passwords to root as well")
    remember: int = number("how many passwords are remembered", default=10, most=400)
    retry: int = number("how often a new password is asked for", default=1)
    authtok_type: str = text("a word for the prompts: `New UNIX password: ` for `UNIX`")
    conf: str = path("read the settings from this file", default=pwhistory_conf.PATH)
    file: str = path("keep the history in this file", default=opasswd.PATH)
    try_first_pass: bool = flag("no effect: a password that is known is always taken")
    use_first_pass: bool = flag("like `use_authtok`")


MODULE = declare(
    "pam_pwhistory",
    options=PwhistoryOptions,
    answers={
        Primitive.CHAUTHTOK: "success ignore maxtries user_unknown authtok_err authtok_lock_busy "
        "incomplete conv_err conv_again buf_err",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.AUTHTOK, Item.AUTHTOK_TYPE],
    sets=[Item.USER, Item.AUTHTOK, Item.AUTHTOK_TYPE],
    facts=[
        ASKS_USER,
        ASKS_NEW_SECRET.when(use_authtok=False, use_first_pass=False),
        USES_SECRET,
        JUDGES_SECRET,
        WRITES_FILES,
        NEEDS_ROOT,
    ],
    files=[opasswd.PATH, pwhistory_conf.PATH],
    examples=[
        example(
            "system-auth",
            "password requisite pam_pwhistory.so use_authtok",
            "behind pam_pwquality.so, which asks, and above pam_unix.so use_authtok",
        ),
        example("passwd", "password required pam_pwhistory.so remember=24 retry=3"),
    ],
)


async def pam_sm_chauthtok(call: Call) -> ReturnCode:
    """Add the present hash to the history, and refuse a new password that is in there."""
    settings = _settings(call)
    _debug(call, settings, "pam_sm_chauthtok entered")
    if settings.remember == 0:
        return ReturnCode.IGNORE
    name = await call.user()
    if call.preliminary:
        _debug(call, settings, "pam_sm_chauthtok(PAM_PRELIM_CHECK)")
        return ReturnCode.SUCCESS  # yes: nothing is decided before there is a new password
    await _save(call, settings, name)
    for _ in range(settings.tries):
        try:
            new = await call.authtok(Item.AUTHTOK)
        except Stop as stop:
            if stop.code is ReturnCode.TRY_AGAIN:
                _debug(call, settings, "got no auth token")
                continue
            again = stop.code is ReturnCode.CONV_AGAIN
            return ReturnCode.INCOMPLETE if again else stop.code
        _debug(call, settings, "got new auth token")
        _debug(call, settings, "check against old password file")
        if not await _is_used(call, settings, name, new):
            return ReturnCode.SUCCESS  # yes: the whole history was compared, and it is not in it
        if _may_use_again(call, settings):
            await call.say(Style.TEXT_INFO, "Password has been already used.")
            return ReturnCode.SUCCESS  # yes: root may, and was told
        await call.say(Style.ERROR_MSG, "Password has been already used. Choose another.")
        call.set_token(Item.AUTHTOK, None)  # or the next module would take it
    _debug(call, settings, "Aborted, too many tries")
    return ReturnCode.MAXTRIES


def _settings(call: Call) -> Settings:
    """Return what file and words say; the hook ends if a file is there and cannot be read."""
    files, named = call.world.files, [arg for arg in call.args if arg.startswith("conf=")]
    place = named[-1].removeprefix("conf=") if named else pwhistory_conf.PATH
    found = None
    try:
        if not named:
            found = read_first(files, place)
        elif place:
            here = call.world.process.directory().rstrip("/")
            whole = place if place.startswith("/") else f"{here}/{place}"
            found = whole, files.read(whole)
    except (FileNotFoundError, NotADirectoryError):
        pass  # C: an administrator need not have one, not even one that is named
    except OSError as fault:
        raise _failed(call, f"Cannot open {place}", fault) from None
    settings, complaints = pwhistory_conf.read_settings(b"" if found is None else found[1])
    settings, more = pwhistory_conf.with_words(settings, call.args)
    for line in (*complaints, *more):
        call.log(Priority.ERR, line)
    return settings.changed(file=settings.file or opasswd.PATH)


async def _save(call: Call, settings: Settings, name: str) -> None:
    """Add the user's hash to the history; the hook ends if that cannot be done."""
    account = call.world.accounts.find(name)
    if account is None:
        raise Stop(ReturnCode.USER_UNKNOWN)
    if settings.remember < 0 or not _hash_of(call, account):
        return
    if _history(call, settings, name) is None:
        call.log(Priority.NOTICE, f"Creating {settings.file}")
    lock = await locked(call)
    try:
        # Once more: somebody may have changed the password while this waited.
        hashed = _hash_of(call, account)
        if hashed:
            _add(call, settings, account, hashed)
    finally:
        lock.__exit__(None, None, None)


def _hash_of(call: Call, account: Account) -> Secret:
    """Return the hash on record; the hook ends if it may not be seen.

    What stands behind a comma is left out: the comma parts hashes in the history, and behind the
    hash of a password there can only be its age, as HP-UX wrote it.
    """
    hashed = account.password
    if is_shadowed(account.name, account.password):
        try:
            entry = call.world.credentials.shadow(account.name)
        except PermissionError:
            line = f"the password of {account.name} cannot be remembered: it may not be read"
            call.log(Priority.ERR, line)
            entry = None
        if entry is None:
            raise Stop(ReturnCode.USER_UNKNOWN)
        hashed = entry.hashed
    return Secret(hashed.expose().partition(b",")[0])


def _add(call: Call, settings: Settings, account: Account, hashed: Secret) -> None:
    def unkept(fault: OSError) -> None:
        line = f"Cannot create backup file of {settings.file}: {_words(fault)}"
        call.log(Priority.ERR, line)

    try:
        call.world.credentials.remember(
            account.name,
            account.uid,
            hashed,
            keep=settings.remember,
            file=settings.file,
            create=True,
            backup=unkept,
        )
    except OSError as fault:
        raise _failed(call, f"Cannot create {settings.file} temp file", fault) from None


async def _is_used(call: Call, settings: Settings, name: str, new: Secret) -> bool:
    """Whether a password is in the history; all of it is compared, so time does not tell where."""
    used = False
    for hashed in _history(call, settings, name) or ():
        # An empty password may have been one that was used.
        if await matches_hash(new, Secret(hashed), nullok=True, crypt=call.hash):
            used = True
    if used:
        _debug(call, settings, "New password already used")
    return used


def _history(call: Call, settings: Settings, name: str) -> tuple[str, ...] | None:
    try:
        return call.world.credentials.history(name, file=settings.file)
    except OSError as fault:
        raise _failed(call, f"Cannot open {settings.file}", fault) from None


def _may_use_again(call: Call, settings: Settings) -> bool:
    """Whether it is root who asks, not in the role of a user at login, and nobody minds."""
    expired = call.flags & Flag.CHANGE_EXPIRED_AUTHTOK
    return call.world.process.uid() == 0 and not settings.enforce_for_root and not expired


def _failed(call: Call, line: str, fault: OSError) -> Stop:
    call.log(Priority.ERR, f"{line}: {_words(fault)}")
    return Stop(ReturnCode.AUTHTOK_ERR)


def _words(fault: OSError) -> str:
    return fault.strerror or "unknown reason"


def _debug(call: Call, settings: Settings, line: str) -> None:
    if settings.debug:
        call.log(Priority.DEBUG, line)
