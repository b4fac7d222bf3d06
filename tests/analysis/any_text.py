"""What must hold of any text: of what is read of it, found in it, claimed of it, and mended.

The tests beside this file draw texts from words that policies have; `make fuzz` draws bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pamkit.analysis.allow import Allowed, allowances
from pamkit.analysis.baseline import BadBaseline, baseline_text, without_known
from pamkit.analysis.catalog import ALL, chosen, rule_files
from pamkit.analysis.claims import Claim
from pamkit.analysis.compare import compare
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.explore import TooMany
from pamkit.analysis.lint import fixed, lint
from pamkit.analysis.model import Model
from pamkit.analysis.report import Report
from pamkit.analysis.rule import RuleFile
from pamkit.analysis.tree import Service, read_tree
from pamkit.analysis.verify import verify
from pamkit.cli.declarations import declarations
from pamkit.policy.chain import Link
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import DEBIAN, LINUX, QUIRK_SETS, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, meaning, to_text
from pamkit.policy.syntax import PolicyFile
from pamkit.policy.words import MAX_LINES
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span

from .trees import PLACE, ListedMemory

NAMES = ("test", "system-auth", "common-auth", "other", "sshd", "passwd")
"""Names that files of drawn trees have."""

_ANY_NAME = "sshd"
"""A service of which much is claimed."""

known = declarations()


@cache
def every_rule() -> tuple[RuleFile, ...]:
    """Return the files of all rules, those that run only if they are asked for as well."""
    return chosen(rule_files(), (ALL,))


def check_reading(text: str) -> None:
    """Check what is read of a text: nothing is lost, and every span lies where it says."""
    for dialect in (LINUX, DEBIAN):
        for with_service in (False, True):
            file = parse(text, "file", dialect, with_service=with_service)
            assert to_text(file) == text
            _check_spans(file, text)
            _check_layout(file, dialect, with_service=with_service)
    old = parse(text, "file", DEBIAN, quirks=QUIRK_SETS["libpam-1.5"])
    assert to_text(old) == text


def _check_spans(file: PolicyFile, text: str) -> None:
    lines = text.split("\n")
    for finding in file.findings:
        _check_span(finding.span, lines)
    for line in file.lines[:MAX_LINES]:
        if line.entry is not None:
            assert line.entry.span in [word.span for word in line.words]
        for word in line.words:
            span = word.span
            _check_span(span, lines)
            if span.line == span.end_line:
                stands = lines[span.line - 1][span.column - 1 : span.end_column - 1]
                # Only a bracket without an end takes the newline in.
                assert word.raw in (stands, f"{stands}\n")


def _check_span(span: Span, lines: list[str]) -> None:
    assert 1 <= span.line <= len(lines)
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    last = lines[(span.end_line or span.line) - 1]
    assert (span.end_column or 1) <= len(last) + 2


def _check_layout(file: PolicyFile, dialect: Dialect, *, with_service: bool) -> None:
    once = formatted(file, dialect)
    again = parse(once, "file", dialect, with_service=with_service)
    assert [meaning(entry) for entry in again.entries] == [meaning(entry) for entry in file.entries]
    assert formatted(again, dialect) == once


def check_findings(files: Mapping[str, str], dialect: Dialect) -> None:
    """Check that lint ends, and that what it finds lies in the files."""
    placed = {f"{PLACE}/{name}": text for name, text in files.items()}
    report = lint(read_tree(ListedMemory(placed), known, dialect=dialect), every_rule())
    for finding in (*report.findings, *report.allowed):
        for span in (finding.span, *(span for span, _ in finding.related)):
            _check_span(span, list(report.files.get(span.file, ("",))))
    kept = without_known(report, baseline_text(report))
    assert kept.findings == ()


def check_claims(files: Mapping[str, str], dialect: Dialect) -> None:
    """Check that every claim is judged, or given up, of every service."""
    for service in _services(files, dialect).values():
        for claim in dict.fromkeys((*default_claims(service.name), *default_claims(_ANY_NAME))):
            if service.chains:
                _judge(claim, service)


def check_mending(files: Mapping[str, str], dialect: Dialect) -> None:
    """Check that what is mended needs no mending, and lets by whom it let by before."""
    placed = {f"{PLACE}/{name}": text for name, text in files.items()}
    tree = read_tree(ListedMemory(placed), known, dialect=dialect)
    texts = fixed(tree, every_rule(), dialect)
    mended = placed | texts
    again = read_tree(ListedMemory(mended), known, dialect=dialect)
    assert fixed(again, every_rule(), dialect) == {}
    if not texts:
        return
    after = {service.name: service for service in again.services}
    for service in tree.services:
        new = after[service.name]
        assert bool(service.chains) == bool(new.chains)
        for primitive in Primitive:
            if service.chains:
                _check_alike(service, new, primitive)


def _check_alike(old: Service, new: Service, primitive: Primitive) -> None:
    try:
        compared = compare(old.chains, new.chains, primitive, known)
    except TooMany:
        return
    assert (compared.looser, compared.stricter) == (None, None)


def check_options(module: str, args: tuple[str, ...]) -> None:
    """Check that a module's options can be anything, and that what it may do can be said."""
    declaration = known(module)
    if declaration is None:
        return
    options, problems = declaration.options.parse(args)
    assert all(0 <= problem.at < len(args) for problem in problems)
    link = Link(0, module, args, KEYWORDS["required"], "required", Span("file", 1))
    for primitive in Primitive:
        assert Model(known, primitive).rows(link)
    repr(options)


def check_baseline(text: str) -> None:
    """Check that a baseline is one or is refused, and that nothing is lost with it."""
    report = _a_report()
    try:
        kept = without_known(report, text)
    except BadBaseline:
        return
    assert sorted(map(repr, (*kept.findings, *kept.known))) == sorted(map(repr, report.findings))


@cache
def _a_report() -> Report:
    files = {f"{PLACE}/test": "auth sufficient pam_permit.so\nauth requird pam_unix.so\n"}
    return lint(read_tree(ListedMemory(files), known, dialect=LINUX), every_rule())


def check_allowances(text: str) -> None:
    """Check that comments allow what they say, where they say it."""
    file = parse(text, "file", LINUX)
    lines = text.split("\n")
    every = list(allowances(file))
    allowed = Allowed(file)
    for each in every:
        span = each.span
        assert each.name == lines[span.line - 1][span.column - 1 : span.end_column - 1]
        assert each.first <= span.line <= each.last <= len(lines)
    for name in {each.name for each in every}:
        for line in range(1, len(lines) + 1):
            said = any(each.name == name and each.first <= line <= each.last for each in every)
            assert said == allowed(name, line)


def _services(files: Mapping[str, str], dialect: Dialect) -> dict[str, Service]:
    placed = {f"{PLACE}/{name}": text for name, text in files.items()}
    tree = read_tree(ListedMemory(placed), known, dialect=dialect)
    return {service.name: service for service in tree.services}


def _judge(claim: Claim, service: Service) -> None:
    try:
        verify(claim, service.chains, known)
    except TooMany:
        return
