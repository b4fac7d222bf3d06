import pytest

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode


def test_a_stop_carries_the_code_of_the_hook() -> None:
    assert Stop(7).code is ReturnCode.AUTH_ERR
    assert Stop(ReturnCode.IGNORE).code is ReturnCode.IGNORE
    assert Stop(99).code == 99


def test_a_stop_never_grants() -> None:
    assert Stop(ReturnCode.SUCCESS).code is ReturnCode.SERVICE_ERR


@pytest.mark.parametrize("odd", [None, 0.5, "0"])
def test_a_stop_wants_a_code(odd: object) -> None:
    with pytest.raises(ValueError, match="is not a valid ReturnCode"):
        Stop(odd)  # type: ignore[arg-type]  # what a careless module hands in


@pytest.mark.parametrize("odd", [False, 0.0])
def test_what_equals_success_is_success_to_a_stop(odd: object) -> None:
    assert Stop(odd).code is ReturnCode.SERVICE_ERR  # type: ignore[arg-type]  # as above


def test_the_protocol_is_only_for_type_checkers() -> None:
    assert isinstance(ModuleCall, type)
    assert ModuleCall[NoOptions] is ModuleCall
