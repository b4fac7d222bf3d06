import copy
import pickle

import pytest

from pamkit.vocab.record import Record, RecordType


class Point(Record):
    """Two fields, one with a default."""

    x: int
    y: int = 0


class Marked(Point):
    """Inherits two fields and adds one."""

    mark: str = "?"


class Nothing(Record):
    """No field at all."""


class Place(Record, eq=False):
    """Equal only to itself."""

    name: str


def test_fields_are_given_in_order_or_by_name() -> None:
    assert Point(1, 2) == Point(1, y=2) == Point(y=2, x=1)


def test_defaults_fill_in() -> None:
    assert (Point(1).x, Point(1).y) == (1, 0)
    assert (Marked(1).x, Marked(1).y, Marked(1).mark) == (1, 0, "?")


@pytest.mark.parametrize(
    ("message", "values", "named"),
    [
        ("needs the field `x`", (), {}),
        ("takes 2 fields but 3 were given", (1, 2, 3), {}),
        ("has no free field `z`", (1,), {"z": 1}),
        ("has no free field `x`", (1,), {"x": 1}),
    ],
)
def test_wrong_fields_are_refused(
    message: str, values: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*values, **named)


def test_a_value_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]  # there is no place for it


def test_a_changed_copy_leaves_the_original() -> None:
    old = Point(1, 2)
    assert (Point(1, 3), Point(1, 2)) == (old.changed(y=3), old)


def test_a_copy_has_no_field_that_its_original_has_not() -> None:
    with pytest.raises(TypeError, match="Point has no free field `z`"):
        Point(1, 2).changed(x=3, z=4)


def test_values_of_different_classes_differ() -> None:
    class Twin(Record):
        x: int
        y: int = 0

    twin: object = Twin(1, 2)
    assert Point(1, 2) != twin
    assert not Point(1, 2) == twin  # noqa: SIM201  # both operators have code of their own
    plain: object = (1, 2)
    assert Point(1, 2) != plain
    assert plain != Point(1, 2)


def test_equal_values_hash_alike() -> None:
    assert {Point(1, 2)} == {Point(1, 2), Point(1, y=2)}


def test_a_place_is_equal_only_to_itself() -> None:
    here, there = Place("a"), Place("a")
    assert here == here  # identity through the operator
    assert here != there
    assert len({here, there}) == 2


def test_a_value_is_true_even_without_fields() -> None:
    assert bool(Nothing()) is True


def test_it_shows_the_call_that_makes_it() -> None:
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"


def test_it_can_be_copied_and_pickled() -> None:
    value = Marked(1, 2, "!")
    assert value == copy.deepcopy(value)
    assert value == pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes


def test_annotations_that_are_kept_as_a_function_are_found_too() -> None:
    """Python 3.14 keeps them so where a file does not import them from the future."""
    asked: list[int] = []

    def annotate(form: int) -> dict[str, object]:
        asked.append(form)
        return {"x": int, "y": str}

    made = RecordType("Made", (Record,), {"__annotate_func__": annotate, "y": "why"})
    assert repr(made(1)) == "Made(x=1, y='why')"
    assert asked == [1]
