"""pam_pwhistory beside the system's: what is asked and answered, and what becomes of its file."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

from pamkit.stores import c_by_ctypes
from pamkit.vocab.flags import Flag
from tests.oracle.stage import CHANGE, STAGE, Case, Content, File, assert_same

pytestmark = STAGE

CASES = 300 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_MODULES = [
    file
    for place in ("lib", "usr/lib", "lib64")
    for file in Path("/").glob(f"{place}/**/security/pam_pwhistory.so")
]
NEW = any(b"pwhistory.conf" in file.read_bytes() for file in _MODULES)
"""Whether the system's module has `file=`, `conf=` and a file of settings, as since 1.6."""

HISTORY, OLD = "/etc/security/opasswd", "/etc/security/opasswd.old"
ELSEWHERE = "/var/lib/history"
CONF, VENDOR_CONF, OTHER_CONF = (
    "/etc/security/pwhistory.conf",
    "/usr/etc/security/pwhistory.conf",
    "/etc/other.conf",
)
WATCH = (HISTORY, OLD, "/etc/shadow", ELSEWHERE, f"{ELSEWHERE}.old")

WORDS = tuple(f"word-number-{number}" for number in range(6))


def _hash(word: str, salt: str = "$1$salt$") -> str:
    made = c_by_ctypes.crypt(word.encode(), salt.encode())
    assert made is not None
    return made.decode()


_MADE = {word: _hash(word) for word in WORDS}
_DES = _hash(WORDS[1], "ab")


def _shadow(alice: str) -> str:
    return f"root:*:19000::::::\nalice:{alice}:19000:0:99999:7:::\nbob:*:1::::::\n"


_OURS_ALONE = ("` is unknown", "`: expected ")
"""The engine says of any module's line what is odd about it."""

_C_ALONE = ("unknown option: conf=",)
"""Since 1.6 C reads the file and says that it does not know the option."""


def _case(
    options: str = "",
    *,
    history: Content = None,
    alice: str = _MADE[WORDS[0]],
    answers: tuple[str | None, ...] = (WORDS[3],) * 2,
    user: str | None = "alice",
    uid: int = 0,
    euid: int | None = 0,
    flags: int = 0,
    more: str = "",
    files: tuple[tuple[str, Content], ...] = (),
    backup: Content = None,
) -> Case:
    return Case(
        f"password required pam_pwhistory.so {options}\n{more}",
        tuple((name, flags) for name, _ in CHANGE),
        user=user,
        answers=answers,
        files=(
            ("/etc/shadow", File(_shadow(alice).encode(), 0o640)),
            (HISTORY, history),
            (OLD, backup),
            *files,
        ),
        watch=WATCH,
        uid=uid,
        euid=euid,
    )


def _line(name: str, *words: str) -> str:
    return f"{name}:{len(name)}:{len(words)}:{','.join(_MADE[word] for word in words)}\n"


def test_any_history_is_kept_and_respected_as_the_real_one_does() -> None:
    cases = {f"{at} {case}": case for at, case in enumerate(_any(Random(4), CASES))}
    assert_same(cases, unsaid=_OURS_ALONE, only_in_c=_C_ALONE)


