"""pam_systemd: a session at the login manager, and nothing that a bus says is believed blindly."""

from __future__ import annotations

import struct

import pytest

from pamkit.formats.auxiliary_vector import PATH as AUXILIARY
from pamkit.formats.dbus_message import ERROR, RETURN
from pamkit.logind.bus import LONG_PATIENCE, PATIENCE, SOCKET
from pamkit.logind.manager import SYSTEMD
from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_systemd
from pamkit.testing.accounts import account
from pamkit.testing.clock import StoppedClock
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from tests.formats.dbus_answers import HELLO, answer, refusal
from tests.modules.login_manager import (
    SESSION,
    LoginManager,
    changed,
    created,
    refused,
    released,
    sockets_of,
)

_C = ReturnCode
_RUNTIME = "/run/user/1000"
_BUSY = "org.freedesktop.login1.SessionBusy"


class Machine:
    """A machine with a login manager, and a transaction on it."""

    def __init__(
        self,
        words: str = "",
        *,
        manager: LoginManager | OSError | None = None,
        user: str | None = "alice",
        service: str = "login",
        items: dict[Item, str] | None = None,
        environment: dict[str, str] | None = None,
        variables: dict[str, str] | None = None,
        is_secure: bool = False,
        is_booted: bool = True,
        conversation: Script | None = None,
    ) -> None:
        process = StandInProcess()
        self.world: World = memory_world(
            users=[account("alice"), account("odd", 0xFFFFFFFF)],
            process=process,
            files={SYSTEMD.mark: b""} if is_booted else {},
        )
        for name, value in (variables or {}).items():
            process.set_variable(name, value)
        self.files = self.world.files
        assert isinstance(self.files, MemoryFiles)
        self.files.files[AUXILIARY] = struct.pack("@4N", 23, is_secure, 0, 0)
        self.files.statuses[_RUNTIME] = FileStatus("directory", 0o700, 1000, 1000)
        self.sockets = sockets_of(self.world)
        self.manager = LoginManager()
        if isinstance(manager, OSError):
            self.sockets.waiting[SOCKET] = manager
        else:
            self.manager = (manager or self.manager).on(self.world)
        self.outside = StandInOutside()
        self.trial = self.transaction(words, user, service, items, conversation)
        for name, value in (environment or {}).items():
            self.trial.handle.putenv(f"{name}={value}")

    def transaction(
        self,
        words: str = "",
        user: str | None = "alice",
        service: str = "login",
        items: dict[Item, str] | None = None,
        conversation: Script | None = None,
    ) -> Trial:
        return Trial(
            f"session required pam_systemd.so {words}\n",
            pam_systemd,
            world=self.world,
            user=user,
            service=service,
            items=items,
            outside=self.outside,
            conversation=conversation,
        )

    @property
    def env(self) -> dict[str, str]:
        return dict(self.trial.handle.env)

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        return [text.partition("): ")[2] for text in self.world.log.texts]

    def asked(self) -> tuple[object, ...]:
        """Return what was asked of the first session, without its limits."""
        return tuple(self.manager.asked[0][:-1])


def test_a_session_is_made_and_its_variables_are_set() -> None:
    machine = Machine()
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.env == {
        "XDG_SESSION_ID": "c1",
        "XDG_RUNTIME_DIR": _RUNTIME,
        "XDG_SESSION_TYPE": "unspecified",
        "XDG_SESSION_CLASS": "background",
    }
    assert machine.asked() == (
        *(1000, 0, "login", "unspecified", "background", "", "", 0),
        *("", "", False, "", ""),
    )
    assert machine.lines == []


def test_the_descriptor_is_kept_until_a_closed_session_has_ended() -> None:
    machine = Machine(manager=LoginManager(created(), released()))
    machine.trial.open_session()
    assert machine.sockets.gone == []
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.manager.asked[1:] == [("c1",)]
    assert machine.sockets.gone == []  # the manager would kill what is left of the session
    machine.trial.end()
    assert machine.sockets.gone == [7]
    assert not any(socket.is_open for socket in machine.sockets.opened)


def test_a_session_that_nobody_closed_lasts_as_long_as_its_process() -> None:
    machine = Machine()
    machine.trial.open_session()
    machine.trial.end()
    assert machine.sockets.gone == []


def test_another_process_closes_the_session_by_its_name() -> None:
    machine = Machine(manager=LoginManager(released()))
    machine.trial.handle.putenv("XDG_SESSION_ID=c1")
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.manager.asked == [("c1",)]


