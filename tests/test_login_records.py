"""A transaction that keeps login records: written behind open, ended in front of close."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pamkit
import pamkit.aio
from pamkit.formats import lastlog, wtmpdb
from pamkit.formats.utmp import BTMP, SHORT, UTMP, WTMP, Kind, UtmpRecord, decode
from pamkit.login_records import mark_of
from pamkit.module.call import ModuleCall
from pamkit.records.event import LoginEvent
from pamkit.records.utmp import UtmpRecorder
from pamkit.semantics.lifecycle import Standing
from pamkit.semantics.trace import Run
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, later
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from tests.fronts import answering, settings
from tests.hooks import module

USER, DEAD = Kind.USER_PROCESS, Kind.DEAD_PROCESS


class _Machine:
    """A machine in memory, and what its records held each time a session module was asked."""

    def __init__(self, *paths: str, policy: str = "", **answers: int) -> None:
        files = MemoryLoginFiles()
        for path in paths or (UTMP, WTMP, BTMP, lastlog.LASTLOG):
            files.files[path] = bytearray()
        self.files = files
        self.world = memory_world(users=[account("alice", uid=1000)]).changed(login_files=files)
        self.seen: list[tuple[str, tuple[int, ...]]] = []

        def hook(call: ModuleCall[Any]) -> int:
            name = call.primitive.name.lower()
            if name in ("open_session", "close_session"):
                kinds = tuple(each.kind for each in self.of(UTMP)) if UTMP in files.files else ()
                self.seen.append((name, kinds))
            return answers.get(name, ReturnCode.SUCCESS)

        hooks: Any = {name.removeprefix("pam_sm_"): hook for name in HOOK_NAMES.values()}
        lastlogs = [module(name, **hooks) for name in ("lastlog", "wtmpdb")]
        more = {"policy": policy} if policy else {}
        self.settings = settings(module("x", **hooks), *lastlogs, world=self.world, **more)

    def of(self, path: str) -> tuple[UtmpRecord, ...]:
        return decode(bytes(self.files.files[path]), SHORT)

    def logged(self) -> list[str]:
        log = self.world.log
        assert isinstance(log, MemoryLog)
        return [line for _, line in log.lines]


def _sync(
    machine: _Machine, within: Callable[[Any], object] = lambda _: None, **more: Any
) -> pamkit.Transaction:
    given = {"records": "system", "items": {"tty": "/dev/pts/7", "rhost": "far"}, **more}
    given.setdefault("password", "pw")
    session = pamkit.login("alice", service="test", **machine.settings, **given)
    with session:
        within(session)
    return session.transaction


def _async(
    machine: _Machine, within: Callable[[Any], object] = lambda _: None, **more: Any
) -> pamkit.aio.Transaction:
    async def run() -> pamkit.aio.Transaction:
        given = {"records": "system", "items": {"tty": "/dev/pts/7", "rhost": "far"}, **more}
        given.setdefault("password", "pw")
        session = await pamkit.aio.login("alice", service="test", **machine.settings, **given)
        async with session:
            within(session)
        return session.transaction

    return asyncio.run(run())


Front = Callable[..., Any]
both = pytest.mark.parametrize("front", [_sync, _async])


@both
def test_b19_b20_open_comes_before_the_record_and_close_behind_its_end(front: Front) -> None:
    machine = _Machine()
    inside: list[int] = []
    front(machine, lambda _: inside.extend(each.kind for each in machine.of(UTMP)))
    assert (machine.seen, inside, [each.kind for each in machine.of(WTMP)]) == (
        [("open_session", ()), ("close_session", (DEAD,))],
        [USER],
        [USER, DEAD],
    )


@both
def test_a_record_says_who_came_where_from_and_for_which_process(front: Front) -> None:
    machine = _Machine()
    front(machine, leader=4711)
    come = machine.of(WTMP)[0]
    assert (come.user, come.line, come.host, come.pid, come.seconds) == (
        b"alice",
        b"pts/7",
        b"far",
        4711,
        1_700_000_000,
    )


@both
def test_b19_b20_the_order_with_its_records_is_usual(front: Front) -> None:
    transaction = front(_Machine())
    assert [each.event.kind.name for each in transaction.order] == [
        "AUTHENTICATE",
        "ACCT_MGMT",
        "ESTABLISH",
        "OPEN",
        "LOGIN_RECORD",
        "LOGOUT_RECORD",
        "CLOSE",
        "DELETE",
    ]
    assert {each.standing for each in transaction.order} == {Standing.USUAL}


@both
def test_b17_two_sessions_without_a_terminal_are_told_apart(front: Front) -> None:
    machine = _Machine()
    for leader in (70, 71):
        front(machine, items={}, leader=leader)
    assert [(each.line, each.kind) for each in machine.of(WTMP)] == [
        (b"test:70", USER),
        (b"test:70", DEAD),
        (b"test:71", USER),
        (b"test:71", DEAD),
    ]


@pytest.mark.parametrize("leaders", [(10123, 20123), (1, 1 << 22), (4096, 8192), (64, 4160)])
def test_b17_two_processes_with_numbers_that_end_alike_have_records_of_their_own(
    leaders: tuple[int, int],
) -> None:
    machine = _Machine()
    given: dict[str, Any] = {"service": "test", "records": "system", **machine.settings}
    one, _ = (pamkit.login("alice", "pw", leader=leader, **given) for leader in leaders)
    one.close()
    assert [(each.pid, each.kind) for each in machine.of(UTMP)] == [
        (leaders[0], DEAD),
        (leaders[1], USER),
    ]


def test_the_mark_of_a_session_without_a_terminal_is_no_terminals() -> None:
    marks = {mark_of(number) for number in range(0, 1 << 22, 997)}
    assert len(marks) == len(range(0, 1 << 22, 997))
    assert {len(mark) for mark in marks} == {4}
    assert not any(mark[0].isalnum() or mark[0] in ":/" for mark in marks)


@both
def test_a_login_in_wtmpdb_is_ended_by_its_number(front: Front) -> None:
    machine = _Machine()
    front(machine)
    rows = machine.files.databases[wtmpdb.PATH].execute("SELECT User, Logout FROM wtmp").fetchall()
    assert [(user, ended is not None) for user, ended in rows] == [(b"alice", True)]


@both
def test_a_session_that_is_refused_is_on_no_record(front: Front) -> None:
    machine = _Machine(open_session=ReturnCode.SESSION_ERR)
    with pytest.raises(pamkit.PamError):
        front(machine)
    assert (machine.of(UTMP), machine.of(WTMP)) == ((), ())


@both
def test_who_is_refused_is_on_the_record_of_failures(front: Front) -> None:
    machine = _Machine(authenticate=ReturnCode.AUTH_ERR)
    with pytest.raises(pamkit.PamError):
        front(machine)
    assert [(each.user, each.host) for each in machine.of(BTMP)] == [(b"alice", b"far")]
    assert machine.of(WTMP) == ()


@both
def test_a_login_that_waits_for_its_conversation_is_no_failure(front: Front) -> None:
    async def asks(call: ModuleCall[Any]) -> int:
        await call.authtok(pamkit.Item.AUTHTOK)
        return ReturnCode.SUCCESS

    machine = _Machine()
    machine.settings["modules"]["pam_x"] = module("x", authenticate=asks)
    with pytest.raises(pamkit.Incomplete):
        front(
            machine, password=None, conversation=Script(later(Style.PROMPT_ECHO_OFF, "Password: "))
        )
    assert machine.of(BTMP) == ()


@both
def test_a_record_that_cannot_be_written_keeps_nobody_out_and_is_logged(front: Front) -> None:
    machine = _Machine()
    machine.files.faults[WTMP] = OSError(28, "No space left on device")
    front(machine)
    assert [each.kind for each in machine.of(UTMP)] == [DEAD]
    assert machine.logged() == [f"PAM `{WTMP}` has no record of it: No space left on device"] * 2


@both
def test_records_that_a_machine_does_not_keep_are_no_fault(front: Front) -> None:
    machine = _Machine(WTMP)
    front(machine)
    assert (len(machine.of(WTMP)), machine.logged()) == (2, [])


@both
@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("pam_lastlog.so", {UTMP}),
        ("pam_lastlog.so nowtmp", {UTMP, WTMP}),
        ("pam_lastlog.so noupdate", {UTMP, WTMP, lastlog.LASTLOG}),
        ("pam_wtmpdb.so", {UTMP, WTMP, lastlog.LASTLOG}),
        (f"pam_wtmpdb.so database={wtmpdb.PATH}", {UTMP, WTMP, lastlog.LASTLOG}),
    ],
)
def test_what_a_module_of_the_session_has_written_is_not_written_twice(
    front: Front, line: str, kept: set[str]
) -> None:
    policy = "".join(f"{name} required pam_x.so\n" for name in ("auth", "account"))
    machine = _Machine(policy=f"{policy}session optional {line}\n")
    front(machine)
    written = {path for path, data in machine.files.files.items() if data}
    has_database = wtmpdb.PATH in machine.files.databases
    assert (written, has_database) == (kept, "wtmpdb" not in line)


@both
def test_what_a_module_was_to_write_and_did_not_is_written(front: Front) -> None:
    policy = "".join(f"{name} required pam_x.so\n" for name in ("auth", "account", "session"))
    machine = _Machine(policy=f"{policy}session optional pam_lastlog.so\n")
    broken: Any = dict.fromkeys(("open_session", "close_session"), lambda _: ReturnCode.SESSION_ERR)
    machine.settings["modules"]["pam_lastlog"] = module("lastlog", **broken)
    front(machine)
    assert len(machine.of(WTMP)) == 2


class _Faulty:
    """A recorder of an application's own, with a fault in it, or interrupted."""

    path = "own"

    def __init__(self, fault: BaseException, *, at: int) -> None:
        self._fault, self._at, self.count = fault, at, 0

    def record(self, _: LoginEvent) -> None:
        self.count += 1
        if self.count == self._at:
            raise self._fault


