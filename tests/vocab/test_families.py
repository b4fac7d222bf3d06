import pytest

from pamkit.policy.dialect import FAMILIES
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.families import (
    BAD_CONSTANT,
    CODES_OF,
    ITEM_RULES,
    ITEMS_OF,
    OPENPAM_CODES,
    STYLES,
    SUN_CODES,
    SUN_FLAGS,
    code_from,
    code_to,
    flags_from,
    flags_to,
    from_sun,
    item_from,
    item_to,
    texts_of,
    to_sun,
)
from pamkit.vocab.flags import ALLOWED, PASS_FLAGS, Flag
from pamkit.vocab.item import TEXTS, Item


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


# The names by number, from 0: what Sun, XSSO, illumos, OpenPAM, macOS and CDE agree on.
_AGREED = """
    SUCCESS OPEN_ERR SYMBOL_ERR SERVICE_ERR SYSTEM_ERR BUF_ERR CONV_ERR PERM_DENIED MAXTRIES
    AUTH_ERR NEW_AUTHTOK_REQD CRED_INSUFFICIENT AUTHINFO_UNAVAIL USER_UNKNOWN CRED_UNAVAIL
    CRED_EXPIRED CRED_ERR ACCT_EXPIRED AUTHTOK_EXPIRED SESSION_ERR AUTHTOK_ERR
    AUTHTOK_RECOVERY_ERR AUTHTOK_LOCK_BUSY AUTHTOK_DISABLE_AGING NO_MODULE_DATA IGNORE ABORT
    TRY_AGAIN
"""
AGREED = _AGREED.split()


@pytest.mark.parametrize("dialect", CODES_OF)
def test_the_first_28_codes_are_those_that_the_families_agree_on(dialect: str) -> None:
    assert [code_from(dialect, number).name for number in range(28)] == AGREED
    assert [code_to(dialect, ReturnCode[name]) for name in AGREED] == list(range(28))


def test_linux_has_the_same_number_for_these_codes_only() -> None:
    same = [number for code, number in SUN_CODES.items() if code == number]
    assert same == [*range(6), *range(20, 24), 25, 26, 28]


@pytest.mark.parametrize("dialect", CODES_OF)
def test_every_code_of_a_dialect_comes_back(dialect: str) -> None:
    numbers = CODES_OF[dialect].values()
    assert len(set(numbers)) == len(numbers)
    assert [code_to(dialect, code_from(dialect, number)) for number in numbers] == list(numbers)


def test_above_27_the_families_part() -> None:
    above = {
        dialect: [number for number in codes.values() if number > 27]
        for dialect, codes in CODES_OF.items()
    }
    assert above == {
        "openpam": [28, 31, 29, 30, 32, 33],
        "macos": [28, 31, 29, 30, 32, 33, 1024, 1025, 1026, 1027],
        "solaris": [],
        "illumos": [],
        "cde": [],
    }


def test_a_code_of_one_family_is_a_system_error_in_another() -> None:
    assert code_to("openpam", BAD_CONSTANT) == 33
    assert code_from("openpam", 33) == BAD_CONSTANT
    assert code_to("solaris", BAD_CONSTANT) == code_to("openpam", ReturnCode.CONV_AGAIN) == 4
    assert code_to("illumos", ReturnCode.MODULE_UNKNOWN) == 4
    assert code_from("illumos", 28) == code_from("macos", 77) == ReturnCode.SYSTEM_ERR


@pytest.mark.parametrize("dialect", ["openpam", "cde"])
@pytest.mark.parametrize("primitive", list(Primitive))
def test_every_flag_of_a_primitive_comes_back(dialect: str, primitive: Primitive) -> None:
    passes = PASS_FLAGS if primitive is Primitive.CHAUTHTOK else 0
    ours = ALLOWED[primitive] | passes
    assert flags_from(dialect, primitive, flags_to(dialect, primitive, ours)) == ours


def test_one_bit_means_what_the_call_takes_it_for() -> None:
    bits = [flags_from("openpam", primitive, 0x1) for primitive in Primitive]
    no_null, establish = Flag.DISALLOW_NULL_AUTHTOK, Flag.ESTABLISH_CRED
    unknown = 1 << 32
    assert bits == [no_null, establish, no_null, unknown, unknown, Flag.PRELIM_CHECK]
    assert flags_from("cde", Primitive.AUTHENTICATE, 0x2) == no_null
    assert flags_from("solaris", Primitive.CHAUTHTOK, 0x80000004) == (
        Flag.SILENT | Flag.CHANGE_EXPIRED_AUTHTOK
    )


def test_a_bit_that_the_call_does_not_have_is_refused_here_too() -> None:
    ours = flags_from("illumos", Primitive.CHAUTHTOK, 0x8)
    assert ours & ~ALLOWED[Primitive.CHAUTHTOK] == ours
    assert flags_to("solaris", Primitive.OPEN_SESSION, ours | Flag.REFRESH_CRED) == 0


def test_the_first_nine_items_and_four_styles_are_the_same_everywhere() -> None:
    assert [Item(number).name for number in range(1, 10)] == [
        *("SERVICE", "USER", "TTY", "RHOST", "CONV"),
        *("AUTHTOK", "OLDAUTHTOK", "RUSER", "USER_PROMPT"),
    ]
    assert all(min(items, default=10) == 10 for items in ITEMS_OF.values())
    assert ITEMS_OF["illumos"] == {10: Item.REPOSITORY, 11: Item.RESOURCE, 12: Item.AUSER}
    assert ITEMS_OF["openpam"][13] is Item.HOST
    assert list(STYLES) == [1, 2, 3, 4]


@pytest.mark.parametrize("dialect", ITEMS_OF)
def test_items_of_a_family_come_back_from_their_numbers(dialect: str) -> None:
    found = {number: item_from(dialect, number) for number in range(-1, 20)}
    items = {number: item for number, item in found.items() if item is not None}
    assert list(items) == [*range(1, 10), *ITEMS_OF[dialect]]
    assert {number: item_to(dialect, item) for number, item in items.items()} == {
        number: number for number in items
    }


def test_a_number_behind_the_shared_ones_means_another_item_to_each_family() -> None:
    names = {dialect: item_from(dialect, 11) for dialect in ("openpam", "illumos", "cde")}
    assert names == {"openpam": Item.AUTHTOK_PROMPT, "illumos": Item.RESOURCE, "cde": None}
    assert item_to("solaris", Item.HOST) is item_to("openpam", Item.FAIL_DELAY) is None


def test_texts_that_can_be_set_are_those_of_the_family() -> None:
    assert texts_of("linux") == tuple(sorted(TEXTS))
    names = ["service", "user", "tty", "rhost", "ruser", "user_prompt", "resource", "auser"]
    assert [item.name.lower() for item in texts_of("illumos")] == names
    assert [item.name.lower() for item in texts_of("cde")] == names[:6]


def test_every_family_says_how_its_items_are_read_and_set() -> None:
    assert set(FAMILIES) == set(ITEMS_OF) == set(ITEM_RULES)
