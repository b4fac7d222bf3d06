"""Runs rules over a tree: over its entries, its files, its services, and the whole of it."""

from __future__ import annotations

from pamkit.analysis.allow import Allowed
from pamkit.analysis.families import fitting
from pamkit.analysis.fix import edited
from pamkit.analysis.report import Report
from pamkit.analysis.rule import RuleFile, Scope
from pamkit.analysis.said_once import said_once
from pamkit.analysis.tree import File, Service, Tree
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pamkit.analysis.fix import Edit
    from pamkit.policy.dialect import Dialect


class Focus(Record):
    """What of a tree somebody wants to hear about: all of it, or these files and services."""

    files: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()

    def has(self, service: Service) -> bool:
        """Whether a service is one of those asked for, or its own file is."""
        if not self.files and not self.services:
            return True
        return service.name in self.services or service.file.path in self.files


EVERYTHING = Focus()


def lint(tree: Tree, rules: Iterable[RuleFile], focus: Focus = EVERYTHING) -> Report:
    """Return what rules find in a tree, each mistake once, and nothing of what its comments allow.

    With a ``focus`` every rule sees the whole tree, and only what lies in the files of the services
    asked for, or in the files themselves, is reported.
    """
    rules = fitting(rules, tree.dialect)
    found = dict.fromkeys(finding for finding, _, _ in _found(tree, rules, focus))
    wanted = _files_of(tree, focus)
    inside = [finding for finding in found if wanted is None or finding.span.file in wanted]
    allowed = _Allowed(tree)
    inside.sort(key=place_of)
    return Report(
        said_once(finding for finding in inside if not allowed(finding)),
        tuple(finding for finding in inside if allowed(finding)),
        (),
        tuple(file.rule for file in rules),
        _texts(tree, inside),
        tuple(file.path for file in tree.files if wanted is None or file.path in wanted),
        sum(focus.has(service) for service in tree.services),
    )


def _texts(tree: Tree, findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Return the lines of every policy, and of what lies beside them and has a finding."""
    texts = {file.path: file.syntax.text for file in tree.files}
    for finding in findings:
        for span in (finding.span, *(span for span, _ in finding.related)):
            if span.file not in texts:
                texts[span.file] = tree.around.text(span.file) or ""
    return {path: tuple(text.split("\n")) for path, text in texts.items()}


def fixed(
    tree: Tree, rules: Iterable[RuleFile], dialect: Dialect, focus: Focus = EVERYTHING
) -> dict[str, str]:
    """Return new texts by path for the files that can be mended without a change of meaning."""
    edits: dict[str, list[Edit]] = {}
    rules = fitting(rules, tree.dialect)
    mending = tuple(file for file in rules if file.fix is not None)
    wanted, allowed = _files_of(tree, focus), _Allowed(tree)
    for finding, subject, rule in _found(tree, mending, focus):
        path = finding.span.file
        if (wanted is None or path in wanted) and not allowed(finding) and rule.fix is not None:
            edits.setdefault(path, []).extend(rule.fix(subject, finding))
    texts = {}
    for file in tree.files:
        if file.path in edits:
            text = edited(
                file.syntax,
                dict.fromkeys(edits[file.path]),
                dialect,
                with_service=file.with_service,
            )
            if text != file.syntax.text:
                texts[file.path] = text
    return texts


def _found(
    tree: Tree, rules: tuple[RuleFile, ...], focus: Focus
) -> Iterator[tuple[Finding, Any, RuleFile]]:
    """Yield what rules find, with what they looked at."""
    judges = Judges(rules)
    for file in tree.files:
        yield from judges.of_file(file)
    for service in tree.services:
        if focus.has(service):
            yield from judges.of_service(service)
    yield from judges.of_tree(tree)


class Judges:
    """Rules, sorted by what they look at; each finding comes with what was looked at, and how."""

    def __init__(self, rules: Iterable[RuleFile]) -> None:
        """Sort the rules."""
        rules = tuple(rules)
        self._by_scope = {s: [rule for rule in rules if rule.rule.scope is s] for s in Scope}
        self._everywhere = [rule for rule in self._by_scope[Scope.LINE] if not rule.rule.modules]
        self._by_module: dict[str, list[RuleFile]] = {}
        for rule in self._by_scope[Scope.LINE]:
            for module in rule.rule.modules:
                self._by_module.setdefault(module, []).append(rule)

    def of_file(self, file: File) -> Iterator[tuple[Finding, Any, RuleFile]]:
        """Yield what is found in a file and in its lines."""
        yield from _applied(self._by_scope[Scope.FILE], file)
        for entry in file.entries:
            yield from _applied(self._everywhere, entry)
            yield from _applied(self._by_module.get(entry.module, ()), entry)

    def of_service(self, service: Service) -> Iterator[tuple[Finding, Any, RuleFile]]:
        """Yield what is found in a service."""
        return _applied(self._by_scope[Scope.SERVICE], service)

    def of_tree(self, tree: Tree) -> Iterator[tuple[Finding, Any, RuleFile]]:
        """Yield what is found by looking at all of a tree."""
        return _applied(self._by_scope[Scope.TREE], tree)


def _applied(rules: Iterable[RuleFile], subject: Any) -> Iterator[tuple[Finding, Any, RuleFile]]:
    for rule in rules:
        for finding in rule.find(subject):
            yield finding, subject, rule


def _files_of(tree: Tree, focus: Focus) -> frozenset[str] | None:
    """Return the paths of the files that somebody wants to hear about; `None` for all."""
    if not focus.files and not focus.services:
        return None
    found = set(focus.files)
    for service in tree.services:
        if service.name in focus.services:
            found.add(service.file.path)
            if service.policy is not None:
                found |= {file.name for file in service.policy.files if _is_own(service, file.name)}
    return frozenset(found)


def _is_own(service: Service, path: str) -> bool:
    """Whether a file was read for the service itself, not only because of `other`."""
    return path.rpartition("/")[2] != "other" or service.name == "other"


def place_of(finding: Finding) -> tuple[str, int, int, str, str]:
    """Return what findings are put in order by."""
    span = finding.span
    return span.file, span.line, span.column, finding.rule, finding.message


class _Allowed:
    """Says whether a comment allows a finding."""

    def __init__(self, tree: Tree) -> None:
        self._by_file = {file.path: Allowed(file.syntax) for file in tree.files}

    def __call__(self, finding: Finding) -> bool:
        allowed = self._by_file.get(finding.span.file)
        return allowed is not None and allowed(finding.rule, finding.span.line)
