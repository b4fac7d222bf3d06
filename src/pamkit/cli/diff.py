"""`pamkit diff`: what a change of policies changes, in whom it lets in and whom it keeps out.

Keys of the JSON document: `schema` (1), `pamkit` (version), `services`.  A service has `service`,
`call` (`authenticate`, `acct_mgmt`, `open_session`; null for a service that is in one of the two
only), `verdict` (`same`, `looser`, `stricter`, `different`, `added`, `removed`), `assumed` (modules
that nobody knows), and `looser` and `stricter`: null, or `old` and `new`, the two runs of a day on
which they differ, as steps like those of `pamkit verify`.
"""

from __future__ import annotations

import json
import os

from pamkit.analysis.compare import compare
from pamkit.analysis.explore import TooMany
from pamkit.assembly import dialect_named, policy_source
from pamkit.cli.declarations import declarations
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.verify import step
from pamkit.cli.version import version
from pamkit.policy.compile import compile_policy
from pamkit.policy.leftover import leftover
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from pamkit.analysis.compare import Comparison, Difference
    from pamkit.analysis.explore import Choice
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility

_CALLS = {
    Primitive.AUTHENTICATE: "who proves who they are",
    Primitive.ACCT_MGMT: "whose account may be used",
    Primitive.OPEN_SESSION: "for whom a session is opened",
}
"""The calls that are compared; changing a password walks its lines twice, and is not."""

_SAID = {
    "same": "the same",
    "looser": "LOOSER",
    "stricter": "stricter",
    "different": "LOOSER and stricter",
}


class _Side(Record):
    """One of two sets of policies: what the user calls it, a root, and a directory or none."""

    name: str
    root: str
    confdir: str | None


def diff(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    old, new = _side(args.old), _side(args.new)
    known = declarations()
    services = args.service or sorted(_names(old) | _names(new))
    found: list[dict[str, Any]] = []
    for service in services:
        chains = [_chains(side, service, args.dialect) for side in (old, new)]
        if None in chains:
            if chains == [None, None]:
                raise UsageError(f"there is no policy for `{shown(service)}` in either")
            verdict = "added" if chains[0] is None else "removed"
            found.append({"service": service, "call": None, "verdict": verdict})
            continue
        for call in _CALLS:
            try:
                result = compare(chains[0] or {}, chains[1] or {}, call, known)
            except TooMany:
                reason = f"the policies of `{shown(service)}` have too many lines to compare"
                raise UsageError(reason) from None
            found.append(_entry(service, call, result))
    if args.json:
        print(json.dumps({"schema": 1, "pamkit": version(), "services": found}, indent=2))
    else:
        for entry in found:
            _show(entry)
    return DONE if all(entry["verdict"] == "same" for entry in found) else REFUSED


def _side(word: str) -> _Side:
    if os.path.isdir(os.path.join(word, "etc", "pam.d")):
        return _Side(word, word, None)
    if os.path.isdir(word):
        return _Side(word, "/", os.path.abspath(word))
    raise UsageError(
        f"`{shown(word)}`: expected a directory of policies, or a root with an etc/pam.d"
    )


def _names(side: _Side) -> set[str]:
    place = side.confdir or os.path.join(side.root, "etc", "pam.d")
    with os.scandir(place) as entries:
        return {entry.name for entry in entries if not leftover(entry.name) and not entry.is_dir()}


def _chains(side: _Side, service: str, dialect: str | None) -> Mapping[Facility, Chain] | None:
    """Return the chains of a service; `None` if there is no policy for it, nor an `other`."""
    try:
        name = service_name(service)
        source = policy_source(side.root, side.confdir)
        layout = Layout(confdir=side.confdir)
        spoken = dialect_named(dialect, side.root)
        if name not in _names(side) and "other" not in _names(side):
            return None
        return compile_policy(resolve(name, source, layout=layout, dialect=spoken))
    except (PolicyError, ValueError) as bad:
        raise UsageError(
            f"`{shown(side.name)}`: `{shown(service)}`: {policy_text(str(bad))}"
        ) from None


def _entry(service: str, call: Primitive, result: Comparison) -> dict[str, Any]:
    verdicts = {
        (True, True): "different",
        (True, False): "looser",
        (False, True): "stricter",
        (False, False): "same",
    }
    return {
        "service": service,
        "call": call.name.lower(),
        "verdict": verdicts[result.looser is not None, result.stricter is not None],
        "assumed": list(result.assumed),
        "looser": _runs(result.looser),
        "stricter": _runs(result.stricter),
    }


def _runs(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    return {"old": _steps(difference.old), "new": _steps(difference.new)}


def _steps(run: tuple[Choice, ...]) -> list[dict[str, Any]]:
    return [step(choice) for choice in run]


def _show(entry: dict[str, Any]) -> None:
    service, call = shown(entry["service"]), entry["call"]
    if call is None:
        print(f"{service}: {entry['verdict']}")
        return
    print(f"{service}, {call} ({_CALLS[Primitive[call.upper()]]}): {_SAID[entry['verdict']]}")
    for verdict, words in (("looser", "lets by"), ("stricter", "keeps out")):
        runs = entry[verdict]
        if runs is None:
            continue
        print(f"  the new policy {words} on a day when")
        for side in ("old", "new"):
            for each in runs[side]:
                place = f"{each['file']}:{each['line']}"
                print(shown(f"    {side}  {place}  {each['module']} answers {each['answer']}"))
    if entry["assumed"]:
        names = ", ".join(f"`{shown(name)}`" for name in entry["assumed"])
        print(f"  nothing is known of {names}")
