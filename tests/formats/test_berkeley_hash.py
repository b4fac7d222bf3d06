import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.formats import berkeley_hash
from tests.formats.database_files import Files, berkeley, reader

pytestmark = pytest.mark.needs("db_load")

SHAPES = (
    (),
    ("db_lorder=4321",),
    ("db_pagesize=512",),
    ("db_pagesize=512", "db_lorder=4321", "chksum=1"),
    ("chksum=1",),
    ("db_pagesize=65536",),
    ("duplicates=1",),
    ("h_ffactor=3", "h_nelem=100"),
)


def _entries(count: int, seed: int = 5) -> dict[bytes, bytes]:
    """Return short and long keys and values, of any bytes."""
    draw = random.Random(seed)
    return {
        draw.randbytes(draw.choice((3, 8, 20, 20, 700))): draw.randbytes(
            draw.choice((0, 1, 13, 100, 5000))
        )
        for _ in range(count)
    }


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [0, 1, 7, 150])
def test_what_berkeley_db_wrote_is_read(tmp_path: Path, count: int, shape: tuple[str, ...]) -> None:
    entries = _entries(count)
    data = berkeley(tmp_path / "made.db", entries, *shape)
    read, size = reader(data), len(data)
    assert berkeley_hash.is_one(data[:16])
    assert sorted(entries) == sorted(berkeley_hash.keys(read, size))
    assert entries == {key: berkeley_hash.find(read, size, key) for key in entries}
    assert [berkeley_hash.find(read, size, key) for key in (b"", b"no", b"x" * 900)] == [None] * 3


def test_of_several_values_the_first_counts(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "made.db"
    lines = b"alice\nfirst\nalice\nsecond\n"
    words = ("db_load", "-T", "-t", "hash", "-c", "duplicates=1", path)
    subprocess.run(words, input=lines, check=True)
    data = path.read_bytes()
    assert berkeley_hash.find(reader(data), len(data), b"alice") == b"first"


def test_a_btree_is_named_as_what_it_is(tmp_path: Path) -> None:
    data = berkeley(tmp_path / "made.db", {b"alice": b"x"}, kind="btree")
    with pytest.raises(ValueError, match="a btree file, expected a hash file"):
        berkeley_hash.find(reader(data), len(data), b"alice")


@pytest.mark.parametrize(
    ("at", "byte", "words"),
    [
        (16, 6, "a hash file of version 6, expected 7 to 9"),
        (16, 10, "a hash file of version 10, expected 7 to 9"),
        (24, 1, "an encrypted file"),
        (26, 2, "a file in several parts"),
        (12, 0, "not a file of Berkeley DB"),
        (21, 0, "a damaged file: its first page contradicts itself"),
        (92, 0, "a file with a hash function of its own"),
        (76, 8, "a damaged file: its masks contradict its size"),
        (72, 255, "a damaged file: its first page contradicts itself"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, at: int, byte: int, words: str) -> None:
    data = bytearray(berkeley(tmp_path / "made.db", {b"alice": b"x", b"bob": b"y"}))
    data[at] = byte
    with pytest.raises(ValueError, match=f"^{words}$"):
        berkeley_hash.find(reader(bytes(data)), len(data), b"alice")


@pytest.mark.parametrize("size", [0, 16, 511, 512, 4096, 5000, 12287])
def test_a_file_cut_short_is_an_error(tmp_path: Path, size: int) -> None:
    data = berkeley(tmp_path / "made.db", {b"alice": b"x"})[:size]
    with pytest.raises(ValueError, match="file"):
        berkeley_hash.find(reader(data), len(data), b"alice")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Files:
    directory = tmp_path_factory.mktemp("berkeley")
    shapes = (("db_pagesize=512",), ("db_pagesize=512", "db_lorder=4321"), ("chksum=1",))
    entries = {key[:20]: value[:900] for key, value in _entries(60).items()}
    return Files((entries, berkeley(directory / "made.db", entries, *each)) for each in shapes)


_SPOTS = st.tuples(
    st.one_of(st.just(0), st.integers(0, 1000)),
    st.one_of(st.integers(0, 47), st.integers(0, 511)),
    st.integers(0, 255),
)
"""Page, place in it and byte; many of them in what steers."""


@settings(max_examples=300)
@given(
    which=st.integers(0, 2),
    spots=st.lists(_SPOTS, min_size=1, max_size=4),
    cut=st.one_of(st.none(), st.integers(0, 1 << 20)),
    picks=st.lists(st.integers(0, 1000), min_size=1, max_size=4),
)
def test_a_damaged_file_gives_an_error_or_what_is_in_it(
    sound: Files,
    which: int,
    spots: list[tuple[int, int, int]],
    cut: int | None,
    picks: list[int],
) -> None:
    entries, whole = sound[which]
    changed = bytearray(whole)
    for page, at, byte in spots:
        place = page % (len(whole) // 512) * 512
        changed[place + at] = byte
    size = len(whole) if cut is None else cut % len(whole)
    damaged = bytes(changed[:size])
    wanted = [sorted(entries)[pick % len(entries)] for pick in picks]
    began = time.monotonic()
    for key in wanted:
        try:
            found = berkeley_hash.find(reader(damaged), size, key)
        except ValueError:
            continue
        assert found is None or found == entries[key] or _is_in(found, damaged)
    try:
        keys = list(berkeley_hash.keys(reader(damaged), size))
    except ValueError:
        keys = []
    assert all(_is_in(key, damaged) for key in keys)
    assert sum(map(len, keys)) <= size
    assert time.monotonic() - began < 5


def _is_in(found: bytes, damaged: bytes) -> bool:
    """Whether it is from the file: a long entry is in pieces there, and seams are in no piece."""
    windows = [found[at : at + 8] for at in range(0, len(found), 8)]
    return sum(window not in damaged for window in windows) <= 1 + len(windows) // 8


def test_keys_that_all_point_to_one_long_piece_keep_nobody_busy(tmp_path: Path) -> None:
    entries = {b"k%d" % number: b"" for number in range(2000)} | {b"x" * 300_000: b""}
    data = bytearray(berkeley(tmp_path / "made.db", entries, "db_pagesize=512"))
    read, size = reader(bytes(data)), len(data)
    table = berkeley_hash._table(read, size)
    (long,) = [
        item
        for bucket in range(table.max_bucket + 1)
        for item, _ in berkeley_hash._pairs(table, bucket)
        if item[0] == 3
    ]
    pointing = []
    for at in range(512, size, 512):
        page = data[at : at + 512]
        if page[25] in (2, 13) and any(page):
            # As many items as fit, each of which stands for the long piece.
            count = (512 - 26) // 14 // 2 * 2
            places = [512 - 12 * (number + 1) for number in range(count)]
            page[20:22] = count.to_bytes(2, "little")
            page[26 : 26 + 2 * count] = b"".join(n.to_bytes(2, "little") for n in places)
            page[places[-1] :] = long * count
            data[at : at + 512] = page
            pointing.append(at)
    assert len(pointing) > 50
    began = time.monotonic()
    with pytest.raises(ValueError, match="its keys are longer than the file"):
        list(berkeley_hash.keys(reader(bytes(data)), size))
    assert berkeley_hash.find(reader(bytes(data)), size, b"k7") is None
    assert time.monotonic() - began < 5
