"""Run a program, and succeed if it does.

Behind the options stand the path of a program and its arguments; no shell looks at them.  The
first word that is no option ends the options.  The program decides: exit status 0 is success,
any other, or a signal, is `system_err`.  What it knows is in its environment: `PAM_TYPE` (`auth`,
`account`, `password`, `open_session` or `close_session`), `PAM_SERVICE`, `PAM_USER`, `PAM_TTY`,
`PAM_RHOST` and `PAM_RUSER`, as far as they are known, and the PAM environment; nothing of the
application's own environment.  What it writes is thrown away, unless `log=` or `stdout` says
otherwise.  It runs in a session of its own, with the real user of the application; `seteuid`
makes that the effective one.

With `expose_authtok` it reads the password, without an end, from its standard input: that of a
module above, or else one that is asked for; at most 511 bytes of it.  Only `auth` and `password`
have one.

`setcred` answers ignore, and so does a `type=` that is another's; the first pass of a password
change is success, and runs nothing.  Without a program the answer is `service_err`.

Success proves what the program proves, and no more.  Mind who can write the program, and what it
believes: `PAM_RHOST` and the like are what the application claims, and users may have a say in the
PAM environment (`pam_env` with `user_readenv`), `PATH` and `LD_PRELOAD` not excepted.

Differences: the names of the items come once, and from the items alone (C puts them behind
variables of the same name, and programs find the first: `PAM_USER` could be forged).  Program and
log file need absolute paths, for the current directory may be the applicant's; others do not
exist.  A conversation that gives no answer fails: no password is not an empty one.  A program is
waited for, not what it leaves in the background.  A pipe that nobody reads is no log file.  For
anybody but root `seteuid` does nothing; C can fail there.  In an application that ignores SIGCHLD,
or reaps whatever ends, nobody knows how the program ended: `system_err`; C takes the signal from
the application meanwhile, in all its threads.  Source: `pam_exec(8)`.
"""

from __future__ import annotations

import errno

from pamkit.formats.ctime import ctime
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_SECRET,
    ASKS_USER,
    GRANTS_WITHOUT_SECRET,
    RUNS_PROGRAM,
    USES_SECRET,
)
from pamkit.module.options import Match, Options, flag, rest, text
from pamkit.module.program import Finished, NoOutput, Run
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.program import Running


class ExecOptions(Options):
    """What may stand after the module's name in a policy."""

    match = Match.ANY_CASE
    leading = True

    debug: bool = flag("log what is run")
    expose_authtok: bool = flag("let the program read the password from its standard input")
    seteuid: bool = flag("run the program with the effective user as its real one")
    quiet: bool = flag("do not tell the applicant that the program failed")
    quiet_log: bool = flag("do not log that the program failed")
    stdout: bool = flag("show the applicant what the program writes, line by line")
    log: str | None = text(
        "write what the program writes to the end of this file", default=None, value="file"
    )
    kind: str = text("run it only for this one of the values of `PAM_TYPE`", word="type=")
    command: tuple[str, ...] = rest("the program and its arguments", value="program argument")


_ITEMS = {
    "PAM_SERVICE": Item.SERVICE,
    "PAM_USER": Item.USER,
    "PAM_TTY": Item.TTY,
    "PAM_RHOST": Item.RHOST,
    "PAM_RUSER": Item.RUSER,
}

_CODES = "success ignore service_err system_err buf_err conv_err incomplete"

MODULE = declare(
    "pam_exec",
    options=ExecOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.AUTHTOK, Item.USER_PROMPT, *_ITEMS.values()],
    sets=[Item.USER, Item.AUTHTOK],
    facts=[
        RUNS_PROGRAM,
        GRANTS_WITHOUT_SECRET,
        ASKS_USER,
        ASKS_SECRET.when(expose_authtok=True),
        USES_SECRET.when(expose_authtok=True),
    ],
    examples=[
        example("sshd", "session optional pam_exec.so quiet /usr/local/sbin/tell-admin"),
        example("vpn", "auth required pam_exec.so expose_authtok log=/var/log/vpn /sbin/vpn-check"),
    ],
)

_TYPES = {
    Primitive.AUTHENTICATE: "auth",
    Primitive.ACCT_MGMT: "account",
    Primitive.CHAUTHTOK: "password",
    Primitive.OPEN_SESSION: "open_session",
    Primitive.CLOSE_SESSION: "close_session",
}

_CODING = ("utf-8", "surrogateescape")

# C: PAM_MAX_RESP_SIZE without the NUL; less than any pipe holds, so that writing never waits.
_MOST = 511

_LONGEST_LINE = 1 << 20


async def _exec(call: ModuleCall[ExecOptions]) -> ReturnCode:
    options, kind = call.options, _TYPES[call.primitive]
    if not call.args:
        call.log(Priority.ERR, "This module needs at least one argument")
        return ReturnCode.SERVICE_ERR
    # C: each of them must be the one.
    words = call.args[: len(call.args) - len(options.command)]
    if any(word.lower().startswith("type=") and word[5:] != kind for word in words):
        return ReturnCode.IGNORE
    token: Secret | None = None
    try:
        await call.user()
        if options.expose_authtok:
            token = await _token(call, kind)
    except Stop as stop:
        return _of_conversation(stop.code)
    if not options.command:
        call.log(Priority.ERR, "No path given as argument")
        return ReturnCode.SERVICE_ERR
    return await _outcome(call, kind, token)


