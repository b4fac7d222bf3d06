"""Failed authentications of one user in one transaction, and the log lines about them.

C: fail2ban, logwatch and many others read these lines; no blank of them may change.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

MAX_RETRIES = 3
"""From this failure on, an application is told to stop asking."""


class Failures(Record):
    """How often it failed, and who asked: ``user`` is `""` if there is no such user."""

    user: str
    login: str
    uid: int
    euid: int
    count: int = 1


class Origin(Record):
    """Where the applicant is, as items of the handle say; `None` if not set."""

    service: str | None
    tty: str | None
    ruser: str | None
    rhost: str | None


def first_line(failures: Failures, origin: Origin) -> str:
    """Return the line for the first failure."""
    return f"authentication failure; {_details(failures, origin)}"


def last_lines(failures: Failures, origin: Origin) -> tuple[str, ...]:
    """Return the lines for the end of the transaction: none if it failed only once."""
    more = failures.count - 1
    if more < 1:
        return ()
    plural = "" if more == 1 else "s"
    line = f"{more} more authentication failure{plural}; {_details(failures, origin)}"
    if failures.count <= MAX_RETRIES:
        return (line,)
    service = "**unknown**" if origin.service is None else origin.service
    return line, f"service({service}) ignoring max retries; {failures.count} > {MAX_RETRIES}"


def _details(failures: Failures, origin: Origin) -> str:
    # C: two blanks before `user=`, and one at the end of the line without it.
    user = f" user={failures.user}" if failures.user else ""
    return (
        f"logname={failures.login} uid={failures.uid} euid={failures.euid} "
        f"tty={origin.tty or ''} ruser={origin.ruser or ''} rhost={origin.rhost or ''} {user}"
    )
