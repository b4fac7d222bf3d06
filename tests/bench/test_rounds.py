from __future__ import annotations

from bench.speed.rounds import Measured, enough, interleaved


def test_peers_take_turns_and_medians_count() -> None:
    asked: list[str] = []
    takes = {"A": iter([9.0, 1.0, 2.0]), "B": iter([5.0, 5.0, 50.0])}

    def sample(peer: str, count: int) -> float:
        asked.append(f"{peer}{count}")
        return next(takes[peer])

    found = interleaved(
        {"A": lambda n: sample("A", n), "B": lambda n: sample("B", n)},
        rounds=3,
        n={"A": 7, "B": 8},
    )
    assert asked == ["A7", "B8"] * 3
    assert found == {"A": Measured(2.0, 1.0, 3, 7), "B": Measured(5.0, 5.0, 3, 8)}


def test_a_sample_is_as_long_as_is_wanted() -> None:
    counts: list[int] = []

    def ten_microseconds(count: int) -> float:
        counts.append(count)
        return 10.0

    assert enough(ten_microseconds, 0.01) == 1000
    assert counts == [2, 5]
