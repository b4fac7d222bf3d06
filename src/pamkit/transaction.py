"""A PAM transaction for Python programs: the synchronous front.

Contracts: `pam_start(3)`, `pam_authenticate(3)` and its sisters, `pam_end(3)`.
"""

from __future__ import annotations

from pamkit.engine.choreography import (
    admit,
    delete_credentials,
    finish_session,
    start_session,
)
from pamkit.engine.driver import Kept, Performer, driven
from pamkit.front import ADMIT, Front, prepared, was_opened
from pamkit.records.event import Happening
from pamkit.session_front import SessionFront
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import Incomplete, PamError
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from subprocess import Popen
    from types import TracebackType
    from typing import Any, Self

    from pamkit.engine.driver import Conversation, Heard
    from pamkit.engine.transaction import Core
    from pamkit.front import Key, Verb
    from pamkit.module.effect import Effect
    from pamkit.records.recorder import Recorded
    from pamkit.vocab.secret import Secret


_SUCCESS = ReturnCode.SUCCESS
_AUTHENTICATE, _SETCRED, _ACCT_MGMT = (
    Primitive.AUTHENTICATE,
    Primitive.SETCRED,
    Primitive.ACCT_MGMT,
)
_OPEN_SESSION, _CLOSE_SESSION, _CHAUTHTOK = (
    Primitive.OPEN_SESSION,
    Primitive.CLOSE_SESSION,
    Primitive.CHAUTHTOK,
)


