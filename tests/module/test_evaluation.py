"""A policy that is evaluated from within a hook: nobody may say how."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from pamkit.module import evaluation
from pamkit.module.call import ModuleCall
from pamkit.vocab.codes import ReturnCode


class _Call:
    """What of a call is needed here."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def log(self, priority: int, text: str) -> None:
        """Keep a line for the administrator."""
        del priority
        self.said.append(text)


def _evaluated(call: _Call) -> int:
    return asyncio.run(evaluation.evaluate(cast("ModuleCall[Any]", call), "/etc/x"))


def test_where_nobody_can_evaluate_the_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_ways", [])
    call = _Call()
    assert _evaluated(call) == ReturnCode.SYSTEM_ERR
    assert call.said == ["`/etc/x' cannot be evaluated here"]


def test_the_last_way_that_was_offered_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_ways", [])

    async def no(_: object, path: str) -> int:
        return len(path)

    async def yes(_: object, path: str) -> int:
        return -len(path)

    evaluation.offer(no)
    evaluation.offer(yes)
    assert _evaluated(_Call()) == -len("/etc/x")
