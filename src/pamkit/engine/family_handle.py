"""The handle of a transaction of another family: other items, and other codes for refused ones.

Source: `pam_get_item` and `pam_set_item` of illumos (3PAM) and of OpenPAM (3).
"""

from __future__ import annotations

from pamkit.engine.handle import Handle
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.families import ITEM_RULES, ITEMS_OF, LAST_SHARED_ITEM, ItemRules
from pamkit.vocab.item import TOKENS, Item
from pamkit.vocab.repository import Repository
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FamilyHandle(Handle):
    """The state of one transaction under the dialect of another family."""

    __slots__ = ("_own", "_rules", "repository")

    def __init__(self, dialect: str, service: str, user: str | None) -> None:
        """Start with the service's name and, if known, the user's; `KeyError`: no such family."""
        super().__init__(service, user)
        self._rules: ItemRules = ITEM_RULES[dialect]
        self._own = frozenset(ITEMS_OF[dialect].values())
        self.repository: Repository | None = None

    @property
    def login_prompt(self) -> str:
        """The prompt for the user's name where nobody chose one."""
        return self._rules.login

    def get(self, item: int, *, from_module: bool) -> tuple[int, Any]:
        """Return a code and the item's value."""
        if item in self._own:
            value = self.repository if item == Item.REPOSITORY else self.texts.get(Item(item))
            return ReturnCode.SUCCESS, value
        if not 0 < item <= LAST_SHARED_ITEM:
            return self._rules.unknown, None
        if item in TOKENS and not from_module and self._rules.reading != ReturnCode.SUCCESS:
            return self._rules.reading, None
        return super().get(item, from_module=True)

    def set(self, item: int, value: Any, *, from_module: bool) -> int:
        """Set an item and return a code; an application may set a token as well."""
        if item in self._own:
            return self._set_own(Item(item), value)
        if not 0 < item <= LAST_SHARED_ITEM:
            return self._rules.unknown
        if item == Item.SERVICE:
            return self._rules.service  # it picks the policy, once
        if item == Item.CONV and value is None:
            self.conversation = None
            return ReturnCode.SUCCESS
        if item in TOKENS and value is not None and not isinstance(value, Secret):
            value = Secret(value)
        code = super().set(item, value, from_module=True)
        return self._rules.unknown if code == ReturnCode.BAD_ITEM else code

    def _set_own(self, item: Item, value: Any) -> int:
        """Set an item that only this family has: no program in C has a copy of it."""
        text = value
        if item is Item.REPOSITORY and value is not None:
            # What modules ask for is its type: a store they do not know is not theirs.
            text = value.type if isinstance(value, Repository) else b""
        if text is not None and (not isinstance(text, str) or "\0" in text):
            return self._rules.unknown  # C strings end there: half a name is another name
        if item is Item.REPOSITORY:
            self.repository = value
        if text is None:
            self.texts.pop(item, None)
        else:
            number: Any = int(item)
            self.texts[number] = text
        return ReturnCode.SUCCESS
