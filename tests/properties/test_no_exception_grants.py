"""Whatever a hook raises or returns, the verdict is not success, unless it says success."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.effect import Effect
from pamkit.policy.dialect import QUIRK_SETS
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError, PolicyError
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive, word
from tests.properties.probe import probe


class Odd:
    """Equals everything and is true to everybody."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 0

    def __index__(self) -> int:
        return 0


class AwaitsToSuccess:
    """Comes back with `True` from an await."""

    def __await__(self) -> Iterator[Any]:
        yield Effect()
        return True  # type: ignore[return-value]  # what it should not


class Zero(int):
    """A number of somebody else's, with the value of success."""


def _generator() -> Iterator[int]:
    yield 0


async def _coroutine(value: object) -> object:
    return value


ANSWERS: list[Callable[[], object]] = [
    lambda: None,
    lambda: True,
    lambda: False,
    lambda: "0",
    lambda: "success",
    lambda: b"\0",
    lambda: 0.0,
    lambda: 0j,
    lambda: (),
    lambda: (0,),
    lambda: object(),
    lambda: Odd(),
    lambda: Zero(),
    lambda: Facility.AUTH,
    lambda: Primitive.AUTHENTICATE,
    lambda: ReturnCode,
    lambda: _generator(),
    lambda: iter(()),
    lambda: _coroutine(None),
    lambda: _coroutine(False),
    lambda: _coroutine(_generator()),
    lambda: AwaitsToSuccess(),
    lambda: 2**40,
    lambda: -(2**40),
    lambda: 10**5000,
    lambda: -1,
    lambda: 32,
    lambda: 1 << 32,
]
"""What a hook may return by mistake: each looks like 0, is nearly 0, or is no answer at all."""

FAULTS: list[Callable[[], BaseException]] = [
    lambda: Exception(),
    lambda: Exception(0),
    lambda: Stop(ReturnCode.SUCCESS),
    lambda: Stop(False),
    lambda: Stop(7),
    lambda: Stop(99),
    lambda: Stop(10**5000),
    lambda: Stop("0"),  # type: ignore[arg-type]  # a module's mistake
    lambda: PamError(0),
    lambda: PolicyError("no"),
    lambda: StopIteration(0),
    lambda: StopAsyncIteration(0),
    lambda: RecursionError(),
    lambda: MemoryError(),
    lambda: AssertionError(),
    lambda: OSError(0, "Success"),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
    lambda: ExceptionGroup("many", [Stop(0), ValueError()]),
]

CONTROLS = ["required", "requisite", "sufficient", "optional", "[default=ok]", "[default=done]"]


def outcome(hook: Callable[[ModuleCall[Any]], Any], control: str, primitive: Primitive) -> int:
    """Return what an application is told that asks one module under one control."""
    text = f"{word(FACILITY_OF[primitive])} {control} pam_probe.so"
    return Trial(text, probe(hook), quirks=QUIRK_SETS["libpam"]).call(primitive)


@pytest.mark.parametrize("primitive", list(Primitive))
@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_no_odd_answer_grants(control: str, primitive: Primitive) -> None:
    for answer in ANSWERS:

        def says(call: ModuleCall[Any], answer: Callable[[], object] = answer) -> object:
            return answer()

        assert outcome(says, control, primitive) != 0


@pytest.mark.parametrize("primitive", list(Primitive))
@pytest.mark.parametrize("control", CONTROLS)
def test_no_exception_grants(control: str, primitive: Primitive) -> None:
    for fault in FAULTS:

        def raises(call: ModuleCall[Any], fault: Callable[[], BaseException] = fault) -> int:
            raise fault()

        async def raises_later(
            call: ModuleCall[Any], fault: Callable[[], BaseException] = fault
        ) -> int:
            raise fault()

        assert outcome(raises, control, primitive) != 0
        assert outcome(raises_later, control, primitive) != 0


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_goes_through_and_grants_nothing(fault: type[BaseException]) -> None:
    def raises(call: ModuleCall[Any]) -> int:
        raise fault

    with pytest.raises(fault):
        outcome(raises, "optional", Primitive.AUTHENTICATE)


@settings(max_examples=300)
@given(st.integers(), st.sampled_from(CONTROLS), st.sampled_from(list(Primitive)))
def test_only_zero_grants(number: int, control: str, primitive: Primitive) -> None:
    code = outcome(lambda call: number, control, primitive)
    assert (code == ReturnCode.SUCCESS) == (number == 0)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_module_that_cannot_be_loaded_does_not_grant(control: str) -> None:
    for module in ("pam_nowhere.so", "/opt/pam_probe.so", "pam_probe", "pam_probe.so.so"):
        trial = Trial(f"auth {control} {module}", probe(lambda call: 0))
        assert trial.authenticate() != ReturnCode.SUCCESS
