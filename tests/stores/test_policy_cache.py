from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pamkit import Transaction
from pamkit.policy.compile import Compiled, compiled
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout, Outcome, Reading
from pamkit.stores import file_state, policy_cache
from pamkit.stores.policy_cache import PolicyCache, shared_policies
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.prepared_looks import PreparedLooks
from pamkit.stores.root import Root
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError

if TYPE_CHECKING:
    from pamkit.policy.source import PolicySource

_PERMIT, _DENY = "auth required pam_permit.so\n", "auth required pam_deny.so\n"


@pytest.fixture(autouse=True, params=[1, policy_cache._OFTEN], ids=["prepared", "one by one"])
def _often(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with looks that are put together at once, and as they are."""
    monkeypatch.setattr(policy_cache, "_OFTEN", request.param)


def _later() -> int:
    """Tell a time at which files that were just written have settled."""
    return time.time_ns() + 10_000_000_000


class _Place:
    """A directory of policies, and a cache of them that counts how often they are read."""

    def __init__(
        self, directory: Path, *, now: Callable[[], int] = _later, fresh_for: float = 0
    ) -> None:
        self.directory, self.reads, self.passed = directory, 0, 0
        self.cache = PolicyCache(now=now, fresh_for=fresh_for, passed=lambda: self.passed)
        self.quirks: frozenset[str] = frozenset()
        self.before_read: Callable[[str], object] = lambda _: None

    def write(self, name: str, text: str) -> None:
        fresh = self.directory / f".{name}.new"
        fresh.write_text(text)
        fresh.rename(self.directory / name)

    def load(self, service: str = "app") -> Compiled:
        layout = Layout(confdir=str(self.directory))

        def read(_: str, watched: PolicySource) -> Compiled:
            self.reads += 1
            return compiled(resolve(service, watched, layout=layout, quirks=self.quirks))

        def source(pins: dict[str, int]) -> PolicySource:
            return _Meddled(DiskSource(Root(), unrooted=str(self.directory), pins=pins), self)

        return self.cache.load(service, source, read)

    def modules(self, service: str = "app") -> list[str]:
        return [link.module for link in self.load(service).chains[Facility.AUTH]]


class _Meddled:
    """A source in front of which something happens."""

    def __init__(self, source: PolicySource, place: _Place) -> None:
        self._source, self._place = source, place

    def read(self, path: str) -> Reading:
        self._place.before_read(path)
        return self._source.read(path)

    def is_directory(self, path: str) -> bool:
        return self._source.is_directory(path)


@pytest.fixture
def place(tmp_path: Path) -> _Place:
    made = _Place(tmp_path)
    made.write("app", _PERMIT)
    made.write("other", _DENY)
    return made


def test_a_policy_is_read_once(place: _Place) -> None:
    assert place.load() is place.load()
    assert place.reads == 1


def test_a_policy_that_was_replaced_is_read_again(place: _Place) -> None:
    assert place.modules() == ["pam_permit.so"]
    place.write("app", "auth required pam_unixx.so\n")  # as many bytes as before
    assert place.modules() == ["pam_unixx.so"]
    assert place.reads == 2


def test_a_policy_of_which_an_included_file_changed_is_read_again(place: _Place) -> None:
    place.write("app", "auth include shared\n")
    place.write("shared", _PERMIT)
    assert place.modules() == ["pam_permit.so"]
    place.write("shared", _DENY)
    assert place.modules() == ["pam_deny.so"]


def test_a_policy_whose_file_was_taken_away_is_not_served(place: _Place) -> None:
    assert place.modules() == ["pam_permit.so"]
    (place.directory / "app").unlink()
    assert place.modules() == ["pam_deny.so"]


def test_a_file_that_was_not_there_is_looked_for_every_time(place: _Place) -> None:
    assert place.modules("new") == ["pam_deny.so"]
    place.write("new", _PERMIT)
    assert place.modules("new") == ["pam_permit.so"]
    assert place.modules("new") == ["pam_permit.so"]
    assert place.reads == 2


def test_a_link_that_leads_elsewhere_now_is_seen(place: _Place) -> None:
    for name, text in (("one", _PERMIT), ("two", _DENY)):
        place.write(name, text)
    (place.directory / "link").symlink_to("one")
    assert place.modules("link") == ["pam_permit.so"]
    (place.directory / "fresh").symlink_to("two")
    (place.directory / "fresh").rename(place.directory / "link")
    assert place.modules("link") == ["pam_deny.so"]


def test_a_directory_that_comes_to_be_is_seen(tmp_path: Path) -> None:
    cache, layout = PolicyCache(now=_later), Layout((str(tmp_path / "pam.d"),), "/nowhere")
    calls: list[str] = []

    class Source:
        def read(self, path: str) -> Reading:
            return Reading(Outcome.MISSING)

        def is_directory(self, path: str) -> bool:
            return os.path.isdir(path)

    def read(_: str, source: PolicySource) -> Compiled:
        calls.append("read")
        source.is_directory(layout.directories[0])
        source.read(str(tmp_path / "none"))
        return Compiled(None, {})  # type: ignore[arg-type]  # it is not looked into

    for _ in range(2):
        cache.load("app", lambda _: Source(), read)
    assert calls == ["read"]
    (tmp_path / "pam.d").mkdir()
    cache.load("app", lambda _: Source(), read)
    assert calls == ["read", "read"]


def test_a_file_that_was_written_just_now_is_not_kept(tmp_path: Path) -> None:
    place = _Place(tmp_path, now=time.time_ns)
    place.write("app", _PERMIT)
    place.write("other", _DENY)
    assert place.modules() == place.modules()
    assert place.reads == 2


def test_a_clock_that_was_set_back_keeps_nothing(tmp_path: Path) -> None:
    place = _Place(tmp_path, now=lambda: 0)
    place.write("app", _PERMIT)
    place.write("other", _DENY)
    assert place.modules() == place.modules()
    assert place.reads == 2


def test_files_that_change_while_they_are_read_are_read_again(place: _Place) -> None:
    place.write("app", "auth include shared\n")
    place.write("shared", _PERMIT)

    def once(path: str) -> None:
        if path.endswith("shared"):
            place.before_read = lambda _: None
            place.write("app", "auth required pam_unix.so\nauth include shared\n")

    place.before_read = once
    assert place.modules() == ["pam_unix.so", "pam_permit.so"]
    assert place.reads == 2


def test_files_that_never_stand_still_are_served_as_they_were_last_read(place: _Place) -> None:
    place.before_read = lambda _: place.write("app", _PERMIT)
    assert place.modules() == ["pam_permit.so"]
    assert place.reads == 16
    place.before_read = lambda _: None
    assert place.modules() == ["pam_permit.so"]
    assert place.reads == 17


def test_what_is_wrong_only_while_files_change_is_not_refused(place: _Place) -> None:
    (place.directory / "app").unlink()
    (place.directory / "other").unlink()

    def late(path: str) -> None:
        place.before_read = lambda _: None
        place.write("other", _DENY)

    # Neither is there when the first is looked for, and then one is.
    place.before_read = late
    assert place.modules() == ["pam_deny.so"]


def test_what_is_wrong_is_refused(place: _Place) -> None:
    place.write("app", "auth required pam_permit.so \\")
    for _ in range(2):
        with pytest.raises(PolicyError):
            place.load()
    assert place.reads == 2


def test_what_is_wrong_and_never_stands_still_is_refused(place: _Place) -> None:
    place.before_read = lambda _: place.write("app", "auth required pam_permit.so \\")
    with pytest.raises(PolicyError):
        place.load()
    assert place.reads == 16


def test_what_cannot_be_read_to_its_end_is_looked_for_every_time(place: _Place) -> None:
    place.write("app", "auth include shared\n" + _PERMIT)
    (place.directory / "shared").mkdir()
    place.quirks = frozenset({"read-error-ends-file"})
    assert place.modules() == place.modules()
    assert place.reads == 2


@pytest.mark.parametrize("name", ["x" * 300, "x\0y"])
def test_a_name_that_the_system_refuses_is_refused_every_time(place: _Place, name: str) -> None:
    for _ in range(2):
        with pytest.raises(PolicyError):
            place.load(name)
    assert place.reads == 2


def test_without_a_look_a_policy_is_served_for_as_long_as_was_said(tmp_path: Path) -> None:
    place = _Place(tmp_path, fresh_for=1.5)
    place.write("app", _PERMIT)
    place.write("other", _DENY)
    first = place.load()
    place.write("app", _DENY)
    place.passed = 1_500_000_000
    assert place.load() is first
    place.passed += 1
    assert place.modules() == ["pam_deny.so"]


def test_a_policy_that_still_holds_is_fresh_again(tmp_path: Path) -> None:
    place = _Place(tmp_path, fresh_for=1)
    place.write("app", _PERMIT)
    place.write("other", _DENY)
    first = place.load()
    place.passed = 1_000_000_001
    assert place.load() is first
    place.write("app", _DENY)
    place.passed += 1_000_000_000
    assert place.load() is first


def test_the_oldest_policy_goes_when_there_are_too_many(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_cache, "_MOST", 16)
    for number in range(17):
        place.load(f"service{number}")
    reads = place.reads
    place.load("service16")
    assert place.reads == reads
    place.load("service0")
    assert place.reads == reads + 1


@pytest.mark.timeout(20)
def test_a_cache_that_somebody_else_holds_for_good_is_not_waited_for(place: _Place) -> None:
    place.cache._lock.acquire()  # as in a child that was forked while another thread was in there
    assert place.modules() == place.modules()
    assert place.reads == 2


@pytest.mark.needs("root")
def test_who_may_not_read_a_policy_is_not_served_what_another_has_read(place: _Place) -> None:
    os.chmod(place.directory / "app", 0o600)
    os.chmod(place.directory, 0o755)
    for parent in place.directory.parents:
        if parent.stat().st_uid == 0 and parent.stat().st_mode & 0o001 == 0:
            os.chmod(parent, parent.stat().st_mode | 0o001)
    assert place.modules() == ["pam_permit.so"]
    os.seteuid(65534)
    try:
        with pytest.raises(PolicyError):
            place.load()
    finally:
        os.seteuid(0)


def test_all_transactions_of_a_process_share_one_cache(tmp_path: Path) -> None:
    assert shared_policies() is shared_policies()
    place = _Place(tmp_path)
    place.write("app", _PERMIT)
    place.write("other", _DENY)

    def policy() -> object:
        with Transaction("app", confdir=str(tmp_path)) as transaction:
            return transaction._core.policy

    cache = PolicyCache(now=_later)
    shared = [
        Transaction("app", confdir=str(tmp_path), policies=cache)._core.policy for _ in range(2)
    ]
    assert shared[0] is shared[1]
    assert policy() is not policy()  # written just now: nobody can be sure of it yet


def test_whatever_is_swapped_under_load_every_transaction_sees_one_policy_whole(
    tmp_path: Path,
) -> None:
    for name, module in (("old", "permit"), ("new", "debug")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app").write_text(
            f"auth required pam_{module}.so {name}\nauth include shared\n"
        )
        (tmp_path / name / "shared").write_text(f"auth required pam_{module}.so {name}\n")
        (tmp_path / name / "other").write_text(_DENY)
    link = tmp_path / "policies"
    link.symlink_to("old")
    cache = PolicyCache(now=_later)
    seen: list[tuple[str, ...]] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            with Transaction("app", confdir=str(link), policies=cache) as transaction:
                chain = transaction._core.chains[Facility.AUTH]
                seen.append(tuple(each.args[0] for each in chain))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        for number in range(200):
            fresh = tmp_path / "fresh"
            wanted = ("old", "new")[number % 2]
            fresh.symlink_to(wanted)
            fresh.rename(link)
            # Who begins after the swap sees what was put there.
            with Transaction("app", confdir=str(link), policies=cache) as transaction:
                chain = transaction._core.chains[Facility.AUTH]
                assert [wanted, wanted] == [each.args[0] for each in chain]
    finally:
        is_over.set()
        for asker in askers:
            asker.join()
    assert {("old", "old"), ("new", "new")} == set(seen)


def test_a_policy_of_another_machine_is_read_each_time_unless_old_ones_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "is_here", lambda *_: False)
    reads = []
    for fresh_for in (0, 1):
        place = _Place(tmp_path, fresh_for=fresh_for)
        place.write("app", _DENY)
        assert [place.modules(), place.modules()] == [["pam_deny.so"]] * 2
        reads.append(place.reads)
    assert reads == [2, 1]


def test_a_policy_in_an_image_with_one_time_for_all_is_read_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _Place(tmp_path)
    place.write("app", _DENY)
    monkeypatch.setattr(file_state, "may_be_image", lambda path, _: path.endswith(b"/app"))
    assert [place.modules(), place.modules()] == [["pam_deny.so"]] * 2
    assert place.reads == 2
    monkeypatch.setattr(file_state, "may_be_image", _cannot_tell)
    assert place.modules() == ["pam_deny.so"]
    assert place.reads == 3
    monkeypatch.setattr(file_state, "may_be_image", lambda *_: False)
    assert [place.modules(), place.modules()] == [["pam_deny.so"]] * 2
    assert place.reads == 4


def _cannot_tell(*_: object) -> bool:
    raise OSError


def test_a_file_that_changes_while_looks_are_put_together_is_read_again(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(PreparedLooks):
        """Is made too late: a file has changed since it was found unchanged."""

        def __init__(self, names: Iterable[bytes]) -> None:
            place.write("app", _DENY)
            super().__init__(names)

    monkeypatch.setattr(policy_cache, "_OFTEN", 1)
    monkeypatch.setattr("pamkit.stores.prepared_looks.PreparedLooks", Late)
    assert place.modules() == ["pam_permit.so"]
    assert place.modules() == ["pam_permit.so"]  # it was so when this began
    assert place.modules() == ["pam_deny.so"]
