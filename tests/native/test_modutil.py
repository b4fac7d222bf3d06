"""The functions `pam_modutil_*`: the system's library and ours give the same answers to a module.

A module reads calls from a file and prints what comes back; a pretended C library under it fails
where a test wants it to.  The same module is judged three times: under the system's libpam, linked
with our files and a stand-in for the rest of a library, and under our libpam
(`PAMKIT_NATIVE_DIRECTORY` names the directory of another one).
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import subprocess
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from tests.native.built import built_libraries

pytestmark = pytest.mark.needs("cc", "libpam")

C = ROOT / "src" / "pamkit" / "native" / "c"
HERE = Path(__file__).resolve().parent / "modutil"
OURS = sorted((C / "libpam").glob("modutil_*.c"))

STRICT = (
    *("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes"),
    *("-Wmissing-prototypes", "-Wvla", "-Werror", "-D_FORTIFY_SOURCE=2"),
    *("-fvisibility=hidden", "-fstack-protector-strong"),
)
DRIVER = (HERE / "driver.c", HERE / "world.c", HERE / "calls.c")
WRAPPED = ("calloc", "strdup", "asprintf", "__asprintf_chk", "free")

SUBJECTS = ("system", "stand-in", "built")


class Subject(NamedTuple):
    """A driver and the library under which it makes its calls."""

    name: str
    driver: Path
    libraries: str
    prefix: tuple[str, ...] = ()


class Desk:
    """Where calls are written down and answers are read."""

    def __init__(self, place: Path, module: Path) -> None:
        self.place = place
        self.calls = place / "calls"
        for service in ("modutil", "other"):
            (place / service).write_text(f"auth required {module} {self.calls}\n")

    def transcript(
        self,
        subject: Subject,
        script: str,
        *,
        by_application: bool = False,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """What is printed, each call before its answer; the script may be a transcript itself."""
        calls = [line[2:] for line in script.splitlines() if line.startswith("> ")]
        self.calls.write_text("".join(f"{call}\n" for call in calls))
        done = subprocess.run(
            [
                *subject.prefix,
                subject.driver,
                self.place,
                *([self.calls] if by_application else []),
            ],
            env={"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": subject.libraries, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode(errors="surrogateescape")
        text = re.sub(r"(?m)^(  log \d) (?:\w+\(modutil:\w*\):|PAM) ", r"\1 ", text)
        return text[text.index("> ", 1) :] if calls else text

    def answers(self, subject: Subject, *calls: str, **environment: str) -> list[str]:
        """What comes back from each call, the last line of it."""
        script = "".join(f"> {call}\n" for call in calls)
        spoken = self.transcript(subject, script, environment=environment).split("\n> ")
        return [part.splitlines()[-1] for part in spoken[: len(calls)]]


def _compile(target: Path, *arguments: str | Path) -> Path:
    command = ["cc", f"-I{C / 'include'}", *arguments, "-o", target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return target


def _stand_in(target: Path, *flags: str) -> Path:
    wraps = [f"-Wl,--wrap={name}" for name in WRAPPED]
    tests = ("-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-rdynamic")
    return _compile(target, *tests, *flags, *DRIVER, HERE / "standin.c", *OURS, *wraps)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("modutil")


@pytest.fixture(scope="module")
def stand_in(built: Path) -> Subject:
    driver = _stand_in(built / "stand-in", "-D_FORTIFY_SOURCE=2")
    return Subject("stand-in", driver, "")


@pytest.fixture(scope="module")
def driver(built: Path) -> Path:
    flags = ("-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-rdynamic")
    return _compile(built / "driver", *flags, *DRIVER, "-l:libpam.so.0")


@pytest.fixture(scope="module")
def module(built: Path) -> Path:
    flags = ("-std=gnu11", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror")
    return _compile(built / "modutil_calls.so", *flags, HERE / "calls.c", "-l:libpam.so.0")


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest, stand_in: Subject, driver: Path) -> Subject:
    return _subject(request.param, stand_in, driver)


@pytest.fixture(params=SUBJECTS[1:])
def own(request: pytest.FixtureRequest, stand_in: Subject, driver: Path) -> Subject:
    return _subject(request.param, stand_in, driver)


def _subject(name: str, stand_in: Subject, driver: Path) -> Subject:
    if name == "stand-in":
        return stand_in
    return Subject(name, driver, "" if name == "system" else str(built_libraries()))


@pytest.fixture
def desk(tmp_path: Path, module: Path) -> Desk:
    return Desk(tmp_path, module)


def expected_of(subject: Subject, transcript: str) -> str:
    """Lines marked `[1.5]` are the system's answer, lines marked `[1.7]` ours.

    What our engine logs goes past the driver, so it is left out there.
    """
    own, foreign = ("[1.5] ", "[1.7] ") if subject.name == "system" else ("[1.7] ", "[1.5] ")
    lines = [line for line in transcript.strip().splitlines() if not line.startswith(foreign)]
    return _without_log(subject, "\n".join(line.removeprefix(own) for line in lines))


def _without_log(subject: Subject, transcript: str) -> str:
    if subject.name != "built":
        return transcript
    return "\n".join(line for line in transcript.splitlines() if not line.startswith("  log "))


def assert_transcript(desk: Desk, subject: Subject, transcript: str) -> None:
    spoken = desk.transcript(subject, transcript)
    expected = expected_of(subject, transcript)
    assert expected.splitlines() == _without_log(subject, _calls_only(spoken)).splitlines()


def _calls_only(spoken: str) -> str:
    start = spoken.index("> ")
    return spoken[start : spoken.index("\n> end")]


# --- the harness ---------------------------------------------------------------------------------


def test_the_library_that_is_meant_is_the_one_that_answers(desk: Desk, subject: Subject) -> None:
    expected = {"system": "/libpam.so.0", "stand-in": "/stand-in"}
    spoken = desk.transcript(subject, "").splitlines()
    assert spoken[1].endswith(expected.get(subject.name, f"{subject.libraries}/libpam.so.0"))


def test_the_transcript_of_another_library_is_noticed(desk: Desk, stand_in: Subject) -> None:
    with pytest.raises(AssertionError):
        assert_transcript(desk, stand_in, "> read 99 4\n  read 4\n3 errno 0 eeee")


def test_our_files_compile_strictly_and_export_the_declared_functions_only(built: Path) -> None:
    library = _compile(
        built / "modutil.so",
        *(*STRICT, "-fanalyzer", "-fPIC", "-shared", "-Wl,-Bsymbolic"),
        *OURS,
        "-l:libpam.so.0",
    )
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    )
    accounts = ("getpwnam", "getpwuid", "getgrnam", "getgrgid", "getspnam")
    groups = (
        f"user_in_group_{user}_{group}" for user, group in product(("nam", "uid"), ("nam", "gid"))
    )
    others = ("getlogin", "read", "write", "drop_priv", "regain_priv", "sanitize_helper_fds")
    last = ("search_key", "check_user_in_passwd")
    expected = {f"pam_modutil_{name}" for name in (*accounts, *groups, *others, *last)}
    assert expected == {line.split()[-1] for line in listed.stdout.splitlines()}


# --- accounts ------------------------------------------------------------------------------------

ACCOUNTS = """
> getpwnam fake-interrupted
  getpwnam_r 1024
  getpwnam_r 16384