@pytest.mark.parametrize(
    "manager",
    [
        LoginManager(refused(_BUSY, "already in a session")),
        LoginManager(refused("org.example.No", "no")),
        LoginManager(changed(is_old=True), released()),
    ],
)
def test_a_session_of_another_is_not_released(manager: LoginManager) -> None:
    machine = Machine(manager=manager, environment={"XDG_SESSION_ID": "c99"})
    machine.trial.open_session()
    machine.trial.close_session()
    assert len(manager.asked) == 1


def test_what_became_of_the_variable_does_not_choose_which_session_ends() -> None:
    machine = Machine(manager=LoginManager(created(), released()))
    machine.trial.open_session()
    machine.trial.handle.putenv("XDG_SESSION_ID=c99")
    machine.trial.close_session()
    machine.trial.close_session()
    assert machine.manager.asked[1:] == [("c1",)]


def test_a_machine_that_is_not_booted_with_systemd_needs_no_session() -> None:
    machine = Machine(is_booted=False)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.manager.asked == []
    assert machine.env == {}


def test_systemd_itself_gets_only_the_runtime_directory() -> None:
    machine = Machine(service="systemd-user")
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.manager.asked == []
    assert machine.env == {"XDG_RUNTIME_DIR": _RUNTIME}


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (FileStatus("directory", uid=0), "Runtime directory '{}' is not owned by UID 1000, as it"
         " should."),
        (FileStatus("link", uid=1000), "Runtime directory '{}' is not actually a directory."),
        (None, "Failed to stat() runtime directory '{}': "),
    ],
)  # fmt: skip
def test_a_runtime_directory_that_is_not_the_users_is_not_set(
    status: FileStatus | None, line: str
) -> None:
    machine = Machine()
    assert isinstance(machine.files, MemoryFiles)
    del machine.files.statuses[_RUNTIME]
    if status is not None:
        machine.files.statuses[_RUNTIME] = status
    assert machine.trial.open_session() == _C.SUCCESS
    assert "XDG_RUNTIME_DIR" not in machine.env
    assert machine.lines[0].startswith(line.format(_RUNTIME))
    assert machine.lines[1] == "Not setting $XDG_RUNTIME_DIR, as the directory is not in order."


def test_a_runtime_directory_without_a_root_is_none() -> None:
    machine = Machine(manager=LoginManager(changed(runtime="run/user/1000")))
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines[0] == "Provided runtime directory 'run/user/1000' is not absolute."


def test_the_directory_of_another_users_session_is_not_set() -> None:
    machine = Machine(manager=LoginManager(changed(owner=1001)))
    assert machine.trial.open_session() == _C.SUCCESS
    assert "XDG_RUNTIME_DIR" not in machine.env
    assert machine.lines == []


@pytest.mark.parametrize(("kind", "is_set"), [("socket", True), ("link", False)])
def test_the_bus_of_the_user_is_set_if_it_is_there_and_no_link(kind: str, is_set: bool) -> None:
    machine = Machine()
    assert isinstance(machine.files, MemoryFiles)
    machine.files.statuses[f"{_RUNTIME}/bus"] = FileStatus(kind, uid=1000)
    machine.trial.open_session()
    expected = f"unix:path={_RUNTIME}/bus" if is_set else None
    assert machine.env.get("DBUS_SESSION_BUS_ADDRESS") == expected


@pytest.mark.parametrize(
    ("items", "environment", "words", "expected"),
    [
        # type, class, desktop, seat, terminal, tty, display, remote, host
        ({Item.TTY: "/dev/pts/1"}, {}, "", ("tty", "user", "", "", 0, "pts/1", "")),
        ({Item.TTY: ":0"}, {}, "", ("x11", "user", "", "", 0, "", ":0")),
        (
            {Item.TTY: ":0", Item.XDISPLAY: ":1"},
            {},
            "",
            ("x11", "user", "", "", 0, "", ":1"),
        ),
        ({Item.TTY: "cron"}, {}, "class=user", ("unspecified", "background", "", "", 0, "", "")),
        ({Item.TTY: "ssh"}, {}, "type=x11", ("tty", "user", "", "", 0, "", "")),
        ({}, {}, "class=greeter type=mir desktop=KDE", ("mir", "greeter", "KDE", "", 0, "", "")),
        (
            {},
            {
                "XDG_SESSION_TYPE": "wayland",
                "XDG_SESSION_CLASS": "user",
                "XDG_SESSION_DESKTOP": "GNOME",
                "XDG_SEAT": "seat0",
                "XDG_VTNR": "0x7",
            },
            "class=greeter type=mir desktop=KDE",
            ("wayland", "user", "GNOME", "seat0", 7, "", ""),
        ),
        (
            {},
            {"XDG_SEAT": "seat1", "XDG_VTNR": "7"},
            "",
            ("unspecified", "background", "", "seat1", 0, "", ""),
        ),
        ({}, {"XDG_VTNR": "-7"}, "", ("unspecified", "background", "", "", 0, "", "")),
        ({}, {"XDG_VTNR": "4294967296"}, "", ("unspecified", "background", "", "", 0, "", "")),
        ({}, {"XDG_VTNR": "017"}, "", ("unspecified", "background", "", "", 15, "", "")),
    ],
)
def test_what_the_login_manager_is_told(
    items: dict[Item, str], environment: dict[str, str], words: str, expected: tuple[object, ...]
) -> None:
    machine = Machine(words, items=items, environment=environment)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.asked()[3:10] == expected


