"""What a session is given: a number of logins, directories of its own."""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import UNKNOWN, Problem, judged
from pamkit.analysis.benchmark.module_lines import fits, wrong
from pamkit.analysis.benchmark.places import SECURITY, companion, top
from pamkit.formats import limits_conf, namespace_conf
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree

_LIMITS = f"{SECURITY}/limits.conf"
_NAMESPACES = f"{SECURITY}/namespace.conf"
_HARD = ("hard", "-")


class _Limit(Record):
    value: str
    span: Span


def everybodys_limit(tree: Tree, rule: Rule, item: str, bound: Bound) -> Judgement:
    """Judge a hard limit of everybody's; files of the directory win over limits.conf(5)."""
    directory = f"{SECURITY}/limits.d"
    names = [name for name in tree.around.names(directory) if name.endswith(".conf")]
    found = [each for name in names for each in _limits(tree, f"{directory}/{name}", item)]
    if not found:
        if companion(tree, _LIMITS) is None:
            return UNKNOWN
        found = list(_limits(tree, _LIMITS, item))
    problems = [
        wrong(item, each.value, each.span, bound) for each in found if not fits(each.value, bound)
    ]
    if not found:
        problems.append(
            Problem(
                top(_LIMITS),
                f"`{item}` has no hard limit for everybody",
                f"write `* hard {item} {bound.suggested}`",
            )
        )
    return judged(rule, problems)


def own_directory(tree: Tree, rule: Rule, path: str) -> Judgement:
    """Judge whether every user but root has a directory of their own in the place of a shared one.

    Source: `namespace.conf(5)`.
    """
    text = companion(tree, _NAMESPACES)
    if text is None:
        return UNKNOWN
    for statement in namespace_conf.statements(text.encode("utf-8", "surrogateescape")):
        fields = statement.split()
        if len(fields) > 2 and fields[0].rstrip("/") == path:
            return judged(rule, _open_to_others(tree, fields[1].rstrip("/")))
    return judged(
        rule,
        (
            Problem(
                top(_NAMESPACES),
                f"all users share `{path}`",
                f"write `{path} {path}/tmp-inst/ level root,adm`",  # noqa: S108  # in a message
            ),
        ),
    )


def _open_to_others(tree: Tree, parent: str) -> list[Problem]:
    """Return the problem of a directory of directories that somebody else may enter, if known."""
    mode = tree.around.mode(parent)
    if mode is None or not mode.bits & 0o777:
        return []
    return [Problem(top(parent), f"`{shown(parent)}` may be entered", "make its mode 0000")]


def _limits(tree: Tree, path: str, item: str) -> Iterator[_Limit]:
    """Yield the hard limits of everybody's that a file states for an item."""
    text = companion(tree, path) or ""
    for line in limits_conf.parse(text.encode("utf-8", "surrogateescape")):
        if line.domain == "*" and line.type in _HARD and line.item == item:
            yield _Limit(line.value.strip(), Span(path, line.number, 1))
