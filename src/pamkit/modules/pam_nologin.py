"""Keep everybody but root out while a file says so.

As long as `/var/run/nologin` or, if that is not there, `/etc/nologin` exists, authenticate and
acct_mgmt refuse every user but root, and show what the file says: `auth_err` for a known user,
`user_unknown` for an unknown one.  For root the text is only information.  Without the file, and
for root, the module has no say (or succeeds, with `successok`).  A directory in the file's place
is `system_err` for everybody.

It proves nothing about who is asking.  It must stand before any `sufficient` line, and be
`required` or `requisite`, or the file can be got round; with `successok` and a lone `sufficient`
it would let everybody in.

Two things differ from the C module on purpose.  A file that is there but cannot be opened (for a
process without rights, or because `file=` is not an absolute path) keeps everybody but root out
as well; C takes it for no file at all.  And an account database that cannot be read is an error,
not an unknown user.  Source: `pam_nologin(8)`, `nologin(5)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.options import Options, flag, path
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

_PLACES = ("/var/run/nologin", "/etc/nologin")


class NologinOptions(Options):
    """What may stand after the module's name in a policy."""

    file: str = path("look at this file instead of `/var/run/nologin` and `/etc/nologin`")
    successok: bool = flag("answer success instead of ignore where nothing is refused")


MODULE = declare(
    "pam_nologin",
    options=NologinOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore success auth_err user_unknown system_err",
        Primitive.SETCRED: "ignore success",
        Primitive.ACCT_MGMT: "ignore success auth_err user_unknown system_err",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=_PLACES,
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET.when(successok=True)],
    examples=[example("login", "auth requisite pam_nologin.so", "before anything else")],
)


async def _check(call: ModuleCall[NologinOptions]) -> ReturnCode:
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.USER_UNKNOWN
    try:
        content = _content(call)
    except IsADirectoryError:
        return ReturnCode.SYSTEM_ERR
    if content is None:
        return _nothing_to_say(call)
    account = call.world.accounts.find(user)
    is_root = account is not None and account.uid == 0
    text = content.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    # DIALECT: up to 1.5 an empty file made an empty message.
    if content:
        await call.say(Style.TEXT_INFO if is_root else Style.ERROR_MSG, text)
    if is_root:
        return _nothing_to_say(call)
    return ReturnCode.USER_UNKNOWN if account is None else ReturnCode.AUTH_ERR


def _nothing_to_say(call: ModuleCall[NologinOptions]) -> ReturnCode:
    # Success only because the administrator asked for it, and nothing keeps this user out.
    return ReturnCode.SUCCESS if call.options.successok else ReturnCode.IGNORE


pam_sm_authenticate = _check
pam_sm_setcred = _nothing_to_say
pam_sm_acct_mgmt = _check


def _content(call: ModuleCall[NologinOptions]) -> bytes | None:
    """Return what the file says, nothing if it cannot be read; `None` if there is no file.

    `IsADirectoryError` for a directory, which is nobody's wish but somebody's mistake.
    """
    file = call.options.file
    if not file and any(arg.startswith("file=") for arg in call.args):
        return b""  # a file that nobody can look for might be there
    for place in (file,) if file else _PLACES:
        try:
            return call.world.files.read(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except IsADirectoryError:
            raise
        except OSError:
            return b""
    return None
