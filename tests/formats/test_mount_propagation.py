"""Whether the root is shared is said by the last line about it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.mount_propagation import root_is_shared

_SHARED = b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"
_SLAVE = b"22 1 8:1 / / rw,relatime master:1 - ext4 /dev/sda1 rw"
_PRIVATE = b"22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
_ELSEWHERE = b"23 22 8:2 / /home rw,relatime shared:2 - ext4 /dev/sda2 rw"


def test_the_last_root_counts() -> None:
    said = {
        (): False,
        (_SHARED,): True,
        (_SLAVE,): False,
        (_PRIVATE,): False,
        (_ELSEWHERE,): False,
        (_SHARED, _ELSEWHERE): True,
        (_SHARED, _PRIVATE): False,
        (_PRIVATE, _SHARED): True,
    }
    assert said == {lines: root_is_shared(b"\n".join(lines)) for lines in said}


@given(st.binary())
def test_no_list_is_too_odd(data: bytes) -> None:
    assert root_is_shared(data) in (True, False)
