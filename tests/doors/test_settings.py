"""What `/etc/pamkit.conf` says to our libpam.so.0, and what becomes of odd files."""

import os
from pathlib import Path

import pytest

from pamkit.doors.settings import DEFAULT, BadSettings, parse_settings, read_settings

PATH = "/etc/pamkit.conf"


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert read_settings(str(tmp_path / "none")) is DEFAULT


def test_dialect_and_quirks_are_chosen() -> None:
    said = parse_settings("dialect = linux\nquirks = libpam, flags-unchecked  # both\n", PATH)
    assert (said.dialect, said.quirks) == ("linux", ("libpam", "flags-unchecked"))
    assert parse_settings("quirks = none\n", PATH).quirks == ()
    assert parse_settings("# nothing\n\n", PATH) == DEFAULT


def test_sessions_are_on_record_where_a_path_says_and_nowhere_else() -> None:
    path = "/run/pamkit/sessions.sqlite"
    assert parse_settings(f"sessions = {path}\n", PATH).sessions == path
    assert parse_settings(f"sessions = {path}\nsessions = none\n", PATH).sessions is None
    assert DEFAULT.sessions is None


def test_a_module_is_chosen_before_its_service_and_that_before_all() -> None:
    text = "modules = python\nmodules in sshd = native\nmodules for pam_unix.so = python-first\n"
    preference = parse_settings(text, PATH).preference
    for service, module, first, at_all in (
        ("login", "pam_env.so", False, False),
        ("sshd", "pam_env.so", True, True),
        ("sshd", "/lib/security/pam_unix.so", False, True),
        ("login", "pam_unix.so", False, True),
    ):
        chosen = preference.within(service)
        assert (chosen.native_first(module), chosen.native_at_all(module)) == (first, at_all)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "modules = sometimes",
        "modules with x = native",
        "modules for = native",
        "colour = red",
        "sessions = here",
        "sessions =",
        "sessions in login = /run/x",
        "= native",
    ],
)
def test_an_odd_line_is_named_and_nothing_is_taken_from_the_file(line: str) -> None:
    with pytest.raises(BadSettings, match=r"/etc/pamkit\.conf:2: `.*` is no setting"):
        parse_settings(f"quirks = none\n{line}\n", PATH)


@pytest.mark.needs("root")
def test_only_a_file_of_root_that_nobody_else_can_write_is_believed(tmp_path: Path) -> None:
    file = tmp_path / "pamkit.conf"
    file.write_text("quirks = none\n")
    file.chmod(0o644)
    assert read_settings(str(file)).quirks == ()
    for mode, owner in ((0o664, 0), (0o646, 0), (0o644, 65534)):
        file.chmod(mode)
        os.chown(file, owner, 0)
        with pytest.raises(BadSettings, match="a file of root"):
            read_settings(str(file))
    link = tmp_path / "link"
    link.symlink_to(file)
    with pytest.raises(BadSettings):
        read_settings(str(link))
    with pytest.raises(BadSettings):
        read_settings(str(tmp_path))
