"""One directory of which the user gets an instance: it is found or made, and mounted."""

from __future__ import annotations

from pamkit.formats.md5 import md5
from pamkit.formats.namespace_conf import MOST_BYTES, Method
from pamkit.formats.passwd import bytes_of, text_of
from pamkit.module.call import Stop
from pamkit.namespace.options import remark
from pamkit.namespace.script import run_script
from pamkit.namespace.walking import open_directory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Protocol

    from pamkit.formats.namespace_conf import Polydir
    from pamkit.module.call import ModuleCall
    from pamkit.module.mounts import OpenDirectory
    from pamkit.module.world import FileStatus
    from pamkit.namespace.login import Login
    from pamkit.namespace.options import NamespaceOptions
    from pamkit.namespace.walking import Protection

    class Labels(Protocol):
        """What SELinux makes of instances."""

        def name(self, polydir: Polydir, user: str) -> str | None:
            """Return what the instance is told from others by; `None`: a user has the common one.

            Ends the hook if that cannot be told.
            """

        def put_on(self, directory: OpenDirectory, path: str) -> None:
            """Give a new instance its context; ends the hook if it cannot have it."""

        def remark(self) -> None:
            """Log the contexts, for who debugs."""


_LONGEST_NAME = 80
_HASH = 32
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TEMPLATE = "XXXXXX"
_TRIES = 100
_ANYBODY, _OWNER_READS = 0o777, 0o400
_ENOTEMPTY = 39


class Instance(Record):
    """Where an instance lies: a directory with a slash behind it, and its name there."""

    parent: str
    name: str

    @property
    def path(self) -> str:
        """The path."""
        return self.parent + self.name


class Places(Record, eq=False):
    """What a session leaves to be taken away: temporary instances, and what is protected."""

    protection: Protection
    temporary: list[tuple[Polydir, Instance]]


async def set_up(
    call: ModuleCall[NamespaceOptions],
    polydir: Polydir,
    login: Login,
    places: Places,
    labels_of: Callable[[Polydir, OpenDirectory, str], Labels],
    unlabelled: Callable[[], AbstractContextManager[None]],
) -> None:
    """Mount the user's instance over a directory; ends the hook if that cannot be."""
    remark(call, f"Set namespace for directory {polydir.path}")
    with _opened(call, polydir, login, places.protection) as directory:
        if polydir.method is Method.TMPFS:
            instance, is_new = "tmpfs", True
            try:
                directory.cover_with_memory(polydir.mount_flags, polydir.mount_options)
            except OSError as fault:
                raise _failed(
                    call, f"Error mounting tmpfs on {polydir.path}, {fault.strerror}"
                ) from None
        else:
            made = _mounted(call, polydir, login, places, directory, labels_of)
            if made is None:
                return
            instance, is_new = made
    if polydir.has_script:
        await run_script(
            call, polydir, instance, is_new=is_new, user=login.name, unlabelled=unlabelled
        )


def _opened(
    call: ModuleCall[NamespaceOptions], polydir: Polydir, login: Login, protection: Protection
) -> OpenDirectory:
    try:
        return open_directory(call.world.mounts, polydir.path, protection=protection)
    except OSError as fault:
        # C: ENOENT may be said of a directory on the way; that one is not made.
        if not isinstance(fault, FileNotFoundError) or not polydir.creates:
            said = f"Polydir {polydir.path} access error: {fault.strerror}"
            raise _failed(call, said) from None
    return _created(call, polydir, login, protection)


def _created(
    call: ModuleCall[NamespaceOptions], polydir: Polydir, login: Login, protection: Protection
) -> OpenDirectory:
    mode = _ANYBODY if polydir.mode is None else polydir.mode
    path, mounts = polydir.path, call.world.mounts
    try:
        directory = open_directory(mounts, path, protection=protection, make=mode, read=True)
    except OSError as fault:
        said = f"Error creating directory {path}: {fault.strerror}"
        raise _failed(call, said) from None
    remark(call, f"Created polydir {path}")
    uid = login.account.uid if polydir.owner is None else polydir.owner
    gid = login.account.gid if polydir.group is None else polydir.group
    what = f"Error creating directory {path}"
    try:
        if not _is_to_be_given(directory, uid):
            return directory
        what = f"Error changing mode of directory {path}"
        if polydir.mode is not None:
            directory.set_mode(mode)
        what = f"Unable to change owner on directory {path}"
        directory.set_owner(uid, gid)
    except OSError as fault:
        call.log(Priority.ERR, f"{what}: {fault.strerror}")
        with directory:
            pass
        protection.lift()  # it could not be removed while it is a mount point
        _remove(call, path)
        raise Stop(ReturnCode.SESSION_ERR) from None
    remark(call, f"Polydir owner {uid} group {gid}")
    return directory


