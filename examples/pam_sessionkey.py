"""Keep a key with an end in the kernel's keyring, as a user's credentials: a module to start from.

The key is drawn at random when credentials are established, and lies in the session keyring, where
programs of the session find it by its name (`keyctl search @s user NAME`) until it ends.  So every
action of setcred can be seen in `/proc/keys`:

- establish makes the key, and leaves one alone that is good already;
- refresh lets it live longer, by `renewed=` seconds from now;
- reinitialise puts another secret in its place, with an end as at the beginning;
- delete removes it.

To refresh what is not there is `cred_unavail`, what has ended is `cred_expired`, and what the
kernel refuses is `cred_err`.  Unless setcred is to be silent, the user is told how long the key is
good.  In the PAM environment `SESSION_KEY` has its number.

The module proves nothing about anybody: its authenticate answers ignore.  Put pam_keyinit before
it, in the same stack, so that the session has a keyring of its own.

An application in Python takes it so:

    import pam_sessionkey
    from pamkit.module.registry import module_from

    modules = {"pam_sessionkey": module_from(pam_sessionkey)}
    pamkit.login(user, password, modules=modules)

Source: seed requirements A3 and A7 to A12; `pam_setcred(3)`, `keyrings(7)`.
"""

from __future__ import annotations

import errno

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import CHANGES_KEYRING, SETS_ENVIRONMENT
from pamkit.module.options import Options, number, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

_BYTES = 32
_DAY = 86400
_VARIABLE = "SESSION_KEY"


class SessionKeyOptions(Options):
    """What may stand after the module's name in a policy."""

    name: str = text("the name of the key", default="session")
    lifetime: int = number("seconds for which a new key is good", default=3600, least=1, most=_DAY)
    renewed: int = number(
        "seconds for which a key is good that is refreshed", default=3600, least=1, most=_DAY
    )


MODULE = declare(
    "pam_sessionkey",
    options=SessionKeyOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "success cred_unavail cred_expired cred_err",
    },
    facts=[CHANGES_KEYRING, SETS_ENVIRONMENT],
    examples=[
        example("login", "auth optional pam_sessionkey.so lifetime=600 renewed=3600"),
    ],
)


def pam_sm_authenticate(_: ModuleCall[SessionKeyOptions]) -> ReturnCode:
    """Have no say: a key proves nothing that was not proved before."""
    return ReturnCode.IGNORE


async def pam_sm_setcred(call: ModuleCall[SessionKeyOptions]) -> ReturnCode:
    """Make, refresh, replace or remove the key: exactly one of the four flags is set."""
    try:
        if call.flags & Flag.DELETE_CRED:
            return _delete(call)
        if call.flags & Flag.REFRESH_CRED:
            seconds = _refresh(call)
        elif call.flags & Flag.REINITIALIZE_CRED:
            seconds = _replace(call)
        else:
            seconds = _establish(call)
    except OSError as fault:
        call.log(Priority.ERR, f"the key `{call.options.name}`: {fault.strerror}")
        return _REFUSALS.get(fault.errno or 0, ReturnCode.CRED_ERR)
    if seconds and not call.silent:
        await call.say(Style.TEXT_INFO, f"Your key is good for {seconds} seconds.")
    return ReturnCode.SUCCESS  # there is a key, and it has an end


_REFUSALS = {errno.ENOKEY: ReturnCode.CRED_UNAVAIL, errno.EKEYEXPIRED: ReturnCode.CRED_EXPIRED}


def _establish(call: ModuleCall[SessionKeyOptions]) -> int:
    try:
        key = call.world.keyrings.find(call.options.name)
    except OSError as fault:
        if fault.errno not in _REFUSALS:
            raise
        return _replace(call)
    _tell(call, key)
    return 0  # nothing new is to be said of it


def _replace(call: ModuleCall[SessionKeyOptions]) -> int:
    options, world = call.options, call.world
    secret = Secret(world.random.take(_BYTES))
    try:
        _tell(call, world.keyrings.put(options.name, secret, seconds=options.lifetime))
    finally:
        secret.wipe()
    return options.lifetime


def _refresh(call: ModuleCall[SessionKeyOptions]) -> int:
    key = call.world.keyrings.find(call.options.name)
    call.world.keyrings.expire(key, seconds=call.options.renewed)
    _tell(call, key)
    return call.options.renewed


def _delete(call: ModuleCall[SessionKeyOptions]) -> ReturnCode:
    try:
        call.world.keyrings.remove(call.world.keyrings.find(call.options.name))
    except OSError as fault:
        if fault.errno not in _REFUSALS:
            raise
    if call.getenv(_VARIABLE) is not None:
        call.putenv(_VARIABLE)
    return ReturnCode.SUCCESS  # there is none that is good, whoever removed it


def _tell(call: ModuleCall[SessionKeyOptions], key: int) -> None:
    """Say which key it is, for the user's programs."""
    call.putenv(f"{_VARIABLE}={key}")
