from __future__ import annotations

import errno

import pytest

from pamkit.formats.kernel_limits import PATH
from pamkit.formats.limit_rules import RESOURCES, UNLIMITED
from pamkit.formats.utmp import SHORT, UTMP, Kind, UtmpRecord, encode
from pamkit.module.world import FileStatus, Group, World
from pamkit.modules import pam_limits
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

CONF = "/etc/security/limits.conf"
DIRECTORY = "/etc/security/limits.d"
DEBIAN = "/etc/debian_version"
OK, NO, ODD = ReturnCode.SUCCESS, ReturnCode.PERM_DENIED, ReturnCode.SERVICE_ERR
ALL = (UNLIMITED, UNLIMITED)

HEAD = "Limit                     Soft Limit           Hard Limit           Units     \n"
OF_INIT = HEAD + (
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max stack size            8388608              unlimited            bytes     \n"
    "Max open files            65536                524288               files     \n"
    "Max nice priority         0                    5                    \n"
    "Max something new         1                    2                    bytes     \n"
)


def _world(
    lines: str | bytes | OSError | None = "",
    *,
    uid: int = 0,
    running: tuple[int, ...] = (7, 8, 9),
    **files: str | bytes | OSError,
) -> World:
    named = {"debian": DEBIAN, "init": PATH, "utmp": UTMP, "files": "/proc/sys/fs/nr_open"}
    laid: dict[str, str | bytes | OSError] = {
        named.get(name, f"{DIRECTORY}/{name}.conf"): content for name, content in files.items()
    }
    if lines is not None:
        laid[CONF] = lines
    laid.setdefault(UTMP, b"")
    return memory_world(
        users=[account("root", 0), account("alice", gid=100), account("bob", 1001)],
        groups=[Group("users", 100, ()), Group("wheel", 10, ("alice", "root"))],
        files=laid,
        process=StandInProcess(uid=uid, running=running),
    )


def _process(world: World) -> StandInProcess:
    assert isinstance(world.process, StandInProcess)
    return world.process


def _limits(world: World) -> dict[str, tuple[int, int]]:
    """Return the limits that are not as they were."""
    named = {RESOURCES[number]: pair for number, pair in _process(world).limits.items()}
    return {name: pair for name, pair in named.items() if pair != ALL}


def _log(world: World) -> list[tuple[int, str]]:
    assert isinstance(world.log, MemoryLog)
    return [(priority, line.partition(": ")[2]) for priority, line in world.log.lines]


def _open(
    world: World,
    words: str = "",
    *,
    user: str | None = "alice",
    said: str = "",
    service: str = "test",
) -> ReturnCode:
    with Script(*([error(said)] if said else [])) as script:
        trial = Trial(
            f"session required pam_limits.so {words}\n",
            pam_limits,
            world=world,
            user=user,
            conversation=script,
            service=service,
        )
        return trial.open_session()


def _session(user: str, pid: int = 7) -> bytes:
    return encode(UtmpRecord(Kind.USER_PROCESS, pid, b"tty1", b"1", user.encode()), SHORT)


def test_lines_about_the_user_become_limits_of_the_process() -> None:
    world = _world("alice soft core 10\nalice hard nofile 64 # few\n* - cpu 2\nbob - as 1\n")
    assert _open(world) == OK
    assert _limits(world) == {
        "core": (10 << 10, UNLIMITED),
        "nofile": (64, 64),  # the soft limit is never above the hard one
        "cpu": (120, 120),
    }
    assert _log(world) == []


def test_closing_the_session_changes_nothing() -> None:
    world = _world("alice - core 1\n")
    trial = Trial("session required pam_limits.so\n", pam_limits, world=world)
    assert (trial.open_session(), trial.close_session()) == (OK, OK)
    assert _limits(world) == {"core": (1024, 1024)}


