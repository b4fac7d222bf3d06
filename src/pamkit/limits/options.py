"""The options of pam_limits, and the remarks that `debug` asks for."""

from __future__ import annotations

from pamkit.module.options import Options, flag, text
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall


class LimitsOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    conf: str | None = text("read this file, and no other", default=None, value="file")
    utmp_early: bool = flag("the service has written its login into utmp already")
    set_all: bool = flag("begin with the limits of process 1 (Debian: always)")
    noaudit: bool = flag("write no audit record of too many logins")
    debug: bool = flag("log what is read and compared")


def remark(call: ModuleCall[LimitsOptions], said: str) -> None:
    """Log what only debugging wants to know."""
    if call.options.debug:
        call.log(Priority.DEBUG, said)
