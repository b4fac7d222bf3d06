"""What a lint rule is: a name, a level, what it looks at, and a function that finds.

A rule is one file of `analysis.rules`, named like the rule.  It holds, in this order: a docstring
with the headings of `HEADINGS`, ``RULE``, a function ``find`` from what its scope hands over to
findings, and perhaps a function ``fix`` from one of these findings to edits.
"""

from __future__ import annotations

from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.fix import Edit
    from pamkit.analysis.tree import Tree

    Find = Callable[[Any], Iterable[Finding]]
    Fix = Callable[[Any, Finding], Iterable[Edit]]
    Judge = Callable[[Tree], Judgement]


class Scope(Names):
    """What a rule is handed: a `KnownEntry`, a `File`, a `Service` or the whole `Tree`."""

    LINE = 0
    FILE = 1
    SERVICE = 2
    TREE = 3


HEADINGS = ("What it finds", "Why it matters", "Avoid", "Prefer", "Sources")
"""What the docstring of a rule has behind its first sentence, in this order."""


class Value(Record):
    """Something that a rule compares with, and that a site or a benchmark may choose.

    ``name`` is what people choose it by (`pwquality-minlen=14`), ``usual`` what counts if nobody
    does; ``aliases`` are its names elsewhere (`var_password_pam_minlen`).
    """

    name: str
    usual: str
    aliases: tuple[str, ...] = ()


class Rule(Record):
    """A rule: its name, how bad what it finds is, what it looks at, and since which version.

    ``id`` is a number that lists of rules may call it by (`MOD-06`), ``sources`` the controls of
    benchmarks that ask for the same.  ``modules`` are the modules whose lines a rule of scope
    `LINE` wants to see; without any it sees every line.  A ``policy`` rule is a matter of taste or
    of a benchmark: it runs only if it is asked for.  ``aliases`` are names of the same check
    elsewhere (`accounts_password_pam_minlen` of SCAP), ``values`` what it compares with.
    """

    name: str
    level: Severity
    scope: Scope
    since: str
    id: str = ""
    sources: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    policy: bool = False
    aliases: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()

    def value(self, name: str, tree: Tree) -> str:
        """Return what a value of the rule is for a tree: what is asked for, or what is usual."""
        value = next(value for value in self.values if value.name == name)
        names = (value.name, *value.aliases)
        return next((tree.wanted[each] for each in names if each in tree.wanted), value.usual)

    def finding(
        self,
        span: Span,
        message: str,
        help: str = "",
        *,
        level: Severity | None = None,
        related: Iterable[tuple[Span, str]] = (),
    ) -> Finding:
        """Return a finding of this rule; ``level`` is the rule's unless something else is said."""
        severity = self.level if level is None else level
        return Finding(self.name, severity, span, message, help, tuple(related))


class RuleFile(Record, eq=False):
    """What the file of a rule holds: the rule, its functions, and its page.

    ``judge`` is there where a benchmark asks for more than findings: whether the rule applies.
    """

    rule: Rule
    find: Find
    fix: Fix | None
    page: str
    judge: Judge | None = None


def sections(page: str) -> dict[str, str]:
    """Return the text under each heading of a page; what stands before the first is under `""`.

    A heading is a line of its own without indentation.
    """
    found: dict[str, list[str]] = {"": []}
    here = found[""]
    for line in page.strip().splitlines():
        if line in HEADINGS:
            here = found.setdefault(line, [])
        else:
            here.append(line)
    return {heading: "\n".join(lines).strip("\n") for heading, lines in found.items()}
