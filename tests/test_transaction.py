"""The synchronous front: refusal raises, sessions unwind, one call at a time."""

import contextlib
import gc
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

import pamkit
from pamkit.engine.handle import Handle
from pamkit.module.call import ModuleCall
from pamkit.module.facts import LOCKS_ACCOUNT
from pamkit.testing.log import MemoryLog
from pamkit.testing.script import Line, Script, hidden, later, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import BY_CODE
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret
from tests.fronts import ALL, answering, settings
from tests.hooks import module

_C = ReturnCode


def start(*modules: Any, user: str | None = "alice", **more: Any) -> pamkit.Transaction:
    return pamkit.Transaction("test", user, **settings(*modules, **more))


def test_a_call_that_returns_has_succeeded_and_left_a_trace() -> None:
    with start(answering()) as transaction:
        transaction.authenticate()
        transaction.acct_mgmt()
        transaction.setcred(pamkit.Flag.ESTABLISH_CRED)
        transaction.open_session()
        transaction.close_session()
        transaction.chauthtok()
    runs = transaction.trace
    assert [run.primitive for run in runs] == [
        Primitive.AUTHENTICATE,
        Primitive.ACCT_MGMT,
        Primitive.SETCRED,
        Primitive.OPEN_SESSION,
        Primitive.CLOSE_SESSION,
        Primitive.CHAUTHTOK,
        Primitive.CHAUTHTOK,
    ]
    assert {run.code for run in runs} == {_C.SUCCESS}


@pytest.mark.parametrize("code", [c for c in ReturnCode if c not in (_C.SUCCESS, _C.INCOMPLETE)])
def test_every_other_code_raises_its_own_exception(code: ReturnCode) -> None:
    policy = "auth [default=ok] pam_x.so\n"
    with start(answering(authenticate=code), policy=policy) as transaction:
        with pytest.raises(pamkit.PamError) as refused:
            transaction.authenticate()
        assert refused.value.code == code
        assert isinstance(refused.value, BY_CODE.get(code, pamkit.PamError))
        assert refused.value.trace == transaction.trace
        assert str(refused.value)


def test_a_code_nobody_knows_is_refused_and_survives_in_the_trace() -> None:
    with start(answering(authenticate=99)) as transaction:
        with pytest.raises(pamkit.Denied) as refused:
            transaction.authenticate()
        assert [(run.steps[0].answer, run.code) for run in refused.value.trace] == [
            (99, _C.PERM_DENIED)
        ]


def test_a_module_that_locks_accounts_says_that_the_account_is_locked() -> None:
    locking = module("x", LOCKS_ACCOUNT, authenticate=lambda call: _C.AUTH_ERR)
    with start(locking) as transaction, pytest.raises(pamkit.AccountLocked) as refused:
        transaction.authenticate()
    assert refused.value.code == _C.AUTH_ERR


def test_a_service_without_a_policy_cannot_start() -> None:
    with pytest.raises(pamkit.PolicyError) as refused:
        pamkit.Transaction("nowhere", **settings(answering()))
    assert refused.value.code == _C.ABORT
    assert refused.value.findings


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "../x", "a\0b"])
def test_a_service_name_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(pamkit.PolicyError):
        pamkit.Transaction(name, **settings(answering()))


def test_a_user_name_with_a_nul_is_refused() -> None:
    with pytest.raises(pamkit.PamError) as refused:
        start(answering(), user="root\0x")
    assert refused.value.code == _C.BAD_ITEM


@pytest.mark.parametrize("wrong", [{"dialect": "linus"}, {"quirks": ["libpan"]}])
def test_settings_that_do_not_exist_are_programming_errors(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"did you mean `(linux|libpam)`"):
        start(answering(), **wrong)


