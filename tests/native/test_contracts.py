"""The contracts of libpam's functions: the same odd calls, answered the same by stock and by ours.

The drivers print what every call answered and what it left in the caller's variables; the system's
own libpam says what is right.  What kills stock, or differs on purpose, is left out there, and a
comment says so.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.native.built import built_libraries

_HERE = Path(__file__).parent / "contracts"
_WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")
_COMPILE = ("cc", "-std=gnu11", "-O1", "-g", *_WARNINGS, f"-I{_HERE}")
_FACILITIES = ("auth", "account", "session", "password")
_CODES = ("-1", "32", "33", "1000", "2147483647", "-2147483648", "31", "25", "4294967296", "-256")

_LINES = {
    "permit": ("required pam_permit.so",),
    "p\udce4rmit": ("required pam_permit.so",),
    "permit ": ("required pam_permit.so",),
    "deny": ("required pam_deny.so",),
    "other": ("required pam_deny.so",),
    "broken": ("required",),
    "loop": ("include loop",),
    "plain": ("required {act} one two",),
    "data": ("required {act} data",),
    "tokens": ("required {act} tokens",),
    "authtok": ("required {act} authtok",),
    "first-pass": ("required {act} use_first_pass authtok",),
    "authtok-type": ("required {act} authtok_type=Kind authtok",),
    "verify": ("required {act} verify",),
    "own": ("required {act} own",),
    "nested": ("required {act} nested",),
    "users": ("required {act} users",),
    "prompts": ("required {act} prompts",),
    "waits": ("required pam_permit.so", "required {act} waits=1", "required {act} after"),
    "waits-twice": ("required {act} waits=2", "optional {act} after"),
    "waits-inside": ("substack waits", "required {act} last"),
    "delays": ("required {act} delays=0",),
    "delays-long": ("required {act} delays=10,30,0,20",),
    **{
        f"{prefix}-{control}{code}": tuple(
            line.format(words=words, code=code, act="{act}") for line in lines
        )
        for prefix, lines in (
            ("alone", ("{words} {{act}} return={code}",)),
            ("before", ("{words} {{act}} return={code}", "required pam_permit.so")),
            ("after", ("required pam_permit.so", "{words} {{act}} return={code}")),
        )
        for control, words in (
            ("required", "required"),
            ("requisite", "requisite"),
            ("sufficient", "sufficient"),
            ("optional", "optional"),
            ("all", "[default=ok]"),
        )
        for code in (*_CODES, "256")
    },
}

_SCENES = (
    "no-handle",
    "items",
    "pointer-items",
    "xauth",
    "environment",
    "services",
    "talking",
    "flags",
    "texts",
    "codes alone",
    "codes before",
    "codes after",
    "waiting waits",
    "waiting waits-twice",
    "waiting waits-inside",
    "changing plain",
    "changing waits",
    "changing waits-twice",
    "delaying delays",
    "delaying delays-long",
    "delaying permit",
    *(f"scene {name}" for name in ("data", "tokens", "authtok", "first-pass", "authtok-type")),
    *(f"scene {name}" for name in ("verify", "own", "nested", "users", "prompts")),
)

_LIBPAM = "/lib/x86_64-linux-gnu"


def _compiled(*words: str) -> None:
    subprocess.run([*_COMPILE, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the drivers, and the policies of every scene."""
    place = tmp_path_factory.mktemp("contracts")
    for program in ("application", "own_malloc", "handler"):
        words = ("-fno-builtin", "-rdynamic", "-o", str(place / program), "-l:libpam.so.0")
        _compiled(str(_HERE / f"{program}.c"), *words)
    module = ("-shared", "-fPIC", str(_HERE / "module.c"))
    _compiled(*module, "-o", str(place / "act.so"), "-l:libpam.so.0")
    policies = place / "policies"
    policies.mkdir()
    for service, lines in _LINES.items():
        text = "".join(
            f"{facility} {line.format(act=place / 'act.so')}\n"
            for facility in _FACILITIES
            for line in lines
        )
        (policies / service).write_text(text)
    return place


def _said(place: Path, scene: str, libraries: str, program: str = "application") -> str:
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries, "LC_ALL": "C"}
    command = [str(place / program), str(place / "policies"), *scene.split()]
    done = subprocess.run(
        command, env=environment, cwd=place, capture_output=True, timeout=60, check=False
    )
    return (done.stdout + done.stderr).decode("latin-1") + f"exit {done.returncode}\n"


@pytest.mark.needs("libpam", "cc")
@pytest.mark.parametrize("scene", _SCENES)
def test_odd_calls_are_answered_as_stock_answers_them(place: Path, scene: str) -> None:
    assert _said(place, scene, _LIBPAM) == _said(place, scene, str(built_libraries()))


@pytest.mark.needs("libpam", "cc")
@pytest.mark.parametrize("service", ["authtok", "data", "users", "permit", "deny"])
def test_memory_crosses_the_border_by_the_programs_own_malloc(place: Path, service: str) -> None:
    expected = _said(place, service, _LIBPAM, "own_malloc")
    assert expected.endswith("end 0\nexit 0\n")
    assert expected == _said(place, service, str(built_libraries()), "own_malloc")


@pytest.mark.needs("libpam", "cc")
def test_a_handler_of_a_signal_that_calls_in_is_refused_and_does_not_wait_for_ever(
    place: Path,
) -> None:
    expected = "refused 0 end 0\nexit 0\n"
    assert expected == _said(place, "", str(built_libraries()), "handler")
