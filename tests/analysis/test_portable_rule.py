"""What is the same for all rules about other families."""

from __future__ import annotations

from pamkit.analysis.portable import EVERYONE, TO
from pamkit.analysis.portable_rule import portable_rule
from pamkit.analysis.rule import Scope, Value
from pamkit.vocab.diagnostic import Severity
from tests.analysis.apart_trees import tree_of


def test_it_looks_at_the_whole_tree_and_only_if_it_is_asked_for() -> None:
    rule, _ = portable_rule("portable-x", level=Severity.NOTE, since="0.9", help="mend it")
    assert (rule.name, rule.level, rule.since) == ("portable-x", Severity.NOTE, "0.9")
    assert (rule.scope, rule.policy, rule.aliases) == (Scope.TREE, True, ("portable",))
    assert rule.values == (Value(TO, EVERYONE),)


def test_it_finds_what_has_its_name_and_begins_with_what_it_says_of_all() -> None:
    tree = tree_of("linux", "auth binding pam_x.so # why\n", to="solaris")
    for head, expected in (
        ("not everywhere", ["not everywhere; Solaris: the line is understood"]),
        ("", ["Solaris: the line is understood"]),
    ):
        rule, find = portable_rule(
            "portable-control", level=Severity.WARNING, since="0.9", head=head, help="mend it"
        )
        found = list(find(tree))
        assert [each.message for each in found] == expected
        assert {(each.rule, each.help, each.severity) for each in found} == {
            (rule.name, "mend it", Severity.WARNING)
        }
