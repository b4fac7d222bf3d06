"""Names are found in files of any length, whole lines only."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pamkit.formats.passwd import ShadowEntry, find, has_line, parse_shadow
from pamkit.stores import account_file
from pamkit.stores.account_file import find_in, has_line_in
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret


def _shadow(root: Path, data: bytes) -> Root:
    (root / "shadow").write_bytes(data)
    return Root(str(root))


def test_the_last_of_many_users_is_found(tmp_path: Path) -> None:
    lines = [b"u%d:$y$hash%d:19000:0:99999:7:::\n" % (number, number) for number in range(20_000)]
    root = _shadow(tmp_path, b"".join(lines))
    for number in (0, 9_999, 19_999):
        expected = ShadowEntry(f"u{number}", Secret(f"$y$hash{number}"), 19000, 0, 99999, 7)
        assert find_in(root, "/shadow", f"u{number}", parse_shadow) == expected
    assert find_in(root, "/shadow", "u20000", parse_shadow) is None
    assert has_line_in(root, "/shadow", "u19999")
    assert not has_line_in(root, "/shadow", "u2000x")


_ODD = st.lists(
    st.sampled_from([b"a", b"ab:", b":", b"a::1::::::", b"\n", b"\n", b" ", b"x", b"#", b"+"]),
    max_size=20,
).map(b"".join)


@given(data=_ODD, size=st.integers(1, 9))
@example(data=b"\na::1::::::", size=2)
@example(data=b"x\na::1::::::x\na::2::::::\n", size=12)
def test_where_the_file_is_cut_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int
) -> None:
    root = _shadow(tmp_path_factory.getbasetemp(), data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account_file, "_PIECE", size)
        for name in ("a", "ab", "x", "", "\ud800"):
            assert find_in(root, "/shadow", name, parse_shadow) == find(data, name, parse_shadow)
            assert has_line_in(root, "/shadow", name) == has_line(data, name)


def test_a_file_that_is_too_long_is_an_error_unless_the_name_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _shadow(tmp_path, b"a:!:1::::::\n" + b"x" * 30 + b"\nb:!:1::::::\n")
    monkeypatch.setattr(account_file, "_PIECE", 16)
    monkeypatch.setattr(account_file, "MAX_ACCOUNT_FILE", 30)
    assert find_in(root, "/shadow", "a", parse_shadow) is not None
    with pytest.raises(OSError, match="more than 30 bytes") as caught:
        find_in(root, "/shadow", "b", parse_shadow)
    assert caught.value.errno == errno.EFBIG


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    root = _shadow(tmp_path, b"a:!:1::::::\n")
    before = os.listdir("/proc/self/fd")
    for name in ("a", "b"):
        find_in(root, "/shadow", name, parse_shadow)
        has_line_in(root, "/shadow", name)
    with pytest.raises(OSError, match="not a regular file"):
        find_in(root, "/", "a", parse_shadow)
    assert len(before) == len(os.listdir("/proc/self/fd"))
