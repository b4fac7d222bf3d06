"""Give each user directories of their own in the place of common ones, `/tmp` for example.

When a session is opened the process gets mounts of its own, and in them, for each directory of the
table, an instance that only this user sees is mounted over the common one.  All that the process
starts afterwards sees the same; other processes do not.

The table is `/etc/security/namespace.conf` (without it the distribution's, in `/usr/etc/security`
or `/usr/share/security`), and then `*.conf` of `namespace.d` beside it, by name.  A line is

    polydir  instance_prefix  method[:flag]...  [[~]user,user...]

`#` begins a comment, `"` encloses blanks, `$HOME` and `$USER` stand for those of the user, and both
paths are absolute and without `..`.  Users who are listed see the common directory; with `~` only
they get an instance.  Users who are not known are passed over, and logged.  Methods:

    user     an instance `instance_prefix` + name of the user
    level    one for each level of SELinux and user, `context_user`
    context  one for each context of SELinux and user, as the policy has it
    tmpdir   a new one for each session, removed when a session ends with `unmount_on_close`
    tmpfs    a new one in memory for each session

Level and context are as user without SELinux, and with `shared` nothing then.  Where it is on they
go by the context that the program has stated for the session, as pam_selinux does, or by that of
one of the two options; without any they refuse, and so does tmpdir.  Names longer than 80 bytes end
in their MD5, and with `gen_hash` they are nothing else.  Flags:

    create=mode,owner,group  make the directory if it is missing (C's numbers: 0755 is octal)
    iscript=path             run this script, from `/etc/security/namespace.d` if it is relative
    noinit                   run none
    shared                   level, context: one instance for all users of a context
    mntopts=option,option    tmpfs: options of mount(8), such as `size=10%,nosuid,noexec,nodev`

The directory that the instances lie in is made if it is missing; it must be root's, and nobody may
have any right in it (mode 000), unless `ignore_instance_parent_mode` is given.  An instance gets
owner, permissions and context of the common directory.  Whenever one was mounted the script
`/etc/security/namespace.init`, or the distribution's, is run as root, if there is one, with these
words: the directory, the instance (or `tmpfs`), `1` if it is new or else `0`, the user, and whether
root alone decides what the ways to the two lead through, `1` or `0`: with `0` a script must not
follow them.  It has no environment; what it writes goes nowhere, and only its death by a signal
counts as a failure.

`unmnt_remnt` is for programs as su, which run within the session of the user who asks: that
user's instances are taken away first.  `unmnt_only` does only that.  Closing a session leaves the
mounts for the processes that still see them, unless `unmount_on_close` is given.  Nothing is shared
with other processes if the root is a shared mount, or with `mount_private`.

Everything that goes wrong is `session_err`, or `user_unknown`: take the module as `required`, for
a session that goes on has only some of its instances.  Success proves nothing about who asks.
It needs CAP_SYS_ADMIN, and moves the calling thread: threads that a program has already stay.

Users may own directories on the way.  So each step is taken from the directory that the last one
opened; links are followed only as far as root alone could have laid them, those that a link leads
through too; and what lies beyond is mounted over itself, so that nobody can move it
(CVE-2025-6020).  Nothing is opened that is no directory, so that no FIFO keeps a login waiting
(CVE-2024-22365).

Differences: C as of 1.7.1 follows a link of root's through users' directories.  When a session is
closed, or its transaction ends in any process, C takes the uppermost mount of each directory that
it protected away, and that is the instance; here all stays.  With `unmount_on_close` C begins with
the first, and stops at one that another hides or that was not mounted; here the last is the first
to go, and none keeps another.  A table or `namespace.d` that cannot be read refuses, as does a
script that cannot be started, or whose end nobody hears of because the process ignores SIGCHLD.  A
user's name with `/` in it, or that makes `..` the name of an instance, is refused.
`use_current_context` and `use_default_context` do nothing without SELinux, where C names instances
`(null)_user`.  Temporary instances are removed by the module itself, not by `rm`, and other file
systems in them are left alone.  An instance whose maker was killed before it had an owner gets
one.  A directory with something in it that appears where one was to be made changes neither owner
nor permissions.  One that was made has the SELinux context that the policy gives new ones there:
`restorecon` must follow, as in the usual script.  Contexts are named as the kernel writes them.
As in C, another process than the one that opened a session takes nothing away.

Source: `pam_namespace(8)`, `namespace.conf(5)`, `mount_namespaces(7)`.
"""

from __future__ import annotations

