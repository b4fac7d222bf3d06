"""What OpenPAM's library does for every module: words of any line, prompts, tokens, complaints.

A module of Linux-PAM reads such words itself; one of OpenPAM asks the library, which looks at the
line.  Sources: `openpam_get_option(3)`, `openpam_subst(3)`, `pam_get_user(3)` and
`pam_get_authtok(3)` of OpenPAM.
"""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.module.options import Options, flag, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import HOOK_NAMES
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall

USER_ITEMS = (*(Item.USER, Item.USER_PROMPT, Item.SERVICE, Item.TTY, Item.RHOST, Item.RUSER),)
"""The items that are looked at when somebody asks who the user is."""

TOKEN_ITEMS = (*USER_ITEMS, Item.AUTHTOK_PROMPT, Item.HOST)
"""The items that are looked at when somebody asks for a secret as well."""


class OpenpamOptions(Options):
    """The words that the library knows behind every module."""

    debug: bool = flag("log more")
    no_warn: bool = flag("do not tell the applicant why they are refused")
    user_prompt: str = text("ask for the user's name with these words")


class TokenOptions(OpenpamOptions):
    """The words that the library knows behind a module that asks for a secret."""

    use_first_pass: bool = flag("never ask: take the secret an earlier module asked for")
    try_first_pass: bool = flag("take the secret an earlier module asked for, else ask")
    echo_pass: bool = flag("show the secret while it is typed")
    authtok_prompt: str = text("ask for the secret with these words")
    oldauthtok_prompt: str = text("ask for the old secret with these words")


async def user_of(call: ModuleCall[OpenpamOptions]) -> str:
    """Return the user's name, asking for it if need be; ends the hook as `pam_get_user` does."""
    known = call.item(Item.USER)
    if known is not None:
        return known
    prompt = call.options.user_prompt or call.item(Item.USER_PROMPT) or "Login:"
    return await call.user(substituted(call, prompt))


async def token_of(call: ModuleCall[TokenOptions], item: Item, prompt: str | None = None) -> Secret:
    """Return a token (`AUTHTOK` or `OLDAUTHTOK`), and keep it on the handle.

    One that is there is taken only with `try_first_pass` or `use_first_pass`; otherwise the
    applicant is asked again.  The words of the line go before ``prompt``, and that before what the
    application chose (`AUTHTOK_PROMPT`, `OLDAUTHTOK_PROMPT`).  Ends the hook: `auth_err` if there
    is none and nobody may be asked, or the conversation's code.
    """
    options = call.options
    known = call.token(item)
    if known is not None and (options.try_first_pass or options.use_first_pass):
        return known
    if options.use_first_pass:
        raise Stop(ReturnCode.AUTH_ERR)
    is_old = item is Item.OLDAUTHTOK
    words = (options.oldauthtok_prompt if is_old else options.authtok_prompt) or prompt
    if words is None:
        words = call.item(Item.OLDAUTHTOK_PROMPT if is_old else Item.AUTHTOK_PROMPT)
    style = Style.PROMPT_ECHO_ON if options.echo_pass else Style.PROMPT_ECHO_OFF
    answer = await call.ask(style, substituted(call, words or _prompt(call, item)))
    if not isinstance(answer, (str, Secret)):
        raise Stop(ReturnCode.CONV_ERR)  # no answer is not an empty one
    token = answer if isinstance(answer, Secret) else Secret(answer)
    call.set_token(item, token)
    return token


def _prompt(call: ModuleCall[TokenOptions], item: Item) -> str:
    """Return what is asked where nobody chose the words."""
    if item is Item.OLDAUTHTOK:
        return "Old Password:"
    if call.token(Item.OLDAUTHTOK) is not None:
        return "New Password:"
    remote, here = call.item(Item.RHOST), call.item(Item.HOST) or call.world.process.host_name()
    return "Password:" if remote in (None, here) else "Password for %u@%h:"


async def complain(call: ModuleCall[OpenpamOptions], module: str, why: str) -> None:
    """Tell the applicant why they are refused, unless nobody wants to hear it.

    C: `PAM_VERBOSE_ERROR`, which names the module and the function.
    """
    if not call.silent and not call.options.no_warn:
        await call.say(Style.ERROR_MSG, f"{module}: {HOOK_NAMES[call.primitive]}: {why}")


def substituted(call: ModuleCall[OpenpamOptions], template: str) -> str:
    """Return a prompt with its letters behind `%` filled in, as `openpam_subst(3)` does.

    `%s` service, `%t` terminal, `%h` this machine, `%u` user, `%H` remote host, `%U` remote user;
    `%%` is a `%`, and any other letter stands as it is, with its `%`.
    """
    first, *pieces = template.split("%")
    made, pending = first, True
    for piece in pieces:
        if not pending:
            made, pending = f"{made}{piece}", True
        elif not piece:
            made, pending = f"{made}%", False
        elif piece[0] == "h":
            # C: the library sets the item at the start; here it is set where another name is meant.
            made += (call.item(Item.HOST) or call.world.process.host_name()) + piece[1:]
        elif piece[0] in _LETTERS:
            made += (call.item(_LETTERS[piece[0]]) or "") + piece[1:]
        else:
            made += f"%{piece}"
    return made


_LETTERS = {
    "s": Item.SERVICE,
    "t": Item.TTY,
    "u": Item.USER,
    "H": Item.RHOST,
    "U": Item.RUSER,
}
