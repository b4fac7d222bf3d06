"""Tell the kernel's audit who logged in.

The kernel gives every process the number of the user who logged in, and processes inherit it:
whatever they become later, by su or sudo, audit records say who it was.  The module writes the
number of the user's account into `/proc/self/loginuid`, when the account is checked (for programs
that open no sessions) and when a session is opened; if it is there already, nothing is written.
It belongs into services by which users enter (login, sshd, gdm, cron), and not into those by which
they become somebody else.  Closing a session succeeds and does nothing.

Success means that the number is written.  Where the kernel has no such file the answer is ignore,
and so it is within a user namespace, of a container for example, if the kernel does not allow it
there.  Otherwise a user who is not known, or a number that cannot be written (by a process that is
not root's), are `session_err`; so is a thread that is not the first of its process, for the kernel
takes the number of a thread from itself only.

With `require_auditd` nobody enters while no daemon takes the audit records: `session_err`, unless
the kernel has no audit at all, or a process that is not root's may not ask.  An answer of the
kernel is waited for 3 seconds at most.

Success proves nothing about who is asking.  Differences: none.

Source: `pam_loginuid(8)`, `proc_pid_loginuid(5)`.
"""

from __future__ import annotations

import errno

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_AUDIT, NEEDS_ROOT
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_LOGIN = "/proc/self/loginuid"
_USERS = "/proc/self/uid_map"
_USERS_OF_THE_MACHINE = b"         0          0 4294967295\n"

_NO_AUDIT = (errno.EINVAL, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT)
"""C: why the socket cannot be opened where the kernel has no audit."""


class LoginuidOptions(Options):
    """What may stand after the module's name in a policy."""

    require_auditd: bool = flag("refuse while no daemon takes the audit records")


_CODES = "success ignore session_err"

MODULE = declare(
    "pam_loginuid",
    options=LoginuidOptions,
    answers={
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    files=[_LOGIN, _USERS],
    facts=[ASKS_USER, CHANGES_AUDIT, NEEDS_ROOT],
    examples=[
        example("login", "session required pam_loginuid.so"),
        example(
            "crond", "session optional pam_loginuid.so", "in a container it may not be allowed"
        ),
    ],
)


async def _enter(call: ModuleCall[LoginuidOptions]) -> ReturnCode:
    try:
        user = await call.user()
    except Stop:
        call.log(Priority.NOTICE, "cannot determine user name")
        return ReturnCode.SESSION_ERR
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f"error: login user-name '{user}' does not exist")
        return ReturnCode.SESSION_ERR
    answer = _written(call, account.uid)
    if answer is ReturnCode.SESSION_ERR:
        call.log(Priority.ERR, "set_loginuid failed")
    elif call.options.require_auditd and not _is_audited(call):
        call.log(Priority.ERR, "required running auditd not detected")
        return ReturnCode.SESSION_ERR
    return answer


pam_sm_acct_mgmt = _enter
pam_sm_open_session = _enter


def pam_sm_close_session(_: ModuleCall[LoginuidOptions]) -> ReturnCode:
    """Do nothing: the number stays."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _written(call: ModuleCall[LoginuidOptions], uid: int) -> ReturnCode:
    identity = call.world.identity
    try:
        before = identity.login_uid()
    except FileNotFoundError:
        return ReturnCode.IGNORE
    except OSError as fault:
        return _failed(call, f"Cannot open {_LOGIN}: {fault.strerror}")
    try:
        if before != uid:
            identity.set_login_uid(uid)
    except OSError as fault:
        return _failed(call, f"Error writing {_LOGIN}: {fault.strerror}")
    return ReturnCode.SUCCESS  # the kernel has taken the number of this user


def _failed(call: ModuleCall[LoginuidOptions], said: str) -> ReturnCode:
    if _is_in_a_namespace(call):
        return ReturnCode.IGNORE
    call.log(Priority.ERR, said)
    return ReturnCode.SESSION_ERR


def _is_in_a_namespace(call: ModuleCall[LoginuidOptions]) -> bool:
    """Whether users have other numbers here than on the machine itself."""
    try:
        return not _USERS_OF_THE_MACHINE.startswith(call.world.files.read(_USERS) or b"?")
    except OSError:
        return False  # a kernel without such namespaces; in doubt a failure counts


def _is_audited(call: ModuleCall[LoginuidOptions]) -> bool:
    """Whether somebody takes the audit records, or nobody can want them."""
    try:
        return call.world.audit.collector() != 0
    except OSError as fault:
        if fault.filename == "socket":
            return fault.errno in _NO_AUDIT
        if fault.errno == errno.EPERM:
            # C: who may not ask has entered long ago.
            return call.world.process.uid() != 0
        # C: what the kernel says where audit is switched off, or in a container.
        return fault.errno == errno.ECONNREFUSED
