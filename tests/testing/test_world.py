from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamkit.formats.faillock_tally import Failure
from pamkit.module.program import Finished, Run
from pamkit.module.world import Group, GroupShadow, Shadow
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.clock import StoppedClock
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.files import MemoryFiles
from pamkit.testing.hashing import PlainHashing, plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.process import StandInProcess
from pamkit.testing.randomness import FixedRandomness
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.world import memory_world
from pamkit.vocab.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

ALICE = account("alice", 1000)
BOB = account("bob", 1001, gid=100)
USERS = Group("users", 100, ("alice",))
WHEEL = Group("wheel", 10, ("alice", "bob"))


def accounts() -> MemoryAccounts:
    return MemoryAccounts([ALICE, BOB], [USERS, WHEEL], remote=["bob"])


def test_accounts_are_found_by_name_and_number() -> None:
    world = accounts()
    assert (world.find("alice"), world.find("carol")) == (ALICE, None)
    assert (world.by_uid(1001), world.by_uid(5)) == (BOB, None)
    assert (world.group("wheel"), world.group("none")) == (WHEEL, None)
    assert (world.group_by_gid(100), world.group_by_gid(5)) == (USERS, None)


def test_the_primary_group_comes_first_and_none_comes_twice() -> None:
    world = accounts()
    assert world.groups_of("alice") == (1000, 10, 100)
    assert world.groups_of("bob") == (100, 10)
    assert world.groups_of("carol") == ()


def test_users_are_local_unless_they_are_said_to_be_remote() -> None:
    world = accounts()
    assert [world.is_local(name) for name in ("alice", "bob", "carol")] == [True, False, False]


def test_netgroups_hold_the_triples_that_were_added() -> None:
    world = accounts()
    world.netgroups.add(("admins", None, "alice"))
    assert world.in_netgroup("admins", host=None, user="alice")
    assert not world.in_netgroup("admins", host="here", user="alice")


@pytest.mark.parametrize(
    "look",
    [
        lambda world: world.find("alice"),
        lambda world: world.by_uid(1000),
        lambda world: world.group("wheel"),
        lambda world: world.group_by_gid(10),
        lambda world: world.groups_of("alice"),
    ],
)
def test_a_broken_source_breaks_every_look_up(look: Callable[[MemoryAccounts], object]) -> None:
    world = accounts()
    world.failing = True
    with pytest.raises(OSError, match="broken"):
        look(world)


def test_a_password_is_changed_under_the_lock() -> None:
    shadows = MemoryCredentials([Shadow("alice", plain_hash("old"), 1, 0, 99)])
    with shadows.lock():
        assert shadows.change("alice", plain_hash("new"), last_change=7)
        assert not shadows.change("carol", plain_hash("new"), last_change=7)
    assert shadows.shadow("alice") == Shadow("alice", plain_hash("new"), 7, 0, 99)
    assert shadows.shadow("carol") is None
    assert not shadows.locked


def test_without_the_lock_nothing_is_changed() -> None:
    shadows = MemoryCredentials([Shadow("alice", plain_hash("old"))])
    shadows.remembered = {}
    with pytest.raises(AssertionError, match="without the lock"):
        shadows.change("alice", plain_hash("new"), last_change=7)
    with pytest.raises(AssertionError, match="without the lock"):
        shadows.remember("alice", 1000, plain_hash("new"), keep=3)
    assert (shadows.shadow("alice"), shadows.remembered) == (
        Shadow("alice", plain_hash("old")),
        {},
    )


def test_a_lock_that_another_holds_is_not_taken() -> None:
    shadows = MemoryCredentials()
    shadows.busy = True
    with pytest.raises(BlockingIOError), shadows.lock():
        pass
    assert not shadows.locked


def test_the_shadow_file_may_be_unreadable() -> None:
    with pytest.raises(PermissionError):
        MemoryCredentials([Shadow("alice", Secret("*"))], readable=False).shadow("alice")


def test_a_history_keeps_the_newest() -> None:
    shadows = MemoryCredentials()
    with shadows.lock():
        assert shadows.history("alice") is None
        assert not shadows.remember("alice", 1000, Secret("a"), keep=2)
        shadows.remembered = {}
        for hashed in ("a", "b", "c"):
            assert shadows.remember("alice", 1000, Secret(hashed), keep=2)
    assert (shadows.history("alice"), shadows.history("bob")) == (("b", "c"), ())


def test_a_history_is_begun_only_if_so_wished_and_knows_where_it_lies() -> None:
    shadows = MemoryCredentials()
    with shadows.lock():
        for hashed in ("a", "b", "b"):
            assert shadows.remember("alice", 1, Secret(hashed), keep=3, file="/h", create=True)
    assert (shadows.history("alice", file="/h"), shadows.history_file) == (("a", "b"), "/h")
    shadows.fault = OSError("as the test wants it")
    with pytest.raises(OSError, match="as the test wants it"):
        shadows.history("alice")
    with shadows.lock(), pytest.raises(OSError, match="as the test wants it"):
        shadows.remember("alice", 1, Secret("c"), keep=3)