@pytest.mark.parametrize(
    ("host", "is_remote"),
    [
        ("far.example.org", True),
        ("127.0.0.1", True),
        ("localhost", False),
        ("LocalHost.", False),
        ("x.localhost.localdomain", False),
        ("notlocalhost", True),
        ("", False),
    ],
)
def test_a_host_is_remote_unless_it_says_that_it_is_this_one(host: str, is_remote: bool) -> None:
    machine = Machine(items={Item.RHOST: host, Item.RUSER: "bob"})
    machine.trial.open_session()
    assert machine.asked()[10:] == (is_remote, "bob", host)


def test_variables_of_the_program_count_where_those_of_pam_do_not_say() -> None:
    machine = Machine(
        variables={"XDG_SEAT": "seat0", "XDG_VTNR": "3"}, environment={"XDG_VTNR": "4"}
    )
    machine.trial.open_session()
    assert machine.asked()[6:8] == ("seat0", 4)


@pytest.mark.parametrize("told", [True, None])
def test_a_program_with_more_rights_than_its_caller_believes_no_variable(told: bool | None) -> None:
    """CVE-2019-3842: who calls su or sudo could choose the seat of the session."""
    machine = Machine(variables={"XDG_SEAT": "seat0", "XDG_VTNR": "1"}, is_secure=True)
    assert isinstance(machine.files, MemoryFiles)
    if told is None:
        machine.files.files[AUXILIARY] = PermissionError(13, "Permission denied")
    machine.trial.open_session()
    assert machine.asked()[6:8] == ("", 0)


def _stat(tty: int) -> bytes:
    return b"77 (X) (org) S 1 77 77 %d -1 4194304" % tty


@pytest.mark.parametrize(
    ("seat", "device", "expected"),
    [
        ("", 4 << 8 | 7, ("seat0", 7)),
        ("seat0", 4 << 8 | 7, ("seat0", 7)),
        ("seat1", 4 << 8 | 7, ("seat1", 0)),
        ("", 136 << 8 | 7, ("", 0)),
        ("", 4 << 8 | 64, ("", 0)),
        ("", 0, ("", 0)),
    ],
)
def test_the_terminal_is_that_of_the_displays_server(
    seat: str, device: int, expected: tuple[str, int]
) -> None:
    machine = Machine(items={Item.XDISPLAY: ":12.0"}, environment={"XDG_SEAT": seat})
    assert isinstance(machine.files, MemoryFiles)
    place = "/tmp/.X11-unix/X12"  # where X servers listen, by definition
    machine.sockets.waiting[f"@{place}"] = ConnectionRefusedError(111, "Connection refused")
    machine.sockets.waiting[place] = lambda _: []
    machine.sockets.processes[place] = 77
    machine.files.files["/proc/77/stat"] = _stat(device)
    machine.trial.open_session()
    assert machine.asked()[6:8] == expected
    assert not any(socket.is_open for socket in machine.sockets.opened)


@pytest.mark.parametrize("display", ["", ":", "x:0", ":x", ":0", ":٣"])
def test_a_display_without_a_server_has_no_terminal(display: str) -> None:
    machine = Machine(items={Item.XDISPLAY: display})
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.asked()[6:8] == ("", 0)


