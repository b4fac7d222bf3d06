import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.pwquality_conf import configured, is_drop_in
from pamkit.formats.quality_settings import QualitySettings

_DEFAULTS = QualitySettings()


@pytest.mark.parametrize(
    "line",
    [
        *("minlen = 12", "minlen=12", "minlen 12", "\tMINLEN\t=12 ", "minlen =12 # longer"),
        *("minlen = 12\r", "# minlen = 3\nminlen = 12", "minlen = 20\nminlen = 12", "minlen  12"),
    ],
)
def test_a_setting_can_be_written_in_many_ways(line: str) -> None:
    expected = (_DEFAULTS.changed(minlen=12), ())
    assert expected == configured(_DEFAULTS, line.encode())


def test_words_are_taken_to_the_end_of_the_line() -> None:
    expected = _DEFAULTS.changed(badwords="one  two = three")
    assert configured(_DEFAULTS, b"badwords = one  two = three  # and no more\n") == (expected, ())


def test_a_long_line_is_taken_whole() -> None:
    words = "word " * 1000 + "last"
    expected = (_DEFAULTS.changed(badwords=words), ())
    assert expected == configured(_DEFAULTS, f"badwords = {words}\n".encode())


def test_a_bad_line_is_named_and_the_others_count() -> None:
    data = b"nonsense = 1\nminlen = many\n=\nminlen = 9\0\nminlen = 14\nretry = = 3\n"
    settings, problems = configured(_DEFAULTS, data)
    assert settings == _DEFAULTS.changed(minlen=14)
    assert problems == (
        "Unknown setting - nonsense",
        "Bad integer value of setting - minlen",
        "Unknown setting - ",
        "The configuration file is malformed",
        "Bad integer value of setting - retry",
    )


@given(st.binary())
def test_any_bytes_are_settings_or_problems(data: bytes) -> None:
    settings, problems = configured(_DEFAULTS, data)
    assert settings.minlen >= 6
    assert all(problems)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.conf", True),
        (".conf", True),
        ("a.conf~", False),
        ("conf", False),
        ("a.conf.conf", False),
    ],
)
def test_files_beside_it_count_by_their_end(name: str, expected: bool) -> None:
    assert expected == is_drop_in(name)
