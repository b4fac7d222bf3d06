from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.engine.driver import Kept
from pamkit.module.declaration import declare, example
from pamkit.module.registry import module_from
from pamkit.modules import pam_debug
from pamkit.policy.dialect import LINUX
from pamkit.testing.accounts import account
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, hidden, info, later
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Hook = Callable[[Any], int | Awaitable[int]]


def module(hook: Hook, *primitives: Primitive) -> ModuleType:
    """Return a service module whose hooks are all the same function."""
    made = ModuleType("pam_x")
    wanted = primitives or (Primitive.AUTHENTICATE,)
    names = {primitive: f"pam_sm_{primitive.name.lower()}" for primitive in wanted}
    made.__dict__["MODULE"] = declare(
        "pam_x",
        answers=dict.fromkeys(wanted, "success auth_err"),
        examples=[example("x", "auth required pam_x.so")],
    )
    made.__dict__.update(dict.fromkeys(names.values(), hook))
    return made


async def ask(call: Any) -> int:
    token = await call.authtok(Item.AUTHTOK)
    good = token.expose() == b"secret"
    return ReturnCode.SUCCESS if good else ReturnCode.AUTH_ERR


ASKING = module(ask)
POLICY = "auth required pam_x.so"


@pytest.mark.parametrize(
    ("typed", "code"), [("secret", ReturnCode.SUCCESS), ("wrong", ReturnCode.AUTH_ERR)]
)
def test_one_module_is_tried_with_a_script(typed: str, code: ReturnCode) -> None:
    with Script(hidden("Password: ", typed)) as script:
        assert Trial(POLICY, ASKING, conversation=script).authenticate() == code


def test_a_finished_module_will_do_too() -> None:
    with Script(hidden("Password: ", "secret")) as script:
        trial = Trial(POLICY, module_from(ASKING), conversation=script)
        assert trial.authenticate() == ReturnCode.SUCCESS


def test_a_script_that_is_not_kept_fails_the_test_at_once() -> None:
    trial = Trial(POLICY, ASKING, conversation=Script(hidden("Passwort: ", "secret")))
    with pytest.raises(AssertionError, match=r"expected .*`Passwort: `, found .*`Password: `"):
        trial.authenticate()


def test_without_a_conversation_nobody_gets_in() -> None:
    assert Trial(POLICY, ASKING).authenticate() == ReturnCode.AUTHTOK_ERR


def test_a_policy_that_asks_nobody_grants_nothing() -> None:
    trial = Trial("", ASKING)
    for primitive in Primitive:
        assert trial.call(primitive) != ReturnCode.SUCCESS


def test_a_module_that_was_not_given_is_unknown() -> None:
    assert Trial("auth required pam_y.so", ASKING).authenticate() == ReturnCode.MODULE_UNKNOWN


def test_a_policy_that_cannot_be_used_raises_as_a_real_one_does() -> None:
    with pytest.raises(PolicyError):
        Trial({"other-service": POLICY}, ASKING, service="missing")


def test_services_may_include_one_another() -> None:
    policies = {"test": "auth include base", "base": POLICY}
    with Script(hidden("Password: ", "secret")) as script:
        assert Trial(policies, ASKING, conversation=script).authenticate() == ReturnCode.SUCCESS


def test_each_primitive_has_a_method_that_passes_flags_on() -> None:
    seen: list[tuple[Primitive, int]] = []

    def note(call: Any) -> int:
        seen.append((call.primitive, call.flags))
        return ReturnCode.SUCCESS

    kinds = ("auth", "account", "password", "session")
    trial = Trial(
        "\n".join(f"{kind} required pam_x.so" for kind in kinds), module(note, *Primitive)
    )
    silent = Flag.SILENT
    codes = [
        trial.authenticate(silent),
        trial.setcred(silent | Flag.ESTABLISH_CRED),
        trial.acct_mgmt(silent),
        trial.open_session(silent),
        trial.close_session(silent),
        trial.chauthtok(silent),
    ]
    assert codes == [ReturnCode.SUCCESS] * 6
    assert seen == [
        (Primitive.AUTHENTICATE, silent),
        (Primitive.SETCRED, silent | Flag.ESTABLISH_CRED),
        (Primitive.ACCT_MGMT, silent),
        (Primitive.OPEN_SESSION, silent),
        (Primitive.CLOSE_SESSION, silent),
        (Primitive.CHAUTHTOK, silent | Flag.PRELIM_CHECK),
        (Primitive.CHAUTHTOK, silent | Flag.UPDATE_AUTHTOK),
    ]


def test_the_module_sees_user_items_and_world() -> None:
    seen: list[object] = []

    async def look(call: Any) -> int:
        seen.extend((await call.user(), call.item(Item.RHOST), call.item(Item.SERVICE)))
        seen.append(call.world.accounts.find("bob").uid)
        await call.wait(2)
        return ReturnCode.SUCCESS

    outside = StandInOutside()
    trial = Trial(
        {"ssh": POLICY},
        module(look),
        world=memory_world(users=[account("bob", 7)]),
        user="bob",
        service="ssh",
        outside=outside,
        items={Item.RHOST: "there"},
    )
    assert trial.authenticate() == ReturnCode.SUCCESS
    assert seen == ["bob", "there", "ssh", 7]
    assert outside.slept == [2]


def test_an_unknown_user_is_asked_for() -> None:
    async def name(call: Any) -> int:
        await call.user()
        return ReturnCode.SUCCESS

    def answer(messages: Any) -> list[str]:
        return [{"login:": "carol"}[message.text] for message in messages]

    trial = Trial(POLICY, module(name), user=None, conversation=answer)
    assert trial.authenticate() == ReturnCode.SUCCESS
    assert trial.handle.texts[Item.USER] == "carol"


def test_what_a_cleanup_raises_is_raised_at_the_end() -> None:
    def broken(_: Any, status: int) -> None:
        raise ZeroDivisionError(status)

    def leave(call: Any) -> int:
        call.set_data("x", object(), broken)
        return ReturnCode.SUCCESS

    trial = Trial(POLICY, module(leave))
    trial.authenticate()
    with pytest.raises(ZeroDivisionError) as raised:
        trial.end(ReturnCode.AUTH_ERR)
    assert raised.value.args == (ReturnCode.AUTH_ERR,)


def test_an_end_without_faults_is_silent() -> None:
    Trial(POLICY, ASKING).end()


def test_an_answer_that_comes_later_keeps_the_coroutine() -> None:
    with Script(later(Style.PROMPT_ECHO_OFF, "Password: ")) as script:
        with pytest.raises(Kept) as waiting:
            Trial(POLICY, ASKING, conversation=script).authenticate()
    waiting.value.coroutine.close()


def test_the_instrument_module_says_what_it_answers() -> None:
    with Script(info("auth=user_unknown")) as script:
        trial = Trial(
            "auth required pam_debug.so auth=user_unknown",
            pam_debug,
            conversation=script,
            dialect=LINUX,
        )
        assert trial.authenticate() == ReturnCode.USER_UNKNOWN
