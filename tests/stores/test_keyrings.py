"""The keyrings of the calling thread."""

from __future__ import annotations

import errno
from pathlib import Path
from threading import Thread

import pytest

from pamkit.stores import c_kernel_by_ctypes
from pamkit.stores.keyrings import KernelKeyrings, NoKeyrings
from pamkit.stores.system import system_world


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
    ):
        with pytest.raises(PermissionError):
            ask()
