"""What the stage's machine has of a kernel: mounts, quotas, audit, keyrings, logins.

Quotas, the list of mounts, and who takes audit records are of the case; the rest is of the kernel
that is there, and cases that change it are played `apart`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pamkit.module.world import Quota
from pamkit.stores.audit import KernelAudit
from pamkit.stores.audit_record import NO_AUDIT
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.kernel import MemoryQuotas

Mounts = Sequence[tuple[str, str, str, str, str]]
"""Device number, place, kind, source, options."""

Quotas = Sequence[tuple[str, int, tuple[int, int, int, int, int, int]]]
"""Devices that keep quotas: path, user, and the fields of a `world.Quota`."""

MOUNTS = "/run/pamkit-mounts"
"""Where C modules find what is mounted, if the case says so."""

SOURCE = r"""
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/quota.h>
#include <unistd.h>
static int audit_missing, audit_refused, audit_process;
void pamkit_auditd(int missing, int refused, int process)
{
    audit_missing = missing, audit_refused = refused, audit_process = process;
}
int audit_request_status(int fd)
{
    (void)fd;
    return audit_refused != 0 ? -audit_refused : 1;
}
int audit_get_reply(int fd, void *reply, int block, int peek)
{
    /* C: the kind; behind a message of 8970 bytes with two heads, where the status is. */
    static unsigned status[16];
    (void)fd, (void)block, (void)peek;
    status[3] = (unsigned)audit_process;
    memcpy(reply, &(int){1000}, sizeof(int));
    memcpy((char *)reply + 9008, &(unsigned *){status}, sizeof(unsigned *));
    return 1;
}
FILE *setmntent(const char *file, const char *mode)
{
    return fopen(access("/run/pamkit-mounts", R_OK) == 0 ? "/run/pamkit-mounts" : file, mode);
}
static struct {
    char device[64];
    int uid;
    struct dqblk quota;
} quotas[8];
static int quota_count;
void pamkit_no_quotas(void) { quota_count = 0; }
void pamkit_quota(const char *device, int uid, const unsigned long long numbers[6])
{
    struct dqblk *quota = &quotas[quota_count].quota;
    snprintf(quotas[quota_count].device, sizeof quotas->device, "%s", device);
    quotas[quota_count++].uid = uid;
    quota->dqb_bsoftlimit = numbers[0], quota->dqb_bhardlimit = numbers[1];
    quota->dqb_isoftlimit = numbers[2], quota->dqb_ihardlimit = numbers[3];
    quota->dqb_btime = numbers[4], quota->dqb_itime = numbers[5];
}
void pamkit_quota_at(int at, unsigned long long numbers[6])
{
    const struct dqblk *quota = &quotas[at].quota;
    numbers[0] = quota->dqb_bsoftlimit, numbers[1] = quota->dqb_bhardlimit;
    numbers[2] = quota->dqb_isoftlimit, numbers[3] = quota->dqb_ihardlimit;
    numbers[4] = quota->dqb_btime, numbers[5] = quota->dqb_itime;
}
int quotactl(int command, const char *device, int uid, char *block)
{
    struct dqblk *given = (struct dqblk *)(void *)block;
    for (int at = 0; at < quota_count; at++) {
        struct dqblk *kept = &quotas[at].quota;
        if (strcmp(quotas[at].device, device) != 0 || quotas[at].uid != uid)
            continue;
        if (command == (int)QCMD(Q_GETQUOTA, USRQUOTA)) {
            *given = *kept;
            return 0;
        }
        if (given->dqb_valid & QIF_BLIMITS) {
            kept->dqb_bsoftlimit = given->dqb_bsoftlimit;
            kept->dqb_bhardlimit = given->dqb_bhardlimit;
        }
        if (given->dqb_valid & QIF_ILIMITS) {
            kept->dqb_isoftlimit = given->dqb_isoftlimit;
            kept->dqb_ihardlimit = given->dqb_ihardlimit;
        }
        if (given->dqb_valid & QIF_BTIME)
            kept->dqb_btime = given->dqb_btime;
        if (given->dqb_valid & QIF_ITIME)
            kept->dqb_itime = given->dqb_itime;
        return 0;
    }
    return errno = ESRCH, -1;
}
"""
"""C that stands before the C library; whoever includes it has an `audit_open` of its own."""

_KEYCTL = 250
_SESSION_KEYRING = -3
_DESCRIBE, _READ = 6, 11


class StageAudit(MemoryAudit):
    """Records in memory; what is recorded of terminals is the kernel's."""

    def write(
        self,
        kind: int,
        op: str,
        *,
        user: str | None,
        host: str | None,
        tty: str | None,
        granted: bool,
    ) -> bool:
        missing = self.collected_by
        if isinstance(missing, OSError) and missing.filename == "socket":
            if missing.errno in NO_AUDIT:
                return False
            raise OSError(missing.errno, missing.strerror, "audit_open")
        return super().write(kind, op, user=user, host=host, tty=tty, granted=granted)

    def terminal(self) -> tuple[int, int]:
        return KernelAudit().terminal()

    def set_terminal(self, *, enabled: int, passwords: int) -> None:
        KernelAudit().set_terminal(enabled=enabled, passwords=passwords)


