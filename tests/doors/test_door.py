"""What a handle hands out to C: copies that stand as long as what they are copies of."""

from collections.abc import Iterator

import pytest

from pamkit.doors.audit import AuditTrail
from pamkit.doors.door import COPIES, DOORS, Door, strings
from pamkit.doors.requests import FROM_APPLICATION, FROM_MODULE, signed
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.testing.policies import Trial
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret


@pytest.fixture
def door() -> Iterator[Door]:
    t = Trial("auth required pam_permit.so\n")
    made = Door(t.core, AuditTrail(lambda record: 0, t.handle.texts, t.world.log))
    yield made
    if made.address in DOORS:
        made.close()


def test_a_handle_is_known_until_it_is_closed(door: Door) -> None:
    address = door.address
    assert DOORS[address] is door
    door.close()
    assert address not in DOORS


def test_who_calls_stands_where_linux_pam_has_it(door: Door) -> None:
    assert c_memory.number(door.address + 8) == FROM_APPLICATION == 2
    c_memory.set_number(door.address + 8, 1)
    assert door.caller == FROM_MODULE


def test_a_text_keeps_its_pointer_until_it_changes(door: Door) -> None:
    texts = door.core.handle.texts
    first = door.text(Item.USER, texts[Item.USER])
    assert door.text(Item.USER, texts[Item.USER]) == first
    assert c_memory.text(first) == b"alice"
    assert door.copied(Item.USER, first) is texts[Item.USER]
    door.core.handle.set(Item.USER, "bo\udcffb", from_module=True)
    second = door.text(Item.USER, texts[Item.USER])
    assert c_memory.text(second) == b"bo\xffb"
    assert door.copied(Item.USER, second + 1) is None
    assert door.text(Item.TTY, None) == 0


def test_the_copy_at_hand_goes_before_the_item_changes(door: Door) -> None:
    handle, at_hand = door.core.handle, door.address + COPIES + Item.USER * WORD
    for change in ("bob", "alice", None):
        pointer = door.text(Item.USER, handle.texts[Item.USER])
        assert c_memory.word(at_hand) == pointer != 0
        handle.set(Item.USER, change, from_module=True)
        assert c_memory.word(at_hand) == 0


def test_the_copy_of_a_token_goes_with_the_token(door: Door) -> None:
    handle, token = door.core.handle, Secret("hunter2")
    handle.set_token(Item.AUTHTOK, token)
    pointer = door.token(Item.AUTHTOK, token)
    assert c_memory.text(pointer) == b"hunter2"
    door.sweep()
    assert door.token_is_at(Item.AUTHTOK, pointer)
    handle.wipe_tokens()
    door.sweep()
    assert not door.token_is_at(Item.AUTHTOK, pointer)
    assert door.token(Item.AUTHTOK, None) == 0


def test_the_words_of_a_line_end_with_a_null_pointer(door: Door) -> None:
    vector = door.vector(("a", "b=c"))
    pointers = [c_memory.word(vector + at * WORD) for at in range(3)]
    assert [c_memory.text(pointer) for pointer in pointers] == [b"a", b"b=c", None]
    assert door.vector(("a", "b=c")) == vector
    assert c_memory.word(strings(())) == 0


@pytest.mark.parametrize(
    ("word", "number"),
    [(0, 0), (7, 7), (2**32 - 1, -1), (2**64 - 1, -1), (2**31, -(2**31)), (2**32, 0)],
)
def test_a_word_is_the_int_that_c_means(word: int, number: int) -> None:
    assert signed(word) == number
