"""Let in who has given a secret on this terminal a short while ago.

A line of `session`, opened when somebody got in, leaves a stamp: a file that says when, for the
user who asked, their terminal, and whom they became.  A line of `auth`, as `sufficient` before
the module that asks for the secret, succeeds as long as the stamp is younger than
`timestamp_timeout` seconds (300), or from a future less than twice that away, for clocks are set
back.  `setcred` and the end of a session succeed and do nothing.  All but root are refused.

Success proves that somebody who asked as this user, on a terminal of this name, got in lately;
not that it is the same person.  Who asks is the item `PAM_RUSER`, or else the process's real
user: the service must not take it from the applicant.  Of the terminal only the last part of the
name counts, and services without one share the name `unknown`.  `pamkit timestamp-check` says
whether there is a stamp, and removes it with `-k`.

The stamp is `/var/run/pam_timestamp/ASKING/TERMINAL`, with `:USER` behind it if that is another.
It holds its own path, a NUL, the seconds since 1970, and a code (HMAC) of all that; the key is
`_pam_timestamp_key` in that directory, whatever `timestampdir=` says, 64 random bytes made with
the first stamp.  The hash is SHA-1, or what `HMAC_CRYPTO_ALGO` in `/etc/login.defs` says (SHA1,
SHA256, SHA384, SHA512): as of C modules without and with OpenSSL, which can use the same files at
the same time.  (With OpenSSL C takes SHA-512 if nothing is said: say it where both are used.)

Every directory on the way belongs to root and its group and can be written by root alone; the
stamp is a regular file of root's.  A stamp older than the oldest login of the asking user counts
no more, and without a login none does: the times are those of `/var/run/utmp` or, where there is
no such file, of logind.

What differs from C refuses more.  The directory of the asking user, the key and its directory,
and where links among directories lead, must be root's alone as well.  A stamp with a second name
does not count, nor one for a user or terminal whose name is none (CVE-2014-2583 was a `PAM_RUSER`
with `..`; C still takes a user with a slash), or for a terminal `tty1:bob`, whose stamp would be
that for becoming bob on `tty1`.  Nothing waits for a FIFO, and no link is written through: a
stamp is replaced, with mode 0600, never changed in place.  Only a new session makes a key.  A
directory must have an absolute path, a number at most 64 bits, `HMAC_CRYPTO_ALGO` a name that is
known (C goes on with what lies in memory).  A piece of a record in utmp refuses, and so does a
session without a time.

Source: `pam_timestamp(8)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.formats.login_time import LOGIND, UTMP
from pamkit.formats.stamp_name import (
    DIRECTORY,
    KEY_NAME,
    NotRootsAlone,
    StampName,
    stamp_name,
    terminal_name,
)
from pamkit.formats.strtoll import strtoll
from pamkit.formats.timestamp import LEAST_KEY, TIMEOUT, decode, encode, is_fresh, size_of
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    ASKS_USER,
    CHECKS_CONDITION,
    GRANTS_WITHOUT_SECRET,
    NEEDS_ROOT,
    WRITES_FILES,
)
from pamkit.module.options import Option, Options, flag, text
from pamkit.timestamp.rules import coded_by, logged_in_since, what_is_odd
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from pamkit.formats.hmac_code import Algorithm
    from pamkit.module.world import FileStatus, Stamps
    from pamkit.vocab.secret import Secret

    T = TypeVar("T")

_KEY = f"{DIRECTORY}/{KEY_NAME}"
_PAUSES = (0.001,) * 10 + (0.01,) * 50 + (0.05,) * 90  # seconds; five in all


def _seconds(phrase: str) -> Any:
    def read(given: str) -> int:
        seconds = strtoll(given) if given else 0
        if seconds is None:
            raise ValueError(f"expected a number, found `{given}`")
        return seconds

    return Option("", phrase, TIMEOUT, read, value="seconds")


class TimestampOptions(Options):
    """What may stand after the module's name in a policy."""

    timestampdir: str = text(
        "keep the stamps below this directory", default=DIRECTORY, value="directory"
    )
    timestamp_timeout: int = _seconds("how long a stamp counts; also `0x12c`, and octal `0454`")
    verbose: bool = flag("tell users that they are let in, and when they were before")
    debug: bool = flag("log what is looked at")


