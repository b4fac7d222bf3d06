"""`pam_pwquality`: the real module and ours on the same settings, applicants and passwords."""

import os
import random

import pytest

from tests.oracle.stage import STAGE, Case, Content, File, assert_same

pytestmark = [STAGE, pytest.mark.needs("pam_pwquality")]

_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_CONF, _DIRECTORY = "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d"
_SILENT, _EXPIRED = 0x8000, 0x20

_GOOD = ("kX7-qp2_Wz", "moRd%9tz!Lv", "Ue2u.Ri;bA8q", "x9(Tq)vB3n{K")
_BAD = (
    *("", "short", "abcdefgh", "password", "drowssap1", "aaaaBBBB", "alice1!xQ", "xx99ecila!"),
    *("neVeroddoreven", "12345678", "Wonderland7!", "naturally", "qqqqwwwweeee", "0ld-Secret9"),
    *("0LD-sECRET9", "ecret90ld-S", "pa$$w0rd", "AlIcE", "täglich-7X", "zz zz zz zz Z1"),
    "aB3$aB3$",
)
_SETTINGS = {
    "difok": ("0", "1", "3", "7"),
    "minlen": ("0", "6", "8", "10", "14"),
    "dcredit": ("0", "1", "2", "-1", "-3"),
    "ucredit": ("1", "-1", "-2"),
    "lcredit": ("2", "-1", "-4"),
    "ocredit": ("1", "-1", "-2"),
    "minclass": ("1", "3", "4", "9"),
    "maxrepeat": ("0", "1", "3"),
    "maxsequence": ("0", "2", "3"),
    "maxclassrepeat": ("0", "2", "4"),
    "gecoscheck": ("0", "1"),
    "dictcheck": ("0", "1"),
    "usercheck": ("0", "1"),
    "usersubstr": ("0", "4", "5"),
    "enforcing": ("0", "1"),
    "badwords": ("wonderland", "secret kx7-qp2", "ab abc"),
    "dictpath": ("/var/cache/cracklib/cracklib_dict", "/nowhere/at/all"),
    "retry": ("0", "1", "2", "3", "-1"),
    "enforce_for_root": ("", "0"),
    "local_users_only": ("", "1"),
}
_OTHERS = (
    *("debug", "use_authtok", "authtok_type=UNIX", "type=OLD", "difignore=3", "reject_username"),
    *("try_first_pass", "use_first_pass", "nonsense", "minlen", "minlen=12x", "MinClass=2"),
    *("minlen= 11", "minlen=+9", "maxrepeat=99999999999", "enforce_for_root=no", "Debug"),
)

_ENGINE_SAYS = ("takes no value", "has no effect", "pam_cracklib's")
"""What our engine logs of old options, beside what the module says of them."""

_PERMIT = "password required pam_permit.so\n"


def _settings(chance: random.Random, count: int) -> list[tuple[str, str]]:
    return [
        (name, chance.choice(_SETTINGS[name])) for name in chance.choices(list(_SETTINGS), k=count)
    ]


def _words(chance: random.Random) -> str:
    words = [
        f"{name}={value}" if value else name
        for name, value in _settings(chance, chance.choice((0, 1, 2, 4)))
        if name != "badwords"
    ]
    words += chance.choices(_OTHERS, k=chance.choice((0, 0, 1, 2)))
    if chance.random() < 0.5:
        words.append("debug")
    return " ".join(f"[{word}]" if " " in word else word for word in words)


def _conf(chance: random.Random, *, odd: bool = False) -> str:
    lines = []
    for name, value in _settings(chance, chance.choice((1, 2, 4))):
        shown = name.upper() if chance.random() < 0.1 else name
        between = chance.choice((" = ", "=", " ", "\t=  ", "  "))
        lines.append(f"{chance.choice(('', '  '))}{shown}{between}{value}{chance.choice(_ENDS)}")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(("", "# a comment", "   ")))
    if odd and chance.random() < 0.2:  # the last line, so that nothing is behind it
        lines.append(chance.choice(("no such = setting", "minlen = many", "retry", "= 5", "=")))
    return "\n".join(lines) + chance.choice(("\n", ""))


