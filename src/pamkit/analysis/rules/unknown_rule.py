"""A comment that allows what no rule finds.

What it finds

A name behind `# pamkit: allow` that is the name of no rule.

Why it matters

The comment allows nothing. It was mistyped, or the rule has another name by now.

Avoid

    auth required pam_unix.so nullok # pamkit: allow nulok

Prefer

    auth required pam_unix.so nullok # pamkit: allow nullok

Sources

- `pamkit doc` lists the rules
"""

from __future__ import annotations

from pamkit.analysis.allow import allowances
from pamkit.analysis.catalog import did_you_mean, rule_names
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("unknown-rule", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="")


def find(file: File) -> Iterator[Finding]:
    """Yield the names that are none."""
    said = tuple(allowances(file.syntax))
    known = rule_names() if said else ()
    for each in said:
        if each.name not in known:
            yield RULE.finding(
                each.span, f"there is no rule `{shown(each.name)}`", did_you_mean(each.name, known)
            )