@both
@pytest.mark.parametrize("at", [1, 2])
def test_whatever_a_recorder_raises_the_session_is_closed_and_the_credentials_go(
    front: Front, at: int
) -> None:
    calls: list[str] = []
    machine = _Machine()
    machine.settings["modules"]["pam_x"] = answering(calls)
    recorder = _Faulty(RuntimeError("broken"), at=at)
    with pytest.raises(RuntimeError, match="broken"):
        front(machine, records=[recorder])
    assert (calls[-2:], recorder.count) == (["close_session", "setcred"], at)


@both
@pytest.mark.parametrize("again", [False, True])
def test_a_session_that_was_open_when_it_was_cut_off_is_closed(front: Front, again: bool) -> None:
    calls: list[str] = []
    machine = _Machine()
    machine.settings["modules"]["pam_x"] = answering(calls)

    def breaks(run: Run) -> None:
        if run.primitive is Primitive.OPEN_SESSION:
            raise KeyError("open")
        if again and run.primitive is Primitive.CLOSE_SESSION:
            raise KeyError("close")

    with pytest.raises(KeyError, match="open"):
        front(machine, audit=breaks)
    assert calls[calls.index("open_session") :] == ["open_session", "close_session", "setcred"]


@both
def test_who_was_logged_in_when_a_record_was_cut_off_is_logged_out(front: Front) -> None:
    machine = _Machine()
    utmp = UtmpRecorder(machine.files)
    with pytest.raises(KeyboardInterrupt):
        front(machine, records=[utmp, _Faulty(KeyboardInterrupt(), at=1)])
    assert [each.kind for each in machine.of(UTMP)] == [DEAD]


