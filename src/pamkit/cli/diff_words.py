"""What `pamkit diff` says of a service: verdicts, days and runs, in words."""

from __future__ import annotations

from pamkit.analysis.circumstance import answer_of, trouble_of
from pamkit.cli.day import day_in_words, shown_circumstances
from pamkit.cli.shown import policy_text, shown
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import REPLAYS, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pamkit.analysis.compare import Difference, Taken

SAID = {
    "same": "the same",
    "looser": "LOOSER",
    "stricter": "stricter",
    "different": "LOOSER and stricter",
    "unknown": "not compared",
}
"""Verdicts in words."""

_WORDS = {
    Primitive.AUTHENTICATE: ("lets in who was refused", "refuses who was let in"),
    Primitive.SETCRED: (
        "gives credentials that were refused, to who is let in",
        "refuses credentials to who is let in",
    ),
    Primitive.ACCT_MGMT: (
        "lets an account be used that was refused",
        "refuses an account that could be used",
    ),
    Primitive.OPEN_SESSION: ("opens a session that was refused", "refuses a session"),
    Primitive.CLOSE_SESSION: (
        "closes a session whose end was refused",
        "answers no when a session is closed",
    ),
    Primitive.CHAUTHTOK: (
        "lets a password be changed that could not be",
        "refuses a change of password that was done",
    ),
}

CALLS = tuple(_WORDS)
"""The calls that are compared."""


def headline(entries: list[dict[str, Any]]) -> str:
    """Return the first line about a service: its name and the verdict over all its calls."""
    first = entries[0]
    verdict = overall(entries)
    name, file = shown(first["service"]), first["file"]
    there = {
        "both": "",
        "added": ", which has a file of its own now",
        "removed": ", which has lost its file",
        "neither": ", which has no file of its own",
    }[file]
    if file in ("added", "removed"):
        stand_in = first["other"]
        then = "`other` answered before" if file == "added" else "`other` answers now"
        if not stand_in:
            then = "nobody got by before" if file == "added" else "nobody gets by now"
        there += f" ({then})"
    left_out = [entry["call"] for entry in entries if entry["verdict"] == "unknown"]
    rest = f" (not compared: {', '.join(left_out)})" if left_out and verdict != "unknown" else ""
    return f"{name}{there}: {SAID[verdict]}{rest}"


def overall(entries: list[dict[str, Any]]) -> str:
    """Return the verdict over all calls of a service."""
    verdicts = {entry["verdict"] for entry in entries}
    looser = bool(verdicts & {"looser", "different"})
    stricter = bool(verdicts & {"stricter", "different"})
    if looser and stricter:
        return "different"
    if looser or stricter:
        return "looser" if looser else "stricter"
    return "unknown" if "unknown" in verdicts else "same"


def details(entry: dict[str, Any]) -> Iterator[str]:
    """Yield lines about one call: whom it concerns, the runs of both, and notes."""
    call = entry["call"]
    words = _WORDS[Primitive[call.upper()]]
    for verdict, said in zip(("looser", "stricter"), words, strict=True):
        found = entry[verdict]
        if found is not None:
            yield f"  {call}: {said}: {day_in_words(found['day'])}"
            yield from _runs(found)
    if entry["verdict"] == "unknown":
        yield f"  {call}: there are more days than can be looked at"
    for note in entry["notes"]:
        yield f"  note: {call}: {policy_text(note['text'])}"
        # What nobody should ask for is said in a line; the document has its runs.
        if note["runs"] is not None and note["kind"] != "after-refusal":
            yield from _runs(note["runs"])
    if entry["verdict"] not in ("same", "unknown") and entry["assumed"]:
        names = ", ".join(f"`{shown(name)}`" for name in entry["assumed"])
        yield f"  {call}: nothing is known of {names}"


def runs_of(found: Difference, primitive: Primitive) -> dict[str, Any]:
    """Return the runs of a difference, and the day, for a document."""
    return {
        "day": shown_circumstances(found.day),
        "old": [_step(each, primitive) for each in found.old],
        "new": [_step(each, primitive) for each in found.new],
    }


def _step(taken: Taken, primitive: Primitive) -> dict[str, Any]:
    span, earlier = taken.link.span, REPLAYS.get(primitive)
    stage = "" if earlier is None else (earlier, primitive)[taken.stage].name.lower()
    if primitive is Primitive.CHAUTHTOK:
        stage = ("check", "update")[taken.stage]
    settles = taken.outcome.settles
    so = {name: value for name, value in settles if not name.startswith(_OF_LINES)}
    return {
        "file": shown(span.file),
        "line": span.line,
        "module": policy_text(taken.link.module),
        "answer": WORDS[taken.outcome.code],
        "because": shown_circumstances(so),
        "pass": stage,
    }


_OF_LINES = (answer_of(""), trouble_of(""))
"""Circumstances that say no more than what a line answers."""


def _runs(found: dict[str, Any]) -> Iterator[str]:
    for side in ("old", "new"):
        if not found[side]:
            yield f"    {side}  asks nobody"
        for each in found[side]:
            place = f"{each['file']}:{each['line']}"
            stage = f" in {each['pass']}" if each["pass"] else ""
            text = f"    {side}  {place}  {each['module']} answers {each['answer']}{stage}"
            yield policy_text(text)
