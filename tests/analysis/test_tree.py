from __future__ import annotations

from pamkit.analysis.service_names import is_shared
from pamkit.analysis.tree import Tree
from pamkit.policy.source import Layout
from pamkit.vocab.facility import Facility

from .trees import tree

_UNIX = "auth required pam_unix.so\n"


def _services(made: Tree) -> list[str]:
    return [service.name for service in made.services]


def test_files_that_are_only_included_are_no_services() -> None:
    made = tree(
        {"sshd": "auth include common-auth\nauth include su\n", "common-auth": _UNIX, "su": _UNIX}
    )
    assert _services(made) == ["sshd", "su"]
    assert {"/etc/pam.d/common-auth", "/etc/pam.d/su"} == made.included


def test_a_shared_file_that_nobody_includes_is_looked_at_as_a_service() -> None:
    assert _services(tree({"system-auth": _UNIX})) == ["system-auth"]


def test_files_outside_of_the_directories_are_taken_in_where_they_are_included() -> None:
    made = tree(
        {"sshd": "auth include /srv/a\n", "/srv/a": "auth include /srv/b\n", "/srv/b": _UNIX}
    )
    assert [file.path for file in made.files] == ["/etc/pam.d/sshd", "/srv/a", "/srv/b"]
    assert _services(made) == ["sshd"]


def test_the_first_directory_has_the_service_and_all_files_are_looked_at() -> None:
    made = tree({"sshd": _UNIX, "/usr/lib/pam.d/sshd": _UNIX, "/usr/lib/pam.d/su": _UNIX})
    assert [each.file.path for each in made.services] == ["/etc/pam.d/sshd", "/usr/lib/pam.d/su"]
    assert len(made.files) == 3


def test_what_is_left_over_hidden_or_unreadable_is_no_service() -> None:
    made = tree({"sshd": _UNIX, "sshd.rpmnew": _UNIX, ".x": _UNIX, "su": None, "x/y": _UNIX})
    assert _services(made) == ["sshd"]
    assert made.left_over == (("/etc/pam.d/sshd.rpmnew", "left by rpm"),)
    assert made.unreadable == (("/etc/pam.d/su", "permission denied"),)


def test_a_pam_conf_counts_only_without_a_directory() -> None:
    conf = "sshd auth required pam_unix.so\nSU auth required pam_unix.so\nsshd account x\n"
    made = tree({"pam.conf": conf})
    assert _services(made) == ["sshd", "su"]
    assert None is made.dead
    assert _services(tree({"pam.conf": ""})) == []
    beside = tree({"pam.conf": conf, "login": _UNIX})
    assert _services(beside) == ["login"]
    assert beside.dead is not None


def test_one_directory_can_stand_for_all() -> None:
    made = tree(
        {"/srv/a": "auth include b\n", "/srv/b": _UNIX, "sshd": _UNIX},
        layout=Layout(confdir="/srv"),
    )
    assert _services(made) == ["a", "b"]


def test_a_service_has_its_own_links_and_not_those_of_other() -> None:
    made = tree({"sshd": _UNIX, "other": "account required pam_deny.so\n"})
    other, sshd = made.services
    assert [known.module for _, known in sshd.links(Facility.AUTH)] == ["pam_unix"]
    assert sshd.links(Facility.ACCOUNT) == ()
    assert [known.module for _, known in other.links(Facility.ACCOUNT)] == ["pam_deny"]


def test_a_service_that_is_refused_keeps_what_was_found() -> None:
    (made,) = tree({"sshd": "auth required .so\n"}).services
    assert (made.policy, made.chains, made.links(Facility.AUTH)) == (None, {}, ())
    assert len(list(made.reported("nameless-module"))) == 1


def test_a_service_is_whole_if_every_file_is_there_or_none_is_elsewhere() -> None:
    files: dict[str, str | None] = {"a": "auth include b\n", "c": _UNIX}
    assert [service.whole for service in tree(files).services] == [False, True]
    assert [service.whole for service in tree(files, whole=True).services] == [True, True]


def test_a_finding_that_concerns_many_services_is_reported_once() -> None:
    made = tree({"a": "auth include x\n", "b": "auth include a\n"})
    assert len(list(made.reported("missing-include"))) == 1


def test_a_file_is_found_by_its_path() -> None:
    made = tree({"sshd": "account required pam_unix.so\n" + _UNIX})
    file = made.file("/etc/pam.d/sshd")
    assert file is not None
    assert None is made.file("/etc/pam.d/su")
    assert [entry.span.line for entry in file.of(Facility.AUTH)] == [2]


def test_names_say_what_a_file_is_for() -> None:
    assert all(map(is_shared, ("common-auth", "postlogin", "system-auth-ac")))
    assert not any(map(is_shared, ("sshd", "systemd-user")))
