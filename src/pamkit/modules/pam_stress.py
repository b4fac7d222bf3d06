"""Behave like a whole module that fails on demand.

For tests of applications: it asks for passwords, keeps them as items, and changes none that
counts.  `authenticate` takes any password.  `fail_1` lets authenticate, the account check,
open_session and the second pass of a password change fail; `fail_2` setcred and close_session;
`prelim` the first pass.  `expired` makes the account check answer `new_authtok_reqd`, and without
it a password change that is for expired passwords only has nothing to do.  The old password is
asked for if `required` is given, and not of root if `rootok` is too.

Success proves nothing; the module has no place on a real machine.

Differences: `debug` does not write the password to the log; C does.  A conversation without an
answer is answered `auth_err`; C goes on without a password, unless a flag forbids it.  The new
password becomes the token; C takes the answer to the message before it, if there was one, and so
clears the token.  Source: `pam_stress(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.effect import Ask
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    GRANTS_WITHOUT_SECRET,
    TEST_INSTRUMENT,
    USES_SECRET,
)
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Message, Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.vocab.message import Answer


class StressOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log every call and what it does")
    no_warn: bool = flag("do not tell the applicant that new passwords differ")
    use_first_pass: bool = flag("take the password of a module above, and ask for none")
    try_first_pass: bool = flag("take the password of a module above if there is one")
    rootok: bool = flag("do not ask root for the old password")
    expired: bool = flag("say that the password has expired")
    fail_1: bool = flag("fail in the first function of each facility")
    fail_2: bool = flag("fail in the second function of each facility")
    prelim: bool = flag("fail in the first pass of a password change")
    required: bool = flag("ask for the old password before a new one")


_ASKED = "buf_err conv_err conv_again auth_err perm_denied"

MODULE = declare(
    "pam_stress",
    options=StressOptions,
    answers={
        Primitive.AUTHENTICATE: f"success {_ASKED}",
        Primitive.SETCRED: "success cred_err",
        Primitive.ACCT_MGMT: "success perm_denied new_authtok_reqd",
        Primitive.OPEN_SESSION: "success session_err",
        Primitive.CLOSE_SESSION: "success session_err",
        Primitive.CHAUTHTOK: (
            f"success {_ASKED} try_again authtok_lock_busy authtok_err user_unknown system_err"
        ),
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.SERVICE, Item.AUTHTOK],
    sets=[Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    facts=[
        TEST_INSTRUMENT,
        GRANTS_WITHOUT_SECRET,
        ASKS_USER,
        ASKS_SECRET.when(use_first_pass=False),
        USES_SECRET.when(use_first_pass=True),
        USES_SECRET.when(try_first_pass=True),
        ASKS_NEW_SECRET,
    ],
    examples=[example("test", "auth required pam_stress.so fail_1", "refuse any password")],
)

# C: each option is a bit of the number that `debug` shows, in this order.
_BITS = tuple(StressOptions.stated())

_EXPIRED = "stress_new_pwd"
_YES = "yes"


async def pam_sm_authenticate(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Ask for a name and any password."""
    _report(call)
    try:
        user = await call.user("username: ")
    except Stop as stop:
        reason = f"pam_sm_authenticate: cannot determine user name: {text(stop.code)}"
        call.log(Priority.NOTICE, reason)
        raise
    _debug(call, f"pam_sm_authenticate: username = {user}")
    try:
        token = await _password(call)
    except Stop:
        call.log(Priority.WARNING, "pam_sm_authenticate: failed to get a password")
        raise
    call.set_token(Item.AUTHTOK, token)
    _debug(call, "pam_st_authenticate: password entered is: [not shown]")
    # Success is what this instrument is for.
    return ReturnCode.PERM_DENIED if call.options.fail_1 else ReturnCode.SUCCESS