def pam_sm_setcred(_: ModuleCall[ExecOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


async def pam_sm_chauthtok(call: ModuleCall[ExecOptions]) -> ReturnCode:
    """Run the program in the second pass."""
    if call.preliminary:
        return ReturnCode.SUCCESS  # nothing speaks against a change yet; the program is to come
    return await _exec(call)


pam_sm_authenticate = _exec
pam_sm_acct_mgmt = _exec
pam_sm_open_session = _exec
pam_sm_close_session = _exec


async def _token(call: ModuleCall[ExecOptions], kind: str) -> Secret | None:
    """Return what the program may read of the password; `None` if it gets none."""
    if kind not in ("auth", "password"):
        call.log(Priority.ERR, f"expose_authtok not supported for type {kind}")
        return None
    token = call.token(Item.AUTHTOK)
    if token is None:
        answer = await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        if not isinstance(answer, Secret):
            raise Stop(ReturnCode.CONV_ERR)  # no answer is not an empty password
        token = answer
        call.set_token(Item.AUTHTOK, token)
    return Secret(token.expose()[:_MOST])


def _of_conversation(code: int) -> ReturnCode:
    if code == ReturnCode.CONV_AGAIN:
        return ReturnCode.INCOMPLETE
    # What an application's conversation answers may be any number: none of them is a yes.
    return ReturnCode.BUF_ERR if code == ReturnCode.BUF_ERR else ReturnCode.CONV_ERR


async def _outcome(call: ModuleCall[ExecOptions], kind: str, token: Secret | None) -> ReturnCode:
    options, program = call.options, call.options.command[0]
    if token is not None and options.debug:
        call.log(Priority.DEBUG, "send password to child")
    try:
        running = await call.start(_run(call, kind, token))
    except NoOutput as odd:
        call.log(Priority.ERR, f"open of {odd.filename} failed: {odd.strerror}")
        # C: the child cannot go on without /dev/null, and gives no other reason.
        failure = odd.errno if options.log is not None and not options.stdout else 1
        return await _failed(call, Finished(failure or 1))
    except OSError as odd:
        _debug_calling(call, program)
        call.log(Priority.ERR, f"execve({program},...) failed: {odd.strerror}")
        # C: the child ends with the number of the error.
        return await _failed(call, Finished(odd.errno or 1))
    finally:
        if token is not None:
            token.wipe()
    try:
        _debug_calling(call, program)
        finished = await _heard(call, running)
    except ChildProcessError as odd:
        call.log(Priority.ERR, f"waitpid returns with -1: {odd.strerror}")
        return ReturnCode.SYSTEM_ERR
    finally:
        running.close()
    if finished.status != 0:
        return await _failed(call, finished)
    return ReturnCode.SUCCESS  # the program came to its end, and that is how it says yes


def _run(call: ModuleCall[ExecOptions], kind: str, token: Secret | None) -> Run:
    """Return what is run; `OSError` for what is not looked for in the current directory."""
    options = call.options
    into, heading = "/dev/null", b""
    if options.stdout:
        into = ""
    elif options.log is not None:
        clock = call.world.clock
        into, heading = options.log, f"*** {ctime(clock.local(clock.now()))}\n".encode()
        if not into.startswith("/"):
            raise NoOutput(errno.ENOENT, _MISSING, into)
    if not options.command[0].startswith("/"):
        raise FileNotFoundError(errno.ENOENT, _MISSING)
    return Run(
        options.command,
        tuple(_environment(call, kind).items()),
        b"" if token is None else token,
        # C: setuid(geteuid()), which changes the real user for root alone.
        as_effective_user=options.seteuid and call.world.process.euid() == 0,
        into=into,
        heading=heading or None,
        with_errors=True,
        new_session=True,
    )


_MISSING = "No such file or directory"


def _environment(call: ModuleCall[ExecOptions], kind: str) -> dict[str, str]:
    own = {"PAM_TYPE", *_ITEMS}
    # Nobody may give a name of ours another value: programs decide by them.
    variables = {name: value for name, value in call.environment().items() if name not in own}
    for name, item in _ITEMS.items():
        value = call.item(item)
        if value is not None:
            variables[name] = value
    return variables | {"PAM_TYPE": kind}


async def _heard(call: ModuleCall[ExecOptions], running: Running) -> Finished:
    """Show what the program says until it ends; return how."""
    begun = b""
    while not isinstance(said := await call.listen(running), Finished):
        *lines, begun = (begun + said).split(b"\n")
        if len(begun) >= _LONGEST_LINE:
            lines, begun = [*lines, begun], b""
        for line in lines:
            await _show(call, line)
    if begun:
        await _show(call, begun)
    return said


async def _show(call: ModuleCall[ExecOptions], line: bytes) -> None:
    await call.say(Style.TEXT_INFO, line.partition(b"\0")[0].decode(*_CODING))


async def _failed(call: ModuleCall[ExecOptions], finished: Finished) -> ReturnCode:
    how = f"exit code {finished.status & 0xFF}"
    if finished.status < 0:
        how = f"caught signal {-finished.status}{' (core dumped)' * finished.dumped}"
    line = f"{call.options.command[0]} failed: {how}"
    if not call.options.quiet_log:
        call.log(Priority.ERR, line)
    if not call.options.quiet:
        await call.say(Style.ERROR_MSG, line)
    return ReturnCode.SYSTEM_ERR


def _debug_calling(call: ModuleCall[ExecOptions], program: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, f"Calling {program} ...")
