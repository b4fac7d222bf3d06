"""`pam_get_user`, `pam_get_authtok` and their sisters, in libpam's exact contracts."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pamkit.engine.driver import Performer, drive
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.program import Finished
from pamkit.testing.hashing import plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, error, hidden, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret
from tests.hooks import module

_C = ReturnCode
Ask = Callable[[ModuleCall[Any]], Awaitable[object]]


def trial(hook: Ask, *lines: Line, args: str = "", **settings: Any) -> tuple[Trial, Script]:
    """A policy whose one module answers success if the hook comes to its end."""

    async def run(call: ModuleCall[Any]) -> int:
        await hook(call)
        return ReturnCode.SUCCESS

    script = Script(*lines)
    hooks = dict.fromkeys(("authenticate", "chauthtok", "open_session"), run)
    policy = "".join(f"{f} required pam_x.so {args}\n" for f in ("auth", "password", "session"))
    return Trial(policy, module("x", **hooks), conversation=script, **settings), script


def test_a_known_user_is_not_asked_for() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        assert await call.user() == ""

    t, script = trial(hook, user="")
    assert t.authenticate() == _C.SUCCESS
    script.assert_used_up()


@pytest.mark.parametrize(
    ("argument", "item", "asked"),
    [(None, None, "login:"), (None, "who? ", "who? "), ("name: ", "who? ", "name: ")],
)
def test_the_prompt_for_the_user_is_the_argument_or_the_item_or_login(
    argument: str | None, item: str | None, asked: str
) -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        assert await call.user(argument) == " bob"

    t, script = trial(hook, visible(asked, " bob"), user=None, items={Item.USER_PROMPT: item})
    assert t.authenticate() == _C.SUCCESS
    assert t.handle.texts[Item.USER] == " bob"
    script.assert_used_up()


def test_no_answer_to_the_user_prompt_is_a_conversation_error_and_is_remembered() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        await call.user()

    t, script = trial(hook, visible("login:", None), user=None)
    assert [t.authenticate(), t.authenticate()] == [_C.CONV_ERR, _C.CONV_ERR]
    script.assert_used_up()
    t.handle.set(Item.USER, "bob", from_module=False)
    assert t.authenticate() == _C.SUCCESS


def test_without_a_conversation_the_user_cannot_be_asked_for() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        await call.user()

    t, _ = trial(hook, user=None)
    t.conversation = None
    assert t.authenticate() == _C.CONV_ERR


def token(item: Item, prompt: str | None = None, expected: bytes = b"pw") -> Ask:
    async def hook(call: ModuleCall[Any]) -> None:
        got = await call.authtok(item, prompt)
        assert got.expose() == expected
        assert call.token(item) is got

    return hook


def test_authenticate_asks_for_a_password_once_and_keeps_it_for_the_next() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        first = await call.authtok(Item.AUTHTOK)
        assert await call.authtok(Item.AUTHTOK) is first

    t, script = trial(hook, hidden("Password: ", "pw"))
    assert t.authenticate() == _C.SUCCESS
    script.assert_used_up()
    assert t.handle.tokens == {}, "authenticate wipes the tokens when it ends"


@pytest.mark.parametrize(
    ("item", "args", "prompts"),
    [
        (Item.AUTHTOK, "", ["New password: ", "Retype new password: "]),
        (Item.AUTHTOK, "authtok_type=UNIX", ["New UNIX password: ", "Retype new UNIX password: "]),
        (Item.OLDAUTHTOK, "", ["Current password: "]),
        (Item.OLDAUTHTOK, "authtok_type=UNIX", ["Current UNIX password: "]),
    ],
)
def test_a_change_asks_twice_for_the_new_and_once_for_the_old(
    item: Item, args: str, prompts: list[str]
) -> None:
    lines = [hidden(prompt, "pw") for prompt in prompts]
    t, script = trial(token(item), *lines, args=args, quirks=frozenset({"update-unchecked"}))
    t.core.delay.finish()
    # the hook runs in both passes; the second finds the token
    assert t.chauthtok() == _C.SUCCESS
    script.assert_used_up()


def test_a_prompt_of_the_modules_own_is_retyped_with_it() -> None:
    t, script = trial(
        token(Item.AUTHTOK, "PIN: "), hidden("PIN: ", "pw"), hidden("Retype PIN: ", "pw")
    )
    assert t.chauthtok() == _C.SUCCESS
    script.assert_used_up()


def test_two_different_new_passwords_are_told_and_tried_again_later() -> None:
    t, script = trial(
        token(Item.AUTHTOK),
        hidden("New password: ", "a"),
        hidden("Retype new password: ", "b"),
        error("Sorry, passwords do not match."),
    )
    assert t.chauthtok() == _C.TRY_AGAIN
    script.assert_used_up()


@pytest.mark.parametrize("answer", [None, OSError("gone")])
def test_a_change_without_an_answer_is_aborted_and_says_so(answer: OSError | None) -> None:
    t, script = trial(
        token(Item.AUTHTOK),
        hidden("New password: ", answer),
        error("Password change has been aborted."),
    )
    assert t.chauthtok() == _C.AUTHTOK_ERR
    script.assert_used_up()


def test_a_login_without_an_answer_is_a_token_error_not_an_empty_password() -> None:
    t, script = trial(token(Item.AUTHTOK), hidden("Password: ", None))
    assert t.authenticate() == _C.AUTHTOK_ERR
    script.assert_used_up()


@pytest.mark.parametrize(
    ("args", "login", "change"),
    [
        ("use_first_pass", _C.AUTH_ERR, _C.AUTHTOK_ERR),
        ("use_authtok", None, _C.AUTHTOK_ERR),
    ],
)
def test_a_module_that_must_not_ask_does_not(
    args: str, login: ReturnCode | None, change: ReturnCode
) -> None:
    t, script = trial(token(Item.AUTHTOK), args=args)
    assert t.chauthtok() == change
    if login is not None:
        assert t.authenticate() == login
    script.assert_used_up()


def test_asking_once_leaves_the_token_unverified_and_asking_again_compares() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        await call.authtok_once()
        if call.preliminary:
            return
        assert (await call.authtok_again()).expose() == b"pw"
        assert (await call.authtok_again()).expose() == b"pw"

    t, script = trial(hook, hidden("New password: ", "pw"), hidden("Retype new password: ", "pw"))
    assert t.chauthtok() == _C.SUCCESS
    script.assert_used_up()


@pytest.mark.parametrize(
    ("answer", "told", "code"),
    [
        ("other", "Sorry, passwords do not match.", _C.TRY_AGAIN),
        (None, "Password change has been aborted.", _C.AUTHTOK_ERR),
    ],
)
def test_a_second_answer_that_does_not_fit_clears_the_token(
    answer: str | None, told: str, code: ReturnCode
) -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        await call.authtok_once()
        try:
            await call.authtok_again("again: ")
        finally:
            assert call.token(Item.AUTHTOK) is None

    t, script = trial(
        hook, hidden("New password: ", "pw"), hidden("Retype again: ", answer), error(told)
    )
    assert t.chauthtok() == code
    script.assert_used_up()


def test_asking_again_is_for_changes_and_needs_a_first_answer() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        await call.authtok_again()

    t, _ = trial(hook)
    assert [t.authenticate(), t.chauthtok()] == [_C.SYSTEM_ERR, _C.AUTHTOK_ERR]


def test_a_message_comes_through_and_a_failed_question_ends_the_hook() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        assert await call.say(Style.TEXT_INFO, "hello") == _C.SUCCESS
        assert await call.ask(Style.PROMPT_ECHO_ON, "why? ") == "because"
        await call.ask(Style.PROMPT_ECHO_ON, "and? ")

    t, script = trial(hook, info("hello"), visible("why? ", "because"), visible("and? ", OSError()))
    assert t.authenticate() == _C.CONV_ERR
    script.assert_used_up()
    assert isinstance(t.world.log, MemoryLog)
    assert t.world.log.lines == [(3, "pam_x(test:auth): conversation failed")]


def test_questions_that_are_put_side_by_side_are_answered_each_for_itself() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        first, then = (call.ask(Style.PROMPT_ECHO_ON, text) for text in ("one? ", "two? "))
        assert [await then, await first] == ["2", "1"]
        assert await call.ask(Style.PROMPT_ECHO_ON, "three? ") == "3"

    t, script = trial(hook, visible("two? ", "2"), visible("one? ", "1"), visible("three? ", "3"))
    assert t.authenticate() == _C.SUCCESS
    script.assert_used_up()


def test_what_nobody_waited_for_is_not_asked_and_is_no_answer_to_the_next_hook() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        if not call.args:
            _ = call.ask(Style.PROMPT_ECHO_ON, "never? ")
        else:
            assert await call.ask(Style.PROMPT_ECHO_ON, "now? ") == "yes"

    policy = "auth required pam_x.so\nauth required pam_x.so again\n"
    script = Script(visible("now? ", "yes"))

    async def run(call: ModuleCall[Any]) -> int:
        await hook(call)
        return _C.SUCCESS

    t = Trial(policy, module("x", authenticate=run), conversation=script)
    assert t.authenticate() == _C.SUCCESS
    script.assert_used_up()


def test_an_answer_comes_once_and_where_nothing_is_asked_none_comes() -> None:
    async def twice(call: ModuleCall[Any]) -> None:
        question = call.ask(Style.PROMPT_ECHO_ON, "one? ")
        assert await question == "1"
        await question

    t, script = trial(twice, visible("one? ", "1"))
    assert t.authenticate() == _C.SERVICE_ERR
    script.assert_used_up()

    async def never(call: Any) -> None:
        await call

    t, script = trial(never)
    assert t.authenticate() == _C.SERVICE_ERR


def test_a_hook_that_answers_with_a_question_answers_no_code() -> None:
    hook: Any = lambda call: call.ask(Style.PROMPT_ECHO_ON, "one? ")  # noqa: E731  # as modules may
    t = Trial(
        "auth required pam_x.so\n",
        module("x", authenticate=hook),
        conversation=Script(visible("one? ", "0")),
    )
    assert t.authenticate() == _C.SERVICE_ERR


def test_a_question_that_could_not_be_put_can_be_put_again() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        question = call.ask(Style.PROMPT_ECHO_ON, "one? ")
        with pytest.raises(OSError, match="nobody"):
            await question
        with pytest.raises(TypeError):
            await question
        assert await call.ask(Style.PROMPT_ECHO_ON, "two? ") == "2"
        return _C.SUCCESS

    class Fails(Performer):
        def __call__(self, effect: Any) -> Any:
            if effect.messages[0].text == "one? ":
                raise OSError("nobody there")
            return _C.SUCCESS, ("2",)

    t = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    assert drive(t.core.call(Primitive.AUTHENTICATE), Fails(None, t.outside)) == _C.SUCCESS


def test_a_log_that_ends_an_iterator_answers_no_question() -> None:
    class Stops(MemoryLog):
        def write(self, priority: int, text: str) -> None:
            if "conversation failed" in text:
                raise StopIteration("yes")

    async def hook(call: ModuleCall[Any]) -> None:
        assert await call.ask(Style.PROMPT_ECHO_ON, "one? ") == "yes"

    world = memory_world().changed(log=Stops())
    t, script = trial(hook, visible("one? ", OSError()), world=world)
    assert t.authenticate() == _C.SERVICE_ERR
    script.assert_used_up()


def test_a_hook_that_is_closed_at_its_question_asks_nothing_any_more() -> None:
    calls: list[Any] = []

    async def hook(call: ModuleCall[Any]) -> int:
        calls.append(call)
        await call.ask(Style.PROMPT_ECHO_ON, "one? ")
        return _C.SUCCESS

    t = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    verb = t.core.ask(Primitive.AUTHENTICATE)
    assert not isinstance(verb, int)
    verb.send(None)
    verb.close()
    with pytest.raises(TypeError):
        next(calls[0])
    with pytest.raises(TypeError):
        calls[0].throw(OSError())


def test_effects_reach_the_outside_and_come_back() -> None:
    outside = StandInOutside()
    outside.results = [Finished(3, b"out")]

    async def hook(call: ModuleCall[Any]) -> None:
        hashed = plain_hash("pw").expose().decode()
        assert await call.hash(Secret("pw"), hashed) == hashed
        assert await call.hash(Secret("pw"), "?") is None
        ran = await call.run(("/bin/x", "y"), environment={"A": "1"}, stdin=Secret("in"))
        assert ran == Finished(3, b"out")
        await call.wait(1.5)

    t, _ = trial(hook, outside=outside)
    assert t.authenticate() == _C.SUCCESS
    assert outside.slept == [1.5]
    ran = outside.ran[0]
    assert (ran.argv, ran.environment) == (("/bin/x", "y"), (("A", "1"),))


def test_items_environment_and_data_of_the_handle_are_seen() -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        call.set_item(Item.TTY, "tty1")
        assert call.item(Item.TTY) == "tty1"
        with pytest.raises(Stop) as stopped:
            call.set_item(Item.SERVICE, None)
        assert stopped.value.code == _C.BAD_ITEM
        call.set_token(Item.AUTHTOK, Secret("t"))
        assert call.putenv("A=1") == _C.SUCCESS
        assert (call.getenv("A"), call.getenv("B")) == ("1", None)
        assert call.environment() == {"A": "1"}
        call.set_data("x", 5)
        assert call.data("x") == 5
        call.fail_delay(7)
        assert call.silent
        assert not call.preliminary

    t, _ = trial(hook)
    assert t.authenticate(Flag.SILENT) == _C.SUCCESS
    assert t.core.delay.microseconds == 7


@pytest.mark.parametrize(("verb", "kind"), [("authenticate", "auth"), ("open_session", "session")])
def test_log_lines_name_module_service_and_kind(verb: str, kind: str) -> None:
    async def hook(call: ModuleCall[Any]) -> None:
        call.log(5, "noted")

    t, _ = trial(hook)
    getattr(t, verb)()
    assert isinstance(t.world.log, MemoryLog)
    assert t.world.log.lines == [(5, f"pam_x(test:{kind}): noted")]


def test_what_one_module_asks_in_its_own_words_is_not_what_others_ask() -> None:
    # 1 equals the style, and is none: the answer to it is no secret, and is of no use to others.
    async def in_numbers(call: ModuleCall[Any]) -> None:
        with pytest.raises(Stop):
            await call.ask(1, prompt)  # type: ignore[arg-type]  # as a module without types may

    async def as_all(call: ModuleCall[Any]) -> None:
        assert (await call.authtok(Item.AUTHTOK, prompt)).expose() == b"pw"

    prompt = "a prompt that nobody has asked before: "
    t, _ = trial(in_numbers)
    t.authenticate()
    t, script = trial(as_all, hidden(prompt, "pw"))
    assert t.authenticate() == _C.SUCCESS
    script.assert_used_up()