fake-interrupted:x:4294967294:4200::: _pammodutil_getpwnam_fake-interrupted_0
> getpwnam fake-broken
  getpwnam_r 1024
none
> getpwnam fake-constant
  getpwnam_r 1024
fake-constant:x:4294967294:4200::: _pammodutil_getpwnam_fake-constant_0
> getpwnam fake-constant
  getpwnam_r 1024
fake-constant:x:4294967294:4200::: _pammodutil_getpwnam_fake-constant_1
> getgrnam fake-1024
  getgrnam_r 1024
fake-1024:x:4294967294: _pammodutil_getgrnam_fake-1024_0
> getgrnam fake-1025
  getgrnam_r 1024
  getgrnam_r 16384
fake-1025:x:4294967294: _pammodutil_getgrnam_fake-1025_0
> getgrnam fake-262144
  getgrnam_r 1024
  getgrnam_r 16384
  getgrnam_r 262144
fake-262144:x:4294967294: _pammodutil_getgrnam_fake-262144_0
> getgrnam fake-262145
  getgrnam_r 1024
  getgrnam_r 16384
  getgrnam_r 262144
none
> getpwnam no-such-user
none
> getpwuid 4294967295
none
> getgrnam no-such-group
none
> getgrgid 4294967295
none
> getspnam no-such-user
none
> getpwnam
none
"""


def test_an_account_is_looked_up_with_growing_room_and_kept_under_its_name(
    desk: Desk, subject: Subject
) -> None:
    assert_transcript(desk, subject, ACCOUNTS)


def _passwd(user: pwd.struct_passwd) -> str:
    return ":".join(str(field) for field in user)


def _group(group: grp.struct_group) -> str:
    return f"{group.gr_name}:{group.gr_passwd}:{group.gr_gid}:" + "".join(
        f"{member}," for member in group.gr_mem
    )


def test_the_accounts_of_the_machine_are_handed_out(desk: Desk, subject: Subject) -> None:
    root, nobody = pwd.getpwnam("root"), pwd.getpwnam("nobody")
    group = grp.getgrgid(nobody.pw_gid)
    calls = {
        "getpwnam root": f"{_passwd(root)} _pammodutil_getpwnam_root_0",
        "getpwuid 0": f"{_passwd(root)} _pammodutil_getpwuid_0_0",
        f"getpwuid {nobody.pw_uid}": f"{_passwd(nobody)} _pammodutil_getpwuid_{nobody.pw_uid}_0",
        f"getgrnam {group.gr_name}": f"{_group(group)} _pammodutil_getgrnam_{group.gr_name}_0",
        f"getgrgid {group.gr_gid}": f"{_group(group)} _pammodutil_getgrgid_{group.gr_gid}_0",
        "without-handle getpwnam root": _passwd(root),
        "without-handle getgrgid 0": _group(grp.getgrgid(0)),
    }
    assert list(calls.values()) == desk.answers(subject, *calls)


def test_a_user_is_in_the_groups_that_the_c_library_lists(desk: Desk, subject: Subject) -> None:
    users = [pwd.getpwuid(0), pwd.getpwnam("nobody"), pwd.getpwnam("daemon")]
    groups = [grp.getgrgid(gid) for gid in {0, 1, users[1].pw_gid}]
    expected = {}
    for user, group in product(users, groups):
        listed = os.getgrouplist(user.pw_name, user.pw_gid)
        answer = str(int(group.gr_gid in listed))
        expected[f"nam_nam {user.pw_name} {group.gr_name}"] = answer
        expected[f"nam_gid {user.pw_name} {group.gr_gid}"] = answer
        expected[f"uid_nam {user.pw_uid} {group.gr_name}"] = answer
        expected[f"uid_gid {user.pw_uid} {group.gr_gid}"] = answer
    expected |= dict.fromkeys(("nam_nam root no-such", "nam_gid root 4294967294"), "0")
    expected |= dict.fromkeys(("nam_nam no-such root", "uid_gid 4294967294 0"), "0")
    expected["nam_nam fake-constant fake-300"] = "0"
    assert list(expected.values()) == desk.answers(subject, *expected)


LISTS = {"100": "1", "101": "1", "65536": "1", "65537": "0"}


def test_as_many_groups_are_looked_through_as_a_process_may_have(
    desk: Desk, subject: Subject
) -> None:
    calls = [f"nam_nam fake-in-{count} fake-1" for count in LISTS]
    assert list(LISTS.values()) == desk.answers(subject, *calls)


@pytest.mark.needs("root")
def test_the_shadow_entry_is_handed_out_to_root(desk: Desk, subject: Subject) -> None:
    fields = next(
        line.rstrip("\n").split(":")
        for line in Path("/etc/shadow").read_text().splitlines()
        if line.startswith("root:")
    )
    name, credential, *days = fields[:8]
    shown = ":".join((name, credential, *(day or "-1" for day in days)))
    answers = desk.answers(subject, "getspnam root", "without-handle getspnam root")
    assert [f"{shown} _pammodutil_getspnam_root_0", shown] == answers


def test_a_hash_is_wiped_before_its_memory_is_freed(desk: Desk, stand_in: Subject) -> None:
    spoken = desk.transcript(stand_in, "> getspnam fake-secret").splitlines()
    assert spoken[1:7] == [
        "  getspnam_r 1024",
        "  freed the secret: wiped",
        "  getspnam_r 16384",
        "fake-secret:$y$secret:0:0:0:0:0:0 _pammodutil_getspnam_fake-secret_0",
        "> end",
        "  freed the secret: wiped",
    ]


ALLOCATING = ("getpwnam root", "getpwuid 0", "getgrnam root", "getgrgid 0", "getspnam fake-secret")
KEEPING = (*ALLOCATING, "getlogin somebody")


@pytest.mark.parametrize("call", KEEPING)
def test_an_application_gets_no_account_and_does_not_wait_for_it(
    desk: Desk, own: Subject, call: str
) -> None:
    spoken = desk.transcript(own, f"> {call}", by_application=True)
    assert "none" in spoken.splitlines()


@pytest.mark.parametrize("call", KEEPING)
def test_where_the_handle_keeps_nothing_there_is_no_account(
    desk: Desk, stand_in: Subject, call: str
) -> None:
    assert desk.answers(stand_in, call, STANDIN_ROOM="0") == ["none"]


@pytest.mark.parametrize(("call", "nth"), [*product(ALLOCATING, (1, 2))])
def test_without_memory_there_is_no_account(
    desk: Desk, stand_in: Subject, call: str, nth: int
) -> None:
    assert desk.answers(stand_in, call, STANDIN_DRY=str(nth)) == ["none"]


def test_without_memory_a_user_is_in_no_group(desk: Desk, stand_in: Subject) -> None:
    answers = [
        desk.answers(stand_in, "nam_nam root root", STANDIN_DRY=str(nth)) for nth in range(1, 6)
    ]
    assert answers == [["0"]] * 4 + [["1"]]


# --- who logged in -------------------------------------------------------------------------------


# 1.5 asks the terminal, and there is none.
LOGINS = """
> getlogin somebody
[1.7]   getlogin_r
[1.7] somebody _pammodutil_getlogin
[1.5] none
> getlogin somebody-else
[1.7] somebody _pammodutil_getlogin
[1.5] none
"""


def test_who_logged_in_is_asked_once_and_remembered(desk: Desk, subject: Subject) -> None:
    assert_transcript(desk, subject, LOGINS)


@pytest.mark.parametrize(
    ("name", "expected"), [("", "none"), ("x" * 256, "x" * 256), ("x" * 257, "none")]
)
def test_a_login_name_is_there_in_full_or_not_at_all(
    desk: Desk, own: Subject, name: str, expected: str
) -> None:
    answer = desk.answers(own, f"getlogin {name}")[0]
    assert expected == answer.removesuffix(" _pammodutil_getlogin")


# --- reading and writing -------------------------------------------------------------------------

IO = """
> read 3,e4,2 5
  read 5
  read 2
  read 2
