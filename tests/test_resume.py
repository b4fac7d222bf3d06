"""A session that one process opens and another closes, B14 to B18; setcred follows, A13."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest

import pamkit
import pamkit.aio
from pamkit.module.call import ModuleCall
from pamkit.semantics.lifecycle import Standing
from pamkit.sessions.ticket import Ticket, ticket_from
from pamkit.vocab.codes import ReturnCode
from tests.conftest import ROOT
from tests.fronts import answering, settings
from tests.hooks import module

POLICY = "auth required pam_x.so\naccount required pam_x.so\nsession required pam_x.so\n"


def _opened(**more: Any) -> Ticket:
    """Return the ticket of a session whose opener is gone."""
    transaction = pamkit.Transaction(
        "test", "alice", items={"tty": "tty7", "rhost": "far"}, **settings(answering(), **more)
    )
    transaction.authenticate()
    transaction.acct_mgmt()
    transaction.setcred()
    transaction.open_session()
    transaction.env["COLOUR"] = "blue"
    return ticket_from(transaction.export().text())


def test_b14_another_handle_closes_with_the_openers_user_line_and_environment() -> None:
    seen = []

    def close(call: ModuleCall[Any]) -> int:
        names = ("USER", "TTY", "RHOST", "SERVICE")
        seen.append([call.item(pamkit.Item[name]) for name in names])
        seen.append([call.getenv("COLOUR")])
        return ReturnCode.SUCCESS

    closer = module("x", close_session=close, setcred=lambda _: ReturnCode.SUCCESS)
    with pamkit.Transaction.resume(_opened(), strict=True, **settings(closer)) as pam:
        pam.close_session()
        pam.setcred(pamkit.Flag.DELETE_CRED)
    assert seen == [["alice", "tty7", "far", "test"], ["blue"]]
    assert {judgement.standing for judgement in pam.order} == {Standing.USUAL}


def test_b15_it_is_closed_without_a_conversation_by_asyncio_as_well() -> None:
    calls: list[str] = []
    ticket = _opened()

    async def close() -> None:
        async with pamkit.aio.Transaction.resume(ticket, **settings(answering(calls))) as pam:
            await pam.close_session()

    asyncio.run(close())
    assert calls == ["close_session"]


POLICY_OF_TWO = (
    "auth sufficient pam_one.so\nauth required pam_two.so\n"
    "session sufficient pam_one.so\nsession required pam_two.so\naccount required pam_one.so\n"
)


def _pair(asked: list[str], **answers: int) -> list[Any]:
    def hook(name: str) -> Any:
        def answer(call: ModuleCall[Any]) -> int:
            asked.append(f"{name} {call.primitive.name.lower()}")
            return answers.get(name, ReturnCode.SUCCESS)

        return answer

    hooks = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session")
    return [module(name, **dict.fromkeys(hooks, hook(name))) for name in ("one", "two")]


def test_a13_setcred_and_close_in_another_process_follow_the_openers_path() -> None:
    asked: list[str] = []
    opener = pamkit.Transaction("test", "alice", **settings(*_pair(asked), policy=POLICY_OF_TWO))
    for call in (opener.authenticate, opener.acct_mgmt, opener.setcred, opener.open_session):
        call()
    ticket = opener.export()
    asked.clear()
    # Module one has no say now: on a fresh walk the lines behind it would be asked.
    second = settings(*_pair(asked, one=ReturnCode.IGNORE), policy=POLICY_OF_TWO)
    with pamkit.Transaction.resume(ticket, **second) as pam:
        pam.setcred(pamkit.Flag.REFRESH_CRED)
        pam.close_session()
    assert asked == ["one setcred", "one close_session"]


@pytest.mark.parametrize(
    "policy",
    [
        "auth required pam_x.so more\naccount required pam_x.so\nsession required pam_x.so\n",
        "auth required pam_x.so\naccount required pam_x.so\nsession optional pam_x.so\n",
        "auth required pam_x.so\naccount required pam_x.so\n",
    ],
)
def test_a_policy_that_means_something_else_by_now_is_not_followed(policy: str) -> None:
    calls: list[str] = []
    ticket = _opened(policy=POLICY)
    with pytest.raises(pamkit.PamError) as refused:
        pamkit.Transaction.resume(ticket, **settings(answering(calls), policy=policy))
    assert refused.value.code == ReturnCode.SESSION_ERR
    assert calls == []


def test_a_policy_that_is_only_written_otherwise_is_followed() -> None:
    ticket = _opened(policy=POLICY)
    rewritten = "# new\n" + POLICY.replace("required", "required  ")
    with pamkit.Transaction.resume(ticket, **settings(answering(), policy=rewritten)) as pam:
        pam.close_session()


@pytest.mark.parametrize("opened", [[[1, 0]], [], [[0, 0], [1, 0]]])
def test_a_path_that_is_not_the_policys_is_refused(opened: list[list[int]]) -> None:
    ticket = ticket_from(json.dumps({**json.loads(_opened().text()), "opened": opened}))
    with pytest.raises(pamkit.PamError, match="not that of the session's beginning"):
        pamkit.Transaction.resume(ticket, **settings(answering()))


def test_a_path_that_was_refused_closes_nothing() -> None:
    refused = [[0, int(ReturnCode.SESSION_ERR)]]
    ticket = ticket_from(json.dumps({**json.loads(_opened().text()), "opened": refused}))
    with (
        pamkit.Transaction.resume(ticket, **settings(answering())) as pam,
        pytest.raises(pamkit.PamError),
    ):
        pam.close_session()


def _exports_nothing(transaction: pamkit.Transaction) -> None:
    with pytest.raises(pamkit.PamError) as refused:
        transaction.export()
    assert refused.value.code == ReturnCode.SESSION_ERR


def test_without_an_open_session_there_is_nothing_to_export() -> None:
    with pamkit.Transaction("test", "alice", **settings(answering())) as pam:
        _exports_nothing(pam)
        pam.authenticate()
        _exports_nothing(pam)
        pam.open_session()
        assert pam.export().authenticated == ((0, 0),)
        pam.close_session()
        _exports_nothing(pam)


def test_cron_exports_a_session_that_nobody_authenticated() -> None:
    with pamkit.Transaction("test", "alice", **settings(answering())) as pam:
        pam.open_session()
        ticket = pam.export()
    assert ticket.authenticated is None
    with pamkit.Transaction.resume(ticket, **settings(answering())) as again:
        again.close_session()


_OPENER = """
import pamkit
pam = pamkit.Transaction("app", "alice", confdir=CONFDIR, log=lambda *_: None)
pam.authenticate(); pam.acct_mgmt(); pam.setcred(); pam.open_session()
print(pam.export().text())
"""
_CLOSER = """
import sys, pamkit
from pamkit.sessions.ticket import ticket_from
ticket = ticket_from(sys.stdin.read())
with pamkit.Transaction.resume(ticket, confdir=CONFDIR, log=lambda *_: None) as pam:
    pam.close_session()
    print(pam.user, [step.link.module for run in pam.trace for step in run.steps])
