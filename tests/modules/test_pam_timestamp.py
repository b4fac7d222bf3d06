import errno
import struct

import pytest

from pamkit.formats.hmac_code import SHA1, algorithm
from pamkit.formats.stamp_name import DIRECTORY, NotRootsAlone, StampName, stamp_name
from pamkit.formats.timestamp import encode
from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_timestamp
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.clock import StoppedClock
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, info
from pamkit.testing.timestamps import MemoryTimestamps
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

NOW = 1_700_000_000
KEY = Secret(b"k" * 64)
OWN = f"{DIRECTORY}/alice/tty1"
YES, NO, NO_SESSION = ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.SESSION_ERR
POLICY = "auth required pam_timestamp.so {0}\nsession required pam_timestamp.so {0}\n"


def _session(user: str = "alice", began: int = NOW - 9000) -> bytes:
    return struct.pack("<h42x32s264xi40x", 7, user.encode(), began)


def _world(
    ago: int | None = 10, *, utmp: bytes | OSError | None = None, **files: bytes | OSError
) -> World:
    """Return a world with a stamp of alice's that is so old, and a session of hers."""
    laid = {"/var/run/utmp": _session() if utmp is None else utmp}
    laid |= {{"defs": "/etc/login.defs"}[name]: data for name, data in files.items()}
    world = memory_world(
        users=[account("root", 0), account("alice"), account("bob", 1001)], files=laid, now=NOW
    )
    if ago is not None:
        by = algorithm("SHA512") if "defs" in files else SHA1
        assert by is not None
        data = encode(StampName(DIRECTORY, "alice", "tty1"), NOW - ago, KEY, by)
        stamps(world).stamps[OWN] = data
        stamps(world).statuses[OWN] = FileStatus("file", size=len(data), modified=NOW - ago)
    return world


def stamps(world: World) -> MemoryTimestamps:
    assert isinstance(world.timestamps, MemoryTimestamps)
    return world.timestamps


def log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.partition(": ")[2] for line in world.log.texts]


def _trial(
    world: World,
    options: str = "",
    *,
    user: str | None = "alice",
    ruser: str = "alice",
    tty: str = "/dev/tty1",
    script: Script | None = None,
) -> Trial:
    items = {Item.RUSER: ruser, Item.TTY: tty}
    return Trial(
        POLICY.format(options),
        pam_timestamp,
        world=world,
        user=user,
        conversation=script or Script(),
        items={item: value for item, value in items.items() if value},
    )


def _answer(
    world: World,
    options: str = "",
    *lines: Line,
    user: str | None = "alice",
    ruser: str = "alice",
    tty: str = "/dev/tty1",
    flags: int = 0,
) -> ReturnCode:
    with Script(*lines) as script:
        trial = _trial(world, options, user=user, ruser=ruser, tty=tty, script=script)
        return trial.authenticate(flags)


def test_a_young_stamp_lets_in_and_the_log_says_so() -> None:
    world = _world()
    assert _answer(world) == YES
    said = "is only 10 seconds old, allowing access to test for user alice"
    assert log(world) == [f"timestamp file `{OWN}' {said}"]


@pytest.mark.parametrize(
    ("ago", "options", "expected"),
    [
        (299, "", YES),
        (300, "", NO),
        (-599, "", YES),
        (-600, "", NO),
        (59, "timestamp_timeout=0x3c", YES),
        (60, "timestamp_timeout=60", NO),
        (0, "timestamp_timeout=0", NO),
        (0, "timestamp_timeout=-1", NO),
        (0, "timestamp_timeout=", NO),
        (299, "timestamp_timeout=1e9", YES),
        (300, f"timestamp_timeout={2**63}", NO),
    ],
)
def test_a_stamp_counts_for_a_while(ago: int, options: str, expected: ReturnCode) -> None:
    assert _answer(_world(ago), options) == expected


def test_who_is_let_in_is_told_only_if_asked_to() -> None:
    granted = info("Access has been granted (last access was 10 seconds ago).")
    assert _answer(_world(), "verbose", granted) == YES
    assert _answer(_world(), "verbose", flags=0x8000) == YES


