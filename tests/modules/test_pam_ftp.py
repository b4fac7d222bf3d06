"""pam_ftp: who is anonymous, and what is believed of them."""

from __future__ import annotations

from typing import Any

import pytest

from pamkit.modules import pam_ftp, pam_stress
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, hidden, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer

_C = ReturnCode
_GUEST = "Guest login ok, send your complete e-mail address as password."
_BEFORE = {Item.RUSER: "before", Item.RHOST: "before"}


def _trial(args: str, user: str | None, *lines: Line) -> Trial:
    policy = f"auth required pam_ftp.so {args}"
    return Trial(policy, pam_ftp, user=user, items=_BEFORE, conversation=Script(*lines))


@pytest.mark.parametrize(
    ("args", "user", "becomes"),
    [
        ("", "ftp", "ftp"),
        ("", "anonymous", "ftp"),
        ("users=", "anonymous", "ftp"),
        ("users=bob,carol", "bob", "bob"),
        ("users=bob,carol", "carol", "bob"),
        ("users=,bob,,carol", "carol", "bob"),
        ("ftp=alice users=bob,carol", "carol", "bob"),
        ("ftp=alice", "anonymous", "ftp"),
    ],
)
def test_whoever_is_anonymous_is_let_in_as_the_first_of_the_list(
    args: str, user: str, becomes: str
) -> None:
    trial = _trial(args, user, hidden(_GUEST, "me@far"))
    assert trial.authenticate() == _C.SUCCESS
    assert trial.handle.texts[Item.USER] == becomes
    assert Item.AUTHTOK not in trial.handle.tokens


@pytest.mark.parametrize(
    ("args", "user"),
    [("", "alice"), ("", ""), ("users=bob", "ftp"), ("users=,", "ftp"), ("ftp=bob", "bob")],
)
def test_anybody_else_is_refused_and_the_password_is_for_the_next(args: str, user: str) -> None:
    asked = hidden(f"Password required for {user}.", "secret")
    trial = _trial(args, user, asked)
    assert trial.authenticate() == _C.AUTH_ERR
    assert trial.handle.texts[Item.USER] == user
    assert {item: trial.handle.texts[item] for item in _BEFORE} == _BEFORE
    # The next one finds the password, and asks for none.
    policy = (
        f"auth [auth_err=ignore default=die] pam_ftp.so {args}\n"
        "auth required pam_stress.so use_first_pass\n"
    )
    with Script(asked) as script:
        both = Trial(policy, pam_ftp, pam_stress, user=user, conversation=script)
        assert both.authenticate() == _C.SUCCESS


@pytest.mark.parametrize(
    ("address", "ruser", "rhost"),
    [
        ("me@far", "me", "far"),
        ("me@far@other", "me", "far"),
        ("me@@far", "me", "far"),
        ("me", "me", None),
        ("@far", "far", None),
        ("", None, "before"),
        ("@", None, "before"),
    ],
)
def test_the_address_is_believed_unless_it_is_ignored(
    address: str, ruser: str | None, rhost: str | None
) -> None:
    for args, expected in (("", (ruser, rhost)), ("ignore", ("before", "before"))):
        trial = _trial(args, "ftp", hidden(_GUEST, address))
        assert trial.authenticate() == _C.SUCCESS
        texts = trial.handle.texts
        assert (texts.get(Item.RUSER), texts.get(Item.RHOST)) == expected


@pytest.mark.parametrize("user", ["ftp", "alice"])
@pytest.mark.parametrize("answer", [None, EOFError()])
def test_no_answer_lets_nobody_in(user: str, answer: Answer | BaseException) -> None:
    prompt = _GUEST if user == "ftp" else "Password required for alice."
    assert _trial("", user, hidden(prompt, answer)).authenticate() == _C.AUTHINFO_UNAVAIL


def test_without_a_name_nobody_is_let_in() -> None:
    trial = _trial("", None, visible("login:", EOFError()))
    assert trial.authenticate() == _C.USER_UNKNOWN
    assert _logged(trial) == ["cannot determine user name: Conversation error"]


def test_a_word_that_is_no_option_is_logged_in_c_s_words() -> None:
    trial = _trial("debug nonsense", "ftp", hidden(_GUEST, "x"))
    assert trial.authenticate() == _C.SUCCESS
    assert "unknown option: nonsense" in _logged(trial)


def test_credentials_are_not_its_matter() -> None:
    policy = "auth [default=bad ignore=ok] pam_ftp.so"
    assert Trial(policy, pam_ftp).setcred() == _C.IGNORE


def _logged(trial: Any) -> list[str]:
    assert isinstance(trial.world.log, MemoryLog)
    return [text.partition(": ")[2] for text in trial.world.log.texts]
