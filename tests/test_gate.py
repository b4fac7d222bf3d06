"""How many logins may be under way at once: who is over waits in line, or is refused."""

import asyncio
from typing import Any

import pytest

import pamkit
from pamkit.gate import Gate
from pamkit.vocab.codes import ReturnCode
from tests.loops import run, settle


def test_places_are_given_until_none_is_left_of_one_source_or_of_all() -> None:
    async def main() -> None:
        gate = Gate(of_one=2, in_all=3, patience=0)
        await gate.enter("a")
        await gate.enter("a")
        with pytest.raises(pamkit.TryAgain, match="too many logins of `a` are under way"):
            await gate.enter("a")
        await gate.enter("b")
        with pytest.raises(pamkit.TryAgain):
            await gate.enter("c")
        gate.leave("b")
        await gate.enter("c")
        assert (gate.under_way(), gate.under_way("a"), gate.waiting()) == (3, 2, 0)

    run(main())


def test_who_waits_gets_the_place_that_becomes_free_one_source_after_the_other() -> None:
    async def main() -> list[str]:
        gate = Gate(of_one=9, in_all=1)
        came: list[str] = []

        async def login(source: str) -> None:
            await gate.enter(source)
            came.append(source)
            await asyncio.sleep(1)
            gate.leave(source)

        flood = [asyncio.ensure_future(login("bad")) for _ in range(20)]
        await settle()
        good = asyncio.ensure_future(login("good"))
        await asyncio.gather(good, *flood)
        return came

    assert run(main()).index("good") <= 2


def test_a_line_has_an_end_for_each_source() -> None:
    async def main() -> None:
        gate = Gate(of_one=1, in_all=2, in_line=1)
        await gate.enter("bad")
        waiting = asyncio.ensure_future(gate.enter("bad"))
        await settle()
        with pytest.raises(pamkit.TryAgain):
            await gate.enter("bad")
        await gate.enter("good")
        gate.leave("bad")
        await waiting
        assert gate.under_way() == 2

    run(main())


def test_patience_ends_by_the_clock_of_the_loop() -> None:
    async def main() -> float:
        gate = Gate(of_one=1, patience=7.5, code=ReturnCode.MAXTRIES)
        await gate.enter("a")
        with pytest.raises(pamkit.MaxTries):
            await gate.enter("a")
        assert (gate.waiting(), gate.under_way()) == (0, 1)
        return asyncio.get_running_loop().time()

    assert run(main()) == pytest.approx(7.5)


def test_a_cancellation_in_line_takes_no_place() -> None:
    async def main() -> tuple[int, int]:
        gate = Gate(of_one=1)
        await gate.enter("a")
        first, second = (asyncio.ensure_future(gate.enter("a")) for _ in range(2))
        await settle()
        first.cancel()
        gate.leave("a")  # before the one that was cancelled is awake
        await settle()
        assert first.cancelled()
        assert second.done()
        return gate.under_way(), gate.waiting()

    assert run(main()) == (1, 0)


def test_a_cancellation_gives_back_the_place_that_came_at_the_same_moment() -> None:
    async def main() -> tuple[int, int]:
        gate = Gate(of_one=1)
        await gate.enter("a")
        first, second = (asyncio.ensure_future(gate.enter("a")) for _ in range(2))
        await settle()
        gate.leave("a")
        first.cancel()  # it has the place, and does not know yet
        await settle()
        assert first.cancelled()
        assert second.done()
        gate.leave("a")
        return gate.under_way(), gate.waiting()

    assert run(main()) == (0, 0)


def test_a_coroutine_that_is_closed_in_line_leaves_it() -> None:
    async def main() -> int:
        gate = Gate(of_one=1)
        await gate.enter("a")
        waiting = gate.enter("a")
        waiting.send(None)
        assert gate.waiting() == 1
        waiting.close()
        return gate.waiting()

    assert run(main()) == 0


def test_a_gate_belongs_to_one_loop_at_a_time() -> None:
    gate = Gate()
    for leaves in (True, False):

        async def main(leaves: bool = leaves) -> None:
            await gate.enter("a")
            if leaves:
                gate.leave("a")

        run(main())
    with pytest.raises(RuntimeError, match="one loop"):
        run(gate.enter("a"))


def test_who_waits_on_a_loop_that_is_closed_is_in_nobodys_way() -> None:
    gate = Gate(of_one=1)

    async def wait() -> None:
        await gate.enter("a")
        await gate.enter("a")

    lost = asyncio.new_event_loop()
    task = lost.create_task(wait())
    lost.call_later(0.001, lost.stop)
    lost.run_forever()
    lost.close()
    assert (gate.under_way(), gate.waiting()) == (1, 1)
    gate.leave("a")
    assert (gate.under_way(), gate.waiting()) == (0, 0)
    run(gate.enter("a"))
    task.cancel  # noqa: B018  # it lives as long as this
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is meant to be lost


@pytest.mark.parametrize(
    "wrong",
    [
        {"of_one": 0},
        {"of_one": -1},
        {"in_all": 0},
        {"in_all": float("nan")},
        {"patience": -1},
        {"patience": float("nan")},
        {"in_line": -1},
        {"code": ReturnCode.SUCCESS},
        {"code": ReturnCode.IGNORE},
        {"code": ReturnCode.NEW_AUTHTOK_REQD},
        {"code": 0},
        {"code": 77},
    ],
)
def test_a_gate_that_would_not_hold_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Gate(**wrong)
