"""What the synchronous and the asynchronous transaction have in common."""

from __future__ import annotations

from pamkit.assembly import ground
from pamkit.engine.views import Environment, Items
from pamkit.guests.guests import Guests, Owner, preference
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import AccountLocked, ConversationEnded, PamError, refusal
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping
    from typing import Any, Self

    from pamkit.assembly import Ground
    from pamkit.call_order import CallOrder
    from pamkit.doors.settings import Preference
    from pamkit.engine.delay import FailDelay
    from pamkit.engine.driver import Heard, Kept, Outside
    from pamkit.engine.transaction import Core
    from pamkit.login_records import LoginRecords
    from pamkit.module.effect import Effect
    from pamkit.module.registry import Module
    from pamkit.module.world import World
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy
    from pamkit.policy.source import PolicySource
    from pamkit.records.event import Happening
    from pamkit.records.recorder import Recorded, Recorder
    from pamkit.semantics.lifecycle import Judgement
    from pamkit.semantics.trace import Run, Step
    from pamkit.sessions.keeper import Keeper, Registry
    from pamkit.sessions.ticket import Ticket
    from pamkit.stores.policy_cache import PolicyCache
    from pamkit.stores.session_registry import SessionRegistry
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.secret import Secret

    Verb = Coroutine[Effect, Any, int]
    Key = tuple[str, int, bool]
    """What tells one call from another: its name, its flags, and whether it renews passwords."""


_SAYS_WHO = frozenset({Primitive.AUTHENTICATE, Primitive.ACCT_MGMT})
"""What says that somebody may come in."""

ADMIT = "admit"
"""The verb that is both of them."""