def test_an_interrupt_while_a_record_is_written_closes_the_session() -> None:
    calls: list[str] = []
    machine = _Machine()
    machine.settings["modules"]["pam_x"] = answering(calls)
    with pytest.raises(KeyboardInterrupt):
        _sync(machine, records=[_Faulty(KeyboardInterrupt(), at=1)])
    assert calls[-2:] == ["close_session", "setcred"]


def test_a_cancelled_task_waits_for_the_record_and_closes_the_session() -> None:
    calls: list[str] = []
    machine = _Machine()
    machine.settings["modules"]["pam_x"] = answering(calls)

    class Slow:
        path = "own"

        def record(self, _: LoginEvent) -> None:
            loop.call_soon_threadsafe(task.cancel)

    async def main() -> None:
        await pamkit.aio.login("alice", "pw", service="test", **machine.settings, records=[Slow()])

    loop = asyncio.new_event_loop()
    task = loop.create_task(main())
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()
    assert calls[-2:] == ["close_session", "setcred"]


def _opened(machine: _Machine, **more: Any) -> Iterator[pamkit.Transaction]:
    transaction = pamkit.Transaction("test", "alice", **machine.settings, **more)
    for verb in (transaction.authenticate, transaction.acct_mgmt, transaction.setcred):
        verb()
    yield transaction


