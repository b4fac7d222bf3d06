from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.semantics.lifecycle import (
    RULES,
    Event,
    Kind,
    Stage,
    Standing,
    after,
    broken_by,
    events_of,
    judge,
    kind_of,
)
from pamkit.semantics.trace import Run
from pamkit.semantics.verdict import START
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag

K = Kind
LOGIN = (K.AUTHENTICATE, K.ACCT_MGMT, K.ESTABLISH, K.OPEN, K.LOGIN_RECORD)
LOGOUT = (K.LOGOUT_RECORD, K.CLOSE, K.DELETE, K.END)


def _names(*kinds: Kind | Event) -> list[list[str]]:
    """Return the rules that each event breaks."""
    events = [kind if isinstance(kind, Event) else Event(kind) for kind in kinds]
    return [[rule.name for rule in judgement.rules] for judgement in judge(events)]


def _last(*kinds: Kind | Event) -> list[str]:
    return _names(*kinds)[-1]


def _refused(kind: Kind) -> Event:
    return Event(kind, granted=False)


def test_a_login_in_the_order_of_the_pages_is_usual_to_its_end() -> None:
    judged = judge(Event(kind) for kind in (*LOGIN, K.RENEW, *LOGOUT))
    assert {judgement.standing for judgement in judged} == {Standing.USUAL}


def test_a_password_may_be_changed_at_any_time() -> None:
    assert _names(K.CHAUTHTOK, K.AUTHENTICATE, K.ACCT_MGMT, K.CHAUTHTOK) == [[], [], [], []]


@pytest.mark.parametrize(
    ("requirement", "name", "kinds"),
    [
        ("A5", "credentials-after-refusal", (_refused(K.AUTHENTICATE), K.ESTABLISH)),
        ("A5", "credentials-without-authentication", (K.ESTABLISH,)),
        ("A6", "credentials-after-open", (K.AUTHENTICATE, K.ACCT_MGMT, K.OPEN, K.ESTABLISH)),
        ("A11", "renewal-without-credentials", (K.AUTHENTICATE, K.RENEW)),
        ("A10", "deleted-before-close", (*LOGIN, K.DELETE)),
        ("B6", "account-after-refusal", (_refused(K.AUTHENTICATE), K.ACCT_MGMT)),
        ("B6", "open-after-refusal", (K.AUTHENTICATE, _refused(K.ACCT_MGMT), K.OPEN)),
        ("B6", "open-without-account-check", (K.AUTHENTICATE, K.OPEN)),
        ("B5", "opened-twice", (*LOGIN, K.OPEN)),
        ("B19", "recorded-before-open", (K.AUTHENTICATE, K.ACCT_MGMT, K.LOGIN_RECORD)),
        ("B20", "closed-before-logout-record", (*LOGIN, K.CLOSE)),
        ("B14", "closed-without-open", (K.CLOSE,)),
        ("B8", "login-without-open", (K.AUTHENTICATE, K.ACCT_MGMT, K.LOGIN_RECORD, K.END)),
        ("B9", "ended-in-session", (*LOGIN, K.END)),
        ("A10", "ended-with-credentials", (K.AUTHENTICATE, K.ESTABLISH, K.END)),
        ("B10", "after-the-end", (K.AUTHENTICATE, K.END, K.ACCT_MGMT)),
    ],
)
def test_an_order_that_a_page_forbids_is_named_with_its_sentence(
    requirement: str, name: str, kinds: tuple[Kind | Event, ...]
) -> None:
    assert name in _last(*kinds)
    (rule,) = {rule for rule in RULES if rule.name == name and rule.kind is _kind(kinds[-1])}
    assert requirement in rule.sources.split()


def _kind(event: Kind | Event) -> Kind:
    return event.kind if isinstance(event, Event) else event


def test_cron_and_sshd_with_a_key_are_tolerated_and_a_refused_login_is_not() -> None:
    cron = judge([Event(K.ACCT_MGMT), Event(K.ESTABLISH), Event(K.OPEN)])
    assert [judgement.standing for judgement in cron] == [
        Standing.USUAL,
        Standing.TOLERATED,
        Standing.TOLERATED,
    ]
    refused = judge([_refused(K.AUTHENTICATE), Event(K.ESTABLISH)])
    assert refused[-1].standing is Standing.REFUSED


