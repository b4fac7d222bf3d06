"""A C program under a library that is told to speak another family's dialect.

What it sees stays Linux-PAM's: it was compiled with Linux-PAM's headers, and so were its modules.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.native.built import built_libraries
from tests.oracle.case import Case
from tests.oracle.door import Door, Program, Stage, script
from tests.oracle.doors import program

pytestmark = pytest.mark.needs("cc", "libpam", "root", "mount-namespace")

_MACHINE = ("passwd", "group", "nsswitch.conf", "ld.so.cache")
_CALLS = (
    *(("authenticate", 0x8001), ("setcred", 0x8), ("acct_mgmt", 0), ("open_session", 0x8000)),
    *(("chauthtok", 0x20), ("authenticate", 0x40)),
)
_ANSWERS = "cred=cred_expired acct=new_authtok_reqd open_session=session_err prechauthtok=try_again"


@pytest.fixture(scope="module")
def built() -> Iterator[Program]:
    with program() as compiled:
        yield compiled


def _etc(place: Path, dialect: str, module: Path) -> Path:
    """Make an `/etc` with one policy, in a file with a column and in one of a directory."""
    lines = [f"{each} required {module} {_ANSWERS}" for each in ("auth", "account", "session")]
    lines.append(f"password required {module} {_ANSWERS}")
    etc = place / "etc"
    (etc / "pam.d").mkdir(parents=True)
    for name in ("app", "other"):
        (etc / "pam.d" / name).write_text("".join(f"{line}\n" for line in lines))
    if dialect in ("illumos", "cde"):
        (etc / "pam.conf").write_text("".join(f"app {line}\n" for line in lines))
    (etc / "pamkit.conf").write_text(f"dialect = {dialect}\nquirks = none\n")
    for name in _MACHINE:
        if Path(f"/etc/{name}").exists():
            shutil.copy(f"/etc/{name}", etc / name)
    for path in (etc, *etc.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return etc


@pytest.mark.parametrize("dialect", ["solaris", "illumos", "cde", "openpam", "macos"])
def test_a_program_in_c_sees_numbers_of_linux(built: Program, tmp_path: Path, dialect: str) -> None:
    etc = _etc(tmp_path, dialect, built.probe)
    door = Door(built, built_libraries(), etc=etc)
    with Stage(built) as stage:
        ((said,),) = stage.run([door], [script("", Case("app", {}, _CALLS))])
    lines = said.splitlines()
    assert lines[0] == "start 0"
    # The driver has set item 10, which is its delay function: elsewhere it is another item.
    assert not [line for line in lines if line.startswith("no delay")]
    codes = [int(line.split()[1]) for line in lines[1:-1] if not line.startswith(" ")]
    assert codes[:5] == [0, 16, 12, 14, 24]  # the names of the answers, by Linux-PAM's header
    assert 0 < codes[5] < 32
    asked = [line.split()[1:3] for line in lines if line.startswith("  asked")]
    assert asked == [
        *(["auth", "0x8001"], ["cred", "0x8"], ["acct", "0x0"], ["open_session", "0x8000"]),
        ["prechauthtok", "0x4020"],
    ]


def test_a_program_in_c_gets_the_users_own_policy(built: Program, tmp_path: Path) -> None:
    etc = _etc(tmp_path, "solaris", built.probe)
    own = etc / "security" / "pam_policy" / "own"
    own.parent.mkdir(parents=True)
    own.write_text(f"other account required {built.probe} acct=acct_expired\n")
    (etc / "user_attr").write_text("applicant::::pam_policy=own\n")
    lines = ("account definitive pam_user_policy.so.1", f"account required {built.probe}")
    (etc / "pam.d" / "app").write_text("".join(f"{line}\n" for line in lines))
    for path in (own, own.parent, own.parents[1], etc / "user_attr"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    calls = (("acct_mgmt", 0x8000), ("authenticate", 0))
    with Stage(built) as stage:
        door = Door(built, built_libraries(), etc=etc)
        play = script("", Case("app", {}, calls))
        ((said,),) = stage.run([door], [play])
        own.chmod(0o664)
        ((refused,),) = stage.run([door], [play])
    told = said.splitlines()
    assert [line for line in told if line.startswith("acct_mgmt")] == ["acct_mgmt 13"]
    asked = [line.split()[1:3] for line in told if line.startswith("  asked")]
    assert asked == [["acct", "0x8000"], ["auth", "0x0"]]
    assert "acct_mgmt 4" in refused.splitlines()