class Transaction(Front):
    """One PAM transaction, from start to end; a context manager that always ends it.

    ``service`` picks the policy; ``user`` may be left for a module to ask for. ``conversation``
    answers prompts (see `pamkit.Conversation`); without one they fail. ``confdir`` is a directory
    of policies to use alone. ``root`` moves every file that the system and its modules touch below
    another directory. ``dialect`` is `linux` or `debian` (default: what the system is), or another
    family's, as `openpam` or `solaris`; ``quirks`` turns refusals back into what libpam does.
    ``items`` are set at the start. ``modules``, ``world``, ``outside`` and ``source`` replace parts
    of the outside; ``watch`` is told each step, ``audit`` each finished run. ``log`` gets priority
    and text of what modules log; without it, that goes to syslog(3), or nowhere if ``root`` is
    another system's. ``natives`` says which modules are taken: `python-first` (a shared object
    where there is no module in Python), `python`, `native`, or a mapping of these by module, with
    `*` for the rest; shared objects run for the system's own root only. With ``strict`` a call that
    comes at another time than the pages mean is refused. ``sessions`` is the file where sessions
    are on record (`/run/pamkit/sessions.sqlite`), so that another process can `resume` them;
    ``leader`` is the process that a session is for, if it is not this one. ``records`` are the
    login records that are kept of it: `system` for those that the machine has (utmp, wtmp, btmp,
    lastlog, wtmpdb, lastlog2), or recorders of `pamkit.records`. A policy is read once, and again
    when one of its files changes; ``policies`` is a `pamkit.PolicyCache` with other rules (with
    `watched=True` the kernel tells of changes), or for this program alone.

    A call that returns has succeeded.  Refusal raises a `PamError`; if the conversation says
    `NotYet`, `Incomplete` is raised and the same call goes on later.  A transaction belongs to
    one thread at a time: a second call while one is under way raises `PamError`.
    """

    __slots__ = ()

    def authenticate(self, flags: int = 0) -> None:
        """Prove who asks (`pam_authenticate(3)`)."""
        self._primitive(_AUTHENTICATE, flags)

    def setcred(self, flags: int = 0) -> None:
        """Establish, delete, reinitialise or refresh credentials (`pam_setcred(3)`)."""
        self._primitive(_SETCRED, flags)

    def acct_mgmt(self, flags: int = 0) -> None:
        """Check that the account may be used now (`pam_acct_mgmt(3)`)."""
        self._primitive(_ACCT_MGMT, flags)

    def open_session(self, flags: int = 0) -> None:
        """Open a session (`pam_open_session(3)`)."""
        self._primitive(_OPEN_SESSION, flags)

    def close_session(self, flags: int = 0) -> None:
        """Close the session (`pam_close_session(3)`)."""
        self._primitive(_CLOSE_SESSION, flags)

    def chauthtok(self, flags: int = 0) -> None:
        """Change the password (`pam_chauthtok(3)`)."""
        self._primitive(_CHAUTHTOK, flags)

    def admit(self, flags: int = 0, *, change_expired: bool = False) -> None:
        """Authenticate and check the account; with ``change_expired`` also renew the password."""
        self._verb(
            (ADMIT, flags, change_expired),
            lambda: admit(self._core, flags, change_expired=change_expired),
        )

    def session(self, flags: int = 0, *, own_process: bool = False) -> Session:
        """Return a context manager: credentials, session, records, and all undone in their order.

        With ``own_process`` this process is there for the session alone, and has the groups of the
        user while it lasts.  Of a transaction that was resumed it is the session that is open.
        """
        return Session(self, flags, own_process=own_process)

    def record_login(self) -> tuple[Recorded, ...]:
        """Put the login on record, behind open (B19); return what became of it in each file.

        `session` does it by itself.  Another program that has a record is waited for, ten seconds
        at most; what a record does not take is logged.  `TypeError` without ``records``.
        """
        return self._put_on_record(Happening.LOGIN)

    def record_logout(self) -> tuple[Recorded, ...]:
        """Put the end of the login on record, before close (B20); see `record_login`."""
        return self._put_on_record(Happening.LOGOUT)

    def record_failure(self) -> tuple[Recorded, ...]:
        """Put on record that somebody was refused; see `record_login` and lastb(1)."""
        return self._put_on_record(Happening.FAILURE)

    def _put_on_record(self, happening: Happening) -> tuple[Recorded, ...]:
        self._take_hold()
        try:
            return self._record(happening)
        finally:
            self._let_go()

    def end(self, status: int | None = None) -> None:
        """End the transaction (`pam_end(3)`); without a status, that of the last call is used."""
        if self._ended:
            return
        try:
            del self._idle
        except AttributeError:
            raise self._held() from None
        self._finish(status)  # it stays held

    def _primitive(self, primitive: Primitive, flags: int) -> None:
        if self._strict:
            self._keep_order(primitive, flags)
        if self._kept is not None:
            key = (primitive.name.lower(), flags, False)
            self._verb(key, lambda: self._core.call(primitive, flags))
            return
        try:
            del self._idle
        except AttributeError:
            raise self._held() from None
        core = self._core
        try:
            try:
                code = core.ask(primitive, flags)
            except BaseException:  # an interrupt; it goes on
                self._cut_short(primitive)
                raise
            # Most calls wait for nobody: yes or no is there at once, and nothing was said.
            if code is _SUCCESS:
                self._status = _SUCCESS
            elif code.__class__ is ReturnCode:
                self._status = code
                raise self._refusal(code, tuple(core.runs[-1:]), [])
            else:
                name = primitive.name.lower()
                self._drive((name, flags, False), code, None, len(core.walks))
        finally:
            try:
                if core.guests is not None:
                    self._sweep(core.guests)
            finally:  # one more interrupt must not leave it busy for good
                self._idle = None

    def _verb(self, key: Key, start: Callable[[], Verb]) -> None:
        """Drive a coroutine of the core to its end; raise unless its code is success."""
        self._take_hold()
        core = self._core
        try:
            kept = self._resumed(key)
            first = len(core.walks)
            if kept is None:
                self._drive(key, start(), None, first)
            else:
                self._drive(key, kept.coroutine, kept.effect, first, kept.heard)
        finally:
            try:
                if core.guests is not None:
                    self._sweep(core.guests)
            finally:  # as above
                self._idle = None

    def _drive(
        self,
        key: Key,
        verb: int | Verb,
        waiting: Effect | None,
        first: int,
        heard: Heard | None = None,
    ) -> None:
        """Drive a coroutine to its end, from where it waits; raise unless its code is success.

        ``first`` is the number of runs before it, ``heard`` what was heard before it had to wait.
        A number is the code it ended with.
        """
        core = self._core
        performer = Performer(core.handle.conversation, self._outside, core)
        if heard is not None:
            performer.fault, performer.told = heard.fault, heard.told
        try:
            code = verb if isinstance(verb, int) else driven(verb, performer, waiting)
        except BaseException:  # an interrupt too; it goes on
            self._cut_off(first, key[0])
            raise
        if isinstance(code, Kept):
            if performer.fault is not None or performer.told:
                code.heard = performer
            self._kept = (key, code)
            raise Incomplete
        self._judge(code, performer, first, key[0])

    def __enter__(self) -> Self:
        """Return the transaction."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the transaction."""
        self.end()


