"""pam_exec against the system's own: programs that tell what they are given, and how they end."""

from __future__ import annotations

import os
import random
from typing import Any

from pamkit.modules.pam_exec import ExecOptions
from pamkit.policy.parser import parse
from pamkit.vocab.item import Item
from tests.oracle.stage import ALL, ASK, CHANGE, STAGE, Case, File, Seen, assert_same, play, stack

pytestmark = STAGE

_CASES = 90 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_HERE = "/var/lib/pamkit-probe"
_LOG = f"{_HERE}/log"
_NOW = 1_700_000_000

_TELLS = r"""#!/bin/sh
env | grep -v '^_=' | LC_ALL=C sort
read -r pid a b c d session rest </proc/self/stat
[ "$pid" = "$session" ] && echo leads a session
while read -r key rest; do [ "$key" = Uid: ] && echo "$rest"; done </proc/self/status
echo "[$*]" in $PWD >&2
ls /proc/self/fd
[ -p /dev/stdin ] && echo stdin is a pipe
for number in 1 2; do
    place=$(readlink /proc/$$/fd/$number)
    echo "${place%:*}"
done
printf '<'; cat; echo '>'
"""


def _script(text: str, mode: int = 0o755) -> File:
    return File(text.encode(), mode)


_PROGRAMS = {
    "tells": _script(_TELLS),
    "fails": _script("#!/bin/sh\necho no; echo never >&2; exit 7\n"),
    "255": _script("#!/bin/sh\nexit 255\n"),
    "killed": _script("#!/bin/sh\nkill -9 $$\n"),
    "hung up": _script("#!/bin/sh\necho before\nkill -HUP $$\necho behind\n"),
    "writes": _script("#!/bin/sh\nprintf 'one\\n\\ntwo  \\nthr\\351e\\n\\nlast'\n"),
    "silent": _script("#!/bin/sh\nexit 0\n"),
    "no interpreter": _script("#!/nowhere/sh\nexit 0\n"),
    "no program": _script("nothing that runs\n"),
    "not executable": _script("#!/bin/sh\nexit 0\n", 0o644),
    "for root": _script("#!/bin/sh\nexit 3\n", 0o700),
    "directory": File(kind="directory", mode=0o755),
}
_FILES = tuple((f"{_HERE}/{name.replace(' ', '-')}", file) for name, file in _PROGRAMS.items())
_PATHS = (*(path for path, _ in _FILES), f"{_HERE}/nowhere", "relative", "", "/bin/true", "/")

_OPTIONS = (
    *("debug", "DEBUG", "seteuid", "quiet", "QUIET_log", "quiet_log", "stdout", "StdOut"),
    *("expose_authtok", "Expose_AuthTok", f"log={_LOG}", f"LOG={_LOG}", "log=/nowhere/log"),
    *(f"log={_HERE}/directory", "log=/dev/null", "type=auth", "type=account", "TYPE=password"),
    *("type=open_session", "type=close_session", "type=", "type=AUTH", "nonsense"),
)
_IDS = ((0, None), (0, None), (1000, 0), (1000, 1000), (1000, 1001), (0, 1000))
_ENVIRONMENTS = ((), ("A=1", "PATH=/nowhere:/bin"), ("PAM_OTHER=1", "EMPTY="), ("LD_BIND_NOW=x",))
_ITEMS = (
    (),
    ((Item.RHOST, "far"), (Item.TTY, "pts/1")),
    ((Item.RUSER, "e v=e"), (Item.RHOST, "")),
)
_CALLS = tuple(
    ((name, 0),) for name in ("acct_mgmt", "open_session", "close_session", "chauthtok", "setcred")
)


def _drawn(number: int) -> Case:
    draw = random.Random(number)
    words = draw.sample(_OPTIONS, draw.randrange(5)) if number % 4 else []
    program = draw.choice(_PATHS if draw.random() < 0.7 else _PATHS[:1])
    args = draw.sample(
        ("one", "debug", "type=x", "log=/x", "[a b]", "*", "$HOME"), draw.randrange(3)
    )
    uid, euid = draw.choice(_IDS)
    return Case(
        stack("pam_exec", " ".join((*words, program, *args))),
        ASK if draw.random() < 0.5 else draw.choice(_CALLS),
        user=draw.choice(("alice", "alice", "", None)),
        answers=draw.choice((("secret",), ("alice", "secret"), ("x" * 600,) * 2, ())),
        items=draw.choice(_ITEMS),
        environment=draw.choice(_ENVIRONMENTS),
        files=(
            (_HERE, File(kind="directory", mode=draw.choice((0o755, 0o777)))),
            *_FILES,
            (_LOG, draw.choice((None, b"before\n", File(b"hers\n", 0o640, 1000, 1000)))),
        ),
        watch=(_LOG,),
        uid=uid,
        euid=euid,
        now=_NOW + number * 100_000,
    )


