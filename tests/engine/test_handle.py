import pytest

from pamkit.engine.handle import Handle
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import DATA_REPLACE
from pamkit.vocab.item import TEXTS, Item
from pamkit.vocab.secret import Secret


def handle() -> Handle:
    return Handle("sshd", "alice")


def test_service_and_user_are_there_from_the_start() -> None:
    assert handle().get(Item.SERVICE, from_module=False) == (ReturnCode.SUCCESS, "sshd")
    assert handle().get(Item.USER, from_module=False) == (ReturnCode.SUCCESS, "alice")
    assert Handle("sshd", None).get(Item.USER, from_module=True) == (ReturnCode.SUCCESS, None)


@pytest.mark.parametrize("item", sorted(TEXTS - {Item.SERVICE}))
def test_text_items_are_set_and_cleared(item: Item) -> None:
    h = handle()
    assert h.set(item, "x", from_module=False) == ReturnCode.SUCCESS
    assert h.get(item, from_module=False) == (ReturnCode.SUCCESS, "x")
    assert h.set(item, None, from_module=False) == ReturnCode.SUCCESS
    assert h.get(item, from_module=False) == (ReturnCode.SUCCESS, None)


def test_a_service_is_lowered_not_cleared_and_marks_the_policy_stale() -> None:
    h = handle()
    assert h.set(Item.SERVICE, None, from_module=False) == ReturnCode.BAD_ITEM
    assert not h.service_changed
    assert h.set(Item.SERVICE, "SU", from_module=False) == ReturnCode.SUCCESS
    assert (h.service, h.service_changed) == ("su", True)


def test_text_with_a_nul_is_no_item() -> None:
    h = handle()
    assert h.set(Item.USER, "root\0x", from_module=True) == ReturnCode.BAD_ITEM
    assert h.texts[Item.USER] == "alice"


@pytest.mark.parametrize("item", [Item.AUTHTOK, Item.OLDAUTHTOK])
def test_tokens_belong_to_modules(item: Item) -> None:
    h = handle()
    token = Secret("x")
    assert h.set(item, token, from_module=False) == ReturnCode.BAD_ITEM
    assert h.set(item, token, from_module=True) == ReturnCode.SUCCESS
    assert h.get(item, from_module=False) == (ReturnCode.BAD_ITEM, None)
    assert h.get(item, from_module=True) == (ReturnCode.SUCCESS, token)


def test_a_replaced_token_is_wiped_and_the_same_one_is_not() -> None:
    h = handle()
    old, new = Secret("old"), Secret("new")
    h.set_token(Item.AUTHTOK, old)
    h.set_token(Item.AUTHTOK, old)
    assert old.expose() == b"old"
    h.set_token(Item.AUTHTOK, new)
    assert old.expose() == b""
    h.wipe_tokens()
    assert new.expose() == b""
    assert h.tokens == {}


@pytest.mark.parametrize("number", [0, 14, 99, -1])
def test_an_item_that_does_not_exist_is_a_bad_item(number: int) -> None:
    assert handle().get(number, from_module=True) == (ReturnCode.BAD_ITEM, None)
    assert handle().set(number, "x", from_module=True) == ReturnCode.BAD_ITEM


def test_the_conversation_cannot_be_taken_away() -> None:
    h = handle()
    h.conversation_failure = ReturnCode.CONV_ERR
    assert h.set(Item.CONV, None, from_module=False) == ReturnCode.PERM_DENIED
    assert h.conversation_failure == ReturnCode.CONV_ERR
    assert h.set(Item.CONV, print, from_module=False) == ReturnCode.SUCCESS
    assert h.get(Item.CONV, from_module=False) == (ReturnCode.SUCCESS, print)
    assert h.conversation_failure is None


@pytest.mark.parametrize(
    ("item", "value", "forgets"),
    [(Item.USER, "x", True), (Item.USER_PROMPT, "x", True), (Item.TTY, "x", False)],
)
def test_a_failed_prompt_is_forgotten_when_user_or_prompt_change(
    item: Item, value: str, forgets: bool
) -> None:
    h = handle()
    h.conversation_failure = ReturnCode.CONV_ERR
    h.set(item, value, from_module=False)
    assert forgets == (h.conversation_failure is None)


def test_callback_and_cookie_are_kept() -> None:
    h = handle()
    for item, value in ((Item.FAIL_DELAY, print), (Item.XAUTHDATA, ("MIT", b"c"))):
        assert h.set(item, value, from_module=False) == ReturnCode.SUCCESS
        assert h.get(item, from_module=False) == (ReturnCode.SUCCESS, value)


def test_the_environment_keeps_order_and_place() -> None:
    h = handle()
    table = [
        ("A=1", ReturnCode.SUCCESS),
        ("B=", ReturnCode.SUCCESS),
        ("C=x=y", ReturnCode.SUCCESS),
        ("A=2", ReturnCode.SUCCESS),
        ("NONE", ReturnCode.BAD_ITEM),
        ("=x", ReturnCode.BAD_ITEM),
        ("", ReturnCode.BAD_ITEM),
        ("D=a\0b", ReturnCode.BAD_ITEM),
        ("B", ReturnCode.SUCCESS),
    ]
    assert [code for _, code in table] == [h.putenv(text) for text, _ in table]
    assert list(h.env.items()) == [("A", "2"), ("C", "x=y")]


def test_data_is_found_again_and_missing_data_is_a_key_error() -> None:
    h = handle()
    h.set_data("x", None, None)
    assert h.data("x") is None
    with pytest.raises(KeyError):
        h.data("y")


def test_replaced_data_is_cleaned_up_before_the_new_is_stored_even_if_it_is_the_same() -> None:
    h = handle()
    seen: list[tuple[object, int, object]] = []
    thing = object()
    h.set_data("x", thing, lambda old, status: seen.append((old, status, h.data("x"))))
    h.set_data("x", thing, None)
    assert seen == [(thing, DATA_REPLACE, thing)]


def test_cleanups_run_newest_first_with_the_status_and_all_of_them() -> None:
    h = handle()
    seen: list[tuple[str, int]] = []

    def broken(data: str, status: int) -> None:
        seen.append((data, status))
        if status != DATA_REPLACE:
            raise OSError(data)

    for name in ("a", "b", "c"):
        h.set_data(name, name, broken)
    h.set_data("a", "A", broken)
    seen.clear()
    raised = h.clean_up(7)
    assert seen == [("c", 7), ("b", 7), ("A", 7)]
    assert [str(fault) for fault in raised] == ["c", "b", "A"]
    assert h.clean_up(7) == []


def test_a_handle_without_tokens_shares_nothing_that_could_be_filled() -> None:
    h, other = handle(), handle()
    with pytest.raises(TypeError):
        h.tokens[Item.AUTHTOK] = Secret("secret")
    h.set_token(Item.AUTHTOK, Secret("secret"))
    h.set_token(Item.OLDAUTHTOK, None)
    assert (dict(other.tokens), list(h.tokens)) == ({}, [Item.AUTHTOK])


def test_an_interrupt_between_two_cleanups_leaves_no_token() -> None:
    class Interrupted(Handle):
        def _clean_data(self, status: int) -> list[BaseException]:
            raise KeyboardInterrupt

    handle, token = Interrupted("test", "alice"), Secret("pw")
    handle.set_token(Item.AUTHTOK, token)
    handle.set_data("x", 1, None)
    with pytest.raises(KeyboardInterrupt):
        handle.clean_up(0)
    assert token.expose() == b""