from pamkit.formats.mount_propagation import PATH, root_is_shared
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import (
    CHANGES_MOUNTS,
    NEEDS_ROOT,
    NEVER_PROMPTS,
    RUNS_PROGRAM,
    WRITES_FILES,
)
from pamkit.namespace.instance import Places, set_up
from pamkit.namespace.login import login_of
from pamkit.namespace.options import NamespaceOptions, remark
from pamkit.namespace.script import SCRIPT
from pamkit.namespace.tables import DIRECTORY, TABLE, read_all
from pamkit.namespace.taking_away import take_away
from pamkit.namespace.walking import Protection, open_directory, unmount
from pamkit.selinux.instance_labels import InstanceLabels
from pamkit.selinux.standing import CONFIG, KINDS, MOUNTS, place_of_selinux
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.namespace_conf import Polydir
    from pamkit.namespace.login import Login

_MOUNTED = "pam_namespace:polydir_data"
_MOST_MOUNTS = 1 << 24
"""Bytes; containers have mounts by the thousand."""


MODULE = declare(
    "pam_namespace",
    options=NamespaceOptions,
    answers={
        Primitive.OPEN_SESSION: "success user_unknown session_err",
        Primitive.CLOSE_SESSION: "success user_unknown session_err",
    },
    reads=[Item.USER, Item.RUSER, Item.SERVICE],
    files=[TABLE, f"{DIRECTORY}/*.conf", SCRIPT, PATH, CONFIG, KINDS, MOUNTS],
    facts=[NEVER_PROMPTS, CHANGES_MOUNTS, NEEDS_ROOT, RUNS_PROGRAM, WRITES_FILES],
    examples=[
        example("login", "session required pam_namespace.so"),
        example("su", "session required pam_namespace.so unmnt_remnt"),
    ],
)


class _Opened(Record, eq=False):
    """What a session has mounted: the directories of its tables, and what is to be removed."""

    polydirs: tuple[Polydir, ...]
    places: Places


async def pam_sm_open_session(call: ModuleCall[NamespaceOptions]) -> ReturnCode:
    """Mount the instances of the user."""
    labels = InstanceLabels(call, is_on=_has_selinux(call))
    if call.options.require_selinux and not labels.is_on:
        call.log(Priority.ERR, "selinux_required option given and selinux is disabled")
        return ReturnCode.SESSION_ERR
    remark(call, "open_session - start")
    login = login_of(call)
    polydirs = read_all(call, login)
    if not polydirs:
        remark(call, "Nothing to polyinstantiate")
        return ReturnCode.SUCCESS  # the administrator wants none for anybody
    process = call.world.process.number()
    try:
        remark(call, f"Set up namespace for pid {process}")
        # Success: for each directory in turn either the user's instance is mounted, or the table
        # has it that this user sees the common one.
        if _is_needed(call, polydirs, login):
            _part(call)
            await _set_up_all(call, polydirs, login, labels)
    except Stop:
        remark(call, f"namespace setup failed for pid {process}")
        raise
    remark(call, f"namespace setup ok for pid {process}")
    return ReturnCode.SUCCESS


def pam_sm_close_session(call: ModuleCall[NamespaceOptions]) -> ReturnCode:
    """Take the instances away if that is wanted, and forget them."""
    remark(call, "close_session - start")
    if not call.options.unmount_on_close:
        call.set_data(_MOUNTED, None)
        remark(call, "close_session - successful")
        return ReturnCode.SUCCESS  # the mounts end with the last process that sees them
    login = login_of(call)
    try:
        opened = call.data(_MOUNTED)
    except KeyError:
        opened = None
    if not isinstance(opened, _Opened):
        return ReturnCode.SUCCESS  # nothing was mounted
    process = call.world.process.number()
    remark(call, f"Resetting namespace for pid {process}")
    how = "ok" if _is_reset(call, opened, login) else "failed"
    remark(call, f"resetting namespace {how} for pid {process}")
    _clear_temporary(call, opened.places)
    opened.places.protection.lift()
    call.set_data(_MOUNTED, None)
    return ReturnCode.SUCCESS  # as in C: a session that cannot be tidied up is over all the same