def set_up_c(auditd: int | OSError, mounts: Mounts, quotas: Quotas) -> None:
    """Have C modules find what a case says."""
    library, numbers = ctypes.CDLL(None), ctypes.c_ulonglong * 6
    fault = (auditd.errno or 0) if isinstance(auditd, OSError) else 0
    is_missing = isinstance(auditd, OSError) and auditd.filename == "socket"
    library.pamkit_auditd(
        fault if is_missing else 0,
        0 if is_missing else fault,
        0 if isinstance(auditd, OSError) else auditd,
    )
    library.pamkit_no_quotas()
    for device, uid, given in quotas:
        library.pamkit_quota(os.fsencode(device), uid, numbers(*given))
    Path(MOUNTS).unlink(missing_ok=True)
    if mounts:
        lines = [f"{s} {place} {kind} {options} 0 0\n" for _, place, kind, s, options in mounts]
        Path(MOUNTS).write_text("".join(lines))


def mount_info(mounts: Mounts) -> bytes:
    """Return what our modules find of the mounts that C modules find."""
    lines = (
        f"{at} 1 {number} / {place} rw - {kind} {source} {options}\n"
        for at, (number, place, kind, source, options) in enumerate(mounts)
    )
    return "".join(lines).encode()


def memory_quotas(quotas: Quotas) -> MemoryQuotas:
    """Return the quotas of a case, for our modules."""
    made = MemoryQuotas()
    made.kept = {(device, uid): Quota(*given) for device, uid, given in quotas}
    return made


def left_in_c(quotas: Quotas) -> tuple[tuple[int, ...], ...]:
    """Return what became of the quotas of a case."""
    library, numbers = ctypes.CDLL(None), (ctypes.c_ulonglong * 6)()
    found = []
    for at in range(len(quotas)):
        library.pamkit_quota_at(at, numbers)
        found.append(tuple(numbers))
    return tuple(found)


def left(kept: MemoryQuotas) -> tuple[tuple[int, ...], ...]:
    """Return what became of the quotas of a case."""
    return tuple(tuple(vars_of(quota)) for quota in kept.kept.values())


def vars_of(quota: Quota) -> list[int]:
    """Return the fields of a quota, in order."""
    return [
        *(quota.block_soft, quota.block_hard, quota.file_soft, quota.file_hard),
        *(quota.block_time, quota.file_time),
    ]


def session() -> tuple[object, ...]:
    """Return who logged in, what of terminals is audited, and the session keyring."""
    # A module may have taken away the root, or all files that the process could open.
    audited: object
    login: object
    try:
        audited = KernelAudit().terminal()
    except OSError as fault:
        audited = fault.errno
    try:
        login = Path("/proc/self/loginuid").read_text()
    except OSError as fault:
        login = fault.errno
    return login, audited, _key(_SESSION_KEYRING)


def _key(number: int) -> tuple[object, ...]:
    """Return what a key is, and the keys in it, without the numbers that chance gives them."""
    if os.uname().machine != "x86_64":
        return ()
    libc, buffer = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(4096)
    size = libc.syscall(_KEYCTL, _DESCRIBE, ctypes.c_long(number), buffer, ctypes.c_long(4096))
    if size < 0:
        return (ctypes.get_errno(),)
    what = buffer.value
    size = libc.syscall(_KEYCTL, _READ, ctypes.c_long(number), buffer, ctypes.c_long(4096))
    held = range(0, max(size, 0) if what.startswith(b"keyring;") else 0, 4)
    inside = [int.from_bytes(buffer.raw[at : at + 4], sys.byteorder) for at in held]
    return (what, *sorted(repr(_key(each)) for each in inside))


_BEFORE: list[set[str]] = []
"""What is mounted before any case is played."""


def mounted() -> tuple[str, ...]:
    """Return what is mounted that was not, and shared with whom; then where the process is.

    Numbers of mounts and devices are a matter of chance.
    """
    return (*(line for line in _mounted() if line not in _BEFORE[0]), os.getcwd())


def keep_in_mind_what_is_mounted() -> None:
    """Take what is mounted now for what was there before."""
    _BEFORE[:] = [set(_mounted())]


def _mounted() -> list[str]:
    lines = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        _, _, _, root, place, options, *more = line.split(" ")
        dash = more.index("-")
        shared = [field.partition(":")[0] for field in more[:dash]]
        kind, _, about = more[dash + 1 :]
        about = about if kind == "tmpfs" else ""
        lines.append(" ".join((root, place, options, *shared, kind, about)))
    return lines
