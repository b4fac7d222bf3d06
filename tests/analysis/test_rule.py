from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope, Value, sections
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

from .trees import tree

_RULE = Rule("some-rule", level=Severity.ERROR, scope=Scope.LINE, since="0.1")


def test_a_finding_has_the_level_of_its_rule_unless_something_else_is_said() -> None:
    here, there = Span("a", 1), Span("b", 2)
    assert Severity.ERROR is _RULE.finding(here, "odd").severity
    finding = _RULE.finding(
        here, "odd", "mend it", level=Severity.NOTE, related=[(there, "as here")]
    )
    assert (
        finding.rule,
        finding.severity,
        finding.help,
    ) == ("some-rule", Severity.NOTE, "mend it")
    assert ((there, "as here"),) == finding.related


def test_a_page_is_cut_at_its_headings() -> None:
    page = "It does.\n\nWhat it finds\n\nA thing.\n  Avoid\n\nAvoid\n\n    x\n    y\n"
    assert sections(page) == {
        "": "It does.",
        "What it finds": "A thing.\n  Avoid",
        "Avoid": "    x\n    y",
    }


def test_a_value_is_what_is_asked_for_by_any_of_its_names_or_what_is_usual() -> None:
    value = Value("least", "8", ("var_least",))
    rule = Rule("x", Severity.NOTE, Scope.TREE, "0.1", values=(value,))
    files = {"test": "auth required pam_unix.so\n"}
    assert rule.value("least", tree(files)) == "8"
    assert rule.value("least", tree(files, wanted={"least": "9"})) == "9"
    assert rule.value("least", tree(files, wanted={"var_least": "10"})) == "10"
