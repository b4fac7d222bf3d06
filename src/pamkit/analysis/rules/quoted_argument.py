"""Quotes, or brackets, that hold nothing together.

What it finds

An argument that begins with a quote, or whose value does, or a `[` in the middle of one that a
later argument closes.

Why it matters

Quotes mean nothing in a policy: they are a part of the word, and a blank between them ends it.
Only brackets around the whole argument keep its blanks.

Avoid

    session optional pam_exec.so "/usr/local/sbin/my script"

Prefer

    session optional pam_exec.so [/usr/local/sbin/my script]

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.policy.syntax import Entry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("quoted-argument", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="SYN-12")

_QUOTES = ("'", '"')


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the first such argument."""
    args = entry.entry.args if entry.entry.kind is Kind.MODULE else ()
    for at, arg in enumerate(args):
        if arg.raw.startswith("["):
            continue
        quoted = arg.text if arg.text.startswith(_QUOTES) else arg.text.partition("=")[2]
        if quoted.startswith(_QUOTES) and _is_wrong(entry, at, quoted):
            yield RULE.finding(
                arg.span,
                "quotes mean nothing here: they are a part of the word",
                "leave them out; write `[name=two words]` to keep blanks",
            )
            return
        if "=[" in arg.text and "]" not in arg.text and _is_closed(entry.entry, at):
            yield RULE.finding(
                arg.span,
                "this bracket holds nothing together: it does not begin the word",
                "put it before the name, as in `[name=two words]`",
            )
            return


def _is_wrong(entry: KnownEntry, at: int, quoted: str) -> bool:
    """Whether a module gets what it cannot want; one that nobody knows may take quotes off."""
    quote = quoted[0]
    if quoted.count(quote) > 1:
        return entry.declaration is not None
    return any(arg.text.endswith(quote) for arg in entry.entry.args[at + 1 :])


def _is_closed(entry: Entry, at: int) -> bool:
    return any(arg.text.endswith("]") for arg in entry.args[at + 1 :])
