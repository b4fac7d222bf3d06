"""Transactions judge the order of their calls, and in strict mode they keep it; both fronts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import pamkit
import pamkit.aio
from pamkit.module.call import ModuleCall
from pamkit.semantics.lifecycle import Standing
from pamkit.semantics.trace import Run
from pamkit.vocab.codes import ReturnCode
from tests.fronts import answering, settings
from tests.hooks import module

Calls = list[str]


def _sync(calls: Calls, **more: Any) -> pamkit.Transaction:
    transaction = pamkit.Transaction(
        "test", "alice", **settings(answering(**more.pop("answers", {})), **more)
    )
    for name in calls:
        _make(transaction, name)
    return transaction


def _async(calls: Calls, **more: Any) -> pamkit.aio.Transaction:
    async def run() -> pamkit.aio.Transaction:
        answers = more.pop("answers", {})
        transaction = pamkit.aio.Transaction(
            "test", "alice", **settings(answering(**answers), **more)
        )
        for name in calls:
            made = _make(transaction, name)
            if made is not None:
                await made
        return transaction

    return asyncio.run(run())


def _make(transaction: Any, name: str) -> Awaitable[None] | None:
    made: Awaitable[None] | None
    if name == "session":
        made = transaction.session().open()
    elif name == "delete":
        made = transaction.setcred(pamkit.Flag.DELETE_CRED)
    else:
        made = getattr(transaction, name)()
    return made


Front = Callable[..., Any]
both = pytest.mark.parametrize("front", [_sync, _async])
LOGIN = ["authenticate", "acct_mgmt", "setcred", "open_session"]


@both
def test_a_login_in_order_is_usual_and_strict_lets_it_by(front: Front) -> None:
    transaction = front([*LOGIN, "close_session", "delete"], strict=True)
    assert {judgement.standing for judgement in transaction.order} == {Standing.USUAL}
    assert len(transaction.order) == 6


@both
def test_a6_credentials_behind_the_session_are_seen_in_the_trace(front: Front) -> None:
    transaction = front(["authenticate", "acct_mgmt", "open_session", "setcred"])
    assert [[rule.name for rule in judgement.rules] for judgement in transaction.order] == [
        [],
        [],
        [],
        ["credentials-after-open"],
    ]


@both
@pytest.mark.parametrize(
    ("code", "sources", "calls"),
    [
        (ReturnCode.CRED_ERR, "A5", ["setcred"]),
        (ReturnCode.CRED_ERR, "A6", ["authenticate", "acct_mgmt", "open_session", "setcred"]),
        (ReturnCode.SESSION_ERR, "B6", ["authenticate", "open_session"]),
        (ReturnCode.SESSION_ERR, "B6", ["authenticate", "session"]),
        (ReturnCode.SESSION_ERR, "B14", ["authenticate", "acct_mgmt", "close_session"]),
    ],
)
def test_strict_refuses_with_the_sentence_and_asks_no_module(
    front: Front, code: ReturnCode, sources: str, calls: Calls
) -> None:
    with pytest.raises(pamkit.PamError) as refused:
        front(calls, strict=True)
    assert refused.value.code == code
    assert f"({sources})" in str(refused.value)
    assert len(refused.value.trace) == len(calls) - 1


@both
def test_without_strict_the_same_calls_are_let_by(front: Front) -> None:
    for calls in (["setcred"], ["authenticate", "open_session"], ["open_session", "close_session"]):
        assert front(calls).order[-1].standing <= Standing.TOLERATED


def test_b9_a_login_helper_keeps_the_order_by_itself() -> None:
    with pamkit.login("alice", service="test", **settings(answering(), strict=True)) as session:
        transaction = session.transaction
    assert {judgement.standing for judgement in transaction.order} == {Standing.USUAL}


@pytest.mark.parametrize("refused", ["authenticate", "acct_mgmt"])
def test_strict_goes_by_what_the_application_was_told(refused: str) -> None:
    def audit(run: Run) -> ReturnCode | None:
        return ReturnCode.SYSTEM_ERR if run.primitive.name.lower() == refused else None

    calls: list[str] = []
    given = settings(answering(calls), strict=True, audit=audit)
    with pamkit.Transaction("test", "alice", **given) as pam:
        if refused == "acct_mgmt":
            pam.authenticate()
        with pytest.raises(pamkit.PamError):
            getattr(pam, refused)()
        with pytest.raises(pamkit.PamError, match="a session is opened after"):
            pam.open_session()
    assert "open_session" not in calls


def test_strict_opens_nothing_behind_an_account_check_whose_conversation_broke() -> None:
    calls: list[str] = []
    hooks = dict.fromkeys(("authenticate", "open_session"), lambda _: ReturnCode.SUCCESS)

    async def check(call: ModuleCall[Any]) -> int:
        calls.append("acct_mgmt")
        await call.ask(pamkit.Style.TEXT_INFO, "hello")
        return ReturnCode.SUCCESS

    def broken(*_: object) -> None:
        raise RuntimeError

    given = settings(module("x", acct_mgmt=check, **hooks), strict=True, conversation=broken)
    with pamkit.Transaction("test", "alice", **given) as pam:
        pam.authenticate()
        with pytest.raises(pamkit.PamError):
            pam.acct_mgmt()
        with pytest.raises(pamkit.PamError, match="a session is opened after"):
            pam.open_session()
    assert calls == ["acct_mgmt"]