def test_items_are_reached_by_name_and_tokens_are_not() -> None:
    with start(answering(), items={"rhost": "h", Item.TTY: b"tty\xff"}) as transaction:
        items = transaction.items
        assert (items["PAM_RHOST"], items[Item.TTY]) == ("h", "tty\udcff")
        assert {Item.SERVICE, Item.USER, Item.TTY, Item.RHOST} == set(items)
        assert "rhost" in items
        assert len(items) == 4
        del items["rhost"]
        assert items["rhost"] is None
        assert "rhost=" not in repr(items).lower()
        for forbidden in ("authtok", "oldauthtok", "nothing", 77):
            with pytest.raises(pamkit.PamError) as refused:
                items[forbidden]
            assert refused.value.code == _C.BAD_ITEM
            with pytest.raises(pamkit.PamError):
                items[forbidden] = "x"


def test_the_environment_is_a_mapping() -> None:
    with start(answering()) as transaction:
        env = transaction.env
        env["A"], env["B"] = "1", ""
        assert dict(env) == {"A": "1", "B": ""}
        assert (list(env), len(env), "A" in env, env.get("C")) == (["A", "B"], 2, True, None)
        del env["A"]
        with pytest.raises(KeyError):
            env["A"]
        for name, value in (("", "x"), ("A=B", "x"), ("A", "x\0y")):
            with pytest.raises(pamkit.PamError):
                env[name] = value
        env["TICKET"] = "hunter2"
        assert "hunter2" not in repr(env)


def test_a_session_is_opened_and_undone_in_order_even_if_the_body_raises() -> None:
    calls: list[str] = []
    with start(answering(calls)) as transaction:
        with pytest.raises(RuntimeError), transaction.session():
            raise RuntimeError
    assert calls == ["setcred", "open_session", "close_session", "setcred"]


def test_an_error_of_closing_does_not_hide_one_of_the_body() -> None:
    with start(answering(close_session=_C.SESSION_ERR)) as transaction:
        with pytest.raises(RuntimeError) as raised, transaction.session():
            raise RuntimeError
        assert "closing the session failed as well" in raised.value.__notes__[0]
        with pytest.raises(pamkit.SessionError), transaction.session():
            pass


def test_a_session_that_cannot_open_has_no_body() -> None:
    calls: list[str] = []
    with start(answering(calls, open_session=_C.SESSION_ERR)) as transaction:
        with pytest.raises(pamkit.SessionError), transaction.session():
            pytest.fail("the body ran")
    assert calls == ["setcred", "open_session", "setcred"]


def test_login_checks_the_account_and_closing_ends_all() -> None:
    calls: list[str] = []
    with pamkit.login("alice", service="test", **settings(answering(calls))) as session:
        assert session.transaction.user == "alice"
    assert calls == [
        "authenticate",
        "acct_mgmt",
        "setcred",
        "open_session",
        "close_session",
        "setcred",
    ]
    with pytest.raises(pamkit.PamError, match="has ended"):
        session.transaction.authenticate()
    session.close()


@pytest.mark.parametrize("where", ["authenticate", "acct_mgmt", "setcred", "open_session"])
def test_login_leaves_nothing_open_when_it_is_refused(where: str) -> None:
    ended: list[int] = []

    def hook(call: ModuleCall[Any]) -> int:
        call.set_data("x", 1, lambda data, status: ended.append(status))
        return _C.PERM_DENIED if call.primitive.name.lower() == where else _C.SUCCESS

    hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred", "open_session"), hook)
    with pytest.raises(pamkit.Denied):
        pamkit.login("alice", service="test", **settings(module("x", **hooks)))
    assert ended[-1] == _C.PERM_DENIED


def test_check_opens_nothing() -> None:
    calls: list[str] = []
    pamkit.check("alice", "pw", service="test", **settings(answering(calls)))
    assert calls == ["authenticate", "acct_mgmt"]
    with pytest.raises(pamkit.AccountExpired):
        pamkit.check(
            "alice", "pw", service="test", **settings(answering(acct_mgmt=_C.ACCT_EXPIRED))
        )


