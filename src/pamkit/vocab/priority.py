"""How urgent a line of the log is: the priorities of syslog(3)."""

from __future__ import annotations

from pamkit.vocab.names import Names


class Priority(Names):
    """A priority that PAM uses; numbers are those of `syslog(3)`, the smaller the more urgent."""

    ALERT = 1
    CRIT = 2
    ERR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7