def _any(chance: Random, count: int) -> Iterator[Case]:
    for _ in range(count):
        options = chance.sample(
            [
                "debug",
                "use_authtok",
                "enforce_for_root",
                f"remember={chance.choice(REMEMBER)}",
                f"retry={chance.choice(RETRY)}",
                "authtok_type=UNIX",
                "use_first_pass",
                "try_first_pass",
                "nonsense",
            ],
            chance.choice((0, 1, 1, 2, 2, 3, 4)),
        )
        files: list[tuple[str, Content]] = []
        if NEW:
            places = (f"file={ELSEWHERE}", "file=relative", "FILE=", f"conf={OTHER_CONF}", "conf=")
            options += chance.sample(places, chance.choice((0, 0, 1, 2)))
            files = [(place, _settings(chance)) for place in (CONF, OTHER_CONF)]
        lines = [
            _line("alice", *chance.sample(WORDS, chance.randrange(1, 5))),
            _line("bob", WORDS[2]),
            "\n",
            "alicia:7:1:x\n",
            "al:8:1:x\n",
            "malformed\n",
            "alice:5:0:\n",
            f"alice:5:7:{_DES}\n",
        ]
        chosen = chance.sample(lines, chance.randrange(0, 5))
        history = "".join(chosen) if chance.random() < 0.8 else None
        alice = chance.choice([*(_MADE[word] for word in WORDS), "", "!", "*", _DES])
        if history and f",{alice}\n" in history:
            continue  # a quirk if there are too many: see below
        answers = [chance.choice(WORDS) for _ in range(4)]
        if chance.random() < 0.8:
            answers = [word for word in answers for _ in range(2)]
        mode = chance.choice((0o600, 0o640, 0o644))
        yield _case(
            " ".join(word.upper() if chance.random() < 0.1 else word for word in options),
            history=None if history is None else File(history.encode(), mode, 1, 10),
            alice=alice,
            answers=tuple(answers),
            user=chance.choice(["alice"] * 8 + ["root", "bob", "carol", "nosuchuser", None]),
            uid=chance.choice((0, 0, 1000)),
            flags=chance.choice([0, 0, 0, int(Flag.SILENT), int(Flag.CHANGE_EXPIRED_AUTHTOK)]),
            more=chance.choice(["", "", "password required pam_pwhistory.so use_authtok debug\n"]),
            files=(*files, *((f"{ELSEWHERE}{end}", None) for end in ("", ".old", " ", " .old"))),
            backup=None if history is None else chance.choice([None, "before\n"]),
        )


def _settings(chance: Random) -> str | None:
    """Return a file of settings, sometimes none."""
    keys = ("remember", "REMEMBER", "retry", "file", "debug", "enforce_for_root")
    signs = (" ", "=", " = ", "\t=\t", "", "  ")
    values = ("1", "2", "0", "-1", "x", "", "3x", " 5 ", "99999999999", ELSEWHERE)
    ends = ("\n", "\n", " # comment\n", "#comment\n")
    lines = [
        "".join(chance.choice(part) for part in (keys, signs, values, ends))
        for _ in range(chance.randrange(0, 5))
    ]
    return chance.choice((None, "".join(lines), "".join(lines)))


