"""Tell users whether they have mail, and where it is.

The mail of a user is in `/var/mail/NAME`.  `dir=/else/where` puts it into `/else/where/NAME`, and
`hash=2` into `/var/mail/n/a/NAME`; with `dir=~/Mail` it is what `Mail` names in the home directory
(where `hash=` has no meaning).  A file is mail if it is not empty, and new mail if it was changed
after it was last read; a directory is a Maildir, where new mail is in `new` and old mail in `cur`.

In open_session, and in setcred when credentials are established, the variable `MAIL` is set to
that path and the user is told, once, what is there: new mail, mail, old mail or, with `empty`, no
mail.  In close_session, and when credentials are deleted, the variable is removed, and the user is
told only with `close`.  Authenticate and other calls of setcred are ignored.

The answer is success; `user_unknown` without a user or for an unknown one; `service_err` if
`dir=` names no file behind its `~`; `conv_err` if the conversation fails.

It proves nothing about anybody.  Mail is looked at with the user's own rights, never as root, and
no byte of it is read (CVE-2010-3430, CVE-2010-3431, CVE-2010-3435): `session_err` (`cred_err` in
setcred, where C answers `session_err`, which it may not) if root cannot take the user's place.
That nothing lies in `/var/mail`, not even a link, root sees without it.  Who is not root looks with
the rights there are.

Differences: paths must be absolute, for the current directory may be the user's; no mail is found
at others.  An empty `dir=` is passed over, as C says in the log but does not do where there is
another one.  `standard` says `You do not have any new mail.` as since Linux-PAM 1.6.
Source: `pam_mail(8)`.
"""

from __future__ import annotations

from pamkit.formats.leading_number import leading_number
from pamkit.module.as_user import is_missing
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, READS_HOME, SETS_ENVIRONMENT
from pamkit.module.options import Option, Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as meaning
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.names import Names
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.world import Account, Files

_SPOOL = "/var/mail"


def _place(phrase: str) -> Any:
    return Option("", phrase, _SPOOL, _given, True, "directory")


def _given(value: str) -> str:
    if not value:
        raise ValueError("expected a directory, found nothing")
    return value


class MailOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("nothing: it is known for the sake of old policies")
    dir: str = _place("where the mail is; what begins with `~` is in the home directory")
    hash: str = text("so many directories, of a letter each, are between", value="count")
    close: bool = flag("tell users about their mail also when the session is closed")
    nopen: bool = flag("do not tell users about their mail when the session is opened")
    noenv: bool = flag("leave the variable `MAIL` alone")
    empty: bool = flag("say so too if there is no mail")
    quiet: bool = flag("tell users about new mail only")
    standard: bool = flag("leave out where the mail is; implies `empty`")


_CODES = "success user_unknown service_err conv_err buf_err conv_again"

MODULE = declare(
    "pam_mail",
    options=MailOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: f"ignore cred_err {_CODES}",
        Primitive.OPEN_SESSION: f"session_err {_CODES}",
        Primitive.CLOSE_SESSION: f"session_err {_CODES}",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, SETS_ENVIRONMENT.when(noenv=False), READS_HOME],
    files=[_SPOOL],
    examples=[
        example("login", "session optional pam_mail.so standard"),
        example("sshd", "session optional pam_mail.so standard noenv"),
        example("login", "session optional pam_mail.so dir=~/Maildir quiet"),
    ],
)


class _Mail(Names):
    """What there is to be told."""

    NOTHING = 0
    NEW = 1
    OLD = 2
    NONE = 3
    SOME = 4


# C: the texts are shown to users, and translations hang on them.
_SHORT = {
    _Mail.NEW: "You have new mail.",
    _Mail.OLD: "You have old mail.",
    _Mail.NONE: "You do not have any new mail.",
    _Mail.SOME: "You have mail.",
}
_LONG = {
    _Mail.NEW: "You have new mail in folder %s.",
    _Mail.OLD: "You have old mail in folder %s.",
    _Mail.NONE: "You have no mail in folder %s.",
}


def pam_sm_authenticate(_: ModuleCall[MailOptions]) -> ReturnCode:
    """Do nothing; the line stands in `auth` for the sake of setcred."""
    return ReturnCode.IGNORE


async def pam_sm_setcred(call: ModuleCall[MailOptions]) -> ReturnCode:
    """Do as a session does that is opened or closed."""
    if not call.flags & (Flag.ESTABLISH_CRED | Flag.DELETE_CRED):
        return ReturnCode.IGNORE
    return await _mail(call, opening=bool(call.flags & Flag.ESTABLISH_CRED))


async def pam_sm_open_session(call: ModuleCall[MailOptions]) -> ReturnCode:
    """Set the variable, and tell about mail."""
    return await _mail(call, opening=True)


