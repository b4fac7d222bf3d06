"""Security contexts, beside libselinux."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.formats.security_context import (
    SecurityContext,
    is_part,
    is_range,
    security_context,
)

_texts = st.text(st.sampled_from("abs0:- \t\n\rü"), max_size=12)
_parts = st.text(st.sampled_from("ab_ü"), max_size=3)
# Most texts drawn freely are no contexts: these nearly always are.
_contexts = st.builds(
    ":".join, st.tuples(_parts, _parts, _parts) | st.tuples(_parts, _parts, _parts, _texts)
)


def test_a_context_has_three_parts_and_perhaps_a_range() -> None:
    made = SecurityContext("staff_u", "staff_r", "staff_t", "s0-s0:c0.c1023")
    assert made == security_context("staff_u:staff_r:staff_t:s0-s0:c0.c1023")
    assert SecurityContext("a", "b", "c") == security_context("a:b:c")
    assert str(made) == "staff_u:staff_r:staff_t:s0-s0:c0.c1023"
    assert str(made.changed(role="x_r", range=None)) == "staff_u:x_r:staff_t"


@pytest.mark.parametrize("text", ["", "a", "a:b", "a:b c:d", "a:b:c\n", "\t::", "a:b:c:d:e:f:g"])
def test_what_is_no_context_is_none(text: str) -> None:
    assert security_context(text) is None


def _libselinux() -> ctypes.CDLL:
    library = ctypes.CDLL("libselinux.so.1")
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    library.context_new.argtypes, library.context_new.restype = [text], handle
    library.context_free.argtypes, library.context_free.restype = [handle], None
    for name in ("str", "role_get", "type_get", "range_get"):
        # By getattr: by index there is a new function each time, which knows no types.
        function = getattr(library, f"context_{name}")
        function.argtypes, function.restype = [handle], text
    for name in ("role_set", "range_set"):
        getattr(library, f"context_{name}").argtypes = [handle, text]
    return library


def _encoded(said: str | None) -> bytes | None:
    return None if said is None else said.encode()


@pytest.mark.needs("libselinux")
@settings(max_examples=300)
@given(_contexts | _texts, _texts | _parts)
def test_libselinux_reads_them_the_same_way(text: str, part: str) -> None:
    c = _libselinux()
    theirs, ours = c.context_new(text.encode()), security_context(text)
    if theirs is None or ours is None:
        assert (theirs, ours) == (None, None)
        return
    try:
        read = (c.context_str, c.context_role_get, c.context_type_get, c.context_range_get)
        said = tuple(ask(theirs) for ask in read)
        assert said == tuple(map(_encoded, (str(ours), ours.role, ours.type, ours.range)))
        assert (c.context_role_set(theirs, part.encode()) == 0) == is_part(part)
        assert (c.context_range_set(theirs, part.encode()) == 0) == is_range(part)
    finally:
        c.context_free(theirs)
