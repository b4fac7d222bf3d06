"""The history of password hashes."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.opasswd import History, find_history, history_line, parse_history, with_hash
from pamkit.vocab.secret import Secret

WORD = st.text("abc$./0", min_size=1, max_size=6)
HISTORY = st.builds(
    History, WORD, st.integers(0, 9999).map(str), st.lists(WORD.map(Secret), max_size=4).map(tuple)
)


@given(HISTORY)
def test_a_line_round_trips(history: History) -> None:
    assert parse_history(history_line(history)) == history


@given(st.binary())
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    parse_history(data)
    assert find_history(data, "nobody\n") is None


@given(st.binary(), WORD, st.lists(WORD, min_size=1, max_size=6), st.integers(1, 4))
def test_the_newest_hashes_stay_and_no_other_line_changes(
    noise: bytes, name: str, hashes: list[str], keep: int
) -> None:
    data = noise
    for hashed in hashes:
        data = with_hash(data, name, uid=7, hashed=hashed.encode(), keep=keep)
    history = find_history(data, name)
    assert history is not None
    hashes = [one for one, _ in groupby(hashes)]  # the newest is not added again
    kept = min(keep, len(hashes))
    assert history.hashes[-kept:] == tuple(Secret(hashed) for hashed in hashes[-kept:])
    assert len(history.hashes) <= keep
    ours = name.encode()
    others = [line for line in noise.split(b"\n") if not line.startswith(ours)]
    assert [line for line in data.split(b"\n") if not line.startswith(ours) and line] == [
        line for line in others if line
    ]


def test_the_line_has_the_form_of_the_c_module() -> None:
    data = b"bob:1000:1:old\nalice:1001:2:$1$a$b,$1$c$d\n"
    made = with_hash(data, "alice", uid=5, hashed=b"$6$e$f", keep=2)
    assert made == b"bob:1000:1:old\nalice:1001:2:$1$c$d,$6$e$f\n"


def test_keeping_nothing_forgets_the_user() -> None:
    assert with_hash(b"a:1:1:h\nb:2:1:h", "a", uid=1, hashed=b"x", keep=0) == b"b:2:1:h"


def test_the_newest_hash_is_not_added_again_and_its_line_stays() -> None:
    data = b"alice:7:99:a,b\nbob:8:1:a"
    assert with_hash(data, "alice", uid=7, hashed=b"b", keep=2) == data
    assert with_hash(data, "bob", uid=8, hashed=b"a", keep=1) == data
    assert with_hash(data, "alice", uid=7, hashed=b"b", keep=1) == b"alice:7:1:b\nbob:8:1:a"
    assert with_hash(data, "alice", uid=7, hashed=b"a", keep=3) == b"alice:7:3:a,b,a\nbob:8:1:a"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"a:1:0", ("a", "1", ())),
        (b"a:1:0:", ("a", "1", ())),
        (b"a:1:x:h", ("a", "1", ("h",))),
        (b"a:1:9:h,,i,:more:x,y", ("a", "1", ("h", "i"))),
        (b"a::", ("a", "", ())),
        (b"a:1", None),
        (b"a", None),
        (b":1:1:h", None),
        (b"", None),
        (b"a:1:1:h\0", None),
    ],
)
def test_odd_lines_are_read_as_far_as_they_make_sense(
    line: bytes, expected: tuple[str, str, tuple[str, ...]] | None
) -> None:
    found = parse_history(line)
    assert (
        found and (found.name, found.uid, tuple(h.expose().decode() for h in found.hashes))
    ) == expected


def test_a_file_without_a_last_line_end_gets_one() -> None:
    assert with_hash(b"b:2:1:h", "a", uid=1, hashed=b"x", keep=3) == b"b:2:1:h\na:1:1:x\n"


@pytest.mark.parametrize("hashed", [b"a,b", b"a:b", b"a\nb", b"\0"])
def test_a_hash_that_breaks_the_line_is_refused(hashed: bytes) -> None:
    with pytest.raises(ValueError, match="opasswd"):
        with_hash(b"", "a", uid=1, hashed=hashed, keep=1)
