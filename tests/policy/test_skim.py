"""Skimming and reading in full give the same, whatever stands in the files."""

from __future__ import annotations

import copy
import pickle
import weakref
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy import skim
from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.compile import Compiled, compiled, compiled_to_run
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import DEBIAN, LINUX, QUIRK_SETS, QUIRKS, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.resolve import MAX_ENTRIES, MAX_LOOKED_AT, Policy, resolve
from pamkit.policy.skim import skimmed
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.policy.words import LONGEST, MAX_LINES
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span
from tests.conftest import CORPUS
from tests.properties.test_print_parse_is_identity import PIECES

CONF = "/conf"
_LAYOUT = Layout(confdir=CONF)
_NO_QUIRKS: frozenset[str] = frozenset()


# --- both ways, and all that there is to compare --------------------------------------------------


def shape(links: tuple[Link | Substack, ...]) -> list[object]:
    """All fields of links, those of substacks in their place."""
    return [
        (link.number, link.name, link.span, shape(link.links))
        if isinstance(link, Substack)
        else (
            *(link.number, link.module, link.args, link.actions, link.control, link.span),
            *(link.quiet, link.refusal, repr(link)),
        )
        for link in links
    ]


def told(found: Compiled | PolicyError) -> list[object]:
    """All that is said about a policy, or why there is none."""
    if isinstance(found, PolicyError):
        return [str(found), found.code, found.findings]
    policy = found.policy
    findings = policy.findings  # before anything else is asked for
    chains = [
        (facility, chain.facility, chain.origin, chain.rules, shape(chain.links))
        for facility, chain in found.chains.items()
    ]
    places = (policy.own, policy.other, policy.files, policy.service)
    return [findings, chains, places, policy.dialect, policy.quirks]


def both(
    source: MemorySource,
    *,
    service: str = "su",
    layout: Layout = _LAYOUT,
    dialect: Dialect = LINUX,
    quirks: frozenset[str] = _NO_QUIRKS,
) -> tuple[list[object], list[object]]:
    """What reading in full says, and what skimming says."""
    said: list[Compiled | PolicyError] = []
    for way in (_in_full, compiled_to_run):
        try:
            said.append(way(service, source, layout=layout, dialect=dialect, quirks=quirks))
        except PolicyError as bad:
            said.append(bad)
    in_full, quickly = map(told, said)
    return in_full, quickly


def _in_full(
    service: str,
    source: MemorySource,
    *,
    layout: Layout,
    dialect: Dialect,
    quirks: frozenset[str],
) -> Compiled:
    return compiled(resolve(service, source, layout=layout, dialect=dialect, quirks=quirks))


class Disk(MemorySource):
    """Files in memory, some of which cannot be read, or not to the end."""

    def __init__(self, files: Mapping[str, str | Reading]) -> None:
        super().__init__({path: "" if isinstance(f, Reading) else f for path, f in files.items()})
        self.odd = {path: f for path, f in files.items() if isinstance(f, Reading)}
        self.asked: list[str] = []

    def read(self, path: str) -> Reading:
        self.asked.append(path)
        return self.odd.get(path) or super().read(path)

    def is_directory(self, path: str) -> bool:
        self.asked.append(path)
        return super().is_directory(path)


def conf(files: Mapping[str, str | Reading]) -> Disk:
    return Disk({f"{CONF}/{name}": text for name, text in files.items()})


def chain_of(text: str, dialect: Dialect = LINUX) -> Chain:
    """The auth chain of a service of one file, skimmed."""
    return compiled_to_run(
        "su", conf({"su": text, "other": ""}), layout=_LAYOUT, dialect=dialect
    ).chains[Facility.AUTH]


# --- on any text ----------------------------------------------------------------------------------