def test_who_is_in_a_session_already_stays_in_it() -> None:
    machine = Machine("debug", manager=LoginManager(refused(_BUSY, "Already running")))
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.env == {}
    assert machine.lines[-1] == "Not creating session: Already running"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (refused("org.example.No", "no such thing"), "no such thing"),
        (refused("org.example.No"), "Input/output error"),
        (refused("org.freedesktop.DBus.Error.AccessDenied", "a long story"), "Access denied"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (b"", "Connection reset by peer"),
        (b"\0" * 64, "Bad message"),
        (created(descriptors=2), "Bad message"),
    ],
)
def test_a_login_manager_that_makes_no_session_is_session_err(
    said: bytes | OSError, line: str
) -> None:
    machine = Machine(manager=LoginManager(said))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == [f"Failed to create session: {line}"]
    assert machine.env == {}
    expected = [] if isinstance(said, OSError) else [7]
    assert machine.sockets.gone == expected
    assert not any(socket.is_open for socket in machine.sockets.opened)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer(RETURN, 2, "", ()), "No such device or address"),
        (created("c1", signature="s"), "No such device or address"),
        (changed(name=""), "Bad message"),
        (changed(name="../../etc"), "Bad message"),
        (changed(name="c1\nLD_PRELOAD=x"), "Bad message"),
        (changed(name="c" * 256), "Bad message"),
        (changed(seat="seat0/.."), "Bad message"),
        (changed(place=1), "Bad message"),
        (created(*SESSION, descriptors=0), "Bad message"),
    ],
)
def test_a_session_that_cannot_be_is_none(said: bytes, reason: str) -> None:
    machine = Machine(manager=LoginManager(said))
    assert machine.trial.open_session() == _C.SERVICE_ERR
    assert machine.lines == [f"Failed to parse bus message: {reason}"]
    assert machine.env == {}
    assert machine.sockets.gone == [7]


@pytest.mark.parametrize(
    "before",
    [b"REJECTED EXTERNAL\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", HELLO + b"\0" * 20],
)
def test_what_is_no_bus_is_not_asked(before: bytes) -> None:
    machine = Machine(manager=LoginManager(None, before=before))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["Failed to create session: Bad message"]


def test_a_bus_that_does_not_want_us_is_session_err() -> None:
    full = HELLO + refusal(1, "org.freedesktop.DBus.Error.LimitsExceeded", "too many")
    machine = Machine(manager=LoginManager(None, before=full))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["Failed to create session: too many"]


def test_a_login_manager_that_says_nothing_is_not_waited_for_without_end() -> None:
    machine = Machine(manager=LoginManager(None, None))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["Failed to create session: Connection timed out"]
    # It is the driver that waits: an application with an event loop goes on meanwhile.
    assert LONG_PATIENCE <= sum(machine.outside.slept) < LONG_PATIENCE + 1
    assert max(machine.outside.slept) <= 0.05
    machine.trial.handle.putenv("XDG_SESSION_ID=c1")
    before = sum(machine.outside.slept)
    other = machine.transaction()
    other.handle.putenv("XDG_SESSION_ID=c1")
    assert other.close_session() == _C.SESSION_ERR
    assert machine.lines[1:] == ["Failed to release session: Connection timed out"]
    assert PATIENCE <= sum(machine.outside.slept) - before < PATIENCE + 1


@pytest.mark.parametrize(("step", "sleeps"), [(0.5, 240), (1e9, 120), (-60.0, 2405)])
def test_the_time_is_over_when_the_clock_says_so_but_not_because_it_was_set(
    step: float, sleeps: int
) -> None:
    machine = Machine(manager=LoginManager(None))
    assert isinstance(machine.world.clock, StoppedClock)
    clock: StoppedClock = machine.world.clock

    class Slow(StandInOutside):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            clock.time += step

    machine.trial.outside = Slow()
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert len(machine.trial.outside.slept) == sleeps


def _among_strangers(machine: Machine, *theirs: tuple[bytes, tuple[int, ...]]) -> None:
    """Any user may send signals to whoever waits for an answer on the system's bus."""
    honest = machine.sockets.waiting[SOCKET]
    assert not isinstance(honest, OSError)

    def speaks(sent: bytes) -> list[tuple[bytes, tuple[int, ...]] | OSError]:
        said = honest(sent)
        return [*said[:1], *theirs, *said[1:]] if said else []

    machine.sockets.waiting[SOCKET] = speaks


def test_signals_of_strangers_keep_nobody_from_a_session() -> None:
    machine = Machine()
    long, short = (answer(4, 0, "s", ("x" * size,)) for size in (60000, 1))
    _among_strangers(machine, *[(long, ())] * 30, *[(short, ())] * 5000)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.env["XDG_SESSION_ID"] == "c1"
    assert sum(machine.outside.slept) < 1


def test_descriptors_of_strangers_are_closed_at_once() -> None:
    machine = Machine()
    theirs = answer(4, 0, "h", (0,), descriptors=2)
    _among_strangers(machine, (theirs, (20, 21)), (theirs, (22, 23)))
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.sockets.gone == [20, 21, 22, 23]


