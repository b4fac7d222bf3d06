"""Begin a keyring of the kernel for the session, and end it with the session.

A process finds its keys (of encrypted directories, network file systems, Kerberos) in its session
keyring, which what it starts inherits; see `keyrings(7)`.  A process without one of its own finds
what it has as its user, and whoever becomes a user by su would have keys of root's or of the
caller's.  The module gives the calling thread a new, empty session keyring that belongs to the
user, and links the user's own keyring into it.

It does so when credentials are established, or a session is opened, whichever comes first; not a
second time in a transaction; and without `force` only if the session keyring is the one that the
user has without a login, for a program that has a keyring of its own may need it.  With `revoke`
the new keyring is revoked, so that nobody can use it any more, when credentials are deleted, or
when as many sessions have been closed as were opened.  Established credentials and an opened
session answer success, also where the kernel has no keyrings and `force` is not given, and
`cred_err` or `session_err` if something fails; an unknown user is `user_unknown`.  Closing always
succeeds.  The rest is ignore: there is nothing to refresh, and authenticate proves nothing.

Only root can do it for somebody else: the thread becomes the user for that moment, and no other
thread of the process does.

Differences: C keeps what it knows for the process, and in 1.7 partly for the thread; here it is
kept for the transaction.  So a second transaction in one process gets a keyring of its own, and the
end of one does not depend on others.  The words of all lines of a transaction add up, as in C.
Failures are logged, which C leaves to `debug`.

Source: `pam_keyinit(8)`.
"""

from __future__ import annotations

import errno

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHANGES_KEYRING, NEEDS_ROOT
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DATA = "pam_keyinit"
_PROMPT = "key user"


class KeyinitOptions(Options):
    """What may stand after the module's name in a policy."""

    force: bool = flag("begin a keyring even if the process has one of its own")
    revoke: bool = flag("revoke the keyring when the session ends")
    debug: bool = flag("log what is done")


_FAILURES = "user_unknown service_err system_err buf_err conv_err conv_again incomplete"

MODULE = declare(
    "pam_keyinit",
    options=KeyinitOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: f"success ignore cred_err {_FAILURES}",
        Primitive.OPEN_SESSION: f"success session_err {_FAILURES}",
        Primitive.CLOSE_SESSION: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    facts=[ASKS_USER, CHANGES_KEYRING, NEEDS_ROOT],
    examples=[
        example("login", "session optional pam_keyinit.so force revoke"),
        example(
            "su", "session optional pam_keyinit.so revoke", "the caller's keyring may be needed"
        ),
    ],
)


class _Kept:
    """What the transaction knows; ``keyring`` is the number of the one that was begun, or 0."""

    __slots__ = ("debugs", "gid", "keyring", "revokes", "sessions", "uid")

    def __init__(self) -> None:
        self.keyring = self.uid = self.gid = self.sessions = 0
        self.revokes = self.debugs = False


def pam_sm_authenticate(_: ModuleCall[KeyinitOptions]) -> ReturnCode:
    """Have no say."""
    return ReturnCode.IGNORE


async def pam_sm_setcred(call: ModuleCall[KeyinitOptions]) -> ReturnCode:
    """Begin a keyring with the credentials, or revoke it."""
    kept = _kept(call)
    if call.flags & Flag.ESTABLISH_CRED:
        _debug(call, kept, "ESTABLISH_CRED")
        return await _begin(call, kept, ReturnCode.CRED_ERR)
    if call.flags & Flag.DELETE_CRED and kept.keyring and kept.revokes:
        _debug(call, kept, "DELETE_CRED")
        return _revoke(call, kept, ReturnCode.CRED_ERR)
    return ReturnCode.IGNORE


async def pam_sm_open_session(call: ModuleCall[KeyinitOptions]) -> ReturnCode:
    """Begin a keyring with the session, unless there is one already."""
    kept = _kept(call)
    kept.sessions += 1
    if kept.debugs:
        _debug(call, kept, f"OPEN {kept.sessions}")
    return await _begin(call, kept, ReturnCode.SESSION_ERR)


def pam_sm_close_session(call: ModuleCall[KeyinitOptions]) -> ReturnCode:
    """Revoke the keyring with the last session."""
    kept = _kept(call)
    _debug(call, kept, f"CLOSE {kept.sessions},{kept.keyring},{int(kept.revokes)}")
    kept.sessions -= 1
    if kept.sessions <= 0 and kept.keyring and kept.revokes:
        _revoke(call, kept, ReturnCode.SESSION_ERR)
    return ReturnCode.SUCCESS  # C: the session is over, whatever became of its keyring


async def _begin(call: ModuleCall[KeyinitOptions], kept: _Kept, failed: ReturnCode) -> ReturnCode:
    said = call.options
    kept.revokes, kept.debugs = kept.revokes or said.revoke, kept.debugs or said.debug
    if kept.keyring:
        return ReturnCode.SUCCESS  # it was begun earlier in this transaction
    user = await call.user(_PROMPT)
    account = call.world.accounts.find(user)
    if account is None:
        call.log(Priority.NOTICE, f'Unable to look up user "{user}"')
        return ReturnCode.USER_UNKNOWN
    kept.uid, kept.gid = account.uid, account.gid
    identity = call.world.identity
    users, groups = identity.user_ids(), identity.group_ids()
    if kept.debugs:
        _debug(call, kept, f"UID:{kept.uid} [{users[0]}]  GID:{kept.gid} [{groups[0]}]")
    for what, number, of in (("GID", account.gid, groups), ("UID", account.uid, users)):
        # C: what was given up for a while, to be had back, is given up here: setreuid(2).
        if users[1] != 0 and number == of[2] and number not in of[:2]:
            call.log(Priority.ERR, f"Unable to change {what} to {number} temporarily")
            return failed
    # A keyring belongs to whom the process really is when it is made.
    return _while_being(
        call,
        (users, (account.uid, *users[1:])),
        (groups, (account.gid, *groups[1:])),
        lambda: _new_keyring(call, kept, failed),
        failed,
    )


