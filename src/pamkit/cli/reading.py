"""What this process could not read, said to a person who wonders why a good password fails."""

from __future__ import annotations

import os
import pwd

from pamkit.formats.chkpwd import PLACES
from pamkit.formats.passwd import SHADOW_FILE
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.semantics.trace import Run


def reading_note(trace: tuple[Run, ...], user: str | None, root: str) -> str:
    """Return a sentence if passwords were refused that this process could not have checked."""
    shadow = f"{root.rstrip('/')}{SHADOW_FILE}"
    if not _refused_by_passwords(trace) or not os.path.exists(shadow):
        return ""
    if os.access(shadow, os.R_OK, effective_ids=True):
        return ""
    runnable = (path for path in PLACES if root == "/" and os.access(path, os.X_OK))
    return explanation(
        shadow,
        uid=os.geteuid(),
        helper=next(runnable, ""),
        is_self=_uid(user) == os.geteuid(),
        may_gain_rights=not _has_no_new_privileges(),
    )


def explanation(shadow: str, *, uid: int, helper: str, is_self: bool, may_gain_rights: bool) -> str:
    """Return what somebody without the right to read the shadow file should know."""
    start = f"user number {uid} may not read {shadow}"
    if not helper:
        return f"{start}, and there is no unix_chkpwd to ask: run this as root"
    if not may_gain_rights:
        return (
            f"{start}, and {helper} may not either, because no_new_privs is set:"
            " run this as root, or without it (systemd: NoNewPrivileges=no)"
        )
    if is_self:
        return ""  # the helper could look, and found the password wrong
    return (
        f"{start}, so pam_unix asked {helper}, which answers only about the user who runs it:"
        " run this as root to check somebody else"
    )


def _uid(user: str | None) -> int | None:
    try:
        return pwd.getpwnam(user or "").pw_uid
    except (KeyError, ValueError):
        return None


def _has_no_new_privileges() -> bool:
    """Whether programs with the setuid or setgid bit gain nothing here (`prctl(2)`)."""
    try:
        with open("/proc/self/status", encoding="utf-8", errors="replace") as status:
            return any(line.split() == ["NoNewPrivs:", "1"] for line in status)
    except OSError:
        return False


def _refused_by_passwords(trace: tuple[Run, ...]) -> bool:
    return any(
        "pam_unix" in step.link.module and step.answer != ReturnCode.SUCCESS
        for run in trace
        for step in run.steps
    )
