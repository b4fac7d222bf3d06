"""What a test may ask of the machine, and what happens when the machine lacks it.

``@pytest.mark.needs("libpam", "pam_debug")`` says what a test cannot do without.  Where that is
missing, the test is skipped with a line that says how to get it.  With ``PAMKIT_REQUIRE_ALL=1`` in
the environment nothing may be skipped, for whatever reason: a skip is a failure.

Run as root, every need can be met.  A test that is about an unprivileged user needs
``unprivileged`` and gives up its rights in a child:
``subprocess.run(..., user=65534, group=65534, extra_groups=[])``.
"""

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Generator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

REQUIRE_ALL = os.environ.get("PAMKIT_REQUIRE_ALL") == "1"

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("PAMKIT_CORPUS") or ROOT.parent / "shared" / "corpus")

# A busy machine is slow, not wrong: the time limit of the whole test is limit enough.
# Without a database nothing is written into the tree, which may belong to somebody else.
settings.register_profile("pamkit", deadline=None, database=None)
settings.load_profile("pamkit")


class Need(NamedTuple):
    """One thing of the machine: is it there, and how does one get it?"""

    probe: Callable[[], bool]
    remedy: str


def _loads(*libraries: str) -> bool:
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            continue
        return True
    return False


def _has_pam_module(name: str) -> bool:
    places = ("lib/*/security", "usr/lib*/security", "usr/lib/*/security", "lib64/security")
    return any(True for place in places for _ in Path("/").glob(f"{place}/{name}.so"))


def _has_command(name: str) -> bool:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


def _succeeds(*command: str, uid: int | None = None) -> bool:
    groups: list[int] | None = None if uid is None else []
    try:
        done = subprocess.run(
            command, user=uid, group=uid, extra_groups=groups, capture_output=True, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _can_mount_in_private() -> bool:
    return _succeeds("unshare", "-m", "true") or _succeeds("unshare", "-Urm", "true")


def _is_told_of_changes() -> bool:
    from pamkit.stores.policy_watch import PolicyWatch

    try:
        watch = PolicyWatch()
    except (AttributeError, ImportError, OSError, ValueError):
        return False
    with tempfile.NamedTemporaryFile() as file:
        can = watch.arm([None, 0], [os.fsencode(file.name)], lambda: True)
    watch.close()
    return can


def _has_python_archive() -> bool:
    from pamkit.native.problem import Problem
    from pamkit.native.toolchain import find_python

    try:
        find_python(None, shared=False)
    except Problem:
        return False
    return True


def _has_audit() -> bool:
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9).close()
    except OSError:
        return False
    return True


def _may_control_audit() -> bool:
    """Whether the kernel says what it audits of terminals (`AUDIT_TTY_GET`)."""
    request = struct.pack("=IHHII", 16, 1016, 1, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9) as channel:
            channel.settimeout(3)
            channel.sendto(request, (0, 0))
            return channel.recv(64)[4:6] == struct.pack("=H", 1016)
    except OSError:
        return False


def _can_make_a_machine() -> bool:
    namespaces = ("--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--mount-proc")
    return Path("/etc/pam.d/common-auth").is_file() and _succeeds("unshare", *namespaces, "true")


def _has_linux_pam() -> bool:
    from tests.native.linux_pam import source

    return source.can_be_had()


def _can_build_linux_pam() -> bool:
    libraries = ("audit", "libselinux", "libeconf", "libtirpc", "libnsl", "libcrypt")
    return (
        all(_has_command(name) for name in ("cc", "make", "nm", "ninja", "pkg-config"))
        and _succeeds("pkg-config", "--exists", *libraries)
        and Path("/usr/include/db.h").is_file()
    )


def _reaches_a_registry() -> bool:
    # Resolved, not installed; a target is made all the same.
    words = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--dry-run", "--no-deps")
    with tempfile.TemporaryDirectory() as target:
        return _succeeds(*words, "--target", target, "hatchling>=1.27")


def _has_fail2ban() -> bool:
    return _has_command("fail2ban-regex") and Path("/etc/fail2ban/filter.d").is_dir()


