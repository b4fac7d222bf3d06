"""Sessions on record: opened here, found and closed elsewhere, closed once; B14 to B18, B23."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pamkit
import pamkit.aio
from pamkit.module.call import ModuleCall
from pamkit.stores.session_registry import SessionRegistry
from pamkit.stores.session_steps import SessionEntry
from pamkit.testing.script import Script, hidden, later
from pamkit.vocab.codes import ReturnCode
from tests.conftest import ROOT
from tests.fronts import answering, settings
from tests.hooks import module

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def sessions(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "sessions.sqlite")


def _login(sessions: str, *, line: str = "tty7", **more: Any) -> pamkit.Transaction:
    modules = more.pop("modules", None) or [answering(**more.pop("answers", {}))]
    transaction = pamkit.Transaction(
        "test",
        "alice",
        items={"tty": f"/dev/{line}", "rhost": "far"},
        sessions=sessions,
        **settings(*modules, **more),
    )
    transaction.authenticate()
    transaction.acct_mgmt()
    transaction.setcred()
    return transaction


def _open(sessions: str, **more: Any) -> str:
    """Open a session, and forget the handle; return the id."""
    transaction = _login(sessions, **more)
    transaction.open_session()
    name = transaction.session_id
    assert name is not None
    return name


def _entry(sessions: str, name: str) -> SessionEntry:
    with SessionRegistry(sessions) as registry:
        entry = registry.find(name)
    assert entry is not None
    return entry


def _resumed(sessions: str, which: str | None = None, **more: Any) -> pamkit.Transaction:
    closer = more.pop("closer", None) or answering()
    user, line = more.pop("user", None), more.pop("line", None)
    given = settings(closer, **more)
    return pamkit.Transaction.resume(which, user=user, line=line, sessions=sessions, **given)


def _code(call: Any) -> int:
    with pytest.raises(pamkit.PamError) as refused:
        call()
    return int(refused.value.code)


def test_an_open_session_is_on_record_with_whose_it_is(sessions: str) -> None:
    entry = _entry(sessions, _open(sessions))
    assert (entry.state, entry.service, entry.user, entry.line, entry.host, entry.leader) == (
        "open",
        "test",
        "alice",
        "tty7",
        "far",
        os.getpid(),
    )


def test_it_is_on_record_before_the_first_module_hears_of_it(sessions: str) -> None:
    states: list[str] = []

    def look(call: ModuleCall[Any]) -> int:
        with SessionRegistry(sessions) as registry:
            states.extend(entry.state for entry in registry.sessions())
        return ReturnCode.SUCCESS

    hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred"), lambda _: ReturnCode.SUCCESS)
    looking = module("x", open_session=look, close_session=look, **hooks)
    transaction = _login(sessions, modules=[looking])
    transaction.open_session()
    transaction.close_session()
    assert states == ["opening", "closing"]


def test_b16_b18_user_and_line_are_enough_to_close(sessions: str) -> None:
    name, other = _open(sessions), _open(sessions, line="tty8")
    with _resumed(sessions, user="alice", line="/dev/tty7") as pam:
        names = [pam.session_id]
        pam.close_session()
        names.append(pam.session_id)
    assert names == [name, None]
    assert [_entry(sessions, each).state for each in (name, other)] == ["closed", "open"]


def test_b17_two_sessions_that_look_alike_are_not_mixed_up(sessions: str) -> None:
    first = _open(sessions)
    _open(sessions)
    assert _code(lambda: _resumed(sessions, user="alice", line="tty7")) == ReturnCode.SESSION_ERR
    with _resumed(sessions, first) as pam:
        pam.close_session()
    assert _entry(sessions, first).state == "closed"
    with _resumed(sessions, user="alice", line="tty7") as pam:
        assert pam.session_id != first


def test_a_session_is_closed_once(sessions: str) -> None:
    calls: list[str] = []
    name = _open(sessions)
    one, two = (_resumed(sessions, name, closer=answering(calls)) for _ in range(2))
    one.close_session()
    assert _code(two.close_session) == ReturnCode.SESSION_ERR
    assert calls == ["close_session"]
    assert _code(lambda: _resumed(sessions, name)) == ReturnCode.SESSION_ERR


def test_b23_a_session_that_is_not_on_record_is_a_session_error(sessions: str) -> None:
    _open(sessions)
    named: tuple[dict[str, str], ...] = ({"which": "0" * 32}, {"user": "bob", "line": "tty7"})
    for each in named:
        assert _code(partial(_resumed, sessions, **each)) == ReturnCode.SESSION_ERR


def test_b23_without_a_registry_that_can_be_used_nothing_is_opened(tmp_path: Path) -> None:
    calls: list[str] = []
    odd = tmp_path / "sessions.sqlite"
    odd.write_bytes(b"something else")
    assert _code(lambda: _login(str(odd), modules=[answering(calls)])) == ReturnCode.SESSION_ERR
    assert calls == []


def test_a_registry_that_breaks_down_refuses_before_modules_are_asked(sessions: str) -> None:
    calls: list[str] = []
    transaction = _login(sessions, modules=[answering(calls)])
    assert transaction._registry is not None
    transaction._registry._database.execute("DROP TABLE sessions")
    assert _code(transaction.open_session) == ReturnCode.SESSION_ERR
    assert "open_session" not in calls


def test_a_session_that_modules_refuse_leaves_no_record(sessions: str) -> None:
    transaction = _login(sessions, answers={"open_session": ReturnCode.SESSION_ERR})
    assert _code(transaction.open_session) == ReturnCode.SESSION_ERR
    assert transaction.session_id is None
    with SessionRegistry(sessions) as registry:
        assert registry.sessions() == ()


def test_a_session_that_cannot_be_closed_stays_open_on_record(sessions: str) -> None:
    name = _open(sessions)
    pam = _resumed(sessions, name, closer=answering(close_session=ReturnCode.SYSTEM_ERR))
    assert _code(pam.close_session) != ReturnCode.SUCCESS
    assert _entry(sessions, name).state == "open"


def test_one_handle_opens_one_session_at_a_time(sessions: str) -> None:
    transaction = _login(sessions)
    transaction.open_session()
    assert _code(transaction.open_session) == ReturnCode.SESSION_ERR
    transaction.close_session()
    transaction.open_session()


def test_a_module_that_waits_is_on_record_once(sessions: str) -> None:
    async def ask(call: ModuleCall[Any]) -> int:
        await call.ask(pamkit.Style.PROMPT_ECHO_OFF, "Key: ")
        return ReturnCode.SUCCESS

    hooks = dict.fromkeys(
        ("authenticate", "acct_mgmt", "setcred", "close_session"), lambda _: ReturnCode.SUCCESS
    )
    transaction = _login(sessions, modules=[module("x", open_session=ask, **hooks)])
    with Script(later(pamkit.Style.PROMPT_ECHO_OFF, "Key: "), hidden("Key: ", "x")) as script:
        transaction.items["conv"] = script
        with pytest.raises(pamkit.Incomplete):
            transaction.open_session()
        transaction.open_session()
    with SessionRegistry(sessions) as registry:
        assert [entry.state for entry in registry.sessions()] == ["open"]


def test_what_is_cut_off_leaves_no_record(sessions: str) -> None:
    def interrupted(_: ModuleCall[Any]) -> int:
        raise KeyboardInterrupt

    hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred"), lambda _: ReturnCode.SUCCESS)
    transaction = _login(sessions, modules=[module("x", open_session=interrupted, **hooks)])
    with pytest.raises(KeyboardInterrupt):
        transaction.open_session()
    with SessionRegistry(sessions) as registry:
        assert registry.sessions() == ()


def test_login_keeps_its_session_on_record_and_takes_it_off(sessions: str) -> None:
    with pamkit.login(
        "alice", service="test", sessions=sessions, **settings(answering())
    ) as session:
        name = session.transaction.session_id
        assert name is not None
        assert _entry(sessions, name).state == "open"
    assert _entry(sessions, name).state == "closed"


_OPENER = """
import pamkit
pam = pamkit.Transaction("app", "alice", items={"tty": "tty7"}, confdir=CONFDIR, sessions=SESSIONS,
                         log=lambda *_: None, leader=LEADER)