5 errno 0 dddccFGHIJKLMNOPQRSTUVWXYZ
> read 3,0 9
  read 9
  read 6
3 errno 0 dddDEFGHIJKLMNOPQRSTUVWXYZ
> read 2,e5 9
  read 9
  read 7
-1 errno 5 ccCDEFGHIJKLMNOPQRSTUVWXYZ
> read 0 9
  read 9
0 errno 0 ABCDEFGHIJKLMNOPQRSTUVWXYZ
> read 1 0
0 errno 0 ABCDEFGHIJKLMNOPQRSTUVWXYZ
> read 99 4
  read 4
4 errno 0 eeeeEFGHIJKLMNOPQRSTUVWXYZ
> read 1 -1
[1.5] 0 errno 0 ABCDEFGHIJKLMNOPQRSTUVWXYZ
[1.7] -1 errno 22 ABCDEFGHIJKLMNOPQRSTUVWXYZ
> write 3,e4,2 5
  write ABCDE
  write DE
  write DE
5 errno 0
> write 3,0 9
  write ABCDEFGHI
  write DEFGHI
3 errno 0
> write 2,e28 9
  write ABCDEFGHI
  write CDEFGHI
-1 errno 28
> write 1 0
0 errno 0
> write 1 -2147483648
[1.5] 0 errno 0
[1.7] -1 errno 22
"""


def test_bytes_move_to_the_last_one_through_interruptions(desk: Desk, subject: Subject) -> None:
    assert_transcript(desk, subject, IO)


# --- keys and names in files ---------------------------------------------------------------------

LONG = "x" * 9000
DEFS = (
    "# UMASK 1\nUMASK\t\t022  \n\n  indented = a b=c # comment\nnovalue\n=odd v\nDOS 7\r\n"
    f"NUL 1\0two\nUMASK 077\n#K v\nlong {LONG}\nkv=v==\nafter#x\ntab\v9 3\nlast 5"
)
KEYS = {
    "UMASK": "`022  `",
    "umask": "`022  `",
    "Indented": "`a b=c `",
    "novalue": "``",
    "": "`odd v`",
    "odd": "none",
    "DOS": "`7\r`",
    "NUL": "`1`",
    "two": "none",
    "K": "none",
    "kv": "`v==`",
    "after": "``",
    "tab": "none",
    "tab%0b9": "`3`",
    "last": "`5`",
    "long": f"`{LONG}`",
    "UMAS": "none",
    "UMASKS": "none",
    "no such": "none",
}


def test_a_key_has_the_value_of_its_first_line(desk: Desk, subject: Subject) -> None:
    file = desk.place / "defs"
    file.write_bytes(DEFS.encode())
    script = "".join(f"> search {file} {key.replace(' ', '%20')}\n" for key in KEYS)
    spoken = _calls_only(desk.transcript(subject, script)).split("> search ")
    answers = [part.split("\n", 1)[1].removesuffix("\n") for part in spoken[1:]]
    assert dict(KEYS) == dict(zip(KEYS, answers, strict=True))


@pytest.mark.parametrize("file", ["/no/such/file", "/", "/dev/null"])
def test_a_file_that_says_nothing_has_no_key(desk: Desk, subject: Subject, file: str) -> None:
    assert desk.answers(subject, f"search {file} key", f"search {file} ") == ["none", "none"]


NAMES = (
    f"root:x\r\nlonger{LONG}\ninside:x\nab:\nnul\0: \nq{LONG}\0zz:hidden:\n:empty\n+nis:\n"
    f"rootx:1\n{LONG}:\ntail:x\nlast"
)
NAMED = {
    "root": 0,
    "ro": 6,
    "rootxx": 6,
    f"longer{LONG}": 6,
    "inside": 0,
    "ab": 0,
    "a": 6,
    "nul": 6,
    "zz": 6,
    "": 3,
    "+nis": 0,
    "rootx": 0,
    "root:x": 6,
    ":": 6,
    LONG: 0,
    LONG[1:]: 6,
    "x" * 8190: 6,
    "x" * 8191: 6,
    "tail": 0,
    "tail%0aroot": 6,
    "%0d": 6,
    "last": 6,
    "empty": 6,
    "%0a": 6,
}


def test_a_name_is_in_the_file_where_a_line_starts_with_it(desk: Desk, subject: Subject) -> None:
    file = desk.place / "passwd"
    file.write_bytes(NAMES.encode())
    expected = dict(NAMED)
    if subject.name == "system":
        expected |= {name: 3 for name in NAMED if len(name) > 8190}
    answers = desk.answers(subject, *(f"check {name} {file}" for name in NAMED))
    assert expected == dict(zip(NAMED, map(int, answers), strict=True))


FILES = """
> check root
0
> check no-such-user
6
> check root /dev/null
6
> check root /no/such/file
  log 3 error opening /no/such/file: No such file or directory
