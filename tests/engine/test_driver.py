from __future__ import annotations

from typing import Any

import pytest

from pamkit.engine.answers import checked, unanswered
from pamkit.engine.driver import Kept, NotYet, Performer, drive
from pamkit.module.effect import Ask, Effect, Hash, Wait
from pamkit.module.program import Finished, Listen, Run, Start
from pamkit.testing.outside import StandInOutside
from pamkit.testing.script import Script, hidden, info, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret

PASSWORD = Message(Style.PROMPT_ECHO_OFF, "Password: ")
LOGIN = Message(Style.PROMPT_ECHO_ON, "login: ")
RADIO = Message(Style.RADIO_TYPE, "Sure?")
PACKET = Message(Style.BINARY_PROMPT, "", b"\x00packet")
HELLO = Message(Style.TEXT_INFO, "Hello")
NO = Message(Style.ERROR_MSG, "No")

FAILED: tuple[int, tuple[object, ...]] = (ReturnCode.CONV_ERR, ())


# --- stepping ---


def test_a_coroutine_that_waits_for_nothing_ends_at_once() -> None:
    async def hook() -> int:
        return 7

    assert drive(hook(), lambda _: pytest.fail("nothing was to be performed")) == 7


def test_each_effect_is_performed_and_its_result_sent_back() -> None:
    seen: list[Effect] = []

    async def hook() -> int:
        first = await Hash(Secret("a"), "x")
        second = await Hash(Secret("b"), "y")
        return len((first or "") + (second or ""))

    def perform(effect: Effect) -> str:
        seen.append(effect)
        return "four"

    assert drive(hook(), perform) == 8
    assert seen == [Hash(Secret("a"), "x"), Hash(Secret("b"), "y")]


def test_what_performing_raises_is_raised_where_the_hook_waits() -> None:
    async def hook() -> int:
        try:
            await Run(("/bin/false",))
        except OSError as fault:
            await Wait(1)
            return 3 if fault.args == ("no such program",) else 4
        return 0

    def perform(effect: Effect) -> None:
        if isinstance(effect, Run):
            raise OSError("no such program")

    assert drive(hook(), perform) == 3


def test_what_a_hook_does_not_catch_comes_out() -> None:
    async def hook() -> int:
        await Wait(1)
        return 0

    def perform(_: Effect) -> None:
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        drive(hook(), perform)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interruption_closes_the_hook_and_is_passed_on(
    interruption: type[BaseException],
) -> None:
    heard: list[str] = []

    async def hook() -> int:
        try:
            await Wait(1)
        except Exception:  # noqa: BLE001  # what a careless hook does
            heard.append("taken for an error")
        finally:
            heard.append("cleaned up")
        return 0

    def perform(_: Effect) -> None:
        raise interruption

    coroutine = hook()
    with pytest.raises(interruption):
        drive(coroutine, perform)
    assert heard == ["cleaned up"]
    with pytest.raises(RuntimeError, match="cannot reuse"):
        coroutine.send(None)


def test_not_yet_keeps_the_coroutine_and_going_on_asks_again() -> None:
    heard: list[str] = []

    async def hook() -> int:
        try:
            heard.append("asked")
            code, answers = await Ask((PASSWORD,))
            assert answers == (Secret("secret"),)
            return code
        finally:
            heard.append("over")

    with Script(hidden("Password: ", NotYet()), hidden("Password: ", "secret")) as script:
        performer = Performer(script, StandInOutside())
        with pytest.raises(Kept) as waiting:
            drive(hook(), performer)
        assert heard == ["asked"]
        kept = waiting.value
        assert kept.effect == Ask((PASSWORD,))
        assert drive(kept.coroutine, performer, kept.effect) == ReturnCode.SUCCESS
    assert heard == ["asked", "over"]
    assert performer.fault is None


def test_a_kept_coroutine_may_be_kept_again() -> None:
    async def hook() -> int:
        code, _ = await Ask((PASSWORD,))
        return code

    lines = [hidden("Password: ", NotYet())] * 3
    with Script(*lines, hidden("Password: ", "secret")) as script:
        performer = Performer(script, StandInOutside())
        with pytest.raises(Kept) as waiting:
            drive(hook(), performer)
        for _ in range(2):
            kept = waiting.value
            with pytest.raises(Kept) as waiting:
                drive(kept.coroutine, performer, kept.effect)
        assert drive(waiting.value.coroutine, performer, waiting.value.effect) == 0


# --- performing ---


def test_the_outside_hashes_runs_and_waits() -> None:
    outside = StandInOutside()
    outside.results = [Finished(3, b"out"), Finished(4, b"said")]
    performer = Performer(None, outside)
    assert performer(Hash(Secret("ab"), "$plain$x$")) == "$plain$x$2616"
    assert performer(Run(("/bin/x",))) == Finished(3, b"out")
    running = performer(Start(Run(("/bin/y",))))
    assert [performer(Listen(running)) for _ in range(2)] == [b"said", Finished(4)]
    assert performer(Wait(1.5)) is None
    assert ([Run(("/bin/x",)), Run(("/bin/y",))], [1.5]) == (outside.ran, outside.slept)


