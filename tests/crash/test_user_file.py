"""Whoever is killed while changing a file of users leaves it old or new, and no lock behind.

SQLite makes its system calls in C, where the harness of this directory does not reach: a library
that is loaded before it counts those that may change files, and kills at one of them: instead of
the call, behind it, or at a write with half of it done.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.formats import user_table
from pamkit.stores.root import Root
from pamkit.stores.user_databases import DiskDatabases
from pamkit.stores.user_file import ManagedUser, UserFile, create
from pamkit.vocab.secret import Secret

ROOT = Path(__file__).resolve().parents[2]

_KILLER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>
static long at = -1, how, seen;
void pamkit_kill(long call, long kind) { at = call, how = kind, seen = 0; }
long pamkit_seen(void) { return seen; }
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }
static int strikes(void) { return at >= 0 && seen++ == at; }
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define SIMPLE(type, name, parameters, arguments)                                                  \
    type name parameters                                                                           \
    {                                                                                              \
        int now = strikes();                                                                       \
        if (now && how == 0) die();                                                                \
        type result = REAL(name) arguments;                                                        \
        if (now) die();                                                                            \
        return result;                                                                             \
    }
#define WRITE(name, parameters, half, whole)                                                       \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        int now = strikes();                                                                       \
        if (now && how == 0) die();                                                                \
        if (now && how == 2) { (void)!REAL(name) half; die(); }                                    \
        ssize_t result = REAL(name) whole;                                                         \
        if (now) die();                                                                            \
        return result;                                                                             \
    }
SIMPLE(int, fsync, (int fd), (fd))
SIMPLE(int, fdatasync, (int fd), (fd))
SIMPLE(int, unlink, (const char *path), (path))
SIMPLE(int, link, (const char *from, const char *to), (from, to))
SIMPLE(int, ftruncate64, (int fd, off64_t size), (fd, size))
SIMPLE(int, fchmod, (int fd, mode_t mode), (fd, mode))
SIMPLE(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t to), (fd, data, size / 2, to),
      (fd, data, size, to))
WRITE(write, (int fd, const void *data, size_t size), (fd, data, size / 2), (fd, data, size))
"""

_OLD = {"alice": b"$old$", "bob": b"$old$"}


def _clear(path: str) -> None:
    for name in os.listdir(os.path.dirname(path)):
        os.unlink(os.path.join(os.path.dirname(path), name))


def _lay_out(path: str) -> None:
    _clear(path)
    create(path)
    with UserFile(path) as file:
        for name, hashed in _OLD.items():
            assert file.add(name, Secret(hashed))


def _replace_all(path: str) -> None:
    with UserFile(path) as file:
        users = [ManagedUser(f"user{n}", Secret("$new$" + "x" * 60), 1, 1) for n in range(60)]
        new = [ManagedUser(name, Secret("$new$"), 1, 1) for name in _OLD]
        file.add_all([*new, *users], replace=True)


def _passwd(path: str) -> None:
    with UserFile(path) as file:
        file.set_hash("alice", Secret("$new$"))


def _remove(path: str) -> None:
    with UserFile(path) as file:
        file.remove("alice")


def _by_module(path: str) -> None:
    databases = DiskDatabases(Root("/"))
    old, new = Secret("$old$"), Secret("$new$")
    databases.change(path.removesuffix(".sqlite"), "alice", old=old, new=new, now=7)


CHANGES: dict[str, Callable[[str], None]] = {
    "replace_all": _replace_all,
    "passwd": _passwd,
    "remove": _remove,
    "by_module": _by_module,
    "create": create,
}


def _state(path: str) -> dict[str, bytes] | None:
    """Return what the module finds, and see that the file is sound and can be written at once."""
    if not os.path.exists(path):
        return None
    databases = DiskDatabases(Root("/"))
    stored = {
        name: databases.find(path.removesuffix(".sqlite"), name).stored
        for name in ("alice", "bob", "user0", "user59")
    }
    opened = sqlite3.connect(path, timeout=0, isolation_level=None)
    assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    opened.execute("BEGIN EXCLUSIVE")
    opened.execute("ROLLBACK")
    opened.close()
    return {name: secret.expose() for name, secret in stored.items() if secret is not None}