3
> check  /dev/null
  log 5 user name is not valid
3
> check root /
[1.5] 6
[1.7]   log 3 error reading /: Is a directory
[1.7] 3
"""


def test_a_file_that_cannot_be_read_is_an_error_and_not_a_denial(
    desk: Desk, subject: Subject
) -> None:
    assert_transcript(desk, subject, FILES)


# --- rights --------------------------------------------------------------------------------------

RIGHTS = """
> be 0 3
> privs 4
> drop u 1000 2000
  getgroups 0
  getgroups 4
  initgroups u 2000
  setfsgid 2000
  setfsgid 2000
  setfsuid 1000
  setfsuid 1000
0 mark 1004000a groups mine 3 allocated 0 old 0 0
> drop u 1000 2000
  log 2 pam_modutil_drop_priv: called with dropped privileges
-1 mark 1004000a groups mine 3 allocated 0 old 0 0
> regain
  setfsuid 0
  setfsuid 0
  setfsgid 0
  setfsgid 0
  setgroups 3 7002
0 mark 0 groups none 0 allocated 0 old 0 0
> regain
  log 2 pam_modutil_regain_priv: called with invalid state
-1 mark 0 groups none 0 allocated 0 old 0 0
> drop u 1000 2000
  log 2 pam_modutil_drop_priv: called without room for supplementary groups
