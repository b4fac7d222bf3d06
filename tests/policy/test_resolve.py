"""Search, includes and refusals: what libpam does, and where pamkit says no instead."""

from collections.abc import Mapping

import pytest

from pamkit.policy.dialect import DEBIAN, LINUX, QUIRK_SETS, Dialect
from pamkit.policy.resolve import (
    MAX_ENTRIES,
    MAX_LOOKED_AT,
    MAX_NESTING,
    MAX_OPEN,
    Place,
    Policy,
    resolve,
    service_name,
)
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Facility

ETC, USR, SHARE = "/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam/pam.d"


class Disk(MemorySource):
    """Files in memory, some of which cannot be read, or not to the end."""

    def __init__(self, files: Mapping[str, str | Reading]) -> None:
        super().__init__({path: "" if isinstance(f, Reading) else f for path, f in files.items()})
        self.odd = {path: f for path, f in files.items() if isinstance(f, Reading)}
        self.reads: list[str] = []

    def read(self, path: str) -> Reading:
        self.reads.append(path)
        return self.odd.get(path) or super().read(path)


UNREADABLE = Reading(Outcome.UNREADABLE, reason="permission denied")
CUT_SHORT = Reading(Outcome.CUT_SHORT, "auth required cut.so\n", "input/output error")


def load(
    files: Mapping[str, str | Reading],
    *quirks: str,
    service: str = "su",
    dialect: Dialect = LINUX,
    layout: Layout | None = None,
) -> Policy:
    """Resolve a service; names without a directory lie in /etc/pam.d."""
    paths = {(n if n.startswith("/") else f"{ETC}/{n}"): text for n, text in files.items()}
    return resolve(service, Disk(paths), layout=layout, dialect=dialect, quirks=frozenset(quirks))


def shape(places: tuple[Place, ...]) -> list[object]:
    """Places as names: `x.so`, `!x.so` for what must fail, a list for a substack."""
    found: list[object] = []
    for place in places:
        name = place.entry.target.text if place.entry.target else ""
        if place.inside is not None:
            found.append(shape(place.inside))
        else:
            found.append(f"!{name}" if place.refusal else name)
    return found


def auth(
    files: Mapping[str, str | Reading], *quirks: str, dialect: Dialect = LINUX
) -> list[object]:
    """The shape of the auth places of `su`."""
    return shape(load(files, *quirks, dialect=dialect).places(Facility.AUTH))


def rules(policy: Policy) -> list[str]:
    return [finding.rule for finding in policy.findings if finding.rule != "missing-other"]


# --- names of services ---------------------------------------------------------------------------


@pytest.mark.parametrize(("expected", "name"), [("sshd", "sshd"), ("sshd", "SSHd"), ("a.b", "a.b")])
def test_a_service_name_is_lowered(expected: str, name: str) -> None:
    assert service_name(name) == expected


@pytest.mark.parametrize("name", ["", ".", "..", "/", "../su", "/etc/passwd", "a/", "a\0b"])
def test_a_service_name_with_a_path_is_refused(name: str) -> None:
    with pytest.raises(PolicyError):
        service_name(name)


@pytest.mark.parametrize(
    ("expected", "name"), [("su", "/usr/bin/SU"), ("..", ".."), ("", "a/"), ("", "")]
)
def test_the_quirk_service_path_cuts_it_as_libpam_does(expected: str, name: str) -> None:
    assert service_name(name, frozenset({"service-path"})) == expected


def test_a_nul_in_a_service_name_is_refused_under_any_quirk() -> None:
    with pytest.raises(PolicyError, match="NUL"):
        service_name("a\0b", QUIRK_SETS["libpam-1.5"])


# --- where policies lie --------------------------------------------------------------------------


def test_directories_are_searched_in_order() -> None:
    files = {f"{d}/su": f"auth required {d[1:4]}.so\n" for d in (ETC, USR, SHARE)}
    assert auth(files) == ["etc.so"]
    del files[f"{ETC}/su"]
    assert auth(files) == ["usr.so"]


def test_an_include_is_searched_from_the_first_directory_again() -> None:
    files = {
        f"{USR}/su": "auth include common\n",
        f"{ETC}/common": "auth required etc.so\n",
        f"{USR}/common": "auth required usr.so\n",
    }
    assert auth(files) == ["etc.so"]


