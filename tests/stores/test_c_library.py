"""What the stores need of C: the same from ctypes and from the module for the frozen core."""

import ctypes
import errno
import grp
import os
import pwd
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.stores import c_by_ctypes
from tests.oracle import contexts
from tests.stores.built_c import build, load

if TYPE_CHECKING:
    from pamkit.stores.c_library import CLibrary

ROOT = Path(__file__).resolve().parents[2]
libcrypt_needed = pytest.mark.needs("libcrypt")

FUNCTIONS = [
    "add_key",
    "addresses",
    "audit",
    "audit_ask",
    "crypt",
    "find_key",
    "forbid_new_privileges",
    "group_by_name",
    "group_by_number",
    "group_shadow_by_name",
    "groups_of",
    "hold_signals",
    "in_netgroup",
    "keyctl",
    "limit",
    "local_connect",
    "local_peer",
    "local_receive",
    "makes_settings",
    "mount",
    "new_setting",
    "pwquality_check",
    "quota",
    "raw_terminal",
    "read_key",
    "release_signals",
    "securebits",
    "selinux",
    "selinux_access",
    "set_file_group",
    "set_file_user",
    "set_group_ids",
    "set_groups",
    "set_limit",
    "set_quota",
    "set_terminal",
    "set_user_ids",
    "set_variable",
    "shadow_by_name",
    "sqlite",
    "stream_pair",
    "syslog",
    "translate",
    "translate_plural",
    "unmount",
    "unshare_mounts",
    "user_by_name",
    "user_by_number",
    "variable",
    "write_quietly",
]

both = pytest.mark.parametrize(
    "kind",
    ["ctypes", pytest.param("built", marks=pytest.mark.needs("cc", "python-headers"))],
)


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.getbasetemp())


@pytest.fixture
def c(kind: str, request: pytest.FixtureRequest) -> "CLibrary":
    if kind == "ctypes":
        return c_by_ctypes
    return load(request.getfixturevalue("built_file"))