def _is_to_be_given(directory: OpenDirectory, uid: int) -> bool:
    """Whether a directory that was made is still to get its owner, who is ``uid``.

    INVARIANT: whoever may write above it can have put another one in its place, of root's even.
    That is given to nobody, as far as there is anything in it.
    """
    if directory.is_empty():
        return True
    if directory.status().uid != uid:
        raise OSError(_ENOTEMPTY, "Directory not empty")
    return False  # another session of the same user was faster


def _remove(call: ModuleCall[NamespaceOptions], path: str) -> None:
    above, _, name = path.rpartition("/")
    try:
        with open_directory(call.world.mounts, above or "/") as parent:
            parent.remove(name)
    except OSError:
        return  # it is empty, and the user's at worst


def _mounted(
    call: ModuleCall[NamespaceOptions],
    polydir: Polydir,
    login: Login,
    places: Places,
    directory: OpenDirectory,
    labels_of: Callable[[Polydir, OpenDirectory, str], Labels],
) -> tuple[str, bool] | None:
    """Return the path of the instance that is mounted, and whether it is new.

    `None`: the user sees the directory that is there for all.
    """
    try:
        status = directory.status()
    except OSError as fault:
        raise _failed(call, f"Error stating {polydir.path}: {fault.strerror}") from None
    try:
        labels = labels_of(polydir, directory, login.name)
        instance = _instance(call, polydir, login, labels)
    except Stop:
        call.log(Priority.ERR, "Error getting instance name")
        raise
    if instance is None:
        return None
    labels.remark()
    with _parent(call, instance, places.protection) as parent:
        if polydir.method is Method.TMPDIR:
            instance = _made_temporary(call, parent, instance)
            places.temporary.append((polydir, instance))
            is_new = True
        else:
            is_new = _made(call, parent, instance)
        if is_new:
            _fit_out(call, parent, instance, status, labels)
        # INVARIANT: both are directories that are held open; no path is looked up any more.
        try:
            source = parent.enter(instance.name)
        except OSError as fault:
            said = f"Error openat on {instance.name}, {fault.strerror}"
            raise _failed(call, said) from None
        with source:
            try:
                directory.cover(source)
            except OSError as fault:
                said = f"Error mounting {source.place} on {directory.place}"
                said = f"{said} ({instance.path} on {polydir.path}), {fault.strerror}"
                raise _failed(call, said) from None
    return instance.path, is_new


def _instance(
    call: ModuleCall[NamespaceOptions], polydir: Polydir, login: Login, labels: Labels
) -> Instance | None:
    """Return where the instance is to be; `None` if the user has none."""
    ending: str | None = _TEMPLATE
    if polydir.method is not Method.TMPDIR:
        ending = labels.name(polydir, login.name)
        if ending is None:
            return None
        remark(call, f"poly_name {ending}")
        ending = _shortened(ending, always=call.options.gen_hash)
    assert ending is not None  # noqa: S101  # said for type checkers
    path = polydir.prefix + ending
    parent, slash, name = path.rpartition("/")
    # Else a name would lead elsewhere: nobody but the administrator says where instances lie.
    is_elsewhere = "/" in ending or name in (".", "..")
    if is_elsewhere or len(bytes_of(path)) > MOST_BYTES:
        raise Stop(ReturnCode.SESSION_ERR)
    return Instance(parent + slash, name)


def _shortened(name: str, *, always: bool) -> str:
    """Return a name that is not too long for a directory: its end, or all of it, is a hash."""
    whole = bytes_of(name)
    if always:
        return md5(whole).hex()
    if len(whole) <= _LONGEST_NAME:
        return name
    return f"{text_of(whole[: _LONGEST_NAME - 1 - _HASH])}_{md5(whole).hex()}"


