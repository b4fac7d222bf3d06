import pytest

from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, meaning, to_text


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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("auth [success=ok pam_x.so\n", id="the bracket takes the newline in"),
        pytest.param("auth required x.so [a #\n", id="the bracket takes the blank in"),
        pytest.param("auth required x.so \\\n", id="the file ends in a continuation"),
        pytest.param("auth required [a \\\n", id="the same inside a bracket"),
        pytest.param("auth required x.so " + "y" * 990 + "\n", id="it would become too long"),
    ],
)
def test_a_line_is_left_as_it_is_where_a_new_one_would_not_do(text: str) -> None:
    assert layout(text) == text


def test_formatting_follows_the_dialect() -> None:
    text = "@include   common-auth\n"
    assert formatted(parse(text, "f", DEBIAN), DEBIAN) == "@include  common-auth\n"
    assert formatted(parse(text, "f", LINUX), LINUX) == "@include  common-auth\n"


def test_the_meaning_of_an_entry_is_all_but_place_and_spelling() -> None:
    (one,) = parse("\n -AUTH [Required] x.so [a]", "f").entries
    (two,) = parse("-auth required x.so a # c", "g").entries
    (other,) = parse("-auth required x.so b", "g").entries
    assert meaning(one) == meaning(two) != meaning(other)
    assert meaning(None) is None