def _has_selinux(call: ModuleCall[NamespaceOptions]) -> bool:
    """Whether instances have contexts; where that cannot be told there is no session."""
    try:
        return place_of_selinux(call.world.files) is not None
    except OSError as fault:
        call.log(Priority.ERR, f"cannot read {MOUNTS}: {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from None


def _is_needed(
    call: ModuleCall[NamespaceOptions], polydirs: tuple[Polydir, ...], login: Login
) -> bool:
    """Whether anything is to be mounted or taken away."""
    uid, asker = login.account.uid, login.asker.uid
    for polydir in polydirs:
        if not _is_spared(call, polydir, uid):
            remark(call, f"Need poly ns for user {_signed(uid)} for dir {polydir.path}")
            return True
        if _unmounts(call) and not _is_spared(call, polydir, asker):
            remark(call, f"Need unmount ns for user {_signed(asker)} for dir {polydir.path}")
            return True
        remark(call, f"Overriding poly for user {_signed(uid)} for dir {polydir.path}")
    return False


def _part(call: ModuleCall[NamespaceOptions]) -> None:
    """Give the process mounts of its own."""
    try:
        call.world.mounts.part()
    except OSError as fault:
        call.log(Priority.ERR, f"Unable to unshare from parent namespace, {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from None
    if not call.options.mount_private and not _is_shared(call):
        return
    try:
        call.world.mounts.keep_to_ourselves()
    except OSError as fault:
        call.log(Priority.ERR, f"Failed to mark / as a slave mount point, {fault.strerror}")
        raise Stop(ReturnCode.SESSION_ERR) from None
    remark(call, "The / mount point was marked as slave")


def _is_shared(call: ModuleCall[NamespaceOptions]) -> bool:
    """Whether other processes would see what we mount; in doubt they would."""
    try:
        return root_is_shared(call.world.files.read(PATH, limit=_MOST_MOUNTS))
    except OSError:
        return True


async def _set_up_all(
    call: ModuleCall[NamespaceOptions],
    polydirs: tuple[Polydir, ...],
    login: Login,
    labels: InstanceLabels,
) -> None:
    places = Places(Protection(call), [])
    try:
        for polydir in polydirs:
            comes, goes = _wanted(call, polydir, login)
            if not comes and not goes:
                continue
            uid = _signed(login.account.uid)
            remark(call, f"Setting poly ns for user {uid} for dir {polydir.path}")
            if goes:
                take_away(call, polydir)
            if comes:
                await set_up(call, polydir, login, places, labels.of, labels.unlabelled)
    except BaseException:  # an interrupt too; it goes on
        _clear_temporary(call, places)
        places.protection.lift()
        raise
    # C: it takes mounts away when the transaction ends, be it in a child that is the session.
    call.set_data(_MOUNTED, _Opened(polydirs, places))


def _wanted(
    call: ModuleCall[NamespaceOptions], polydir: Polydir, login: Login
) -> tuple[bool, bool]:
    """Return whether the user's instance is to be mounted, and the asker's to be taken away."""
    goes = not _is_spared(call, polydir, login.asker.uid) and _unmounts(call)
    if _is_spared(call, polydir, login.account.uid):
        return False, goes
    return not (goes and _unmounts_only(call)), goes


def _is_reset(call: ModuleCall[NamespaceOptions], opened: _Opened, login: Login) -> bool:
    """Take away what was mounted for the user; return whether all of it is gone."""
    remark(call, f"orig namespace for pid {call.world.process.number()}")
    is_gone = True
    for polydir in reversed(opened.polydirs):  # the last may hide what was mounted before it
        if _is_spared(call, polydir, login.account.uid):
            continue
        uid, path = _signed(login.account.uid), polydir.path
        remark(call, f"Unmounting instance dir for user {uid} & dir {path}")
        try:
            unmount(call.world.mounts, path)
        except OSError as fault:
            call.log(Priority.ERR, f"Unmount of {path} failed, {fault.strerror}")
            is_gone = False
            continue
        remark(call, f"Unmount of {path} succeeded")
    return is_gone


def _clear_temporary(call: ModuleCall[NamespaceOptions], places: Places) -> None:
    """Remove what was made for this session alone; what is gone already is no fault."""
    for polydir, instance in places.temporary:
        try:
            with open_directory(call.world.mounts, instance.parent) as parent:
                parent.clear(instance.name)
        except FileNotFoundError:
            continue
        except OSError:
            call.log(Priority.ERR, f"Error removing {polydir.prefix}")
    places.temporary.clear()


def _unmounts(call: ModuleCall[NamespaceOptions]) -> bool:
    return call.options.unmnt_remnt or call.options.unmnt_only


def _unmounts_only(call: ModuleCall[NamespaceOptions]) -> bool:
    """Whether `unmnt_only` is given, and last."""
    given = [arg for arg in call.args if arg in ("unmnt_remnt", "unmnt_only")]
    return given[-1:] == ["unmnt_only"]


def _is_spared(call: ModuleCall[NamespaceOptions], polydir: Polydir, uid: int) -> bool:
    """Whether a user sees the common directory."""
    remark(call, f"Checking for ns override in dir {polydir.path} for uid {_signed(uid)}")
    return polydir.spares(uid)


def _signed(number: int) -> int:
    """Return a number as C's `%d` shows it."""
    return number - (1 << 32) if number >= 1 << 31 else number
