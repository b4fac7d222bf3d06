"""Audit records: which ones, in what words, and what becomes of a call whose record is lost."""

import errno
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pamkit.doors.audit import (
    CRED_ACQ,
    CRED_DISP,
    CRED_REFR,
    USER_ACCT,
    USER_AUTH,
    USER_CHAUTHTOK,
    USER_END,
    USER_ERR,
    USER_START,
    AuditTrail,
    grantor_names,
)
from pamkit.modules import pam_debug
from pamkit.stores.audit_record import AuditRecord
from pamkit.stores.log import CallingLog
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.doors.audit_trace import watch
from tests.stores.built_c import build, load

ROOT = Path(__file__).resolve().parents[2]
UPDATE = int(Flag.UPDATE_AUTHTOK)


class Kernel:
    """Takes records and answers what it is told to."""

    def __init__(self, answer: int = 0, *, open_error: int = 0) -> None:
        self.answer, self.open_error = answer, open_error
        self.records: list[AuditRecord] = []
        self.lines: list[str] = []

    def send(self, record: AuditRecord) -> int:
        if self.open_error:
            raise OSError(self.open_error, "as the test wants it")
        self.records.append(record)
        return -self.answer

    def trail(self, **texts: str) -> AuditTrail:
        items = {Item[name.upper()]: text for name, text in texts.items()}
        log = CallingLog(lambda _, text: self.lines.append(text))
        return AuditTrail(self.send, items, log)


@pytest.mark.parametrize(
    ("primitive", "flags", "kind", "words"),
    [
        (Primitive.AUTHENTICATE, 0, USER_AUTH, "authentication"),
        (Primitive.ACCT_MGMT, 0, USER_ACCT, "accounting"),
        (Primitive.OPEN_SESSION, 0, USER_START, "session_open"),
        (Primitive.CLOSE_SESSION, 0, USER_END, "session_close"),
        (Primitive.CHAUTHTOK, UPDATE, USER_CHAUTHTOK, "chauthtok"),
        (Primitive.SETCRED, Flag.ESTABLISH_CRED, CRED_ACQ, "setcred"),
        (Primitive.SETCRED, Flag.ESTABLISH_CRED | Flag.DELETE_CRED, CRED_ACQ, "setcred"),
        (Primitive.SETCRED, Flag.REINITIALIZE_CRED, CRED_REFR, "setcred"),
        (Primitive.SETCRED, Flag.REFRESH_CRED | Flag.DELETE_CRED, CRED_REFR, "setcred"),
        (Primitive.SETCRED, Flag.DELETE_CRED, CRED_DISP, "setcred"),
        (Primitive.SETCRED, Flag.SILENT, USER_ERR, "setcred"),
    ],
)
def test_each_call_has_its_kind_of_record(
    primitive: Primitive, flags: int, kind: int, words: str
) -> None:
    kernel = Kernel()
    trail = kernel.trail(user="alice", rhost="far", tty="tty1")
    assert trail.after_call(primitive, flags, ReturnCode.AUTH_ERR) == ReturnCode.AUTH_ERR
    assert kernel.records == [
        AuditRecord(kind, f"PAM:{words} grantors=?", "alice", "far", "tty1", success=False)
    ]


def test_who_said_yes_is_named_and_nobody_else() -> None:
    kernel = Kernel()
    trail = kernel.trail(user="alice")
    policy = (
        "auth optional pam_debug.so auth=auth_err\n"
        "auth required pam_debug.so\n"
        "auth sufficient pam_debug.so\n"
        "auth required pam_debug.so\n"
    )
    trial = Trial(policy, pam_debug)
    trial.conversation = lambda messages: [None] * len(messages)
    assert trial.authenticate() == ReturnCode.SUCCESS
    assert trail.after_run(trial.core.runs[0]) == ReturnCode.SUCCESS
    assert [(r.op, r.success) for r in kernel.records] == [
        ("PAM:authentication grantors=pam_debug,pam_debug", True)
    ]


@pytest.mark.parametrize(
    ("code", "user", "expected"),
    [
        (ReturnCode.SUCCESS, "alice", "alice"),
        (ReturnCode.AUTH_ERR, "alice", "alice"),
        (ReturnCode.AUTH_ERR, "", ""),
        (ReturnCode.AUTH_ERR, None, "?"),
        (ReturnCode.USER_UNKNOWN, "secret typed as a name", "?"),
    ],
)
def test_an_unknown_user_has_no_name(code: int, user: str | None, expected: str) -> None:
    kernel = Kernel()
    trail = kernel.trail() if user is None else kernel.trail(user=user)
    trail.after_call(Primitive.AUTHENTICATE, 0, code)
    assert [record.user for record in kernel.records] == [expected]


