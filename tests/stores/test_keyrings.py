"""The keyrings of the calling thread."""

from __future__ import annotations

import errno
from pathlib import Path
from threading import Thread

import pytest

from pamkit.stores import c_kernel_by_ctypes
from pamkit.stores.keyrings import KernelKeyrings, NoKeyrings
from pamkit.stores.system import system_world
from pamkit.vocab.secret import Secret
from tests.crash.harness import undisturbed


@pytest.mark.needs("keyrings")
def test_a_session_keyring_is_begun_linked_and_revoked_in_one_thread() -> None:
    keyrings, seen = KernelKeyrings(), list[object]()
    before = keyrings.session()

    def begin() -> None:
        made = keyrings.start_session()
        keyrings.link_user()
        seen.append((made == keyrings.session(), made in (before, keyrings.user_session())))
        keyrings.revoke(made)
        with pytest.raises(OSError, match="revoked"):
            keyrings.link_user()

    thread = Thread(target=begin)
    thread.start()
    thread.join()
    assert (seen, keyrings.session()) == ([(True, False)], before)


def test_a_machine_that_we_cannot_ask_is_not_one_without_keyrings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pam_keyinit lets a session begin where the kernel has no keyrings: `ENOSYS`."""
    monkeypatch.setattr(c_kernel_by_ctypes, "_NUMBERS", {})
    with pytest.raises(OSError, match="no way known") as caught:
        c_kernel_by_ctypes.keyctl(0, -3, 0)
    assert caught.value.errno == errno.EOPNOTSUPP


def test_the_keyrings_of_another_machine_are_not_here(tmp_path: Path) -> None:
    elsewhere = system_world(str(tmp_path)).keyrings
    assert isinstance(elsewhere, NoKeyrings)
    for ask in (
        *(elsewhere.session, elsewhere.user_session, elsewhere.start_session),
        *(elsewhere.link_user, lambda: elsewhere.revoke(1)),
        *(lambda: elsewhere.put("a", Secret(b"b"), seconds=1), lambda: elsewhere.find("a")),
        *(lambda: elsewhere.read(1), lambda: elsewhere.expire(1, seconds=1)),
        lambda: elsewhere.remove(1),
    ):
        with pytest.raises(PermissionError):
            ask()


def _ends(key: int) -> str:
    """Return for how long a key is good, as the kernel shows it."""
    with open("/proc/keys", encoding="ascii") as keys:
        return next(line.split()[3] for line in keys if line.startswith(f"{key:08x} "))


@pytest.mark.needs("keyrings")
def test_a_key_is_put_read_lives_longer_and_is_removed() -> None:
    def act() -> list[object]:
        keyrings, seen = KernelKeyrings(), list[object]()
        keyrings.start_session()
        key = keyrings.put("pamkit test", Secret(b"one"), seconds=100)
        seen += [key == keyrings.find("pamkit test"), keyrings.read(key).expose(), _ends(key)]
        keyrings.expire(key, seconds=4000)
        seen += [_ends(key), keyrings.put("pamkit test", Secret(b"two"), seconds=100) == key]
        seen += [keyrings.read(key).expose(), _ends(key)]
        keyrings.remove(key)
        for ask in (lambda: keyrings.find("pamkit test"), lambda: keyrings.read(key)):
            with pytest.raises(OSError, match=r".") as none:
                ask()
            seen.append(errno.errorcode[none.value.errno or 0])
        return seen

    assert undisturbed(act).value == [
        *(True, b"one", "1m", "1h", True, b"two", "1m"),
        *("ENOKEY", "EACCES"),  # nobody has it any more
    ]


@pytest.mark.needs("keyrings")
def test_a_key_that_cannot_be_given_an_end_is_not_kept() -> None:
    def act() -> str:
        keyrings = KernelKeyrings()
        keyrings.start_session()
        with pytest.raises(ValueError, match="less than a second"):  # C: that would be for ever
            keyrings.put("pamkit test", Secret(b"one"), seconds=0)
        with pytest.raises(OSError, match=r".") as none:
            keyrings.find("pamkit test")
        return errno.errorcode[none.value.errno or 0]

    assert undisturbed(act).value == "ENOKEY"
