"""user_attr(5): roles, and who may take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.user_attr import Attributes, attributes_of

_NAMES = st.text(alphabet="abc:;,=\\ 1", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("alice::::roles=a,b", Attributes(False, ("a", "b"))),
        ("alice::::type=role", Attributes(True, ())),
        ("alice::::type=normal;roles=a", Attributes(False, ("a",))),
        ("alice::::type=admin", Attributes(True, ())),
        ("alice::::type=administrator", Attributes(False, ())),
        ("alice::::roles=a;roles=b", Attributes(False, ("a",))),
        ("alice::::roles=", Attributes(False, ())),
        ("alice::::roles=,,a,", Attributes(False, ("a",))),
        ("alice::::roles=a\r", Attributes(False, ("a",))),
        ("alice::::", Attributes(False, ())),
        ("alice::::roles", Attributes(False, ())),
        ("alice::::profiles=x:y;type=role", Attributes(True, ())),
        ("alice:::roles=a", None),
        ("alice", None),
        ("#alice::::roles=a", None),
        ("alicex::::roles=a", None),
        ("", None),
        (r"alice::::roles=a\,b,c", Attributes(False, ("a,b", "c"))),
        (r"alice::::roles=a\;type=role", Attributes(False, ("a;type=role",))),
        ("alice::::profiles=All;\\\ntype=role\n", Attributes(True, ())),
        ("alice:::\\\r\n  :type=role;\\\n\troles=a,\\\n b\n", Attributes(True, ("a", "b"))),
        ("alice::::roles=a\\\\\nalice::::type=role", Attributes(False, ("a\\",))),
        ("# a comment \\\nalice::::type=role\n", Attributes(True, ())),
        ("bob::::roles=x;\\\nalice::::type=role\n", None),
        ("alice::::type=role\\", Attributes(True, ())),
        ("\ufeffalice::::type=role", Attributes(True, ())),
        ("alice::::type=role \t;roles=a", Attributes(True, ("a",))),
        ("bob::::roles=x\nalice::::roles=a\nalice::::roles=b", Attributes(False, ("a",))),
    ],
)
def test_the_first_line_of_a_user_says_it(line: str, expected: Attributes | None) -> None:
    assert attributes_of(line.encode(), "alice") == expected


def _hidden(text: str) -> str:
    return "".join(f"\\{letter}" if letter in ":;,=\\" else letter for letter in text)


@given(_NAMES, st.lists(_NAMES, max_size=3))
def test_what_is_behind_a_backslash_separates_nothing(user: str, roles: list[str]) -> None:
    line = f"{_hidden(user)}::::type=role;roles={','.join(map(_hidden, roles))}"
    assert attributes_of(line.encode(), user) == Attributes(True, tuple(roles))


@given(st.binary(max_size=80), st.text(max_size=8))
def test_no_table_breaks_the_reader(data: bytes, user: str) -> None:
    found = attributes_of(data, user)
    assert found is None or isinstance(found, Attributes)
