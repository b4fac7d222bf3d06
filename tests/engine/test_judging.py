"""What a hook answers is a code or it is none: nothing that looks like one is taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from pamkit.engine.judging import judged_answer
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_C = ReturnCode


class Pretender:
    """Says that it is a code, and is equal to success."""

    __class__ = ReturnCode  # type: ignore[assignment]  # what mocks do as well

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return other == 0

    def __ge__(self, other: object) -> bool:
        return True

    __gt__ = __le__ = __lt__ = __ge__


class Number(int):
    """A number that says that it is a code."""

    __class__ = ReturnCode  # type: ignore[assignment]  # as above


class Codes(ReturnCode):  # type: ignore[misc]  # a type checker forbids it, Python does not
    """Somebody's own codes, in which 0 means no."""

    NO = 0


@pytest.mark.parametrize(
    "answer",
    [
        *(False, None, 0.0, "0", (0,), b"", Primitive(0), ReturnCode, 1 << 31, -(1 << 31) - 1),
        *(Pretender(), Number(0), Codes.NO),
    ],
    ids=lambda answer: (
        f"{type(answer).__name__}-{answer}" if type(answer) is not Pretender else "Pretender"
    ),
)
def test_what_is_no_code_is_refused_and_told(answer: Any) -> None:
    told: list[str] = []
    note = f"answered {type(answer).__name__} instead of a return code"
    assert ((_C.SERVICE_ERR, note), [note]) == (judged_answer(answer, told.append), told)


@pytest.mark.parametrize("answer", [0, _C.SUCCESS, _C.AUTH_ERR, 99, -1, ReturnCode(99)])
def test_a_code_is_what_it_is(answer: int) -> None:
    assert (answer, "") == judged_answer(answer, pytest.fail)
