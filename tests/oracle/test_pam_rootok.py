"""pam_rootok beside the system's own, with a libselinux that answers from a table."""

from __future__ import annotations

import errno
import os
import random

from tests.oracle.contexts import Contexts
from tests.oracle.stage import STAGE, Case, assert_same

pytestmark = STAGE

_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_CONFIG = ("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n")
_STAFF = "staff_u:staff_r:staff_t:s0-s0:c0.c1023"
_BEFORE = (_STAFF, _STAFF, "user_u:user_r:user_t:s0", "", errno.EACCES, errno.ENOENT, None)
_SAYS = (
    *(None, errno.EACCES, errno.EACCES, errno.EINVAL, errno.ENOENT),
    *("avc:  granted  { rootok }", ("avc:  first", "avc:  second", "avc:  third")),
)
_NO_AUDIT = OSError(errno.EPROTONOSUPPORT, "Protocol not supported", "socket")

_OURS = (
    "cannot ask SELinux",  # C is silent
    *(": avc:", ": denied rootok for"),  # C says it as the program
)


def _table(chance: random.Random) -> Contexts:
    table: dict[str, str | tuple[str, ...] | int] = {}
    before = chance.choice(_BEFORE)
    if before is not None:
        table["getprevcon_raw"] = before
    says = chance.choice(_SAYS)
    if says is not None:
        table[f"rootok|{_STAFF}|{_STAFF}"] = says
    return table


def _drawn(chance: random.Random) -> Case:
    words = ("", "", "debug", "debug", "debug debug", "nonsense", "debug nonsense")
    policy = "".join(
        f"{facility} required pam_rootok.so {chance.choice(words)}\n"
        for facility in ("auth", "account", "password")
    )
    calls = ("authenticate", "setcred", "acct_mgmt", "chauthtok")
    return Case(
        policy,
        tuple((call, 0) for call in chance.sample(calls, chance.randint(1, 4))),
        user=chance.choice(("alice", "root", "nobody", "", None)),
        files=(_CONFIG,),
        uid=chance.choice((0, 0, 0, 0, 0, 1000)),
        euid=chance.choice((None, None, 0, 1000)),
        selinux=chance.choice((0, 1, 1, 2, 2, 2, 2, 3)),
        contexts=_table(chance),
        auditd=chance.choice((0, 0, 0, _NO_AUDIT)),
    )


def test_root_is_let_through_where_c_lets_it() -> None:
    chance = random.Random(3)
    assert_same({str(number): _drawn(chance) for number in range(_CASES)}, unsaid=_OURS)