"""


def test_b14_two_processes_share_one_session(tmp_path: Any) -> None:
    (tmp_path / "app").write_text(
        "auth sufficient pam_permit.so\nauth required pam_deny.so\naccount required pam_permit.so\n"
        "session sufficient pam_permit.so\nsession required pam_deny.so\n"
    )

    def run(program: str, given: str = "") -> str:
        text = program.replace("CONFDIR", repr(str(tmp_path)))
        command = [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{text}",
        ]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run(_CLOSER, run(_OPENER)) == "alice ['pam_permit.so']\n"


@pytest.mark.parametrize(
    "more", [{"dialect": "debian"}, {"quirks": ("answers-steer-replay",)}], ids=["dialect", "quirk"]
)
def test_a_path_is_not_followed_under_another_dialect_or_other_quirks(more: Any) -> None:
    calls: list[str] = []
    for opener, closer in ((more, {}), ({}, more)):
        ticket = _opened(**opener)
        with pytest.raises(pamkit.PamError, match="not that of the session's beginning"):
            pamkit.Transaction.resume(ticket, **settings(answering(calls), **closer))
        with pamkit.Transaction.resume(ticket, **settings(answering(), **opener)) as pam:
            pam.close_session()
    assert calls == []


@pytest.mark.parametrize(
    "changes",
    [
        {"opened": [[0, 0], [1, 0]]},  # who is sufficient and says yes ends the walk
        {"opened": [[1, 0]]},
        {"opened": [[1, 0], [0, 0]]},
        {"authenticated": [[0, 0], [0, 0]]},
        {"authenticated": [[7, 0]]},
        {"service": "other"},
        {"service": "test2"},
        {"auth_policy": "0" * 64},
        {"session_policy": "0" * 64},
    ],
    ids=str,
)
def test_a_ticket_that_was_altered_is_refused_with_words(changes: dict[str, Any]) -> None:
    asked: list[str] = []
    texts = {"test": POLICY_OF_TWO, "test2": POLICY_OF_TWO.replace("sufficient", "required")}
    texts["other"] = POLICY
    opener = pamkit.Transaction("test", "alice", **settings(*_pair(asked), policy=texts))
    for call in (opener.authenticate, opener.acct_mgmt, opener.setcred, opener.open_session):
        call()
    altered = ticket_from(json.dumps({**json.loads(opener.export().text()), **changes}))
    asked.clear()
    with pytest.raises(pamkit.PamError, match=r"the policy of `\w+` is not that of the session's"):
        pamkit.Transaction.resume(altered, **settings(*_pair(asked), policy=texts))
    assert asked == []
