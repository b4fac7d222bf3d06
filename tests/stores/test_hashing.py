"""Hash schemes, against vectors that others have published or made."""

import ctypes
import errno
import sys
import threading
import time

import pytest

from pamkit.stores import c_by_ctypes
from pamkit.stores.hashing import LibCrypt
from pamkit.stores.randomness import KernelRandomness

libcrypt_needed = pytest.mark.needs("libcrypt")

# des, md5, blowfish: PHP's manual; sha: made with openssl(1); yescrypt and
# gost_yescrypt: made with perl's crypt on Debian 12.
VECTORS = [
    (b"rasmuslerdorf", "rl.3StKT.4T8M"),
    (b"rasmuslerdorf", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0"),
    (b"rasmuslerdorf", "$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi"),
    (b"rasmuslerdorf", "$2b$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi"),
    (b"Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
    (
        b"Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI"
        "68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    ),
    (
        b"pleaseletmein",
        "$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$iofk68xbXBoXKsxTyMBCh2qkQuzQZ2Zik521F9TsTq6",
    ),
    (
        b"pleaseletmein",
        "$gy$j9T$LdJMENpBABJJ3hIHjB1Bi.$J/PTaXQ/sT68CrxhnIoFRnILi2zNfwgvsQ6VQZcxow0",
    ),
]
SCHEMES = {
    "yescrypt": "$y$",
    "gost_yescrypt": "$gy$",
    "sha512": "$6$",
    "sha256": "$5$",
    "blowfish": "$2b$",
    "md5": "$1$",
    "des": "",
    "bigcrypt": "",
}


IN_PASSING = 3
"""Turns that another thread may have had between one step in Python and the next."""


@pytest.fixture
def libcrypt() -> LibCrypt:
    return LibCrypt(KernelRandomness())


@libcrypt_needed
@pytest.mark.parametrize(("token", "hashed"), VECTORS, ids=[hashed[:4] for _, hashed in VECTORS])
def test_a_known_hash_is_made_again(libcrypt: LibCrypt, token: bytes, hashed: str) -> None:
    assert libcrypt.crypt(token, hashed) == hashed
    assert libcrypt.crypt(token[:-6] + b"x", hashed) != hashed


@libcrypt_needed
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_fresh_setting_makes_hashes_of_its_scheme(libcrypt: LibCrypt, scheme: str) -> None:
    setting, other = libcrypt.setting(scheme, None), libcrypt.setting("sha512", None)
    assert setting is not None
    assert other != libcrypt.setting("sha512", None)
    hashed = libcrypt.crypt(b"secret", setting)
    assert hashed is not None
    assert hashed.startswith(SCHEMES[scheme])
    assert len(hashed) >= 13
    assert libcrypt.crypt(b"secret", hashed) == hashed
    assert libcrypt.crypt(b"secreT", hashed) != hashed


@libcrypt_needed
def test_rounds_are_in_the_setting(libcrypt: LibCrypt) -> None:
    settings = [
        libcrypt.setting(scheme, rounds)
        for scheme, rounds in (("sha512", 6000), ("sha256", 7000), ("blowfish", 6), ("yescrypt", 3))
    ]
    starts = ["$6$rounds=6000$", "$5$rounds=7000$", "$2b$06$", "$y$j7T$"]
    assert [
        s[: len(start)] if s else s for s, start in zip(settings, starts, strict=True)
    ] == starts


@libcrypt_needed
@pytest.mark.parametrize("scheme", ["", "$6$", "plain", "SHA512", "\0"])
def test_an_unknown_scheme_has_no_setting(libcrypt: LibCrypt, scheme: str) -> None:
    assert libcrypt.setting(scheme, None) is None


@libcrypt_needed
def test_an_impossible_cost_has_no_setting(libcrypt: LibCrypt) -> None:
    assert libcrypt.setting("blowfish", 99) is None


@libcrypt_needed
@pytest.mark.parametrize(
    "setting", ["", "*", "!", "*0", "*1", "x", "$", "$9$a", "$6", "ab\0cd", "$6$é", "\udcff", "!!"]
)
def test_a_setting_that_is_none_gives_no_hash(libcrypt: LibCrypt, setting: str) -> None:
    assert libcrypt.crypt(b"secret", setting) is None


@libcrypt_needed
def test_a_token_that_c_would_cut_gives_no_hash(libcrypt: LibCrypt) -> None:
    assert libcrypt.crypt(b"sec\0ret", "$6$saltstring") is None
    assert libcrypt.crypt(b"x" * 512, "$6$saltstring") is None
    assert libcrypt.crypt(b"x" * 511, "$6$saltstring") is not None


@libcrypt_needed
def test_threads_do_not_mix_their_hashes(libcrypt: LibCrypt) -> None:
    tokens = [b"token%d" % number for number in range(8)]
    made: dict[bytes, str | None] = {}

    def work(token: bytes) -> None:
        made[token] = libcrypt.crypt(token, "$6$rounds=1000$salt")

    threads = [threading.Thread(target=work, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {token: libcrypt.crypt(token, "$6$rounds=1000$salt") for token in tokens}


@libcrypt_needed
def test_other_threads_go_on_while_a_hash_is_computed(libcrypt: LibCrypt) -> None:
    """Two threads hash on two cores only if libcrypt works without the interpreter's lock."""
    turns = 0
    seen: list[int] = []
    libcrypt.crypt(b"warms up", "$6$rounds=1000$salt")

    def work() -> None:
        seen.append(turns)
        libcrypt.crypt(b"token", "$6$rounds=20000$salt")
        seen.append(turns)

    before = sys.getswitchinterval()
    # Nobody has to give the lock away now: who goes on was let go on.
    sys.setswitchinterval(60)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        while len(seen) < 2:
            turns += 1
            time.sleep(0)
        thread.join()
    finally:
        sys.setswitchinterval(before)
    # Wiping what it worked with lets others go on for a moment, whatever hashing does.
    start, end = seen
    assert end - start > IN_PASSING


@libcrypt_needed
def test_what_the_library_worked_with_is_wiped(
    libcrypt: LibCrypt, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ctypes.Array[ctypes.c_char]] = []
    create = ctypes.create_string_buffer

    def watch(size: int) -> ctypes.Array[ctypes.c_char]:
        made.append(create(size))
        return made[-1]

    monkeypatch.setattr(ctypes, "create_string_buffer", watch)
    assert libcrypt.crypt(b"secret", "$6$saltstring") is not None
    assert [buffer.raw.strip(b"\0") for buffer in made] == [b""]


def test_a_missing_library_is_said_with_a_remedy(
    libcrypt: LibCrypt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c_by_ctypes, "_LIBCRYPTS", ("libnone.so.9",))
    monkeypatch.setattr(c_by_ctypes, "_libcrypt", {})
    with pytest.raises(OSError, match=r"expected `libnone\.so\.9`, install lib") as caught:
        libcrypt.crypt(b"x", "$6$s")
    assert caught.value.errno == errno.ENOENT
    with pytest.raises(OSError, match="install lib"):
        libcrypt.setting("sha512", None)


@libcrypt_needed
def test_an_old_library_hashes_with_what_it_has(
    libcrypt: LibCrypt, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = c_by_ctypes._crypt_functions()
    monkeypatch.setattr(c_by_ctypes, "_libcrypt", {"crypt_r": loaded["crypt_r"]})
    token, hashed = VECTORS[5]
    assert libcrypt.crypt(token, hashed) == hashed
    assert libcrypt.crypt(token, "*0") is None
    setting = libcrypt.setting("sha512", 6000)
    assert setting is not None
    assert setting.startswith("$6$rounds=6000$")
    assert libcrypt.setting("yescrypt", None) is None
