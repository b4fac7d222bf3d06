"""The last login of a user, shown and replaced by this one, for modules of other families."""

from __future__ import annotations

from pamkit.formats.ctime import ctime
from pamkit.formats.utmp import HOST, LINE
from pamkit.formats.utmp import text as text_of
from pamkit.records.event import Happening, LoginEvent, bytes_of
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.patience import patiently
from pamkit.records.shown import login_line
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.formats.lastlog import LastLogin
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Account, Clock

_SECONDS = 2.0
"""How long a record that another holds is waited for."""


async def exchanged(call: ModuleCall[Any], account: Account, terminal: str) -> LastLogin:
    """Return the user's last login, and put this one in its place; the file is made if need be.

    `OSError`, or `ValueError` with words, if it cannot be read or written, also while another holds
    it for more than two seconds.
    """
    recorder = LastlogRecorder(call.world.login_files)
    if not recorder.is_there():
        recorder.make()
    last = await patiently(call, lambda: recorder.find(account.uid), seconds=_SECONDS)
    event = LoginEvent(
        Happening.LOGIN,
        int(call.world.clock.now()) * 1_000_000,
        uid=account.uid,
        line=_cut(terminal, LINE),
        host=_cut(call.item(Item.RHOST) or "", HOST),
    )
    await patiently(call, lambda: recorder.record(event), seconds=_SECONDS)
    return last


def said_of(clock: Clock, last: LastLogin, *, letters: int) -> str:
    """Return `Last login: DATE from HOST`, or `on TERMINAL`; `""` if there was none.

    ``letters``: so many of the date as ctime(3) writes it.
    """
    if not last.seconds:
        return ""
    try:
        date = ctime(clock.local(last.seconds))[:letters]
    except OSError:
        date = ""
    host = text_of(last.host)
    return login_line("Last login:", date=date, host=host, line="" if host else text_of(last.line))


def _cut(text: str, room: int) -> str:
    return bytes_of(text)[:room].decode("utf-8", "surrogateescape")
