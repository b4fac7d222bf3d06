"""What a login loads: the standard library's light half, and nothing of others.

Each of these modules costs more to import than a whole transaction; behind a C program that
asks for one login, the price would be paid at every start.
"""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    {
        "argparse",
        "asyncio",
        "collections",
        "contextlib",
        "ctypes.util",
        "dataclasses",
        "enum",
        "functools",
        "inspect",
        "logging",
        "pathlib",
        "random",
        "re",
        "rich",
        "secrets",
        "shutil",
        "socket",
        "subprocess",
        "tempfile",
        "typing",
    }
)
SOURCE = Path(__file__).resolve().parent.parent / "src"

# `-I -S`: nothing from the environment, and no `site`, which imports things of its own.
ISOLATED = [sys.executable, "-I", "-S", "-c"]
REPORT = (
    "import sys; before = set(sys.modules); sys.path.insert(0, {source!r})\n"
    "{program}\n"
    "print(' '.join(sorted(set(sys.modules) - before)))"
)


def loaded(program: str) -> set[str]:
    """Return the modules that a program loads in a bare interpreter."""
    text = REPORT.format(source=str(SOURCE), program=program)
    done = subprocess.run([*ISOLATED, text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_pamkit_loads_nothing_else() -> None:
    assert loaded("import pamkit") == {"__future__", "pamkit"}


def test_a_first_name_does_not_bring_the_engine() -> None:
    brought = loaded("import pamkit; pamkit.ReturnCode.SUCCESS")
    assert not [name for name in brought if name.startswith(("pamkit.engine", "pamkit.policy"))]


TRANSACTION = """
import pamkit
from pamkit.testing.policies import Trial
from pamkit.modules import pam_debug
trial = Trial("auth required pam_debug.so", pam_debug)
assert trial.authenticate() == 0
"""


def test_a_transaction_in_memory_loads_only_pamkit_and_built_ins() -> None:
    foreign = {name for name in loaded(TRANSACTION) if not name.startswith("pamkit")}
    assert foreign <= {"__future__", "_collections", "_operator", "_thread"}


def test_the_whole_login_path_loads_nothing_heavy() -> None:
    modules = sorted(path.stem for path in (SOURCE / "pamkit" / "modules").glob("pam_*.py"))
    stores = sorted(path.stem for path in (SOURCE / "pamkit" / "stores").glob("[a-z]*.py"))
    assert modules
    assert stores
    program = "\n".join(
        [
            "import pamkit",
            "pamkit.Transaction, pamkit.login, pamkit.Answers",
            *(f"import pamkit.modules.{name}" for name in modules),
            *(f"import pamkit.stores.{name}" for name in stores),
        ]
    )
    assert not loaded(program) & HEAVY


@pytest.mark.needs("libcrypt")
def test_a_real_login_with_a_password_loads_nothing_heavy(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    (etc / "pam.d").mkdir(parents=True)
    lines = "".join(f"{f} required pam_unix.so nodelay\n" for f in ("auth", "account", "session"))
    (etc / "pam.d" / "app").write_text(lines)
    (etc / "passwd").write_text("alice:x:1000:1000::/home/alice:/bin/sh\n")
    (etc / "group").write_text("alice:x:1000:\n")
    hashed = "$5$rounds=1000$saltsalt$"
    program = f"""
import pamkit
from pamkit.stores.system import system_outside
hashed = system_outside().crypt(b"open sesame", {hashed!r})
with open({str(etc / "shadow")!r}, "w") as file:
    file.write(f"alice:{{hashed}}:20000:0:99999:7:::\\n")
with pamkit.login("alice", "open sesame", service="app", root={str(tmp_path)!r}) as session:
    assert session.user == "alice"
try:
    pamkit.check("alice", "open barley", service="app", root={str(tmp_path)!r})
except pamkit.WrongCredentials:
    pass
else:
    raise SystemExit("a wrong password was taken")
"""
    assert not loaded(program) & HEAVY