class Front:
    """A transaction as an application sees it; see `pamkit.Transaction` for the settings."""

    __slots__ = (
        "_core",
        "_ended",
        "_idle",
        "_keeper",
        "_kept",
        "_made_env",
        "_made_items",
        "_made_order",
        "_made_outside",
        "_owner",
        "_records",
        "_registry",
        "_resumes",
        "_root",
        "_status",
        "_strict",
    )
    # Made when somebody asks for them.
    _made_env: Environment
    _made_items: Items
    _made_order: CallOrder
    _made_outside: Outside
    _owner: Owner

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
        audit: Callable[[Run], object] | None = None,
        log: Callable[[int, str], object] | None = None,
        natives: str | Mapping[str, str] | None = "python-first",
        strict: bool = False,
        sessions: str | Registry | None = None,
        leader: int | None = None,
        records: str | Iterable[Recorder] | None = None,
        policies: PolicyCache | None = None,
    ) -> None:
        """Start a transaction; what comes behind ``user`` is given by name."""
        if by_name is not None:
            # By hand: what Python takes by name only, it looks up one by one at each start.
            raise TypeError("expected service and user, and the rest by name")
        try:
            key = (confdir, dialect, quirks, modules and id(modules), natives, policies)
            known = _grounds.get(key) if root == "/" and source is None else None
        except TypeError:  # settings that are lists, or the like
            key, known = None, None
        # Modules that changed, or others where those were, are told by what is in there.
        if known is None or (modules and modules != known[2]):
            settings = {
                "confdir": confdir,
                "root": root,
                "dialect": dialect,
                "quirks": quirks,
                "modules": modules,
                "source": source,
                "policies": policies,
            }
            known = _stands_on(key, natives, settings)
        on, host, _ = known
        keeper: Keeper | None = None
        self._registry: SessionRegistry | None = None
        if sessions is not None:
            from pamkit.on_record import keeper_for

            keeper, self._registry = keeper_for(sessions, leader)
        self._keeper = keeper
        if world is not None:
            host = _Host(host.wanted, root, at_home=False)
        self._core = core = on.begin(
            service, user, world, watch, audit, log, host, keeper, on.tracks
        )
        core.handle.conversation = conversation
        self._idle: None = None
        """Not set while a verb is under way: deleting a slot is one step, as taking a lock is.

        It is no object, where a lock would be one more for the collector.
        """
        self._kept: tuple[Key, Kept] | None = None
        self._ended = False
        self._status: int = ReturnCode.SUCCESS
        self._strict, self._resumes, self._root = strict, False, root
        self._records: LoginRecords | None = None
        if records is not None:
            from pamkit.login_records import records_for

            self._records = records_for(records, core, lambda: leader or _own_number())
        if outside is not None:
            self._made_outside = outside
        if items:
            mine = self.items
            for item, value in items.items():
                mine[item] = value

    @property
    def _guests(self) -> Guests | None:
        """The native modules, if one had to be looked for."""
        guests: Guests | None = self._core.guests
        return guests

    @property
    def items(self) -> Items:
        """The items, by `Item` or name."""
        try:
            return self._made_items
        except AttributeError:  # most never ask: not even `None` is kept for them
            self._made_items = Items(self._core.handle, self._is_waiting)
            return self._made_items

    @property
    def env(self) -> Environment:
        """The PAM environment, for the user's process."""
        try:
            return self._made_env
        except AttributeError:  # as above
            self._made_env = Environment(self._core.handle)
            return self._made_env

    @property
    def _outside(self) -> Outside:
        """What effects are performed with."""
        try:
            return self._made_outside
        except AttributeError:  # as with `items`
            self._made_outside = _outside_of(self._root)
            return self._made_outside

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
    def order(self) -> tuple[Judgement, ...]:
        """How what happened so far stands in the order that the pages mean.

        One judgement for each run, and for each login record that was written on the way.
        Source: seed requirements A5, A6, B6 to B9, B19, B20; `semantics.lifecycle` has the
        sentences.
        """
        return self._order.judged()

    def export(self) -> Ticket:
        """Return what another process needs to close the session that is open here.

        Raises `PamError` with `SESSION_ERR` if none is.  Source: seed requirements B14 to B18.
        """
        from pamkit.sessions.ticket import ticket_of

        ticket = ticket_of(self._core)
        if ticket is None or not self._order.stage.in_session:
            raise refusal(ReturnCode.SESSION_ERR, "there is no open session to export", self.trace)
        return ticket

    @property
    def session_id(self) -> str | None:
        """The id under which the open session is on record; `None` if it is not."""
        return (self._keeper.name or None) if self._keeper is not None else None

    @classmethod
    def resume(
        cls,
        session: Ticket | str | None = None,
        *,
        user: str | None = None,
        line: str | None = None,
        sessions: str | Registry | None = None,
        conversation: Any = None,
        **settings: Any,
    ) -> Self:
        """Return a transaction that goes on with a session of another process.

        ``session`` is what `export` gave there, or the id of a session that is on record in
        ``sessions``; without it the session is looked for that ``user`` has open on ``line``.
        It has the opener's service, user, items and environment, and closes the session on the path
        on which it was opened, whatever modules answer now.  What modules kept for themselves is
        gone with the opener.  ``settings`` are those of the class.  Raises `PamError` with
        `SESSION_ERR` if the policy means something else by now: nobody can say which modules
        would have to be asked.  Source: seed requirements B14 to B18, A13.
        """
        from pamkit.on_record import find_on_record
        from pamkit.sessions.ticket import Ticket, fingerprint

        if isinstance(session, Ticket):
            if sessions is not None:
                raise TypeError("expected a ticket or `sessions`: a ticket is not on record")
            name, ticket = "", session
        else:
            name, leader, ticket = find_on_record(sessions, session, user, line)
            settings.setdefault("leader", leader)  # its login record is that process's
        items = {Item[item]: text for item, text in ticket.items}
        given = {**items, **settings.pop("items", {})}
        if name:
            settings["sessions"] = sessions
        made = cls(ticket.service, ticket.user, conversation=conversation, items=given, **settings)
        if made._keeper is not None:
            made._keeper.name = name
        chains = made._core.chains
        now = (fingerprint(chains[Facility.AUTH]), fingerprint(chains[Facility.SESSION]))
        try:
            if now != (ticket.auth_policy, ticket.session_policy):
                raise ValueError
            if ticket.authenticated is not None:
                made._core.follow(Primitive.AUTHENTICATE, ticket.authenticated)
            made._core.follow(Primitive.OPEN_SESSION, ticket.opened)
        except ValueError:
            made._finish(ReturnCode.SESSION_ERR)
            why = f"the policy of `{ticket.service}` is not that of the session's beginning"
            raise refusal(ReturnCode.SESSION_ERR, why) from None
        for name, value in ticket.environment:
            made._core.handle.putenv(f"{name}={value}")
        made._resumes = True
        return made

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
        try:
            del self._idle
        except AttributeError:
            raise self._held() from None

    def _held(self) -> PamError:
        """Return why no verb can begin: one that has ended is held for good."""
        if self._ended:
            return PamError(ReturnCode.SYSTEM_ERR, "the transaction has ended")
        return PamError(
            ReturnCode.SYSTEM_ERR,
            "the transaction is busy: a module or another thread is using it",
        )

    def _keep_order(self, primitive: Primitive, flags: int) -> None:
        """Raise `PamError` in strict mode for a call that the pages do not mean here.

        A call that waits, and is made again, was let by before.
        """
        if self._strict and not self._is_waiting():
            self._order.require(primitive, flags)

    @property
    def _order(self) -> CallOrder:
        """The order of calls, for who asks for it: most never do."""
        try:
            return self._made_order
        except AttributeError:  # as above
            from pamkit.call_order import CallOrder

            self._made_order = CallOrder(
                self._core,
                strict=self._strict,
                resumes=self._resumes,
                records=self._records is not None,
            )
            return self._made_order

    def _record(self, happening: Happening) -> tuple[Recorded, ...]:
        """Put what happened on the login records, and note when.

        It blocks while another program holds a record.  `TypeError` without the setting
        ``records``; `PamError` in strict mode for a login that was not opened.
        """
        if self._records is None:
            raise TypeError("expected a transaction with the setting `records`")
        from pamkit.records.event import Happening

        if happening == Happening.LOGOUT and self._keeper is not None:
            # Whoever ends it on record is who closes it: of two that would, one does.
            code = self._keeper.before(self._core, Primitive.CLOSE_SESSION)
            if code is not None:
                why = "another process closes the session, or has closed it"
                raise refusal(ReturnCode(code), why, self.trace)
        self._order.note(happening)
        return self._records.put(self._core, happening)

    def _is_failure(self, refused: PamError) -> bool:
        """Whether a refusal is put on the records of failures: somebody was refused, not asked."""
        return self._records is not None and refused.code != ReturnCode.INCOMPLETE

    def _sweep(self, guests: Guests) -> None:
        """Have guests overwrite what nobody needs any more, behind a verb."""
        if not hasattr(self, "_owner"):
            self._owner = Owner(guests)
        guests.sweep()

    def _let_go(self) -> None:
        try:
            if self._core.guests is not None:
                self._sweep(self._core.guests)
        finally:  # one more interrupt must not leave it busy for good
            if not self._ended:
                self._idle = None

    def _is_waiting(self) -> bool:
        return self._kept is not None or self._core.waiting

    def _resumed(self, key: Key) -> Kept | None:
        """Return what is kept for a call; raises `PamError` if something else is."""
        if self._kept is None:
            return None
        (name, *how), kept = self._kept
        if self._core.handle.service_changed:
            self._forget_kept()  # a module changed the service: what waits is another policy's
            return None
        if name != key[0]:
            raise PamError(
                ReturnCode.ABORT, f"`{name}` waits for its conversation: call it again first"
            )
        if tuple(how) != key[1:]:
            raise PamError(ReturnCode.ABORT, f"`{name}` was called with other flags, and waits")
        self._kept = None
        return kept

    def _forget_kept(self) -> None:
        """Close what is kept, so that its hook cleans up; what it raises then is logged."""
        if self._kept is not None:
            kept, self._kept = self._kept[1], None
            try:
                kept.coroutine.close()
            except Exception as odd:  # noqa: BLE001  # a hook's own
                self._told([odd])
            finally:
                self._core.abandon()

    def _cut_off(self, first: int, what: Primitive | str) -> None:
        """A verb was ended by an exception: what it did so far is no ground for the next."""
        try:
            self._disown(first, what)  # before all else: one more interrupt may come
        finally:
            self._core.abandon()

    def _cut_short(self, primitive: Primitive) -> None:
        """The same of a primitive."""
        try:
            if primitive in _SAYS_WHO:
                self._core.refuse(primitive)
        finally:
            self._core.abandon()

    def _disown(self, first: int, what: Primitive | str) -> None:
        """Take who asks for refused; a session that was opened can still be closed.

        ``what`` is the verb: who was not admitted is nobody, whichever call of his said so.
        """
        walked = {run.primitive for run in self._core.runs[first:]}
        if what == ADMIT:
            walked |= _SAYS_WHO  # one of them may have been made before it had to wait
        for primitive in walked & _SAYS_WHO:
            self._core.refuse(primitive)

    def _judge(self, code: int, performer: Heard, first: int, what: Primitive | str) -> None:
        """Return if a verb succeeded; raise if it did not.

        ``performer`` knows what the conversation raised and was told, ``first`` is the number
        of runs before the verb, ``what`` the verb.
        """
        self._status = code
        fault = performer.fault
        gave_up = fault is None or isinstance(fault, (PamError, EOFError))
        if code == ReturnCode.SUCCESS and gave_up:
            return
        if code == ReturnCode.SUCCESS:
            # The conversation broke in a way of its own: yes is not what was meant.
            self._status = code = ReturnCode.CONV_ERR
            self._disown(first, what)
        runs = tuple(self._core.runs[first:])
        if fault is None or (gave_up and _has_a_reason(code, runs)):
            error = self._refusal(code, runs, performer.told)
        else:
            error = ConversationEnded(ReturnCode(code), _last_words(fault), runs)
        raise error from fault

    def _refusal(self, code: int, runs: tuple[Run, ...], told: list[str]) -> PamError:
        """Return the exception for a refusing code; what a change was refused for is told."""
        deciding = runs[-1].deciding if runs else None
        if deciding is not None and self._core.locks(deciding.link):
            return AccountLocked(code, "the account is locked", runs)
        changing = bool(runs) and runs[-1].primitive is Primitive.CHAUTHTOK
        return refusal(code, told[-1].rstrip(".") if changing and told else "", runs)

    def _finish(self, status: int | None) -> None:
        """End the transaction, once; what a cleanup raises is logged.

        An interrupt in a cleanup goes on its way when all the others have run.
        """
        if self._ended:
            return
        self._ended = True
        raised: list[BaseException] = []
        if self._kept is not None:
            try:
                self._forget_kept()
            except BaseException as odd:  # noqa: BLE001  # the rest must end as well
                raised.append(odd)
        how = self._status if status is None else status
        core = self._core
        guests = core.guests
        try:
            try:
                if guests is not None:
                    raised += guests.clean_up(how)
            finally:  # an interrupt may come between two cleanups, and tokens are wiped there
                raised += core.end(how)
            interrupt = self._told(raised) if raised else None
        finally:
            if guests is not None:
                guests.close()
            if self._registry is not None:
                self._registry.close()
        if interrupt is not None:
            raise interrupt

    def _told(self, raised: list[BaseException]) -> BaseException | None:
        """Log what cleanups raised; return the first interrupt, if there is one."""
        interrupt = next((fault for fault in raised if not isinstance(fault, Exception)), None)
        try:
            for fault in raised:
                if isinstance(fault, Exception):
                    name = type(fault).__name__
                    self._core.world.log.write(Priority.ERR, f"PAM a cleanup raised {name}")
        except Exception:  # a log that fails takes no interrupt's place
            if interrupt is None:
                raise
        return interrupt

    def __repr__(self) -> str:
        """Service and user."""
        return f"<{type(self).__name__} {self.service!r} for {self.user!r}>"


