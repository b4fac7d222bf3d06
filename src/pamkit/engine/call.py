"""The handle seen through `ModuleCall`: what one hook may see and do.

Contracts: `pam_get_user(3)`, `pam_get_authtok(3)`, `pam_prompt(3)`, `pam_fail_delay(3)`.
"""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.module.effect import Ask, Hash, Wait
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Message, Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from pamkit.engine.delay import FailDelay
    from pamkit.engine.handle import Handle
    from pamkit.engine.transaction import Core
    from pamkit.module.call import Cleanup
    from pamkit.module.program import Finished, Run, Running
    from pamkit.module.world import World
    from pamkit.vocab.message import Answer

    Line = tuple[str, tuple[str, ...], Any]
    """What a hook is told of its line: the module's name, its words, its options."""

_LOG_WORDS = {
    Primitive.AUTHENTICATE: "auth",
    Primitive.SETCRED: "setcred",
    Primitive.ACCT_MGMT: "account",
    Primitive.OPEN_SESSION: "session",
    Primitive.CLOSE_SESSION: "session",
    Primitive.CHAUTHTOK: "chauthtok",
}

_PROMPTS = {Item.AUTHTOK: Item.AUTHTOK_PROMPT, Item.OLDAUTHTOK: Item.OLDAUTHTOK_PROMPT}

# C: what pam_get_user hands on of a conversation's code; anything else is conv_err.
_ASKING_CODES = (ReturnCode.BUF_ERR, ReturnCode.CONV_AGAIN, ReturnCode.CONV_ERR)


_NO_LINE: Line = ("", (), None)


class Around(Record, eq=False):
    """What a call is made in: a handle, the delay that is asked for, and the world."""

    handle: Handle
    delay: FailDelay
    world: World

    def lose(self, call: Call) -> None:
        """A hook keeps a call, which is lent no more."""


