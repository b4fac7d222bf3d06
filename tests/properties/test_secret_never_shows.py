"""No repr, str, trace, finding, log line or traceback contains the token."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.module.call import ModuleCall
from pamkit.module.effect import Hash
from pamkit.module.program import Run
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import refusal
from pamkit.vocab.item import Item
from pamkit.vocab.message import Message
from pamkit.vocab.secret import Secret
from tests.properties.probe import probe

# Words that occur nowhere else, so that finding one means that it leaked.
TOKENS = st.text("QXZ\u00e9\udcff", min_size=9, max_size=20)


@given(TOKENS)
def test_a_secret_never_shows_itself(token: str) -> None:
    secret = Secret(token)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", "%s %r" % (secret, secret)]  # noqa: UP031  # one way of many
    held = [Hash(secret, "$y$"), Run(("/bin/true",), stdin=secret), {"token": secret}, (secret,)]
    assert token not in "".join([*shown, repr(held), str(held)])
    assert repr(token.encode("utf-8", "surrogateescape"))[2:-1] not in repr(held)


async def _refuses(call: ModuleCall[Any]) -> int:
    await call.authtok(Item.AUTHTOK)
    return ReturnCode.AUTH_ERR


async def _raises_it(call: ModuleCall[Any]) -> int:
    token = await call.authtok(Item.AUTHTOK)
    raise ValueError(token.expose(), token.expose().decode("utf-8", "surrogateescape"))


async def _answers_it(call: ModuleCall[Any]) -> Any:
    return (await call.authtok(Item.AUTHTOK)).expose()


async def _keeps_it(call: ModuleCall[Any]) -> int:
    call.set_data("token", await call.authtok(Item.AUTHTOK))
    call.set_token(Item.OLDAUTHTOK, call.token(Item.AUTHTOK))
    call.log(3, f"kept {call.token(Item.AUTHTOK)} as {call.token(Item.OLDAUTHTOK)!r}")
    return ReturnCode.SUCCESS


async def _names_an_attribute_after_it(call: ModuleCall[Any]) -> Any:
    token = await call.authtok(Item.AUTHTOK)
    return getattr(call, token.expose().decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    "hook", [_refuses, _raises_it, _answers_it, _keeps_it, _names_an_attribute_after_it]
)
@settings(max_examples=20)
@given(token=TOKENS)
def test_whatever_a_module_does_with_it_the_trace_and_the_log_do_not_show_it(
    hook: Callable[[ModuleCall[Any]], Any], token: str
) -> None:
    world = memory_world()

    def answer(messages: tuple[Message, ...]) -> list[str]:
        return [token for _ in messages]

    trial = Trial("auth required pam_probe.so", probe(hook), world=world, conversation=answer)
    code = trial.authenticate()
    fault = refusal(code, trace=trial.core.runs[-1].steps)
    log = world.log
    assert isinstance(log, MemoryLog)
    shown = "\n".join(
        [
            repr(trial.core.runs),
            *log.texts,
            str(fault),
            repr(fault),
            repr(fault.trace),
            *traceback.format_exception(fault),
        ]
    )
    encoded = token.encode("utf-8", "surrogateescape")
    assert token not in shown
    assert repr(encoded)[2:-1] not in shown
    assert trial.handle.tokens == {}