def test_odd_places_and_lines_differ_where_they_should() -> None:
    used = _line("alice", *WORDS[:3])
    asked = (WORDS[1],) * 2
    cases = {
        "mistyped": _case("retry=2 debug", answers=(WORDS[3], WORDS[4], WORDS[5], WORDS[5])),
        "mistyped to the end": _case("retry=2 debug", answers=WORDS[:4]),
        "no answer": _case("retry=2 debug", answers=(None,)),
        "hung up": _case("retry=2 debug", answers=()),
        "unshadowed": _case(user="dave", files=(("/etc/passwd", _PASSWD),)),
        "unshadowed and empty": _case(user="emil", files=(("/etc/passwd", _PASSWD),)),
        "as ##name": _case(user="fred", files=(("/etc/passwd", _PASSWD),)),
        "bare number": _case("enforce_for_root", history="alice:1000:0\n"),
        "more fields": _case("enforce_for_root", history=used[:-1] + ":x,y\n", answers=asked),
        "twice in it": _case(
            "enforce_for_root", history=_line("alice", WORDS[3]) + used, answers=(WORDS[3],) * 2
        ),
        "trimmed": _case("remember=2", history=used),
        "the newest is there": _case("remember=4", history=_line("alice", *WORDS[3:], WORDS[0])),
        "one left": _case("remember=1", history=used),
        "empty password": _case(
            "enforce_for_root", history=f"alice:1000:1:{_hash('')}\n", answers=("", "")
        ),
        "long password": _case("enforce_for_root", answers=("x" * 600,) * 2),
        "no shadow file": _case(files=(("/etc/shadow", None),)),
        "no directory": _case("debug", files=(("/etc/security", None),)),
        "backup without a file": _case(backup="before\n"),
        "comment": _case(
            "enforce_for_root", history=f"# x\n alice:1000:1:{_MADE[WORDS[1]]}\n", answers=asked
        ),
        "malformed": _case("enforce_for_root", history="alice:1000\n"),
        "no count": _case(
            "enforce_for_root", history=f"alice:1000:x:{_MADE[WORDS[1]]}\n", answers=asked
        ),
        "empty hashes": _case(history=f"alice:1000:4:,{_MADE[WORDS[2]]},,\n"),
        "no line end": _case(history=_line("bob", WORDS[1])[:-1]),
        "too many, and the newest is there": _case(
            "remember=2", history=_line("alice", *WORDS[3:], WORDS[0])
        ),
        "age behind the hash": _case(alice=f"{_DES},M.fi"),
        "link": _case(history=File(kind="link", to="/var/opasswd"), files=(("/var/opasswd", ""),)),
        "directory": _case(history=File(kind="directory", mode=0o755)),
        "long DES": _case(
            "enforce_for_root", history=f"alice:1:1:{_LONG}\n", answers=(_LONGER,) * 2
        ),
        "unprivileged": _case(uid=1000, euid=1000),
        "unprivileged and unshadowed": _case(
            uid=1000, euid=1000, user="dave", files=(("/etc/passwd", _PASSWD),)
        ),
        "unprivileged and closed": _case(
            uid=1000,
            euid=1000,
            user="dave",
            files=(("/etc/passwd", _PASSWD),),
            history=File(b"", 0o600),
        ),
    }
    same_now = {"comment"} if NEW else set()
    different = {name: why for name, why in DIFFERENT.items() if name not in same_now}
    assert_same(cases, different=different, unsaid=_OURS_ALONE)


_PASSWD = f"""\
root:x:0:0:root:/root:/bin/sh
alice:x:1000:1000:Alice:/home/alice:/bin/sh
bob:x:1001:1001:Bob:/home/bob:/bin/bash
dave:{_MADE[WORDS[1]]}:1003:1003::/:/bin/sh
emil::1004:1004::/:/bin/sh
fred:##fred:1005:1005::/:/bin/sh
"""

_LONGER = "more than eight bytes"
_LONG = _hash(_LONGER[:8], "ab")
_LONG += _hash(_LONGER[8:16], _LONG[2:4])[2:]
_LONG += _hash(_LONGER[16:], _LONG[13:15])[2:]

DIFFERENT = {
    "backup without a file": "C removes it; ours keeps the last history there is",
    "comment": "1.5 strips comments and blanks from lines, 1.7 and ours do not",
    "malformed": "C throws a user's malformed line away, ours leaves it",
    "no count": "C throws the history away with a count that is none, ours believes the hashes",
    "empty hashes": "C counts and keeps hashes that are empty",
    "no line end": "C writes the new line into the last one",
    "too many, and the newest is there": "1.5 leaves all of them, 1.7 keeps the newest twice",
    "age behind the hash": "C writes the comma, so that age and hash are two hashes",
    "link": "C puts a file in the place of the link, ours changes the file it leads to",
    "directory": "C succeeds and remembers nothing; ours refuses the change",
    "unprivileged": "ours says that the password cannot be read; the code is the same",
    "unprivileged and unshadowed": "ours says that the lock cannot be had; the code is the same",
}
"""What differs from C on purpose."""

REMEMBER = (
    "1",
    "2",
    "3",
    "10",
    "400",
    "401",
    "0",
    "-1",
    "",
    "x",
    "2x",
    " 3",
    "99999999999999999999",
)
RETRY = ("0", "1", "2", "3", "-1", "x", "", "4294967298", "+2")
