from pamkit.module.world import Account, Shadow, World
from pamkit.testing.world import memory_world
from pamkit.vocab.secret import Secret


def test_a_world_is_a_place_and_not_a_value() -> None:
    assert memory_world() != memory_world()
    assert isinstance(memory_world(), World)


def test_an_account_does_not_show_its_password() -> None:
    account = Account("alice", Secret("$y$hash"), 1000, 1000, "", "/home/alice", "/bin/sh")
    assert "$y$hash" not in repr((account, Shadow("alice", Secret("$y$hash"))))


def test_an_empty_field_of_shadow_is_minus_one() -> None:
    shadow = Shadow("alice", Secret("!"))
    assert {shadow.last_change, shadow.min_days, shadow.max_days, shadow.expires} == {-1}
