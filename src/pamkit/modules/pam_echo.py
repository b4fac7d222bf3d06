"""Show the applicant a text.

The text is what stands behind the module, or what `file=` holds without its last newline.  In it
`%H` stands for the remote host, `%h` for this one, `%s` for the service, `%t` for the terminal,
`%U` for the remote user and `%u` for the user; what is not known is shown as `(null)`, and `%`
before any other character disappears.  Words behind the module are cut at 511 bytes, and what is
shown can be 511 bytes longer than what was written.

It speaks in authenticate, acct_mgmt, open_session and the first pass of chauthtok, and then
answers success; it answers ignore if the application wants silence or the file cannot be read or
is empty.

That success proves nothing, and yet it counts: as the only line of `auth` the module lets
everybody in.  Let it be `optional`.  Source: `pam_echo(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Options, path, rest
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class EchoOptions(Options):
    """What may stand after the module's name in a policy."""

    file: str = path("show the content of this file")
    words: tuple[str, ...] = rest("the text to show, unless there is a `file=`", value="text")


MODULE = declare(
    "pam_echo",
    options=EchoOptions,
    answers={
        Primitive.AUTHENTICATE: "success ignore",
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: "success ignore",
        Primitive.OPEN_SESSION: "success ignore",
        Primitive.CLOSE_SESSION: "ignore",
        Primitive.CHAUTHTOK: "success ignore",
    },
    reads=[Item.RHOST, Item.SERVICE, Item.TTY, Item.RUSER, Item.USER],
    facts=[NEVER_PROMPTS, GRANTS_WITHOUT_SECRET],
    examples=[
        example("passwd", "password optional pam_echo.so file=/usr/share/doc/good-password.txt"),
        example("login", "auth optional pam_echo.so Welcome to %h, %u"),
    ],
)

_ITEMS = {
    "H": Item.RHOST,
    "s": Item.SERVICE,
    "t": Item.TTY,
    "U": Item.RUSER,
    "u": Item.USER,
}

# C: a text that may be followed by a NUL in PAM_MAX_MSG_SIZE (512) bytes.
_ROOM = 511


async def _echo(call: ModuleCall[EchoOptions]) -> ReturnCode:
    if call.silent:
        return ReturnCode.IGNORE
    text = _read(call) if call.options.file else " ".join(call.args).encode(*_CODING)[:_ROOM]
    if text is None:
        return ReturnCode.IGNORE
    shown = _filled(text, lambda letter: _value(call, letter))
    await call.say(Style.TEXT_INFO, shown.decode(*_CODING))
    return ReturnCode.SUCCESS  # C: a message counts as a success, whether it was heard or not


def _silent(_: ModuleCall[EchoOptions]) -> ReturnCode:
    return ReturnCode.IGNORE


async def _first_pass(call: ModuleCall[EchoOptions]) -> ReturnCode:
    return await _echo(call) if call.preliminary else ReturnCode.IGNORE


pam_sm_authenticate = _echo
pam_sm_setcred = _silent
pam_sm_acct_mgmt = _echo
pam_sm_open_session = _echo
pam_sm_close_session = _silent
pam_sm_chauthtok = _first_pass

_CODING = ("utf-8", "surrogateescape")


def _read(call: ModuleCall[EchoOptions]) -> bytes | None:
    """Return the file's text, without its last newline; `None` if there is none to show."""
    file = call.options.file
    try:
        content = call.world.files.read(file)
    except OSError as odd:
        call.log(Priority.ERR, f"Cannot open {file}: {odd.strerror}")
        return None
    return content.removesuffix(b"\n").partition(b"\0")[0] if content else None


def _value(call: ModuleCall[EchoOptions], letter: str) -> str | None:
    """Return what a letter behind `%` stands for; `None` for one that means nothing."""
    if letter == "h":
        return call.world.process.host_name()
    if letter not in _ITEMS:
        return None
    value = call.item(_ITEMS[letter])
    return "(null)" if value is None else value


def _filled(text: bytes, value: Callable[[str], str | None]) -> bytes:
    shown = bytearray()
    at = 0
    while at < len(text):
        sign = text[at : at + 1]
        if sign == b"%" and at + 1 < len(text):
            at += 1
            sign = text[at : at + 1]
            meaning = value(sign.decode("latin-1"))
            sign = sign if meaning is None else meaning.encode(*_CODING)
        shown += sign
        at += 1
    return bytes(shown[: len(text) + _ROOM])
