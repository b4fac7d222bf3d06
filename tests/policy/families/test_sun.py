"""Solaris, illumos, CDE, AIX and HP-UX: a column for the service, `other`, and included files."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.families.sun import MAX_INCLUDES
from pamkit.policy.source import Layout, Reading
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from tests.policy.families.loaded import UNREADABLE, asked, load, rules

CONF = "/etc/pam.conf"
SUN = ("illumos", "solaris", "cde", "aix", "hpux")
INCLUDING = ("illumos", "solaris")


def conf(*lines: str) -> dict[str, str | Reading]:
    return {CONF: "".join(f"{line}\n" for line in lines)}


def refusal(dialect: str, files: dict[str, str | Reading], *quirks: str) -> str:
    with pytest.raises(PolicyError) as refused:
        load(dialect, files, *quirks)
    return refused.value.message


@pytest.mark.parametrize("dialect", SUN)
@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(["su auth required a", "su auth required b"], ["a", "b"], id="in order"),
        pytest.param(["other auth required o", "su auth required a"], ["a"], id="own drop other"),
        pytest.param(["su auth required a", "other auth required o"], ["a"], id="wherever it is"),
        pytest.param(["su session required a", "OTHER auth required o"], ["o"], id="by facility"),
        pytest.param(["SU AUTH Required a", "login auth required b"], ["a"], id="without case"),
        pytest.param(["# su auth required a", "su auth required #b"], ["#b"], id="comments"),
        pytest.param([" # su auth required a", "su auth required b"], ["b"], id="of service `#`"),
    ],
)
def test_a_column_names_the_service(dialect: str, lines: list[str], found: list[str]) -> None:
    assert asked(load(dialect, conf(*lines))) == found


@pytest.mark.parametrize("dialect", SUN)
def test_the_service_other_itself(dialect: str) -> None:
    policy = load(dialect, conf("other auth required o"), service="other")
    assert asked(policy) == ["o"]
    assert policy.own[Facility.AUTH] == ()


@pytest.mark.parametrize("dialect", SUN)
def test_a_facility_may_stay_empty(dialect: str) -> None:
    assert asked(load(dialect, conf("su auth required a")), Facility.ACCOUNT) == []


@pytest.mark.parametrize("dialect", SUN)
def test_a_service_that_is_nowhere_is_refused(dialect: str) -> None:
    message = "/etc/pam.conf:1:1: there is no policy for the service `su`, nor for `other`"
    assert refusal(dialect, conf("login auth required a")) == message


@pytest.mark.parametrize(
    ("files", "auth", "account"),
    [
        # Oracle's pam.conf(5): pam.conf, pam.d/service, pam.conf's other, pam.d/other.
        ({**conf("su auth required 1"), "su": "auth required 2"}, ["1"], []),
        ({**conf("other auth required 3"), "su": "auth required 2"}, ["2"], []),
        ({**conf("other auth required 3"), "other": "auth required 4"}, ["3"], []),
        ({**conf("# empty"), "other": "auth required 4"}, ["4"], []),
        (
            {**conf("su account required 1", "other auth required 3"), "su": "auth required 2"},
            ["2"],
            ["1"],
        ),
        ({"su": "auth required 2", "other": "account required 4"}, ["2"], ["4"]),
    ],
)
def test_where_solaris_looks(
    files: dict[str, str | Reading], auth: list[str], account: list[str]
) -> None:
    policy = load("solaris", files)
    assert asked(policy) == auth
    assert asked(policy, Facility.ACCOUNT) == account


@pytest.mark.parametrize("dialect", ["illumos", "cde", "aix", "hpux"])
def test_the_others_know_one_file(dialect: str) -> None:
    files: dict[str, str | Reading] = {"su": "auth required 2"}
    assert refusal(dialect, files) == "`/etc/pam.conf` is not there"
    assert asked(load(dialect, {**files, **conf("other auth required o")})) == ["o"]


@pytest.mark.parametrize("dialect", SUN)
def test_a_file_that_cannot_be_read_is_refused(dialect: str) -> None:
    message = "`/etc/pam.conf` cannot be read: permission denied"
    assert refusal(dialect, {CONF: UNREADABLE}, "unreadable-falls-through") == message


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        pytest.param(["su auth requird a"], "1:9", id="control"),
        pytest.param(["su auht required a"], "1:4", id="facility"),
        pytest.param(["su auth required"], "1:9", id="module"),
        pytest.param(["su auth required a", "SU account x"], "2:12", id="of another facility"),
        pytest.param(["other auth requird a", "su auth required a"], "1:12", id="other, first"),
        pytest.param(
            ["su auth required a", "other auht required a"], "2:7", id="other, no facility"
        ),
        pytest.param(["login auth required a", "  "], "2:1", id="blanks, whoever asks"),
        pytest.param([f"su auth required {'a' * 256}"], "1:1", id="too long"),
    ],
)
@pytest.mark.parametrize("dialect", INCLUDING)
def test_a_bad_line_refuses_the_service(dialect: str, lines: list[str], place: str) -> None:
    assert refusal(dialect, conf(*lines)).startswith(f"/etc/pam.conf:{place}: ")


@pytest.mark.parametrize("dialect", INCLUDING)
def test_an_empty_file_does_too(dialect: str) -> None:
    assert refusal(dialect, {CONF: ""}) == "/etc/pam.conf:1:1: the file is empty"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["login auth requird a", "su auth required a"], id="of another service"),
        pytest.param(["su auth required a", "other auth requird a"], id="other, when it is late"),
    ],
)
@pytest.mark.parametrize("dialect", SUN)
def test_a_bad_line_that_is_not_asked_for_does_not(dialect: str, lines: list[str]) -> None:
    assert asked(load(dialect, conf(*lines))) == ["a"]


@pytest.mark.parametrize("dialect", ["cde", "aix", "hpux"])
def test_a_bad_line_is_left_out(dialect: str) -> None:
    lines = [
        "su auth requird x",
        "su auht required y",
        "su auth required",
        "  ",
        "su auth required a",
    ]
    policy = load(dialect, conf(*lines))
    assert asked(policy) == ["a"]
    assert rules(policy) == ["unknown-control", "unknown-facility", "missing-module"]


@pytest.mark.parametrize("dialect", ["cde", "hpux"])
def test_a_word_of_later_days_is_a_bad_line(dialect: str) -> None:
    policy = load(dialect, conf("su auth requisite x", "su auth include y", "su auth required a"))
    assert asked(policy) == ["a"]


@pytest.mark.parametrize("dialect", ["solaris"])
def test_a_bad_line_in_a_services_own_file(dialect: str) -> None:
    assert refusal(dialect, {"su": "auth required a\naccount x\n"}).startswith(
        "/etc/pam.d/su:2:9: "
    )


INCLUDED = {
    "/usr/lib/security/inc": "su auth required b\nother auth required c\nother session required d\n"
}


@pytest.mark.parametrize("dialect", INCLUDING)
@pytest.mark.parametrize("name", ["inc", "/usr/lib/security/inc"])
def test_an_include_is_a_file_with_a_column(dialect: str, name: str) -> None:
    files = conf("su auth required a", f"su auth include {name}", "su auth required z")
    policy = load(dialect, {**files, **INCLUDED})
    assert asked(policy) == ["a", "b", "z"]
    assert rules(policy) == []


@pytest.mark.parametrize("dialect", INCLUDING)
def test_other_stands_in_inside_of_it(dialect: str) -> None:
    files = conf("su session include inc", "login auth include inc")
    assert asked(load(dialect, {**files, **INCLUDED}), Facility.SESSION) == ["d"]
    assert asked(load(dialect, {**files, **INCLUDED}, service="login")) == ["c"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param(None, "missing-include", id="missing"),
        pytest.param(UNREADABLE, "missing-include", id="unreadable"),
        pytest.param("", "missing-include", id="empty"),
        pytest.param(" \n", "missing-include", id="blanks"),
        pytest.param("su session x y\n", "missing-include", id="bad line"),
        pytest.param("login auth required b\n", "empty-include", id="nothing for the service"),
        pytest.param("su account required b\n", "empty-include", id="nor the facility"),
        pytest.param("su auth include /etc/inc\n", "self-include", id="itself"),
        pytest.param("su auth include /etc/pam.conf\n", "self-include", id="the file it is in"),
    ],
)
@pytest.mark.parametrize("dialect", INCLUDING)
def test_an_include_that_cannot_be_fails_in_its_place(
    dialect: str, text: str | Reading | None, rule: str
) -> None:
    # 1.8: illumos answers success to three of these.
    files = conf("su auth sufficient a", "su auth include /etc/inc", "su auth include /etc/inc")
    if text is not None:
        files["/etc/inc"] = text
    policy = load(dialect, files, "empty-include", "self-include")
    refused = [name.startswith("!") for name in asked(policy)]
    assert refused == [False, True, True]
    assert rule in rules(policy)


def test_an_include_in_a_service_file_of_solaris() -> None:
    files: dict[str, str | Reading] = {"su": "auth include /etc/inc\n", **INCLUDED}
    files["/etc/inc"] = "su auth include inc\nsu auth required e\n"
    assert asked(load("solaris", files)) == ["b", "e"]


@pytest.mark.parametrize("dialect", INCLUDING)
def test_so_many_files_may_be_nested(dialect: str) -> None:
    files = conf("su auth include /i1")
    for n in range(1, MAX_INCLUDES):
        files[f"/i{n}"] = f"su auth include /i{n + 1}\n"
    files[f"/i{MAX_INCLUDES}"] = "su auth required deep\n"
    assert asked(load(dialect, files)) == ["deep"]
    files[f"/i{MAX_INCLUDES}"] = f"su auth include /i{MAX_INCLUDES + 1}\n"
    files[f"/i{MAX_INCLUDES + 1}"] = "su auth required deeper\n"
    policy = load(dialect, files)
    assert asked(policy) == [f"!/i{MAX_INCLUDES + 1}"]
    assert rules(policy) == ["nested-too-deep"]


def test_the_work_is_bounded() -> None:
    files = conf(*["su auth include /i1"] * 8)
    for n in range(1, 12):
        files[f"/i{n}"] = f"su auth include /i{n + 1}\n" * 8
    files["/i12"] = "su auth required x\n"
    assert "comes to more than" in refusal("illumos", files)


@pytest.mark.parametrize(
    ("dialect", "layout", "found"),
    [
        ("illumos", Layout(), "conf"),
        ("illumos", Layout(directories=("/x",), conf_file="/c"), "c"),
        ("solaris", Layout(directories=("/x",), conf_file="/c"), "c"),
        ("solaris", Layout(directories=("/x",), conf_file="/nowhere"), "x"),
        ("illumos", Layout(confdir="/x"), "x"),
    ],
)
def test_a_layout_says_where(dialect: str, layout: Layout, found: str) -> None:
    files = {
        **conf("su auth required conf"),
        "/c": "su auth required c\n",
        "/x/su": "auth required x\n",
        "/x/other": "account required o\n",
    }
    assert asked(load(dialect, files, layout=layout)) == [found]


WORDS = {"auth": Facility.AUTH, "session": Facility.SESSION}
CONTROLS = ("required", "requisite", "sufficient", "optional", "binding")


def as_illumos(text: str, service: str) -> dict[Facility, list[str]] | None:
    """What illumos' library keeps of a file, line after line; `None` if it gives the file up."""
    kept: dict[str, list[str]] = {}
    found: set[str] = set()
    if not text:
        return None
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        words = line.replace("\t", " ").split()
        if not words:
            return None
        facility = words[1].lower() if words[1:] else ""
        good = (
            facility in WORDS
            and len(words) > 3
            and words[2].lower() in CONTROLS
            and len(line) < 256
        )
        if words[0].lower() == service:
            if not good:
                return None
            if facility not in found:
                kept[facility] = []  # those of `other` go
                found.add(facility)
            kept[facility].append(words[3])
        elif facility not in found and words[0].lower() == "other":
            if not good:
                return None
            kept.setdefault(facility, []).append(words[3])
    return {WORDS[facility]: modules for facility, modules in kept.items()}


LINE = st.tuples(
    st.sampled_from(["su", "SU", "other", "OTHER", "login", "#su"]),
    st.sampled_from(["auth", "auth", "Auth", "session", "session", "bad"]),
    st.sampled_from(["required", "Optional", "binding", "required", "wrong"]),
    st.sampled_from(["a", "b", "c", "d" * 240]),
    st.sampled_from(["", "", "", "x", "# y"]),
).map(" ".join)
ODD = st.sampled_from(["", "", "# c", "su", "other auth", "login auth required", " \t"])


@given(st.lists(st.one_of(LINE, LINE, LINE, ODD), max_size=6).map("\n".join))
def test_illumos_keeps_the_same_lines(text: str) -> None:
    # Where nothing at all is kept the library fails as well, but only when it is asked.
    expected = as_illumos(text, "su") or None
    found: dict[Facility, list[str]] | None = None
    with suppress(PolicyError):
        policy = load("illumos", {CONF: text})
        found = {f: asked(policy, f) for f in WORDS.values() if asked(policy, f)}
    assert found == expected