pam.authenticate(); pam.acct_mgmt(); pam.setcred(); pam.open_session()
"""
_CLOSER = """
import pamkit
with pamkit.Transaction.resume(user="alice", line="tty7", sessions=SESSIONS, confdir=CONFDIR,
                               log=lambda *_: None) as pam:
    pam.close_session()
    print(pam.service, [step.link.module for run in pam.trace for step in run.steps])
"""


def test_b15_login_opens_and_exits_and_another_process_closes(
    tmp_path: Path, sessions: str
) -> None:
    (tmp_path / "app").write_text(
        "auth required pam_permit.so\naccount required pam_permit.so\n"
        "session sufficient pam_permit.so\nsession required pam_deny.so\n"
    )

    def run(program: str) -> str:
        names = {"CONFDIR": str(tmp_path), "SESSIONS": sessions, "LEADER": os.getpid()}
        head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        text = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{head}{program}"
        command = [sys.executable, "-I", "-c", text]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(_OPENER)
    assert run(_CLOSER) == "app ['pam_permit.so']\n"
    with SessionRegistry(sessions) as registry:
        assert registry.sessions() == ()


def _said_by_child(act: Callable[[], str]) -> str:
    """Return what a forked child says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, act().encode())
        finally:
            os._exit(0)  # the child is no second run of the tests
    os.close(writer)
    with open(reader, encoding="ascii") as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def test_a_child_that_opens_is_the_one_its_session_is_for(sessions: str) -> None:
    transaction = _login(sessions)
    registry = transaction._registry
    assert registry is not None
    parents = registry._database

    def act() -> str:
        transaction.open_session()
        entry = registry.sessions()[0]
        transaction.close_session()
        mine = registry._database is not parents
        return f"{mine} {entry.leader == os.getpid()} {len(registry.sessions())}"

    assert _said_by_child(act) == "True True 0"
    assert registry._database is parents


