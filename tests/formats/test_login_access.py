"""login.access(5): which line is about whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.access_conf import BadLine, Rule
from pamkit.formats.login_access import Questions, fits, rules

_NOBODY = Questions(lambda _: False, lambda _: False, lambda _: False)
_NAMES = st.text(alphabet="abcxyz019-_", min_size=1, max_size=6).filter(
    lambda name: name.upper() not in ("ALL", "LOCAL", "EXCEPT")
)


def _rule(users: str, origins: str) -> Rule:
    (found,) = rules(f"-:{users}:{origins}\n")
    assert isinstance(found, Rule)
    return found


@given(_NAMES, _NAMES, _NAMES)
def test_a_name_is_in_a_list_that_has_it_and_not_behind_except(
    user: str, other: str, origin: str
) -> None:
    assert fits(_rule(f"{other} {user}", "ALL"), user, origin, _NOBODY)
    assert fits(_rule(user, origin), user, origin, _NOBODY)
    assert not fits(_rule(f"ALL EXCEPT {user}", "ALL"), user, origin, _NOBODY)
    if user != other:
        assert not fits(_rule(other, "ALL"), user, origin, _NOBODY)
        assert fits(_rule(f"ALL EXCEPT {other}", "ALL"), user, origin, _NOBODY)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for rule in rules(text):
        assert isinstance(rule, (Rule, BadLine))
        if isinstance(rule, Rule):
            assert isinstance(fits(rule, "alice", "far", _NOBODY), bool)


def test_a_fourth_field_makes_a_line_bad() -> None:
    assert rules("+:a:b:c\n") == [BadLine(1, "bad field count")]


def test_what_the_outside_knows_is_asked_by_name() -> None:
    asked: list[str] = []

    def note(name: str) -> bool:
        asked.append(name)
        return True

    ask = Questions(note, note, note)
    assert fits(_rule("@people", "@hosts"), "u", "o", ask)
    assert fits(_rule("(staff)", "ALL"), "u", "o", ask)
    assert fits(_rule("staff", "ALL"), "u", "o", ask)
    assert asked == ["hosts", "people", "staff", "staff"]
    assert not fits(_rule("staff", "ALL"), "u", "o", ask.changed(groups_in_brackets=True))