def strike(path: str, name: str) -> None:
    """Kill one change at each of its calls, in each way; in a process with the killer loaded."""
    import ctypes

    killer, change = ctypes.CDLL(None), CHANGES[name]
    prepare = _clear if name == "create" else _lay_out
    prepare(path)
    allowed = [_state(path)]
    change(path)
    allowed.append(_state(path))
    killed = 0
    for kind in range(3):
        call = 0
        while True:
            prepare(path)
            child = os.fork()
            if child == 0:
                killer.pamkit_kill(ctypes.c_long(call), ctypes.c_long(kind))
                change(path)
                os._exit(0)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            assert _state(path) in allowed, (kind, call)
            call, killed = call + 1, killed + 1
    print(killed)


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("killer")
    (place / "killer.c").write_text(_KILLER)
    made = place / "killer.so"
    words = ("cc", "-shared", "-fPIC", "-O1", "-o", made, place / "killer.c", "-ldl")
    subprocess.run(words, check=True)
    return made


@pytest.mark.needs("cc", "sqlite3")
@pytest.mark.parametrize("name", CHANGES)
def test_a_kill_at_any_call_leaves_old_or_new(name: str, killer: Path, tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    path = f"{tmp_path}/db/users.sqlite"
    program = f"from tests.crash.test_user_file import strike; strike({path!r}, {name!r})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT), *sys.path)),
            "LD_PRELOAD": str(killer),
        },
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert int(done.stdout) >= 15
    # What may be left aside has no user in it, and nobody looks for it.
    assert all("users.sqlite" in left for left in os.listdir(tmp_path / "db"))


def test_a_kill_at_any_time_leaves_both_users_at_one_step(tmp_path: Path) -> None:
    path = f"{tmp_path}/users.sqlite"
    _lay_out(path)
    draw, steps = random.Random(11), set()
    for _ in range(100):
        child = os.fork()
        if child == 0:
            _change_for_ever(path)
        time.sleep(draw.uniform(0.002, 0.012))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = _state(path)
        assert found is not None
        assert found.keys() == {"alice", "bob"}
        assert found["alice"] == found["bob"]
        steps.add(found["alice"])
    assert len(steps) > 10


def _change_for_ever(path: str) -> None:
    step = os.getpid() * 100_000
    while True:
        step += 1
        hashed = Secret(f"${step}$")
        with UserFile(path) as file:
            users = (ManagedUser(name, hashed, 1, step) for name in _OLD)
            file.add_all(users, replace=True)


def test_sixteen_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = f"{tmp_path}/users.sqlite"
    create(path)
    children = []
    for number in range(16):
        child = os.fork()
        if child == 0:
            done = 0
            with UserFile(path) as file:
                for step in range(5):
                    done += file.add(f"user{number}.{step}", Secret("x"))
                    done += file.set_locked(f"user{number}.{step}", locked=True)
                    file.add("shared", Secret("x"))
            os._exit(done)
        children.append(child)
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert ended == [10] * 16
    with UserFile(path) as file:
        users = file.users()
    names = {f"user{number}.{step}" for number in range(16) for step in range(5)}
    assert {user.name for user in users if user.is_locked} == names
    assert {user.name for user in users} == names | {"shared"}
    assert os.listdir(tmp_path) == ["users.sqlite"]


def test_the_file_is_never_there_for_others(tmp_path: Path) -> None:
    os.umask(os.umask(0))
    before = os.umask(0)
    try:
        create(f"{tmp_path}/users.sqlite")
    finally:
        os.umask(before)
    assert (tmp_path / "users.sqlite").stat().st_mode & 0o777 == 0o600
    assert user_table.SUFFIX == ".sqlite"
