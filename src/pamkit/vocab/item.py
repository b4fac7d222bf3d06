"""The items of a handle: who may read and set each, and which are secret."""

from __future__ import annotations

from pamkit.vocab.names import Names


class Item(Names):
    """A named value on the handle; numbers are Linux-PAM's (``security/_pam_types.h``).

    Those from 2010 on are items that only other families have; `vocab.families.ITEMS_OF` has their
    numbers there.  To a program in C they do not exist.
    """

    SERVICE = 1
    USER = 2
    TTY = 3
    RHOST = 4
    CONV = 5
    AUTHTOK = 6
    OLDAUTHTOK = 7
    RUSER = 8
    USER_PROMPT = 9
    FAIL_DELAY = 10
    XDISPLAY = 11
    XAUTHDATA = 12
    AUTHTOK_TYPE = 13
    REPOSITORY = 2010
    RESOURCE = 2011
    AUSER = 2012
    AUTHTOK_PROMPT = 2013
    OLDAUTHTOK_PROMPT = 2014
    HOST = 2015


TOKENS = frozenset({Item.AUTHTOK, Item.OLDAUTHTOK})
"""The secret items: only modules may read or set them."""

TEXTS = frozenset(
    {
        Item.SERVICE,
        Item.USER,
        Item.TTY,
        Item.RHOST,
        Item.RUSER,
        Item.USER_PROMPT,
        Item.XDISPLAY,
        Item.AUTHTOK_TYPE,
    }
)
"""Items of Linux-PAM that hold text, or nothing."""
