import pytest

from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, laid_out, meaning, to_text


def layout(text: str, *, with_service: bool = False) -> str:
    """The formatted text, after a look that formatting again changes nothing."""
    once = formatted(parse(text, "f", with_service=with_service))
    assert formatted(parse(once, "f", with_service=with_service)) == once
    return once


def test_printing_gives_every_byte_back() -> None:
    text = "\ufeff# c \r\n\n\0auth\\\n  required\tx.so\\\n"
    assert to_text(parse(text, "f")) == text


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("auth      required  pam_x.so\n", "auth required pam_x.so\n"),
        ("auth      required  pam_x.so", "auth\trequired   pam_x.so "),
        ("auth      required  pam_x.so                a b\n", "auth required pam_x.so \\\n a\tb\n"),
        ("auth      [default=bad] pam_x.so  # why\n", "  auth [default=bad] pam_x.so# why  \n"),
        (
            "-AUTH     Required  X.so                    A [B  c]\n",
            "-AUTH Required X.so A [B  c]\n",
        ),
        ("auth      include   common\n", "auth include common\n"),
        ("\n# kept\n  # kept too\n", "\n# kept\n  # kept too\n"),
    ],
)
def test_columns_are_aligned(expected: str, text: str) -> None:
    assert layout(text) == expected


def test_the_columns_of_a_pam_conf_are_one_more() -> None:
    assert layout("su auth required pam_x.so\n", with_service=True) == (
        "su        auth      required  pam_x.so\n"
    )


OLDER = "libpam before 1.6 reads it as something else than it would be laid out"


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("`[` without `]`", "auth [success=ok pam_x.so\n", id="takes the newline in"),
        pytest.param("`[` without `]`", "auth required x.so [a #\n", id="takes the blank in"),
        pytest.param("the file ends after a `\\`", "auth required x.so \\\n", id="dangling"),
        pytest.param("the file ends after a `\\`", "auth required [a \\\n", id="in brackets"),
        pytest.param("facility `auht` is unknown", "auht   required x.so\n", id="facility"),
        pytest.param("facility `auht` is unknown", "auht   required x.so", id="without an end"),
        pytest.param("`include` names no file", "auth  include\n", id="no file"),
        pytest.param(
            "expected an action or a number, found `x`", "auth [default=x]  x.so\n", id="control"
        ),
        pytest.param("the line holds a carriage return", "auth  required x.so\r\n", id="CR"),
        pytest.param("the line holds a carriage return", "# comment\r\n", id="CR in a comment"),
        pytest.param(
            "control `requird` is unknown", "auth \\\n requird x.so a\n", id="in its second line"
        ),
        pytest.param(
            "it would be longer than 1023 bytes, which libpam before 1.6 cuts in two",
            "auth required x.so " + "y" * 990 + "\n",
            id="too long",
        ),
        pytest.param(OLDER, "auth required x.so \\\n\n", id="continued by a blank line"),
        pytest.param(OLDER, f"auth required x.so {' ' * 1100} a\n", id="cut where it is blank"),
    ],
)
def test_a_line_is_left_as_it_is_where_a_new_one_would_not_do(expected: str, text: str) -> None:
    assert layout(text) == text
    (line,) = laid_out(parse(text, "f"))
    assert (line.number, line.old, line.new, line.left) == (1, text, text, expected)


def test_a_line_that_would_mean_something_else_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is known does; this is what is looked at last."""
    monkeypatch.setattr("pamkit.policy.printer._columns", lambda *_: "auth required y.so\n")
    (line,) = laid_out(parse("auth required x.so\n", "f"))
    assert (line.new, line.left) == ("auth required x.so\n", "it would mean something else")


def test_what_older_libpams_take_for_one_line_is_left_together() -> None:
    text = (
        f"auth required x.so \\\n\n# c\n{' ' * 1100}\n"
        "account  required x.so\naccount  required x.so\n"
    )
    lines = laid_out(parse(text, "f"))
    assert [(line.number, line.left) for line in lines if line.left] == [(1, OLDER), (5, OLDER)]
    assert layout(text) == text.removesuffix("account  required x.so\n") + (
        "account   required  x.so\n"
    )


def test_a_long_comment_hides_nothing_from_older_libpams() -> None:
    text = f"# {'x' * 1021}auth required x.so \\\naccount  required x.so\n"
    lines = laid_out(parse(text, "f"))
    assert [(line.number, line.left) for line in lines if line.left] == [(2, OLDER)]


def test_formatting_follows_the_dialect() -> None:
    text = "@include   common-auth\n"
    assert formatted(parse(text, "f", DEBIAN), DEBIAN) == "@include  common-auth\n"
    assert formatted(parse(text, "f", LINUX), LINUX) == text  # there it is a mistake


def test_the_meaning_of_an_entry_is_all_but_place_and_spelling() -> None:
    (one,) = parse("\n -AUTH [Required] x.so [a]", "f").entries
    (two,) = parse("-auth required x.so a # c", "g").entries
    (other,) = parse("-auth required x.so b", "g").entries
    assert meaning(one) == meaning(two) != meaning(other)
    assert meaning(None) is None
