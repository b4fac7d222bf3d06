"""The shadow entries of groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.gshadow import GroupShadowEntry, parse_gshadow
from pamkit.formats.passwd import find
from pamkit.vocab.secret import Secret


def test_a_line_names_hash_administrators_and_members() -> None:
    found = find(b"x:!::\nstaff:$6$h:root,bob:alice\n", "staff", parse_gshadow)
    assert found == GroupShadowEntry("staff", Secret("$6$h"), ("root", "bob"), ("alice",))


@pytest.mark.parametrize("line", [b"", b"# a:x::", b"+nis:::", b"-:::", b":x::", b"a:x:\0:"])
def test_what_is_no_entry_is_none(line: bytes) -> None:
    assert parse_gshadow(line) is None


@given(st.binary())
def test_no_bytes_make_the_parser_raise(line: bytes) -> None:
    parse_gshadow(line)
