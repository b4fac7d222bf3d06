"""Modules that answer what a test tells them and remember what they were asked."""

from __future__ import annotations

from typing import Any

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.registry import Module
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style


class Probe:
    """A service module with all six hooks.

    ``asked`` holds primitive and flags of each call, ``met`` user and terminal.  ``answers`` says
    what it answers to which primitive, success where nothing is said.  With ``says`` it shows a
    message each time, unless the call is silent, and answers the code of a conversation that
    fails.  With ``sets`` it puts variables into the environment in setcred.
    """

    def __init__(
        self,
        name: str,
        *,
        says: str = "",
        sets: tuple[str, ...] = (),
        **answers: ReturnCode,
    ) -> None:
        self.asked: list[tuple[Primitive, int]] = []
        self.met: list[tuple[str | None, str | None]] = []
        self._answers, self._says, self._sets = answers, says, sets
        every = " ".join(WORDS)
        declaration = declare(name, answers=dict.fromkeys(Primitive, every), examples=[])
        self.module = Module(name, declaration, dict.fromkeys(Primitive, self._hook))

    @property
    def primitives(self) -> list[Primitive]:
        """The primitives it was asked, in order."""
        return [primitive for primitive, _ in self.asked]

    def flags_of(self, primitive: Primitive) -> list[int]:
        """The flags of each call for one primitive."""
        return [flags for asked, flags in self.asked if asked is primitive]

    async def _hook(self, call: ModuleCall[Any]) -> ReturnCode:
        self.asked.append((call.primitive, call.flags))
        self.met.append((call.item(Item.USER), call.item(Item.TTY)))
        if self._says and not call.silent:
            for style in (Style.TEXT_INFO, Style.ERROR_MSG):
                code = await call.say(style, self._says)
                if code != ReturnCode.SUCCESS:
                    return ReturnCode(code)
        if call.primitive is Primitive.SETCRED:
            for assignment in self._sets:
                call.putenv(assignment)
        return self.answer(call.primitive, call.flags)

    def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
        """Return what it was told to answer to a primitive."""
        return self._answers.get(primitive.name.lower(), ReturnCode.SUCCESS)
