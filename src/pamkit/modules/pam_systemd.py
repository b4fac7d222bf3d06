"""Register the session with systemd's login manager.

The module asks `systemd-logind` over the system bus to make a session, with this process and what
it starts in it (`loginctl` lists them), and sets what programs have to know of it in the PAM
environment: `XDG_SESSION_ID`, `XDG_SESSION_TYPE`, `XDG_SESSION_CLASS`, and where there is one
`XDG_SESSION_DESKTOP`, `XDG_SEAT`, `XDG_VTNR`.  If the session is the user's own, `XDG_RUNTIME_DIR`
is the user's directory below `/run/user`, unless it is no directory of that user's, and
`DBUS_SESSION_BUS_ADDRESS` the bus in it, if there is one.

What it says of the session comes from the items, and from the variables `XDG_SEAT`, `XDG_VTNR`,
`XDG_SESSION_TYPE`, `XDG_SESSION_CLASS` and `XDG_SESSION_DESKTOP`, first those of the PAM
environment, then the program's own, but not where the program has more rights than its caller, who
could choose a seat (CVE-2019-3842).  A variable counts more than the option.  A terminal with `:`
in its name is a display; `cron` and `ssh` are none, and mean a session of class `background`, and
one of type `tty`.  Without seat and `XDG_VTNR` the terminal of the display's X server counts.  What
is left open is `x11` with a display, `tty` with a terminal, else `unspecified`; of class
`background` if unspecified, else `user`.  The service `systemd-user`, which is systemd itself for a
user's services, gets no session, only the runtime directory.

Success means that there is a session, or none is needed: the machine is not booted with systemd
(`/run/systemd/seats/` is missing), or the process is in a session already.  `session_err` is a
login manager that refuses, or does not answer (within two minutes); `service_err` one that cannot
be reached, or talks nonsense; `user_unknown` an unknown user.  Closing the session tells the login
manager that it ends as it should, also from another process that has `XDG_SESSION_ID` in its PAM
environment, within 25 seconds.  Success proves nothing about who is asking.  Use `optional`: with
`required` nobody gets in while the login manager is out of order.

Differences.  Names of sessions and seats that could not be such are refused; C takes them.  A link
in the place of the user's bus is none; C looks where it leads.
Closing releases the session that was opened on this handle, once, and none if none was made; C
releases what `XDG_SESSION_ID` says then, which is asked here only where nothing was opened.
The descriptor that keeps the session is closed when the transaction of a closed session ends; C
leaves it to the end of the process.  Users are those of the accounts that all modules see, not
records in JSON: what systemd-homed says of a user's limits, umask, language or time zone is not
carried out.  Limits that another module has left in `systemd.memory_max` and its like are not
passed on.  `DBUS_SYSTEM_BUS_ADDRESS` is not obeyed.  The options `area=` and
`default-capability-...=` of newer versions are unknown, as in 252.

Source: `pam_systemd(8)`, `org.freedesktop.login1(5)`.
"""

from __future__ import annotations

from pamkit.logind.bus import SOCKET
from pamkit.logind.manager import ANSWERS, FACTS, READS, SYSTEMD, LogindOptions
from pamkit.logind.session import close_session, open_session
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

MODULE = declare(
    "pam_systemd",
    options=LogindOptions,
    answers=ANSWERS,
    reads=READS,
    sets=[Item.USER],
    facts=FACTS,
    files=[SYSTEMD.mark, SOCKET],
    examples=[
        example("common-session", "session optional pam_systemd.so"),
        example("greeter", "session optional pam_systemd.so class=greeter", "for a login screen"),
    ],
)


async def pam_sm_open_session(call: ModuleCall[LogindOptions]) -> ReturnCode:
    """Have the login manager make a session."""
    return await open_session(call, SYSTEMD)


async def pam_sm_close_session(call: ModuleCall[LogindOptions]) -> ReturnCode:
    """Tell the login manager that the session ends."""
    return await close_session(call, SYSTEMD)
