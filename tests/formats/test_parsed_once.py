"""What is remembered of contents, and how much of it."""

from collections.abc import Callable

import pytest

from pamkit.formats.parsed_once import LARGEST, MOST, parsed_once


def _counting(asked: list[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(content: str) -> tuple[str, ...]:
        asked.append(content)
        if content == "bad":
            raise ValueError(content)
        return tuple(content.split())

    return parsed_once(parse)


def test_a_content_is_parsed_once() -> None:
    asked: list[str] = []
    parse = _counting(asked)
    assert parse("a b") == ("a", "b") == parse("a b")
    assert asked == ["a b"]


def test_another_content_is_never_taken_for_it() -> None:
    asked: list[str] = []
    parse = _counting(asked)
    assert [parse("a"), parse("b"), parse("a ")] == [("a",), ("b",), ("a",)]
    assert asked == ["a", "b", "a "]


def test_what_cannot_be_parsed_is_not_kept() -> None:
    asked: list[str] = []
    parse = _counting(asked)
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            parse("bad")
    assert asked == ["bad", "bad"]


def test_no_more_is_kept_than_so_many_contents() -> None:
    asked: list[str] = []
    parse = _counting(asked)
    contents = [str(number) for number in range(MOST + 1)]
    for content in (*contents, contents[-1], contents[0]):
        parse(content)
    assert asked == [*contents, contents[0]]


def test_a_long_content_is_parsed_each_time() -> None:
    asked: list[str] = []
    parse = _counting(asked)
    long, longer = "a" * LARGEST, "b" * (LARGEST + 1)
    for content in (long, longer, long, longer):
        parse(content)
    assert asked == [long, longer, longer]
