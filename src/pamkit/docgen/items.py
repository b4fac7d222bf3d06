"""The pages of items: all of them as a table, and one of them in words."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Table, Text, capital
from pamkit.vocab.families import ITEMS_OF, item_to
from pamkit.vocab.item import TEXTS, TOKENS, Item

_MEANINGS = {
    Item.SERVICE: "the name under which the application asks, which picks the policy",
    Item.USER: "the user the applicant wants to be; a module may change it",
    Item.TTY: "the terminal, or for X the display",
    Item.RHOST: "the machine the applicant comes from",
    Item.CONV: "the conversation with the applicant",
    Item.AUTHTOK: "the password, or the new one while it is changed",
    Item.OLDAUTHTOK: "the password that is being replaced",
    Item.RUSER: "who the applicant is on the machine he comes from",
    Item.USER_PROMPT: "the prompt for the user name",
    Item.FAIL_DELAY: "what is called in place of waiting after a failure",
    Item.XDISPLAY: "the X display",
    Item.XAUTHDATA: "name and data of the X authority",
    Item.AUTHTOK_TYPE: "the word before `password` in prompts, as in `New UNIX password:`",
    Item.REPOSITORY: "the store of accounts that is meant, as in `passwd -r ldap`",
    Item.RESOURCE: "the resource controls that the session is to have",
    Item.AUSER: "who was authenticated, where another user is to be assumed",
    Item.AUTHTOK_PROMPT: "the prompt for the password",
    Item.OLDAUTHTOK_PROMPT: "the prompt for the password that is being replaced",
    Item.HOST: "the name of this machine, where another one than its own is meant",
}
_LINUX = tuple(item for item in Item if item <= Item.AUTHTOK_TYPE)
_OTHERS = tuple(item for item in Item if item > Item.AUTHTOK_TYPE)


def items_page() -> str:
    """Return the page of all items."""
    rows = tuple(
        (str(int(item)), f"`PAM_{item.name}`", _MEANINGS[item], _holds(item), _who(item))
        for item in _LINUX
    )
    others = tuple(
        (f"`PAM_{item.name}`", _MEANINGS[item], _holds(item), _in_families(item))
        for item in _OTHERS
    )
    return markdown(
        Page(
            "Items",
            "The named values of a transaction; the numbers are Linux-PAM's.",
            (
                Text(
                    "From number 10 on, other families use the numbers for other things. Setting"
                    " `PAM_SERVICE` to nothing is refused with `PAM_BAD_ITEM`, and `PAM_CONV` to"
                    " nothing with `PAM_PERM_DENIED`; so is a text with a NUL in it, with"
                    " `PAM_BAD_ITEM`: C would use half of it."
                ),
                Table(("Number", "C name", "Meaning", "Holds", "Read and set by"), rows),
                Text(
                    "Other families have `PAM_FAIL_DELAY` and what is behind it not, and these"
                    " instead. Under a dialect that does not have an item it can neither be read"
                    " nor set: `PAM_BAD_ITEM` on Linux and under OpenPAM, `PAM_SYMBOL_ERR` under"
                    " Sun's. There `PAM_SERVICE` is set once, at the start (`PAM_PERM_DENIED`;"
                    " OpenPAM: `PAM_BAD_ITEM`), a conversation may be taken away, and an"
                    " application may set a password beforehand; OpenPAM lets it read one as well,"
                    " Sun's libraries answer `PAM_PERM_DENIED`. A program in C has Linux-PAM's"
                    " items alone: its header knows no other."
                ),
                Table(("C name", "Meaning", "Holds", "Number by dialect"), others),
            ),
        )
    )


def item_page(name: str) -> str | None:
    """Return the page of one item, named `PAM_RHOST` or `rhost`; or `None`."""
    wanted = name.upper().removeprefix("PAM_")
    for item in Item:
        if item.name == wanted:
            meaning = _MEANINGS[item]
            points = (
                f"Number {int(item)} in Linux-PAM" if item in _LINUX else _in_families(item),
                f"Holds {_holds(item)}",
                f"Read and set by {_who(item)}",
            )
            summary = f"{capital(meaning)}."
            return markdown(Page(f"PAM_{item.name}", summary, (Bullets(points),)))
    return None


def item_names() -> tuple[str, ...]:
    """Return the C names of all items."""
    return tuple(f"PAM_{item.name}" for item in Item)


def _in_families(item: Item) -> str:
    """Return the numbers of an item that Linux-PAM does not have."""
    numbers = {name: item_to(name, item) for name in ITEMS_OF}
    return ", ".join(f"`{name}` {number}" for name, number in numbers.items() if number)


def _holds(item: Item) -> str:
    if item in TOKENS:
        return "a secret"
    if item is Item.REPOSITORY:
        return "a type, and a scope that the store makes something of"
    is_text = item in TEXTS or item in _OTHERS
    return "text" if is_text else "a value of its own kind"


def _who(item: Item) -> str:
    return "modules only" if item in TOKENS else "applications and modules"
