"""What is said of repairs, incidents and another tool's samples, row by row, with totals.

Nothing here is compared with what somebody expects: `tests/corpus` does that.
"""

from __future__ import annotations

import csv
from collections import Counter
from typing import NamedTuple

from pamkit.analysis.catalog import rule_files
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.explore import TooMany
from pamkit.analysis.lint import lint
from pamkit.analysis.service_names import is_shared
from pamkit.analysis.tree import read_tree
from pamkit.analysis.verify import verify
from pamkit.cli.diff import compared
from pamkit.cli.diff_places import found_service, service_names
from pamkit.vocab.diagnostic import Severity
from tests.analysis.trees import ListedMemory, known
from tests.corpus.policies import side, texts, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMON = ("common-auth", "common-account", "common-password", "common-session")
"""What profiles of pam-auth-update come to."""

SPOKEN_OF = frozenset(
    {
        *("permit-in-auth", "grant-without-proof", "condition-grants", "never-succeeds"),
        *("nullok", "rhosts-trust", "stock-test-modules"),
    }
)
"""Rules about what osv-scalibr looks for; those of benchmarks speak of other things."""


class Repair(NamedTuple):
    """A repair: what is found before and not after, the reverse, and how calls have changed.

    ``else_gone`` is found before and not after if every rule is asked for by name, and the files
    are taken for a whole system.
    """

    name: str
    gone: tuple[str, ...]
    came: tuple[str, ...]
    else_gone: tuple[str, ...]
    verdict: str
    calls: tuple[str, ...]


def stories(corpus: Path) -> Iterator[str]:
    """Yield the lines of three tables; a list that a corpus lacks has none."""
    yield from _repairs(corpus)
    yield from _incidents(corpus)
    yield from _samples(corpus)


def repairs(corpus: Path) -> Iterator[Repair]:
    """Yield what is said of every repair of a corpus, each kind of policy by itself."""
    for row in _rows(corpus / "LABELS-fix-pairs.tsv"):
        files = [_parted(path) for path in row["changed_files"].split(",")]
        for kind in dict.fromkeys(kind for kind, _ in files):
            services = [name for of, path in files if of == kind for name in _services(path)]
            yield _repair(corpus, row["dir"], kind, tuple(dict.fromkeys(services)))


def _repair(corpus: Path, directory: str, kind: str, services: tuple[str, ...]) -> Repair:
    before, after = (str(corpus / directory / at / kind) for at in ("before", "after"))
    old, new = _found(before), _found(after)
    calls, verdicts = [], set()
    for service in services:
        for entry in compared(side(before), side(after), service):
            if entry["verdict"] != "same":
                calls.append(f"{service} {entry['call']} {entry['verdict']}")
                verdicts.add(str(entry["verdict"]))
            elif entry["notes"]:
                calls.append(f"{service} {entry['call']} same, with notes")
    verdict = "different" if len(verdicts) > 1 else next(iter(verdicts), "same")
    name = f"{directory.rpartition('/')[2]}/{kind}".rstrip("/")
    gone = old - new
    asked = _asked_for(before) - _asked_for(after) - gone
    rules = [tuple(sorted(each)) for each in (gone, new - old, asked)]
    return Repair(name, rules[0], rules[1], rules[2], verdict, tuple(calls))


def _repairs(corpus: Path) -> Iterator[str]:
    found = list(repairs(corpus))
    for each in found:
        yield f"repair {each.name}: {each.verdict}"
        yield f"  gone: {_listed(each.gone)}"
        yield f"  came: {_listed(each.came)}"
        yield f"  gone, where asked for of a whole system: {_listed(each.else_gone)}"
        yield from (f"  {call}" for call in each.calls)
    if found:
        told = sum(bool(each.gone) for each in found)
        asked = sum(bool(each.gone or each.else_gone) for each in found)
        verdicts = Counter(each.verdict for each in found)
        said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        yield f"repairs told of by a rule: {told} of {len(found)}, {asked} if asked; diff: {said}"


def _incidents(corpus: Path) -> Iterator[str]:
    told = count = 0
    for row in _rows(corpus / "LABELS-incidents.tsv"):
        root = str(corpus / row["dir"])
        rules, claims = sorted(_found(root, least=Severity.WARNING)), sorted(_broken(root))
        count, told = count + 1, told + bool(rules or claims)
        yield f"incident {row['dir'].rpartition('/')[2]}: {row['reported_outcome']}"
        yield f"  rules: {_listed(rules)}"
        yield f"  broken claims: {_listed(claims)}"
    if count:
        yield f"incidents of which something is told: {told} of {count}"


def _samples(corpus: Path) -> Iterator[str]:
    agree = count = 0
    for row in _rows(corpus / "LABELS-osv-scalibr.tsv"):
        rules = _found(str(corpus / row["dir"]), least=Severity.WARNING, policies=True) & SPOKEN_OF
        theirs = row["verdict_of_that_tool"]
        same = bool(rules) == (theirs == "finding")
        count, agree = count + 1, agree + same
        said = "" if same else " (they differ)"
        yield f"sample {row['dir'].rpartition('/')[2]}: {theirs}; {_listed(sorted(rules))}{said}"
    if count:
        yield f"samples of osv-scalibr judged alike: {agree} of {count}"


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _parted(path: str) -> tuple[str, str]:
    """Return the kind of policy a changed file belongs to, and its path there."""
    starts = [path.find(start) for start in ("etc/", "usr/") if start in path]
    at = min(starts, default=0)
    return path[:at].rstrip("/"), path[at:]


def _services(path: str) -> tuple[str, ...]:
    return COMMON if "/pam-configs/" in path else (path.rpartition("/")[2],)


def _found(root: str, *, least: Severity = Severity.NOTE, policies: bool = False) -> frozenset[str]:
    rules = [file for file in rule_files() if policies or not file.rule.policy]
    return frozenset(each.rule for each in lint(tree(root), rules).at_least(least))


def _asked_for(root: str) -> frozenset[str]:
    dialect = side(root).dialect
    whole = read_tree(ListedMemory(texts(root)), known(), dialect=dialect, whole=True)
    found = (lint(whole, (file,)).findings for file in rule_files())
    return frozenset(each.rule for findings in found for each in findings)


def _broken(root: str) -> frozenset[str]:
    found = set()
    for name in service_names(side(root)):
        service = None if is_shared(name) else found_service(side(root), name)
        for claim in default_claims(name) if service else ():
            try:
                if service and not verify(claim, service.chains, known()).holds:
                    found.add(f"{claim.name} ({name})")
            except TooMany:
                continue
    return frozenset(found)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"
