"""A PAM transaction for asyncio: the same verbs, awaitable.

While a person types, no thread is held; hashing and programs have pools of their own; a delay is
a timer.  The meaning is that of `pamkit.Transaction`: both drive the same coroutines.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Coroutine
from concurrent import futures
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pamkit.engine.answers import checked, unanswered
from pamkit.engine.choreography import (
    admit,
    delete_credentials,
    finish_session,
    start_session,
)
from pamkit.engine.driver import Heard, Kept, NotYet, close, is_for, resumed
from pamkit.fair_pool import FairPool as FairPool
from pamkit.fair_pool import hashing_pool, patient_pool
from pamkit.front import ADMIT, Front, prepared, was_opened
from pamkit.gate import Gate as Gate
from pamkit.module.effect import Ask, Blocking, Bring, Effect, Hash, Later, Wait
from pamkit.module.program import Listen, Run, Start
from pamkit.records.event import Happening
from pamkit.session_front import SessionFront
from pamkit.stores.programs import heard_out
from pamkit.turns import source_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import Incomplete, PamError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from pamkit.engine.driver import Outside
    from pamkit.engine.transaction import Core
    from pamkit.front import Key, Verb
    from pamkit.module.program import Finished, Running
    from pamkit.module.registry import Module
    from pamkit.module.world import World
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.source import PolicySource
    from pamkit.records.recorder import Recorded, Recorder
    from pamkit.semantics import trace
    from pamkit.semantics.trace import Step
    from pamkit.sessions.keeper import Registry
    from pamkit.stores.policy_cache import PolicyCache
    from pamkit.vocab.message import Answer, Message

    Asker = Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]]


_T = TypeVar("_T")


_YES = ReturnCode.SUCCESS
_AUTHENTICATE, _SETCRED = Primitive.AUTHENTICATE, Primitive.SETCRED
_ACCT_MGMT, _CHAUTHTOK = Primitive.ACCT_MGMT, Primitive.CHAUTHTOK
_OPEN_SESSION, _CLOSE_SESSION = Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION
_ERROR = Style.ERROR_MSG

_SILENCE = Heard()
"""What was heard in a verb in which nobody said anything."""


class Transaction(Front):
    """One PAM transaction for asyncio; settings are those of `pamkit.Transaction`, and these.

    ``conversation`` may be a coroutine function.  ``gate`` limits how many logins are under way at
    once (`pamkit.gate`; default: no limit).  ``hashers`` is the pool for hashes; without it, all
    transactions of the process share one with a thread for each core.  Programs, and login records
    that others hold, have other threads.  In both, one of each source comes after the other
    (`pamkit.turns`).  With ``executor`` all of that runs there, in the order in which it comes.

    Native modules run in a thread of the transaction's own, where nothing else can keep them
    waiting.  Cancellation ends the hook that waits, runs its ``finally`` blocks, and leaves the
    transaction to be ended; a native module cannot be stopped, so its hook is waited for, and what
    it asks meanwhile is refused.
    """

    __slots__ = ("_conversation", "_executor", "_gate", "_hashers", "_heard", "_thread")

    def __init__(
        self,
        service: str,
        user: str | None = None,
        by_name: None = None,
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
        audit: Callable[[trace.Run], object] | None = None,
        log: Callable[[int, str], object] | None = None,
        natives: str | Mapping[str, str] | None = "python-first",
        strict: bool = False,
        sessions: str | Registry | None = None,
        leader: int | None = None,
        records: str | Iterable[Recorder] | None = None,
        policies: PolicyCache | None = None,
        executor: futures.Executor | None = None,
        hashers: FairPool | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Start a transaction; what comes behind ``user`` is given by name."""
        # In their order: a dictionary of them, for each of thousands, is half a microsecond.
        Front.__init__(
            self, service, user, by_name, conversation, confdir, root, dialect, quirks, items,
            modules, world, outside, source, watch, audit, log, natives, strict, sessions,
            leader, records, policies,
        )  # fmt: skip
        self._executor, self._hashers, self._gate = executor, hashers, gate
        self._thread: futures.Executor | None = None
        self._conversation: Any = None
        """That of the verb that is under way."""
        self._heard = _SILENCE

    # Each of these hands on a coroutine without a frame of its own: there may be thousands.

    def authenticate(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Prove who asks (`pam_authenticate(3)`)."""
        return self._login(_AUTHENTICATE, flags)

    def setcred(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Establish, delete, reinitialise or refresh credentials (`pam_setcred(3)`)."""
        return self._verb(_SETCRED, flags)

    def acct_mgmt(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Check that the account may be used now (`pam_acct_mgmt(3)`)."""
        return self._verb(_ACCT_MGMT, flags)

    def open_session(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Open a session (`pam_open_session(3)`)."""
        return self._verb(_OPEN_SESSION, flags)

    def close_session(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Close the session (`pam_close_session(3)`)."""
        return self._verb(_CLOSE_SESSION, flags)

    def chauthtok(self, flags: int = 0) -> Coroutine[Any, Any, None]:
        """Change the password (`pam_chauthtok(3)`)."""
        return self._login(_CHAUTHTOK, flags)

    def admit(self, flags: int = 0, *, change_expired: bool = False) -> Coroutine[Any, Any, None]:
        """Authenticate and check the account; with ``change_expired`` also renew the password."""
        verb = self._verb(
            ADMIT,
            flags,
            lambda: admit(self._core, flags, change_expired=change_expired),
            renews=change_expired,
        )
        if self._gate is None:
            return verb
        return self._through(self._gate, verb, _AUTHENTICATE, _ACCT_MGMT)

    def session(self, flags: int = 0, *, own_process: bool = False) -> Session:
        """Return an asynchronous context manager like `pamkit.Transaction.session`."""
        return Session(self, flags, own_process=own_process)

    async def record_login(self) -> tuple[Recorded, ...]:
        """Put the login on record; see `pamkit.Transaction.record_login`."""
        return await self._put_on_record(Happening.LOGIN)

    async def record_logout(self) -> tuple[Recorded, ...]:
        """Put the end of the login on record; see `pamkit.Transaction.record_logout`."""
        return await self._put_on_record(Happening.LOGOUT)

    async def record_failure(self) -> tuple[Recorded, ...]:
        """Put on record that somebody was refused; see `pamkit.Transaction.record_failure`."""
        return await self._put_on_record(Happening.FAILURE)

    async def _put_on_record(self, happening: Happening) -> tuple[Recorded, ...]:
        """Write records in a thread: another program may hold one for seconds."""
        self._take_hold()
        try:
            return await _finished(self._patiently(self._record, happening))
        finally:
            self._let_go()

    def end(self, status: int | None = None) -> None:
        """End the transaction (`pam_end(3)`); nothing is waited for."""
        if self._ended:
            return
        try:
            del self._idle
        except AttributeError:
            raise self._held() from None
        try:
            self._finish(status)  # it stays held
        finally:
            if self._thread is not None:
                self._thread.shutdown(wait=False)

    def _own_thread(self) -> futures.Executor:
        """Return the thread that native modules run in, the same for all their hooks."""
        if self._thread is None:
            self._thread = futures.ThreadPoolExecutor(1, f"pamkit-{self.service}")
        return self._thread

    def _login(self, primitive: Primitive, flags: int) -> Coroutine[Any, Any, None]:
        """Carry out a primitive that asks for secrets, when the gate lets it in."""
        verb = self._verb(primitive, flags)
        return verb if self._gate is None else self._through(self._gate, verb, primitive)

    async def _through(
        self, gate: Gate, verb: Coroutine[Any, Any, None], *primitives: Primitive
    ) -> None:
        """Carry out a verb within a gate; who is not let in is refused all of it."""
        source = self._source()
        try:
            await gate.enter(source)
        except BaseException as fault:  # a cancellation too; it goes on
            verb.close()
            for primitive in primitives:
                self._core.refuse(primitive)
            if isinstance(fault, PamError):
                self._status = fault.code
            raise
        try:
            await verb
        finally:
            gate.leave(source)

    def _source(self) -> str:
        """Return where this login comes from."""
        texts = self._core.handle.texts
        return source_of(texts.get(Item.RHOST), texts.get(Item.USER))

    async def _verb(
        self,
        what: Primitive | str,
        flags: int,
        start: Callable[[], Verb] | None = None,
        *,
        renews: bool = False,
    ) -> None:
        """Carry out a verb; raise unless its code is success.

        ``what`` is a primitive, or the name of the verb whose coroutine ``start`` gives.  All of it
        is one frame, for there is one for each person who types.
        """
        primitive: Any = what  # where there is no ``start``
        if self._strict and start is None:
            self._keep_order(primitive, flags)
        try:
            del self._idle
        except AttributeError:
            raise self._held() from None
        core, kept = self._core, None
        try:
            if self._kept is not None:
                kept = self._resumed(_key(what, flags, renews))
            try:
                if kept is not None:
                    verb: int | Verb = kept.coroutine
                elif start is not None:
                    verb = start()
                else:
                    verb = core.ask(primitive, flags)
            except BaseException:  # an interrupt; it goes on
                if start is None:
                    self._cut_short(primitive)
                else:
                    self._cut_off(len(core.walks), what)
                raise
            # Most calls wait for nobody: yes or no is there at once, and nothing was said.
            if verb is _YES:
                self._status = _YES
            elif isinstance(verb, int):
                self._judge(verb, _SILENCE, len(core.walks) - 1, what)  # one walk was noted
            else:
                first = len(core.walks)
                if kept is None:
                    self._heard = _SILENCE  # else what was heard before it had to wait
                self._conversation = core.handle.conversation
                # The twin of `engine.driver.drive`.
                try:
                    effect: Any = resumed(verb, None if kept is None else kept.effect)
                    del start, kept  # nothing that is done with lies about while a person types
                    while True:
                        try:
                            if type(effect) is not Ask or core.guests is not None:
                                result = await self._perform(effect)
                            else:
                                result = self._put(effect.messages)
                                if type(result) is not tuple:  # somebody types
                                    try:
                                        result = await result
                                    except NotYet:
                                        raise
                                    except Exception as fault:  # noqa: BLE001  # the application's
                                        result = self._broken(fault)
                                    else:
                                        result = checked(effect.messages, result)
                        except NotYet:
                            self._kept = (_key(what, flags, renews), Kept(verb, effect))
                            raise Incomplete from None
                        except Exception as fault:  # noqa: BLE001  # the hook that waits decides
                            effect = verb.throw(fault)
                        except BaseException:  # an interrupt closes the hook that waits
                            close(verb)
                            raise
                        else:
                            effect = verb.send(result)
                            result = None  # no answer lies about either
                except StopIteration as end:
                    code = end.value
                except BaseException:  # an interrupt too; it goes on
                    if self._kept is None:  # else it waits; `audit` may raise `Incomplete` as well
                        self._cut_off(first, what)
                    raise
                finally:
                    # An exception would keep what was asked and answered, with this frame.
                    self._conversation = effect = result = None
                if code != _YES or self._heard.fault is not None:
                    self._judge(code, self._heard, first, what)
                else:
                    self._status = code  # yes, and nobody broke off
        finally:
            try:
                if core.guests is not None:
                    self._sweep(core.guests)
            finally:  # one more interrupt must not leave it busy for good
                self._idle = None

    def _perform(self, effect: Effect) -> Awaitable[Any]:
        """Return what will have the answer to an effect."""
        guests = self._guests
        if guests is not None and is_for(guests, effect):
            return self._in_thread(lambda ask: guests.perform(effect, ask))
        if isinstance(effect, Ask):
            return self._ask(effect.messages)
        if isinstance(effect, Wait):
            return asyncio.sleep(effect.seconds)
        if isinstance(effect, Later):
            raise NotYet
        if isinstance(effect, Hash):
            return self._hashed(effect)
        if isinstance(effect, Run):
            return self._run(effect)
        if isinstance(effect, Start):
            return self._started(effect.run)
        if isinstance(effect, Listen):
            return self._patiently(effect.running.listen)
        if isinstance(effect, Bring):
            return self._patiently(self._outside.bring, effect.path)
        if isinstance(effect, Blocking):
            function = effect.function
            return self._in_thread(lambda ask: function(lambda inner: _at_once(inner, ask)))
        raise TypeError(f"no driver knows the effect `{type(effect).__name__}`")

    def _put(self, messages: tuple[Message, ...]) -> Any:
        """Put questions to the conversation.

        Return a code and the answers, or what its answers will come from.
        """
        for message in messages:
            if message.style is _ERROR:
                self._ear().hear(messages)
                break
        conversation = self._conversation
        if conversation is None:
            return unanswered(messages)
        try:
            answers = conversation(messages)
        except NotYet:
            raise
        except StopIteration as odd:  # a coroutine would say it so
            fault = RuntimeError("the conversation raised StopIteration")
            fault.__cause__ = odd
            return self._broken(fault)
        except Exception as odd:  # noqa: BLE001  # the application's
            return self._broken(odd)
        return answers if hasattr(answers, "__await__") else checked(messages, answers)

    def _broken(self, fault: Exception) -> tuple[int, tuple[Answer, ...]]:
        """Note what the conversation raised: PAM is told conv_err, the application all."""
        self._ear().fault = fault
        return ReturnCode.CONV_ERR, ()

    async def _ask(self, messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
        """Ask for a native module, which may be in a thread."""
        answers = self._put(messages)
        if type(answers) is tuple:
            asked: tuple[int, tuple[Answer, ...]] = answers
            return asked
        try:
            answers = await answers
        except NotYet:
            raise
        except Exception as fault:  # noqa: BLE001  # the application's
            return self._broken(fault)
        return checked(messages, answers)

    def _ear(self) -> Heard:
        """Return what keeps what is heard in this verb; most have nothing to keep."""
        if self._heard is _SILENCE:
            self._heard = Heard()
        return self._heard

    def _hashed(self, effect: Hash) -> asyncio.Future[str | None]:
        """Have a hash computed; the token waits in its own place, and is wiped there."""
        if self._executor is not None:
            loop = asyncio.get_running_loop()
            return loop.run_in_executor(self._executor, _hash, self._outside, effect)
        pool = self._hashers or hashing_pool()
        work = pool.submit_and_yield(self._source(), _hash, self._outside, effect)
        return asyncio.wrap_future(work)

    def _patiently(self, function: Callable[..., _T], *args: Any) -> asyncio.Future[_T]:
        """Call in a thread what may take its time."""
        if self._executor is not None:
            loop = asyncio.get_running_loop()
            return loop.run_in_executor(self._executor, _called, function, *args)
        return asyncio.wrap_future(patient_pool().submit(self._source(), _called, function, *args))

    async def _started(self, wanted: Run) -> Running:
        """Start a program, at once, so that nobody loses it."""
        return self._outside.start(wanted)

    async def _run(self, wanted: Run) -> Finished:
        """Run a program to its end; a cancellation kills it, and so frees its thread."""
        program = self._outside.start(wanted)
        try:
            return await self._patiently(heard_out, program)
        finally:
            program.close()

    async def _in_thread(self, function: Callable[[Asker], Any]) -> Any:
        """Run what cannot be suspended; its questions come back to the loop."""
        loop = asyncio.get_running_loop()
        line = _Line(self._ask, loop)
        context = contextvars.copy_context()
        work = loop.run_in_executor(self._own_thread(), context.run, _called, function, line.ask)
        return await _finished(work, cut=line.cut)

    async def __aenter__(self) -> Self:
        """Return the transaction."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the transaction."""
        self.end()


class Session(SessionFront):
    """A session of an asynchronous transaction: opened on entering, closed on leaving."""

    def __init__(
        self,
        transaction: Transaction,
        flags: int = 0,
        *,
        ends: bool = False,
        own_process: bool = False,
    ) -> None:
        """Hold a session of ``transaction``; with ``ends``, closing ends the transaction too."""
        super().__init__(transaction, flags, ends=ends, own_process=own_process)
        self.transaction = transaction

    async def open(self) -> None:
        """Establish credentials and open the session; what a cancellation cuts off is undone."""
        core, flags, own = self.transaction._core, self._flags, self._own
        self.transaction._keep_order(_OPEN_SESSION, flags)
        if not self.transaction._is_waiting():
            self._begins()
        first = len(core.walks)
        try:
            await self.transaction._verb(
                "session", flags, lambda: start_session(core, flags, takes_groups=own)
            )
        except Incomplete:
            raise
        except PamError as refused:
            if was_opened(refused.trace):
                await self._undo(finish_session)  # it was open when the conversation broke
            self._gives_groups_back()
            raise
        except BaseException:  # an interrupt; it goes on when the rest is undone
            opened = was_opened(tuple(core.runs[first:]))
            try:
                await _to_the_end(self._undo(finish_session if opened else delete_credentials))
            finally:
                self._gives_groups_back()
            raise
        self._has_begun()
        if self._unrecorded(Happening.LOGIN):
            await self._records(Happening.LOGIN)

    async def close(self) -> None:
        """Close the session and delete the credentials, once.

        A cancellation waits until that is done, and then goes on its way; a second one does
        not wait.
        """
        await _to_the_end(self._close())

    async def _close(self) -> None:
        core, flags = self.transaction._core, self._flags
        if self._open and self._unrecorded(Happening.LOGOUT):
            await self._records(Happening.LOGOUT)
        try:
            if self._open:
                await self.transaction._verb("close", flags, lambda: finish_session(core, flags))
        except Incomplete:
            raise
        except PamError:
            self._closed()
            raise
        except BaseException:  # an interrupt; it goes on when the rest is undone
            await self._undo(delete_credentials)
            self._closed()
            raise
        self._closed()

    async def spawn(self, argv: Sequence[str] = (), **settings: Any) -> asyncio.subprocess.Process:
        """Begin the user's process; see `pamkit.Session.spawn`.

        ``settings`` are those of `asyncio.create_subprocess_exec`.
        """
        process = self.process
        if not argv:
            settings = {"executable": process.shell, **settings}
            argv = process.login_shell()
        return await asyncio.create_subprocess_exec(*argv, **{**process.popen(), **settings})

    async def _records(self, happening: Happening) -> None:
        """Write a login record; what cuts it off closes the session, and goes on its way."""
        try:
            await self.transaction._put_on_record(happening)
        except BaseException:  # an interrupt, or a fault in a recorder of the application's
            await _to_the_end(self._undo(finish_session))
            self._closed()
            raise

    async def _undo(self, what: Callable[[Core, int], Verb]) -> None:
        """Take back what was cut off, whatever comes of it."""
        core, flags = self.transaction._core, self._flags
        try:
            await self.transaction._verb("undo", flags, lambda: what(core, flags))
        except PamError:
            return
        except Exception:  # noqa: BLE001  # the application's own fault, in its `audit` or `watch`
            if what is not delete_credentials:
                await self._undo(delete_credentials)

    def _closed(self) -> None:
        self._open = False
        self._gives_groups_back()
        if self._ends:
            self.transaction.end()

    async def __aenter__(self) -> Self:
        """Open the session, unless it is open."""
        if not self._open:
            await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session; an error of closing is added to one of the body as a note."""
        try:
            await self.close()
        except PamError as odd:
            if fault is None:
                raise
            fault.add_note(f"closing the session failed as well: {odd}")


async def login(
    user: str | None = None,
    password: Any = None,
    *,
    service: str = "login",
    conversation: Any = None,
    new_password: Any = None,
    flags: int = 0,
    own_process: bool = False,
    **settings: Any,
) -> Session:
    """Log somebody in and return the open session; see `pamkit.login`."""
    can_change = conversation is not None or new_password is not None
    with prepared(user, password, new_password, conversation) as answers:
        transaction = Transaction(service, user, conversation=answers.conversation, **settings)
        try:
            try:
                await transaction.admit(flags, change_expired=can_change)
            except PamError as refused:
                if transaction._is_failure(refused):
                    await transaction.record_failure()
                raise
            session = Session(transaction, ends=True, own_process=own_process)
            await session.open()
        except BaseException:  # an interrupt too: nothing is left open
            transaction.end()
            raise
    return session


async def check(
    user: str, password: Any, *, service: str = "login", flags: int = 0, **settings: Any
) -> None:
    """Check a password and the account behind it; see `pamkit.check`."""
    with prepared(user, password, None, None) as answers:
        conversation = answers.conversation
        async with Transaction(service, user, conversation=conversation, **settings) as one:
            await one.admit(flags)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await something that one cancellation must not cut off; the cancellation comes after it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.done():
            raise
        with contextlib.suppress(PamError):  # the cancellation is what counts now
            await task  # a second cancellation reaches it
        raise


async def _finished(work: asyncio.Future[_T], cut: Callable[[], object] | None = None) -> _T:
    """Await what runs in a thread; it may be told with ``cut`` to hurry.

    The handle is in use until it has come to its end: no cancellation gets past that.
    """
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if cut is not None:
            cut()
        while not work.done():
            # One more cancellation says nothing new: the first is raised when the work is done.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # the cancellation is what counts now
        raise


def _key(what: Primitive | str, flags: int, renews: bool) -> Key:
    """Return what tells a call from others, for one that waits to be made again."""
    return (what if isinstance(what, str) else what.name.lower()), flags, renews


def _called(function: Callable[..., _T], *args: Any) -> _T:
    """Call a function in a thread; a `StopIteration` is no end of what awaits it.

    A future takes none: without this nobody would hear of it, and the verb would wait for ever.
    """
    try:
        return function(*args)
    except StopIteration as odd:
        raise RuntimeError("a function in a thread raised StopIteration") from odd


def _hash(outside: Outside, effect: Hash) -> str | None:
    return _called(outside.crypt, effect.token.expose(), effect.setting)


def _at_once(effect: Effect, ask: Asker) -> Any:
    """Perform an effect for a function in a thread: it may ask, and no more."""
    if not isinstance(effect, Ask):
        raise TypeError(f"a function that waits cannot have `{type(effect).__name__}` performed")
    try:
        return ask(effect.messages)
    except NotYet:
        return ReturnCode.CONV_ERR, ()  # it cannot be taken up again later


class _Line:
    """On which a native module in a thread asks an application on its loop."""

    _PATIENCE = 1.0  # seconds between looks whether the loop is still there

    def __init__(
        self,
        ask: Callable[[tuple[Message, ...]], Coroutine[Any, Any, tuple[int, tuple[Answer, ...]]]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._ask, self._loop = ask, loop
        self._open: futures.Future[tuple[int, tuple[Answer, ...]]] | None = None
        self._is_cut = False

    def ask(self, messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
        """Ask from the thread and wait for the answers; refused once the line is cut."""
        if self._is_cut or self._loop.is_closed():
            return ReturnCode.CONV_ERR, ()
        asked = self._open = asyncio.run_coroutine_threadsafe(self._ask(messages), self._loop)
        while not asked.done():
            if self._loop.is_closed() or self._is_cut:
                asked.cancel()
                return ReturnCode.CONV_ERR, ()
            futures.wait((asked,), self._PATIENCE)
        return (ReturnCode.CONV_ERR, ()) if asked.cancelled() else asked.result()

    def cut(self) -> None:
        """Refuse what is being asked, and whatever will be."""
        self._is_cut = True
        if self._open is not None:
            self._open.cancel()
