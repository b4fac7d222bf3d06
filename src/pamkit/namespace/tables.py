"""The files of pam_namespace: which directories are not the same for all users."""

from __future__ import annotations

from pamkit.formats.namespace_conf import (
    MOST_BYTES,
    Creation,
    Method,
    Polydir,
    creation,
    expanded,
    method,
    statements,
    tmpfs_options,
    without_last_slashes,
    words,
)
from pamkit.formats.passwd import bytes_of
from pamkit.module.call import Stop
from pamkit.module.configuration import drop_ins, read_first
from pamkit.namespace.options import remark
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.module.call import ModuleCall
    from pamkit.namespace.login import Login
    from pamkit.namespace.options import NamespaceOptions

TABLE = "/etc/security/namespace.conf"
DIRECTORY = "/etc/security/namespace.d"
"""Where the administrator's tables are; the distribution has its own below another directory."""


class _BadLine(Exception):
    """Raised for a line that says nothing that can be done; what is wrong is logged already."""


def read_all(call: ModuleCall[NamespaceOptions], login: Login) -> tuple[Polydir, ...]:
    """Return the directories of all tables, in order; ends the hook if one cannot be read.

    So does a line that is wrong, unless `ignore_config_error` is given.
    """
    found: list[Polydir] = []
    for path, data in _files(call):
        for line in statements(data):
            try:
                found.append(_polydir(call, login, line))
            except _BadLine:
                if call.options.ignore_config_error:
                    continue
                call.log(Priority.ERR, f"Error processing conf file {path} line {line}")
                raise Stop(ReturnCode.SESSION_ERR) from None
    remark(call, "Configured poly dirs:" if found else "No configured poly dirs")
    for each in found:
        said = f"dir='{each.path}' iprefix='{each.prefix}' meth={int(each.method)}"
        remark(call, said)
        for uid in each.exempt:
            remark(call, f"override user {_signed(uid)} ")
    return tuple(found)


def _files(call: ModuleCall[NamespaceOptions]) -> Iterator[tuple[str, bytes]]:
    """Return path and bytes of each table when it is its turn."""
    files, path = call.world.files, TABLE
    try:
        found = read_first(files, TABLE)
        remark(call, f"Parsing config file {TABLE if found is None else found[0]}")
        if found is None:
            raise FileNotFoundError
        yield found
        path = DIRECTORY
        # C: a directory that cannot be read counts as an empty one.
        for path in drop_ins(files, DIRECTORY):
            remark(call, f"Parsing config file {path}")
            yield path, files.read(path)
    except OSError:
        call.log(Priority.ERR, f"Error opening config file {path}")
        raise Stop(ReturnCode.SESSION_ERR) from None


def _polydir(call: ModuleCall[NamespaceOptions], login: Login, line: str) -> Polydir:
    stated = words(line)
    for at, name in enumerate(("polydir", "instance_prefix", "method")):
        if len(stated) <= at:
            raise _bad(call, f"Invalid line missing {name}")
    account, asker = login.account, login.asker
    path = expanded(stated[0], home=account.home, user=login.name)
    unmounted = expanded(stated[0], home=asker.home, user=asker.name)
    prefix = expanded(stated[1], home=account.home, user=login.name)
    remark(call, f"Expanded polydir: '{path}'")
    remark(call, f"Expanded ruser polydir: '{unmounted}'")
    remark(call, f"Expanded instance prefix: '{prefix}'")
    path, unmounted = without_last_slashes(path), without_last_slashes(unmounted)
    if not path or not unmounted:
        raise _bad(call, "Invalid polydir")
    how = _how(call, Polydir(path, unmounted, prefix, Method.USER), stated[2])
    if any(len(bytes_of(each)) > MOST_BYTES for each in (path, unmounted, prefix)):
        raise _bad(call, "Pathnames too long")
    is_relative = how.method is not Method.TMPFS and not prefix.startswith("/")
    if not path.startswith("/") or is_relative:
        raise _bad(call, "Pathnames must start with '/'")
    if ".." in path or ".." in prefix:
        raise _bad(call, "Pathnames must not contain '..'")
    return _with_exempt(call, how, stated[3]) if len(stated) > 3 else how


def _how(call: ModuleCall[NamespaceOptions], polydir: Polydir, word: str) -> Polydir:
    """Return the directory with its method, and what the flags behind it say."""
    found, flags = method(word)
    if found is None:
        raise _bad(call, "Unknown method")
    polydir = polydir.changed(method=found)
    for name, value in flags:
        if name == "create":
            polydir = _creating(call, polydir, creation(value))
        elif name == "noinit":
            polydir = polydir.changed(has_script=False)
        elif name == "shared":
            polydir = polydir.changed(is_shared=True)
        elif name == "iscript" and value:
            script = value if value.startswith("/") else f"{DIRECTORY}/{value}"
            polydir = polydir.changed(script=script)
        elif name == "mntopts" and value is not None:
            if found is not Method.TMPFS:
                said = "Mount options applicable only to tmpfs method"
                call.log(Priority.WARNING, said)
                continue
            mount_flags, options = tmpfs_options(value)
            polydir = polydir.changed(mount_flags=mount_flags, mount_options=options)
    return polydir


def _creating(call: ModuleCall[NamespaceOptions], polydir: Polydir, stated: Creation) -> Polydir:
    accounts = call.world.accounts
    owner = accounts.find(stated.owner) if stated.owner is not None else None
    group = accounts.group(stated.group) if stated.group is not None else None
    if (stated.owner is not None and owner is None) or (stated.group is not None and group is None):
        raise _bad(call, "Invalid create parameters", Priority.CRIT)
    gid = owner.gid if group is None and owner is not None else group.gid if group else None
    uid = None if owner is None else owner.uid
    return polydir.changed(creates=True, mode=stated.mode, owner=uid, group=gid)


def _with_exempt(call: ModuleCall[NamespaceOptions], polydir: Polydir, stated: str) -> Polydir:
    is_exclusive, exempt = stated.startswith("~"), []
    for name in stated.removeprefix("~").split(","):
        account = call.world.accounts.find(name)
        if account is None:
            call.log(Priority.ERR, f"Unknown user {name} in configuration")
        else:
            exempt.append(account.uid)
    return polydir.changed(exempt=tuple(exempt), is_exclusive=is_exclusive)


def _bad(
    call: ModuleCall[NamespaceOptions], said: str, priority: int = Priority.NOTICE
) -> _BadLine:
    call.log(priority, said)
    return _BadLine(said)


def _signed(number: int) -> int:
    """Return a number as C's `%d` shows it."""
    return number - (1 << 32) if number >= 1 << 31 else number
