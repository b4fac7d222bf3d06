"""Give what a login starts its security context of SELinux.

SELinux decides by contexts what programs may do: `user:role:type:range`.  When a session is opened
the module finds the context that the user's programs are to have: the SELinux user that the login
becomes (`getseuser(3)`: the policy's `logins/` and `seusers`), and the first of the contexts that
this one can get from here (`get_ordered_context_list(3)`: the policy's `default_contexts`).  Then

- the programs that the calling thread starts from now on get it,
- so do the keys and keyrings of the kernel that it makes, and
- the terminal gets the context that goes with it: the item `PAM_TTY`, or if that is empty, `ssh`
  or begins with `NODEV`, the terminal on a standard descriptor.

When the session is closed by the same transaction, programs and terminal have the contexts from
before.  That of new keys stays.

Other modules whose programs must not run as the user's stand between two lines: first `close`,
which does its work only when a session is closed, and after them `open`, which does its work only
when one is opened.  Where that cannot be, `restore` brings the contexts from before back when the
session is opened, and a further line without it sets the user's again.

With `select_context` the user may choose another role, and where the policy has levels (MLS) other
levels; with `env_params` the application may, by the variables `SELINUX_ROLE_REQUESTED`,
`SELINUX_LEVEL_REQUESTED` and `SELINUX_USE_CURRENT_RANGE=1` of the PAM environment.  Of the two
options, the latter counts.  What is chosen must be a context of the policy, and within the levels
that the user has; otherwise it is refused.  Every context that is set or refused is recorded by the
kernel's audit (`USER_ROLE_CHANGE`), or else in the log.

Success means that the contexts are set, or that SELinux is off.  If the context cannot be found or
set the answer is `session_err`, unless the kernel says that it is permissive: then it is success.
Without a user name it is `user_unknown`.  Setcred is always success, and authenticate always
`auth_err`: the module proves nothing.  It needs libselinux where SELinux is on: without it the log
says so, and no context can be found.

Differences: whether SELinux is off must be certain, or the answer is `session_err`.  Only a device
is relabelled; what else lies where `PAM_TTY` leads is left as it is.  A permissive kernel that does
not tell the terminal's context leaves it alone, where C crashes.  A user name with a slash has no
context: libselinux would look for it elsewhere on the disk.  A context with spaces, which a user
may have typed, stands in hex in the audit's record.  Users that cannot be looked up are
`service_err`.  Up to Linux-PAM 1.5 a kernel that does not tell whether it enforces was permissive,
and records began otherwise.

Source: `pam_selinux(8)`.
"""

from __future__ import annotations

import errno

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHANGES_CONTEXT, NEVER_PROMPTS
from pamkit.module.options import Options, flag
from pamkit.selinux.choice import Choice, chosen_by_application, chosen_by_user
from pamkit.selinux.role_change import audit_role_change
from pamkit.selinux.standing import (
    CONFIG,
    ENFORCE,
    KINDS,
    MOUNTS,
    has_levels,
    is_permissive,
    place_of_selinux,
)
from pamkit.selinux.terminal import Terminal, terminal_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DATA = "pam_selinux_context"


class SelinuxOptions(Options):
    """What may stand after the module's name in a policy."""

    open: bool = flag("do nothing when a session is closed")
    close: bool = flag("do nothing when a session is opened")
    restore: bool = flag("bring the contexts from before back when a session is opened")
    nottys: bool = flag("leave the terminal as it is")
    debug: bool = flag("log what is done")
    verbose: bool = flag("tell the user which contexts are set")
    select_context: bool = flag("ask the user for another role, and another level")
    env_params: bool = flag("take role and level from the PAM environment")
    use_current_range: bool = flag("take the levels that this process has, and ask for none")


