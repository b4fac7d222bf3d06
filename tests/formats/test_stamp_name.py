import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.stamp_name import StampName, stamp_name, terminal_name

names = st.text(
    st.characters(exclude_categories=(), exclude_characters="\ud800"), min_size=0, max_size=20
)


@given(names, names, names)
def test_cve_2014_2583_a_path_has_three_names_below_its_directory(
    terminal: str, owner: str, user: str
) -> None:
    name = stamp_name("/d", terminal=terminal, owner=owner, user=user)
    if name is not None:
        assert name.path.split("/") == ["", "d", owner, name.file]
        assert not {"", ".", ".."} & {owner, name.file}
        assert "\0" not in name.path


@given(st.lists(st.text("ab:01/.", min_size=1, max_size=6), min_size=6, max_size=6))
def test_no_two_have_the_same_stamp(words: list[str]) -> None:
    one, other = words[:3], words[3:]
    found = [
        stamp_name("/d", terminal=terminal, owner=owner, user=user)
        for terminal, owner, user in (one, other)
    ]
    users = {name for name in (one[2], other[2]) if not name.strip("0123456789.")}
    if found[0] is not None and not users:  # nobody's name is a number
        assert (found[0] == found[1]) == (one == other)


@pytest.mark.parametrize(
    ("tty", "expected"),
    [
        ("/dev/tty1", "tty1"),
        ("/dev/pts/3", "3"),
        ("tty1", "tty1"),
        (":0", ":0"),
        ("unknown", "unknown"),
        ("", None),
        (".", None),
        ("/dev/", None),
        ("/dev/..", None),
        ("/dev", None),
        ("pts/3", None),
        ("/tmp/dev/tty1", None),
        ("tty\0", None),
    ],
)
def test_a_terminal_is_below_dev(tty: str, expected: str | None) -> None:
    assert terminal_name(tty) == expected


def test_a_user_has_no_colon_and_no_stamp_lies_over_the_key() -> None:
    assert stamp_name("/d", terminal="tty1", owner="alice", user="a:b") is None
    assert stamp_name("/d", terminal="_pam_timestamp_key", owner="alice", user="alice") is None


def test_a_path_that_is_too_long_is_none() -> None:
    def longest(size: int) -> StampName | None:
        return stamp_name("/" + "d" * size, terminal="t", owner="a", user="a")

    assert (longest(4090) is None, longest(4091) is None) == (False, True)
