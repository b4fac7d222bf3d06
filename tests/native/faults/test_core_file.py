"""The private core missing, cut off, unreadable, not a file, not ours: refused, every time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.native.faults.building import Workshop, names_of_subjects
from tests.native.faults.core_file import core_of, with_core
from tests.native.faults.subject import Outcome, Subject, play

OURS = [name for name in names_of_subjects() if name != "stock"]
REFUSALS = (4, 26)  # PAM_SYSTEM_ERR, PAM_ABORT


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    with TemporaryDirectory(prefix="faults-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(params=OURS)
def ours(request: pytest.FixtureRequest, workshop: Workshop) -> Subject:
    name: str = request.param
    return workshop.subject(name)


def missing(whole: bytes, core: Path) -> None:
    assert not core.exists()


def empty(whole: bytes, core: Path) -> None:
    core.write_bytes(b"")


def garbage(whole: bytes, core: Path) -> None:
    core.write_bytes(bytes(range(256)) * 64)


def a_text(whole: bytes, core: Path) -> None:
    core.write_bytes(b"#!/bin/sh\nexit 0\n")


def a_directory(whole: bytes, core: Path) -> None:
    core.mkdir()


def a_dangling_link(whole: bytes, core: Path) -> None:
    core.symlink_to(core.parent / "nothing")


def a_loop(whole: bytes, core: Path) -> None:
    core.symlink_to(core)


def a_program(whole: bytes, core: Path) -> None:
    core.write_bytes(Path("/bin/true").read_bytes())
    core.chmod(0o755)


def only_its_head(whole: bytes, core: Path) -> None:
    core.write_bytes(whole[:4096])


def its_half(whole: bytes, core: Path) -> None:
    core.write_bytes(whole[: len(whole) // 2])


def all_but_its_end(whole: bytes, core: Path) -> None:
    core.write_bytes(whole[:-4096])


def zeros_behind_its_head(whole: bytes, core: Path) -> None:
    core.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


def the_thin_library_itself(whole: bytes, core: Path) -> None:
    core.write_bytes((core.parent / "made" / "libpam.so.0").read_bytes())


def written_by_anybody(whole: bytes, core: Path) -> None:
    core.write_bytes(whole)
    core.chmod(0o666)


def somebody_elses(whole: bytes, core: Path) -> None:
    core.write_bytes(whole)
    os.chown(core, 65534, 65534)


def play_with(
    ours: Subject,
    workshop: Workshop,
    elsewhere: Path,
    make: Callable[[bytes, Path], None],
    *conditions: str,
) -> list[Outcome]:
    core = elsewhere / "core.so"
    right = core_of(ours)
    assert right is not None
    subject = with_core(ours, elsewhere / "made", str(core))
    make(right.read_bytes(), core)
    under, transact = workshop.driver("under"), workshop.driver("transact")
    pairs = (("deny", "right"), ("asks", "wrong"), ("asks", "right"), ("permit", "right"))
    return [play(subject, [under, *conditions, "--", transact, *pair, "3"]) for pair in pairs]


def verdicts(played: list[Outcome]) -> set[str]:
    return {ended.fault or f"refused with {(ended.status or 0) - 100}" for ended in played}


REFUSED = {f"refused with {code}" for code in REFUSALS}


@pytest.mark.needs("cc")
@pytest.mark.parametrize(
    "make",
    [
        missing,
        empty,
        garbage,
        a_text,
        a_directory,
        a_dangling_link,
        a_loop,
        a_program,
        only_its_head,
        its_half,
        all_but_its_end,
        the_thin_library_itself,
    ],
)
def test_without_its_core_the_library_refuses(
    make: Callable[[bytes, Path], None], ours: Subject, workshop: Workshop, elsewhere: Path
) -> None:
    assert verdicts(play_with(ours, workshop, elsewhere, make)) <= REFUSED


@pytest.mark.needs("cc")
def test_a_core_of_zeros_grants_nothing(ours: Subject, workshop: Workshop, elsewhere: Path) -> None:
    # It has the right length and a right head: the loader itself may crash on it.
    played = play_with(ours, workshop, elsewhere, zeros_behind_its_head)
    assert [ended.granted or ended.hung for ended in played] == [False] * 4


@pytest.mark.needs("cc", "root")
@pytest.mark.parametrize("make", [written_by_anybody, somebody_elses])
def test_a_core_that_others_can_write_is_refused(
    make: Callable[[bytes, Path], None], ours: Subject, workshop: Workshop, elsewhere: Path
) -> None:
    assert verdicts(play_with(ours, workshop, elsewhere, make)) <= REFUSED


@pytest.mark.needs("cc", "root")
def test_a_core_that_cannot_be_read_is_refused(
    ours: Subject, workshop: Workshop, elsewhere: Path
) -> None:
    def unreadable(whole: bytes, core: Path) -> None:
        core.write_bytes(whole)
        core.chmod(0)

    played = play_with(ours, workshop, elsewhere, unreadable, "uid=65534")
    assert verdicts(played) <= REFUSED


@pytest.mark.needs("cc")
@pytest.mark.parametrize("name", ["", "core.so", "../core.so", "/", "/proc/self/exe", "/dev/null"])
def test_a_path_that_is_no_core_is_refused(
    name: str, ours: Subject, workshop: Workshop, elsewhere: Path
) -> None:
    subject = with_core(ours, elsewhere / "made", name)
    played = [
        play(subject, [workshop.driver("transact"), *pair])
        for pair in (("deny", "right"), ("asks", "right"), ("permit", "right"))
    ]
    assert verdicts(played) <= REFUSED


@pytest.mark.needs("cc")
def test_the_same_core_elsewhere_lets_the_right_password_in(
    ours: Subject, workshop: Workshop, elsewhere: Path
) -> None:
    # Otherwise all that is refused above would prove nothing.
    def whole(text: bytes, core: Path) -> None:
        core.write_bytes(text)
        core.chmod(0o755)

    played = play_with(ours, workshop, elsewhere, whole)
    assert [ended.granted for ended in played] == [False, False, True, True]
