import pytest

from pamkit.formats.strtoll import strtoll


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("0", 0),
        ("1000", 1000),
        (" \t+7", 7),
        ("-7", -7),
        ("010", 8),
        ("0x1F", 31),
        ("-0X10", -16),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_a_word_is_read_as_c_reads_it(word: str, number: int) -> None:
    assert strtoll(word) == number


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "-",
        "x",
        "7 ",
        "7x",
        "08",
        "0x",
        "--7",
        "1_0",
        "\u0661",
        "9223372036854775808",
        "1" * 5000,
    ],
)
def test_what_is_no_number_of_64_bits_is_none(word: str) -> None:
    assert strtoll(word) is None
