import pytest

from pamkit.cli.plan import flags, tasks
from pamkit.cli.usage import UsageError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag


def test_words_become_calls_in_their_order() -> None:
    assert [
        (task.primitive, task.flags)
        for task in tasks("setcred:delete, pam_authenticate,chauthtok:change_expired+silent")
    ] == [
        (Primitive.SETCRED, Flag.DELETE_CRED),
        (Primitive.AUTHENTICATE, 0),
        (Primitive.CHAUTHTOK, Flag.CHANGE_EXPIRED_AUTHTOK | Flag.SILENT),
    ]


def test_login_is_all_that_a_login_does_and_renews_the_password_on_the_way() -> None:
    planned = tasks("login")
    assert [(task.primitive.name.lower(), task.flags, task.renews) for task in planned] == [
        ("authenticate", 0, False),
        ("acct_mgmt", 0, True),
        ("setcred", Flag.ESTABLISH_CRED, False),
        ("open_session", 0, False),
        ("close_session", 0, False),
        ("setcred", Flag.DELETE_CRED, False),
    ]


def test_common_flags_go_only_where_they_may() -> None:
    silent = Flag.SILENT | Flag.DISALLOW_NULL_AUTHTOK
    assert [silent, Flag.SILENT] == [task.flags for task in tasks("acct_mgmt,open_session", silent)]


@pytest.mark.parametrize("words", ["", ",", "authenticate,", "nothing", "setcred:nothing"])
def test_a_word_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(UsageError):
        tasks(words)


@pytest.mark.parametrize("word", ["prelim_check", "update_authtok"])
def test_the_passes_of_chauthtok_cannot_be_chosen(word: str) -> None:
    with pytest.raises(UsageError, match="there is no flag"):
        flags(word)
