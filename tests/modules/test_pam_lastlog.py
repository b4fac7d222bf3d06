"""pam_lastlog: who is told of which login, what is put on record, and who has stayed away."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from pamkit.formats import lastlog
from pamkit.formats.lastlog import LASTLOG, LastLogin
from pamkit.formats.utmp import BTMP, LONG, SHORT, WTMP, Kind, UtmpRecord, decode, encode
from pamkit.module.world import World
from pamkit.modules import pam_lastlog
from pamkit.records.lastlog import LastlogRecorder
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_C, _P = ReturnCode, Primitive

NOW = 1_700_000_000
DAY = 86_400
_SIZE = lastlog.size(SHORT)
_UNLIMITED = (1 << 64) - 1

_DATE = "Tue Nov 14 22:13:20 UTC 2023"
_WELCOME = "Welcome to your new account!"
_LAST = f"Last login: {_DATE} from far on pts/3"


def _world(
    last: LastLogin | None = None,
    *failures: UtmpRecord,
    defs: str | OSError | None = None,
    uid: int = 1000,
    **process: int,
) -> World:
    files = {} if defs is None else {"/etc/login.defs": defs}
    world = memory_world(
        users=[account("alice", uid), account("root", 0), account("u" * 40, 7)],
        files=files,
        process=StandInProcess(**process),  # type: ignore[arg-type]  # numbers of users
    )
    kept = _files(world).files
    kept[WTMP], kept[BTMP] = bytearray(), bytearray()
    kept[LASTLOG] = bytearray(uid * _SIZE)
    if last is not None:
        kept[LASTLOG] += lastlog.encode(last, SHORT)
    for each in failures:
        kept[BTMP] += encode(each, SHORT)
    return world


def _files(world: World) -> MemoryLoginFiles:
    assert isinstance(world.login_files, MemoryLoginFiles)
    return world.login_files


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [t.partition("): ")[2] for t in world.log.texts if t.startswith("pam_lastlog(")]


_SCRIPTS: list[Script] = []


@pytest.fixture(autouse=True)
def everything_that_is_expected_is_said() -> Iterator[None]:
    _SCRIPTS.clear()
    yield
    for script in _SCRIPTS:
        script.assert_used_up()


def _script(*lines: Line) -> Script:
    _SCRIPTS.append(Script(*lines))
    return _SCRIPTS[-1]


def _trial(
    world: World, options: str = "", *lines: Line, user: str | None = "alice", **items: str
) -> Trial:
    # Every answer of the module is the verdict.
    words = ("auth", "account", "session")
    policy = "".join(f"{word} [default=ok] pam_lastlog.so {options}\n" for word in words)
    given = {Item[name.upper()]: value for name, value in items.items()}
    return Trial(
        policy, pam_lastlog, world=world, user=user, conversation=_script(*lines), items=given
    )


def _wtmp(world: World) -> tuple[UtmpRecord, ...]:
    return decode(bytes(_files(world).files[WTMP]), SHORT)


def _failure(seconds: int, user: bytes = b"alice", host: bytes = b"near") -> UtmpRecord:
    return UtmpRecord(
        Kind.LOGIN_PROCESS, 5, b"ssh", b"", user, host, seconds=NOW + seconds, micros=1
    )


# --- what the user is told -----------------------------------------------------------------------

_BEFORE = LastLogin(NOW, b"pts/3", b"far")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", _LAST),
        ("nodate", "Last login: from far on pts/3"),
        ("nohost", f"Last login: {_DATE} on pts/3"),
        ("noterm", f"Last login: {_DATE} from far"),
        ("nohost noterm", f"Last login: {_DATE}"),
        ("never", _LAST),
        ("nodate nohost noterm", None),
        ("silent", None),
    ],
)
def test_the_user_is_told_of_the_last_login(options: str, said: str | None) -> None:
    world = _world(_BEFORE)
    heard = [] if said is None else [info(said)]
    assert _trial(world, options, *heard).open_session() == _C.SUCCESS
    assert _lines(world) == []


def test_what_is_not_on_record_is_not_said() -> None:
    assert _trial(_world(LastLogin(NOW)), "", info(f"Last login: {_DATE}")).open_session() == 0


def test_a_host_cannot_steer_the_terminal() -> None:
    host = b"\x1b]0;x\x07a\nb\x9b2J\xc2\x9bm\x7f"
    said = info("Last login: from ?]0;x?a?b?2J?m? on pts/3")
    assert _trial(_world(LastLogin(NOW, b"pts/3", host)), "nodate", said).open_session() == 0


@pytest.mark.parametrize(("options", "heard"), [("", []), ("never", [info(_WELCOME)])])
def test_who_never_was_here_is_welcome_on_request(options: str, heard: list[Line]) -> None:
    world = _world()
    assert _trial(world, f"debug {options}", *heard).open_session() == _C.SUCCESS
    assert _lines(world) == ["first login for user with uid 1000"]


def test_silence_keeps_the_record() -> None:
    world = _world(_BEFORE, _failure(1))
    assert _trial(world, "showfailed").open_session(Flag.SILENT) == _C.SUCCESS
    assert LastlogRecorder(world.login_files).find(1000).seconds == world.clock.now()


def test_an_application_that_does_not_listen_keeps_the_old_record() -> None:
    world = _world(_BEFORE)
    assert _trial(world, "", info(_LAST)).call(_P.OPEN_SESSION) == _C.SUCCESS
    world = _world(_BEFORE)
    trial = _trial(world, "", Line(info(_LAST).style, _LAST, EOFError()))
    assert trial.open_session() == _C.CONV_ERR
    assert LastlogRecorder(world.login_files).find(1000) == _BEFORE
    assert _wtmp(world) == ()


# --- what is put on record -----------------------------------------------------------------------


def test_a_login_and_its_end_are_on_record() -> None:
    world = _world()
    trial = _trial(world, "", tty="/dev/pts/9", rhost="192.0.2.1")
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    last = LastlogRecorder(world.login_files).find(1000)
    assert last == LastLogin(NOW, b"pts/9", b"192.0.2.1")
    come = UtmpRecord(7, 4321, b"pts/9", b"", b"alice", b"192.0.2.1", seconds=NOW)
    assert _wtmp(world) == (come, come.changed(kind=8, user=b"", host=b""))


@pytest.mark.parametrize(
    ("options", "seconds", "records"), [("nowtmp", NOW, 0), ("noupdate", 0, 0), ("", NOW, 2)]
)
def test_what_is_not_wanted_is_not_written(options: str, seconds: int, records: int) -> None:
    world = _world()
    trial = _trial(world, options)
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    found = LastlogRecorder(world.login_files).find(1000).seconds
    assert (found, len(_wtmp(world))) == (seconds, records)


def test_long_names_of_places_are_cut() -> None:
    world = _world()
    trial = _trial(world, "", tty="t" * 40, rhost="h" * 300)
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    last = LastlogRecorder(world.login_files).find(1000)
    assert (last.line, last.host) == (b"t" * 31, b"h" * 255)
    assert [(each.line, each.host) for each in _wtmp(world)] == [
        (b"t" * 31, b"h" * 256),
        (b"t" * 31, b""),
    ]


def test_a_long_name_of_a_user_is_not_written_as_another_one() -> None:
    world = _world()
    assert _trial(world, "", user="u" * 40).open_session() == _C.SUCCESS
    assert _wtmp(world) == ()
    said = "the name of the user has more than 32 bytes"
    assert _lines(world) == [f"failed to write {WTMP}: {said}"]


def test_records_are_those_of_the_machine() -> None:
    world = _world()
    _files(world).kind_of_machine = "aarch64"
    late = 1 << 40
    files = _files(world).files
    files[LASTLOG] = bytearray(1000 * 296) + lastlog.encode(LastLogin(late, b"x"), LONG)
    files[BTMP] += encode(_failure(late), LONG) + encode(_failure(-1), LONG)
    said = [
        info("Last login: on x"),
        info("Last failed login: from near on ssh"),
        info("There was 1 failed login attempt since the last successful login."),
    ]
    assert _trial(world, "showfailed nodate", *said).open_session() == _C.SUCCESS
    assert LastlogRecorder(world.login_files).find(1000).seconds == NOW


def test_the_record_is_made_if_there_is_none() -> None:
    world = _world()
    del _files(world).files[LASTLOG]
    assert _trial(world).open_session() == _C.SUCCESS
    assert _lines(world) == [f"file {LASTLOG} created"]
    assert LastlogRecorder(world.login_files).find(1000).seconds == NOW


def test_without_wtmp_nothing_is_said_of_it() -> None:
    world = _world()
    del _files(world).files[WTMP]
    trial = _trial(world)
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert (_lines(world), WTMP in _files(world).files) == ([], False)


@pytest.mark.parametrize(("options", "word"), [("", "open"), ("noupdate", "open")])
def test_a_record_that_cannot_be_opened_is_an_error(options: str, word: str) -> None:
    world = _world()
    _files(world).faults[LASTLOG] = PermissionError(errno.EACCES, "Permission denied")
    assert _trial(world, options).open_session() == _C.SERVICE_ERR
    assert _lines(world) == [f"unable to {word} {LASTLOG}: Permission denied"]


def test_a_record_that_is_not_there_is_an_error_for_who_only_looks() -> None:
    world = _world()
    del _files(world).files[LASTLOG]
    assert _trial(world, "noupdate").open_session() == _C.SERVICE_ERR
    assert _lines(world) == [f"unable to open {LASTLOG}: No such file or directory"]


def test_after_2038_nothing_is_written_where_it_cannot_be_said() -> None:
    world = _world()
    world.clock.time = float(1 << 31)  # type: ignore[attr-defined]  # a clock of the tests
    assert _trial(world).open_session() == _C.SERVICE_ERR
    assert [line.partition(": ")[0] for line in _lines(world)] == [
        f"failed to write {LASTLOG}",
        f"failed to write {WTMP}",
    ]


# --- others who hold the record ------------------------------------------------------------------


class _Later(StandInOutside):
    """While it waits, whoever holds the files lets them go."""

    def __init__(self, files: MemoryLoginFiles, waits: int) -> None:
        super().__init__()
        self._files, self._waits = files, waits

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) >= self._waits:
            self._files.held.clear()
            self._files.writing.clear()


def test_a_record_that_is_held_is_waited_for() -> None:
    world = _world()
    _files(world).held.append(LASTLOG)
    trial = _trial(world)
    outside = trial.outside = _Later(_files(world), 2)
    assert trial.open_session() == _C.SUCCESS
    assert (outside.slept, len(_wtmp(world))) == ([1, 1], 1)
    assert _lines(world) == [f"file {LASTLOG} is locked/write, retrying"] * 2


def test_a_record_that_stays_held_is_not_written() -> None:
    world = _world()
    _files(world).held.append(LASTLOG)
    trial = _trial(world)
    assert trial.open_session() == _C.SERVICE_ERR
    assert _lines(world)[-1] == f"file {LASTLOG} is locked/write"
    assert _wtmp(world) == ()


def test_whoever_writes_for_long_keeps_nobody_from_reading() -> None:
    world = _world(_BEFORE)
    _files(world).writing.add(LASTLOG)
    assert _trial(world, "noupdate", info(_LAST)).open_session() == _C.SUCCESS
    assert _lines(world) == [
        *[f"file {LASTLOG} is locked/read, retrying"] * 2,
        f"file {LASTLOG} is locked/read, proceeding anyway",
    ]


def test_whoever_holds_wtmp_keeps_nobody_out() -> None:
    world = _world()
    _files(world).held.append(WTMP)
    trial = _trial(world)
    outside = trial.outside
    assert isinstance(outside, StandInOutside)
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert [f"failed to write {WTMP}: somebody has it"] * 2 == _lines(world)
    assert 4 <= sum(outside.slept) <= 5


# --- the limit of the size of files --------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "limit"), [("", (5, 9)), ("unlimited", (_UNLIMITED, _UNLIMITED))]
)
def test_the_limit_is_lifted_for_a_moment(
    options: str, limit: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = StandInProcess(limits={1: (5, 9)})
    world = _world().changed(process=process)
    seen: list[tuple[int, int] | None] = []
    record = LastlogRecorder.record

    def watched(self: LastlogRecorder, event: object) -> None:
        seen.append(process.limit(1))
        record(self, event)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(LastlogRecorder, "record", watched)
    assert _trial(world, options).open_session() == _C.SUCCESS
    assert (seen, process.limit(1)) == ([limit], (5, 9))


@pytest.mark.parametrize(
    ("limits", "fault", "line"),
    [
        ({}, None, "Limit for 'fsize' not supported: Invalid argument"),
        ({1: (5, 9)}, "limit", "Could not get limit for 'fsize': Operation not permitted"),
        ({1: (5, 9)}, "1", "Could not set limit for 'fsize': Operation not permitted"),
    ],
)
def test_a_limit_that_cannot_be_lifted_is_left(
    limits: dict[int, tuple[int, int]], fault: str | None, line: str
) -> None:
    process = StandInProcess(limits=limits)
    if fault is not None:
        process.faults[fault] = PermissionError(errno.EPERM, "Operation not permitted")
    world = _world().changed(process=process)
    assert _trial(world, "unlimited").open_session() == _C.SUCCESS
    assert _lines(world) == [line]


def test_a_limit_that_cannot_be_put_back_is_an_error() -> None:
    class _Once(StandInProcess):
        def set_limit(self, resource: int, soft: int, hard: int) -> None:
            if soft == 5:
                raise PermissionError(errno.EPERM, "Operation not permitted")

    world = _world().changed(process=_Once(limits={1: (5, 9)}))
    assert _trial(world, "unlimited").open_session() == _C.SERVICE_ERR
    assert _lines(world) == ["Could not restore limit for 'fsize': Operation not permitted"]


# --- failures ------------------------------------------------------------------------------------


def _said(count: int) -> str:
    many = (
        "There were %d failed login attempts" if count > 1 else "There was %d failed login attempt"
    )
    return f"{many % count} since the last successful login."


@pytest.mark.parametrize("count", [1, 2, 4097])
def test_failures_since_the_last_login_are_told(count: int) -> None:
    failures = (_failure(at) for at in range(count))
    world = _world(_BEFORE, _failure(-1), *failures, _failure(9, b"alicex"), _failure(9, b"ali"))
    heard = [info(_LAST)]
    late = world.clock.local(NOW + count - 1)
    date = f"Tue Nov 14 {late.hour}:{late.minute:02d}:{late.second:02d} UTC 2023"
    heard += [info(f"Last failed login: {date} from near on ssh"), info(_said(count))]
    assert _trial(world, "showfailed", *heard).open_session() == _C.SUCCESS


def test_no_failure_is_nothing_to_speak_of() -> None:
    world = _world(LastLogin(NOW + 1), _failure(0))
    assert _trial(world, "showfailed silent").open_session() == _C.SUCCESS


def test_failures_are_told_although_nothing_is_said_of_logins() -> None:
    world = _world(_BEFORE, _failure(0))
    heard = [info("Last failed login: from near on ssh"), info(_said(1))]
    assert _trial(world, "showfailed silent nodate", *heard).open_session() == _C.SUCCESS
    world, options = _world(_BEFORE, _failure(0)), "showfailed silent nodate nohost noterm"
    assert _trial(world, options, info(_said(1))).open_session() == _C.SUCCESS


def test_a_long_name_is_looked_for_as_it_was_cut() -> None:
    world = _world(None, _failure(0, b"u" * 32))
    heard = [info("Last failed login: on ssh"), info(_said(1))]
    trial = _trial(world, "showfailed nowtmp nodate nohost", *heard, user="u" * 40)
    assert trial.open_session() == _C.SUCCESS
    assert _lines(world) == ["username too long, output might be inaccurate"]


def test_a_list_of_failures_that_is_not_there_is_logged() -> None:
    world = _world()
    del _files(world).files[BTMP]
    assert _trial(world, "showfailed").open_session() == _C.SUCCESS
    assert _lines(world) == [f"unable to open {BTMP}: No such file or directory"]


def test_a_list_of_failures_that_cannot_be_read_is_an_error() -> None:
    world = _world()
    _files(world).faults[BTMP] = PermissionError(errno.EACCES, "Permission denied")
    assert _trial(world, "showfailed").open_session() == _C.SERVICE_ERR
    assert _lines(world) == [f"unable to open {BTMP}: Permission denied"]


def test_a_piece_of_a_failure_is_logged() -> None:
    world = _world(None, _failure(0))
    _files(world).files[BTMP] += b"x"
    heard = [info("Last failed login: on ssh"), info(_said(1))]
    assert _trial(world, "showfailed nodate nohost", *heard).open_session() == _C.SUCCESS
    assert _lines(world) == [f"corruption detected in {BTMP}"]


def test_who_does_not_hear_the_last_word_is_an_error() -> None:
    world = _world(None, _failure(0))
    heard = [
        Line(info("").style, "Last failed login: from near on ssh", EOFError()),
        Line(info("").style, _said(1), EOFError()),
    ]
    assert _trial(world, "showfailed nodate", *heard).open_session() == _C.CONV_ERR


# --- who has stayed away -------------------------------------------------------------------------

_ASKED = (_P.AUTHENTICATE, _P.ACCT_MGMT)


@pytest.mark.parametrize("asked", _ASKED)
@pytest.mark.parametrize(
    ("options", "seconds", "days"),
    [
        ("", 91 * DAY - 1, None),
        ("", 91 * DAY, 91),
        ("inactive=5", 6 * DAY - 1, None),
        ("inactive=5", 6 * DAY, 6),
        ("inactive=5days", 6 * DAY, 6),
        ("inactive=500 inactive=5", 6 * DAY, 6),
        ("inactive=5 inactive=x", 6 * DAY, 6),
        ("inactive=99999", 91 * DAY, None),
        ("inactive=1", -(DAY * 9), None),
        ("", NOW, None),
    ],
)
def test_who_has_stayed_away_for_too_long_is_refused(
    asked: Primitive, options: str, seconds: int, days: int | None
) -> None:
    world = _world(LastLogin(NOW - seconds))
    code = _C.SUCCESS if days is None else _C.AUTH_ERR
    assert _trial(world, options).call(asked) == code
    told = [] if days is None else [f"user alice inactive for {days} days - denied"]
    assert [line for line in _lines(world) if line.startswith("user")] == told


@pytest.mark.parametrize("value", ["", "x", "0", "-5", "100000", "9" * 30, "+", " "])
def test_a_number_of_days_that_is_none_is_logged_and_ninety(value: str) -> None:
    world = _world(LastLogin(NOW - 91 * DAY))
    assert _trial(world, f"[inactive={value}]").authenticate() == _C.AUTH_ERR
    assert _lines(world)[0] == f"bad option value: inactive={value}"


def test_root_is_never_kept_out() -> None:
    world = _world(LastLogin(1), uid=0)
    assert _trial(world, "inactive=1", user="root").authenticate() == _C.SUCCESS


def test_a_record_from_beyond_2038_is_no_old_one() -> None:
    world = _world()
    _files(world).files[LASTLOG] += b"\xff\xff\xff\xff" + bytes(_SIZE - 4)
    assert _trial(world, "inactive=1").authenticate() == _C.SUCCESS


def test_without_a_record_it_has_no_say() -> None:
    world = _world()
    del _files(world).files[LASTLOG]
    policy = "auth required pam_lastlog.so\n"
    assert Trial(policy, pam_lastlog, world=world).authenticate() == _C.PERM_DENIED
    assert _lines(world) == [f"unable to open {LASTLOG}: No such file or directory"]
    assert LASTLOG not in _files(world).files


def test_a_record_that_cannot_be_read_lets_nobody_in() -> None:
    for fault in (
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.EIO, "Input/output error"),
    ):
        world = _world()
        _files(world).faults[LASTLOG] = fault
        trial = _trial(world)
        assert [trial.call(each) for each in _ASKED] == [_C.SERVICE_ERR] * 2
        assert _lines(world) == [f"unable to open {LASTLOG}: {fault.strerror}"] * 2


def test_who_is_unknown_is_not_judged() -> None:
    world = _world()
    trial = _trial(world, "", user="mallory")
    assert trial.authenticate() == _C.USER_UNKNOWN
    assert trial.open_session() == _C.USER_UNKNOWN
    trial = _trial(world, "", user="")
    assert trial.open_session() == _C.USER_UNKNOWN
    trial = _trial(world, "", visible("login:", EOFError()), user=None)
    assert trial.authenticate() == _C.USER_UNKNOWN
    assert _lines(world) == ["user unknown", "user unknown", "cannot determine user name"]


def test_credentials_are_none_of_its_business() -> None:
    assert _trial(_world(), "nonsense").setcred() == _C.SUCCESS


@pytest.mark.parametrize(
    ("defs", "is_asked"),
    [
        ("LASTLOG_UID_MAX 999", False),
        ("LASTLOG_UID_MAX\t0999 ", False),
        ("lastlog_uid_max=0", False),
        ("LASTLOG_UID_MAX 1000", True),
        ("LASTLOG_UID_MAX 999x", True),
        ("LASTLOG_UID_MAX", True),
        ("LASTLOG_UID_MAX -1", True),
        ("LASTLOG_UID_MAX 99999999999", True),
        ("#LASTLOG_UID_MAX 1", True),
        (PermissionError(errno.EACCES, "Permission denied"), True),
    ],
)
def test_users_with_large_numbers_may_be_none_of_its_business(
    defs: str | OSError, is_asked: bool
) -> None:
    world = _world(LastLogin(NOW - 95 * DAY), _failure(-96 * DAY), defs=defs)
    trial = _trial(world, "nodate noterm nohost showfailed")
    assert trial.acct_mgmt() == (_C.AUTH_ERR if is_asked else _C.SUCCESS)
    script = _script() if is_asked else _script(info(_said(1)))
    trial.conversation = script
    assert trial.open_session() == _C.SUCCESS
    assert bool(_wtmp(world)) == is_asked


def test_words_of_the_other_lines_are_logged() -> None:
    world = _world()
    trial = _trial(world, "debug never inactive=7 Silent", info(_WELCOME))
    trial.acct_mgmt()
    trial.open_session()
    trial.close_session()
    odd = [line for line in _lines(world) if line.startswith(("unknown", "bad"))]
    assert odd == [
        *("unknown option: never", "unknown option: Silent"),
        *("unknown option: inactive=7", "unknown option: Silent") * 2,
    ]