@pytest.mark.parametrize("item", ["user", "rhost"])
def test_a_name_that_is_no_text_is_a_session_error(sessions: str, item: str) -> None:
    transaction = _login(sessions)
    transaction.items[item] = "al\udcff"
    assert _code(transaction.open_session) == ReturnCode.SESSION_ERR
    assert _code(lambda: _resumed(sessions, "\udcff")) == ReturnCode.SESSION_ERR


def test_a_call_that_waits_when_the_handle_ends_leaves_no_record(sessions: str) -> None:
    hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred"), lambda _: ReturnCode.SUCCESS)
    waiting = module("x", open_session=lambda _: ReturnCode.INCOMPLETE, **hooks)
    transaction = _login(sessions, modules=[waiting])
    with pytest.raises(pamkit.PamError):
        transaction.open_session()
    transaction.end()
    with SessionRegistry(sessions) as registry:
        assert registry.sessions() == ()


def test_an_id_of_another_users_session_is_refused(sessions: str) -> None:
    name = _open(sessions)
    assert _code(lambda: _resumed(sessions, name, user="bob")) == ReturnCode.SESSION_ERR
    with _resumed(sessions, name, user="alice") as pam:
        assert pam.session_id == name


def test_a_ticket_is_not_taken_for_a_session_on_record(sessions: str) -> None:
    transaction = _login(sessions)
    transaction.open_session()
    with pytest.raises(TypeError, match="a ticket is not on record"):
        pamkit.Transaction.resume(transaction.export(), sessions=sessions, **settings(answering()))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("user", "bob", "user: the record is about `bob`, its ticket about `alice`"),
        ("service", "su", "service: the record is about `su`, its ticket about `test`"),
        ("ticket", "{}", "expected a ticket of version"),
        ("ticket", "", "expected a ticket in JSON"),
    ],
)
def test_a_row_that_was_altered_is_refused_with_words(
    sessions: str, column: str, value: str, said: str
) -> None:
    calls: list[str] = []
    name = _open(sessions)
    with SessionRegistry(sessions) as registry:
        registry._database.execute(f"UPDATE sessions SET {column} = ?", (value,))  # noqa: S608  # ours
    with pytest.raises(pamkit.PamError, match=said) as refused:
        _resumed(sessions, name, closer=answering(calls))
    assert refused.value.code == ReturnCode.SESSION_ERR
    assert calls == []


