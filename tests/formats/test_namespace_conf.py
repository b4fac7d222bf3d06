"""namespace.conf: words as C takes them apart, and what methods and flags say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.namespace_conf import (
    Creation,
    Method,
    Polydir,
    creation,
    expanded,
    method,
    statements,
    tmpfs_options,
    without_last_slashes,
    words,
)

_BLANKS = " \t\n\v\f\r"
_plain_words = st.lists(
    st.text(st.characters(blacklist_characters=_BLANKS + '"\\'), min_size=1), min_size=1
)


def test_lines_without_words_say_nothing() -> None:
    data = b"# a\n\n  \t\n /tmp a user # why\r\n/var b user\0 root\nlast c user"
    assert list(statements(data)) == [" /tmp a user ", "/var b user", "last c user"]


@given(st.binary())
def test_statements_have_no_comments(data: bytes) -> None:
    for line in statements(data):
        assert line.strip(_BLANKS)
        assert not {"#", "\n", "\0"} & {*line}


def test_words_are_taken_apart_as_c_does_it() -> None:
    said = {
        "": (),
        "  ": (),
        "a b": ("a", "b"),
        "\ta\v\fb\r": ("a", "b"),
        '"a b" c': ("a b", "c"),
        'a"b c"d': ("ab cd",),
        '"" a': ("", "a"),
        '"a': ("a",),
        r"a\ b": ("a b",),
        r"a\nb\tc\bd": ("a\nb\tc\bd",),
        "a\\": ("a\\",),
        r'"a\"b': ("a\\b",),
        r"\"a": ('"a',),
        r"\\": ("\\",),
    }
    assert said == {text: words(text) for text in said}


@given(_plain_words, st.sampled_from(_BLANKS))
def test_plain_words_stay_what_they_are(given_words: list[str], blank: str) -> None:
    assert tuple(given_words) == words(blank.join(given_words))


@given(st.lists(st.text(st.characters(blacklist_characters='"')), min_size=1))
def test_what_is_quoted_stays_what_it_is(given_words: list[str]) -> None:
    assert tuple(given_words) == words(" ".join(f'"{word}"' for word in given_words))


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert all(isinstance(word, str) for word in words(text))


def test_variables_are_replaced_once() -> None:
    said = {
        "$HOME/a": "/home/$USER/a",
        "/tmp/$USER": "/tmp/alice",
        "/tmp/$USERS$HOME": "/tmp/aliceS/home/$USER",
        "$$USER$": "$alice$",
        "$home": "$home",
    }
    assert said == {text: expanded(text, home="/home/$USER", user="alice") for text in said}


@given(st.text())
def test_without_variables_a_text_stays(text: str) -> None:
    plain = text.replace("HOME", "").replace("USER", "")
    if "$HOME" not in plain and "$USER" not in plain:
        assert plain == expanded(plain, home="x", user="y")


def test_slashes_at_the_end_go() -> None:
    said = {"": "", "/": "/", "//": "/", "/a//": "/a", "a/": "a", "/a/b": "/a/b"}
    assert said == {path: without_last_slashes(path) for path in said}


def test_methods_and_flags() -> None:
    said = {
        "user": (Method.USER, ()),
        "tmpfs:": (Method.TMPFS, ()),
        ":level": (Method.LEVEL, ()),
        "context:shared:noinit": (Method.CONTEXT, (("shared", None), ("noinit", None))),
        "tmpdir:create=0700,a:b": (Method.TMPDIR, (("create", "0700,a"),)),
        "user:created:iscript=": (Method.USER, (("create", None), ("iscript", ""))),
        "User": (None, ()),
        "": (None, ()),
        ":": (None, ()),
    }
    assert said == {word: method(word) for word in said}


def test_how_a_directory_is_made() -> None:
    said = {
        None: Creation(),
        "": Creation(),
        "0750": Creation(0o750),
        "448,bob": Creation(0o700, "bob"),
        "0x1c0,,staff": Creation(0o700, None, "staff"),
        "0755x,a,b,c": Creation(0o755, "a", "b,c"),
        "010000755": Creation(0o755),
        # As strtoul(3) has it: nobody may enter what has no number.
        "x": Creation(0),
        "0x": Creation(0),
        # C: what is all ones is not stated.
        "-1": Creation(None),
        "99999999999999999999": Creation(None),
        "4294967295": Creation(None),
        "9" * 5000: Creation(None),
    }
    assert said == {value: creation(value) for value in said}


@given(st.text())
def test_any_mode_is_permissions_or_none(text: str) -> None:
    mode = creation(text).mode
    assert mode is None or 0 <= mode <= 0o7777


def test_options_of_a_tmpfs() -> None:
    said = {
        "": (0, None),
        "size=1m": (0, "size=1m"),
        "nosuid,noexec,nodev": (14, None),
        "nodev,size=1m,,mode=0700,nosuid": (6, "size=1m,mode=0700"),
        "size=1m,": (0, "size=1m,"),
        "nodevs": (0, "nodevs"),
    }
    assert said == {value: tmpfs_options(value) for value in said}


@given(st.lists(st.sampled_from(("noexec", "nosuid", "nodev", "size=1m", "mode=0700"))))
def test_flags_are_taken_out_of_options(options: list[str]) -> None:
    flags, left = tmpfs_options(",".join(options))
    kept = [option for option in options if "=" in option]
    assert (left or "") == ",".join(kept)
    assert bin(flags).count("1") == len({*options} - {*kept})


@given(st.sets(st.integers(0, 5)), st.integers(0, 5))
def test_exclusive_is_the_contrary(exempt: set[int], uid: int) -> None:
    polydir = Polydir("/tmp", "/tmp", "/x/", Method.USER, tuple(exempt))
    assert polydir.spares(uid) is (uid in exempt)
    assert polydir.changed(is_exclusive=True).spares(uid) is (uid not in exempt)
