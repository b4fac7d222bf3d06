"""`pamkit userdb`: files of users who need not be users of the system."""

from __future__ import annotations

import datetime
import errno
import json
import os
import sys
import time

from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.engine.terminal import TerminalConversation
from pamkit.formats import user_table
from pamkit.formats.user_list import name_fault
from pamkit.stores.hashing import LibCrypt
from pamkit.stores.randomness import KernelRandomness
from pamkit.stores.user_file import UserFile, create
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.stores.user_file import ManagedUser

SCHEME = "yescrypt"
"""How passwords are hashed: libcrypt's own choice, at its own cost."""

_SUFFIXES = (user_table.SUFFIX, ".sqlite3")

_WRONG = 2.0
"""Seconds that a wrong password takes at least: this is no place to guess at."""


def userdb(args: argparse.Namespace) -> int:
    """Carry out one of the tasks; return the exit status."""
    try:
        return _TASKS[args.task](args)
    except OSError as fault:
        raise _unusable(fault) from None
    except ConversationEnded as ended:
        raise UsageError(
            shown(str(ended)), "type the password, or give it as a line on standard input"
        ) from None


def _init(args: argparse.Namespace) -> int:
    path = path_of(args.file)
    try:
        create(path)
    except FileExistsError:
        print(f"pamkit: `{shown(path)}` is there already, and is left as it is", file=sys.stderr)
        return REFUSED
    print(f"made {shown(path)}, without users")
    line = f"required pam_userdb.so db={os.path.abspath(path).removesuffix(user_table.SUFFIX)}"
    print(f"in a policy:\n\nauth    {shown(line)}\naccount {shown(line)}")
    return DONE


def _add(args: argparse.Namespace) -> int:
    fault = name_fault(os.fsencode(args.name))
    if fault:
        raise UsageError(f"nobody can be called `{shown(args.name)}`: {fault}")
    expires = _day(args.expires) if args.expires else None
    with UserFile(path_of(args.file)) as file:
        if file.find(args.name) is not None:
            return _refused(args, "is there already: `pamkit userdb passwd` changes the password")
        hashed = hash_new(_new_password())
        if not file.add(args.name, hashed, expires=expires):
            return _refused(args, "was added by somebody else meanwhile")
    return DONE


def _passwd(args: argparse.Namespace) -> int:
    with UserFile(path_of(args.file)) as file:
        if file.find(args.name) is None:
            return _not_there(args)
        return DONE if file.set_hash(args.name, hash_new(_new_password())) else _not_there(args)


def _remove(args: argparse.Namespace) -> int:
    with UserFile(path_of(args.file)) as file:
        return DONE if file.remove(args.name) else _not_there(args)


def _lock(args: argparse.Namespace) -> int:
    with UserFile(path_of(args.file)) as file:
        done = file.set_locked(args.name, locked=args.task == "lock")
    return DONE if done else _not_there(args)


def _expire(args: argparse.Namespace) -> int:
    expires = None if args.date == "never" else _day(args.date)
    with UserFile(path_of(args.file)) as file:
        return DONE if file.set_expiry(args.name, expires) else _not_there(args)


def _verify(args: argparse.Namespace) -> int:
    with UserFile(path_of(args.file)) as file:
        user = file.find(args.name)
    began, given = time.monotonic(), _asked("Password: ")
    same = user is not None and is_behind(user.hashed, given)
    if not same:
        time.sleep(max(0.0, _WRONG - (time.monotonic() - began)))
        print("pamkit: the password is not this user's", file=sys.stderr)
        return REFUSED
    print("the password is this user's")
    return DONE


def _list(args: argparse.Namespace) -> int:
    with UserFile(path_of(args.file)) as file:
        users = file.users()
    if args.json:
        print(json.dumps([_document(user) for user in users], indent=2))
        return DONE
    width = max((len(shown(user.name)) for user in users), default=0)
    for user in users:
        state = "locked" if user.is_locked else ("expired" if _is_over(user) else "")
        until = "" if user.expires is None else f"until {_date(user.expires)}"
        parts = (f"password of {_date(user.hash_changed)}", until, state)
        print(f"{shown(user.name).ljust(width)}  " + ", ".join(part for part in parts if part))
    return DONE