-1 mark 0 groups none 0 allocated 0 old 0 0
> be 0 9
> privs 4
> drop u 1000 2000
  getgroups 0
  getgroups 9
  initgroups u 2000
  setfsgid 2000
  setfsgid 2000
  setfsuid 1000
  setfsuid 1000
0 mark 1004000a groups other 9 allocated 1 old 0 0
> regain
  setfsuid 0
  setfsuid 0
  setfsgid 0
  setfsgid 0
  setgroups 9 7008
0 mark 0 groups none 0 allocated 0 old 0 0
> be 5 3
> privs 4
> drop u 1000 2000
0 mark dead000a groups mine 4 allocated 0 old -1 -1
> drop u 1000 2000
  log 2 pam_modutil_drop_priv: called with dropped privileges
-1 mark dead000a groups mine 4 allocated 0 old -1 -1
> regain
0 mark 0 groups mine 4 allocated 0 old -1 -1
> be 0 3
> drop r 0 7
0 mark dead000a groups mine 4 allocated 0 old -1 -1
> regain
0 mark 0 groups mine 4 allocated 0 old -1 -1
"""

FAILING_DROPS = """
> be 0 3
> privs 4
> fail getgroups 1 5
> drop u 1000 2000
  getgroups 0
  log 3 pam_modutil_drop_priv: getgroups failed: Input/output error
