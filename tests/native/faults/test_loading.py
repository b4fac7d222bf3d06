"""The library loaded by programs that do not link it: C with dlopen, and other Pythons."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.native.faults.building import HERE, Workshop, names_of_subjects
from tests.native.faults.core_file import core_of, with_core
from tests.native.faults.subject import FINE, GRANTED, Subject, play

pytestmark = [pytest.mark.needs("libpam", "cc")]

FULL = os.environ.get("PAMKIT_FAULTS") == "full"
OTHERS = Path("~/.pyenv/versions").expanduser()


def pythons() -> list[Path]:
    """Return the Pythons of this machine: all, or the oldest, the newest and our own version."""
    found = [path for path in OTHERS.glob("3.*/bin/python3") if _version(path) >= (3, 6)]
    found.sort(key=_version)
    if not FULL:
        found = [path for path in found if _version(path)[1] in (8, 11, 13)]
    own = [Path(sys.executable), Path("/usr/bin/python3")]
    return [path for path in own if path.exists()] + found


def libpythons() -> list[Path]:
    """Return the shared libraries of Python."""
    found = [*Path("/usr/lib").glob("*/libpython3.*.so.1.0")]
    others = sorted(OTHERS.glob("3.*/lib/libpython3.*.so.1.0"), key=lambda at: _version(at))
    wanted = others if FULL else [path for path in others if _version(path)[1] in (8, 13)]
    return found + wanted


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(word) for word in path.parts[-3].split(".")[:3])


@pytest.mark.parametrize("manner", ["local", "global", "threads"])
def test_opening_and_closing_many_times_leaves_it_well(
    manner: str, subject: Subject, workshop: Workshop
) -> None:
    rounds = "20" if manner == "threads" else "200"
    loading = workshop.driver("loading")
    ended = play(subject, [loading, subject.library, manner, rounds], patience=100)
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.parametrize("order", [("stock", "pamkit"), ("pamkit", "stock")], ids="-".join)
@pytest.mark.skipif("pamkit" not in names_of_subjects(), reason="ours is not built")
def test_ours_and_stock_live_in_one_process(order: tuple[str, str], workshop: Workshop) -> None:
    first, second = (workshop.subject(name) for name in order)
    loading = [workshop.driver("loading"), first.library, second.library, "both"]
    ended = play(first, loading)
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.skipif("pamkit" not in names_of_subjects(), reason="ours is not built")
def test_two_of_ours_with_a_core_each_live_in_one_process(workshop: Workshop) -> None:
    ours = workshop.pamkit()
    core = core_of(ours)
    assert core is not None
    with TemporaryDirectory(prefix="faults-") as directory:
        second = with_core(ours, Path(directory) / "made", f"{directory}/core.so")
        shutil.copy(core, f"{directory}/core.so")
        loading = [workshop.driver("loading"), ours.library, second.library, "both"]
        ended = play(ours, loading)
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.parametrize("manner", ["plain", "threads", "forks", "both"])
@pytest.mark.parametrize("python", pythons(), ids=str)
def test_it_works_inside_a_python(
    python: Path, manner: str, subject: Subject, workshop: Workshop
) -> None:
    script = [python, HERE / "in_python.py", subject.library, subject.policies, manner]
    ended = play(subject, script, patience=100)
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.parametrize("manner", ["before", "after", "both"])
@pytest.mark.parametrize("library", libpythons(), ids=str)
def test_it_works_beside_a_python_in_a_c_program(
    library: Path, manner: str, subject: Subject, workshop: Workshop
) -> None:
    home = {} if library.is_relative_to("/usr") else {"PYTHONHOME": str(library.parents[1])}
    ended = play(
        subject, [workshop.driver("pythons"), library, manner], patience=100, environment=home
    )
    assert (ended.status, ended.err) == (FINE, "")


def test_a_grant_inside_a_python_is_seen(workshop: Workshop) -> None:
    control = workshop.control("grant")
    script = [sys.executable, HERE / "in_python.py", control.library, control.policies, "plain"]
    assert play(control, script).status == GRANTED
    loading = [workshop.driver("loading"), control.library, "local", "5"]
    assert play(control, loading).status == GRANTED