def test_an_absolute_include_is_taken_literally() -> None:
    files = {"su": "auth include /opt/x\n", "/opt/x": "auth required x.so\n"}
    assert auth(files) == ["x.so"]


def test_a_relative_include_may_climb() -> None:
    files = {"su": "auth include ../x\n", f"{ETC}/../x": "auth required x.so\n"}
    assert auth(files) == ["x.so"]


def test_with_a_confdir_nothing_else_counts() -> None:
    layout = Layout(confdir="/my")
    files = {"/my/su": "auth include common\n", "common": "auth required x.so\n", "other": ""}
    policy = load(files, layout=layout)
    assert shape(policy.own[Facility.AUTH]) == ["!common"]
    assert [
        finding.span.file for finding in policy.findings if finding.rule == "missing-other"
    ] == ["/my/other"]
    with pytest.raises(PolicyError, match="there is no policy for the service `su`"):
        load({"su": "auth required x.so\n", "/etc/pam.conf": ""}, layout=layout)


def test_a_service_without_a_file_is_other() -> None:
    policy = load({"other": "auth required deny.so\n"})
    assert (policy.own[Facility.AUTH], shape(policy.places(Facility.AUTH))) == ((), ["deny.so"])


def test_other_stands_in_for_each_facility_that_is_missing() -> None:
    policy = load(
        {"su": "auth required a.so\n", "other": "account required b.so\nauth required b.so"}
    )
    assert [shape(policy.places(facility)) for facility in Facility] == [["a.so"], ["b.so"], [], []]


def test_without_other_there_is_a_finding() -> None:
    assert [f.rule for f in load({"su": "auth required a.so\n"}).findings] == ["missing-other"]


def test_without_any_file_nothing_starts() -> None:
    with pytest.raises(PolicyError, match="there is no policy for the service `su`, nor for"):
        load({"login": "auth required a.so\n"})


def test_other_is_read_once_and_under_the_quirk_twice() -> None:
    files = {"other": "auth required a.so\n"}
    assert shape(load(files, service="other").places(Facility.AUTH)) == ["a.so"]
    twice = load(files, "other-twice", service="other")
    assert shape(twice.places(Facility.AUTH)) == ["a.so", "a.so"]


def test_a_file_has_one_content_however_often_it_is_met() -> None:
    disk = Disk(
        {f"{ETC}/su": "auth include x\naccount include x\n", f"{ETC}/x": "auth required a\n"}
    )
    resolve("su", disk)
    assert sorted(set(disk.reads)) == sorted(disk.reads)


def test_the_files_of_a_policy_are_listed_in_order() -> None:
    policy = load({"su": "auth include x\n", "x": "auth required a.so\n", "other": ""})
    assert [file.name for file in policy.files] == [f"{ETC}/su", f"{ETC}/x", f"{ETC}/other"]


# --- pam.conf ------------------------------------------------------------------------------------

CONF = """
login auth  required a.so
Su    auth  required b.so
other auth  required o.so
OTHER account required p.so
su
nobody [ nonsense
"""


def test_without_a_directory_pam_conf_is_read() -> None:
    policy = load({"/etc/pam.conf": CONF})
    assert shape(policy.own[Facility.AUTH]) == ["b.so", "!"]
    assert shape(policy.other[Facility.AUTH]) == ["o.so"]
    assert shape(policy.places(Facility.ACCOUNT)) == ["p.so"]
    assert [file.name for file in policy.files] == ["/etc/pam.conf"]
    assert "missing-facility" in rules(policy)


def test_with_a_directory_pam_conf_is_not_read() -> None:
    with pytest.raises(PolicyError):
        load({"/etc/pam.conf": CONF, "login": "auth required a.so\n"})


def test_other_in_pam_conf_is_read_once() -> None:
    policy = load({"/etc/pam.conf": CONF}, service="other")
    assert shape(policy.places(Facility.AUTH)) == ["o.so"]


def test_a_pam_conf_may_include_itself_as_a_file_of_another_form() -> None:
    # C: an included file has no service column, whoever includes it.
    policy = load({"/etc/pam.conf": "su auth include /etc/pam.conf\nauth required a.so x\n"})
    assert shape(policy.own[Facility.AUTH]) == ["!include", "a.so"]


