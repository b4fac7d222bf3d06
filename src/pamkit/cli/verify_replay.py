"""The command that walks the run of a claim again: `pamkit simulate` with every answer said."""

from __future__ import annotations

import shlex

from pamkit.analysis.verify import calls_of
from pamkit.assembly import dialect_named, registry
from pamkit.policy.dialect import DIALECTS
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.analysis.explore import Choice
    from pamkit.analysis.verify import Result
    from pamkit.semantics.verdict import Verdict

_LATER = (Primitive.SETCRED, Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION)
"""What a program asks for when the account has been checked, in this order."""


def replay(args: argparse.Namespace, service: str, result: Result) -> str:
    """Return the command line; empty if there is no run, or one of its modules has no name."""
    dialect = None if args.dialect is None else dialect_named(args.dialect, args.root)
    known = registry(dialect=dialect)
    answers: dict[str, list[str]] = {}
    for choice in result.witness:
        if choice.link.refusal:
            continue  # nobody is asked
        name = known.name_of(choice.link.module)
        if not name:
            return ""
        call = called(choice, result)
        answers.setdefault(f"{name}.{call.name.lower()}", []).append(WORDS[choice.outcome.code])
    if not answers:
        return ""
    words = ["pamkit", "simulate", service, *_place(args, result)]
    words += ["--do", ",".join(calls_made(result))]
    words += ["--set", ",".join(f"{name}={_short(codes)}" for name, codes in answers.items())]
    return shlex.join(words)


def called(choice: Choice, result: Result) -> Primitive:
    """Return what a line was asked for in a run."""
    return result.claim.primitive if choice.primitive is None else choice.primitive


def told(result: Result) -> int:
    """Return the code that the last call of a run gets."""
    verdict = _last(result)
    return ReturnCode.SUCCESS if verdict.mood is Mood.GRANTED else verdict.code


def _last(result: Result) -> Verdict:
    assert result.end is not None  # noqa: S101  # whoever asks has a run
    if result.claim.shown is not None:
        return result.end.others[result.claim.shown - 1]
    no = [each for each in result.end.others if each.mood is not Mood.GRANTED]
    return no[0] if no else result.end.verdict


def _place(args: argparse.Namespace, result: Result) -> list[str]:
    """Return the words that say which policy is meant, and how it is read."""
    words = ["--confdir", args.confdir] if args.confdir else []
    words += ["--root", args.root] if args.root != "/" else []
    dialect = _dialect(result) or args.dialect
    words += ["--dialect", dialect] if dialect else []
    quirks = [*args.quirk]
    if result.claim.primitive is Primitive.CHAUTHTOK:
        quirks.append("update-unchecked")
    for quirk in quirks:
        words += ["--quirk", quirk]
    return words


def _dialect(result: Result) -> str:
    """Return the dialect in which a run is refused, where a claim is about all of them."""
    assert result.end is not None  # noqa: S101  # whoever asks has a run
    last = calls_of(result.claim)[-1]
    if not any(each.jump_counts is not None for each in last.beside):
        return ""
    pairs = zip(DIALECTS, result.end.others, strict=True)
    return next((name for name, each in pairs if each.mood is not Mood.GRANTED), "")


def calls_made(result: Result) -> list[str]:
    """Return the calls of a run in the order in which a program makes them."""
    called: list[Primitive] = []
    for call in calls_of(result.claim):
        for primitive in (call.primitive, *(each.primitive for each in call.beside)):
            if primitive not in called:
                called.append(primitive)
    called.sort(key=lambda each: _LATER.index(each) if each in _LATER else -1)
    return [primitive.name.lower() for primitive in called]


def _short(codes: list[str]) -> str:
    """Return answers in turn; the last one stays, so that it need not be said again."""
    while len(codes) > 1 and codes[-1] == codes[-2]:
        codes = codes[:-1]
    return "/".join(codes)
