"""Items that only other families have, and how they refuse the others."""

from __future__ import annotations

import pytest

from pamkit.engine.family_handle import FamilyHandle
from pamkit.engine.handle import Handle, handle_for
from pamkit.engine.views import Items
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.options import NoOptions
from pamkit.module.registry import Module
from pamkit.policy.dialect import DEBIAN, FAMILIES, LINUX, dialect_named
from pamkit.testing.script import Script, hidden, visible
from pamkit.transaction import Transaction
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.families import ITEMS_OF
from pamkit.vocab.item import TEXTS, Item
from pamkit.vocab.repository import Repository
from pamkit.vocab.secret import Secret
from tests.family_source import source_of

_C = ReturnCode
_OTHERS = [item for item in Item if item > Item.USER_PROMPT]
_LDAP = Repository("ldap", b"dc=example")


def handle(dialect: str) -> Handle:
    return handle_for(dialect_named(dialect), "login", "alice")


def _value(item: Item) -> object:
    return _LDAP if item is Item.REPOSITORY else "x"


def test_only_a_family_with_items_of_its_own_has_another_handle() -> None:
    kinds = [type(handle_for(dialect, "login", None)) for dialect in (LINUX, DEBIAN)]
    assert kinds == [Handle, Handle]
    assert {type(handle(name)) for name in FAMILIES} == {FamilyHandle}


def test_a_dialect_that_nobody_knows_has_the_items_of_linux() -> None:
    own = dialect_named("solaris").changed(name="mine")
    assert type(handle_for(own, "login", None)) is Handle


@pytest.mark.parametrize("dialect", FAMILIES)
def test_an_item_is_there_under_the_dialects_that_have_it_and_no_other(dialect: str) -> None:
    h, own = handle(dialect), set(ITEMS_OF[dialect].values())
    unknown = _C.BAD_ITEM if dialect in ("openpam", "netbsd", "macos") else _C.SYMBOL_ERR
    for item in _OTHERS:
        expected = _C.SUCCESS if item in own else unknown
        assert (item, expected) == (item, h.set(item, _value(item), from_module=False))
        kept = _value(item) if item in own else None
        assert (expected, kept) == h.get(item, from_module=True)
        assert expected == h.set(item, None, from_module=True)
        assert (expected, None) == h.get(item, from_module=False)
    for number in (0, -1, 14, 4000):
        assert (unknown, None) == h.get(number, from_module=True)
        assert unknown == h.set(number, "x", from_module=True)


def test_linux_has_none_of_them() -> None:
    h = Handle("login", "alice")
    for item in (item for item in Item if item > Item.AUTHTOK_TYPE):
        assert h.get(item, from_module=True) == (_C.BAD_ITEM, None)
        assert h.set(item, _value(item), from_module=True) == _C.BAD_ITEM


@pytest.mark.parametrize("item", sorted(set(TEXTS) & set(range(2, 10))))
def test_the_first_nine_are_read_and_set_as_on_linux(item: Item) -> None:
    h = handle("illumos")
    assert h.set(item, "x", from_module=False) == _C.SUCCESS
    assert h.get(item, from_module=False) == (_C.SUCCESS, "x")


@pytest.mark.parametrize(("dialect", "code"), [("openpam", _C.BAD_ITEM), ("cde", _C.SYMBOL_ERR)])
def test_half_a_text_is_no_text(dialect: str, code: ReturnCode) -> None:
    h = handle(dialect)
    assert h.set(Item.USER, "root\0x", from_module=False) == code
    assert handle("solaris").set(Item.AUSER, "root\0x", from_module=True) == _C.SYMBOL_ERR
    assert h.texts[Item.USER] == "alice"


@pytest.mark.parametrize(
    ("dialect", "code"), [("openpam", _C.BAD_ITEM), ("solaris", _C.PERM_DENIED)]
)
@pytest.mark.parametrize("from_module", [False, True])
def test_the_service_stays_what_it_was_at_the_start(
    dialect: str, code: ReturnCode, *, from_module: bool
) -> None:
    h = handle(dialect)
    assert h.set(Item.SERVICE, "su", from_module=from_module) == code
    assert (h.service, h.service_changed) == ("login", False)


