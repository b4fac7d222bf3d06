"""Which rules speak of every family of PAM; all others speak of Linux-PAM's words and modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.rule import RuleFile
    from pamkit.policy.dialect import Dialect

EVERYWHERE = frozenset(
    {
        # What reading a policy finds: each family's reader has findings of these names.
        "bad-control",
        "carriage-return",
        "dangling-continuation",
        "empty-include",
        "include-adds-nothing",
        "invisible-character",
        "long-line",
        "missing-control",
        "missing-facility",
        "missing-include",
        "missing-module",
        "missing-other",
        "nameless-module",
        "nested-too-deep",
        "no-final-newline",
        "nul-byte",
        "self-include",
        "too-many-lines",
        "unknown-control",
        "unknown-facility",
        "unknown-rule",
        "unreadable-policy",
        # What lies beside it.
        "leftover-files",
        "template-leftover",
        "writable-policy",
        # What follows from what modules state, by the family's own fold.
        "dead-line",
        "duplicate-line",
        "grant-without-proof",
        "never-succeeds",
        "secret-in-policy",
        "unknown-option",
        "wrong-facility",
        # What lines mean to the families beside their own.
        "portable-blank-line",
        "portable-brackets",
        "portable-case",
        "portable-code",
        "portable-comment",
        "portable-control",
        "portable-credentials",
        "portable-dash",
        "portable-empty-facility",
        "portable-include",
        "portable-long-line",
        "portable-missing-function",
        "portable-missing-module",
        "portable-must-change",
        "portable-nobody-refuses",
        "portable-not-compared",
        "portable-place",
        "portable-quotes",
        "portable-sufficient",
        "portable-try-again",
        "portable-wrapped-line",
    }
)
"""The names of rules that every family's policies are looked at with."""


def fitting(rules: Iterable[RuleFile], dialect: Dialect) -> tuple[RuleFile, ...]:
    """Return the rules that have something to say of policies in a dialect."""
    if not dialect.keywords:
        return tuple(rules)
    return tuple(file for file in rules if file.rule.name in EVERYWHERE)
