"""Lines that another family reads otherwise, and no others: against what its reader reads."""

from __future__ import annotations

from bisect import bisect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis.other_readings import fault_in_words, other_readings
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named
from pamkit.policy.parser import parse
from pamkit.policy.syntax import Entry, Kind, PolicyFile

_WORDS = st.sampled_from(
    [
        *("auth", "AUTH", "-auth", "account", "nonsense", "@include", "required", "Required"),
        *("requisite", "binding", "definitive", "[success=ok default=bad]", "include", "substack"),
        *("pam_a.so", "/x/pam_a.so", "$ISA/pam_a.so", "common", "'a b'", '"', "a\\b", "#", "x#y"),
        *("[a b]", "x" * 250, "=", "\\\n", "\t", " \\"),
    ]
)
_LINES = st.one_of(
    st.just("auth required pam_a.so"),
    st.builds("auth required pam_a.so {}".format, _WORDS),
    st.builds("{} {} pam_a.so".format, _WORDS, _WORDS),
    st.lists(_WORDS, max_size=5).map(" ".join),
    st.sampled_from(["# a comment", "  # an odd one", "   ", "", "auth required pam_a.so \\"]),
)
_TEXTS = st.lists(_LINES, max_size=4).map(lambda lines: "".join(f"{line}\n" for line in lines))


def _meant(entry: Entry) -> tuple[object, ...] | None:
    """Return what an entry says; `None` for one that is wrong."""
    lost = entry.nests and entry.target is None
    if entry.must_fail or entry.control.problem or lost:
        return None
    target = entry.target.text if entry.target else ""
    if entry.kind is not Kind.MODULE:
        return entry.kind, target
    return entry.facility, target, tuple(word.text for word in entry.args)


def _seen(file: PolicyFile, last: int) -> dict[tuple[int, int], tuple[object, ...] | None]:
    """Return what a reader makes of the lines up to one, by their places."""
    found = {(each.span.line, each.span.column): _meant(each) for each in file.entries}
    return {place: meant for place, meant in found.items() if place[0] <= last}


@given(_TEXTS, st.sampled_from(DIALECT_NAMES), st.sampled_from(DIALECT_NAMES), st.booleans())
@settings(max_examples=400, deadline=None)
def test_lines_are_told_of_if_and_only_if_the_readers_differ(
    text: str, here: str, there: str, with_service: bool
) -> None:
    file = parse(text, "p", dialect_named(here), with_service=with_service)
    read = parse(text, "p", dialect_named(there), with_service=with_service)
    found = other_readings(
        file, dialect_named(here), dialect_named(there), with_service=with_service
    )
    if not (file.complete and read.complete):
        assert found or not file.complete or read.complete
        return
    ours, theirs = _seen(file, len(text)), _seen(read, len(text))
    differing = {
        place
        for place in {*ours, *theirs}
        if ours.get(place) != theirs.get(place) and not _is_of_file(ours, theirs, place)
    }
    # An entry that only one reader sees at all counts too, however wrong it is.
    differing |= {place for place in theirs if place not in ours}
    begins = [line.logical.line for line in file.lines]
    told = {bisect(begins, each.span.line) for each in found}
    lines = {bisect(begins, line) for line, _ in differing}
    assert lines <= told
    if not any(_includes(each) for each in (file, read)):
        assert told == lines


def _includes(file: PolicyFile) -> bool:
    return any(each.nests for each in file.entries)


def _is_of_file(
    ours: dict[tuple[int, int], tuple[object, ...] | None],
    theirs: dict[tuple[int, int], tuple[object, ...] | None],
    place: tuple[int, int],
) -> bool:
    """Whether both take an inclusion for one, of what may be the same file."""
    both = ours.get(place), theirs.get(place)
    return all(each is not None and isinstance(each[0], Kind) for each in both)


_LONG = f"auth required a.so {'x' * 236}"
"""As many bytes as CDE reads of a line."""

