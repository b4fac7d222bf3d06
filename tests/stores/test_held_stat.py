"""States of files asked with the interpreter's lock held are those of `os.stat`."""

from __future__ import annotations

import _thread
import os
import threading
from typing import TYPE_CHECKING

import pytest

from pamkit.stores import held_stat, policy_cache
from pamkit.stores.held_stat import HeldStat
from pamkit.stores.policy_cache import PolicyCache, _state

if TYPE_CHECKING:
    from pathlib import Path


def test_its_states_are_those_of_os_stat(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("x")
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.utime(there, ns=(1, 1_234_567_890_123_456_789))
    names = [tmp_path, there, tmp_path / "link", tmp_path / "none", there / "below"]
    names += [tmp_path / "dangling", tmp_path / "loop", tmp_path / ("n" * 300)]
    look = HeldStat()
    for name in map(os.fsencode, names):
        assert (name, look(name)) == (name, _state(name))


def test_what_is_there_is_not_what_is_missing_or_odd(tmp_path: Path) -> None:
    look = HeldStat()
    (tmp_path / "loop").symlink_to("loop")
    assert look(os.fsencode(tmp_path / "none")) is None
    assert look(os.fsencode(tmp_path / "loop")) == (-1,)
    assert len(look(os.fsencode(tmp_path)) or ()) == 6


def test_a_file_system_that_is_not_known_to_be_of_this_machine_is_far(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = os.fsencode(tmp_path / "x")
    assert HeldStat().is_near(b"/no/such/directory/x") is False
    assert HeldStat().is_near(b"/proc/version") is False
    monkeypatch.setattr(held_stat, "_NEAR", frozenset())
    assert HeldStat().is_near(name) is False


def test_threads_look_with_the_lock_held_and_one_alone_does_not(tmp_path: Path) -> None:
    cache = PolicyCache()
    name = os.fsencode(tmp_path / "x")
    kept = (None, ((name, None),), ())
    looks = []
    alone = not _thread._count()
    if alone:
        looks.append(cache._look("key", kept))  # type: ignore[arg-type]  # no policy is needed
    thread = threading.Thread(target=lambda: looks.append(cache._look("key", kept)))  # type: ignore[arg-type]  # as above
    thread.start()
    thread.join()
    near = HeldStat().is_near(name)
    assert (looks[0] is policy_cache._state) or not alone
    assert isinstance(looks[-1], HeldStat) == near


def test_another_c_library_leaves_it_to_os_stat(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lacking() -> HeldStat:
        raise AttributeError("statx")

    monkeypatch.setattr(held_stat, "HeldStat", lacking)
    monkeypatch.setattr("_thread._count", lambda: 2)
    cache = PolicyCache()
    kept = (None, ((os.fsencode(tmp_path / "x"), None),), ())
    looks = {cache._look("key", kept) for _ in range(2)}  # type: ignore[arg-type]  # as above
    assert looks == {policy_cache._state}