def test_b19_strict_mode_refuses_the_record_of_a_session_that_was_not_opened() -> None:
    machine = _Machine()
    for transaction in _opened(machine, strict=True, records="system"):
        with pytest.raises(pamkit.SessionError, match="opened before the login is recorded"):
            transaction.record_login()
    assert machine.of(UTMP) == ()


def test_b20_strict_mode_refuses_to_close_before_the_end_is_on_record() -> None:
    for transaction in _opened(_Machine(), strict=True, records="system"):
        transaction.open_session()
        transaction.record_login()
        with pytest.raises(pamkit.SessionError, match="closed after the logout was recorded"):
            transaction.close_session()
        transaction.record_logout()
        transaction.close_session()


def test_a_transaction_without_records_writes_none() -> None:
    for transaction in _opened(_Machine()):
        with pytest.raises(TypeError, match="`records`"):
            transaction.record_login()


def test_a_word_for_records_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="expected `system` or recorders"):
        pamkit.Transaction("test", **_Machine().settings, records="sytsem")


def test_after_the_end_nothing_is_recorded() -> None:
    machine = _Machine()
    for transaction in _opened(machine, records="system"):
        transaction.end()
        with pytest.raises(pamkit.PamError, match="has ended"):
            transaction.record_login()
    assert machine.of(UTMP) == ()


def test_a_session_of_another_process_is_ended_on_record_before_it_is_closed() -> None:
    machine = _Machine()
    session = pamkit.login(
        "alice",
        "pw",
        service="test",
        items={"tty": "/dev/tty3"},
        records="system",
        **machine.settings,
    )
    ticket = session.transaction.export()
    other = pamkit.Transaction.resume(ticket, records="system", **machine.settings)
    other.session().close()
    assert machine.seen == [("open_session", ()), ("close_session", (DEAD,))]
    assert [each.standing for each in other.order] == [Standing.USUAL] * 3


@both
def test_a_process_of_its_own_has_the_users_groups_while_the_session_lasts(front: Front) -> None:
    machine = _Machine()
    process = machine.world.process
    assert isinstance(process, StandInProcess)
    process.set_groups((5, 6))
    inside: list[tuple[int, ...]] = []
    front(machine, lambda _: inside.append(process.groups()), own_process=True)
    assert (inside, process.groups()) == ([(1000,)], (5, 6))


@both
def test_groups_that_the_user_does_not_have_come_back_with_the_end(front: Front) -> None:
    machine = _Machine()
    process = machine.world.process
    process.set_groups((5, 1000))
    front(machine, own_process=True)
    assert process.groups() == (5, 1000)


def test_of_two_that_would_end_a_session_on_record_one_does(tmp_path: Path) -> None:
    machine = _Machine()
    more: dict[str, Any] = {"sessions": str(tmp_path / "s.sqlite"), "records": "system"}
    session = pamkit.login("alice", "pw", service="test", **machine.settings, **more)
    name = session.transaction.session_id
    both = [pamkit.Transaction.resume(name, **machine.settings, **more) for _ in range(2)]
    both[0].record_logout()
    with pytest.raises(pamkit.SessionError, match="another process closes the session"):
        both[1].record_logout()
    both[0].session().close()
    assert [each.kind for each in machine.of(WTMP)] == [USER, DEAD]
    assert [seen for seen, _ in machine.seen] == ["open_session", "close_session"]


def test_b19_b20_without_a_terminal_the_openers_login_is_ended(tmp_path: Path) -> None:
    machine = _Machine()
    more: dict[str, Any] = {"sessions": str(tmp_path / "s.sqlite"), "records": "system"}
    with subprocess.Popen(["sleep", "60"]) as leader:
        try:
            opened = pamkit.login(
                "alice", "pw", service="test", leader=leader.pid, **machine.settings, **more
            )
            name = opened.transaction.session_id
            with pamkit.Transaction.resume(name, **machine.settings, **more) as other:
                other.session().close()
        finally:
            leader.kill()
    assert [(each.pid, each.kind) for each in machine.of(UTMP)] == [(leader.pid, DEAD)]


