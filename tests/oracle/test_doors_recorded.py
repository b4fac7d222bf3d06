"""A C program gets the answers that two builds of libpam are on record to have given.

The corpus is that of `test_recorded_answers`.  Its policies lie in an `/etc/pam.d` of the driver's
own; so does the file that tells pamkit's library which libpam it is to be.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamkit.vocab.codes import ReturnCode
from tests.conftest import CORPUS
from tests.native.built import built_libraries
from tests.oracle.case import Case
from tests.oracle.door import Door, Program, Stage, script
from tests.oracle.doors import program

pytestmark = pytest.mark.needs("cc", "libpam", "pam_debug", "corpus", "root", "mount-namespace")

RECORDED = CORPUS / "oracle-linux-pam"
XTESTS = CORPUS / "linux-pam-xtests/etc/pam.d"
EXPECTED = CORPUS / "EXPECT-linux-pam-xtests.tsv"

PAMKIT_CONF = "pamkit.conf"
LIKE = {
    "results-debian-1.5.2": "dialect = debian\nquirks = libpam-1.5\n",
    "results-linux-pam-1.7.2": "dialect = linux\nquirks = libpam\n",
}
"""What `/etc/pamkit.conf` says for our library to be the one of a record."""

_POLICIES = "/etc/pam.d"
_MACHINE = ("passwd", "group", "nsswitch.conf", "ld.so.cache")
_INCLUDE = re.compile(r"((?:include|substack)\s+)(\S+)")
_PRIMITIVE_OF = {"auth": "authenticate", "account": "acct_mgmt"}


@pytest.fixture(scope="module")
def built() -> Iterator[Program]:
    with program() as compiled:
        yield compiled


def _etc(directory: Path, files: dict[str, bytes], pamkit_conf: str) -> Path:
    """Make an `/etc` with nothing but policies and what a program cannot do without."""
    etc = directory / "etc"
    (etc / "pam.d").mkdir(parents=True)
    for name in _MACHINE:
        if Path(f"/etc/{name}").exists():
            shutil.copy(f"/etc/{name}", etc / name)
    if pamkit_conf:
        (etc / PAMKIT_CONF).write_text(pamkit_conf)
    for name, text in files.items():
        path = etc / "pam.d" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    for path in (etc, *etc.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return etc


def _lines(name: str) -> list[dict[str, Any]]:
    text = (RECORDED / f"{name}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def _transactions(record: str) -> tuple[dict[str, bytes], list[tuple[str, list[Any]]]]:
    """Return the files of all policies, and of each transaction the script and the answers.

    The files lie together under names of their own; those with a file `other` in a directory.
    """
    files: dict[str, bytes] = {}
    transactions = []
    for policy, answers in zip(_lines("policies"), _lines(record), strict=True):
        assert policy["id"] == answers["id"]
        mark = "/" if "other" in policy["files"] else "."
        own = f"{policy['id']}{mark}"
        prefix = f"{_POLICIES}/{own}" if mark == "/" else own
        for name, text in policy["files"].items():
            files[own + name] = _INCLUDE.sub(rf"\g<1>{prefix}\2", text).encode()
        for calls in [answers["one_handle"], *([call] for call in answers["fresh"])]:
            case = Case("svc" if mark == "/" else f"{own}svc", {}, tuple((c[0], 0) for c in calls))
            transactions.append((script(prefix if mark == "/" else "", case), calls))
    return files, transactions


def _told(text: str) -> list[Any]:
    """Return what the driver printed as the records have it: name, code, messages."""
    calls, heard = [], []
    for line in text.splitlines()[1:-1]:
        words = line.split()
        if words[0] == "said":
            heard.append(words[2])
        elif not line.startswith(" "):
            calls.append([words[0], f"PAM_{ReturnCode(int(words[1])).name}", heard])
            heard = []
    return calls


def _differences(door: Door, directory: Path, record: str, pamkit_conf: str) -> list[Any]:
    """Play what is recorded; return what came out otherwise."""
    files, transactions = _transactions(record)
    etc = _etc(directory / record, files, pamkit_conf)
    with Stage(door.program) as stage:
        played = stage.run([door._replace(etc=etc)], [script for script, _ in transactions])
    assert len(played) == 1500
    return [
        (script, calls, text)
        for (script, calls), (text,) in zip(transactions, played, strict=True)
        if _told(text) != calls
    ]


def test_the_systems_libpam_answers_as_one_of_the_two_did(built: Program, tmp_path: Path) -> None:
    records = ("results-debian-1.5.2", "results-linux-pam-1.7.2")
    different = [len(_differences(Door(built), tmp_path, record, "")) for record in records]
    # The two differ from each other, so that it cannot be both.
    assert (min(different), max(different) > 0) == (0, True)


@pytest.mark.parametrize("record", LIKE)
def test_our_library_answers_as_the_one_it_is_told_to_be(
    built: Program, tmp_path: Path, record: str
) -> None:
    ours = Door(built, built_libraries())
    assert _differences(ours, tmp_path, record, LIKE[record]) == []


def _expectations() -> list[tuple[str, str, str]]:
    with EXPECTED.open(newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [(row["service"], row["facility"], row["expected"]) for row in rows]


@pytest.mark.parametrize("whose", ["system", "ours"])
def test_the_test_programs_of_linux_pam_get_what_they_expect(
    built: Program, tmp_path: Path, whose: str
) -> None:
    library = built_libraries() if whose == "ours" else None
    etc = _etc(
        tmp_path,
        {path.name: path.read_bytes() for path in XTESTS.iterdir()},
        LIKE["results-linux-pam-1.7.2"],
    )
    expectations = _expectations()
    scripts = [
        script("", Case(service, {}, ((_PRIMITIVE_OF[facility], 0),)))
        for service, facility, _ in expectations
    ]
    with Stage(built) as stage:
        played = stage.run([Door(built, library, etc)], scripts)
    wrong = [
        (service, expected, code)
        for (service, _, expected), (text,) in zip(expectations, played, strict=True)
        for _, code, _ in _told(text)
        if (code == "PAM_SUCCESS" if expected == "not PAM_SUCCESS" else code != expected)
    ]
    assert (len(played), wrong) == (14, [])