MODULE = declare(
    "pam_timestamp",
    options=TimestampOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err",
        Primitive.SETCRED: "success",
        Primitive.OPEN_SESSION: "success session_err",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.RUSER, Item.TTY, Item.SERVICE],
    sets=[Item.USER],
    files=[DIRECTORY, UTMP, LOGIND, login_defs.PATH],
    facts=[ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET, NEEDS_ROOT, WRITES_FILES],
    examples=[
        example("config-util", "auth sufficient pam_timestamp.so", "before what asks for a secret"),
        example("config-util", "session optional pam_timestamp.so", "leaves the stamp"),
    ],
)


async def pam_sm_authenticate(call: ModuleCall[TimestampOptions]) -> ReturnCode:
    """Let in whose stamp is young enough."""
    _debug_words(call)
    with _entered(call) as stamps:
        name = await _named(call)
        status, data = _read(call, stamps, name)
    when = _true_time(call, name, status, data)
    return await _judged(call, name, when, int(status.modified // 1))


def pam_sm_setcred(_: ModuleCall[TimestampOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.SUCCESS  # there are no credentials to set: nothing is granted here


async def pam_sm_open_session(call: ModuleCall[TimestampOptions]) -> ReturnCode:
    """Leave a stamp of now."""
    with _entered(call) as stamps:
        name = await _named(call)
        try:
            stamps.prepare(name.owner)
        except NotRootsAlone as fault:
            call.log(Priority.ERR, _reason(fault))
            raise _no(call) from None
        except OSError as fault:
            _debug(call, f"error creating directory `{fault.filename}': {_reason(fault)}")
            raise _no(call) from None
        key, by = await _key(call), _coded_by(call)
        data = encode(name, int(call.world.clock.now()), key, by)
        try:
            await _patiently(call, lambda: stamps.write(name.owner, name.file, data))
        except OSError as fault:
            call.log(Priority.ERR, f"unable to open `{name.path}': {_reason(fault)}")
            raise _no(call) from None
    call.log(Priority.DEBUG, f"updated timestamp file `{name.path}'")
    return ReturnCode.SUCCESS  # the stamp is there; that lets nobody in now


def pam_sm_close_session(_: ModuleCall[TimestampOptions]) -> ReturnCode:
    """Do nothing: the stamp stays."""
    return ReturnCode.SUCCESS  # nothing is to be ended, and nothing granted


def _no(call: ModuleCall[TimestampOptions]) -> Stop:
    """Return the refusal of this primitive."""
    is_session = call.primitive == Primitive.OPEN_SESSION
    return Stop(ReturnCode.SESSION_ERR if is_session else ReturnCode.AUTH_ERR)


def _debug(call: ModuleCall[TimestampOptions], line: str) -> None:
    if call.options.debug:
        call.log(Priority.DEBUG, line)


def _debug_words(call: ModuleCall[TimestampOptions]) -> None:
    """Log each word that says something, as C does."""
    for arg in call.args:
        word, _, value = arg.partition("=")
        if arg == "verbose":
            _debug(call, "becoming more verbose")
        elif word == "timestamp_timeout" and arg != word:
            seconds = strtoll(value) if value else 0
            if seconds is not None:
                _debug(call, f"setting timeout to {seconds} seconds")


def _entered(call: ModuleCall[TimestampOptions]) -> Stamps:
    """Return the directory of the stamps, which is root's alone with all above it."""
    for arg in call.args:
        if arg.startswith("timestampdir="):
            _debug(call, f"storing timestamps in `{arg.partition('=')[2]}'")
    try:
        if not call.options.timestampdir:
            raise _no(call)
        return call.world.timestamps.enter(call.options.timestampdir)
    except OSError as fault:
        call.log(Priority.ERR, _reason(fault))
        raise _no(call) from None


async def _named(call: ModuleCall[TimestampOptions]) -> StampName:
    """Return where the stamp is that this is about."""
    try:
        user = await call.user()
    except Stop:
        raise _no(call) from None
    if not user:
        raise _no(call)
    _debug(call, f"becoming user `{user}'")
    owner = _asking(call)
    if owner in ("", ".", "..") or "/" in owner:
        raise _no(call)
    _debug(call, f"currently user `{owner}'")
    process = call.world.process
    found = (process.terminal(descriptor) for descriptor in (0, 1, 2))
    tty = call.item(Item.TTY) or next((name for name in found if name), "unknown")
    _debug(call, f"tty is `{tty}'")
    terminal = terminal_name(tty) or ""
    name = stamp_name(call.options.timestampdir, terminal=terminal, owner=owner, user=user)
    if name is None:
        raise _no(call)
    _debug(call, f"using timestamp file `{name.path}'")
    return name


def _asking(call: ModuleCall[TimestampOptions]) -> str:
    """Return who asks, or `""`."""
    if owner := call.item(Item.RUSER):
        return owner
    try:
        account = call.world.accounts.by_uid(call.world.process.uid())
    except OSError:
        return ""
    return "" if account is None else account.name


def _read(
    call: ModuleCall[TimestampOptions], stamps: Stamps, name: StampName
) -> tuple[FileStatus, bytes]:
    """Return a stamp that is a file of root's."""
    try:
        status, data = stamps.read(name.owner, name.file)
    except NotRootsAlone as fault:
        call.log(Priority.ERR, _reason(fault))
        raise _no(call) from None
    except OSError as fault:
        _debug(call, f"cannot open timestamp `{name.path}': {_reason(fault)}")
        raise _no(call) from None
    if odd := what_is_odd(status):
        call.log(Priority.ERR, f"timestamp file `{name.path}' is {odd}")
        raise _no(call)
    return status, data


def _true_time(
    call: ModuleCall[TimestampOptions], name: StampName, status: FileStatus, data: bytes
) -> int:
    """Return when the stamp was made, from a stamp that was made here and is whole."""
    if status.size == 0:
        raise _no(call)  # C: sudo may have made it
    by = _coded_by(call)
    if status.size != size_of(name, by):
        call.log(Priority.NOTICE, f"timestamp file `{name.path}' appears to be corrupted")
        raise _no(call)
    when = None
    try:
        when = decode(data, name, call.world.timestamps.key(create=False), by)
    except FileNotFoundError:
        pass  # without a key nobody can have made a stamp
    except OSError as fault:
        call.log(Priority.ERR, f"Cannot open {_KEY}: {_reason(fault)}")
    if when is None:
        call.log(Priority.NOTICE, f"timestamp file `{name.path}' is corrupted")
        raise _no(call)
    return when


async def _judged(
    call: ModuleCall[TimestampOptions], name: StampName, when: int, modified: int
) -> ReturnCode:
    """Answer by the age of a true stamp."""
    about = f"access to {call.item(Item.SERVICE) or '(unknown)'} for user {name.owner}"
    since, now = logged_in_since(call.world, name.owner), int(call.world.clock.now())
    age, is_good = now - modified, False  # C: the age that is said is the file's
    if since is None or when < since:
        said = f"is older than oldest login, disallowing {about}"
    elif not is_fresh(when, now, call.options.timestamp_timeout):
        said = f"has unacceptable age ({age} seconds), disallowing {about}"
    else:
        said, is_good = f"is only {age} seconds old, allowing {about}", True
    call.log(Priority.NOTICE, f"timestamp file `{name.path}' {said}")
    if not is_good:
        return ReturnCode.AUTH_ERR
    if call.options.verbose and not call.silent:
        granted = f"Access has been granted (last access was {age} seconds ago)."
        await call.say(Style.TEXT_INFO, granted)
    # Yes: root made the stamp for this user, terminal and target, in this login, and lately.
    return ReturnCode.SUCCESS


def _coded_by(call: ModuleCall[TimestampOptions]) -> Algorithm:
    try:
        by = coded_by(call.world)
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {login_defs.PATH}: {_reason(fault)}")
        raise _no(call) from None
    if by is None:
        call.log(Priority.ERR, "Unable to initialize hmac context")
        raise _no(call)
    return by


async def _key(call: ModuleCall[TimestampOptions]) -> Secret:
    """Return the key, which is made if there is none."""
    reason = "the key is too short"
    try:
        key = await _patiently(call, lambda: call.world.timestamps.key(create=True))
        if len(key) >= LEAST_KEY:
            return key
    except OSError as fault:
        reason = _reason(fault)
        done = "create" if isinstance(fault, FileNotFoundError) else "open"
        call.log(Priority.ERR, f"Cannot {done} {_KEY}: {reason}")
    call.log(Priority.ERR, f"failure generating MAC: {reason}")
    raise _no(call)


async def _patiently(call: ModuleCall[TimestampOptions], act: Callable[[], T]) -> T:
    """Do something that another may be doing just now."""
    for pause in _PAUSES:
        try:
            return act()
        except BlockingIOError:
            await call.wait(pause)
    return act()


def _reason(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
