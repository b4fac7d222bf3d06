"""pam_selinux beside the system's own, with a libselinux that answers from a table."""

from __future__ import annotations

import errno
import itertools
import os
import random

from pamkit.vocab.item import Item
from tests.oracle.contexts import Contexts
from tests.oracle.stage import STAGE, Case, File, assert_same

pytestmark = STAGE

_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_CONFIG = ("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n")
_OPTIONS = (
    *("open", "close", "restore", "nottys", "debug", "debug", "debug", "verbose"),
    *("select_context", "select_context", "env_params", "env_params", "use_current_range"),
    *("Debug", "nonsense", "open=1"),
)
_STAFF = "staff_u:staff_r:staff_t:s0-s0:c0.c1023"
_USUAL = (
    *(_STAFF, _STAFF, _STAFF, "user_u:user_r:user_t", "user_u:user_r:user_t:s0", "a:b:", "a::"),
    *("none", "a:b:c:s0:c1:c2:c3"),
)
_OWN = ("system_u:system_r:sshd_t:s0-s0:c3", "system_u:system_r:sshd_t", "none")
_ROLES = ("sysadm_r", "sysadm_r", "staff_r", "odd:r", "odd r", "odd_t", "none_r", "")
_LEVELS = ("s0", "s0:c3", "s15", "s0-s15", "s0\tx", "", "s0:c1:c2")
_TTYS = ("null", "/dev/zero", "nothing", "ssh", "NODEVssh", "", "/dev/tty", "../dev/null")
_FAULTS = (errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOENT, errno.EOPNOTSUPP)
_MAY_FAIL = (
    *("getexeccon", "getfilecon|/dev/null", "getfilecon|/dev/zero", "getcon"),
    *("string_to_security_class|chr_file", "security_compute_relabel|old"),
    *("setfilecon|/dev/null|new", "setfilecon|/dev/null|old", "setfilecon|/dev/zero|new"),
    *("setexeccon|(null)", "setexeccon|before", f"setexeccon|{_STAFF}", f"setexeccon|{_STAFF}"),
    *(f"setkeycreatecon|{_STAFF}", f"raw|{_STAFF}", f"security_check_context|{_STAFF}"),
    *("security_check_context|staff_u:sysadm_r:sysadm_t:s0-s0:c0.c1023", "getseuser|alice|probe"),
    *("security_check_context|staff_u:staff_r:staff_t:s15", "list|staff_u|s0"),
    *(f"selinux_check_access|{_STAFF}|staff_u:staff_r:staff_t:s0:c3",),
    f"selinux_check_access|{_STAFF}|staff_u:sysadm_r:sysadm_t:s15",
)
_NO_AUDIT = OSError(errno.EPROTONOSUPPORT, "Protocol not supported", "socket")

_OURS = ("option `",)
"""C does not say what is no option."""

# What libpam says of empty answers.
_C_ALONE = ("unexpected response from failed conversation function",)


def _table(chance: random.Random, *, selinux: int) -> Contexts:
    usual = chance.choice(_USUAL)
    level = chance.choice((("staff_u", "s0"), ("staff_u", "s0"), ("staff_u",), ("staff_u", "")))
    table: dict[str, str | tuple[str, ...] | int] = {
        "getseuser|alice|probe": level,
        "getseuser|bob|probe": ("user_u", "s0"),
        "getseuser|eve|probe": ("eve", ""),
        "list|staff_u|s0": (usual, "other:other:other"),
        "list|staff_u|": (usual,),
        "list|staff_u|(null)": usual,
        "list|eve|": "eve:eve_r:eve_t:s0",
        "getcon": chance.choice(_OWN),
        "getfilecon|*": "old",
        "security_compute_relabel|old": "new",
        f"raw|{_STAFF}": f"{_STAFF}:raw",
        "get_default_type|sysadm_r": "sysadm_t",
        "get_default_type|staff_r": "staff_t",
        "get_default_type|odd:r": "odd_t",
        "get_default_type|odd r": "odd_t",
        "get_default_type|odd_t": "odd t",
    }
    if chance.random() < 0.5:
        table["getexeccon"] = "before"
    if chance.random() < 0.7:
        table["mls"] = ""
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 5))):
        fails = chance.choice(_MAY_FAIL)
        if selinux != 1 or not fails.startswith("getfilecon"):  # see the differences below
            table[fails] = chance.choice(_FAULTS)
    return table


