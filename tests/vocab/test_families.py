from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.families import OPENPAM_CODES, SUN_CODES, SUN_FLAGS, from_sun, to_sun
from pamkit.vocab.flags import Flag


def test_sun_numbers_are_distinct_and_come_back() -> None:
    assert len(SUN_CODES) == len(set(SUN_CODES.values()))
    assert all(from_sun(to_sun(code)) is code for code in SUN_CODES)


def test_success_is_zero_in_every_family_and_nothing_else_is() -> None:
    assert [code for code, number in OPENPAM_CODES.items() if number == 0] == [ReturnCode.SUCCESS]


def test_what_the_other_family_lacks_becomes_system_err() -> None:
    assert to_sun(ReturnCode.CONV_AGAIN) == 4
    assert from_sun(99) == ReturnCode.SYSTEM_ERR


def test_every_flag_has_a_bit() -> None:
    assert set(Flag) == set(SUN_FLAGS)