@pytest.mark.parametrize(
    "utmp",
    [
        b"",
        _session("bob"),
        _session(began=NOW - 9),
        _session() + b"x",
        _session(began=0),
        PermissionError(errno.EACCES, "Permission denied"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
    ],
    ids=["empty", "another's", "newer", "torn", "no time", "closed", "missing"],
)
def test_a_stamp_from_before_the_login_counts_no_more(utmp: bytes | OSError) -> None:
    world = _world(utmp=utmp)
    assert _answer(world) == NO
    said = "is older than oldest login, disallowing access to test for user alice"
    assert log(world) == [f"timestamp file `{OWN}' {said}"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"UID=1000\nREALTIME={NOW - 10}000000\n", YES),
        (f"REALTIME={NOW - 9}000000\n", NO),
        ("STATE=lingering\n", NO),
        ("REALTIME=\n", NO),
        ("REALTIME=0\n", NO),
        ("REALTIME=x\n", NO),
    ],
)
def test_without_utmp_logind_says_since_when(written: str, expected: ReturnCode) -> None:
    world = _world(utmp=FileNotFoundError(errno.ENOENT, "No such file or directory"))
    assert isinstance(world.files, MemoryFiles)
    world.files.files["/run/systemd/users/1000"] = written.encode()
    assert _answer(world) == expected


@pytest.mark.parametrize("name", [".", "..", "../../root", "a/b", "/", "x" * 256, "a\0b", "\ud800"])
@pytest.mark.parametrize("item", ["ruser", "tty", "user"])
def test_cve_2014_2583_no_name_leads_out_of_the_directory(item: str, name: str) -> None:
    """The upstream fix refused a `PAM_RUSER` and a terminal; the target is refused as well."""
    if "\ud800" in name or "\0" in name:
        names = {"terminal": "tty1", "owner": "alice", "user": "bob"}
        names[{"ruser": "owner", "tty": "terminal"}.get(item, item)] = name
        assert stamp_name(DIRECTORY, **names) is None
        return
    world = _world(None)
    names = {"ruser": "alice", "tty": "tty1", "user": "bob"} | {item: name}
    trial = _trial(world, ruser=names["ruser"], tty=names["tty"], user=names["user"])
    assert (trial.authenticate(), trial.open_session()) == (NO, NO_SESSION)
    assert stamps(world).stamps == {}


def test_cve_2014_2583_an_empty_name_is_not_one() -> None:
    """An empty item is one that is not set: then the process counts, and the name `unknown`."""
    world = _world(None)
    world = world.changed(process=StandInProcess(uid=77))
    trial = _trial(world, ruser="", tty="")
    assert (trial.authenticate(), trial.open_session()) == (NO, NO_SESSION)
    assert stamps(world).stamps == {}


@pytest.mark.parametrize("tty", ["/dev/", "/dev/..", "/tmp/tty1", "pts/1", "/devil/tty1"])
def test_cve_2014_2583_a_terminal_is_below_dev(tty: str) -> None:
    assert _answer(_world(), tty=tty) == NO


def test_a_terminal_cannot_be_named_like_one_and_a_user() -> None:
    """`alice/tty1:bob` is the stamp with which alice becomes bob on tty1."""
    world = _world(None)
    assert _trial(world, tty="tty1:bob").open_session() == NO_SESSION
    assert _trial(world, tty="far:10.0").open_session() == YES
    assert _trial(world, tty=":0").open_session() == YES
    assert _trial(world, tty="_pam_timestamp_key").open_session() == NO_SESSION
    assert sorted(stamps(world).stamps) == [f"{DIRECTORY}/alice/{n}" for n in (":0", "far:10.0")]


def test_who_asks_is_the_user_of_the_process_if_nobody_says_so() -> None:
    world = _world(None).changed(process=StandInProcess(uid=1001, terminal="/dev/pts/4"))
    assert _trial(world, ruser="", tty="").open_session() == YES
    assert list(stamps(world).stamps) == [f"{DIRECTORY}/bob/4:alice"]


def test_a_stamp_lets_in_where_it_was_made_and_nowhere_else() -> None:
    world = _world(None)
    assert _trial(world, user="root").open_session() == YES
    assert _answer(world, user="root") == YES
    assert _answer(world, user="alice") == NO
    assert _answer(world, user="root", tty="tty2") == NO
    assert _answer(world, user="root", ruser="bob") == NO


def test_a_session_renews_the_stamp_and_its_end_keeps_it() -> None:
    world = _world(9999)
    trial = _trial(world)
    assert trial.authenticate() == NO
    assert (trial.open_session(), trial.close_session(), _trial(world).setcred(2)) == (0, 0, 0)
    assert log(world)[-1] == f"updated timestamp file `{OWN}'"
    expected = encode(StampName(DIRECTORY, "alice", "tty1"), NOW, KEY, SHA1)
    assert stamps(world).stamps[OWN] == expected


