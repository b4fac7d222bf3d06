"""Why a run ended as it did: of a trace, or of a login as somebody supposes it.

Keys of the JSON document: `schema` (1), `pamkit` (version), `service`, `runs`.  A run has
`primitive`, `pass`, `granted`, `code`, `decided` (the step behind which no answer changes whether
it is granted; null if there is none), `from` (the step that the code comes from, or null),
`otherwise` and `why` (sentences).  `otherwise` is null, or has `granted`, `changed` and `supposed`
(steps with the answers that would have been needed) and `by` (the line that would have decided).  A
step has `file`, `line`, `module` and `answer`.
"""

from __future__ import annotations

import json
import textwrap

from pamkit.analysis.explore import TooMany
from pamkit.analysis.why import why
from pamkit.analysis.wording import because
from pamkit.cli.declarations import declarations
from pamkit.cli.explanation import line_name
from pamkit.cli.one_policy import policy_named
from pamkit.cli.plan import LOGIN, tasks
from pamkit.cli.reason import code_word, outcome
from pamkit.cli.rehearsal import check_named, rehearse
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.simulate import supposed
from pamkit.cli.status import DONE
from pamkit.cli.trace_file import runs_of, trace_document
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.policy.compile import compile_policy
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Primitive
from pamkit.vocab.flags import Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from pamkit.analysis.explore import Choice
    from pamkit.analysis.why import Why
    from pamkit.cli.screen import Screen
    from pamkit.policy.chain import Link
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Run, Step


def explain_run(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    if args.tree or args.graph or args.facility:
        raise UsageError(
            "a run is explained in words or as --json",
            "leave out --tree, --graph and --facility, or --trace, --set and --given",
        )
    policy, runs = _traced(args) if args.trace is not None else _supposed(args)
    chains = compile_policy(policy)
    known = declarations(policy.dialect)
    try:
        found = [why(run, chains[FACILITY_OF[run.primitive]], known) for run in runs]
    except TooMany:
        reason = f"the policy of `{shown(args.service)}` has too many lines to look at"
        raise UsageError(reason) from None
    if args.json:
        _print(args.service, found)
        return DONE
    to = screen(plain=args.plain)
    if not found:
        to.line(("no call was made that asked a line", ""))
    for each in found:
        _show(to, each)
    return DONE


def _traced(args: argparse.Namespace) -> tuple[Policy, tuple[Run, ...]]:
    if args.set or args.given:
        raise UsageError(
            "a trace says what was answered: --set and --given have no say in it",
            "leave out --trace, or leave out the others",
        )
    document = trace_document(args.trace)
    if document.get("service") != shown(args.service):
        raise UsageError(
            f"the trace is of another service than `{shown(args.service)}`",
            f"it is of `{shown(str(document.get('service')))}`",
        )
    dialect = args.dialect or str(document.get("dialect"))
    quirks = document.get("quirks")
    names = [str(name) for name in quirks] if isinstance(quirks, list) else []
    policy = policy_named(args.service, args.root, args.confdir, dialect, names)
    return policy, runs_of(document, policy)


def _supposed(args: argparse.Namespace) -> tuple[Policy, tuple[Run, ...]]:
    day, wanted = supposed(args)
    policy = policy_named(args.service, args.root, args.confdir, args.dialect)
    check_named(policy, wanted)
    done = rehearse(policy, tasks(LOGIN), day, wanted, root=args.root, confdir=args.confdir)
    return policy, done.runs


def sentences(found: Why) -> Iterator[str]:
    """Yield why a run ended as it did, a sentence each."""
    run = found.run
    came_from = run.deciding
    if found.follows and run.primitive in REPLAYS:
        earlier = REPLAYS[run.primitive].name.lower()
        yield f"it asks the lines that {earlier} asked, and no others"
    if found.decided is None:
        yield outcome(run, follows=found.follows) or "no answer of any line could have changed it"
    else:
        yield f"decided at {_answered(found.decided)}"
        if not found.follows:
            end = "granted" if run.verdict.mood is Mood.GRANTED else "refused"
            yield f"after that every run is {end}, as long as the modules can do their work"
    if came_from is not None and came_from is not found.decided:
        yield f"the code comes from {line_name(came_from.link)}"
    yield from _otherwise(found)


def _otherwise(found: Why) -> Iterator[str]:
    if found.follows:
        return
    there = found.otherwise
    if there is None:
        yield "nothing that its modules can answer would have ended otherwise"
        return
    steps = [*there.different, *found.needs]
    had = "; and ".join(
        f"{line_name(step.link)} answered {code_word(step.outcome.code)}" for step in steps
    )
    verdict = there.verdict
    is_granted = verdict.mood is Mood.GRANTED
    if there.by is None:
        would = f"it would have been {'granted' if is_granted else 'refused'}"
    else:
        by = "that line" if there.by is steps[-1].link else line_name(there.by)
        would = f"{by} would have {'granted' if is_granted else 'refused'}"
    code = "" if is_granted else f" ({code_word(verdict.code)})"
    yield f"had {had}, {would}{code}"
    reasons = [reason for step in there.different for reason in because(step.outcome.settles)]
    if reasons:
        yield f"that is so if {' and '.join(dict.fromkeys(reasons))}"


def _answered(step: Step) -> str:
    return f"{line_name(step.link)}, which answered {code_word(step.answer)}"


def _name(run: Run) -> str:
    name = run.primitive.name.lower()
    if run.primitive is not Primitive.CHAUTHTOK:
        return name
    return f"{name}, {_pass(run)} pass"


def _pass(run: Run) -> str | None:
    if run.primitive is not Primitive.CHAUTHTOK:
        return None
    return "update" if run.flags & Flag.UPDATE_AUTHTOK else "preliminary"


def _show(to: Screen, found: Why) -> None:
    run = found.run
    good = run.code == ReturnCode.SUCCESS
    verdict = "granted" if good else f"refused, {code_word(run.code)}"
    to.line((f"{_name(run)}: ", "head"), (verdict, "good" if good else "bad"))
    for sentence in sentences(found):
        lines = textwrap.wrap(policy_text(sentence), to.width - 4, break_on_hyphens=False)
        for at, line in enumerate(lines):
            to.line((f"{'  ' if at == 0 else '    '}{line}", ""))


def _print(service: str, found: list[Why]) -> None:
    runs = [
        {
            "primitive": each.run.primitive.name.lower(),
            "pass": _pass(each.run),
            "granted": each.run.code == ReturnCode.SUCCESS,
            "code": code_word(each.run.code),
            "decided": _step(each.decided),
            "from": _step(each.run.deciding),
            "otherwise": _otherwise_form(each),
            "why": [policy_text(sentence) for sentence in sentences(each)],
        }
        for each in found
    ]
    document = {"schema": 1, "pamkit": version(), "service": shown(service), "runs": runs}
    print(json.dumps(document, indent=2))


def _otherwise_form(found: Why) -> dict[str, Any] | None:
    there = found.otherwise
    if there is None:
        return None
    return {
        "granted": there.verdict.mood is Mood.GRANTED,
        "changed": [_choice(choice) for choice in there.different],
        "supposed": [_choice(choice) for choice in found.needs],
        "by": None if there.by is None else _place(there.by),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {**_place(choice.link), "answer": code_word(choice.outcome.code)}


def _step(step: Step | None) -> dict[str, Any] | None:
    return None if step is None else {**_place(step.link), "answer": code_word(step.answer)}


def _place(link: Link) -> dict[str, Any]:
    span = link.span
    return {"file": shown(span.file), "line": span.line, "module": policy_text(link.module)}
