from pamkit.vocab.families import ITEMS_OF
from pamkit.vocab.item import TEXTS, TOKENS, Item

_LINUX = {item for item in Item if item < 2000}


def test_items_are_numbered_from_one_without_a_gap() -> None:
    assert list(range(1, 14)) == sorted(map(int, _LINUX))


def test_items_of_other_families_have_numbers_that_no_program_in_c_can_mean() -> None:
    theirs = {item for items in ITEMS_OF.values() for item in items.values()}
    assert theirs == set(Item) - _LINUX
    assert theirs & (TEXTS | TOKENS) == set()


def test_no_secret_item_is_a_text_item() -> None:
    assert frozenset() == TOKENS & TEXTS
    assert {Item.CONV, Item.FAIL_DELAY, Item.XAUTHDATA} == _LINUX - TOKENS - TEXTS
