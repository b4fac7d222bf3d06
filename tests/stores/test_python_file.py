"""Service modules in files of Python, in this very process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import pamkit
from pamkit.aio import Transaction
from pamkit.module.registry import Module
from pamkit.stores.python_file import module_in
from pamkit.stores.system import system_outside
from tests.stores.test_trusted import closed

__all__ = ["closed"]

pytestmark = pytest.mark.needs("root")

NEW = """
from pamkit.module.declaration import declare
from pamkit.vocab.facility import Primitive
MODULE = declare("pam_new", answers={Primitive.AUTHENTICATE: "success"}, examples=[])
def pam_sm_authenticate(call):
    return 0
"""

OLD = """
def pam_sm_authenticate(pamh, flags, argv):
    reply = pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, "code: "))
    return pamh.PAM_SUCCESS if reply.resp == "right" else pamh.PAM_AUTH_ERR
pam_sm_setcred = pam_sm_authenticate
"""


def written(closed: Path, text: str) -> str:
    path = closed / "pam_mine.py"
    path.write_text(text)
    path.chmod(0o644)
    return str(path)


def test_a_declared_module_is_run_once_until_its_file_is_another(closed: Path) -> None:
    path = written(closed, NEW)
    first = module_in(path)
    assert isinstance(first, Module)
    assert (first.name, module_in(path) is first) == ("pam_new", True)
    assert module_in(written(closed, NEW + "# changed\n")) is not first


def test_an_old_module_is_run_for_each_transaction(closed: Path) -> None:
    path = written(closed, OLD)
    first, second = module_in(path), module_in(path)
    assert isinstance(first, Module)
    assert first.name == "pam_mine"
    assert first is not second


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ValueError('what somebody typed')", "ValueError at pam_mine.py:1"),
        ("import no_such_module", "ModuleNotFoundError (`no_such_module`) at pam_mine.py:1"),
        ("assert False", "AssertionError at pam_mine.py:1"),
        ("import sys\nsys.exit(0)", "SystemExit at pam_mine.py:2"),
        ("def f(:", "cannot be compiled: SyntaxError in line 1"),
        ("x = 1", "ValueError at"),
        ("open('/no/such/file')", "No such file or directory"),
    ],
)
def test_a_file_that_fails_says_where_and_no_more(text: str, said: str, closed: Path) -> None:
    found = module_in(written(closed, text))
    assert isinstance(found, str)
    assert (said in found, "typed" in found) == (True, False)


def test_a_policy_names_a_file_in_the_engine(closed: Path) -> None:
    (closed / "app").write_text(f"auth required pam_python.so {written(closed, OLD)}\n")
    (closed / "other").write_text("")

    async def waits(password: str) -> bool:
        async def answer(messages: object) -> list[str]:
            await asyncio.sleep(0)
            return [password]

        transaction = Transaction("app", "alice", confdir=str(closed), conversation=answer)
        try:
            await transaction.authenticate()
        except pamkit.PamError:
            return False
        finally:
            transaction.end()
        return True

    def at_once(password: str) -> bool:
        with pamkit.Transaction(
            "app", "alice", confdir=str(closed), conversation=lambda _: [password]
        ) as transaction:
            try:
                transaction.authenticate()
            except pamkit.PamError:
                return False
        return True

    assert [at_once(word) for word in ("right", "wrong")] == [True, False]
    assert [asyncio.run(waits(word)) for word in ("right", "wrong")] == [True, False]


def test_another_root_runs_nothing_here(closed: Path) -> None:
    found = system_outside(str(closed)).bring(written(closed, NEW))
    assert found == f"files of Python below the root `{closed}` are not run"
