from __future__ import annotations

from pamkit.analysis.by_design import (
    grants_by_design,
    is_tool_of_root,
    runs_as_root_for_all,
)


def test_services_that_grant_by_design_are_known_by_the_end_of_their_names() -> None:
    assert all(map(grants_by_design, ("gdm-autologin", "sddm-greeter", "systemd-user", "cron")))
    assert not any(map(grants_by_design, ("sshd", "su", "login")))


def test_programs_that_are_root_for_everybody_are_known() -> None:
    assert runs_as_root_for_all("sshd")
    assert not runs_as_root_for_all("su")


def test_tools_of_root_are_known() -> None:
    assert is_tool_of_root("useradd")
    assert not is_tool_of_root("chsh")