-1 mark 0 groups mine 4 allocated 0 old -1 -1
> be 0 9
> privs 4
> fail getgroups 2 5
> drop u 1000 2000
  getgroups 0
  getgroups 9
  log 3 pam_modutil_drop_priv: getgroups failed: Input/output error
-1 mark 0 groups none 0 allocated 0 old -1 -1
> be 0 3
> privs 4
> fail initgroups 1 1
> drop u 1000 2000
  getgroups 0
  getgroups 4
  initgroups u 2000
  log 4 pam_modutil_drop_priv: initgroups failed: Operation not permitted
  setgroups 0 0
  setfsgid 2000
  setfsgid 2000
  setfsuid 1000
  setfsuid 1000
0 mark 1004000a groups mine 3 allocated 0 old 0 0
> be 0 3
> privs 4
> fail setfsgid 1 1
> drop u 1000 2000
  getgroups 0
  getgroups 4
  initgroups u 2000
  setfsgid 2000
  setfsgid 2000
  log 3 pam_modutil_drop_priv: change_gid failed: Operation not permitted
  setgroups 3 7002
-1 mark 0 groups none 0 allocated 0 old -1 0
> regain
  log 2 pam_modutil_regain_priv: called with invalid state
-1 mark 0 groups none 0 allocated 0 old -1 0
> be 0 9
> privs 4
> fail setfsuid 1 1
> drop u 1000 2000
  getgroups 0
  getgroups 9
  initgroups u 2000
  setfsgid 2000
  setfsgid 2000
  setfsuid 1000
  setfsuid 1000
  log 3 pam_modutil_drop_priv: change_uid failed: Operation not permitted
  setfsgid 0
  setfsgid 0
  setgroups 9 7008
