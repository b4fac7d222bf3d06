"""Names of services and modules: what may be asked for, and which files are tried."""

from __future__ import annotations

import pytest

from pamkit.policy.families.grammar import GRAMMARS
from pamkit.policy.families.names import module_name, module_paths, service_name_in
from pamkit.vocab.failure import PolicyError

LIB, LOCAL, SECURITY = "/usr/lib", "/usr/local/lib", "/usr/lib/security"


@pytest.mark.parametrize(
    ("grammar", "name", "good"),
    [
        ("openpam", "sshd", True),
        ("openpam", "login.term-1_X", True),
        ("openpam", "ssh d", False),
        ("openpam", "../x", False),  # CVE-2011-4122
        ("openpam", "a/b", False),
        ("openpam", "", False),
        ("openpam", "..", False),
        ("macos", "com.apple:x", True),
        ("macos", "a/b", False),
        ("macos", "a\0b", False),
        ("illumos", "ssh d", True),
        ("illumos", "a/b", False),
        ("solaris", ".", False),
    ],
)
def test_which_services_may_be_asked_for(grammar: str, name: str, good: bool) -> None:
    if good:
        assert service_name_in(GRAMMARS[grammar], name) == name
    else:
        with pytest.raises(PolicyError, match="is no service name"):
            service_name_in(GRAMMARS[grammar], name)


@pytest.mark.parametrize(
    ("grammar", "written", "paths"),
    [
        (
            "openpam",
            "pam_unix.so",
            [f"{d}/pam_unix.so{v}" for d in (LIB, LOCAL) for v in (".6", "")],
        ),
        ("openpam", "pam_unix", [f"{d}/pam_unix.so{v}" for d in (LIB, LOCAL) for v in (".6", "")]),
        ("openpam", "pam_unix.so.5", [f"{d}/pam_unix.so.5" for d in (LIB, LOCAL)]),
        ("openpam", "/usr/local/lib/pam_x.so", ["/usr/local/lib/pam_x.so"]),
        ("openpam", "lib/pam_x.so", []),
        ("netbsd", "pam_unix", [f"{SECURITY}/pam_unix.so"]),
        (
            "macos",
            "pam_tid.so",
            [f"{d}/pam/pam_tid.so{v}" for d in (LIB, LOCAL) for v in (".2", "")],
        ),
        ("macos", "/opt/pam_x.so", ["/opt/pam_x.so.2", "/opt/pam_x.so"]),
        ("macos", "a/b", [f"{d}/pam/a/b{v}" for d in (LIB, LOCAL) for v in (".2", "")]),
        ("illumos", "pam_unix_auth.so.1", [f"{SECURITY}/64/pam_unix_auth.so.1"]),
        ("illumos", f"{SECURITY}/$ISA/pam_x.so.1", [f"{SECURITY}/64/pam_x.so.1"]),
        ("solaris", "/opt/pam_x.so.1", ["/opt/pam_x.so.1"]),
        ("cde", "pam_unix.so.1", [f"{SECURITY}/pam_unix.so.1"]),
        ("cde", "/usr/dt/lib/security/pam_unix.so.2.1", ["/usr/dt/lib/security/pam_unix.so.2.1"]),
        ("aix", "pam_aix", [f"{SECURITY}/64/pam_aix"]),
        ("aix", "/usr/lib/security/pam_aix", [f"{SECURITY}/64/pam_aix"]),
        ("hpux", f"{SECURITY}/$ISA/libpam_unix.so.1", [f"{SECURITY}/hpux64/libpam_unix.so.1"]),
    ],
)
def test_which_files_are_tried_for_a_module(grammar: str, written: str, paths: list[str]) -> None:
    assert list(module_paths(GRAMMARS[grammar], written)) == paths


@pytest.mark.parametrize("written", ["pam_x.so.1", f"{SECURITY}/$ISA/pam_x.so.1"])
def test_a_program_of_32_bits_has_no_part_for_the_processor(written: str) -> None:
    assert module_paths(GRAMMARS["illumos"], written, isa="") == (f"{SECURITY}/pam_x.so.1",)


@pytest.mark.parametrize(
    ("grammar", "written", "name"),
    [
        ("openpam", "pam_unix.so", "pam_unix.so"),
        ("openpam", "pam_unix", "pam_unix.so"),
        ("openpam", "pam_unix.so.5", "pam_unix.so"),
        ("openpam", "/usr/local/lib/pam_pefs.so", "pam_pefs.so"),
        ("solaris", "pam_unix_auth.so.1", "pam_unix_auth.so"),
        ("solaris", f"{SECURITY}/$ISA/pam_krb5.so.1", "pam_krb5.so"),
        ("cde", "pam_unix.so.2.1", "pam_unix.so"),
        ("aix", "pam_aix", "pam_aix.so"),
        ("hpux", "libpam_unix.so.1", "pam_unix.so"),
        ("hpux", "libfoo.so.1", "libfoo.so.1"),
        ("solaris", "libpam_unix.so.1", "libpam_unix.so.1"),
        ("openpam", "5.6", "5.6"),
        ("openpam", "", ""),
    ],
)
def test_one_module_has_one_name_however_it_is_written(
    grammar: str, written: str, name: str
) -> None:
    assert module_name(GRAMMARS[grammar], written) == name
