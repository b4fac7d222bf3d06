from __future__ import annotations

from pathlib import Path

import pytest

from bench.speed.benchmark import Effort, Row
from bench.speed.benchmarks.transaction import private_policies
from bench.speed.place import Place
from bench.speed.worker import CannotDo, Work, Worker, Workers, command_of

PEERS = ("C", "C, modules mapped", "pamkit")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "place")
    made.build_modules(["pam_nop"], delays=["pam_delay"], real=["pam_permit", "pam_deny"])
    made.write_policies(private_policies() | {"closed": "auth required pam_deny.so\n"})
    return made


@pytest.mark.needs("libpam", "cc", "mount-namespace", "pam_debug")
def test_peers_do_what_is_asked_and_say_what_it_took(place: Place, tmp_path: Path) -> None:
    commands = {peer: command_of(peer, place, tmp_path) for peer in PEERS}
    with Workers(commands) as workers:
        found = list(workers.rows("g", "n", Work("nop4"), Effort(2, 0.001), at=4))
        found += workers.rows("g", "d", Work("delay", threads=2), Effort(2, 0.001))
    assert workers.left_out == []
    rows = [row for row in found if isinstance(row, Row)]
    assert [(row.name, row.peer) for row in rows] == [(n, p) for n in "nd" for p in PEERS]
    assert all(0 < row.min <= row.median and row.rounds == 2 for row in rows)


@pytest.mark.needs("libpam", "cc", "mount-namespace", "pam_debug")
@pytest.mark.parametrize("peer", PEERS)
def test_a_refusal_is_no_figure(peer: str, place: Place, tmp_path: Path) -> None:
    worker = Worker(command_of(peer, place, tmp_path))
    try:
        with pytest.raises(CannotDo, match=r"(?i)closed|authentication failure"):
            worker.microseconds(Work("closed"), 1)
        assert worker.microseconds(Work("nop1"), 1) > 0
    finally:
        worker.close()


def test_who_does_not_start_is_left_out_with_its_last_words() -> None:
    with Workers({"C": ["sh", "-c", "echo no such thing >&2; exit 1"]}) as workers:
        assert list(workers.rows("g", "n", Work("nop4"), Effort(1, 0.001))) == []
    assert workers.left_out == ["C: no such thing"]
