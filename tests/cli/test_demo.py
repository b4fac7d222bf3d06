import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.demo.scenes import SCENES
from pamkit.vocab.codes import ReturnCode

pytestmark = pytest.mark.needs("libcrypt")

GOLDEN = """\
2. a wrong password ------------------------------------------------------------
`alice` at `login`: pam_unix says no, but its control ignores that: it is
  pam_deny that refuses

  > Password: ********
authenticate  service `login`
|-o login:1        pam_nologin.so  requisite
|     ignore: has no say
|-o common-auth:2  pam_unix.so     [success=1 default=ignore]
|     auth_err: ignored
|-* common-auth:4  pam_deny.so     requisite
|     auth_err: refused, and the chain ends here  <- decides
|-. common-auth:6  pam_permit.so   required                    not asked
`- x refused: auth_err, decided at common-auth:4 by pam_deny.so
     authentication failure
"""

GOLDEN_SUBSTACK = """\
|-o vault:2        pam_succeed_if.so  [success=2 default=ignore]
|     success: jumps over 2 lines
|-. vault:3        pam_echo.so        optional                    not asked
|-. vault:4        pam_deny.so        requisite                   not asked
|-  vault:5        substack           common-auth
|  |-o common-auth:2  pam_unix.so        [success=1 default=ignore]
|  |     success: jumps over 1 line
|  |-. common-auth:4  pam_deny.so        requisite                   not asked
|  |-* common-auth:6  pam_permit.so      required
|  |     success: counts as the first yes  <- decides
`- + granted, decided at common-auth:6 by pam_permit.so
"""

# Everything is loaded before the rights go: where the code lies may be closed to others.
_AS_NOBODY = """\
import ctypes, importlib, os, pkgutil, sys
import pamkit
from pamkit.cli.main import main
for module in pkgutil.walk_packages(pamkit.__path__, "pamkit."):
    if "__main__" not in module.name:
        importlib.import_module(module.name)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(["demo", "--fast", "--plain"]))
"""


def demo(*argv: str) -> int:
    return main(["demo", "--fast", "--plain", *argv])


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_every_scene_ends_as_it_should(capfd: pytest.CaptureFixture[str]) -> None:
    assert demo() == 0
    shown, errors = capfd.readouterr()
    assert f"all {len(SCENES)} ended as they should" in shown
    assert errors == ""
    assert GOLDEN in shown
    assert GOLDEN_SUBSTACK in shown
    hidden = {typed.answer for scene in SCENES for typed in scene.typed} - {"mallory"}
    assert [answer for answer in hidden if answer in shown] == []


@pytest.mark.parametrize("width", [80, 100, 132])
def test_all_of_it_fits_on_the_screen(
    width: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    demo()
    _, *lines = capfd.readouterr().out.splitlines()  # the first one names a directory
    assert [line for line in lines if len(line) > width and "/etc/pam.d/" not in line] == []


@pytest.mark.needs("unprivileged")
def test_it_plays_for_an_ordinary_user_as_well() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY], capture_output=True, check=False, cwd="/"
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"ended as they should" in done.stdout


def test_a_scene_that_ends_otherwise_is_status_1_and_is_named(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SCENES[1]
    hopeful = scene.changed(calls=(scene.calls[0].changed(code=ReturnCode.SUCCESS),))
    monkeypatch.setattr("pamkit.cli.demo.SCENES", (hopeful,))
    assert demo() == 1
    shown = capfd.readouterr().out
    assert "x authenticate: expected success, found auth_err" in shown
    assert "1 of 1 ended otherwise than they should" in shown


def test_with_keep_the_directory_stays_and_without_it_goes(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pamkit.cli.demo.SCENES", ())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    demo()
    assert list(tmp_path.iterdir()) == []
    demo("--keep")
    (kept,) = tmp_path.iterdir()
    assert f"{kept}, which is kept" in capfd.readouterr().out


def test_without_libcrypt_it_says_so(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pamkit.stores.c_by_ctypes._LIBCRYPTS", ("libnowhere.so.0",))
    monkeypatch.setattr("pamkit.stores.c_by_ctypes._libcrypt", {})
    assert demo() == 2
    said = capfd.readouterr().err
    assert said.startswith("pamkit: passwords cannot be hashed: ")
    assert "help: " in said
