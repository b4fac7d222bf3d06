import random
import time
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.formats import gdbm_file
from tests.formats.database_files import Files, gdbm, reader

pytestmark = pytest.mark.needs("gdbm")


def _entries(count: int) -> dict[bytes, bytes]:
    draw = random.Random(7)
    return {
        draw.randbytes(draw.choice((1, 3, 8, 20, 700))): draw.randbytes(
            draw.choice((0, 1, 13, 100, 2000))
        )
        for _ in range(count)
    }


@pytest.mark.parametrize("numsync", [False, True])
@pytest.mark.parametrize("block", [512, 4096])
@pytest.mark.parametrize("count", [0, 1, 7, 300])
def test_what_gdbm_wrote_is_read(tmp_path: Path, count: int, block: int, numsync: bool) -> None:
    entries = _entries(count)
    removed = tuple(entries)[::3]
    data = gdbm(tmp_path / "made", entries, block=block, numsync=numsync, removed=removed)
    left = {key: value for key, value in entries.items() if key not in removed}
    read, size = reader(data), len(data)
    assert gdbm_file.is_one(data[:16])
    assert sorted(left) == sorted(gdbm_file.keys(read, size))
    assert left == {key: gdbm_file.find(read, size, key) for key in left}
    assert {None} >= {gdbm_file.find(read, size, key) for key in removed}


def _narrow(entries: dict[bytes, bytes], magic: int) -> bytes:
    """Return a file with offsets of 32 bits and one bucket, which this machine's GDBM cannot make.

    The layout is that of `gdbmdefs.h` where `off_t` has 32 bits.
    """
    elements, bucket_at, directory_at = 20, 512, 1024
    body, rows = b"", []
    for key, value in entries.items():
        hashed = gdbm_file._hash(key, signed=True)
        at = 2048 + len(body)
        rows.append(pack("=i4sIii", hashed, key[:4], at, len(key), len(value)))
        body += key + value
    rows += [pack("=i16x", -1)] * (elements - len(rows))
    bucket = pack("=i", 0) + bytes(48) + pack("=ii", 0, len(entries)) + b"".join(rows)
    head = pack("=IiIiiiiI", magic, 512, directory_at, 4, 0, len(bucket), elements, 4096)
    parts = {0: head, bucket_at: bucket, directory_at: pack("=I", bucket_at), 2048: body}
    whole = bytearray(4096)
    for at, part in parts.items():
        whole[at : at + len(part)] = part
    return bytes(whole)


@pytest.mark.parametrize("magic", [0x13579ACD, 0x13579ACE, 0x13579AD0])
def test_files_of_machines_with_short_offsets_are_read(magic: int) -> None:
    entries = {b"alice": b"secret", b"bob": b"", b"\xe9ve": b"x"}
    data = _narrow(entries, magic)
    assert entries == {key: gdbm_file.find(reader(data), len(data), key) for key in entries}
    assert sorted(entries) == sorted(gdbm_file.keys(reader(data), len(data)))


def test_keys_that_were_hashed_without_a_sign_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = gdbm_file._hash
    monkeypatch.setattr(gdbm_file, "_hash", lambda key, *, signed: _unsigned(key))

    def _unsigned(key: bytes) -> int:
        return signed(key, signed=False)

    data = _narrow({b"\xe9ve": b"x"}, 0x13579ACD)
    monkeypatch.undo()
    assert gdbm_file.find(reader(data), len(data), b"\xe9ve") == b"x"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "a file that is too short for GDBM"),
        (b"x" * 100, "not a file of GDBM"),
        (bytes.fromhex("13579acf") + bytes(96), "a GDBM file from a machine of another byte order"),
        (bytes.fromhex("cf9a5713") + bytes(96), "a damaged file: its first bytes contradict"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        gdbm_file.find(reader(data), len(data), b"alice")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Files:
    directory = tmp_path_factory.mktemp("gdbm")
    entries = {key[:20]: value[:900] for key, value in _entries(80).items()}
    short = {key: value[:30] for key, value in list(entries.items())[:15]}
    made = gdbm(directory / "made", entries)
    counted = gdbm(directory / "made", entries, numsync=True)
    return Files([(entries, made), (entries, counted), (short, _narrow(short, 0x13579ACD))])


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
        changed[(page * 512 + at) % len(whole)] = byte
    size = len(whole) if cut is None else cut % len(whole)
    damaged = bytes(changed[:size])
    wanted = [sorted(entries)[pick % len(entries)] for pick in picks]
    began = time.monotonic()
    for key in wanted:
        try:
            found = gdbm_file.find(reader(damaged), size, key)
        except ValueError:
            continue
        assert found is None or (found in damaged and key in damaged)
    try:
        keys = list(gdbm_file.keys(reader(damaged), size))
    except ValueError:
        keys = []
    assert all(key in damaged for key in keys)
    assert time.monotonic() - began < 5
