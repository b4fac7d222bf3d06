"""A PAM transaction for asyncio: the same verbs, awaitable.

While a person types, no thread is held; hashing and programs run in a pool; a delay is a
timer.  The meaning is that of `pamkit.Transaction`: both drive the same coroutines.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Coroutine
from concurrent import futures
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pamkit.engine.answers import checked, unanswered
from pamkit.engine.choreography import (
    admit,
    delete_credentials,
    finish_session,
    start_session,
)
from pamkit.engine.driver import Heard, Kept, NotYet, is_for, resumed
from pamkit.front import Front, prepared, was_opened
from pamkit.module.effect import Ask, Blocking, Bring, Effect, Hash, Later, Wait
from pamkit.module.program import Listen, Run, Start
from pamkit.records.event import Happening
from pamkit.session_front import SessionFront
from pamkit.stores.programs import heard_out
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import Incomplete, PamError
from pamkit.vocab.facility import Primitive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from pamkit.engine.transaction import Core
    from pamkit.front import Key, Verb
    from pamkit.module.program import Finished
    from pamkit.records.recorder import Recorded
    from pamkit.vocab.message import Answer, Message

    Asker = Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]]


_T = TypeVar("_T")


class Transaction(Front):
    """One PAM transaction for asyncio; settings are those of `pamkit.Transaction`.

    ``conversation`` may be a coroutine function.  ``executor`` is the pool for hashing and
    programs (default: the loop's).  Native modules run in a thread of the transaction's own,
    where nothing else can keep them waiting.  Cancellation ends the hook that waits, runs its
    ``finally`` blocks, and leaves the transaction to be ended; a native module cannot be
    stopped, so its hook is waited for, and what it asks meanwhile is refused.
    """

    def __init__(
        self, *args: Any, executor: futures.Executor | None = None, **settings: Any
    ) -> None:
        """Start a transaction."""
        super().__init__(*args, **settings)
        self._executor = executor
        self._thread: futures.Executor | None = None

    async def authenticate(self, flags: int = 0) -> None:
        """Prove who asks (`pam_authenticate(3)`)."""
        await self._primitive(Primitive.AUTHENTICATE, flags)

    async def setcred(self, flags: int = 0) -> None:
        """Establish, delete, reinitialise or refresh credentials (`pam_setcred(3)`)."""
        await self._primitive(Primitive.SETCRED, flags)

    async def acct_mgmt(self, flags: int = 0) -> None:
        """Check that the account may be used now (`pam_acct_mgmt(3)`)."""
        await self._primitive(Primitive.ACCT_MGMT, flags)

    async def open_session(self, flags: int = 0) -> None:
        """Open a session (`pam_open_session(3)`)."""
        await self._primitive(Primitive.OPEN_SESSION, flags)

    async def close_session(self, flags: int = 0) -> None:
        """Close the session (`pam_close_session(3)`)."""
        await self._primitive(Primitive.CLOSE_SESSION, flags)

    async def chauthtok(self, flags: int = 0) -> None:
        """Change the password (`pam_chauthtok(3)`)."""
        await self._primitive(Primitive.CHAUTHTOK, flags)

    async def admit(self, flags: int = 0, *, change_expired: bool = False) -> None:
        """Authenticate and check the account; with ``change_expired`` also renew the password."""
        await self._verb(
            ("admit", flags, change_expired),
            lambda: admit(self._core, flags, change_expired=change_expired),
        )

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
            loop = asyncio.get_running_loop()
            return await _finished(loop.run_in_executor(self._executor, self._record, happening))
        finally:
            self._let_go()

    def end(self, status: int | None = None) -> None:
        """End the transaction (`pam_end(3)`); nothing is waited for."""
        if self._ended:
            return
        self._take_hold()
        try:
            self._finish(status)
        finally:
            self._let_go()
            if self._thread is not None:
                self._thread.shutdown(wait=False)

    def _own_thread(self) -> futures.Executor:
        """Return the thread that native modules run in, the same for all their hooks."""
        if self._thread is None:
            self._thread = futures.ThreadPoolExecutor(1, f"pamkit-{self.service}")
        return self._thread

    async def _primitive(self, primitive: Primitive, flags: int) -> None:
        self._keep_order(primitive, flags)
        name = primitive.name.lower()
        await self._verb((name, flags, False), lambda: self._core.call(primitive, flags))

    async def _verb(self, key: Key, start: Callable[[], Verb]) -> None:
        self._take_hold()
        try:
            kept = self._resumed(key)
            performer = _Performer(self)
            first = len(self._core.runs)
            try:
                if kept is None:
                    code = await _drive(start(), performer)
                else:
                    code = await _drive(kept.coroutine, performer, kept.effect)
            except Kept as waiting:
                self._kept = (key, waiting)
                raise Incomplete from None
            except BaseException:  # an interrupt too; it goes on
                self._cut_off(first)
                raise
            self._judge(code, performer, first)
        finally:
            self._let_go()

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
        self.transaction._keep_order(Primitive.OPEN_SESSION, flags)
        key = ("session", flags, False)
        if not self.transaction._is_waiting():
            self._begins()
        first = len(core.runs)
        try:
            await self.transaction._verb(key, lambda: start_session(core, flags, takes_groups=own))
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
        key = ("close", flags, False)
        if self._open and self._unrecorded(Happening.LOGOUT):
            await self._records(Happening.LOGOUT)
        try:
            if self._open:
                await self.transaction._verb(key, lambda: finish_session(core, flags))
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
        key = ("undo", flags, False)
        try:
            await self.transaction._verb(key, lambda: what(core, flags))
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


async def _drive(
    coroutine: Verb,
    perform: Callable[[Effect], Awaitable[Any]],
    waiting: Effect | None = None,
) -> int:
    """Step a coroutine of the core, awaiting each effect; the twin of `engine.driver.drive`."""
    try:
        effect = resumed(coroutine, waiting)
        while True:
            try:
                result = await perform(effect)
            except NotYet:
                raise Kept(coroutine, effect) from None
            except Exception as fault:  # noqa: BLE001  # the hook that waits decides
                effect = coroutine.throw(fault)
            except BaseException:  # an interrupt closes the hook that waits
                coroutine.close()
                raise
            else:
                effect = coroutine.send(result)
    except StopIteration as end:
        code: int = end.value
        return code


class _Performer(Heard):
    """Awaits effects for one verb of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__()
        self._conversation = transaction._core.handle.conversation
        self._outside, self._executor = transaction._outside, transaction._executor
        self._guests, self._own_thread = transaction._guests, transaction._own_thread

    async def __call__(self, effect: Effect) -> Any:
        if is_for(self._guests, effect):
            return await self._in_thread(lambda ask: self._guests.perform(effect, ask))
        if isinstance(effect, Ask):
            return await self._ask(effect.messages)
        if isinstance(effect, Wait):
            return await asyncio.sleep(effect.seconds)
        if isinstance(effect, Later):
            raise NotYet
        loop = asyncio.get_running_loop()
        if isinstance(effect, Hash):
            token, crypt = effect.token.expose(), self._outside.crypt
            return await loop.run_in_executor(self._executor, crypt, token, effect.setting)
        if isinstance(effect, Run):
            return await self._run(effect)
        if isinstance(effect, Start):
            return self._outside.start(effect.run)  # at once, so that nobody loses the program
        if isinstance(effect, Listen):
            return await loop.run_in_executor(self._executor, effect.running.listen)
        if isinstance(effect, Bring):
            return await loop.run_in_executor(self._executor, self._outside.bring, effect.path)
        if isinstance(effect, Blocking):
            function = effect.function
            return await self._in_thread(lambda ask: function(lambda inner: _at_once(inner, ask)))
        raise TypeError(f"no driver knows the effect `{type(effect).__name__}`")

    async def _run(self, wanted: Run) -> Finished:
        """Run a program to its end; a cancellation kills it, and so frees its thread."""
        program = self._outside.start(wanted)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, heard_out, program)
        finally:
            program.close()

    async def _in_thread(self, function: Callable[[Asker], Any]) -> Any:
        """Run what cannot be suspended; its questions come back to the loop."""
        loop = asyncio.get_running_loop()
        line = _Line(self._ask, loop)
        context = contextvars.copy_context()
        work = loop.run_in_executor(self._own_thread(), context.run, function, line.ask)
        return await _finished(work, cut=line.cut)

    async def _ask(self, messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
        self.hear(messages)
        if self._conversation is None:
            return unanswered(messages)
        try:
            answers = self._conversation(messages)
            if isinstance(answers, Awaitable):
                answers = await answers
        except NotYet:
            raise
        except Exception as fault:  # noqa: BLE001  # PAM is told conv_err, the application all
            self.fault = fault
            return ReturnCode.CONV_ERR, ()
        return checked(messages, answers)


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
