"""A mount namespace of our own: a library put over the system's, an account whose word is known."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from tests.native.faults.building import system_library
from tests.native.faults.subject import Outcome, Subject, play

_SHADOW = (
    "root:$6$faults$16mdlN7D00MiiB7V6VLLw9y2Paz/hQENWvSlHVwG7dXcMGgzctSm6LpnEgKYKK4V257QPWWCxY"
    "oBNbezGZV9/.:19000:0:99999:7:::\n"  # the word is `right`
    "nobody:*:19000:0:99999:7:::\n"
)

_POLICIES = {
    "su": "auth required pam_unix.so nodelay\naccount required pam_permit.so\n"
    "session required pam_permit.so\n",
    "other": "auth required pam_deny.so\naccount required pam_deny.so\n",
}

_SET_UP = r"""
set -e
mount -t tmpfs -o mode=755 faults /etc/pam.d
cp "$1"/pam.d/* /etc/pam.d
mount --bind "$1"/shadow /etc/shadow
mount --bind "$1"/login.defs /etc/login.defs
# Where su would put failures on record: this machine's records stay as they are.
mount -t tmpfs -o mode=755 faults /var/log
mount --bind "$2" "$3"
echo ready
exec sleep 1000
"""


class PrivateMachine(AbstractContextManager["PrivateMachine"]):
    """A namespace that lasts as long as the block; programs in it find the library as their own."""

    def __init__(self, subject: Subject, directory: Path, *, su: str = _POLICIES["su"]) -> None:
        """Lay the files of the namespace out in ``directory``; ``su`` is the policy of su."""
        self._subject = subject
        (directory / "pam.d").mkdir(parents=True)
        for service, text in {**_POLICIES, "su": su}.items():
            (directory / "pam.d" / service).write_text(text)
        (directory / "shadow").write_text(_SHADOW)
        (directory / "shadow").chmod(0o600)
        (directory / "login.defs").write_text("FAIL_DELAY 0\n")
        target = system_library().resolve()
        command = ["unshare", "-m", "--propagation", "private", "sh", "-c", _SET_UP, "sh"]
        self._holder = subprocess.Popen(
            [*command, str(directory), str(subject.library), str(target)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            raise RuntimeError(self._holder.communicate()[1])

    def play(self, command: Sequence[object], stdin: str = "") -> Outcome:
        """Run a program in the namespace, as root, with nothing that names a library."""
        inside = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--"]
        # No LD_LIBRARY_PATH: what the program finds is what is mounted.
        cleared = {"LD_LIBRARY_PATH": ""}
        found = [*inside, *command]
        return play(self._subject, found, stdin=stdin, patience=15, environment=cleared)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the namespace."""
        self._holder.kill()
        self._holder.communicate()