def test_a_password_given_to_login_answers_its_prompt_and_is_gone_afterwards() -> None:
    kept: list[Any] = []

    async def hook(call: ModuleCall[Any]) -> int:
        assert (await call.authtok(Item.AUTHTOK)).expose() == b"pw"
        return _C.SUCCESS

    def yes(call: ModuleCall[Any]) -> int:
        return _C.SUCCESS

    asks_twice = module("x", authenticate=hook, acct_mgmt=hook)
    with pytest.raises(pamkit.PamError):
        pamkit.check("alice", "pw", service="test", **settings(asks_twice))
    rest = dict.fromkeys(("acct_mgmt", "setcred", "open_session", "close_session"), yes)
    given = settings(module("x", authenticate=hook, **rest))
    with pamkit.login("alice", "pw", service="test", **given) as session:
        kept.append(session.transaction.items["CONV"])
    assert repr(kept[0]) == "<Answers: none>"


def test_a_password_with_a_nul_is_refused_before_anybody_is_asked() -> None:
    calls: list[str] = []
    with pytest.raises(pamkit.PamError, match="NUL") as refused:
        pamkit.check("alice", "a\0b", service="test", **settings(answering(calls)))
    assert (refused.value.code, calls) == (_C.BAD_ITEM, [])


def asking(style: Style = Style.PROMPT_ECHO_OFF, text: str = "Password: ") -> Any:
    async def hook(call: ModuleCall[Any]) -> int:
        answer = await call.ask(style, text)
        return _C.SUCCESS if answer is not None else _C.AUTH_ERR

    return module("x", authenticate=hook, setcred=lambda call: 0)


def test_a_conversation_without_an_answer_yet_keeps_the_transaction() -> None:
    script = Script(later(Style.PROMPT_ECHO_OFF, "Password: "), hidden("Password: ", "pw"))
    with start(asking(), conversation=script) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.authenticate()
        with pytest.raises(pamkit.PamError, match="call it again first") as refused:
            transaction.setcred()
        assert refused.value.code == _C.ABORT
        transaction.authenticate()
    script.assert_used_up()


def test_a_kept_transaction_that_ends_runs_the_hooks_own_cleanup() -> None:
    cleaned: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.ask(Style.PROMPT_ECHO_ON, "?")
        finally:
            cleaned.append("finally")
        return _C.SUCCESS

    script = Script(later(Style.PROMPT_ECHO_ON, "?"))
    with start(module("x", authenticate=hook), conversation=script) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.authenticate()
        assert cleaned == []
    assert cleaned == ["finally"]


