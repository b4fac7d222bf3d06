"""What may stand after pam_lastlog in a policy, and what its hooks log of it."""

from __future__ import annotations

from pamkit.formats.leading_number import leading_number
from pamkit.formats.utmp import WTMP
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.options import Option, Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_DAYS = 100_000


def _days(phrase: str) -> Any:
    def read(given: str) -> int:
        days = leading_number(given, 10)
        if days is None or not 0 < days < _MOST_DAYS:
            raise ValueError(f"expected a number from 1 to {_MOST_DAYS - 1}, found `{given[:24]}`")
        return days

    return Option("", phrase, 90, read, value="days")


class LastlogOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log more")
    silent: bool = flag("tell users nothing of logins")
    never: bool = flag("welcome users who log in for the first time")
    nodate: bool = flag("do not say when it was")
    nohost: bool = flag("do not say from where it was")
    noterm: bool = flag("do not say on which terminal it was")
    nowtmp: bool = flag(f"do not write `{WTMP}`")
    noupdate: bool = flag("write nothing")
    showfailed: bool = flag("tell users of failures since they logged in last")
    inactive: int = _days("in `auth` and `account`: refuse who has not logged in for more days")
    unlimited: bool = flag("write in spite of a limit of the size of files")


def remark(call: ModuleCall[LastlogOptions], said: str) -> None:
    """Log a line, if that is wanted."""
    if call.options.debug:
        call.log(Priority.DEBUG, said)


def failed(call: ModuleCall[LastlogOptions], what: str, fault: OSError | ValueError) -> Stop:
    """Log what went wrong, and return the refusal."""
    call.log(Priority.ERR, f"{what}: {reason_of(fault)}")
    return Stop(ReturnCode.SERVICE_ERR)


def reason_of(fault: OSError | ValueError) -> str:
    """Return what is wrong, in words."""
    return (fault.strerror if isinstance(fault, OSError) else str(fault)) or type(fault).__name__
