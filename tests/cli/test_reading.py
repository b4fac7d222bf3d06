import pytest

from pamkit.cli.reading import explanation, reading_note

HELPER = "/usr/sbin/unix_chkpwd"


@pytest.mark.parametrize(
    ("told", "helper", "is_self", "may_gain_rights"),
    [
        ("there is no unix_chkpwd to ask: run this as root", "", False, True),
        ("there is no unix_chkpwd to ask: run this as root", "", True, True),
        ("because no_new_privs is set", HELPER, True, False),
        ("which answers only about the user who runs it", HELPER, False, True),
    ],
)
def test_who_may_not_read_the_shadow_file_is_told_what_that_means(
    told: str, helper: str, is_self: bool, may_gain_rights: bool
) -> None:
    said = explanation(
        "/etc/shadow", uid=1000, helper=helper, is_self=is_self, may_gain_rights=may_gain_rights
    )
    assert said.startswith("user number 1000 may not read /etc/shadow")
    assert told in said


def test_a_wrong_password_of_ones_own_needs_no_explanation() -> None:
    said = explanation("/etc/shadow", uid=1000, helper=HELPER, is_self=True, may_gain_rights=True)
    assert said == ""


def test_where_no_password_was_refused_nothing_is_said() -> None:
    assert reading_note((), "alice", "/") == ""
