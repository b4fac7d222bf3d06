"""Settings of pam_pwhistory: the file, the words, and which go before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.pwhistory_conf import Settings, read_settings, with_words


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Settings()),
        (b"# remember = 3\nremember = 4\nREMEMBER=5\n", Settings(remember=4)),
        (b"retry\t2 # twice\n", Settings(tries=2)),
        (b"debug\nenforce_for_root = no\n", Settings(debug=True, enforce_for_root=True)),
        (b"file = /var/lib/old\n", Settings(file="/var/lib/old")),
        (b"remember=1000\n", Settings(remember=1000)),
        (b"remember=-1\nretry=4294967297\n", Settings(remember=-1, tries=1)),
        (b"remember=99999999999999999999\n", Settings(remember=-1)),
        (b"remember = 3x\n", Settings(remember=3)),
    ],
)
def test_a_file_is_read_as_c_reads_it(data: bytes, expected: Settings) -> None:
    assert read_settings(data) == (expected, ())


def test_what_is_wrong_in_a_file_is_told_and_left_out() -> None:
    assert read_settings(b"remember many\nretry\nfile = old\n") == (
        Settings(),
        (
            "Bad number supplied for remember argument",
            "Bad number supplied for retry argument",
            "File path should be absolute: old",
        ),
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("remember=5", Settings(remember=5)),
        ("REMEMBER=5 remember=6", Settings(remember=6)),
        ("remember=-1", Settings(remember=0)),
        ("remember=x", Settings(remember=0)),
        ("remember=401", Settings(remember=400)),
        ("remember=99999999999999999999", Settings(remember=0)),
        ("retry=0", Settings(tries=0)),
        ("retry=-1", Settings(tries=1)),
        ("retry=", Settings(tries=0)),
        ("debug Enforce_For_Root", Settings(debug=True, enforce_for_root=True)),
        ("file=/x", Settings(file="/x")),
        ("use_authtok try_first_pass use_first_pass authtok_type=X conf=/y", Settings()),
    ],
)
def test_words_are_read_as_c_reads_them(words: str, expected: Settings) -> None:
    assert with_words(Settings(), words.split()) == (expected, ())


def test_words_go_before_the_file_and_leave_the_rest() -> None:
    in_file, _ = read_settings(b"remember=3\nretry=2\nfile=/a\n")
    assert with_words(in_file, ["retry=5"])[0] == in_file.changed(tries=5)
    assert with_words(in_file, ["file=relative"]) == (
        in_file,
        ("pam_pwhistory: file path should be absolute: file=relative",),
    )
    assert with_words(in_file, ["nonsense", "debug=1"])[1] == (
        "pam_pwhistory: unknown option: nonsense",
        "pam_pwhistory: unknown option: debug=1",
    )


@given(st.binary(), st.lists(st.text()))
def test_nothing_makes_the_readers_raise(data: bytes, words: list[str]) -> None:
    settings, _ = with_words(read_settings(data)[0], words)
    assert -(2**31) <= settings.remember < 2**31
    assert -(2**31) <= settings.tries < 2**31
