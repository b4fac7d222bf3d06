"""pam_motd beside the system's own, which is Debian's and runs programs."""

from __future__ import annotations

import os
import random

from tests.oracle.stage import STAGE, Case, Content, File, assert_same

pytestmark = STAGE

_CASES = 100 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_C_ALONE = ("unexpected response from failed conversation function",)

# C keeps to itself that it could not update, or says it on the standard error of the application.
_OURS_ALONE = ("is not updated",)

_DYNAMIC = "/run/motd.dynamic"
_PLACES = ("/etc/motd", "/run/motd", "/usr/lib/motd", "/srv/motd", _DYNAMIC)
_DIRECTORIES = ("/etc/motd.d", "/run/motd.d", "/srv/motd.d")
_NAMES = ("10", "20-a", "B", "a", "z.rpmsave", ".hidden", "é")
_WORDS = (
    "motd=/srv/motd",
    "motd=/nowhere:/srv/motd:/etc/motd",
    f"motd={_DYNAMIC}",
    "motd=/etc/motd.d",
    "motd=::/srv/motd",
    "motd=:",
    "motd=",
    "motd_dir=/srv/motd.d",
    "motd_dir=/srv/motd.d:/etc/motd.d/",
    "motd_dir=/nowhere:/etc/motd.d",
    "motd_dir=:/etc/motd.d",
    "motd_dir=/etc/passwd",
    "motd_dir=",
    "nonsense",
    "noupdate=1",
    "MOTD=/srv/motd",
)
_TEXTS = (b"Hello\n", b"two\nlines\n\n", b"no end", b"\n", b"", b"nul\0rest\n", b"\xff\xe9\n")


def _content(chance: random.Random) -> Content:
    roll = chance.random()
    if roll < 0.6:
        return File(chance.choice(_TEXTS))
    if roll < 0.7:
        return File(b"x" * chance.choice((65535, 65536, 65537)))
    if roll < 0.8:
        return File(b"not for everybody\n", mode=0o640, gid=chance.choice((0, 10, 1000)))
    if roll < 0.95:
        return File(kind="link", to=chance.choice(("/dev/null", "/etc/motd", "/nowhere", "10")))
    return File(kind="directory", mode=0o755)


def _words(chance: random.Random) -> list[str]:
    words = chance.sample(_WORDS, chance.choice((0, 0, 1, 1, 2, 2, 3)))
    # C: what an empty one is to undo, and an empty list, are named below.
    given = {word.partition("=")[0] for word in words if not word.endswith("=")}
    return [word for word in words if not (word.endswith("=") and word[:-1] in given)]


def _case(chance: random.Random) -> Case:
    words = _words(chance)
    if chance.random() < 0.8:
        words.append("noupdate")
    files: list[tuple[str, Content]] = [
        *((path, _content(chance)) for path in _PLACES[:4:3] if chance.random() < 0.7),
        *((path, _content(chance)) for path in ("/run/motd", _DYNAMIC) if chance.random() < 0.4),
    ]
    for directory in _DIRECTORIES:
        if chance.random() < 0.2:
            continue
        mode = chance.choice((0o755, 0o755, 0o755, 0o750, 0o744))
        files.append((directory, File(kind="directory", mode=mode)))
        for name in chance.sample(_NAMES, chance.randint(0, 3)):
            files.append((f"{directory}/{name}", _content(chance)))
    user = chance.choice(("alice", "alice", "alice", "bob", "root", "eve", None))
    silent = chance.random() < 0.1
    return Case(
        _policy(" ".join(words), chance.choice(("[default=ok]", "optional"))),
        (("open_session", 0x8000 * silent), ("close_session", 0)),
        user=user,
        answers=("alice",) if chance.random() < 0.5 else (),
        files=files,
        uid=chance.choice((0, 0, 0, 0, 1000, 1001)),
    )


def _policy(options: str, control: str = "[default=ok]") -> str:
    return f"session {control} pam_motd.so {options}\n"


