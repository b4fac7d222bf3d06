"""`pamkit verify`: claims about a policy, proved or broken by a run.

Keys of the JSON document: `schema` (1), `pamkit` (version), `results` and `unusable` (services that
`--all` found and whose policy cannot be used, with the reason).  A result has `service`,
`claim`, `sentence`, `holds`, `assumed` (modules that nobody knows and on which it rests),
`unjudged` (why the claim says nothing of the service; empty: it does), `run`: the shortest run that
breaks or bears out the claim, `ends`: the code that its last call gets, and `replay`: the command
that walks it again.  A step of a run has `file`, `line`, `module`, `call` (the primitive), `answer`
and `because` (what is so in this run).
"""

from __future__ import annotations

import json
import os
import sys

from pamkit.analysis.circumstance import answer_of
from pamkit.analysis.claim_names import EVERY, FAMILIES, claim_named
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify_all
from pamkit.cli.check_places import ListedSource, names_in
from pamkit.cli.declarations import declarations
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.one_policy import policy_named
from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED, UNUSABLE
from pamkit.cli.usage import UsageError
from pamkit.cli.verify_replay import called, replay, told
from pamkit.cli.version import version
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import LINUX
from pamkit.policy.places import places_in
from pamkit.policy.source import Layout
from pamkit.policy.suggest import closest
from pamkit.stores.root import Root
from pamkit.vocab.codes import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.model import Declarations
    from pamkit.analysis.verify import Result
    from pamkit.policy.dialect import Dialect


def verify(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if args.claims:
        for claim in EVERY.values():
            print(f"{claim.name}: {claim.sentence}")
        for start, (_, sentence) in FAMILIES.items():
            print(f"{start}MODULE: {sentence}")
        return DONE
    claims = [_claim(name) for name in args.claim]
    services = _services(args) if args.all else args.services
    if not services:
        raise UsageError("no service is named", "name one, or say `--all`")
    known: dict[Dialect, Declarations] = {}
    found: list[tuple[str, list[Result]]] = []
    unusable: dict[str, str] = {}
    for service in services:
        try:
            found.append((service, _judged(args, service, claims, known)))
        except UsageError as bad:
            if not args.all:
                raise
            unusable[service] = str(bad)
            print(f"pamkit: {bad}", file=sys.stderr)
    if args.json:
        _print_json(args, found, unusable)
    else:
        for service, results in found:
            if results or not args.all:
                _show(args, service, results)
    # What nobody asked for is no failure if it hangs on a module that nobody knows.
    broken = (result for _, results in found for result in results if not result.holds)
    if any(args.claim or not result.assumed for result in broken):
        return REFUSED
    return UNUSABLE if unusable else DONE


def _claim(name: str) -> Claim:
    claim = claim_named(name)
    if claim is not None:
        return claim
    near = closest(name, EVERY)
    help_ = f"did you mean `{near}`?" if near else "`pamkit verify --claims` lists them"
    raise UsageError(f"there is no claim `{shown(name)}`", help_)


def _services(args: argparse.Namespace) -> list[str]:
    """Return every service there is a policy for, in order."""
    dialect = LINUX if args.dialect is None else dialect_chosen(args.dialect)
    layout = Layout(confdir=args.confdir)
    root = Root("/" if args.confdir else args.root)
    source = ListedSource(root, unrooted=args.confdir)
    # DIALECT: Linux-PAM reads no pam.conf where there is a directory.
    names = set(names_in(source, dialect, layout)) if dialect.keywords else set[str]()
    for place in places_in(dialect, layout).directories:
        try:
            descriptor = root.open(place, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            names |= {name for name in os.listdir(descriptor) if name.replace("-", "").isalnum()}
        finally:
            os.close(descriptor)
    return sorted(names)


def _judged(
    args: argparse.Namespace,
    service: str,
    claims: list[Claim],
    known: dict[Dialect, Declarations],
) -> list[Result]:
    try:
        policy = policy_named(service, args.root, args.confdir, args.dialect, args.quirk)
    except UsageError as bad:
        raise UsageError(f"`{shown(service)}`: {bad}") from None
    if policy.dialect not in known:
        known[policy.dialect] = declarations(policy.dialect)
    chains = compile_policy(policy)
    try:
        results = verify_all(claims or default_claims(service), chains, known[policy.dialect])
    except TooMany:
        raise UsageError(
            f"the policy of `{shown(service)}` has too many lines to look at"
        ) from None
    # What was asked for by name is answered; of the usual claims only those that say something.
    return [result for result in results if claims or not result.unjudged]


def _show(args: argparse.Namespace, service: str, results: list[Result]) -> None:
    print(shown(service))
    if not results:
        print("  nothing is usually claimed of such a service; say `--claim`")
    for result in results:
        print(f"  {_word(result)}  {result.claim.sentence}")
        if result.unjudged:
            print(f"          {result.unjudged}")
        if not result.holds:
            _show_run(args, service, result)
        if result.assumed:
            names = ", ".join(f"`{shown(name)}`" for name in result.assumed)
            print(f"          this rests on {names}, of which nothing is known")


def _word(result: Result) -> str:
    if result.unjudged:
        return "silent"
    return "holds " if result.holds else "BROKEN"


def _show_run(args: argparse.Namespace, service: str, result: Result) -> None:
    if not result.witness:
        print("          no run of the policy does")
        return
    has_more = len({choice.primitive for choice in result.witness}) > 1
    for choice in result.witness:
        shows = _called(choice, result)
        because = ", ".join(f"{name}: {value}" for name, value in shows["because"].items())
        place = f"{shows['file']}:{shows['line']}"
        note = f"  ({because})" if because else ""
        to = f" to {shows['call']}" if has_more else ""
        print(shown(f"          {place}  {shows['module']} answers {shows['answer']}{to}{note}"))
    command = replay(args, service, result)
    if command:
        print(shown(f"          again: {command}"))


def step(choice: Choice) -> dict[str, Any]:
    """Return one step of a run, for a document or to be shown."""
    span = choice.link.span
    return {
        "file": span.file,
        "line": span.line,
        "module": choice.link.module,
        "answer": WORDS[choice.outcome.code],
        "because": _because(choice),
    }


def _because(choice: Choice) -> dict[str, str]:
    """Return what is so in a run, without what is no more than what a line answers."""
    settles = choice.outcome.settles
    return {name: value for name, value in settles if not name.startswith(answer_of(""))}


def _print_json(
    args: argparse.Namespace, found: list[tuple[str, list[Result]]], unusable: dict[str, str]
) -> None:
    results = [
        {
            "service": service,
            "claim": result.claim.name,
            "sentence": result.claim.sentence,
            "holds": result.holds,
            "assumed": list(result.assumed),
            "unjudged": result.unjudged,
            "run": [_called(choice, result) for choice in result.witness],
            "ends": "" if result.end is None else WORDS[told(result)],
            "replay": replay(args, service, result),
        }
        for service, results in found
        for result in results
    ]
    document = {"schema": 1, "pamkit": version(), "results": results, "unusable": unusable}
    print(json.dumps(document, indent=2))


def _called(choice: Choice, result: Result) -> dict[str, Any]:
    call = called(choice, result)
    return {**step(choice), "call": call.name.lower()}
