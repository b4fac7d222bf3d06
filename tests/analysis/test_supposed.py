"""What modules are supposed to answer, on a day as somebody describes it."""

from __future__ import annotations

import pytest

from pamkit.analysis.supposed import answer_on, day_of, said
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.analysis.policies import declarations

_C, _AUTH, _ACCT = ReturnCode, Primitive.AUTHENTICATE, Primitive.ACCT_MGMT


def _answer(
    module: str, *given: str, args: str = "", wanted: str = "", primitive: Primitive = _AUTH
) -> int:
    orders = tuple(said(word) for word in wanted.split(",") if word)
    return answer_on(day_of([*given]), orders, module, tuple(args.split()), primitive, declarations)


@pytest.mark.parametrize(
    ("module", "args", "given", "expected"),
    [
        ("pam_unix", "", (), _C.SUCCESS),
        ("pam_unix", "", ("secret=wrong",), _C.AUTH_ERR),
        ("pam_unix", "nullok", ("secret=blank",), _C.AUTH_ERR),
        ("pam_unix", "", ("user=directory",), _C.USER_UNKNOWN),
        ("pam_deny", "", (), _C.AUTH_ERR),
        ("pam_permit", "", (), _C.SUCCESS),
        ("pam_rootok", "", (), _C.AUTH_ERR),
        ("pam_rootok", "", ("caller=root",), _C.SUCCESS),
        ("pam_nologin", "", (), _C.IGNORE),
        ("pam_nologin", "", ("nologin=yes",), _C.AUTH_ERR),
        ("pam_faillock", "preauth", ("locked=yes",), _C.AUTH_ERR),
        ("pam_succeed_if", "uid >= 1000", (), _C.SUCCESS),
        ("pam_succeed_if", "uid >= 1000", ("user=root",), _C.AUTH_ERR),
        ("pam_sss", "", ("user=directory",), _C.SUCCESS),
        ("pam_sss", "", ("user=directory", "reachable=no"), _C.AUTHINFO_UNAVAIL),
        ("pam_of_nobody", "", (), _C.SUCCESS),
    ],
)
def test_a_module_answers_as_the_day_is(
    module: str, args: str, given: tuple[str, ...], expected: int
) -> None:
    assert ReturnCode(_answer(module, *given, args=args)) == expected


def test_an_account_is_as_the_day_has_it() -> None:
    answers = [
        ReturnCode(_answer("pam_unix", *given, primitive=_ACCT))
        for given in ((), ("due=yes",), ("expired=yes",))
    ]
    assert answers[:2] == [_C.SUCCESS, _C.NEW_AUTHTOK_REQD]
    assert answers[2] not in (_C.SUCCESS, _C.NEW_AUTHTOK_REQD)


def test_a_module_without_the_function_is_unknown() -> None:
    assert _answer("pam_umask", primitive=_ACCT) == _C.MODULE_UNKNOWN


def test_what_is_said_counts_and_the_last_most() -> None:
    wanted = "pam_unix=success,pam_unix=auth_err,pam_unix.acct_mgmt=acct_expired"
    assert _answer("pam_unix", wanted=wanted) == _C.AUTH_ERR
    assert _answer("pam_unix", wanted=wanted, primitive=_ACCT) == _C.ACCT_EXPIRED
    assert _answer("pam_deny", wanted=wanted) == _C.AUTH_ERR


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("pam_unix", "expected `pam_x=CODE`"),
        ("unix=success", "expected `pam_x=CODE`"),
        ("pam_unix=succes", "`succes` is no code"),
        ("pam_unix.auth=success", "`auth` is no call: expected one of authenticate"),
    ],
)
def test_an_answer_that_is_none_is_refused(word: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        said(word)


@pytest.mark.parametrize(
    ("word", "why"),
    [("colour=red", "expected NAME=VALUE"), ("secret", "NAME=VALUE"), ("user=me", "user=root or")],
)
def test_a_day_that_cannot_be_is_refused(word: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        day_of([word])


def test_a_module_can_answer_otherwise_each_time_it_is_asked() -> None:
    orders = (said("pam_unix.authenticate=auth_err/ignore/success"),)
    day = day_of([])
    answers = [
        ReturnCode(answer_on(day, orders, "pam_unix", (), _AUTH, declarations, turn=turn))
        for turn in range(4)
    ]
    # The last answer stays.
    assert answers == [_C.AUTH_ERR, _C.IGNORE, _C.SUCCESS, _C.SUCCESS]


def test_each_of_several_answers_has_to_be_a_code() -> None:
    with pytest.raises(ValueError, match="`no` is no code"):
        said("pam_unix=success/no")
