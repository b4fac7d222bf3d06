"""Register the session with elogind, the login manager for machines without systemd.

It is what pam_systemd is, and asks the same questions of the same name on the system bus; its page
says what is read, set and answered.  What is different: elogind need not be running, for the bus
starts it, so no mark in `/run` is looked for, and a machine without it or without a bus answers
`service_err` or `session_err`.  No service is left without a session; `openrc-user`, by which
OpenRC starts the services of a user, gets one of class `manager`, or `manager-early` for a user of
the system.

Success proves nothing about who is asking.  Use `optional`: with `required` nobody gets in while
elogind is out of order.

Differences: those of pam_systemd.

Source: `pam_elogind(8)` of elogind 252.
"""

from __future__ import annotations

from pamkit.logind.bus import SOCKET
from pamkit.logind.manager import ANSWERS, ELOGIND, FACTS, READS, LogindOptions
from pamkit.logind.session import close_session, open_session
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

MODULE = declare(
    "pam_elogind",
    options=LogindOptions,
    answers=ANSWERS,
    reads=READS,
    sets=[Item.USER],
    facts=FACTS,
    files=[SOCKET],
    examples=[example("common-session", "session optional pam_elogind.so")],
)


async def pam_sm_open_session(call: ModuleCall[LogindOptions]) -> ReturnCode:
    """Have elogind make a session."""
    return await open_session(call, ELOGIND)


async def pam_sm_close_session(call: ModuleCall[LogindOptions]) -> ReturnCode:
    """Tell elogind that the session ends."""
    return await close_session(call, ELOGIND)
