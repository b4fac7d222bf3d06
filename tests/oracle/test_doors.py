"""Random policies get the same answers from two libraries that a C program is linked against."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.native.built import built_libraries
from tests.oracle.case import Case
from tests.oracle.door import DIED, Door, Program, Stage
from tests.oracle.door_cases import END, PROBE, draw_door
from tests.oracle.doors import Pair, Tally, explained, pair, program, report, shrunk, tally

pytestmark = pytest.mark.needs("cc", "libpam", "pam_debug")

SEED = 20
SHARES, SHARE = 5, 4000

STUB = """
#define FUNCTION(name) int name(void); int name(void) { return ANSWER; }
FUNCTION(pam_start) FUNCTION(pam_start_confdir) FUNCTION(pam_end)
FUNCTION(pam_authenticate) FUNCTION(pam_setcred) FUNCTION(pam_acct_mgmt)
FUNCTION(pam_open_session) FUNCTION(pam_close_session) FUNCTION(pam_chauthtok)
FUNCTION(pam_get_item) FUNCTION(pam_set_item) FUNCTION(pam_get_data) FUNCTION(pam_set_data)
FUNCTION(pam_fail_delay) FUNCTION(pam_prompt)
"""
"""A library that answers the same to everything."""

STUB_VERSIONS = """
LIBPAM_1.0 { *; };
LIBPAM_1.4 { pam_start_confdir; };
LIBPAM_EXTENSION_1.0 { pam_prompt; };
"""

FORGETFUL = """
#define _GNU_SOURCE
#include <dlfcn.h>
int pam_open_session(void *handle, int flags);
int pam_open_session(void *handle, int flags)
{
    int (*real)(void *, int) = (int (*)(void *, int))dlsym(RTLD_NEXT, "pam_open_session");
    return real(handle, flags & ~0x8000);
}
"""
"""Goes before a library and loses one flag of one call."""


@pytest.fixture(scope="module")
def built() -> Iterator[Program]:
    with program() as compiled:
        yield compiled


@pytest.fixture(scope="module")
def system(built: Program) -> Door:
    return Door(built)


def _library(path: Path, source: str, *options: str) -> Path:
    """Compile a library; beside the driver, where the unprivileged may read it."""
    path.parent.mkdir(exist_ok=True)
    code = path.with_suffix(".c")
    code.write_text(source)
    command = ["cc", "-shared", "-fPIC", "-o", str(path), *options, str(code)]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize("share", range(SHARES))
def test_random_policies_get_the_same_answers_through_our_door(built: Program, share: int) -> None:
    doors = pair(built, built_libraries())
    result = tally(doors, SEED, share * SHARE, SHARE)
    if result.different:
        pytest.fail(explained(doors, SEED, result.different), pytrace=False)
    assert Tally(SHARE, (), ()) == result


def test_no_answer_of_the_systems_libpam_depends_on_chance(built: Program) -> None:
    assert Tally(2000, (), ()) == tally(pair(built, None), SEED, 0, 2000)


@pytest.mark.parametrize("answer", [0, 4])
def test_a_library_that_always_answers_the_same_would_be_told_apart(
    built: Program, system: Door, answer: int
) -> None:
    stub = built.driver.parent / f"always{answer}"
    stub.mkdir()
    (stub / "versions").write_text(STUB_VERSIONS)
    linking = f"-Wl,-soname,libpam.so.0,--version-script,{stub / 'versions'}"
    _library(stub / "libpam.so.0", STUB, linking, f"-DANSWER={answer}")
    result = tally(Pair(system, Door(built, stub)), SEED, 0, 300)
    assert Tally(300, tuple(range(300)), ()) == result


def test_a_library_that_loses_one_flag_would_be_told_apart(built: Program, system: Door) -> None:
    library = _library(built.driver.parent / "forgetful.so", FORGETFUL)
    forgetful = system._replace(environment=(("LD_PRELOAD", str(library)),))
    doors = Pair(system, forgetful)
    result = tally(doors, SEED, 0, 500)
    assert 2 < len(result.different) < 100
    small = shrunk(doors, draw_door(SEED, result.different[0]))
    assert [
        (name, isinstance(flags, int) and bool(flags & 0x8000)) for name, flags in small.calls
    ] == [("open_session", True)]
    assert "-   asked open_session 0x8" in report(doors, small)


def test_a_library_that_cannot_be_read_is_not_passed_over(built: Program, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="was to meet libpam in"):
        tally(Pair(Door(built), Door(built, tmp_path)), SEED, 0, 1)


def test_the_death_of_a_driver_is_told_and_survived(built: Program, system: Door) -> None:
    line = b"auth required " + PROBE + b"\n"
    case = Case("svc", {"svc": line}, (("authenticate", 0),))
    dies = case._replace(calls=(("no such call", 0),))
    with Stage(built) as stage:
        (first,), (second,), (third,) = stage.play([system], [case, dies, case])
    assert (first, f"start 0\n{DIED}1\n") == (third, second)


def test_a_trace_tells_what_modules_are_asked_and_what_they_leave(
    built: Program, system: Door
) -> None:
    words = b" @1 auth=incomplete,99 cred=-1 data=x token slow nested\n"
    calls = (("authenticate", 1), ("authenticate", 1), ("setcred", 0), (END, 9))
    case = Case("SVC", {"svc": b"auth required " + PROBE + words}, calls)
    with Stage(built) as stage:
        ((text,),) = stage.play([system], [case])
    arguments = words.decode().strip()
    besides = "  token 0\n  slow 0\n  nested 4\n"
    cleaned = "  data 0\n  cleaned 0x20000000 by module"
    assert text == (
        f"start 0\n  asked auth 0x1 in svc {arguments}\n  data 18\n{besides}authenticate 31\n"
        f"  asked auth 0x1 token in svc {arguments}\n{cleaned} token in svc x\n{besides}"
        "  delay 6 some\nauthenticate 6\n"
        f"  asked cred 0x2 in svc {arguments}\n{cleaned} in svc x\n{besides}setcred 6\n"
        "  cleaned 0x9 by program in svc x\nend 0\n"
    )