@pytest.mark.parametrize(
    ("reason", "conf"),
    [
        ("no such file", Reading(Outcome.MISSING, reason="no such file")),
        ("permission denied", UNREADABLE),
        ("input/output error", CUT_SHORT),
        ("ends in the middle of a line", "su auth required x.so \\\n"),
    ],
)
def test_a_pam_conf_that_cannot_be_used_is_refused(reason: str, conf: str | Reading) -> None:
    with pytest.raises(PolicyError, match=reason):
        load({"/etc/pam.conf": conf})


# --- include and substack ------------------------------------------------------------------------


def test_an_include_takes_in_the_lines_of_its_facility_in_place() -> None:
    files = {
        "su": "auth required a.so\nauth include x\nauth required d.so\n",
        "x": "auth required b.so\naccount required no.so\nauth required c.so\n",
    }
    assert auth(files) == ["a.so", "b.so", "c.so", "d.so"]


def test_a_substack_nests_them() -> None:
    files = {
        "su": "auth substack x\nauth required d.so\n",
        "x": "auth include y\n",
        "y": "auth required b.so\n",
    }
    assert auth(files) == [["b.so"], "d.so"]


def test_words_behind_the_file_are_ignored() -> None:
    assert auth({"su": "auth include x y\n", "x": "auth required b.so\n"}) == ["b.so"]


def test_a_broken_line_counts_for_the_facility_that_was_asked_for() -> None:
    files = {
        "su": "account include x\nauth include x\nbroken required s.so\n",
        "x": "bogus required b.so\n",
    }
    policy = load(files)
    assert shape(policy.own[Facility.ACCOUNT]) == ["!b.so"]
    assert shape(policy.own[Facility.AUTH]) == ["!b.so", "!s.so"]


def test_a_broken_facility_still_includes_for_auth() -> None:
    assert auth({"su": "bogus include x\n", "x": "auth required b.so\n"}) == ["b.so"]


@pytest.mark.parametrize("kind", ["include", "substack"])
def test_an_include_that_fails_stands_behind_what_it_brought(kind: str) -> None:
    files = {"su": f"auth {kind} x\n", "x": "auth required a.so\nauth required b.so \\"}
    expected: list[object] = ["a.so", "!x"] if kind == "include" else [["a.so"], "!x"]
    assert auth(files) == expected


@pytest.mark.parametrize(
    ("rule", "line"),
    [("missing-include", "auth include nowhere"), ("missing-file", "auth include")],
)
def test_an_include_of_nothing_must_fail(rule: str, line: str) -> None:
    policy = load({"su": line})
    assert rules(policy) == [rule]
    (place,) = policy.own[Facility.AUTH]
    assert place.refusal


def test_an_include_that_adds_nothing_is_a_finding() -> None:
    policy = load({"su": "auth include x\n", "x": "account required a.so\n"})
    assert (rules(policy), policy.own[Facility.AUTH]) == (["include-adds-nothing"], ())


def test_sixteen_files_may_be_nested_and_not_one_more() -> None:
    files = {f"f{n}": f"auth include f{n + 1}\n" for n in range(MAX_NESTING)}
    files[f"f{MAX_NESTING - 1}"] = "auth required last.so\n"
    policy = load(files, service="f0")
    assert shape(policy.own[Facility.AUTH]) == ["last.so"]
    files[f"f{MAX_NESTING - 1}"] = f"auth include f{MAX_NESTING}\n"
    files[f"f{MAX_NESTING}"] = "auth required last.so\n"
    policy = load(files, service="f0")
    assert shape(policy.own[Facility.AUTH]) == [f"!f{MAX_NESTING}"]
    assert "nested-too-deep" in rules(policy)


def test_before_1_6_only_substacks_counted() -> None:
    files = {f"f{n}": f"auth include f{n + 1}\n" for n in range(40)}
    files["f40"] = "auth required last.so\n"
    policy = load(files, "unbounded-includes", service="f0")
    assert shape(policy.own[Facility.AUTH]) == ["last.so"]


def test_the_same_file_may_be_included_twice_side_by_side() -> None:
    files = {"su": "auth include x\nauth include x\n", "x": "auth required a.so\n"}
    assert auth(files) == ["a.so", "a.so"]


