"""Users and groups: from files below a root, and from the C library."""

import errno
import grp
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.module.world import Account, Group
from pamkit.stores import c_by_ctypes, nss
from pamkit.stores.accounts import AccountFiles, NameService, accounts_for
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret

ALICE = Account("alice", Secret("x"), 1000, 100, "Alice", "/home/alice", "/bin/sh")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(
        "# users\nbroken\nalice:x:1000:100:Alice:/home/alice:/bin/sh\n"
        "bob:x:1001:100:::\nshort:\n+remote::::::\n"
    )
    (tmp_path / "etc/group").write_text(
        "users:x:100:bob\nadm:x:4:alice,bob\ndup:x:100:alice\nwheel:x:10:bob\n+:::\n"
    )
    return tmp_path


@pytest.fixture
def accounts(image: Path) -> AccountFiles:
    return AccountFiles(Root(str(image)))


@pytest.fixture
def system() -> NameService:
    return NameService(Root())


def test_a_user_is_found_by_name_and_number(accounts: AccountFiles) -> None:
    assert accounts.find("alice") == ALICE
    assert accounts.by_uid(1000) == ALICE
    assert accounts.find("carol") is None
    assert accounts.by_uid(1) is None
    assert accounts.find("+remote") is None


def test_a_group_is_found_by_name_and_number(accounts: AccountFiles) -> None:
    assert accounts.group("adm") == Group("adm", 4, ("alice", "bob"))
    assert accounts.group_by_gid(100) == Group("users", 100, ("bob",))
    assert accounts.group("none") is None
    assert accounts.group_by_gid(7) is None


def test_the_groups_of_a_user_begin_with_the_primary_one(accounts: AccountFiles) -> None:
    assert accounts.groups_of("alice") == (100, 4)
    assert accounts.groups_of("bob") == (100, 4, 10)
    assert accounts.groups_of("carol") == ()
    assert accounts.groups_of("carol", 7) == (7,)
    assert accounts.groups_of("bob", 7) == (7, 100, 4, 10)


def test_local_is_who_has_a_line(accounts: AccountFiles) -> None:
    local = {name for name in ("alice", "short", "carol", "+remote", "") if accounts.is_local(name)}
    assert local == {"alice", "short"}


def test_nobody_is_in_a_netgroup_below_a_root(accounts: AccountFiles) -> None:
    assert not accounts.in_netgroup("any", host=None, user=None)


def test_a_source_that_cannot_be_read_is_not_an_unknown_user(image: Path) -> None:
    accounts = accounts_for(Root(str(image)))
    (image / "etc/passwd").unlink()
    for ask in (accounts.find, accounts.is_local, accounts.groups_of):
        with pytest.raises(FileNotFoundError):
            ask("alice")
    os.mkfifo(image / "etc/passwd")
    with pytest.raises(OSError, match="not a regular file"):
        accounts.by_uid(1000)


def test_a_root_of_its_own_is_served_from_files(image: Path) -> None:
    assert isinstance(accounts_for(Root(str(image))), AccountFiles)
    assert isinstance(accounts_for(Root()), NameService)


def test_no_group_file_is_no_groups(image: Path) -> None:
    (image / "etc/group").unlink()
    accounts = accounts_for(Root(str(image)))
    assert accounts.group("adm") is None
    assert accounts.groups_of("alice") == (100,)


def test_the_system_knows_every_user_that_python_knows(system: NameService) -> None:
    for entry in pwd.getpwall()[:20]:
        expected = Account(
            entry.pw_name,
            Secret(entry.pw_passwd),
            entry.pw_uid,
            entry.pw_gid,
            entry.pw_gecos,
            entry.pw_dir,
            entry.pw_shell,
        )
        assert system.find(entry.pw_name) == expected
        groups = system.groups_of(entry.pw_name)
        assert set(groups) == set(os.getgrouplist(entry.pw_name, entry.pw_gid))
        assert system.groups_of(entry.pw_name, entry.pw_gid) == groups
    assert system.by_uid(0) == system.find("root")
    assert system.is_local("root")


def test_the_system_knows_every_group_that_python_knows(system: NameService) -> None:
    for entry in grp.getgrall()[:20]:
        expected = Group(entry.gr_name, entry.gr_gid, tuple(entry.gr_mem))
        assert system.group(entry.gr_name) == expected
    found = system.group_by_gid(0)
    assert found is not None
    assert found.gid == 0


@pytest.mark.parametrize("name", ["no such user", "", "root\0", "root\0x", "\ud800"])
def test_who_is_unknown_to_the_system_is_none(system: NameService, name: str) -> None:
    assert system.find(name) is None
    assert system.group(name) is None
    assert system.groups_of(name) == ()
    assert not system.is_local(name)
    assert not system.in_netgroup(name, host="h", user="u")


@pytest.mark.parametrize("number", [-1, 0xFFFFFFFF, 1 << 32])
def test_a_number_that_is_none_finds_nobody(system: NameService, number: int) -> None:
    assert system.by_uid(number) is None
    assert system.group_by_gid(number) is None


UNREADABLE = """
import errno, os, sys
sys.path.insert(0, sys.argv[1])
from pamkit.stores.accounts import accounts_for
from pamkit.stores.root import Root
system = accounts_for(Root())
print(system.find("alice") is not None, system.group("many").members[-1])
os.chmod("/etc/passwd", 0)
if os.geteuid() == 0:
    import ctypes
    os.setresuid(65534, 65534, 65534)
try:
    print(system.find("alice"))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@pytest.mark.needs("mount-namespace")
def test_the_c_library_tells_unknown_from_unreadable(image: Path) -> None:
    members = ",".join(f"member{number}" for number in range(20_000))
    (image / "etc/group").write_text(f"many:x:7:{members}\n")
    (image / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\n")
    if os.geteuid() != 0:
        return  # a user that is root in his namespace cannot become another
    image.parent.chmod(0o755)
    script = f'mount --bind "{image}/etc" /etc && exec "$@"'
    done = subprocess.run(
        [
            *("unshare", "-m", "sh", "-c", script, "sh"),
            *(sys.executable, "-c", UNREADABLE, str(Path(nss.__file__).parents[2])),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == "True member19999\nEACCES\n"


def test_a_look_up_that_fails_is_an_error(
    monkeypatch: pytest.MonkeyPatch, system: NameService
) -> None:
    monkeypatch.setattr(c_by_ctypes, "_LAST_SIZE", 0)
    with pytest.raises(OSError, match="too long") as caught:
        system.by_uid(0)
    assert caught.value.errno == errno.ERANGE