_SAID = [
    ("linux", "openpam", "auth Required a.so\n", "portable-case", "the service does not start"),
    ("openpam", "linux", "auth Required a.so\n", "portable-case", "the line is understood"),
    ("linux", "solaris", "auth required a.so #b\n", "portable-comment", "also gets `#b`"),
    ("solaris", "linux", "auth required a.so b#c\n", "portable-comment", "the module gets `b`"),
    ("solaris", "linux", "auth required a.so b #c\n", "portable-comment", "does not get `#c`"),
    ("openpam", "linux", "auth required a.so 'b c'\n", "portable-quotes", "gets `'b` `c'`"),
    ("openpam", "linux", "auth required 'a'\n", "portable-quotes", "the module is `'a'`"),
    ("linux", "openpam", "auth required $ISA/a.so\n", "portable-quotes", "does not start"),
    ("linux", "cde", "auth requisite a.so\n", "portable-control", "the line is passed over"),
    ("linux", "solaris", "auth binding a.so\n", "portable-control", "the line is understood"),
    ("solaris", "linux", "auth binding a.so\n", "portable-control", "the line fails"),
    ("linux", "solaris", "auth [default=ok] a.so\n", "portable-brackets", "the call is refused"),
    ("linux", "netbsd", "-auth required a.so\n", "portable-dash", "does not start"),
    ("debian", "linux", "@include a\n", "portable-include", "the line fails"),
    ("linux", "debian", "@include a\n", "portable-include", "the line is understood"),
    ("linux", "openpam", "auth substack a\n", "portable-include", "does not start"),
    ("linux", "openpam", "auth include /a\n", "portable-include", "does not start"),
    ("linux", "solaris", "auth include a\n", "portable-include", "`/usr/lib/security/a`"),
    ("solaris", "linux", "auth include a\n", "portable-include", "it names a file, `/etc/pam.d/a`"),
    ("linux", "solaris", "auth required \\\n a.so\n", "portable-wrapped-line", "`\\`"),
    ("solaris", "linux", "auth required #a\n", "portable-comment", "the line fails"),
    ("linux", "openpam", "Auth required a.so\n", "portable-case", "does not start"),
    ("linux", "solaris", "auth \\\n required a.so\n", "portable-wrapped-line", "is refused"),
    ("linux", "cde", f"{_LONG}auth required b.so\n", "portable-long-line", "goes on here"),
    ("solaris", "linux", "auth required a.so \\\nb\n", "portable-wrapped-line", "gets `b`"),
    ("linux", "solaris", " # a\nauth required a.so\n", "portable-comment", "no comment: the call"),
    (
        "linux",
        "illumos",
        "auth required a.so\n  \n",
        "portable-blank-line",
        "whole file is refused",
    ),
    ("linux", "openpam", "auth required a.so\n'\n", "portable-quotes", "whole file is refused"),
    ("linux", "illumos", f"auth required a.so {'x' * 255}\n", "portable-long-line", "is refused"),
    ("linux", "cde", f"auth required a.so {'x' * 255}\n", "portable-long-line", "x…`"),
    ("openpam", "linux", "auth required a.so 'b\nc'\n", "portable-quotes", "the module gets"),
]


@pytest.mark.parametrize(("here", "there", "text", "rule", "said"), _SAID)
def test_what_is_said_of_a_line(here: str, there: str, text: str, rule: str, said: str) -> None:
    file = parse(text, "p", dialect_named(here))
    found = other_readings(file, dialect_named(here), dialect_named(there), with_service=False)
    assert rule in {each.rule for each in found}, found
    assert any(said in each.said for each in found), found


def test_an_inclusion_of_the_same_file_is_the_same() -> None:
    for here, there in (("linux", "openpam"), ("openpam", "linux"), ("solaris", "illumos")):
        file = parse("auth include a\n", "p", dialect_named(here))
        assert (
            other_readings(file, dialect_named(here), dialect_named(there), with_service=False)
            == ()
        )


def test_a_service_in_capitals_is_another_one_to_some() -> None:
    text = "Login auth required a.so\nlogin auth required a.so\n"
    for here, there, said in (
        ("solaris", "openpam", "in these letters only"),
        ("openpam", "solaris", "compared without case"),
    ):
        file = parse(text, "p", dialect_named(here), with_service=True)
        found = other_readings(file, dialect_named(here), dialect_named(there), with_service=True)
        assert [(each.rule, each.span.line) for each in found] == [("portable-case", 1)]
        assert said in found[0].said


def test_many_words_are_cut_short() -> None:
    text = "auth required a.so # b c d e f\n"
    found = other_readings(
        parse(text, "p"), dialect_named("linux"), dialect_named("solaris"), with_service=False
    )
    assert found[0].said == "the module also gets `#` `b` `c` `d` …"


def test_how_far_a_fault_goes_is_said_in_words() -> None:
    assert fault_in_words(dialect_named("openpam").bad_line) == "the service does not start"
    assert fault_in_words(dialect_named("solaris").bad_line) == "the call is refused"
    assert fault_in_words(dialect_named("cde").bad_line) == "the line is passed over"
    assert fault_in_words(dialect_named("linux").bad_line) == "the line fails"