_ENDS = ("", "", "  ", " # said why", "\t")


def _files(chance: random.Random) -> list[tuple[str, Content]]:
    main = _conf(chance, odd=True) if chance.random() < 0.5 else None
    files: list[tuple[str, Content]] = [(_CONF, main)]
    for name in ("10-site.conf", "9.conf", "note.txt", "a.conf.conf"):
        if chance.random() < 0.2:
            files.append((f"{_DIRECTORY}/{name}", _conf(chance)))
    return files


def _answers(chance: random.Random) -> list[str | None]:
    answers: list[str | None] = []
    for _ in range(chance.randrange(4)):
        typed = chance.choice(_GOOD if chance.random() < 0.5 else _BAD)
        again = chance.choice(_GOOD) if chance.random() < 0.15 else typed
        answers += [typed, again] if chance.random() < 0.7 else [typed]
    if chance.random() < 0.1:
        answers.insert(chance.randrange(len(answers) + 1), None)
    return answers


def _case(chance: random.Random) -> Case:
    user = chance.choice(("alice", "alice", "bob", "root", "ftp", "eve", "", None))
    answers = _answers(chance)
    return Case(
        f"password requisite pam_pwquality.so {_words(chance)}\n{_PERMIT}",
        [("chauthtok", chance.choice((0, 0, 0, _SILENT, _EXPIRED)))],
        user=user,
        answers=answers if user is not None else ["bob", *answers],
        files=_files(chance),
        uid=chance.choice((0, 1000)),
    )


def test_random_settings_and_passwords() -> None:
    chance = random.Random(20)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, unsaid=_ENGINE_SAYS)


def test_a_change_from_an_old_password() -> None:
    chance = random.Random(21)
    cases = {}
    for number in range(_CASES // 5):
        olds, words = ("0ld-Secret9", "moRd%9tz!Lv"), ("", "difok=4", "difok=0", "retry=2 debug")
        at = chance.randrange(2)
        cases[f"case {number}"] = Case(
            f"password requisite pam_pwquality.so {chance.choice(words)}\n"
            "password required pam_unix.so use_authtok md5\n",
            [("chauthtok", 0)],
            answers=[olds[at], *_answers(chance)],
            files=[("/etc/shadow", f"alice:{_HASHES[at]}:19000:0:99999:7:::\n"), (_CONF, None)],
            uid=1000,
            euid=0,
        )
    assert_same(cases)


_HASHES = ("$1$abcdefgh$YZHr8RGoAu7B6fl2QPbNL0", "$1$abcdefgh$ETu9MusLknYY1QeiDM1ui/")


def test_what_differs_on_purpose() -> None:
    policy = f"password requisite pam_pwquality.so\n{_PERMIT}"
    change = [("chauthtok", 0)]
    cases = {
        "a bad line": Case(
            policy,
            change,
            answers=[_GOOD[0]] * 2,
            files=[(_CONF, "no such = setting\nminlen = 20\n")],
        ),
        "a long line": Case(
            policy,
            change,
            answers=[_GOOD[0]] * 2,
            files=[(_CONF, f"badwords = {'word ' * 250}{_GOOD[0]}\n")],
        ),
        "unreadable settings": Case(
            policy,
            change,
            answers=[_GOOD[0]] * 2,
            files=[(_CONF, File(b"minlen = 20\n", mode=0o600))],
            uid=1000,
        ),
        "unreadable settings beside them": Case(
            policy,
            change,
            answers=[_GOOD[0]] * 2,
            files=[(_CONF, None), (f"{_DIRECTORY}/1.conf", File(b"minlen = 20\n", mode=0o600))],
            uid=1000,
        ),
    }
    assert_same(
        cases,
        different={
            "a bad line": "C reads no further; ours passes it over, and the others count",
            "a long line": "C reads no further; ours takes it whole",
            "unreadable settings": "C judges by its defaults; ours refuses",
            "unreadable settings beside them": "C judges by its defaults; ours refuses",
        },
    )
