"""The pages of lint's rules, from their docstrings: each one, and all in a table."""

from __future__ import annotations

from pamkit.analysis.catalog import rule_file, rule_files, rule_names
from pamkit.analysis.rule import HEADINGS, Rule, RuleFile, Scope, sections
from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text, Verbatim, from_docstring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LOOKS_AT = {
    Scope.LINE: "each line",
    Scope.FILE: "each file",
    Scope.SERVICE: "each service with all it includes",
    Scope.TREE: "all files together",
}


def rule_page(name: str) -> str | None:
    """Return the Markdown page of a rule by its name, number or alias; `None` if there is none."""
    names = rule_names()
    if name in names:
        return markdown(_page(rule_file(name)))
    wanted = name.upper()
    is_number = "-" in wanted and wanted.rpartition("-")[2].isdigit()
    if not is_number and "_" not in name:
        return None
    found = [file for file in rule_files() if file.rule.id == wanted or name in file.rule.aliases]
    return "\n".join(markdown(_page(file)) for file in found) or None


def rules_page() -> str:
    """Return the page with a table of all rules."""
    rows = tuple(
        (
            f"[`{file.rule.name}`]({file.rule.name}.md)",
            _level(file.rule),
            _summary(file),
            file.rule.id,
        )
        for file in rule_files()
    )
    return markdown(
        Page(
            "Rules of `pamkit check`",
            "What is looked for in policies, and how bad it is.",
            (
                Text(
                    "A comment `# pamkit: allow RULE` on a line, or on the line above it, allows"
                    " what a rule would find there. A *policy* is a matter of a benchmark: it is"
                    " looked for only if it is named with `--rule`."
                ),
                Table(("Rule", "Level", "What it finds", "Number"), rows),
            ),
        )
    )


def _page(file: RuleFile) -> Page:
    rule, said = file.rule, sections(file.page)
    facts = [
        f"Level: {_level(rule)}; it looks at {_LOOKS_AT[rule.scope]}; since {rule.since}.",
        f"Number: {rule.id}." if rule.id else "",
        "`pamkit check --fix` mends it." if file.fix is not None else "",
        f"Asked for by: {', '.join(rule.sources)}." if rule.sources else "",
        f"Also called {_listed(rule.aliases)}." if rule.aliases else "",
        f"Values: {_listed(f'{each.name}={each.usual}' for each in rule.values)}."
        if rule.values
        else "",
    ]
    parts = []
    for heading in HEADINGS:
        text = said.get(heading, "")
        if heading in ("Avoid", "Prefer"):
            block = "\n".join(line.removeprefix("    ") for line in text.split("\n"))
            parts.append(Section(heading, (Verbatim(block),)))
        else:
            _, blocks = from_docstring(f"-\n\n{text}")
            parts.append(Section(heading, blocks))
    return Page(
        rule.name, _summary(file), (Bullets(tuple(fact for fact in facts if fact)),), tuple(parts)
    )


def _summary(file: RuleFile) -> str:
    return file.page.strip().partition("\n")[0]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _level(rule: Rule) -> str:
    word = rule.level.name.lower()
    return f"{word}, policy" if rule.policy else word
