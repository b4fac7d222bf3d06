"""Profiles to common files, beside what pam-auth-update of Debian 12 made of the same profiles."""

from __future__ import annotations

import pytest

from pamkit.analysis.pam_auth_update import COMMON, common_files, read_profile
from tests.conftest import CORPUS

_ROOTS = CORPUS / "debian12-pam-auth-update"
_NAMES = sorted(path.name for path in _ROOTS.iterdir()) if _ROOTS.is_dir() else ["none"]


def _words(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.needs("corpus")
@pytest.mark.parametrize("name", _NAMES)
def test_the_files_are_those_that_the_tool_makes(name: str) -> None:
    root = _ROOTS / name
    places = sorted((root / "usr/share/pam-configs").iterdir())
    made = common_files(read_profile(path.name, path.read_text()) for path in places)
    said = {each: (root / "etc/pam.d" / each).read_text() for each in COMMON}
    assert {each: _words(made[each]) for each in COMMON} == {
        each: _words(said[each]) for each in COMMON
    }


def test_a_profile_is_read_whatever_it_lacks() -> None:
    profile = read_profile(
        "x", "# a comment\nName: x\nPriority: high\nAuth:\n\trequired pam_x.so\n"
    )
    assert (profile.priority, profile.is_default, profile.block("auth")) == (0, False, "")
    assert profile.lines("auth", first=True) == ("required pam_x.so",)
    assert read_profile("y", "Default: yes\nPriority: 7\n").is_default
    assert "auth" not in common_files([profile])["common-auth"].replace("auth\t", "")


def test_without_profiles_everybody_passes_the_first_block() -> None:
    made = common_files(())
    assert made["common-session"].splitlines() == [
        "session\t[default=1]\tpam_permit.so",
        "session\trequisite\tpam_deny.so",
        "session\trequired\tpam_permit.so",
    ]


def test_the_first_profile_of_a_block_has_lines_of_its_own() -> None:
    first = read_profile(
        "a",
        "Priority: 9\nAuth-Type: Primary\nAuth:\n\t[success=end] pam_a.so use\nAuth-Initial:\n"
        "\t[success=end] pam_a.so\nSession-Interactive-Only: yes\nSession-Type: Additional\n"
        "Session:\n\toptional pam_a.so\n",
    )
    second = read_profile(
        "b", "Priority: 8\nAuth-Type: Primary\nAuth:\n\t[success=end] pam_b.so use\n"
    )
    made = common_files((second, first))
    assert made["common-auth"].splitlines()[:2] == [
        "auth\t[success=2] pam_a.so",
        "auth\t[success=1] pam_b.so use",
    ]
    assert "pam_a.so" in made["common-session"]
    assert "pam_a.so" not in made["common-session-noninteractive"]
