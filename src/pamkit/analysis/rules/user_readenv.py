"""Users set the environment of the session that is made for them.

What it finds

`user_readenv=1` behind pam_env.

Why it matters

The file `.pam_environment` of a user sets variables that later modules and the program read as
if the system had set them: where a session belongs (`XDG_SEAT`), what libraries are loaded. It
was the way to root more than once.

Avoid

    session required pam_env.so user_readenv=1

Prefer

    session required pam_env.so

Sources

- `pam_env(8)`
- CVE-2010-4708, CVE-2024-6126, CVE-2025-6018
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "user-readenv",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="SES-13",
    modules=("pam_env",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option, if it is switched on."""
    on = [arg for arg in entry.entry.args if arg.text.startswith("user_readenv=")]
    if on and on[-1].text.partition("=")[2].strip() not in ("", "0"):
        yield RULE.finding(
            on[-1].span, "a file in the user's home sets the environment", "remove the option"
        )
