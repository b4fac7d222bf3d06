"""A policy as a graph, for Graphviz and for Mermaid: lines, and where their answers lead."""

from __future__ import annotations

from pamkit.analysis.wording import told
from pamkit.cli.row import module_name, where
from pamkit.cli.shown import policy_text, shown
from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.vocab.facility import word
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.leads import Lead, Rung
    from pamkit.cli.explanation import Part
    from pamkit.policy.chain import Link

_VERDICT = "verdict"
_REFUSED = "refused"

_ENDS = {_VERDICT: "yes, if a line said yes and none said no", _REFUSED: "refused"}

_SHORT: dict[int, str] = {
    Action.IGNORE: "no say",
    Action.OK: "yes",
    Action.DONE: "yes, and ends",
    Action.BAD: "no",
    Action.DIE: "no, and ends",
    Action.RESET: "forgets",
    NOTE: "no yes",
    SETTLE: "yes, and ends",
}


class Edge(Record):
    """What leads from one node to another, each kind of answer in a text of its own."""

    start: str
    end: str
    texts: tuple[str, ...]


def dot(service: str, parts: tuple[Part, ...]) -> str:
    """Return the graph in the language of Graphviz."""
    lines = [f"digraph {_quoted(shown(service))} {{", "  node [shape=box];"]
    for part in parts:
        name = word(part.facility)
        lines += [f"  subgraph cluster_{name} {{", f"    label={_quoted(name)};"]
        for node, texts in _nodes(part):
            is_end = node.endswith((_VERDICT, _REFUSED))
            shape = ", shape=oval" if is_end else ""
            lines.append(f"    {node} [label={_quoted(*texts)}{shape}];")
        for edge in _edges(part):
            lines.append(f"    {edge.start} -> {edge.end} [label={_quoted(*edge.texts)}];")
        lines.append("  }")
    return "\n".join([*lines, "}\n"])


def mermaid(_service: str, parts: tuple[Part, ...]) -> str:
    """Return the graph in the language of Mermaid."""
    lines = ["flowchart TD"]
    for part in parts:
        lines.append(f"  subgraph {word(part.facility)}")
        for node, texts in _nodes(part):
            left, right = ("([", "])") if node.endswith((_VERDICT, _REFUSED)) else ("[", "]")
            lines.append(f"    {node}{left}{_entities(*texts)}{right}")
        for edge in _edges(part):
            lines.append(f"    {edge.start} -->|{_entities(*edge.texts)}| {edge.end}")
        lines.append("  end")
    return "\n".join(lines) + "\n"


GRAPHS = {"dot": dot, "mermaid": mermaid}
"""Each language with what writes it."""


def _nodes(part: Part) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of each node, and the lines of its label."""
    for rung in part.rungs:
        inside = "".join(f" in {policy_text(each.name)}" for each in rung.inside[-1:])
        label = (where(rung.link.span) + inside, module_name(rung.link))
        yield _node(part, rung), label
    used = {edge.end for edge in _edges(part)}
    for end, text in _ENDS.items():
        name = f"{word(part.facility)}_{end}"
        if name in used or not part.rungs:
            yield name, (text,)


def _edges(part: Part) -> Iterator[Edge]:
    """Yield what leads from node to node; answers that lead to the same are on one edge."""
    by_link = {rung.link: _node(part, rung) for rung in part.rungs}
    for rung in part.rungs:
        found: dict[str, list[str]] = {}
        for who, lead in told(rung):
            for end, text in _ways(rung, lead):
                target = f"{word(part.facility)}_{end}" if isinstance(end, str) else by_link[end]
                found.setdefault(target, []).append(f"{who}: {text}")
        for target, texts in found.items():
            yield Edge(by_link[rung.link], target, tuple(texts))


def _ways(rung: Rung, lead: Lead) -> Iterator[tuple[Link | str, str]]:
    """Yield where an answer leads: a line, or the name of an end; and what it does."""
    on = lead.to or _VERDICT
    if lead.action > 0:
        yield (_REFUSED if lead.overruns else on), f"skips {lead.action}"
    elif lead.action == Action.DIE and not rung.inside:
        yield _REFUSED, _SHORT[lead.action]
    else:
        yield on, _SHORT[lead.action]
    if lead.action == Action.DONE and rung.after_no:
        yield rung.behind or _VERDICT, "after a no it goes on"


def _node(part: Part, rung: Rung) -> str:
    return f"{word(part.facility)}_{rung.link.number}"


def _quoted(*lines: str) -> str:
    """Return lines as a string of Graphviz."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _entities(*lines: str) -> str:
    """Return lines as a string of Mermaid; what could mean something there is a number."""
    return '"' + "<br/>".join("".join(map(_entity, line)) for line in lines) + '"'


def _entity(char: str) -> str:
    return char if char.isalnum() or char in " .,:;_-/=[]()" else f"#{ord(char)};"
