"""pam_umask against the system's own: options, files and comment fields by the hundred."""

from __future__ import annotations

import os
import random

from pamkit.vocab.flags import Flag
from tests.oracle.stage import _PASSWD, STAGE, Case, Content, File, assert_same, play

pytestmark = STAGE

_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_LIBPAMS = ("unexpected response from failed conversation function",)
"""What libpam itself says."""

_MASKS = (
    *("022", "077", "0", "0027", "27", "777", "1777", "08", "9", "0x22", "", "none", "-1", "+7"),
    *("022x", "00000000077", "18446744073709551615", "7" * 30, "-" + "7" * 30, "077,"),
)
_NUMBERS = (
    *("0", "1", "5", "19", "40", "-1", "-5", "-40", "", "x", "3x", "+2", "08", "0x10", "-0"),
    *("4294967297", "4294967295", "-4294967297"),
)
_BLOCKS = (
    *_NUMBERS,
    *("1000", "18014398509481984", "36028797018963968", "9" * 30, "-" + "9" * 30),
)


def _any_case(chance: random.Random, word: str) -> str:
    return "".join(chance.choice((letter.lower, letter.upper))() for letter in word)


def _words(chance: random.Random) -> str:
    words = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        word = chance.choice(
            ("debug", "silent", "usergroups", "usergroups", "nousergroups", "umask=", "umask=")
        )
        if chance.random() < 0.1:
            word = chance.choice(("umask", "usergroup", "nice=5", "debug=1", "=", "silent=", "é"))
        word = word if chance.random() < 0.8 else _any_case(chance, word)
        words.append(word + (chance.choice(_MASKS) if word.lower() == "umask=" else ""))
    return " ".join(words)


def _gecos(chance: random.Random) -> str:
    fields = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        kind = chance.choice(
            ("umask=", "umask=", "pri=", "ulimit=", "Alice", "", "xumask=", "umask")
        )
        kind = kind if chance.random() < 0.8 else _any_case(chance, kind)
        values = {"umask=": _MASKS, "pri=": _NUMBERS, "ulimit=": _BLOCKS}.get(kind.lower(), ("",))
        fields.append(kind + chance.choice(values))
    return ",".join(fields)


def _file(chance: random.Random) -> Content:
    if chance.random() < 0.4:
        return None
    line = chance.choice(("UMASK", "umask", "#UMASK", "UMASKS", " UMASK", "OTHER"))
    line += chance.choice((" ", "\t\t", "=", "", " = ")) + chance.choice(_MASKS)
    return f"FIRST 1\n{line}{chance.choice(('', ' # why', '  '))}\nUMASK 026\n"


def _is_garbage(gecos: str) -> bool:
    """Whether C makes a mask of 0 out of no number."""
    values = [
        word.partition("=")[2] for word in gecos.lower().split(",") if word.startswith("umask=")
    ]
    return any(value.lstrip("+-")[:1] not in tuple("01234567") for value in values)


def _passwd(gecos: str) -> str:
    return _PASSWD.replace(":Alice:", f":{gecos}:").replace(":root:/root", f":{gecos}:/root")


def _case(words: str = "", gecos: str = "", **more: object) -> Case:
    files: list[tuple[str, Content]] = [("/etc/passwd", _passwd(gecos))]
    files += more.pop("files", ())  # type: ignore[arg-type]  # they are
    apart = "pri=" in gecos.lower() or "ulimit=" in gecos.lower()
    return Case(
        f"session required pam_umask.so {words}\n",
        (("open_session", int(more.pop("flags", 0))),),  # type: ignore[call-overload]  # a number
        files=files,
        apart=apart,
        **more,  # type: ignore[arg-type]  # fields of a case
    )


def test_masks_and_more_are_those_of_the_real_module() -> None:
    chance = random.Random(60)
    cases, different = {}, {}
    for at in range(_CASES):
        gecos = _gecos(chance)
        user = chance.choice(("alice", "alice", "alice", "bob", "root", "stranger", "", None))
        cases[f"{at}"] = _case(
            _words(chance),
            gecos,
            files=[("/etc/login.defs", _file(chance)), ("/etc/default/login", _file(chance))],
            user=user,
            answers=chance.choice(((), ("alice",), (None,))),
            flags=chance.choice((0, 0, int(Flag.SILENT))),
            uid=chance.choice((0, 0, 0, 1000)),
            umask=chance.choice((0o022, 0o077, 0, 0o750, 0o027)),
        )
        if _is_garbage(gecos):
            different[f"{at}"] = "no number in the comment field opens everything"
    # Another mask behind it, or the same one before, hides the difference.
    garbage = {name: cases.pop(name) for name in different}
    assert_same(cases, only_in_c=_LIBPAMS)
    for case, (c, ours) in zip(garbage.values(), play(list(garbage.values())), strict=True):
        assert (c.codes, c.heard, c.process[:-1]) == (ours.codes, ours.heard, ours.process[:-1]), (
            case
        )
    some = play(list(cases.values())[:40])
    assert len({ours.process[-1] for _, ours in some}) >= 6, "hardly any mask is set"


def test_no_number_in_the_comment_field_is_no_mask() -> None:
    cases = {
        gecos: _case("umask=077", gecos) for gecos in ("umask=", "Alice,UMASK=none", "umask=x7")
    }
    assert_same(cases, different=dict.fromkeys(cases, "C sets 0"))
    assert {(c.process[-1], ours.process[-1]) for c, ours in play(list(cases.values()))} == {
        ("0o0", "0o77")
    }


def test_files_and_processes_that_are_not_as_usual() -> None:
    closed = File(b"UMASK 077\n", mode=0o600)
    defs, other = "/etc/login.defs", "/etc/default/login"
    cases = {
        "no files": _case(files=[(defs, None), (other, None)]),
        "closed, but not to root": _case(files=[(defs, closed)]),
        "closed": _case(files=[(defs, closed), (other, "UMASK=027\n")], uid=1000),
        "closed, and not asked": _case("umask=026", files=[(defs, closed)], uid=1000),
        "a directory": _case(files=[(defs, File(kind="directory", mode=0o755))]),
        "a link to nothing": _case(
            files=[(defs, File(kind="link", to="/no")), (other, "UMASK 7\n")]
        ),
        "only the effective user is root": _case(gecos="pri=-1,ulimit=-1", uid=1000, euid=0),
        "only the real user is root": _case(gecos="pri=-1,ulimit=-1", uid=0, euid=1000),
        "close": _case("umask=077")._replace(calls=(("close_session", 0),)),
        "both": _case("umask=077")._replace(calls=(("open_session", 0), ("close_session", 0))),
    }
    assert_same(
        cases,
        different={
            "closed": "C goes on with the next file",
            "a directory": "C takes it for an empty file",
        },
    )
