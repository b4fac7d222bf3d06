"""What lines of a policy hang on together: who asks, with what, on what kind of day.

Two lines that look at the same thing cannot see it differently.  Each circumstance is a name and
the values it can have; a run settles one when a line first hangs on it.
"""

from __future__ import annotations

USER = "user"
"""Who is asked for; numbers of a `system` user are below 1000 and not 0."""

SECRET = "secret"  # noqa: S105  # a name
"""What is given for the password; `blank`: the account has none, and none is given."""

LOCKED = "locked"
"""Whether so many attempts failed that the account is locked for a while."""

EXPIRED = "expired"
"""Whether the account may not be used any more."""

DUE = "due"
"""Whether the password has to be changed first."""

NOLOGIN = "nologin"
"""Whether the machine is closed to users."""

REACHABLE = "reachable"
"""Whether other machines, and the daemons that ask them, answer."""

CALLER = "caller"
"""Who runs the program that asks."""

VALUES = {
    USER: ("root", "system", "local", "directory", "nobody"),
    SECRET: ("right", "wrong", "blank"),
    LOCKED: ("no", "yes"),
    EXPIRED: ("no", "yes"),
    DUE: ("no", "yes"),
    NOLOGIN: ("no", "yes"),
    REACHABLE: ("yes", "no"),
    CALLER: ("other", "root"),
}
"""Every circumstance with its values, the usual one first."""

LOCAL = ("root", "system", "local")
"""Users that the files of the machine know."""


def thing(module: str) -> str:
    """Return the name of the circumstance whether the applicant holds what a module asks for."""
    return f"what {module} asks for"


def condition(text: str) -> str:
    """Return the name of the circumstance whether a condition of the policy's own is met."""
    return f"condition {text}"


def answer_of(line: str) -> str:
    """Return the name of the circumstance what a module answers in a line that stands twice."""
    return f"answer of {line}"


def trouble_of(module: str) -> str:
    """Return the name of the circumstance whether a module can do its work, and how it says not."""
    return f"trouble of {module}"
