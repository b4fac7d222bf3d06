"""`pamkit diff`: what a change of policies changes, in whom it lets in and whom it keeps out.

Keys of the JSON document: `schema` (1), `pamkit` (version), `dialects` (old and new), `services`,
`not_read` (`side`, `dialect` and `place` of policies that its family does not look for there),
and `not_compared`: `service`, `call`, `behind` (`yes`, `no`, or empty) and `why`, of services that
stand in one of them, or of all that there is (`service` is empty).  An entry has `service`, `call`
(`authenticate`, `setcred`, `acct_mgmt`, `open_session`, `close_session`, `chauthtok`), `behind`
(what was compared of setcred and close_session: behind a `yes` or a `no` of the call before them),
`verdict` (`same`, `looser`, `stricter`, `different`, `unknown`), `assumed` (modules that nobody
knows), `file` (`both`, `added`, `removed`, `neither`: which side has a file for the service) and
`other` (whether `other` stands in where there is none); and `looser` and `stricter`: null, or
`day`, `old` and `new`: the circumstances on which they differ and the two runs, as steps like those
of `pamkit verify` with `pass` (which walk of several it belongs to).  `notes` are differences that
are no verdict: `kind` (`code`, `not-asked`, `newly-asked`, `first`, `words`, `counted`,
`unreadable`, `after-refusal`), `text`, and `runs`, which are null or like `looser`.
"""

from __future__ import annotations

import json

from pamkit.analysis.absent import absent_file
from pamkit.analysis.changes import changes
from pamkit.analysis.compare import compare
from pamkit.analysis.explore import TooMany
from pamkit.cli.declarations import declarations_between
from pamkit.cli.diff_places import Found, found_service, no_chains, service_names, side_of
from pamkit.cli.diff_scope import (
    NO,
    YES,
    behind_of,
    counted,
    not_compared,
    places_not_read,
    scope_lines,
)
from pamkit.cli.diff_words import CALLS, details, headline, runs_of
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from pamkit.analysis.model import Declarations
    from pamkit.cli.diff_places import Side
    from pamkit.vocab.facility import Primitive

    Entry = dict[str, Any]