def _settled(seen: Seen) -> Seen:
    # C: parent and child both write to the log, and chance decides who is first.
    return seen._replace(log=tuple(sorted(seen.log)))


def _is_as_in_c(case: Case) -> bool:
    """Whether a case is none of those that differ on purpose, which have a test of their own."""
    line = case.policy.partition("\n")[0].lower()
    # 1.5 exposes no password there; 1.7 does.
    newer = "expose_authtok" in line and case.calls == CHANGE
    # C looks where the application stands; where that is forbidden, it says so.
    args = tuple(word.text for word in parse(case.policy, "probe").entries[0].args)
    command = ExecOptions.parse(args)[0].command
    relative = command[:1] != () and not command[0].startswith("/")
    # C: setuid(2) may fail without privilege; ours has nothing to change then.
    refused = "seteuid" in line and case.euid not in (None, 0, case.uid)
    return not (newer or relative or refused)


def test_every_option_and_ending_is_as_in_c() -> None:
    cases = [case for case in map(_drawn, range(_CASES)) if _is_as_in_c(case)]
    odd = [
        f"{case.policy.splitlines()[0]} {case.calls} {case.user} {case.uid} {case.euid}\n"
        f"  C    {_settled(c)}\n  ours {_settled(ours)}"
        for case, (c, ours) in zip(cases, play(cases), strict=True)
        if _settled(c) != _settled(ours)
    ]
    assert not odd, f"{len(odd)} of {len(cases)}:\n" + "\n".join(odd[:6])


_TELLS_ALL = (_HERE, File(kind="directory", mode=0o755)), *_FILES, (_LOG, None)


def _one(args: str, **given: Any) -> Case:
    case = Case(stack("pam_exec", args), ASK, files=_TELLS_ALL, watch=(_LOG,), now=_NOW)
    return case._replace(**given)


def test_what_is_different_on_purpose() -> None:
    tells, writes = f"{_HERE}/tells", f"{_HERE}/writes"
    up = "../" * 40  # above the root is the root
    forged = ("PAM_USER=root", "PAM_TYPE=account", "PAM_RHOST=localhost")
    line = _script("#!/bin/sh\nhead -c 5000 /dev/zero | tr '\\0' x\n")
    cases = {
        "forged": _one(f"log={_LOG} /usr/bin/env", environment=forged),
        "unset": _one(f"log={_LOG} /usr/bin/env", environment=("PAM_RHOST=localhost",)),
        "changed": _one(f"expose_authtok log={_LOG} {tells}", calls=CHANGE, answers=("new",)),
        "relative": _one("relative one two"),
        "relative, logged": _one(f"log={_LOG} relative"),
        "relative, found": _one(f"stdout {up}{writes}"),
        "log relative": _one(f"log={up}{_LOG} {writes}"),
        "no answer": _one(f"stdout expose_authtok {tells}", answers=(None,)),
        "long line": _one(f"stdout {_HERE}/long", files=(*_TELLS_ALL, (f"{_HERE}/long", line))),
        "not permitted": _one(f"seteuid stdout {tells}", uid=1000, euid=1001),
        "no arguments": _one(""),
        "no program": _one("stdout debug"),
        "no program, another type": _one("type=account"),
        "password known": _one(
            f"expose_authtok stdout {tells}",
            policy="auth optional pam_ftp.so\n"
            f"auth required pam_exec.so expose_authtok stdout {tells}\n",
            answers=("known",),
        ),
        "kept token": _one(
            "",
            policy=f"auth optional pam_exec.so expose_authtok {tells}\n"
            f"auth required pam_exec.so expose_authtok stdout {tells}\n",
            answers=("first",),
        ),
        "all": _one(f"log={_LOG} {tells}", calls=ALL),
    }
    assert_same(
        cases,
        different={
            "forged": "C puts the items behind variables of the same name",
            "unset": "C lets a variable stand for an item that is not set",
            "changed": "1.5 exposes no new password; 1.7 does",
            "relative, logged": "C begins a run in the log, and finds no program then",
            "relative, found": "C runs what lies where the application stands",
            "log relative": "C writes where the application stands",
            "no answer": "C takes no answer for an empty password",
            "long line": "1.5 cuts lines at 4,095 bytes; 1.7 does not",
            "not permitted": "C fails where setuid(2) does; there is nothing to change",
        },
    )
