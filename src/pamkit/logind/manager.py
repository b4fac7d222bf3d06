"""What differs between systemd's login manager and elogind, and the options for both."""

from __future__ import annotations

from pamkit.module.facts import ASKS_DAEMON, ASKS_USER, SETS_ENVIRONMENT
from pamkit.module.options import Option, Options, flag, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall

_DEBUG = "debug="
_TRUE = ("1", "yes", "y", "true", "t", "on")
_FALSE = ("0", "no", "n", "false", "f", "off")


class Manager(Record):
    """A login manager, from where a module stands.

    ``mark``: what lies there where the machine is booted with it; `""` if the bus starts it.
    ``own_service`` is the service by which the services of a user are started.
    """

    name: str
    mark: str
    own_service: str


SYSTEMD = Manager("systemd", "/run/systemd/seats/", "systemd-user")
ELOGIND = Manager("elogind", "", "openrc-user")


def _boolean(given: str) -> bool:
    """Return what a word means, whatever its case; raises `ValueError`."""
    word = given.lower()
    if word not in (*_TRUE, *_FALSE):
        raise ValueError(f"expected a boolean, found `{given}`")
    return word in _TRUE


def _switch(word: str, phrase: str) -> Any:
    """An option `word=boolean`."""
    return Option(word, phrase, False, _boolean, value="boolean")


class LogindOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    kind: str = text(
        "what kind of session it is",
        word="class=",
        value="user, greeter, lock-screen or background",
    )
    type: str = text("how the user sees the session", value="unspecified, tty, x11, wayland or mir")
    desktop: str = text("a short name of the desktop, as `GNOME`")
    debug: bool = flag("log what is asked and answered")
    debugs: bool = _switch("debug=", "log it if this is true")


ANSWERS = {
    Primitive.OPEN_SESSION: "success session_err user_unknown service_err system_err buf_err"
    " conv_err conv_again incomplete",
    Primitive.CLOSE_SESSION: "success session_err service_err",
}

FACTS = (ASKS_USER, SETS_ENVIRONMENT, ASKS_DAEMON)

READS = (Item.SERVICE, Item.USER, Item.USER_PROMPT, Item.XDISPLAY, Item.TTY, Item.RUSER, Item.RHOST)


def read_words(call: ModuleCall[LogindOptions]) -> bool:
    """Return whether to log what is done, of which the last word counts; log words that are odd."""
    debugs = False
    unknown = call.options.unknown(call.args)
    for word in call.args:
        if word == "debug":
            debugs = True
        elif word in unknown:
            call.log(Priority.WARNING, f"Unknown parameter '{word}', ignoring")
        elif word.startswith(_DEBUG):
            given = word[len(_DEBUG) :]
            try:
                debugs = _boolean(given)
            except ValueError:
                line = f"Failed to parse debug= argument, ignoring: {given}"
                call.log(Priority.WARNING, line)
    return debugs
