"""Whether a call is aimed at another store of accounts."""

from __future__ import annotations

import pytest

from pamkit.engine.call import Around, Call
from pamkit.engine.delay import FailDelay
from pamkit.engine.handle import handle_for
from pamkit.module.repository import is_elsewhere
from pamkit.policy.dialect import dialect_named
from pamkit.testing.world import memory_world
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.repository import Repository


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        (None, False),
        (Repository("files"), False),
        (Repository("ldap"), True),
        (Repository(""), True),
    ],
)
def test_only_this_machines_files_are_here(
    repository: Repository | None, *, expected: bool
) -> None:
    handle = handle_for(dialect_named("solaris"), "passwd", "alice")
    handle.set(Item.REPOSITORY, repository, from_module=False)
    around = Around(handle, FailDelay(), memory_world())
    assert is_elsewhere(Call(around, Primitive.CHAUTHTOK, 0)) is expected
