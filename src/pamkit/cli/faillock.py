"""`pamkit faillock`: the failed logins on record, and who is locked; what faillock(8) does.

Keys of the JSON document: `schema` (1), `pamkit` (version), `directory`, `users`.  A user has
`user`, `failures`, `counted` (those that count now), `locked`, `until` (seconds since 1970, null
for a lock without end and for nobody's).  A failure has `when` (seconds since 1970), `type`
(`RHOST`, `TTY`, `SVC`), `source`, `valid`.

C: faillock(8) tells the kernel's audit of a reset (`USER_MGMT`, `op=faillock-reset`); this command
does not, for in a Python process there is no audit.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time

from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.formats.faillock_conf import PATH, Settings, settings_of
from pamkit.formats.faillock_standing import Standing, standing
from pamkit.module.configuration import read_first
from pamkit.module.membership import is_member
from pamkit.stores.system import system_world
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any, TypeVar

    from pamkit.formats.faillock_tally import Failure
    from pamkit.module.world import Account, World

    T = TypeVar("T")

NO_DIRECTORY, NOT_OPENED, NOT_EMPTIED, NOT_READ, LOCKED = 2, 3, 4, 5, 6
"""Exit statuses: those of faillock(8), and one more."""

_SOURCE, _LOGIN = 52, 15
"""Widths of columns, in bytes."""

_PATIENCE = 10.0
"""Seconds that a file may be another's; who is well has it for less than a thousandth."""


class _Tally(Record, eq=False):
    """What is on record of a user, and where that leaves them."""

    user: str
    failures: tuple[Failure, ...]
    stands: Standing


