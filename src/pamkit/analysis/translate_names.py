"""What modules are called in other families, and what is said of those that have no counterpart."""

from __future__ import annotations

from pamkit.analysis.translate_lines import DENY, PERMIT
from pamkit.policy.families.grammar import GRAMMARS
from pamkit.policy.families.names import module_name
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect


class Named(Record):
    """A module as the target's policies write it; ``note`` is empty if it is known there."""

    written: str
    note: str = ""


LINUX, OPENPAM, MACOS, SUN = "linux", "openpam", "macos", "sun"

_FAMILY = {
    "linux": LINUX,
    "debian": LINUX,
    "openpam": OPENPAM,
    "netbsd": OPENPAM,
    "macos": MACOS,
    "solaris": SUN,
    "illumos": SUN,
    "cde": SUN,
}

TARGETS = tuple(_FAMILY)
"""Dialects between which policies are translated."""

_PASSWORDS = {
    Facility.AUTH: "pam_unix_auth",
    Facility.ACCOUNT: "pam_unix_account",
    Facility.SESSION: "pam_unix_session",
    Facility.PASSWORD: "pam_authtok_store",
}
"""What Sun made of `pam_unix`."""

_UNIX = frozenset({"pam_unix", *_PASSWORDS.values()})
"""What asks the files of the machine; in CDE one module did all of it."""

PASSES_OVER = frozenset({"cde"})
"""Dialects in which a line whose module is not there counts for nothing, even a `required` one."""

_OF_CDE = frozenset({"pam_unix", "pam_rhosts_auth", "pam_dial_auth"})
"""The modules that there were in 1996."""

_SESSIONS_OF_SUN = _PASSWORDS[Facility.SESSION]

_SAME = frozenset(
    {
        *("pam_deny", "pam_exec", "pam_krb5", "pam_ldap", "pam_lastlog", "pam_nologin"),
        *("pam_passwdqc", "pam_permit", "pam_rhosts", "pam_rootok", "pam_securetty", "pam_unix"),
    }
)
"""Modules of Linux-PAM and OpenPAM that do the same."""

_SUN_TOO = frozenset({"pam_deny", "pam_krb5", "pam_ldap"})

IDLE = frozenset({"pam_allow", "pam_deny", "pam_permit"})
"""Modules that do nothing but answer."""

_ONE_NAME_TWO_MODULES = frozenset({"pam_group"})
"""On Linux it gives groups, on FreeBSD it asks for one."""

_OTHER_NAMES = (
    ("pam_access", LINUX, "pam_login_access", OPENPAM),
    ("pam_rhosts", LINUX, "pam_rhosts_auth", SUN),
    ("pam_pwquality", LINUX, "pam_authtok_check", SUN),
    ("pam_passwdqc", OPENPAM, "pam_authtok_check", SUN),
    ("pam_unix", LINUX, "pam_opendirectory", MACOS),
    ("pam_unix", OPENPAM, "pam_opendirectory", MACOS),
)
"""A module, and what it is called elsewhere."""

_DIFFERENCES = (
    ("pam_access", LINUX, "reads /etc/security/access.conf if `accessfile=` names no other table"),
    ("pam_login_access", OPENPAM, "reads /etc/login.access if `accessfile=` names no other table"),
    (
        "pam_unix_auth",
        SUN,
        "asks nobody for a password, pam_authtok_get in front of it does; and accounts without a"
        " password are let in unless the application forbids that",
    ),
)
"""A counterpart, its family, and what it does otherwise although it is the nearest."""

OPTIONS = frozenset({"debug", "nullok", "try_first_pass", "use_first_pass", "use_authtok"})
"""Options that mean the same wherever a module has them."""


def added_name(module: str, target: Dialect) -> str:
    """Return what an added line's module is called."""
    is_sun = _FAMILY[target.name] == SUN
    if module == PERMIT.module:
        return "pam_allow.so.1" if is_sun else "pam_permit.so"
    assert module == DENY.module  # noqa: S101  # there are two
    return "pam_deny.so.1" if is_sun else "pam_deny.so"


def named(written: str, facility: Facility, source: Dialect, target: Dialect) -> Named:
    """Return what the module of a line is called in the target."""
    there, here = _FAMILY[source.name], _FAMILY[target.name]
    bare = bare_name(written, source)
    if not bare.startswith("pam_"):
        return Named(written, "stays as it is written")
    if target.name == "cde" and bare in _UNIX:
        return Named(_written("pam_unix", here))
    if there == here:
        return Named(written if source.name == target.name else _written(bare, here))
    if source.name == "cde" and bare == "pam_unix":
        there = LINUX  # one module for all, as there
    found = _counterpart(bare, facility, there, here)
    if found == "pam_permit" and bare not in IDLE:
        return Named(_written(found, here), f"stands for {bare}, which only writes to the log")
    if found is None:
        why = "is another module there" if bare in _ONE_NAME_TWO_MODULES else "is not known there"
        return Named(_written(bare, here), f"{why}: look for what does the same")
    notes = [note for name, to, note in _DIFFERENCES if (name, to) == (found, here)]
    if target.name == "cde" and found not in _OF_CDE:
        notes.append("is no part of cde, which passes over what it does not find")
    return Named(_written(found, here), "; ".join(notes))


def bare_name(written: str, dialect: Dialect) -> str:
    """Return the name of a line's module without what its family writes around it."""
    grammar = GRAMMARS.get(dialect.name, GRAMMARS["netbsd"])
    return module_name(grammar, written).removesuffix(".so")


def is_misleading(written: str, source: Dialect, target: Dialect) -> bool:
    """Whether the target has another module of that name, which must not be asked instead.

    `requisite pam_group.so` keeps people out on FreeBSD, and has no say on Linux.
    """
    families = {_FAMILY[source.name], _FAMILY[target.name]}
    bare = bare_name(written, source)
    # Sun has none of that name: a line of it is refused there, as one of any missing module.
    names_two = LINUX in families and families & {OPENPAM, MACOS}
    return bool(names_two) and bare in _ONE_NAME_TWO_MODULES


def _counterpart(bare: str, facility: Facility, there: str, here: str) -> str | None:
    """Return a module's name in another family; `None` if there is none."""
    if here == MACOS and facility is Facility.SESSION and bare in ("pam_unix", _SESSIONS_OF_SUN):
        return "pam_permit"
    if here == SUN and bare == "pam_unix":
        return _PASSWORDS[facility]
    if there == SUN and bare == _PASSWORDS[facility]:
        return "pam_opendirectory" if here == MACOS else "pam_unix"
    if SUN in (there, here):
        if bare in ("pam_permit", "pam_allow"):
            return "pam_allow" if here == SUN else "pam_permit"
        if bare in _SUN_TOO:
            return bare
    elif bare in _SAME and not (bare == "pam_unix" and here == MACOS):
        return bare
    for one, family, other, elsewhere in _OTHER_NAMES:
        if (bare, there, here) == (one, family, elsewhere):
            return other
        if (bare, there, here) == (other, elsewhere, family):
            return one
    return None


def _written(bare: str, family: str) -> str:
    return f"{bare}.so.1" if family == SUN else f"{bare}.so"