def _new_keyring(call: ModuleCall[KeyinitOptions], kept: _Kept, failed: ReturnCode) -> ReturnCode:
    """Begin a keyring, if there is to be one, as the user."""
    keyrings = call.world.keyrings
    try:
        if not call.options.force:
            session = _told(call, kept, "GET SESSION", keyrings.session)
            if session != _told(call, kept, "GET SESSION", keyrings.user_session):
                return ReturnCode.SUCCESS  # the process has one of its own, and may keep it
        kept.keyring = _told(call, kept, "JOIN", keyrings.start_session)
        keyrings.link_user()
    except OSError as fault:
        if fault.errno == errno.ENOSYS and not call.options.force:
            call.log(Priority.NOTICE, "the kernel has no keyrings")
            return ReturnCode.SUCCESS  # C: nobody can have keys, so there are none to part
        call.log(Priority.ERR, f"cannot begin a session keyring: {fault.strerror}")
        return failed
    return ReturnCode.SUCCESS  # the thread has a new keyring, and nothing of anybody else's


def _revoke(call: ModuleCall[KeyinitOptions], kept: _Kept, failed: ReturnCode) -> ReturnCode:
    """Revoke the keyring, as the user whose it is: its number may be another's by now."""
    identity = call.world.identity
    users, groups = identity.user_ids(), identity.group_ids()
    keyring = kept.keyring
    _debug(call, kept, f"REVOKE {keyring}")
    _debug(call, kept, f"UID:{kept.uid} [{users[1]}]  GID:{kept.gid} [{groups[1]}]")

    def revoke() -> ReturnCode:
        kept.keyring = 0
        try:
            call.world.keyrings.revoke(keyring)
        except OSError as fault:
            call.log(Priority.ERR, f"cannot revoke the session keyring: {fault.strerror}")
            return failed
        return ReturnCode.SUCCESS  # nobody can use the keyring any more

    # The effective user stays the saved one, or there would be no way back.
    return _while_being(
        call,
        (users, (users[0], kept.uid, users[2] if kept.uid == users[1] else users[1])),
        (groups, (groups[0], kept.gid, groups[2])),
        revoke,
        failed,
    )


def _while_being(
    call: ModuleCall[KeyinitOptions],
    of_users: tuple[tuple[int, ...], tuple[int, ...]],
    of_groups: tuple[tuple[int, ...], tuple[int, ...]],
    act: Callable[[], ReturnCode],
    failed: ReturnCode,
) -> ReturnCode:
    """Act with other numbers of users and groups, each those before and those meanwhile.

    Of three: real, effective and saved.
    """
    identity = call.world.identity
    (users_before, users), (groups_before, groups) = of_users, of_groups
    if not _changed(call, "GID to {} temporarily", identity.set_group_ids, groups_before, groups):
        return failed
    if not _changed(call, "UID to {} temporarily", identity.set_user_ids, users_before, users):
        _changed(call, "GID back to {}", identity.set_group_ids, groups, groups_before)
        return failed
    answer = failed
    try:
        answer = act()
    finally:
        # The users first: it may take root's rights to change groups.
        users_are_back = _changed(call, "UID back to {}", _regain(call), users, users_before)
        change = identity.set_group_ids
        if (
            not _changed(call, "GID back to {}", change, groups, groups_before)
            or not users_are_back
        ):
            answer = failed
    return answer


def _regain(call: ModuleCall[KeyinitOptions]) -> Callable[[int, int, int], object]:
    """Return what gives the thread its users back."""
    change = call.world.identity.set_user_ids

    def regain(real: int, effective: int, saved: int) -> None:
        try:
            change(real, effective, saved)
        except OSError:
            # A saved user of its own takes root's rights, which the effective one may have.
            change(real, effective, effective)
            change(real, effective, saved)

    return regain


def _changed(
    call: ModuleCall[KeyinitOptions],
    what: str,
    change: Callable[[int, int, int], object],
    now: tuple[int, ...],
    then: tuple[int, ...],
) -> bool:
    """Whether numbers could be changed, or need not be."""
    if now == then:
        return True
    try:
        change(*then)
    except OSError:
        number = next(new for old, new in zip(now, then, strict=True) if old != new)
        call.log(Priority.ERR, f"Unable to change {what.format(number)}")
        return False
    return True


def _told(call: ModuleCall[KeyinitOptions], kept: _Kept, what: str, ask: Callable[[], int]) -> int:
    """Return what the kernel answers, and log it."""
    number = -1
    try:
        number = ask()
    finally:
        _debug(call, kept, f"{what} = {number}")
    return number


def _kept(call: ModuleCall[KeyinitOptions]) -> _Kept:
    """Return what is kept on the handle, from now on if there was nothing."""
    try:
        kept = call.data(_DATA)
    except KeyError:
        kept = None
    if not isinstance(kept, _Kept):
        kept = _Kept()
        call.set_data(_DATA, kept)
    return kept


def _debug(call: ModuleCall[KeyinitOptions], kept: _Kept, line: str) -> None:
    if kept.debugs:
        call.log(Priority.DEBUG, line)
