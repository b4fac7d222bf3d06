"""A statement on an SQLite file: the same by Python's `sqlite3` and in the frozen core's C."""

import errno
import os
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pamkit.stores import c_by_ctypes
from tests.stores.built_c import build, load

if TYPE_CHECKING:
    from pamkit.stores.c_library import CLibrary, Value

_BUILT = pytest.mark.needs("cc", "python-headers", "sqlite3")
_LOOK, _NONE = b"SELECT a FROM t WHERE b = ?1", b""


@pytest.fixture(params=["python", pytest.param("built", marks=_BUILT)])
def c(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "CLibrary":
    if request.param == "python":
        return c_by_ctypes
    return load(build(tmp_path_factory.getbasetemp()))


@pytest.fixture
def file(tmp_path: Path) -> bytes:
    path = tmp_path / "a ?#%é.sqlite"  # what an address would take for something else
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE t (a, b)")
    rows = [("text", 1), (b"\0blob\xff", 2), (2**63 - 1, 3), (None, 4), ("", 5), ("first", 6)]
    made.executemany("INSERT INTO t VALUES (?, ?)", [*rows, ("second", 6)])
    made.commit()
    made.close()
    return os.fsencode(path)


@pytest.mark.parametrize(
    ("expected", "key"),
    [
        ((b"text",), 1),
        ((b"\0blob\xff",), 2),
        ((2**63 - 1,), 3),
        ((None,), 4),
        ((b"",), 5),
        ((b"first",), 6),
        (None, 7),
        (None, -1),
        (None, None),
        (None, b"1"),
    ],
)
def test_the_first_row_comes_back(
    c: "CLibrary", file: bytes, expected: tuple[object, ...] | None, key: "Value"
) -> None:
    assert c.sqlite(file, _NONE, _LOOK, (key,), True) == (expected, 0)


def test_values_are_bound_as_what_they_are(c: "CLibrary", file: bytes) -> None:
    values: tuple[Value, ...] = (b"\0'; DROP TABLE t --", -(2**63), None, b"", b"name")
    statement = b"SELECT ?1, ?2, ?3, ?4, CAST(?5 AS TEXT), typeof(?1), typeof(?2), typeof(?3)"
    row = (*values, b"blob", b"integer", b"null")
    assert c.sqlite(file, _NONE, statement, values, True) == (row, 0)


def test_a_change_is_counted_and_lasts(c: "CLibrary", file: bytes) -> None:
    change = b"UPDATE t SET a = ?1 WHERE b = ?2"
    assert c.sqlite(file, _NONE, change, (b"new", 6), True) == (None, 2)
    assert c.sqlite(file, _NONE, change, (b"new", 7), True) == (None, 0)
    assert c.sqlite(file, _NONE, _LOOK, (6,), True) == ((b"new",), 0)
    assert os.listdir(os.path.dirname(file)) == [os.path.basename(file)]


def test_settings_go_before(c: "CLibrary", file: bytes) -> None:
    with pytest.raises(OSError, match="readonly"):
        c.sqlite(file, b"PRAGMA query_only = ON;", b"DELETE FROM t", (), True)
    assert c.sqlite(file, _NONE, b"SELECT count(*) FROM t", (), True) == ((7,), 0)


@pytest.mark.parametrize(
    ("code", "words", "path", "statement"),
    [
        (errno.EACCES, "unable to open database file", b"/nowhere/x", _LOOK),
        (errno.EACCES, "unable to open database file", b"/", _LOOK),
        (errno.EINVAL, "file is not a database", b"words", _LOOK),
        (errno.EIO, "no such table: u", b"", b"SELECT a FROM u WHERE b = ?1"),
        (errno.EIO, 'near "SELEKT": syntax error', b"", b"SELEKT ?1"),
    ],
)
def test_what_goes_wrong_is_said(
    c: "CLibrary", file: bytes, code: int, words: str, path: bytes, statement: bytes
) -> None:
    if path == b"words":
        path = file + b".db"
        Path(os.fsdecode(path)).write_bytes(b"words " * 1000)
    with pytest.raises(OSError, match=words) as fault:
        c.sqlite(path or file, _NONE, statement, (1,), True)
    assert fault.value.errno == code


def test_a_file_that_is_not_there_is_not_made(c: "CLibrary", tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        c.sqlite(os.fsencode(tmp_path / "new"), _NONE, b"CREATE TABLE t (a)", (), True)
    assert os.listdir(tmp_path) == []


def test_a_damaged_file_is_an_error(c: "CLibrary", file: bytes) -> None:
    path = Path(os.fsdecode(file))
    data = bytearray(path.read_bytes())
    data[100:200] = b"\xff" * 100
    path.write_bytes(data)
    with pytest.raises(OSError, match="malformed") as fault:
        c.sqlite(file, _NONE, _LOOK, (1,), True)
    assert fault.value.errno == errno.EINVAL


def test_nobody_is_waited_for(c: "CLibrary", file: bytes) -> None:
    writer = sqlite3.connect(os.fsdecode(file), isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BlockingIOError, match="database is locked"):
        c.sqlite(file, _NONE, _LOOK, (1,), True)
    writer.execute("ROLLBACK")
    writer.close()
    assert c.sqlite(file, _NONE, _LOOK, (1,), True) == ((b"text",), 0)


def test_no_descriptor_is_left_open(c: "CLibrary", file: bytes) -> None:
    c.sqlite(file, _NONE, _LOOK, (1,), True)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        c.sqlite(file, _NONE, _LOOK, (1,), True)
        with pytest.raises(OSError, match="no such table"):
            c.sqlite(file, _NONE, b"SELECT 1 FROM u", (), True)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("wrong", ["path", "statement"])
def test_a_nul_in_a_text_is_refused(c: "CLibrary", file: bytes, wrong: str) -> None:
    path = file + b"\0x" if wrong == "path" else file
    statement = _LOOK + b"\0x" if wrong == "statement" else _LOOK
    with pytest.raises(ValueError, match="NUL"):
        c.sqlite(path, _NONE, statement, (1,), True)


def test_threads_do_not_disturb_each_other(c: "CLibrary", file: bytes) -> None:
    found: list[object] = []

    def look() -> None:
        found.extend(c.sqlite(file, _NONE, _LOOK, (1,), True) for _ in range(50))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [((b"text",), 0)] * 200


def test_who_may_not_write_reads_and_carries_out_no_journal(c: "CLibrary", file: bytes) -> None:
    assert c.sqlite(file, _NONE, _LOOK, (1,), False) == ((b"text",), 0)
    with pytest.raises(OSError, match="readonly") as refused:
        c.sqlite(file, _NONE, b"DELETE FROM t", (), False)
    assert refused.value.errno == errno.EROFS
    journal = Path(os.fsdecode(file) + "-journal")
    journal.write_bytes(bytes.fromhex("d9d505f920a163d7").ljust(512, b"\0"))  # of no page
    with pytest.raises(OSError, match="readonly"):
        c.sqlite(file, _NONE, _LOOK, (1,), False)
    assert journal.exists()
    assert c.sqlite(file, _NONE, _LOOK, (1,), True) == ((b"text",), 0)
    assert not journal.exists()


def test_nothing_becomes_longer_than_a_mebibyte(c: "CLibrary", file: bytes) -> None:
    assert c.sqlite(file, _NONE, b"SELECT length(zeroblob(1 << 20))", (), True) == ((1 << 20,), 0)
    for longer in (b"zeroblob((1 << 20) + 1)", b"hex(zeroblob(1 << 20))"):
        with pytest.raises(OSError, match="too big"):
            c.sqlite(file, _NONE, b"SELECT length(" + longer + b")", (), True)


def test_sixteen_values_go_in_and_come_back(c: "CLibrary", file: bytes) -> None:
    values = tuple(b"%d" % number if number % 2 else number for number in range(16))
    statement = b"SELECT " + b", ".join(b"?%d" % (number + 1) for number in range(16))
    assert c.sqlite(file, _NONE, statement, values, True) == (values, 0)
