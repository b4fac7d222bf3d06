import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.cli.shown import argument, arguments_text, policy_text, shown


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("plain, even with umläuts", "plain, even with umläuts"),
        ("\\x1b[31m", "\x1b[31m"),
        ("a\\x0ab", "a\nb"),
        ("\\xff", "\udcff"),
        ("\\u202e", "\u202e"),
    ],
)
def test_what_a_terminal_would_act_on_is_written_out(expected: str, text: str) -> None:
    assert expected == shown(text)


@given(st.text())
def test_whatever_is_shown_can_be_printed(text: str) -> None:
    assert shown(text).isprintable()


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        ("password=<hidden>", "password=hunter2"),
        ("passwd=<hidden>", "passwd=hunter2 and more"),
        ("bindpw=<hidden>", "bindpw=hunter2"),
        ("--client_secret=<hidden>", "--client_secret=hunter2"),
        ("API-Token=<hidden>", "API-Token=hunter2"),
        ("key=<hidden>", "key=hunter2"),
        ("uri=ldap://admin:<hidden>@host", "uri=ldap://admin:hunter2@host"),
        ("try_first_pass", "try_first_pass"),
        ("password=", "password="),
        ("authtok_type=UNIX", "authtok_type=UNIX"),
        ("user=alice", "user=alice"),
        ("monkey=banana", "monkey=banana"),
    ],
)
def test_an_argument_that_looks_like_a_secret_keeps_its_name_only(
    expected: str, written: str
) -> None:
    assert expected == argument(written)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (
            "control `secret=<hidden>` is unknown",
            "control `secret=hunter2 hunter2` is unknown",
        ),
        ("found password=<hidden> there", "found password=hunter2 there"),
        ("[passwd=<hidden>] debug", "[passwd=hunter2 and more] debug"),
        ("[where=passwd=<hidden> debug", "[where=passwd='hunter2 more' debug"),
        ("where password = <hidden> x", "where password = 'hunter2 more' x"),
        ("passwd=<hidden> debug", "passwd=hunt`er2 debug"),
        ("`passwd=<hidden>` is odd", "`passwd=hunt`er2` is odd"),
        ("`passwd=<hidden>` and `x` is", "`passwd=<hidden>` and `x` is"),
    ],
)
def test_a_text_that_quotes_a_policy_keeps_its_secrets(expected: str, text: str) -> None:
    assert expected == policy_text(text)


def test_behind_a_secret_in_a_row_of_arguments_nothing_is_shown() -> None:
    assert arguments_text("pam_x user=a passwd=hunter2 or so b") == "pam_x user=a passwd=<hidden>"
    assert arguments_text("pam_x try_first_pass debug") == "pam_x try_first_pass debug"
