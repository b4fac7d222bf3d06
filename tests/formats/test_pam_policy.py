"""Which policy a user has of their own, by user_attr, prof_attr and policy.conf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.pam_policy import policy_of, policy_path


def _policy(users: str, profiles: str = "", defaults: str = "", user: str = "alice") -> str:
    tables = (profiles.encode(),)
    return policy_of(user, (users.encode(),), lambda: tables, defaults.encode)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("krb5_only", "/etc/security/pam_policy/krb5_only"),
        ("/etc/mine", "/etc/mine"),
        ("../x", "/etc/security/pam_policy/../x"),  # who reads it refuses that
        ("", ""),
    ],
)
def test_where_a_users_policy_lies(value: str, path: str) -> None:
    assert policy_path(value) == path


_PROFILES = """\
One:::first:pam_policy=one
Two:::second:pam_policy=two
Outer:::has others:profiles=Plain,Inner,Two
Inner:::within:pam_policy=inner
Plain:::nothing:help=x.html
Loop:::turns round:profiles=Loop,Back
Back:::and again:profiles=Loop
"""


@pytest.mark.parametrize(
    ("users", "defaults", "expected"),
    [
        ("alice::::pam_policy=own", "PAM_POLICY=all", "own"),
        ("alice::::profiles=One;pam_policy=own", "", "own"),
        ("alice::::profiles=One,Two", "PAM_POLICY=all", "one"),
        ("alice::::profiles=Plain,Two", "", "two"),
        ("alice::::profiles=Outer", "", "inner"),
        ("alice::::auth_profiles=Two;profiles=One", "", "two"),
        ("alice::::profiles=Loop,Two", "", "two"),
        ("alice::::profiles=Gone,One", "", "one"),
        ("alice::::profiles=Stop,One", "PROFS_GRANTED=Two", ""),
        ("alice::::profiles=Stop,One", "PROFS_GRANTED=Two\nPAM_POLICY=all", "all"),
        ("alice::::type=normal", "PROFS_GRANTED=Plain,One", "one"),
        ("alice::::type=normal", "profs_granted=One\nAUTH_PROFS_GRANTED=Two", "two"),
        ("bob::::pam_policy=own", "PAM_POLICY=all", "all"),
        ("bob::::pam_policy=own", "#PAM_POLICY=all\n PAM_POLICY = last \r", "last"),
        ("bob::::pam_policy=own", "PAM_POLICY=a\nPAM_POLICY=b", "a"),
        ("bob::::pam_policy=own", "PAM_POLICY", ""),
        ("bob::::pam_policy=own", "\ufeffPAM_POLICY=all", "all"),
        ("alice::::pam_policy=", "PAM_POLICY=all", "all"),
        (r"alice::::pam_policy=a\;b", "", "a;b"),
        ("alice:::pam_policy=own", "", ""),
        ("", "", ""),
    ],
)
def test_the_first_that_names_a_policy_counts(users: str, defaults: str, expected: str) -> None:
    assert _policy(users, _PROFILES, defaults) == expected


def test_a_later_table_counts_where_an_earlier_one_names_no_policy() -> None:
    tables = (b"alice::::type=normal\n", b"alice::::pam_policy=late\n")
    assert policy_of("alice", tables, tuple, bytes) == "late"


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_no_table_breaks_the_search(users: bytes, profiles: bytes, defaults: bytes) -> None:
    found = policy_of("alice", (users,), lambda: (profiles,), lambda: defaults)
    assert isinstance(found, str)