def test_a_copy_of_a_stamp_is_worth_nothing() -> None:
    world = _world()
    copy = stamps(world).stamps[OWN]
    stamps(world).stamps[f"{DIRECTORY}/alice/tty2"] = copy
    assert _answer(world, tty="tty2") == NO
    assert log(world) == [f"timestamp file `{DIRECTORY}/alice/tty2' is corrupted"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"uid": 1000}, "is not owned by root"),
        ({"gid": 5}, "is not owned by root"),
        ({"kind": "fifo"}, "is not a regular file"),
        ({"links": 2}, "is not the only name of its file"),
        ({"size": 3}, "appears to be corrupted"),
    ],
)
def test_what_is_no_file_of_roots_is_refused(status: dict[str, object], said: str) -> None:
    world = _world()
    known = stamps(world).statuses
    known[OWN] = known[OWN].changed(**status)
    assert _answer(world) == NO
    assert log(world) == [f"timestamp file `{OWN}' {said}"]


def test_an_empty_stamp_is_refused_without_a_word() -> None:
    world = _world()
    stamps(world).stamps[OWN] = b""
    del stamps(world).statuses[OWN]
    assert (_answer(world), log(world)) == (NO, [])


def test_without_the_key_nothing_counts_and_looking_makes_none() -> None:
    world = _world()
    stamps(world).secret = None
    assert _answer(world) == NO
    assert stamps(world).secret is None
    assert _trial(world).open_session() == YES
    assert _answer(world) == YES


def test_another_key_and_a_short_one_open_nothing() -> None:
    for key in (b"x" * 64, b"", b"k" * 19):
        world = _world()
        stamps(world).secret = Secret(key)
        assert _answer(world) == NO
    assert _trial(world).open_session() == NO_SESSION
    assert log(world)[-1] == "failure generating MAC: the key is too short"


def test_login_defs_says_how_stamps_are_coded() -> None:
    world = _world(defs=b"HMAC_CRYPTO_ALGO SHA512\n")
    assert (_answer(world), _trial(world).open_session()) == (YES, YES)
    assert len(stamps(world).stamps[OWN]) == len(OWN) + 9 + 64
    assert _answer(_world(defs=b"HMAC_CRYPTO_ALGO sha2-512\n")) == YES
    assert _answer(_world(defs=b"HMAC_CRYPTO_ALGO SHA1\n")) == NO


@pytest.mark.parametrize(
    "defs", [b"HMAC_CRYPTO_ALGO nonsense\n", PermissionError(errno.EACCES, "Permission denied")]
)
def test_a_code_that_nobody_knows_refuses(defs: bytes | OSError) -> None:
    world = _world(defs=defs)
    assert (_answer(world), _trial(world).open_session()) == (NO, NO_SESSION)


@pytest.mark.parametrize("step", ["enter", "read", "key"])
@pytest.mark.parametrize(
    "fault",
    [
        PermissionError(errno.EACCES, "Permission denied"),
        NotRootsAlone(errno.EPERM, "`/var/' permissions are lax"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_nothing_that_fails_lets_in(step: str, fault: OSError) -> None:
    world = _world()
    stamps(world).faults[step] = fault
    assert _answer(world, "debug") == NO
    assert any(str(fault.strerror) in line for line in log(world))


@pytest.mark.parametrize("step", ["enter", "prepare", "key", "write"])
@pytest.mark.parametrize("fault", [PermissionError(errno.EACCES, "no"), OSError(errno.EIO, "no")])
def test_a_stamp_that_cannot_be_left_is_an_error(step: str, fault: OSError) -> None:
    world = _world(None)
    stamps(world).faults[step] = fault
    assert _trial(world, "debug").open_session() == NO_SESSION
    assert any(line.endswith("no") for line in log(world))


def test_another_writer_is_waited_for_but_not_without_end() -> None:
    world = _world(None)
    stamps(world).busy = 60
    assert _trial(world).open_session() == YES
    stamps(world).busy = 10_000
    assert _trial(world).open_session() == NO_SESSION


def test_users_databases_that_fail_name_nobody() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world, ruser="") == NO


def test_no_user_and_no_directory_are_refused() -> None:
    assert _answer(_world(), user="") == NO
    assert _answer(_world(), "timestampdir=") == NO


def test_time_that_passes_ends_it() -> None:
    world = _world(0)
    assert isinstance(world.clock, StoppedClock)
    answers = []
    for seconds in (0, 200, 99, 1):
        world.clock.time += seconds
        answers.append(_answer(world))
    assert answers == [YES, YES, YES, NO]
