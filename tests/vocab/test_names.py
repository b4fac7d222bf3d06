import copy
import pickle
from collections.abc import Container
from typing import cast

import pytest

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style
from pamkit.vocab.names import Names


class Fruit(Names):
    """An enumeration with an alias."""

    APPLE = 1
    PEAR = 2
    POMME = 1

    def is_sweet(self) -> bool:
        return self is Fruit.PEAR


def test_a_member_is_its_number_with_a_name() -> None:
    assert (int(Fruit.APPLE), Fruit.APPLE.value, Fruit.APPLE.name) == (1, 1, "APPLE")


def test_a_member_is_found_by_number_and_by_name() -> None:
    assert Fruit(2) is Fruit.PEAR
    assert Fruit["PEAR"] is Fruit.PEAR


def test_a_second_name_of_a_number_is_an_alias() -> None:
    alias: Fruit = Fruit["POMME"]
    assert alias is getattr(Fruit, "POMME")  # noqa: B009  # checkers know aliases apart
    assert alias is Fruit.APPLE
    assert list(Fruit) == [Fruit.APPLE, Fruit.PEAR]
    assert len(Fruit) == 2


def test_membership_is_asked_by_number() -> None:
    assert Fruit.PEAR in Fruit
    assert _contains(cast("Container[object]", Fruit), 2)
    assert not _contains(cast("Container[object]", Fruit), 3)


def _contains(members: Container[object], number: int) -> bool:
    return number in members


def test_methods_stay_methods() -> None:
    assert Fruit.PEAR.is_sweet()
    assert not Fruit.APPLE.is_sweet()


def test_a_number_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="3 is not a valid Fruit"):
        Fruit(3)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        Fruit["PLUM"]


@pytest.mark.parametrize("odd", [False, True, 0.0, 0.5, "0", None])
def test_what_is_no_number_is_no_code(odd: object) -> None:
    # Each of these would otherwise become, or equal, 0: success.
    with pytest.raises(ValueError, match="is not a valid ReturnCode"):
        ReturnCode(odd)  # type: ignore[arg-type]  # what a careless caller hands in


def test_it_prints_as_a_number_and_shows_its_name() -> None:
    assert str(ReturnCode.AUTH_ERR) == "7"
    assert repr(ReturnCode.AUTH_ERR) == "<ReturnCode.AUTH_ERR: 7>"


def test_copies_and_pickles_are_the_member_itself() -> None:
    assert copy.deepcopy(Style.TEXT_INFO) is Style.TEXT_INFO
    assert pickle.loads(pickle.dumps(Style.TEXT_INFO)) is Style.TEXT_INFO  # noqa: S301  # our own
