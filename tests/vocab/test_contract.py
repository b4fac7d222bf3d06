from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.contract import ANSWERS
from pamkit.vocab.facility import Primitive


def test_every_primitive_says_what_it_may_answer() -> None:
    assert set(Primitive) == set(ANSWERS)


def test_every_primitive_may_succeed_ignore_and_refuse() -> None:
    always = {ReturnCode.SUCCESS, ReturnCode.IGNORE, ReturnCode.PERM_DENIED}
    assert all(always <= answers for answers in ANSWERS.values())


def test_a17_to_a21_setcred_may_answer_what_its_page_lists() -> None:
    listed = {
        ReturnCode.CRED_UNAVAIL,
        ReturnCode.CRED_EXPIRED,
        ReturnCode.CRED_ERR,
        ReturnCode.SUCCESS,
        ReturnCode.USER_UNKNOWN,
    }
    assert listed <= ANSWERS[Primitive.SETCRED]


def test_b22_b23_sessions_may_answer_success_and_session_err() -> None:
    for primitive in (Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION):
        assert {ReturnCode.SUCCESS, ReturnCode.SESSION_ERR} <= ANSWERS[primitive]


def test_only_authenticate_and_account_may_ask_for_a_new_token() -> None:
    asking = {p for p, answers in ANSWERS.items() if ReturnCode.NEW_AUTHTOK_REQD in answers}
    assert {Primitive.AUTHENTICATE, Primitive.ACCT_MGMT} == asking