def diff(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if args.git_driver:
        from pamkit.cli.git_driver import git_driver

        return git_driver(args)
    old, new = _sides(args)
    services = args.service or sorted(service_names(old) | service_names(new))
    found = [compared(old, new, service) for service in services]
    if args.json:
        document = {
            "schema": 1,
            "pamkit": version(),
            "dialects": [old.dialect.name, new.dialect.name],
            "services": [entry for service in found for entry in service],
            "not_read": places_not_read((old, new)),
            "not_compared": not_compared(found, old.dialect, new.dialect),
        }
        print(json.dumps(document, indent=2))
    else:
        for entries in found:
            show(entries)
        if len(found) > 1:
            print(counted(found))
        for line in scope_lines(found, (old, new)):
            print(line)
    return _status(found, args.fail_on)


def _sides(args: argparse.Namespace) -> tuple[Side, Side]:
    help_ = "`pamkit diff --help` says what there is"
    if args.git:
        from pamkit.cli.git_trees import git_sides

        if not 1 <= len(args.sides) <= 3:
            raise UsageError("expected `--git REV [REV] [-- PATH]`", help_)
        return git_sides(args.sides, args.dialect)
    if len(args.sides) != 2:
        raise UsageError("expected `OLD` and `NEW`", help_)
    old, _, new = (args.dialect or "").partition(",")
    return side_of(args.sides[0], old or None), side_of(args.sides[1], new or old or None)


def compared(old: Side, new: Side, service: str) -> list[Entry]:
    """Return an entry for each call of a service; raises `UsageError` if neither side has it."""
    sides = found_service(old, service), found_service(new, service)
    if sides[0] is None and sides[1] is None:
        raise UsageError(f"there is no policy for `{shown(service)}` in either")
    here = [
        found or Found(no_chains(side.dialect), is_there=False)
        for found, side in zip(sides, (old, new), strict=True)
    ]
    file = {(True, True): "both", (False, True): "added", (True, False): "removed"}.get(
        (here[0].is_there, here[1].is_there), "neither"
    )
    known = declarations_between(old.dialect, new.dialect)
    has_other = all(side is not None for side in sides)
    counts = (old.dialect.jump_counts, new.dialect.jump_counts)
    found: list[Entry] = []
    for call in CALLS:
        entry: Entry = {
            "service": shown(service),
            "file": file,
            "other": has_other,
            "call": call.name.lower(),
        }
        entry |= _judged(
            (here[0], here[1]), call, known, counts, behind_of(old.dialect, new.dialect)
        )
        found.append(entry)
    troubles = zip(("old", "new"), here, strict=True)
    found[0]["notes"] += [
        _note("unreadable", f"the {name} policy cannot be used, and refuses all: {side.trouble}")
        for name, side in troubles
        if side.trouble
    ]
    return found


def _judged(
    sides: tuple[Found, Found],
    call: Primitive,
    known: Declarations,
    counts: tuple[bool, bool],
    wanted: tuple[str, ...],
) -> Entry:
    """Return what is said of one call: the verdict, both runs, and notes.

    ``wanted``: behind what answers calls are looked at that come behind another one.
    """
    facility = FACILITY_OF[call]
    old, new = (side.chains[facility] for side in sides)
    chains = tuple(side.chains for side in sides)
    notes: list[dict[str, Any]] = []
    try:
        result = compare(chains[0], chains[1], call, known, jump_counts=counts)
    except TooMany:
        unknown: Entry = {"verdict": "unknown", "assumed": [], "looser": None, "stricter": None}
        return {"behind": []} | unknown | {"notes": notes}
    behind = [YES] if call in REPLAYS else []
    if call not in REPLAYS:
        try:
            notes += [
                _note(each.kind, f"{word(facility)}: {each.sentence}")
                for each in changes(old, new, call, known)
                if not absent_file(each.module)
            ]
            if result.verdict == "same":
                notes += _codes(chains, call, known)
        except TooMany:
            notes.append(_note("code", "what is no verdict was not compared: there is too much"))
    elif NO in wanted:
        try:
            # A policy that cannot be used refuses whatever was said before.
            if not any(side.trouble for side in sides):
                notes += _after_refusal(chains, call, known, counts)
            behind.append(NO)
        except TooMany:
            pass  # the document and the last lines say so
    return {
        "behind": behind,
        "verdict": result.verdict,
        "assumed": [_assumed(name) for name in result.assumed if not name.endswith(":end")],
        "looser": None if result.looser is None else runs_of(result.looser, call),
        "stricter": None if result.stricter is None else runs_of(result.stricter, call),
        "notes": notes,
    }


def _after_refusal(
    chains: tuple[Any, ...], call: Primitive, known: Declarations, counts: tuple[bool, bool]
) -> Iterator[Any]:
    """Yield notes if a call parts that nobody should make: behind a refusal."""
    found = compare(chains[0], chains[1], call, known, jump_counts=counts, refused=True)
    earlier = REPLAYS[call].name.lower()
    sides = (
        (found.looser, "it can be granted, and could not"),
        (found.stricter, "it could be granted, and cannot any more"),
    )
    for difference, said in sides:
        if difference is not None:
            note = _note("after-refusal", f"where {earlier} was refused, {said}")
            yield note | {"runs": runs_of(difference, call)}


def _assumed(name: str) -> str:
    file = absent_file(name)
    return policy_text(f"{file}, which is not in this tree" if file else name)


def _codes(chains: tuple[Any, ...], call: Primitive, known: Declarations) -> Iterator[Any]:
    """Yield a note if a refusal has another code; setcred and close_session are left out."""
    found = compare(chains[0], chains[1], call, known, with_codes=True).code
    if found is not None:
        was, is_ = (WORDS[code] for code in found.codes)
        yield _note("code", f"a refusal is `{is_}`, which was `{was}`") | {
            "runs": runs_of(found, call)
        }


def _note(kind: str, text: str) -> dict[str, Any]:
    return {"kind": kind, "text": policy_text(text), "runs": None}


def show(entries: list[Entry], *, with_notes: bool = True) -> None:
    """Print what there is to say of a service."""
    print(headline(entries))
    for entry in entries:
        for line in details(entry if with_notes else entry | {"notes": []}):
            print(line)


def _status(found: list[list[Entry]], fail_on: str) -> int:
    verdicts = {entry["verdict"] for entries in found for entry in entries}
    notes = any(entry["notes"] for entries in found for entry in entries)
    # What could not be compared is not known to be no looser.
    bad = {"looser", "different", "unknown"}
    if fail_on != "looser":
        bad.add("stricter")
    if verdicts & bad or (fail_on == "note" and notes):
        return REFUSED
    return DONE
