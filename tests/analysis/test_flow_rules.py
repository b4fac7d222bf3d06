"""What the rules about dead lines, shut chains and idle lines find, and what they leave alone."""

from __future__ import annotations

import pytest

from pamkit.analysis import control_flow
from pamkit.analysis.explore import TooMany
from pamkit.analysis.rules import dead_line, never_succeeds, redundant_line

from .trees import messages

_UNIX = "auth required pam_unix.so\n"
_DENY = "auth required pam_deny.so\n"
_DEBIAN = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
_NOBODY = "error: nobody can pass `auth` of"

CASES: list[tuple[str, dict[str, str | None] | str, list[str]]] = [
    (
        "dead-line",
        "account requisite pam_deny.so\naccount required pam_unix.so\n",
        ["test:2:18 warning: no run reaches this line: none gets past `pam_deny` above"],
    ),
    # A denial for another day, and what hangs on a file or a line that is not there.
    ("dead-line", f"auth sufficient pam_permit.so\n{_DENY}", []),
    ("dead-line", f"auth requisite pam_deny.so\nauth include x\n{_UNIX}", []),
    ("dead-line", f"auth requisite\n{_UNIX}", []),
    # In one service it is dead, in another it is not.
    (
        "dead-line",
        {
            "a": "auth sufficient pam_permit.so\nauth include common-x\n",
            "b": "auth include common-x\n",
            "common-x": _UNIX,
        },
        [],
    ),
    # A program may ask for credentials alone.
    (
        "dead-line",
        f"auth [success=die default=ignore] pam_permit.so\n{_UNIX}",
        ["test:2:15 warning: no run reaches this line: none gets past `pam_permit` above"],
    ),
    ("dead-line", f"auth requisite pam_env.so\n{_UNIX}", []),
    ("never-succeeds", {"other": _UNIX + _DENY, "a": _DENY}, []),
    ("never-succeeds", f"auth required pam_warn.so\n{_DENY}", []),
    ("never-succeeds", _UNIX + _DENY, [f"test:2:15 {_NOBODY} `test`, whatever is answered"]),
    ("never-succeeds", _DENY + _UNIX, []),
    ("never-succeeds", _UNIX, []),
    (
        "never-succeeds",
        f"auth required pam_of_nobody.so\n{_DENY}",
        [f"test:2:15 {_NOBODY} `test`, whatever is answered"],
    ),
    ("never-succeeds", _DEBIAN, [f"test:2:16 {_NOBODY} `test`, whatever is answered"]),
    # A piece of a file may be closed by those that include it, a test says what it answers.
    ("never-succeeds", {"common-auth": _DEBIAN}, []),
    ("never-succeeds", f"auth required pam_debug.so\n{_DENY}", []),
    ("never-succeeds", f"{_UNIX}auth requisite\n", []),
    ("never-succeeds", f"auth include x\n{_UNIX}{_DENY}", []),
    (
        "redundant-line",
        f"{_UNIX}auth sufficient pam_localuser.so\n",
        [
            "test:2:17 note: `pam_localuser` has no influence here: whatever it answers, the same"
            " comes of it"
        ],
    ),
    ("redundant-line", f"{_UNIX}auth sufficient pam_localuser.so\n{_UNIX}", []),
    ("redundant-line", f"{_UNIX}auth required pam_permit.so\n", []),
    ("redundant-line", "auth optional pam_permit.so\n", []),
    ("redundant-line", f"auth optional pam_permit.so\n{_UNIX}", []),
    ("redundant-line", f"auth include x\n{_UNIX}auth optional pam_permit.so\n", []),
    ("redundant-line", f"{_UNIX}auth optional pam_env.so\n", []),
    (
        "redundant-line",
        {
            "a": f"{_UNIX}auth include common-x\n",
            "b": "auth include common-x\nauth required pam_unix.so\n",
            "common-x": "auth optional pam_permit.so\n",
        },
        [],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_what_it_should_and_nothing_else(
    rule: str, files: dict[str, str | None] | str, expected: list[str]
) -> None:
    assert messages(files, rule) == expected


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        (control_flow, dead_line),
        (control_flow, never_succeeds),
        (control_flow, redundant_line),
        (never_succeeds, never_succeeds),
    ],
)
def test_what_has_too_many_runs_is_left_alone(
    place: object, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object, **__: object) -> None:
        raise TooMany

    monkeypatch.setattr(place, "explore", gives_up)
    text = f"{_UNIX}{_DENY}auth optional pam_permit.so\n"
    name = str(getattr(rule, "RULE").name)  # noqa: B009  # a module has any attribute
    assert messages(text, name) == []
