"""Values of D-Bus: what goes there comes back, and nothing else comes."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.dbus_values import (
    MOST,
    BadValue,
    decode,
    decode_some,
    encode,
    is_object_path,
    types_of,
)

_WIDTHS = {"y": (0, 8), "q": (0, 16), "u": (0, 32), "t": (0, 64), "h": (0, 32)}
_TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)


def _plain(kind: str) -> st.SearchStrategy[Any]:
    if kind in _WIDTHS:
        low, bits = _WIDTHS[kind]
        return st.integers(low, 2**bits - 1)
    if kind in "nix":
        bits = {"n": 15, "i": 31, "x": 63}[kind]
        return st.integers(-(2**bits), 2**bits - 1)
    if kind == "d":
        return st.floats(allow_nan=False)
    if kind == "b":
        return st.booleans()
    if kind == "o":
        return st.sampled_from(["/", "/a", "/org/x_1/Y"])
    if kind == "g":
        return st.sampled_from(["", "s", "a(sv)", "a{sv}"])
    return _TEXTS


_KINDS = st.sampled_from("ybnqiuxtdsogh")
_TYPES = st.recursive(
    _KINDS,
    lambda inner: st.one_of(
        inner.map(lambda kind: f"a{kind}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda kinds: f"({''.join(kinds)})"),
        st.tuples(_KINDS, inner).map(lambda pair: f"a{{{pair[0]}{pair[1]}}}"),
    ),
    max_leaves=5,
)


def _valued(kind: str) -> st.SearchStrategy[Any]:
    if kind[0] == "a":
        return st.lists(_valued(kind[1:]), max_size=3).map(tuple)
    if kind[0] in "({":
        return st.tuples(*(_valued(inner) for inner in types_of(kind[1:-1])))
    return _plain(kind)


_VALUES = st.lists(_TYPES, max_size=4).flatmap(
    lambda kinds: st.tuples(st.just("".join(kinds)), st.tuples(*(_valued(kind) for kind in kinds)))
)


@given(_VALUES)
def test_what_is_encoded_comes_back(signed: tuple[str, tuple[Any, ...]]) -> None:
    signature, values = signed
    assert decode(signature, encode(signature, values)) == values


@given(_TYPES.flatmap(lambda kind: st.tuples(st.just(kind), _valued(kind))))
def test_a_variant_brings_its_type_along(signed: tuple[str, Any]) -> None:
    assert decode("v", encode("v", (signed,))) == (signed,)


@given(st.lists(_TYPES, max_size=3).map("".join), st.binary(max_size=64), st.booleans())
def test_any_bytes_are_values_or_refused(signature: str, data: bytes, is_big: bool) -> None:
    try:
        values = decode(signature, data, is_big=is_big)
    except BadValue:
        return
    if not is_big and "d" not in signature:
        assert encode(signature, values) == data  # there is one way to write values


@given(st.text(max_size=12))
def test_any_text_is_a_signature_or_refused(text: str) -> None:
    try:
        kinds = types_of(text)
    except BadValue:
        return
    assert "".join(kinds) == text


def test_numbers_stand_at_multiples_of_their_size() -> None:
    assert encode("yut", (1, 2, 3)) == b"\1\0\0\0\2\0\0\0" + struct.pack("<Q", 3)
    assert decode("yu", b"\1\0\0\0\0\0\0\2", is_big=True) == (1, 2)
    assert encode("t", (3,), start=4) == bytes(4) + struct.pack("<Q", 3)


def test_texts_know_their_length() -> None:
    assert encode("sog", ("ab", "/x", "u")) == (
        b"\2\0\0\0ab\0" + b"\0" + b"\2\0\0\0/x\0" + b"\1u\0"
    )


@pytest.mark.parametrize(
    ("signature", "data"),
    [
        ("u", b"\1\0\0"),
        ("u", b"\1\0\0\0\0"),
        ("yu", b"\1\1\0\0\2\0\0\0"),
        ("b", b"\2\0\0\0"),
        ("s", b"\2\0\0\0ab"),
        ("s", b"\2\0\0\0abc"),
        ("s", b"\2\0\0\0a\0\0"),
        ("s", b"\1\0\0\0\xff\0"),
        ("s", b"\xff\xff\xff\xff\0"),
        ("o", b"\2\0\0\0//\0"),
        ("g", b"\1z\0"),
        ("v", b"\2ss\0\0\0\0\0"),
        ("v", b"\0\0"),
        ("au", b"\3\0\0\0\0\0\0"),
        ("au", b"\5\0\0\0" + bytes(5)),
        ("au", b"\xff\xff\xff\x7f"),
        ("(", b""),
        ("()", b""),
        ("a", b""),
        ("{ss}", b""),
        ("a{vs}", b""),
        ("a{s", b""),
        ("z", b""),
        ("u" * 256, bytes(1024)),
    ],
)
def test_what_is_odd_is_refused(signature: str, data: bytes) -> None:
    with pytest.raises(BadValue):
        decode(signature, data)


def test_depth_and_length_have_an_end() -> None:
    with pytest.raises(BadValue, match="too deep"):
        types_of("a" * 254 + "y")
    with pytest.raises(BadValue, match="too deep"):
        decode("v", b"\1v\0" * 200 + b"\1y\0\7")
    with pytest.raises(BadValue, match="too many"):
        decode_some("ay", bytes(MOST + 1))
    with pytest.raises(BadValue, match="too many"):
        encode("s", ("x" * MOST,))


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("u", ()),
        ("u", (-1,)),
        ("u", (2**32,)),
        ("u", ("1",)),
        ("b", (2,)),
        ("s", (1,)),
        ("s", ("a\0b",)),
        ("s", ("\udcff",)),
        ("o", ("x",)),
        ("g", ("z",)),
        ("v", (("ss", ("a", "b")),)),
        ("(us)", ((1,),)),
    ],
)
def test_what_cannot_be_said_is_not(signature: str, values: tuple[Any, ...]) -> None:
    with pytest.raises(BadValue):
        encode(signature, values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/", True), ("/a/B_9", True), ("", False), ("a", False), ("/a/", False), ("/a//b", False),
     ("/a-b", False), ("/ä", False)],
)  # fmt: skip
def test_paths_of_objects(text: str, expected: bool) -> None:
    assert is_object_path(text) is expected
