"""A value that a module does not take, or that does not do what it seems to.

What it finds

An option with a value that its module cannot read; `deny=0` of a module that counts failures,
which never locks; a `delay=` of pam_faildelay below a thousandth of a second; a `umask=` that is
no octal number.

Why it matters

A value that cannot be read is left out, and the module does what it does without it. pam_faildelay
counts in millionths of a second: `delay=4` is none.

Avoid

    auth optional pam_faildelay.so delay=4
    auth required pam_unix.so

Prefer

    auth optional pam_faildelay.so delay=4000000
    auth required pam_unix.so

Sources

- `pam_faildelay(8)`, `pam_faillock(8)`, `pam_umask(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("odd-value", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="MOD-09")

_LEAST_DELAY = 1000  # microseconds

_COUNTING = ("pam_faillock", "pam_tally", "pam_tally2")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the arguments."""
    if entry.declaration is None or not entry.entry.args:
        return
    # What a relative path counts from is no matter of its value.
    problems = entry.declaration.options.parse(entry.args, lambda: "/")[1]
    odd = {problem.at for problem in problems if problem.rule == "bad-option-value"}
    for at, arg in enumerate(entry.entry.args):
        name, _, value = arg.text.partition("=")
        said = f"`{entry.module}` cannot read this value" if at in odd else ""
        said = said or _doubt(entry.module, name, value)
        if said:
            yield RULE.finding(
                arg.span, f"`{shown(name)}`: {said}", f"`pamkit doc {entry.module}` has the values"
            )


def _doubt(module: str, name: str, value: str) -> str:
    """Return what is odd about a value that can be read."""
    is_number = value.isascii() and value.isdigit()
    if module in _COUNTING and name == "deny" and is_number and int(value) == 0:
        return "nobody is ever locked out"
    if module == "pam_faildelay" and name == "delay" and is_number and int(value) < _LEAST_DELAY:
        return "these are microseconds: there is no delay"
    if name == "umask" and module in ("pam_umask", "pam_mkhomedir") and set(value) & set("89"):
        return "this is no octal number"
    return ""