def _parent(
    call: ModuleCall[NamespaceOptions], instance: Instance, protection: Protection
) -> OpenDirectory:
    """Return the directory of instances: root's, and closed to everybody unless that is waived."""
    mounts = call.world.mounts
    try:
        parent = open_directory(mounts, instance.parent, protection=protection, make=0)
    except OSError:
        # C: the text names a variable of the program.
        said = f"polyptr->instance_parent {instance.parent} access error"
        raise _failed(call, said) from None
    try:
        if not call.options.ignore_instance_parent_mode:
            _judge(call, parent)
    except BaseException:  # an interrupt too; it goes on
        with parent:
            raise
    return parent


def _judge(call: ModuleCall[NamespaceOptions], parent: OpenDirectory) -> None:
    try:
        status = parent.status()
    except OSError as fault:
        said = f"Error accessing instance parent, {fault.strerror}"
        raise _failed(call, said) from None
    if status.mode & _ANYBODY or status.uid != 0:
        raise _failed(call, "Mode of inst parent not 000 or owner not root")


def _made(call: ModuleCall[NamespaceOptions], parent: OpenDirectory, instance: Instance) -> bool:
    """Make an instance that only root can enter; return whether it is still to be fitted out."""
    try:
        parent.make(instance.name, _OWNER_READS)
    except FileExistsError:
        return _is_unfinished(parent, instance)
    except OSError as fault:
        said = f"Error creating {instance.path}, {fault.strerror}"
        raise _failed(call, said) from None
    return True


def _is_unfinished(parent: OpenDirectory, instance: Instance) -> bool:
    """Whether somebody was killed who had just made an instance: else it would stay root's."""
    try:
        with parent.enter(instance.name, read=True) as found:
            status = found.status()
            is_as_made = status.uid == 0 and not status.mode & ~_OWNER_READS
            return is_as_made and found.is_empty()
    except OSError:
        return False  # what is wrong with it is told when it is mounted


def _made_temporary(
    call: ModuleCall[NamespaceOptions], parent: OpenDirectory, instance: Instance
) -> Instance:
    """Make an instance whose name nobody can foresee; return where it is."""
    start = instance.name.removesuffix(_TEMPLATE)
    reason: str | None = "File exists"
    try:
        for _ in range(_TRIES):
            taken = call.world.random.take(len(_TEMPLATE) * 2)
            numbers = (taken[at] << 8 | taken[at + 1] for at in range(0, len(taken), 2))
            ending = "".join(_LETTERS[number % len(_LETTERS)] for number in numbers)
            try:
                parent.make(start + ending, 0o700)
            except FileExistsError:
                continue
            return instance.changed(name=start + ending)
    except OSError as fault:
        reason = fault.strerror
    said = f"Error creating temporary instance dir {instance.path}, {reason}"
    raise _failed(call, said)


def _fit_out(
    call: ModuleCall[NamespaceOptions],
    parent: OpenDirectory,
    instance: Instance,
    status: FileStatus,
    labels: Labels,
) -> None:
    """Give a new instance context, owner and permissions of the directory it stands for."""
    what = "opening"
    try:
        with parent.enter(instance.name, read=True) as new:
            if not _is_to_be_given(new, status.uid):
                return
            labels.put_on(new, instance.path)
            what = "stating"
            now = new.status()
            if (now.uid, now.gid) != (status.uid, status.gid):
                what = "changing owner for"
                new.set_owner(status.uid, status.gid)
            what = "changing mode for"
            new.set_mode(status.mode)
    except (OSError, Stop) as fault:
        if isinstance(fault, OSError):
            call.log(Priority.ERR, f"Error {what} {instance.path}, {fault.strerror}")
        _try_to_remove(parent, instance.name)
        raise Stop(ReturnCode.SESSION_ERR) from None


def _try_to_remove(parent: OpenDirectory, name: str) -> None:
    try:
        parent.remove(name)
    except OSError:
        return  # nobody but root gets there


def _failed(call: ModuleCall[NamespaceOptions], said: str) -> Stop:
    call.log(Priority.ERR, said)
    return Stop(ReturnCode.SESSION_ERR)