def test_a_session_that_was_taken_over_is_closed_once() -> None:
    machine = _Machine()
    session = pamkit.login("alice", "pw", service="test", **machine.settings)
    other = pamkit.Transaction.resume(session.transaction.export(), **machine.settings)
    other.session().close()
    other.session().close()
    assert [name for name, _ in machine.seen] == ["open_session", "close_session"]


@both
def test_groups_that_a_module_adds_are_those_of_the_users_process(front: Front) -> None:
    machine = _Machine()
    process = machine.world.process

    def gives(_: ModuleCall[Any]) -> int:
        process.set_groups((*process.groups(), 29))
        return ReturnCode.SUCCESS

    hooks: Any = dict.fromkeys(
        ("authenticate", "acct_mgmt", "open_session", "close_session"),
        lambda _: ReturnCode.SUCCESS,
    )
    machine.settings["modules"]["pam_x"] = module("x", setcred=gives, **hooks)
    found: list[Any] = []
    front(machine, lambda session: found.append(session.process))
    assert [(each.uid, each.gid, each.groups) for each in found] == [(1000, 1000, (29,))]


def test_groups_that_came_while_others_were_opened_are_nobodys() -> None:
    """A process has one set of groups: whose they are that came meanwhile, nobody can say."""
    machine = _Machine()
    process = machine.world.process

    async def gives(call: ModuleCall[Any]) -> int:
        if call.item(Item.USER) == "alice":
            process.set_groups((*process.groups(), 29))
        await call.say(Style.TEXT_INFO, "Welcome.")
        return ReturnCode.SUCCESS

    hooks: Any = dict.fromkeys(
        ("authenticate", "acct_mgmt", "open_session", "close_session"),
        lambda _: ReturnCode.SUCCESS,
    )
    machine.settings["modules"]["pam_x"] = module("x", setcred=gives, **hooks)
    machine.settings["world"] = memory_world(
        users=[account("alice", uid=1000), account("bob", uid=1001)]
    ).changed(process=process)
    both_are_there = asyncio.Barrier(2)

    async def waits(messages: Any) -> list[None]:
        await both_are_there.wait()
        return [None for _ in messages]

    async def groups(user: str) -> tuple[int, ...]:
        given = {**machine.settings, "conversation": waits}
        session = await pamkit.aio.login(user, "pw", service="test", **given)
        return session.process.groups

    async def run() -> tuple[tuple[int, ...], ...]:
        return tuple(await asyncio.gather(groups("bob"), groups("alice")))

    assert asyncio.run(run()) == ((), ())


def test_what_another_thread_was_opening_is_nothing_to_a_child() -> None:
    machine = _Machine()
    process = machine.world.process

    def forks(call: ModuleCall[Any]) -> int:
        if call.item(Item.USER) != "alice":
            process.set_groups((*process.groups(), 29))
        elif (child := os.fork()) == 0:
            try:
                session = pamkit.login("bob", "pw", service="test", **machine.settings)
                os._exit(sum(session.process.groups))
            finally:
                os._exit(1)
        else:
            seen.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        return ReturnCode.SUCCESS

    seen: list[int] = []
    hooks: Any = dict.fromkeys(
        ("authenticate", "acct_mgmt", "open_session", "close_session"),
        lambda _: ReturnCode.SUCCESS,
    )
    machine.settings["modules"]["pam_x"] = module("x", setcred=forks, **hooks)
    machine.settings["world"] = memory_world(
        users=[account("alice", uid=1000), account("bob", uid=1001)]
    ).changed(process=process)
    session = pamkit.login("alice", "pw", service="test", **machine.settings)
    assert seen == [29]
    assert session.user == "alice"


@both
def test_a_session_that_was_never_opened_to_its_end_takes_nobodys_groups(front: Front) -> None:
    waiting = _Machine()

    async def waits(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_OFF, "Key: ")
        return ReturnCode.SUCCESS

    hooks: Any = dict.fromkeys(
        ("authenticate", "acct_mgmt", "setcred", "close_session"), lambda _: ReturnCode.SUCCESS
    )
    waiting.settings["modules"]["pam_x"] = module("x", open_session=waits, **hooks)
    with Script(later(Style.PROMPT_ECHO_OFF, "Key: ")) as script, pytest.raises(pamkit.Incomplete):
        front(waiting, password=None, conversation=script)
    test_groups_that_a_module_adds_are_those_of_the_users_process(front)
