"""What is to come out of Linux-PAM's tests, by name: a test that disappears is a failure too.

Measured on Linux-PAM's own library.  The tests of 1.7.0, 1.7.1 and 1.7.2 are the same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tests.native.linux_pam.controls import Control


class Expected(NamedTuple):
    """What one version of Linux-PAM holds."""

    tests: frozenset[str]
    """Every test, by name."""
    fails: Mapping[str, str]
    """What fails with every library, its own included, and why."""
    passed_by: Mapping[Control, frozenset[str]]
    """What each control passes: these tests do not judge the library in that respect."""
    ours_fails: Mapping[str, str]
    """What our library fails and this version's own does not, and why."""
    fails_without_quirks: frozenset[str]
    """What our library fails as well when it may do none of what it does for compatibility."""


# What must not fail, except where Linux-PAM's own library fails it on the same machine.
FAILS_BY_THE_MACHINE = MappingProxyType(
    {"xtests tst-pam_limits1": "raises a hard limit, which takes CAP_SYS_RESOURCE"}
)

# Passes, and never calls libpam: the loader need not even find one.
CALLS_NO_LIBRARY = frozenset({"tst-dlopen", "dlopen pam_deny"})


def _names(prefix: str, words: str, suffix: str = "") -> frozenset[str]:
    return frozenset(f"{prefix}{word}{suffix}" for word in words.split())


# --- the tests -----------------------------------------------------------------------------------

PROGRAMS_152 = _names(
    "tst-",
    """dlopen pam_acct_mgmt pam_authenticate pam_chauthtok pam_close_session pam_end pam_fail_delay
    pam_get_item pam_get_user pam_getenvlist pam_mkargv pam_open_session pam_set_data pam_set_item
    pam_setcred pam_start pam_start_confdir""",
)
PROGRAMS_170 = PROGRAMS_152 | {"tst-pam_get_authtok", "tst-pam_get_data"}

# A module that loads has found every function it needs, in the version it needs.
_MODULES = _names(
    "dlopen pam_",
    """access debug deny echo env exec faildelay faillock filter ftp group issue keyinit limits
    listfile localuser loginuid mail mkhomedir motd namespace nologin permit pwhistory rhosts
    rootok securetty selinux sepermit setquota shells stress succeed_if time timestamp tty_audit
    umask unix userdb usertype warn wheel xauth""",
)
MODULES_152 = _MODULES | {"dlopen pam_lastlog"}
MODULES_170 = _MODULES | {"dlopen pam_canonicalize_user"}

# What each module answers, for each of the six functions.
ANSWERS_152 = _names(
    "tst-pam_",
    "debug deny echo faildelay localuser mkhomedir nologin permit rootok warn",
    "-retval",
)
ANSWERS_170 = ANSWERS_152 | _names(
    "tst-pam_",
    "canonicalize_user env faillock listfile pwhistory sepermit succeed_if time",
    "-retval",
)

HMACFILE = "pam_timestamp hmacfile"

XTESTS_152 = _names(
    "xtests tst-pam_",
    """access1 access2 access3 access4 assemble_line1 authfail authsucceed dispatch1 dispatch2
    dispatch3 dispatch4 dispatch5 group1 limits1 motd pwhistory1 substack1 substack2 substack3
    substack4 substack5 succeed_if1 time1 unix1 unix2 unix3 unix4""",
)
XTESTS_170 = XTESTS_152 | {"xtests tst-pam_shells"}


# --- what judges nothing -------------------------------------------------------------------------

# They want a login that works, and a library that always says yes gives it to them.
_WANT_YES = _names(
    "xtests tst-pam_",
    "access1 access3 authsucceed dispatch3 group1 substack2 substack3 substack4 succeed_if1",
)
# They hand over no handle, and want PAM_SYSTEM_ERR.
_WANT_SYSTEM_ERR_152 = _names(
    "tst-pam_", "acct_mgmt authenticate chauthtok close_session open_session setcred"
)
_WANT_SYSTEM_ERR_170 = _WANT_SYSTEM_ERR_152 | {"tst-pam_get_authtok"}

# What only loads is content with any library that has the functions; tst-pam_mkargv has the source
# it tests compiled into itself, but in 1.7 is linked so that it does not start without them.
_LOAD_152 = MODULES_152 | {"tst-dlopen", "tst-pam_mkargv", HMACFILE}
_LOAD_170 = MODULES_170 | {"tst-dlopen", "tst-pam_mkargv", HMACFILE}

# They ask for pam_setcred where what the module answers to it decides: `answers-steer-replay`.
_STEERED_152 = frozenset({"tst-pam_echo-retval"})
_STEERED_170 = _STEERED_152 | {"tst-pam_canonicalize_user-retval"}


EXPECTED: Mapping[str, Expected] = MappingProxyType(
    {
        "1.5.2": Expected(
            tests=PROGRAMS_152 | MODULES_152 | ANSWERS_152 | {HMACFILE} | XTESTS_152,
            fails={},
            passed_by={
                "answers 0": _LOAD_152 | _WANT_YES,
                "answers 4": _LOAD_152 | _WANT_SYSTEM_ERR_152,
                "empty": CALLS_NO_LIBRARY | {HMACFILE, "tst-pam_mkargv"},
            },
            ours_fails={
                "tst-pam_localuser-retval": "a name longer than a line of 1.5.2 is service_err"
                " there, and perm_denied since 1.6: ours does the latter"
            },
            fails_without_quirks=_STEERED_152,
        ),
        "1.7.0": Expected(
            tests=PROGRAMS_170 | MODULES_170 | ANSWERS_170 | {HMACFILE} | XTESTS_170,
            fails={
                "xtests tst-pam_access1": "pam_access of 1.7.0 takes the group for the user "
                "(mended in 1.7.1)"
            },
            passed_by={
                "answers 0": _LOAD_170 | _WANT_YES,
                "answers 4": _LOAD_170 | _WANT_SYSTEM_ERR_170,
                "empty": CALLS_NO_LIBRARY | {HMACFILE},
            },
            ours_fails={},
            fails_without_quirks=_STEERED_170,
        ),
    }
)


def expected(version: str) -> Expected:
    """What `version` holds; what later releases of 1.7 hold is what 1.7.0 does, and mended.

    Raises KeyError for a version that was never measured.
    """
    if version in EXPECTED:
        return EXPECTED[version]
    if version in {"1.7.1", "1.7.2"}:
        return EXPECTED["1.7.0"]._replace(fails={})
    raise KeyError(version)
