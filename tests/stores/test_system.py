"""The world as a whole: below a root, with little to import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.stores import system
from pamkit.stores.system import dialect_for, system_world

SOURCE = str(Path(system.__file__).parents[2])

FORBIDDEN = (
    "dataclasses typing re enum functools collections contextlib pathlib logging asyncio"
    " subprocess inspect ctypes.util tempfile shutil random secrets signal socket"
)

USE = """
import os, sys
bare = set(sys.modules)
sys.path.insert(0, sys.argv[1])
from pamkit.formats.faillock_tally import Failure
from pamkit.module.program import Run
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.root import Root
from pamkit.stores.system import dialect_for, system_outside, system_world
early = "ctypes" in sys.modules
world, system = system_world(sys.argv[2]), system_world()
assert dialect_for(sys.argv[2]) == "debian"
user = world.accounts.find("alice")
assert world.credentials.shadow("alice").hashed.expose() == b"$6$a"
with world.credentials.lock():
    assert world.credentials.change("alice", type(user.password)("$6$b"), last_change=1)
assert world.files.read("/etc/shadow") and world.files.exists("/etc")
assert system.accounts.find("root") and system.accounts.groups_of("root")
assert system.files.runnable("/bin/sh")
with system.files.drop_to(system.accounts.by_uid(os.geteuid()) or user):
    pass
with world.tallies.hold("/tally", "alice", os.geteuid(), create=True) as tally:
    tally.record((*tally.failures(), Failure(int(world.clock.now()), "")), 0)
world.process.host_name(), world.process.terminal(), world.process.login_name()
assert DiskSource(Root(sys.argv[2])).read("/etc/passwd").text
outside = system_outside()
outside.run(Run(("/bin/cat",), (), b"x"))
try:
    outside.crypt(b"x", world.hashing.setting("sha512", 1000))
except OSError:
    pass
world.log.write(7, "")
print(early, sorted(set(sys.modules) - bare))
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(f"alice:x:{os.geteuid()}:{os.getegid()}:::\n")
    (tmp_path / "etc/shadow").write_text("alice:$6$a:1:0:99999:7:::\n")
    (tmp_path / "etc/debian_version").write_text("12.11\n")
    return tmp_path


def test_using_the_world_imports_nothing_that_a_login_would_wait_for(image: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", USE, SOURCE, str(image)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    early, _, listed = done.stdout.partition(" ")
    assert early == "False"
    loaded = {name.strip("[]', \n") for name in listed.split(",")}
    assert "pamkit.stores.system" in loaded
    assert loaded & set(FORBIDDEN.split()) == set()


def test_the_dialect_is_debians_where_debian_says_so(image: Path) -> None:
    assert dialect_for(str(image)) == "debian"
    (image / "etc/debian_version").unlink()
    assert dialect_for(str(image)) == "linux"
    assert dialect_for(str(image / "none")) == "linux"


def test_the_world_below_a_root_knows_nobody_else(image: Path) -> None:
    world = system_world(str(image))
    assert world.accounts.find("root") is None
    assert world.accounts.find("alice") is not None
