"""`pamkit userdb import`: the users of another file, taken over all together or not at all."""

from __future__ import annotations

import sys
import time

from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.formats import berkeley_hash, gdbm_file, user_list
from pamkit.stores.regular import MAX_ACCOUNT_FILE
from pamkit.stores.user_file import ManagedUser, UserFile
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 5
"""Faults that are shown; there are as many as lines in a file of another kind."""

_DATABASES = (
    (berkeley_hash.is_one, berkeley_hash.keys, berkeley_hash.find),
    (gdbm_file.is_one, gdbm_file.keys, gdbm_file.find),
)

_NO_HASH = Secret("*")
"""What stands for a hash where there is none: no password matches it."""


def take_over(source: str, path: str, *, plain: bool, replace: bool) -> int:
    """Add the users of ``source`` to the file at ``path``; return the exit status.

    ``plain``: what ``source`` stores are passwords.  `UsageError` if it cannot be read, or has a
    user who cannot be taken over.
    """
    with UserFile(path) as file:
        listed = _listed(source, plain=plain)
        odd = [(where, user) for where, user in listed if user.fault]
        if odd:
            raise UsageError("\n".join(_complaints(odd)), "nothing was changed")
        taken = file.add_all(_managed(listed, plain=plain), replace=replace)
    if taken:
        names = ", ".join(f"`{shown(name)}`" for name in taken[:_SHOWN])
        more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
        print(f"pamkit: {shown(path)}: {names}{more} are there already", file=sys.stderr)
        print("help: nothing was changed; `--replace` replaces them", file=sys.stderr)
        return REFUSED
    print(f"{len(listed)} users from {shown(source)} are in {shown(path)}")
    return DONE


def _listed(source: str, *, plain: bool) -> list[tuple[str, user_list.ListedUser]]:
    """Return the users of a file, each with the place where it stands."""
    try:
        with open(source, "rb") as opened:
            data = opened.read(MAX_ACCOUNT_FILE + 1)
    except OSError as fault:
        raise UsageError(f"`{shown(source)}`: {(fault.strerror or '').lower()}") from None
    if len(data) > MAX_ACCOUNT_FILE:
        raise UsageError(f"`{shown(source)}` has more than {MAX_ACCOUNT_FILE} bytes")
    for is_one, keys, find in _DATABASES:
        if is_one(data[:16]):

            def read(at: int, size: int) -> bytes:
                return data[at : at + size]

            try:
                found = [(key, find(read, len(data), key)) for key in keys(read, len(data))]
            except ValueError as fault:
                raise UsageError(f"`{shown(source)}`: {fault}") from None
            return [(shown(source), _entry(key, value or b"", plain=plain)) for key, value in found]
    if data.startswith(b"SQLite format 3\0"):
        raise UsageError(
            f"`{shown(source)}` is an SQLite file", "expected Berkeley DB, GDBM, or a list of users"
        )
    if plain:
        advice = "without `--plain`, lists must hold hashes"
        raise UsageError("passwords as they are come from a database only", advice)
    return [(f"{shown(source)}:{user.line}", user) for user in user_list.users(data)]


def _entry(key: bytes, value: bytes, *, plain: bool) -> user_list.ListedUser:
    """Return an entry of a database as a user of a list."""
    fault = user_list.name_fault(key)
    if not fault and not value:
        fault = "it has no password"
    if not fault and not plain:
        fault = user_list.hash_fault(value)
        if fault and not value.startswith(b"$"):
            fault += ": say `--plain` if passwords are stored as they are"
    name = key.decode("utf-8", "backslashreplace")
    return user_list.ListedUser(0, name, Secret(value), is_locked=False, fault=fault)


def _managed(
    listed: list[tuple[str, user_list.ListedUser]], *, plain: bool
) -> Iterator[ManagedUser]:
    from pamkit.cli.userdb import hash_new

    now = int(time.time())
    for _, user in listed:
        hashed = user.hashed or _NO_HASH
        if plain:
            hashed = hash_new(hashed)
        yield ManagedUser(user.name, hashed, now, now, is_locked=user.is_locked)


def _complaints(odd: list[tuple[str, user_list.ListedUser]]) -> Iterator[str]:
    for where, user in odd[:_SHOWN]:
        yield f"{where}: `{shown(user.name)}`: {user.fault}"
    if len(odd) > _SHOWN:
        yield f"and {len(odd) - _SHOWN} more like that"
