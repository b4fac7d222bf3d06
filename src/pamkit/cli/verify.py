"""`pamkit verify`: claims about a policy, proved or broken by a run.

Keys of the JSON document: `schema` (1), `pamkit` (version), `results`.  A result has `service`,
`claim`, `sentence`, `holds`, `assumed` (modules that nobody knows and on which it rests) and `run`:
the shortest run that breaks or bears out the claim.  A step of a run has `file`, `line`, `module`,
`answer` and `because` (what is so in this run, by name).
"""

from __future__ import annotations

import json
import os

from pamkit.analysis.claims import (
    CLAIMS,
    NO_GRANT_WITHOUT_PROOF,
    ROOT_WITHOUT_NETWORK,
    WRONG_PASSWORD_NEVER_GRANTS,
    needs,
)
from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify as judge
from pamkit.assembly import dialect_named, policy_source
from pamkit.cli.declarations import declarations
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.policy.suggest import closest
from pamkit.stores.root import Root
from pamkit.vocab.codes import WORDS
from pamkit.vocab.errors import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.model import Declarations
    from pamkit.analysis.verify import Result

_USUAL = (NO_GRANT_WITHOUT_PROOF, WRONG_PASSWORD_NEVER_GRANTS, ROOT_WITHOUT_NETWORK)


def verify(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if args.claims:
        for claim in CLAIMS:
            print(f"{claim.name}: {claim.sentence}")
        print("needs-MODULE: nobody is let in unless the module has answered success")
        return DONE
    claims = [_claim(name) for name in args.claim] or list(_USUAL)
    services = _services(args) if args.all else args.services
    if not services:
        raise UsageError("no service is named", "name one, or say `--all`")
    known = declarations()
    found = [(service, _judged(args, service, claims, known)) for service in services]
    if args.json:
        _print_json(found)
    else:
        for service, results in found:
            _show(service, results)
    is_proved = all(result.holds for _, results in found for result in results)
    return DONE if is_proved else REFUSED


def _claim(name: str) -> Claim:
    by_name = {claim.name: claim for claim in CLAIMS}
    if name in by_name:
        return by_name[name]
    module = name.removeprefix("needs-")
    if module != name and module.startswith("pam_"):
        return needs(module)
    near = closest(name, by_name)
    help_ = f"did you mean `{near}`?" if near else "`pamkit verify --claims` lists them"
    raise UsageError(f"there is no claim `{shown(name)}`", help_)


def _services(args: argparse.Namespace) -> list[str]:
    """Return every service there is a policy for, in order."""
    places = [args.confdir] if args.confdir else list(Layout().directories)
    root = Root("/" if args.confdir else args.root)
    names: set[str] = set()
    for place in places:
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
    args: argparse.Namespace, service: str, claims: list[Claim], known: Declarations
) -> list[Result]:
    try:
        dialect = dialect_named(args.dialect, args.root)
        policy = resolve(
            service_name(service),
            policy_source(args.root, args.confdir),
            layout=Layout(confdir=args.confdir),
            dialect=dialect,
        )
        chains = compile_policy(policy)
        return [judge(claim, chains, known) for claim in claims]
    except (PolicyError, ValueError) as bad:
        raise UsageError(f"`{shown(service)}`: {policy_text(str(bad))}") from None
    except TooMany:
        raise UsageError(
            f"the policy of `{shown(service)}` has too many lines to look at"
        ) from None


def _show(service: str, results: list[Result]) -> None:
    print(shown(service))
    for result in results:
        print(f"  {'holds ' if result.holds else 'BROKEN'}  {result.claim.sentence}")
        if not result.holds:
            _show_run(result)
        if result.assumed:
            names = ", ".join(f"`{shown(name)}`" for name in result.assumed)
            print(f"          this rests on {names}, of which nothing is known")


def _show_run(result: Result) -> None:
    if not result.witness:
        print("          no run of the policy does")
        return
    for choice in result.witness:
        shows = step(choice)
        because = ", ".join(f"{name}: {value}" for name, value in shows["because"].items())
        place = f"{shows['file']}:{shows['line']}"
        note = f"  ({because})" if because else ""
        print(shown(f"          {place}  {shows['module']} answers {shows['answer']}{note}"))


def step(choice: Choice) -> dict[str, Any]:
    """Return one step of a run, for a document or to be shown."""
    span = choice.link.span
    return {
        "file": span.file,
        "line": span.line,
        "module": choice.link.module,
        "answer": WORDS[choice.outcome.code],
        "because": dict(choice.outcome.settles),
    }


def _print_json(found: list[tuple[str, list[Result]]]) -> None:
    results = [
        {
            "service": service,
            "claim": result.claim.name,
            "sentence": result.claim.sentence,
            "holds": result.holds,
            "assumed": list(result.assumed),
            "run": [step(choice) for choice in result.witness],
        }
        for service, results in found
        for result in results
    ]
    print(json.dumps({"schema": 1, "pamkit": version(), "results": results}, indent=2))
