"""OpenPAM and macOS: where a policy is looked for, what an include is, what refuses the start."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pamkit.policy.families.grammar import MACOS
from pamkit.policy.families.openpam import BUILT_IN
from pamkit.policy.resolve import MAX_ENTRIES, MAX_LOOKED_AT, MAX_OPEN
from pamkit.policy.source import Layout, Reading
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from tests.policy.families.loaded import UNREADABLE, asked, load, rules

ALL = "".join(f"{word} required {{0}}.so\n" for word in ("auth", "account", "password", "session"))
OTHER = ALL.format("other")
CONF, LOCAL, LOCAL_CONF = "/etc/pam.conf", "/usr/local/etc/pam.d", "/usr/local/etc/pam.conf"
MANAGED = MACOS.places[0]
FAMILIES = ("openpam", "netbsd", "macos")


def refusal(
    dialect: str, files: Mapping[str, str | Reading], *quirks: str, service: str = "su"
) -> str:
    with pytest.raises(PolicyError) as refused:
        load(dialect, files, *quirks, service=service)
    return refused.value.message


@pytest.mark.parametrize(
    ("dialect", "files", "found"),
    [
        ("openpam", {"su": "auth required a", CONF: "su auth required b"}, ["a"]),
        ("openpam", {CONF: "su auth required b", f"{LOCAL}/su": "auth required c"}, ["b"]),
        ("openpam", {f"{LOCAL}/su": "auth required c", LOCAL_CONF: "su auth required d"}, ["c"]),
        ("openpam", {LOCAL_CONF: "su auth required d"}, ["d"]),
        ("openpam", {"su": "", CONF: "su auth required b"}, ["other.so"]),  # 1.1: counts as found
        ("openpam", {CONF: "SU auth required b"}, ["other.so"]),
        ("netbsd", {CONF: "su auth required b", f"{LOCAL}/su": "auth required c"}, ["b"]),
        ("netbsd", {f"{LOCAL}/su": "auth required c"}, ["other.so"]),
        ("macos", {"su": "auth required a", f"{MANAGED}su": "auth required m"}, ["m"]),
        ("macos", {"su": "", CONF: "su auth required b"}, ["b"]),
        ("macos", {CONF: "SU AUTH Required b"}, ["b"]),
        ("macos", {CONF: "su\nsu auth required b"}, ["b"]),
    ],
)
def test_where_a_policy_is_looked_for(
    dialect: str, files: dict[str, str], found: list[str]
) -> None:
    assert asked(load(dialect, {"other": OTHER, **files})) == found


@pytest.mark.parametrize("dialect", FAMILIES)
def test_other_stands_in_for_each_facility(dialect: str) -> None:
    policy = load(dialect, {"su": "auth required a\n", "other": OTHER})
    assert asked(policy) == ["a"]
    assert asked(policy, Facility.SESSION) == ["other.so"]
    assert policy.other[Facility.AUTH] == ()
    assert [file.name for file in policy.files] == ["/etc/pam.d/su", "/etc/pam.d/other"]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_other_is_not_read_without_need(dialect: str) -> None:
    files = {"su": ALL.format("su"), "other": "nonsense\n"}
    assert asked(load(dialect, files)) == ["su.so"]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_the_service_other_itself(dialect: str) -> None:
    policy = load(dialect, {"other": OTHER}, service="other")
    assert asked(policy) == ["other.so"]
    assert policy.own[Facility.AUTH] == ()


@pytest.mark.parametrize("dialect", ["openpam", "netbsd"])
def test_a_facility_that_nobody_fills_refuses_the_start(dialect: str) -> None:
    message = refusal(dialect, {"su": "auth required a\n"})
    expected = "/etc/pam.d/other:1:1: nobody fills `account`, and there is no policy for `other`"
    assert message == expected


def test_a_file_for_other_that_is_there_is_enough() -> None:
    policy = load("openpam", {"su": "auth required a\n", "other": ""})
    assert asked(policy, Facility.SESSION) == []


def test_a_service_that_is_nowhere_refuses_the_start() -> None:
    message = refusal("openpam", {"login": OTHER})
    expected = "/etc/pam.d/other:1:1: there is no policy for the service `su`, nor for `other`"
    assert message == expected


def test_macos_has_a_refusal_in_itself() -> None:
    policy = load("macos", {"su": "auth required a\n"})
    assert asked(policy) == ["a"]
    assert asked(policy, Facility.ACCOUNT) == ["pam_deny.so"]
    (place,) = policy.other[Facility.SESSION]
    assert (place.entry.span.file, place.entry.control.text) == (BUILT_IN, "required")
    assert [file.name for file in policy.files] == ["/etc/pam.d/su", BUILT_IN]
    assert asked(load("macos", {}), Facility.PASSWORD) == ["pam_deny.so"]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_an_include_is_another_service(dialect: str) -> None:
    files = {
        "su": "auth sufficient a\nauth include system\nauth required z\naccount include system\n",
        "system": "auth required b\naccount required c\nauth include more\n",
        CONF: "more auth required d\nless auth required e\n",
        "other": OTHER,
    }
    policy = load(dialect, files)
    assert asked(policy) == ["a", "b", "d", "z"]
    assert asked(policy, Facility.ACCOUNT) == ["c"]
    assert rules(policy) == []


@pytest.mark.parametrize("dialect", ["openpam", "netbsd"])
def test_an_include_of_nothing_refuses_the_start(dialect: str) -> None:
    files = {"su": "auth include system\nauth required b\n", "other": OTHER}
    assert refusal(dialect, files) == "/etc/pam.d/su:1:1: the service `system` is not there"


@pytest.mark.parametrize(
    ("dialect", "files"),
    [
        ("macos", {}),
        ("macos", {CONF: "login auth required q\n"}),
        ("macos", {"system": "# nothing\n"}),
        ("openpam", {"system": "# nothing\n"}),
    ],
)
def test_an_include_that_says_nothing_is_refused(dialect: str, files: dict[str, str]) -> None:
    files = {"su": "auth include system\nauth required b\n", "other": OTHER, **files}
    message = "/etc/pam.d/su:1:1: the included service `system` has no entries"
    assert refusal(dialect, files) == message
    policy = load(dialect, files, "empty-include")
    assert asked(policy) == ["b"]
    assert rules(policy) == ["include-adds-nothing"]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_an_include_may_have_nothing_for_a_facility(dialect: str) -> None:
    in_file = {"su": "auth include sys\nauth required b\n", "sys": "account required c\n"}
    policy = load(dialect, {**in_file, "other": OTHER})
    assert asked(policy) == ["b"]
    assert rules(policy) == ["include-adds-nothing"]


def test_macos_finds_an_included_service_in_a_column() -> None:
    files = {"su": "auth include sys\nauth required b\n", CONF: "SYS account required c\n"}
    assert asked(load("macos", files)) == ["b"]


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize(
    "files",
    [
        {"su": "auth include su\n"},
        {"su": "auth include a\n", "a": "auth include b\n", "b": "auth include a\n"},
        {"su": "auth required x\n", "other": "account include other\n"},
    ],
)
def test_a_service_in_itself_is_refused(dialect: str, files: dict[str, str]) -> None:
    assert "is being read already" in refusal(dialect, {"other": OTHER, **files})


def test_so_many_services_may_be_nested() -> None:
    files = {f"s{n}": f"auth include s{n + 1}\n" for n in range(MAX_OPEN)}
    files[f"s{MAX_OPEN - 1}"] = "auth required deep\n"
    files["other"] = OTHER
    assert asked(load("openpam", files, service="s0")) == ["deep"]
    files[f"s{MAX_OPEN - 1}"] = f"auth include s{MAX_OPEN}\n"
    files[f"s{MAX_OPEN}"] = "auth required deeper\n"
    message = refusal("openpam", files, service="s0")
    assert message == f"/etc/pam.d/s{MAX_OPEN - 1}:1:1: more than {MAX_OPEN} services are nested"


def test_lines_of_a_column_that_only_include_do_not_count() -> None:
    # C: OpenPAM counts modules alone, and so asks the next place as well.
    files = {
        CONF: "su auth include system\n",
        f"{LOCAL}/su": "auth required local\n",
        "system": "auth required b\n",
        "other": OTHER,
    }
    assert asked(load("openpam", files)) == ["b", "local"]
    assert asked(load("macos", files)) == ["b"]


@pytest.mark.parametrize(
    ("dialect", "files", "place"),
    [
        ("openpam", {"su": "auth required a\n  auht required b\n"}, "/etc/pam.d/su:2:3"),
        ("openpam", {"su": "auth requird a\n"}, "/etc/pam.d/su:1:6"),
        ("openpam", {"su": "auth \\\n requird a\n"}, "/etc/pam.d/su:2:2"),
        ("openpam", {"su": "auth required\n"}, "/etc/pam.d/su:1:6"),
        ("openpam", {"su": "auth required a 'b\n"}, "/etc/pam.d/su:1:1"),
        ("openpam", {CONF: "x x\nsu auth requird a\n"}, "/etc/pam.conf:2:9"),
        ("openpam", {CONF: "su\n"}, "/etc/pam.conf:1:1"),
        ("macos", {"su": "\n\nauth requird a\n"}, "/etc/pam.d/su:3:6"),
        ("macos", {CONF: "su auth\n"}, "/etc/pam.conf:1:1"),
        ("openpam", {"su": "auth required a\n", "other": "bad\n"}, "/etc/pam.d/other:1:1"),
    ],
)
def test_a_bad_line_refuses_the_start(dialect: str, files: dict[str, str], place: str) -> None:
    assert refusal(dialect, {"other": OTHER, **files}).startswith(f"{place}: ")


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize(
    "files",
    [
        {CONF: "login auth requird a\nlogin\nsu auth required a\n"},
        # Of `other` only what is needed is looked at.
        {"su": "auth required a\n", "other": f"auth requird x\n{OTHER}"},
        {"su": "auth required a\nauth include s\n", "s": "account requird x\nauth required b\n"},
    ],
)
def test_a_bad_line_that_is_not_asked_for_does_not(dialect: str, files: dict[str, str]) -> None:
    assert asked(load(dialect, {"other": OTHER, **files}))[0] == "a"


def test_macos_knows_no_facility_at_the_end_of_a_line() -> None:
    files = {"su": "auth required a\n", "other": f"auth\n{OTHER}"}
    assert refusal("macos", files) == "/etc/pam.d/other:1:1: the line has no control"
    assert asked(load("openpam", files)) == ["a"]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_a_file_that_cannot_be_read_refuses_the_start(dialect: str) -> None:
    files: dict[str, str | Reading] = {"su": UNREADABLE, CONF: "su auth required b\n"}
    message = "`/etc/pam.d/su` cannot be read: permission denied"
    assert refusal(dialect, {"other": OTHER, **files}) == message
    if dialect == "macos":
        policy = load(dialect, {"other": OTHER, **files}, "unreadable-falls-through")
        assert asked(policy) == ["b"]
    else:
        refusal(dialect, {"other": OTHER, **files}, "unreadable-falls-through")


def test_a_directory_is_no_file() -> None:
    assert refusal("macos", {"su/x": ""}, "unreadable-falls-through").endswith("is a directory")


def test_the_work_is_bounded() -> None:
    many = "auth required x\n" * (MAX_ENTRIES + 1)
    assert "comes to more than" in refusal("openpam", {"su": many, "other": OTHER})
    wide = "account required x\n" * (MAX_LOOKED_AT // 16)
    files = {"su": "auth include s\n" * 17, "s": f"{wide}auth required y\n", "other": OTHER}
    assert "lines have to be read" in refusal("openpam", files)
    bomb = {f"s{n}": f"auth include s{n + 1}\n" * 8 for n in range(12)}
    bomb["s12"] = "auth required x\n"
    found = refusal("openpam", {**bomb, "other": OTHER}, service="s0")
    assert "comes to more than" in found


def test_a_file_may_have_so_many_lines() -> None:
    assert "more than 65536 lines" in refusal("openpam", {"su": "\n" * 65537, "other": OTHER})


@pytest.mark.parametrize(
    ("dialect", "layout", "found"),
    [
        ("openpam", Layout(), "etc"),
        ("openpam", Layout(confdir="/x"), "x"),
        ("openpam", Layout(directories=("/y", "/z"), conf_file="/c"), "c"),
        ("openpam", Layout(directories=("/x", "/z"), conf_file="/c"), "x"),
        ("openpam", Layout(directories=(), conf_file="/c"), "c"),
        ("macos", Layout(directories=("/y", "/z"), conf_file="/nowhere"), "z"),
    ],
)
def test_a_layout_says_where(dialect: str, layout: Layout, found: str) -> None:
    files = {
        "su": ALL.format("etc"),
        "/x/su": ALL.format("x"),
        "/z/su": ALL.format("z"),
        "/c": "".join(f"su {line}\n" for line in ALL.format("c").splitlines()),
    }
    assert asked(load(dialect, files, layout=layout)) == [f"{found}.so"]