def test_groups_have_shadow_entries_as_well() -> None:
    shadows = MemoryCredentials()
    shadows.groups["staff"] = GroupShadow("staff", Secret("!"), (), ("alice",))
    assert (shadows.group_shadow("staff"), shadows.group_shadow("x")) == (
        shadows.groups["staff"],
        None,
    )
    shadows.readable = False
    with pytest.raises(PermissionError):
        shadows.group_shadow("staff")


def test_a_plain_hash_verifies_its_password_and_no_other() -> None:
    hashing = PlainHashing()
    setting = hashing.setting("yescrypt", 5)
    assert setting == "$plain$yescrypt5$"
    hashed = hashing.crypt(b"secret", setting)
    assert hashed is not None
    assert hashing.crypt(b"secret", hashed) == hashed
    assert hashing.crypt(b"other", hashed) != hashed
    assert hashing.crypt(b"secret", "$6$salt$hash") is None
    assert hashing.crypt(b"secret", "*") is None


def test_the_clock_moves_when_told() -> None:
    clock = StoppedClock(5.0)
    assert clock.now() == clock.now() == 5.0
    clock.time += 2
    assert clock.now() == 7.0


def test_failures_are_tallied_by_user_while_nobody_else_has_them() -> None:
    tallies = MemoryTallies()
    first, second = Failure(1, "tty1"), Failure(2, "tty2")
    with tallies.hold("/d", "alice", 1000, create=True) as tally:
        tally.record((first, second), 1)
        with pytest.raises(BlockingIOError):
            tallies.hold("/d", "alice", 1000, create=True)
        assert tally.failures() == (first, second)
    assert tallies.look("/d", "alice") == (first, second)
    with tallies.hold("/d", "alice", 1000, create=False) as tally:
        tally.clear()
    assert tallies.look("/d", "alice") == ()
    for place in (("/d", "bob"), ("/other", "alice")):
        with pytest.raises(FileNotFoundError):
            tallies.hold(*place, 1000, create=False)
        with pytest.raises(FileNotFoundError):
            tallies.look(*place)


def test_files_are_read_and_it_is_noted_as_whom() -> None:
    files = MemoryFiles({"/a": "caf\udce9", "/b": b"12345", "/c": PermissionError(13, "no")})
    assert files.read("/a") == b"caf\xe9"
    with files.drop_to(ALICE):
        assert files.read("/b", limit=5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        files.read("/b", limit=4)
    for path, fault in (("/c", PermissionError), ("/d", FileNotFoundError)):
        with pytest.raises(fault):
            files.read(path)
    assert files.read_by == [
        ("/a", ""),
        ("/b", "alice"),
        ("/b", ""),
        ("/c", ""),
        ("/d", ""),
    ]
    assert [files.exists(path) for path in ("/c", "/d")] == [True, False]


def test_programs_are_runnable_if_named() -> None:
    files = MemoryFiles({"/bin/x": b""})
    files.programs.add("/bin/y")
    assert [files.runnable(path) for path in ("/bin/x", "/bin/y")] == [False, True]


def test_the_process_is_who_the_test_says() -> None:
    process = StandInProcess(uid=5, login_name="bob", terminal="tty1", host_name="box")
    assert (process.uid(), process.euid(), StandInProcess(uid=5, euid=0).euid()) == (5, 5, 0)
    assert (process.login_name(), process.terminal(), process.host_name()) == (
        "bob",
        "tty1",
        "box",
    )


def test_randomness_lies_in_the_middle() -> None:
    assert [FixedRandomness().take(count) for count in (0, 1, 4)] == [b"", b"\x80", b"\0\0\0\x80"]


def test_log_lines_are_kept_in_order() -> None:
    log = MemoryLog()
    log.write(3, "one")
    log.write(7, "two")
    assert (log.lines, log.texts) == ([(3, "one"), (7, "two")], ["one", "two"])


def test_the_outside_notes_programs_and_plays_their_results() -> None:
    outside = StandInOutside()
    outside.results = [Finished(1), OSError("gone")]
    assert outside.run(Run(("/bin/x",))) == Finished(1)
    with pytest.raises(OSError, match="gone"):
        outside.run(Run(("/bin/y",)))
    outside.sleep(2.5)
    assert outside.crypt(b"secret", "$plain$x$") == plain_hash("secret").expose().decode()
    assert ([run.argv for run in outside.ran], outside.slept) == (
        [("/bin/x",), ("/bin/y",)],
        [2.5],
    )


def test_a_memory_world_is_complete() -> None:
    world = memory_world(users=[ALICE], shadows=[Shadow("alice", Secret("*"))], files={"/a": "x"})
    assert world.accounts.find("alice") == ALICE
    assert world.credentials.shadow("alice") == Shadow("alice", Secret("*"))
    assert world.files.read("/a") == b"x"
    assert (world.clock.now(), world.process.uid()) == (1_700_000_000.0, 0)
    with world.tallies.hold("/d", "alice", 1000, create=True) as tally:
        assert tally.failures() == ()


def test_an_account_is_filled_in_with_what_is_usual() -> None:
    assert (ALICE.uid, ALICE.gid, ALICE.home, ALICE.shell) == (
        1000,
        1000,
        "/home/alice",
        "/bin/sh",
    )
    assert account("x", 5, home="/x").home == "/x"
