from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.engine.driver import NotYet, Performer
from pamkit.engine.prompts import Answers, OnlyPassword, Wanted, only_password
from pamkit.module.effect import Ask
from pamkit.testing.outside import StandInOutside
from pamkit.testing.script import Script, hidden, info, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pamkit.vocab.message import Answer


def secret(text: str) -> Message:
    return Message(Style.PROMPT_ECHO_OFF, text)


def shown(text: str) -> Message:
    return Message(Style.PROMPT_ECHO_ON, text)


HELLO = Message(Style.TEXT_INFO, "Hello")
PASSWORD = secret("Password: ")


def everything(**more: Any) -> Answers:
    return Answers(user="alice", password="old", new_password="new", **more)


# --- PAM's own prompts ---

OWN = [
    (shown("login:"), "alice"),
    (shown("Login: "), "alice"),
    (PASSWORD, Secret("old")),
    (secret("password:"), Secret("old")),
    (secret("  PASSWORD  "), Secret("old")),
    (secret("Password\uff1a"), Secret("old")),
    (secret("Current password: "), Secret("old")),
    (secret("Current UNIX password: "), Secret("old")),
    (secret("(current) UNIX password: "), Secret("old")),
    (secret("Old Password:"), Secret("old")),
    (secret("New password: "), Secret("new")),
    (secret("New UNIX password: "), Secret("new")),
    (secret("Enter new UNIX password: "), Secret("new")),
]


@pytest.mark.parametrize(("prompt", "answer"), OWN)
def test_ordinary_prompts_are_recognised(prompt: Message, answer: Answer) -> None:
    assert everything()((prompt,)) == [answer]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("New password: ", "Retype new password: "),
        ("New UNIX password: ", "Retype new UNIX password: "),
        ("Enter new UNIX password: ", "Retype new UNIX password: "),
    ],
)
def test_a_new_password_is_given_twice_and_no_more(first: str, second: str) -> None:
    answers = everything()
    assert answers((secret(first),)) == [Secret("new")]
    assert answers((secret(second),)) == [Secret("new")]
    for again in (first, second):
        with pytest.raises(ConversationEnded, match="given already"):
            answers((secret(again),))


STRANGE = [
    secret("One-time code: "),
    secret("Password for bob: "),
    secret("Current OTP password: "),
    secret("New Kerberos password: "),
    secret("Retype new password: "),  # nothing was typed before
    secret("login:"),  # a name is no secret
    secret(""),
    shown("Password: "),  # others would read it
    shown("New password: "),
    shown("Continue? "),
    Message(Style.RADIO_TYPE, "login:"),
    Message(Style.RADIO_TYPE, "Password: "),
    Message(Style.BINARY_PROMPT, "Password: ", b"packet"),
]


@pytest.mark.parametrize("prompt", STRANGE)
def test_any_other_prompt_gets_nothing(prompt: Message) -> None:
    with pytest.raises(ConversationEnded):
        everything()((prompt,))


def test_the_refusal_names_the_prompt_and_shows_it_harmlessly() -> None:
    with pytest.raises(ConversationEnded, match=r"the hidden prompt `\\x1bCode`"):
        everything()((secret("\x1bCode: "),))


WORDS = ["password", "Password", "current", "(current)", "new", "retype", "unix", "otp", "login"]
NEARLY = st.lists(st.sampled_from([*WORDS, "enter", ":", "for"]) | st.text(max_size=4)).map(
    " ".join
)


@given(NEARLY, st.sampled_from(list(Style)))
def test_a_secret_is_only_given_to_a_recognised_hidden_prompt(text: str, style: Style) -> None:
    prompt = Message(style, text)
    try:
        (answer,) = everything()((prompt,))
    except ConversationEnded:
        return
    bare = text.strip().rstrip(":\uff1a").rstrip().casefold()
    recognised = style is Style.PROMPT_ECHO_OFF and bare.endswith("password")
    assert recognised if isinstance(answer, Secret) else answer in (None, "alice")


def test_the_password_is_given_once() -> None:
    answers = everything()
    assert answers((PASSWORD,)) == [Secret("old")]
    with pytest.raises(ConversationEnded, match="asked again by `Password`"):
        answers((PASSWORD,))


def test_the_password_is_given_once_in_one_round_too() -> None:
    with pytest.raises(ConversationEnded):
        everything()((PASSWORD, PASSWORD))


def test_a_second_hidden_prompt_does_not_get_the_password() -> None:
    answers = everything()
    answers((PASSWORD,))
    with pytest.raises(ConversationEnded, match="`Verification code`"):
        answers((secret("Verification code: "),))


def test_a_password_may_be_asked_for_again_and_then_for_the_change() -> None:
    answers = everything()
    prompts = ("Password: ", "Current password: ", "New password: ", "Retype new password: ")
    given = [answers((secret(prompt),))[0] for prompt in prompts]
    assert given == [Secret("old"), Secret("old"), Secret("new"), Secret("new")]


def test_renewing_allows_each_secret_once_more() -> None:
    answers = everything()
    answers((PASSWORD,))
    answers.renew()
    assert answers((PASSWORD,)) == [Secret("old")]


