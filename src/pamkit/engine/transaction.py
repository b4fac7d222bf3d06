"""Start, the six primitives, end: what libpam's public functions do around a dispatch.

`Core` does no input or output and waits for nothing: its primitives are coroutines that
whoever drives steps, performing the effects they surface (`module.effect`).
"""

from __future__ import annotations

from pamkit.engine.delay import FailDelay
from pamkit.engine.dispatch import FRESH, Dispatcher, Mode, Suspended
from pamkit.engine.handle import Handle
from pamkit.module.effect import Effect, Wait
from pamkit.module.facts import LOCKS_ACCOUNT
from pamkit.semantics.trace import Path, Run, Step, path_of, retrace
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.flags import ALLOWED, CRED_FLAGS, PASS_FLAGS, Flag, words
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from pamkit.module.registry import Natives, Registry
    from pamkit.module.world import World
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.compile import Compiled
    from pamkit.policy.dialect import Dialect

    class Keeper(Protocol):
        """Keeps sessions on record; see `sessions.keeper`."""

        def before(self, core: Core, primitive: Primitive) -> int | None:
            """Note what is about to happen; return the code that refuses it, or `None`."""

        def after(self, core: Core, primitive: Primitive, code: int) -> int:
            """Note what has happened; return the code for the application."""

        def abandon(self, core: Core) -> None:
            """What was about to happen was cut off."""


_GOOD = (ReturnCode.SUCCESS, ReturnCode.NEW_AUTHTOK_REQD)
"""What another primitive may follow: somebody is known, even if the password is too old."""

_NEVER_ASKED = -1
"""C: what libpam remembers of a link until it is asked; some module may answer just that."""

_TIMED = (Primitive.AUTHENTICATE, Primitive.CHAUTHTOK)