@pytest.mark.parametrize(
    ("domain", "is_meant"),
    [
        *(("alice", True), ("Alice", False), ("bob", False), ("*", True)),
        *(("@wheel", True), ("@users", True), ("@nosuch", False), ("@", False)),
        *(("1000:", True), ("1001:", False), (":1000", True), (":999", False)),
        *(("0:1000", True), ("0:999", False), ("1000:1000", True), ("-1:", False)),
        *(("@100:", True), ("@101:", False), ("@:10", True), ("@:11", False)),
        *(("@99:100", True), ("@10:99", False), ("%", False), ("%wheel", False)),
        *(("a:b", False), (":", False), ("1:2x", False), (f"{1 << 64}:", False)),
    ],
)
def test_a_domain_means_who_it_names(domain: str, is_meant: bool) -> None:
    world = _world(f"{domain} - core 0\n")
    assert _open(world) == OK
    assert _limits(world) == ({"core": (0, 0)} if is_meant else {})


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("alice - core 1\n@wheel - core 2\n* - core 3\n", (1024, 1024)),
        ("* - core 3\n@wheel - core 2\nalice - core 1\n", (1024, 1024)),
        ("@wheel - core 2\n* - core 3\n", (2048, 2048)),
        ("alice - core 1\n1000: - core 4\n", (4096, 4096)),
        ("* hard core 9\nalice soft core 1\n* - core 2\n", (1024, 9 << 10)),
    ],
)
def test_the_more_precise_line_holds_and_then_the_later_one(
    lines: str, expected: tuple[int, int]
) -> None:
    world = _world(lines)
    _open(world)
    assert expected == _limits(world)["core"]


@pytest.mark.parametrize("domain", ["alice", "@wheel", "@:10", "@100:", "0:1000", ":1000"])
def test_a_line_without_limits_frees_from_all(domain: str) -> None:
    world = _world("* - core 1\n* - priority 5\n", a=f"{domain} -\n* - maxlogins 0\n")
    assert _open(world) == OK
    assert (_limits(world), _process(world).nice) == ({}, 0)


@pytest.mark.parametrize("domain", ["bob", "*", "@nosuch", "@:11", "%wheel", "1001:", "@0:99"])
def test_others_are_not_freed(domain: str) -> None:
    world = _world(f"{domain} -\nalice - core 1\n")
    assert _open(world) == OK
    assert _limits(world) == {"core": (1024, 1024)}


def test_files_of_the_directory_come_after_and_only_if_no_file_is_named() -> None:
    world = _world("alice - core 1\n", b="alice - core 3\n", a="alice - core 2\nalice - rss 1\n")
    assert _open(world) == OK
    assert _limits(world) == {"core": (3 << 10, 3 << 10), "rss": (1024, 1024)}
    world = _world("alice - core 1\n", b="alice - core 3\n")
    assert _open(world, f"conf={CONF}") == OK
    assert _limits(world) == {"core": (1024, 1024)}


def test_the_distributions_files_count_where_there_are_none_of_the_administrator() -> None:
    world = _world(None, b="alice - core 3\n")
    files = world.files
    assert isinstance(files, MemoryFiles)
    files.files["/usr/etc/security/limits.conf"] = b"alice - core 1\nalice - rss 1\n"
    files.files["/usr/etc/security/limits.d/b.conf"] = b"alice - data 1\n"
    files.files["/usr/etc/security/limits.d/c.conf"] = b"alice - core 4\n"
    assert _open(world) == OK
    assert _limits(world) == {"core": (4 << 10, 4 << 10), "rss": (1024, 1024)}


def test_no_file_is_no_limit_but_a_named_one_must_be_there() -> None:
    assert _open(_world(None)) == OK
    for words in ("conf=/nowhere", "conf=", "conf=nowhere"):
        world = _world("alice - core 1\n")
        assert _open(world, words) == ODD
        file = words.removeprefix("conf=")
        (how, said), last = _log(world)
        assert (how, said.partition(" no such")[0].partition(" No such")[0]) == (
            Priority.WARNING,
            f"cannot read settings from {file}:",
        )
        assert last == (Priority.ERR, f"error parsing the configuration file: '{file}' ")
        assert _limits(world) == {}