def test_a_name_may_be_asked_for_again() -> None:
    answers = everything()
    assert [answers((shown("login:"),)) for _ in range(2)] == [["alice"], ["alice"]]


def test_a_round_that_fails_gives_nothing_and_counts_nothing() -> None:
    answers = everything()
    with pytest.raises(ConversationEnded, match="Code"):
        answers((HELLO, PASSWORD, secret("Code")))
    assert answers((PASSWORD,)) == [Secret("old")]
    assert answers.messages == [HELLO]


def test_what_was_not_prepared_is_not_answered() -> None:
    for prompt in (shown("login:"), PASSWORD, secret("New password: ")):
        with pytest.raises(ConversationEnded):
            Answers()((prompt,))


def test_an_empty_password_is_an_answer() -> None:
    assert Answers(password="")((PASSWORD,)) == [Secret("")]


# --- what the caller says of other prompts ---


def test_translated_prompts_are_given_by_the_caller() -> None:
    answers = everything(
        translated={
            "Passwort:": Wanted.PASSWORD,
            "Neues Passwort:": Wanted.NEW,
            "Noch einmal:": Wanted.RETYPE,
            "Name": Wanted.USER,
        }
    )
    prompts = (
        shown("name: "),
        secret("passwort: "),
        secret("Neues Passwort: "),
        secret("Noch einmal: "),
    )
    assert answers(prompts) == ["alice", Secret("old"), Secret("new"), Secret("new")]


def test_types_of_passwords_are_given_by_the_caller() -> None:
    answers = everything(token_types=["Kerberos"])
    assert answers((secret("Current Kerberos password: "),)) == [Secret("old")]
    with pytest.raises(ConversationEnded):
        answers((secret("Current UNIX password: "),))


def test_other_prompts_are_looked_up_by_their_text() -> None:
    answers = everything(answers={"OTP": "123456", "Continue? [y/n]": "y"})
    assert answers((PASSWORD, secret("OTP: "), shown("Continue? [y/n] "))) == [
        Secret("old"),
        Secret("123456"),
        "y",
    ]


def test_capitals_count_in_the_callers_texts() -> None:
    with pytest.raises(ConversationEnded):
        everything(answers={"OTP": "123456"})((secret("otp: "),))


def test_other_prompts_are_looked_up_by_predicates_in_order() -> None:
    answers = everything(
        answers={
            (lambda message: "code" in message.text): "1",
            (lambda message: message.style is Style.RADIO_TYPE): "yes",
            (lambda _: True): "2",
        }
    )
    prompts = (secret("Your code: "), Message(Style.RADIO_TYPE, "Sure?"), secret("Else: "))
    assert answers(prompts) == [Secret("1"), "yes", Secret("2")]


def test_a_binary_prompt_gets_no_text() -> None:
    answers = everything(answers={(lambda _: True): "text"})
    with pytest.raises(ConversationEnded, match="binary"):
        answers((Message(Style.BINARY_PROMPT, "", b"packet"),))


def test_the_callers_answers_go_before_the_ordinary_ones() -> None:
    answers = everything(answers={"Password:": "mine"})
    assert answers((PASSWORD,)) == [Secret("mine")]
    with pytest.raises(ConversationEnded):
        answers((PASSWORD,))


def test_a_prepared_secret_is_given_once_and_to_its_retype() -> None:
    answers = Answers(answers={"New PIN": "1234"})
    assert answers((secret("New PIN: "),)) == [Secret("1234")]
    assert answers((secret("Retype New PIN: "),)) == [Secret("1234")]
    with pytest.raises(ConversationEnded, match="given already"):
        answers((secret("New PIN: "),))


def test_a_retype_of_something_earlier_gets_nothing() -> None:
    answers = Answers(answers={"PIN": "1234", "Code": "9"})
    answers((secret("PIN"), secret("Code")))
    with pytest.raises(ConversationEnded, match="no answer was prepared"):
        answers((secret("Retype PIN"),))


def test_bytes_that_are_not_utf8_stay_what_they_are() -> None:
    answers = Answers(password=b"caf\xe9", answers={"Name": b"caf\xe9"})
    assert answers((PASSWORD, shown("Name:"))) == [Secret(b"caf\xe9"), "caf\udce9"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Answers(password="secret\0garbage"),
        lambda: Answers(user="alice\0bob"),
        lambda: Answers(answers={"OTP": b"\0"}),
        lambda: OnlyPassword("secret\0garbage"),
    ],
)
def test_a_nul_is_refused_at_once_and_not_shown(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="NUL") as refused:
        make()
    assert "garbage" not in str(refused.value)


# --- another conversation for the rest ---


def test_the_rest_goes_to_the_other_conversation_in_one_round() -> None:
    rest = Script(info("Hello"), hidden("Code: ", "123"), visible("Name: ", "al"))
    answers = everything(otherwise=rest)
    with rest:
        found = answers((PASSWORD, HELLO, secret("Code: "), shown("Name: ")))
    assert found == [Secret("old"), None, "123", "al"]
    assert answers.messages == [HELLO]


