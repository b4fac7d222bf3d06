"""Whoever is killed while writing a login record leaves the file readable, and no lock behind."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import pytest

from pamkit.formats import lastlog, wtmpdb
from pamkit.formats.lastlog import LastLogin
from pamkit.formats.utmp import UTMP, WTMP, UtmpRecord, decode, encode, layout_for
from pamkit.records.as_utmp import as_utmp
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import WtmpRecorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.login_tables import rows
from pamkit.stores.root import Root
from tests.crash.harness import DEADLY, changes, every_strike, killed_within

LAYOUT = layout_for(os.uname().machine)
NOW = 1_700_000_000_000_000


def _event(number: int, happening: Happening = Happening.LOGIN) -> LoginEvent:
    line = f"pts/{number}"
    return LoginEvent(happening, NOW, f"user{number}", number, line, "h" * 256, "x", pid=number)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    for directory in ("run", "var/log", "var/lib/wtmpdb"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "var/run").symlink_to("/run")
    return Root(str(tmp_path))


@pytest.mark.parametrize("place", [0, 3, 10, 11, 21])
def test_utmp_has_the_old_record_the_new_or_none_and_all_others(root: Root, place: int) -> None:
    old = [as_utmp(_event(number)) for number in range(22)]
    new = as_utmp(_event(place, Happening.LOGOUT))
    file = Path(root.path, "run/utmp")
    files = DiskLoginFiles(root)
    seen = set()
    for strike in every_strike(
        lambda: UtmpRecorder(files).put(new),
        prepare=lambda: file.write_bytes(b"".join(encode(each, LAYOUT) for each in old)),
        kinds=DEADLY,
        where=changes,
    ):
        found = decode(file.read_bytes(), LAYOUT)
        assert [each for at, each in enumerate(found) if at != place] == (
            old[:place] + old[place + 1 :]
        ), strike
        assert found[place] in (old[place], new) or found[place].kind == 0, strike
        seen.add(found[place].kind)
        UtmpRecorder(files).put(new)  # no lock is left
        assert new in decode(file.read_bytes(), LAYOUT), strike
    assert {old[place].kind, new.kind} <= seen
    crosses = place * LAYOUT.size // 4096 != ((place + 1) * LAYOUT.size - 1) // 4096
    assert (0 in seen) == crosses


def test_wtmp_has_all_whole_records_and_the_next_takes_a_pieces_place(root: Root) -> None:
    whole = [encode(as_utmp(_event(number)), LAYOUT) for number in range(12)]
    file = Path(root.path, "var/log/wtmp")
    for left in range(LAYOUT.size + 1):  # as many bytes as the kernel may have written by then
        file.write_bytes(b"".join(whole[:-1]) + whole[-1][:left])
        kept = len(decode(file.read_bytes(), LAYOUT))
        assert kept == 11 + (left == LAYOUT.size)
        WtmpRecorder(DiskLoginFiles(root)).record(_event(99))
        users = [each.user for each in decode(file.read_bytes(), LAYOUT)]
        assert users == [b"user%d" % number for number in [*range(kept), 99]]
        assert len(file.read_bytes()) % LAYOUT.size == 0


def test_wtmp_is_old_or_new_at_every_strike(root: Root) -> None:
    file = Path(root.path, "var/log/wtmp")
    old = encode(as_utmp(_event(1)), LAYOUT)
    new = encode(as_utmp(_event(2)), LAYOUT)
    recorder = WtmpRecorder(DiskLoginFiles(root))
    for strike in every_strike(
        lambda: recorder.record(_event(2)),
        prepare=lambda: file.write_bytes(old + b"\xff" * 9),
        where=changes,
    ):
        assert file.read_bytes() in (old + b"\xff" * 9, old, old + new), strike
        recorder.record(_event(3))
        assert decode(file.read_bytes(), LAYOUT)[-1].user == b"user3", strike


@pytest.mark.parametrize("uid", [0, 14, 4_000_000_000])
def test_lastlog_has_the_old_login_the_new_or_none(root: Root, uid: int) -> None:
    file = Path(root.path, "var/log/lastlog")
    size = lastlog.size(LAYOUT)
    files = DiskLoginFiles(root)
    recorder = LastlogRecorder(files)
    before = _event(1).changed(uid=uid, when=5_000_000, host="near")

    def lay_out() -> None:
        file.write_bytes(b"")
        recorder.record(before)

    old = LastLogin(5, b"pts/1", b"near")
    new = LastLogin(NOW // 1_000_000, b"pts/2", b"h" * 256)
    for strike in every_strike(
        lambda: recorder.record(_event(2).changed(uid=uid)),
        prepare=lay_out,
        kinds=DEADLY,
        where=changes,
    ):
        found = recorder.find(uid)
        assert found in (old, new) or found.seconds == 0, strike
        assert file.stat().st_size == (uid + 1) * size, strike
        recorder.record(_event(3).changed(uid=uid))


def test_a_writer_killed_at_whatever_moment_leaves_no_piece_that_matters(root: Root) -> None:
    wtmp, utmp = Path(root.path, "var/log/wtmp"), Path(root.path, "run/utmp")
    wtmp.touch()
    utmp.touch()
    files = DiskLoginFiles(root, patience=60.0)
    drawn = random.Random(5)

    def write() -> None:
        for number in range(10_000):
            for recorder in (UtmpRecorder(files), WtmpRecorder(files)):
                recorder.record(_event(number % 30, Happening.LOGIN))
                recorder.record(_event(number % 30, Happening.LOGOUT))
            WtmpdbRecorder(files).record(_event(number))

    for _ in range(25):
        assert killed_within(write, drawn.uniform(0.01, 0.06))
        for path in (UTMP, WTMP):
            held = files.hold(path)
            records = decode(held.read(0, held.size()), LAYOUT)
            held.__exit__(None, None, None)
            assert all(_is_whole(each) for each in records)
        found = rows(root, wtmpdb.PATH, wtmpdb.ALL)
        assert all(len(row) == 7 and row[0] == 3 for row in found)
    assert found
    assert len(records) > 30


def _is_whole(record: UtmpRecord) -> bool:
    """Whether a record is one of those that were written, or an empty one."""
    number = record.pid
    come, gone = (
        as_utmp(_event(number, happening)) for happening in (Happening.LOGIN, Happening.LOGOUT)
    )
    return record in (come, gone) or struct.pack("h", record.kind) == b"\0\0"
