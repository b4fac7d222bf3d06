"""What the kernel's audit is told in the name of a module."""

from __future__ import annotations

import pytest

from pamkit.module.audit import ANOM_LOGIN_TIME, RESP_ACCT_LOCK, audit_lock, audit_refusal
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options
from pamkit.module.registry import Module
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_DECLARATION = declare(
    "pam_probe",
    options=Options,
    answers={Primitive.AUTHENTICATE: "auth_err perm_denied"},
    examples=[example("login", "auth required pam_probe.so")],
)


def _refuse(call: ModuleCall[Options]) -> ReturnCode:
    audit_refusal(call, ANOM_LOGIN_TIME, "pam_probe")
    return ReturnCode.PERM_DENIED


def _lock(call: ModuleCall[Options]) -> ReturnCode:
    told = audit_lock(call, RESP_ACCT_LOCK, "pam_probe suid=0 ", tty="ssh")
    return ReturnCode.PERM_DENIED if told else ReturnCode.AUTH_ERR


def _trial(*, locks: bool = False, user: str | None = "alice", fault: bool = False) -> Trial:
    module = Module(
        "pam_probe", _DECLARATION, {Primitive.AUTHENTICATE: _lock if locks else _refuse}
    )
    items = {Item.RHOST: "far", Item.TTY: "tty1"}
    trial = Trial("auth required pam_probe.so\n", module, user=user, items=items)
    if fault:
        assert isinstance(trial.world.audit, MemoryAudit)
        trial.world.audit.fault = OSError(24, "Too many open files", "audit_open")
    assert trial.authenticate() == (
        ReturnCode.AUTH_ERR if locks and fault else ReturnCode.PERM_DENIED
    )
    return trial


@pytest.mark.parametrize(("user", "expected"), [("alice", "alice"), ("", ""), (None, "?")])
def test_a_refusal_is_about_the_applicant(user: str | None, expected: str) -> None:
    audit = _trial(user=user).world.audit
    assert isinstance(audit, MemoryAudit)
    assert audit.records == [(2101, "PAM:pam_probe", expected, "far", "tty1", False)]


def test_a_lock_is_about_no_applicant() -> None:
    audit = _trial(locks=True).world.audit
    assert isinstance(audit, MemoryAudit)
    assert audit.records == [(2207, "pam_probe suid=0 ", None, None, "ssh", True)]


@pytest.mark.parametrize(
    ("locks", "line"),
    [
        (False, (Priority.CRIT, "audit_open() failed: Too many open files")),
        (True, (Priority.ERR, "Error sending audit message: Too many open files")),
    ],
)
def test_a_record_that_is_lost_is_logged(locks: bool, line: tuple[int, str]) -> None:
    log = _trial(locks=locks, fault=True).world.log
    assert isinstance(log, MemoryLog)
    assert [(level, text.partition(": ")[2]) for level, text in log.lines] == [line]
