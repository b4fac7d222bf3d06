"""What is mounted where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.mount_table import Mount, mounts


def test_a_line_is_a_mount() -> None:
    line = b"selinuxfs /sys/fs/selinux selinuxfs rw,nosuid 0 0\n"
    assert mounts(line) == (Mount(b"/sys/fs/selinux", b"selinuxfs", is_read_only=False),)
    assert mounts(b"a /b c rw,errors=ro 0 0")[0].is_read_only is False
    assert mounts(b"a /b c nosuid,ro 0 0")[0].is_read_only is True


def test_only_what_lies_on_top_is_seen() -> None:
    data = b"selinuxfs /x selinuxfs rw 0 0\nproc /proc proc rw 0 0\ntmpfs /x tmpfs rw 0 0\n"
    assert {each.place: each.kind for each in mounts(data)} == {b"/x": b"tmpfs", b"/proc": b"proc"}


def test_blanks_in_a_path_are_unescaped() -> None:
    expected = [b"/a b\tc\nd#e", b"/a\\040"]
    found = mounts(b"x /a\\040b\\011c\\012d\\043e y rw 0 0\nx /a\\134040 y rw 0 0\n")
    assert expected == [each.place for each in found]


@given(st.binary())
def test_anything_can_be_read(data: bytes) -> None:
    assert all(b" " not in each.kind for each in mounts(data))
    assert mounts(data.replace(b" ", b"")) == ()
