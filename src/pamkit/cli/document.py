"""A transaction as one JSON document, for machines.

Keys of the document: `schema` (1), `pamkit` (version), `service`, `user`, `dialect`, `quirks`,
`files` (of the policy, in the order they were read), `findings`, `calls`, `runs`, `environment`
(names only: values may be tickets), `success`, `code`, `note` (what this process could not read),
`error` (why there was no transaction, or `interrupted`; else null).

A finding has `rule`, `severity`, `file`, `line`, `column`, `message`, `help`.  A call has `call`,
`flags`, `asked` (whether any module was), `code`, `number`, `message`.  A run has `primitive`,
`pass`, `service`, `flags`, `replayed`, `steps`, `verdict` (`mood` and `code`), `code`, `number`,
`deciding` (index of the step that decided, or null), `grantors` (indexes of the steps that said
yes), `why`.  A step has `link` (its number in the chain), `file`, `line`, `column`, `module`,
`args` (values that look like secrets hidden), `control`, `depth`, `answer`, `judged`, `action`,
`before`, `after`, `note`, `why`.

Codes are the words of a policy (`auth_err`); a number that has no word is written as it is.
"""

from __future__ import annotations

import json

from pamkit.cli.findings import findings_of
from pamkit.cli.reason import code_word, outcome, reason
from pamkit.cli.shown import argument, policy_text, shown
from pamkit.cli.status import DONE, INTERRUPTED
from pamkit.cli.version import version
from pamkit.policy.control import action_word
from pamkit.semantics.fold import fold_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import PASS_FLAGS, Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from pamkit.cli.plan import Task
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.table import Fold
    from pamkit.semantics.trace import Run, Step
    from pamkit.semantics.verdict import Verdict
    from pamkit.transaction import Transaction
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.errors import PamError, PolicyError
    from pamkit.vocab.span import Span

SCHEMA = 1
"""Grows when a key changes its meaning or goes away; new keys do not change it."""


class JsonReport:
    """Collects a transaction and prints it as one document at the end."""

    def __init__(self, args: argparse.Namespace, dialect: Dialect) -> None:
        """Collect for these arguments."""
        self._dialect = dialect
        self._form: dict[str, Any] = {
            "schema": SCHEMA,
            "pamkit": version(),
            "service": shown(args.service),
            "user": None if args.user is None else shown(args.user),
            "dialect": dialect.name,
            "quirks": sorted(args.quirk),
            "files": [],
            "findings": [],
            "calls": [],
            "runs": [],
            "environment": [],
            "success": False,
            "code": code_word(ReturnCode.ABORT),
            "note": "",
            "error": None,
        }

    def begin(self, transaction: Transaction) -> None:
        """Note the policy."""
        policy = transaction.policy
        self._form["files"] = [shown(file.name) for file in policy.files]
        self._form["findings"] = [finding_form(finding) for finding in findings_of(policy)]

    def call(self, task: Task) -> None:
        """Hear that a call is made."""

    def step(self, transaction: Transaction, primitive: Primitive, step: Step) -> None:
        """Leave steps to the run they belong to."""

    def finish(self, transaction: Transaction, run: Run) -> None:
        """Note a run."""
        self._form["runs"].append(run_form(run, self._dialect))

    def called(self, task: Task, refused: PamError | None, *, asked: bool) -> None:
        """Note a call."""
        code = ReturnCode.SUCCESS if refused is None else refused.code
        self._form["calls"].append(
            {
                "call": task.primitive.name.lower(),
                "flags": flag_words(task.flags),
                "asked": asked,
                "code": code_word(code),
                "number": int(code),
                "message": "" if refused is None else policy_text(str(refused)),
            }
        )

    def interrupted(self) -> None:
        """Note that the person gave up."""
        self._form["error"] = "interrupted"

    def unusable(self, bad: PolicyError) -> None:
        """Print why there is no transaction."""
        self._form["findings"] = [finding_form(finding) for finding in bad.findings]
        self._form["error"] = policy_text(bad.message)
        self._print()

    def end(self, transaction: Transaction, status: int, note: str) -> None:
        """Print the document."""
        user = transaction.user
        self._form["service"] = shown(transaction.service)
        self._form["user"] = None if user is None else shown(user)
        self._form["environment"] = [shown(name) for name in transaction.env.keys()]  # noqa: SIM118  # not a dict
        self._form["note"] = note
        self._form["success"] = status == DONE
        bad = [call["code"] for call in self._form["calls"] if call["number"]]
        self._form["code"] = bad[0] if bad and status != DONE else "success"
        if status == INTERRUPTED:
            self._form["code"] = code_word(ReturnCode.ABORT)
        self._print()

    def _print(self) -> None:
        print(json.dumps(self._form, indent=2), flush=True)


def finding_form(finding: Finding) -> dict[str, Any]:
    """Return a finding."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        **_place(finding.span),
        "message": policy_text(finding.message),
        "help": policy_text(finding.help),
    }


def run_form(run: Run, dialect: Dialect) -> dict[str, Any]:
    """Return a run with its steps, as it went in a dialect."""
    update = bool(run.flags & Flag.UPDATE_AUTHTOK)
    fold = fold_of(dialect.name, run.primitive, update=update)
    deciding = [at for at, step in enumerate(run.steps) if step is run.deciding]
    said_yes = [at for at, step in enumerate(run.steps) if step.link in run.grantors]
    return {
        "primitive": run.primitive.name.lower(),
        "pass": _pass(run),
        "service": shown(run.service),
        "flags": flag_words(run.flags & ~PASS_FLAGS),
        "replayed": run.replayed,
        "steps": [_step(step, run.primitive, fold) for step in run.steps],
        "verdict": _verdict(run.verdict),
        "code": code_word(run.code),
        "number": int(run.code),
        "deciding": deciding[0] if deciding else None,
        "grantors": said_yes,
        "why": outcome(run, follows=dialect.replays),
    }


def flag_words(bits: int) -> list[str]:
    """Return the names of flags."""
    return [flag.name.lower() for flag in Flag if bits & flag]


def _step(step: Step, primitive: Primitive, fold: Fold) -> dict[str, Any]:
    link = step.link
    return {
        "link": link.number,
        **_place(link.span),
        "module": policy_text(link.module),
        "args": [argument(arg) for arg in link.args],
        "control": policy_text(link.control),
        "depth": step.depth,
        "answer": code_word(step.answer),
        "judged": code_word(step.judged),
        "action": action_word(step.action),
        "before": _verdict(step.before),
        "after": _verdict(step.after),
        "note": policy_text(step.note),
        "why": policy_text(reason(step, primitive, fold)),
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": shown(span.file), "line": span.line, "column": span.column}


def _verdict(verdict: Verdict) -> dict[str, str]:
    return {"mood": verdict.mood.name.lower(), "code": code_word(verdict.code)}


def _pass(run: Run) -> str | None:
    if run.primitive is not Primitive.CHAUTHTOK:
        return None
    return "update" if run.flags & Flag.UPDATE_AUTHTOK else "preliminary"
