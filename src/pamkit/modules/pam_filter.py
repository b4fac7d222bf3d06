"""Have all that the user types and sees go through a program.

With `run1` or `run2`, which end the options, comes the absolute path of a program, the filter, and
words for it.  `run1` starts it in authenticate, open_session, or the first pass of a password
change; `run2` in setcred, close_session, or the second pass; in account both do.  From then on the
application reads from the filter and writes to it, and the filter has the user's terminal.  If
standard input and output are terminals the application gets a new terminal, as the leader of a
session of its own, with the settings of the user's, which passes all bytes as they are meanwhile;
otherwise it gets one end of a stream.  When the application ends the filter is waited for.

A filter reads what the user types from its descriptor 0, and writes what the user is to see to 1
and 2; it writes what the application is to read to 3, and reads what the application writes from 4
and 5.  Its environment is `ARGS`, the path and the words behind it; `SERVICE`; `USER`, the user's
name, which is asked for if need be, or `<unknown>`; and `TYPE`: `authenticate`, `setcred` (in
account as well), `open_session`, `close_session` or `chauthtok`.  It has the rights of the
application, root's as a rule, so mind who can write it.  It sees every password.

`PAM_TTY` is set to the terminal on standard input if it is not known, before the filter is there,
or with `new_term` behind that, or with `non_term` not at all.  The answer is success, also where no
filter was to run; `abort` if the terminal is not known, or the filter cannot be put there.  It
proves nothing about anybody: alone in `auth` it lets everybody in.

The application goes on in a child.  The process that was called stays behind it, forgets the
passwords of the transaction, and ends with the application's exit status, or 255 if that was
killed.  A child has only the thread that made it.  So in a process with other threads there is no
filter: the answer is `abort`, with the reason in the log.

Differences: that filters need a process without other threads; C leaves them behind, with the locks
they hold.  A filter that cannot be started is found out before the application is in a child, where
C takes its terminal away.  C answers `auth_err` without a free terminal or process.  The filter has
no descriptor beside its six.  What the application has registered for its end is not done a second
time, by the process that stays behind, which takes no other child of the application's for a fault.
The ends of a stream are where Linux-PAM has them since 1.6: up to then the filter did not hear of
the end of an application without a terminal, and both stayed for ever.

Source: `pam_filter(8)`, `pam_filter.h`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, GRANTS_WITHOUT_SECRET, RUNS_PROGRAM
from pamkit.module.options import Options, flag, rest
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.codes import text as meaning
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pamkit.module.options import Problem

_RUN = ("run1", "run2")


class FilterOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log what is done")
    new_term: bool = flag("set `PAM_TTY` when the filter is there")
    non_term: bool = flag("leave `PAM_TTY` alone")
    run1: bool = flag("run the filter on the first occasion; ends the options")
    run2: bool = flag("run the filter on the second occasion; ends the options")
    command: tuple[str, ...] = rest("the filter and words for it", value="filter word")

    @classmethod
    def parse(
        cls, args: Sequence[str], here: Callable[[], str] | None = None
    ) -> tuple[FilterOptions, tuple[Problem, ...]]:
        """Return the options; what stands behind the first `run` is not looked at."""
        end = _end(args)
        options, problems = super().parse(args[:end], here)
        return options.changed(command=tuple(args[end:])), problems


def _end(args: Sequence[str]) -> int:
    """Return where the filter begins, which is behind them all if there is none."""
    # C: at the end of a line the word runs nothing, and ends nothing.
    places = [at for at, word in enumerate(args[:-1], 1) if word in _RUN]
    return places[0] if places else len(args)


_CODES = "success abort"

MODULE = declare(
    "pam_filter",
    options=FilterOptions,
    answers=dict.fromkeys(Primitive, _CODES),
    reads=[Item.TTY, Item.SERVICE, Item.USER, Item.USER_PROMPT],
    sets=[Item.TTY, Item.USER, Item.AUTHTOK, Item.OLDAUTHTOK],
    facts=[ASKS_USER, GRANTS_WITHOUT_SECRET, RUNS_PROGRAM],
    examples=[
        example(
            "login",
            "session required pam_filter.so run1 /usr/lib/security/pam_filter/upperLOWER",
        ),
    ],
)

_FAULTS = {
    "openpty": (Priority.CRIT, "no master terminal"),
    "tcgetattr": (Priority.CRIT, "couldn't copy terminal mode: {0}"),
    "tcsetattr": (Priority.ERR, "couldn't put terminal in RAW mode: {0}"),
    "socketpair": (Priority.ERR, "couldn't open a stream pipe: {0}"),
    "execve": (Priority.ERR, "filter: {1}: {0}"),
    "fork": (Priority.ERR, "first fork failed: {0}"),
    "setsid": (Priority.ERR, "child cannot become new session: {0}"),
    "open": (Priority.ERR, "cannot open slave terminal: {0}"),
    "dup2": (Priority.ERR, "unable to re-assign STDIN/OUT/ERR: {0}"),
    "threads": (Priority.ERR, "no filter for a process with threads: {0}"),
}


async def _filter(call: ModuleCall[FilterOptions], kind: str, *occasions: bool) -> ReturnCode:
    options = call.options
    environment = await _environment(call, kind)
    answer = ReturnCode.SUCCESS  # nobody is judged here, and there may be nothing to do
    if not options.non_term and not options.new_term:
        answer = _name_terminal(call, "tried and failed to set PAM_TTY")
    if answer == ReturnCode.SUCCESS and any(occasions):
        answer = _put(call, environment)
    if answer == ReturnCode.SUCCESS and options.new_term and not options.non_term:
        answer = _name_terminal(call, "tried and failed to set new terminal as PAM_TTY")
    _debug(call, f"filter/{kind}, returning {int(answer)}")
    _debug(call, f"[{meaning(answer)}]")
    return answer


async def pam_sm_authenticate(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter on the first occasion."""
    return await _filter(call, "authenticate", call.options.run1)


