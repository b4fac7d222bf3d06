"""Rosters: which file a policy of a family means by a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pamkit.modules
from pamkit.assembly import import_module, registry
from pamkit.module.registry import module_from
from pamkit.module.roster import (
    AIX,
    CDE,
    HPUX,
    MACOS,
    NETBSD,
    OPENPAM,
    ROSTERS,
    SOLARIS,
    FamilyRegistry,
    Roster,
)

_PLACE = Path(pamkit.modules.__path__[0])


@pytest.mark.parametrize("roster", ROSTERS.values(), ids=ROSTERS)
def test_every_file_of_a_roster_is_there_and_holds_the_module_of_that_name(roster: Roster) -> None:
    for name, file in roster.files.items():
        python = import_module(file)
        assert python is not None, file
        assert module_from(python).name == name


def test_every_file_of_a_family_is_in_its_roster() -> None:
    there = {f"{path.parent.name}.{path.stem}" for path in _PLACE.glob("*/pam_*.py")}
    named = {file for roster in ROSTERS.values() for file in roster.files.values()}
    assert there == {file for file in named if "." in file}


@pytest.mark.parametrize(
    ("roster", "written", "expected"),
    [
        (OPENPAM, "pam_group.so", "openpam.pam_group"),
        (OPENPAM, "pam_group", "openpam.pam_group"),
        (OPENPAM, "pam_group.so.6", "openpam.pam_group"),
        (OPENPAM, "/usr/lib/pam_group.so", "openpam.pam_group"),
        (OPENPAM, "/usr/lib/security/pam_group.so.4", "openpam.pam_group"),
        (OPENPAM, "pam_deny.so", "pam_deny"),
        (OPENPAM, "/usr/local/lib/pam_group.so", ""),
        (OPENPAM, "./pam_group.so", ""),
        (OPENPAM, "/pam_group.so", ""),
        (OPENPAM, "pam_group.so.x", ""),
        (OPENPAM, "pam_group.so.", ""),
        (OPENPAM, "pam_group.dylib", ""),
        (OPENPAM, "pam_group.", ""),
        (OPENPAM, "pam_wheel.so", ""),
        (OPENPAM, "pam_unix_auth.so", ""),
        (OPENPAM, "openpam.pam_group", ""),
        (MACOS, "pam_permit.so.2", "pam_permit"),
        (MACOS, "pam_rootok.so", "openpam.pam_rootok"),
        (MACOS, "pam_group.so", ""),
        (SOLARIS, "pam_unix_auth.so.1", "solaris.pam_unix_auth"),
        (SOLARIS, "pam_unix_auth.so", "solaris.pam_unix_auth"),
        (SOLARIS, "/usr/lib/security/pam_unix_auth.so.1", "solaris.pam_unix_auth"),
        (SOLARIS, "/usr/lib/security/$ISA/pam_unix_auth.so.1", "solaris.pam_unix_auth"),
        (SOLARIS, "pam_unix_auth", ""),
        (SOLARIS, "pam_unix.so.1", ""),
        (SOLARIS, "pam_group.so.1", ""),
        (CDE, "pam_unix_auth.so.1", ""),
        (NETBSD, "pam_group.so", "openpam.pam_group"),
    ],
)
def test_what_a_policy_writes_names_a_file(roster: Roster, written: str, expected: str) -> None:
    assert roster.file_of(written) == expected


def test_the_names_of_files_are_those_of_the_family() -> None:
    assert HPUX.name_of("/usr/lib/security/$ISA/libpam_unix.so.1") == "pam_unix"
    assert SOLARIS.name_of("/usr/lib/security/$ISA/libpam_unix.so.1") == ""
    assert AIX.name_of("/usr/lib/security/pam_aix") == "pam_aix"


@given(st.text(max_size=30))
def test_no_text_names_a_file_outside_the_roster(written: str) -> None:
    for roster in ROSTERS.values():
        assert roster.file_of(written) in {"", *roster.files.values()}


def test_a_family_finds_its_own_modules_and_no_others() -> None:
    solaris = FamilyRegistry(import_module, SOLARIS)
    openpam = FamilyRegistry(import_module, OPENPAM)
    found = solaris.find("pam_unix_auth.so.1")
    assert found is not None
    assert found is solaris.find("/usr/lib/security/$ISA/pam_unix_auth.so.1")
    assert found.declaration.name == "pam_unix_auth"
    assert solaris.find("pam_wheel.so.1") is None
    assert solaris.find("/somewhere/pam_unix_auth.so.1") is None
    bsd, linux = openpam.find("pam_group.so"), registry().find("pam_group.so")
    assert bsd is not None
    assert linux is not None
    assert bsd.declaration is not linux.declaration
    assert openpam.find("pam_permit") is not None


def test_a_module_that_the_caller_brings_comes_first() -> None:
    brought = registry().find("pam_debug.so")
    assert brought is not None
    family = FamilyRegistry(import_module, SOLARIS, extra={"pam_unix_auth": brought})
    assert family.find("pam_unix_auth.so.1") is brought


def test_a_file_that_is_missing_is_no_module() -> None:
    assert FamilyRegistry(lambda _: None, OPENPAM).find("pam_group.so") is None


def test_policies_of_linux_find_none_of_them() -> None:
    linux = registry()
    for roster in ROSTERS.values():
        for name, file in roster.files.items():
            found = linux.find(f"{name}.so")
            # What a Linux policy finds by that name is Linux's.
            assert found is None or import_module(found.name) is not None
            if "." in file:
                ours = import_module(file)
                assert ours is not None
                assert found is None or found.declaration is not ours.MODULE
                assert linux.find(f"{file}.so") is None
