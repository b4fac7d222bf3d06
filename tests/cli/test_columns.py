from hypothesis import given
from hypothesis import strategies as st

from pamkit.cli.columns import NO_BREAK, columns, wrapped
from pamkit.cli.row import Row
from pamkit.cli.screen import TYPED

_words = st.text("abc=[]_.", min_size=1, max_size=40)


def text_of(parts: list[tuple[str, str]]) -> str:
    return "".join(text for text, _ in parts)


@given(_words, _words, _words, st.integers(0, 3), st.integers(60, 200))
def test_a_row_fits_on_the_screen_whatever_it_names(
    place: str, module: str, control: str, depth: int, width: int
) -> None:
    row = Row(0, depth, place, module, control, 1)
    laid = columns((row,), width, TYPED)
    said = [("auth_err", "bad"), (": refused, and the chain ends here", "")]
    lines = [*laid.asked(row, ("*", ""), said), laid.passed_over(row), laid.entered(row)]
    assert [line for line in map(text_of, lines) if len(line.rstrip()) > width] == []


@given(st.lists(st.tuples(st.text("ab ", max_size=30), st.sampled_from(["", "bad"]))))
def test_nothing_but_blanks_is_lost_where_lines_are_broken(parts: list[tuple[str, str]]) -> None:
    lines = " ".join(text_of(line) for line in wrapped(parts, 20))
    assert text_of(parts).replace(" ", "") == lines.replace(" ", "")


def test_styles_stay_with_their_words() -> None:
    parts = [("one two three ", "bad"), (f"four{NO_BREAK}five", "good")]
    assert [*wrapped(parts, 16)] == [[("one two three", "bad")], [("four five", "good")]]
