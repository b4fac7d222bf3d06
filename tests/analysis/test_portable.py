"""What lines mean to the families beside their own, whichever that is: in words, each once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis import parting
from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.family_names import SAID, listed
from pamkit.analysis.lint import lint
from pamkit.analysis.portable import TO, Apart, apart
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named
from pamkit.policy.source import Layout
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, word
from tests.analysis.test_parting import are_apart
from tests.analysis.trees import ListedMemory
from tests.conftest import CORPUS

_FACILITIES = ("auth", "account", "password", "session")


def _tree(
    dialect: str,
    text: str,
    *,
    to: str = "all",
    place: str = "/etc/pam.d/test",
    layout: Layout | None = None,
) -> Tree:
    spoken = dialect_named(dialect)
    known = declarations(spoken)
    source = ListedMemory({place: text})
    return read_tree(source, known, dialect=spoken, wanted={TO: to}, layout=layout)


def _found(dialect: str, text: str, rule: str, *, to: str = "all") -> list[Apart]:
    # A service that starts everywhere has lines in each facility.
    more = "".join(
        f"{each} required pam_permit.so\n"
        for each in _FACILITIES
        if f"\n{each} " not in f"\n{text}"
    )
    found = apart(_tree(dialect, text + more, to=to))
    return [each for each in found if each.rule == f"portable-{rule}"]


_CODES = [
    # Whose policy, its lines, the line that is told of, a family, and what it makes of it.
    (
        "linux",
        "auth optional pam_unix.so\nauth requisite pam_deny.so\n",
        2,
        "openpam",
        "first error",
    ),
    ("openpam", "account sufficient pam_x.so\n", 1, "solaris", "unless another line says yes"),
    ("linux", "account required pam_x.so\n", 1, "openpam", "refused with `system_err`"),
    ("solaris", "account required pam_x.so\n", 1, "linux", "refused with `perm_denied`"),
]


@pytest.mark.parametrize(("dialect", "text", "line", "family", "said"), _CODES)
def test_what_hangs_on_a_line_may_be_no_more_than_a_code(
    dialect: str, text: str, line: int, family: str, said: str
) -> None:
    found = _found(dialect, text, "code", to=family)
    assert line in {each.span.line for each in found}
    assert any(said in each.ways[family] for each in found), list(map(str, found))


def test_who_is_let_by_goes_before_the_code() -> None:
    found = _found("linux", _TWO.format("account", "sufficient"), "must-change", to="solaris")
    lines = {each.span.line for each in found}
    codes = _found("linux", _TWO.format("account", "sufficient"), "code", to="solaris")
    assert lines.isdisjoint(each.span.line for each in codes if "answers" in each.about)


_TWO = "{0} {1} pam_x.so\n{0} required pam_y.so\n"

_SAID_OF_LINES = [
    # Whose policy it is, its lines, the rule, a family, and what it makes of the first line.
    ("openpam", _TWO.format("account", "sufficient"), "must-change", "linux", "the chain ends"),
    ("solaris", _TWO.format("account", "optional"), "try-again", "linux", "it changes nothing"),
    ("linux", _TWO.format("account", "optional"), "try-again", "illumos", "and the chain ends"),
    ("macos", _TWO.format("auth", "optional"), "nobody-refuses", "linux", "the call is refused"),
    ("linux", _TWO.format("auth", "optional"), "nobody-refuses", "macos", "the call is granted"),
    ("openpam", _TWO.format("password", "sufficient"), "sufficient", "linux", "the chain ends"),
    ("solaris", _TWO.format("password", "sufficient"), "sufficient", "cde", "the call ends"),
    ("solaris", _TWO.format("auth", "binding"), "control", "linux", "the line fails"),
    ("linux", _TWO.format("auth", "optional"), "missing-module", "openpam", "does not start"),
    ("linux", _TWO.format("auth", "optional"), "missing-module", "solaris", "the call is refused"),
    ("solaris", _TWO.format("auth", "required"), "missing-module", "cde", "is passed over"),
]


@pytest.mark.parametrize(("dialect", "text", "rule", "family", "said"), _SAID_OF_LINES)
def test_policies_of_every_family_are_read_as_the_others_would(
    dialect: str, text: str, rule: str, family: str, said: str
) -> None:
    found = _found(dialect, text, rule)
    assert any(said in each.ways.get(family, "") for each in found), list(map(str, found))


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
def test_what_is_the_same_everywhere_is_silent(dialect: str) -> None:
    lines = "".join(f"test {each} required pam_permit.so\n" for each in _FACILITIES)
    tree = _tree(dialect, lines, place="/etc/pam.conf")
    assert [str(each) for each in apart(tree) if each.rule not in _OF_MODULES] == []


_OF_MODULES = ("portable-nobody-refuses", "portable-missing-function", "portable-code")
"""What may be said of families that do not know the module, in which it may do anything."""


def test_families_that_do_the_same_are_named_together() -> None:
    found = _found("linux", "auth binding pam_x.so\n", "control", to="solaris,illumos,openpam,cde")
    assert [str(each) for each in found] == ["OpenPAM, Solaris, illumos: the line is understood"]


def test_only_those_are_named_that_are_asked_for() -> None:
    text = _TWO.format("account", "sufficient")
    found = _found("linux", text, "must-change", to="openpam")
    assert [list(each.ways) for each in found] == [["linux", "openpam"]]


def test_a_line_in_several_services_is_named_once() -> None:
    lines = _TWO.format("account", "optional")
    files: dict[str, str | None] = {
        "/etc/pam.d/common": lines,
        "/etc/pam.d/a": "account include common\n",
        "/etc/pam.d/b": "account include common\n",
    }
    known = declarations()
    tree = read_tree(
        ListedMemory(files), known, dialect=dialect_named("linux"), wanted={TO: "solaris"}
    )
    found = [each for each in apart(tree) if each.rule == "portable-try-again"]
    assert [(each.span.file, each.span.line) for each in found] == [("/etc/pam.d/common", 1)]


def test_setcred_and_close_session_say_both_answers() -> None:
    for facility, earlier, later in (
        ("auth", "authenticate", "setcred"),
        ("session", "open_session", "close_session"),
    ):
        text = _TWO.format(facility, "sufficient")
        for dialect, other in (("linux", "openpam"), ("openpam", "linux")):
            found = _found(dialect, text, "credentials", to=other)
            assert found
            assert all(f"to {earlier}" in each.about for each in found)
            assert all(f"to {later}" in each.about for each in found)
            assert found[0].ways["openpam"] == "it is put aside, and the chain goes on"
            assert found[0].ways["linux"] == "it is a no, and the chain ends"
            assert dialect == "openpam" or found[1].ways["linux"] == "it is not asked"


def test_between_families_that_judge_setcred_anew_one_answer_is_enough() -> None:
    found = _found("openpam", _TWO.format("auth", "sufficient"), "credentials", to="solaris")
    assert "if the module answers `success` to setcred" in {each.about for each in found}


def test_a_line_that_jumps_counts_for_linux_and_not_for_debian() -> None:
    text = "auth [success=1 default=bad] pam_x.so\nauth required pam_y.so\nauth required pam_z.so\n"
    for dialect, other in (("linux", "debian"), ("debian", "linux")):
        found = _found(dialect, text, "credentials", to=other)
        assert [(each.span.line, each.ways["linux"], each.ways["debian"]) for each in found] == [
            (1, "it counts", "it does not count")
        ]
    assert (
        _found("linux", text.replace("success=1", "success=ok"), "credentials", to="debian") == []
    )
    account = text.replace("auth", "account")
    assert _found("linux", account, "credentials", to="debian") == []


def test_every_line_that_jumps_on_a_way_to_yes_is_named() -> None:
    text = (
        "auth [success=2 default=ignore] pam_x.so\n"
        "auth [success=1 default=ignore] pam_y.so\n"
        "auth requisite pam_deny.so\nauth required pam_permit.so\n"
        "auth [default=1] pam_z.so\nauth requisite pam_permit.so\n"
    )
    found = _found("debian", text, "credentials", to="linux")
    assert [each.span.line for each in found] == [1, 2, 5]
    dead = "auth requisite pam_deny.so\n" + text
    assert _found("debian", dead, "credentials", to="linux") == []
    quiet = text.replace("pam_x.so", "pam_permit.so").replace("pam_z", "pam_permit")
    assert [each.span.line for each in _found("debian", quiet, "credentials", to="linux")] == []


def test_a_chain_that_is_too_long_is_said_not_to_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parting, "MOST_LINES", 1)
    found = _found("linux", _TWO.format("account", "optional"), "credentials", to="solaris")
    assert [each.ways for each in found] == [{"solaris": "not compared"}]


def test_a_module_without_the_function_is_told_of() -> None:
    lines = "account {} pam_pwquality.so\naccount required pam_x.so\n"
    found = _found("linux", lines.format("required"), "missing-function")
    ways = {name: said for each in found for name, said in each.ways.items()}
    assert ways["macos"] == "it changes nothing"
    found = _found("linux", lines.format("optional"), "missing-function", to="solaris")
    assert [each.ways for each in found] == [
        {"linux": "the line is passed over", "solaris": "the call is refused"}
    ]


def test_two_that_refuse_a_call_for_a_missing_function_are_the_same() -> None:
    text = "account required pam_authtok_get.so.1\naccount required pam_x.so\n"
    assert _found("solaris", text, "missing-function", to="illumos") == []
    assert _found("solaris", text, "missing-function", to="linux") == []
    optional = text.replace("required pam_auth", "optional pam_auth")
    found = _found("solaris", optional, "missing-function", to="linux")
    assert [each.ways["solaris"] for each in found] == ["the call is refused"]


def test_where_nobody_looks_is_said_once_for_each_place() -> None:
    found = [each for each in apart(_tree("linux", "")) if each.rule == "portable-place"]
    assert [each.ways["illumos"] for each in found] == ["looks into /etc/pam.conf only"]
    tree = _tree("linux", "", place="/x/test", layout=Layout(confdir="/x"))
    assert [each for each in apart(tree) if each.rule == "portable-place"] == []


def test_linux_looks_into_pam_conf_only_where_there_is_no_directory() -> None:
    conf = "login auth required pam_permit.so\n"
    for more, expected in (
        ({}, []),
        (
            {"/etc/pam.d/su": conf[6:]},
            ["looks into /etc/pam.d, /usr/lib/pam.d, /usr/share/pam/pam.d only"],
        ),
    ):
        files: dict[str, str | None] = {"/etc/pam.conf": conf, **more}
        dialect = dialect_named("solaris")
        known = declarations(dialect)
        tree = read_tree(ListedMemory(files), known, dialect=dialect, wanted={TO: "linux"})
        found = [each for each in apart(tree) if each.rule == "portable-place"]
        assert [each.ways["linux"] for each in found] == expected


def test_a_file_that_is_included_from_elsewhere_is_no_place() -> None:
    files: dict[str, str | None] = {
        "/etc/pam.d/test": "auth include /x/common\n",
        "/x/common": "auth required pam_permit.so\n",
    }
    tree = read_tree(ListedMemory(files), declarations(), dialect=dialect_named("linux"))
    found = [each for each in apart(tree) if each.rule == "portable-place"]
    assert [each.span.file for each in found] == ["/etc/pam.d/test"]


def test_an_empty_facility_is_granted_by_illumos_alone() -> None:
    found = [
        each
        for each in apart(_tree("linux", "auth required pam_permit.so\n"))
        if each.rule == "portable-empty-facility"
    ]
    assert len(found) == 3
    said = {name for name, way in found[0].ways.items() if "granted" in way}
    assert said == {"illumos"}


def test_a_service_that_is_refused_has_no_chains_to_judge() -> None:
    tree = _tree("openpam", "auth nonsense pam_x.so\n")
    assert {each.rule for each in apart(tree)} <= {"portable-place", "portable-control"}


def test_lines_that_a_family_leaves_out_are_judged_without_them() -> None:
    text = "auth requisite pam_x.so\nauth optional pam_y.so\nauth required pam_z.so\n"
    found = _found("linux", text, "try-again", to="cde")
    assert found == []
    assert _found("linux", "auth requisite pam_x.so\n", "nobody-refuses", to="cde") == []
    assert _found("linux", text, "nobody-refuses", to="cde")


def test_findings_name_the_rule_and_say_what_to_do() -> None:
    tree = _tree("solaris", "test auth binding pam_x.so.1\n", place="/etc/pam.conf", to="linux")
    found: tuple[Finding, ...] = lint(tree, chosen(rule_files(), ("portable",))).findings
    said = [(each.rule, each.message) for each in found if each.rule == "portable-control"]
    assert said == [
        ("portable-control", "not every family has this control; Linux-PAM: the line fails")
    ]
    assert all(each.help for each in found)


def test_every_family_has_a_name_for_people() -> None:
    assert set(SAID) == set(DIALECT_NAMES)
    assert (
        listed({"solaris": "a", "linux": "b", "illumos": "a"})
        == "Solaris, illumos: a; Linux-PAM: b"
    )


@pytest.mark.parametrize(
    ("dialect", "place", "to"),
    [("openpam", "freebsd-server", "linux"), ("solaris", "solaris11-style", "linux")],
)
def test_policies_of_other_systems_are_looked_at(dialect: str, place: str, to: str) -> None:
    texts = {
        "/etc/pam.d/" + path.name: path.read_text()
        for path in sorted((CORPUS / place / "etc/pam.d").iterdir())
    }
    known = declarations(dialect_named(dialect))
    tree = read_tree(ListedMemory(texts), known, dialect=dialect_named(dialect), wanted={TO: to})
    found = apart(tree)
    assert {each.rule for each in found} >= {"portable-credentials"}
    assert all(set(each.ways) <= {dialect, to} for each in found)
    assert len({(each.rule, each.span, each.about) for each in found}) == len(found)


_LEFT_OUT = {"portable-missing-module", "portable-place", "portable-control", "portable-case"}
"""Rules that do not speak of what folds make of answers."""


@given(
    st.tuples(*(st.sampled_from(DIALECT_NAMES),) * 2),
    st.lists(st.sampled_from(["required", "requisite", "sufficient", "optional"]), max_size=2),
    st.sampled_from(["account", "session", "auth"]),
)
@settings(max_examples=60, deadline=None)
def test_random_lines_are_told_of_if_and_only_if_a_call_parts(
    names: tuple[str, str], words: list[str], facility: str
) -> None:
    here, there = names
    tables = [dict(dialect_named(name).keywords) or KEYWORDS for name in names]
    known = tuple(each for each in words if all(each in table for table in tables))
    lines = [f"{facility} {each} pam_{at}.so" for at, each in enumerate(known)]
    lines += [f"{each} required pam_permit.so" for each in _FACILITIES if each != facility]
    text = "".join(f"test {line}\n" for line in lines)
    tree = _tree(here, text, to=there, place="/etc/pam.conf")
    span = range(1, 1 + len(known))
    found = {
        each.rule for each in apart(tree) if each.span.line in span and each.rule not in _LEFT_OUT
    }
    calls = [(p, None) for p, of in FACILITY_OF.items() if word(of) == facility]
    told = any(are_apart(here, there, known, call, with_codes=False) for call in calls)
    coded = any(
        are_apart(here, there, known, call, with_codes=True)
        for call in calls
        if call[0] not in REPLAYS
    )
    assert told is bool(found - {"portable-code", "portable-empty-facility"})
    assert (told or coded) is bool(found - {"portable-empty-facility"})
