"""Records for the kernel's audit: what is sent, and which failures matter."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from pamkit.stores import audit
from pamkit.stores.audit import KernelAudit, NoAudit
from pamkit.stores.audit_record import AuditRecord, sender
from pamkit.stores.system import system_world


class Deaf:
    """A C library that only notes what it is given."""

    def audit(self, *arguments: Any) -> int:
        self.arguments = arguments
        return 0


class Kernel:
    """Takes records and answers what it is told to."""

    def __init__(self, answer: int = 0, *, open_error: int = 0) -> None:
        self.answer, self.open_error = answer, open_error
        self.records: list[AuditRecord] = []

    def send(self, record: AuditRecord) -> int:
        if self.open_error:
            raise OSError(self.open_error, "as the test wants it", "audit_open")
        self.records.append(record)
        return -self.answer

    def write(self, user: str | None = "alice") -> bool:
        return KernelAudit(self.send).write(
            2101, "PAM:pam_time", user=user, host="far", tty=None, granted=False
        )


@pytest.mark.parametrize("user", ["alice", "", None])
def test_a_record_is_sent_as_it_is_written(user: str | None) -> None:
    kernel = Kernel()
    assert kernel.write(user)
    assert kernel.records == [AuditRecord(2101, "PAM:pam_time", user, "far", None, success=False)]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT])
def test_a_kernel_without_audit_loses_no_record(code: int) -> None:
    kernel = Kernel(open_error=code)
    assert not kernel.write()
    assert kernel.records == []


def test_who_may_not_write_records_is_not_held_up() -> None:
    kernel = Kernel(errno.EPERM)
    assert not kernel.write()
    assert len(kernel.records) == 1


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EACCES, errno.EPERM])
def test_an_audit_that_cannot_be_reached_is_a_failure(code: int) -> None:
    with pytest.raises(OSError, match="audit_open") as caught:
        Kernel(open_error=code).write()
    assert (caught.value.errno, caught.value.strerror) == (code, os.strerror(code))


@pytest.mark.parametrize(
    ("user", "function"), [("alice", "audit_log_acct_message"), (None, "audit_log_user_message")]
)
def test_a_record_that_is_lost_is_a_failure(user: str | None, function: str) -> None:
    for code in (errno.EINVAL, errno.EAGAIN, errno.ENOBUFS, errno.EACCES):
        with pytest.raises(OSError, match=function) as caught:
            Kernel(code).write(user)
        assert (caught.value.errno, caught.value.strerror) == (code, os.strerror(code))


@pytest.mark.parametrize(("user", "sent"), [("ü\udcff", b"\xc3\xbc\xff"), (None, None)])
def test_no_character_loses_a_record(user: str | None, sent: bytes | None) -> None:
    deaf = Deaf()
    record = AuditRecord(1100, "PAM:x", user, "a\0b", "\ud800", success=True)
    assert sender(deaf)(record) == 0  # type: ignore[arg-type]  # one function is enough here
    assert deaf.arguments == (1100, b"PAM:x", sent, b"a", b"\\ud800", True)


def test_the_audit_of_this_machine_is_not_told_of_another(tmp_path: Path) -> None:
    assert isinstance(system_world().audit, KernelAudit)
    elsewhere = system_world(str(tmp_path)).audit
    assert isinstance(elsewhere, NoAudit)
    elsewhere.write(2101, "PAM:pam_time", user="alice", host=None, tty=None, granted=False)


def test_a_python_process_writes_nothing_and_loses_nothing() -> None:
    KernelAudit().write(2101, "PAM:pam_time", user="alice", host=None, tty=None, granted=False)


class Answering:
    """A C library whose kernel answers questions, and notes orders."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, bytes, int]] = []

    def audit_ask(self, kind: int, data: bytes, size: int, milliseconds: int) -> bytes:
        assert milliseconds == 3000
        self.asked.append((kind, data, size))
        return struct.pack("=4I", 1, 1, 2, 417)[:size]


def test_questions_and_orders_are_the_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Answering()
    monkeypatch.setattr(audit, "c_library", kernel)
    assert KernelAudit().collector() == 417
    assert KernelAudit().terminal() == (1, 1)
    KernelAudit().set_terminal(enabled=1, passwords=0)
    order = 1017, struct.pack("=2I", 1, 0), 0
    assert kernel.asked == [(1000, b"", 16), (1016, b"", 8), order]


def test_of_another_machine_nothing_can_be_told_or_ordered() -> None:
    elsewhere = NoAudit()
    for ask in (
        *(elsewhere.collector, elsewhere.terminal),
        lambda: elsewhere.set_terminal(enabled=1, passwords=1),
    ):
        with pytest.raises(PermissionError):
            ask()
