"""`pamkit login`: somebody at a terminal becomes a user of the machine, as with login(1).

One process for one login.  It asks, lets in or not, opens the session, gives the terminal to the
user, runs the shell as a child, and is there when that ends: the logout goes on record, the session
is closed, the terminal given back.  A hangup or an end of this process ends the shell first.
"""

from __future__ import annotations

import os
import signal
import syslog
import time

from pamkit.cli.own_terminal import OwnTerminal
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import INTERRUPTED, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.engine.terminal import TerminalConversation
from pamkit.formats import login_defs
from pamkit.stores.accounts import accounts_for
from pamkit.stores.root import Root
from pamkit.stores.session_registry import DEFAULT, SessionRegistry
from pamkit.transaction import Transaction
from pamkit.vocab.codes import text
from pamkit.vocab.errors import ConversationEnded, MaxTries, PamError, PolicyError, TokenExpired
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from subprocess import Popen
    from types import FrameType

    from pamkit.module.world import Account
    from pamkit.transaction import Session

_RETRIES, _TIMEOUT = 3, 60
"""How often somebody may try, and for how many seconds; what login.defs(5) has by default."""

_MOST_DIGITS = 9
"""Of a number of login.defs(5): what C's `int` holds.  With more nobody could be let in at all."""

_BY_SIGNAL = 128
_UNTIL_TOLD_AGAIN = 0.5
"""Seconds after which a shell that is to end is told so once more."""


def login(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if os.getuid() != 0 or os.geteuid() != 0:
        raise UsageError("only root can log anybody in", "a getty runs it, or `su` does for you")
    if args.trusted and not args.user:
        raise UsageError("`-f` says that somebody was authenticated, not who", "name the user")
    if not os.isatty(0):
        raise UsageError("standard input is no terminal", "`script -qc 'pamkit login'` makes one")
    syslog.openlog("login", syslog.LOG_PID, syslog.LOG_AUTHPRIV)
    # It would leave an image of this process, with what was typed in it.
    signal.signal(signal.SIGQUIT, lambda *_: None)
    try:
        transaction = _admitted(args)
    except _TimeIsUp as late:
        print(f"\nLogin timed out after {late.seconds} seconds.")
        return REFUSED
    except (EOFError, KeyboardInterrupt):
        print()
        return INTERRUPTED
    if transaction is None:
        return REFUSED
    with transaction:
        return _session(args, transaction)


def _admitted(args: argparse.Namespace) -> Transaction | None:
    """Ask until somebody may come in; `None` if it was tried too often, or may not be."""
    seconds = _setting("LOGIN_TIMEOUT", _TIMEOUT)
    tries = max(1, _setting("LOGIN_RETRIES", _RETRIES))
    before = signal.signal(signal.SIGALRM, _ring(seconds))
    signal.alarm(seconds)
    try:
        for count in range(1, tries + 1):
            # Only the first time for the name on the command line: a wrong one can be mended.
            transaction = _start(args, args.user if count == 1 else None)
            try:
                if not args.trusted:
                    _authenticate(transaction)
            except PamError as refused:
                transaction.record_failure()
                _log_failure(args, transaction, count, refused)
                too_often = count == tries or isinstance(refused, MaxTries)
                transaction.end()
                print("\nLogin incorrect" if not too_often else "\nToo many tries")
                if too_often:
                    return None
                continue
            except BaseException:  # an interrupt too; it goes on
                transaction.end()
                raise
            return _checked(args, transaction)
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _start(args: argparse.Namespace, user: str | None) -> Transaction:
    settings = {
        "conversation": TerminalConversation(),
        "confdir": args.confdir,
        "items": {
            Item.TTY: os.ttyname(0),
            Item.USER_PROMPT: f"{os.uname().nodename} login: ",
            **({Item.RHOST: args.host} if args.host else {}),
        },
        "records": "system",
    }
    try:
        return Transaction(args.service, user, sessions=args.sessions or _usable(), **settings)
    except (PamError, PolicyError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None


def _usable(path: str = DEFAULT) -> str | None:
    """Return the registry of sessions if one can be put on record there now, else `None`.

    A machine whose /run is broken, or full, must still let in who can mend it.
    """
    me, now = os.getpid(), int(time.time() * 1_000_000)
    try:
        with SessionRegistry(path) as registry:
            nobodys = registry.begin(
                service="login", user="", uid=None, line="", host="", leader=me, now=now
            )
            registry.failed(nobodys)
    except OSError as fault:
        why = f"the registry of sessions `{path}` cannot be used: {fault.strerror}"
        syslog.syslog(syslog.LOG_WARNING, why)
        return None
    return path


def _authenticate(transaction: Transaction) -> None:
    try:
        transaction.authenticate()
    except ConversationEnded:
        raise EOFError from None  # whoever sat there has gone


def _checked(args: argparse.Namespace, transaction: Transaction) -> Transaction | None:
    """Return a transaction whose user may come in now; a password that is due is changed."""
    try:
        try:
            transaction.acct_mgmt()
        except TokenExpired:
            transaction.chauthtok(Flag.CHANGE_EXPIRED_AUTHTOK)
    except PamError as refused:
        transaction.record_failure()
        _log_failure(args, transaction, 1, refused)
        transaction.end()
        print(f"\n{text(refused.code)}")
        return None
    except BaseException:  # an interrupt too; it goes on
        transaction.end()
        raise
    # Yes: authenticated, or vouched for by root; and the account may be used.
    return transaction


def _session(args: argparse.Namespace, transaction: Transaction) -> int:
    """Open the session, run the shell in it, close it; return the status of the shell."""
    session = transaction.session(_silence(transaction), own_process=True)
    ended: list[int] = []
    # From here on a hangup is noted, for the shell: who goes now would leave a session half open.
    # Handlers, not SIG_IGN, which the shell would inherit: what is typed is for the shell alone.
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda number, _: ended.append(number))
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, lambda *_: None)
    try:
        session.open()
    except PamError as refused:
        _log_failure(args, transaction, 1, refused)
        print(f"\n{text(refused.code)}")
        return REFUSED
    with session:
        process = session.process
        if process.uid == 0:
            syslog.syslog(syslog.LOG_NOTICE, f"ROOT LOGIN{_from(args)}")
        with OwnTerminal(0, process.uid, _setting_text("TTYGROUP"), _setting_text("TTYPERM")):
            return _shell(args, session, ended)


