"""Values of login.defs: what libpam's own function finds."""

import ctypes
import tempfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pamkit.formats.login_defs import value

CASES = [
    (b"ENCRYPT_METHOD SHA512\n", "ENCRYPT_METHOD", "SHA512"),
    (b"encrypt_method\tyescrypt", "ENCRYPT_METHOD", "yescrypt"),
    (b"# KEY no\nKEY=yes\nKEY=later\n", "KEY", "yes"),
    (b"  KEY == = v w # c\n", "KEY", "v w "),
    (b"KEY#v\n", "KEY", ""),
    (b"KEY\n", "KEY", ""),
    (b'KEY "quoted"\n', "KEY", '"quoted"'),
    (b"KEYS v\n", "KEY", None),
    (b"", "KEY", None),
]


@pytest.mark.parametrize(("data", "key", "expected"), CASES)
def test_a_value_is_found(data: bytes, key: str, expected: str | None) -> None:
    assert value(data, key) == expected


@pytest.mark.needs("libpam")
@given(st.lists(st.sampled_from([b"K", b"k", b" ", b"\t", b"=", b"#", b"v", b"\n", b"\r"])))
@example([b"K", b"=", b"=", b" ", b"v", b" ", b"\n"])
def test_libpam_finds_the_same(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    search = ctypes.CDLL("libpam.so.0").pam_modutil_search_key
    search.restype = ctypes.c_char_p  # a few bytes are not freed; so it is in every C module
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        found = search(None, file.name.encode(), b"K")
    assert value(data, "K") == (None if found is None else found.decode())