class Session(SessionFront):
    """A session: opened on entering, closed on leaving, whatever happens in between.

    Entering establishes credentials, opens the session and puts the login on record; if opening
    fails, the credentials are deleted again.  Leaving puts the end on record, closes the session
    and deletes the credentials.  An error of the body is never hidden by one of closing.
    """

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

    def open(self) -> None:
        """Establish credentials and open the session.

        If the conversation says `NotYet`, `Incomplete` is raised: call it again.
        """
        core, flags, own = self.transaction._core, self._flags, self._own
        self.transaction._keep_order(Primitive.OPEN_SESSION, flags)
        if not self.transaction._is_waiting():
            self._begins()
        first = len(core.walks)
        try:
            self.transaction._verb(
                ("session", flags, False), lambda: start_session(core, flags, takes_groups=own)
            )
        except Incomplete:
            raise
        except PamError as refused:
            if was_opened(refused.trace):
                self._undo(finish_session)  # it was open when the conversation broke
            self._gives_groups_back()
            raise
        except BaseException:  # an interrupt; it goes on when the rest is undone
            opened = was_opened(tuple(core.runs[first:]))
            try:
                self._undo(finish_session if opened else delete_credentials)
            finally:
                self._gives_groups_back()
            raise
        self._has_begun()
        if self._unrecorded(Happening.LOGIN):
            self._records(Happening.LOGIN)

    def close(self) -> None:
        """Put the logout on record, close the session and delete the credentials, once.

        If the conversation says `NotYet`, `Incomplete` is raised: call it again.
        """
        core, flags = self.transaction._core, self._flags
        if self._open and self._unrecorded(Happening.LOGOUT):
            self._records(Happening.LOGOUT)
        try:
            if self._open:
                self.transaction._verb(("close", flags, False), lambda: finish_session(core, flags))
        except Incomplete:
            raise
        except PamError:
            self._closed()
            raise
        except BaseException:  # an interrupt; it goes on when the rest is undone
            self._undo(delete_credentials)
            self._closed()
            raise
        self._closed()

    def spawn(self, argv: Sequence[str] = (), **settings: Any) -> Popen[bytes]:
        """Begin the user's process: with the user's ids, groups, directory and environment.

        Without ``argv`` it is the user's shell, as a login's.  ``settings`` are those of
        `subprocess.Popen`, and override.  Raises what that raises; `PermissionError` if this
        process is neither root's nor the user's.
        """
        import subprocess

        process = self.process
        if not argv:
            settings = {"executable": process.shell, **settings}
            argv = process.login_shell()
        # The application says what runs, and the account which shell.
        return subprocess.Popen(argv, **{**process.popen(), **settings})  # noqa: S603  # as above

    def _records(self, happening: Happening) -> None:
        """Write a login record; what cuts it off closes the session, and goes on its way."""
        try:
            self.transaction._put_on_record(happening)
        except BaseException:  # an interrupt, or a fault in a recorder of the application's
            self._undo(finish_session)
            self._closed()
            raise

    def _undo(self, what: Callable[[Core, int], Verb]) -> None:
        """Take back what was cut off; what cut it off goes on its way whatever comes of it."""
        core, flags = self.transaction._core, self._flags
        try:
            self.transaction._verb(("undo", flags, False), lambda: what(core, flags))
        except PamError:
            return
        except Exception:  # noqa: BLE001  # the application's own fault, in its `audit` or `watch`
            if what is not delete_credentials:
                self._undo(delete_credentials)

    def _closed(self) -> None:
        self._open = False
        self._gives_groups_back()
        if self._ends:
            self.transaction.end()

    def __enter__(self) -> Self:
        """Open the session, unless it is open."""
        if not self._open:
            self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session; an error of closing is added to one of the body as a note."""
        try:
            self.close()
        except PamError as odd:
            if fault is None:
                raise
            fault.add_note(f"closing the session failed as well: {odd}")


def login(
    user: str | None = None,
    password: str | bytes | Secret | None = None,
    *,
    service: str = "login",
    conversation: Conversation | None = None,
    new_password: str | bytes | Secret | None = None,
    flags: int = 0,
    own_process: bool = False,
    **settings: Any,
) -> Session:
    """Log somebody in and return the open session: authenticate, account, credentials, session.

    The account check is part of it and cannot be left out.  ``password`` answers the ordinary
    password prompt and no other; ``conversation`` answers what comes up instead.  A password
    that must be changed is changed if ``new_password`` or a conversation is given; otherwise
    `TokenExpired` is raised.  ``settings`` are those of `Transaction`: with ``records`` login,
    logout and refusals are put on record.  ``own_process`` see `Transaction.session`.

    Raises `PamError`; then nothing is left open.
    """
    can_change = conversation is not None or new_password is not None
    with prepared(user, password, new_password, conversation) as answers:
        transaction = Transaction(service, user, conversation=answers.conversation, **settings)
        try:
            try:
                transaction.admit(flags, change_expired=can_change)
            except PamError as refused:
                if transaction._is_failure(refused):
                    transaction.record_failure()
                raise
            session = Session(transaction, ends=True, own_process=own_process)
            session.open()
        except BaseException:  # an interrupt too: nothing is left open
            transaction.end()
            raise
    return session


def check(
    user: str,
    password: str | bytes | Secret,
    *,
    service: str = "login",
    flags: int = 0,
    **settings: Any,
) -> None:
    """Check a password and the account behind it; return if both are good.

    Opens no session and sets no credentials.  Raises `PamError` like `login`.
    """
    with prepared(user, password, None, None) as answers:
        conversation = answers.conversation
        with Transaction(service, user, conversation=conversation, **settings) as transaction:
            transaction.admit(flags)
