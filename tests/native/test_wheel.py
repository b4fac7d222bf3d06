"""A wheel that brings the libraries is a pure one, and the libraries."""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pamkit.native.problem import Problem
from pamkit.native.recipe import LIBRARIES
from pamkit.native.wheel import add_libraries, platform_tag

from .stand_in import build_stand_ins, write_sources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    directory = tmp_path / "libraries"
    directory.mkdir()
    for row in LIBRARIES:
        (directory / row.file).write_bytes(row.file.encode() * 1000)
    (directory / "built-from").write_text("these sources\n")
    return directory


@pytest.fixture
def pure(tmp_path: Path) -> Path:
    path = tmp_path / "pamkit-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("pamkit/__init__.py", "")
        wheel.writestr(
            "pamkit-0.1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("pamkit-0.1.0.dist-info/RECORD", "pamkit/__init__.py,,\n")
    return path


def test_libraries_are_added_and_everything_is_recorded(
    pure: Path, libraries: Path, tmp_path: Path
) -> None:
    made = add_libraries(pure, libraries, tmp_path)
    assert made.name == f"pamkit-0.1.0-{platform_tag()}.whl"
    with zipfile.ZipFile(made) as wheel:
        for row in LIBRARIES:
            assert wheel.read(f"pamkit/native/lib/{row.file}") == row.file.encode() * 1000
        about = wheel.read("pamkit-0.1.0.dist-info/WHEEL").decode()
        recorded = wheel.read("pamkit-0.1.0.dist-info/RECORD").decode().splitlines()
        assert {line.partition(",")[0] for line in recorded} == set(wheel.namelist())
        for line in recorded:
            name, digest, size = line.split(",")
            if not name.endswith("RECORD"):
                data = wheel.read(name)
                raw = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
                assert (digest, int(size)) == (f"sha256={raw.decode()}", len(data))
    assert f"Root-Is-Purelib: false\nTag: {platform_tag()}\n" in about


def test_the_same_files_make_the_same_wheel(pure: Path, libraries: Path, tmp_path: Path) -> None:
    first = add_libraries(pure, libraries, tmp_path).read_bytes()
    assert first == add_libraries(pure, libraries, tmp_path).read_bytes()


def test_the_pure_wheel_stays_as_it_is(pure: Path, libraries: Path, tmp_path: Path) -> None:
    before = pure.read_bytes()
    add_libraries(pure, libraries, tmp_path)
    assert pure.read_bytes() == before


def test_what_is_no_wheel_of_pamkit_is_refused(libraries: Path, tmp_path: Path) -> None:
    for name in ("other-1-py3-none-any.whl", "pamkit-0.1.0-py3-none-linux_x86_64.whl"):
        with pytest.raises(Problem, match="is no wheel of pamkit"):
            add_libraries(tmp_path / name, libraries, tmp_path)
    broken = tmp_path / "pamkit-0.1.0-py3-none-any.whl"
    broken.write_bytes(b"words")
    with pytest.raises(Problem, match="is no wheel"):
        add_libraries(broken, libraries, tmp_path)
    assert [path.name for path in tmp_path.glob("*.whl")] == [broken.name]


@pytest.mark.needs("cc", "registry")
def test_a_fresh_environment_gets_the_libraries_with_the_wheel(tmp_path: Path) -> None:
    """The whole way: pure wheel, platform wheel, installed, found, looked at."""
    libraries = build_stand_ins(write_sources(tmp_path / "c"), tmp_path / "built")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    # What the makefile says to uv holds in the project's directory, and this is another.
    left_out = ("VIRTUAL_ENV", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT")
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    environment["UV_PYTHON"] = sys.executable

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )

    # No compiler is there for the pure wheel.
    made = run(*uv, "build", "--wheel", "--out-dir", tmp_path, ROOT)
    assert made.returncode == 0, made.stderr
    (pure,) = tmp_path.glob("pamkit-*-py3-none-any.whl")
    made = run(
        *(sys.executable, "-m", "pamkit", "native", "wheel"),
        *("--from", libraries, "--into", tmp_path, pure),
    )
    assert made.returncode == 0, made.stderr
    python = tmp_path / "venv" / "bin" / "python"
    for command in (
        ("venv", "--python", sys.executable, tmp_path / "venv"),
        ("pip", "install", "--no-deps", "--no-index", "--python", python, made.stdout.strip()),
    ):
        done = run(*uv, *command)
        assert done.returncode == 0, done.stderr

    found = run(python.with_name("pamkit"), "native", "path").stdout.strip()
    assert Path(found) == next((tmp_path / "venv/lib").glob("*/site-packages/pamkit/native/lib"))
    looked_at = run(python.with_name("pamkit"), "native", "check", "--plain", found)
    # They are stand-ins, and it says so; but they are read, and they are whole.
    assert "`pam_setcred` is missing in `LIBPAM_1.0`" in looked_at.stdout
    assert "is no 64-bit shared object" not in looked_at.stdout
    assert looked_at.returncode == 1