async def pam_sm_setcred(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter on the second occasion."""
    return await _filter(call, "setcred", call.options.run2)


async def pam_sm_acct_mgmt(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter on whichever occasion."""
    # C: it says `setcred` here, too, and filters know no better.
    return await _filter(call, "setcred", call.options.run1, call.options.run2)


async def pam_sm_open_session(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter on the first occasion."""
    return await _filter(call, "open_session", call.options.run1)


async def pam_sm_close_session(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter on the second occasion."""
    return await _filter(call, "close_session", call.options.run2)


async def pam_sm_chauthtok(call: ModuleCall[FilterOptions]) -> ReturnCode:
    """Run a filter in the pass that is meant."""
    wanted = call.options.run1 if call.preliminary else call.options.run2
    return await _filter(call, "chauthtok", wanted)


async def _environment(call: ModuleCall[FilterOptions], kind: str) -> tuple[tuple[str, str], ...]:
    """Return what the filter is told; nothing if there is no filter."""
    _complain(call)
    command = call.options.command
    if not command:
        return ()
    _debug(call, f"will run filter {command[0]}")
    try:
        user = await call.user()
    except Stop:
        user = "<unknown>"
    environment = (
        ("ARGS", " ".join(command)),
        ("SERVICE", call.item(Item.SERVICE) or ""),
        ("USER", user),
        ("TYPE", kind),
    )
    _debug(call, f"filter[{kind}]: {command[0]}")
    _debug(call, "environment:")
    for name, value in environment:
        _debug(call, f"  {name}={value}")
    return environment


def _complain(call: ModuleCall[FilterOptions]) -> None:
    known = {option.word for option in call.options.stated().values()}
    for word in call.args[: _end(call.args)]:
        if word not in known:
            call.log(Priority.ERR, f"unrecognized option: {word}")
    if call.args and not call.options.command and call.args[-1] in _RUN:
        call.log(Priority.ERR, "no run filter supplied")


def _name_terminal(call: ModuleCall[FilterOptions], failure: str) -> ReturnCode:
    """See to it that `PAM_TTY` is set."""
    if call.item(Item.TTY) is not None:
        return ReturnCode.SUCCESS  # the application knows best
    terminal = call.world.process.terminal()
    if not terminal:
        call.log(Priority.ERR, "couldn't get the tty name")
        call.log(Priority.ERR, failure)
        return ReturnCode.ABORT
    call.set_item(Item.TTY, terminal)
    return ReturnCode.SUCCESS  # that is all that was to be done


def _put(call: ModuleCall[FilterOptions], environment: tuple[tuple[str, str], ...]) -> ReturnCode:
    """Put the filter there; it comes back in a child."""
    program = next(iter(call.options.command), "")
    if not program.startswith("/"):
        call.log(Priority.ERR, "filtername not permitted; full pathname required")
        return ReturnCode.ABORT

    def forget() -> None:
        for token in (Item.AUTHTOK, Item.OLDAUTHTOK):
            call.set_token(token, None)

    try:
        call.world.terminal_filters.put(
            program,
            environment,
            forget=forget,
            ended=lambda: _debug(call, "parent process exited"),
        )
    except OSError as fault:
        step = fault.filename if isinstance(fault.filename, str) else ""
        priority, line = _FAULTS.get(step, (Priority.ERR, "{0}"))
        call.log(priority, line.format(fault.strerror, program))
        return ReturnCode.ABORT
    return ReturnCode.SUCCESS  # the filter is there


def _debug(call: ModuleCall[FilterOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)