@pytest.mark.parametrize("place", [CONF, f"{DIRECTORY}/a.conf", DIRECTORY])
def test_a_file_that_cannot_be_read_lets_nobody_in(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = PermissionError(errno.EACCES, "Permission denied")
    world = _world("", a="")
    files = world.files
    assert isinstance(files, MemoryFiles)
    if place == DIRECTORY:
        names = files.names

        def fail(path: str) -> tuple[str, ...]:
            if path == place:
                raise fault
            return names(path)

        monkeypatch.setattr(files, "names", fail)
    else:
        files.files[place] = fault
    assert _open(world) == ODD
    assert _log(world)[0][1] == f"cannot read settings from {place}: Permission denied"


def test_a_file_that_is_gone_when_its_turn_comes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _world("alice - core 1\n", b="alice - rss 1\n")
    monkeypatch.setattr(world.files, "names", lambda _: ("a.conf", "b.conf"))
    assert _open(world) == OK
    assert _limits(world) == {"core": (1024, 1024), "rss": (1024, 1024)}


def test_dev_null_hides_a_distributions_file_and_a_directory_is_none() -> None:
    for kind, expected in (("character", OK), ("directory", ODD), ("fifo", ODD)):
        world = _world("alice - core 1\n")
        files = world.files
        assert isinstance(files, MemoryFiles)
        files.statuses[CONF] = FileStatus(kind)
        assert expected == _open(world)
        assert _limits(world) == {}


def test_bad_lines_are_logged_and_passed_over() -> None:
    lines = (
        "alice\nalice soft core\nalice soft core x\nalice both core 1\nalice - nosuch 1\n"
        "a:b - core 1\n1:b - core 1\n: - core 1\nalice - nonewprivs maybe\n%1:2 - maxlogins 1\n"
        "alice - chroot /srv\nalice hard rss 1\n"
    )
    world = _world(lines)
    assert _open(world) == OK
    assert _log(world) == [
        (4, f"invalid line 1 in '{CONF}' - skipped"),
        (4, f"invalid line 2 in '{CONF}' - skipped"),
        (4, "wrong limit value 'x' for limit item 'core' of type 'soft'"),
        (7, "unknown limit type 'both'"),
        (7, "unknown limit item 'nosuch'"),
        (7, "wrong min_uid/gid value in 'a:b'"),
        (4, "invalid uid range 'a:b' - skipped"),
        (7, "wrong max_uid/gid value in '1:b'"),
        (4, "invalid uid range '1:b' - skipped"),
        (4, "invalid uid range ':' - skipped"),
        (4, "wrong limit value 'maybe' for limit item 'nonewprivs' of type '-'"),
        (4, "range unsupported for %group matching - ignored"),
        (7, "unknown limit item 'chroot'"),
    ]
    assert _limits(world) == {"rss": (1024, 1024)}


def test_debugging_says_what_is_read_and_compared() -> None:
    world = _world("@wheel - nofile unlimited\n% - core 1\nalice -\n", files="4096\n")
    assert _open(world, "debug nonsense") == OK
    assert [line for _, line in _log(world)] == [
        "unknown option: nonsense",
        f"reading settings from '{CONF}'",
        "checking if alice is in group wheel",
        "process_limit: processing - nofile unlimited for GROUP",
        'Setting "nofile" limit to 4096',
        "checking if alice is in group ",
        "process_limit: processing - core 1 for ALL",
        "'%' domain valid for maxlogins type only",
        "no limits for 'alice'",
    ]


def test_open_files_without_a_limit_end_where_the_kernel_ends() -> None:
    world = _world("alice - nofile -1\n", files="4096\n")
    assert _open(world) == OK
    assert _limits(world) == {"nofile": (4096, 4096)}
    world = _world("alice - nofile -1\n")
    assert _open(world) == OK
    assert _log(world) == [(4, 'Cannot set "nofile" to a sensible value')]


def test_priority_and_rights_are_set() -> None:
    world = _world("alice - priority 5\nalice - nonewprivs 1\nalice - nonewprivs yes\n")
    assert _open(world) == OK
    assert (_process(world).nice, _process(world).may_gain) == (5, False)


@pytest.mark.parametrize(
    ("lines", "what", "said"),
    [
        ("alice - core 1\n", "4", "Could not set limit for 'core': Operation not permitted"),
        ("", "set_priority", "Could not set limit for PRIO_PROCESS: Operation not permitted"),
        (
            "alice - nonewprivs 1\n",
            "forbid_new_privileges",
            "Could not set prctl(PR_SET_NO_NEW_PRIVS): Operation not permitted",
        ),
    ],
)
def test_what_cannot_be_set_lets_nobody_in(lines: str, what: str, said: str) -> None:
    world = _world(lines)
    _process(world).faults[what] = PermissionError(errno.EPERM, "Operation not permitted")
    assert _open(world) == NO
    assert _log(world) == [(Priority.ERR, said)]


def test_an_ordinary_user_may_lower_limits_and_not_raise_them() -> None:
    world = _world("alice - core 1\nalice - priority 3\n", uid=1000)
    assert _open(world) == OK
    world = _world("alice - core 2\n", uid=1000)
    _process(world).limits[4] = (0, 1024)
    assert _open(world) == NO
    world = _world("alice - priority -1\n", uid=1000)
    assert _open(world) == NO
    assert _log(world) == [(3, "Could not set limit for PRIO_PROCESS: Permission denied")]


def test_limits_that_cannot_be_told_are_an_error() -> None:
    world = _world("alice - core 1\n")
    _process(world).faults["limit"] = OSError(errno.EPERM, "Operation not permitted")
    assert _open(world) == ReturnCode.ABORT
    assert _log(world) == [(Priority.ERR, "cannot initialize")]


def test_a_limit_that_the_kernel_does_not_have_is_passed_over() -> None:
    world = _world("alice - rttime 5\nalice - core 0\n")
    del _process(world).limits[15]
    assert _open(world) == OK
    assert _limits(world) == {"core": (0, 0)}


def test_set_all_begins_with_the_limits_of_process_1() -> None:
    world = _world("alice soft nofile 99\n", init=OF_INIT)
    assert _open(world, "set_all debug") == OK
    assert _limits(world) == {
        "stack": (8388608, UNLIMITED),
        "nofile": (99, 524288),
        "nice": (0, 5),
    }
    said = [line for _, line in _log(world)]
    assert said[0] == "Unknown kernel rlimit 'Max something new' ignored"
    assert said.count("Did not find kernel RLIMIT for core, using PAM default") == 1


def test_without_process_1_the_limits_stay() -> None:
    world = _world("", init=PermissionError(errno.EACCES, "Permission denied"))
    _process(world).limits[4] = (0, 0)
    assert _open(world, "set_all") == OK
    assert _limits(world) == {"core": (0, 0)}
    assert _log(world)[0] == (4, f"Could not read {PATH} (Permission denied), using PAM defaults")


def test_nobody_is_no_user() -> None:
    world = _world()
    assert _open(world, user=None) == ReturnCode.SESSION_ERR
    assert _log(world) == [(3, "open_session - error recovering username")]
    world = _world()
    assert _open(world, "debug", user="carol") == ReturnCode.USER_UNKNOWN
    assert _log(world) == [(4, "open_session username 'carol' does not exist")]
    assert _open(_world(), user="") == ReturnCode.USER_UNKNOWN


def test_groups_that_cannot_be_looked_up_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _world("@wheel - core 0\n")
    accounts = world.accounts
    assert isinstance(accounts, MemoryAccounts)

    def fail(_: str) -> Group | None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(accounts, "group", fail)
    assert _open(world) == ODD


# --- Debian -------------------------------------------------------------------------------------


def test_on_debian_every_session_begins_with_the_limits_of_process_1() -> None:
    world = _world("", debian="12.0\n", init=OF_INIT)
    assert _open(world) == OK
    assert _limits(world) == {
        "stack": (8388608, UNLIMITED),
        "nofile": (1024, 524288),
        "nice": (0, 5),
        # What process 1 does not tell.
        "core": (0, UNLIMITED),
        "memlock": (65536, 65536),
        "sigpending": (16382, 16382),
        "msgqueue": (819200, 819200),
    }


@pytest.mark.parametrize(
    ("domain", "is_meant"),
    [("*", False), ("@wheel", False), ("root", True), ("0:", True), (":0", True)],
)
def test_on_debian_root_is_meant_by_name_or_number_only(domain: str, is_meant: bool) -> None:
    line = f"{domain} - rss 0\n"
    for world, expected in (
        (_world(line, debian="12.0\n", init=""), is_meant),
        (_world(line), True),
    ):
        assert _open(world, user="root") == OK
        assert expected == ("rss" in _limits(world))


def test_on_debian_a_limit_that_may_not_be_set_is_passed_over() -> None:
    world = _world("alice - core 9999999\nalice - nofile 9\n", debian="12.0\n", init="")
    _process(world).faults |= {"4": PermissionError(errno.EPERM, "Operation not permitted")}
    assert _open(world) == OK
    said = "Could not set limit for 'core' to soft=1650064384, hard=1650064384: "
    assert _log(world)[-1] == (7, f"{said}Operation not permitted; uid=0,euid=0")
    assert _limits(world)["nofile"] == (9, 9)
    _process(world).faults |= {"4": OSError(errno.EINVAL, "Invalid argument")}
    assert _open(world) == NO


def test_on_debian_a_session_can_have_a_root_of_its_own() -> None:
    world = _world("alice - chroot /Srv\n", debian="12.0\n", init="")
    assert _open(world) == OK
    assert _process(world).root == "/srv"  # C: values are in lower case
    world = _world("alice - chroot /srv\n", debian="12.0\n", init="")
    fault = FileNotFoundError(errno.ENOENT, "No such file or directory")
    _process(world).faults["change_root"] = fault
    assert _open(world) == NO
    said = "cannot change the root to /srv: No such file or directory"
    assert _log(world)[-1] == (Priority.ERR, said)


def test_who_may_not_log_in_gets_no_root_either() -> None:
    lines = "alice - chroot /srv\nalice - maxlogins 0\n"
    world = _world(lines, debian="12.0\n", init="")
    assert _open(world, said="There were too many logins for 'alice'.") == NO
    assert _process(world).root == "/"


# --- logins -------------------------------------------------------------------------------------


def test_one_login_too_many_is_refused_shown_logged_and_audited() -> None:
    world = _world("alice - maxlogins 2\n", utmp=_session("alice", 7) + _session("alice", 8))
    assert _open(world, said="There were too many logins for 'alice'.") == NO
    assert _log(world) == [(Priority.NOTICE, "Too many logins (max 2) for alice")]
    assert isinstance(world.audit, MemoryAudit)
    assert world.audit.records == [(2102, "PAM:pam_limits", "alice", None, None, False)]
    world = _world("alice - maxlogins 2\n", utmp=_session("alice", 7) + _session("alice", 8))
    assert _open(world, "noaudit", said="There were too many logins for 'alice'.") == NO
    assert isinstance(world.audit, MemoryAudit)
    assert world.audit.records == []


def test_root_may_always_log_in() -> None:
    assert _open(_world("root - maxlogins 0\n"), user="root") == OK
    assert _open(_world("* - maxsyslogins 1\n", utmp=_session("bob")), user="root") == OK


def test_items_are_read_but_service_and_terminal_only_for_the_record() -> None:
    assert {Item.USER, Item.TTY, Item.RHOST, Item.SERVICE} == pam_limits.MODULE.reads