@pytest.fixture
def elsewhere(kind: str, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Runs a program in a Python of its own; `c` is the library there."""
    file = "" if kind == "ctypes" else str(request.getfixturevalue("built_file"))

    def run(program: str, *prefix: str, **variables: str) -> str:
        head = (
            "import errno, os, sys\n"
            f"sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'src')!r}]\n"
            "from pathlib import Path\n"
            "from tests.stores.built_c import load\n"
            "from pamkit.stores import c_by_ctypes\n"
            f"c = load(Path({file!r})) if {file!r} else c_by_ctypes\n"
        )
        done = subprocess.run(
            [*prefix, sys.executable, "-c", head + program],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], **variables},
        )
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout

    return run


def _private(script: str) -> tuple[str, ...]:
    unshare = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-Urm")
    return (*unshare, "sh", "-c", f'{script} && exec "$@"', "sh")


@both
def test_all_functions_are_there_and_no_other(c: "CLibrary") -> None:
    public = [name for name in dir(c) if not name.startswith("_") and callable(getattr(c, name))]
    assert sorted(set(public) - {"allocate_lock"}) == FUNCTIONS


@both
def test_every_user_that_python_knows_is_known(c: "CLibrary") -> None:
    for entry in pwd.getpwall()[:20]:
        expected = tuple(os.fsencode(f) if isinstance(f, str) else f for f in entry)
        name = os.fsencode(entry.pw_name)
        assert c.user_by_name(name) == expected
        assert set(c.groups_of(name, entry.pw_gid)) == set(
            os.getgrouplist(entry.pw_name, entry.pw_gid)
        )
    assert c.user_by_number(0) == c.user_by_name(b"root")


@both
def test_every_group_that_python_knows_is_known(c: "CLibrary") -> None:
    for entry in grp.getgrall()[:20]:
        members = tuple(os.fsencode(member) for member in entry.gr_mem)
        assert c.group_by_name(os.fsencode(entry.gr_name)) == (
            os.fsencode(entry.gr_name),
            entry.gr_gid,
            members,
        )
    found = c.group_by_number(0)
    assert found is not None
    assert found[1] == 0


@both
@pytest.mark.parametrize("name", [b"no such user", b"", b"\xff\xfe", b"x" * 5000])
def test_who_is_unknown_is_none(c: "CLibrary", name: bytes) -> None:
    assert c.user_by_name(name) is None
    assert c.group_by_name(name) is None
    assert c.groups_of(name, 7) == (7,)
    assert c.in_netgroup(name, b"host", None, None) is False
    assert c.user_by_number(0xFFFFFFFE - 12345) is None


@both
@pytest.mark.needs("root")
def test_a_shadow_entry_has_a_hash_and_six_numbers(c: "CLibrary") -> None:
    found = c.shadow_by_name(b"root")
    assert found is not None
    assert (found[0], len(found)) == (b"root", 8)
    assert [type(field) for field in found] == [bytes, bytes, *[int] * 6]
    assert c.shadow_by_name(b"no such user") is None


@both
@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("user_by_name", (b"root\0",), ValueError),
        ("user_by_name", ("root",), TypeError),
        ("user_by_number", (-1,), ValueError),
        ("user_by_number", (1 << 32,), ValueError),
        ("user_by_number", (1 << 80,), ValueError),
        ("user_by_number", (b"0",), TypeError),
        ("user_by_name", (), TypeError),
        ("group_by_name", (b"a\0b",), ValueError),
        ("group_by_number", (1 << 32,), ValueError),
        ("shadow_by_name", (b"\0",), ValueError),
        ("group_shadow_by_name", (b"\0",), ValueError),
        ("groups_of", (b"root", -1), ValueError),
        ("groups_of", (b"\0", 1), ValueError),
        ("in_netgroup", (b"a", b"\0", None, None), ValueError),
        ("in_netgroup", (b"a", None, None, b"\0"), ValueError),
        ("in_netgroup", (None, None, None, None), TypeError),
        ("addresses", (b"a\0b",), ValueError),
        ("addresses", ("localhost",), TypeError),
        ("addresses", (), TypeError),
        ("crypt", (b"sec\0ret", b"$6$salt"), ValueError),
        ("crypt", (b"secret", b"$6$\0salt"), ValueError),
        ("new_setting", (b"$6$\0", 0, b"x" * 32), ValueError),
        ("new_setting", (b"$6$", -1, b"x" * 32), ValueError),
        ("syslog", (3, b"a\0b"), ValueError),
        ("set_groups", ([-1],), ValueError),
        ("set_groups", (["0"],), TypeError),
        ("set_groups", (7,), TypeError),
        ("set_user_ids", (0, 0, -1), ValueError),
        ("set_user_ids", (0, 0), TypeError),
        ("set_group_ids", (0, 0, -1), ValueError),
        ("set_group_ids", (0, 0), TypeError),
        ("keyctl", (2, 0, 0), ValueError),
        ("keyctl", (1, 4096, 0), ValueError),
        ("keyctl", (-1, 0, 0), ValueError),
        ("keyctl", (3, 1 << 31, 0), ValueError),
        ("keyctl", (3, 0), TypeError),
        ("keyctl", (10, 0, 0), ValueError),
        ("add_key", (b"a\0", b"", 0), ValueError),
        ("add_key", ("a", b"", 0), TypeError),
        ("add_key", (b"a", "", 0), TypeError),
        ("add_key", (b"a", b"", 1 << 31), ValueError),
        ("find_key", (0, b"a\0"), ValueError),
        ("find_key", (0, "a"), TypeError),
        ("find_key", (1 << 31, b"a"), ValueError),
        ("read_key", (1 << 31,), ValueError),
        ("quota", (b"/dev\0", 0), ValueError),
        ("quota", ("/dev", 0), TypeError),
        ("quota", (b"/dev", -1), ValueError),
        ("set_quota", (b"/dev", 0, (0,) * 7, 1), TypeError),
        ("set_quota", (b"/dev", 0, (0,) * 7 + (-1,), 1), ValueError),
        ("set_quota", (b"/dev", 0, (0,) * 7 + (1 << 64,), 1), ValueError),
        ("set_quota", (b"/dev", 0, (0,) * 8, -1), ValueError),
        ("mount", (b"a\0b", b"/nowhere", None, 0, None), ValueError),
        ("mount", (None, b"/nowhere\0", None, 0, None), ValueError),
        ("mount", (None, None, None, 0, None), TypeError),
        ("mount", (None, b"/nowhere", "tmpfs", 0, None), TypeError),
        ("mount", (None, b"/nowhere", None, -1, None), ValueError),
        ("mount", (None, b"/nowhere", None, 1 << 31, None), ValueError),
        ("mount", (None, b"/nowhere", None, "1", None), TypeError),
        ("mount", (None, b"/nowhere", None, 0, b"a\0b"), ValueError),
        ("unmount", ("/nowhere", 0), TypeError),
        ("unmount", (b"/nowhere\0", 0), ValueError),
        ("unmount", (b"/nowhere", -1), ValueError),
        ("unmount", (b"/nowhere", None), TypeError),
        ("selinux", (b"setfscreatecon", (b"x",)), ValueError),
        ("selinux", (b"getcon", (b"x",)), ValueError),
        ("selinux", (b"setexeccon", ()), ValueError),
        ("selinux", (b"setexeccon", (b"a\0b",)), ValueError),
        ("selinux", (b"setexeccon", ("a",)), TypeError),
        ("selinux", (b"setfilecon", (b"/dev/null", None)), TypeError),
        ("selinux", (b"getseuser", (None, b"login")), TypeError),
        ("selinux", (b"security_check_context", (None,)), TypeError),
        ("selinux", (b"getcon",), TypeError),
        ("selinux_access", (b"a", b"b", b"c"), TypeError),
        ("selinux_access", (b"a", b"b", b"c", None), TypeError),
        ("selinux_access", (b"a", "b", b"c", b"d"), TypeError),
        ("selinux_access", (b"a", b"b\0", b"c", b"d"), ValueError),
        ("local_connect", (b"/run/a\0b",), ValueError),
        ("local_connect", ("/run/a",), TypeError),
        ("local_receive", (-1, 1), ValueError),
        ("local_receive", (0, 0), ValueError),
        ("local_receive", (0, 1 << 21), ValueError),
        ("local_receive", ("0", 1), TypeError),
        ("local_peer", (-1,), ValueError),
        ("local_peer", ("0",), TypeError),
        ("audit_ask", (1 << 16, b"", 0, 0), ValueError),
        ("audit_ask", (1000, "", 0, 0), TypeError),
        ("audit_ask", (1000, b"", -1, 0), ValueError),
        ("audit_ask", (1000, b"x" * 20000, 0, 0), ValueError),
        ("audit_ask", (1000, b"", 0, -1), ValueError),
        ("set_file_user", (-1,), ValueError),
        ("limit", (-1,), ValueError),
        ("limit", ("1",), TypeError),
        ("set_limit", (1, -1, 0), ValueError),
        ("set_limit", (1, 0, 1 << 64), ValueError),
        ("set_limit", (1, 0, "0"), TypeError),
        ("set_limit", (1, 0), TypeError),
        ("set_file_group", (1 << 32,), ValueError),
        ("translate", (b"a\0",), ValueError),
        ("translate_plural", (b"a", b"b", -1), ValueError),
    ],
)
def test_what_c_would_take_for_something_else_is_refused(
    c: "CLibrary", function: str, arguments: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(c, function)(*arguments)


LIMITS = """
import resource
c.set_limit(resource.RLIMIT_FSIZE, 512, 5 << 32)
print(resource.getrlimit(resource.RLIMIT_FSIZE), c.limit(resource.RLIMIT_FSIZE))
for most in ((1 << 64) - 2, 1 << 63):
    c.set_limit(resource.RLIMIT_CPU, 7, most)
    print(c.limit(resource.RLIMIT_CPU) == (7, most))
print(resource.getrlimit(resource.RLIMIT_DATA), c.limit(resource.RLIMIT_DATA)[1] == (1 << 64) - 1)
c.set_limit(resource.RLIMIT_DATA, (1 << 64) - 1, (1 << 64) - 1)
print(resource.getrlimit(resource.RLIMIT_DATA))
for wrong in ((resource.RLIMIT_FSIZE, 7, 6), (1000, 0, 0)):
    try:
        c.set_limit(*wrong)
    except OSError as error:
        print(errno.errorcode[error.errno])
try:
    c.limit(1000)
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@both
def test_limits_are_read_and_set_in_their_full_width(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(LIMITS).splitlines() == [
        "(512, 21474836480) (512, 21474836480)",
        "True",
        "True",
        "(-1, -1) True",
        "(-1, -1)",
        "EINVAL",
        "EINVAL",
        "EINVAL",
    ]


RIGHTS = """
import threading
import ctypes
def may_gain():
    with open("/proc/thread-self/status") as file:
        return next(line.split()[1] for line in file if line.startswith("NoNewPrivs:")) == "0"
before = may_gain()
c.forbid_new_privileges()
c.forbid_new_privileges()
print(may_gain())
"""


@both
def test_new_rights_are_forbidden_for_good(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(RIGHTS) == "False\n"


LOOK_UPS = """
import ctypes
print(c.user_by_name(b"alice")[2], c.group_by_name(b"many")[2][-1], len(c.groups_of(b"busy", 1)))
os.chmod("/etc/passwd", 0)
os.setresuid(65534, 65534, 65534)
try:
    print(c.user_by_name(b"alice"))
except OSError as error:
    print(errno.errorcode[error.errno], error.filename)
"""


@both
@pytest.mark.needs("root", "mount-namespace")
def test_long_entries_are_found_and_an_unreadable_source_is_told_from_no_user(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    members = ",".join(f"member{number}" for number in range(20_000))
    groups = "".join(f"g{number}:x:{number}:busy\n" for number in range(1000, 1500))
    (etc / "group").write_text(f"many:x:7:{members}\n{groups}")
    (etc / "passwd").write_text("alice:x:1000:100::/:\nbusy:x:1001:1::/:\n")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\n")
    for directory in (tmp_path, tmp_path.parent):
        directory.chmod(0o755)
    said = elsewhere(LOOK_UPS, *_private(f'mount --bind "{etc}" /etc'))
    assert said == "1000 b'member19999' 501\nEACCES getpwnam_r\n"


GROUP_SHADOWS = """
from pamkit.formats.gshadow import parse_gshadow
from pamkit.formats.passwd import find, text_of
data = open("/etc/gshadow", "rb").read()
for name in (b"staff", b"many", b"bare", b"empty", b"blank", b"colon", b"nis", b"nosuch", b"+x"):
    found = c.group_shadow_by_name(name)
    ours = find(data, text_of(name), parse_gshadow)
    mine = None if ours is None else (
        ours.name.encode(), ours.hashed.expose(),
        *(tuple(one.encode() for one in each) for each in (ours.administrators, ours.members)))
    print(found if found is None or len(found[3]) < 9 else len(found[3]), mine == found)
"""


@both
@pytest.mark.needs("root", "mount-namespace")
def test_the_shadow_entries_of_groups_are_read_as_ours_are(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    members = ",".join(f"member{number}" for number in range(20_000))
    (etc / "gshadow").write_text(
        f"# x\n\nstaff:$6$h:root,bob:alice\nmany:!::{members}\nbare:\nempty:::\n"
        "  blank:x: a, b,,c: d,e ,\ncolon:x:a:b:c\n+x:::\n"
    )
    (etc / "nsswitch.conf").write_text("gshadow: files\n")
    said = elsewhere(GROUP_SHADOWS, *_private(f'mount --bind "{etc}" /etc'))
    assert said.splitlines() == [
        "(b'staff', b'$6$h', (b'root', b'bob'), (b'alice',)) True",
        "20000 True",
        "(b'bare', b'', (), ()) True",
        "(b'empty', b'', (), ()) True",
        "(b'blank', b'x', (b'a', b'b', b'c'), (b'd', b'e ')) True",
        "(b'colon', b'x', (b'a',), (b'b:c',)) True",
        "None True",
        "None True",
        "None True",
    ]


HOSTS = """
print(c.addresses(b"far"), c.addresses(b"both"), c.addresses(b"192.0.2.9"), c.addresses(b"::1"))
for host in (b"no.such.host", b"", b"x" * 300, b"\\xff"):
    try:
        print(c.addresses(host))
    except FileNotFoundError as error:
        print(error.strerror)
print(c.in_netgroup(b"two", b"far", b"alice", None), c.in_netgroup(b"two", b"far", b"bob", None))
print([c.in_netgroup(b"two", b"far", b"alice", domain) for domain in (b"here", b"there")])
"""

HOSTS_AT_HOME = """\
192.0.2.7 far.example.org far
192.0.2.7 far
192.0.2.8 both
2001:db8::8 both
"""


@both
@pytest.mark.needs("mount-namespace")
def test_a_host_has_its_addresses_once_and_in_order(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "hosts").write_text(HOSTS_AT_HOME)
    (etc / "host.conf").write_text("multi on\n")
    (etc / "netgroup").write_text("two (far,alice,here)\n")
    (etc / "nsswitch.conf").write_text("hosts: files\nnetgroup: files\n")
    said = elsewhere(HOSTS, *_private(f'mount --bind "{etc}" /etc'), LC_ALL="C").splitlines()
    assert said[0] in (
        "(b'192.0.2.7',) (b'192.0.2.8', b'2001:db8::8') (b'192.0.2.9',) (b'::1',)",
        "(b'192.0.2.7',) (b'2001:db8::8', b'192.0.2.8') (b'192.0.2.9',) (b'::1',)",
    )
    assert said[1:5] == ["Name or service not known"] * 4
    assert said[5:] == ["True False", "[True, False]"]


NO_ANSWER = """
import threading
went_on = threading.Event()
thread = threading.Thread(target=went_on.set)
try:
    thread.start()
    print(c.addresses(b"some.host"))
except FileNotFoundError:
    print("no such host")
except OSError as error:
    print(errno.errorcode[error.errno], error.strerror)
print(went_on.wait(20))
"""


@both
@pytest.mark.needs("mount-namespace")
def test_a_name_service_that_does_not_answer_is_told_from_no_such_host(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "nsswitch.conf").write_text("hosts: dns\n")
    (etc / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:1 timeout:1\n")
    unshare = ("unshare", "-mn") if os.geteuid() == 0 else ("unshare", "-Urmn")
    script = f'mount --bind "{etc}" /etc && exec "$@"'
    said = elsewhere(NO_ANSWER, *unshare, "sh", "-c", script, "sh", LC_ALL="C")
    assert said == "EIO Temporary failure in name resolution\nTrue\n"


@libcrypt_needed
@both
@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (b"rl.3StKT.4T8M", b"rl.3StKT.4T8M"),
        (b"$1$rasmusle$", b"$1$rasmusle$rISCgZzpwk3UhDidwXvin0"),
        (b"*0", None),
        (b"", None),
        (b"$9$x", None),
        (b"\xff\xff", None),
    ],
)
def test_a_hash_is_made_or_refused(c: "CLibrary", setting: bytes, expected: bytes | None) -> None:
    assert c.crypt(b"rasmuslerdorf", setting) == expected


@libcrypt_needed
@both
def test_a_token_longer_than_libcrypt_takes_has_no_hash(c: "CLibrary") -> None:
    assert c.crypt(b"x" * 511, b"$6$saltstring") is not None
    assert c.crypt(b"x" * 512, b"$6$saltstring") is None


@libcrypt_needed
@both
def test_a_setting_is_made_from_the_entropy(c: "CLibrary") -> None:
    assert c.makes_settings() is True
    made = c.new_setting(b"$6$", 6000, b"\0" * 32)
    assert made is not None
    assert made.startswith(b"$6$rounds=6000$")
    assert made == c.new_setting(b"$6$", 6000, b"\0" * 32) != c.new_setting(b"$6$", 6000, b"x" * 32)
    assert c.new_setting(b"$2b$", 99, b"\0" * 32) is None
    assert c.new_setting(b"$none$", 0, b"\0" * 32) is None


@libcrypt_needed
@both
def test_threads_do_not_mix_their_hashes(c: "CLibrary") -> None:
    made: dict[bytes, bytes | None] = {}

    def work(token: bytes) -> None:
        made[token] = c.crypt(token, b"$6$rounds=1000$salt")

    tokens = [b"token%d" % number for number in range(8)]
    threads = [threading.Thread(target=work, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {token: c.crypt(token, b"$6$rounds=1000$salt") for token in tokens}
    assert len(set(made.values())) == len(tokens)


_PLACES = " ".join(
    f"{place}/libcrypt.so.[12]" for place in ("/lib*", "/lib*/*", "/usr/lib*", "/usr/lib*/*")
)
HIDE = f'for f in {_PLACES}; do [ ! -e "$f" ] || mount --bind "/dev/null" "$f"; done'

NO_LIBCRYPT = """
for ask in (c.makes_settings, lambda: c.crypt(b"x", b"$6$s"), lambda: c.new_setting(b"", 0, b"")):
    try:
        print(ask())
    except OSError as error:
        print(errno.errorcode[error.errno], error.strerror)
"""


@both
@pytest.mark.needs("mount-namespace")
def test_a_missing_libcrypt_is_said_with_a_remedy(elsewhere: Callable[..., str]) -> None:
    said = elsewhere(NO_LIBCRYPT, *_private(HIDE))
    line = (
        "ENOENT passwords cannot be hashed: expected `libcrypt.so.2` or `libcrypt.so.1`,"
        " install libcrypt1 (Debian) or libxcrypt (elsewhere)\n"
    )
    assert said == line * 3


OLD_LIBCRYPT = """
#include <string.h>
char *crypt_r(const char *token, const char *setting, void *data);
char *crypt_r(const char *token, const char *setting, void *data)
{
    return strcpy(data, setting[0] == '*' ? "*0" : token);
}
"""

ASK_OLD = """
print(c.makes_settings(), c.crypt(b"hash", b"ab"), c.crypt(b"hash", b"*"))
try:
    c.new_setting(b"", 0, b"")
except OSError as error:
    print(errno.errorcode[error.errno], error.strerror)
"""


@both
@pytest.mark.needs("mount-namespace", "cc", "libcrypt")
def test_an_old_libcrypt_hashes_with_what_it_has(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    old = tmp_path / "old.so"
    (tmp_path / "old.c").write_text(OLD_LIBCRYPT)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(old), str(tmp_path / "old.c")], check=True)
    said = elsewhere(ASK_OLD, *_private(HIDE.replace("/dev/null", str(old))))
    assert said == "False b'hash' None\nENOSYS libcrypt has no `crypt_gensalt_rn`\n"


@both
@pytest.mark.needs("mount-namespace")
def test_syslog_gets_the_line_as_it_is(elsewhere: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(20)
        listener.bind(str(tmp_path / "dev/log"))
        program = 'import syslog\nsyslog.openlog("host")\nc.syslog(85, b"100% of \\xff %s%n")'
        elsewhere(program, *_private(f'mount --bind "{tmp_path}/dev" /dev'))
        line = listener.recv(1000)
    assert line.startswith(b"<85>")
    assert line.rstrip(b"\0").endswith(b" host: 100% of \xff %s%n")


IDS = """
import threading
def ids():
    with open("/proc/thread-self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return [lines[key].split() for key in ("Uid", "Gid", "Groups")]
before, others = ids(), []
go, done = threading.Event(), threading.Event()
def wait():
    go.wait()
    others.append(ids())
    done.set()
threading.Thread(target=wait).start()
c.set_groups((7, 8))
print(c.set_file_user(65534), c.set_file_user(65534), c.set_file_user(0))
print(c.set_file_group(65533), c.set_file_group(65533), c.set_file_group(0))
c.set_user_ids(65534, 0, 0)
print(ids())
go.set(); done.wait()
print(others == [before])
c.set_user_ids(0, 65534, 65534)
c.set_user_ids(65534, 65534, 65534)
for change in (lambda: c.set_groups(()), lambda: c.set_user_ids(0, 0, 0)):
    try:
        change()
    except PermissionError as error:
        print(errno.errorcode[error.errno])
print(c.securebits())
"""


@both
@pytest.mark.needs("root")
def test_only_the_calling_thread_changes_who_it_is(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(IDS).splitlines() == [
        "0 65534 65534",
        "0 65533 65533",
        "[['65534', '0', '0', '0'], ['0', '0', '0', '0'], ['7', '8']]",
        "True",
        "EPERM",
        "EPERM",
        str(_securebits()),
    ]


GROUPS = """
import threading
c.set_group_ids(7, 0, 8)
print(os.getresgid())
thread = threading.Thread(target=lambda: (c.set_group_ids(1, 2, 3), print(os.getresgid())))
thread.start(); thread.join()
print(os.getresgid())
os.setresuid(9, 9, 9)
try:
    c.set_group_ids(1, 1, 1)
except PermissionError as error:
    print(errno.errorcode[error.errno])
"""


@both
@pytest.mark.needs("root")
def test_only_the_calling_thread_changes_its_groups(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(GROUPS).splitlines() == ["(7, 0, 8)", "(1, 2, 3)", "(7, 0, 8)", "EPERM"]


KEYS = """
import threading
JOIN, GET, REVOKE, LINK, SESSION, USER = 1, 0, 3, 8, -3, -4
thread_had = []
before = c.keyctl(GET, SESSION, 0)
def elsewhere():
    made = c.keyctl(JOIN, 0, 0)
    has_it = made == c.keyctl(GET, SESSION, 0)
    thread_had.extend((has_it, made != before, c.keyctl(LINK, USER, SESSION)))
    c.keyctl(REVOKE, made, 0)
    try:
        c.keyctl(REVOKE, made, 0)
    except OSError as error:
        print(errno.errorcode[error.errno])
thread = threading.Thread(target=elsewhere)
thread.start(); thread.join()
print(thread_had, c.keyctl(GET, SESSION, 0) == before)
"""


@both
@pytest.mark.needs("keyrings")
def test_the_calling_thread_has_a_keyring_of_its_own(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(KEYS).splitlines() == ["EKEYREVOKED", "[True, True, 0] True"]


KEY = """
JOIN, REVOKE, UNLINK, TIMEOUT, SESSION = 1, 3, 9, 15, -3
def refused(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
ring = c.keyctl(JOIN, 0, 0)
print(refused(c.find_key, SESSION, b"pamkit test"))
key = c.add_key(b"pamkit test", b"one\\0two", SESSION)
print(key == c.find_key(SESSION, b"pamkit test"), c.read_key(key))
print(key == c.add_key(b"pamkit test", b"x" * 32767, SESSION), len(c.read_key(key)))
print(refused(c.add_key, b"pamkit test", b"x" * 32768, SESSION), refused(c.add_key, b"a", b"", 1))
print(c.keyctl(TIMEOUT, key, 4000))
with open("/proc/keys") as keys:
    print([line.split()[3] for line in keys if line.startswith(f"{key:08x} ")])
print(c.keyctl(UNLINK, key, SESSION), refused(c.find_key, SESSION, b"pamkit test"))
c.keyctl(REVOKE, ring, 0)
"""


@both
@pytest.mark.needs("keyrings")
def test_a_key_is_added_found_read_given_an_end_and_taken_out(
    elsewhere: Callable[..., str],
) -> None:
    assert elsewhere(KEY).splitlines() == [
        "ENOKEY",
        r"True b'one\x00two'",
        "True 32767",
        "EINVAL ENOKEY",
        "0",
        "['1h']",
        "0 ENOKEY",
    ]


@both
def test_a_device_that_is_not_there_has_no_quota(c: "CLibrary") -> None:
    for asked in (
        lambda: c.quota(b"/nowhere/at/all", 1000),
        lambda: c.set_quota(b"/nowhere/at/all", 1000, (1,) * 8, 5),
    ):
        with pytest.raises(OSError, match=r".") as caught:
            asked()
        # A kernel without quotas does not look for the device.
        assert caught.value.errno in (errno.ENOENT, errno.ENOSYS, errno.EPERM)


@both
def test_nothing_is_mounted_where_there_is_nothing(c: "CLibrary") -> None:
    asks: tuple[Callable[[], object], ...] = (
        lambda: c.mount(b"tmpfs", b"/nowhere/at/all", b"tmpfs", 2, b"size=1m"),
        lambda: c.mount(None, b"/nowhere/at/all", None, 0, None),
        lambda: c.unmount(b"/nowhere/at/all", 2),
    )
    for asked in asks:
        with pytest.raises(OSError, match=r".") as caught:
            asked()
        assert caught.value.errno in (errno.ENOENT, errno.EPERM)
        assert caught.value.filename is None


@both
def test_one_thread_gets_mounts_of_its_own(c: "CLibrary") -> None:
    def look() -> str:
        return os.readlink("/proc/thread-self/ns/mnt")

    seen: list[str | int | None] = []

    def part() -> None:
        try:
            c.unshare_mounts()
        except OSError as fault:
            seen.append(fault.errno)
        else:
            seen.append(look())

    before = look()
    thread = threading.Thread(target=part)
    thread.start()
    thread.join()
    assert look() == before
    assert seen == [errno.EPERM] or seen[0] not in (before, errno.EPERM)


LOCAL = """
import resource, socket
path = os.environb[b"PLACE"] + b"/socket"
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen(1)
ours = c.local_connect(path)
theirs, _ = server.accept()
def fault(act, *arguments):
    try:
        return act(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
print(os.get_inheritable(ours), os.get_blocking(ours), c.local_peer(ours) == os.getpid())
print(fault(c.local_receive, ours, 10))
os.close(0)
socket.send_fds(theirs, [b"hello"], [2, 2])
data, came = c.local_receive(ours, 3)
print(data, [one > 2 and not os.get_inheritable(one) for one in came], c.local_receive(ours, 9))
os.open(os.devnull, os.O_RDONLY)
before = len(os.listdir("/proc/self/fd"))
socket.send_fds(theirs, [b"x"], [2] * 253)
data, came = c.local_receive(ours, 10)
print(len(came))
for one in came:
    os.close(one)
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (before + 9, limits[1]))
socket.send_fds(theirs, [b"x"], [2] * 17)
print(fault(c.local_receive, ours, 10), len(os.listdir("/proc/self/fd")) - before)
resource.setrlimit(resource.RLIMIT_NOFILE, limits)
theirs.sendall(b"last")
theirs.close()
print(c.local_receive(ours, 10), c.local_receive(ours, 10))
while fault(c.local_connect, path) != "EAGAIN":
    pass
server.close()
print(fault(c.local_connect, path), fault(c.local_connect, path + b"x"))
print(fault(c.local_connect, b"/" + b"x" * 107), fault(c.local_connect, b""))
name = b"pamkit-test-%d" % os.getpid()
abstract = socket.socket(socket.AF_UNIX)
abstract.bind(bytes(1) + name)
abstract.listen()
print(c.local_connect(b"@" + name) > 2, fault(c.local_connect, b"@" + name + b"x"))
print(fault(c.local_receive, 0, 10), fault(c.local_peer, 999))
"""


@both
def test_programs_of_this_machine_are_asked_without_waiting(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    assert elsewhere(LOCAL, PLACE=str(tmp_path)).splitlines() == [
        "False False True",
        "EAGAIN",
        "b'hel' [True, True] (b'lo', ())",
        "253",
        "EMFILE 0",
        "(b'last', ()) (b'', ())",
        "ECONNREFUSED ENOENT",
        "ENAMETOOLONG ENAMETOOLONG",
        "True ECONNREFUSED",
        "ENOTSOCK EBADF",
    ]


AUDIT = """
import struct
SET, GET = 1017, 1016
def terminal():
    return struct.unpack("=2I", c.audit_ask(GET, b"", 8, 3000))
before = terminal()
print(len(c.audit_ask(1000, b"", 16, 3000)), c.audit_ask(GET, b"", 4096, 3000)[8:] == bytes(4088))
print(c.audit_ask(SET, struct.pack("=2I", 1, 1), 0, 3000), terminal())
for kind, data, size, patience in ((SET, b"\\7" * 8, 0, 3000), (GET, b"", 8, 0), (1, b"", 0, 3000)):
    try:
        print(c.audit_ask(kind, data, size, patience))
    except OSError as error:
        print(errno.errorcode[error.errno], error.filename)
os.setresuid(65534, 65534, 65534)
try:
    terminal()
except OSError as error:
    print(errno.errorcode[error.errno], error.filename)
"""


@both
@pytest.mark.needs("root", "audit-control")
def test_the_kernels_audit_answers_and_obeys(elsewhere: Callable[..., str]) -> None:
    assert elsewhere(AUDIT).splitlines() == [
        "16 True",
        "b'' (1, 1)",
        *("EINVAL None", "ETIMEDOUT None", "EINVAL None"),
        "EPERM None",
    ]


# --- libselinux ---------------------------------------------------------------------------------

SELINUX = """
import ctypes
table = {
    "getcon": "own", "getseuser|alice|login": "staff_u\\037s0", "getseuser|bob|login": "bob",
    "getprevcon_raw": "before",
    "list|staff_u|s0": "a\\037b", "list|bob|(null)": "c", "getfilecon|/dev/null": "old",
    "get_default_type|staff_r": "staff_t", "security_compute_relabel|old": "new", "raw|a": "A",
    "security_compute_member|a|old": "mine",
}
lines = "".join(f"\\036{key}\\035={said}" for key, said in table.items())
fails = "".join(f"\\036{key}\\035E13" for key in (
    "setexeccon|bad", "security_check_context|bad", "selinux_check_access|a|bad"))
other = ctypes.CDLL("libselinux.so.1")
other.pamkit_contexts((lines + fails + "\\036").encode(), 1)
def asked(function, *texts):
    try:
        print(*c.selinux(function, texts))
    except OSError as error:
        print(errno.errorcode.get(error.errno), error.strerror, error.filename)
asked(b"getcon")
asked(b"getprevcon_raw")
asked(b"getseuser", b"alice", b"login")
asked(b"getseuser", b"bob", b"login")
asked(b"getseuser", b"eve", b"login")
asked(b"get_ordered_context_list_with_level", b"staff_u", b"s0")
asked(b"get_ordered_context_list_with_level", b"bob", None)
asked(b"get_ordered_context_list_with_level", b"bob", b"s1")
asked(b"getexeccon")
asked(b"setexeccon", b"a")
asked(b"setexeccon", b"bad")
asked(b"getexeccon")
asked(b"setexeccon", None)
asked(b"setkeycreatecon", b"a")
asked(b"getfilecon", b"/dev/null")
asked(b"getfilecon", b"/nowhere")
asked(b"setfilecon", b"/dev/null", b"new")
asked(b"getfilecon", b"/dev/null")
asked(b"security_check_context", b"a")
asked(b"security_check_context", b"bad")
asked(b"selinux_check_access", b"a", b"b", b"context", b"contains")
asked(b"selinux_check_access", b"a", b"bad", b"context", b"contains")
asked(b"get_default_type", b"staff_r")
asked(b"get_default_type", b"none_r")
asked(b"security_compute_relabel", b"a", b"old", b"chr_file")
asked(b"security_compute_relabel", b"a", b"odd", b"chr_file")
asked(b"security_compute_member", b"a", b"old", b"dir")
asked(b"security_compute_member", b"b", b"old", b"dir")
other.pamkit_contexts(b"\\036string_to_security_class|chr_file\\035E22\\036", 1)
asked(b"security_compute_relabel", b"a", b"old", b"chr_file")
asked(b"selinux_trans_to_raw_context", b"a")
"""

ASKED = """\
b'own'
b'before'
b'staff_u' b's0'
b'bob' None
EINVAL Invalid argument getseuser
b'a' b'b'
b'c'
None Success get_ordered_context_list_with_level
None

EACCES Permission denied setexeccon
b'a'


b'old'
ENOENT No such file or directory getfilecon

b'new'

EACCES Permission denied security_check_context

EACCES Permission denied selinux_check_access
b'staff_t'
EINVAL Invalid argument get_default_type
b'new'
EINVAL Invalid argument security_compute_relabel
b'mine'
EINVAL Invalid argument security_compute_member
EINVAL Invalid argument string_to_security_class
b'a'
"""


def _stand_in(directory: Path, source: str) -> str:
    """Build a libselinux.so.1 in a directory; return where the loader is to look."""
    (directory / "selinux.c").write_text(f"#define _GNU_SOURCE\n{source}")
    made = directory / "libselinux.so.1"
    flags = ["-shared", "-fPIC", "-O1", "-Wl,-soname,libselinux.so.1"]
    subprocess.run(["cc", *flags, "-o", made, directory / "selinux.c"], check=True)
    return str(directory)


@both
@pytest.mark.needs("cc")
def test_libselinux_is_asked_and_told(elsewhere: Callable[..., str], tmp_path: Path) -> None:
    place = _stand_in(tmp_path, contexts.SOURCE)
    assert elsewhere(SELINUX, LD_LIBRARY_PATH=place) == ASKED


@both
@pytest.mark.needs("cc")
def test_a_libselinux_that_lacks_a_function_is_none(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    place = _stand_in(tmp_path, "void freecon(char *c) { (void)c; }")
    program = """
try:
    c.selinux(b"getcon", ())
except OSError as error:
    print(errno.errorcode[error.errno], error.strerror.partition(" ")[0])
"""
    assert elsewhere(program, LD_LIBRARY_PATH=place) == "ENOSYS libselinux\n"
    access = program.replace('selinux(b"getcon", ())', 'selinux_access(b"a", b"b", b"c", b"d")')
    assert elsewhere(access, LD_LIBRARY_PATH=place) == "ENOSYS libselinux\n"
    (tmp_path / "libselinux.so.1").write_bytes(b"no library")
    assert elsewhere(program, LD_LIBRARY_PATH=place) == "ENOSYS there\n"
    assert elsewhere(access, LD_LIBRARY_PATH=place) == "ENOSYS there\n"


ACCESS = """
import ctypes
other = ctypes.CDLL("libselinux.so.1")
other.selinux_get_callback.restype = ctypes.c_void_p
heard = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p)
def hear(_, form):
    heard.append(form)
    return 0
own = ctypes.cast(hear, ctypes.c_void_p).value
other.selinux_set_callback(0, ctypes.c_void_p(own))
table = {
    "rootok|a|b": "=once", "rootok|a|c": "=first\037second", "rootok|a|d": "E13",
    "rootok|a|e": "E0", "rootok|a|f": "=" + "x" * 3000 + "\037" + "y" * 3000,
}
lines = "".join(f"\036{key}\035{said}" for key, said in table.items())
other.pamkit_contexts((lines + "\036").encode(), 1)
for object_ in (b"a", b"b", b"c", b"d", b"e"):
    print(*c.selinux_access(b"a", object_, b"passwd", b"rootok"))
print(*c.selinux_access(b"a", b"b", b"nothing", b"rootok"))
may, said = c.selinux_access(b"a", b"f", b"passwd", b"rootok")
print(may, len(said), said[2999:3003])
print(other.selinux_get_callback(0) == own, heard)
"""

ALLOWED = r"""True b''
True b'once\n'
True b'first\nsecond (line 2 of rootok)\n'
False b'denied rootok for a\n'
False b'denied rootok for a\n'
False b''
True 4095 b'x\nyy'
True []
"""


@both
@pytest.mark.needs("cc")
def test_what_libselinux_says_of_a_right_is_heard_by_who_asks_alone(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    place = _stand_in(tmp_path, contexts.SOURCE)
    assert elsewhere(ACCESS, LD_LIBRARY_PATH=place) == ALLOWED


@both
@pytest.mark.needs("libselinux")
def test_the_systems_own_libselinux_answers(c: "CLibrary") -> None:
    assert c.selinux(b"selinux_trans_to_raw_context", [b"a:b:c"]) == (b"a:b:c",)
    with pytest.raises(OSError):  # noqa: PT011  # what it is depends on whether SELinux is on
        c.selinux(b"getfilecon", [b"/no such file"])
    may, said = c.selinux_access(b"no", b"context", b"passwd", b"rootok")  # C: yes if it is off
    assert [type(may), type(said)] == [bool, bytes]


def _securebits() -> int:
    bits: int = ctypes.CDLL(None).prctl(27, 0, 0, 0, 0)
    return bits


def _catalogue(texts: dict[bytes, bytes]) -> bytes:
    """Return a catalogue as gettext reads it: msgfmt's format, without a hash table."""
    pairs = sorted(texts.items())
    at = 28 + 16 * len(pairs)
    tables, data = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("=II", len(pair[column]), at + len(data))
            data += pair[column] + b"\0"
    head = struct.pack("=7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(tables) + data


TRANSLATE = """
import ctypes, locale
libc = ctypes.CDLL(None)
print(c.translate(b"Password: "))  # the program has not said that it speaks another language
locale.setlocale(locale.LC_ALL, "")
libc.bindtextdomain(b"Linux-PAM", os.fsencode(os.environ["AT"]))
print(c.translate(b"Password: "), c.translate(b"untold"), c.translate(b""))
print([c.translate_plural(b"%d day", b"%d days", count) for count in (0, 1, 2)])
print([c.translate_plural(b"%d cat", b"%d cats", count) for count in (0, 1, 2)])
"""


@both
def test_texts_come_in_the_language_of_the_program(
    elsewhere: Callable[..., str], tmp_path: Path
) -> None:
    place = tmp_path / "xx/LC_MESSAGES"
    place.mkdir(parents=True)
    header = b"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n!=1;\n"
    texts = {
        b"": header,
        b"Password: ": b"Losung: ",
        b"%d day\0%d days": b"%d Tag\0%d Tage",
    }
    (place / "Linux-PAM.mo").write_bytes(_catalogue(texts))
    said = elsewhere(TRANSLATE, LC_ALL="C.UTF-8", LANGUAGE="xx", AT=str(tmp_path))
    assert said.splitlines() == [
        "b'Password: '",
        "b'Losung: ' b'untold' b''",
        "[b'%d Tage', b'%d Tag', b'%d Tage']",
        "[b'%d cats', b'%d cat', b'%d cats']",
    ]


def test_a_python_process_is_served_by_ctypes() -> None:
    from pamkit.stores.c_library import c_library

    assert c_library is c_by_ctypes


BUILT_IN = """
import sys
sys.path.insert(0, sys.argv[1])
module = type(sys)("_pamkit_c")
sys.modules["_pamkit_c"] = module
{claim}
from pamkit.stores.c_library import c_library
print(c_library is module, "pamkit.stores.c_by_ctypes" in sys.modules)
"""


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("", "False True"),
        ("sys.builtin_module_names += ('_pamkit_c',)", "True False"),
    ],
)
def test_only_a_module_built_into_the_interpreter_takes_its_place(
    claim: str, expected: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILT_IN.format(claim=claim), str(ROOT / "src")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


def test_a_python_process_writes_no_audit_records() -> None:
    with pytest.raises(OSError, match="audit_open") as caught:
        c_by_ctypes.audit(1100, b"PAM:test", None, None, None, False)
    assert caught.value.errno == errno.EPROTONOSUPPORT


# --- libpwquality -------------------------------------------------------------------------------

libpwquality_needed = pytest.mark.needs("libpwquality")
_NO_DICTIONARY = [b"dictcheck=0"]


@both
@libpwquality_needed
def test_a_new_password_is_judged(c: "CLibrary") -> None:
    assert c.pwquality_check(_NO_DICTIONARY, b"kX7-qp2_Wz", None, None) == (71, b"")
    told = (-21, b"The password is the same as the old one")
    assert c.pwquality_check((), b"kX7-qp2_Wz", b"kX7-qp2_Wz", b"alice") == told
    told = (-14, b"The password is shorter than 12 characters")
    assert c.pwquality_check([b"minlen=12"], b"kX7-qp2_Wz", b"old", b"alice") == told
    told = (-25, b"The password contains the user name in some form")
    assert c.pwquality_check(_NO_DICTIONARY, b"9ALICE-7q", None, b"alice") == told


@both
@libpwquality_needed
def test_a_new_password_is_looked_up_in_the_dictionary(c: "CLibrary") -> None:
    settings = [b"dictpath=/nowhere"]
    told = (-22, b"The password fails the dictionary check - error loading dictionary")
    assert c.pwquality_check(settings, b"kX7-qp2_Wz", None, None) == told


@both
@libpwquality_needed
@pytest.mark.parametrize("setting", [b"newer=1", b"minlen=x", b"minlen", b""])
def test_a_setting_that_libpwquality_does_not_know_is_an_error(
    c: "CLibrary", setting: bytes
) -> None:
    with pytest.raises(OSError, match="setting"):
        c.pwquality_check([b"dictcheck=0", setting], b"kX7-qp2_Wz", None, None)


@both
@pytest.mark.parametrize(
    ("settings", "new", "old", "user"),
    [
        ([b"minlen=8\0"], b"x", None, None),
        ([], b"x\0", None, None),
        ([], b"x", b"\0", None),
        ([], b"x", None, b"x\0"),
    ],
)
def test_half_a_text_is_never_judged(
    c: "CLibrary", settings: list[bytes], new: bytes, old: bytes | None, user: bytes | None
) -> None:
    with pytest.raises(ValueError, match="NUL"):
        c.pwquality_check(settings, new, old, user)


@both
@libpwquality_needed
def test_passwords_are_judged_in_many_threads(c: "CLibrary") -> None:
    seen = []

    def judge() -> None:
        for _ in range(20):
            seen.append(c.pwquality_check(_NO_DICTIONARY, b"kX7-qp2_Wz", None, b"alice")[0])

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [71] * 160


@both
def test_the_environment_is_the_program_s(c: "CLibrary") -> None:
    name = b"PAMKIT_VARIABLE"
    assert c.variable(name) is None
    try:
        for value in (b"x", b"a=\xff", b""):
            c.set_variable(name, value)
            assert c.variable(name) == value
            seen = ctypes.CDLL(None).getenv
            seen.restype = ctypes.c_char_p
            assert seen(name) == value
    finally:
        c.set_variable(name, None)
    c.set_variable(name, None)
    assert c.variable(name) is None
    for bad in (b"", b"A=B", b"A\0"):
        with pytest.raises(ValueError, match=r"name|NUL|null"):
            c.variable(bad)
        with pytest.raises(ValueError, match=r"name|NUL|null"):
            c.set_variable(bad, b"x")
    with pytest.raises(ValueError, match=r"NUL|null"):
        c.set_variable(name, b"x\0")


@both
def test_a_terminal_lets_all_bytes_pass_and_is_as_before_again(c: "CLibrary") -> None:
    ours, theirs = os.openpty()
    try:
        before = termios.tcgetattr(theirs)
        mode = c.raw_terminal(theirs)
        raw = termios.tcgetattr(theirs)
        assert raw[0] == 0
        assert raw[1] & termios.OPOST == 0
        assert raw[2] & (termios.CSIZE | termios.PARENB) == termios.CS8
        assert raw[3] & (termios.ISIG | termios.ICANON | termios.ECHO) == 0
        os.write(ours, b"\x03a\r")
        assert os.read(theirs, 8) == b"\x03a\r"
        c.set_terminal(theirs, mode)
        assert termios.tcgetattr(theirs) == before
        for bad in (None, b"", ()):
            with pytest.raises(TypeError):
                c.set_terminal(theirs, bad)
    finally:
        os.close(ours)
        os.close(theirs)


@both
def test_what_is_no_terminal_has_no_mode(c: "CLibrary", tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with (tmp_path / "f").open() as file, pytest.raises(OSError, match=r"ioctl") as caught:
        c.raw_terminal(file.fileno())
    assert (caught.value.errno, caught.value.filename) == (errno.ENOTTY, "tcgetattr")


@both
def test_a_pair_of_streams_is_joined_and_not_inherited(c: "CLibrary") -> None:
    one, other = c.stream_pair()
    try:
        os.write(one, b"x")
        assert os.read(other, 8) == b"x"
        os.write(other, b"y")
        assert os.read(one, 8) == b"y"
        assert not os.get_inheritable(one)
        assert not os.get_inheritable(other)
    finally:
        os.close(one)
        os.close(other)


@both
def test_signals_are_held_back_until_they_are_released(c: "CLibrary") -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    heard: list[int] = []
    old = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        held = c.hold_signals()
        # To this thread: another one would take what is sent to the process.
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        assert heard == []
        c.release_signals(held)
        assert heard == [signal.SIGUSR1]
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == {*before, signal.SIGUSR2}
        with pytest.raises(TypeError):
            c.release_signals(None)
    finally:
        signal.signal(signal.SIGUSR1, old)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