-1 mark 0 groups none 0 allocated 0 old 0 0
"""

FAILING_REGAINS = """
> be 0 3
> privs 4
> drop u 1000 2000
  getgroups 0
  getgroups 4
  initgroups u 2000
  setfsgid 2000
  setfsgid 2000
  setfsuid 1000
  setfsuid 1000
0 mark 1004000a groups mine 3 allocated 0 old 0 0
> fail setfsuid 1 1
> regain
  setfsuid 0
  setfsuid 0
  log 3 pam_modutil_regain_priv: change_uid failed: Operation not permitted
-1 mark 1004000a groups none 0 allocated 0 old 0 0
> fail setfsgid 1 1
> regain
  setfsuid 0
  setfsuid 0
  setfsgid 0
  setfsgid 0
  log 3 pam_modutil_regain_priv: change_gid failed: Operation not permitted
-1 mark 1004000a groups none 0 allocated 0 old 0 0
> fail setgroups 1 1
> regain
  setfsuid 0
  setfsuid 0
  setfsgid 0
  setfsgid 0
  setgroups 0 0
  log 3 pam_modutil_regain_priv: setgroups failed: Operation not permitted
-1 mark 1004000a groups none 0 allocated 0 old 0 0
> regain
  setfsuid 0
  setfsuid 0
  setfsgid 0
  setfsgid 0
  setgroups 0 0
