"""One message for one mistake: of two findings on a line, the one that says less is left out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.vocab.diagnostic import Finding

_GONE = "module-removed-upstream"

SAYS_MORE = {
    # What cannot be read has one reason.
    "bad-control": ("unclosed-bracket",),
    "missing-control": ("missing-facility", "unknown-facility"),
    "missing-module": ("unclosed-bracket", "unknown-facility"),
    "unknown-control": ("unknown-facility",),
    "quoted-argument": ("template-leftover",),
    "unknown-option": ("template-leftover",),
    "relative-program-path": ("invisible-character",),
    # Nobody is let in, or everybody, because of something.
    "never-succeeds": ("jump-past-end", "bad-control", "unknown-control", "wrong-facility"),
    "dead-line": ("never-succeeds",),
    "grant-without-proof": ("condition-grants", "rhosts-trust"),
    "permit-in-auth": ("grant-without-proof", "jump-past-end"),
    "open-other": ("grant-without-proof",),
    "setcred-fails": ("grant-without-proof",),
    "falls-to-other": ("account-check-left-out",),
    "skipped-check": ("account-check-skipped",),
    "user-environment-before-systemd": ("user-readenv",),
    "include-adds-nothing": ("include-mismatch",),
    "duplicate-line": ("include-bomb",),
    # Whoever must change the module writes its options anew.
    "module-path": ("module-typo", _GONE),
    "odd-value": (_GONE,),
    "onerr-succeed": (_GONE,),
    "option-in-wrong-facility": (_GONE,),
    "tally-never-reset": (_GONE,),
}
"""Rules, each with those that say more about the same line."""


def said_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without those on whose line another one, no less bad, says more."""
    findings = tuple(findings)
    worst: dict[tuple[str, int, str], int] = {}
    for found in findings:
        at = (found.span.file, found.span.line, found.rule)
        worst[at] = max(worst.get(at, found.severity), found.severity)
    return tuple(found for found in findings if not _is_covered(found, worst))


def _is_covered(found: Finding, worst: dict[tuple[str, int, str], int]) -> bool:
    where = (found.span.file, found.span.line)
    return any(
        worst.get((*where, rule), -1) >= found.severity for rule in SAYS_MORE.get(found.rule, ())
    )
