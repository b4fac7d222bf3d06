"""pamkit's own modules as `pam_NAME.so`: under another libpam they answer what they answer here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.native.contents import PAMKIT
from pamkit.native.problem import Problem
from pamkit.native.python_module import ROOM, make_module, module_of
from pamkit.stores.system import system_outside
from tests.native.built import built_libraries
from tests.native.module.transact import OURS, THEIRS, Place, place

__all__ = ["place"]

pytestmark = [pytest.mark.needs("libpam", "cc", "python-archive", "root")]

ALL = ("auth", "cred", "acct", "open", "close", "chauthtok")

# Words behind the module (`{here}`: a directory of the test's), answers to prompts, user.
CASES = {
    "pam_access": [
        ("accessfile=/dev/null", "", "root"),
        ("accessfile=/nowhere", "", "root"),
        ("", "", "no_such_user"),
    ],
    "pam_canonicalize_user": [("", "", "root"), ("", "", "no_such_user")],
    "pam_cracklib": [("use_authtok", "", "root")],
    "pam_exec": [
        ("quiet /bin/true", "", "root"),
        ("/bin/false", "", "root"),
        ("stdout /bin/echo one", "", "root"),
        ("", "", "root"),
    ],
    "pam_elogind": [("", "", "no_such_user")],
    "pam_faillock": [
        ("preauth nodelay dir={here}/tallies", "", "root"),
        ("authfail nodelay dir={here}/tallies", "", "nobody"),
        ("preauth nodelay dir={here}/tallies", "", "no_such_user"),
    ],
    "pam_ftp": [("ignore", "me@example.org", "ftp"), ("", "wrong", "root")],
    "pam_group": [("", "", "root"), ("", "", "no_such_user")],
    "pam_issue": [("noesc issue=/dev/null", "", "root"), ("issue=/nowhere", "", "root")],
    "pam_keyinit": [("force revoke", "", "nobody"), ("", "", "root"), ("", "", "no_such_user")],
    "pam_lastlog": [("noupdate silent", "", "no_such_user"), ("nowtmp", "", "no_such_user")],
    "pam_lastlog2": [
        ("silent database={here}/lastlog2.db", "", "root"),
        ("", "", "no_such_user"),
        ("database={here}/no/lastlog2.db", "", "root"),
    ],
    "pam_limits": [
        ("conf=/nowhere", "", "root"),
        ("conf=/dev/null", "", "root"),
        ("", "", "no_such_user"),
    ],
    "pam_listfile": [
        ("item=user sense=allow file=/etc/passwd onerr=fail", "", "root"),
        ("item=user sense=deny file=/nowhere onerr=succeed", "", "root"),
        ("", "", "root"),
    ],
    "pam_localuser": [("", "", "root"), ("", "", "no_such_user")],
    "pam_mail": [
        ("dir={here}", "", "root"),
        ("dir=~ noenv", "", "root"),
        ("close empty", "", "no_such_user"),
    ],
    "pam_motd": [
        ("noupdate motd=/nowhere", "", "root"),
        ("noupdate motd_dir={here}/no", "", "no_such_user"),
    ],
    "pam_loginuid": [("", "", "no_such_user"), ("require_auditd", "", "nobody")],
    "pam_namespace": [("", "", "no_such_user"), ("require_selinux", "", "root")],
    "pam_mkhomedir": [("umask=077", "", "root"), ("", "", "no_such_user")],
    "pam_pwhistory": [
        ("remember=0", "", "root"),
        ("use_authtok file={here}/opasswd", "", "no_such_user"),
    ],
    "pam_pwquality": [("use_authtok", "", "root")],
    "pam_rhosts": [("", "", "root"), ("", "", "no_such_user")],
    "pam_securetty": [("", "", "nobody"), ("noconsole", "", "root")],
    "pam_selinux": [
        ("", "", "root"),
        ("select_context env_params verbose", "", "no_such_user"),
    ],
    "pam_sepermit": [("conf=/dev/null", "", "root")],
    "pam_setquota": [("", "", "no_such_user"), ("startuid=5", "", "root")],
    "pam_shells": [("", "", "root"), ("", "", "no_such_user")],
    "pam_stress": [("fail_1", "x", "root"), ("expired", "x", "root")],
    "pam_systemd": [("debug", "", "no_such_user")],
    "pam_time": [("conffile=/dev/null", "", "root"), ("conffile=/", "", "root")],
    "pam_timestamp": [("timestampdir={here}/stamps", "", "root")],
    "pam_tty_audit": [("", "", "root"), ("", "", "no_such_user"), ("enable=*", "", "root")],
    "pam_umask": [("umask=027 usergroups", "", "root"), ("", "", "no_such_user")],
    "pam_userdb": [("db={here}/nowhere", "wrong", "alice"), ("", "", "alice")],
    "pam_usertype": [("issystem", "", "root"), ("isregular", "", "root"), ("", "", "root")],
    "pam_wtmpdb": [
        ("database={here}/wtmp.db", "", "root"),
        ("", "", "no_such_user"),
        ("database={here}/no/wtmp.db", "", "root"),
        ("skip_if=app,engine", "", "root"),
    ],
    "pam_filter": [
        ("non_term", "", "root"),
        ("", "", "root"),
        ("non_term run1", "", "root"),
        ("non_term nonsense run2 true", "", "no_such_user"),
    ],
    "pam_xauth": [("", "", "root"), ("systemuser=x nonsense", "", "no_such_user")],
    "pam_wheel": [("group=root", "", "root"), ("deny group=root", "", "root")],
    "pam_permit": [("", "", "alice"), ("", "alice", "-"), ("", "", "-")],
    "pam_deny": [("", "", "alice")],
    "pam_debug": [
        ("", "", "alice"),
        ("auth=auth_err cred=cred_err acct=acct_expired open_session=session_err", "", "alice"),
        ("prechauthtok=try_again", "", "alice"),
        ("auth=no_such_code", "", "alice"),
    ],
    "pam_rootok": [("", "", "alice")],
    "pam_nologin": [("", "", "root"), ("successok", "", "nobody"), ("", "", "no_such_user")],
    "pam_succeed_if": [
        ("uid = 0", "", "root"),
        ("uid != 0", "", "root"),
        ("user ingroup root", "", "nobody"),
        ("nonsense", "", "root"),
    ],
    "pam_faildelay": [("delay=1", "", "alice")],
    "pam_warn": [("", "", "alice")],
    "pam_echo": [("%u %H", "", "alice")],
    "pam_env": [("readenv=0", "", "root"), ("conffile=/nowhere", "", "root")],
    "pam_unix": [
        ("nodelay", "wrong", "no_such_user"),
        ("nodelay", "", "no_such_user"),
        ("nodelay use_first_pass", "", "no_such_user"),
    ],
}


def test_every_module_has_its_cases() -> None:
    assert sorted(CASES) == sorted(path.stem for path in (PAMKIT / "modules").glob("pam_*.py"))


@pytest.mark.parametrize("name", CASES)
def test_a_generated_module_answers_as_in_the_engine(name: str, place: Place) -> None:
    generated = make_module(name, built_libraries(), place.path, python=None)
    for written, answers, user in CASES[name]:
        words = written.format(here=place.path)
        place.policy(f"{name}.so {words}", service="engine")
        place.policy(f"{generated} {words}")
        found, expected = [
            place.play(libpam, *ALL, answers=answers, user=user, service=service)
            for libpam, service in ((THEIRS, "app"), (OURS, "engine"))
        ]
        assert (words, found) == (words, expected)
        # In our own libpam such a file is served by the engine that is there.
        assert place.play(OURS, *ALL, answers=answers, user=user) == expected


@pytest.mark.needs("mount-namespace", "pam_unix")
def test_a_real_password_is_checked_under_another_libpam(place: Place) -> None:
    hashed = system_outside().crypt(b"open sesame", "$5$rounds=1000$saltsalt$") or ""
    (place.path / "passwd").write_text("root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n")
    (place.path / "shadow").write_text(f"root:*:1::::::\nalice:{hashed}:20000:0:99999:7:::\n")
    (place.path / "shadow").chmod(0o600)
    generated = make_module("pam_unix", built_libraries(), place.path, python=None)
    place.policy(f"{generated} nodelay")
    inside = (
        *("unshare", "-m", "--propagation", "private", "sh", "-c"),
        f"mount --bind {place.path}/passwd /etc/passwd && "
        f'mount --bind {place.path}/shadow /etc/shadow && exec "$@"',
        "sh",
    )
    found = {
        answer: place.play(THEIRS, "auth", "acct", answers=answer, wrapper=inside)
        for answer in ("open sesame", "open barley", "")
    }
    ask = "say 1 Password: "
    assert found == {
        "open sesame": [ask, "auth 0", "acct 0", "end 0"],
        "open barley": [ask, "auth 7", "acct 0", "end 0"],
        "": [ask, "auth 7", "acct 0", "end 0"],
    }


@pytest.mark.needs("mount-namespace")
def test_a_home_is_made_by_what_is_frozen_into_the_core(place: Place) -> None:
    (place.path / "passwd").write_text(
        f"root:x:0:0::/root:/bin/sh\nalice:x:7:8::{place.path}/a/b:\n"
    )
    (place.path / "skel/.config").mkdir(parents=True)
    (place.path / "skel/.config/file").write_text("text")
    (place.path / "skel/link").symlink_to("/nowhere")
    words = f"umask=027 skel={place.path}/skel silent"
    generated = make_module("pam_mkhomedir", built_libraries(), place.path, python=None)
    inside = (
        *("unshare", "-m", "--propagation", "private", "sh", "-c"),
        f'mount --bind {place.path}/passwd /etc/passwd && exec "$@"',
        "sh",
    )
    for libpam, policy in ((THEIRS, generated), (OURS, generated), (OURS, "pam_mkhomedir.so")):
        place.policy(f"{policy} {words}")
        assert place.play(libpam, "open", wrapper=inside) == ["open 0", "end 0"]
        home = place.path / "a/b"
        found = {str(path.relative_to(home)): path.lstat() for path in (home, *home.rglob("*"))}
        modes = {name: f"{status.st_mode:o}" for name, status in found.items()}
        assert modes == {
            ".": "40750",
            ".config": "40750",
            ".config/file": "100640",
            "link": "120777",
        }
        assert {(status.st_uid, status.st_gid) for status in found.values()} == {(7, 8)}
        shutil.rmtree(place.path / "a")


def test_the_command_makes_a_module(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    libraries, file = str(built_libraries()), place.file("def pam_sm_authenticate(*_): return 0\n")
    words = ["native", "module", "mine", "--into", str(place.path), "--from", libraries]
    assert main([*words, "--python", str(file)]) == 0
    made = place.path / "pam_mine.so"
    assert capsys.readouterr().out == f"{made}\n"
    assert module_of(made.read_bytes()) == str(file)
    place.policy(f"auth required {made}")
    assert [place.play(libpam, "auth") for libpam in (THEIRS, OURS)] == [["auth 0", "end 0"]] * 2


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("pam_nowhere", None, "pamkit has no module `pam_nowhere`"),
        ("../x", None, "`pam_../x` is no name of a module"),
        ("mine", "pam_mine.py", "expected an absolute path"),
        ("mine", "{place}/absent.py", "expected a file, and no link to one"),
        ("mine", "{place}/link.py", "expected a file, and no link to one"),
        ("mine", "{place}/open.py", "can be written by others"),
        ("mine", "{place}/" + "deep/" * (ROOM // 5) + "mine.py", "is too long"),
        ("other", None, "is something else: it is not overwritten"),
    ],
)
def test_what_would_not_serve_is_not_made(
    name: str, file: str | None, said: str, place: Place
) -> None:
    (place.path / "link.py").symlink_to(place.file("", "real.py"))
    place.file("", "open.py").chmod(0o666)
    deep = Path(str(place.path), *["deep"] * (ROOM // 5))
    deep.mkdir(parents=True)
    (deep / "mine.py").write_text("")
    (place.path / "pam_other.so").write_bytes(b"somebody else's")
    python = None if file is None else Path(file.format(place=place.path))
    with pytest.raises(Problem) as refused:
        make_module(name, built_libraries(), place.path, python=python)
    assert said in refused.value.message
