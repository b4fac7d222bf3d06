"""An explanation as one JSON document, for machines.

Keys of the document about a policy: `schema` (1), `pamkit` (version), `service`, `dialect`,
`files`, `findings` (as in the document of `pamkit run`), `facilities`.  A facility has `facility`,
`origin` (the service its lines come from: `other` if it has none of its own), `lines`, and
`summary`: null if there is too much to look at, or `granted`, `refusing`, `denying`, `unreached`
(the last three are numbers of lines).

A line has `link` (its number), `file`, `line`, `column`, `module`, `args`, `control`, `inside` (the
substacks it lies in), `refusal`, `known` (whether anything is known of its module), `purpose`,
`options` and `answers`.  An answer has `who`, `codes`, `action`, `to` (number of the line that
comes next, null for the end), `overruns` and `what`.

Who is granted has `users` and `ways`; a way `usual`, `blank`, `trusted`, `assumed`, `telling`
(numbers of lines) and `run`, steps like those of `pamkit verify`.
"""

from __future__ import annotations

import json

from pamkit.analysis.wording import effect, told
from pamkit.cli.day import shown_circumstances
from pamkit.cli.document import finding_form
from pamkit.cli.explanation import line_name
from pamkit.cli.findings import findings_of
from pamkit.cli.line_meaning import options, purpose
from pamkit.cli.reason import code_word
from pamkit.cli.shown import argument, policy_text, shown
from pamkit.cli.verify import step
from pamkit.cli.version import version
from pamkit.policy.control import action_word
from pamkit.vocab.facility import word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pamkit.analysis.explore import Choice
    from pamkit.analysis.grants import Summary, Way
    from pamkit.analysis.leads import Lead, Rung
    from pamkit.analysis.model import Declarations
    from pamkit.cli.explanation import Part
    from pamkit.policy.resolve import Policy


def print_policy(policy: Policy, parts: Iterable[Part], known: Declarations) -> None:
    """Print the document."""
    document = {
        "schema": 1,
        "pamkit": version(),
        "service": shown(policy.service),
        "dialect": policy.dialect.name,
        "files": [shown(file.name) for file in policy.files],
        "findings": [finding_form(finding) for finding in findings_of(policy)],
        "facilities": [
            {
                "facility": word(part.facility),
                "origin": shown(part.chain.origin),
                "lines": [_line(rung, known) for rung in part.rungs],
                "summary": None if part.summary is None else _summary(part.summary),
            }
            for part in parts
        ],
    }
    print(json.dumps(document, indent=2))


def _line(rung: Rung, known: Declarations) -> dict[str, Any]:
    link = rung.link
    declaration = known(link.module)
    return {
        "link": link.number,
        "file": shown(link.span.file),
        "line": link.span.line,
        "column": link.span.column,
        "module": policy_text(link.module),
        "args": [argument(arg) for arg in link.args],
        "control": policy_text(link.control),
        "inside": [policy_text(substack.name) for substack in rung.inside],
        "refusal": policy_text(link.refusal),
        "known": declaration is not None,
        "purpose": purpose(declaration),
        "options": dict(options(link, declaration)),
        "answers": [_answer(rung, who, lead) for who, lead in told(rung)],
    }


def _answer(rung: Rung, who: str, lead: Lead) -> dict[str, Any]:
    return {
        "who": who,
        "codes": [code_word(code) for code in lead.codes],
        "action": action_word(lead.action),
        "to": None if lead.to is None else lead.to.number,
        "overruns": lead.overruns,
        "what": policy_text(effect(rung, lead, line_name)),
    }


def _summary(found: Summary) -> dict[str, Any]:
    return {
        "granted": [
            {"users": list(granted.users), "ways": [_way(way) for way in granted.ways]}
            for granted in found.granted
        ],
        "refusing": [link.number for link in found.refusing],
        "denying": [link.number for link in found.denying],
        "unreached": [link.number for link in found.unreached],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "usual": way.usual,
        "blank": way.blank,
        "trusted": way.trusted,
        "assumed": [policy_text(name) for name in way.assumed],
        "telling": [choice.link.number for choice in way.telling],
        "run": [_step(choice) for choice in way.run],
    }


def _step(choice: Choice) -> dict[str, Any]:
    form = step(choice)
    # Conditions are named by the words of their lines.
    because = shown_circumstances(form["because"])
    place, module = shown(form["file"]), policy_text(choice.link.module)
    return {**form, "file": place, "module": module, "because": because}
