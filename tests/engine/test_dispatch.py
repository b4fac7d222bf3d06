"""What one call of one hook becomes: whatever a hook does, only its answer counts."""

from typing import Any

import pytest

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.registry import Module, Registry, module_from
from pamkit.modules import pam_debug
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from tests.hooks import module

_C = ReturnCode


def texts(t: Trial) -> list[str]:
    assert isinstance(t.world.log, MemoryLog)
    return t.world.log.texts


class Strange(int):
    """An int of somebody's own."""


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (0, _C.SUCCESS),
        (Strange(0), _C.SERVICE_ERR),
        (Facility.AUTH, _C.SERVICE_ERR),
        (7, _C.AUTH_ERR),
        (_C.MAXTRIES, _C.MAXTRIES),
        (False, _C.SERVICE_ERR),
        (True, _C.SERVICE_ERR),
        (None, _C.SERVICE_ERR),
        ("success", _C.SERVICE_ERR),
        (0.0, _C.SERVICE_ERR),
        ((), _C.SERVICE_ERR),
        (32, _C.PERM_DENIED),
        (-1, _C.PERM_DENIED),
        (2**40, _C.SERVICE_ERR),
    ],
)
def test_only_a_return_code_is_an_answer(answer: Any, code: ReturnCode) -> None:
    async def later(call: ModuleCall[Any]) -> Any:
        return answer

    for hook in (lambda call: answer, later):
        t = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
        assert t.authenticate() == code


@pytest.mark.parametrize(
    "fault", [ValueError("hunter2"), MemoryError(), RecursionError(), StopIteration(), KeyError()]
)
def test_what_a_hook_raises_is_a_service_error_and_its_text_is_not_shown(fault: Exception) -> None:
    def hook(call: ModuleCall[Any]) -> int:
        raise fault

    async def later(call: ModuleCall[Any]) -> int:
        await call.wait(1)
        return hook(call)

    for either in (hook, later):
        t = Trial("auth required pam_x.so\n", module("x", authenticate=either))
        assert t.authenticate() == _C.SERVICE_ERR
        note = t.core.runs[-1].steps[0].note
        assert note.startswith("raised ")
        assert ".py:" in note
        assert "hunter2" not in "".join([note, *texts(t)])


def test_a_hook_that_stops_answers_with_that_code() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        raise Stop(_C.MAXTRIES)

    t = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    assert t.authenticate() == _C.MAXTRIES
    assert t.core.runs[-1].steps[0].note == ""


def test_an_interrupt_is_not_an_answer() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        raise KeyboardInterrupt

    t = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    with pytest.raises(KeyboardInterrupt):
        t.authenticate()


@pytest.mark.parametrize(
    ("line", "code", "note"),
    [
        ("auth required pam_none.so", _C.MODULE_UNKNOWN, "there is no module `pam_none.so`"),
        ("-auth required pam_none.so", _C.MODULE_UNKNOWN, "there is no module `pam_none.so`"),
        ("auth required /opt/pam_x.so", _C.MODULE_UNKNOWN, "there is no module `/opt/pam_x.so`"),
        ("auth required pam_x", _C.MODULE_UNKNOWN, "there is no module `pam_x`"),
        ("auth required", _C.PERM_DENIED, "the line is malformed"),
        ("account required pam_x.so", _C.MODULE_UNKNOWN, "it has no function for acct_mgmt"),
    ],
)
def test_what_cannot_be_asked_says_why(line: str, code: ReturnCode, note: str) -> None:
    t = Trial(f"{line}\n", module("x", authenticate=lambda call: 0))
    primitive = Primitive.ACCT_MGMT if line.startswith("account") else Primitive.AUTHENTICATE
    assert t.call(primitive) == code
    assert t.core.runs[-1].steps[0].note == note
    quiet = line.startswith("-") or code == _C.PERM_DENIED
    assert quiet == (texts(t) == [])


def test_a_module_that_cannot_be_imported_is_missing() -> None:
    def broken(name: str) -> None:
        raise SyntaxError(name)

    t = Trial("auth required pam_y.so\n", registry=Registry(broken))
    assert t.authenticate() == _C.MODULE_UNKNOWN
    assert "SyntaxError" in t.core.runs[-1].steps[0].note


def test_an_answer_that_is_not_declared_counts_and_is_noted() -> None:
    loaded = module_from(pam_debug)
    declaration = loaded.declaration.changed(
        answers=loaded.declaration.answers | {Primitive.AUTHENTICATE: frozenset({_C.SUCCESS})}
    )
    t = Trial(
        "auth required pam_debug.so auth=cred_err\n",
        Module("pam_debug", declaration, loaded.hooks),
        conversation=lambda messages: [None] * len(messages),
    )
    assert t.authenticate() == _C.CRED_ERR
    assert "which it does not declare" in t.core.runs[-1].steps[0].note
    assert any("does not declare" in text for text in texts(t))


def test_odd_options_are_logged_and_the_module_runs() -> None:
    from pamkit.module.declaration import declare, example
    from pamkit.module.options import NoOptions

    declaration = declare(
        "pam_x",
        options=NoOptions,
        answers={Primitive.AUTHENTICATE: "success"},
        examples=[example("test", "auth required pam_x.so")],
    )
    t = Trial(
        "auth required pam_x.so what\n",
        Module("pam_x", declaration, {Primitive.AUTHENTICATE: lambda call: 0}),
    )
    assert t.authenticate() == _C.SUCCESS
    assert texts(t) == ["pam_x(test:auth): option `what` is unknown"]


def test_a_jump_past_the_end_is_logged() -> None:
    t = Trial("auth [success=2 default=bad] pam_x.so\n", module("x", authenticate=lambda call: 0))
    assert t.authenticate() == _C.PERM_DENIED
    assert texts(t) == ["PAM bad jump in stack"]
