"""A program that is named without its place.

What it finds

A program behind pam_exec or pam_filter whose path does not begin with `/`.

Why it matters

The program is looked for where the calling process happens to be, which for su is a directory
of the person who called it. pamkit refuses; C runs what is there.

Avoid

    session optional pam_exec.so notify.sh

Prefer

    session optional pam_exec.so /usr/local/sbin/notify

Sources

- `pam_exec(8)`, `pam_filter(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "relative-program-path",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="MOD-14",
    modules=("pam_exec", "pam_filter"),
)

_FLAGS = frozenset(
    {
        *("debug", "expose_authtok", "seteuid", "quiet", "quiet_log", "stdout"),
        *("new_term", "non_term", "run1", "run2"),
    }
)
_KEYED = ("log=", "type=")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the first word that is no option, if it is no absolute path."""
    for arg in entry.entry.args:
        if _is_option(arg.text):
            continue
        if not arg.text.startswith("/"):
            yield RULE.finding(
                arg.span, f"the program `{shown(arg.text)}` has no absolute path", "name its place"
            )
        return


def _is_option(text: str) -> bool:
    low = text.lower()
    return low in _FLAGS or low.startswith(_KEYED)
