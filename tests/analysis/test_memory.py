"""What was worked out before is given again, and only where all that it hangs on is the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pamkit.analysis.memory import Memory
from pamkit.analysis.surroundings import Mode

from .trees import PLACE, ListedMemory, Moded


def _source(**files: str) -> ListedMemory:
    return ListedMemory({f"{PLACE}/{name}": text for name, text in files.items()})


class _Work:
    """Follows the files that files name, and counts how often it is asked to."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, source: Any) -> tuple[str, ...]:
        self.count += 1
        seen = [source.read(f"{PLACE}/a").text]
        while (name := seen[-1]) and len(seen) < 5:
            seen.append(source.read(f"{PLACE}/{name}").text)
        return tuple(seen)


def test_equal_answers_get_what_was_worked_out_before() -> None:
    memory, work = Memory(), _Work()
    first = memory.asked("key", _source(a="b", b="", c="1"), work)
    again = memory.asked("key", _source(a="b", b="", c="2"), work)
    assert (first, work.count) == (("b", ""), 1)
    assert again is first


def test_another_answer_or_another_key_is_worked_out_anew() -> None:
    memory, work = Memory(), _Work()
    sources = [_source(a="b", b=""), _source(a="b", b="c", c=""), _source(a=""), _source(a="c")]
    expected = [("b", ""), ("b", "c", ""), ("",), ("c", "")]
    assert expected == [memory.asked("key", source, work) for source in sources]
    assert expected == [memory.asked("key", source, work) for source in sources]
    assert work.count == 4
    memory.asked("other key", sources[0], work)
    assert work.count == 5


_NAMES = st.sampled_from(["", "a", "b", "c"])


@given(st.lists(st.fixed_dictionaries({"a": _NAMES, "b": _NAMES, "c": _NAMES}), max_size=12))
def test_what_is_remembered_is_what_would_be_worked_out(files: list[dict[str, str]]) -> None:
    memory = Memory(most=5)
    for each in files:
        expected = _Work()(_source(**each))
        assert expected == memory.asked("key", _source(**each), _Work())


def test_every_question_counts() -> None:
    memory = Memory()

    def work(source: Any) -> object:
        return source.names(PLACE), source.is_directory(PLACE), source.mode(f"{PLACE}/a")

    plain, moded = _source(a=""), ListedMemory({f"{PLACE}/a": Moded("", Mode(0, 0, 0o600))})
    assert memory.asked(1, plain, work) == (("a",), True, None)
    assert memory.asked(1, moded, work) == (("a",), True, Mode(0, 0, 0o600))


def test_a_full_memory_begins_anew() -> None:
    memory = Memory(most=1)
    made = [memory.made(key, object) for key in (1, 1, 2)]
    assert made[0] is made[1]
    assert made[0] is not memory.made(1, object)
    work = _Work()
    for name in ("b", "c", "b"):
        memory.asked("key", _source(a=name), work)
    assert work.count == 3


def test_work_that_asks_otherwise_is_taken_at_its_last_word() -> None:
    memory = Memory()
    plain, other = _source(a="1", b="2"), _source(a="1", b="3")
    assert memory.asked("key", plain, lambda s: s.read(f"{PLACE}/a").text) == "1"
    assert memory.asked("key", _source(a="2"), lambda s: s.read(f"{PLACE}/b").text) == ""
    assert memory.asked("key", other, lambda s: s.read(f"{PLACE}/b").text) == "3"
    assert memory.asked("key", plain, lambda s: s.read(f"{PLACE}/b").text) == "2"
    assert memory.asked("key", _source(b="4"), lambda _: "nothing asked") == "nothing asked"
    assert memory.asked("new", plain, lambda s: s.read(f"{PLACE}/a").text) == "1"
    assert memory.asked("new", _source(a="2"), lambda _: "nothing asked") == "nothing asked"
