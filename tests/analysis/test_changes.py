"""What a change of a policy changes beside its verdicts."""

from __future__ import annotations

import pytest

from pamkit.analysis.changes import asked_for_yes, changes, uncounted
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive
from tests.analysis.policies import chains, declarations

_PREAUTH = "auth required pam_faillock.so preauth\n"
_UNIX = "auth sufficient pam_unix.so\n"
_DENY = "auth required pam_deny.so\n"


def _sentences(old: str, new: str, primitive: Primitive = Primitive.AUTHENTICATE) -> list[str]:
    facility = FACILITY_OF[primitive]
    sides = chains(old)[facility], chains(new)[facility]
    return [each.sentence for each in changes(*sides, primitive, declarations)]


_CHANGES = [
    (_UNIX, f"# a comment\n{_UNIX}", []),
    (_UNIX, f"auth optional pam_warn.so\n{_UNIX}", ["`pam_warn` runs now"]),
    (f"auth optional pam_warn.so\n{_UNIX}", _UNIX, ["`pam_warn` no longer runs"]),
    (
        f"auth optional pam_warn.so\n{_UNIX}{_DENY}",
        f"{_UNIX}auth optional pam_warn.so\nauth required pam_rootok.so\n",
        [
            "`pam_warn` no longer runs on every way to a yes",
            "`pam_rootok` runs now",
            "`pam_unix` is asked first, which `pam_warn` was",
        ],
    ),
    (
        "auth sufficient pam_rootok.so\nauth required pam_unix.so\n",
        "auth required pam_unix.so\nauth sufficient pam_rootok.so\n",
        [
            "`pam_unix` runs on every way to a yes now",
            "`pam_unix` is asked first, which `pam_rootok` was",
        ],
    ),
    (
        "auth required pam_unix.so\nauth required pam_unix.so a\n",
        "auth required pam_unix.so b\nauth required pam_unix.so\n",
        ["`pam_unix` has other words: `a` was, `b` is"],
    ),
    # One line of several that is gone is no other word.
    ("auth required pam_unix.so\nauth required pam_unix.so a\n", "auth required pam_unix.so\n", []),
    # Where nobody is let by there is nothing to run for.
    (_UNIX, _DENY, []),
    ("", _UNIX, []),
    (
        f"{_PREAUTH}{_UNIX}auth requisite pam_usertype.so isregular\n"
        f"auth required pam_faillock.so authfail\n{_DENY}",
        f"{_PREAUTH}{_UNIX}auth required pam_faillock.so authfail\n{_DENY}",
        [
            "a wrong password of root is always counted now",
            "a wrong password of a user numbered below 1000 is always counted now",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), _CHANGES)
def test_what_is_otherwise_is_said(old: str, new: str, expected: list[str]) -> None:
    assert _sentences(old, new) == expected


def test_the_other_way_round_failures_are_not_counted() -> None:
    old, new, _ = _CHANGES[-1]
    assert "a wrong password of root can be refused without being counted now" in _sentences(
        new, old
    )


def test_sessions_run_what_they_run() -> None:
    old = "session required pam_limits.so\nsession required pam_unix.so\n"
    new = "session required pam_unix.so\n"
    assert _sentences(old, new, Primitive.OPEN_SESSION) == ["`pam_limits` no longer runs"]


def test_what_is_asked_before_a_yes_is_told_from_what_may_be() -> None:
    chain = chains(f"{_UNIX}auth required pam_rootok.so\n")[Facility.AUTH]
    asked = asked_for_yes(chain, Primitive.AUTHENTICATE, declarations)
    assert sorted(asked.always) == ["pam_unix"]
    assert sorted(asked.sometimes) == ["pam_rootok", "pam_unix"]
    nobody = asked_for_yes(chains(_DENY)[Facility.AUTH], Primitive.AUTHENTICATE, declarations)
    assert not nobody.sometimes


def test_where_nothing_counts_nothing_is_left_uncounted() -> None:
    assert uncounted(chains(_UNIX)[Facility.AUTH], declarations) == frozenset()


def test_who_is_refused_before_the_password_need_not_be_counted() -> None:
    text = f"auth requisite pam_securetty.so\n{_PREAUTH}{_UNIX}"
    text += f"auth [default=die] pam_faillock.so authfail\n{_DENY}"
    assert uncounted(chains(text)[Facility.AUTH], declarations) == frozenset()