# --- debian's @include ---------------------------------------------------------------------------


def test_debian_takes_in_all_facilities() -> None:
    files = {"su": "@include x\n", "x": "auth required a.so\naccount required b.so\n"}
    policy = load(files, dialect=DEBIAN)
    assert [shape(policy.own[facility]) for facility in Facility] == [["a.so"], ["b.so"], [], []]


def test_inside_a_typed_include_debian_takes_in_one() -> None:
    files = {
        "su": "auth include x\n",
        "x": "@include y\n",
        "y": "auth required a.so\naccount required b.so",
    }
    policy = load(files, dialect=DEBIAN)
    assert [shape(policy.own[facility]) for facility in Facility] == [["a.so"], [], [], []]


@pytest.mark.parametrize("line", ["@include nowhere", "@include"])
def test_debian_refuses_the_service_where_an_include_fails_at_the_top(line: str) -> None:
    with pytest.raises(PolicyError):
        load({"su": f"auth required a.so\n{line}\n"}, dialect=DEBIAN)


def test_debian_refuses_the_service_where_it_includes_an_empty_file() -> None:
    files = {"su": "@include x\nauth required a.so\n", "x": "# nothing\n"}
    with pytest.raises(PolicyError, match="the included file `x` has no entries"):
        load(files, dialect=DEBIAN)
    assert auth(files, "empty-include", dialect=DEBIAN) == ["a.so"]


def test_debian_puts_an_entry_that_must_fail_where_it_fails_below() -> None:
    assert auth({"su": "auth include x\n", "x": "@include nowhere\n"}, dialect=DEBIAN) == [
        "!nowhere"
    ]


def test_elsewhere_it_is_a_broken_line() -> None:
    assert auth({"su": "@include x\n", "x": "auth required a.so\n"}) == ["!"]


# --- what stops everything -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "auth required dir/",
        "auth required .so",
        "auth required ?",
        "auth required x/?.so",
        "auth required []",
        "auth substack .x",
        "bogus required .so",
    ],
)
def test_a_module_without_a_name_stops_the_service(line: str) -> None:
    with pytest.raises(PolicyError, match="is no name for a module") as refused:
        load({"su": line, ".x": "auth required a.so\n"})
    assert [f.rule for f in refused.value.findings][-1] == "nameless-module"


@pytest.mark.parametrize("line", ["auth include .x", "auth required x", "auth required a.b.so"])
def test_other_names_do_not(line: str) -> None:
    assert load({"su": line, ".x": "auth required a.so\n"}).own[Facility.AUTH]


def test_a_nameless_module_of_a_facility_nobody_asked_for_does_not() -> None:
    assert auth({"su": "auth include x\n", "x": "auth required a.so\naccount required .so\n"}) == [
        "a.so"
    ]


@pytest.mark.parametrize("name", ["su", "other"])
def test_a_file_that_ends_in_a_continuation_stops_the_service(name: str) -> None:
    files = {"su": "auth required a.so\n", "other": "auth required b.so\n"}
    files[name] += "account required c.so \\"
    with pytest.raises(PolicyError, match="ends in the middle of a line"):
        load(files)


# --- where libpam fails open, and the quirk that brings it back ----------------------------------


def test_a_read_error_is_no_end_of_file() -> None:
    with pytest.raises(PolicyError, match="input/output error"):
        load({"su": CUT_SHORT})
    assert auth({"su": CUT_SHORT}, "read-error-ends-file") == ["cut.so"]


def test_a_read_error_in_an_included_file_neither() -> None:
    with pytest.raises(PolicyError, match="input/output error"):
        load({"su": "auth include x\n", "x": CUT_SHORT})


def test_a_directory_is_no_empty_file() -> None:
    files = {"su/x": "", "other": "auth required o.so\n"}
    with pytest.raises(PolicyError, match="is a directory"):
        load(files)
    assert auth(files, "read-error-ends-file") == ["o.so"]


def test_an_unreadable_file_does_not_give_way_to_the_vendors() -> None:
    files: dict[str, str | Reading] = {"su": UNREADABLE, f"{USR}/su": "auth required usr.so\n"}
    with pytest.raises(PolicyError, match="permission denied"):
        load(files)
    assert auth(files, "unreadable-falls-through") == ["usr.so"]


