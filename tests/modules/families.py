"""One module of another family on its own: its answer to one primitive."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.options import NoOptions
from pamkit.module.registry import Module, module_from
from pamkit.module.world import World
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive, word
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

if TYPE_CHECKING:
    from pamkit.module.call import Hook

NO_SAY = ReturnCode.PERM_DENIED
"""What a chain answers that is one `required` line which ignores."""


def trial(
    module: ModuleType,
    primitive: Primitive,
    options: str = "",
    *lines: Line,
    world: World | None = None,
    user: str | None = "alice",
    service: str = "test",
    items: dict[Item, str] | None = None,
    tokens: dict[Item, str | bytes] | None = None,
    goes_on: bool = False,
    quirks: frozenset[str] = frozenset(),
    texts: dict[Item, str] | None = None,
) -> tuple[Trial, Script]:
    """Return a transaction whose every chain is this one module, and the script of its talk.

    ``tokens``: what a module before it has put on the handle.  ``goes_on``: behind it stands one
    that succeeds, so that a module which ignores comes to its second pass.  ``texts``: items that
    Linux does not have.
    """
    script = Script(*lines)
    # Under a name of its own: Linux policies know some of these names for something else.
    tried = module_from(module).changed(name="pam_tried")
    facility = word(FACILITY_OF[primitive])
    before = f"{facility} optional pam_before.so\n" if tokens else ""
    after = f"{facility} optional pam_after.so\n" if goes_on else ""
    made = Trial(
        f"{before}{facility} required pam_tried.so {options}\n{after}",
        tried,
        _stand_in("pam_before", tokens or {}, ReturnCode.IGNORE),
        _stand_in("pam_after", {}, ReturnCode.SUCCESS),
        world=world,
        user=user,
        service=service,
        conversation=script,
        items=items,
        quirks=quirks,
    )
    if texts:
        made.handle.texts |= texts
    return made, script


def _stand_in(name: str, tokens: dict[Item, str | bytes], code: ReturnCode) -> Module:
    """Return a module that puts secrets on the handle, once, and has one answer."""
    left = dict(tokens)

    def hook(call: ModuleCall[NoOptions]) -> ReturnCode:
        for item, token in left.items():
            call.set_token(item, Secret(token))
        left.clear()
        return code

    hooks: dict[Primitive, Hook] = dict.fromkeys(Primitive, hook)
    answers = dict.fromkeys(Primitive, "ignore success")
    return Module(name, declare(name, answers=answers, examples=()), hooks)


def answer(
    module: ModuleType,
    primitive: Primitive,
    options: str = "",
    *lines: Line,
    flags: int = 0,
    world: World | None = None,
    user: str | None = "alice",
    items: dict[Item, str] | None = None,
    tokens: dict[Item, str | bytes] | None = None,
    goes_on: bool = False,
    texts: dict[Item, str] | None = None,
) -> ReturnCode:
    """Return what the module answers; all that is scripted must be said."""
    made, script = trial(
        module,
        primitive,
        options,
        *lines,
        world=world,
        user=user,
        items=items,
        tokens=tokens,
        goes_on=goes_on,
        texts=texts,
    )
    code = made.call(primitive, flags)
    script.assert_used_up()
    return code


def log_of(world: World) -> list[str]:
    """Return the lines that the module wrote to the log, without what the engine puts before."""
    assert isinstance(world.log, MemoryLog)
    return [text.partition("): ")[2] for text in world.log.texts if text.startswith("pam_tried(")]