def test_a_module_that_finds_out_who_it_is_changes_whose_record_it_is(sessions: str) -> None:
    def rename(call: ModuleCall[Any]) -> int:
        call.set_item(pamkit.Item.USER, "bob")
        return ReturnCode.SUCCESS

    hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred"), lambda _: ReturnCode.SUCCESS)
    name = _open(sessions, modules=[module("x", open_session=rename, **hooks)])
    assert _entry(sessions, name).user == "bob"
    with _resumed(sessions, user="bob", line="tty7") as pam:
        pam.close_session()
    assert _entry(sessions, name).state == "closed"


def _close_afresh(sessions: str, calls: list[str], *, line: str = "tty7", **answers: int) -> None:
    """Close on a handle that opened nothing, under a policy of its own, as a C program does."""
    closer = answering(calls, **answers)
    items = {"tty": f"/dev/{line}"}
    given = settings(closer, policy={"init": "session required pam_x.so\n"})
    with pamkit.Transaction("init", "alice", items=items, sessions=sessions, **given) as pam:
        pam.close_session()


def test_b14_b16_whoever_closes_with_user_and_line_takes_the_session_off_the_record(
    sessions: str,
) -> None:
    calls: list[str] = []
    name, other = _open(sessions), _open(sessions, line="tty8")
    refusing = partial(_close_afresh, sessions, [], close_session=ReturnCode.SYSTEM_ERR)
    assert _code(refusing) != ReturnCode.SUCCESS
    assert _entry(sessions, name).state == "open"
    _close_afresh(sessions, calls)
    assert calls == ["close_session"]
    assert [_entry(sessions, each).state for each in (name, other)] == ["closed", "open"]
    _close_afresh(sessions, calls, line="tty9")  # no such session is on record
    assert len(calls) == 2


def test_a_handle_that_had_a_session_of_its_own_takes_no_other_off(sessions: str) -> None:
    first = _open(sessions)
    inner = _login(sessions)  # the same user, on the same line
    inner.open_session()
    for _ in range(2):
        inner.close_session()
    assert _entry(sessions, first).state == "open"


def test_a_session_that_fell_off_the_record_is_not_taken_for_another(sessions: str) -> None:
    first = _open(sessions)

    def lose(_: ModuleCall[Any]) -> int:
        with SessionRegistry(sessions) as registry:
            (mine,) = [each for each in registry.sessions() if each.state == "opening"]
            registry.failed(mine.id)
        return ReturnCode.SUCCESS

    hooks = dict.fromkeys(
        ("authenticate", "acct_mgmt", "setcred", "close_session"), lambda _: ReturnCode.SUCCESS
    )
    inner = _login(sessions, modules=[module("x", open_session=lose, **hooks)])
    assert _code(inner.open_session) == ReturnCode.SESSION_ERR
    inner.close_session()
    assert _entry(sessions, first).state == "open"


def test_b17_of_two_that_look_alike_none_is_taken_off(sessions: str) -> None:
    names = [_open(sessions), _open(sessions)]
    _close_afresh(sessions, [])
    assert [_entry(sessions, each).state for each in names] == ["open", "open"]