def _shell(args: argparse.Namespace, session: Session, ended: list[int]) -> int:
    """Run the user's shell to its end; hangups and ends of this process are its own first.

    ``ended`` are those that came before there was a shell.
    """
    children: list[Popen[bytes]] = []

    def end(number: int, _: FrameType | None) -> None:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGHUP)
                child.send_signal(signal.SIGCONT)
        ended.append(number)
        if number != signal.SIGALRM:
            # bash that was about to read notes the first, and ends when somebody types.
            signal.setitimer(signal.ITIMER_REAL, _UNTIL_TOLD_AGAIN)

    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, end)
    child = _begin(args, session)
    if child is None:
        return REFUSED
    children.append(child)
    if ended:  # before there was anybody to tell
        end(signal.SIGHUP, None)
    status = child.wait()
    signal.setitimer(signal.ITIMER_REAL, 0)
    return status if status >= 0 else _BY_SIGNAL - status


def _begin(args: argparse.Namespace, session: Session) -> Popen[bytes] | None:
    process = session.process
    environment = dict(process.environment)
    if args.preserve:
        environment = {**os.environ, **environment}
    try:
        try:
            return session.spawn(env=environment)
        except OSError as fault:
            if fault.filename != process.directory:
                raise
            # As login(1) does: who has no home can still be helped.
            print("No directory, logging in with HOME=/")
            return session.spawn(cwd="/", env={**environment, "HOME": "/"})
    except OSError as fault:
        print(f"cannot run `{shown(process.shell)}`: {(fault.strerror or '').lower()}")
        return None


def _silence(transaction: Transaction) -> int:
    """Return the flags of a session: silent, if the user's home says so; see login(1)."""
    account = _account(transaction)
    quiet = account is not None and os.path.lexists(f"{account.home}/.hushlogin")
    return int(Flag.SILENT) if quiet else 0


class _TimeIsUp(BaseException):
    """It took too long; no module and no conversation may take it for a fault of its own."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _ring(seconds: int) -> Callable[[int, FrameType | None], None]:
    def ring(_: int, __: FrameType | None) -> None:
        raise _TimeIsUp(seconds)

    return ring


def _log_failure(
    args: argparse.Namespace, transaction: Transaction, count: int, refused: PamError
) -> None:
    """Log a refusal as login(1) does, which programs that ban hosts look for.

    A name that nobody has may be a password that came too early: it is not logged.
    """
    user = transaction.user if _account(transaction) is not None else "UNKNOWN"
    why = text(refused.code)
    words = f"FAILED LOGIN ({count}){_from(args)} FOR '{shown(user or '')}', {why}"
    syslog.syslog(syslog.LOG_NOTICE, words)


def _from(args: argparse.Namespace) -> str:
    return f" on '{os.ttyname(0)}'" + (f" from '{shown(args.host)}'" if args.host else "")


def _account(transaction: Transaction) -> Account | None:
    try:
        return accounts_for(Root("/")).find(transaction.user or "")
    except OSError:
        return None


def _setting(key: str, default: int) -> int:
    """Return a number of login.defs(5); what is none is as if it were not there."""
    said = _setting_text(key) or ""
    good = said.isdecimal() and said.isascii() and len(said) <= _MOST_DIGITS
    return int(said) if good else default


def _setting_text(key: str) -> str | None:
    try:
        with open(login_defs.PATH, "rb") as file:
            return login_defs.value(file.read(), key)
    except OSError:
        return None
