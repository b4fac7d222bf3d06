"""The pages of items: all of them as a table, and one of them in words."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Table, Text, capital
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
}


def items_page() -> str:
    """Return the page of all items."""
    rows = tuple(
        (str(int(item)), f"`PAM_{item.name}`", _MEANINGS[item], _holds(item), _who(item))
        for item in Item
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
                f"Number {int(item)} in Linux-PAM",
                f"Holds {_holds(item)}",
                f"Read and set by {_who(item)}",
            )
            summary = f"{capital(meaning)}."
            return markdown(Page(f"PAM_{item.name}", summary, (Bullets(points),)))
    return None


def item_names() -> tuple[str, ...]:
    """Return the C names of all items."""
    return tuple(f"PAM_{item.name}" for item in Item)


def _holds(item: Item) -> str:
    if item in TOKENS:
        return "a secret"
    return "text" if item in TEXTS else "a value of its own kind"


def _who(item: Item) -> str:
    return "modules only" if item in TOKENS else "applications and modules"
