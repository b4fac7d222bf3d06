"""The numbers of the other PAM families beside those of Linux-PAM: for the edges only.

Inside, there are names.  Who reads a number from a program or module of another family turns it
into ours first, and turns the answer back; one number means different flags to different calls.

Also what reading and setting items does there, which no number says.

Source: XSSO P702; ``security/pam_appl.h`` of illumos and of CDE (1996),
``security/pam_constants.h`` of OpenPAM and of macOS.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import ALLOWED, PASS_FLAGS, Flag
from pamkit.vocab.item import TEXTS, Item
from pamkit.vocab.record import Record

# Codes 0-27 as Sun, XSSO, illumos, OpenPAM, macOS and CDE number them; 28 is XSSO's.
SUN_CODES = {
    ReturnCode.SUCCESS: 0,
    ReturnCode.OPEN_ERR: 1,
    ReturnCode.SYMBOL_ERR: 2,
    ReturnCode.SERVICE_ERR: 3,
    ReturnCode.SYSTEM_ERR: 4,
    ReturnCode.BUF_ERR: 5,
    ReturnCode.CONV_ERR: 6,
    ReturnCode.PERM_DENIED: 7,
    ReturnCode.MAXTRIES: 8,
    ReturnCode.AUTH_ERR: 9,
    ReturnCode.NEW_AUTHTOK_REQD: 10,
    ReturnCode.CRED_INSUFFICIENT: 11,
    ReturnCode.AUTHINFO_UNAVAIL: 12,
    ReturnCode.USER_UNKNOWN: 13,
    ReturnCode.CRED_UNAVAIL: 14,
    ReturnCode.CRED_EXPIRED: 15,
    ReturnCode.CRED_ERR: 16,
    ReturnCode.ACCT_EXPIRED: 17,
    ReturnCode.AUTHTOK_EXPIRED: 18,
    ReturnCode.SESSION_ERR: 19,
    ReturnCode.AUTHTOK_ERR: 20,
    ReturnCode.AUTHTOK_RECOVERY_ERR: 21,
    ReturnCode.AUTHTOK_LOCK_BUSY: 22,
    ReturnCode.AUTHTOK_DISABLE_AGING: 23,
    ReturnCode.NO_MODULE_DATA: 24,
    ReturnCode.IGNORE: 25,
    ReturnCode.ABORT: 26,
    ReturnCode.TRY_AGAIN: 27,
    ReturnCode.MODULE_UNKNOWN: 28,
}
"""Return codes of the Sun family by our code."""

_ONLY_OPENPAM = 2000
"""What the codes of OpenPAM that Linux-PAM lacks have more inside, where 29 to 33 are others."""

DOMAIN_UNKNOWN = ReturnCode(_ONLY_OPENPAM + 29)
BAD_HANDLE = ReturnCode(_ONLY_OPENPAM + 30)
BAD_FEATURE = ReturnCode(_ONLY_OPENPAM + 32)
BAD_CONSTANT = ReturnCode(_ONLY_OPENPAM + 33)

OPENPAM_CODES = SUN_CODES | {ReturnCode.BAD_ITEM: 31}
"""Return codes of OpenPAM and macOS that have a Linux-PAM counterpart."""

OPENPAM_OWN_CODES = {DOMAIN_UNKNOWN: 29, BAD_HANDLE: 30, BAD_FEATURE: 32, BAD_CONSTANT: 33}
"""Those that have none; 29 is XSSO's too."""

MACOS_OWN_CODES = {ReturnCode(number): number for number in (1024, 1025, 1026, 1027)}
"""Apple's own: an account that is locked, for a time or for good, and two more."""

ILLUMOS_CODES = {code: number for code, number in SUN_CODES.items() if number < 28}
"""Return codes of Solaris, illumos and CDE: they stop at 27."""

CODES_OF = {
    "openpam": OPENPAM_CODES | OPENPAM_OWN_CODES,
    "macos": OPENPAM_CODES | OPENPAM_OWN_CODES | MACOS_OWN_CODES,
    "solaris": ILLUMOS_CODES,
    "illumos": ILLUMOS_CODES,
    "cde": ILLUMOS_CODES,
}
"""Return codes by dialect; `linux` and `debian` have the numbers of `ReturnCode` itself."""

SUN_FLAGS = {
    Flag.SILENT: 0x80000000,
    Flag.DISALLOW_NULL_AUTHTOK: 0x1,
    Flag.ESTABLISH_CRED: 0x1,
    Flag.DELETE_CRED: 0x2,
    Flag.REINITIALIZE_CRED: 0x4,
    Flag.REFRESH_CRED: 0x8,
    Flag.CHANGE_EXPIRED_AUTHTOK: 0x4,
    Flag.PRELIM_CHECK: 0x1,
    Flag.UPDATE_AUTHTOK: 0x2,
}
"""Flag bits of the Sun family; one bit means different things to different calls there."""

CDE_FLAGS = SUN_FLAGS | {Flag.DISALLOW_NULL_AUTHTOK: 0x2}
"""Flag bits of CDE (1996)."""

NO_AUTHTOK_CHECK = 0x8
"""illumos: a flag of chauthtok that no other family has."""

_OPENPAM_ITEMS = {
    10: Item.REPOSITORY,
    11: Item.AUTHTOK_PROMPT,
    12: Item.OLDAUTHTOK_PROMPT,
    13: Item.HOST,
}
_SOLARIS_ITEMS = {10: Item.REPOSITORY, 11: Item.RESOURCE, 12: Item.AUSER}

