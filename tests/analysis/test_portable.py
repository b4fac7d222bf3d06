"""What lines mean to the families beside their own, whichever that is: in words, each once."""

from __future__ import annotations

import pytest

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.analysis.portable import TO, apart
from pamkit.analysis.tree import read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named
from pamkit.vocab.diagnostic import Finding
from tests.analysis.apart_trees import FACILITIES, TWO, apart_of, tree_of
from tests.analysis.trees import ListedMemory
from tests.conftest import CORPUS


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
def test_what_is_the_same_everywhere_is_silent(dialect: str) -> None:
    lines = "".join(f"test {each} required pam_permit.so\n" for each in FACILITIES)
    tree = tree_of(dialect, lines, place="/etc/pam.conf")
    assert [str(each) for each in apart(tree) if each.rule not in _OF_MODULES] == []


_OF_MODULES = ("portable-nobody-refuses", "portable-missing-function", "portable-code")
"""What may be said of families that do not know the module, in which it may do anything."""


def test_families_that_do_the_same_are_named_together() -> None:
    found = apart_of(
        "linux", "auth binding pam_x.so\n", "control", to="solaris,illumos,openpam,cde"
    )
    assert [str(each) for each in found] == ["OpenPAM, Solaris, illumos: the line is understood"]


def test_only_those_are_named_that_are_asked_for() -> None:
    text = TWO.format("account", "sufficient")
    found = apart_of("linux", text, "must-change", to="openpam")
    assert [list(each.ways) for each in found] == [["linux", "openpam"]]


def test_a_line_in_several_services_is_named_once() -> None:
    lines = TWO.format("account", "optional")
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


def test_findings_name_the_rule_and_say_what_to_do() -> None:
    tree = tree_of("solaris", "test auth binding pam_x.so.1\n", place="/etc/pam.conf", to="linux")
    found: tuple[Finding, ...] = lint(tree, chosen(rule_files(), ("portable",))).findings
    said = [(each.rule, each.message) for each in found if each.rule == "portable-control"]
    assert said == [
        ("portable-control", "not every family has this control; Linux-PAM: the line fails")
    ]
    assert all(each.help for each in found)


@pytest.mark.needs("corpus")
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
