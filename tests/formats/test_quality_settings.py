import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.quality_settings import QualitySettings, integer

_DEFAULTS = QualitySettings()


def test_numbers_are_taken_within_their_bounds() -> None:
    settings = _DEFAULTS
    for word in ("minlen=2", "minclass=9", "MaxRepeat=3", "dcredit=-2", "ucredit= +1"):
        settings = settings.with_option(word)
    expected = _DEFAULTS.changed(minlen=6, minclass=4, maxrepeat=3, dcredit=-2, ucredit=1)
    assert expected == settings


def test_a_switch_is_on_whatever_its_value() -> None:
    settings = _DEFAULTS.with_option("enforce_for_root=0").with_option("LOCAL_USERS_ONLY")
    assert (settings.enforce_for_root, settings.local_users_only) == (1, 1)


def test_a_text_is_taken_as_it_stands() -> None:
    assert _DEFAULTS.with_option("badwords= One two=three").badwords == " One two=three"
    assert _DEFAULTS.with_option("dictpath=/x").with_option("dictpath").dictpath == ""


@pytest.mark.parametrize("name", ["", "min len", "credits", "for_judging", "minlén", "changed"])
def test_what_is_no_setting_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"Unknown setting - {name}$"):
        _DEFAULTS.with_setting(name, "1")


@pytest.mark.parametrize(
    "value", ["", "x", "1x", "1 ", "-", "+-1", "0x1", "٣", "2147483647", "9" * 99]
)
def test_what_is_no_number_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="Bad integer value of setting - retry"):
        _DEFAULTS.with_setting("retry", value)


@given(st.integers(-(2**31) + 2, 2**31 - 2))
def test_every_number_that_c_takes_is_taken(number: int) -> None:
    assert number == integer(f" {number}")


def test_only_what_matters_is_told_to_a_judge() -> None:
    words = _DEFAULTS.with_option("retry=7").for_judging()
    assert "dictcheck=1" in words
    assert "badwords=" in words
    names = [word.partition("=")[0] for word in words]
    assert {"enforcing", "retry", "enforce_for_root", "local_users_only"}.isdisjoint(names)
