"""Many machines judged: what rules find and what claims break, worked out once for equal contents.

What is the same is known by what it says, not by the machine it is on:

- a file that has the same text at the same path is read and looked at once;
- a service is resolved, looked at and verified once for each set of answers that its files gave:
  its own, those that it includes, those beside them that a rule asked for;
- a whole tree is looked at once for each set of files, with their names.
"""

from __future__ import annotations

import hashlib

from pamkit.analysis.allow import Allowed
from pamkit.analysis.lint import Judges, place_of
from pamkit.analysis.memory import Memory
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.said_once import said_once
from pamkit.analysis.surroundings import Surroundings
from pamkit.analysis.tree import NOTHING_WANTED, Tree, read_tree
from pamkit.policy.source import Layout
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.entry import Declarations
    from pamkit.analysis.rule import RuleFile
    from pamkit.analysis.tree import File, Service, TreeSource
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.syntax import PolicyFile

    ClaimsOf = Callable[[Service], Iterable[Claim]]
    """What is claimed of a service."""


class Broken(Record):
    """A claim that does not hold of a service, with the run that breaks it: lines and answers."""

    service: str
    claim: str
    sentence: str
    run: tuple[tuple[Span, str], ...]
    assumed: tuple[str, ...]


class Judgement(Record, eq=False):
    """What is to be said of a tree; machines with the same contents have the same one.

    ``digest`` is that of the files, with their names.  ``unproved`` are services and claims of
    which nothing can be said: a part of the service is not there, or there is too much to look at.
    """

    digest: str
    findings: tuple[Finding, ...]
    broken: tuple[Broken, ...]
    unproved: tuple[tuple[str, str], ...]
    files: int
    services: int


class Fleet:
    """Judges machines, one after the other, and remembers what it has seen."""

    def __init__(
        self,
        rules: Iterable[RuleFile],
        claims_of: ClaimsOf,
        declarations: Declarations,
        *,
        level: Severity = Severity.WARNING,
        wanted: Mapping[str, str] = NOTHING_WANTED,
        memory: Memory | None = None,
    ) -> None:
        """Run ``rules`` and leave out what is less bad than ``level``; claim what is claimed."""
        self._judges, self._claims_of = Judges(rules), claims_of
        self._declarations, self._level, self._wanted = declarations, level, wanted
        self._memory = memory or Memory()

    def judged(
        self,
        source: TreeSource,
        dialect: Dialect,
        *,
        layout: Layout | None = None,
        whole: bool = False,
    ) -> Judgement:
        """Return what is to be said of the policies of one machine (see `tree.read_tree`)."""
        layout = layout or Layout()
        return self._memory.asked(
            ("tree", dialect, layout, whole),
            source,
            lambda listening: self._of_tree(
                read_tree(
                    listening,
                    self._declarations,
                    layout=layout,
                    dialect=dialect,
                    whole=whole,
                    wanted=self._wanted,
                    memory=self._memory,
                ),
                listening,
            ),
        )

    def _of_tree(self, tree: Tree, source: TreeSource) -> Judgement:
        found: dict[Finding, None] = {}
        broken: list[Broken] = []
        unproved: list[tuple[str, str]] = []
        for file in tree.files:
            found.update(self._of_file(file))
        for service in tree.services:
            judged = self._of_service(tree, service, source)
            found.update(judged.found)
            broken += judged.broken
            unproved += judged.unproved
        found.update((each, None) for each, _, _ in self._judges.of_tree(tree))
        by_path = {file.path: file for file in tree.files}
        findings = said_once(
            each
            for each in sorted(found, key=place_of)
            if each.severity >= self._level and not self._is_allowed(each, by_path)
        )
        return Judgement(
            *(_digest(tree), findings, tuple(broken), tuple(unproved)),
            *(len(tree.files), len(tree.services)),
        )

    def _of_file(self, file: File) -> dict[Finding, None]:
        # The tree of the file is kept with what was found: meanwhile nothing else has its number.
        key = ("file", id(file.syntax), file.others)
        _, found = self._memory.made(
            key,
            lambda: (
                file.syntax,
                {each: None for each, _, _ in self._judges.of_file(file)},
            ),
        )
        return found

    def _of_service(self, tree: Tree, service: Service, source: TreeSource) -> _Judged:
        closed = tree.layout.confdir is not None
        key = ("judged", id(service.results), service.whole, tree.whole, closed)
        return self._memory.asked(
            key,
            source,
            lambda listening: self._looked_at(
                service.changed(
                    around=Surroundings(listening, whole=tree.whole, closed=closed),
                )
            ),
        )

    def _looked_at(self, service: Service) -> _Judged:
        found = {each: None for each, _, _ in self._judges.of_service(service)}
        broken: list[Broken] = []
        unproved: list[tuple[str, str]] = []
        for claim in self._claims_of(service):
            result = proved(service, claim)
            if result is None:
                unproved.append((service.name, claim.name))
            elif not result.holds:
                run = shown_run(service, result.witness)
                broken.append(Broken(service.name, claim.name, claim.sentence, run, result.assumed))
        return _Judged(found, tuple(broken), tuple(unproved), service.results)

    def _is_allowed(self, finding: Finding, files: Mapping[str, File]) -> bool:
        file = files.get(finding.span.file)
        if file is None:
            return False
        syntax: PolicyFile = file.syntax
        _, allowed = self._memory.made(("allowed", id(syntax)), lambda: (syntax, Allowed(syntax)))
        return allowed(finding.rule, finding.span.line)


def _digest(tree: Tree) -> str:
    """Return a digest of the files of a tree, with their paths."""
    whole = hashlib.sha256()
    for file in tree.files:
        for text in (file.path, file.syntax.text):
            data = text.encode("utf-8", "surrogatepass")
            whole.update(b"%d:" % len(data))
            whole.update(data)
    return whole.hexdigest()[:16]


class _Judged(Record, eq=False):
    """What is to be said of a service; ``kept`` is what it is known by while this is."""

    found: dict[Finding, None]
    broken: tuple[Broken, ...]
    unproved: tuple[tuple[str, str], ...]
    kept: object