MODULE = declare(
    "pam_selinux",
    options=SelinuxOptions,
    answers={
        Primitive.AUTHENTICATE: "auth_err",
        Primitive.SETCRED: "success",
        Primitive.OPEN_SESSION: "success session_err user_unknown service_err",
        Primitive.CLOSE_SESSION: "success session_err",
    },
    reads=[Item.USER, Item.SERVICE, Item.TTY, Item.RHOST],
    files=[CONFIG, KINDS, MOUNTS, ENFORCE],
    facts=[NEVER_PROMPTS.when(select_context=False), CHANGES_CONTEXT],
    examples=[
        example("login", "session required pam_selinux.so close", "before all other modules"),
        example("login", "session required pam_selinux.so open", "behind all others"),
        example("sshd", "session required pam_selinux.so open env_params", "Fedora"),
    ],
)


class _Kept(Record):
    """What is set when the session is opened, and what was there before."""

    place: str
    """Where the kernel's SELinux can be asked."""
    default: str
    programs: str
    programs_before: str | None
    terminal: Terminal | None


def pam_sm_authenticate(_: ModuleCall[SelinuxOptions]) -> ReturnCode:
    """Refuse: nothing is proved."""
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[SelinuxOptions]) -> ReturnCode:
    """Do nothing, with success, as C does: there is no credential to set."""
    return ReturnCode.SUCCESS


async def pam_sm_open_session(call: ModuleCall[SelinuxOptions]) -> ReturnCode:
    """Set the user's contexts, or with `restore` those from before."""
    _debug(call, "Open Session")
    if call.options.close:
        return ReturnCode.SUCCESS  # this line is for closing alone
    kept = _kept(call)
    if call.options.restore:
        return _restore(call, kept)
    if kept is None:
        kept = await _found(call)
        if kept is None:
            return ReturnCode.SUCCESS  # SELinux is off, or lets pass that there is no context
        call.set_data(_DATA, kept)
    return await _set(call, kept)


def pam_sm_close_session(call: ModuleCall[SelinuxOptions]) -> ReturnCode:
    """Set the contexts from before."""
    _debug(call, "Close Session")
    if call.options.open:
        return ReturnCode.SUCCESS  # this line is for opening alone
    return _restore(call, _kept(call))


