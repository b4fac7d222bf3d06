import pickle

import pytest

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.errors import (
    BY_CODE,
    AccountLocked,
    Denied,
    PamError,
    PolicyError,
    Refused,
    WrongCredentials,
    refusal,
)
from pamkit.vocab.span import Span


def test_every_code_has_an_exception_that_carries_it() -> None:
    for code in ReturnCode:
        fault = refusal(code)
        assert code == fault.code
        assert type(fault) is BY_CODE.get(code, PamError)


def test_an_unknown_code_is_a_plain_error_that_keeps_its_number() -> None:
    fault = refusal(99)
    assert (99, PamError) == (fault.code, type(fault))


def test_without_a_message_the_code_speaks() -> None:
    assert str(refusal(7)) == "authentication failure: check the user name and the password"
    assert str(PamError()) == "system error"


def test_a_message_and_a_trace_are_kept() -> None:
    fault = refusal(ReturnCode.PERM_DENIED, "not on mondays", (1, 2))
    assert (str(fault), fault.trace) == ("not on mondays", (1, 2))


def test_a_class_brings_its_own_code() -> None:
    assert WrongCredentials().code == ReturnCode.AUTH_ERR
    assert AccountLocked().code == ReturnCode.PERM_DENIED


def test_a_locked_account_is_denied_and_denied_is_refused() -> None:
    with pytest.raises(Denied):
        raise AccountLocked()
    assert issubclass(Denied, Refused)


def test_a_policy_error_is_abort_and_says_what_was_found() -> None:
    found = Finding("odd", Severity.ERROR, Span("su", 1), "it is odd")
    fault = PolicyError("it cannot be used", (found,))
    assert (ReturnCode.ABORT, (found,)) == (fault.code, fault.findings)
    assert str(fault) == "it cannot be used"


def test_errors_travel_to_another_process_as_they_are() -> None:
    finding = Finding("rule", Severity.ERROR, Span("f", 1), "odd")
    for error in (
        refusal(ReturnCode.MAXTRIES, "enough", (1, 2)),
        PolicyError("no policy", (finding,)),
    ):
        came = pickle.loads(pickle.dumps(error))  # noqa: S301  # what was dumped in this line
        assert type(came) is type(error)
        assert vars(came) == vars(error)