async def pam_sm_close_session(call: ModuleCall[MailOptions]) -> ReturnCode:
    """Remove the variable, and tell about mail if that is wanted."""
    return await _mail(call, opening=False)


async def _mail(call: ModuleCall[MailOptions], *, opening: bool) -> ReturnCode:
    options = call.options
    _complain(call)
    account = await _account(call)
    if account is None:
        return ReturnCode.USER_UNKNOWN
    folder = _folder(call, account)
    if folder is None:
        return ReturnCode.SERVICE_ERR
    if opening and not options.noenv and call.putenv(f"MAIL={folder}") != ReturnCode.SUCCESS:
        call.log(Priority.CRIT, "unable to set MAIL variable")
        return ReturnCode.BUF_ERR
    answer = ReturnCode.SUCCESS  # nobody is judged here
    if (opening and not options.nopen) or (not opening and options.close):
        try:
            found = _looked(call, account, folder)
        except PermissionError as odd:
            call.log(Priority.ERR, f"cannot act as {account.name}: {odd.strerror}")
            in_setcred = call.primitive is Primitive.SETCRED
            return ReturnCode.CRED_ERR if in_setcred else ReturnCode.SESSION_ERR
        answer = await _report(call, found, folder)
    if not opening and not options.noenv:
        call.putenv("MAIL")
    return answer


def _complain(call: ModuleCall[MailOptions]) -> None:
    unknown = call.options.unknown(call.args)
    for word in call.args:
        if word == "dir=":
            call.log(Priority.ERR, "dir= specification missing argument - ignored")
        elif word in unknown:
            call.log(Priority.ERR, f"unknown option: {word}")


async def _account(call: ModuleCall[MailOptions]) -> Account | None:
    try:
        user = await call.user()
    except Stop as stop:
        call.log(Priority.NOTICE, f"cannot determine user name: {meaning(stop.code)}")
        return None
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, "user unknown")
    return account


def _folder(call: ModuleCall[MailOptions], account: Account) -> str | None:
    """Return where the user's mail is; `None`, with a line in the log, if nobody can say."""
    place, levels = call.options.dir, leading_number(call.options.hash, 10) or 0
    if not place.startswith("~"):
        letters = account.name.encode("utf-8", "surrogateescape")
        # C: `strtoul(3)`, for which -1 is a large number.
        letters = letters if levels < 0 else letters[:levels]
        between = b"".join(b"/%c" % letter for letter in letters)
        return f"{place}{between.decode('utf-8', 'surrogateescape')}/{account.name}"
    below = place[1:].removeprefix("/")
    if not below:
        call.log(Priority.ERR, f"badly formed mail path [{place}]")
        return None
    if levels:
        call.log(Priority.ERR, "cannot do hash= and home directory mail")
    return f"{account.home}/{below}"


def _looked(call: ModuleCall[MailOptions], account: Account, folder: str) -> _Mail:
    """Return what there is, seen with the rights of the user; `PermissionError` without them."""
    if call.world.process.euid() != 0:
        return _found(call.world.files, folder, call.options)  # there are no rights to give up
    if not call.options.dir.startswith("~") and is_missing(call.world.files, folder, follow=False):
        # As with most users.  Whoever looks is told nothing, so nobody's rights need to be taken.
        return _Mail.NOTHING
    # INVARIANT: no await inside.
    with call.world.files.drop_to(account):
        return _found(call.world.files, folder, call.options)


def _found(files: Files, folder: str, options: MailOptions) -> _Mail:
    nothing = _Mail.NONE if options.empty or options.standard else _Mail.NOTHING
    try:
        status = files.status(folder)
    except OSError:
        return _Mail.NOTHING
    if status.kind == "directory":
        if _has_names(files, f"{folder}/new"):
            return _Mail.NEW
        return _Mail.OLD if _has_names(files, f"{folder}/cur") else nothing
    if not status.size:
        return nothing
    if int(status.accessed) < int(status.modified):  # C: whole seconds
        return _Mail.NEW
    return _Mail.SOME if options.standard else _Mail.OLD


def _has_names(files: Files, directory: str) -> bool:
    try:
        return bool(files.names(directory))
    except OSError:
        return False


async def _report(call: ModuleCall[MailOptions], found: _Mail, folder: str) -> ReturnCode:
    if found is _Mail.NOTHING or call.silent or (call.options.quiet and found is not _Mail.NEW):
        return ReturnCode.SUCCESS
    said = _SHORT[found] if call.options.standard else _LONG[found].replace("%s", folder)
    code = await call.say(Style.TEXT_INFO, said)
    # What an application's conversation answers may be any number.
    return ReturnCode(code) if code in _OF_CONVERSATION else ReturnCode.CONV_ERR


_OF_CONVERSATION = (ReturnCode.SUCCESS, ReturnCode.BUF_ERR, ReturnCode.CONV_AGAIN)