class Call:
    """One call of one hook.

    It is lent: where the hook does not keep it, the next hook of the walk is shown the same one,
    with another ``line``.
    """

    __slots__ = ("_around", "_asked", "_handle", "flags", "line", "primitive")

    def __init__(
        self,
        around: Around | Core,
        primitive: Primitive,
        flags: int,
        line: Line = _NO_LINE,
    ) -> None:
        """Show a hook what is around it, for one primitive, and what its line says."""
        self._around, self._handle = around, around.handle
        self.primitive, self.flags, self.line = primitive, flags, line
        self._asked: Ask | None = None
        """What `ask` has been called for, until it is answered."""

    def again(self) -> Call:
        """Return another call of the same primitive: this one stays with the hook that keeps it."""
        self._around.lose(self)
        return Call(self._around, self.primitive, self.flags)

    @property
    def world(self) -> World:
        """Everything outside."""
        return self._around.world

    @property
    def module(self) -> str:
        """The module's name."""
        return self.line[0]

    @property
    def args(self) -> tuple[str, ...]:
        """The words behind it."""
        return self.line[1]

    @property
    def options(self) -> Any:
        """What they mean."""
        return self.line[2]

    @property
    def silent(self) -> bool:
        """Whether the application wants no messages."""
        return bool(self.flags & Flag.SILENT)

    @property
    def preliminary(self) -> bool:
        """Whether this is the first pass of chauthtok."""
        # C: libpam hands stray bits of the application on to the other primitives.
        return self.primitive is Primitive.CHAUTHTOK and bool(self.flags & Flag.PRELIM_CHECK)

    def item(self, item: Item) -> str | None:
        """Return a text item."""
        return self._handle.texts.get(item)

    def set_item(self, item: Item, value: str | None) -> None:
        """Set a text item; ends the hook with the code `pam_set_item` returns on failure."""
        code = self._handle.set(item, value, from_module=True)
        if code != ReturnCode.SUCCESS:
            raise Stop(code)

    def token(self, item: Item) -> Secret | None:
        """Return a token."""
        return self._handle.tokens.get(item)

    def set_token(self, item: Item, token: Secret | None) -> None:
        """Set or clear a token."""
        self._handle.set_token(item, token)

    async def user(self, prompt: str | None = None) -> str:
        """Return the user's name, asking for it if need be."""
        handle = self._handle
        user = handle.texts.get(Item.USER)
        if user is not None:
            return user
        if handle.conversation_failure is not None:
            raise Stop(handle.conversation_failure)
        if prompt is None:
            prompt = handle.texts.get(Item.USER_PROMPT, handle.login_prompt)
        code, answer = _first(await _question(Style.PROMPT_ECHO_ON, prompt))
        if code == ReturnCode.SUCCESS and not isinstance(answer, str):
            code = ReturnCode.CONV_ERR  # no answer is not an empty answer
        if code != ReturnCode.SUCCESS or not isinstance(answer, str):
            code = code if code in _ASKING_CODES else ReturnCode.CONV_ERR
            if code != ReturnCode.CONV_AGAIN:
                handle.conversation_failure = code
            raise Stop(code)
        handle.put_text(Item.USER, answer)
        return answer

    # Who types is waited for with as few frames as can be: there may be thousands.

    def authtok(self, item: Item, prompt: str | None = None) -> Coroutine[Any, Any, Secret]:
        """Return a token, asking for it (in a password change twice) if need be."""
        return self._authtok(item, prompt, twice=True)

    def authtok_once(self, prompt: str | None = None) -> Coroutine[Any, Any, Secret]:
        """Return the new token, asking once."""
        return self._authtok(Item.AUTHTOK, prompt, twice=False)

    async def _authtok(self, item: Item, prompt: str | None, *, twice: bool) -> Secret:
        handle = self._handle
        changing = self.primitive is Primitive.CHAUTHTOK and item is Item.AUTHTOK
        failure = ReturnCode.AUTHTOK_ERR if changing else ReturnCode.AUTH_ERR
        if self.primitive is Primitive.CHAUTHTOK:
            for arg in self.args:
                if arg.startswith("authtok_type="):
                    handle.put_text(Item.AUTHTOK_TYPE, arg.partition("=")[2])
        known = handle.tokens.get(item)
        if known is not None:
            return known
        if "use_first_pass" in self.args or (changing and "use_authtok" in self.args):
            raise Stop(failure)
        if prompt is None:
            # DIALECT: openpam's items; nobody can set them elsewhere.
            prompt = handle.texts.get(_PROMPTS[item])
        kind = handle.texts.get(Item.AUTHTOK_TYPE) or ""
        # C: outside of a change the kind is not named.
        named = kind if self.primitive is Primitive.CHAUTHTOK else ""
        asked = _prompt(item, changing, named) if prompt is None else prompt
        token = await self._secret(asked, changing)
        if changing:
            handle.verified = False
            if twice:
                again = await self._secret(_retype(prompt, kind), changing)
                same = token.matches(again)
                again.wipe()
                if not same:
                    token.wipe()
                    await self.say(Style.ERROR_MSG, "Sorry, passwords do not match.")
                    raise Stop(ReturnCode.TRY_AGAIN)
                handle.verified = True
        handle.set_token(item, token)
        return token

    async def authtok_again(
        self, prompt: str | None = None, *, given: Secret | None = None
    ) -> Secret:
        """Ask for the new token again, unless that was done, and compare.

        ``given`` is the token that a module in C says it means, if it is not the handle's.
        """
        handle = self._handle
        if self.primitive is not Primitive.CHAUTHTOK:
            raise Stop(ReturnCode.SYSTEM_ERR)
        token = handle.tokens.get(Item.AUTHTOK)
        if handle.verified and token is not None:
            return token
        if given is not None and (token is None or not token.matches(given)):
            token = given
        if token is None:
            raise Stop(ReturnCode.AUTHTOK_ERR)
        kind = handle.texts.get(Item.AUTHTOK_TYPE) or ""
        try:
            again = await self._secret(_retype(prompt, kind), changing=True)
        except Stop:
            handle.set_token(Item.AUTHTOK, None)
            raise
        same = token.matches(again)
        again.wipe()
        if not same:
            handle.set_token(Item.AUTHTOK, None)
            await self.say(Style.ERROR_MSG, "Sorry, passwords do not match.")
            raise Stop(ReturnCode.TRY_AGAIN)
        handle.set_token(Item.AUTHTOK, token)
        handle.verified = True
        return token

    async def _secret(self, prompt: str, changing: bool) -> Secret:
        code, answer = self._heard(await _question(Style.PROMPT_ECHO_OFF, prompt))
        if code != ReturnCode.SUCCESS or not isinstance(answer, Secret):
            if changing:
                await self.say(Style.ERROR_MSG, "Password change has been aborted.")
            raise Stop(ReturnCode.AUTHTOK_ERR)
        return answer

    def _heard(self, reply: tuple[int, tuple[Answer, ...]]) -> tuple[int, Answer]:
        """C: pam_prompt(3) logs a conversation that failed; pam_get_user(3) asks without it."""
        code, answer = _first(reply)
        if code != ReturnCode.SUCCESS:
            self.log(Priority.ERR, "conversation failed")
        return code, answer

    def ask(self, style: Style, text: str) -> Coroutine[Any, Any, Answer]:
        """Hold a conversation of one message; ends the hook if it fails."""
        if self._asked is not None:  # and nobody has waited for it yet
            return self._ask(style, text)
        self._asked = _question(style, text)
        waits: Any = self  # no frame and no object of its own: there may be thousands
        asked: Coroutine[Any, Any, Answer] = waits
        return asked

    async def _ask(self, style: Style, text: str) -> Answer:
        return self._answered(await _question(style, text))

    def _answered(self, reply: tuple[int, tuple[Answer, ...]]) -> Answer:
        code, answers = reply
        if code != ReturnCode.SUCCESS:
            self._heard(reply)
            raise Stop(code)
        return answers[0] if answers else None

    def __await__(self) -> Call:
        """Wait for the answer to what `ask` was called for."""
        if self._asked is None:
            raise TypeError("expected `await call.ask(...)`: nothing is asked")
        return self

    def __next__(self) -> Ask:
        """Surface with the question."""
        if self._asked is None:
            raise TypeError("nothing is asked")
        return self._asked

    def send(self, reply: tuple[int, tuple[Answer, ...]]) -> Ask:
        """Come back with the answer."""
        self._asked = None
        try:
            answer = self._answered(reply)
        except StopIteration as odd:  # the log's: here it would be an answer
            raise RuntimeError("the log raised StopIteration") from odd
        raise StopIteration(answer)

    def throw(self, *fault: Any) -> Ask:
        """Come back with what was raised instead."""
        asked, self._asked = self._asked, None
        if asked is None:
            raise TypeError("nothing is asked")
        return asked.throw(*fault)

    def close(self) -> None:
        """Nobody waits any more."""
        self._asked = None

    async def say(self, style: Style, text: str) -> int:
        """Show a message; return the conversation's code."""
        code, _ = self._heard(await _question(style, text))
        return code

    async def hash(self, token: Secret, setting: str) -> str | None:
        """Return ``crypt(token, setting)``; `None` if the scheme is not known."""
        return await Hash(token, setting)

    async def run(
        self,
        argv: tuple[str, ...],
        *,
        environment: Mapping[str, str] | None = None,
        stdin: Secret | bytes = b"",
    ) -> Finished:
        """Run a program to its end."""
        from pamkit.module.program import Run

        return await Run(argv, tuple((environment or {}).items()), stdin)

    async def start(self, run: Run) -> Running:
        """Start a program to listen to."""
        from pamkit.module.program import Start

        return await Start(run)

    async def listen(self, running: Running) -> bytes | Finished:
        """Return what a program says next, or how it ended."""
        from pamkit.module.program import Listen

        return await Listen(running)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await Wait(seconds)

    def data(self, name: str) -> Any:
        """Return module data; `KeyError` if there is none."""
        return self._handle.data(name)

    def set_data(self, name: str, value: Any, cleanup: Cleanup | None = None) -> None:
        """Keep data on the handle."""
        self._handle.set_data(name, value, cleanup)

    def getenv(self, name: str) -> str | None:
        """Return a variable of the PAM environment."""
        return self._handle.env.get(name)

    def putenv(self, assignment: str) -> int:
        """Carry out an assignment in the PAM environment; one that cannot be is logged."""
        code = self._handle.putenv(assignment)
        if code == ReturnCode.BAD_ITEM:
            is_absent = assignment and not assignment.startswith("=")
            fault = f"delete non-existent entry; {assignment}" if is_absent else "bad variable"
            self.log(Priority.ERR, f"pam_putenv: {fault}")
        return code

    def environment(self) -> dict[str, str]:
        """Return the PAM environment."""
        return dict(self._handle.env)

    def fail_delay(self, microseconds: int) -> None:
        """Ask for a delay if the call fails."""
        self._around.delay(microseconds)

    def log(self, priority: int, text: str) -> None:
        """Write a line for the administrator."""
        kind = _LOG_WORDS[self.primitive]
        self.world.log.write(priority, f"{self.module}({self._handle.service}:{kind}): {text}")


