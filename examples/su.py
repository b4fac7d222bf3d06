"""Become another user, as su(1) does: a whole PAM application in one page.

    su.py [-l] [-c COMMAND] [USER]

Started by root it asks for nothing, where the policy `su` says so (pam_rootok); started by anybody
else it can only become that user again, because a script cannot be setuid.
"""

from __future__ import annotations

import argparse
import os
import pwd
import signal
import sys

import pamkit


def main() -> int:
    """Carry out the command line; return the exit status of the shell."""
    parser = argparse.ArgumentParser(prog="su.py")
    parser.add_argument("user", nargs="?", default="root")
    parser.add_argument("-l", "--login", action="store_true", help="a login shell, in the home")
    parser.add_argument("-c", "--command", help="run this, not an interactive shell")
    args = parser.parse_args()
    items = {"ruser": pwd.getpwuid(os.getuid()).pw_name}
    if os.isatty(0):
        items["tty"] = os.ttyname(0)
    try:
        # Authenticate, check the account, set credentials up, open the session: in this order, and
        # if one of them refuses the rest is undone.  This process is here for the session alone.
        session = pamkit.login(
            args.user,
            service="su",
            conversation=pamkit.TerminalConversation(),
            items=items,
            own_process=True,
        )
    except pamkit.PamError as refused:
        print(f"su.py: {refused}", file=sys.stderr)
        return 1
    # Leaving the block closes the session and deletes the credentials, whatever happened inside.
    with session:
        return _shell(session, args)


def _shell(session: pamkit.Session, args: argparse.Namespace) -> int:
    shell = session.process.shell
    command = [f"-{os.path.basename(shell)}" if args.login else shell]
    if args.command is not None:
        command += ["-c", args.command]
    # As with su(1): what was there stays, but for whose it is.
    new = dict(session.process.environment)
    whose = {name: new[name] for name in ("HOME", "SHELL", "USER", "LOGNAME")}
    settings = {} if args.login else {"cwd": None, "env": {**os.environ, **whose, **session.env}}
    # What is typed is for the shell; handlers, not SIG_IGN, which the shell would inherit.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, lambda *_: None)
    child = session.spawn(command, executable=shell, **settings)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda sent, _: child.send_signal(sent))
    status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
