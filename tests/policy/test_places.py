"""Where each family looks for policies, and what its includes may mean."""

from __future__ import annotations

import pytest

from pamkit.policy.dialect import DEBIAN, LINUX, dialect_named
from pamkit.policy.parser import parse
from pamkit.policy.places import Places, included_from, places_in
from pamkit.policy.source import Layout

OWN = Layout(directories=("/a", "/b"), conf_file="/c/pam.conf")
PRIVATE = Layout(confdir="/private")


@pytest.mark.parametrize(
    ("name", "layout", "directories", "files"),
    [
        ("linux", OWN, ("/a", "/b"), ("/c/pam.conf",)),
        ("debian", PRIVATE, ("/private",), ()),
        ("openpam", OWN, ("/a", "/b"), ("/c/pam.conf",)),
        ("openpam", PRIVATE, ("/private",), ()),
        ("netbsd", Layout(), ("/etc/pam.d",), ("/etc/pam.conf",)),
        (
            *("openpam", Layout(), ("/etc/pam.d", "/usr/local/etc/pam.d")),
            ("/etc/pam.conf", "/usr/local/etc/pam.conf"),
        ),
        ("solaris", Layout(), ("/etc/pam.d",), ("/etc/pam.conf",)),
        ("illumos", Layout(), (), ("/etc/pam.conf",)),
        ("aix", OWN, (), ("/c/pam.conf",)),
    ],
)
def test_each_family_has_its_places(
    name: str, layout: Layout, directories: tuple[str, ...], files: tuple[str, ...]
) -> None:
    found = places_in(dialect_named(name), layout)
    assert (found.directories, found.files) == (directories, files)
    assert found.beside is (name not in ("linux", "debian"))


def test_services_of_a_file_are_named_once_and_as_the_family_compares_them() -> None:
    text = "su auth required x\nSU auth required x\nftp auth required x\n"
    openpam = dialect_named("openpam")
    entries = parse(text, "f", openpam, with_service=True).entries
    assert places_in(openpam, OWN).services_of(entries) == ("su", "SU", "ftp")
    assert Places((), (), beside=True, any_case=True).services_of(entries) == ("su", "ftp")
    without = parse("auth required x\n", "f", openpam).entries
    assert places_in(openpam, OWN).services_of(without) == ()


@pytest.mark.parametrize(
    ("name", "target", "found"),
    [
        ("linux", "x", (("/a/x", False), ("/b/x", False))),
        ("debian", "/x", (("/x", False),)),
        ("openpam", "x", (("/a/x", False), ("/b/x", False))),
        ("illumos", "/x", (("/x", True),)),
        ("illumos", "x", (("/usr/lib/security/x", True),)),
    ],
)
def test_an_include_means_a_service_or_a_file(
    name: str, target: str, found: tuple[tuple[str, bool], ...]
) -> None:
    assert included_from(dialect_named(name), OWN, target) == found


def test_linux_and_debian_have_the_same_places() -> None:
    assert places_in(LINUX, Layout()) == places_in(DEBIAN, Layout())
