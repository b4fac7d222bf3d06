"""Property: a place at a gate is never lost and never given twice, whatever is cancelled when."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

import pamkit
from pamkit.gate import Gate
from tests.loops import run, settle

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "enter", "cancel", "leave", "wait", "go on"]),
        st.integers(0, 9),
    ),
    max_size=40,
)


@given(
    steps=STEPS,
    of_one=st.integers(1, 3),
    in_all=st.integers(1, 4),
    patience=st.sampled_from([0.0, 2.0]),
)
def test_a_place_is_never_lost_and_never_given_twice(
    steps: list[tuple[str, int]], of_one: int, in_all: int, patience: float
) -> None:
    async def main() -> None:
        gate = Gate(of_one=of_one, in_all=in_all, patience=patience, in_line=3)
        inside: list[str] = []
        leaves: list[tuple[str, asyncio.Event]] = []
        tasks: list[asyncio.Task[None]] = []

        async def login(source: str) -> None:
            leave = asyncio.Event()
            await gate.enter(source)
            inside.append(source)
            leaves.append((source, leave))
            try:
                await leave.wait()
            finally:
                inside.remove(source)
                gate.leave(source)

        for what, which in steps:
            if what == "enter":
                tasks.append(asyncio.ensure_future(login("abc"[which % 3])))
            elif what == "cancel" and tasks:
                tasks[which % len(tasks)].cancel()
            elif what == "leave" and leaves:
                leaves.pop(which % len(leaves))[1].set()
            elif what == "wait":
                await asyncio.sleep(which / 3)
            else:
                await asyncio.sleep(0)
            assert len(inside) <= in_all
            assert all(inside.count(source) <= of_one for source in "abc")
        await settle()
        assert gate.under_way() == len(inside)
        free = [s for s in "abc" if inside.count(s) < of_one] if len(inside) < in_all else []
        assert not any(gate.waiting(source) for source in free), "nobody waits at a free place"
        for task in tasks[1::2]:
            task.cancel()
        for _ in range(len(tasks) + 1):
            for _, leave in leaves:
                leave.set()
            await settle()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(
            task.cancelled() or isinstance(task.exception(), (pamkit.TryAgain, type(None)))
            for task in tasks
        )
        assert (gate.under_way(), gate.waiting(), inside) == (0, 0, [])

    run(main())
