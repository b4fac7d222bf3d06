from pamkit.vocab.item import TEXTS, TOKENS, Item


def test_items_are_numbered_from_one_without_a_gap() -> None:
    assert list(range(1, 14)) == [int(item) for item in Item]


def test_no_secret_item_is_a_text_item() -> None:
    assert frozenset() == TOKENS & TEXTS
    assert {Item.CONV, Item.FAIL_DELAY, Item.XAUTHDATA} == set(Item) - TOKENS - TEXTS
