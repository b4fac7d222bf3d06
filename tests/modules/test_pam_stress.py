"""pam_stress: every option does what it says, and nothing secret is logged."""

from __future__ import annotations

from typing import Any

import pytest

from pamkit.modules import pam_stress
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, hidden, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_WORDS, Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.message import Answer

_C, _P = ReturnCode, Primitive
_OLD = hidden("STRESS Password: ", "old")
_CHANGING = info("Changing STRESS password for alice.")
_NEW = (hidden("Enter new STRESS password: ", "new"), hidden("Retype new STRESS password: ", "new"))


def _trial(args: str, *lines: Line, **given: Any) -> Trial:
    policy = "".join(f"{word} required pam_stress.so {args}\n" for word in FACILITY_WORDS)
    return Trial(policy, pam_stress, conversation=Script(*lines), **given)


def _logged(trial: Trial) -> list[str]:
    assert isinstance(trial.world.log, MemoryLog)
    return [text.partition(": ")[2] for text in trial.world.log.texts]


@pytest.mark.parametrize(
    ("args", "primitive", "lines", "expected"),
    [
        ("", _P.AUTHENTICATE, (_OLD,), _C.SUCCESS),
        ("fail_1", _P.AUTHENTICATE, (_OLD,), _C.PERM_DENIED),
        ("use_first_pass", _P.AUTHENTICATE, (), _C.PERM_DENIED),
        ("try_first_pass", _P.AUTHENTICATE, (_OLD,), _C.SUCCESS),
        ("fail_2", _P.ACCT_MGMT, (), _C.SUCCESS),
        ("fail_1 expired", _P.ACCT_MGMT, (), _C.PERM_DENIED),
        ("expired", _P.ACCT_MGMT, (), _C.NEW_AUTHTOK_REQD),
        ("fail_2", _P.OPEN_SESSION, (), _C.SUCCESS),
        ("fail_1", _P.OPEN_SESSION, (), _C.SESSION_ERR),
        ("fail_1", _P.CLOSE_SESSION, (), _C.SUCCESS),
        ("fail_2", _P.CLOSE_SESSION, (), _C.SESSION_ERR),
        ("prelim", _P.CHAUTHTOK, (), _C.TRY_AGAIN),
        ("fail_1", _P.CHAUTHTOK, (), _C.AUTHTOK_LOCK_BUSY),
        ("fail_2", _P.CHAUTHTOK, (_CHANGING, *_NEW), _C.SUCCESS),
        ("required", _P.CHAUTHTOK, (_OLD, _CHANGING, *_NEW), _C.SUCCESS),
        ("required use_first_pass", _P.CHAUTHTOK, (), _C.PERM_DENIED),
    ],
)
def test_it_fails_on_demand(
    args: str, primitive: Primitive, lines: tuple[Line, ...], expected: ReturnCode
) -> None:
    with Script(*lines) as script:
        trial = _trial(args)
        trial.conversation = script
        assert trial.call(primitive) == expected


def test_credentials_fail_on_demand() -> None:
    assert _trial("").setcred() == _C.SUCCESS
    assert _trial("fail_2").setcred() == _C.CRED_ERR


@pytest.mark.parametrize(
    ("uid", "args", "asked"), [(0, "rootok", ()), (0, "", (_OLD,)), (1000, "rootok", (_OLD,))]
)
def test_root_need_not_give_the_old_password(uid: int, args: str, asked: tuple[Line, ...]) -> None:
    world = memory_world(process=StandInProcess(uid=uid))
    with Script(*asked, _CHANGING, *_NEW) as script:
        trial = _trial(f"required {args}", world=world)
        trial.conversation = script
        assert trial.chauthtok() == _C.SUCCESS


def test_a_password_that_has_not_expired_is_left_as_it_is() -> None:
    assert _trial("").chauthtok(int(Flag.CHANGE_EXPIRED_AUTHTOK)) == _C.SUCCESS
    policy = "account required pam_stress.so expired\npassword required pam_stress.so\n"
    with Script(_CHANGING, *_NEW) as script:
        trial = Trial(policy, pam_stress, conversation=script)
        assert trial.acct_mgmt() == _C.NEW_AUTHTOK_REQD
        assert trial.chauthtok(int(Flag.CHANGE_EXPIRED_AUTHTOK)) == _C.SUCCESS


@pytest.mark.parametrize(
    ("args", "flags", "before", "after"),
    [
        ("", 0, (_CHANGING,), (error("Verification mis-typed; password unchanged"),)),
        ("no_warn", 0, (_CHANGING,), ()),
        ("", int(Flag.SILENT), (), ()),
    ],
)
def test_passwords_that_differ_are_refused(
    args: str, flags: int, before: tuple[Line, ...], after: tuple[Line, ...]
) -> None:
    other = hidden("Retype new STRESS password: ", "other")
    with Script(*before, _NEW[0], other, *after) as script:
        trial = _trial(args)
        trial.conversation = script
        assert trial.chauthtok(flags) == _C.AUTHTOK_ERR


def test_the_new_password_is_the_token_of_the_next() -> None:
    policy = (
        "password required pam_stress.so\npassword required pam_stress.so required use_first_pass\n"
    )
    script = Script(_CHANGING, *_NEW, _CHANGING, *_NEW)
    assert Trial(policy, pam_stress, conversation=script).chauthtok() == _C.SUCCESS


@pytest.mark.parametrize("answer", [None, EOFError()])
def test_no_answer_is_no_password(answer: Answer | BaseException) -> None:
    trial = _trial("", hidden("STRESS Password: ", answer))
    assert trial.authenticate() == (_C.AUTH_ERR if answer is None else _C.CONV_ERR)
    missing = hidden("Enter new STRESS password: ", answer), _NEW[1]
    trial = _trial("", _CHANGING, *missing)
    assert trial.chauthtok() == (_C.SYSTEM_ERR if answer is None else _C.CONV_ERR)


def test_a_user_is_needed() -> None:
    trial = _trial("", visible("username: ", EOFError()), user=None)
    assert trial.authenticate() == _C.CONV_ERR
    assert _trial("", user=None).open_session() == _C.SESSION_ERR
    assert _trial("", user=None).chauthtok() == _C.USER_UNKNOWN


def test_the_password_is_never_logged() -> None:
    trial = _trial("debug", hidden("STRESS Password: ", "correct horse"))
    assert trial.authenticate() == _C.SUCCESS
    assert not [line for line in _logged(trial) if "horse" in line]
    assert _logged(trial) == [
        "CALLED: pam_sm_authenticate",
        "FLAGS : 00",
        "CTRL  = 01",
        "ARGV  :",
        ' "debug"',
        "pam_sm_authenticate: username = alice",
        "pam_st_authenticate: password entered is: [not shown]",
    ]


def test_sessions_and_options_are_logged_as_in_c() -> None:
    trial = _trial("nonsense")
    trial.open_session()
    trial.close_session()
    assert [line for line in _logged(trial) if "`" not in line] == [
        "unknown option: nonsense",
        "opened [test] session for user [alice]",
        "unknown option: nonsense",
        "closed [test] session for user [alice]",
    ]