def test_a_password_asked_for_again_is_asked_of_the_other_conversation() -> None:
    with Script(hidden("Password: ", "typed")) as rest:
        answers = everything(otherwise=rest)
        assert [answers((PASSWORD,)) for _ in range(2)] == [[Secret("old")], ["typed"]]


def test_an_other_conversation_that_needs_time_is_asked_again_with_all_of_it() -> None:
    code = secret("Code: ")
    rest = Script(info("Hello"), hidden("Code: ", NotYet()), info("Hello"), hidden("Code: ", "123"))
    answers = everything(otherwise=rest)
    with rest:
        with pytest.raises(NotYet):
            answers((HELLO, PASSWORD, code))
        assert answers((HELLO, PASSWORD, code)) == [None, Secret("old"), "123"]
    assert answers.messages == [HELLO]


def test_an_other_conversation_may_be_a_coroutine_function() -> None:
    tries: Iterator[Exception | list[Answer]] = iter([NotYet(), EOFError(), [None, "123"]])

    async def rest(_: tuple[Message, ...]) -> list[Answer]:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    answers: Any = everything(otherwise=rest)

    async def round_trip() -> Any:
        return await answers((HELLO, PASSWORD, secret("Code: ")))

    for expected, kept in ((NotYet, 0), (EOFError, 1)):
        with pytest.raises(expected):
            asyncio.run(round_trip())
        assert answers.messages == [HELLO] * kept
    assert asyncio.run(round_trip()) == [None, Secret("old"), "123"]


@pytest.mark.parametrize("others", [None, [], ["1", "2"], "1", {"1"}])
def test_an_other_conversation_that_answers_too_little_or_too_much_ends_it(others: Any) -> None:
    answers = everything(otherwise=lambda _: others)
    with pytest.raises(ConversationEnded, match="no answer to each"):
        answers((PASSWORD, secret("Code: ")))


def test_what_the_other_conversation_raises_is_raised() -> None:
    answers = everything(otherwise=Script(info("Hello"), hidden("Code", EOFError())))
    with pytest.raises(EOFError):
        answers((HELLO, PASSWORD, secret("Code")))
    assert answers.messages == [HELLO]


# --- secrets ---


def test_nothing_shows_a_secret() -> None:
    answers = Answers(user="alice", password="hunter2", answers={"OTP": "hunter3"})
    assert repr(answers) == "<Answers: user, password, 1 more>"
    assert repr(Answers()) == "<Answers: none>"
    answers((PASSWORD,))
    with pytest.raises(ConversationEnded) as refused:
        answers((PASSWORD,))
    assert "hunter" not in f"{refused.value} {refused.value!r}"


def test_leaving_wipes_what_was_prepared_and_what_was_given() -> None:
    with everything(answers={"OTP": "123"}) as answers:
        (given,) = answers((PASSWORD,))
    assert given == Secret("")
    for prompt in (PASSWORD, secret("OTP"), shown("login:")):
        with pytest.raises(ConversationEnded, match="no answer was prepared"):
            answers((prompt,))


def test_a_hook_that_wipes_its_token_leaves_the_prepared_one() -> None:
    answers = everything()
    (given,) = answers((PASSWORD,))
    assert isinstance(given, Secret)
    given.wipe()
    answers.renew()
    assert answers((PASSWORD,)) == [Secret("old")]


def test_the_callers_secret_is_copied() -> None:
    mine = Secret("old")
    answers = Answers(password=mine)
    answers.wipe()
    assert mine == Secret("old")


# --- one password and nothing else ---


def test_only_the_first_hidden_prompt_gets_the_only_password() -> None:
    answers = only_password("secret")
    assert answers((HELLO, secret("Whatever"))) == [None, Secret("secret")]
    with pytest.raises(ConversationEnded, match="nothing for the hidden prompt `Password`"):
        answers((PASSWORD,))
    assert answers.messages == [HELLO]


def test_a_visible_prompt_gets_no_password() -> None:
    answers = only_password("secret")
    with pytest.raises(ConversationEnded, match="nothing for the visible prompt `login`"):
        answers((shown("login:"),))
    assert answers((PASSWORD,)) == [Secret("secret")]


def test_two_hidden_prompts_in_one_round_get_nothing_and_it_was_the_first() -> None:
    answers = only_password("secret")
    for prompts in ((PASSWORD, PASSWORD), (PASSWORD,)):
        with pytest.raises(ConversationEnded):
            answers(prompts)


def test_a_wiped_password_is_not_an_empty_one() -> None:
    answers = only_password("secret")
    assert repr(answers) == "<OnlyPassword: unspent>"
    answers.wipe()
    assert repr(answers) == "<OnlyPassword: spent>"
    with pytest.raises(ConversationEnded):
        answers((PASSWORD,))


def test_pam_is_told_conv_err_and_the_application_why() -> None:
    performer = Performer(only_password("secret"), StandInOutside())
    assert performer(Ask((PASSWORD,))) == (ReturnCode.SUCCESS, (Secret("secret"),))
    assert performer(Ask((secret("Code"),))) == (ReturnCode.CONV_ERR, ())
    assert isinstance(performer.fault, ConversationEnded)
