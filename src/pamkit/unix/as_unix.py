"""What pam_unix has, for the modules of other families: their call, shown as one of pam_unix."""

from __future__ import annotations

from pamkit.unix.options import UnixOptions
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall
    from pamkit.unix.options import Call
    from pamkit.vocab.secret import Secret


def as_unix(call: ModuleCall[Any], *, prompts: dict[Item, str] | None = None, **words: Any) -> Call:
    """Return a call as the functions of `pamkit.unix` take it.

    ``words`` are options of pam_unix; the words of the real line are not looked at.  There is no
    delay after a failure unless `nodelay=False`: other families leave that to the application.
    ``prompts``: what to ask for a token with, instead of Linux-PAM's words.
    """
    shown: Any = _Shown(call, UnixOptions(**{"nodelay": True, **words}), prompts or {})
    made: Call = shown
    return made


class _Shown:
    """A call with other options; all else is the real one's."""

    __slots__ = ("_call", "_prompts", "args", "options")

    def __init__(
        self, call: ModuleCall[Any], options: UnixOptions, prompts: dict[Item, str]
    ) -> None:
        self._call, self._prompts = call, prompts
        self.options, self.args = options, ()

    async def authtok(self, item: Item, prompt: str | None = None) -> Secret:
        """Return a token, asking for it in the family's own words if need be."""
        return await self._call.authtok(item, self._prompts.get(item, prompt))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)