class Core:
    """One transaction: a handle, the chains of its service, and what has been walked so far."""

    def __init__(
        self,
        handle: Handle,
        *,
        load: Callable[[str], Compiled],
        registry: Registry,
        world: World,
        dialect: Dialect,
        quirks: frozenset[str] = frozenset(),
        watch: Callable[[Primitive, Step], object] | None = None,
        audit: Callable[[Run], object] | None = None,
        natives: Natives | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """Start a transaction; raises `PolicyError` where `pam_start` answers `PAM_ABORT`.

        ``load`` gives the policy of a service.  ``watch`` hears each step as it is made,
        ``audit`` each finished run, and may answer a code that refuses what cannot be put on
        record.  ``natives`` finds modules that are not written in Python.  ``keeper`` keeps
        sessions on record.
        """
        self.handle = handle
        self.world = world
        self.delay = FailDelay()
        self.runs: list[Run] = []
        self._load, self._dialect, self._quirks = load, dialect, quirks
        self._audit, self.keeper = audit, keeper
        here = (lambda: world.process.directory()) if "relative-paths" in quirks else None
        self._dispatcher = Dispatcher(handle, self.delay, world, registry, watch, natives, here)
        self._suspended: Suspended | None = None
        self._paths: dict[Primitive, Path] = {}
        self._remembered: dict[Primitive, dict[int, int]] = {}
        self._refused: set[Primitive] = set()
        self._use(load(handle.service))

    @property
    def waiting(self) -> bool:
        """Whether a walk waits to be taken up again, because a hook answered `incomplete`."""
        return self._suspended is not None

    def _use(self, compiled: Compiled) -> None:
        self.policy = compiled.policy
        self.chains: dict[Facility, Chain] = dict(compiled.chains)
        self._dispatcher.forget()
        # A walk of the old policy's chain says nothing about the new one; a refusal stands.
        self._suspended = None
        self._paths = dict.fromkeys(self._refused, ())
        self._remembered.clear()
        self.handle.service_changed = False

    async def prepare(self) -> None:
        """Bind every link of every chain now: libpam loads its modules in `pam_start(3)`.

        A program may leave the root or its rights behind before it makes the first call.
        """
        for chain in self.chains.values():
            for link in chain:
                if not link.refusal:
                    await self._dispatcher.bind(link)

    async def call(self, primitive: Primitive, flags: int = 0) -> int:
        """Carry out a primitive; return the code the application gets.

        Contracts: `pam_authenticate(3)` and its sisters.  Never raises `PamError`: a policy
        that cannot be loaded any more is `ABORT`.
        """
        if not self._flags_allowed(primitive, flags):
            self.refuse(primitive)
            return ReturnCode.SYSTEM_ERR
        if primitive is Primitive.SETCRED:
            flags = self._cred_flags(flags)
        timed = primitive in _TIMED
        if timed and self._suspended is None:
            self.handle.wipe_tokens()
        if primitive is Primitive.CHAUTHTOK:
            code = await self._chauthtok(flags)
        elif self.keeper is not None and FACILITY_OF[primitive] is Facility.SESSION:
            code = await self._kept(self.keeper, primitive, flags)
        else:
            code = await self._dispatch(primitive, flags)
        if timed and code != ReturnCode.INCOMPLETE:
            self.handle.wipe_tokens()
            await self._delay(code)
        return code

    def _flags_allowed(self, primitive: Primitive, flags: int) -> bool:
        if primitive is Primitive.CHAUTHTOK and flags & PASS_FLAGS:
            self._log("an application may not choose the pass of chauthtok")
            return False
        if "flags-unchecked" in self._quirks:
            return True
        strange = flags & ~ALLOWED[primitive]
        chosen = flags & CRED_FLAGS if primitive is Primitive.SETCRED else 0
        if strange or chosen & (chosen - 1):
            name = primitive.name.lower()
            self._log(f"flags `{words(flags)}` may not be given to {name}")
            return False
        return True

    def _cred_flags(self, flags: int) -> int:
        """Establishing is what setcred does where nothing is said (`pam_setcred(3)`)."""
        said = flags if "flags-unchecked" in self._quirks else flags & CRED_FLAGS
        return flags if said else flags | Flag.ESTABLISH_CRED

    async def _kept(self, keeper: Keeper, primitive: Primitive, flags: int) -> int:
        """Open or close a session that is on record before modules are asked, and afterwards."""
        refused = keeper.before(self, primitive)
        if refused is not None:
            return refused  # nobody was asked: a session that is open stays as it was
        return keeper.after(self, primitive, await self._dispatch(primitive, flags))

    async def _chauthtok(self, flags: int) -> int:
        """Two passes; the second only after a plain success of the first."""
        updating = (
            self._suspended is not None
            and self._suspended.update
            and not self.handle.service_changed
        )
        if not updating:
            code = await self._dispatch(Primitive.CHAUTHTOK, flags | Flag.PRELIM_CHECK)
            if code != ReturnCode.SUCCESS:
                return code
        return await self._dispatch(Primitive.CHAUTHTOK, flags | Flag.UPDATE_AUTHTOK)

    async def _dispatch(self, primitive: Primitive, flags: int) -> int:
        if self.handle.service_changed:
            try:
                self._use(self._load(self.handle.service))
            except PolicyError as bad:
                self._log(bad.message)
                return ReturnCode.ABORT
        chain = self.chains[FACILITY_OF[primitive]]
        resume = self._suspended
        if resume is not None and resume.primitive is not primitive:
            self._log("application failed to re-exec stack")
            return ReturnCode.ABORT
        if not chain.links:
            self._log(f"no modules loaded for `{self.handle.service}' service")
            return self._finish(primitive, flags, (), None, ReturnCode.PERM_DENIED)
        self._suspended = None
        update = _updates(primitive, flags)
        mode = self._mode(primitive)
        if resume is None and not update:
            self.refuse(primitive)  # until it has ended, no yes can be built on it
        if mode.path == ():
            self._log(f"{primitive.name.lower()} has no path to follow")
            return self._finish(primitive, flags, (), None, ReturnCode.PERM_DENIED)
        stand, steps = await self._dispatcher.walk(
            chain, primitive, flags, mode, resume, self._unchecked(update)
        )
        if not isinstance(stand, Verdict):
            self._suspended = Suspended(primitive, update, stand, steps)
            return ReturnCode.INCOMPLETE
        if primitive not in REPLAYS:
            answers = self._remembered.get(primitive, {})
            answers |= {step.link.number: step.answer for step in steps}
            self._remembered[primitive] = {
                number: answer for number, answer in answers.items() if answer != _NEVER_ASKED
            }
        # Yes, because the chain granted; every other mood carries a refusing code.
        code = ReturnCode.SUCCESS if stand.mood is Mood.GRANTED else stand.code
        return self._finish(primitive, flags, steps, stand, code, replayed=mode.path is not None)

    def _mode(self, primitive: Primitive) -> Mode:
        earlier = REPLAYS.get(primitive)
        if earlier is None:
            return FRESH
        jump_counts = self._dialect.jump_counts
        if "answers-steer-replay" in self._quirks:
            return Mode(None, self._remembered.get(earlier, {}), jump_counts)
        return Mode(self._paths.get(earlier), None, jump_counts)

    def _unchecked(self, update: bool) -> Callable[[Link], bool] | None:
        """Say which links may not change a password: those whose check never ran."""
        if not update or "update-unchecked" in self._quirks:
            return None
        checked = {number for number, _ in self._paths.get(Primitive.CHAUTHTOK, ())}
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
        run = Run(primitive, self.handle.service, flags, steps, verdict or START, code, replayed)
        if primitive not in REPLAYS and not _updates(primitive, flags):
            self._paths[primitive] = path_of(run)
            if code in _GOOD:
                self._refused.discard(primitive)
        self.runs.append(run)
        refusal = None if self._audit is None else self._audit(run)
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
        return self._paths.get(primitive)

    def follow(self, primitive: Primitive, path: Path) -> None:
        """Take a path for walked that another process has walked; what follows it, follows that.

        Raises `ValueError` if the path does not belong to the chain, and nothing is changed.
        """
        retrace(self.chains[FACILITY_OF[primitive]].links, path)
        self._paths[primitive] = path
        self._remembered[primitive] = dict(path)
        self._refused.discard(primitive)

    def locks(self, link: Link) -> bool:
        """Whether a link's module is one that locks accounts, so that its no means locked."""
        return self._dispatcher.states(link, LOCKS_ACCOUNT.name)

    def refuse(self, primitive: Primitive) -> None:
        """Take a primitive for refused, whatever it answered: nothing may follow its path."""
        if primitive not in REPLAYS:
            self._paths[primitive] = ()
            self._refused.add(primitive)

    def is_refused(self, primitive: Primitive) -> bool:
        """Whether a primitive was asked for and is refused, whatever its modules answered."""
        return primitive in self._refused

    def abandon(self) -> None:
        """Forget a walk that was cut off; the next primitive starts afresh."""
        if self.keeper is not None:
            self.keeper.abandon(self)
        self._suspended = None
        self.handle.wipe_tokens()
        self.delay.finish()

    def end(self, status: int) -> list[BaseException]:
        """End the transaction: cleanups newest first, tokens wiped (`pam_end(3)`)."""
        if self.keeper is not None:
            self.keeper.abandon(self)  # a call that waits is never taken up again
        return self.handle.clean_up(status)

    def _log(self, text: str) -> None:
        self.world.log.write(Priority.ERR, f"PAM {text}")


def _updates(primitive: Primitive, flags: int) -> bool:
    """Whether this is the second pass of chauthtok; elsewhere the bit is a stray one."""
    return primitive is Primitive.CHAUTHTOK and bool(flags & Flag.UPDATE_AUTHTOK)
