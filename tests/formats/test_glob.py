"""The shell patterns, against a table and against the C library's `fnmatch`."""

import ctypes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pamkit.formats.glob import matches

TABLE = [
    ("", "", True),
    ("", "a", False),
    ("*", "", True),
    ("*", "a/.b", True),
    ("a*", "a", True),
    ("a*c", "abbc", True),
    ("a*c", "abbcd", False),
    ("*a*b*", "xaxxbx", True),
    ("?", "", False),
    ("?", "é", True),
    ("??", "a", False),
    ("\\*", "*", True),
    ("\\*", "a", False),
    ("\\", "\\", False),
    ("\\\\", "\\", True),
    ("[abc]", "b", True),
    ("[abc]", "d", False),
    ("[!abc]", "d", True),
    ("[^abc]", "a", False),
    ("[]]", "]", True),
    ("[!]]", "]", False),
    ("[a-c]x", "bx", True),
    ("[a-]", "-", True),
    ("[-a]", "-", True),
    ("[c-a]", "b", False),
    ("[\\]a]", "]", True),
    ("[[:digit:]]*", "7up", True),
    ("[[:digit:]]*", "up", False),
    ("[![:digit:]]", "u", True),
    ("[[:nosuch:]]", "a", False),
    ("[![:nosuch:]]", "a", False),
    ("[a", "[a", True),
    ("[a", "a", False),
    ("[", "[", True),
    ("/dev/pts/*", "/dev/pts/3", True),
    ("tty[1-6]", "tty7", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), TABLE)
def test_a_pattern_fits_what_fnmatch_says(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_a_pattern_with_many_stars_is_judged_in_no_time() -> None:
    assert not matches("*a" * 200, "a" * 199 + "b" * 5000)


_CLASS_NAMES = ("alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct")
_ALL_NAMES = (*_CLASS_NAMES, "space", "upper", "xdigit", "nosuch", "")
_CHARS = "ab-[]!^\\*?.:=z0/ "

_member = st.one_of(
    st.sampled_from(_CHARS),
    st.builds("{}-{}".format, st.sampled_from(_CHARS), st.sampled_from(_CHARS)),
    st.builds("[:{}:]".format, st.sampled_from(_ALL_NAMES)),
    st.builds("[={}=]".format, st.sampled_from("ab0")),
    st.builds("[.{}.]".format, st.sampled_from("ab0")),
)
_bracket = st.builds(
    "[{}{}]".format,
    st.sampled_from(("", "!", "^")),
    st.lists(_member, min_size=1, max_size=4).map("".join),
)
_pattern = st.lists(st.one_of(st.sampled_from(_CHARS), _bracket), max_size=6).map("".join)
_text = st.text(st.sampled_from(_CHARS + "\tQ~"), max_size=6)


@pytest.mark.needs("libpam")
@settings(max_examples=300)
@given(pattern=_pattern, text=_text)
@example(pattern="[[:", text="[[:")
@example(pattern="*[a", text="x[a")
def test_any_pattern_fits_what_the_c_library_says(pattern: str, text: str) -> None:
    fnmatch = ctypes.CDLL(None).fnmatch
    assert (fnmatch(pattern.encode(), text.encode(), 0) == 0) is matches(pattern, text)
