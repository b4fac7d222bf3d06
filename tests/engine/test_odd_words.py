import pytest

from pamkit.engine.odd_words import tell_of
from pamkit.module.options import Options, Problem
from pamkit.vocab.priority import Priority

_UNKNOWN = Problem("unknown-option", 0, "option `x` is unknown")
_OLD = Problem("deprecated-option", 0, "`y` is an old name of `z`")


class Quiet(Options):
    """Leaves complaints to the engine."""


class Complaining(Options):
    """Complains by itself."""

    complains = True


class _Call:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.lines: list[tuple[int, str]] = []

    def log(self, priority: int, text: str) -> None:
        """Keep a line."""
        self.lines.append((priority, text))


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ([(Priority.ERR, _UNKNOWN.message), (Priority.DEBUG, _OLD.message)], Quiet()),
        ([(Priority.DEBUG, _OLD.message)], Complaining()),
    ],
)
def test_odd_words_are_told_once(expected: list[tuple[int, str]], options: Options) -> None:
    call = _Call(options)
    tell_of((_UNKNOWN, _OLD), call)  # type: ignore[arg-type]  # as much of a call as it takes
    assert call.lines == expected