def test_the_message_is_shown_as_by_the_module_in_c() -> None:
    chance = random.Random(52)
    cases = {f"{number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, only_in_c=_C_ALONE, unsaid=_OURS_ALONE)


_SAYS = b"#!/bin/sh\necho hello from $0; umask; env | sort; id -u; cat\n"
_FAILS = b"#!/bin/sh\necho half\nexit 3\n"


def _updating(
    *programs: tuple[str, Content],
    uid: int = 0,
    euid: int | None = None,
    more: tuple[tuple[str, Content], ...] = (),
) -> Case:
    directory: tuple[str, Content] = ("/etc/update-motd.d", File(kind="directory", mode=0o755))
    return Case(
        _policy(f"motd={_DYNAMIC}") + _policy("noupdate motd=/etc/motd"),
        (("open_session", 0),),
        environment=("PATH=/home/alice/bin", "LD_PRELOAD=/home/alice/mine.so"),
        files=[
            ("/etc/motd", "static\n"),
            (_DYNAMIC, "old\n"),
            *more,
            directory,
            *((f"/etc/update-motd.d/{name}", program) for name, program in programs),
        ],
        watch=[_DYNAMIC],
        uid=uid,
        euid=euid,
    )


def _program(text: bytes, mode: int = 0o755) -> File:
    return File(text, mode=mode)


def test_programs_are_run_as_by_the_module_of_debian() -> None:
    says, fails = _program(_SAYS), _program(_FAILS)
    cases = {
        "one": _updating(("10-says", says)),
        "in order": _updating(("20", _program(b"#!/bin/sh\necho 20\n")), ("10-says", says)),
        "none": _updating(),
        "not executable": _updating(("10-says", _program(_SAYS, 0o644))),
        "names that are none": _updating(("10.dpkg-old", says), ("x.rpmnew", says), ("y~", says)),
        "one fails": _updating(("10-says", says), ("20-fails", fails)),
        "no interpreter": _updating(("10", _program(b"#!/nowhere\n"))),
        "killed": _updating(("10", _program(b"#!/bin/sh\nkill -9 $$\n"))),
        "not root": _updating(("10-says", says), uid=1000),
        "setuid root": _updating(("10-says", says), uid=1000, euid=0),
        "errors": _updating(("10", _program(b"#!/bin/sh\necho bad >&2; echo good\n"))),
        "the file was not there": _updating(("10-says", says), more=((_DYNAMIC, None),)),
        "cve_2010_0832 a link": _updating(
            ("10-says", says), more=((_DYNAMIC, File(kind="link", to="/etc/motd")),)
        ),
        "a directory": _updating(
            ("10-says", says), more=((_DYNAMIC, File(kind="directory", mode=0o755)),)
        ),
        "no directory of programs": _updating(more=(("/etc/update-motd.d", None),)),
        "a file in its place": _updating(more=(("/etc/update-motd.d", says),)),
    }
    assert_same(cases, unsaid=_OURS_ALONE)


def test_relative_paths_count_as_in_c_from_where_the_process_is() -> None:
    up = "../" * 40  # from wherever this is
    policies = [f"motd=/nowhere:{up}etc/motd", f"motd_dir={up}srv/d:/etc/d"]
    directory = File(kind="directory", mode=0o755)
    cases = {
        options: Case(
            _policy(f"noupdate {options}"),
            (("open_session", 0),),
            files=(
                ("/etc/motd", "first\n"),
                ("/srv/d", directory),
                ("/srv/d/1", "second\n"),
                ("/etc/d", directory),
            ),
        )
        for options in policies
    }
    assert_same(cases)


_DIFFERENT = {
    "an empty motd= behind another": "C says that it ignores it, and forgets the other",
}


def test_what_is_different_is_named() -> None:
    files = (("/etc/motd", "first\n"), ("/srv/motd", "second\n"))
    policies = {
        "an empty motd= behind another": _policy("motd=/srv/motd motd= noupdate"),
    }
    cases = {
        name: Case(policy, (("open_session", 0),), files=files) for name, policy in policies.items()
    }
    assert_same(cases, different=_DIFFERENT)