class _Trouble(Exception):
    """What could not be done: the exit status it means, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def faillock(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    for word, value in (("--user", args.user), ("--conf", args.conf), ("--dir", args.dir)):
        if value == "":
            raise UsageError(f"`{word}` wants a value", status=REFUSED)
    world = system_world(args.root)
    settings = _settings(args, world)
    tallies: list[_Tally] = []
    try:
        users = [args.user] if args.user is not None else _users(world, settings)
        for user in users:
            try:
                if args.reset:
                    _reset(world, settings, user)
                else:
                    tallies.append(_look(world, settings, user))
                    if args.legacy_output and len(tallies) == 1:
                        print("Login           Failures    Latest failure         From")
                    _show(args, world, tallies[-1])
            except _Trouble as trouble:
                if args.user is not None:
                    raise
                _complain(trouble)  # C: the others are shown, and the status is that of success
    except _Trouble as trouble:
        _complain(trouble)
        return trouble.status
    if args.json:
        _print_json(settings, tallies)
    if args.locked and any(tally.stands.is_locked for tally in tallies):
        return LOCKED
    return DONE


def _settings(args: argparse.Namespace, world: World) -> Settings:
    try:
        if args.conf is None:
            found = read_first(world.files, PATH)
            data = b"" if found is None else found[1]
        else:
            data = world.files.read(_place(args, args.conf))
        settings, odd = settings_of(data, ())
    except (OSError, ValueError) as fault:
        reason = _reason(fault) if isinstance(fault, OSError) else str(fault)
        raise UsageError(
            f"the settings in `{shown(args.conf or PATH)}` cannot be used: {reason}",
            status=REFUSED,
        ) from None
    for line in odd:
        print(shown(line), file=sys.stderr)
    return settings if args.dir is None else settings.changed(directory=_place(args, args.dir))


def _place(args: argparse.Namespace, path: str) -> str:
    """Return an absolute path; below another root nothing counts from where we are."""
    if path.startswith("/"):
        return path
    if args.root != "/":
        raise UsageError(
            f"expected an absolute path, found `{shown(path)}`",
            "with --root, paths are those below it",
            status=REFUSED,
        )
    return os.path.abspath(path)


def _users(world: World, settings: Settings) -> list[str]:
    try:
        names = world.files.names(settings.directory)
    except OSError as fault:
        raise _Trouble(
            NO_DIRECTORY,
            f"the directory `{shown(settings.directory)}` cannot be read: {_reason(fault)}",
        ) from None
    return sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))


def _account(world: World, user: str) -> Account:
    account = world.accounts.find(user)
    if account is None:
        raise _Trouble(REFUSED, f"there is no user `{shown(user)}`")
    return account


def _look(world: World, settings: Settings, user: str) -> _Tally:
    account = _account(world, user)
    try:
        failures = _patiently(lambda: world.tallies.look(settings.directory, account.name))
    except FileNotFoundError:
        failures = ()
    except OSError as fault:
        status = NOT_READ if fault.errno == errno.EIO else NOT_OPENED
        raise _Trouble(status, _cannot("read", user, fault)) from None
    is_admin = account.uid == 0 or is_member(world.accounts, account, settings.admin_group)
    now = int(world.clock.now())
    return _Tally(user, failures, standing(failures, settings, is_admin=is_admin, now=now))


def _reset(world: World, settings: Settings, user: str) -> None:
    account = _account(world, user)
    try:
        held = _patiently(
            lambda: world.tallies.hold(settings.directory, account.name, account.uid, create=False)
        )
    except FileNotFoundError:
        return  # nothing is on record
    except OSError as fault:
        raise _Trouble(NOT_OPENED, _cannot("opened", user, fault)) from None
    with held as tally:
        try:
            tally.clear()
        except OSError as fault:
            raise _Trouble(NOT_EMPTIED, _cannot("emptied", user, fault)) from None


def _patiently(act: Callable[[], T]) -> T:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _show(args: argparse.Namespace, world: World, tally: _Tally) -> None:
    if args.json:
        return
    if args.locked:
        print(f"{shown(tally.user)}: {_state(world, tally.stands)}")
    elif args.legacy_output:
        _show_in_a_line(world, tally)
    else:
        _show_in_full(world, tally)


def _show_in_full(world: World, tally: _Tally) -> None:
    print(f"{shown(tally.user)}:")
    print(f"{'When':19} {'Type':5} {'Source':48} {'Valid':5}")
    for failure in tally.failures:
        when = _time(world, failure.when)
        if when:
            valid = "V" if failure.is_valid else "I"
            print(f"{when:19} {failure.kind:5} {_padded(failure.source, _SOURCE)} {valid}")


def _show_in_a_line(world: World, tally: _Tally) -> None:
    count = len(tally.failures)
    line = f"{_padded(tally.user, _LOGIN)} {count:5}"
    if tally.failures:
        newest = tally.failures[-1]
        when = _time(world, newest.when)
        line += f" {when:>25}    {_cut(newest.source, _SOURCE)[0]}"
    print(line)


def _state(world: World, stands: Standing) -> str:
    if not stands.is_locked:
        return "not locked"
    if stands.until is None:
        return "locked until it is reset"
    return f"locked until {_time(world, stands.until) or 'the end of time'}"


def _time(world: World, when: int) -> str:
    """Return what the clock on the wall showed, or nothing, with a complaint, for no such time."""
    try:
        local = world.clock.local(when)
    except OSError:
        _complain(f"there is no such time as {when} seconds after 1970")
        return ""
    day = f"{local.year}-{local.month:02}-{local.day:02}"
    return f"{day} {local.hour:02}:{local.minute:02}:{local.second:02}"


def _padded(text: str, width: int) -> str:
    cut, left = _cut(text, width)
    return cut + " " * left


def _cut(text: str, width: int) -> tuple[str, int]:
    """Return what C's printf shows of a text, which counts bytes, and how many are left.

    What a terminal would act on instead of showing it is escaped; C lets it through.
    """
    data = text.partition("\0")[0].encode("utf-8", "surrogateescape")[:width]
    return shown(data.decode("utf-8", "surrogateescape")), width - len(data)


def _print_json(settings: Settings, tallies: list[_Tally]) -> None:
    form = {
        "schema": 1,
        "pamkit": version(),
        "directory": shown(settings.directory),
        "users": [_form(tally) for tally in tallies],
    }
    print(json.dumps(form, indent=2))


def _form(tally: _Tally) -> dict[str, Any]:
    stands = tally.stands
    return {
        "user": shown(tally.user),
        "failures": [
            {
                "when": failure.when,
                "type": failure.kind,
                "source": shown(failure.source.partition("\0")[0]),
                "valid": failure.is_valid,
            }
            for failure in tally.failures
        ],
        "counted": stands.count,
        "locked": stands.is_locked,
        "until": stands.until if stands.is_locked else None,
    }


def _cannot(done: str, user: str, fault: OSError) -> str:
    said = f"the tally file of `{shown(user)}` cannot be {done}: {_reason(fault)}"
    if isinstance(fault, PermissionError):
        return f"{said}\nhelp: only root and the user may"
    return said


def _reason(fault: OSError) -> str:
    return (fault.strerror or str(fault) or type(fault).__name__).lower()


def _complain(trouble: object) -> None:
    print(f"pamkit: {trouble}", file=sys.stderr)
