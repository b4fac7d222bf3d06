"""The lines of hosts.equiv and .rhosts, and whom they believe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.rhosts import Line, believes, lines

_WORDS = st.sampled_from(["far", "near", "alice", "bob", "+", "-", "+@g", "-@g", "-far", "-alice"])
_TEXTS = st.lists(st.lists(_WORDS, min_size=1, max_size=2).map(" ".join), max_size=5).map("\n".join)


def _no(_: str) -> bool:
    return False


def _believes(data: bytes, *, resolves: bool = True) -> bool:
    def is_host(name: str) -> bool:
        if not resolves:
            raise OSError("no name service")
        return name == "far"

    return believes(
        data, local_user="alice", remote_user="alice", is_host=is_host, host_in=_no, user_in=_no
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"Far\n", [Line("far", "")]),
        (b"FAR \t Alice more\r\n", [Line("far", "Alice")]),
        (b"far\valice\n", [Line("far", "")]),
        (b"far\r\nnear bob\r\n", [Line("far", ""), Line("near", "bob")]),
        (b"# far\n  # far\n\n \t\nnear\n", [Line("near", "")]),
        (b"far # why\n", [Line("far", "#")]),
        (b"far\n near\nbehind\n", [Line("far", "")]),
        (b"far\0junk alice\n\0\nnear", [Line("far", ""), Line("near", "")]),
        (b"-@G +@G\n", [Line("-@g", "+@G")]),
        (b"f\xe4r \xe4\n", [Line("f\udce4r", "\udce4")]),
    ],
)
def test_a_line_has_a_host_and_perhaps_a_user(data: bytes, expected: list[Line]) -> None:
    assert list(lines(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"far", True),
        (b"near\nfar", True),
        (b"far bob", False),
        (b"far bob\nfar alice", True),
        (b"+", True),
        (b"+ bob", False),
        (b"-far\nfar", False),
        (b"-far bob\nfar", False),  # a host that is refused is refused to all
        (b"-near\nfar", True),
        (b"far -alice\nfar", False),
        (b"far -bob\nfar", True),
        (b"-", False),
    ],
)
def test_the_first_line_for_both_decides(data: bytes, expected: bool) -> None:
    assert _believes(data) == expected


def test_a_netgroup_stands_for_its_members() -> None:
    asked: list[tuple[str, str]] = []

    def host_in(group: str) -> bool:
        asked.append(("host", group))
        return group == "ours"

    def user_in(group: str) -> bool:
        asked.append(("user", group))
        return group == "people"

    def judged(data: bytes) -> bool:
        return believes(
            data, local_user="l", remote_user="r", is_host=_no, host_in=host_in, user_in=user_in
        )

    assert judged(b"+@ours +@people")
    assert not judged(b"-@ours +\n+@ours +@people")
    assert not judged(b"+@ours -@people\n+@ours +")
    assert judged(b"-@theirs +@people\n+@OURS +@people")
    assert ("user", "people") in asked


@given(_TEXTS)
def test_nobody_is_believed_for_a_host_that_cannot_be_found_out(text: str) -> None:
    def named(word: str) -> bool:
        return word not in ("+", "+@g", "-@g")

    only_names = "\n".join(line for line in text.split("\n") if named(line.partition(" ")[0]))
    assert not _believes(only_names.encode(), resolves=False)


@given(_TEXTS)
def test_a_refusal_put_first_is_final(text: str) -> None:
    assert not _believes(b"-far\n" + text.encode())
    assert not _believes(b"far -alice\n" + text.encode())


@given(_TEXTS)
def test_without_a_name_service_fewer_are_believed(text: str) -> None:
    assert _believes(text.encode()) or not _believes(text.encode(), resolves=False)


@given(st.binary())
def test_any_bytes_can_be_read(data: bytes) -> None:
    for line in lines(data):
        assert line.host
        assert line.host == line.host.encode("utf-8", "surrogateescape").lower().decode(
            "utf-8", "surrogateescape"
        )
    assert _believes(data) in (True, False)