_PROMPT_STYLES = frozenset({Style.PROMPT_ECHO_OFF, Style.PROMPT_ECHO_ON})
_MOST_QUESTIONS = 64

_questions: dict[tuple[Style, str], Ask] = {}
"""Prompts that were asked before: thousands may wait at the same."""


def _question(style: Style, text: str) -> Ask:
    known = _questions.get((style, text))
    if known is None:
        known = Ask((Message(style, text),))
        # What is told may be anything, and is not kept; nor is what only equals a style, as 1 does:
        # an answer to it is no secret, and others would be asked the same.
        if type(style) is Style and style in _PROMPT_STYLES and type(text) is str:
            if len(_questions) >= _MOST_QUESTIONS:
                _questions.clear()
            _questions[style, text] = known
    return known


def _first(reply: tuple[int, tuple[Answer, ...]]) -> tuple[int, Answer]:
    """Return the code of a conversation of one message, and the answer if there is one."""
    code, answers = reply
    return code, answers[0] if answers else None


def _prompt(item: Item, changing: bool, kind: str) -> str:
    """C: the prompts are part of the interface; programs match on them."""
    which = f"{kind} " if kind else ""
    if item is Item.OLDAUTHTOK:
        return f"Current {which}password: "
    return f"New {which}password: " if changing else "Password: "


def _retype(prompt: str | None, kind: str) -> str:
    if prompt is not None:
        return f"Retype {prompt}"
    return f"Retype new {kind} password: " if kind else "Retype new password: "