def test_an_unreadable_included_file_neither() -> None:
    files: dict[str, str | Reading] = {"su": "auth include x\n", "x": UNREADABLE}
    with pytest.raises(PolicyError, match="permission denied"):
        load(files)
    assert auth(files, "unreadable-falls-through") == ["!x"]


@pytest.mark.parametrize("empty", ["", "# nothing\n", "\n\n"])
def test_an_empty_file_is_not_included(empty: str) -> None:
    policy = load({"su": "auth include x\n", "x": empty})
    assert (shape(policy.own[Facility.AUTH]), rules(policy)) == (["!x"], ["empty-include"])
    assert auth({"su": "auth include x\n", "x": empty}, "empty-include") == []


def test_a_file_that_includes_itself_is_taken_in_once() -> None:
    files = {"su": "auth required a.so\nauth include su\n"}
    policy = load(files)
    assert (shape(policy.own[Facility.AUTH]), rules(policy)) == (["a.so", "!su"], ["self-include"])
    assert auth(files, "self-include") == ["a.so"] * MAX_NESTING + ["!su"]


def test_relative_includes_lie_in_the_systems_directory_under_the_quirk() -> None:
    files = {
        "su": "auth include x\nauth include /usr/lib/pam.d/x\n",
        f"{USR}/x": "auth required a.so\n",
    }
    assert auth(files) == ["a.so", "a.so"]
    assert auth(files, "system-includes") == ["!x", "a.so"]
    files["x"] = "auth required etc.so\n"
    assert auth(files, "system-includes") == ["etc.so", "a.so"]


def test_long_lines_are_cut_under_the_quirk() -> None:
    files = {"su": "auth required a.so " + "x" * 1004 + "auth required b.so\n"}
    assert auth(files) == ["a.so"]
    assert auth(files, "short-lines") == ["a.so", "b.so"]


# --- include bombs -------------------------------------------------------------------------------


@pytest.mark.parametrize("quirks", [(), ("libpam",), ("libpam-1.5",)])
@pytest.mark.parametrize("files", [2, 5, 10])
@pytest.mark.parametrize("kind", ["auth include", "auth substack"])
def test_files_that_include_one_another_end_in_a_finding(
    kind: str, files: int, quirks: tuple[str, ...]
) -> None:
    everyone = "".join(f"{kind} f{n}\n" for n in range(files))
    chosen = {quirk for name in quirks for quirk in QUIRK_SETS[name]}
    bomb = {f"f{n}": everyone for n in range(files)}
    try:
        found = rules(load(bomb, *chosen, service="f0"))
    except PolicyError as refused:
        found = [finding.rule for finding in refused.findings]
    assert {"include-bomb", "self-include"} & set(found)


def test_a_ladder_of_doubles_is_an_include_bomb() -> None:
    files = {f"f{n}": f"auth include f{n + 1}\n" * 2 for n in range(14)}
    files["f14"] = "auth required a.so\n"
    with pytest.raises(PolicyError, match=f"more than {MAX_ENTRIES} entries") as refused:
        load(files, service="f0")
    assert refused.value.findings[-1].rule == "include-bomb"


def test_lines_of_other_facilities_count_as_work() -> None:
    files = {"su": "auth include x\n" * 40, "x": "account required a.so\n" * 2000}
    with pytest.raises(PolicyError, match=f"more than {MAX_LOOKED_AT} lines") as refused:
        load(files)
    assert refused.value.findings[-1].rule == "include-bomb"


def test_a_file_that_includes_itself_without_bound_ends_in_a_finding() -> None:
    files = {"su": "auth include su\nauth substack su\n"}
    with pytest.raises(PolicyError, match=f"more than {MAX_OPEN} files are nested") as refused:
        load(files, *QUIRK_SETS["libpam-1.5"])
    assert refused.value.findings[-1].rule == "include-bomb"


def test_a_service_that_reads_a_file_of_too_many_lines_is_refused() -> None:
    source = MemorySource(
        {"/etc/pam.d/test": "auth include long\n", "/etc/pam.d/long": "#\n" * 65537}
    )
    with pytest.raises(PolicyError, match="more than 65536 lines"):
        resolve("test", source)
