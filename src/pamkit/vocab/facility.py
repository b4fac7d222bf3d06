"""The four facilities of a policy and the six primitives that ask them."""

from __future__ import annotations

from pamkit.vocab.names import Names


class Facility(Names):
    """One of the four kinds of policy line; numbers are in the order of `pam.conf(5)`."""

    AUTH = 0
    ACCOUNT = 1
    PASSWORD = 2
    SESSION = 3


class Primitive(Names):
    """One of the six operations an application can ask for (XSSO P702, chapter 3)."""

    AUTHENTICATE = 0
    SETCRED = 1
    ACCT_MGMT = 2
    OPEN_SESSION = 3
    CLOSE_SESSION = 4
    CHAUTHTOK = 5


FACILITY_WORDS = {
    "auth": Facility.AUTH,
    "account": Facility.ACCOUNT,
    "password": Facility.PASSWORD,
    "session": Facility.SESSION,
}
"""The first column of a policy line; case does not matter there."""

FACILITY_OF = {
    Primitive.AUTHENTICATE: Facility.AUTH,
    Primitive.SETCRED: Facility.AUTH,
    Primitive.ACCT_MGMT: Facility.ACCOUNT,
    Primitive.OPEN_SESSION: Facility.SESSION,
    Primitive.CLOSE_SESSION: Facility.SESSION,
    Primitive.CHAUTHTOK: Facility.PASSWORD,
}
"""Which facility's lines a primitive asks."""

HOOK_NAMES = {primitive: f"pam_sm_{primitive.name.lower()}" for primitive in Primitive}
"""The name a module gives its function for a primitive."""

REPLAYS = {
    Primitive.SETCRED: Primitive.AUTHENTICATE,
    Primitive.CLOSE_SESSION: Primitive.OPEN_SESSION,
}
"""Primitives that follow the path of an earlier one; seed requirement A13."""


def word(facility: Facility) -> str:
    """Return the facility as a policy spells it."""
    return facility.name.lower()