def _import(args: argparse.Namespace) -> int:
    from pamkit.cli.userdb_import import take_over

    return take_over(args.source, path_of(args.file), plain=args.plain, replace=args.replace)


_TASKS = {
    "init": _init,
    "add": _add,
    "passwd": _passwd,
    "remove": _remove,
    "lock": _lock,
    "unlock": _lock,
    "expire": _expire,
    "verify": _verify,
    "list": _list,
    "import": _import,
}


def path_of(file: str) -> str:
    """Return the path of the SQLite file that a policy calls ``file``."""
    return file if file.endswith(_SUFFIXES) else file + user_table.SUFFIX


def hash_new(password: Secret) -> Secret:
    """Return the hash of a new password; `UsageError` for one that cannot be hashed."""
    if not password:
        raise UsageError("expected a password, found a blank one", "a blank one lets nobody in")
    libcrypt = LibCrypt(KernelRandomness())
    setting = libcrypt.setting(SCHEME, None)
    if setting is None:
        raise UsageError(f"the libcrypt of this system does not know {SCHEME}")
    hashed = libcrypt.crypt(password.expose(), setting)
    if hashed is None:
        raise UsageError("the password is too long: expected 511 bytes at most")
    return Secret(hashed)


def is_behind(hashed: Secret, given: Secret) -> bool:
    """Whether a password is the one behind a hash."""
    libcrypt = LibCrypt(KernelRandomness())
    computed = libcrypt.crypt(given.expose(), hashed.expose().decode("ascii")) if given else None
    return computed is not None and hashed.matches(Secret(computed))


def _new_password() -> Secret:
    """Return the password that is typed, twice; through a pipe it comes once."""
    password = _asked("New password: ")
    if os.isatty(0) and not password.matches(_asked("Retype new password: ")):
        raise UsageError("the two passwords are not the same", "nothing was changed: try again")
    return password


def _asked(prompt: str) -> Secret:
    (answer,) = TerminalConversation()((Message(Style.PROMPT_ECHO_OFF, prompt),))
    if not isinstance(answer, Secret):
        raise UsageError("expected a password, found none")
    return answer


def _day(text: str) -> int:
    """Return when a day begins, in seconds since 1970."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        example = "as in `2027-03-01`, or `never`"
        raise UsageError(f"expected a day, found `{shown(text)}`", example) from None
    midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    return int(midnight.timestamp())


def _date(when: int) -> str:
    try:
        return datetime.datetime.fromtimestamp(when, datetime.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return str(when)


def _is_over(user: ManagedUser) -> bool:
    return user.expires is not None and time.time() >= user.expires


def _document(user: ManagedUser) -> dict[str, object]:
    return {
        "name": user.name,
        "created": user.created,
        "password_changed": user.hash_changed,
        "expires": user.expires,
        "locked": user.is_locked,
    }


def _not_there(args: argparse.Namespace) -> int:
    return _refused(args, "is not there: `pamkit userdb list` shows who is")


def _refused(args: argparse.Namespace, why: str) -> int:
    where = shown(path_of(args.file))
    print(f"pamkit: {where}: user `{shown(args.name)}` {why}", file=sys.stderr)
    return REFUSED


def _unusable(fault: OSError) -> UsageError:
    path = shown(str(fault.filename or ""))
    said = f"`{path}`: {(fault.strerror or 'it cannot be used').lower()}"
    advice = {
        errno.ENOENT: "`pamkit userdb init` makes one",
        errno.EAGAIN: "somebody else has been writing all the time: try again",
        errno.EPERM: "run it as the user to whom the directory belongs",
        errno.EINVAL: "expected a file that `pamkit userdb init` made",
    }
    return UsageError(said, advice.get(fault.errno or 0, ""))