@pytest.mark.parametrize(("dialect", "code"), [("macos", _C.SUCCESS), ("cde", _C.PERM_DENIED)])
def test_an_application_may_give_a_token_and_not_everywhere_take_one(
    dialect: str, code: ReturnCode
) -> None:
    h = handle(dialect)
    assert h.set(Item.AUTHTOK, "secret", from_module=False) == _C.SUCCESS
    assert h.tokens[Item.AUTHTOK] == Secret("secret")
    expected = Secret("secret") if code == _C.SUCCESS else None
    assert h.get(Item.AUTHTOK, from_module=False) == (code, expected)
    assert h.get(Item.AUTHTOK, from_module=True) == (_C.SUCCESS, Secret("secret"))
    assert h.set(Item.AUTHTOK, None, from_module=True) == _C.SUCCESS
    assert h.tokens == {}


def test_a_conversation_may_be_taken_away() -> None:
    h = handle("illumos")
    assert h.set(Item.CONV, print, from_module=False) == _C.SUCCESS
    assert h.get(Item.CONV, from_module=False) == (_C.SUCCESS, print)
    assert h.set(Item.CONV, None, from_module=False) == _C.SUCCESS
    assert h.conversation is None


def test_a_repository_is_a_structure_and_modules_see_its_type() -> None:
    h = handle("solaris")
    assert h.set(Item.REPOSITORY, "ldap", from_module=False) == _C.SYMBOL_ERR
    h.set(Item.REPOSITORY, _LDAP, from_module=False)
    assert h.texts[Item.REPOSITORY] == "ldap"
    assert h.set(Item.REPOSITORY, Repository("a\0b"), from_module=False) == _C.SYMBOL_ERR
    assert h.get(Item.REPOSITORY, from_module=False) == (_C.SUCCESS, _LDAP)


def test_an_application_names_items_of_its_family_and_is_told_which_are_not() -> None:
    items = Items(handle("solaris"))
    items["PAM_AUSER"] = b"bob"
    items["repository"] = _LDAP
    assert (items[Item.AUSER], items["auser"], items["repository"]) == ("bob", "bob", _LDAP)
    with pytest.raises(PamError, match="no item `HOST` in this family"):
        items["host"]
    with pytest.raises(PamError, match="may not read the item `AUTHTOK`"):
        items["authtok"]


def _asking(
    dialect: str, script: Script, *, prompt: str | None = None, user: str | None = "alice"
) -> Transaction:
    """Return a transaction whose module asks for a name and a password with the library's call."""

    async def hook(call: ModuleCall[NoOptions]) -> ReturnCode:
        await call.user()
        await call.authtok(Item.AUTHTOK, prompt)
        return _C.SUCCESS

    answers = {Primitive.AUTHENTICATE: "success"}
    module = Module("pam_x", declare("pam_x", answers=answers, examples=[]), {})
    module = module.changed(hooks={Primitive.AUTHENTICATE: hook})
    return Transaction(
        "login",
        user,
        conversation=script,
        modules={"pam_x": module},
        dialect=dialect,
        source=source_of(dialect, "login", "auth required pam_x.so\n"),
    )


@pytest.mark.parametrize(
    ("dialect", "items", "prompt", "asked"),
    [
        ("openpam", {"authtok_prompt": "Word:"}, None, "Word:"),
        ("openpam", {"authtok_prompt": "Word:"}, "Mine:", "Mine:"),
        ("openpam", {}, None, "Password: "),
        ("solaris", {}, None, "Password: "),
    ],
)
def test_a_prompt_that_the_application_chose_is_what_is_asked(
    dialect: str, items: dict[str, str], prompt: str | None, asked: str
) -> None:
    with Script(hidden(asked, Secret("typed"))) as script:
        pam = _asking(dialect, script, prompt=prompt)
        for name, text in items.items():
            pam.items[name] = text
        pam.authenticate()


@pytest.mark.parametrize(
    ("dialect", "prompt"),
    [("linux", "login:"), ("openpam", "Login:"), ("solaris", "Please enter user name: ")],
)
def test_who_is_not_known_is_asked_in_the_familys_words(dialect: str, prompt: str) -> None:
    lines = (visible(prompt, "alice"), hidden("Password: ", Secret("typed")))
    with Script(*lines) as script:
        _asking(dialect, script, user=None).authenticate()