def pam_sm_setcred(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Do nothing, with or without success."""
    _report(call)
    return ReturnCode.CRED_ERR if call.options.fail_2 else ReturnCode.SUCCESS


def pam_sm_acct_mgmt(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Say that the account is good, or its password expired."""
    _report(call)
    if call.options.fail_1:
        return ReturnCode.PERM_DENIED
    if call.options.expired:
        call.set_data(_EXPIRED, _YES)
        _debug(call, "pam_sm_acct_mgmt: need a new password")
        return ReturnCode.NEW_AUTHTOK_REQD
    return ReturnCode.SUCCESS  # nobody is refused here but on demand


def pam_sm_open_session(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Write to the log who comes."""
    return _session(call, "opened", fails=call.options.fail_1)


def pam_sm_close_session(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Write to the log who goes."""
    return _session(call, "closed", fails=call.options.fail_2)


async def pam_sm_chauthtok(call: ModuleCall[StressOptions]) -> ReturnCode:
    """Ask for a new password, and keep it as an item."""
    _report(call)
    options = call.options
    if call.preliminary:
        _debug(call, "pam_sm_chauthtok: prelim check")
        # Nothing was changed, and nothing will be that counts.
        return ReturnCode.TRY_AGAIN if options.prelim else ReturnCode.SUCCESS
    if not call.flags & Flag.UPDATE_AUTHTOK:
        call.log(Priority.ERR, "pam_sm_chauthtok: this must be a Linux-PAM error")
        return ReturnCode.SYSTEM_ERR
    _debug(call, "pam_sm_chauthtok: alter password")
    if options.fail_1:
        return ReturnCode.AUTHTOK_LOCK_BUSY
    only_expired = call.flags & Flag.CHANGE_EXPIRED_AUTHTOK
    if only_expired and not options.expired and not _has_expired(call):
        return ReturnCode.SUCCESS  # the password is to stay as it is
    if options.required and not (options.rootok and call.world.process.uid() == 0):
        _debug(call, "pam_sm_chauthtok: getting old password")
        try:
            old = await _password(call)
        except Stop:
            call.log(Priority.DEBUG, "pam_sm_chauthtok: no password obtained")
            raise
        call.set_token(Item.OLDAUTHTOK, old)
    return await _change(call)


async def _change(call: ModuleCall[StressOptions]) -> ReturnCode:
    user = call.item(Item.USER)
    if user is None and not call.silent:
        call.log(Priority.ERR, "no username set")
        return ReturnCode.USER_UNKNOWN
    heading = (Message(Style.TEXT_INFO, f"Changing STRESS password for {user}."),)
    answers = await _converse(
        call,
        *(() if call.silent else heading),
        Message(Style.PROMPT_ECHO_OFF, "Enter new STRESS password: "),
        Message(Style.PROMPT_ECHO_OFF, "Retype new STRESS password: "),
    )
    new, again = answers[-2:]
    if not isinstance(new, Secret) or not isinstance(again, Secret):
        call.log(Priority.DEBUG, "pam_sm_chauthtok: problem with resp")
        return ReturnCode.SYSTEM_ERR
    if not new.matches(again):
        if not call.silent and not call.options.no_warn:
            warning = "Verification mis-typed; password unchanged"
            await Ask((Message(Style.ERROR_MSG, warning),))
        return ReturnCode.AUTHTOK_ERR
    before = call.token(Item.AUTHTOK)
    call.set_token(Item.OLDAUTHTOK, None if before is None else Secret(before))
    call.set_token(Item.AUTHTOK, new)
    return ReturnCode.SUCCESS  # the same password twice: that is all it asks for


def _session(call: ModuleCall[StressOptions], what: str, *, fails: bool) -> ReturnCode:
    _report(call)
    user, service = call.item(Item.USER), call.item(Item.SERVICE)
    if user is None or service is None:
        call.log(Priority.WARNING, f"{HOOK_NAMES[call.primitive]}: for whom?")
        return ReturnCode.SESSION_ERR
    call.log(Priority.NOTICE, f"{what} [{service}] session for user [{user}]")
    # A session of this module is a line in the log.
    return ReturnCode.SESSION_ERR if fails else ReturnCode.SUCCESS


async def _password(call: ModuleCall[StressOptions]) -> Secret:
    """Return the password of a module above, or one that is asked for; ends the hook if not."""
    options = call.options
    if options.use_first_pass or options.try_first_pass:
        known = call.token(Item.AUTHTOK)
        if known is not None:
            return Secret(known)
    if options.use_first_pass:
        call.log(Priority.WARNING, "no forwarded password")
        raise Stop(ReturnCode.PERM_DENIED)
    (answer,) = await _converse(call, Message(Style.PROMPT_ECHO_OFF, "STRESS Password: "))
    if isinstance(answer, Secret):
        return answer
    _debug(call, "pam_sm_authenticate: NULL authtok given")
    raise Stop(ReturnCode.AUTH_ERR)


async def _converse(call: ModuleCall[StressOptions], *messages: Message) -> tuple[Answer, ...]:
    """Hold a conversation, as an application sees it from C: all messages at once."""
    code, answers = await Ask(messages)
    if code == ReturnCode.SUCCESS and len(answers) == len(messages):
        return answers
    if code not in (ReturnCode.BUF_ERR, ReturnCode.CONV_AGAIN):
        code = ReturnCode.CONV_ERR
    call.log(Priority.ERR, f"converse returned {int(code)}: {text(code)}")
    raise Stop(code)


def _has_expired(call: ModuleCall[StressOptions]) -> bool:
    try:
        return bool(call.data(_EXPIRED) == _YES)
    except KeyError:
        return False


def _report(call: ModuleCall[StressOptions]) -> None:
    for word in call.options.unknown(call.args):
        call.log(Priority.ERR, f"unknown option: {word}")
    bits = sum(1 << at for at, field in enumerate(_BITS) if getattr(call.options, field))
    _debug(call, f"CALLED: {HOOK_NAMES[call.primitive]}")
    _debug(call, f"FLAGS : 0{call.flags:o}{' (silent)' * call.silent}")
    _debug(call, f"CTRL  = 0{bits:o}")
    _debug(call, "ARGV  :")
    for word in call.args:
        _debug(call, f' "{word}"')


def _debug(call: ModuleCall[StressOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)
