"""ttys(5): which terminals are secure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.ttys import is_secure

_TABLE = b"""\
# comment
console none                    unknown off insecure
ttyv0\t"/usr/libexec/getty Pc"\txterm on  secure  # ttyv9
ttyv1 "/usr/libexec/getty Pc" xterm on secure insecure
ttyv2 getty xterm on insecure secure
ttyv3 getty xterm on #secure
ttyv4 getty secure
ttyv5 "getty secure
ttyv0 none xterm on insecure
"" getty xterm on secure
"""


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [
        ("ttyv0", True),
        ("ttyv1", False),
        ("ttyv2", True),
        ("ttyv3", False),
        ("ttyv4", False),
        ("ttyv5", False),
        ("console", False),
        ("ttyv9", False),
        ("tty", False),
        ("#", False),
        ("tty\udfff\ud800", False),
    ],
)
def test_a_terminal_is_secure_only_if_its_line_says_so(terminal: str, expected: bool) -> None:
    assert is_secure(_TABLE, terminal) is expected


@given(st.binary(max_size=80), st.text(max_size=8))
def test_no_table_breaks_the_reader(data: bytes, terminal: str) -> None:
    if is_secure(data, terminal):
        assert b"secure" in data