@pytest.mark.parametrize(
    ("flags", "code", "count"),
    [
        (Flag.PRELIM_CHECK, ReturnCode.SUCCESS, 0),
        (Flag.PRELIM_CHECK, ReturnCode.TRY_AGAIN, 1),
        (Flag.UPDATE_AUTHTOK, ReturnCode.SUCCESS, 1),
        (Flag.UPDATE_AUTHTOK, ReturnCode.AUTHTOK_ERR, 1),
    ],
)
def test_only_a_preliminary_check_that_succeeds_has_no_record(
    flags: int, code: int, count: int
) -> None:
    kernel = Kernel()
    assert kernel.trail(user="a").after_call(Primitive.CHAUTHTOK, flags, code) == code
    assert len(kernel.records) == count


def test_a_transaction_without_records_ends_with_one() -> None:
    kernel = Kernel()
    kernel.trail(user="nobody's", tty="ssh").at_end()
    assert kernel.records == [
        AuditRecord(USER_ERR, "PAM:bad_ident grantors=?", "?", None, "ssh", success=False)
    ]
    trail = kernel.trail()
    trail.after_call(Primitive.ACCT_MGMT, 0, 0)
    trail.at_end()
    assert len(kernel.records) == 2


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT])
def test_a_kernel_without_audit_holds_nobody_up(code: int) -> None:
    kernel = Kernel(open_error=code)
    trail = kernel.trail()
    assert trail.after_call(Primitive.AUTHENTICATE, 0, 0) == ReturnCode.SUCCESS
    assert trail.message(1127, "m", ReturnCode.AUTH_ERR) == ReturnCode.AUTH_ERR
    trail.at_end()
    assert kernel.lines == []


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EACCES, errno.EPERM])
def test_an_audit_that_cannot_be_reached_refuses(code: int) -> None:
    kernel = Kernel(open_error=code)
    trail = kernel.trail()
    assert trail.after_call(Primitive.AUTHENTICATE, 0, 0) == ReturnCode.SYSTEM_ERR
    assert trail.message(1127, "m", 0) == ReturnCode.SYSTEM_ERR
    assert kernel.lines == [f"PAM audit_open() failed: {os.strerror(code)}"] * 2


@pytest.mark.parametrize("code", [0, errno.EPERM])
def test_who_may_not_write_records_is_not_held_up(code: int) -> None:
    kernel = Kernel(code)
    trail = kernel.trail()
    assert trail.after_call(Primitive.AUTHENTICATE, 0, 0) == ReturnCode.SUCCESS
    assert trail.message(1127, "m", ReturnCode.AUTH_ERR) == ReturnCode.SUCCESS
    assert kernel.lines == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EAGAIN, errno.ENOBUFS, errno.EACCES])
def test_a_record_that_is_lost_refuses_and_is_told_of_once(code: int) -> None:
    kernel = Kernel(code)
    trail = kernel.trail()
    assert trail.after_call(Primitive.AUTHENTICATE, 0, 0) == ReturnCode.SYSTEM_ERR
    assert trail.after_call(Primitive.ACCT_MGMT, 0, 0) == ReturnCode.SYSTEM_ERR
    trail.at_end()
    assert len(kernel.records) == 2
    assert kernel.lines == [f"PAM audit_log_acct_message() failed: {os.strerror(code)}"]


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("pam_unix.so", "pam_unix"),
        ("/lib/x/pam_unix.so", "pam_unix"),
        ("pam_unix", "pam_unix"),
        ("pam_a.b.so", "pam_a.b"),
        ("/lib.d/pam_a", "pam_a"),
    ],
)
def test_a_grantor_has_no_directory_and_no_ending(module: str, expected: str) -> None:
    chain = Trial(f"auth required {module}\n").core.chains
    links = [link for facility in chain.values() for link in facility if link.module == module]
    assert grantor_names([*links, *links]) == f"{expected},{expected}"


# --- byte for byte as the system's libpam with its libaudit -------------------------------------

YES = "auth required pam_debug.so\n"
ALL = "".join(f"{word} required pam_debug.so\n" for word in ("auth", "account", "session"))
CALLS = [
    ("authenticate", 0),
    ("setcred", 2),
    ("acct_mgmt", 0),
    ("open_session", 0),
    ("close_session", 0),
    ("setcred", 4),
    ("setcred", 8),
    ("setcred", 16),
    ("setcred", 0),
]
ONE = [("authenticate", 0)]
PASSWORD = "password required pam_debug.so"


def _scene(
    policy: str = YES,
    calls: list[tuple[str, int]] = ONE,
    user: str | None = "alice",
    open_error: int = 0,
    answers: str = "0",
    **items: str,
) -> dict[str, Any]:
    named = {name.upper(): value for name, value in items.items()}
    return {
        "policy": policy,
        "calls": calls,
        "user": user,
        "items": named,
        "open": open_error,
        "answers": answers,
    }


