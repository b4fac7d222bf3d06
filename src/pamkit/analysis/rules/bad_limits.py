"""Lines of limits.conf(5) that limit nothing.

What it finds

Lines of `/etc/security/limits.conf` and of the files in `limits.d` with an unknown item, an unknown
type or a value that is no number; and a soft limit above the hard one of the same domain in the
same file.

Why it matters

pam_limits logs such a line and goes on: the limit is not set, and nobody is told. A soft limit
above the hard one cannot be set.

Avoid

    /etc/security/limits.conf:
    * hard nofile lots
    login:
    session required pam_limits.so

Prefer

    /etc/security/limits.conf:
    * hard nofile 65536
    login:
    session required pam_limits.so

Sources

- `limits.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.limit_rules import Wanted, Whose
from pamkit.formats.limits_conf import LimitLine, parse
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "bad-limits",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-08",
)

_FILE, _DIRECTORY = "/etc/security/limits.conf", "/etc/security/limits.d"
_NUMBERS = "0123456789"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines that are wrong."""
    if next(tree.entries_of("pam_limits"), None) is None:
        return
    names = [name for name in tree.around.names(_DIRECTORY) if name.endswith(".conf")]
    for path in (_FILE, *(f"{_DIRECTORY}/{name}" for name in names)):
        data = tree.around.data(path)
        if data:
            yield from _of_file(path, tuple(parse(data)))


def _of_file(path: str, lines: tuple[LimitLine, ...]) -> Iterator[Finding]:
    soft: dict[tuple[str, str], int] = {}
    for line in lines:
        said = _complaint(line)
        if said:
            yield RULE.finding(Span(path, line.number), said, "see `limits.conf(5)`")
            continue
        if line.type in ("soft", "hard") and line.value and set(line.value) <= set(_NUMBERS):
            key, number = (line.domain, line.item), int(line.value)
            if line.type == "soft":
                soft[key] = number
            elif number < soft.get(key, 0):
                yield RULE.finding(
                    Span(path, line.number),
                    f"the hard limit {number} is below the soft one, {soft[key]}",
                    "a soft limit is at most the hard one",
                )


def _complaint(line: LimitLine) -> str:
    """Return what is wrong with a line; nothing of one that frees from all limits."""
    if not line.item:
        is_free = line.type == "-"
        return "" if is_free else "expected a domain, a type, an item and a value"
    said: list[str] = []
    wanted = Wanted(
        priority=0,
        knows_chroot=True,
        most_files=lambda: 1,
        tell=lambda _, text: said.append(text),
        remark=lambda _: None,
    )
    wanted.heed(line, Whose.USER)
    return shown(said[0]).replace("'", "`") if said else ""
