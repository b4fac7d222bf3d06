"""A login event as a record of utmp(5), the one form that utmp, wtmp and btmp share."""

from __future__ import annotations

from pamkit.formats.utmp import HOST, Kind, UtmpRecord, fitting
from pamkit.records.event import Happening, address_of, bytes_of, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.records.event import LoginEvent


def as_utmp(event: LoginEvent) -> UtmpRecord:
    """Return the record of an event.

    The end of a login keeps its terminal only, as programs write it; of a failure all names are
    cut to what there is room for, and of everything else the host: others chose them.
    """
    seconds, micros = divmod(event.when, 1_000_000)
    bare = UtmpRecord(
        Kind.DEAD_PROCESS,
        event.pid,
        bytes_of(event.line),
        name_of(event),
        session=event.session,
        seconds=seconds,
        micros=micros,
    )
    user, host = bytes_of(event.user), bytes_of(event.host)
    match event.happening:
        case Happening.LOGOUT:
            return bare
        case Happening.BOOT:
            return bare.changed(
                kind=Kind.BOOT_TIME, line=b"~", id=b"~~", user=b"reboot", host=host[:HOST]
            )
        case Happening.FAILURE:
            # As login(1) and sshd(8) write it: nobody has a session yet.
            failed = bare.changed(kind=Kind.LOGIN_PROCESS, user=user, host=host)
            return fitting(failed.changed(address=address_of(event.host)))
        case Happening.LOGIN:
            come = bare.changed(kind=Kind.USER_PROCESS, user=user, host=host[:HOST])
            return come.changed(address=address_of(event.host))
