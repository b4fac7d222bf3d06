"""pam_loginuid beside the system's own: what the kernel has of a login afterwards."""

from __future__ import annotations

import errno
import os
import random

from tests.oracle.stage import STAGE, Case, assert_same

pytestmark = STAGE

_CASES = 25 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_USERS = ("alice", "bob", "root", "nosuchuser", "", None)
_WORDS = ("", "", "require_auditd", "require_auditd require_auditd", "Require_auditd", "x")
_CALLS = ("acct_mgmt", "open_session", "close_session")
_AUDITDS: tuple[int | OSError, ...] = (
    *(0, 417),
    *(OSError(code, "", "socket") for code in (errno.EPROTONOSUPPORT, errno.EINVAL)),
    *(OSError(code, "") for code in (errno.ECONNREFUSED, errno.EPERM, errno.EINVAL)),
)


def _case(chance: random.Random) -> Case:
    line = f"required pam_loginuid.so {chance.choice(_WORDS)}\n"
    calls = tuple((chance.choice(_CALLS), 0) for _ in range(chance.randint(1, 3)))
    uid = chance.choice((0, 0, 0, 1000))
    return Case(
        f"account {line}session {line}",
        calls,
        user=chance.choice(_USERS),
        answers=chance.choice(((), ("bob",), (None,))),
        uid=uid,
        euid=chance.choice((uid, 0)),
        auditd=chance.choice(_AUDITDS),
        apart=True,
    )


def test_the_kernel_is_told_the_same() -> None:
    chance = random.Random(5)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(
        cases,
        only_in_c=("unexpected response from failed conversation",),
        unsaid=("is unknown",),  # words that are no options: C takes no notice
    )
