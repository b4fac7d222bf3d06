"""An option that the module does not have.

What it finds

A word behind a module that is known here, and that the module makes nothing of. It is a note for
`no_warn`, which every module of FreeBSD knows.

Why it matters

Most modules log an unknown word and go on: what was to be switched on is not, and a hardening
that is mistyped is none.

Avoid

    auth required pam_faillock.so preauth dney=3
    auth required pam_unix.so

Prefer

    auth required pam_faillock.so preauth deny=3
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail deny=3

Sources

- the manual page of the module
- gentoo/pambase commit c3471f9
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import OBSOLETE
from pamkit.policy.suggest import closest
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("unknown-option", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="MOD-06")

_OF_OTHERS = "no_warn"


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the words that no option takes."""
    if entry.states(OBSOLETE):
        return  # that the module is gone says more
    for problem in entry.problems:
        if problem.rule == RULE.name and entry.declaration is not None:
            arg = entry.entry.args[problem.at]
            stated = entry.declaration.options.stated().values()
            words = tuple(option.word for option in stated)
            yield RULE.finding(
                arg.span,
                f"`{entry.module}` knows no option `{shown(arg.text)}`",
                _advice(arg.text, words) or f"`pamkit doc {entry.module}` lists them",
                level=Severity.NOTE if arg.text == _OF_OTHERS else RULE.level,
            )


@lru_cache(maxsize=1024)
def _advice(given: str, words: tuple[str, ...]) -> str:
    if f"{given}=" in words:
        return f"write `{given}=` and the value behind it, without a blank"
    name, plain = given.partition("=")[0], [word.rstrip("=") for word in words]
    longer = [word for word in plain if len(name) > 2 and word.startswith(name)]
    near = longer[0] if len(longer) == 1 else closest(name, plain, most=min(2, len(name) - 1))
    return f"did you mean `{near}`?" if near else ""
