"""Any bytes as a file of `pamkit test`: it is one, or it is said what is wrong with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress

from pamkit.cli.policy_tests_file import situations
from pamkit.cli.usage import UsageError

_EXAMPLE = b"""\
root = "."

[[case]]
name = "a wrong password"
service = "sshd"
user = "alice"
set = { pam_unix = "auth_err" }
expect = { authenticate = "perm_denied" }

[[user]]
name = "alice"

[[situation]]
name = "locked"
day = { locked = "yes" }

[[expect]]
service = "sshd"
user = "alice"
situation = "locked"
login = "refused"

[[claim]]
service = "sshd"
claims = ["no-grant-without-proof"]
holds = true
"""


def seeds() -> Iterator[bytes]:
    """Yield the example, and its tables."""
    yield _EXAMPLE
    yield from _EXAMPLE.split(b"\n\n")


def one(data: bytes) -> None:
    """Try one input."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(data)
        file.flush()
        with suppress(UsageError):  # it says what is wrong, and is all that may be raised
            situations(file.name)
