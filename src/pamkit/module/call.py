"""The narrow view of the handle that a hook is given, and how a hook stops.

`ModuleCall` is a protocol: the engine fulfils it over its own handle; a foreign libpam's
handle can be put behind it as well.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, Protocol, TypeVar

    from pamkit.module.options import Options
    from pamkit.module.program import Finished, Run, Running
    from pamkit.module.world import World
    from pamkit.vocab.facility import Primitive
    from pamkit.vocab.item import Item
    from pamkit.vocab.message import Answer, Style
    from pamkit.vocab.secret import Secret

    Cleanup = Callable[[Any, int], object]
    """Called with the data and a status when data goes; see `pam_set_data(3)`."""

    O_co = TypeVar("O_co", bound=Options, covariant=True)

    class ModuleCall(Protocol[O_co]):
        """What a hook may see and do; contracts are those of Linux-PAM's functions."""

        @property
        def primitive(self) -> Primitive:
            """Which primitive is being served."""

        @property
        def flags(self) -> int:
            """The flags of the call, with the pass bits of chauthtok."""

        @property
        def silent(self) -> bool:
            """Whether the application wants no messages (`PAM_SILENT`)."""

        @property
        def preliminary(self) -> bool:
            """Whether this is the first pass of chauthtok."""

        @property
        def options(self) -> O_co:
            """The module's options on this line."""

        @property
        def args(self) -> tuple[str, ...]:
            """The words behind the module's name, as written."""

        @property
        def world(self) -> World:
            """Everything outside."""

        def item(self, item: Item) -> str | None:
            """Return a text item; `None` if it is not set (`pam_get_item(3)`)."""

        def set_item(self, item: Item, value: str | None) -> None:
            """Set a text item, or clear it (`pam_set_item(3)`)."""

        def token(self, item: Item) -> Secret | None:
            """Return `AUTHTOK` or `OLDAUTHTOK`; `None` if it is not set."""

        def set_token(self, item: Item, token: Secret | None) -> None:
            """Set or clear a token; the old one is wiped."""

        async def user(self, prompt: str | None = None) -> str:
            """Return the user name, asking for it if need be (`pam_get_user(3)`).

            Ends the hook with the code `pam_get_user` would have returned.
            """

        async def authtok(self, item: Item, prompt: str | None = None) -> Secret:
            """Return a token, asking for it if need be (`pam_get_authtok(3)`).

            In a password change it asks twice.  Ends the hook as `pam_get_authtok` would.
            """

        async def authtok_once(self, prompt: str | None = None) -> Secret:
            """Return the new token, asking once (`pam_get_authtok_noverify(3)`)."""

        async def authtok_again(self, prompt: str | None = None) -> Secret:
            """Ask for the new token again and compare (`pam_get_authtok_verify(3)`)."""

        async def ask(self, style: Style, text: str) -> Answer:
            """Hold a conversation of one message (`pam_prompt(3)`); ends the hook if it fails."""

        async def say(self, style: Style, text: str) -> int:
            """Show a message; return the conversation's code, which most hooks let pass."""

        async def hash(self, token: Secret, setting: str) -> str | None:
            """Return ``crypt(token, setting)``; `None` if the scheme is not known."""

        async def run(
            self,
            argv: tuple[str, ...],
            *,
            environment: Mapping[str, str] | None = None,
            stdin: Secret | bytes = b"",
        ) -> Finished:
            """Run a program to its end; `OSError` if it cannot be started."""

        async def start(self, run: Run) -> Running:
            """Start a program to listen to; raises what `Run` raises.  It must be closed."""

        async def listen(self, running: Running) -> bytes | Finished:
            """Return what a program says next, or how it ended."""

        async def wait(self, seconds: float) -> None:
            """Let time pass without holding anybody else up."""

        def data(self, name: str) -> Any:
            """Return module data; `KeyError` if there is none (`pam_get_data(3)`)."""

        def set_data(self, name: str, value: Any, cleanup: Cleanup | None = None) -> None:
            """Keep data on the handle; old data of that name is cleaned up first."""

        def getenv(self, name: str) -> str | None:
            """Return a variable of the PAM environment."""

        def putenv(self, assignment: str) -> int:
            """Carry out ``NAME=value``, ``NAME=`` or ``NAME`` (`pam_putenv(3)`)."""

        def environment(self) -> dict[str, str]:
            """Return the PAM environment, in order."""

        def fail_delay(self, microseconds: int) -> None:
            """Ask for a delay if the call fails (`pam_fail_delay(3)`)."""

        def log(self, priority: int, text: str) -> None:
            """Write a line ``module(service:type): text`` for the administrator."""

    Hook = Callable[["ModuleCall[Any]"], "int | Awaitable[int]"]
    """A module's function for a primitive."""
else:

    class ModuleCall:
        """Stands in for the protocol at run time, for annotations."""

        def __class_getitem__(cls, options: object) -> type:
            """Allow ``ModuleCall[Options]`` outside of annotations as well."""
            return cls


class Stop(Exception):
    """Raised inside a hook to end it: the hook answers ``code``.

    What the handle cannot bring (a user name, a token) ends the hook with the code that
    libpam's own function would have returned; a hook that minds catches it.
    """

    def __init__(self, code: int) -> None:
        """End the hook with ``code``; success becomes `service_err`."""
        super().__init__(code)
        # What is raised never grants: a hook that means yes returns it.
        granted = code == ReturnCode.SUCCESS
        self.code = ReturnCode.SERVICE_ERR if granted else ReturnCode(code)
