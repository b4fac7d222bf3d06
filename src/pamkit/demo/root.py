"""The root directory the demo plays in: accounts, passwords and policies of its own."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Hashes of the words in `scenes`; they open nothing but this directory.
_YESCRYPT = {
    "alice": "$y$j9T$E8NyOhNUamqvv39XrK5hHFFNAqS3m7j8Ap93NNt4Qn2"
    "$WnI8fsDKa2JptdzyVMl.TRv5Awz7AwwxEMNXsnaZbLA",
    "carol": "$y$j9T$jBn99FscpkpGeLlELas6hreluLXjMiK.22Un25A.eA0"
    "$x/OkfxpoHCsibz4jlfeY60Nvvp0ESO0Uz6XMLqak6dC",
    "dave": "$y$j9T$M0uw6E0aEv004LctQaEHr/MVF0RKPNIc/6xJjeOF4U8"
    "$yOfzmbWmOmr6Lb2EfzJHZu0PLG8qlAjakpFAOvHv7q5",
    "grace": "$y$j9T$ZkrPDSU1U9A8nHtFXt4Hu7w4MkkYV6SPjBMewxlUOLD"
    "$p7R1uCJh7oxPrd2JPRUIoGvXeyAdCf5SkJVfAVRdXT3",
}
_SHA512 = {
    "bob": "$6$L2m4Xj1L1YAhCu4x"
    "$0CdLjuMiGarePF1eLX/MTwC8jD8nSXPocfbtjwRS53RxyUNO5m3DizcUNs1tlcsQvUDiDYXLn4bf40VCj2LPi1",
}

# Everything but the hash in shadow(5): last change, least and greatest age, warning, grace, end.
# 18262 is the first day of 2020: long ago, whatever the clock says.
_AGES = {
    "alice": "18262:0:99999:7::",
    "bob": "18262:0:99999:7::",
    "carol": "18262:0:99999:7::18262",
    "dave": "18262:0:90:7::",
    "grace": "18262:0:99999:7::",
}

_ACCOUNTS = """\
root:x:0:0:root:/root:/bin/sh
alice:x:2001:2001:Alice:/home/alice:/bin/sh
bob:x:2002:2002:Bob:/home/bob:/bin/sh
carol:x:2003:2003:Carol:/home/carol:/bin/sh
dave:x:2004:2004:Dave:/home/dave:/bin/sh
grace:x:2005:2005:Grace:/home/grace:/bin/sh
"""

_GROUPS = """\
root:x:0:
wheel:x:10:grace
alice:x:2001:
bob:x:2002:
carol:x:2003:
dave:x:2004:
grace:x:2005:
"""

_LOGIN_DEFS = """\
ENCRYPT_METHOD YESCRYPT
YESCRYPT_COST_FACTOR 1
"""

_POLICIES = {
    # What Debian's pam-auth-update writes, with `nodelay`: nobody wants to wait in a demo.
    "common-auth": """\
# here are the per-package modules (the "Primary" block)
auth    [success=1 default=ignore]      pam_unix.so nodelay
# here's the fallback if no module succeeds
auth    requisite                       pam_deny.so
# prime the stack with a positive return value if there isn't one already
auth    required                        pam_permit.so
""",
    "common-account": """\
account [success=1 new_authtok_reqd=done default=ignore]        pam_unix.so
account requisite                       pam_deny.so
account required                        pam_permit.so
""",
    "common-password": """\
password        [success=1 default=ignore]      pam_unix.so obscure yescrypt
password        requisite                       pam_deny.so
password        required                        pam_permit.so
""",
    "common-session": """\
session [default=1]                     pam_permit.so
session requisite                       pam_deny.so
session required                        pam_permit.so
session required                        pam_unix.so
""",
    "login": """\
auth       requisite  pam_nologin.so
@include common-auth
@include common-account
session    required   pam_env.so
@include common-session
@include common-password
""",
    "backup": """\
# Nobody but root while the tapes are being changed.
auth       requisite  pam_nologin.so file=/etc/nologin.backup
@include common-auth
@include common-account
""",
    "vault": """\
# Members of wheel give their password; nobody else is even asked for one.
auth       [success=2 default=ignore]  pam_succeed_if.so quiet user ingroup wheel
auth       optional   pam_echo.so Only members of wheel may open the vault.
auth       requisite  pam_deny.so
auth       substack   common-auth
account    required   pam_unix.so
""",
    "other": """\
auth     required  pam_deny.so
account  required  pam_deny.so
password required  pam_deny.so
session  required  pam_deny.so
""",
    "shop": """\
auth       requird    pam_unix.so nodelay
account    required   pam_unix.so
""",
}

_FILES = {
    "etc/debian_version": "12.0\n",
    "etc/passwd": _ACCOUNTS,
    "etc/group": _GROUPS,
    "etc/login.defs": _LOGIN_DEFS,
    "etc/nologin.backup": "The tapes are being changed: come back at noon.",
    "etc/environment": "LANG=C.UTF-8\n",
    "etc/security/pam_env.conf": "EDITOR DEFAULT=vi\n",
    **{f"etc/pam.d/{name}": policy for name, policy in _POLICIES.items()},
}


def build(directory: str) -> None:
    """Write the files of the demo below an empty directory."""
    for path, content in _FILES.items():
        _write(Path(directory, path), content, 0o644)
    _write(Path(directory, "etc/shadow"), _shadow(), 0o600)


@contextlib.contextmanager
def temporary(*, keep: bool = False) -> Iterator[str]:
    """Build the root in a new directory, and remove it afterwards unless it is to be kept."""
    if keep:
        directory = tempfile.mkdtemp(prefix="pamkit-demo-")
        build(directory)
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="pamkit-demo-") as directory:
        build(directory)
        yield directory


def _shadow() -> str:
    hashes = _YESCRYPT | _SHA512
    lines = [f"{name}:{hashes[name]}:{ages}:" for name, ages in _AGES.items()]
    return "\n".join(["root:*:18262:0:99999:7:::", *lines, ""])


def _write(path: Path, content: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(content, encoding="utf-8")
