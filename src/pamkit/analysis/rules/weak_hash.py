"""New passwords are hashed in a weak way.

What it finds

`md5`, `bigcrypt` or `des` as the last word on hashing behind pam_unix in `password`.
This rule is a policy: it runs only if it is asked for.

Why it matters

Whoever gets hold of the shadow file tries millions of passwords a second against such hashes.

Avoid

    password required pam_unix.so md5 shadow

Prefer

    password required pam_unix.so yescrypt shadow

Sources

- `pam_unix(8)`, `crypt(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "weak-hash",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="PW-06",
    modules=("pam_unix",),
    policy=True,
    sources=("CIS RHEL9 2.0.0 5.3.3.4.3", "RHEL-09-671025"),
)

_WEAK = frozenset({"md5", "bigcrypt", "des"})
_STRONG = frozenset({"sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"})


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the word that counts, if it is a weak one."""
    named = [arg for arg in entry.entry.args if arg.text in _WEAK or arg.text in _STRONG]
    if entry.facility is Facility.PASSWORD and named and named[-1].text in _WEAK:
        yield RULE.finding(
            named[-1].span, f"`{named[-1].text}` is a weak hash", "write `yescrypt` or `sha512`"
        )