SCENES = {
    "all calls": _scene(ALL, CALLS),
    "all refused": _scene("", CALLS),
    "three say yes": _scene(YES * 3),
    "sufficient": _scene("auth sufficient pam_debug.so\n" + YES),
    "optional no": _scene("auth optional pam_debug.so auth=perm_denied\n" + YES),
    "no": _scene("auth required pam_debug.so auth=auth_err\n" + YES),
    "jump": _scene("auth [success=1 default=ignore] pam_debug.so\n" + YES * 2),
    "unknown": _scene("auth required pam_debug.so auth=user_unknown\n"),
    "missing": _scene("auth required pam_there_is_none.so\n" + YES),
    "incomplete": _scene("auth required pam_debug.so auth=incomplete\n"),
    "nothing": _scene(ALL, []),
    "change": _scene(PASSWORD, [("chauthtok", 0)]),
    "no change": _scene(f"{PASSWORD} prechauthtok=try_again", [("chauthtok", 0)]),
    "change fails": _scene(f"{PASSWORD} chauthtok=authtok_err", [("chauthtok", 0)]),
    "nobody": _scene("auth required pam_debug.so auth=success\n", [("acct_mgmt", 0)], None),
    "name with space": _scene(user="a b"),
    "name with quote": _scene(user='a"b'),
    "name with control": _scene(user="a\x01b\x7f"),
    "name with delete": _scene(user="a\x7fb"),
    "name in utf-8": _scene(user="jürgen"),
    "name in latin-1": _scene(user="j\udcfcrgen"),
    "empty name": _scene(user=""),
    "long name": _scene(user="abcdefghij" * 20),
    "long name with space": _scene(user="abcdefghi " * 20),
    "cut before the space": _scene(user="x" * 32 + " "),
    "address": _scene(rhost="127.0.0.1"),
    "address of six": _scene(rhost="::1"),
    "host": _scene(rhost="localhost"),
    "no host": _scene(rhost="no host res=success"),
    "empty host": _scene(rhost="", tty="pts/7"),
    "long host": _scene(rhost="1" * 9000),
    "host that just fits": _scene(
        YES, [call for size in range(8600, 8900, 3) for call in (("rhost", size), *ONE)], tty="t"
    ),
    "terminal": _scene(tty="/dev/tty1"),
    "terminal pts": _scene(tty="pts/3"),
    "terminal tty": _scene(tty="tty9"),
    "terminal dev pts": _scene(tty="/dev/pts/3"),
    "no terminal": _scene(tty=""),
    "ssh": _scene(tty="ssh", rhost="127.0.0.2"),
    "no audit": _scene(ALL, CALLS, open_error=errno.EPROTONOSUPPORT),
    "no audit either": _scene(ALL, CALLS, open_error=errno.EAFNOSUPPORT),
    "no audit at all": _scene(ALL, CALLS, open_error=errno.EINVAL),
    "open fails": _scene(ALL, CALLS, open_error=errno.EMFILE),
    "open denied": _scene(ALL, [*CALLS, ("write", 0)], open_error=errno.EPERM),
    "may not": _scene(ALL, [*CALLS, ("write", 7)], answers="-1"),
    "nobody listens": _scene(ALL, CALLS, answers="-111"),
    "no memory": _scene(ALL, [*CALLS, ("write", 0)], answers="-12"),
    "old kernel": _scene(ALL, CALLS, answers="-22 0"),
    "odd kernel": _scene(ALL, CALLS, answers="-22 -22"),
    "old kernel, full": _scene(ALL, CALLS, answers="-22 -105"),
    "lock": _scene(YES, [*ONE, ("lock", 0)]),
    "lock from far": _scene(YES, [("lock", 0)], rhost="127.0.0.1", tty="ssh"),
    "lock on a terminal": _scene(YES, [("lock", 0)], rhost="", tty="tty1"),
    "lock that is lost": _scene(YES, [("lock", 0)], answers="-105"),
    "message": _scene(YES, [("write", 0), ("write", 7), ("write", 10)]),
}


