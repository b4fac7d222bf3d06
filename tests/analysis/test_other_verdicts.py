"""Lines that other families judge otherwise, and no others: against walks through whole chains."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis import parting
from pamkit.analysis.portable import apart
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, word
from tests.analysis.apart_trees import FACILITIES, TWO, apart_of, tree_of
from tests.analysis.test_parting import are_apart

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
    found = apart_of(dialect, text, "code", to=family)
    assert line in {each.span.line for each in found}
    assert any(said in each.ways[family] for each in found), list(map(str, found))


def test_who_is_let_by_goes_before_the_code() -> None:
    found = apart_of("linux", TWO.format("account", "sufficient"), "must-change", to="solaris")
    lines = {each.span.line for each in found}
    codes = apart_of("linux", TWO.format("account", "sufficient"), "code", to="solaris")
    assert lines.isdisjoint(each.span.line for each in codes if "answers" in each.about)


_SAID_OF_LINES = [
    # Whose policy it is, its lines, the rule, a family, and what it makes of the first line.
    ("openpam", TWO.format("account", "sufficient"), "must-change", "linux", "the chain ends"),
    ("solaris", TWO.format("account", "optional"), "try-again", "linux", "it changes nothing"),
    ("linux", TWO.format("account", "optional"), "try-again", "illumos", "and the chain ends"),
    ("macos", TWO.format("auth", "optional"), "nobody-refuses", "linux", "the call is refused"),
    ("linux", TWO.format("auth", "optional"), "nobody-refuses", "macos", "the call is granted"),
    ("openpam", TWO.format("password", "sufficient"), "sufficient", "linux", "the chain ends"),
    ("solaris", TWO.format("password", "sufficient"), "sufficient", "cde", "the call ends"),
    ("solaris", TWO.format("auth", "binding"), "control", "linux", "the line fails"),
    ("linux", TWO.format("auth", "optional"), "missing-module", "openpam", "does not start"),
    ("linux", TWO.format("auth", "optional"), "missing-module", "solaris", "the call is refused"),
    ("solaris", TWO.format("auth", "required"), "missing-module", "cde", "is passed over"),
]


@pytest.mark.parametrize(("dialect", "text", "rule", "family", "said"), _SAID_OF_LINES)
def test_policies_of_every_family_are_read_as_the_others_would(
    dialect: str, text: str, rule: str, family: str, said: str
) -> None:
    found = apart_of(dialect, text, rule)
    assert any(said in each.ways.get(family, "") for each in found), list(map(str, found))


def test_setcred_and_close_session_say_both_answers() -> None:
    for facility, earlier, later in (
        ("auth", "authenticate", "setcred"),
        ("session", "open_session", "close_session"),
    ):
        text = TWO.format(facility, "sufficient")
        for dialect, other in (("linux", "openpam"), ("openpam", "linux")):
            found = apart_of(dialect, text, "credentials", to=other)
            assert found
            assert all(f"to {earlier}" in each.about for each in found)
            assert all(f"to {later}" in each.about for each in found)
            assert found[0].ways["openpam"] == "it is put aside, and the chain goes on"
            assert found[0].ways["linux"] == "it is a no, and the chain ends"
            assert dialect == "openpam" or found[1].ways["linux"] == "it is not asked"


def test_between_families_that_judge_setcred_anew_one_answer_is_enough() -> None:
    found = apart_of("openpam", TWO.format("auth", "sufficient"), "credentials", to="solaris")
    assert "if the module answers `success` to setcred" in {each.about for each in found}


def test_a_line_that_jumps_counts_for_linux_and_not_for_debian() -> None:
    text = "auth [success=1 default=bad] pam_x.so\nauth required pam_y.so\nauth required pam_z.so\n"
    for dialect, other in (("linux", "debian"), ("debian", "linux")):
        found = apart_of(dialect, text, "credentials", to=other)
        assert [(each.span.line, each.ways["linux"], each.ways["debian"]) for each in found] == [
            (1, "it counts", "it does not count")
        ]
    assert (
        apart_of("linux", text.replace("success=1", "success=ok"), "credentials", to="debian") == []
    )
    account = text.replace("auth", "account")
    assert apart_of("linux", account, "credentials", to="debian") == []


def test_every_line_that_jumps_on_a_way_to_yes_is_named() -> None:
    text = (
        "auth [success=2 default=ignore] pam_x.so\n"
        "auth [success=1 default=ignore] pam_y.so\n"
        "auth requisite pam_deny.so\nauth required pam_permit.so\n"
        "auth [default=1] pam_z.so\nauth requisite pam_permit.so\n"
    )
    found = apart_of("debian", text, "credentials", to="linux")
    assert [each.span.line for each in found] == [1, 2, 5]
    dead = "auth requisite pam_deny.so\n" + text
    assert apart_of("debian", dead, "credentials", to="linux") == []
    quiet = text.replace("pam_x.so", "pam_permit.so").replace("pam_z", "pam_permit")
    assert [each.span.line for each in apart_of("debian", quiet, "credentials", to="linux")] == []


def test_a_chain_that_is_too_long_is_said_not_to_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parting, "MOST_LINES", 1)
    two = TWO.format("account", "optional")
    found = apart_of("linux", two, "not-compared", to="solaris")
    assert [each.ways for each in found] == [{"solaris": "not compared"}]
    assert apart_of("linux", two, "credentials", to="solaris") == []


def test_a_module_without_the_function_is_told_of() -> None:
    lines = "account {} pam_pwquality.so\naccount required pam_x.so\n"
    found = apart_of("linux", lines.format("required"), "missing-function")
    ways = {name: said for each in found for name, said in each.ways.items()}
    assert ways["macos"] == "it changes nothing"
    found = apart_of("linux", lines.format("optional"), "missing-function", to="solaris")
    assert [each.ways for each in found] == [
        {"linux": "the line is passed over", "solaris": "the call is refused"}
    ]


def test_two_that_refuse_a_call_for_a_missing_function_are_the_same() -> None:
    text = "account required pam_authtok_get.so.1\naccount required pam_x.so\n"
    assert apart_of("solaris", text, "missing-function", to="illumos") == []
    assert apart_of("solaris", text, "missing-function", to="linux") == []
    optional = text.replace("required pam_auth", "optional pam_auth")
    found = apart_of("solaris", optional, "missing-function", to="linux")
    assert [each.ways["solaris"] for each in found] == ["the call is refused"]


def test_an_empty_facility_is_granted_by_illumos_alone() -> None:
    found = [
        each
        for each in apart(tree_of("linux", "auth required pam_permit.so\n"))
        if each.rule == "portable-empty-facility"
    ]
    assert len(found) == 3
    said = {name for name, way in found[0].ways.items() if "granted" in way}
    assert said == {"illumos"}


@pytest.mark.parametrize(
    ("to", "count"), [("debian", 0), ("solaris", 0), ("openpam", 3), ("debian,illumos", 3)]
)
def test_an_empty_facility_is_told_of_only_where_a_family_does_something_else(
    to: str, count: int
) -> None:
    tree = tree_of("linux", "auth required pam_permit.so\n", to=to)
    assert sum(each.rule == "portable-empty-facility" for each in apart(tree)) == count


def test_an_empty_facility_of_a_file_with_a_column_is_told_of_with_the_service() -> None:
    text = "".join(f"{name} auth required pam_permit.so\n" for name in ("ftp", "su"))
    tree = tree_of("solaris", text, to="illumos", place="/etc/pam.conf")
    found = [each.about for each in apart(tree) if each.rule == "portable-empty-facility"]
    assert len(found) == 6
    assert found[0] == "no line for `account` of `ftp`, not even in `other`"


def test_a_missing_module_is_not_told_of_where_both_families_do_the_same() -> None:
    text = "auth sufficient pam_x.so\nauth sufficient pam_y.so\n"
    assert apart_of("linux", text, "missing-module", to="hpux") == []
    refused = apart_of("linux", text, "missing-module", to="solaris")
    assert [each.ways["solaris"] for each in refused] == ["the call is refused"]


def test_a_service_that_is_refused_has_no_chains_to_judge() -> None:
    tree = tree_of("openpam", "auth nonsense pam_x.so\n")
    assert {each.rule for each in apart(tree)} <= {"portable-place", "portable-control"}


def test_lines_that_a_family_leaves_out_are_judged_without_them() -> None:
    text = "auth requisite pam_x.so\nauth optional pam_y.so\nauth required pam_z.so\n"
    found = apart_of("linux", text, "try-again", to="cde")
    assert found == []
    assert apart_of("linux", "auth requisite pam_x.so\n", "nobody-refuses", to="cde") == []
    assert apart_of("linux", text, "nobody-refuses", to="cde")


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
    lines += [f"{each} required pam_permit.so" for each in FACILITIES if each != facility]
    text = "".join(f"test {line}\n" for line in lines)
    tree = tree_of(here, text, to=there, place="/etc/pam.conf")
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
