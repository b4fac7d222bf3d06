"""Tables that lie in a file and in parts beside it."""

from __future__ import annotations

import pytest

from pamkit.module.tables import read_if_there, read_table
from pamkit.testing.files import MemoryFiles


def test_the_file_comes_first_and_its_parts_by_name() -> None:
    files = {"/etc/t.d/b": "two", "/etc/t.d/a": "one", "/etc/t.d/.c": "none", "/etc/t": "zero"}
    assert read_table(MemoryFiles(files), "/etc/t") == (b"zero", b"one", b"two")


def test_what_is_not_there_is_left_out() -> None:
    assert read_table(MemoryFiles({}), "/etc/t") == ()
    assert read_table(MemoryFiles({"/etc/t.d/a": "one"}), "/etc/t") == (b"one",)
    assert read_if_there(MemoryFiles({}), "/etc/t") is None


@pytest.mark.parametrize("path", ["/etc/t", "/etc/t.d/a"])
def test_what_cannot_be_read_is_an_error(path: str) -> None:
    with pytest.raises(PermissionError):
        read_table(MemoryFiles({path: PermissionError(13, "Permission denied")}), "/etc/t")
