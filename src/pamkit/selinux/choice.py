"""Another context than the usual one: chosen by the user, or by the application for him.

What is chosen counts only if the policy has such a context, and, where there are levels, if they
lie within those of the usual one.  Whether the role may be had by this SELinux user says the
kernel when the context is set.
"""

from __future__ import annotations

from pamkit.formats.security_context import (
    SecurityContext,
    is_part,
    is_range,
    security_context,
)
from pamkit.module.call import Stop
from pamkit.selinux.role_change import audit_role_change
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.call import ModuleCall

_OTHER = "Would you like to enter a different role or level?"


class Choice(Record, eq=False):
    """What a choice is made with: the usual context, and what may be chosen of it."""

    default: str
    has_levels: bool
    """Whether the policy has levels."""
    takes_own_range: bool
    """Whether the levels are those of this process, and are not asked for."""
    debug: Callable[[str], object]


async def chosen_by_user(call: ModuleCall[Any], choice: Choice) -> str | None:
    """Return a context that the user chose; `None` if it cannot be had."""
    await call.say(Style.TEXT_INFO, f"The default security context is {choice.default}.")
    while True:
        wish = await _answer(call, choice, _OTHER, "n")
        if wish is None or wish[:1] not in ("y", "Y"):
            return choice.default
        context = security_context(choice.default)
        if context is None:
            return _refused(call, choice, None)
        if role := await _answer(call, choice, "role:", context.role):
            kind = call.world.contexts.default_type(role)
            if kind is None:
                await call.say(Style.ERROR_MSG, f"There is no default type for role {role}.")
                continue
            context = _with_role(context, role, kind)
        if context is not None and choice.has_levels:
            context = await _with_asked_range(call, choice, context)
        if context is None:
            return _refused(call, choice, None)
        chosen = str(context)
        choice.debug(f"Selected Security Context {chosen}")
        if call.world.contexts.is_valid(chosen):
            return chosen if _is_within(call, choice, chosen) else _refused(call, choice, chosen)
        _refused(call, choice, chosen)
        said = "This is not a valid security context."
        choice.debug(said)
        await call.say(Style.TEXT_INFO, said)


def chosen_by_application(call: ModuleCall[Any], choice: Choice, *, takes_role: bool) -> str | None:
    """Return a context that the PAM environment asks for; `None` if it cannot be had.

    ``takes_role``: a role may be asked for, too.
    """
    context = security_context(choice.default)
    role = call.getenv("SELINUX_ROLE_REQUESTED") if takes_role else None
    if context is not None and role:
        choice.debug(f"Requested role: {role}")
        kind = call.world.contexts.default_type(role)
        if kind is None:
            call.log(Priority.NOTICE, f"No default type for role {role}")
            return _refused(call, choice, None)
        context = _with_role(context, role, kind)
    if context is not None and choice.has_levels:
        context = _with_requested_range(call, choice, context)
    if context is None:
        return _refused(call, choice, None)
    chosen = str(context)
    choice.debug(f"Selected Security Context {chosen}")
    if not call.world.contexts.is_valid(chosen):
        call.log(Priority.NOTICE, f"Not a valid security context {chosen}")
        return _refused(call, choice, chosen)
    return chosen if _is_within(call, choice, chosen) else _refused(call, choice, chosen)


async def _with_asked_range(
    call: ModuleCall[Any], choice: Choice, context: SecurityContext
) -> SecurityContext | None:
    if choice.takes_own_range:
        own = _own(call)
        return None if own is None else context.changed(range=own.range)
    level = await _answer(call, choice, "level:", context.range)
    return _with_range(context, level)


def _with_requested_range(
    call: ModuleCall[Any], choice: Choice, context: SecurityContext
) -> SecurityContext | None:
    takes_own = choice.takes_own_range
    if (call.getenv("SELINUX_USE_CURRENT_RANGE") or "").startswith("1"):
        choice.debug("SELINUX_USE_CURRENT_RANGE is set")
        takes_own = True
    level = call.getenv("SELINUX_LEVEL_REQUESTED")
    if takes_own:
        own = _own(call)
        if own is None:
            return None
        level = own.range
    if level:
        choice.debug(f"Requested level: {level}")
    return _with_range(context, level)


def _with_role(context: SecurityContext, role: str, kind: str) -> SecurityContext | None:
    return context.changed(role=role, type=kind) if is_part(role) and is_part(kind) else None


def _with_range(context: SecurityContext, level: str | None) -> SecurityContext | None:
    if not level:
        return context
    return context.changed(range=level) if is_range(level) else None


def _own(call: ModuleCall[Any]) -> SecurityContext | None:
    try:
        return security_context(call.world.contexts.current())
    except OSError:
        return None


def _is_within(call: ModuleCall[Any], choice: Choice, chosen: str) -> bool:
    """Whether the levels lie within those of the usual context, if there are levels at all."""
    if not choice.has_levels or call.world.contexts.contains(choice.default, chosen):
        return True  # no level was chosen
    line = f"Security context {choice.default} is not allowed for {chosen}"
    call.log(Priority.NOTICE, line)
    return False


def _refused(call: ModuleCall[Any], choice: Choice, chosen: str | None) -> str | None:
    """Record that a context is refused; there is none in its place."""
    audit_role_change(call, choice.default, chosen, granted=False)
    return None


async def _answer(
    call: ModuleCall[Any], choice: Choice, text: str, default: str | None
) -> str | None:
    """Return what the user says to a prompt; `None` if nothing comes."""
    try:
        shown = f"{text} " if default is None else f"{text} [{default}] "
        answer = await call.ask(Style.PROMPT_ECHO_ON, shown)
    except Stop:
        answer = None
    if not isinstance(answer, str):
        call.log(Priority.WARNING, f"No response to query: {text}")
        return None
    choice.debug(f"{text} {answer}")
    return answer