def test_a_second_authentication_needs_a_second_account_check() -> None:
    assert _last(K.AUTHENTICATE, K.ACCT_MGMT, K.AUTHENTICATE, K.OPEN) == [
        "open-without-account-check"
    ]


def test_what_failed_did_not_happen() -> None:
    begun = (K.AUTHENTICATE, K.ACCT_MGMT, K.ESTABLISH, _refused(K.OPEN))
    assert _last(*begun, K.CLOSE) == ["closed-without-open"]
    assert _last(*LOGIN, K.LOGOUT_RECORD, _refused(K.CLOSE), K.END) == ["ended-in-session"]
    ended = (*LOGIN, K.LOGOUT_RECORD, K.CLOSE, _refused(K.DELETE), K.END)
    assert _last(*ended) == ["ended-with-credentials"]
    assert _last(*LOGIN, _refused(K.LOGOUT_RECORD), K.CLOSE) == ["closed-before-logout-record"]


def test_every_rule_can_be_broken_and_says_what_to_do() -> None:
    stages = _stages()
    for rule in RULES:
        assert any(rule.is_broken(stage) for stage in stages), rule.name
        assert not all(rule.is_broken(stage) for stage in stages), rule.name
        assert rule.sentence == rule.sentence.lower()
        assert not rule.sentence.endswith(".")
        assert rule.advice
    assert {rule.standing for rule in RULES} == {Standing.TOLERATED, Standing.REFUSED}


def _stages() -> list[Stage]:
    """Return every stage that a few events lead to."""
    found = {Stage()}
    for _ in range(6):
        found |= {
            after(stage, Event(kind, granted))
            for stage in found
            for kind in Kind
            for granted in (True, False)
        }
    return sorted(found, key=repr)


@given(st.lists(st.builds(Event, st.sampled_from(list(Kind)), st.booleans()), max_size=12))
def test_every_trace_is_judged_event_by_event(events: list[Event]) -> None:
    judged = judge(events)
    assert [judgement.event for judgement in judged] == events
    assert [judgement.at for judgement in judged] == list(range(len(events)))
    stage = Stage()
    for judgement in judged:
        assert judgement.rules == broken_by(stage, judgement.event.kind)
        stage = after(stage, judgement.event)


@pytest.mark.parametrize(
    ("primitive", "flags", "kind"),
    [
        (Primitive.AUTHENTICATE, 0, K.AUTHENTICATE),
        (Primitive.ACCT_MGMT, Flag.SILENT, K.ACCT_MGMT),
        (Primitive.SETCRED, 0, K.ESTABLISH),
        (Primitive.SETCRED, Flag.ESTABLISH_CRED | Flag.SILENT, K.ESTABLISH),
        (Primitive.SETCRED, Flag.REINITIALIZE_CRED, K.RENEW),
        (Primitive.SETCRED, Flag.REFRESH_CRED | Flag.SILENT, K.RENEW),
        (Primitive.SETCRED, Flag.DELETE_CRED, K.DELETE),
        (Primitive.OPEN_SESSION, 0, K.OPEN),
        (Primitive.CLOSE_SESSION, 0, K.CLOSE),
        (Primitive.CHAUTHTOK, Flag.CHANGE_EXPIRED_AUTHTOK, K.CHAUTHTOK),
    ],
)
def test_a_call_is_known_by_its_primitive_and_flags(
    primitive: Primitive, flags: int, kind: Kind
) -> None:
    assert kind_of(primitive, int(flags)) is kind


def test_a_recorded_transaction_becomes_a_trace() -> None:
    runs = [
        Run(primitive, "login", 0, (), START, int(code))
        for primitive, code in (
            (Primitive.AUTHENTICATE, ReturnCode.SUCCESS),
            (Primitive.ACCT_MGMT, ReturnCode.ACCT_EXPIRED),
        )
    ]
    assert events_of(runs) == (Event(K.AUTHENTICATE), Event(K.ACCT_MGMT, granted=False))