def _answers(chance: random.Random) -> tuple[str | None, ...]:
    said: list[str | None] = []
    for _ in range(chance.randint(0, 4)):
        said += [chance.choice(("y", "Y", "yes", "n", "", "q", None))]
        said += [chance.choice((*_ROLES, None)), chance.choice((*_LEVELS, None))]
    return tuple(said[: chance.randint(0, len(said))])


def _environment(chance: random.Random) -> tuple[str, ...]:
    said = []
    if chance.random() < 0.6:
        said.append(f"SELINUX_ROLE_REQUESTED={chance.choice(_ROLES)}")
    if chance.random() < 0.6:
        said.append(f"SELINUX_LEVEL_REQUESTED={chance.choice(_LEVELS)}")
    if chance.random() < 0.4:
        said.append(f"SELINUX_USE_CURRENT_RANGE={chance.choice(('1', '0', '', '1x'))}")
    return tuple(said)


def _words(chance: random.Random) -> str:
    return " ".join(chance.choice(_OPTIONS) for _ in range(chance.randint(0, 4)))


def _drawn(chance: random.Random) -> Case:
    lines = chance.choice((1, 1, 1, 2, 3))
    policy = "".join(f"session required pam_selinux.so {_words(chance)}\n" for _ in range(lines))
    calls = chance.choice((("open",), ("open", "close"), ("open", "open", "close"), ("close",)))
    items = [(Item.TTY, chance.choice(_TTYS))] if chance.random() < 0.8 else []
    if chance.random() < 0.3:
        items.append((Item.RHOST, "far"))
    selinux = chance.choice((0, 1, 2, 2, 2, 2, 2))
    return Case(
        policy,
        tuple((f"{call}_session", 0) for call in calls),
        user=chance.choice((*("alice",) * 8, "bob", "eve", "", None)),
        answers=_answers(chance),
        items=tuple(items),
        environment=_environment(chance),
        files=(_CONFIG,),
        selinux=selinux,
        contexts=_table(chance, selinux=selinux),
        terminal=chance.random() < 0.2,
        auditd=chance.choice((0, 0, 0, _NO_AUDIT)),
    )


def test_the_same_contexts_are_set() -> None:
    chance = random.Random(5)
    cases = {str(number): _drawn(chance) for number in range(_CASES)}
    assert_same(cases, unsaid=_OURS, only_in_c=_C_ALONE)


def _choosing(chance: random.Random) -> Case:
    """A session whose user or application chooses a context, often a good one."""
    roles, levels = ("sysadm_r", "staff_r", "", "none_r"), ("s0", "s0:c3", "s15", "")
    table: dict[str, str | tuple[str, ...] | int] = {**_table(chance, selinux=1), "mls": ""}
    table |= {"getseuser|alice|probe": ("staff_u", "s0"), "list|staff_u|s0": _STAFF}
    table["getcon"] = _OWN[0]
    for role, level in itertools.product(("sysadm", "staff"), ("s0", "s0:c3", "s15", "s0-s0:c3")):
        made = f"staff_u:{role}_r:{role}_t:{level}"
        if chance.random() < 0.3:
            table[f"security_check_context|{made}"] = errno.EINVAL
        if chance.random() < 0.3:
            table[f"selinux_check_access|{_STAFF}|{made}"] = errno.EACCES
    if chance.random() < 0.1:
        del table["mls"]
    answers: list[str | None] = []
    for _ in range(chance.randint(1, 3)):
        answers += [chance.choice("yY"), chance.choice(roles), chance.choice(levels)]
    words = ("select_context", "env_params", "use_current_range", "verbose", "debug")
    given = [word for word in words if chance.random() < 0.5] or ["select_context"]
    environment = (
        f"SELINUX_ROLE_REQUESTED={chance.choice(roles)}",
        f"SELINUX_LEVEL_REQUESTED={chance.choice(levels)}",
    )
    return Case(
        f"session required pam_selinux.so {' '.join(given)}\n",
        (("open_session", 0),),
        answers=answers,
        environment=environment,
        files=(_CONFIG,),
        selinux=chance.choice((1, 2, 2, 2)),
        contexts=table,
        auditd=chance.choice((0, _NO_AUDIT)),
    )