def test_a_bus_that_chatters_without_end_is_left_when_the_time_is_over() -> None:
    machine = Machine(manager=LoginManager(None))
    assert isinstance(machine.world.clock, StoppedClock)
    clock: StoppedClock = machine.world.clock

    class Slow(StandInOutside):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            clock.time += 1

    machine.trial.outside = Slow()
    _among_strangers(machine, *[(answer(4, 0, "s", ("x",)), ())] * 20000)
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines == ["Failed to create session: Connection timed out"]
    assert len(machine.trial.outside.slept) == LONG_PATIENCE


def test_a_bus_with_a_full_queue_is_tried_again() -> None:
    machine = Machine(manager=LoginManager())
    waiting = machine.sockets.waiting[SOCKET]
    machine.sockets.waiting[SOCKET] = BlockingIOError(11, "Resource temporarily unavailable")

    class Later(StandInOutside):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            machine.sockets.waiting[SOCKET] = waiting

    machine.trial.outside = Later()
    assert machine.trial.open_session() == _C.SUCCESS


def test_a_machine_without_a_bus_is_service_err() -> None:
    fault = FileNotFoundError(2, "No such file or directory")
    machine = Machine(manager=fault, environment={"XDG_SESSION_ID": "c1"})
    assert machine.transaction().open_session() == _C.SERVICE_ERR
    assert machine.trial.close_session() == _C.SERVICE_ERR
    line = "Failed to connect to system bus: No such file or directory"
    assert machine.lines == [line, line]


def test_a_release_that_is_refused_is_session_err() -> None:
    machine = Machine(manager=LoginManager(created(), refused("org.example.No", "no")))
    machine.trial.open_session()
    assert machine.trial.close_session() == _C.SESSION_ERR
    assert machine.lines == ["Failed to release session: no"]
    machine.trial.end()
    assert machine.sockets.gone == []


def test_a_text_that_no_message_can_hold_is_service_err() -> None:
    machine = Machine(items={Item.RUSER: "\udcff"})
    assert machine.trial.open_session() == _C.SERVICE_ERR
    assert machine.lines == ["Failed to create bus message: Invalid argument"]


@pytest.mark.parametrize(
    ("user", "code", "line"),
    [
        ("nosuchuser", _C.USER_UNKNOWN, "Failed to get user record: No such process"),
        ("", _C.SERVICE_ERR, "User name not valid."),
        ("odd", _C.SERVICE_ERR, "Acquired user record does not have a UID."),
        (None, _C.CONV_ERR, "Failed to get user name: Conversation error"),
    ],
)
def test_a_user_who_cannot_have_a_session_has_none(
    user: str | None, code: ReturnCode, line: str
) -> None:
    machine = Machine(user=user)
    assert machine.trial.open_session() == code
    assert machine.lines[0] == line
    assert machine.manager.asked == []


def test_the_user_is_asked_for_if_none_is_known() -> None:
    with Script(visible("login:", "alice")) as script:
        machine = Machine(user=None, conversation=script)
        assert machine.trial.open_session() == _C.SUCCESS
    assert machine.asked()[0] == 1000


def test_debug_says_what_is_asked_and_answered() -> None:
    machine = Machine("debug=yes", manager=LoginManager(changed(seat="seat0", terminal=2)))
    machine.trial.open_session()
    assert machine.env["XDG_SEAT"] == "seat0"
    assert machine.env["XDG_VTNR"] == "2"
    pid = machine.world.process.number()
    assert machine.lines == [
        "pam-systemd initializing",
        f"Asking logind to create session: uid=1000 pid={pid} service=login type=unspecified"
        " class=background desktop= seat= vtnr=0 tty= display= remote=no remote_user= remote_host=",
        "Session limits: memory_max=n/a tasks_max=n/a cpu_weight=n/a io_weight=n/a"
        " runtime_max_sec=n/a",
        "Reply from logind: id=c1 object_path=/org/freedesktop/login1/session/c1"
        " runtime_path=/run/user/1000 session_fd=7 seat=seat0 vtnr=2 original_uid=1000",
    ]


def test_words_that_are_odd_are_said() -> None:
    machine = Machine("debug=maybe area=x default-capability-ambient-set=cap_wake_alarm")
    machine.trial.open_session()
    assert machine.lines == [
        "Failed to parse debug= argument, ignoring: maybe",
        "Unknown parameter 'area=x', ignoring",
        "Unknown parameter 'default-capability-ambient-set=cap_wake_alarm', ignoring",
    ]


def test_an_error_is_an_error_though_it_looks_like_a_session() -> None:
    said = answer(ERROR, 2, "soshusub", SESSION, error="org.example.No", descriptors=1)
    machine = Machine(manager=LoginManager(said))
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.sockets.gone == [7]