async def _found(call: ModuleCall[SelinuxOptions]) -> _Kept | None:
    """Return the contexts that are to be set; `None` if none are, with success."""
    try:
        place = place_of_selinux(call.world.files)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot tell whether SELinux is on: {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from fault
    if place is None:
        _debug(call, "SELinux is not enabled")
        return None
    if call.options.select_context and call.options.env_params:
        call.log(Priority.ERR, "select_context cannot be used with env_params")
    user = call.item(Item.USER)
    if user is None:
        call.log(Priority.ERR, "Cannot obtain the user name")
        raise Stop(ReturnCode.USER_UNKNOWN)
    account = call.world.accounts.find(user)
    user = user if account is None else account.name
    default = _usual(call, user)
    programs = None if default is None else await _chosen(call, default, place)
    if default is None or programs is None:
        call.log(Priority.ERR, f"Unable to get valid context for {user}")
        said = f"A valid context for {user} could not be obtained."
        await call.say(Style.ERROR_MSG, said)
        _unless_enforced(call, place)
        return None
    try:
        before = call.world.contexts.of_programs()
    except OSError:
        before = None  # C: then it is the policy that says which one programs get
    terminal: Terminal | None = None
    try:
        if not call.options.nottys:
            terminal = terminal_of(call, programs)
    except OSError:
        _unless_enforced(call, place)
    return _Kept(place, default, programs, before, terminal)


def _usual(call: ModuleCall[SelinuxOptions], user: str) -> str | None:
    """Return the context that the user's programs have if nothing else is chosen."""
    contexts = call.world.contexts
    try:
        seuser, level = contexts.login(user, call.item(Item.SERVICE) or "")
    except OSError as fault:
        if fault.errno == errno.ENOSYS:
            call.log(Priority.ERR, f"SELinux is on and cannot be asked: {fault.strerror}")
        return None
    try:
        listed = contexts.reachable(seuser, level)
    except OSError:
        listed = ()
    if call.options.debug:
        shown = "(null)" if level is None else level
        line = f"Username= {user} SELinux User= {seuser} Level= {shown}"
        call.log(Priority.DEBUG, line)
    return listed[0] if listed else None


async def _chosen(call: ModuleCall[SelinuxOptions], default: str, place: str) -> str | None:
    options = call.options
    choice = Choice(
        default,
        has_levels=has_levels(call.world.files, place),
        takes_own_range=options.use_current_range,
        debug=lambda line: _debug(call, line),
    )
    if options.select_context and not options.env_params:
        return await chosen_by_user(call, choice)
    if options.env_params or options.use_current_range:
        return chosen_by_application(call, choice, takes_role=options.env_params)
    return default


async def _set(call: ModuleCall[SelinuxOptions], kept: _Kept) -> ReturnCode:
    is_set = True
    if kept.terminal is not None:
        path, before, after = kept.terminal.path, kept.terminal.before, kept.terminal.after
        _debug(call, f"Set file context of tty {path}: [{before}] -> [{after}]")
        is_set = _set_file(call, path, after)
    shown = kept.programs_before or ""
    _debug(call, f"Set executable context: [{shown}] -> [{kept.programs}]")
    has_programs = _set_programs(call, kept.programs)
    audit_role_change(call, kept.default, kept.programs, granted=has_programs)
    if has_programs:
        await _tell(call, f"Security context {kept.programs} has been assigned.")
    _debug(call, f"Set key creation context to {kept.programs}")
    has_keys = _did(
        call,
        lambda: call.world.contexts.set_of_keys(kept.programs),
        f"Setting key creation context {kept.programs} failed",
    )
    if has_keys:
        await _tell(call, f"Key creation context {kept.programs} has been assigned.")
    return _answer(call, kept, done=is_set and has_programs and has_keys)


def _restore(call: ModuleCall[SelinuxOptions], kept: _Kept | None) -> ReturnCode:
    if kept is None:
        _debug(call, "No context to restore")
        return ReturnCode.SUCCESS  # nothing was set by this transaction
    is_set = True
    if kept.terminal is not None:
        path, before, after = kept.terminal.path, kept.terminal.before, kept.terminal.after
        _debug(call, f"Restore file context of tty {path}: [{after}] -> [{before}]")
        is_set = _set_file(call, path, before)
    shown = kept.programs_before or ""
    _debug(call, f"Restore executable context: [{kept.programs}] -> [{shown}]")
    has_programs = _set_programs(call, kept.programs_before)
    return _answer(call, kept, done=is_set and has_programs)


def _set_file(call: ModuleCall[SelinuxOptions], path: str, context: str) -> bool:
    """Whether a terminal has a context now, or is no more."""

    def change() -> None:
        try:
            call.world.contexts.set_of_file(path, context)
        except FileNotFoundError:
            return

    return _did(call, change, f'Setting file context "{context}" failed for {path}')


def _set_programs(call: ModuleCall[SelinuxOptions], context: str | None) -> bool:
    shown = context or ""
    return _did(
        call,
        lambda: call.world.contexts.set_of_programs(context),
        f'Setting executable context "{shown}" failed',
    )


def _did(call: ModuleCall[SelinuxOptions], change: Callable[[], object], failed: str) -> bool:
    try:
        change()
    except OSError as fault:
        call.log(Priority.ERR, f"{failed}: {fault.strerror}")
        return False
    return True


def _answer(call: ModuleCall[SelinuxOptions], kept: _Kept, *, done: bool) -> ReturnCode:
    if not done:
        _unless_enforced(call, kept.place)
    return ReturnCode.SUCCESS  # the contexts are set, or the kernel lets pass that they are not


def _unless_enforced(call: ModuleCall[SelinuxOptions], place: str) -> None:
    """Go on only where the kernel says that it is permissive."""
    if not is_permissive(call.world.files, place):
        raise Stop(ReturnCode.SESSION_ERR)


async def _tell(call: ModuleCall[SelinuxOptions], text: str) -> None:
    if call.options.verbose:
        _debug(call, text)
        await call.say(Style.TEXT_INFO, text)


def _kept(call: ModuleCall[SelinuxOptions]) -> _Kept | None:
    try:
        kept = call.data(_DATA)
    except KeyError:
        return None
    return kept if isinstance(kept, _Kept) else None


def _debug(call: ModuleCall[SelinuxOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.NOTICE, line)
