"""What a login loads: the standard library's light half, and nothing of others.

Each of these modules costs more to import than a whole transaction; behind a C program that
asks for one login, the price would be paid at every start.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.native.contents import AT_EVERY_START

OF_PYTHON = frozenset(
    {"__future__", "_collections", "_collections_abc", "_operator", "_stat", "_thread", "errno"}
    | {"genericpath", "os", "os.path", "posixpath", "stat", "time"}
)
"""What a transaction loads that is not pamkit's: built in, or there with every `site`."""

BEHIND_THE_FRONT = frozenset(
    {
        "pamkit.doors.natives",
        "pamkit.doors.settings",
        "pamkit.engine.choreography",
        "pamkit.engine.driver",
        "pamkit.engine.views",
        "pamkit.front",
        "pamkit.guests",
        "pamkit.guests.guests",
        "pamkit.guests.interrupts",
        "pamkit.module.program",
        "pamkit.records",
        "pamkit.records.event",
        "pamkit.session_front",
        "pamkit.stores.system",
        "pamkit.transaction",
        "pamkit.vocab.errors",
    }
)
"""What a Python program needs beyond the engine, which a C program has as well."""

MOST_OF_A_LOGIN = 150
"""Modules that a whole login with a password and a session loads, ctypes and all."""

TO_SAY_THE_VERSION = frozenset(
    {"__future__", "_collections_abc", "_stat", "genericpath", "os", "os.path", "posixpath", "stat"}
    | {"pamkit", "pamkit.cli", "pamkit.cli.entry", "pamkit.cli.main"}
    | {"pamkit.cli.status", "pamkit.cli.usage", "pamkit.cli.version"}
)

NOT_TO_CHECK = frozenset(
    {"asyncio", "ctypes", "dataclasses", "hashlib", "json", "logging", "random", "rich", "socket"}
    | {"sqlite3", "subprocess", "tempfile", "tomllib"}
)

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
    return set(done.stdout.splitlines()[-1].split())


def came_in(brought: set[str], known: frozenset[str]) -> str:
    """Return the names of those that nobody expected."""
    return " ".join(sorted(brought - known))


def test_importing_pamkit_loads_nothing_else() -> None:
    assert loaded("import pamkit") == {"__future__", "pamkit"}


def test_a_first_name_does_not_bring_the_engine() -> None:
    brought = loaded("import pamkit; pamkit.ReturnCode.SUCCESS")
    assert not [name for name in brought if name.startswith(("pamkit.engine", "pamkit.policy"))]


BEGIN = """
import pamkit
transaction = pamkit.Transaction("four", "root", confdir={confdir!r})
"""
NEEDED = OF_PYTHON | BEHIND_THE_FRONT | frozenset(AT_EVERY_START)


def begin(tmp_path: Path) -> str:
    """Return a program that begins a transaction on a policy of four lines."""
    facilities = ("auth", "account", "password", "session")
    (tmp_path / "four").write_text("".join(f"{one} required pam_permit.so\n" for one in facilities))
    return BEGIN.format(confdir=str(tmp_path))


def test_a_transaction_begins_with_the_engine_and_what_python_needs_besides(
    tmp_path: Path,
) -> None:
    assert came_in(loaded(begin(tmp_path)), NEEDED) == ""


def test_a_first_authenticate_loads_its_module_and_nothing_else(tmp_path: Path) -> None:
    before = loaded(begin(tmp_path))
    brought = loaded(begin(tmp_path) + "transaction.authenticate()")

    assert {"pamkit.modules", "pamkit.modules.pam_permit"} == brought - before


def test_the_asynchronous_front_loads_nothing_of_others_beside_asyncio() -> None:
    known = frozenset(loaded("import asyncio, concurrent.futures")) | {"__future__"}
    brought = {name for name in loaded("import pamkit.aio") if not name.startswith("pamkit")}

    assert came_in(brought, known) == ""


def test_the_version_is_said_without_the_parser_of_the_command_line() -> None:
    program = "import pamkit.cli.entry; sys.argv[1:] = ['--version']; pamkit.cli.entry.main()"

    assert came_in(loaded(program), TO_SAY_THE_VERSION) == ""


def test_lint_loads_nothing_that_is_slow_to_load_and_not_needed(tmp_path: Path) -> None:
    (tmp_path / "four").write_text("auth required pam_deny.so\n")
    words = ["check", "--plain", str(tmp_path / "four")]
    program = f"import pamkit.cli.entry; sys.argv[1:] = {words!r}; pamkit.cli.entry.main()"

    assert " ".join(sorted(loaded(program) & NOT_TO_CHECK)) == ""


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
    brought = loaded(program)

    assert not brought & HEAVY
    assert len(brought) <= MOST_OF_A_LOGIN, f"{len(brought)}: {came_in(brought, NEEDED)}"
