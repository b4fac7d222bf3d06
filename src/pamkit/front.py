"""What the synchronous and the asynchronous transaction have in common."""

from __future__ import annotations

import _thread

from pamkit.assembly import core
from pamkit.engine.views import Environment, Items
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import AccountLocked, ConversationEnded, PamError, refusal
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from typing import Any, Self

    from pamkit.engine.delay import FailDelay
    from pamkit.engine.driver import Kept, Outside
    from pamkit.module.effect import Effect
    from pamkit.module.registry import Module
    from pamkit.module.world import World
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy
    from pamkit.policy.source import PolicySource
    from pamkit.semantics.trace import Run, Step
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.facility import Primitive
    from pamkit.vocab.secret import Secret

    Verb = Coroutine[Effect, Any, int]


class Front:
    """A transaction as an application sees it; see `pamkit.Transaction` for the settings."""

    def __init__(
        self,
        service: str,
        user: str | None = None,
        *,
        conversation: Any = None,
        confdir: str | None = None,
        root: str = "/",
        dialect: str | Dialect | None = None,
        quirks: Iterable[str] = (),
        items: Mapping[Any, Any] | None = None,
        modules: Mapping[str, Module] | None = None,
        world: World | None = None,
        outside: Outside | None = None,
        source: PolicySource | None = None,
        watch: Callable[[Primitive, Step], object] | None = None,
        audit: Callable[[Run], object] | None = None,
        log: Callable[[int, str], object] | None = None,
    ) -> None:
        """Start a transaction."""
        self._core = core(
            service,
            user,
            confdir=confdir,
            root=root,
            dialect=dialect,
            quirks=quirks,
            modules=modules,
            world=world,
            source=source,
            watch=watch,
            audit=audit,
            log=log,
        )
        if outside is None:
            from pamkit.stores.system import system_outside

            outside = system_outside(root)
        self._outside = outside
        self._core.handle.conversation = conversation
        self._lock = _thread.allocate_lock()
        self._kept: tuple[str, Kept] | None = None
        self._ended = False
        self._status: int = ReturnCode.SUCCESS
        self.items = Items(self._core.handle)
        """The items, by `Item` or name."""
        self.env = Environment(self._core.handle)
        """The PAM environment, for the user's process."""
        for item, value in (items or {}).items():
            self.items[item] = value

    @property
    def service(self) -> str:
        """The name that picks the policy."""
        return self._core.handle.service

    @property
    def user(self) -> str | None:
        """Who asks, as far as it is known; modules may change it, so read it afterwards."""
        return self._core.handle.texts.get(Item.USER)

    @property
    def trace(self) -> tuple[Run, ...]:
        """What was asked, answered and decided so far, one `Run` for each walk of a chain."""
        return tuple(self._core.runs)

    @property
    def policy(self) -> Policy:
        """The policy that is in force."""
        return self._core.policy

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the policy."""
        return self._core.policy.findings

    @property
    def fail_delay(self) -> FailDelay:
        """The delay after a failure; calling it is `pam_fail_delay(3)`.

        An application that wants to let the time pass itself sets the item `FAIL_DELAY` to a
        function of code and microseconds.
        """
        return self._core.delay

    def _take_hold(self) -> None:
        """Begin a verb; raises `PamError` if one is under way, or the transaction has ended."""
        if not self._lock.acquire(False):
            raise PamError(
                ReturnCode.SYSTEM_ERR,
                "the transaction is busy: a module or another thread is using it",
            )
        if self._ended:
            self._lock.release()
            raise PamError(ReturnCode.SYSTEM_ERR, "the transaction has ended")

    def _let_go(self) -> None:
        self._lock.release()

    def _resumed(self, name: str) -> Kept | None:
        """Return what is kept for a verb; raises `PamError` if something else is."""
        if self._kept is None:
            return None
        waiting, kept = self._kept
        if waiting != name:
            raise PamError(
                ReturnCode.ABORT, f"`{waiting}` waits for its conversation: call it again first"
            )
        self._kept = None
        return kept

    def _judge(self, code: int, fault: Exception | None, first: int) -> None:
        """Return if a verb succeeded; raise if it did not.

        ``fault`` is what the conversation raised, ``first`` the number of runs before the verb.
        """
        self._status = code
        runs = tuple(self._core.runs[first:])
        gave_up = fault is None or isinstance(fault, (PamError, EOFError))
        if code == ReturnCode.SUCCESS and gave_up:
            return
        if fault is None:
            raise self._refusal(code, runs)
        if code == ReturnCode.SUCCESS:
            # The conversation broke in a way of its own: yes is not what was meant.
            self._status = code = ReturnCode.CONV_ERR
        told = fault.message if isinstance(fault, PamError) else "the conversation failed"
        if isinstance(fault, EOFError):
            told = "the conversation ended before all was answered"
        raise ConversationEnded(ReturnCode(code), told, runs) from fault

    def _refusal(self, code: int, runs: tuple[Run, ...]) -> PamError:
        """Return the exception for a refusing code."""
        deciding = runs[-1].deciding if runs else None
        if deciding is not None and self._core.locks(deciding.link):
            return AccountLocked(code, "the account is locked", runs)
        return refusal(code, trace=runs)

    def _finish(self, status: int | None) -> None:
        """End the transaction, once; what a cleanup raises is logged."""
        if self._ended:
            return
        self._ended = True
        if self._kept is not None:
            self._kept[1].coroutine.close()
            self._kept = None
        for fault in self._core.end(self._status if status is None else status):
            self._core.world.log.write(Priority.ERR, f"PAM a cleanup raised {type(fault).__name__}")

    def __repr__(self) -> str:
        """Service and user."""
        return f"<{type(self).__name__} {self.service!r} for {self.user!r}>"


class Prepared:
    """The conversation of one login: answers known beforehand, wiped when it is over."""

    __slots__ = ("_wipes", "conversation")

    def __init__(self, conversation: Any, *, wipes: bool) -> None:
        """Hold a conversation; with ``wipes`` it is one of ours."""
        self.conversation, self._wipes = conversation, wipes

    def __enter__(self) -> Self:
        """Return the holder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Overwrite the secrets; what else the conversation answers, it goes on answering."""
        if self._wipes:
            self.conversation.wipe()


def prepared(
    user: str | None,
    password: str | bytes | Secret | None,
    new_password: str | bytes | Secret | None,
    conversation: Any,
) -> Prepared:
    """Return the conversation for a login with these answers; ``conversation`` has the rest.

    Raises `PamError` with `BAD_ITEM` for an answer with a NUL.
    """
    if password is None and new_password is None:
        return Prepared(conversation, wipes=False)
    from pamkit.engine.prompts import Answers

    try:
        answers = Answers(
            user=user, password=password, new_password=new_password, otherwise=conversation
        )
    except ValueError as odd:
        raise PamError(ReturnCode.BAD_ITEM, str(odd)) from None
    return Prepared(answers, wipes=True)