def test_an_effect_that_no_driver_knows_is_a_fault() -> None:
    class Strange(Effect):
        pass

    with pytest.raises(TypeError, match="`Strange`"):
        Performer(None, StandInOutside())(Strange())


@pytest.mark.parametrize(
    "fault", [EOFError(), ConversationEnded(), ValueError("bad"), AssertionError("odd")]
)
def test_pam_is_told_conv_err_and_the_application_what_was_raised(fault: Exception) -> None:
    performer = Performer(Script(hidden("Password: ", fault)), StandInOutside())
    assert performer(Ask((PASSWORD,))) == FAILED
    assert performer.fault is fault


def test_an_interruption_is_not_a_failed_conversation() -> None:
    performer = Performer(Script(hidden("Password: ", KeyboardInterrupt())), StandInOutside())
    with pytest.raises(KeyboardInterrupt):
        performer(Ask((PASSWORD,)))


def test_answers_reach_the_hook_in_the_types_it_expects() -> None:
    with Script(hidden("Password: ", "p"), visible("login: ", b"n"), info("Hello")) as script:
        performer = Performer(script, StandInOutside())
        code, answers = performer(Ask((PASSWORD, LOGIN, HELLO)))
    assert (code, answers) == (ReturnCode.SUCCESS, (Secret("p"), "n", None))


@pytest.mark.parametrize(
    ("messages", "result"),
    [
        ((HELLO, NO), (ReturnCode.SUCCESS, (None, None))),
        ((), (ReturnCode.SUCCESS, ())),
        ((PASSWORD,), FAILED),
        ((HELLO, LOGIN), FAILED),
        ((RADIO,), FAILED),
        ((PACKET,), FAILED),
    ],
)
def test_without_a_conversation_messages_are_dropped_and_prompts_fail(
    messages: tuple[Message, ...], result: object
) -> None:
    assert unanswered(messages) == result
    assert Performer(None, StandInOutside())(Ask(messages)) == result


# --- checking answers ---

GOOD = [
    (PASSWORD, "pass", Secret("pass")),
    (PASSWORD, b"caf\xe9", Secret(b"caf\xe9")),
    (PASSWORD, Secret("pass"), Secret("pass")),
    (PASSWORD, "", Secret("")),
    (PASSWORD, "x" * 5000, Secret("x" * 5000)),
    (PASSWORD, None, None),
    (LOGIN, "alice", "alice"),
    (LOGIN, b"caf\xe9", "caf\udce9"),
    (LOGIN, "caf\udce9", "caf\udce9"),
    (LOGIN, Secret("alice"), "alice"),
    (LOGIN, None, None),
    (RADIO, "yes", "yes"),
    (PACKET, b"\0any\0", b"\0any\0"),
    (HELLO, None, None),
    (HELLO, "nobody asked", None),
    (NO, 5, None),
]


@pytest.mark.parametrize(("message", "answer", "expected"), GOOD)
def test_an_answer_comes_in_the_type_of_its_prompt(
    message: Message, answer: Any, expected: object
) -> None:
    code, (found,) = checked((message,), [answer])
    assert (code, found, type(found)) == (ReturnCode.SUCCESS, expected, type(expected))


BAD = [
    (PASSWORD, "secret\0garbage"),
    (PASSWORD, b"\0"),
    (PASSWORD, Secret("secret\0garbage")),
    (LOGIN, "alice\0bob"),
    (RADIO, "yes\0"),
    (PASSWORD, 5),
    (PASSWORD, True),
    (PASSWORD, ["secret"]),
    (PASSWORD, bytearray(b"secret")),
    (LOGIN, object()),
    (PACKET, 5),
    (PACKET, "packet"),
    (PASSWORD, "half\ud800"),
    (LOGIN, "half\ud800"),
]


@pytest.mark.parametrize(("message", "answer"), BAD)
def test_an_answer_that_c_could_not_carry_fails_the_conversation(
    message: Message, answer: Any
) -> None:
    assert checked((message,), [answer]) == FAILED
    assert checked((HELLO, message), [None, answer]) == FAILED


@pytest.mark.parametrize(
    "answers", [None, "p", b"p", Secret("p"), {"p"}, iter(["p"]), [], ["p"] * 2]
)
def test_one_answer_for_each_message_and_in_a_list(answers: Any) -> None:
    assert checked((PASSWORD,), answers) == FAILED


def test_the_callers_secret_is_copied() -> None:
    mine = Secret("secret")
    _, (theirs,) = checked((PASSWORD,), [mine])
    assert isinstance(theirs, Secret)
    theirs.wipe()
    assert mine == Secret("secret")