ITEMS_OF: dict[str, dict[int, Item]] = {
    "openpam": _OPENPAM_ITEMS,
    "netbsd": _OPENPAM_ITEMS,
    "macos": _OPENPAM_ITEMS,
    "solaris": _SOLARIS_ITEMS,
    "illumos": _SOLARIS_ITEMS,
    "cde": {},
    "aix": {},
    "hpux": {},
}
"""Items from 10 on by dialect; 1 to 9 are the same everywhere."""

LAST_SHARED_ITEM = Item.USER_PROMPT
"""Behind it a number means something else to each family."""


class ItemRules(Record):
    """What `pam_get_item` and `pam_set_item` of a family do in another way than Linux-PAM's.

    ``unknown``: the code for an item that the family does not have; ``service``: for setting
    `PAM_SERVICE` after the start; ``reading``: for an application that reads a token, which it may
    if this is success.  ``login``: the prompt for a user's name where nothing is said.
    """

    unknown: int
    service: int
    reading: int
    login: str


_OPENPAM_RULES = ItemRules(
    unknown=ReturnCode.BAD_ITEM,
    service=ReturnCode.BAD_ITEM,
    reading=ReturnCode.SUCCESS,
    login="Login:",
)
_SUN_RULES = ItemRules(
    unknown=ReturnCode.SYMBOL_ERR,
    service=ReturnCode.PERM_DENIED,
    reading=ReturnCode.PERM_DENIED,
    login="Please enter user name: ",
)

ITEM_RULES = {
    name: _OPENPAM_RULES if items is _OPENPAM_ITEMS else _SUN_RULES
    for name, items in ITEMS_OF.items()
}
"""How items are read and set, by dialect; `linux` and `debian` have no row."""

STYLES = {1: "PROMPT_ECHO_OFF", 2: "PROMPT_ECHO_ON", 3: "ERROR_MSG", 4: "TEXT_INFO"}
"""Message styles that all families have; Linux-PAM has two more."""

_BACK = {number: code for code, number in SUN_CODES.items()}


def from_sun(number: int) -> ReturnCode:
    """Return our code for a Sun-family number; `SYSTEM_ERR` for one that has no counterpart."""
    return _BACK.get(number, ReturnCode.SYSTEM_ERR)


def to_sun(code: ReturnCode) -> int:
    """Return the Sun-family number of a code; `PAM_SYSTEM_ERR` for one it does not have."""
    return SUN_CODES.get(code, SUN_CODES[ReturnCode.SYSTEM_ERR])


def code_from(dialect: str, number: int) -> ReturnCode:
    """Return our code for the number of a dialect; `SYSTEM_ERR` for one that it does not have."""
    for code, known in CODES_OF[dialect].items():
        if known == number:
            return code
    return ReturnCode.SYSTEM_ERR


def code_to(dialect: str, code: ReturnCode) -> int:
    """Return the number of a code in a dialect; that of `SYSTEM_ERR` where it has none."""
    return CODES_OF[dialect].get(code, SUN_CODES[ReturnCode.SYSTEM_ERR])


def item_from(dialect: str, number: int) -> Item | None:
    """Return our item for the number of a dialect; `None` for one that it does not have."""
    if 0 < number <= LAST_SHARED_ITEM:
        return Item(number)
    return ITEMS_OF[dialect].get(number)


def item_to(dialect: str, item: Item) -> int | None:
    """Return the number of an item in a dialect; `None` where it does not have the item."""
    if item <= LAST_SHARED_ITEM:
        return int(item)
    numbers = (number for number, known in ITEMS_OF[dialect].items() if known is item)
    return next(numbers, None)


def texts_of(dialect: str) -> tuple[Item, ...]:
    """Return the items of a dialect that hold text and that applications may set."""
    own = ITEMS_OF.get(dialect)
    if own is None:
        return tuple(sorted(TEXTS))
    shared = (item for item in sorted(TEXTS) if item <= LAST_SHARED_ITEM)
    return (*shared, *(item for item in own.values() if item is not Item.REPOSITORY))


def flags_from(dialect: str, primitive: Primitive, bits: int) -> int:
    """Return our flags for the bits that a program of a dialect gave to a primitive.

    Bits that the call does not have there become ones that none has here, so that they are refused.
    """
    table = CDE_FLAGS if dialect == "cde" else SUN_FLAGS
    ours = 0
    for flag in _flags_of(primitive):
        if bits & table[flag]:
            ours |= flag
            bits &= ~table[flag]
    return ours | bits << _UNKNOWN_FROM


def flags_to(dialect: str, primitive: Primitive, flags: int) -> int:
    """Return the bits that a module of a dialect expects for our flags; the others are left out."""
    table = CDE_FLAGS if dialect == "cde" else SUN_FLAGS
    return sum(table[flag] for flag in _flags_of(primitive) if flags & flag)


_UNKNOWN_FROM = 32
"""Where bits begin that nobody knows: no family's int reaches up there."""


def _flags_of(primitive: Primitive) -> tuple[Flag, ...]:
    """Return the flags that a primitive may see, those of its passes too."""
    seen = ALLOWED[primitive] | (PASS_FLAGS if primitive is Primitive.CHAUTHTOK else 0)
    return tuple(flag for flag in Flag if seen & flag)
