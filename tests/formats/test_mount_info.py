"""What is mounted where: the kernel's lines, and what users can put into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.mount_info import MountInfo, mount_infos

_LINE = b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=x\n"


def test_a_line_has_device_place_kind_source_and_options() -> None:
    expected = MountInfo((98, 0), b"/mnt 2", b"ext3", b"/dev/root", (b"rw", b"errors=x"))
    assert mount_infos(_LINE) == (expected,)


def test_optional_fields_may_be_missing_and_the_order_is_kept() -> None:
    data = b"1 0 0:1 / / rw - rootfs none rw\n" + _LINE
    assert [mount.place for mount in mount_infos(data)] == [b"/", b"/mnt 2"]


@pytest.mark.parametrize("data", [b"x", b"1 2 3 4 5 6\n", _LINE.replace(b"98:0", b"98"), b" - \n"])
def test_a_line_that_the_kernel_would_not_write_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        mount_infos(_LINE + data)


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        (b"fuse", b"rw,user_id=1000", True),
        (b"fuse", b"rw", True),
        (b"fuse.sshfs", b"rw,user_id=1000,group_id=0", True),
        (b"fuseblk", b"rw,user_id=00", True),
        (b"fuse.x", b"rw,user_id=0,group_id=0", False),
        (b"fusectl", b"rw", False),
        (b"ext4", b"rw,user_id=7", False),
    ],
)
def test_only_fuse_is_mounted_by_users(kind: bytes, options: bytes, *, expected: bool) -> None:
    (mount,) = mount_infos(b"1 0 0:1 / /x rw - %s none %s\n" % (kind, options))
    assert mount.is_a_users is expected


_NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name)


def _escaped(name: bytes) -> bytes:
    """Escape as the kernel does."""
    return b"".join(b"\\%03o" % c if c in b" \t\n\\#" else bytes((c,)) for c in name)


@given(place=_NAMES, source=_NAMES)
def test_no_name_of_a_place_or_device_is_taken_for_something_else(
    place: bytes, source: bytes
) -> None:
    line = b"1 0 8:1 / /%s rw - ext4 %s rw\n" % (_escaped(place), _escaped(source))
    (mount,) = mount_infos(line)
    assert (mount.place, mount.source, mount.kind) == (b"/" + place, source, b"ext4")