def test_the_same_choices_are_let_pass() -> None:
    chance = random.Random(6)
    cases = {str(number): _choosing(chance) for number in range(_CASES)}
    assert_same(cases, only_in_c=_C_ALONE)


def _opened(
    args: str = "debug",
    *,
    user: str = "alice",
    tty: str = "null",
    selinux: int = 2,
    answers: tuple[str, ...] = (),
    auditd: int | OSError = 0,
    fails: tuple[str, int] | None = None,
) -> Case:
    table: dict[str, str | tuple[str, ...] | int] = {
        f"getseuser|{user}|probe": ("staff_u", "s0"),
        "list|staff_u|s0": _STAFF,
        "getfilecon|*": "old",
        "security_compute_relabel|old": "new",
        "mls": "",
    }
    if fails is not None:
        keys = {
            "setexeccon": f"setexeccon|{_STAFF}",
            "getfilecon": f"getfilecon|/dev/{tty}",
            "restored_tty": f"setfilecon|/dev/{tty}|old",
            "restored_programs": "setexeccon|(null)",
        }
        table[keys[fails[0]]] = fails[1]
    return Case(
        f"session required pam_selinux.so {args}\n",
        (("open_session", 0), ("close_session", 0)),
        user=user,
        answers=answers,
        items=((Item.TTY, tty),),
        files=(_CONFIG,),
        selinux=selinux,
        contexts=table,
        auditd=auditd,
    )


def test_what_cannot_be_told_is_enforced_only_if_it_matters() -> None:
    assert_same(
        {"not told": _opened(selinux=3), "told": _opened(fails=("setexeccon", errno.EPERM))}
    )


def test_what_cannot_be_restored_is_an_error_only_where_it_is_enforced() -> None:
    assert_same(
        {
            f"{what} {code} {selinux}": _opened(selinux=selinux, fails=(what, code))
            for what in ("restored_tty", "restored_programs")
            for code in (errno.EPERM, errno.ENOENT)
            for selinux in (1, 2)
        }
    )


def test_a_record_that_is_lost_is_said_in_the_log() -> None:
    # libpam itself answers `system_err` then.
    lost = OSError(errno.EMFILE, os.strerror(errno.EMFILE), "socket")
    cases = {
        "": _opened(auditd=lost),
        "refused": _opened(auditd=lost, fails=("setexeccon", errno.EPERM)),
    }
    assert_same(cases, plain=lambda seen: seen._replace(codes=()))


def test_what_is_different_on_purpose() -> None:
    spaces = ("y", "", "s0 res=success")
    assert_same(
        {
            "not told": _opened(selinux=3, fails=("setexeccon", errno.EPERM)),
            "no label": _opened(selinux=1, fails=("getfilecon", errno.EOPNOTSUPP)),
            "no device": _opened(tty="pts"),
            "link": _opened(tty="own")._replace(
                files=(_CONFIG, ("/dev/own", File(kind="link", to="null")))
            ),
            "no name": _opened(user="../../../../tmp/alice"),
            "spaces": _opened("select_context", answers=spaces),
        },
        different={
            "not told": "up to 1.5 a kernel that does not tell whether it enforces is permissive",
            "no label": "C gives the terminal the null pointer for a context, and real ones crash",
            "no device": "C relabels whatever lies there",
            "link": "whoever can write where it lies could make it lead elsewhere",
            "no name": "C has libselinux read a file of that name",
            "spaces": "C writes fields of the user's into the record",
        },
    )