0 mark 0 groups none 0 allocated 0 old 0 0
"""


@pytest.mark.parametrize("transcript", [RIGHTS, FAILING_DROPS, FAILING_REGAINS])
def test_rights_are_dropped_and_regained_step_by_step(
    desk: Desk, subject: Subject, transcript: str
) -> None:
    assert_transcript(desk, subject, transcript)


def test_rights_are_not_dropped_when_neither_groups_can_be_had_nor_none(
    desk: Desk, stand_in: Subject
) -> None:
    answers = desk.answers(stand_in, "be 0 9", "privs 4", "drop u 1000 2000", STANDIN_DRY="1")
    assert answers[-1] == "-1 mark 0 groups none 0 allocated 0 old -1 -1"


@pytest.mark.needs("root")
def test_the_real_ids_for_files_change_in_this_thread_alone(desk: Desk, subject: Subject) -> None:
    nobody = pwd.getpwnam("nobody")
    drop = f"drop nobody {nobody.pw_uid} {nobody.pw_gid}"
    before, _, _, dropped, _, after = desk.answers(
        subject, "ids first", "privs 64", drop, "ids again", "regain", "ids last"
    )
    joined = sorted(os.getgrouplist("nobody", nobody.pw_gid))
    mine = f" mine {nobody.pw_uid} {nobody.pw_gid} other 0 0 effective 0 0 groups "
    assert dropped.startswith(mine)
    assert joined == sorted(int(gid) for gid in dropped.split("groups")[1].split())
    assert before.startswith(" mine 0 0 other 0 0 effective 0 0 groups")
    assert before == after


# --- descriptors of a helper ---------------------------------------------------------------------

STDIN = {"0": "f", "1": "p", "2": "p"}
OUTPUT = {"0": "f", "1": "p", "2": "n"}


def test_a_helper_has_the_descriptors_that_were_asked_for(desk: Desk, subject: Subject) -> None:
    closed = ("none", "0", "1", "2", "01", "02", "12", "012")
    expected = {}
    for modes, missing in product(product("012", repeat=3), closed):
        shown = [STDIN[modes[0]], OUTPUT[modes[1]], OUTPUT[modes[2]]]
        shown = [
            "-" if mode == "0" and str(fd) in missing else state
            for fd, (mode, state) in enumerate(zip(modes, shown, strict=True))
        ]
        expected[f"sanitize {''.join(modes)} {missing}"] = f"0 {''.join(shown)} others closed"
    assert expected == dict(zip(expected, desk.answers(subject, *expected), strict=True))


FAILING_HELPERS = """
> fail pipe 1 24
> sanitize 111 none
  log 3 Could not create pipe: Too many open files
-1 fff others open
> fail pipe 2 24
> sanitize 111 none
  log 3 Could not create pipe: Too many open files
-1 pff others open
> fail dup2 1 9
> sanitize 111 none
  log 3 dup2 of stdin failed: Bad file descriptor
-1 fff others open
> fail dup2 2 9
> sanitize 122 none
  log 3 dup2 of stdout failed: Bad file descriptor
-1 pff others open
> fail dup2 3 9
> sanitize 122 none
  log 3 dup2 of stderr failed: Bad file descriptor
-1 pnf others open
> fail open 1 13
> sanitize 121 none
  log 3 open of /dev/null failed: Permission denied
-1 pff others open
> fail open 1 13
> sanitize 112 none
  log 3 open of /dev/null failed: Permission denied
-1 ppf others open
> fail close_range 1 38
> sanitize 111 none
0 ppp others closed
> fail none 0 0
> sanitize 109 none
[1.5] 0 pff others closed
[1.7] -1 pff others open
> sanitize 199 none
[1.5] 0 pff others closed
[1.7] -1 pff others open
"""


def test_a_helper_is_not_started_with_descriptors_that_could_not_be_had(
    desk: Desk, subject: Subject
) -> None:
    assert_transcript(desk, subject, FAILING_HELPERS)


# --- memory --------------------------------------------------------------------------------------

EVERYTHING = ACCOUNTS + IO + RIGHTS + FAILING_DROPS + FAILING_REGAINS + FILES
MORE = "> getspnam fake-secret\n> nam_nam root root\n> getlogin somebody\n> search /etc/passwd x\n"


def test_no_call_touches_memory_that_is_not_its_own(built: Path, desk: Desk) -> None:
    checks = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    driver = _stand_in(built / "sanitized", *checks)
    subject = Subject("stand-in", driver, "")
    script = EVERYTHING + MORE + FAILING_HELPERS
    for shortage in ({"STANDIN_ROOM": "0"}, *({"STANDIN_DRY": str(nth)} for nth in range(8))):
        spoken = desk.transcript(subject, script, environment=shortage)
        assert "> end" in spoken


@pytest.mark.needs("valgrind")
def test_no_call_leaks_or_reads_what_nobody_wrote(desk: Desk, stand_in: Subject) -> None:
    valgrind = ("valgrind", "-q", "--leak-check=full", "--error-exitcode=9")
    subject = Subject("stand-in", stand_in.driver, "", valgrind)
    assert "> end" in desk.transcript(subject, EVERYTHING + MORE)
