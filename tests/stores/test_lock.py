"""The lock of the account files: excludes processes, threads and the C library's lckpwdf."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pamkit.stores import lock as module
from pamkit.stores.lock import PasswordLock
from pamkit.stores.root import Root

SOURCE = str(Path(module.__file__).parents[2])


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    return tmp_path


def _lock(image: Path | str) -> PasswordLock:
    return PasswordLock(Root(str(image)))


def test_the_lock_is_taken_and_given_back(image: Path) -> None:
    lock = _lock(image)
    assert not lock.is_mine()
    for _ in range(2):
        with lock:
            assert lock.is_mine()
        assert not lock.is_mine()
    assert (image / "etc/.pwd.lock").stat().st_mode & 0o777 == 0o600


def test_a_lock_that_is_held_is_not_waited_for(image: Path) -> None:
    with _lock(image), pytest.raises(BlockingIOError), _lock(image):
        pass
    with _lock(image):
        pass


def test_the_same_lock_is_not_taken_twice(image: Path) -> None:
    lock = _lock(image)
    with lock:
        with pytest.raises(BlockingIOError, match="already"), lock:
            pass
        assert lock.is_mine()


def test_another_thread_is_shut_out(image: Path) -> None:
    lock, seen = _lock(image), list[bool]()

    def use() -> None:
        seen.append(lock.is_mine())
        with pytest.raises(BlockingIOError), lock:
            pass

    with lock:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert lock.is_mine()
    assert seen == [False]


def test_a_child_forked_meanwhile_does_not_keep_the_lock(image: Path) -> None:
    lock = _lock(image)
    lock.__enter__()
    read, write = os.pipe()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=read, close_fds=False)
    lock.__exit__(None, None, None)
    with _lock(image):
        pass
    os.close(read)
    os.write(write, b"\n")
    os.close(write)
    assert child.wait() == 0


def test_no_lock_without_its_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), _lock(tmp_path):
        pass


def test_a_fifo_in_the_place_of_the_lock_does_not_hang(image: Path) -> None:
    os.mkfifo(image / "etc/.pwd.lock")
    with pytest.raises(OSError, match="No such device"), _lock(image):
        pass


THE_OTHER = """
import ctypes, sys
sys.path.insert(0, sys.argv[1])
from pamkit.stores.lock import PasswordLock
from pamkit.stores.root import Root
libc = ctypes.CDLL(None)
ours = PasswordLock(Root("/"))
def theirs_in_a_child():
    import os
    pid = os.fork()
    if pid == 0:
        import signal
        # lckpwdf waits for 15 seconds; a busy lock shows sooner.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        import fcntl
        fd = os.open("/etc/.pwd.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os._exit(1)
        os.close(fd)
        os._exit(0 if libc.lckpwdf() == 0 else 2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(theirs_in_a_child())
with ours:
    print(theirs_in_a_child())
print(theirs_in_a_child())
libc.lckpwdf()
try:
    with ours:
        print("entered")
except BlockingIOError:
    print("shut out")
libc.ulckpwdf()
with ours:
    print("entered")
"""


@pytest.mark.needs("mount-namespace")
def test_the_c_library_is_shut_out_and_shuts_out(image: Path) -> None:
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    script = f'mount --bind "{image}/etc" /etc && exec "$@"'
    done = subprocess.run(
        [*unshare, "sh", "-c", script, "sh", sys.executable, "-c", THE_OTHER, SOURCE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["0", "1", "0", "shut out", "entered", ""]