NEEDS = {
    "libpam": Need(
        lambda: _loads("libpam.so.0"),
        "the system's libpam.so.0 (Debian: apt install libpam0g)",
    ),
    "libpam_misc": Need(
        lambda: _loads("libpam_misc.so.0"),
        "the system's libpam_misc.so.0 (Debian: apt install libpam0g)",
    ),
    "libpamc": Need(
        lambda: _loads("libpamc.so.0"),
        "the system's libpamc.so.0 (Debian: apt install libpam0g)",
    ),
    "pam_debug": Need(
        lambda: _has_pam_module("pam_debug"),
        "the system's pam_debug.so (Debian: apt install libpam-modules)",
    ),
    "pam_unix": Need(
        lambda: _has_pam_module("pam_unix"),
        "the system's pam_unix.so (Debian: apt install libpam-modules)",
    ),
    "pam_systemd": Need(
        lambda: _has_pam_module("pam_systemd"),
        "the module pam_systemd.so (Debian: apt install libpam-systemd)",
    ),
    "dbus-daemon": Need(
        lambda: _has_command("dbus-daemon") and _has_command("dbus-send"),
        "dbus-daemon and dbus-send (Debian: apt install dbus-daemon dbus-bin)",
    ),
    "pam_pwquality": Need(
        lambda: _has_pam_module("pam_pwquality"),
        "the module pam_pwquality.so (Debian: apt install libpam-pwquality, and then"
        " pam-auth-update --package --remove pwquality)",
    ),
    "libpwquality": Need(
        lambda: _loads("libpwquality.so.1"),
        "libpwquality.so.1 (Debian: apt install libpwquality1)",
    ),
    "libselinux": Need(
        lambda: _loads("libselinux.so.1"),
        "libselinux.so.1 (Debian: apt install libselinux1)",
    ),
    "cracklib": Need(
        lambda: _loads("libcrack.so.2") and Path("/var/cache/cracklib/cracklib_dict.pwd").is_file(),
        "libcrack.so.2 and its dictionary (Debian: apt install cracklib-runtime)",
    ),
    "pam_userdb": Need(
        lambda: _has_pam_module("pam_userdb"),
        "the system's pam_userdb.so (Debian: apt install libpam-modules)",
    ),
    "db_load": Need(
        lambda: _has_command("db_load"),
        "db_load of Berkeley DB (Debian: apt install db-util)",
    ),
    "gdbm": Need(
        lambda: _loads("libgdbm.so.6"),
        "libgdbm.so.6 (Debian: apt install libgdbm6)",
    ),
    "sqlite3": Need(
        lambda: _loads("libsqlite3.so.0"),
        "libsqlite3.so.0 (Debian: apt install libsqlite3-0)",
    ),
    "faillock": Need(
        lambda: _has_pam_module("pam_faillock") and _has_command("faillock"),
        "the system's pam_faillock.so and faillock (Debian: apt install libpam-modules-bin)",
    ),
    "login-records": Need(
        lambda: (
            hasattr(ctypes.CDLL(None), "updwtmpx")
            and all(map(_has_command, ("who", "last", "lastb", "utmpdump")))
        ),
        "glibc, and programs that show its login records (Debian: apt install util-linux)",
    ),
    "lastlog": Need(
        lambda: _has_command("lastlog"),
        "lastlog (Debian up to 12: apt install login)",
    ),
    "xauth": Need(
        lambda: _has_pam_module("pam_xauth") and Path("/usr/bin/xauth").is_file(),
        "the system's pam_xauth.so and xauth (Debian: apt install xauth)",
    ),
    "libcrypt": Need(
        lambda: _loads("libcrypt.so.1", "libcrypt.so.2"),
        "libcrypt.so.1 or .2 (Debian: apt install libcrypt1)",
    ),
    "unix_chkpwd": Need(
        lambda: _has_command("unix_chkpwd"),
        "the helper unix_chkpwd (Debian: apt install libpam-modules-bin)",
    ),
    "corpus": Need(
        CORPUS.is_dir,
        f"the policy corpus in {CORPUS} (or name its directory in PAMKIT_CORPUS)",
    ),
    "root": Need(
        lambda: os.geteuid() == 0,
        "root (run the tests as root, in a container if in doubt)",
    ),
    "unprivileged": Need(
        lambda: os.geteuid() != 0 or _succeeds("true", uid=65534),
        "a way to be an unprivileged user (run as one, or as a root that may change its uid)",
    ),
    "inotify": Need(
        _is_told_of_changes,
        "`/` and temporary files on file systems of this kernel, as ext4, xfs, btrfs and tmpfs "
        "(not a container's overlayfs), and watches to spare (fs.inotify.max_user_watches)",
    ),
    "mount-namespace": Need(
        _can_mount_in_private,
        "a private mount namespace (unshare of util-linux; root, or user namespaces switched on)",
    ),
    "cc": Need(
        lambda: _has_command("cc"),
        "a C compiler called cc (Debian: apt install gcc)",
    ),
    "cxx": Need(
        lambda: _has_command("c++"),
        "a C++ compiler called c++ (Debian: apt install g++)",
    ),
    "sanitizers": Need(
        lambda: _succeeds(
            "sh", "-c", "echo 'int main(){}' | cc -fsanitize=address,undefined -xc - -o /dev/null"
        ),
        "the sanitizers of the C compiler (Debian: apt install libasan8 libubsan1, or gcc itself)",
    ),
    "git": Need(
        lambda: _has_command("git"),
        "git (Debian: apt install git)",
    ),
    "su": Need(
        lambda: _has_command("su"),
        "su, of util-linux (Debian: apt install util-linux)",
    ),
    "mdwe": Need(
        # PR_GET_MDWE, which says only whether the kernel knows the thing.
        lambda: ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) >= 0,
        "a kernel that can deny writable code (Linux 6.3)",
    ),
    "valgrind": Need(
        lambda: _has_command("valgrind"),
        "valgrind (Debian: apt install valgrind)",
    ),
    "python-headers": Need(
        lambda: Path(sysconfig.get_path("include"), "Python.h").is_file(),
        "the C headers of this Python (Debian: apt install python3-dev)",
    ),
    "libpam-headers": Need(
        lambda: Path("/usr/include/security/pam_appl.h").is_file(),
        "the headers of the system's libpam (Debian: apt install libpam0g-dev)",
    ),
    "python-archive": Need(
        _has_python_archive,
        "a Python that can be linked into a library (Debian: apt install python3-dev)",
    ),
    "strace": Need(
        lambda: _succeeds("strace", "-o", "/dev/null", "true"),
        "strace, and leave to trace children (Debian: apt install strace)",
    ),
    "libaudit": Need(
        lambda: _loads("libaudit.so.1"),
        "libaudit.so.1, with which libpam writes audit records (Debian: apt install libaudit1)",
    ),
    "audit": Need(
        _has_audit,
        "a kernel with audit that this network namespace may reach",
    ),
    "audit-control": Need(
        _may_control_audit,
        "a kernel with audit, and leave to change what it does (root in the first namespaces)",
    ),
    "keyrings": Need(
        # KEYCTL_GET_KEYRING_ID of the user's keyring; a container may not be allowed to.
        lambda: os.uname().machine == "x86_64" and ctypes.CDLL(None).syscall(250, 0, -4, 0) > 0,
        "a kernel with keyrings that this container may use, on x86-64",
    ),
    "private-machine": Need(
        _can_make_a_machine,
        "a Debian with namespaces (root in a container that may call unshare), and its stacks"
        " (Debian: apt install libpam-runtime)",
    ),
    "login": Need(
        lambda: _has_command("login"),
        "login (Debian: apt install login)",
    ),
    "passwd": Need(
        lambda: _has_command("chpasswd"),
        "passwd (Debian: apt install passwd)",
    ),
    "sshd": Need(
        lambda: _has_command("sshd"),
        "sshd (Debian: apt install openssh-server)",
    ),
    "ssh": Need(
        lambda: _has_command("ssh"),
        "ssh (Debian: apt install openssh-client)",
    ),
    "sudo": Need(
        lambda: _has_command("sudo"),
        "sudo (Debian: apt install sudo)",
    ),
    "cron": Need(
        lambda: _has_command("cron"),
        "cron (Debian: apt install cron)",
    ),
    "atd": Need(
        lambda: _has_command("atd"),
        "atd (Debian: apt install at)",
    ),
    "vsftpd": Need(
        lambda: _has_command("vsftpd"),
        "vsftpd (Debian: apt install vsftpd)",
    ),
    "pamtester": Need(
        lambda: _has_command("pamtester"),
        "pamtester (Debian: apt install pamtester)",
    ),
    "doas": Need(
        lambda: _has_command("doas"),
        "doas (Debian: apt install opendoas)",
    ),
    "vlock": Need(
        lambda: _has_command("vlock"),
        "vlock (Debian: apt install vlock)",
    ),
    "dovecot": Need(
        lambda: _has_command("doveadm"),
        "dovecot (Debian: apt install dovecot-core)",
    ),
    "python3-pam": Need(
        lambda: _succeeds("/usr/bin/python3", "-c", "import PAM"),
        "PAM for Python (Debian: apt install python3-pam)",
    ),
    "libauthen-pam-perl": Need(
        lambda: _succeeds("perl", "-MAuthen::PAM", "-e", "1"),
        "PAM for Perl (Debian: apt install libauthen-pam-perl)",
    ),
    "linux-pam": Need(
        _has_linux_pam,
        "the sources of Linux-PAM (Debian with a network: `apt-get source pam` must work)",
    ),
    "linux-pam-build": Need(
        _can_build_linux_pam,
        "what Linux-PAM is built with (Debian: apt install gcc make ninja-build pkg-config"
        " libaudit-dev libselinux1-dev libdb-dev libeconf-dev libtirpc-dev libnsl-dev)",
    ),
    "registry": Need(
        _reaches_a_registry,
        "uv, and a package registry that it reaches or a cache with hatchling in it",
    ),
    "shadow-utils": Need(
        lambda: all(_has_command(name) for name in ("chage", "usermod", "passwd", "vipw")),
        "the tools of shadow-utils (Debian: apt install passwd)",
    ),
    "chromium": Need(
        lambda: _has_command("chromium") and find_spec("playwright") is not None,
        "chromium, in which pages are looked at (Debian: apt install chromium), and playwright",
    ),
    "fail2ban": Need(
        _has_fail2ban,
        "fail2ban-regex and its filters (Debian: apt install fail2ban)",
    ),
}


@cache
def _is_met(name: str) -> bool:
    return NEEDS[name].probe()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    names = [name for mark in item.iter_markers("needs") for name in mark.args]
    for name in names:
        if name not in NEEDS:
            pytest.fail(f"need `{name}` is unknown; known: {', '.join(NEEDS)}", pytrace=False)
    missing = [NEEDS[name].remedy for name in names if not _is_met(name)]
    if missing:
        pytest.skip("this test needs " + "; and ".join(missing))


# Outermost, so that the reports of expected failures are told from skips by now.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_a_skip(report)
    return report


def _refuse_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if REQUIRE_ALL and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(PAMKIT_REQUIRE_ALL=1: nothing may be skipped)"
