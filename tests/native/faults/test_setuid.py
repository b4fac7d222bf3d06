"""Setuid `su root`, called by an ordinary user who chooses limits, descriptors, environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.private_machine import PrivateMachine
from tests.native.faults.subject import Outcome, Subject

pytestmark = [
    pytest.mark.needs("libpam", "pam_unix", "cc", "root", "mount-namespace", "su"),
]

FULL = os.environ.get("PAMKIT_FAULTS") == "full"
KIB = 1 << 10
STEP_KIB, LAST_KIB = (128, 110 << 10) if FULL else (2311, 90 << 10)

IN = "got in"


@pytest.fixture
def machine(subject: Subject, tmp_path: Path) -> Iterator[PrivateMachine]:
    with PrivateMachine(subject, tmp_path / "machine") as made:
        yield made


def su(
    machine: PrivateMachine,
    workshop: Workshop,
    words: str,
    password: str = "wrong",
) -> Outcome:
    # Last, the user: from there on the program has only what such a user has.
    under = [workshop.driver("under"), *words.split(), "uid=65534", "--"]
    command = ["/usr/bin/su", "root", "-c", f"echo {IN}"]
    return machine.play([*under, *command], stdin=f"{password}\n")


def faults(ended: Outcome) -> str:
    if IN in ended.out:
        return "granted"
    return "hung" if ended.hung else "crashed" if ended.crashed else ""


def test_the_right_password_gets_in_and_the_wrong_does_not(
    machine: PrivateMachine, workshop: Workshop
) -> None:
    assert (
        IN in su(machine, workshop, "", "right").out,
        IN in su(machine, workshop, "", "wrong").out,
    ) == (True, False)


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("limit", ["as", "data"])
def test_no_memory_limit_of_an_ordinary_user_makes_root(
    limit: str, machine: PrivateMachine, workshop: Workshop
) -> None:
    limits = [f"cpu=10 {limit}={kib * KIB}" for kib in range(KIB, LAST_KIB, STEP_KIB)]
    assert bad(machine, workshop, limits) == []


def test_no_descriptors_of_an_ordinary_user_make_root(
    machine: PrivateMachine, workshop: Workshop
) -> None:
    conditions = [f"nofile={count}" for count in range(3, 14, 2)]
    conditions += ["shut=0", "shut=1", "shut=2", "shut=12", "shut=02", "shut=012", "nofile=20 fill"]
    conditions += ["stack=65536", "stack=262144", "ignore=17", "ignore=13"]
    assert bad(machine, workshop, conditions) == []


HOSTILE = {
    "LD_PRELOAD": "/nowhere/evil.so",
    "LD_AUDIT": "/nowhere/evil.so",
    "LD_DEBUG": "all",
    "PYTHONPATH": "{evil}",
    "PYTHONHOME": "{evil}",
    "PYTHONSTARTUP": "{evil}/sitecustomize.py",
    "PYTHONINSPECT": "1",
    "PYTHONVERBOSE": "3",
    "PYTHONDUMPREFS": "1",
    "PYTHONMALLOC": "debug",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONTRACEMALLOC": "25",
    "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "utf-16",
    "PYTHONUTF8": "nonsense",
    "PYTHONCOERCECLOCALE": "warn",
    "PYTHONDEVMODE": "1",
    "PYTHONPLATLIBDIR": "{evil}",
    "PYTHONEXECUTABLE": "{evil}/python3",
    "LOCPATH": "{evil}",
    "LC_ALL": "tr_TR.ISO-8859-9",
    "LANG": "zz_ZZ.nonsense",
    "LANGUAGE": "../../../../..{evil}",
    "NLSPATH": "{evil}/%N",
    "TZ": ":{evil}/zone",
    "TMPDIR": "{evil}",
    "HOME": "{evil}",
    "PATH": "{evil}",
    "MALLOC_PERTURB_": "85",
    "GLIBC_TUNABLES": "glibc.malloc.check=3",
    "RES_OPTIONS": "debug",
    "OPENSSL_CONF": "{evil}/openssl.cnf",
}


def test_a_hostile_environment_is_not_obeyed(machine: PrivateMachine, workshop: Workshop) -> None:
    trap = workshop.policies.parent / "evil"
    trap.mkdir(exist_ok=True)
    seen = trap / "seen"
    trap.chmod(0o777)
    bite = f"open({str(seen)!r}, 'w').write('bitten')\n"
    for name in ("sitecustomize", "usercustomize", "site", "os", "encodings", "codecs", "pwd"):
        (trap / f"{name}.py").write_text(bite)
    evil = [f"set={name}={text.format(evil=trap)}" for name, text in HOSTILE.items()]
    ended = su(machine, workshop, " ".join(evil))
    assert (faults(ended), seen.exists()) == ("", False)
    quiet = su(machine, workshop, "")
    assert (quiet.status, quiet.out) == (ended.status, ended.out)
    assert "right" not in ended.err


def test_the_sweep_sees_a_library_that_makes_root(workshop: Workshop, tmp_path: Path) -> None:
    limits = [f"as={kib * KIB}" for kib in range(3 * KIB, 12 * KIB, 500)]
    with PrivateMachine(workshop.control("starved-grant"), tmp_path / "machine") as machine:
        assert IN not in su(machine, workshop, "", "wrong").out
        found = bad(machine, workshop, limits)
    assert "granted" in {line.rpartition(": ")[2] for line in found}


def bad(machine: PrivateMachine, workshop: Workshop, conditions: list[str]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda words: su(machine, workshop, words), conditions))
    told = [(words, faults(one)) for words, one in zip(conditions, ended, strict=True)]
    return [f"{words}: {fault}" for words, fault in told if fault]
