"""A root without Python files, without policies, without the core: works, or refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.native.faults.building import Workshop, system_library
from tests.native.faults.core_file import core_of
from tests.native.faults.subject import CODE_BASE, Subject, play

pytestmark = [pytest.mark.needs("libpam", "cc", "root")]


@pytest.fixture
def root(subject: Subject, workshop: Workshop) -> Iterator[Path]:
    """A root with a driver, its libraries, the core, two modules and the policies: no more."""
    with TemporaryDirectory(prefix="faults-") as directory:
        made = Path(directory)
        core = core_of(subject)
        modules = system_library().resolve().parent / "security"
        needed = [
            workshop.driver("transact"),
            workshop.module("asks"),
            *subject.directory.glob("libpam*.so.0"),
            *modules.glob("pam_deny.so"),
            *([core] if core is not None else []),
        ]
        for name in ("lib", "lib64"):
            link = Path("/") / name
            if link.is_symlink():
                (made / name).symlink_to(link.readlink())
                (made / link.readlink()).mkdir(parents=True)
        for path in needed:
            _bring(made, path)
            for library in _libraries(path):
                _bring(made, library)
        # By its own name the core is found, and nothing of what lay beside it.
        shutil.copytree(workshop.policies, made / str(workshop.policies)[1:])
        yield made


def _bring(root: Path, path: Path) -> None:
    place = root / str(path)[1:]
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        shutil.copy2(path, place)


def _libraries(path: Path) -> list[Path]:
    listed = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
    found = re.findall(r"(?:=> )?(/\S+) \(0x", listed)
    return [Path(name) for name in found if "libpam" not in name]


def codes(subject: Subject, workshop: Workshop, root: Path) -> list[int | None]:
    inside = [workshop.driver("under"), f"root={root}", "--", workshop.driver("transact")]
    pairs = (("deny", "right"), ("asks", "wrong"), ("asks", "right"))
    return [play(subject, [*inside, *pair]).status for pair in pairs]


def test_a_root_without_python_is_enough(subject: Subject, workshop: Workshop, root: Path) -> None:
    assert codes(subject, workshop, root) == [CODE_BASE + 7, CODE_BASE + 7, CODE_BASE]


def test_a_root_without_policies_refuses(subject: Subject, workshop: Workshop, root: Path) -> None:
    shutil.rmtree(root / str(workshop.policies)[1:])
    assert CODE_BASE not in codes(subject, workshop, root)


def test_a_root_without_the_core_refuses(subject: Subject, workshop: Workshop, root: Path) -> None:
    core = core_of(subject)
    if core is None:
        pytest.xfail("stock has no core")
    (root / str(core)[1:]).unlink()
    assert codes(subject, workshop, root) == [CODE_BASE + 4] * 3