_FIRST = ("auth", "auth", "-auth", "account", "Session", "password", "[auth]", "@include", "autz")
_CONTROLS = (
    "required", "required", "REQUISITE", "sufficient", "optional", "include", "include",
    "substack", "substack", "[success=1 default=ignore]", "[success=ok new_authtok_reqd=ok "
    "ignore=ignore default=bad]", "[default=die success=done default=ok]", "[required]",
    "[success=2147483647]", "[success=2147483648]", "[success=0]", "[success=01]", "[]",
    "[success=okdefault=bad]", "[success = ok]", "[bogus=ok]", "[success=\u0661]", "[include]",
    "default=ok", "[a[b=ok]", "[success=ok", "bogus", "[Success=ok]", "[success=OK]",
)  # fmt: skip
_MODULES = (
    "pam_a.so", "pam_b.so", "pam_b.so", "/lib/x/pam_c.so", "in", "deep", "su", "pam_d", ".so",
    "pam.so.1", "x.so.so", "?.so", "[my pam.so]", "[x.so", "a b.so", "nowhere", "include.so", "",
)  # fmt: skip
_WORDS = ("",) * 4 + (" a", " a=b  c", "\tnullok", " [a b]", "[a b]", " # c", "#", " x[y", " .so")
_ENDS = ("\n",) * 12 + (" \n", "\n\n", "# c\n", " \\\n", "\r\n", "", "\n\n# \u00e9\n", "\x1f\n")


@st.composite
def _lines(draw: st.DrawFn) -> str:
    """A line that is right more often than not, and its end."""
    blank = draw(st.sampled_from((" ", " ", " ", "\t", " \t ", "")))
    words = [draw(st.sampled_from(table)) for table in (_FIRST, _CONTROLS, _MODULES)]
    lead = draw(st.sampled_from(("", "", "", "", " ", "\t", "#")))
    return lead + blank.join(words) + "".join(draw(st.sampled_from(t)) for t in (_WORDS, _ENDS))


