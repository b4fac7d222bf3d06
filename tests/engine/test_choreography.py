from typing import Any

import pytest

from pamkit.engine.choreography import admit, finish_session, start_session
from pamkit.engine.driver import Performer, drive
from pamkit.module.call import ModuleCall
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import HOOK_NAMES
from pamkit.vocab.flags import Flag
from tests.hooks import module

_C = ReturnCode
ALL = "".join(f"{f} required pam_x.so\n" for f in ("auth", "account", "password", "session"))


def trial(**answers: int) -> tuple[Trial, list[tuple[str, int]]]:
    calls: list[tuple[str, int]] = []

    def hook(call: ModuleCall[Any]) -> int:
        name = call.primitive.name.lower()
        calls.append((name, call.flags))
        return answers.get(name, _C.SUCCESS)

    hooks = {name.removeprefix("pam_sm_"): hook for name in HOOK_NAMES.values()}
    return Trial(ALL, module("x", **hooks)), calls


def done(t: Trial, coroutine: Any) -> int:
    return drive(coroutine, Performer(None, t.outside))


def test_admission_is_authentication_and_the_account_check() -> None:
    t, calls = trial()
    assert done(t, admit(t.core, 0x8000, change_expired=False)) == _C.SUCCESS
    assert calls == [("authenticate", 0x8000), ("acct_mgmt", 0x8000)]


@pytest.mark.parametrize(
    ("answers", "change", "code", "last"),
    [
        ({"authenticate": _C.AUTH_ERR}, True, _C.AUTH_ERR, "authenticate"),
        ({"acct_mgmt": _C.ACCT_EXPIRED}, True, _C.ACCT_EXPIRED, "acct_mgmt"),
        ({"acct_mgmt": _C.NEW_AUTHTOK_REQD}, False, _C.NEW_AUTHTOK_REQD, "acct_mgmt"),
        ({"acct_mgmt": _C.NEW_AUTHTOK_REQD}, True, _C.SUCCESS, "chauthtok"),
        (
            {"acct_mgmt": _C.NEW_AUTHTOK_REQD, "chauthtok": _C.AUTHTOK_ERR},
            True,
            _C.AUTHTOK_ERR,
            "chauthtok",
        ),
    ],
)
def test_the_first_refusal_ends_admission(
    answers: dict[str, int], change: bool, code: int, last: str
) -> None:
    t, calls = trial(**answers)
    assert code == done(t, admit(t.core, 0, change_expired=change))
    assert last == calls[-1][0]


def test_an_expired_password_is_changed_as_such() -> None:
    t, calls = trial(acct_mgmt=_C.NEW_AUTHTOK_REQD)
    done(t, admit(t.core, Flag.DISALLOW_NULL_AUTHTOK, change_expired=True))
    assert [f for name, f in calls if name == "chauthtok"] == [0x4020, 0x2020]


def test_credentials_come_before_the_session_and_go_after_it() -> None:
    t, calls = trial()
    assert done(t, start_session(t.core, 0)) == _C.SUCCESS
    assert done(t, finish_session(t.core, 0)) == _C.SUCCESS
    assert calls == [("setcred", 2), ("open_session", 0), ("close_session", 0), ("setcred", 4)]


def test_a_session_that_does_not_open_leaves_no_credentials() -> None:
    t, calls = trial(open_session=_C.SESSION_ERR)
    assert done(t, start_session(t.core, 0)) == _C.SESSION_ERR
    assert calls[-1] == ("setcred", 4)


def test_without_credentials_no_session_is_opened_and_half_of_them_are_deleted() -> None:
    t, calls = trial(setcred=_C.CRED_ERR)
    assert done(t, start_session(t.core, 0)) == _C.CRED_ERR
    assert calls == [("setcred", 2), ("setcred", 4)]


def test_a_session_that_does_not_close_still_loses_its_credentials() -> None:
    t, calls = trial(close_session=_C.SESSION_ERR)
    assert done(t, finish_session(t.core, 0)) == _C.SESSION_ERR
    assert calls[-1] == ("setcred", 4)