class Stage:
    """Plays all scenes once with each player."""

    def __init__(self, directory: Path, built: Path) -> None:
        self._directory = directory
        self._built = built
        self.interposer = directory / "interposer.so"
        made, source = str(self.interposer), str(Path(__file__).with_name("audit_interposer.c"))
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", made, source, "-ldl"],
            check=True,
        )
        master, slave = pty.openpty()
        try:
            self.stock = self._play("stock", slave)
            self.ours = self._play(str(self._built), slave)
        finally:
            os.close(master)
            os.close(slave)

    def _play(self, player: str, terminal: int) -> dict[str, Any]:
        directory = self._directory / Path(player).name
        home = directory.with_suffix(".play")
        home.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "tests.doors.audit_player", player, str(home)],
            input=json.dumps(list(SCENES.values())),
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            check=True,
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "LD_PRELOAD": str(self.interposer),
                "PYTHONPATH": str(ROOT / "src"),
            },
        )
        return dict(zip(SCENES, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("audit"), build(tmp_path_factory.getbasetemp()))


stock_needed = pytest.mark.needs("libpam", "libaudit", "pam_debug", "cc", "python-headers")


def _legible(played: Any) -> Any:
    codes, records = played
    return codes, [(*head, bytes.fromhex(text)) for *head, text in records]


@stock_needed
@pytest.mark.parametrize("name", SCENES)
def test_records_and_codes_are_those_of_the_system(stage: Stage, name: str) -> None:
    assert _legible(stage.stock[name]) == _legible(stage.ours[name])


@stock_needed
def test_the_scenes_bring_records_of_every_kind(stage: Stage) -> None:
    kinds = {int(record[0]) for _, records in stage.stock.values() for record in records}
    assert kinds == {1005, 1127, 2207, *range(1100, 1111)} - {1102, 1107}
    texts = [bytes.fromhex(r[-1]) for _, records in stage.stock.values() for r in records]
    assert {len(text) for text in texts} >= {8952}  # the longest that fits is among them
    for part in (b"terminal=pts/", b"acct=612062 ", b"res=success\0", b"addr=127.0.0.1 ", b"=::1 "):
        assert any(part in text for text in texts), part


def _without_terminal(texts: list[bytes]) -> list[bytes]:
    """Leave out what depends on where the player runs, and the filling behind the text."""
    here = rb"hostname=\S+ addr=\? terminal=pts/\d+ "
    texts = [re.sub(here, b"hostname=? addr=? terminal=? ", text) for text in texts]
    return [re.sub(rb"terminal=pts/\d+ ", b"terminal=? ", text).rstrip(b"\0") for text in texts]


@stock_needed
@pytest.mark.needs("strace", "audit", "root")
def test_what_is_seen_from_outside_is_what_was_caught_inside(stage: Stage) -> None:
    undisturbed = {
        name: scene
        for name, scene in SCENES.items()
        if scene["open"] == 0 and scene["answers"] == "0"
    }
    codes, seen = watch(list(undisturbed.values()))
    assert codes == [stage.stock[name][0] for name in undisturbed]
    caught = [_legible(stage.stock[name])[1] for name in undisturbed]
    expected = [record[-1] for records in caught for record in records]
    assert len(expected) > 100
    assert _without_terminal(seen) == _without_terminal(expected)
    refused, nothing = watch([SCENES["all calls"]], socket_error="EMFILE")
    assert (refused, nothing) == ([[ReturnCode.SYSTEM_ERR] * len(CALLS)], [])


@pytest.mark.needs("cc", "python-headers", "audit")
def test_this_kernel_takes_a_record(tmp_path_factory: pytest.TempPathFactory) -> None:
    c = load(build(tmp_path_factory.getbasetemp()))
    before = len(os.listdir("/proc/self/fd"))
    # A user may lack the right to write records, and a container any audit at all.
    assert c.audit(USER_ERR, b"PAM:test grantors=?", b"?", None, b"ssh", False) in (
        0,
        -errno.EPERM,
    )
    assert len(os.listdir("/proc/self/fd")) == before


AVC = """
import ctypes, os, sys
from pathlib import Path
from tests.stores.built_c import load
said = b"avc:  denied  { rootok } for  scontext=a:b:c tcontext=a:b:c tclass=passwd permissive=0"
os.environ["AUDIT_RECORDS"] = "stock"
libaudit = ctypes.CDLL("libaudit.so.1")
channel = libaudit.audit_open()
for tty in (None, b"pts/3"):
    libaudit.audit_log_user_avc_message(channel, 1107, said, None, None, tty, 0)
libaudit.audit_close(channel)
os.environ["AUDIT_RECORDS"] = "ours"
for tty in (None, b"pts/3"):
    load(Path(sys.argv[1])).audit(1107, said, None, None, tty, False)
"""


@stock_needed
def test_what_selinux_says_is_recorded_as_libaudit_records_it(
    tmp_path: Path, stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    built = build(tmp_path_factory.getbasetemp())
    master, slave = pty.openpty()
    try:
        for terminal in (slave, subprocess.DEVNULL):
            subprocess.run(
                [sys.executable, "-c", AVC, str(built)],
                check=True,
                cwd=tmp_path,
                stdin=terminal,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={
                    "LD_PRELOAD": str(stage.interposer),
                    "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
                },
            )
    finally:
        os.close(master)
        os.close(slave)
    stock, ours = ((tmp_path / name).read_text().splitlines() for name in ("stock", "ours"))
    assert b"permissive=0 exe=" in bytes.fromhex(stock[0].split()[-1])
    assert len(stock) == 4
    assert stock == ours
