"""Check passwords against a database of users who need not be users of the system.

`auth` looks the user up in the database that `db=` names and compares the password with what is
stored there; `account` refuses whom the database does not know.  The path is written without the
suffix: `db=/srv/app/users` means the first of these files that is there.

`/srv/app/users.sqlite`: a file that `pamkit userdb` makes and manages.  It holds nothing but
hashes, so `crypt=` need not be said.  Users in it can be locked (`perm_denied`), and can have a
day on which they end (`acct_expired`, in `account`); `password` changes their password, asking for
the old one whoever asks.  It is what applications with users of their own want:

    pamkit userdb init /srv/app/users
    pamkit userdb add /srv/app/users alice

and in the policy of the service, say `/etc/pam.d/app`:

    auth    required pam_userdb.so db=/srv/app/users
    account required pam_userdb.so db=/srv/app/users

after which `pamkit.check("alice", password, service="app")` returns, or raises why not.

`/srv/app/users.db`, `/srv/app/users.pag`, or that very name without a suffix: a Berkeley DB hash
file (`db_load -t hash`) or a GDBM file.  Their first bytes say which, and they are only read.  The
user is the key, the password or its hash the value.  With `crypt=crypt` the value is a hash that
crypt(3) makes, of 13 bytes at least; without, it is the password itself, and whoever can read the
file knows everybody's.  With `key_only` the key is `user-password`, and the value does not matter.

Root only reads an SQLite file where others could lay a journal beside it: where its directory, or
one above it, is another user's, or can be written by others.  SQLite carries out what a journal
says, as root, and that may be to remove any file.  There `password` is `service_err`, and so is
everything while a change that was cut short waits for whoever may write the file.

What it proves is that the applicant knows the password in that database; it says nothing of the
system's own users of the same name.

Differences from the C module, all on purpose.  A blank password never matches, whatever is stored;
C lets in whose stored password is empty.  Passwords are never logged: neither `dump` nor `debug`
writes what the database holds, or a hash that was computed.  Stored passwords and keys count to
their last byte and no further; since 1.7 C stops at a NUL, and before it read past the end of keys.
A database that is damaged or of a kind that is not read (a btree file) is `service_err`, with the
reason in the log; in C a damaged one may look as if nobody were in it.  `account` without `db=` is
`service_err`; C crashes.  `account` hashes nothing, so `debug` says less about it.  `icase` knows
the letters of ASCII alone.  The `password` facility is not in C.  Source: `pam_userdb(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    PROVES_IDENTITY,
    USES_SECRET,
    WRITES_FILES,
)
from pamkit.userdb.change import change
from pamkit.userdb.judge import judge, judge_keys, matches, standing
from pamkit.userdb.lookup import NOT_FETCHED, find, find_passwords
from pamkit.userdb.options import UserdbOptions, database_of, debug
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    Call = ModuleCall[UserdbOptions]

_LOOKING = "success service_err conv_err conv_again buf_err user_unknown"

MODULE = declare(
    "pam_userdb",
    options=UserdbOptions,
    answers={
        Primitive.AUTHENTICATE: f"{_LOOKING} auth_err authtok_recover_err perm_denied",
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: "success service_err user_unknown perm_denied acct_expired",
        Primitive.CHAUTHTOK: f"{_LOOKING} auth_err authtok_err authtok_recover_err perm_denied "
        "acct_expired try_again",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.AUTHTOK, Item.OLDAUTHTOK, Item.AUTHTOK_TYPE],
    sets=[Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    facts=[
        ASKS_USER,
        ASKS_SECRET.when(use_first_pass=False),
        USES_SECRET.when(use_first_pass=True),
        USES_SECRET.when(try_first_pass=True),
        PROVES_IDENTITY,
        CHECKS_ACCOUNT,
        CHANGES_SECRET,
        ASKS_NEW_SECRET,
        WRITES_FILES,
    ],
    examples=[
        example("app", "auth required pam_userdb.so db=/srv/app/users", "an SQLite file"),
        example("app", "account required pam_userdb.so db=/srv/app/users"),
        example("vsftpd", "auth required pam_userdb.so crypt=crypt db=/etc/vsftpd/users"),
    ],
)


async def pam_sm_authenticate(call: Call) -> ReturnCode:
    """Ask for the password and compare it with what is stored."""
    database = database_of(call)
    user = await _user(call)
    token = await _token(call)
    debug(call, f"Verify user `{user}' with a password")
    if call.options.key_only:
        code = await judge_keys(call, database, user, token)
    else:
        code = await judge(call, await find(call, database, user), token)
    if code is not ReturnCode.USER_UNKNOWN or "debug" in call.args:
        call.log(Priority.NOTICE, _REMARKS[code].format(user))
    return code


def pam_sm_setcred(_: Call) -> ReturnCode:
    """Answer success: there are no credentials to set, so nothing is granted here."""
    return ReturnCode.SUCCESS


async def pam_sm_acct_mgmt(call: Call) -> ReturnCode:
    """Refuse whom the database does not know, or knows to be locked or expired."""
    database = database_of(call)
    user = await _user(call)
    if call.options.key_only:
        known = await find_passwords(call, database, user)
        if all(known):  # C: the blank password is looked for, and is hardly ever there
            debug(call, NOT_FETCHED)
        # Yes: a key begins with the name; C asks for no more here.
        return ReturnCode.SUCCESS if known else ReturnCode.USER_UNKNOWN
    entry = await find(call, database, user)
    if entry.stored is None:
        return ReturnCode.USER_UNKNOWN
    await matches(call, entry, Secret(b""))  # C: what it has to say of the entry is logged
    return standing(call, entry)


async def pam_sm_chauthtok(call: Call) -> ReturnCode:
    """Check the old password in the first pass, store a new one in the second."""
    database = database_of(call)
    return await change(call, database, await _user(call))


_REMARKS = {
    ReturnCode.SUCCESS: "user '{}' granted access",
    ReturnCode.AUTH_ERR: "user `{}' denied access (incorrect password)",
    ReturnCode.PERM_DENIED: "user `{}' denied access (locked)",
    ReturnCode.USER_UNKNOWN: "user `{}' not found in the database",
}
"""What is logged of each answer; the second and the last are matched on by other programs."""


async def _user(call: Call) -> str:
    try:
        return await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {text(stop.code)}")
        raise Stop(ReturnCode.SERVICE_ERR) from None


async def _token(call: Call) -> Secret:
    """Return the password: that of a module above, or the one that is asked for."""
    options = call.options
    known = call.token(Item.AUTHTOK) if options.use_first_pass or options.try_first_pass else None
    if known is not None:
        return known
    if options.use_first_pass and not options.try_first_pass:
        call.log(Priority.ERR, "can not recover user password")
        raise Stop(ReturnCode.AUTHTOK_RECOVERY_ERR)
    try:
        answer = await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        if not isinstance(answer, Secret):
            raise Stop(ReturnCode.CONV_ERR)
    except Stop:
        call.log(Priority.ERR, "can not obtain password from user")
        raise
    call.set_token(Item.AUTHTOK, answer)
    return answer
