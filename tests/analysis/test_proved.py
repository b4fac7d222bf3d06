from __future__ import annotations

import pytest

from pamkit.analysis import explore
from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.tree import Service

from .trees import tree


def _service(text: str) -> Service:
    found = tree({"test": text}).service("test")
    assert found is not None
    return found


def test_a_claim_is_looked_into_once() -> None:
    service = _service("auth required pam_unix.so\n")
    first = proved(service, NO_GRANT_WITHOUT_PROOF)
    assert first is not None
    assert first.holds
    assert proved(service, NO_GRANT_WITHOUT_PROOF) is first


def test_a_run_is_shown_line_by_line() -> None:
    service = _service("auth required pam_unix.so\nauth sufficient pam_permit.so\n")
    open_one = _service("auth sufficient pam_permit.so\n")
    result = proved(open_one, NO_GRANT_WITHOUT_PROOF)
    assert result is not None
    (shown,) = shown_run(open_one, result.witness)
    assert shown[0].line == 1
    assert shown[1] == "pam_permit answers success"
    assert shown_run(service, ()) == ()


def test_nothing_is_said_of_a_service_of_which_a_part_is_missing() -> None:
    assert proved(_service("auth include not-there\n"), NO_GRANT_WITHOUT_PROOF) is None


def test_nothing_is_said_where_there_is_too_much_to_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    assert proved(_service("auth required pam_unix.so\n" * 3), NO_GRANT_WITHOUT_PROOF) is None
