"""`pamkit fleet`: the policies of many machines, each difference looked at once.

With `--json` each line is a document.  `host`: `name`, and `policy`, the digest of its files, or
`problem`.  `policy`, before the first host that has it: `digest`, `findings` (as in `check --json`)
and `broken` (`service`, `claim`, `sentence`, `assumed`, `run`).  `summary`, the last: `schema` (1),
`pamkit` (version), `hosts`, `policies`, `unusable`, `findings` and `broken`, each with how many
`hosts` have it.  Paths are those on the machine.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from pamkit.analysis.catalog import did_you_mean, rule_names
from pamkit.analysis.claim_names import claim_named
from pamkit.cli.check_json import finding_form
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.fleet_hosts import Desk, Host, Wanted, hosts_below, settle
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pamkit.analysis.fleet import Broken, Judgement
    from pamkit.cli.screen import Screen
    from pamkit.vocab.diagnostic import Finding

_AT_ONCE = 32
"""Machines that a process is given at a time."""

_WORST = 10
"""Machines that are named at the end."""

_STYLES = {Severity.ERROR: "bad mark", Severity.WARNING: "warn", Severity.NOTE: "dim"}


def fleet(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    wanted = _wanted(args)
    hosts = [host for place in args.places for host in _hosts(place)]
    jobs = min(args.jobs if args.jobs > 0 else os.cpu_count() or 1, -(-len(hosts) // _AT_ONCE))
    seen = _Seen()
    for host, judgement in _judged(hosts, wanted, jobs):
        is_new = seen.take(host, judgement)
        if args.json:
            _print_host(host, judgement, is_new=is_new)
    if seen.hosts == 0:
        raise UsageError("there are no policies to look at", "name roots of machines")
    if args.json:
        _print_summary(seen)
    else:
        _show(screen(plain=args.plain or not sys.stdout.isatty()), seen)
    return REFUSED if seen.found or seen.broken else DONE


def _wanted(args: argparse.Namespace) -> Wanted:
    if args.dialect is not None:
        dialect_chosen(args.dialect)
    for claim in args.claim:
        if claim_named(claim) is None:
            raise UsageError(
                f"there is no claim `{shown(claim)}`", "`pamkit verify --claims` lists them"
            )
    wanted = Wanted(
        *(tuple(args.rule), tuple(args.no_rule), tuple(args.claim), args.level, args.dialect)
    )
    try:
        Desk(wanted)
    except KeyError as unknown:
        name = str(unknown.args[0])
        hint = did_you_mean(name, rule_names())
        raise UsageError(f"there is no rule `{shown(name)}`", hint) from None
    return wanted


def _hosts(place: str) -> Iterator[str]:
    if not os.path.isdir(place):
        raise UsageError(f"`{shown(place)}` is no directory")
    return hosts_below(place)


# --- the work ------------------------------------------------------------------------------------


def _judged(hosts: list[str], wanted: Wanted, jobs: int) -> Iterator[tuple[Host, Judgement | None]]:
    """Yield the machines in order, each with what is to be said of it."""
    parts = [hosts[at : at + _AT_ONCE] for at in range(0, len(hosts), _AT_ONCE)]
    if jobs <= 1:
        desk = Desk(wanted)
        yield from _put_together((0, *desk.judged(part)) for part in parts)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(wanted,)) as pool:
        yield from _put_together(pool.map(_work, parts))


def _put_together(
    answers: Iterable[tuple[int, list[Host], dict[int, Judgement]]],
) -> Iterator[tuple[Host, Judgement | None]]:
    known: dict[tuple[int, int], Judgement] = {}
    for process, hosts, new in answers:
        known.update({(process, number): judgement for number, judgement in new.items()})
        for host in hosts:
            yield host, known.get((process, host.number))


_desks: list[Desk] = []
"""The one desk of a process that does the work."""


def _begin(wanted: Wanted) -> None:
    _desks.append(Desk(wanted))
    settle()


def _work(hosts: list[str]) -> tuple[int, list[Host], dict[int, Judgement]]:
    return (os.getpid(), *_desks[0].judged(hosts))


# --- what was seen -------------------------------------------------------------------------------


class _Line(Record):
    """A finding or a broken claim as the summary knows it: without the machine."""

    severity: Severity
    place: str
    text: str
    name: str


class _Seen:
    """Counts over all machines."""

    def __init__(self) -> None:
        self.hosts = 0
        self.problems: list[Host] = []
        self.policies: set[str] = set()
        self.found: dict[_Line, int] = {}
        self.broken: dict[_Line, int] = {}
        self.worst: list[tuple[int, str]] = []
        self._lines: dict[int, tuple[Judgement, tuple[_Line, ...], tuple[_Line, ...]]] = {}

    def take(self, host: Host, judgement: Judgement | None) -> bool:
        """Count a machine; return whether its judgement is new."""
        self.hosts += 1
        if judgement is None:
            self.problems.append(host)
            return False
        is_new = id(judgement) not in self._lines
        if is_new:
            self.policies.add(judgement.digest)
            self._lines[id(judgement)] = (
                judgement,
                tuple(dict.fromkeys(map(_line, judgement.findings))),
                tuple(dict.fromkeys(map(_broken_line, judgement.broken))),
            )
        _, found, broken = self._lines[id(judgement)]
        for lines, counts in ((found, self.found), (broken, self.broken)):
            for line in lines:
                counts[line] = counts.get(line, 0) + 1
        if found or broken:
            # The worst first; of equals the first that was met.
            self.worst.append((-len(found) - len(broken), host.name))
            self.worst = sorted(self.worst)[:_WORST]
        return is_new


def _line(finding: Finding) -> _Line:
    span = finding.span
    return _Line(finding.severity, f"{span.file}:{span.line}", finding.message, finding.rule)


def _broken_line(broken: Broken) -> _Line:
    return _Line(Severity.ERROR, broken.service, f"not so: {broken.sentence}", broken.claim)


def _order(counted: tuple[_Line, int]) -> tuple[int, int, str, str]:
    line, hosts = counted
    return -line.severity, -hosts, line.place, line.name


def _show(to: Screen, seen: _Seen) -> None:
    for counts in (seen.found, seen.broken):
        for line, hosts in sorted(counts.items(), key=_order):
            to.line(
                (f"{hosts:>8}  ", "dim"),
                (f"{shown(line.place)}: ", "head"),
                (f"{line.severity.name.lower()}: ", _STYLES[line.severity]),
                (policy_text(line.text), ""),
                (f" [{line.name}]", "dim"),
            )
    for host in seen.problems:
        to.line((f"{shown(host.name)}: ", "head"), (policy_text(host.problem), "bad"))
    if seen.worst:
        to.line()
        to.line(("most is found on", ""))
        for count, name in seen.worst:
            to.line((f"{-count:>8}  ", "dim"), (shown(name), ""))
    to.line()
    policies = len(seen.policies)
    to.line(
        (f"{_counted(seen.hosts, 'machine')} with {_counted(policies, 'policy', 'policies')}:", ""),
        (f" {_counted(len(seen.found), 'finding')},", ""),
        (f" {_counted(len(seen.broken), 'broken claim')}", ""),
    )


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


# --- JSON ----------------------------------------------------------------------------------------


def _print_host(host: Host, judgement: Judgement | None, *, is_new: bool) -> None:
    if judgement is None:
        problem = policy_text(host.problem)
        _print({"host": {"name": shown(host.name), "problem": problem}})
        return
    if is_new:
        _print({"policy": _form_of(judgement)})
    _print({"host": {"name": shown(host.name), "policy": judgement.digest}})


def _form_of(judgement: Judgement) -> dict[str, Any]:
    return {
        "digest": judgement.digest,
        "files": judgement.files,
        "services": judgement.services,
        "findings": [finding_form(finding) for finding in judgement.findings],
        "broken": [
            {
                "service": shown(broken.service),
                "claim": shown(broken.claim),
                "sentence": shown(broken.sentence),
                "assumed": [shown(name) for name in broken.assumed],
                "run": [
                    {"file": shown(span.file), "line": span.line, "message": policy_text(said)}
                    for span, said in broken.run
                ],
            }
            for broken in judgement.broken
        ],
    }


def _print_summary(seen: _Seen) -> None:
    _print(
        {
            "summary": {
                "schema": 1,
                "pamkit": version(),
                "hosts": seen.hosts,
                "policies": len(seen.policies),
                "unusable": len(seen.problems),
                **{
                    key: [
                        {
                            "severity": line.severity.name.lower(),
                            "place": shown(line.place),
                            "message": policy_text(line.text),
                            "name": shown(line.name),
                            "hosts": hosts,
                        }
                        for line, hosts in sorted(counts.items(), key=_order)
                    ]
                    for key, counts in (("findings", seen.found), ("broken", seen.broken))
                },
            }
        }
    )


def _print(document: dict[str, Any]) -> None:
    print(json.dumps(document))
