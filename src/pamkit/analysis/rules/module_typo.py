"""A module whose name is one letter off.

What it finds

A module that nobody knows, and whose name becomes that of a known one if one letter is changed,
added, removed or swapped with its neighbour; or a known name without the `.so` that libpam does
not add.

Why it matters

The module is not found. Under `required` everybody is refused, under `optional` and
`sufficient` the line does nothing.

Avoid

    auth required pam_unxi.so

Prefer

    auth required pam_unix.so

Sources

- gentoo/pambase commit 47a7d6f
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.module_names import MISTAKEN, known_names
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.suggest import closest
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("module-typo", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="MOD-03")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line if its module is nearly one that is known."""
    target = entry.entry.target
    if target is None or not entry.module:
        return
    if entry.module in known_names():
        if not target.text.endswith(".so"):
            message = f"`{shown(target.text)}` is not found: libpam adds no `.so`"
            yield RULE.finding(entry.span, message, f"write `{shown(target.text)}.so`")
        return
    near = _meant(entry.module) if entry.module.startswith("pam_") else ""
    if near:
        message = f"no module `{shown(entry.module)}` is known"
        yield RULE.finding(entry.span, message, f"did you mean `{near}.so`?")


@lru_cache(maxsize=1024)
def _meant(name: str) -> str:
    """Return the known name that is one slip of the pen away; nothing if none is."""
    return MISTAKEN.get(name) or closest(name, known_names(), most=1)