_TEXTS = st.lists(_lines(), max_size=8).map("".join) | st.lists(
    st.sampled_from(
        [
            "auth required pam_a.so\n", "auth\t[success=1 default=ignore]\tpam_b.so x\n", "\n",
            "account required pam_c.so # c\n", "auth include in\n", "auth substack in\n",
            "auth substack deep\n", "# \u00e9\n", "session optional pam_d.so a b\n",
            "@include in\n", "@include deep\n", "auth required pam_e\n",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip
_ODD_TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40)
_FILES = st.fixed_dictionaries(
    {"su": _TEXTS | _ODD_TEXTS},
    optional={"other": _TEXTS, "in": _TEXTS | _ODD_TEXTS, "deep": _TEXTS},
)
_QUIRKS = st.sampled_from([_NO_QUIRKS, *QUIRK_SETS.values()]) | st.frozensets(
    st.sampled_from(sorted(QUIRKS))
)


@settings(max_examples=400)
@given(_FILES, st.sampled_from([LINUX, DEBIAN]), _QUIRKS, st.sampled_from(["su", "other", "no"]))
def test_skimming_says_what_reading_in_full_says(
    files: dict[str, str], dialect: Dialect, quirks: frozenset[str], service: str
) -> None:
    in_full, quickly = both(conf(files), service=service, dialect=dialect, quirks=quirks)
    assert in_full == quickly


@pytest.mark.parametrize(
    "line",
    [
        "auth required pam_d .so", "auth required x.so.1 a", "auth required x.so[a b]",
        "auth[success=ok] x.so", "auth [success=ok]x.so y", "auth required [x.so y]",
        "auth required [x.so", "[auth required] x.so", "auth [success=ok x.so", "x.so", ".so",
        "auth required x.so\x1fa", "auth required x.so\x1ca", "auth required x.so\va",
        "auth required x.so\fa", "auth required x.so\ra", "auth required x.so\x85a",
        "auth required x.so \x01", "auth required x.so\x01", "auth required x.so#a", "#x.so",
        "auth required a/.so", "auth required ?.so", "auth required a/?.so", "auth required a?.so",
        "AUTH Required x.so", "-AUTH [REQUIRED] x.so", "--auth required x.so", "- required x.so",
        "auth [] x.so", "auth [ ] x.so", "auth [[] x.so", "auth []] x.so", "auth [x]y] x.so",
        "auth [default=1 success=2 default=3] x.so", "auth [success=2 success=3] x.so",
        "auth include x.so", "auth [include] x.so", "auth substack x.so", "@include x.so",
        "@include required x.so", "auth required x.so y.so [z]", "auth required\tx.so\t\ta  b\t",
        " auth required x.so", "\tauth required x.so", '"auth" required x.so', "! required x.so",
        "auth [success=ok] [a.so b", "auth [success=ok] x[a.so", "auth required x.so a\x1fb",
        "auth required x.so a\x1cb", "auth required x.so a\x1db", "auth required x.so a\x1eb",
        "auth required x.so a\vb", "auth required x.so a\fb", "auth required x y.so",
        "auth required x.sox", "auth x.so", "auth success=ok x.so",
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", [LINUX, DEBIAN])
def test_these_lines_mean_the_same_both_ways(line: str, dialect: Dialect) -> None:
    files = {"su": f"account required a.so\n{line}\nauth required b.so c", "other": ""}
    for quirks in (_NO_QUIRKS, *QUIRK_SETS.values()):
        in_full, quickly = both(conf(files), dialect=dialect, quirks=quirks)
        assert in_full == quickly


@settings(max_examples=200)
@given(_TEXTS | _ODD_TEXTS)
def test_a_skimmed_file_has_nothing_odd_in_it(text: str) -> None:
    file, tree = skimmed(text, "f"), parse(text, "f")
    assert file is None or (file.findings, file.complete) == (tree.findings, tree.complete)


@settings(max_examples=200)
@given(_TEXTS | _ODD_TEXTS)
def test_what_is_remembered_of_a_line_changes_nothing(text: str) -> None:
    first = skimmed(text, "f")
    assert (first is None) == (skimmed(text, "f") is None)
    skim._heads.clear()
    skim._controls.clear()
    again = skimmed(text, "f")
    assert _rows(first) == _rows(again)


def _rows(file: skim.Skimmed | None) -> object:
    return file and [
        [shape(tuple(links)) for links in part] if isinstance(part, list) else part
        for part in file.entries
    ]


_BRACKETS = st.lists(
    st.sampled_from(
        [
            "success", "default", "ignore", "ok", "done", "bad", "die", "reset", "auth_err",
            "new_authtok_reqd", "=", "=", "=", " ", " ", "\t", "0", "1", "2", "01", "999999999",
            "1000000000", "2147483647", "2147483648", "\u0661", "\u00b2", "-", "_", "OK", "x",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip
_WELL_FORMED = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(["success", "default", "ignore", "auth_err", "user_unknown"]),
        st.sampled_from(["ok", "ignore", "bad", "die", "done", "reset", "1", "12"]),
    ),
    max_size=6,
).map(" ".join)


@settings(max_examples=300)
@given(_BRACKETS | _WELL_FORMED)
def test_a_control_is_taken_at_a_glance_only_for_what_it_is(text: str) -> None:
    glanced = skim._actions(f"[{text}]")
    (entry,) = parse(f"auth [{text}] x.so", "f").entries
    if glanced is not None:
        assert (entry.control.problem, repr(entry.control.actions)) == ("", repr(glanced))


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (True, "success=1 default=ignore"), (True, ""), (True, "default=1 auth_err=ok default=2"),
        (False, "bogus=ok"), (False, "success=okay"), (False, "success=0"), (False, "include"),
        (False, "success=2147483648"),
    ],
)  # fmt: skip
def test_pairs_of_words_are_taken_at_a_glance(expected: bool, text: str) -> None:
    assert (skim._actions(f"[{text}]") is not None) == expected


# --- files that take the full reader, wholly or in part -------------------------------------------


def is_skimmed(text: str) -> bool:
    return skimmed(text, "f") is not None


def test_an_unusual_line_is_read_in_full_and_the_others_are_not() -> None:
    file = skimmed("auth required a.so\nauth required b\nauth required c.so [x y]\n", "f")
    assert file is not None
    run, *entries = file.entries
    assert [link.module for link in run[Facility.AUTH]] == ["a.so"]
    assert [str(entry.span) for entry in entries] == ["f:2:1", "f:3:1"]


@pytest.mark.parametrize(
    "text",
    [
        "auth required x.so\\\n", "auth required x.so\r\n", "auth required x.so\0\n",
        "auth required x.so\va\n", "auth required x.so a\x1cb\n", "auth required \u00e9.so\n",
        "auth required x.so a\u2003b\n", "\ufeffauth required x.so\n", "autz required x.so\n",
        "auth required x.so " + "a" * (LONGEST - 19) + "\n", "# " + "\u00e9" * 600 + "\n",
        "auth required x.so " + "a" * LONGEST, "#\n" * MAX_LINES + "auth required x.so\n",
    ],
)  # fmt: skip
def test_an_odd_file_is_not_skimmed(text: str) -> None:
    assert not is_skimmed(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n \n\t\n", "# \u00e9\udcff\nauth required x.so # \u2003\n", "auth required .so\n",
        "auth required x.so " + "a" * (LONGEST - 20) + "\n", "# " + "\u00e9" * 500 + "\n",
        ("# " + "c" * 70 + "\n") * 40 + "auth required x.so\n", "#\n" * (MAX_LINES - 1),
    ],
)  # fmt: skip
def test_a_usual_file_is_skimmed_up_to_what_every_libpam_reads_whole(text: str) -> None:
    assert is_skimmed(text)


@pytest.mark.parametrize(
    ("service", "layout"), [("su", Layout(confdir=CONF)), ("other", Layout()), ("su", Layout())]
)
@pytest.mark.parametrize(
    "files",
    [
        {},
        {"su": "auth required a.so\n"},
        {"su": "auth include in\n" * 70, "in": "auth required x.so\n" * 70, "other": ""},
        {"su": "auth substack in\n" * 9, "in": "auth include deep\n" * 99, "deep": "#\n" * 99},
        {"su": "auth include in\n" * 70, "in": "account required x.so\n" * 1000, "other": ""},
        {"su": "auth required .so\n", "other": ""},
        {"su": "auth include su\n", "other": ""},
        {"su": "auth include in\n", "in": "auth required x.so \\"},
        {"su": Reading(Outcome.UNREADABLE, reason="permission denied"), "other": ""},
        {"su": Reading(Outcome.CUT_SHORT, "auth required x.so\n", "is a directory"), "other": ""},
    ],
)
def test_what_is_refused_is_refused_both_ways(
    files: dict[str, str | Reading], service: str, layout: Layout
) -> None:
    place = layout.confdir or layout.directories[0]
    source = Disk({f"{place}/{name}": text for name, text in files.items()})
    for quirks in (_NO_QUIRKS, *QUIRK_SETS.values()):
        in_full, quickly = both(source, service=service, layout=layout, quirks=quirks)
        assert in_full == quickly


def test_a_service_with_more_lines_than_may_be_looked_at_is_refused_in_the_same_place() -> None:
    rounds = MAX_LOOKED_AT // 3000 + 1
    files = {"su": "auth include in\n" * rounds, "in": "account required x.so\n" * 3000}
    in_full, quickly = both(conf(files))
    assert in_full == quickly
    assert f"more than {MAX_LOOKED_AT} lines" in str(quickly[0])


def test_a_service_with_too_many_entries_is_refused_in_the_same_place() -> None:
    in_full, quickly = both(conf({"su": "auth required x.so\n" * (MAX_ENTRIES + 1)}))
    assert in_full == quickly
    assert f"{CONF}/su:{MAX_ENTRIES + 1}:1" in str(quickly[0])


def test_a_file_with_too_many_lines_is_refused_both_ways() -> None:
    in_full, quickly = both(conf({"su": "#\n" * MAX_LINES + "auth required x.so\n"}))
    assert in_full == quickly
    assert f"more than {MAX_LINES} lines" in str(quickly[0])


def test_one_file_of_all_services_goes_the_long_way() -> None:
    source = Disk({"/etc/pam.conf": "su auth required x.so a\nother auth include y\n"})
    in_full, quickly = both(source, layout=Layout())
    assert in_full == quickly


def test_another_dialect_goes_the_long_way() -> None:
    source = conf({"su": "auth required x.so\n", "other": ""})
    strange = LINUX.changed(name="strange")
    made = compiled_to_run("su", source, layout=_LAYOUT, dialect=strange)
    assert type(made.policy) is Policy
    assert made.policy.dialect == strange


# --- links, and what is made later ----------------------------------------------------------------


def test_a_link_has_its_words_and_its_place_when_somebody_asks() -> None:
    (first, second) = chain_of("# c\n\n  -auth required x.so\ta  b # c\nauth optional y.so\n").links
    assert isinstance(first, Link)
    assert (first.args, first.span) == (("a", "b"), Span(f"{CONF}/su", 3, 3, 3, 8))
    assert (first.number, first.quiet, first.control) == (0, True, "required")
    assert isinstance(second, Link)
    assert (second.args, second.span) == ((), Span(f"{CONF}/su", 4, 1, 4, 5))


def test_a_link_is_shown_copied_and_pickled_with_all_that_is_in_it() -> None:
    (link,) = chain_of("auth required x.so a b\n")
    told_of = Link(0, "x.so", ("a", "b"), link.actions, "required", Span(f"{CONF}/su", 1, 1, 1, 5))
    for same in (link, copy.copy(link), pickle.loads(pickle.dumps(link))):  # noqa: S301  # it is ours
        assert (repr(same), same == link) == (repr(told_of), same is link)
    assert "text" not in repr(link)
    moved = link.changed(number=7, span=Span("g", 1), args=("c",))
    assert (moved.number, moved.span, moved.args) == (7, Span("g", 1), ("c",))


def test_a_file_that_is_taken_in_twice_gives_links_of_its_own_each_time() -> None:
    files = {"su": "auth include in\nauth include in\n", "in": "auth required x.so\n", "other": ""}
    links = tuple(compiled_to_run("su", conf(files), layout=_LAYOUT).chains[Facility.AUTH])
    assert ([link.number for link in links], len(set(links))) == ([0, 1], 2)


def test_trees_are_made_of_what_was_read_when_the_policy_was() -> None:
    source = conf({"su": "auth required x.so\nauth include in\n", "in": "auth required y.so\n"})
    policy = compiled_to_run("su", source, layout=_LAYOUT).policy
    assert [finding.rule for finding in policy.findings] == ["missing-other"]
    once = len(source.asked)
    assert [file.name for file in policy.files] == [f"{CONF}/su", f"{CONF}/in"]
    assert (len(source.asked), policy.files) == (once, policy.files)


def test_the_source_is_let_go_when_the_policy_is_made() -> None:
    source = conf({"su": "auth required x.so\n", "other": ""})
    gone, made = weakref.ref(source), compiled_to_run("su", source, layout=_LAYOUT)
    del source
    assert (gone(), len(made.policy.files)) == (None, 2)


def test_a_policy_whose_trees_come_later_is_equal_to_one_that_has_them() -> None:
    source = conf({"su": "auth required x.so\n", "other": ""})
    in_full = resolve("su", source, layout=_LAYOUT)
    later, again = (compiled_to_run("su", source, layout=_LAYOUT).policy for _ in range(2))
    assert (later == in_full, in_full == later, later == again) == (True, True, True)
    assert (repr(later), later != resolve("other", source, layout=_LAYOUT)) == (repr(in_full), True)
    assert later.places(Facility.AUTH) == in_full.places(Facility.AUTH)


def test_every_path_is_asked_for_once() -> None:
    files = {"su": "auth include in\nauth include in\n", "in": "auth required x.so\n", "other": ""}
    source = conf(files)
    compiled_to_run("su", source, layout=_LAYOUT)
    assert sorted(source.asked) == sorted(set(source.asked))


def test_what_is_remembered_is_bounded() -> None:
    for number in range(1, 3000):
        chain_of(f"auth [success={number} default=ignore] x.so\n")
        assert max(len(skim._heads), len(skim._controls)) <= 1024
    assert KEYWORDS["required"] == chain_of("auth required x.so\n").links[0].actions  # type: ignore[union-attr]  # a link


# --- real policies --------------------------------------------------------------------------------


@cache
def _roots() -> dict[str, dict[str, str]]:
    """The policies of every root of the corpus, by root and path."""
    rows = (CORPUS / "INDEX.tsv").read_text().splitlines()[1:]
    paths = [row.split("\t")[0] for row in rows if row.split("\t")[4] == "linux"]
    found: dict[str, dict[str, str]] = {}
    for path in paths:
        root, slash, rest = path.partition("/etc/pam.d/")
        if slash and "/" not in rest:
            text = (CORPUS / path).read_bytes().decode("utf-8", "surrogateescape")
            found.setdefault(root, {})[f"/etc/pam.d/{rest}"] = text
    return found


@pytest.mark.needs("corpus")
def test_real_policies_say_the_same_both_ways_and_most_are_skimmed() -> None:
    different, seen, quick = [], set(), 0
    for root, files in _roots().items():
        key = tuple(sorted(files.items()))
        if key in seen:
            continue
        seen.add(key)
        dialect = DEBIAN if any("@include" in text for text in files.values()) else LINUX
        for path in files:
            quick += skimmed(files[path], path, dialect) is not None
            service = path.rpartition("/")[2]
            in_full, quickly = both(
                MemorySource(files), service=service, layout=Layout(), dialect=dialect
            )
            if in_full != quickly:
                different.append((root, service))
    total = sum(len(key) for key in seen)
    assert (different, quick > total * 0.9) == ([], True), f"{quick} of {total}"
