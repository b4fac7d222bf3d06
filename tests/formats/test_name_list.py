from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.name_list import names


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n\r\n\n", []),
        (b"alice\nbob\n", [b"alice", b"bob"]),
        (b"alice", [b"alice"]),
        (b"alice\r\nbob\rcarol\n", [b"alice", b"bob"]),
        (b" alice \n#bob\n", [b" alice ", b"#bob"]),
        (b"caf\xe9\n", [b"caf\xe9"]),
        (b"a" * 5000 + b"\n", [b"a" * 5000]),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_each_line_is_a_name(data: bytes, expected: list[bytes], cut: bool) -> None:
    assert expected == list(names(data, cut=cut))


def test_a_name_with_a_nul_is_cut_or_none() -> None:
    data = b"alice\0bob\n\0carol\ndave\n"
    assert list(names(data, cut=True)) == [b"alice", b"dave"]
    assert list(names(data, cut=False)) == [b"dave"]


@given(st.lists(st.binary(min_size=1).filter(lambda name: not set(name) & set(b"\0\r\n"))))
def test_names_that_are_written_are_read(written: list[bytes]) -> None:
    assert written == list(names(b"\n".join(written), cut=False))


@given(st.binary())
def test_who_is_named_strictly_is_named_when_lines_are_cut(data: bytes) -> None:
    assert set(names(data, cut=False)) <= set(names(data, cut=True))
