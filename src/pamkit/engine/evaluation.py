"""DIALECT: evaluates the policy in one more file for the call that a hook serves.

What it says is the answer of the hook's line; nothing in it ends the chain around it.  Its modules
see the same handle.  Source: `pam_eval(3PAM)` of Solaris 11.
"""

from __future__ import annotations

from pamkit.engine.call import Call
from pamkit.engine.dispatch import Dispatcher
from pamkit.engine.family_ways import fold_in, refusal_of
from pamkit.engine.transaction import Core
from pamkit.module.owned import read_owned
from pamkit.policy.compile import compiled_to_run
from pamkit.policy.source import Layout, Outcome, Reading
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import begin
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.flags import Flag
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.call import ModuleCall
    from pamkit.module.world import Files
    from pamkit.policy.chain import Chain, Link
    from pamkit.semantics.trace import Step

_WITHIN = "pamkit_evaluated"
"""Under this name a handle keeps the file that is being evaluated."""

_CHECKED = "pamkit_evaluated_check"
"""Under this one, which links of a file were asked to check a new password."""


async def evaluated(call: ModuleCall[Any], path: str) -> int:
    """Return the code of a policy for the call that a hook serves: see `module.evaluation`."""
    core = call._around if isinstance(call, Call) else None
    if not isinstance(core, Core) or not core.policy.dialect.keywords:
        return _refused(call, path, "no transaction of another family is under way")
    if _kept(call, _WITHIN):
        return _refused(call, path, "a policy is being evaluated already")
    if call.preliminary:
        call.set_data(_CHECKED, None)  # what an earlier change has checked does not count
    policy, handle = core.policy, core.handle
    layout = Layout(directories=(), conf_file=path)
    try:
        compiled = compiled_to_run(
            handle.service,
            _OwnedSource(call.world.files),
            layout=layout,
            dialect=policy.dialect,
            quirks=policy.quirks,
        )
    except PolicyError as bad:
        return _refused(call, path, bad.message)
    chain = compiled.chains[FACILITY_OF[call.primitive]]
    current = handle.current
    call.set_data(_WITHIN, path)
    try:
        return await _code(core, chain, call, path)
    finally:
        call.set_data(_WITHIN, None)
        handle.current = current  # each hook that was asked has left its own


async def _code(core: Core, chain: Chain, call: ModuleCall[Any], path: str) -> int:
    primitive, dialect, dispatcher = call.primitive, core.policy.dialect, _dispatcher(core)
    update = primitive is Primitive.CHAUTHTOK and bool(call.flags & Flag.UPDATE_AUTHTOK)
    if not chain.links:
        return _refused(call, path, "it has no lines for this call")
    refusal = await refusal_of((chain,), chain, primitive, dialect=dialect, dispatcher=dispatcher)
    if refusal is not None:
        return refusal
    stand, steps = await dispatcher.walk(
        begin(chain.links, fold_in(chain, primitive, update=update)),
        (),
        primitive,
        call.flags,
        unchecked=_unchecked(core, call, path) if update else None,
    )
    if not isinstance(stand, Verdict):
        return _refused(call, path, "a module wants to be asked again: that cannot be waited for")
    if call.preliminary:
        call.set_data(_CHECKED, _asked(path, steps))
    if stand.mood is Mood.GRANTED:
        return ReturnCode.SUCCESS  # yes, because the user's own chain granted
    said = ", ".join(f"{step.link.module} {_word(step.answer)}" for step in steps)
    call.log(Priority.INFO, f"`{path}' comes to {_word(stand.code)}: {said}")
    return stand.code


def _dispatcher(core: Core) -> Dispatcher:
    """Return what asks the links; who watches the chain around them does not hear of these."""
    outer = core._dispatcher
    return Dispatcher(
        core,
        outer._registry,
        natives=core.natives,
        here=outer._here,
        dialect=core.policy.dialect,
    )


def _word(code: int) -> str:
    return WORDS[code] if 0 <= code < CODE_COUNT else str(int(code))


def _unchecked(core: Core, call: ModuleCall[Any], path: str) -> Callable[[Link], bool] | None:
    """Say which links may not change a password: those whose check never ran."""
    if "update-unchecked" in core.policy.quirks:
        return None
    checked = _kept(call, _CHECKED) or frozenset()
    return lambda link: not link.refusal and _mark(path, link) not in checked


def _asked(path: str, steps: tuple[Step, ...]) -> frozenset[tuple[object, ...]]:
    return frozenset(_mark(path, step.link) for step in steps)


def _mark(path: str, link: Link) -> tuple[object, ...]:
    # The file may be another one by the second pass.
    return path, link.number, link.module, link.args


def _kept(call: ModuleCall[Any], name: str) -> Any:
    try:
        return call.data(name)
    except KeyError:
        return None


def _refused(call: ModuleCall[Any], path: str, why: str) -> ReturnCode:
    call.log(Priority.ERR, f"`{path}' is not evaluated: {why}")
    return ReturnCode.SYSTEM_ERR


class _OwnedSource:
    """Policy files that root alone can have written; of others none can be read."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def read(self, path: str) -> Reading:
        """Return the text at ``path``, or why there is none."""
        try:
            data = read_owned(self._files, path)
        except FileNotFoundError:
            return Reading(Outcome.MISSING, reason="no such file")
        except OSError as fault:
            return Reading(Outcome.UNREADABLE, reason=fault.strerror or type(fault).__name__)
        return Reading(Outcome.READ, data.decode("utf-8", "surrogateescape"))

    def is_directory(self, path: str) -> bool:
        """Say no: files alone are asked for."""
        del path
        return False
