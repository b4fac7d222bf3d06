"""What every user may read: told by the whole way there, and no is the answer in doubt.

The files lie in a root directory of their own, of a program that `unshare(1)` gave mounts.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.stores import open_to_all
from pamkit.stores.open_to_all import is_open_to_all
from pamkit.stores.root import Root

_INSIDE = """
import os, struct, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from pamkit.stores.open_to_all import is_open_to_all
from pamkit.stores.root import Root
"e".encode("ascii"), "e".encode("utf-8", "surrogateescape")
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", "/mnt"], check=True)
os.chroot("/mnt")
os.chdir("/")
os.umask(0)
def made(path, mode=0o644):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, mode))
def lists(path, kind):
    entries = [(1, 7, -1), (2, 0, 1), (4, 7, -1), (16, 7, -1), (32, 5, -1)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(path, f"system.posix_acl_{kind}", acl)
for directory in ("open", "closed", "shut", "group", "other", "any", "listed", "after", "alien"):
    os.mkdir(f"/{directory}", 0o755)
    made(f"/{directory}/file")
    made(f"/{directory}/e\\u00e9\\udcff")
os.chmod("/closed", 0o700)
os.chmod("/shut", 0o705)
os.chmod("/group", 0o754)
os.chmod("/other", 0o757)
os.chmod("/any", 0o1777)
lists("/listed", "access")
lists("/after", "default")
for name, mode in ("secret", 0o640), ("not-group", 0o604), ("writable", 0o664), ("own", 0o044):
    made(f"/open/{name}", mode)
made("/open/listed")
lists("/open/listed", "access")
os.symlink("file", "/open/link")
os.symlink("open", "/way")
os.mkfifo("/open/fifo", 0o644)
made("/file")
made("/open/alien")
if sys.argv[2] == "0":
    os.chown("/open/alien", 1, 0)
    os.chown("/alien", 1, 0)
later = lambda: time.time_ns() + 10_000_000_000
is_open_to_all(Root(), "/open/file")
for path in sys.argv[3:]:
    told = {is_open_to_all(Root(), path), *(is_open_to_all(Root(), path, now=later) for _ in "12")}
    print(*map(int, told))
lists("/open/file", "access")
print(int(is_open_to_all(Root(), "/open/file")))
os.removexattr("/open/file", "system.posix_acl_access")
os.chmod("/open/file", 0o644)
print(int(is_open_to_all(Root(), "/open/file", now=later)))
os.chmod("/open", 0o711)
print(int(is_open_to_all(Root(), "/open/file", now=later)))
os.chmod("/open", 0o701)
print(int(is_open_to_all(Root(), "/open/file", now=later)))
os.chmod("/open", 0o755)
print(int(is_open_to_all(Root("/open"), "/file")))
os.chmod("/", 0o777)
print(int(is_open_to_all(Root(), "/open/file")))
"""

_CASES = {
    "/file": 1,
    "/open/file": 1,
    "/open/e\u00e9\udcff": 1,
    "/closed/file": 0,
    "/shut/file": 0,
    "/group/file": 0,
    "/other/file": 0,
    "/any/file": 0,
    "/listed/file": 0,
    "/after/file": 0,  # a list for what is made in it; in doubt it is one
    "/open/secret": 0,
    "/open/not-group": 0,
    "/open/writable": 0,
    "/open/own": 0,
    "/open/listed": 0,
    "/open/link": 0,
    "/way/file": 0,
    "/open/fifo": 0,
    "/open": 0,
    "/open/": 0,
    "/open/missing": 0,
    "/open/file/below": 0,
    "/open/../open/file": 0,
    "/open/./file": 0,
    "/open//file": 0,
    "//open/file": 0,
    "open/file": 0,
    "/": 0,
    "": 0,
}
_ALIEN = {"/alien/file": 0, "/open/alien": 0}


@pytest.mark.needs("mount-namespace")
def test_a_file_is_open_to_all_if_nothing_on_the_way_keeps_anybody_from_it() -> None:
    is_root = os.geteuid() == 0
    cases = _CASES | _ALIEN if is_root else _CASES
    source = str(Path(open_to_all.__file__).parents[2])
    unshare = ["unshare", "-m"] if is_root else ["unshare", "-Urm"]
    told = subprocess.run(
        [*unshare, sys.executable, "-c", _INSIDE, source, str(os.geteuid()), *cases],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr == ""
    # What was said before is not said of what has changed since.  What lies below another root, or
    # in one that others may change, is open to nobody.
    names = (*cases, "listed", "not listed", "passed", "shut", "elsewhere", "changed")
    assert dict(zip(names, map(int, told.stdout.split()), strict=True)) == {
        **cases,
        "listed": 0,
        "not listed": 1,
        "passed": 1,
        "shut": 0,
        "elsewhere": 0,
        "changed": 0,
    }


def test_a_path_that_is_none_is_open_to_nobody() -> None:
    assert not is_open_to_all(Root(), "/etc/a\0b")
    assert not is_open_to_all(Root(), "/etc/\ud800")
