from __future__ import annotations

from pamkit.analysis.entry import KnownEntry, bare_name, known_entry
from pamkit.module.facts import ALWAYS_FAILS, GRANTS_WITHOUT_SECRET
from pamkit.policy.parser import parse
from pamkit.vocab.facility import Facility

from .trees import known


def _entry(line: str, *, with_service: bool = False) -> KnownEntry:
    (read,) = parse(line, "f", with_service=with_service).lines
    assert read.entry is not None
    return known_entry(read, read.entry, known())


def test_an_entry_knows_the_module_it_names() -> None:
    entry = _entry("auth required /lib/security/pam_unix.so nullok x\n")
    assert (entry.module, entry.options.nullok, entry.args) == ("pam_unix", True, ("nullok", "x"))
    assert [entry.args[problem.at] for problem in entry.problems] == ["x"]
    assert (entry.states(GRANTS_WITHOUT_SECRET), entry.states(ALWAYS_FAILS)) == (True, False)
    assert str(entry.span) == "f:1:15"
    assert Facility.AUTH is entry.facility


def test_nothing_is_known_of_a_module_of_somebody_elses() -> None:
    entry = _entry("auth required /opt/pam_unix.so nullok\n")
    assert (
        entry.module,
        entry.declaration,
        entry.options,
        entry.problems,
    ) == ("pam_unix", None, None, ())
    assert not entry.states(ALWAYS_FAILS)


def test_an_include_and_a_line_without_a_module_name_none() -> None:
    assert _entry("auth include x\n").module == ""
    assert (_entry("auth\n").module, str(_entry("auth\n").span)) == ("", "f:1:1")


def test_the_places_of_control_and_arguments_are_known() -> None:
    entry = _entry("sshd auth [default=bad] pam_unix.so a=1 b\n", with_service=True)
    assert str(entry.control_span) == "f:1:11"
    assert (str(entry.argument("a=")), entry.argument("c")) == ("f:1:37", None)
    assert str(_entry("auth\n").control_span) == "f:1:1"


def test_only_a_bracket_form_that_can_be_read_is_one() -> None:
    lines = ("auth [default=bad] x.so\n", "auth [dfault=bad] x.so\n", "auth required x.so\n")
    assert [_entry(line).is_bracketed for line in lines] == [True, False, False]


def test_a_bare_name_has_no_directory_and_no_ending() -> None:
    assert [bare_name(written) for written in ("pam_a.so", "/x/pam_a", "pam_a.so.1")] == [
        "pam_a",
        "pam_a",
        "pam_a.so.1",
    ]
