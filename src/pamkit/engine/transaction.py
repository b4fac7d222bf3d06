"""Start, the six primitives, end: what libpam's public functions do around a dispatch.

`Core` does no input or output and waits for nothing: its primitives are coroutines that
whoever drives steps, performing the effects they surface (`module.effect`).
"""

from __future__ import annotations

from pamkit.engine.call import Call
from pamkit.engine.delay import FailDelay
from pamkit.engine.dispatch import Dispatcher, Suspended
from pamkit.engine.handle import Handle
from pamkit.engine.judging import settled
from pamkit.engine.on_tracks import Waiting, along, answered, waits
from pamkit.engine.standing import GOOD, NOWHERE, Standing
from pamkit.engine.tracks import Track, Tracks
from pamkit.module.effect import Blocking, Effect, Wait
from pamkit.module.facts import LOCKS_ACCOUNT
from pamkit.policy.dialect import AROUND, ON_FAILURE, START
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.trace import Path, Run, Step, path_of, retrace
from pamkit.semantics.verdict import START as UNDECIDED
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.flags import ALLOWED, CRED_FLAGS, PASS_FLAGS, Flag, words
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any, Protocol

    from pamkit.engine.footing import Footing
    from pamkit.module.registry import Natives
    from pamkit.module.world import World
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.compile import Compiled
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.stride import Stand
    from pamkit.semantics.table import Fold

    Verb = Coroutine[Effect, Any, int]
    """Ends with the code the application gets."""

    Unread = Track | tuple[Track, int]
    """Of what a `Run` is made when somebody reads it: where it ended, and the flags if any."""

    class Keeper(Protocol):
        """Keeps sessions on record; see `sessions.keeper`."""

        def before(self, core: Core, primitive: Primitive) -> int | None:
            """Note what is about to happen; return the code that refuses it, or `None`."""

        def after(self, core: Core, primitive: Primitive, code: int) -> int:
            """Note what has happened; return the code for the application."""

        def abandon(self, core: Core) -> None:
            """What was about to happen was cut off."""


_NOT_REFUSED = -1
"""What stands for no code at all."""

_NEVER_ASKED = -1
"""C: what libpam remembers of a link until it is asked; some module may answer just that."""

_AUTHENTICATE, _YES, _SERVICE = Primitive.AUTHENTICATE, ReturnCode.SUCCESS, Item.SERVICE

_UNTRACKED = Standing(None)
"""Where a transaction begins that walks beside the tracks."""

_TIMED = (Primitive.AUTHENTICATE, Primitive.CHAUTHTOK)


