"""Every module that this machine has can be a guest: all its symbols bind to our libpam."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.guests.child import run
from tests.oracle.libpam import modules_directory

pytestmark = pytest.mark.needs("cc", "python-archive", "pam_unix")

_DIRECTORY = modules_directory() or Path("/nonexistent")
_INSTALLED = sorted(path.stem for path in _DIRECTORY.glob("pam_*.so"))

# They act on the machine or this process, or wait for what never comes: seen in the scenarios.
_NOT_ASKED = frozenset(
    {
        "pam_filter",
        "pam_namespace",
        "pam_systemd",
        "pam_loginuid",
        "pam_keyinit",
        "pam_tty_audit",
        "pam_setquota",
        "pam_selinux",
        "pam_sepermit",
        "pam_timestamp",
        "pam_lastlog",
        "pam_faillock",
        "pam_pwhistory",
        "pam_mkhomedir",
        "pam_unix",
        "pam_cap",
        "pam_limits",
    }
)

_WORDS = {"pam_userdb": "db=/nonexistent"}  # without a database its account check dies, anywhere


def test_every_installed_module_opens_with_all_its_symbols_bound(tmp_path: Path) -> None:
    result = run(
        f"""
from pamkit.module.effect import Load
RESULT = {{}}
t = transaction("auth required GUEST 0")
t.authenticate()
for name in {_INSTALLED!r}:
    loaded = t._guests.perform(Load(f"{_DIRECTORY}/{{name}}.so"), None)
    RESULT[name] = loaded.fault or sum(map(bool, loaded.hooks))
""",
        tmp_path,
    )
    assert list(result) == _INSTALLED
    assert all(isinstance(hooks, int) and hooks > 0 for hooks in result.values()), result


def test_a_library_without_symbols_binds_no_module(tmp_path: Path) -> None:
    """Control: what binds above is bound by our library, and not by chance."""
    import os
    import subprocess
    import sys

    empty = tmp_path / "libpam.so.0"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-x", "c", "/dev/null", "-Wl,-soname,libpam.so.0", "-o", empty],
        check=True,
    )
    program = f"""
import ctypes, os
ctypes.CDLL({str(empty)!r})
bound = 0
for name in {_INSTALLED!r}:
    try:
        ctypes.CDLL(f"{_DIRECTORY}/{{name}}.so", mode=os.RTLD_NOW)
    except OSError:
        continue
    bound += 1
print(bound)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("LD_")},
    )
    assert int(done.stdout) <= 1


@pytest.mark.needs("root", "mount-namespace")
def test_every_harmless_module_answers_all_hooks_with_a_code(tmp_path: Path) -> None:
    asked = [name for name in _INSTALLED if name not in _NOT_ASKED]
    result = run(
        f"""
RESULT = {{}}
for name in {asked!r}:
    words = {_WORDS!r}.get(name, "")
    lines = "".join(f"{{f}} required {_DIRECTORY}/{{name}}.so {{words}}\\n"
                    for f in ("auth", "account", "session", "password"))
    with transaction(lines, "nobody", natives="native", conversation=answering(*["x"] * 9)) as t:
        t.items["tty"] = "pts/99"
        RESULT[name] = [code(getattr(t, call)) for call in
            ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session", "chauthtok")]
""",
        tmp_path,
        seconds=120,
    )
    assert list(result) == asked
    assert all(0 <= code < 32 for codes in result.values() for code in codes), result
    assert result["pam_permit"] == [0] * 6
    assert 0 not in result["pam_deny"]