def test_what_a_conversation_had_in_its_hands_is_gone_while_it_is_waited_for() -> None:
    class Local:
        pass

    seen: list[weakref.ref[Local]] = []

    def not_yet(messages: Any) -> Any:
        local = Local()
        seen.append(weakref.ref(local))
        raise pamkit.NotYet

    gc.disable()
    try:
        with start(asking(), conversation=not_yet) as transaction:
            for _ in range(2):
                with pytest.raises(pamkit.Incomplete):
                    transaction.authenticate()
            assert [each() for each in seen] == [None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize("fault", [ValueError("odd"), EOFError(), pamkit.ConversationEnded()])
def test_what_a_conversation_raises_ends_it_and_is_the_cause(fault: Exception) -> None:
    with start(asking(), conversation=Script(hidden("Password: ", fault))) as transaction:
        with pytest.raises(pamkit.ConversationEnded) as refused:
            transaction.authenticate()
        assert refused.value.__cause__ is fault


def test_a_broken_conversation_refuses_even_where_the_policy_would_grant() -> None:
    policy = "auth optional pam_x.so\nauth required pam_y.so\n"
    yes = module("y", authenticate=lambda call: 0)
    for fault, refused in ((ValueError(), True), (EOFError(), False)):
        conversation = Script(hidden("Password: ", fault))
        with start(asking(), yes, policy=policy, conversation=conversation) as transaction:
            if refused:
                with pytest.raises(pamkit.ConversationEnded):
                    transaction.authenticate()
            else:
                transaction.authenticate()


async def tells_and_asks(call: ModuleCall[Any]) -> int:
    """Say yes when the applicant was told something, and has answered."""
    await call.say(Style.TEXT_INFO, "hello")
    await call.ask(Style.PROMPT_ECHO_ON, "who? ")
    return _C.SUCCESS


def test_a_conversation_that_broke_before_it_had_to_wait_refuses_as_well() -> None:
    script = Script(
        Line(Style.TEXT_INFO, "hello", RuntimeError()),
        later(Style.PROMPT_ECHO_ON, "who? "),
        visible("who? ", "me"),
    )
    hooks = module("x", authenticate=tells_and_asks, setcred=lambda _: _C.SUCCESS)
    with start(hooks, conversation=script) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.authenticate()
        with pytest.raises(pamkit.ConversationEnded):
            transaction.authenticate()
        with pytest.raises(pamkit.Denied):
            transaction.setcred()
    script.assert_used_up()


def test_an_interrupt_in_a_conversation_passes_through_and_refuses_what_comes_next() -> None:
    script = Script(hidden("Password: ", KeyboardInterrupt()))
    with start(asking(), conversation=script) as transaction:
        with pytest.raises(KeyboardInterrupt):
            transaction.authenticate()
        with pytest.raises(pamkit.Denied):
            transaction.setcred()


@pytest.mark.parametrize("answers", [[], ["a", "b"], [5], "x", None, ["a\0b"]])
def test_answers_that_do_not_fit_fail_the_conversation(answers: Any) -> None:
    with start(asking(), conversation=lambda messages: answers) as transaction:
        with pytest.raises(pamkit.ConversationEnded):
            transaction.authenticate()


def test_bytes_of_any_kind_come_through_to_a_visible_prompt() -> None:
    seen: list[object] = []

    async def hook(call: ModuleCall[Any]) -> int:
        seen.append(await call.ask(Style.PROMPT_ECHO_ON, "n\udcff: "))
        return _C.SUCCESS

    script = Script(visible("n\udcff: ", b"\xff\xfe"))
    with start(module("x", authenticate=hook), conversation=script) as transaction:
        transaction.authenticate()
    assert seen == ["\udcff\udcfe"]


def test_a_module_cannot_call_its_own_transaction() -> None:
    codes: list[int] = []

    def hook(call: ModuleCall[Any]) -> int:
        for verb in (transaction.authenticate, transaction.end):
            try:
                verb()
            except pamkit.PamError as refused:
                codes.append(refused.code)
        return _C.SUCCESS

    transaction = start(module("x", authenticate=hook))
    transaction.authenticate()
    transaction.end()
    assert codes == [_C.SYSTEM_ERR, _C.SYSTEM_ERR]


def test_many_transactions_run_in_many_threads() -> None:
    results: list[str | None] = []

    def one(name: str) -> None:
        async def hook(call: ModuleCall[Any]) -> int:
            call.set_item(Item.USER, f"{await call.user()}!")
            return _C.SUCCESS

        script = Script(visible("login:", name))
        with start(module("x", authenticate=hook), user=None, conversation=script) as transaction:
            for _ in range(20):
                transaction.authenticate()
            results.append(transaction.user)

    threads = [threading.Thread(target=one, args=(f"u{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(user) for user in results) == sorted(f"u{n}{'!' * 20}" for n in range(16))


def test_a_cleanup_that_raises_is_logged_and_the_end_goes_on() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        call.set_data("x", 1, lambda data, status: 1 / 0)
        return _C.SUCCESS

    given = settings(module("x", authenticate=hook))
    with pamkit.Transaction("test", "alice", **given) as transaction:
        transaction.authenticate()
    log = given["world"].log
    assert isinstance(log, MemoryLog)
    assert log.texts == ["PAM a cleanup raised ZeroDivisionError"]
    transaction.end()


@pytest.mark.parametrize("odd", [ZeroDivisionError, KeyboardInterrupt])
def test_a_hook_that_raises_when_it_is_cut_off_does_not_stop_the_end(
    odd: type[BaseException],
) -> None:
    tokens: list[Secret] = []
    cleaned: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        tokens.append(Secret("pw"))
        call.set_token(Item.AUTHTOK, tokens[0])
        call.set_data("x", "x", lambda data, status: cleaned.append(data))
        try:
            await call.ask(Style.PROMPT_ECHO_ON, "?")
        finally:
            raise odd

    script = Script(later(Style.PROMPT_ECHO_ON, "?"))
    given = settings(module("x", authenticate=hook), conversation=script)
    transaction = pamkit.Transaction("test", "alice", **given)
    with pytest.raises(pamkit.Incomplete):
        transaction.authenticate()
    assert tokens[0].expose() == b"pw"
    is_interrupt = not issubclass(odd, Exception)
    with pytest.raises(odd) if is_interrupt else contextlib.nullcontext():
        transaction.end()
    log = given["world"].log
    assert isinstance(log, MemoryLog)
    assert ["raised ZeroDivisionError" in each for each in log.texts] == [True][is_interrupt:]
    assert (cleaned, tokens[0].expose()) == (["x"], b"")


def test_a_hook_that_raises_when_its_policy_is_replaced_stops_nobody() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        call.set_item(Item.SERVICE, "new")
        try:
            await call.ask(Style.PROMPT_ECHO_ON, "?")
        finally:
            raise ZeroDivisionError

    policy = {"test": "auth required pam_x.so\n", "new": "auth required pam_y.so\n"}
    modules = module("x", authenticate=hook), module("y", authenticate=lambda _: _C.SUCCESS)
    script = Script(later(Style.PROMPT_ECHO_ON, "?"))
    with start(*modules, policy=policy, conversation=script) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.authenticate()
        transaction.authenticate()
        assert [run.service for run in transaction.trace] == ["new"]


def test_what_is_logged_can_be_had_instead_of_syslog() -> None:
    lines: list[tuple[int, str]] = []
    given = settings(answering(), log=lambda *line: lines.append(line), policy="auth optional\n")
    with pamkit.Transaction("test", "alice", **given) as transaction:
        with pytest.raises(pamkit.Denied):
            transaction.acct_mgmt()
    assert lines == [(3, "PAM no modules loaded for `test' service")]


def test_fail_delay_is_the_librarys_function() -> None:
    given = settings(answering(authenticate=_C.AUTH_ERR))
    with pamkit.Transaction("test", "alice", **given) as transaction:
        transaction.fail_delay(3_000_000)
        with pytest.raises(pamkit.WrongCredentials):
            transaction.authenticate()
    assert given["outside"].slept == [3.0]


def test_findings_and_policy_can_be_looked_at() -> None:
    with start(answering(), policy=ALL + "auth requird pam_x.so\n") as transaction:
        assert {"missing-other", "unknown-control"} == {f.rule for f in transaction.findings}
        assert transaction.policy.service == transaction.service == "test"
        assert repr(transaction) == "<Transaction 'test' for 'alice'>"


# --- what happens between `Incomplete` and the call that goes on


def test_user_and_service_cannot_change_while_a_call_waits() -> None:
    """What was proved so far was proved of somebody else, or by another policy."""
    answers = [_C.INCOMPLETE]
    waits = module("x", authenticate=lambda call: answers.pop() if answers else 0)
    policy = {"test": "auth required pam_x.so\n", "strict": "auth required pam_deny.so\n"}
    later_script = Script(later(Style.PROMPT_ECHO_OFF, "Password: "))
    for hooks, script in ((waits, None), (asking(), later_script)):
        with start(hooks, policy=policy, conversation=script) as transaction:
            with pytest.raises(pamkit.Incomplete):
                transaction.authenticate()
            transaction.items["user"] = "alice"  # it is alice already
            for item, value in (("user", "root"), ("service", "strict")):
                with pytest.raises(pamkit.PamError, match="while a call waits") as refused:
                    transaction.items[item] = value
                assert refused.value.code == _C.PERM_DENIED
            transaction.items["tty"] = "tty1"


def test_a_service_that_a_module_changes_is_not_answered_by_the_old_policy() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        call.set_item(Item.SERVICE, "strict")
        return _C.INCOMPLETE

    policy = {"test": "auth required pam_x.so\n", "strict": "auth required pam_y.so\n"}
    no = module("y", authenticate=lambda call: _C.AUTH_ERR)
    with start(module("x", authenticate=hook), no, policy=policy) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.authenticate()
        with pytest.raises(pamkit.WrongCredentials):
            transaction.authenticate()


def test_a_waiting_call_does_not_go_on_with_other_flags() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_ON, "?")
        return _C.SUCCESS

    script = Script(later(Style.PROMPT_ECHO_ON, "?"), visible("?", "yes"))
    with start(module("x", setcred=hook), conversation=script) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.setcred(pamkit.Flag.DELETE_CRED)
        with pytest.raises(pamkit.PamError, match="other flags"):
            transaction.setcred(pamkit.Flag.ESTABLISH_CRED)
        transaction.setcred(pamkit.Flag.DELETE_CRED)


def test_no_credentials_follow_an_authenticate_that_raised() -> None:
    policy = "auth optional pam_x.so\nauth required pam_y.so\n"
    yes = module("y", authenticate=lambda call: 0, setcred=lambda call: 0)

    def breaks(code: int, microseconds: int) -> None:
        raise RuntimeError

    for conversation, callback, raised in (
        (Script(hidden("Password: ", RuntimeError())), None, pamkit.ConversationEnded),
        (None, breaks, RuntimeError),
    ):
        with start(asking(), yes, policy=policy, conversation=conversation) as transaction:
            transaction.items["fail_delay"] = callback
            with pytest.raises(raised):
                transaction.authenticate()
            with pytest.raises(pamkit.Denied):
                transaction.setcred()


@pytest.mark.parametrize("delays", [False, True])
def test_a_second_interrupt_leaves_no_yes_behind(
    delays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    due: list[type[BaseException]] = []

    def wiping(_: Handle) -> None:
        if due:
            raise due.pop()

    def audit(_: object) -> None:
        if len(transaction.trace) == 1:
            due.append(KeyboardInterrupt)
            raise RuntimeError

    monkeypatch.setattr(Handle, "wipe_tokens", wiping)
    with start(answering(), audit=audit) as transaction:
        if delays:
            transaction.items["fail_delay"] = lambda code, length: None
        with pytest.raises(KeyboardInterrupt):
            transaction.authenticate()
        with pytest.raises(pamkit.Denied):
            transaction.setcred()


class Interrupted:
    """Guests whose sweeping is interrupted; they have nothing to sweep."""

    speak_for_themselves = False

    def sweep(self) -> None:
        raise KeyboardInterrupt

    def lose(self) -> None:
        """Have nothing to lose."""

    close = lose

    def clean_up(self, status: int) -> list[BaseException]:
        return []


@pytest.mark.parametrize("verb", ["authenticate", "admit"])
def test_an_interrupt_behind_a_verb_leaves_no_transaction_busy(verb: str) -> None:
    with start(answering()) as transaction:
        transaction._core.guests = Interrupted()
        with pytest.raises(KeyboardInterrupt):
            getattr(transaction, verb)()
        transaction._core.guests = None
        transaction.acct_mgmt()


def test_a_refusal_stands_although_the_service_is_set_again() -> None:
    calls: list[str] = []
    with start(answering(calls, authenticate=_C.AUTH_ERR)) as transaction:
        with pytest.raises(pamkit.WrongCredentials):
            transaction.authenticate()
        transaction.items["service"] = "test"
        with pytest.raises(pamkit.Denied):
            transaction.setcred()
    assert calls == ["authenticate"]


# --- sessions that are cut off, or wait


class Sessions:
    """A module whose session hooks ask, and which notes what it is called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def hook(self, call: ModuleCall[Any]) -> int:
        name = call.primitive.name.lower()
        self.calls.append(name if name != "setcred" else f"setcred {call.flags}")
        if "session" in name:
            await call.ask(Style.PROMPT_ECHO_ON, f"{name}?")
        return _C.SUCCESS

    def module(self) -> Any:
        names = ("authenticate", "acct_mgmt", "setcred", "open_session", "close_session")
        return module("x", **dict.fromkeys(names, self.hook))


def test_a_session_that_waits_goes_on_with_the_same_call() -> None:
    sessions = Sessions()
    script = Script(
        later(Style.PROMPT_ECHO_ON, "open_session?"),
        visible("open_session?", "yes"),
        later(Style.PROMPT_ECHO_ON, "close_session?"),
        visible("close_session?", "yes"),
    )
    with start(sessions.module(), conversation=script) as transaction:
        session = transaction.session()
        for step in (session.open, session.close):
            with pytest.raises(pamkit.Incomplete):
                step()
            step()
    assert sessions.calls == ["setcred 2", "open_session", "close_session", "setcred 4"]
    script.assert_used_up()


def test_a_hook_that_waits_keeps_the_whole_choreography() -> None:
    waiting = {"acct_mgmt": 1, "open_session": 1, "close_session": 1}
    calls: list[str] = []

    def hook(call: ModuleCall[Any]) -> int:
        name = call.primitive.name.lower()
        calls.append(name)
        if waiting.get(name):
            waiting[name] -= 1
            return _C.INCOMPLETE
        return _C.SUCCESS

    names = ("authenticate", "acct_mgmt", "setcred", "open_session", "close_session")
    with start(module("x", **dict.fromkeys(names, hook))) as transaction:
        session = transaction.session()
        for step in (transaction.admit, session.open, session.close):
            with pytest.raises(pamkit.Incomplete):
                step()
            step()
    assert calls == [
        "authenticate",
        "acct_mgmt",
        "acct_mgmt",
        "setcred",
        "open_session",
        "open_session",
        "close_session",
        "close_session",
        "setcred",
    ]


@pytest.mark.parametrize("where", ["open_session", "close_session"])
def test_an_interrupt_leaves_no_credentials_behind(where: str) -> None:
    sessions = Sessions()
    lines = [visible("open_session?", "yes")] * (where == "close_session")
    script = Script(*lines, visible(f"{where}?", KeyboardInterrupt()))
    with start(sessions.module(), conversation=script) as transaction:
        with pytest.raises(KeyboardInterrupt), transaction.session():
            pass
    assert sessions.calls[-1] == "setcred 4"


def test_a_session_whose_conversation_broke_while_it_opened_is_closed() -> None:
    calls: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        calls.append(call.primitive.name.lower())
        if call.primitive is Primitive.OPEN_SESSION:
            await call.say(Style.TEXT_INFO, "welcome")
        return _C.SUCCESS

    def breaks(messages: Any) -> list[None]:
        raise RuntimeError

    names = ("setcred", "open_session", "close_session")
    with start(module("x", **dict.fromkeys(names, hook)), conversation=breaks) as transaction:
        with pytest.raises(pamkit.ConversationEnded), transaction.session():
            pytest.fail("the body ran")
    assert calls == ["setcred", "open_session", "close_session", "setcred"]


def test_an_interrupt_in_a_cleanup_comes_after_the_others() -> None:
    cleaned: list[str] = []

    def hook(call: ModuleCall[Any]) -> int:
        def interrupted(data: str, status: int) -> None:
            raise KeyboardInterrupt

        call.set_data("a", "a", lambda data, status: cleaned.append(data))
        call.set_data("b", "b", interrupted)
        return _C.SUCCESS

    transaction = start(module("x", authenticate=hook))
    transaction.authenticate()
    with pytest.raises(KeyboardInterrupt):
        transaction.end()
    assert cleaned == ["a"]


def test_an_interrupt_among_native_modules_leaves_no_token_and_none_of_them_open() -> None:
    closed: list[str] = []

    class Interrupted:
        def clean_up(self, status: int) -> list[BaseException]:
            raise KeyboardInterrupt

        def close(self) -> None:
            closed.append("closed")

    transaction, token = start(answering()), Secret("pw")
    transaction._core.handle.set_token(Item.AUTHTOK, token)
    transaction._core.guests = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        transaction.end()
    assert (closed, token.expose()) == (["closed"], b"")


def test_a_log_that_fails_hides_no_interrupt_of_a_cleanup() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        def interrupted(data: str, status: int) -> None:
            raise KeyboardInterrupt

        call.set_data("a", "a", lambda data, status: 1 / 0)
        call.set_data("b", "b", interrupted)
        return _C.SUCCESS

    def log(priority: int, text: str) -> None:
        raise OSError("full")

    transaction = start(module("x", authenticate=hook), log=log)
    transaction.authenticate()
    with pytest.raises(KeyboardInterrupt):
        transaction.end()


# --- which exception it is


def test_a_change_that_is_refused_says_why_although_nobody_answered_again() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_OFF, "New password: ")
        await call.say(Style.ERROR_MSG, "You must choose a longer password.")
        if await call.say(Style.PROMPT_ECHO_OFF, "New password: ") != _C.SUCCESS:
            return _C.AUTHTOK_ERR
        return _C.SUCCESS

    script = Script(
        hidden("New password: ", "x"),
        Line(Style.ERROR_MSG, "You must choose a longer password."),
        hidden("New password: ", pamkit.ConversationEnded(message="asked again")),
    )
    with start(module("x", chauthtok=hook), conversation=script) as transaction:
        with pytest.raises(pamkit.TokenError, match="You must choose a longer password") as refused:
            transaction.chauthtok()
    assert isinstance(refused.value.__cause__, pamkit.ConversationEnded)


def test_a_service_that_is_set_later_is_not_cut_though_one_was_at_a_start(tmp_path: Path) -> None:
    for name, named in (("app", "pam_permit"), ("other", "pam_deny")):
        facilities = ("auth", "account", "password", "session")
        (tmp_path / name).write_text(
            "".join(f"{each} required {named}.so\n" for each in facilities)
        )
    given: dict[str, Any] = {"confdir": str(tmp_path), "quirks": ("service-path",)}
    with pamkit.Transaction("odd/app", "root", **given) as first:
        first.acct_mgmt()
    with pamkit.Transaction("app", "root", **given) as transaction:
        transaction.acct_mgmt()
        transaction.items["service"] = "odd/app"  # C: libpam looks for that, and finds `other`
        with pytest.raises(pamkit.PamError):
            transaction.acct_mgmt()


def test_what_comes_behind_the_user_is_given_by_name() -> None:
    with pytest.raises(TypeError, match="by name"):
        pamkit.Transaction("app", "alice", lambda messages: [])  # type: ignore[arg-type]  # is the point


def test_who_was_not_admitted_to_the_end_is_nobody(tmp_path: Path) -> None:
    """Authenticate was good before the account check had to wait; then the line is cut."""
    (tmp_path / "app").write_text("auth required pam_permit.so\naccount required pam_asks.so\n")

    async def asks(call: ModuleCall[Any]) -> ReturnCode:
        await call.ask(Style.PROMPT_ECHO_ON, "token: ")
        return ReturnCode.SUCCESS

    said: list[Any] = [pamkit.NotYet(), KeyboardInterrupt()]

    def conversation(messages: Any) -> Any:
        raise said.pop(0)

    mine = {"pam_asks": module("asks", acct_mgmt=asks)}
    with pamkit.Transaction(
        "app", "alice", conversation=conversation, confdir=str(tmp_path), modules=mine
    ) as transaction:
        with pytest.raises(pamkit.Incomplete):
            transaction.admit()
        with pytest.raises(KeyboardInterrupt):
            transaction.admit()
        with pytest.raises(pamkit.PamError):
            transaction.setcred()