class _Host:
    """Lets native modules in, for a transaction that needs one."""

    __slots__ = ("_at_home", "_root", "wanted")

    def __init__(self, wanted: Preference, root: str, *, at_home: bool) -> None:
        self.wanted, self._root, self._at_home = wanted, root, at_home

    def __call__(self, core: Core) -> Guests:
        guests = Guests(self.wanted, root=self._root, at_home=self._at_home)
        guests.core = core
        return guests


_MOST_GROUNDS = 16

_grounds: dict[object, tuple[Ground, _Host, dict[str, Module]]] = {}
"""What settings stand for that can be compared, who lets guests in there, and its modules."""


def _stands_on(
    key: object, natives: str | Mapping[str, str] | None, settings: dict[str, Any]
) -> tuple[Ground, _Host, dict[str, Module]]:
    wanted = preference(natives)
    root = settings["root"]
    on, host = ground(preference=wanted, **settings), _Host(wanted, root, at_home=True)
    known = (on, host, dict(settings["modules"] or {}))
    if key is not None and root == "/" and settings["source"] is None:
        if len(_grounds) >= _MOST_GROUNDS:
            _grounds.clear()
        _grounds[key] = known
    return known


_outsides: dict[str, Outside] = {}
"""What effects are performed with on this system: it keeps nothing, so one does for all."""


def _outside_of(root: str) -> Outside:
    known = _outsides.get(root)
    if known is not None:
        return known
    from pamkit.stores.system import system_outside

    made: Outside = system_outside(root)
    if root == "/":
        _outsides[root] = made
    return made


def _own_number() -> int:
    import os

    return os.getpid()


def was_opened(runs: tuple[Run, ...]) -> bool:
    """Whether a session was opened in these runs."""
    return any(
        run.primitive is Primitive.OPEN_SESSION and run.code == ReturnCode.SUCCESS for run in runs
    )


def _has_a_reason(code: int, runs: tuple[Run, ...]) -> bool:
    """Whether a refusal means more than that nobody answered.

    Where authenticate was refused and nobody answered, it was for that; an account check or a
    change has reasons of its own.
    """
    authenticating = not runs or runs[-1].primitive is Primitive.AUTHENTICATE
    return not authenticating and code not in (ReturnCode.CONV_ERR, ReturnCode.CONV_AGAIN)


def _last_words(fault: Exception) -> str:
    if isinstance(fault, PamError):
        return fault.message
    if isinstance(fault, EOFError):
        return "the conversation ended before all was answered"
    return "the conversation failed"


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
