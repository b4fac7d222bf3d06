from __future__ import annotations

import errno

import pytest

from pamkit.formats.logind_session import SESSIONS
from pamkit.formats.utmp import SHORT, UTMP, Kind, UtmpRecord, encode
from pamkit.module.world import Group, World
from pamkit.modules import pam_limits
from pamkit.testing.accounts import account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Answer, Message

OK, NO = ReturnCode.SUCCESS, ReturnCode.PERM_DENIED
LONG = "a" * 40


def _record(user: str, pid: int = 7, kind: int = Kind.USER_PROCESS) -> bytes:
    return encode(UtmpRecord(kind, pid, b"tty1", b"1", user.encode()[:32]), SHORT)


def _world(lines: str, utmp: bytes | OSError | None = b"", **sessions: str) -> World:
    files: dict[str, str | bytes | OSError] = {"/etc/security/limits.conf": lines}
    files |= {f"{SESSIONS}/{name}": content for name, content in sessions.items()}
    if utmp is not None:
        files[UTMP] = utmp
    people = [account(name, 1000 + at) for at, name in enumerate(("alice", "bob", "carol", LONG))]
    return memory_world(
        users=people,
        groups=[Group("staff", 50, ("alice", "bob")), Group("other", 51, ("carol",))],
        files=files,
        process=StandInProcess(running=(7, 8)),
    )


def _open(world: World, words: str = "", *, user: str = "alice", service: str = "test") -> bool:
    """Return whether a session is opened; else it must be said that there are too many."""
    heard: list[str] = []

    def hear(messages: tuple[Message, ...]) -> list[Answer]:
        heard.extend(message.text for message in messages)
        return [None] * len(messages)

    trial = Trial(
        f"session required pam_limits.so {words}\n",
        pam_limits,
        world=world,
        user=user,
        service=service,
        conversation=hear,
    )
    answer = trial.open_session()
    assert answer in (OK, NO)
    assert heard == ([] if answer == OK else [f"There were too many logins for '{user}'."])
    return answer == OK


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.partition(": ")[2] for line in world.log.texts]


@pytest.mark.parametrize(
    ("lines", "others", "words", "expected"),
    [
        ("alice - maxlogins 1", "", "", True),
        ("alice - maxlogins 1", "alice", "", False),
        ("alice - maxlogins 1", "alice", "utmp_early", True),
        ("alice - maxlogins 2", "alice bob bob bob carol", "", True),
        ("alice - maxlogins 0", "", "utmp_early", False),
        ("alice - maxlogins -1", "alice alice alice", "", True),
        ("alice - maxlogins unlimited", "alice alice alice", "", True),
        ("* - maxlogins 2", "alice bob bob", "", True),
        ("* - maxlogins 2", "alice alice", "", False),
        ("@staff - maxlogins 2", "alice bob bob", "", True),
        ("% - maxlogins 2", "bob carol", "", False),
        ("%staff - maxlogins 2", "bob carol carol", "", True),
        ("%staff - maxlogins 2", "bob alice", "", False),
        ("%staff - maxlogins 2", "nosuch nosuch bob", "", True),
        ("% - maxsyslogins 1", "bob carol", "", True),
        ("* - maxsyslogins 2", "bob carol", "", False),
        ("* - maxsyslogins 3", "bob carol", "", True),
        ("alice - maxlogins 2\n* - maxsyslogins 9", "bob carol", "", False),
        ("alice both maxlogins 1", "alice", "", False),
    ],
)
def test_logins_of_whom_the_line_means_are_counted(
    lines: str, others: str, words: str, expected: bool
) -> None:
    records = b"".join(_record(user) for user in others.split())
    assert expected == _open(_world(lines + "\n", records), words)


def test_only_sessions_that_run_count_unless_all_are_counted() -> None:
    records = (
        _record("alice", 99)
        + _record("alice", kind=Kind.DEAD_PROCESS)
        + _record("alice", kind=Kind.LOGIN_PROCESS)
        + _record("")
    )
    world = _world("alice - maxlogins 1\n", records)
    assert _open(world)
    assert _log(world) == ["Stale utmp entry (pid 99) for 'alice' ignored"]
    assert not _open(_world("alice - maxsyslogins 1\n", records))


def test_half_a_record_is_none() -> None:
    assert _open(_world("alice - maxlogins 1\n", _record("alice")[:-1]))


def test_a_name_that_the_records_cut_counts_by_what_is_left() -> None:
    assert not _open(_world("* - maxlogins 1\n", _record(LONG)), user=LONG)


def test_records_that_cannot_be_read_let_nobody_in() -> None:
    world = _world("alice - maxlogins 5\n", PermissionError(errno.EACCES, "Permission denied"))
    trial = Trial("session required pam_limits.so\n", pam_limits, world=world)
    assert trial.open_session() == NO  # and nobody is told of too many logins
    assert _log(world) == ["cannot count logins: Permission denied"]
    assert isinstance(world.audit, MemoryAudit)
    assert world.audit.records == []


def test_without_records_the_sessions_of_logind_count() -> None:
    sessions = {
        "c1": "UID=1000\nUSER=alice\nCLASS=user\n",
        "c2": "UID=1000\nUSER=alice\nCLASS=greeter\n",
        "3": "UID=1001\nUSER=bob\nCLASS=user-early\n",
        "4.ref": "USER=alice\nCLASS=user\n",
        ".5": "USER=alice\nCLASS=user\n",
    }
    line = "alice - maxlogins {}\n"
    assert not _open(_world(line.format(1), None, **sessions))
    assert _open(_world(line.format(2), None, **sessions))
    assert not _open(_world("* - maxsyslogins 2\n", None, **sessions))
    # Records go before logind: it is asked only where there are none.
    assert _open(_world(line.format(1), b"", **sessions))


def test_the_users_manager_is_no_login_of_its_own() -> None:
    world = _world("alice - maxlogins 1\n", None, c1="USER=alice\nCLASS=user\n")
    assert _open(world, service="systemd-user")
    assert not _open(_world("alice - maxlogins 1\n", _record("alice")), service="systemd-user")


def test_a_machine_that_keeps_no_records_says_so() -> None:
    world = _world("alice - maxlogins 1\n", None)
    assert _open(world)
    assert _log(world) == [f"no logins are on record, neither in {UTMP} nor {SESSIONS}"]


def test_glibcs_other_file_goes_before() -> None:
    world = _world("alice - maxlogins 1\n", b"")
    files = world.files
    assert isinstance(files, MemoryFiles)
    files.files[f"{UTMP}x"] = _record("alice")
    assert not _open(world)
