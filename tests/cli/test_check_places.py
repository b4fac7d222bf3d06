from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Command

_BAD = "auth required pam_env.so user_readenv=1\n"


@pytest.fixture
def system(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes policies below a root and returns the root's path."""

    def write(**files: str) -> str:
        place = tmp_path / "root" / "etc" / "pam.d"
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(text)
        return str(tmp_path / "root")

    return write


def _files(out: str) -> list[str]:
    """Return the places of what was found, in order."""
    return [line.split(": ")[0] for line in out.splitlines() if "[user-readenv]" in line]


def test_a_root_is_looked_at_as_a_whole_or_by_service(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd=_BAD, su=_BAD)
    both = [f"{root}/etc/pam.d/sshd:1:26", f"{root}/etc/pam.d/su:1:26"]
    assert _files(command("check", "--root", root).out) == both
    assert _files(command("check", "--root", root, "su").out) == both[1:]
    assert _files(command("check", root).out) == both


def test_a_service_that_is_not_there_is_no_clean_one(
    command: Command, system: Callable[..., str]
) -> None:
    ran = command("check", "--root", system(sshd=_BAD), "ssh")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "pamkit: there is no policy for the service `ssh`\nhelp: did you mean `sshd`?\n"
    )
    assert "name a service" in command("check", "--root", system(), "gdm-password").err


def test_a_directory_without_policies_is_no_clean_one(command: Command, tmp_path: Path) -> None:
    for argv in (["--root", str(tmp_path)], [str(tmp_path)], ["--confdir", str(tmp_path)]):
        ran = command("check", *argv)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("pamkit: there are no policies in `")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--root", "/nowhere"], "`/nowhere` is no directory"),
        (["--confdir", "/nowhere"], "`/nowhere` is no directory"),
        (["/nowhere/at/all"], "`/nowhere/at/all` is not there"),
        (["--dialect", "debain"], "there is no dialect `debain`\nhelp: did you mean `debian`?"),
        (["--level", "bad"], "there is no --level `bad`"),
    ],
)
def test_what_cannot_be_used_is_said(command: Command, argv: list[str], said: str) -> None:
    ran = command("check", *argv)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_directory_stands_for_all_policies(command: Command, system: Callable[..., str]) -> None:
    place = system(sshd=_BAD, su="auth include sshd\n") + "/etc/pam.d"
    assert _files(command("check", "--confdir", place, "su").out) == [f"{place}/sshd:1:26"]
    assert _files(command("check", f"{place}/").out) == [f"{place}/sshd:1:26"]


def test_files_of_one_directory_are_one_tree(command: Command, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(_BAD)
    ran = command("check", "--rule", "user-readenv", f"{tmp_path}/a", f"{tmp_path}/c")
    assert _files(ran.out) == [f"{tmp_path}/a:1:26", f"{tmp_path}/c:1:26"]
    assert ran.out.splitlines()[-1] == "2 errors in 2 files, 2 services"


def test_a_file_of_a_system_is_looked_at_in_its_system(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd="auth include shared\n", shared=_BAD)
    assert _files(command("check", f"{root}/etc/pam.d/shared").out) == [
        f"{root}/etc/pam.d/shared:1:26"
    ]
    assert command("check", f"{root}/etc/pam.d/sshd").status == 0


def test_paths_are_shown_as_they_were_written(
    command: Command, system: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = system(sshd=_BAD)
    for place, written, expected in (
        ("", "etc/pam.d/sshd", "./etc/pam.d/sshd:1:26"),
        ("", "etc/pam.d", "./etc/pam.d/sshd:1:26"),
        ("etc", "pam.d/sshd", f"{root}/etc/pam.d/sshd:1:26"),
        ("etc", "..", "../etc/pam.d/sshd:1:26"),
    ):
        monkeypatch.chdir(os.path.join(root, place))
        assert _files(command("check", written).out) == [expected]


def test_a_name_is_a_path_only_if_there_is_no_such_service(
    command: Command, system: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = system(sshd=_BAD)
    (tmp_path / "sshd").write_text("auth required pam_unix.so\n")
    (tmp_path / "mine").write_text(_BAD)
    monkeypatch.chdir(tmp_path)
    assert _files(command("check", "--root", root, "sshd").out) == [f"{root}/etc/pam.d/sshd:1:26"]
    assert _files(command("check", "--root", root, "mine").out) == ["./mine:1:26"]


def test_a_pam_conf_has_its_column_of_services(
    command: Command, tmp_path: Path, system: Callable[..., str]
) -> None:
    conf = tmp_path / "pam.conf"
    conf.write_text(f"sshd {_BAD}")
    assert _files(command("check", str(conf)).out) == [f"{conf}:1:31"]
    assert _files(command("check", "--dialect", "linux", str(conf)).out) == [f"{conf}:1:31"]
    root = Path(system())
    conf.rename(root / "etc" / "pam.conf")
    (root / "etc" / "pam.d").rmdir()
    assert _files(command("check", str(root)).out) == [f"{root}/etc/pam.conf:1:31"]


def test_a_file_from_an_editor_takes_its_place_in_the_tree(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd="auth include shared\n", shared="")
    place = f"{root}/etc/pam.d/shared"
    assert _files(command("check", "--stdin", place, typed=_BAD).out) == [f"{place}:1:26"]
    ran = command("check", "--root", root, "--stdin", "new", typed=f"\n{_BAD}")
    assert _files(ran.out) == [f"{root}/etc/pam.d/new:2:26"]
    ran = command("check", "--confdir", f"{root}/etc/pam.d", "--stdin", "new", typed=_BAD)
    assert _files(ran.out) == [f"{root}/etc/pam.d/new:1:26"]
    assert _files(command("check", "--stdin", "/nowhere/x", typed=_BAD).out) == ["/nowhere/x:1:26"]


def test_the_dialect_is_the_systems_or_that_of_the_files(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd="@include shared\n", shared="auth required pam_unix.so\n")
    assert command("check", root).status == 0
    assert "`@include` is unknown" in command("check", "--dialect", "linux", root).out
    Path(root, "etc", "passwd").write_text("")
    assert "`@include` is unknown" in command("check", root).out
    Path(root, "etc", "debian_version").write_text("")
    assert command("check", "--rule", "unknown-facility", root).status == 0


def test_a_system_of_its_own_misses_what_is_not_there(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd="auth include shared\n")
    assert command("check", root).status == 0
    Path(root, "etc", "passwd").write_text("")
    out = command("check", root).out
    assert "error: the file `shared` is not there" in out
    assert "there is no file for the service `other`" in out


def test_a_policy_that_cannot_be_read_is_named(
    command: Command, system: Callable[..., str]
) -> None:
    root = system(sshd=_BAD)
    os.mkfifo(f"{root}/etc/pam.d/su")
    out = command("check", root).out
    assert "/etc/pam.d/su:1:1: error: the file cannot be read: is not a regular file" in out
