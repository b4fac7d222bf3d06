from __future__ import annotations

import pytest

from pamkit.formats.utmp import BTMP, LONG, SHORT, Kind, Layout, UtmpRecord, encode
from pamkit.records.failures import failures_since
from pamkit.testing.login_files import MemoryLoginFiles


def _file(*records: UtmpRecord, layout: Layout = SHORT, behind: bytes = b"") -> MemoryLoginFiles:
    files = MemoryLoginFiles()
    files.kind_of_machine = "x86_64" if layout is SHORT else "aarch64"
    files.files[BTMP] = bytearray(b"".join(encode(each, layout) for each in records) + behind)
    return files


def _failure(seconds: int, user: bytes = b"alice") -> UtmpRecord:
    return UtmpRecord(Kind.LOGIN_PROCESS, user=user, seconds=seconds)


@pytest.mark.parametrize("layout", [SHORT, LONG])
def test_those_of_the_user_since_then_are_counted(layout: Layout) -> None:
    others = [_failure(9, name) for name in (b"alic", b"alicex", b"", b"xalice")]
    files = _file(_failure(4), *others, _failure(5), _failure(7), *others, layout=layout)
    found = failures_since(files, "alice", 5)
    assert (found.count, found.last, found.is_whole) == (2, _failure(7), True)


def test_a_name_is_that_up_to_its_end_and_as_long_as_there_is_room() -> None:
    files = _file(_failure(5, b"alice\0x"), _failure(5, b"u" * 32))
    found = [failures_since(files, user, 0).count for user in ("alice", "u" * 32, "u" * 40, "u")]
    assert found == [1, 1, 1, 0]


def test_files_are_read_to_their_end_and_what_is_left_there_is_noticed() -> None:
    files = _file(*[_failure(number) for number in range(4096 * 2 + 3)])
    assert failures_since(files, "alice", 0).count == 4096 * 2 + 3
    assert failures_since(_file(*[_failure(9)] * 4096), "alice", 0).is_whole
    assert not failures_since(_file(_failure(9), behind=b"x"), "alice", 0).is_whole
    assert failures_since(_file(), "alice", 0).last is None


def test_whoever_writes_is_not_waited_for() -> None:
    files = _file(_failure(9))
    files.writing.add(BTMP)
    assert failures_since(files, "alice", 0).count == 1


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        failures_since(MemoryLoginFiles(), "alice", 0)