class Core:
    """One transaction: a handle, the chains of its service, and what has been walked so far."""

    __slots__ = (
        "_audit",
        "_begins",
        "_call",
        "_compiled",
        "_fail_delay",
        "_made_dispatcher",
        "_natives",
        "_on",
        "_remembered",
        "_standing",
        "_suspended",
        "_tracks_of",
        "_watch",
        "_world",
        "guests",
        "handle",
        "keeper",
        "walks",
    )

    def __init__(
        self,
        on: Footing,
        handle: Handle,
        world: World | Callable[[], World],
        watch: Callable[[Primitive, Step], object] | None = None,
        audit: Callable[[Run], object] | None = None,
        natives: Natives | Callable[[Core], Natives] | None = None,
        keeper: Keeper | None = None,
        tracks: Callable[[str, Compiled], Tracks] | None = None,
    ) -> None:
        """Start a transaction; raises `PolicyError` where `pam_start` answers `PAM_ABORT`.

        ``on`` is what it stands on.  ``watch`` hears each step as it is made,
        ``audit`` each finished run, and may answer a code that refuses what cannot be put on
        record.  ``world`` and ``natives`` may be functions that make them when they are needed.
        ``natives`` finds modules that are not written in Python.  ``keeper`` keeps
        sessions on record.  ``tracks`` gives the walks that transactions with the same settings
        have made with the policy of a service; without it, this one begins with none.
        """
        self._on, self.handle, self._world = on, handle, world
        self._watch, self._audit, self._natives, self.keeper = watch, audit, natives, keeper
        self._fail_delay: FailDelay | None = None
        self.guests: Any = None
        """What finds native modules, if it had to be made."""
        self._tracks_of = tracks
        self.walks: Sequence[Run | Unread] = ()
        """What was walked so far, a list from the first walk on; who reads it asks `runs`."""
        self._call: Call | None = None
        self._suspended: Suspended | None = None
        self._remembered: dict[Primitive, dict[int, int]] | None = None
        self._made_dispatcher: Dispatcher | None = None
        name = handle.texts[_SERVICE]
        self._compiled = compiled = on.load(name)
        if tracks is None or watch is not None:
            known = self._own_tracks(compiled)
        else:
            known = tracks(name, compiled)
        self._standing = standing = _UNTRACKED if known is None else known.start
        # INVARIANT: where a call has to be looked at more closely, no place is known for it.
        self._begins = standing.begins if audit is None and keeper is None else NOWHERE

    @property
    def world(self) -> World:
        """Everything outside."""
        world = self._world
        if callable(world):
            world = self._world = world()
        return world

    @property
    def delay(self) -> FailDelay:
        """The delay that is asked for."""
        if self._fail_delay is None:
            self._fail_delay = FailDelay()
        return self._fail_delay

    @property
    def natives(self) -> Natives | None:
        """What finds modules that are not written in Python."""
        natives = self._natives
        if callable(natives):
            natives = self._natives = self.guests = natives(self)
        return natives

    @property
    def policy(self) -> Policy:
        """The policy that is in force."""
        return self._compiled.policy

    @property
    def chains(self) -> dict[Facility, Chain]:
        """The chain of each facility."""
        return self._compiled.chains

    @property
    def runs(self) -> list[Run]:
        """What was walked so far, one `Run` for each walk of a chain."""
        runs: Any = self.walks or []
        for at, run in enumerate(runs):
            if run.__class__ is Track:
                runs[at] = run.run(0)
            elif run.__class__ is tuple:
                place, flags = run
                runs[at] = place.run(flags)
        made: list[Run] = runs
        return made

    @property
    def ran(self) -> int:
        """How many runs there are."""
        return len(self.walks)

    @property
    def _dispatcher(self) -> Dispatcher:
        """What asks links beside the tracks, for who has to."""
        if self._made_dispatcher is None:
            directory = (lambda: self.world.process.directory()) if self._has_here else None
            self._made_dispatcher = Dispatcher(
                self,
                self._on.registry,
                self._watch,
                self.natives,
                directory,
                self._standing.tracks,
                self.dialect,
            )
        return self._made_dispatcher

    @property
    def dialect(self) -> Dialect:
        """How its policy is read, and answers are folded."""
        return self._on.dialect

    @property
    def _quirks(self) -> frozenset[str]:
        return self._on.quirks

    @property
    def _has_here(self) -> bool:
        return "relative-paths" in self._quirks

    def _own_tracks(self, compiled: Compiled) -> Tracks | None:
        """Return tracks for this transaction alone; `None` where nobody can walk on them."""
        if not walks_on_tracks(self.dialect, self._quirks) or self._watch is not None:
            return None
        natives = self.natives
        first = None if natives is None else natives.come_first
        counts, registry = self.dialect.jump_counts, self._on.registry
        return Tracks(self.handle.service, compiled, registry, first, jump_counts=counts)

    @property
    def waiting(self) -> bool:
        """Whether a walk waits to be taken up again, because a hook answered `incomplete`."""
        return self._suspended is not None

    def _use(self, compiled: Compiled) -> None:
        self._compiled = compiled
        if self._tracks_of is None or self._watch is not None:
            tracks = self._own_tracks(compiled)
        else:
            tracks = self._tracks_of(self.handle.service, compiled)
        if self._made_dispatcher is not None:
            self._made_dispatcher.use(tracks)
        self._suspended = None
        self._stand(self._standing.after_change(tracks))
        self._remembered = None
        self.handle.service_changed = False

    def _stand(self, standing: Standing) -> None:
        """Go to where the calls so far have led."""
        self._standing = standing
        is_plain = self._audit is None and self.keeper is None and self._suspended is None
        self._begins = standing.begins if is_plain else NOWHERE

    async def prepare(self) -> None:
        """Bind every link of every chain now: libpam loads its modules in `pam_start(3)`.

        A program may leave the root or its rights behind before it makes the first call.
        """
        for chain in self.chains.values():
            for link in chain:
                if link.refusal:
                    continue
                bound = await self._dispatcher.bind(link)
                if bound.module is None and self.dialect.no_module[0] == START:
                    raise PolicyError(bound.fault)

    def ask(self, primitive: Primitive, flags: int = 0) -> int | Verb:
        """Carry out a primitive as far as nobody is waited for.

        Return the code the application gets, when one walk was made and noted; or a coroutine that
        ends with it, as `call` has it, and nothing is noted yet.
        """
        handle, place, is_plain = self.handle, self._begins[primitive], True
        if place is None or handle.service_changed or flags not in place.plain or handle.tokens:
            place = self._look_closer(primitive)
            if place is None:
                return self._beside(primitive, flags)
            is_plain = place is self._begins[primitive]
            if flags not in place.plain:
                refusal = self._flags_refused(primitive, flags)
                if refusal is not None:
                    self.refuse(primitive)
                    return _refused(refusal)
                if primitive is Primitive.SETCRED:
                    flags = self._cred_flags(flags)
            if primitive is _AUTHENTICATE:
                handle.wipe_tokens()
        call = self._call
        if call is None:
            call = self._call = Call(self, primitive, flags)
        else:
            call.primitive, call.flags = primitive, flags
        try:
            # Hooks in Python, at once: no C function can ask meanwhile who speaks.
            reached: Any = along(place, call)  # a place, or a walk that was left
            code: int | None = reached.code
            if code is not _YES:
                self.refuse(primitive)  # until it has ended, and is noted: an interrupt may come
        except BaseException:  # an interrupt: it goes on, and no yes can be built on the walk
            self._call = None  # its hook may keep it
            self.refuse(primitive)
            raise
        if code is not _YES or not is_plain or handle.service_changed:
            try:
                return self.come_to(primitive, flags, reached)
            finally:
                del reached  # a fault has its hook's locals, and leads back to this frame
        if place.is_followed:
            if primitive is _AUTHENTICATE and (
                handle.tokens or handle.delay_callback is not None or self._fail_delay is not None
            ):
                return self.come_to(primitive, flags, reached)
            standing = self._standing.beyond.get(reached) or self._standing.ended(reached)
            self._standing, self._begins = standing, standing.begins
        # Yes, because the chain granted, and nothing that was refused before is left.
        walks: Any = self.walks
        if walks:
            walks.append((reached, flags) if flags else reached)
        else:
            self.walks = [(reached, flags) if flags else reached]
        return _YES

    def come_to(self, primitive: Primitive, flags: int, reached: Any) -> int | Verb:
        """End a call that has not just said yes, or go on with one that waits; see `ask`."""
        if reached.code is None:
            self._call = None  # a hook that waits may keep it
            if type(reached) is Waiting:
                steps: Any = waits(self, flags, reached)
                verb: Verb = steps
                return verb
            return self._go_on(reached.place, reached.answer, reached.call, flags)
        if primitive is _AUTHENTICATE:
            self.handle.wipe_tokens()
            if self._is_late:
                return self._late(flags, reached)
        return self._arrive(primitive, flags, reached)

    @property
    def _is_late(self) -> bool:
        """Whether somebody asked for a delay, or the application wants to be told of it."""
        delay = self._fail_delay
        return self.handle.delay_callback is not None or (delay is not None and delay.asked)

    def _look_closer(self, primitive: Primitive) -> Track | None:
        """Return where a call begins on the tracks; `None` if it walks beside them."""
        is_beside = self._suspended is not None or self.keeper is not None
        if is_beside or self.handle.service_changed:
            return None
        return self._standing.begin(primitive)

    async def call(self, primitive: Primitive, flags: int = 0) -> int:
        """Carry out a primitive; return the code the application gets.

        Contracts: `pam_authenticate(3)` and its sisters.  Never raises `PamError`: a policy
        that cannot be loaded any more is `ABORT`.
        """
        code = self.ask(primitive, flags)
        return code if isinstance(code, int) else await code

    def _arrive(self, primitive: Primitive, flags: int, place: Track) -> int:
        """Note a walk that has ended on its tracks; return the code the application gets."""
        assert place.code is not None  # noqa: S101  # it has ended
        code = place.code
        changed = self.handle.service_changed
        self._note(place.run(flags, self.handle.service) if changed else (place, flags))
        if primitive not in REPLAYS:
            self._stand(self._standing.ended(place))
        return code if self._audit is None else self._audited(primitive, code)

    async def _go_on(self, place: Track, answer: Any, call: Call, flags: int) -> int:
        """Go on with a walk in which a hook has answered what is not on the tracks."""
        handle, primitive = self.handle, place.primitive
        while True:
            given: tuple[int, str] | None = None
            after: Track | None = None
            if place.hook is not None:
                handle.current = call
                try:
                    if isinstance(answer, Exception):
                        given = settled(place, call, fault=answer)
                    elif isinstance(answer, int):
                        given = settled(place, call, answer)
                    else:
                        answer = await answer
                        if type(answer) is ReturnCode:
                            after = place.leads(answer)
                        if after is None:
                            given = settled(place, call, answer)
                except Exception as fault:  # noqa: BLE001  # whatever a hook raises must not grant
                    given = settled(place, call, fault=fault)
                finally:
                    handle.current = None
            del answer  # what was raised has the locals of the hook, and others may wait long
            if given is not None and not given[1]:
                after = place.leads(given[0])
            if after is None:
                return await self.leave(place, flags, given)
            reached: Any = along(after, call.again())  # the hook may have kept the other
            if reached.code is not None:
                code = self.come_to(primitive, flags, reached)
                return code if isinstance(code, int) else await code
            place, call = reached.place, reached.call
            answer = answered(reached) if type(reached) is Waiting else reached.answer
            del reached

    def lose(self, call: Call) -> None:
        """A hook keeps a call: the next primitive is shown another."""
        if self._call is call:
            self._call = None

    async def leave(self, place: Track, flags: int, given: tuple[int, str] | None) -> int:
        """Go on beside the tracks, from a place that does not know what its hook answered.

        ``given`` is that answer, and a note.  Return the code the application gets.
        """
        assert not isinstance(place.stand, Verdict)  # noqa: S101  # it has no code
        primitive, counts = place.primitive, place.jump_counts
        walked = await self._dispatcher.walk(
            place.stand, place.steps(), primitive, flags, jump_counts=counts, given=given
        )
        code = self._conclude(primitive, flags, *walked, replayed=place.is_replay)
        if primitive is _AUTHENTICATE and code != ReturnCode.INCOMPLETE:
            self.handle.wipe_tokens()
            if self._is_late:
                await self._delay(code)
        return code

    async def _late(self, flags: int, place: Track) -> int:
        code = self._arrive(_AUTHENTICATE, flags, place)
        await self._delay(code)
        return code

    async def _beside(self, primitive: Primitive, flags: int) -> int:
        """Carry out a primitive beside the tracks."""
        refusal = self._flags_refused(primitive, flags)
        if refusal is not None:
            self.refuse(primitive)
            return refusal
        if primitive is Primitive.SETCRED:
            flags = self._cred_flags(flags)
        timed = primitive in _TIMED
        if timed and self.dialect.wipes == AROUND and self._suspended is None:
            self.handle.wipe_tokens()
        if primitive is Primitive.CHAUTHTOK:
            code = await self._chauthtok(flags)
        elif self.keeper is not None and FACILITY_OF[primitive] is Facility.SESSION:
            code = await self._kept(self.keeper, primitive, flags)
        else:
            code = await self._dispatch(primitive, flags)
        if code != ReturnCode.INCOMPLETE:
            if self._forgets(primitive, code):
                self.handle.wipe_tokens()
            if timed:
                await self._delay(code)
        return code

    def _flags_refused(self, primitive: Primitive, flags: int) -> int | None:
        """Return the code for flags that an application may not use; `None` if it may."""
        if primitive is Primitive.CHAUTHTOK and flags & PASS_FLAGS:
            self._log("an application may not choose the pass of chauthtok")
            return self.dialect.bad_pass
        if "flags-unchecked" in self._quirks:
            return None
        strange = flags & ~ALLOWED[primitive]
        chosen = flags & CRED_FLAGS if primitive is Primitive.SETCRED else 0
        if strange or chosen & (chosen - 1):
            name = primitive.name.lower()
            self._log(f"flags `{words(flags)}` may not be given to {name}")
            # DIALECT: a family that passes them on has no code for it; the quirk is its way.
            return self.dialect.bad_flags or ReturnCode.SYSTEM_ERR
        return None

    def _cred_flags(self, flags: int) -> int:
        """Establishing is what setcred does where nothing is said (`pam_setcred(3)`)."""
        if not self.dialect.establishes:
            return flags
        said = flags if "flags-unchecked" in self._quirks else flags & CRED_FLAGS
        return flags if said else flags | Flag.ESTABLISH_CRED

    async def _kept(self, keeper: Keeper, primitive: Primitive, flags: int) -> int:
        """Open or close a session that is on record before modules are asked, and afterwards."""
        # Another process may be writing there: whoever drives decides who waits for it.
        refused = await Blocking(lambda _: _told(keeper.before(self, primitive)))
        if refused != _NOT_REFUSED:
            return refused  # nobody was asked: a session that is open stays as it was
        code = await self._dispatch(primitive, flags)
        return await Blocking(lambda _: keeper.after(self, primitive, code))

    async def _chauthtok(self, flags: int) -> int:
        """Two passes; the second only after a plain success of the first."""
        updating = (
            self._suspended is not None
            and self._suspended.update
            and not self.handle.service_changed
        )
        if not updating:
            code = await self._dispatch(Primitive.CHAUTHTOK, flags | Flag.PRELIM_CHECK)
            if code != ReturnCode.SUCCESS or self._is_all_done():
                return code
        return await self._dispatch(Primitive.CHAUTHTOK, flags | Flag.UPDATE_AUTHTOK)

    def _is_all_done(self) -> bool:
        """Whether a change is over with the check that has just succeeded."""
        if not self.dialect.done_check_is_all or not self.walks:
            return False
        from pamkit.engine.family_ways import ends_with_its_check

        return ends_with_its_check(self.runs[-1])

    def _forgets(self, primitive: Primitive, code: int) -> bool:
        """Whether the tokens are forgotten behind a call that has ended so."""
        if self.dialect.wipes != ON_FAILURE:
            return primitive in _TIMED
        from pamkit.engine.family_ways import is_no

        return is_no(primitive, code)

    async def _dispatch(self, primitive: Primitive, flags: int) -> int:
        dialect = self.dialect
        # The second pass of a change goes on with what the first has read.
        goes_on = self._suspended is not None or _updates(primitive, flags)
        is_read_again = dialect.reads_each_call and not goes_on
        if self.handle.service_changed or is_read_again:
            try:
                compiled = self._on.load(self.handle.service)
            except PolicyError as bad:
                self._log(bad.message)
                self.refuse(primitive)
                return dialect.bad_line[1] if is_read_again else ReturnCode.ABORT
            if self.handle.service_changed or compiled is not self._compiled:
                self._use(compiled)
        chain = self.chains[FACILITY_OF[primitive]]
        resume = self._suspended
        if resume is not None and resume.primitive is not primitive:
            self._log("application failed to re-exec stack")
            return ReturnCode.ABORT
        update = _updates(primitive, flags)
        fold = self._fold(chain, primitive, update=update)
        if not chain.links:
            self._log(f"no modules loaded for `{self.handle.service}' service")
            if fold.empty.mood is not Mood.GRANTED:
                self.refuse(primitive)
            return self._finish(primitive, flags, (), None, fold.empty.code)
        refusal = await self._unfit(chain, primitive) if dialect.keywords else None
        if refusal is not None:
            self.refuse(primitive)
            return self._finish(primitive, flags, (), None, refusal)
        self._suspended = None
        remembered = path = None
        earlier = REPLAYS.get(primitive) if dialect.replays else None
        if earlier is not None and "answers-steer-replay" in self._quirks:
            remembered = (self._remembered or {}).get(earlier, {})
        elif earlier is not None:
            path = self.path(earlier)
        if resume is None and not update:
            self.refuse(primitive)  # until it has ended, no yes can be built on it
        if path == ():
            self._log(f"{primitive.name.lower()} has no path to follow")
            return self._finish(primitive, flags, (), None, ReturnCode.PERM_DENIED)
        first: Stand | Verdict
        steps: tuple[Step, ...] = ()
        if resume is not None:
            first, steps = resume.stand, resume.steps
        else:
            first = begin(chain.links, fold) if path is None else _replayed(chain, path)
        stand, steps = await self._dispatcher.walk(
            first,
            steps,
            primitive,
            flags,
            remembered=remembered,
            jump_counts=earlier is not None and self.dialect.jump_counts,
            unchecked=self._unchecked(update),
        )
        return self._conclude(primitive, flags, stand, steps, replayed=path is not None)

    def _conclude(
        self,
        primitive: Primitive,
        flags: int,
        stand: Stand | Verdict,
        steps: tuple[Step, ...],
        *,
        replayed: bool,
    ) -> int:
        """Note a walk that was made beside the tracks; return the code the application gets."""
        if not isinstance(stand, Verdict):
            self._suspended = Suspended(primitive, _updates(primitive, flags), stand, steps)
            self._begins = NOWHERE  # until it has ended
            return ReturnCode.INCOMPLETE
        if primitive not in REPLAYS and "answers-steer-replay" in self._quirks:
            remembered = self._remembered = self._remembered or {}
            answers = remembered.get(primitive, {})
            answers |= {step.link.number: step.answer for step in steps}
            remembered[primitive] = {
                number: answer for number, answer in answers.items() if answer != _NEVER_ASKED
            }
        # Yes, because the chain granted; every other mood carries a refusing code.
        code = ReturnCode.SUCCESS if stand.mood is Mood.GRANTED else stand.code
        return self._finish(primitive, flags, steps, stand, code, replayed=replayed)

    def _fold(self, chain: Chain, primitive: Primitive, *, update: bool = False) -> Fold:
        """Return how the answers of a chain become one verdict."""
        if not self.dialect.keywords:
            return LINUX_FOLD
        from pamkit.engine.family_ways import fold_in

        return fold_in(chain, primitive, update=update)

    async def _unfit(self, chain: Chain, primitive: Primitive) -> int | None:
        """DIALECT: return the code where another family, or this engine in it, asks nobody."""
        was_refused = primitive is Primitive.SETCRED and self.is_refused(Primitive.AUTHENTICATE)
        if was_refused and "setcred-after-refusal" not in self._quirks:
            # Other families judge setcred alone; the page says that it follows authenticate (A5).
            return ReturnCode.PERM_DENIED
        from pamkit.engine.family_ways import refusal_of

        chains, dispatcher = self.chains.values(), self._dispatcher
        return await refusal_of(
            chains, chain, primitive, dialect=self.dialect, dispatcher=dispatcher
        )

    def _unchecked(self, update: bool) -> Callable[[Link], bool] | None:
        """Say which links may not change a password: those whose check never ran."""
        if not update or "update-unchecked" in self._quirks:
            return None
        checked = {number for number, _ in self.path(Primitive.CHAUTHTOK) or ()}
        return lambda link: not link.refusal and link.number not in checked

    def _finish(
        self,
        primitive: Primitive,
        flags: int,
        steps: tuple[Step, ...],
        verdict: Verdict | None,
        code: int,
        *,
        replayed: bool = False,
    ) -> int:
        run = Run(
            primitive, self.handle.service, flags, steps, verdict or UNDECIDED, code, replayed
        )
        self._note(run)  # first: an interrupt disowns what is noted
        if primitive not in REPLAYS and not _updates(primitive, flags):
            self._stand(self._standing.walked(primitive, path_of(run), good=code in GOOD))
        else:
            self._stand(self._standing)  # it does not wait any more
        return code if self._audit is None else self._audited(primitive, code)

    def _note(self, walk: Run | Unread) -> None:
        """Keep a walk that has ended."""
        walks: Any = self.walks
        if walks:
            walks.append(walk)
        else:
            self.walks = [walk]

    def _audited(self, primitive: Primitive, code: int) -> int:
        """Have the last run put on record; return the code the application gets."""
        refusal = None if self._audit is None else self._audit(self.runs[-1])
        if isinstance(refusal, ReturnCode) and refusal not in (code, ReturnCode.SUCCESS):
            self.refuse(primitive)  # what cannot be put on record has not happened
            return refusal
        return code

    async def _delay(self, code: int) -> None:
        """Let the delay pass that modules asked for, or tell the application's callback."""
        callback = self.handle.delay_callback
        if callback is not None:
            # C: it is called on success too, and with what an earlier round asked for.
            length = self.delay.length(self.world.random)
            self.delay.finish()
            told = callback(code, length)
            if isinstance(told, Effect):
                await told
            return
        wanted = self.delay.asked and code != ReturnCode.SUCCESS
        length = self.delay.length(self.world.random) if wanted else 0
        self.delay.finish()
        if length:
            await Wait(length / 1_000_000)

    def path(self, primitive: Primitive) -> Path | None:
        """Return the path that a primitive walked last; `None` if nobody called it."""
        path = self._standing.paths[primitive]
        return path.path() if isinstance(path, Track) else path

    def follow(self, primitive: Primitive, path: Path) -> None:
        """Take a path for walked that another process has walked; what follows it, follows that.

        Raises `ValueError` if the path does not belong to the chain, and nothing is changed.
        """
        chain = self.chains[FACILITY_OF[primitive]]
        retrace(chain.links, path, self._fold(chain, primitive))
        self._stand(self._standing.walked(primitive, path, good=True))
        self._remembered = {**(self._remembered or {}), primitive: dict(path)}

    def locks(self, link: Link) -> bool:
        """Whether a link's module is one that locks accounts, so that its no means locked."""
        return self._dispatcher.states(link, LOCKS_ACCOUNT.name)

    def refuse(self, primitive: Primitive) -> None:
        """Take a primitive for refused, whatever it answered: nothing may follow its path."""
        self._stand(self._standing.refusing(primitive))

    def is_refused(self, primitive: Primitive) -> bool:
        """Whether a primitive was asked for and is refused, whatever its modules answered."""
        return primitive in self._standing.refused

    def abandon(self) -> None:
        """Forget a walk that was cut off; the next primitive starts afresh."""
        try:
            if self.keeper is not None:
                self.keeper.abandon(self)
        finally:  # whatever a registry of the application's raises
            self.handle.current = None  # an interrupt may have come between two steps
            self._suspended = None
            self._stand(self._standing)
            self.handle.wipe_tokens()
            if self._fail_delay is not None:
                self._fail_delay.finish()

    def end(self, status: int) -> list[BaseException]:
        """End the transaction: cleanups newest first, tokens wiped (`pam_end(3)`).

        Return what was raised on the way.
        """
        self._call = self.handle.current = None
        if self.keeper is None:
            return self.handle.clean_up(status)
        raised: list[BaseException] = []
        try:
            self.keeper.abandon(self)  # a call that waits is never taken up again
        except BaseException as odd:  # noqa: BLE001  # the cleanups must run as well
            raised.append(odd)
        return [*raised, *self.handle.clean_up(status)]

    def _log(self, text: str) -> None:
        self.world.log.write(Priority.ERR, f"PAM {text}")


def walks_on_tracks(dialect: Dialect, quirks: frozenset[str]) -> bool:
    """Whether walks are made on tracks.

    What a relative path means changes with the directory the process is in; and what
    `answers-steer-replay` remembers is not the path.  DIALECT: other families walk beside them.
    """
    is_linux = not dialect.keywords
    return is_linux and "relative-paths" not in quirks and "answers-steer-replay" not in quirks


def _replayed(chain: Chain, path: Path) -> Stand | Verdict:
    from pamkit.semantics.replay import begin_replay

    return begin_replay(chain.links, path)


async def _refused(code: int) -> int:
    """Say no where nobody was asked."""
    return code


def _told(refused: int | None) -> int:
    return _NOT_REFUSED if refused is None else refused


def _updates(primitive: Primitive, flags: int) -> bool:
    """Whether this is the second pass of chauthtok; elsewhere the bit is a stray one."""
    return primitive is Primitive.CHAUTHTOK and bool(flags & Flag.UPDATE_AUTHTOK)
