"""One full transaction in each binding, many times over, in a process of its own.

Usage: ``python peers.py PEER SERVICE COUNT``; prints microseconds per transaction.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def with_pamela(service: str) -> None:
    """One transaction through pamela's handle."""
    import pamela

    handle = pamela.pam_start(
        service, "root", conv_func=pamela.new_simple_password_conv(("x",), "utf8")
    )
    for call, flags in (
        (pamela.PAM_AUTHENTICATE, 0),
        (pamela.PAM_SETCRED, 2),
        (pamela.PAM_ACCT_MGMT, 0),
        (pamela.PAM_OPEN_SESSION, 0),
        (pamela.PAM_CLOSE_SESSION, 0),
    ):
        code = call(handle, flags)
        if code:
            raise SystemExit(f"pamela: code {code}")
    pamela.pam_end(handle)


def with_python_pam(service: str) -> None:
    """One transaction through python-pam's kept handle; its authenticate checks the account."""
    import pam

    binding = pam.PamAuthenticator()
    if not binding.authenticate("root", "x", service=service, call_end=False, resetcreds=True):
        raise SystemExit(f"python-pam: {binding.reason}")
    if binding.open_session() or binding.close_session():
        raise SystemExit(f"python-pam: {binding.reason}")
    binding.end()


def with_pamkit(service: str) -> None:
    """One transaction through pamkit."""
    import pamkit

    with pamkit.Transaction(service, "root") as transaction:
        transaction.authenticate()
        transaction.setcred(pamkit.Flag.ESTABLISH_CRED)
        transaction.acct_mgmt()
        transaction.open_session()
        transaction.close_session()


PEERS: dict[str, Callable[[str], None]] = {
    "pamela": with_pamela,
    "python-pam": with_python_pam,
    "pamkit": with_pamkit,
}


def main(peer: str, service: str, count: int) -> None:
    """Time ``count`` transactions after one that warms up."""
    once = PEERS[peer]
    once(service)
    before = time.perf_counter_ns()
    for _ in range(count):
        once(service)
    print((time.perf_counter_ns() - before) / 1000 / count)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
