"""What is claimed of a service on its sheet, and what became of it."""

from __future__ import annotations

from pamkit.analysis.circumstance import answer_of
from pamkit.analysis.claims import CLAIMS, Quantity
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.explore import TooMany
from pamkit.analysis.lint import Focus, lint
from pamkit.analysis.rule import Scope
from pamkit.analysis.verify import verify
from pamkit.policy.resolve import OTHER
from pamkit.report.contents import Judged, Sheet, Step
from pamkit.vocab.facility import FACILITY_OF, REPLAYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.explore import Choice
    from pamkit.analysis.report import Report
    from pamkit.analysis.rule import RuleFile
    from pamkit.analysis.tree import Service, Tree
    from pamkit.analysis.verify import Result
    from pamkit.vocab.diagnostic import Finding


def sheets_of(
    tree: Tree, services: Iterable[Service], report: Report, rules: Iterable[RuleFile]
) -> tuple[Sheet, ...]:
    """Return the sheets of services; ``report`` is what these rules find in the tree."""
    own = tuple(file for file in rules if file.rule.scope is Scope.SERVICE)
    names = frozenset(file.rule.name for file in own)
    shared = tuple(found for found in report.findings if found.rule not in names)
    said = frozenset(report.findings)
    sheets = []
    for service in services:
        # What is found of a service lies in files of others too, and is not about them.
        about = lint(tree, own, Focus(services=frozenset({service.name}))).findings
        read = _files_of(service)
        found = [each for each in shared if each.span.file in read]
        found += [each for each in about if each in said]
        sheets.append(_sheet(service, tuple(found)))
    return tuple(sheets)


def _files_of(service: Service) -> frozenset[str]:
    """Return the paths of the files that a service reads for itself."""
    paths = {service.file.path}
    if service.policy is not None:
        read = (file.name for file in service.policy.files)
        paths |= {path for path in read if path.rpartition("/")[2] != OTHER}
    return frozenset(paths)


def _sheet(service: Service, found: tuple[Finding, ...]) -> Sheet:
    """Return a sheet with what is meant to hold of a service, and what else is worth knowing."""
    if service.failure is not None:
        return Sheet(service, (), found)
    meant = {claim.name: claim for claim in default_claims(service.name)}
    asked = {**meant, **{claim.name: claim for claim in CLAIMS if claim.name not in meant}}
    judged, trouble = [], ""
    for claim in asked.values():
        try:
            result = verify(claim, service.chains, service.declarations)
        except TooMany:
            trouble = "there are too many lines to judge every claim"
            continue
        if not result.unjudged:
            judged.append(_judged(result, counts=claim.name in meant))
    return Sheet(service, tuple(judged), found, trouble)


def _judged(result: Result, *, counts: bool) -> Judged:
    claim = result.claim
    return Judged(
        FACILITY_OF[claim.primitive],
        claim.sentence,
        result.holds,
        claim.quantity is not Quantity.CAN,
        tuple(_step(choice, result) for choice in result.witness),
        result.assumed,
        counts,
    )


def _step(choice: Choice, result: Result) -> Step:
    primitive = result.claim.primitive if choice.primitive is None else choice.primitive
    # What a line answers is said already.
    settles = choice.outcome.settles
    because = tuple(each for each in settles if not each[0].startswith(answer_of("")))
    is_asked = choice.walk == 0 and primitive not in REPLAYS
    return Step(primitive, choice.link, choice.outcome.code, because, is_asked)
